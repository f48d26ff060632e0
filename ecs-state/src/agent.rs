//! [`AgentTask`]: the containers of one task on their host, driven as an agent drives them.

mod advance;
mod container;
mod event;
mod restart;
mod waiting;

use std::collections::VecDeque;
use std::sync::Arc;

use ecs_model::{HealthStatus, Timestamp};

use crate::{
    AgentTaskStatus, ContainerStatus, DependentPull, DesiredStatus, Rejection, TaskReport,
    TaskSpec, Verdict, task_health,
};

use container::Container;
pub use event::{RuntimeError, RuntimeEvent};
pub use waiting::{Wait, WaitCause};

/// The containers of one task on their host.
///
/// It neither runs containers nor reads a clock. Tell it what the container runtime did with
/// [`handle_event`](Self::handle_event), that the task shall stop with
/// [`handle_stop`](Self::handle_stop), and that time passed with
/// [`handle_timeout`](Self::handle_timeout). After each of these, carry out every
/// [`poll_action`](Self::poll_action), send every [`poll_report`](Self::poll_report) to ECS, and
/// set a timer for [`poll_timeout`](Self::poll_timeout). The same calls give the same results.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{AgentAction, AgentTask, ContainerSpec, ContainerStatus, RuntimeEvent, TaskSpec};
///
/// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
/// let now = Timestamp::from_seconds(1_429_882_340);
/// let mut task = AgentTask::new(spec, now);
/// assert_eq!(
///     task.poll_action(),
///     Some(AgentAction::PullManifest { container: "web".to_owned() })
/// );
/// let _ = task.handle_event("web", RuntimeEvent::ManifestPulled { digest: None }, now);
/// assert_eq!(
///     task.poll_action(),
///     Some(AgentAction::Pull { container: "web".to_owned() })
/// );
/// assert_eq!(task.container_status("web"), Some(ContainerStatus::ManifestPulled));
/// # Ok::<(), ecs_state::SpecError>(())
/// ```
///
/// Where the agent leaves a container waiting for ever, this machine stops it: see
/// [`resolve`](crate::resolve).
#[derive(Clone, Debug, PartialEq)]
pub struct AgentTask {
    spec: Arc<TaskSpec>,
    options: AgentOptions,
    known: AgentTaskStatus,
    sent: AgentTaskStatus,
    desired: DesiredStatus,
    reason: Option<String>,
    containers: Vec<Container>,
    pull_started_at: Option<Timestamp>,
    pull_stopped_at: Option<Timestamp>,
    execution_stopped_at: Option<Timestamp>,
    now: Timestamp,
    actions: VecDeque<AgentAction>,
    reports: VecDeque<TaskReport>,
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
        let containers = spec.containers().iter().map(Container::new).collect();
        let mut task = Self {
            spec,
            options,
            known: AgentTaskStatus::None,
            sent: AgentTaskStatus::None,
            desired: DesiredStatus::Running,
            reason: None,
            containers,
            pull_started_at: None,
            pull_stopped_at: None,
            execution_stopped_at: None,
            now,
            actions: VecDeque::new(),
            reports: VecDeque::new(),
        };
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
        self.observe(now);
        let verdict = self.apply(index, event);
        self.advance();
        verdict
    }

    /// ECS wants the task to stop.
    pub fn handle_stop(&mut self, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.desired == DesiredStatus::Stopped {
            return Verdict::Duplicate;
        }
        self.desired = DesiredStatus::Stopped;
        self.advance();
        Verdict::Applied
    }

    /// Time has passed. Call it at or after [`poll_timeout`](Self::poll_timeout); earlier calls
    /// change nothing.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.observe(now);
        self.kill_overdue();
        self.advance();
    }

    /// The next thing to do on the host.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<AgentAction> {
        self.actions.pop_front()
    }

    /// The next report for ECS.
    ///
    /// Poll until `None` after each `handle_*`. Reports are sent in this order; a report that is
    /// lost on the way is to be sent again before the next one.
    #[must_use]
    pub fn poll_report(&mut self) -> Option<TaskReport> {
        self.reports.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let stops = self
            .containers
            .iter()
            .filter_map(|container| container.kill_at);
        stops.chain(self.dependency_deadlines()).min()
    }

    /// The status of the task on this host.
    #[must_use]
    pub const fn status(&self) -> AgentTaskStatus {
        self.known
    }

    /// Where the task shall be.
    #[must_use]
    pub const fn desired_status(&self) -> DesiredStatus {
        self.desired
    }

    /// Why the task stops: the first reason that came up.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The status of a container of the task.
    #[must_use]
    pub fn container_status(&self, name: &str) -> Option<ContainerStatus> {
        self.container(name).map(|container| container.known)
    }

    /// The exit code of a container of the task, once it has one.
    #[must_use]
    pub fn exit_code(&self, name: &str) -> Option<i32> {
        self.container(name)?.exit_code
    }

    /// What the health check of a container of the task says.
    #[must_use]
    pub fn container_health(&self, name: &str) -> Option<&HealthStatus> {
        Some(&self.container(name)?.health)
    }

    /// The health of the task: that of its essential containers together.
    #[must_use]
    pub fn health(&self) -> HealthStatus {
        let containers = self.containers.iter().zip(self.spec.containers());
        let essential = containers.filter(|(_, spec)| spec.essential);
        task_health(essential.map(|(container, _)| &container.health))
    }

    /// How often a container of the task was started again.
    #[must_use]
    pub fn restart_count(&self, name: &str) -> Option<u32> {
        Some(self.container(name)?.restart_count)
    }

    fn container(&self, name: &str) -> Option<&Container> {
        self.containers.get(self.spec.position(name)?)
    }

    /// Time never goes back here, even if the caller's clock does.
    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    fn stop_because(&mut self, reason: impl FnOnce() -> String) {
        self.desired = DesiredStatus::Stopped;
        self.reason.get_or_insert_with(reason);
    }
}

/// What of an agent's configuration changes how a task goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentOptions {
    /// `ECS_IMAGE_PULL_BEHAVIOR`.
    pub image_pull: ImagePull,
    /// `ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT`.
    pub dependent_pull: DependentPull,
}

/// When an agent pulls images, and whether a task goes on if that fails.
///
/// Source: agent variable `ECS_IMAGE_PULL_BEHAVIOR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImagePull {
    /// Pull; go on with the image on the host if that fails.
    #[default]
    Default,
    /// Pull; stop the task if that fails.
    Always,
    /// Pull what was never pulled; stop the task if that fails.
    Once,
    /// Pull what is not on the host; go on if that fails.
    PreferCached,
}

impl ImagePull {
    const fn goes_on(self) -> bool {
        matches!(self, Self::Default | Self::PreferCached)
    }
}

/// What a host is to do for a task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AgentAction {
    /// Find out the digest of the image.
    PullManifest {
        /// The name of the container.
        container: String,
    },
    /// Pull the image.
    Pull {
        /// The name of the container.
        container: String,
    },
    /// Create the container.
    Create {
        /// The name of the container.
        container: String,
    },
    /// Start the container.
    Start {
        /// The name of the container.
        container: String,
    },
    /// Set up the network of the task in the running container.
    ProvisionNetwork {
        /// The name of the container.
        container: String,
    },
    /// Ask the container's process to end: `SIGTERM`.
    Stop {
        /// The name of the container.
        container: String,
    },
    /// End the container's process: `SIGKILL`.
    Kill {
        /// The name of the container.
        container: String,
    },
}
