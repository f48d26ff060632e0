//! [`Timeline`]: the times of a task, kept in order.

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::TaskReport;
use crate::moment::Moment;

/// When things happened to a task.
///
/// Every time is set once, except [`connectivity_at`](Self::connectivity_at),
/// [`pull_stopped_at`](Self::pull_stopped_at), which the last pull sets, and
/// [`updated_at`](Self::updated_at). An agent's clock may differ from that of ECS, so its times are
/// moved into the order that they must have: creation, pull, start, stop.
///
/// Source: API shape `Task`; Developer Guide, task state change events, for `updatedAt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// When the task was created.
    pub created_at: Timestamp,
    /// When its agent was last connected.
    pub connectivity_at: Option<Timestamp>,
    /// When the first image pull began.
    pub pull_started_at: Option<Timestamp>,
    /// When the last image pull ended.
    pub pull_stopped_at: Option<Timestamp>,
    /// When the task became `RUNNING`.
    pub started_at: Option<Timestamp>,
    /// When the task became `STOPPING`.
    pub stopping_at: Option<Timestamp>,
    /// When the first essential container stopped.
    pub execution_stopped_at: Option<Timestamp>,
    /// When the task became `STOPPED`.
    pub stopped_at: Option<Timestamp>,
    /// When anything last changed of which an event tells.
    pub updated_at: Timestamp,
}

/// The times as the machine keeps them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Times {
    pub(crate) created_at: Moment,
    pub(crate) connectivity_at: Moment,
    pub(crate) pull_started_at: Moment,
    pub(crate) pull_stopped_at: Moment,
    pub(crate) started_at: Moment,
    pub(crate) stopping_at: Moment,
    pub(crate) execution_stopped_at: Moment,
    pub(crate) stopped_at: Moment,
    pub(crate) updated_at: Moment,
}

impl Times {
    pub(crate) fn new(created_at: Moment) -> Self {
        Self {
            created_at,
            updated_at: created_at,
            ..Self::default()
        }
    }

    pub(crate) fn lend(&self) -> Timeline {
        Timeline {
            created_at: self.created_at.get().unwrap_or_default(),
            connectivity_at: self.connectivity_at.get(),
            pull_started_at: self.pull_started_at.get(),
            pull_stopped_at: self.pull_stopped_at.get(),
            started_at: self.started_at.get(),
            stopping_at: self.stopping_at.get(),
            execution_stopped_at: self.execution_stopped_at.get(),
            stopped_at: self.stopped_at.get(),
            updated_at: self.updated_at.get().unwrap_or_default(),
        }
    }

    /// Takes the times of a report that came at `now`.
    pub(crate) fn merge(&mut self, report: &TaskReport<'_>, now: Moment) {
        let end = self.stopped_at.or(now);
        let start = self.started_at.or(end);
        if let Some(at) = report.pull_started_at() {
            let latest = self.pull_stopped_at.or(start);
            let at = within(self.created_at, Moment::at(at), latest);
            self.pull_started_at.set_once(at);
        }
        if let Some(at) = report.pull_stopped_at() {
            let earliest = self.pull_started_at.or(self.created_at);
            let at = within(earliest, Moment::at(at), start);
            self.pull_stopped_at = self.pull_stopped_at.max(at);
        }
        if let Some(at) = report.execution_stopped_at() {
            let earliest = self.started_at.or(self.created_at);
            let at = within(earliest, Moment::at(at), end);
            self.execution_stopped_at.set_once(at);
        }
    }
}

fn within(earliest: Moment, at: Moment, latest: Moment) -> Moment {
    at.min(latest).max(earliest)
}
