//! [`InstanceMachine`]: a container instance as ECS sees it.

mod action;
mod describe;
mod event;

use core::time::Duration;

use ecs_model::{Timestamp, named};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::{StatusPair, TaskStatus, Verdict};

use action::{Changes, Pending};
pub use action::{InstanceAction, InstanceChange};
pub use event::InstanceEvent;

/// How long a deregistered container instance can be described.
///
/// Source: Developer Guide, container instance life cycle.
pub const INACTIVE_INSTANCE_RETENTION: Duration = Duration::from_secs(3_600);

/// How long an agent may be silent before it counts as disconnected. The guide says "within a few
/// minutes"; AWS does not publish the time.
pub const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(180);

/// How long a container instance of an Auto Scaling group is drained at most.
///
/// Source: Developer Guide, managed instance draining.
pub const MANAGED_DRAINING_LIMIT: Duration = Duration::from_secs(48 * 3_600);

/// The status of a container instance.
///
/// Source: API shape `ContainerInstance`, member `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum InstanceStatus {
    /// A trunk network interface is being attached to it.
    Registering,
    /// The trunk network interface cannot be attached.
    RegistrationFailed,
    /// It takes new tasks.
    Active,
    /// It takes no new tasks, and service tasks leave it.
    Draining,
    /// Its trunk network interface is being detached.
    Deregistering,
    /// It was deregistered.
    Inactive,
}

named! {
    InstanceStatus {
        Registering = "REGISTERING",
        RegistrationFailed = "REGISTRATION_FAILED",
        Active = "ACTIVE",
        Draining = "DRAINING",
        Deregistering = "DEREGISTERING",
        Inactive = "INACTIVE",
    }
}

/// A container instance, from its registration until it can no longer be described.
///
/// Events come in with `handle_*`; after each of them, carry out every
/// [`poll_action`](Self::poll_action), publish every [`poll_change`](Self::poll_change) and set a
/// timer for [`poll_timeout`](Self::poll_timeout).
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstanceMachine {
    format: Format<Self>,
    status: InstanceStatus,
    status_reason: Option<String>,
    has_trunk: bool,
    is_connected: bool,
    registered_at: Moment,
    deregistered_at: Moment,
    /// When the agent counts as disconnected if nothing is heard of it.
    silent_at: Moment,
    /// When draining ends at the latest.
    drain_by: Moment,
    orphans: usize,
    version: u64,
    updated_at: Moment,
    now: Moment,
    pending: Pending,
    changes: Changes,
}

impl Saved for InstanceMachine {
    const NAME: &'static str = "container instance";
    const VERSION: u32 = 1;
}

impl InstanceMachine {
    /// A container instance whose agent registers it at `now`: `ACTIVE` and connected.
    #[must_use]
    pub fn register(now: Timestamp) -> Self {
        Self::new(InstanceStatus::Active, now)
    }

    /// A container instance that gets a trunk network interface first: `REGISTERING`.
    #[must_use]
    pub fn register_with_trunk(now: Timestamp) -> Self {
        let mut instance = Self::new(InstanceStatus::Registering, now);
        instance.has_trunk = true;
        instance.pending.add(InstanceAction::AttachTrunk);
        instance
    }

    fn new(status: InstanceStatus, now: Timestamp) -> Self {
        let now = Moment::at(now);
        let mut instance = Self {
            format: Format::current(),
            status,
            status_reason: None,
            has_trunk: false,
            is_connected: true,
            registered_at: now,
            deregistered_at: Moment::NONE,
            silent_at: Moment::NONE,
            drain_by: Moment::NONE,
            orphans: 0,
            version: 0,
            updated_at: now,
            now,
            pending: Pending::default(),
            changes: Changes::default(),
        };
        instance.tell(None);
        instance
    }

    /// The agent has connected. Does nothing after the deregistration.
    pub fn handle_agent_connected(&mut self, now: Timestamp) {
        self.observe(now);
        self.set_connected(true);
    }

    /// The agent has lost its connection, or the host was stopped.
    pub fn handle_agent_disconnected(&mut self, now: Timestamp) {
        self.observe(now);
        self.set_connected(false);
    }

    /// The agent is alive: it counts as connected until [`HEARTBEAT_TIMEOUT`] from now. Without
    /// heartbeats only [`handle_agent_disconnected`](Self::handle_agent_disconnected) says that it
    /// is not.
    pub fn handle_heartbeat(&mut self, now: Timestamp) {
        self.observe(now);
        self.set_connected(true);
        if self.is_connected {
            self.silent_at = self.now.after(HEARTBEAT_TIMEOUT);
        }
    }

    /// The trunk network interface is attached.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] if none is being attached.
    pub fn handle_trunk_attached(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        self.expect("register", &[InstanceStatus::Registering])?;
        self.observe(now);
        self.set_status(InstanceStatus::Active);
        Ok(())
    }

    /// The trunk network interface cannot be attached.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] if none is being attached.
    pub fn handle_trunk_failed(
        &mut self,
        reason: impl Into<String>,
        now: Timestamp,
    ) -> Result<(), InstanceChangeError> {
        self.expect("register", &[InstanceStatus::Registering])?;
        self.observe(now);
        self.status_reason = Some(reason.into());
        self.set_status(InstanceStatus::RegistrationFailed);
        Ok(())
    }

    /// The trunk network interface is detached: the deregistration is done.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] if none is being detached.
    pub fn handle_trunk_detached(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        self.expect("deregister", &[InstanceStatus::Deregistering])?;
        self.observe(now);
        self.deactivate();
        Ok(())
    }

    /// No new tasks shall come and service tasks shall leave.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] unless it is `ACTIVE` or `DRAINING`.
    pub fn handle_drain(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        self.drain(None, now)
    }

    /// As [`handle_drain`](Self::handle_drain), for no longer than `limit`, after which
    /// [`InstanceAction::EndDraining`] follows.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] unless it is `ACTIVE` or `DRAINING`.
    pub fn handle_drain_within(
        &mut self,
        limit: Duration,
        now: Timestamp,
    ) -> Result<(), InstanceChangeError> {
        self.drain(Some(limit), now)
    }

    /// New tasks may come again.
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] unless it is `ACTIVE` or `DRAINING`.
    pub fn handle_activate(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        use InstanceStatus::{Active, Draining};
        self.expect("activate", &[Active, Draining])?;
        self.observe(now);
        self.drain_by = Moment::NONE;
        self.pending.remove(InstanceAction::DrainTasks);
        self.set_status(Active);
        Ok(())
    }

    /// The container instance leaves the cluster. The caller gives the number of its tasks that
    /// shall run, and on [`InstanceAction::LoseTasks`] tells each task
    /// [`TaskMachine::handle_host_lost`](crate::TaskMachine::handle_host_lost).
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::RunsTasks`] without force while tasks run,
    /// [`InstanceChangeError::Status`] if it was deregistered before.
    pub fn handle_deregister(
        &mut self,
        deregistration: ForceDeregistration,
        running_tasks: usize,
        now: Timestamp,
    ) -> Result<(), InstanceChangeError> {
        use InstanceStatus::{Active, Draining, Registering, RegistrationFailed};
        if deregistration == ForceDeregistration::No && running_tasks > 0 {
            return Err(InstanceChangeError::RunsTasks(running_tasks));
        }
        let here = [Active, Draining, Registering, RegistrationFailed];
        self.expect("deregister", &here)?;
        self.observe(now);
        self.orphans = running_tasks;
        if running_tasks > 0 {
            self.pending.add(InstanceAction::LoseTasks);
        }
        self.leave();
        Ok(())
    }

    /// The host was terminated. That deregisters the container instance if its agent is
    /// connected; otherwise it stays as it is, until somebody deregisters it. On
    /// [`InstanceAction::LoseTasks`] the caller tells each of its tasks
    /// [`TaskMachine::handle_host_lost`](crate::TaskMachine::handle_host_lost).
    ///
    /// # Errors
    ///
    /// [`InstanceChangeError::Status`] if it was deregistered before.
    pub fn handle_terminated(&mut self, now: Timestamp) -> Result<(), InstanceChangeError> {
        use InstanceStatus::{Active, Draining, Registering, RegistrationFailed};
        let here = [Active, Draining, Registering, RegistrationFailed];
        self.expect("deregister", &here)?;
        self.observe(now);
        self.pending.add(InstanceAction::LoseTasks);
        if self.is_connected {
            self.deactivate();
        }
        Ok(())
    }

    /// Time has passed: the agent was silent for too long, or draining has lasted too long. Before
    /// [`poll_timeout`](Self::poll_timeout) nothing changes, which is [`Verdict::Duplicate`].
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        if !self.next_timeout().is_due(self.now.max(Moment::at(now))) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        if self.silent_at.is_due(self.now) {
            self.set_connected(false);
        }
        if self.drain_by.is_due(self.now) {
            self.drain_by = Moment::NONE;
            self.pending.add(InstanceAction::EndDraining);
        }
        Verdict::Applied
    }

    /// The next thing to do.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<InstanceAction> {
        self.pending.take()
    }

    /// The next change to publish, the registration being the first.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_change(&mut self) -> Option<InstanceChange> {
        self.changes.take()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.next_timeout().get()
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> InstanceStatus {
        self.status
    }

    /// Why the status is what it is: why the registration failed.
    #[must_use]
    pub fn status_reason(&self) -> Option<&str> {
        self.status_reason.as_deref()
    }

    /// Whether the agent is connected: `agentConnected`.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// Whether new tasks may be placed here.
    #[must_use]
    pub fn takes_tasks(&self) -> bool {
        self.status == InstanceStatus::Active && self.is_connected
    }

    /// Whether a list without a filter shows it: everything but `INACTIVE` is listed.
    ///
    /// Source: API operation `ListContainerInstances`.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.status != InstanceStatus::Inactive
    }

    /// When it was registered.
    #[must_use]
    pub fn registered_at(&self) -> Timestamp {
        self.registered_at.get().unwrap_or_default()
    }

    /// When anything last changed of which an event tells.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at.get().unwrap_or_default()
    }

    /// Whether describing it at `now` finds it; otherwise it is `MISSING`.
    #[must_use]
    pub fn is_describable(&self, now: Timestamp) -> bool {
        let until = self.deregistered_at.after(INACTIVE_INSTANCE_RETENTION);
        !until.is_due(Moment::at(now))
    }

    /// The number of tasks that were left running on the host when it was deregistered by force.
    #[must_use]
    pub const fn orphans(&self) -> usize {
        self.orphans
    }

    /// The number of changes so far, the registration included.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    fn next_timeout(&self) -> Moment {
        self.silent_at.earlier(self.drain_by)
    }

    fn drain(
        &mut self,
        limit: Option<Duration>,
        now: Timestamp,
    ) -> Result<(), InstanceChangeError> {
        use InstanceStatus::{Active, Draining};
        self.expect("drain", &[Active, Draining])?;
        self.observe(now);
        if self.status == Active {
            self.drain_by = limit.map_or(Moment::NONE, |limit| self.now.after(limit));
            self.pending.add(InstanceAction::DrainTasks);
        }
        self.set_status(Draining);
        Ok(())
    }

    fn leave(&mut self) {
        if self.has_trunk && self.status != InstanceStatus::RegistrationFailed {
            self.pending.remove(InstanceAction::AttachTrunk);
            self.pending.add(InstanceAction::DetachTrunk);
            self.set_status(InstanceStatus::Deregistering);
        } else {
            self.deactivate();
        }
        self.drain_by = Moment::NONE;
    }

    fn deactivate(&mut self) {
        self.deregistered_at = self.now;
        self.is_connected = false;
        self.silent_at = Moment::NONE;
        self.drain_by = Moment::NONE;
        self.set_status(InstanceStatus::Inactive);
    }

    fn set_connected(&mut self, is_connected: bool) {
        self.silent_at = Moment::NONE;
        if self.is_connected != is_connected && self.status != InstanceStatus::Inactive {
            self.is_connected = is_connected;
            self.tell(Some(self.status));
        }
    }

    fn set_status(&mut self, status: InstanceStatus) {
        let before = self.status;
        if before != status {
            self.status = status;
            self.tell(Some(before));
        }
    }

    fn expect(
        &self,
        operation: &'static str,
        statuses: &[InstanceStatus],
    ) -> Result<(), InstanceChangeError> {
        match statuses.contains(&self.status) {
            true => Ok(()),
            false => Err(InstanceChangeError::Status {
                operation,
                status: self.status,
            }),
        }
    }

    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(Moment::at(now));
    }
}

/// Whether a container instance is deregistered although tasks run on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    /// Its status does not allow it.
    #[error("cannot {operation} a container instance that is {status}")]
    Status {
        /// What was to be done.
        operation: &'static str,
        /// The status.
        status: InstanceStatus,
    },
    /// That many tasks run on it.
    #[error("the container instance runs {0} tasks and is not deregistered by force")]
    RunsTasks(usize),
}

/// How many tasks a container instance has.
///
/// ```
/// use ecs_state::{StatusPair, TaskCounts, TaskStatus};
///
/// let pair = |last, shall_stop| StatusPair { last, shall_stop };
/// let counts = TaskCounts::of([
///     pair(TaskStatus::Running, false),
///     pair(TaskStatus::Pending, false),
///     pair(TaskStatus::Running, true),
/// ]);
/// assert_eq!((counts.running, counts.pending), (2, 1));
/// ```
///
/// Source: API shape `ContainerInstance`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TaskCounts {
    /// Those that shall run: `runningTasksCount`.
    pub running: usize,
    /// Those in `PENDING`: `pendingTasksCount`.
    pub pending: usize,
}

impl TaskCounts {
    /// Counts tasks with these statuses.
    #[must_use]
    pub fn of(tasks: impl IntoIterator<Item = StatusPair>) -> Self {
        tasks
            .into_iter()
            .fold(Self::default(), |counts, task| Self {
                running: counts.running + usize::from(!task.shall_stop),
                pending: counts.pending + usize::from(task.last == TaskStatus::Pending),
            })
    }
}
