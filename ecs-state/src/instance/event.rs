//! [`InstanceEvent`]: everything that can happen to a container instance.

use core::time::Duration;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ForceDeregistration, InstanceChangeError, InstanceMachine};
use crate::Recorded;

/// Everything that can happen to a container instance, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum InstanceEvent {
    /// [`InstanceMachine::handle_agent_connected`].
    AgentConnected,
    /// [`InstanceMachine::handle_agent_disconnected`].
    AgentDisconnected,
    /// [`InstanceMachine::handle_heartbeat`].
    Heartbeat,
    /// [`InstanceMachine::handle_trunk_attached`].
    TrunkAttached,
    /// [`InstanceMachine::handle_trunk_failed`].
    TrunkFailed {
        /// Why.
        reason: String,
    },
    /// [`InstanceMachine::handle_trunk_detached`].
    TrunkDetached,
    /// [`InstanceMachine::handle_drain`], and with a limit
    /// [`handle_drain_within`](InstanceMachine::handle_drain_within).
    Drain {
        /// For how long at most.
        limit: Option<Duration>,
    },
    /// [`InstanceMachine::handle_activate`].
    Activate,
    /// [`InstanceMachine::handle_deregister`].
    Deregister {
        /// Whether it is done although tasks run.
        force: ForceDeregistration,
        /// How many of its tasks shall run.
        running_tasks: usize,
    },
    /// [`InstanceMachine::handle_terminated`].
    Terminated,
    /// [`InstanceMachine::handle_timeout`].
    Timeout,
}

impl Recorded for InstanceMachine {
    type Event = InstanceEvent;
    type Outcome = Result<(), InstanceChangeError>;

    const RECORD: &'static str = "record of a container instance";

    fn handle(&mut self, event: &InstanceEvent, now: Timestamp) -> Self::Outcome {
        match event {
            InstanceEvent::AgentConnected => self.handle_agent_connected(now),
            InstanceEvent::AgentDisconnected => self.handle_agent_disconnected(now),
            InstanceEvent::Heartbeat => self.handle_heartbeat(now),
            InstanceEvent::TrunkAttached => self.handle_trunk_attached(now)?,
            InstanceEvent::TrunkFailed { reason } => {
                self.handle_trunk_failed(reason.as_str(), now)?;
            }
            InstanceEvent::TrunkDetached => self.handle_trunk_detached(now)?,
            InstanceEvent::Drain { limit: None } => self.handle_drain(now)?,
            InstanceEvent::Drain { limit: Some(limit) } => self.handle_drain_within(*limit, now)?,
            InstanceEvent::Activate => self.handle_activate(now)?,
            InstanceEvent::Deregister {
                force,
                running_tasks,
            } => self.handle_deregister(*force, *running_tasks, now)?,
            InstanceEvent::Terminated => self.handle_terminated(now)?,
            InstanceEvent::Timeout => {
                let _ = self.handle_timeout(now);
            }
        }
        Ok(())
    }
}
