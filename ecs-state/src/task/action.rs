//! [`TaskAction`]: what ECS is to do for a task.

use serde::{Deserialize, Serialize};

/// What ECS is to do for a task, in the order in which it becomes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TaskAction {
    /// Prepare the network interface or the host; answer with
    /// [`TaskMachine::handle_phase_done`](crate::TaskMachine::handle_phase_done).
    Provision,
    /// Give the task to the agent; its acknowledgement is
    /// [`TaskMachine::handle_launched`](crate::TaskMachine::handle_launched).
    Launch,
    /// Enter the task in target groups and service discovery; answer with
    /// [`TaskMachine::handle_phase_done`](crate::TaskMachine::handle_phase_done).
    Register,
    /// Take the task out of its target groups and of service discovery. A task with the phase
    /// `DEACTIVATING` waits for the answer,
    /// [`TaskMachine::handle_phase_done`](crate::TaskMachine::handle_phase_done).
    Deregister,
    /// Tell the agent to stop the containers.
    StopContainers,
    /// Take back what was prepared; answer with
    /// [`TaskMachine::handle_phase_done`](crate::TaskMachine::handle_phase_done).
    Deprovision,
}

const ALL: [TaskAction; 6] = [
    TaskAction::Provision,
    TaskAction::Launch,
    TaskAction::Register,
    TaskAction::Deregister,
    TaskAction::StopContainers,
    TaskAction::Deprovision,
];

/// Actions that are due and were not polled: at most one of each kind is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Pending(u8);

impl Pending {
    pub(super) const fn add(&mut self, action: TaskAction) {
        self.0 |= 1 << action as u8;
    }

    pub(super) const fn clear(&mut self) {
        self.0 = 0;
    }

    pub(super) fn take(&mut self) -> Option<TaskAction> {
        let position = self.0.trailing_zeros() as usize;
        let action = ALL.get(position).copied()?;
        self.0 &= self.0 - 1;
        Some(action)
    }
}
