//! [`InstanceMachine`]: a container instance as ECS sees it.

use core::time::Duration;

use ecs_model::Timestamp;

use crate::named::named;

/// How long a deregistered container instance can be described.
///
/// Source: Developer Guide, container instance life cycle.
pub const INACTIVE_INSTANCE_RETENTION: Duration = Duration::from_secs(3_600);

/// The status of a container instance.
///
/// Source: API shape `ContainerInstance`, member `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstanceStatus {
    /// It takes new tasks.
    Active,
    /// It takes no new tasks, and service tasks leave it.
    Draining,
    /// It was deregistered.
    Inactive,
}

named! {
    InstanceStatus {
        Active = "ACTIVE",
        Draining = "DRAINING",
        Inactive = "INACTIVE",
    }
}

/// A container instance, from its registration until it can no longer be described.
///
/// An agent that loses its connection changes neither the status nor the tasks; it only keeps new
/// tasks away.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{ForceDeregistration, InstanceMachine, InstanceStatus};
///
/// let at = Timestamp::from_seconds;
/// let mut instance = InstanceMachine::register(at(0));
/// assert!(instance.takes_tasks());
/// instance.handle_agent_disconnected(at(10));
/// assert_eq!(instance.status(), InstanceStatus::Active);
/// assert!(!instance.takes_tasks());
///
/// let error = instance.handle_deregister(ForceDeregistration::No, 3, at(20)).unwrap_err();
/// assert_eq!(error.to_string(), "the container instance runs 3 tasks and is not deregistered by force");
/// instance.handle_deregister(ForceDeregistration::Yes, 3, at(20))?;
/// assert!(instance.is_describable(at(20 + 3_599)));
/// assert!(!instance.is_describable(at(20 + 3_600)));
/// # Ok::<(), ecs_state::InstanceChangeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceMachine {
    status: InstanceStatus,
    connected: bool,
    registered_at: Timestamp,
    deregistered_at: Option<Timestamp>,
    version: u64,
    now: Timestamp,
}

impl InstanceMachine {
    /// A container instance whose agent registers it at `now`: `ACTIVE` and connected.
    #[must_use]
    pub const fn register(now: Timestamp) -> Self {
        Self {
            status: InstanceStatus::Active,
            connected: true,
            registered_at: now,
            deregistered_at: None,
            version: 1,
            now,
        }
    }

    /// The agent has connected. Does nothing after the deregistration.
    pub fn handle_agent_connected(&mut self, now: Timestamp) {
        self.set_connected(true, now);
    }

    /// The agent has lost its connection, or the host was stopped.
    pub fn handle_agent_disconnected(&mut self, now: Timestamp) {
        self.set_connected(false, now);
    }

    /// No new tasks shall come and service tasks shall leave.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Inactive`] after the deregistration.
    pub fn handle_drain(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        self.set_status(InstanceStatus::Draining, now)
    }

    /// New tasks may come again.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Inactive`] after the deregistration.
    pub fn handle_activate(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        self.set_status(InstanceStatus::Active, now)
    }

    /// The container instance leaves the cluster. The caller gives the number of its tasks that
    /// shall run, and tells each of them
    /// [`TaskMachine::handle_host_lost`](crate::TaskMachine::handle_host_lost) if it was forced.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::RunsTasks`] without force while tasks run, [`InstanceChangeError::Inactive`]
    /// after the deregistration.
    pub fn handle_deregister(
        &mut self,
        force: ForceDeregistration,
        running_tasks: usize,
        now: Timestamp,
    ) -> Result<(), InstanceChangeError> {
        if force == ForceDeregistration::No && running_tasks > 0 {
            return Err(InstanceChangeError::RunsTasks(running_tasks));
        }
        self.set_status(InstanceStatus::Inactive, now)?;
        self.connected = false;
        self.deregistered_at = Some(self.now);
        Ok(())
    }

    /// The host was terminated, which deregisters it. The caller tells each of its tasks
    /// [`TaskMachine::handle_host_lost`](crate::TaskMachine::handle_host_lost).
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Inactive`] after the deregistration.
    pub fn handle_terminated(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        self.handle_deregister(ForceDeregistration::Yes, 0, now)
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> InstanceStatus {
        self.status
    }

    /// Whether the agent is connected: `agentConnected`.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether new tasks may be placed here.
    #[must_use]
    pub fn takes_tasks(&self) -> bool {
        self.status == InstanceStatus::Active && self.connected
    }

    /// When it was registered.
    #[must_use]
    pub const fn registered_at(&self) -> Timestamp {
        self.registered_at
    }

    /// Whether describing it at `now` finds it; otherwise it is `MISSING`.
    #[must_use]
    pub fn is_describable(&self, now: Timestamp) -> bool {
        self.deregistered_at
            .is_none_or(|at| now < at.saturating_add(INACTIVE_INSTANCE_RETENTION))
    }

    /// The number of changes so far, the registration included.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    fn set_connected(&mut self, connected: bool, now: Timestamp) {
        self.now = self.now.max(now);
        if self.connected != connected && self.status != InstanceStatus::Inactive {
            self.connected = connected;
            self.version += 1;
        }
    }

    fn set_status(
        &mut self,
        status: InstanceStatus,
        now: Timestamp,
    ) -> Result<(), InstanceChangeError> {
        if self.status == InstanceStatus::Inactive {
            return Err(InstanceChangeError::Inactive);
        }
        self.now = self.now.max(now);
        if self.status != status {
            self.status = status;
            self.version += 1;
        }
        Ok(())
    }
}

/// Whether a container instance is deregistered although tasks run on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForceDeregistration {
    /// Only if no task runs.
    No,
    /// In any case.
    Yes,
}

/// Why a container instance refuses a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceChangeError {
    /// It was deregistered.
    #[error("the container instance is INACTIVE")]
    Inactive,
    /// That many tasks run on it.
    #[error("the container instance runs {0} tasks and is not deregistered by force")]
    RunsTasks(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn draining_and_back() {
        let mut instance = InstanceMachine::register(at(0));
        instance.handle_drain(at(1)).unwrap();
        assert_eq!(instance.status().to_string(), "DRAINING");
        assert!(!instance.takes_tasks());
        instance.handle_activate(at(2)).unwrap();
        instance.handle_activate(at(2)).unwrap();
        assert!(instance.takes_tasks());
        assert_eq!(instance.version(), 3);
    }

    #[test]
    fn a_stopped_host_stays_active_and_comes_back() {
        let mut instance = InstanceMachine::register(at(0));
        instance.handle_agent_disconnected(at(60));
        instance.handle_agent_disconnected(at(61));
        assert_eq!(instance.status(), InstanceStatus::Active);
        assert!(!instance.is_connected());
        instance.handle_agent_connected(at(600));
        assert!(instance.takes_tasks());
        assert_eq!(instance.version(), 3);
    }

    #[test]
    fn after_the_deregistration_nothing_changes() {
        let mut instance = InstanceMachine::register(at(0));
        instance.handle_terminated(at(1)).unwrap();
        let before = instance.clone();
        instance.handle_agent_connected(at(2));
        assert_eq!(instance.status(), before.status());
        assert!(!instance.is_connected());
        for result in [
            instance.handle_drain(at(3)),
            instance.handle_activate(at(3)),
            instance.handle_deregister(ForceDeregistration::Yes, 0, at(3)),
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.to_string(), "the container instance is INACTIVE");
        }
        assert_eq!(instance.version(), before.version());
    }

    #[test]
    fn a_refused_deregistration_changes_nothing() {
        let mut instance = InstanceMachine::register(at(0));
        let before = instance.clone();
        assert_eq!(
            instance.handle_deregister(ForceDeregistration::No, 1, at(9)),
            Err(InstanceChangeError::RunsTasks(1))
        );
        assert_eq!(instance, before);
    }
}
