//! [`TaskMachine`]: a task as ECS sees it.

mod advance;
mod describe;
mod merge;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use core::time::Duration;

use ecs_model::{TaskStopCode, Timestamp};

use crate::{
    ContainerReport, DesiredStatus, Phases, Rejection, ReportedStatus, StatusPair, StopCause,
    TaskReport, TaskSpec, TaskStatus, Timeline, Verdict,
};

/// How long a stopped task can be described, at least.
///
/// Source: Developer Guide, task lifecycle.
pub const STOPPED_TASK_RETENTION: Duration = Duration::from_secs(3_600);

/// A task as ECS sees it, from its creation until it is forgotten.
///
/// Events come in with `handle_*`; after each of them, carry out every
/// [`poll_action`](Self::poll_action), publish every [`poll_change`](Self::poll_change) and set a
/// timer for [`poll_timeout`](Self::poll_timeout). The same calls give the same results.
///
/// ```
/// use ecs_model::{TaskStopCode, Timestamp};
/// use ecs_state::{
///     ContainerReport, ContainerSpec, Phases, ReportedStatus, TaskMachine, TaskReport, TaskSpec,
///     Verdict,
/// };
///
/// let spec = TaskSpec::new([ContainerSpec::new("sleep")])?;
/// let at = Timestamp::from_seconds;
/// let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
/// assert_eq!(task.status().to_string(), "PENDING:RUNNING");
///
/// let running = TaskReport::new(ReportedStatus::Running)
///     .with_container(ContainerReport::running("sleep"));
/// assert_eq!(task.handle_report(&running, at(2)), Verdict::Applied);
/// assert_eq!(task.handle_report(&running, at(3)), Verdict::Duplicate);
///
/// let stopped = TaskReport::new(ReportedStatus::Stopped)
///     .with_container(ContainerReport::stopped("sleep", 0));
/// assert_eq!(task.handle_report(&stopped, at(362)), Verdict::Applied);
/// assert_eq!(task.handle_report(&running, at(363)), Verdict::Stale);
/// assert_eq!(task.status().to_string(), "STOPPED:STOPPED");
/// assert_eq!(task.stop_code(), Some(TaskStopCode::EssentialContainerExited));
/// assert_eq!(
///     task.stopped_reason().as_deref(),
///     Some("Essential container in task exited")
/// );
///
/// let path: Vec<String> = std::iter::from_fn(|| task.poll_change())
///     .map(|change| change.to.to_string())
///     .collect();
/// assert_eq!(
///     path,
///     ["PENDING:RUNNING", "RUNNING:RUNNING", "STOPPED:RUNNING", "STOPPED:STOPPED"]
/// );
/// # Ok::<(), ecs_state::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TaskMachine {
    spec: Arc<TaskSpec>,
    phases: Phases,
    retention: Duration,
    status: StatusPair,
    cause: Option<StopCause>,
    stops: Stops,
    containers: Vec<ContainerReport>,
    timeline: Timeline,
    orphaned: bool,
    version: u64,
    now: Timestamp,
    actions: VecDeque<TaskAction>,
    changes: VecDeque<StatusChange>,
}

/// What is known of the way down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stops {
    /// All containers have stopped.
    containers_stopped: bool,
    /// The task was entered somewhere and not yet taken out.
    registered: bool,
    /// The agent was told to stop the containers.
    agent_told: bool,
}

/// How far ECS is with its own work in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PhaseWork {
    NotBegun,
    Open,
    Done,
    /// The task is to stop instead.
    InVain,
}

impl TaskMachine {
    /// A task that was created at `now`, shall run, and will be forgotten
    /// [`STOPPED_TASK_RETENTION`] after its end.
    #[must_use]
    pub fn new(spec: impl Into<Arc<TaskSpec>>, phases: Phases, now: Timestamp) -> Self {
        let spec = spec.into();
        let containers = spec.containers().iter();
        let containers = containers
            .map(|container| ContainerReport::new(&container.name, ReportedStatus::Pending))
            .collect();
        let mut task = Self {
            spec,
            phases,
            retention: STOPPED_TASK_RETENTION,
            status: StatusPair {
                last: phases.entry(),
                desired: DesiredStatus::Running,
            },
            cause: None,
            stops: Stops::default(),
            containers,
            timeline: Timeline::new(now),
            orphaned: false,
            version: 1,
            now,
            actions: VecDeque::new(),
            changes: VecDeque::new(),
        };
        task.changes.push_back(StatusChange {
            from: None,
            to: task.status,
            at: now,
            version: task.version,
        });
        task.actions.push_back(match phases.entry() {
            TaskStatus::Provisioning => TaskAction::Provision,
            _ => TaskAction::Launch,
        });
        task
    }

    /// Sets how long the task can be described after its end.
    #[must_use]
    pub fn with_retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// Takes what an agent reports.
    ///
    /// A report may come twice, late or out of order; the status only goes up. Times, exit codes
    /// and ids that a late report still adds are kept.
    pub fn handle_report(&mut self, report: &TaskReport, now: Timestamp) -> Verdict {
        if let Err(rejection) = self.examine(report) {
            return Verdict::Rejected(rejection);
        }
        self.observe(now);
        let containers_moved = self.merge(report);
        let before = self.status.last;
        let told = self.follow(report);
        self.advance();
        match told {
            _ if containers_moved || self.status.last > before => Verdict::Applied,
            verdict => verdict,
        }
    }

    /// The task shall stop. The first cause is the one that stays.
    pub fn handle_stop(&mut self, cause: StopCause, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.status.desired == DesiredStatus::Stopped {
            return Verdict::Duplicate;
        }
        self.stop_because(cause);
        self.advance();
        Verdict::Applied
    }

    /// The task's host is gone: the task is stopped at once, without any report.
    ///
    /// What ECS has done for it elsewhere is still to be taken back, as
    /// [`poll_action`](Self::poll_action) says.
    ///
    /// After a forced deregistration the containers may still run on a host that ECS does not
    /// know any more; [`is_orphaned`](Self::is_orphaned) says so.
    pub fn handle_host_lost(&mut self, loss: HostLoss, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.status.last >= TaskStatus::Stopped {
            return Verdict::Duplicate;
        }
        let cause = match loss {
            HostLoss::Terminated { instance } => StopCause::HostTerminated { instance },
            HostLoss::Deregistered => {
                let launched = self.status.last > TaskStatus::Provisioning;
                self.orphaned = launched && !self.stops.containers_stopped;
                StopCause::DeregistrationForced
            }
        };
        self.cause.get_or_insert(cause);
        let stopped = StatusPair {
            last: TaskStatus::Stopped,
            desired: DesiredStatus::Stopped,
        };
        self.become_pair(stopped);
        self.actions.clear();
        self.take_back();
        Verdict::Applied
    }

    /// ECS itself has finished a phase of the task: `PROVISIONING`, `ACTIVATING`, `DEACTIVATING`
    /// or `DEPROVISIONING`.
    pub fn handle_phase_done(&mut self, phase: TaskStatus, now: Timestamp) -> Verdict {
        if !self.is_own_phase(phase) {
            return Verdict::Rejected(Rejection::NoSuchPhase(phase));
        }
        match self.work_of(phase) {
            PhaseWork::NotBegun => {
                let at = self.status.last;
                return Verdict::Rejected(Rejection::PhaseNotBegun { at, phase });
            }
            PhaseWork::Done => return Verdict::Duplicate,
            PhaseWork::InVain => return Verdict::Stale,
            PhaseWork::Open => {}
        }
        self.observe(now);
        self.finish_phase(phase);
        self.advance();
        Verdict::Applied
    }

    /// Time has passed: a stopped task is forgotten when its retention is over.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.observe(now);
        if self.poll_timeout().is_some_and(|at| at <= self.now) {
            self.become_last(TaskStatus::Deleted);
        }
    }

    /// The next thing to do for the task.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<TaskAction> {
        self.actions.pop_front()
    }

    /// The next change of status to publish, the creation being the first.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_change(&mut self) -> Option<StatusChange> {
        self.changes.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let stopped_at = self.timeline.stopped_at?;
        (self.status.last == TaskStatus::Stopped).then(|| stopped_at.saturating_add(self.retention))
    }

    /// Last and desired status.
    #[must_use]
    pub const fn status(&self) -> StatusPair {
        self.status
    }

    /// Why the task stops, once it is to stop.
    #[must_use]
    pub const fn stop_cause(&self) -> Option<&StopCause> {
        self.cause.as_ref()
    }

    /// The code of the API for why the task stops.
    #[must_use]
    pub fn stop_code(&self) -> Option<TaskStopCode> {
        self.cause.as_ref()?.code()
    }

    /// The words of ECS for why the task stops.
    #[must_use]
    pub fn stopped_reason(&self) -> Option<Cow<'_, str>> {
        Some(self.cause.as_ref()?.reason())
    }

    /// The times of the task.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What was reported of each container, in the order of the task definition.
    #[must_use]
    pub fn containers(&self) -> &[ContainerReport] {
        &self.containers
    }

    /// Whether containers of the stopped task may still run on a deregistered host.
    #[must_use]
    pub const fn is_orphaned(&self) -> bool {
        self.orphaned
    }

    /// The number of changes so far, the creation included.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Time never goes back here, even if the caller's clock does.
    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }
}

/// How a task lost its host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostLoss {
    /// The host was stopped or terminated.
    Terminated {
        /// Its EC2 id, or managed instance id.
        instance: String,
    },
    /// The container instance was deregistered by force.
    Deregistered,
}

/// What ECS is to do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskAction {
    /// Prepare the network interface or the host; answer with
    /// [`TaskMachine::handle_phase_done`].
    Provision,
    /// Give the task to the agent.
    Launch,
    /// Enter the task in target groups and service discovery; answer with
    /// [`TaskMachine::handle_phase_done`].
    Register,
    /// Take the task out of its target groups; answer with [`TaskMachine::handle_phase_done`].
    Deregister,
    /// Tell the agent to stop the containers.
    StopContainers,
    /// Take back what was prepared; answer with [`TaskMachine::handle_phase_done`].
    Deprovision,
}

/// A change of the status of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusChange {
    /// What it was; `None` for the creation.
    pub from: Option<StatusPair>,
    /// What it is.
    pub to: StatusPair,
    /// When it changed.
    pub at: Timestamp,
    /// The number of the change, from 1.
    pub version: u64,
}
