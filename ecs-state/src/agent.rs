//! [`AgentTask`]: the containers of one task on their host, driven as an agent drives them.

mod action;
mod advance;
mod container;
mod event;
mod failure;
mod hold;
mod ladder;
mod marks;
mod news;
mod options;
mod queue;
mod record;
mod resources;
mod restart;
mod stop;
mod timers;
mod waiting;

use std::borrow::Cow;
use std::sync::Arc;

use ecs_model::{HealthStatus, Timestamp};
use ecs_taskdef::{Format, Saved};

use crate::moment::Moment;
use crate::restore::restored;
use crate::{
    AgentTaskStatus, ContainerStatus, ManagedAgentStatus, Rejection, ReportedStatus,
    ResourceStatus, RestoreError, TaskReport, TaskSpec, Verdict, task_health,
};

pub use action::AgentAction;
use container::Container;
pub use event::{ResourceEvent, RuntimeError, RuntimeEvent};
pub use failure::FailedStep;
pub use hold::{Credentials, Hold, NextStep, step_resolved};
use ladder::Ladder;
use marks::{Marks, Untold};
pub use news::ContainerHealthReport;
pub(crate) use news::News;
pub use options::{AgentOptions, ImagePull};
use queue::Queue;
pub use record::AgentEvent;
use resources::Resource;
use timers::Timers;
pub use timers::{REPORT_BATCH, REPORT_RETRY, TASK_CLEANUP_WAIT, UNSENT_CLEANUP_WAIT};
pub use waiting::{Wait, WaitCause};

restored! {
    /// The containers of one task on their host.
    ///
    /// It neither runs containers nor reads a clock. Tell it what the container runtime did with
    /// [`handle_event`](Self::handle_event), that the task shall stop with
    /// [`handle_stop`](Self::handle_stop), and that time passed with
    /// [`handle_timeout`](Self::handle_timeout). After each of these, carry out every
    /// [`poll_action`](Self::poll_action), send every [`poll_report`](Self::poll_report) and
    /// [`poll_health`](Self::poll_health) to ECS, and set a timer for
    /// [`poll_timeout`](Self::poll_timeout). The same calls give the same results.
    ///
    /// ```
    /// use ecs_model::Timestamp;
    /// use ecs_state::{AgentTask, ContainerSpec, ContainerStatus, AgentAction, RuntimeEvent, TaskSpec};
    ///
    /// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
    /// let now = Timestamp::from_seconds(1_429_882_340);
    /// let mut task = AgentTask::new(spec, now);
    /// assert_eq!(
    ///     task.poll_action(),
    ///     Some(AgentAction::PullManifest { container: "web".into() })
    /// );
    /// let _ = task.handle_event("web", RuntimeEvent::ManifestPulled { digest: None }, now);
    /// assert_eq!(
    ///     task.poll_action(),
    ///     Some(AgentAction::Pull { container: "web".into() })
    /// );
    /// assert_eq!(task.container_status("web"), Some(ContainerStatus::ManifestPulled));
    /// # Ok::<(), ecs_state::SpecError>(())
    /// ```
    ///
    /// Where the agent leaves a container waiting for ever, this machine stops it, unless its options
    /// ask for the agent's own [`Behaviour`](crate::Behaviour).
    ///
    /// A clone is a snapshot; serde writes one that outlives the program.
    pub struct AgentTask {
        format: Format<AgentTask>,
        spec: Arc<TaskSpec>,
        options: AgentOptions,
        status: Ladder<AgentTaskStatus>,
        shall_stop: bool,
        has_credentials: bool,
        reason: Option<Cow<'static, str>>,
        /// Whether the reason is the agent's own, of which ECS hears.
        is_reason_told: bool,
        containers: Box<[Container]>,
        resources: Box<[Resource]>,
        pull_started_at: Moment,
        pull_stopped_at: Moment,
        execution_stopped_at: Moment,
        now: Moment,
        timers: Timers,
        actions: Queue,
        untold: Untold,
    }
    follows {
        /// Kept at hand.
        marks: Marks,
    }
}

impl Saved for AgentTask {
    const NAME: &'static str = "task on its host";
    const VERSION: u32 = 1;
}

impl AgentTask {
    /// A task that an agent has just received, with the agent's default options.
    #[must_use]
    pub fn new(spec: impl Into<Arc<TaskSpec>>, now: Timestamp) -> Self {
        Self::with_options(spec, AgentOptions::default(), now)
    }

    /// A task that an agent with these options has just received.
    #[must_use]
    pub fn with_options(
        spec: impl Into<Arc<TaskSpec>>,
        options: AgentOptions,
        now: Timestamp,
    ) -> Self {
        let spec = spec.into();
        let now = Moment::at(now);
        let containers: Box<[_]> = spec
            .nodes()
            .iter()
            .map(|node| Container::new(node, now))
            .collect();
        let mut task = Self {
            format: Format::current(),
            options,
            status: Ladder::default(),
            shall_stop: false,
            has_credentials: false,
            reason: None,
            is_reason_told: false,
            resources: spec
                .resources()
                .iter()
                .map(|_| Resource::default())
                .collect(),
            pull_started_at: Moment::NONE,
            pull_stopped_at: Moment::NONE,
            execution_stopped_at: Moment::NONE,
            now,
            timers: Timers::default(),
            untold: Untold::default(),
            actions: Queue::for_task(containers.len(), spec.resources().len()),
            marks: Marks::new(containers.len()),
            containers,
            spec,
        };
        task.marks.again = task.spec.all();
        task.advance();
        task
    }

    /// Takes what the container runtime says about a container.
    pub fn handle_event(
        &mut self,
        container: &str,
        event: RuntimeEvent,
        now: Timestamp,
    ) -> Verdict {
        let Some(index) = self.spec.position(container) else {
            return Verdict::Rejected(Rejection::UnknownContainer(container.to_owned()));
        };
        if let Some(rejection) = self.refuse(index, &event) {
            return Verdict::Rejected(rejection);
        }
        self.observe(now);
        let verdict = self.take_event(index, event);
        self.marks.again |= 1 << index;
        self.advance();
        verdict
    }

    /// Takes what became of a resource of the task.
    pub fn handle_resource(
        &mut self,
        resource: &str,
        event: ResourceEvent,
        now: Timestamp,
    ) -> Verdict {
        let Some(index) = self.spec.resource_position(resource) else {
            return Verdict::Rejected(Rejection::UnknownResource(resource.to_owned()));
        };
        self.observe(now);
        let verdict = self.take_resource(index, event);
        self.marks.again = self.spec.all();
        self.advance();
        verdict
    }

    /// The credentials of the task execution role are there.
    pub fn handle_credentials(&mut self, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.has_credentials {
            return Verdict::Duplicate;
        }
        self.has_credentials = true;
        self.marks.again = self.spec.all();
        self.advance();
        Verdict::Applied
    }

    /// ECS wants the task to stop.
    pub fn handle_stop(&mut self, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.shall_stop {
            return Verdict::Duplicate;
        }
        self.stop_task(None);
        self.advance();
        Verdict::Applied
    }

    /// Time has passed. Call it at or after [`poll_timeout`](Self::poll_timeout); earlier calls
    /// change nothing, which is [`Verdict::Duplicate`].
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        if !self.timers.next.is_due(self.now.max(Moment::at(now))) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        self.fire_timers();
        self.marks.again |= self.spec.timed();
        self.advance();
        Verdict::Applied
    }

    /// ECS has acknowledged the report of the task with this status.
    ///
    /// Without acknowledgements nothing is missed as long as no report is lost: see
    /// [`handle_report_failed`](Self::handle_report_failed).
    pub fn handle_report_acknowledged(
        &mut self,
        status: ReportedStatus,
        now: Timestamp,
    ) -> Verdict {
        self.observe(now);
        let verdict = self.acknowledge(status);
        self.settle();
        verdict
    }

    /// A report was lost, or ECS has answered with an error that may pass: what was not
    /// acknowledged is reported again, after a pause that begins with [`REPORT_RETRY`].
    pub fn handle_report_failed(&mut self, now: Timestamp) -> Verdict {
        self.observe(now);
        self.lose_reports();
        self.settle();
        Verdict::Applied
    }

    /// Whatever was sent about health is lost, as it is with a connection.
    pub fn handle_health_lost(&mut self) -> Verdict {
        let lost = self.spec.checked();
        Verdict::of_change(core::mem::replace(&mut self.untold.health, lost) != lost)
    }

    /// The next thing to do on the host.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<AgentAction> {
        self.actions
            .pop()
            .and_then(|queued| self.lend_action(queued))
    }

    /// What ECS has not heard of, if it is time to tell.
    ///
    /// Poll until `None` after each `handle_*`. Reports are sent in this order.
    #[must_use]
    pub fn poll_report(&mut self) -> Option<TaskReport<'_>> {
        self.is_report_due().then(|| self.send_report())
    }

    /// The next container whose health ECS has not heard of.
    ///
    /// Health does not travel with the reports of the task. Poll until `None` after each
    /// `handle_*`.
    ///
    /// ```
    /// use ecs_model::{HealthStatus, Timestamp};
    /// use ecs_state::{AgentTask, ContainerSpec, Phases, RuntimeEvent, TaskMachine, TaskSpec};
    ///
    /// let spec = TaskSpec::new([ContainerSpec::new("web").with_health_check()])?;
    /// let now = Timestamp::from_seconds(0);
    /// let mut host = AgentTask::new(spec.clone(), now);
    /// let mut task = TaskMachine::new(spec, Phases::guide_2015(), now);
    ///
    /// let _ = host.handle_event("web", RuntimeEvent::Health(HealthStatus::Unhealthy), now);
    /// while let Some(report) = host.poll_health() {
    ///     let _ = task.handle_health(report.container(), report.health(), now);
    /// }
    /// assert_eq!(task.health(), HealthStatus::Unhealthy);
    /// # Ok::<(), ecs_state::SpecError>(())
    /// ```
    #[must_use]
    pub fn poll_health(&mut self) -> Option<ContainerHealthReport<'_>> {
        self.send_health()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.timers.next.get()
    }

    /// What the task is made of.
    #[must_use]
    pub fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    /// The status of the task on this host.
    #[must_use]
    pub const fn status(&self) -> AgentTaskStatus {
        self.status.known
    }

    /// The status that ECS was last told of.
    #[must_use]
    pub const fn sent_status(&self) -> AgentTaskStatus {
        self.status.sent
    }

    /// Whether the task shall stop, because ECS wants it or because of its containers. A task that
    /// shall stop never runs again.
    #[must_use]
    pub const fn shall_stop(&self) -> bool {
        self.shall_stop
    }

    /// Why the task stops: the first reason that came up.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The status of a container of the task.
    #[must_use]
    pub fn container_status(&self, name: &str) -> Option<ContainerStatus> {
        self.container(name).map(Container::known)
    }

    /// Where a container of the task shall be.
    #[must_use]
    pub fn container_desired_status(&self, name: &str) -> Option<ContainerStatus> {
        self.container(name).map(|container| container.desired)
    }

    /// The status of a container that ECS was last told of.
    #[must_use]
    pub fn container_sent_status(&self, name: &str) -> Option<ContainerStatus> {
        self.container(name).map(|container| container.status.sent)
    }

    /// The exit code of a container of the task, once it has one.
    #[must_use]
    pub fn exit_code(&self, name: &str) -> Option<i32> {
        self.container(name)?.exit_code
    }

    /// Why a container of the task stopped, or what went wrong on its way.
    #[must_use]
    pub fn container_reason(&self, name: &str) -> Option<&str> {
        self.container(name)?.reason.as_deref()
    }

    /// What the health check of a container of the task says.
    #[must_use]
    pub fn container_health(&self, name: &str) -> Option<&HealthStatus> {
        Some(self.container(name)?.health.as_status())
    }

    /// The health of the task: that of its essential containers with a health check together.
    #[must_use]
    pub fn health(&self) -> HealthStatus {
        let containers = self.containers.iter().zip(self.spec.nodes());
        let counted = containers.filter(|(_, node)| node.essential);
        task_health(counted.filter_map(|(container, node)| container.checked_health(node)))
    }

    /// How often a container of the task was started again.
    #[must_use]
    pub fn restart_count(&self, name: &str) -> Option<u32> {
        Some(self.container(name)?.restart_count)
    }

    /// The status of the managed agent of a container, where it has one.
    #[must_use]
    pub fn managed_agent_status(&self, name: &str) -> Option<ManagedAgentStatus> {
        let agent = self.container(name)?.managed_agent.as_ref()?;
        Some(agent.status.known)
    }

    /// The status of a managed agent that ECS was last told of.
    #[must_use]
    pub fn managed_agent_sent_status(&self, name: &str) -> Option<ManagedAgentStatus> {
        let agent = self.container(name)?.managed_agent.as_ref()?;
        Some(agent.status.sent)
    }

    /// The status of a resource of the task.
    #[must_use]
    pub fn resource_status(&self, name: &str) -> Option<ResourceStatus> {
        let index = self.spec.resource_position(name)?;
        self.resources.get(index).map(|resource| resource.known)
    }

    /// What is wrong with a task that was read back; draws from its containers what is kept at
    /// hand.
    fn restored(mut self) -> Result<Self, RestoreError> {
        let (containers, resources) = (self.spec.nodes().len(), self.spec.resources().len());
        RestoreError::check_containers(containers, self.containers.len())?;
        RestoreError::check_resources(resources, self.resources.len())?;
        for (index, (container, node)) in self.containers.iter().zip(self.spec.nodes()).enumerate()
        {
            self.marks.enter(container.known().task_status(node.steady));
            self.marks.in_flight |= u64::from(container.in_flight.is_some()) << index;
            self.marks.essential_stopped |= node.essential && container.is_stopped();
        }
        Ok(self)
    }

    fn container(&self, name: &str) -> Option<&Container> {
        self.containers.get(self.spec.position(name)?)
    }

    /// Time never goes back here, even if the caller's clock does.
    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(Moment::at(now));
    }
}
