//! [`Graph`]: the containers of a task by position, and who depends on whom.

use core::time::Duration;
use std::sync::Arc;

use super::{ContainerSpec, SpecError, circle, position};
use crate::{Condition, ContainerStatus, ResourceSpec, SteadyState};

/// A bit stands for the container at its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Graph {
    pub(super) nodes: Box<[Node]>,
    pub(super) all: u64,
    pub(super) timed: u64,
    pub(super) checked: u64,
}

/// What machines need of a container at each event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: Arc<str>,
    pub(crate) essential: bool,
    pub(crate) internal: bool,
    pub(crate) has_health_check: bool,
    pub(crate) managed_agent: bool,
    pub(crate) needs_credentials: bool,
    /// Whether anything may hold it back on its way up.
    pub(crate) is_gated: bool,
    pub(crate) steady: SteadyState,
    pub(crate) start_timeout: Option<Duration>,
    pub(crate) stop_timeout: Duration,
    pub(crate) dependencies: Box<[Link]>,
    pub(crate) steps: Box<[StepLink]>,
    pub(crate) resources: Box<[ResourceLink]>,
    /// Those with a condition on this one.
    pub(crate) dependents: u64,
    /// Those to be looked at when this one has moved, itself included.
    pub(crate) watchers: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) on: usize,
    pub(crate) condition: Condition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepLink {
    pub(crate) on: usize,
    pub(crate) before: ContainerStatus,
    pub(crate) needs: ContainerStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResourceLink {
    pub(crate) on: usize,
    pub(crate) before: ContainerStatus,
}

impl Graph {
    pub(super) fn new(
        containers: &[ContainerSpec],
        resources: &[ResourceSpec],
    ) -> Result<Self, SpecError> {
        let nodes: Result<Box<[Node]>, _> = containers
            .iter()
            .map(|container| node(container, containers))
            .collect();
        let mut graph = Self {
            nodes: nodes?,
            all: 0,
            timed: 0,
            checked: 0,
        };
        graph.add_resources(containers, resources)?;
        graph.connect();
        circle::refuse(&graph, containers, resources)?;
        Ok(graph)
    }

    fn add_resources(
        &mut self,
        containers: &[ContainerSpec],
        resources: &[ResourceSpec],
    ) -> Result<(), SpecError> {
        for (on, resource) in resources.iter().enumerate() {
            let first = resources
                .iter()
                .position(|other| other.name() == resource.name());
            if first != Some(on) {
                return Err(SpecError::DuplicateResource(resource.name().to_owned()));
            }
            let find = |container: &String| {
                position(containers, container).ok_or_else(|| SpecError::UnknownContainer {
                    resource: resource.name().to_owned(),
                    container: container.clone(),
                })
            };
            for (container, before) in &resource.required_by {
                if let Some(node) = self.nodes.get_mut(find(container)?) {
                    let link = ResourceLink {
                        on,
                        before: *before,
                    };
                    node.resources = node.resources.iter().copied().chain([link]).collect();
                }
            }
            for (container, _) in &resource.created_after {
                find(container)?;
            }
        }
        Ok(())
    }

    /// Draws the masks from the links.
    fn connect(&mut self) {
        let mut dependents = vec![0_u64; self.nodes.len()];
        let mut watchers: Vec<u64> = (0..self.nodes.len()).map(|index| 1 << index).collect();
        let timeouts: Vec<bool> = self
            .nodes
            .iter()
            .map(|node| node.start_timeout.is_some())
            .collect();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let bit = 1_u64 << index;
            self.all |= bit;
            self.checked |= u64::from(node.has_health_check) << index;
            for link in &node.dependencies {
                if timeouts.get(link.on) == Some(&true) {
                    self.timed |= bit;
                }
                if let Some(mask) = dependents.get_mut(link.on) {
                    *mask |= bit;
                }
                // Either waits for the other: up here, down there.
                if let Some(mask) = watchers.get_mut(index) {
                    *mask |= 1 << link.on;
                }
            }
            let others = node.dependencies.iter().map(|link| link.on);
            for on in others.chain(node.steps.iter().map(|link| link.on)) {
                if let Some(mask) = watchers.get_mut(on) {
                    *mask |= bit;
                }
            }
            node.is_gated = node.needs_credentials
                || !node.dependencies.is_empty()
                || !node.resources.is_empty()
                || !node.steps.is_empty();
        }
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.dependents = dependents.get(index).copied().unwrap_or(0);
            node.watchers = watchers.get(index).copied().unwrap_or(0);
        }
    }
}

fn node(container: &ContainerSpec, containers: &[ContainerSpec]) -> Result<Node, SpecError> {
    let find = |other: &String| {
        position(containers, other).ok_or_else(|| SpecError::UnknownDependency {
            container: container.name.clone(),
            dependency: other.clone(),
        })
    };
    let dependencies = container.depends_on.iter().map(|dependency| {
        Ok(Link {
            on: find(&dependency.container)?,
            condition: dependency.condition,
        })
    });
    let steps = container.after.iter().map(|step| {
        Ok(StepLink {
            on: find(&step.container)?,
            before: step.before,
            needs: step.needs,
        })
    });
    Ok(Node {
        name: container.name.as_str().into(),
        essential: container.essential,
        internal: container.internal,
        has_health_check: container.has_health_check,
        managed_agent: container.managed_agent,
        needs_credentials: container.needs_credentials,
        is_gated: false,
        steady: container.steady,
        start_timeout: container.start_timeout,
        stop_timeout: container.stop_timeout,
        dependencies: dependencies.collect::<Result<_, SpecError>>()?,
        steps: steps.collect::<Result<_, SpecError>>()?,
        resources: Box::default(),
        dependents: 0,
        watchers: 0,
    })
}
