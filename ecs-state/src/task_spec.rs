//! [`TaskSpec`]: what a lifecycle needs to know of a task definition.

mod circle;
mod definition_resources;
mod from_definition;
mod graph;
mod injected;

use core::hash::{Hash, Hasher};
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Condition, ContainerStatus, ResourceSpec, RestartPolicy, SteadyState};

use graph::Graph;
pub(crate) use graph::Node;
pub use injected::NETWORK_CONTAINER;

/// How long a container may take to stop before it is killed, where nothing else is said.
///
/// Source: Developer Guide, service scheduler; `ECS_CONTAINER_STOP_TIMEOUT`.
pub const DEFAULT_STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// The containers of a task and how they depend on each other, checked.
///
/// ```
/// use ecs_state::{Condition, ContainerSpec, TaskSpec};
///
/// let spec = TaskSpec::new([
///     ContainerSpec::new("web").depends_on("db", Condition::Healthy),
///     ContainerSpec::new("db").with_health_check(),
/// ])?;
/// assert_eq!(spec.containers().len(), 2);
///
/// let error = TaskSpec::new([ContainerSpec::new("web").depends_on("db", Condition::Start)])
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "container `web` depends on `db`, which is not in the task"
/// );
/// # Ok::<(), ecs_state::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct TaskSpec {
    parts: Parts,
    /// It follows from the parts.
    graph: Graph,
}

impl Hash for TaskSpec {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

/// What a specification is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parts {
    containers: Vec<ContainerSpec>,
    #[serde(default)]
    resources: Vec<ResourceSpec>,
    #[serde(default)]
    internal: bool,
}

impl TaskSpec {
    /// The most containers of a task. The API allows 10, to which come those of the agent.
    pub const MAX_CONTAINERS: usize = 64;

    /// Checks the containers and their dependencies.
    ///
    /// # Errors
    ///
    /// [`SpecError`] if there is no container or no essential one, if there are more than
    /// [`MAX_CONTAINERS`](Self::MAX_CONTAINERS), if two have the same name, or if a dependency is
    /// unknown or goes in a circle.
    pub fn new(containers: impl IntoIterator<Item = ContainerSpec>) -> Result<Self, SpecError> {
        Self::try_from(Parts {
            containers: containers.into_iter().collect(),
            ..Parts::default()
        })
    }

    /// Adds what the task needs besides its containers.
    ///
    /// # Errors
    ///
    /// [`SpecError`] if two resources have the same name, or if one names a container that is not
    /// in the task.
    pub fn with_resources(
        self,
        resources: impl IntoIterator<Item = ResourceSpec>,
    ) -> Result<Self, SpecError> {
        let mut parts = self.parts;
        parts.resources.extend(resources);
        Self::try_from(parts)
    }

    /// The task is the agent's own; ECS never hears of it.
    #[must_use]
    pub const fn internal(mut self) -> Self {
        self.parts.internal = true;
        self
    }

    /// The containers in the order of the task definition; those of the agent come last.
    #[must_use]
    pub fn containers(&self) -> &[ContainerSpec] {
        &self.parts.containers
    }

    /// What the task needs besides its containers.
    #[must_use]
    pub fn resources(&self) -> &[ResourceSpec] {
        &self.parts.resources
    }

    pub(crate) const fn is_internal(&self) -> bool {
        self.parts.internal
    }

    /// The position of a container. A name that was lent by this specification is found at once.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let nodes = &self.graph.nodes;
        let lent = nodes
            .iter()
            .position(|node| core::ptr::eq(node.name.as_ptr(), name.as_ptr()));
        lent.or_else(|| nodes.iter().position(|node| &*node.name == name))
    }

    pub(crate) fn resource_position(&self, name: &str) -> Option<usize> {
        let mut resources = self.parts.resources.iter();
        resources.position(|resource| resource.name() == name)
    }

    pub(crate) fn container(&self, index: usize) -> Option<&ContainerSpec> {
        self.parts.containers.get(index)
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.graph.nodes
    }

    pub(crate) fn node(&self, index: usize) -> Option<&Node> {
        self.graph.nodes.get(index)
    }

    pub(crate) fn is_essential(&self, index: usize) -> bool {
        self.node(index).is_some_and(|node| node.essential)
    }

    /// The containers to be looked at when this one has moved, itself included.
    pub(crate) fn watchers(&self, index: usize) -> u64 {
        self.node(index).map_or(0, |node| node.watchers)
    }

    /// Every container.
    pub(crate) const fn all(&self) -> u64 {
        self.graph.all
    }

    /// The containers that wait for others with a start timeout.
    pub(crate) const fn timed(&self) -> u64 {
        self.graph.timed
    }

    /// The containers with a health check.
    pub(crate) const fn checked(&self) -> u64 {
        self.graph.checked
    }
}

impl TryFrom<Parts> for TaskSpec {
    type Error = SpecError;

    fn try_from(parts: Parts) -> Result<Self, SpecError> {
        let containers = &parts.containers;
        if containers.is_empty() {
            return Err(SpecError::NoContainer);
        }
        if containers.len() > Self::MAX_CONTAINERS {
            return Err(SpecError::TooManyContainers(containers.len()));
        }
        if !containers.iter().any(|container| container.essential) {
            return Err(SpecError::NoEssentialContainer);
        }
        for (index, container) in containers.iter().enumerate() {
            if position(containers, &container.name) != Some(index) {
                return Err(SpecError::DuplicateName(container.name.clone()));
            }
        }
        let graph = Graph::new(containers, &parts.resources)?;
        Ok(Self { parts, graph })
    }
}

impl From<TaskSpec> for Parts {
    fn from(spec: TaskSpec) -> Self {
        spec.parts
    }
}

/// One container of a [`TaskSpec`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ContainerSpec {
    /// The name, unique in the task.
    pub name: String,
    /// Whether the task ends with this container.
    pub essential: bool,
    /// What has to happen before this container goes on.
    pub depends_on: Vec<Dependency>,
    /// How long the container may take to stop before it is killed.
    pub stop_timeout: Duration,
    /// How long containers wait for this one after its start.
    pub start_timeout: Option<Duration>,
    /// Whether the definition has a health check. One in the image does not count.
    pub has_health_check: bool,
    /// When the container is started again without its task; never if absent.
    pub restart: Option<RestartPolicy>,
    /// Where the container stays if it goes well.
    pub steady: SteadyState,
    /// What other containers have to have reached before a step of this one.
    pub after: Vec<StepDependency>,
    /// Whether its image is pulled with the credentials of the task execution role.
    pub needs_credentials: bool,
    /// Whether the agent of ECS Exec runs in it.
    pub managed_agent: bool,
    /// Whether it is the agent's own; ECS never hears of it.
    pub internal: bool,
}

impl ContainerSpec {
    /// An essential container without dependencies and without a health check, which has
    /// [`DEFAULT_STOP_TIMEOUT`] to stop.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            essential: true,
            depends_on: Vec::new(),
            stop_timeout: DEFAULT_STOP_TIMEOUT,
            start_timeout: None,
            has_health_check: false,
            restart: None,
            steady: SteadyState::Running,
            after: Vec::new(),
            needs_credentials: false,
            managed_agent: false,
            internal: false,
        }
    }

    /// The task goes on without this container.
    #[must_use]
    pub fn non_essential(mut self) -> Self {
        self.essential = false;
        self
    }

    /// Adds a dependency.
    #[must_use]
    pub fn depends_on(mut self, container: impl Into<String>, condition: Condition) -> Self {
        self.depends_on.push(Dependency {
            container: container.into(),
            condition,
        });
        self
    }

    /// Sets the time that the container may take to stop.
    #[must_use]
    pub fn with_stop_timeout(mut self, timeout: Duration) -> Self {
        self.stop_timeout = timeout;
        self
    }

    /// Sets the time that other containers wait for this one after its start.
    #[must_use]
    pub fn with_start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = Some(timeout);
        self
    }

    /// The definition has a health check.
    #[must_use]
    pub fn with_health_check(mut self) -> Self {
        self.has_health_check = true;
        self
    }

    /// Sets when the container is started again without its task.
    #[must_use]
    pub fn with_restart(mut self, policy: RestartPolicy) -> Self {
        self.restart = Some(policy);
        self
    }

    /// Sets where the container stays if it goes well.
    #[must_use]
    pub fn with_steady_state(mut self, steady: SteadyState) -> Self {
        self.steady = steady;
        self
    }

    /// The container does not take the step to `before` until the other one has come as far as
    /// `needs`.
    #[must_use]
    pub fn after(
        mut self,
        container: impl Into<String>,
        before: ContainerStatus,
        needs: ContainerStatus,
    ) -> Self {
        self.after.push(StepDependency {
            container: container.into(),
            before,
            needs,
        });
        self
    }

    /// Its image is pulled with the credentials of the task execution role, for which it waits.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        self.needs_credentials = true;
        self
    }

    /// The agent of ECS Exec runs in it.
    #[must_use]
    pub fn with_managed_agent(mut self) -> Self {
        self.managed_agent = true;
        self
    }

    /// It is the agent's own; ECS never hears of it.
    #[must_use]
    pub fn internal(mut self) -> Self {
        self.internal = true;
        self
    }
}

/// What another container has to have reached before a step.
///
/// Source: amazon-ecs-agent, transition dependencies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct StepDependency {
    /// The name of the other container.
    pub container: String,
    /// The status to which the step leads.
    pub before: ContainerStatus,
    /// How far the other container has to have come.
    pub needs: ContainerStatus,
}

/// What a container waits for.
///
/// Source: API shape `ContainerDependency`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dependency {
    /// The name of the other container.
    pub container: String,
    /// What has to happen to it.
    pub condition: Condition,
}

/// Why containers are no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// There is no container.
    #[error("a task needs a container")]
    NoContainer,
    /// No container is essential.
    #[error("a task needs an essential container")]
    NoEssentialContainer,
    /// There are more containers than [`TaskSpec::MAX_CONTAINERS`].
    #[error("a task has at most 64 containers, not {0}")]
    TooManyContainers(usize),
    /// Two containers have this name.
    #[error("two containers are called `{0}`")]
    DuplicateName(String),
    /// Two resources have this name.
    #[error("two resources are called `{0}`")]
    DuplicateResource(String),
    /// A resource names no container of the task.
    #[error("resource `{resource}` depends on `{container}`, which is not in the task")]
    UnknownContainer {
        /// The resource.
        resource: String,
        /// The name that is unknown.
        container: String,
    },
    /// A dependency names no container of the task.
    #[error("container `{container}` depends on `{dependency}`, which is not in the task")]
    UnknownDependency {
        /// The container that waits.
        container: String,
        /// The name that is unknown.
        dependency: String,
    },
    /// A dependency has a condition that this version of the library does not know.
    #[error("container `{container}` depends on the condition `{condition}`, which is unknown")]
    UnknownCondition {
        /// The container that waits.
        container: String,
        /// The condition; empty if there is none.
        condition: String,
    },
    /// A container of a task definition has no name.
    #[error("container {position} has no name")]
    Unnamed {
        /// Its position, from 0.
        position: usize,
    },
    /// A time is below zero.
    #[error("container `{container}` has the `{member}` {value}")]
    NegativeTime {
        /// The container.
        container: String,
        /// The member of its definition.
        member: &'static str,
        /// The time in seconds.
        value: i32,
    },
    /// This container depends on itself, directly or through others and resources.
    #[error("container `{0}` depends on itself")]
    Circle(String),
    /// This container stops after itself, through others.
    #[error("container `{0}` stops after itself")]
    StopCircle(String),
}

fn position(containers: &[ContainerSpec], name: &str) -> Option<usize> {
    containers
        .iter()
        .position(|container| container.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(containers: impl IntoIterator<Item = ContainerSpec>) -> String {
        TaskSpec::new(containers).unwrap_err().to_string()
    }

    #[test]
    fn every_error_text() {
        assert_eq!(refused([]), "a task needs a container");
        assert_eq!(
            refused([ContainerSpec::new("a").non_essential()]),
            "a task needs an essential container"
        );
        assert_eq!(
            refused([ContainerSpec::new("a"), ContainerSpec::new("a")]),
            "two containers are called `a`"
        );
        assert_eq!(
            refused([ContainerSpec::new("a").depends_on("b", Condition::Start)]),
            "container `a` depends on `b`, which is not in the task"
        );
        assert_eq!(
            refused([ContainerSpec::new("a").depends_on("a", Condition::Start)]),
            "container `a` depends on itself"
        );
    }

    #[test]
    fn a_circle_is_found_from_outside() {
        let waits =
            |name: &str, on: &str| ContainerSpec::new(name).depends_on(on, Condition::Start);
        assert_eq!(
            refused([
                waits("tail", "a"),
                waits("a", "b"),
                waits("b", "a"),
                ContainerSpec::new("c")
            ]),
            "container `b` depends on itself"
        );
    }

    #[test]
    fn a_circle_through_a_resource_is_found() {
        let spec = |needs| {
            let volume = ResourceSpec::new("volume")
                .created_after("a", needs)
                .required_by("a", ContainerStatus::Running);
            let spec = TaskSpec::new([ContainerSpec::new("a")]);
            spec.and_then(|spec| spec.with_resources([volume]))
        };
        assert!(spec(ContainerStatus::Created).is_ok());
        assert_eq!(
            spec(ContainerStatus::Running).unwrap_err().to_string(),
            "container `a` depends on itself"
        );
    }

    /// A step may wait for an earlier one of a container whose later ones wait for it.
    #[test]
    fn steps_that_take_turns_are_no_circle() {
        let (created, running) = (ContainerStatus::Created, ContainerStatus::Running);
        let turns = |needs| {
            TaskSpec::new([
                ContainerSpec::new("a").after("b", running, needs),
                ContainerSpec::new("b").after("a", running, needs),
            ])
        };
        assert!(turns(created).is_ok());
        assert_eq!(
            turns(running).unwrap_err().to_string(),
            "container `a` depends on itself"
        );
    }

    #[test]
    fn a_circle_of_stops_is_found() {
        let stopped = ContainerStatus::Stopped;
        let last =
            |name: &str, other: &str| ContainerSpec::new(name).after(other, stopped, stopped);
        assert_eq!(
            refused([last("a", "b"), last("b", "a")]),
            "container `a` stops after itself"
        );
        assert_eq!(
            refused([
                ContainerSpec::new("first"),
                last("a", "b").depends_on("b", Condition::Start),
                ContainerSpec::new("b"),
            ]),
            "container `b` stops after itself"
        );
        assert!(TaskSpec::new([last("a", "b"), ContainerSpec::new("b")]).is_ok());
    }

    #[test]
    fn a_diamond_is_no_circle() {
        let spec = TaskSpec::new([
            ContainerSpec::new("top")
                .depends_on("left", Condition::Start)
                .depends_on("right", Condition::Start),
            ContainerSpec::new("left").depends_on("bottom", Condition::Start),
            ContainerSpec::new("right").depends_on("bottom", Condition::Start),
            ContainerSpec::new("bottom"),
        ])
        .unwrap();
        assert_eq!(spec.node(3).unwrap().dependents, 0b110);
        assert_eq!(spec.node(0).unwrap().dependencies.len(), 2);
    }
}
