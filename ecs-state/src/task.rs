//! [`TaskMachine`]: a task as ECS sees it.

mod action;
mod advance;
mod change;
mod container;
mod describe;
mod event;
mod explain;
mod host;
mod merge;

use std::borrow::Cow;
use std::sync::Arc;

use core::time::Duration;

use ecs_model::{HealthStatus, TaskStopCode, Timestamp};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::attachment::ATTACHMENT_TIMEOUT;
use crate::moment::Moment;
use crate::restore::restored;
use crate::timeline::Times;
use crate::{
    AttachmentKind, AttachmentStatus, ContainerReport, Phases, Rejection, RestoreError, StatusPair,
    StopCause, StopWording, TaskReport, TaskSpec, TaskStatus, Timeline, Verdict, task_health,
};

use action::Pending;
pub use action::TaskAction;
use change::Changes;
pub use change::TaskChange;
use container::{TaskAttachment, TaskContainer};
pub use event::TaskEvent;
pub use explain::{TaskExplanation, TaskTimeout, TaskWait};
pub use host::HostLoss;

/// How long a stopped task can be described, at least.
///
/// Source: Developer Guide, task lifecycle.
pub const STOPPED_TASK_RETENTION: Duration = Duration::from_secs(3_600);

/// How long ECS waits for an agent before it gives it a task, or asks it to stop one, again. AWS
/// does not publish its own time.
pub const ASK_AGAIN: Duration = Duration::from_secs(60);

restored! {
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
    ///
    /// A clone is a snapshot; serde writes one that outlives the program.
    pub struct TaskMachine {
        format: Format<TaskMachine>,
        spec: Arc<TaskSpec>,
        phases: Phases,
        wording: StopWording,
        retention: Duration,
        status: StatusPair,
        cause: Option<StopCause>,
        stops: Stops,
        is_connected: Option<bool>,
        is_orphaned: bool,
        containers: Box<[TaskContainer]>,
        attachments: Vec<TaskAttachment>,
        times: Times,
        /// When the status last changed.
        since: Moment,
        /// When the agent is asked again.
        ask_at: Moment,
        /// When the network interface has to be there.
        attach_by: Moment,
        version: u64,
        now: Moment,
        pending: Pending,
        changes: Changes,
    }
    follows {}
}

/// What is known of the way down, and of the agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stops {
    /// The agent has the task.
    agent_has_it: bool,
    /// An essential container has stopped.
    essential_ended: bool,
    /// All containers have stopped.
    containers_stopped: bool,
    /// The task was entered somewhere and not yet taken out.
    registered: bool,
    /// The agent was told to stop the containers, or does so of its own accord.
    agent_told: bool,
}

impl Saved for TaskMachine {
    const NAME: &'static str = "task";
    const VERSION: u32 = 1;
}

impl TaskMachine {
    /// A task that was created at `now`, shall run, and will be forgotten
    /// [`STOPPED_TASK_RETENTION`] after its end.
    #[must_use]
    pub fn new(spec: impl Into<Arc<TaskSpec>>, phases: Phases, now: Timestamp) -> Self {
        let spec = spec.into();
        let now = Moment::at(now);
        let reported = spec.nodes().iter().filter(|node| !node.internal);
        let status = StatusPair {
            last: phases.entry(),
            shall_stop: false,
        };
        let mut task = Self {
            format: Format::current(),
            phases,
            wording: StopWording::default(),
            retention: STOPPED_TASK_RETENTION,
            status,
            cause: None,
            stops: Stops::default(),
            is_connected: None,
            is_orphaned: false,
            containers: reported.map(|_| TaskContainer::default()).collect(),
            attachments: Vec::new(),
            times: Times::new(now),
            since: now,
            ask_at: Moment::NONE,
            attach_by: Moment::NONE,
            version: 1,
            now,
            pending: Pending::default(),
            changes: Changes::created(status, now),
            spec,
        };
        match phases.entry() {
            TaskStatus::Provisioning => task.pending.add(TaskAction::Provision),
            _ => task.launch(),
        }
        task
    }

    /// Sets how long the task can be described after its end.
    #[must_use]
    pub const fn with_retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// Sets whose words say why the task stopped.
    #[must_use]
    pub const fn with_wording(mut self, wording: StopWording) -> Self {
        self.wording = wording;
        self
    }

    /// Adds an attachment, `PRECREATED`. A network interface has [`ATTACHMENT_TIMEOUT`] to come
    /// up.
    #[must_use]
    pub fn with_attachment(mut self, id: impl Into<String>, kind: AttachmentKind) -> Self {
        self.attachments.push(TaskAttachment {
            id: id.into(),
            kind,
            status: AttachmentStatus::Precreated,
        });
        if kind == AttachmentKind::ElasticNetworkInterface {
            self.attach_by = self.times.created_at.after(ATTACHMENT_TIMEOUT);
        }
        self
    }

    /// Takes what an agent reports.
    ///
    /// A report may come twice, late or out of order; the status only goes up. Times, exit codes
    /// and ids that a late report still adds are kept, and what cannot be taken does not keep the
    /// rest from being taken.
    pub fn handle_report(&mut self, report: &TaskReport<'_>, now: Timestamp) -> Verdict {
        if self.status.last == TaskStatus::Provisioning {
            return Verdict::Rejected(Rejection::NotLaunched(self.status.last));
        }
        self.observe(now);
        self.hear_of_agent();
        let version = self.version;
        let merged = self.merge(report);
        let told = self.follow(report);
        self.advance();
        if merged.moved && self.version == version {
            self.tell(self.status);
        }
        match merged.rejections {
            rejections if !rejections.is_empty() => Verdict::Partial(rejections),
            _ if merged.moved || self.version > version => Verdict::Applied,
            _ => told,
        }
    }

    /// Takes what the health check of a container says. The status of the task does not depend on
    /// it, and no event tells of it.
    pub fn handle_health(
        &mut self,
        container: &str,
        health: &HealthStatus,
        now: Timestamp,
    ) -> Verdict {
        self.take_health(container, health, now)
    }

    /// The agent has acknowledged that it was given the task.
    pub fn handle_launched(&mut self, now: Timestamp) -> Verdict {
        if self.status.last == TaskStatus::Provisioning {
            return Verdict::Rejected(Rejection::NotLaunched(self.status.last));
        }
        self.observe(now);
        if self.stops.agent_has_it {
            return Verdict::Duplicate;
        }
        self.hear_of_agent();
        Verdict::Applied
    }

    /// The task shall stop. The first cause is the one that stays.
    pub fn handle_stop(&mut self, cause: StopCause, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.status.shall_stop {
            return Verdict::Duplicate;
        }
        self.stop_because(cause);
        self.advance();
        Verdict::Applied
    }

    /// ECS itself has finished a phase of the task: `PROVISIONING`, `ACTIVATING`, `DEACTIVATING`
    /// or `DEPROVISIONING`.
    pub fn handle_phase_done(&mut self, phase: TaskStatus, now: Timestamp) -> Verdict {
        if let Some(verdict) = self.refuse_phase(phase) {
            return verdict;
        }
        self.observe(now);
        self.finish_phase(phase);
        self.advance();
        Verdict::Applied
    }

    /// The work of a phase cannot be done. A task that is on its way up stops for this reason;
    /// what is to be taken back is asked for again.
    pub fn handle_phase_failed(
        &mut self,
        phase: TaskStatus,
        reason: impl Into<String>,
        now: Timestamp,
    ) -> Verdict {
        if let Some(verdict) = self.refuse_phase(phase) {
            return verdict;
        }
        self.observe(now);
        self.fail_phase(phase, reason.into());
        self.advance();
        Verdict::Applied
    }

    /// Time has passed: the agent is asked again, a network interface did not come, or a stopped
    /// task is forgotten. Before [`poll_timeout`](Self::poll_timeout) nothing changes, which is
    /// [`Verdict::Duplicate`].
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        if !self.next_timeout().is_due(self.now.max(Moment::at(now))) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        self.fire_timers();
        self.advance();
        Verdict::Applied
    }

    /// The next thing to do for the task.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<TaskAction> {
        self.pending.take()
    }

    /// The next change to publish, the creation being the first.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_change(&mut self) -> Option<TaskChange> {
        self.changes.take()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.next_timeout().get()
    }

    /// What the task is made of.
    #[must_use]
    pub fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    /// The phases of the task.
    #[must_use]
    pub const fn phases(&self) -> Phases {
        self.phases
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
        self.cause.as_ref()?.code(self.wording)
    }

    /// The words of ECS for why the task stops.
    #[must_use]
    pub fn stopped_reason(&self) -> Option<Cow<'_, str>> {
        Some(self.cause.as_ref()?.reason(self.wording))
    }

    /// The times of the task.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        self.times.lend()
    }

    /// What was reported of each container, in the order of the task definition.
    pub fn containers(&self) -> impl ExactSizeIterator<Item = ContainerReport<'_>> {
        let nodes = self.spec.nodes().iter();
        self.containers
            .iter()
            .zip(nodes)
            .map(|(container, node)| container.report(node))
    }

    /// What was reported of one container.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<ContainerReport<'_>> {
        let index = self.spec.position(name)?;
        Some(self.containers.get(index)?.report(self.spec.node(index)?))
    }

    /// What the health check of a container was last heard to say.
    #[must_use]
    pub fn container_health(&self, name: &str) -> Option<&HealthStatus> {
        let container = self.containers.get(self.spec.position(name)?)?;
        Some(container.health.as_status())
    }

    /// The health of the task: that of its essential containers with a health check together, as
    /// it was last heard of.
    #[must_use]
    pub fn health(&self) -> HealthStatus {
        let containers = self.containers.iter().zip(self.spec.nodes());
        let counted = containers.filter(|(_, node)| node.essential && node.has_health_check);
        task_health(counted.map(|(container, _)| container.health.as_status()))
    }

    /// How far each attachment is: its id, what it is, and its status.
    pub fn attachments(
        &self,
    ) -> impl ExactSizeIterator<Item = (&str, AttachmentKind, AttachmentStatus)> {
        self.attachments
            .iter()
            .map(|attachment| (attachment.id.as_str(), attachment.kind, attachment.status))
    }

    /// Whether the agent of the task is connected; `None` before it ever was.
    #[must_use]
    pub const fn is_connected(&self) -> Option<bool> {
        self.is_connected
    }

    /// Whether containers of the stopped task may still run on a deregistered host.
    #[must_use]
    pub const fn is_orphaned(&self) -> bool {
        self.is_orphaned
    }

    /// The number of changes so far, the creation included.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What is wrong with a task that was read back.
    fn restored(self) -> Result<Self, RestoreError> {
        let reported = self.spec.nodes().iter().filter(|node| !node.internal);
        RestoreError::check_containers(reported.count(), self.containers.len())?;
        Ok(self)
    }

    /// Time never goes back here, even if the caller's clock does.
    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(Moment::at(now));
    }
}
