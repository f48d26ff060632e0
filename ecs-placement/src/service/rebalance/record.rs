//! An event that changed the rebalancing of a service, as it is written down.

use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::{Rebalancing, Zones};

/// Everything that can happen to the rebalancing of a service, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RebalanceEvent {
    /// [`Rebalancing::handle_steady`].
    Steady {
        /// The tasks of each zone.
        zones: Zones,
    },
    /// [`Rebalancing::handle_started`].
    Started {
        /// The task.
        task: Arc<str>,
    },
    /// [`Rebalancing::handle_healthy`].
    Healthy,
    /// [`Rebalancing::handle_stopped`].
    Stopped {
        /// The task.
        task: Arc<str>,
        /// The tasks of each zone.
        zones: Zones,
    },
    /// [`Rebalancing::handle_not_placed`].
    NotPlaced {
        /// Whether that is why.
        no_instance_has_room: bool,
    },
    /// [`Rebalancing::handle_protected`].
    Protected {
        /// The id of the deployment.
        deployment: Arc<str>,
        /// Why.
        reason: String,
    },
    /// [`Rebalancing::handle_interrupted`].
    Interrupted,
}

/// An event that changes the rebalancing of a service, with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RebalanceRecord {
    format: Format<Self>,
    at: Timestamp,
    event: RebalanceEvent,
}

impl Saved for RebalanceRecord {
    const NAME: &'static str = "rebalancing record";
    const VERSION: u32 = 1;
}

impl RebalanceRecord {
    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &RebalanceEvent {
        &self.event
    }
}

impl Rebalancing {
    /// What is to be kept and [applied](Self::apply) of an event; nothing if it changes nothing.
    #[must_use]
    pub fn decide(&self, event: RebalanceEvent, now: Timestamp) -> Option<RebalanceRecord> {
        let record = RebalanceRecord {
            format: Format::current(),
            at: now,
            event,
        };
        let mut after = self.clone();
        after.apply(&record);
        (after != *self).then_some(record)
    }

    /// Makes a record so.
    pub fn apply(&mut self, record: &RebalanceRecord) {
        let now = record.at;
        match &record.event {
            RebalanceEvent::Steady { zones } => self.handle_steady(zones, now),
            RebalanceEvent::Started { task } => self.handle_started(task, now),
            RebalanceEvent::Healthy => self.handle_healthy(),
            RebalanceEvent::Stopped { task, zones } => self.handle_stopped(task, zones, now),
            RebalanceEvent::NotPlaced {
                no_instance_has_room,
            } => self.handle_not_placed(*no_instance_has_room, now),
            RebalanceEvent::Protected { deployment, reason } => {
                self.handle_protected(deployment, reason, now);
            }
            RebalanceEvent::Interrupted => self.handle_interrupted(now),
        }
    }
}
