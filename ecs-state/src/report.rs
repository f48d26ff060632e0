//! What an agent tells ECS about a task.

use core::iter::Copied;
use core::slice;

use ecs_model::operation::{
    ContainerStateChange, ManagedAgentStateChange, SubmitTaskStateChangeRequest,
};
use ecs_model::task::ManagedAgentName;
use ecs_model::{NetworkBinding, Timestamp};

use crate::agent::News;
use crate::{ManagedAgentStatus, ReportedStatus, UnknownName};

/// The most bytes of a reason, as the agent cuts it.
///
/// Source: amazon-ecs-agent, ECS client.
pub const MAX_REASON_LENGTH: usize = 1_024;
/// The most bytes of the id of a container, as the agent cuts it.
pub const MAX_RUNTIME_ID_LENGTH: usize = 255;
/// The most bytes of the digest of an image, as the agent cuts it.
pub const MAX_IMAGE_DIGEST_LENGTH: usize = 255;

/// What an agent submits about a task and its containers.
///
/// This is the one type between the two layers: [`AgentTask`](crate::AgentTask) lends it,
/// [`TaskMachine`](crate::TaskMachine) takes it. It owns nothing that is large; what travels over
/// a wire is [`SubmitTaskStateChangeRequest`], to which [`to_request`](Self::to_request) and from
/// which `TryFrom` leads.
///
/// ```
/// use ecs_state::{ContainerReport, ReportedStatus, TaskReport};
///
/// let report = TaskReport::new(ReportedStatus::Stopped)
///     .with_container(ContainerReport::stopped("web", 1));
/// let request = report.to_request();
/// assert_eq!(request.status.as_deref(), Some("STOPPED"));
/// assert_eq!(TaskReport::try_from(&request)?, report);
/// # Ok::<(), ecs_state::UnknownName>(())
/// ```
///
/// Source: API shape `SubmitTaskStateChangeRequest`.
#[derive(Clone, Debug)]
pub struct TaskReport<'a> {
    status: ReportedStatus,
    reason: Option<&'a str>,
    pull_started_at: Option<Timestamp>,
    pull_stopped_at: Option<Timestamp>,
    execution_stopped_at: Option<Timestamp>,
    containers: Parts<'a>,
}

/// Where the containers and managed agents of a report stand.
#[derive(Clone, Debug)]
enum Parts<'a> {
    Listed(Vec<ContainerReport<'a>>, Vec<ManagedAgentReport<'a>>),
    News(News<'a>),
}

impl<'a> TaskReport<'a> {
    /// A report without details.
    #[must_use]
    pub const fn new(status: ReportedStatus) -> Self {
        Self {
            status,
            reason: None,
            pull_started_at: None,
            pull_stopped_at: None,
            execution_stopped_at: None,
            containers: Parts::Listed(Vec::new(), Vec::new()),
        }
    }

    /// A report of news, with the times of pulls and of the first end.
    pub(crate) const fn of_news(
        status: ReportedStatus,
        reason: Option<&'a str>,
        [pull_started_at, pull_stopped_at, execution_stopped_at]: [Option<Timestamp>; 3],
        news: News<'a>,
    ) -> Self {
        Self {
            status,
            reason,
            pull_started_at,
            pull_stopped_at,
            execution_stopped_at,
            containers: Parts::News(news),
        }
    }

    /// Adds what happened to a container.
    #[must_use]
    pub fn with_container(mut self, container: ContainerReport<'a>) -> Self {
        let (mut containers, agents) = self.listed();
        containers.push(container);
        self.containers = Parts::Listed(containers, agents);
        self
    }

    /// Adds what happened to a managed agent.
    #[must_use]
    pub fn with_managed_agent(mut self, agent: ManagedAgentReport<'a>) -> Self {
        let (containers, mut agents) = self.listed();
        agents.push(agent);
        self.containers = Parts::Listed(containers, agents);
        self
    }

    /// Sets the reason.
    #[must_use]
    pub const fn with_reason(mut self, reason: &'a str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Sets when the first image pull began.
    #[must_use]
    pub const fn with_pull_started_at(mut self, at: Timestamp) -> Self {
        self.pull_started_at = Some(at);
        self
    }

    /// Sets when the last image pull ended.
    #[must_use]
    pub const fn with_pull_stopped_at(mut self, at: Timestamp) -> Self {
        self.pull_stopped_at = Some(at);
        self
    }

    /// Sets when the first essential container stopped.
    #[must_use]
    pub const fn with_execution_stopped_at(mut self, at: Timestamp) -> Self {
        self.execution_stopped_at = Some(at);
        self
    }

    /// The status of the task.
    #[must_use]
    pub const fn status(&self) -> ReportedStatus {
        self.status
    }

    /// Why the task stopped, in the agent's words; at most [`MAX_REASON_LENGTH`] bytes.
    #[must_use]
    pub fn reason(&self) -> Option<&'a str> {
        self.reason.map(|reason| cut(reason, MAX_REASON_LENGTH))
    }

    /// When the first image pull began.
    #[must_use]
    pub const fn pull_started_at(&self) -> Option<Timestamp> {
        self.pull_started_at
    }

    /// When the last image pull ended.
    #[must_use]
    pub const fn pull_stopped_at(&self) -> Option<Timestamp> {
        self.pull_stopped_at
    }

    /// When the first essential container stopped.
    #[must_use]
    pub const fn execution_stopped_at(&self) -> Option<Timestamp> {
        self.execution_stopped_at
    }

    /// The containers that changed.
    pub fn containers(&self) -> impl Iterator<Item = ContainerReport<'a>> {
        match &self.containers {
            Parts::Listed(containers, _) => Either::Listed(containers.iter().copied()),
            Parts::News(news) => Either::News(news.containers()),
        }
    }

    /// The managed agents that changed.
    pub fn managed_agents(&self) -> impl Iterator<Item = ManagedAgentReport<'a>> {
        match &self.containers {
            Parts::Listed(_, agents) => Either::Listed(agents.iter().copied()),
            Parts::News(news) => Either::News(news.managed_agents()),
        }
    }

    /// The report as it goes over the wire, without cluster and task.
    #[must_use]
    pub fn to_request(&self) -> SubmitTaskStateChangeRequest {
        let containers: Vec<_> = self.containers().map(|part| part.to_change()).collect();
        let agents: Vec<_> = self.managed_agents().map(|part| part.to_change()).collect();
        let mut request = SubmitTaskStateChangeRequest::default().with_status(self.status.as_str());
        request.reason = self.reason().map(str::to_owned);
        request.containers = (!containers.is_empty()).then_some(containers);
        request.managed_agents = (!agents.is_empty()).then_some(agents);
        request.pull_started_at = self.pull_started_at;
        request.pull_stopped_at = self.pull_stopped_at;
        request.execution_stopped_at = self.execution_stopped_at;
        request
    }

    fn listed(&mut self) -> (Vec<ContainerReport<'a>>, Vec<ManagedAgentReport<'a>>) {
        let nothing = Parts::Listed(Vec::new(), Vec::new());
        match core::mem::replace(&mut self.containers, nothing) {
            Parts::Listed(containers, agents) => (containers, agents),
            Parts::News(news) => (news.containers().collect(), news.managed_agents().collect()),
        }
    }
}

/// Two reports are equal if they say the same, wherever it stands.
impl PartialEq for TaskReport<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.status == other.status
            && self.reason() == other.reason()
            && self.pull_started_at == other.pull_started_at
            && self.pull_stopped_at == other.pull_stopped_at
            && self.execution_stopped_at == other.execution_stopped_at
            && self.containers().eq(other.containers())
            && self.managed_agents().eq(other.managed_agents())
    }
}

impl<'a> TryFrom<&'a SubmitTaskStateChangeRequest> for TaskReport<'a> {
    type Error = UnknownName;

    /// Reads a request. Its cluster and task are the caller's business.
    fn try_from(request: &'a SubmitTaskStateChangeRequest) -> Result<Self, UnknownName> {
        let containers = request.containers.iter().flatten();
        let containers = containers.map(ContainerReport::try_from);
        let agents = request.managed_agents.iter().flatten();
        let agents = agents.map(ManagedAgentReport::try_from);
        Ok(Self {
            status: request.status.as_deref().unwrap_or_default().parse()?,
            reason: request.reason.as_deref().filter(|text| !text.is_empty()),
            pull_started_at: request.pull_started_at,
            pull_stopped_at: request.pull_stopped_at,
            execution_stopped_at: request.execution_stopped_at,
            containers: Parts::Listed(
                containers.collect::<Result<_, _>>()?,
                agents.collect::<Result<_, _>>()?,
            ),
        })
    }
}

/// One of two iterators.
enum Either<'l, L: Copy, N> {
    Listed(Copied<slice::Iter<'l, L>>),
    News(N),
}

impl<L: Copy, N: Iterator<Item = L>> Iterator for Either<'_, L, N> {
    type Item = L;

    fn next(&mut self) -> Option<L> {
        match self {
            Self::Listed(parts) => parts.next(),
            Self::News(parts) => parts.next(),
        }
    }
}

/// What an agent submits about one container.
///
/// Source: API shape `ContainerStateChange`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContainerReport<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: ReportedStatus,
    pub(crate) exit_code: Option<i32>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) runtime_id: Option<&'a str>,
    pub(crate) image_digest: Option<&'a str>,
    pub(crate) network_bindings: &'a [NetworkBinding],
}

impl<'a> ContainerReport<'a> {
    /// A report without details.
    #[must_use]
    pub const fn new(name: &'a str, status: ReportedStatus) -> Self {
        Self {
            name,
            status,
            exit_code: None,
            reason: None,
            runtime_id: None,
            image_digest: None,
            network_bindings: &[],
        }
    }

    /// The container runs.
    #[must_use]
    pub const fn running(name: &'a str) -> Self {
        Self::new(name, ReportedStatus::Running)
    }

    /// The container's process ended with this code.
    #[must_use]
    pub const fn stopped(name: &'a str, exit_code: i32) -> Self {
        Self {
            exit_code: Some(exit_code),
            ..Self::new(name, ReportedStatus::Stopped)
        }
    }

    /// The container was never started, for this reason.
    #[must_use]
    pub const fn failed(name: &'a str, reason: &'a str) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(name, ReportedStatus::Stopped)
        }
    }

    /// Sets the exit code of the container's process.
    #[must_use]
    pub const fn with_exit_code(mut self, exit_code: i32) -> Self {
        self.exit_code = Some(exit_code);
        self
    }

    /// Sets why the container stopped or was not started.
    #[must_use]
    pub const fn with_reason(mut self, reason: &'a str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Sets the id that the container runtime gave.
    #[must_use]
    pub const fn with_runtime_id(mut self, id: &'a str) -> Self {
        self.runtime_id = Some(id);
        self
    }

    /// Sets the digest of the image.
    #[must_use]
    pub const fn with_image_digest(mut self, digest: &'a str) -> Self {
        self.image_digest = Some(digest);
        self
    }

    /// Sets the ports that lead to the container.
    #[must_use]
    pub const fn with_network_bindings(mut self, bindings: &'a [NetworkBinding]) -> Self {
        self.network_bindings = bindings;
        self
    }

    /// The name of the container.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The status of the container.
    #[must_use]
    pub const fn status(&self) -> ReportedStatus {
        self.status
    }

    /// The exit code of the container's process.
    #[must_use]
    pub const fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// Why the container stopped or was not started; at most [`MAX_REASON_LENGTH`] bytes.
    #[must_use]
    pub fn reason(&self) -> Option<&'a str> {
        self.reason.map(|reason| cut(reason, MAX_REASON_LENGTH))
    }

    /// The id that the container runtime gave; at most [`MAX_RUNTIME_ID_LENGTH`] bytes.
    #[must_use]
    pub fn runtime_id(&self) -> Option<&'a str> {
        self.runtime_id.map(|id| cut(id, MAX_RUNTIME_ID_LENGTH))
    }

    /// The digest of the image; at most [`MAX_IMAGE_DIGEST_LENGTH`] bytes.
    #[must_use]
    pub fn image_digest(&self) -> Option<&'a str> {
        self.image_digest
            .map(|digest| cut(digest, MAX_IMAGE_DIGEST_LENGTH))
    }

    /// The ports that lead to the container.
    #[must_use]
    pub const fn network_bindings(&self) -> &'a [NetworkBinding] {
        self.network_bindings
    }

    fn to_change(self) -> ContainerStateChange {
        let bindings = self.network_bindings;
        let mut change = ContainerStateChange::default()
            .with_container_name(self.name)
            .with_status(self.status.as_str());
        change.image_digest = self.image_digest().map(str::to_owned);
        change.runtime_id = self.runtime_id().map(str::to_owned);
        change.exit_code = self.exit_code;
        change.network_bindings = (!bindings.is_empty()).then(|| bindings.to_vec());
        change.reason = self.reason().map(str::to_owned);
        change
    }
}

impl<'a> TryFrom<&'a ContainerStateChange> for ContainerReport<'a> {
    type Error = UnknownName;

    fn try_from(change: &'a ContainerStateChange) -> Result<Self, UnknownName> {
        Ok(Self {
            name: change.container_name.as_deref().unwrap_or_default(),
            status: change.status.as_deref().unwrap_or_default().parse()?,
            exit_code: change.exit_code,
            reason: change.reason.as_deref().filter(|text| !text.is_empty()),
            runtime_id: change.runtime_id.as_deref(),
            image_digest: change.image_digest.as_deref(),
            network_bindings: change.network_bindings.as_deref().unwrap_or_default(),
        })
    }
}

/// What an agent submits about a managed agent.
///
/// Source: API shape `ManagedAgentStateChange`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedAgentReport<'a> {
    pub(crate) container: &'a str,
    pub(crate) status: ManagedAgentStatus,
    pub(crate) reason: Option<&'a str>,
}

impl<'a> ManagedAgentReport<'a> {
    /// The managed agent of this container is there.
    #[must_use]
    pub const fn new(container: &'a str, status: ManagedAgentStatus) -> Self {
        Self {
            container,
            status,
            reason: None,
        }
    }

    /// Sets why.
    #[must_use]
    pub const fn with_reason(mut self, reason: &'a str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The name of the container.
    #[must_use]
    pub const fn container(&self) -> &'a str {
        self.container
    }

    /// The status of the managed agent.
    #[must_use]
    pub const fn status(&self) -> ManagedAgentStatus {
        self.status
    }

    /// Why; at most [`MAX_REASON_LENGTH`] bytes.
    #[must_use]
    pub fn reason(&self) -> Option<&'a str> {
        self.reason.map(|reason| cut(reason, MAX_REASON_LENGTH))
    }

    fn to_change(self) -> ManagedAgentStateChange {
        let mut change = ManagedAgentStateChange::default()
            .with_container_name(self.container)
            .with_managed_agent_name(ManagedAgentName::ExecuteCommandAgent)
            .with_status(self.status.reported().as_str());
        change.reason = self.reason().map(str::to_owned);
        change
    }
}

impl<'a> TryFrom<&'a ManagedAgentStateChange> for ManagedAgentReport<'a> {
    type Error = UnknownName;

    fn try_from(change: &'a ManagedAgentStateChange) -> Result<Self, UnknownName> {
        let status: ReportedStatus = change.status.as_deref().unwrap_or_default().parse()?;
        Ok(Self {
            container: change.container_name.as_deref().unwrap_or_default(),
            status: ManagedAgentStatus::of_report(status),
            reason: change.reason.as_deref().filter(|text| !text.is_empty()),
        })
    }
}

/// The longest beginning of at most `length` bytes that ends between two characters.
fn cut(text: &str, length: usize) -> &str {
    if text.len() <= length {
        return text;
    }
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}
