//! What ECS is to do for a container instance, and what events tell of it.

use std::collections::VecDeque;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{InstanceMachine, InstanceStatus};

/// What ECS is to do for a container instance, in the order in which it becomes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum InstanceAction {
    /// Attach a trunk network interface; answer with
    /// [`InstanceMachine::handle_trunk_attached`] or [`InstanceMachine::handle_trunk_failed`].
    AttachTrunk,
    /// Stop the service tasks that are `PENDING` there, and replace those that run as
    /// `minimumHealthyPercent` and `maximumPercent` of their services allow. Tasks without a
    /// service stay.
    DrainTasks,
    /// Draining has lasted too long: stop what is left.
    EndDraining,
    /// The tasks have lost their host: tell each
    /// [`TaskMachine::handle_host_lost`](crate::TaskMachine::handle_host_lost).
    LoseTasks,
    /// Detach the trunk network interface; answer with
    /// [`InstanceMachine::handle_trunk_detached`].
    DetachTrunk,
}

const ALL: [InstanceAction; 5] = [
    InstanceAction::AttachTrunk,
    InstanceAction::DrainTasks,
    InstanceAction::EndDraining,
    InstanceAction::LoseTasks,
    InstanceAction::DetachTrunk,
];

/// Actions that are due and were not polled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Pending(u8);

impl Pending {
    pub(super) const fn add(&mut self, action: InstanceAction) {
        self.0 |= 1 << action as u8;
    }

    pub(super) const fn remove(&mut self, action: InstanceAction) {
        self.0 &= !(1 << action as u8);
    }

    pub(super) fn take(&mut self) -> Option<InstanceAction> {
        let action = ALL.get(self.0.trailing_zeros() as usize).copied()?;
        self.remove(action);
        Some(action)
    }
}

/// A change of a container instance of which an event tells.
///
/// If `from` and `to` are the same, the connection of the agent has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct InstanceChange {
    /// What the status was; `None` for the registration.
    pub from: Option<InstanceStatus>,
    /// What it is.
    pub to: InstanceStatus,
    /// Whether the agent is connected.
    pub is_connected: bool,
    /// When it changed: the `updatedAt` of the event.
    pub at: Timestamp,
    /// The number of the change, from 1: the `version` of the event.
    pub version: u64,
}

/// Changes that were not polled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Changes(VecDeque<InstanceChange>);

impl Changes {
    pub(super) fn take(&mut self) -> Option<InstanceChange> {
        self.0.pop_front()
    }
}

impl InstanceMachine {
    /// Publishes what has changed since the status was `from`.
    pub(super) fn tell(&mut self, from: Option<InstanceStatus>) {
        self.version += 1;
        self.updated_at = self.now;
        self.changes.0.push_back(InstanceChange {
            from,
            to: self.status,
            is_connected: self.is_connected,
            at: self.updated_at(),
            version: self.version,
        });
    }
}
