//! [`TaskSpec`]: what a lifecycle needs to know of a task definition.

mod from_definition;

use core::time::Duration;

use crate::{Condition, RestartPolicy, SteadyState};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSpec {
    containers: Vec<ContainerSpec>,
    nodes: Vec<Node>,
}

/// The edges of one container in the graph of dependencies, as positions in the task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) dependencies: Vec<Link>,
    pub(crate) dependents: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) on: usize,
    pub(crate) condition: Condition,
}

impl TaskSpec {
    /// Checks the containers and their dependencies.
    ///
    /// # Errors
    ///
    /// [`SpecError`] if there is no container or no essential one, if two containers have the same
    /// name, or if a dependency is unknown or goes in a circle.
    pub fn new(containers: impl IntoIterator<Item = ContainerSpec>) -> Result<Self, SpecError> {
        let containers: Vec<ContainerSpec> = containers.into_iter().collect();
        if containers.is_empty() {
            return Err(SpecError::NoContainer);
        }
        if !containers.iter().any(|container| container.essential) {
            return Err(SpecError::NoEssentialContainer);
        }
        for (index, container) in containers.iter().enumerate() {
            if position(&containers, &container.name) != Some(index) {
                return Err(SpecError::DuplicateName(container.name.clone()));
            }
        }
        let nodes = link(&containers)?;
        if let Some(index) = find_circle(&nodes) {
            let name = containers
                .get(index)
                .map_or_else(String::new, |container| container.name.clone());
            return Err(SpecError::Circle(name));
        }
        Ok(Self { containers, nodes })
    }

    /// The containers in the order of the task definition.
    #[must_use]
    pub fn containers(&self) -> &[ContainerSpec] {
        &self.containers
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        position(&self.containers, name)
    }

    pub(crate) fn container(&self, index: usize) -> Option<&ContainerSpec> {
        self.containers.get(index)
    }

    pub(crate) fn is_essential(&self, index: usize) -> bool {
        self.container(index)
            .is_some_and(|container| container.essential)
    }

    pub(crate) fn dependencies(&self, index: usize) -> &[Link] {
        self.nodes
            .get(index)
            .map_or(&[], |node| node.dependencies.as_slice())
    }

    pub(crate) fn dependents(&self, index: usize) -> &[usize] {
        self.nodes
            .get(index)
            .map_or(&[], |node| node.dependents.as_slice())
    }
}

/// One container of a [`TaskSpec`].
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// What a container waits for.
///
/// Source: API shape `ContainerDependency`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Two containers have this name.
    #[error("two containers are called `{0}`")]
    DuplicateName(String),
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
    /// This container depends on itself, directly or through others.
    #[error("container `{0}` depends on itself")]
    Circle(String),
}

fn position(containers: &[ContainerSpec], name: &str) -> Option<usize> {
    containers
        .iter()
        .position(|container| container.name == name)
}

fn link(containers: &[ContainerSpec]) -> Result<Vec<Node>, SpecError> {
    let mut nodes = vec![Node::default(); containers.len()];
    for (index, container) in containers.iter().enumerate() {
        for dependency in &container.depends_on {
            let Some(on) = position(containers, &dependency.container) else {
                return Err(SpecError::UnknownDependency {
                    container: container.name.clone(),
                    dependency: dependency.container.clone(),
                });
            };
            if let Some(node) = nodes.get_mut(index) {
                node.dependencies.push(Link {
                    on,
                    condition: dependency.condition,
                });
            }
            if let Some(node) = nodes.get_mut(on) {
                node.dependents.push(index);
            }
        }
    }
    Ok(nodes)
}

/// Removes containers whose dependencies are all removed; what cannot be removed lies on a circle
/// or behind one, and among these one that has no dependent left outside is on it.
fn find_circle(nodes: &[Node]) -> Option<usize> {
    let mut open: Vec<usize> = nodes.iter().map(|node| node.dependencies.len()).collect();
    let mut ready: Vec<usize> = (0..nodes.len())
        .filter(|index| open.get(*index) == Some(&0))
        .collect();
    while let Some(done) = ready.pop() {
        let dependents = nodes.get(done).map_or(&[][..], |node| &node.dependents);
        for dependent in dependents {
            if let Some(count) = open.get_mut(*dependent) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*dependent);
                }
            }
        }
    }
    let stuck = open.iter().position(|count| *count > 0)?;
    Some(walk_into_circle(nodes, &open, stuck))
}

/// Follows stuck dependencies until a circle must have been entered.
fn walk_into_circle(nodes: &[Node], open: &[usize], start: usize) -> usize {
    let is_stuck = |index: &usize| open.get(*index).is_some_and(|count| *count > 0);
    (0..nodes.len()).fold(start, |at, _| {
        nodes
            .get(at)
            .and_then(|node| node.dependencies.iter().map(|link| link.on).find(is_stuck))
            .unwrap_or(at)
    })
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
        assert_eq!(spec.dependents(3), [1, 2]);
        assert_eq!(spec.dependencies(0).len(), 2);
    }
}
