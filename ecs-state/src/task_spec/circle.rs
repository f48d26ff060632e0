//! Finds containers that wait for themselves, directly or through others.

use super::graph::{Graph, Node, ResourceLink, StepLink};
use super::{ContainerSpec, SpecError, position};
use crate::{Condition, ContainerStatus, ResourceSpec};

/// Lets every container go up and down again where everything works: what does not come to its end
/// lies on a circle, or behind one.
pub(super) fn refuse(
    graph: &Graph,
    containers: &[ContainerSpec],
    resources: &[ResourceSpec],
) -> Result<(), SpecError> {
    let name = |index: usize| {
        let container = containers.get(index);
        container.map_or_else(String::new, |container| container.name.clone())
    };
    let up = WayUp::new(graph, containers, resources);
    if let Some(index) = on_circle(&graph.nodes, |index| up.blocker(index)) {
        return Err(SpecError::Circle(name(index)));
    }
    let stopped = way_down(graph);
    match on_circle(&graph.nodes, |index| stop_blocker(graph, stopped, index)) {
        Some(index) => Err(SpecError::StopCircle(name(index))),
        None => Ok(()),
    }
}

/// A container on a circle of those that hold each other up, if there is one.
fn on_circle(nodes: &[Node], blocker: impl Fn(usize) -> Option<usize>) -> Option<usize> {
    let stuck = (0..nodes.len()).find(|index| blocker(*index).is_some())?;
    // As many steps as there are containers lead into the circle.
    Some((0..nodes.len()).fold(stuck, |at, _| blocker(at).unwrap_or(at)))
}

/// How far each container comes.
struct WayUp<'a> {
    nodes: &'a [Node],
    known: Vec<ContainerStatus>,
    /// What each resource waits for.
    resources: Vec<Vec<(usize, ContainerStatus)>>,
}

impl<'a> WayUp<'a> {
    fn new(graph: &'a Graph, containers: &[ContainerSpec], resources: &[ResourceSpec]) -> Self {
        let needs = |resource: &ResourceSpec| {
            let needs = resource.created_after.iter();
            let needs =
                needs.filter_map(|(name, needs)| Some((position(containers, name)?, *needs)));
            needs.collect()
        };
        let mut up = Self {
            nodes: &graph.nodes,
            known: vec![ContainerStatus::None; graph.nodes.len()],
            resources: resources.iter().map(needs).collect(),
        };
        let mut again = true;
        while again {
            again = false;
            for (index, node) in graph.nodes.iter().enumerate() {
                let next = up.next(index, node);
                if let Some(next) = next.filter(|next| up.holds_back(node, *next).is_none()) {
                    again = true;
                    if let Some(known) = up.known.get_mut(index) {
                        *known = next;
                    }
                }
            }
        }
        up
    }

    /// The next step of a container that is not where it stays.
    fn next(&self, index: usize, node: &Node) -> Option<ContainerStatus> {
        let known = *self.known.get(index)?;
        (!known.is_steady(node.steady)).then(|| known.next(node.steady))
    }

    /// The container that keeps another one from where it stays.
    fn blocker(&self, index: usize) -> Option<usize> {
        let node = self.nodes.get(index)?;
        self.holds_back(node, self.next(index, node)?)
    }

    fn holds_back(&self, node: &Node, next: ContainerStatus) -> Option<usize> {
        let gated = next > ContainerStatus::ManifestPulled;
        let conditions = node.dependencies.iter().filter(|_| gated).map(|link| {
            let needs = match link.condition {
                Condition::Create => ContainerStatus::Created,
                _ => ContainerStatus::Stopped,
            };
            (link.on, needs)
        });
        let is_before = |link: &&StepLink| link.before == next;
        let steps = node.steps.iter().filter(is_before);
        let steps = steps.map(|link| (link.on, link.needs));
        let needed = |link: &&ResourceLink| link.before == next;
        let resources = node.resources.iter().filter(needed);
        let resources = resources.filter_map(|link| self.resources.get(link.on));
        conditions
            .chain(steps)
            .chain(resources.flatten().copied())
            .find(|(on, needs)| !self.has_come(*on, *needs))
            .map(|(on, _)| on)
    }

    /// Whether a container has come so far, or stays where it is, from where it can end.
    fn has_come(&self, index: usize, needs: ContainerStatus) -> bool {
        let (known, node) = (self.known.get(index), self.nodes.get(index));
        known
            .zip(node)
            .is_some_and(|(known, node)| *known >= needs || known.is_steady(node.steady))
    }
}

/// The containers that can stop one after the other, when all run.
fn way_down(graph: &Graph) -> u64 {
    let mut stopped = 0;
    loop {
        let free = (0..graph.nodes.len())
            .filter(|index| stop_blocker(graph, stopped, *index).is_none())
            .fold(stopped, |mask, index| mask | 1 << index);
        if free == stopped {
            return stopped;
        }
        stopped = free;
    }
}

/// The container that has to stop before another one and has not.
fn stop_blocker(graph: &Graph, stopped: u64, index: usize) -> Option<usize> {
    let node = graph.nodes.get(index)?;
    let is_up = |on: &usize| stopped & (1 << on) == 0;
    if !is_up(&index) {
        return None;
    }
    let dependents = (0..graph.nodes.len()).filter(|on| node.dependents & (1 << on) != 0);
    let steps = node.steps.iter().filter(|link| {
        let steady = graph.nodes.get(link.on).map(|other| other.steady.status());
        link.before == ContainerStatus::Stopped && steady.is_some_and(|steady| steady < link.needs)
    });
    dependents.chain(steps.map(|link| link.on)).find(is_up)
}
