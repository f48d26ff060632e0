//! An event that changed the rebalancing of a service, as it is written down.

use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Record, Recorded};
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
pub type RebalanceRecord = Record<Rebalancing>;

impl Recorded for Rebalancing {
    type Event = RebalanceEvent;
    type Outcome = ();

    const RECORD: &'static str = "rebalancing record";

    fn handle(&mut self, event: &RebalanceEvent, now: Timestamp) {
        match event {
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
