//! [`TaskChange`]: what an event tells of.

use std::collections::VecDeque;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::TaskMachine;
use crate::moment::Moment;
use crate::{StatusPair, TaskStatus};

/// A change of a task of which an event tells.
///
/// If `from` and `to` are the same, a container or the connection of the agent has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TaskChange {
    /// What the status was; `None` for the creation.
    pub from: Option<StatusPair>,
    /// What it is.
    pub to: StatusPair,
    /// When it changed: the `updatedAt` of the event.
    pub at: Timestamp,
    /// The number of the change, from 1: the `version` of the event.
    pub version: u64,
}

/// Changes that were not polled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Changes(VecDeque<Queued>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Queued {
    from: Option<StatusPair>,
    to: StatusPair,
    at: Moment,
    version: u64,
}

impl Changes {
    /// The creation, and room for what one event changes.
    pub(super) fn created(to: StatusPair, at: Moment) -> Self {
        let mut changes = VecDeque::with_capacity(4);
        changes.push_back(Queued {
            from: None,
            to,
            at,
            version: 1,
        });
        Self(changes)
    }

    pub(super) fn take(&mut self) -> Option<TaskChange> {
        let queued = self.0.pop_front()?;
        Some(TaskChange {
            from: queued.from,
            to: queued.to,
            at: queued.at.get().unwrap_or_default(),
            version: queued.version,
        })
    }
}

impl TaskMachine {
    pub(super) fn become_last(&mut self, last: TaskStatus) {
        self.become_pair(StatusPair {
            last,
            ..self.status
        });
    }

    pub(super) fn become_pair(&mut self, to: StatusPair) {
        let from = self.status;
        if to == from {
            return;
        }
        if to.last != from.last {
            self.enter(to.last);
        }
        self.since = self.now;
        self.status = to;
        self.tell(from);
    }

    /// Publishes what has changed since the status was `from`.
    pub(super) fn tell(&mut self, from: StatusPair) {
        self.version += 1;
        self.times.updated_at = self.now;
        self.changes.0.push_back(Queued {
            from: Some(from),
            to: self.status,
            at: self.now,
            version: self.version,
        });
    }
}
