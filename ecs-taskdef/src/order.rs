use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;

use thiserror::Error;

use crate::{ContainerDefinition, ContainerDependency, TaskDefinition, VolumeFrom};

/// Why one container starts before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Relation {
    /// It is the target of a link.
    Links,
    /// It is the source of volumes.
    VolumesFrom,
    /// It is waited for.
    DependsOn,
}

/// Containers that wait for each other in a circle.
///
/// It reads as the circle: `a -> b -> a`, where `a` waits for `b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(Vec<(usize, String)>);

/// There is no order in which the containers could start.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("containers wait for each other: {}", join(.0))]
pub struct CycleError(Vec<Cycle>);

impl CycleError {
    /// Circles of containers, no container in two of them.
    #[must_use]
    pub fn cycles(&self) -> &[Cycle] {
        &self.0
    }
}

fn join(cycles: &[Cycle]) -> String {
    let texts: Vec<String> = cycles.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

impl Relation {
    const ALL: [Self; 3] = [Self::Links, Self::VolumesFrom, Self::DependsOn];

    /// The member of a container that says it.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::VolumesFrom => "volumesFrom",
            Self::DependsOn => "dependsOn",
        }
    }

    /// Whether the container has such a relation at all.
    pub(crate) fn is_used_by(self, container: &ContainerDefinition) -> bool {
        self.targets(container).next().is_some()
    }

    /// The names of the containers that start before.
    fn targets(self, container: &ContainerDefinition) -> impl Iterator<Item = &str> {
        let (links, volumes, depends) = match self {
            Self::Links => (container.links(), &[][..], &[][..]),
            Self::VolumesFrom => (&[][..], container.volumes_from(), &[][..]),
            Self::DependsOn => (&[][..], &[][..], container.depends_on()),
        };
        let links = links.iter().map(|link| link.split(':').next());
        let volumes = volumes.iter().map(VolumeFrom::source_container);
        let depends = depends.iter().map(ContainerDependency::container_name);
        links.chain(volumes).chain(depends).flatten()
    }
}

impl TaskDefinition {
    /// The containers in an order in which they can start: the target of a
    /// link, the source of volumes and what is waited for come first. Where
    /// the order is open it is that of the definition.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let task: TaskDefinition = serde_json::from_str(r#"{"containerDefinitions": [
    ///     {"name": "web", "links": ["db:mysql"]},
    ///     {"name": "log", "dependsOn": [{"containerName": "web", "condition": "START"}]},
    ///     {"name": "db"}
    /// ]}"#)?;
    /// assert_eq!(task.start_order()?, ["db", "web", "log"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CycleError`] when containers wait for each other.
    pub fn start_order(&self) -> Result<Vec<&str>, CycleError> {
        let graph = Graph::new(self.container_definitions(), &Relation::ALL);
        let (order, left) = graph.sort();
        if !left.is_empty() {
            return Err(CycleError(graph.cycles(&left)));
        }
        let name = |index: usize| self.container_definitions().get(index)?.name();
        Ok(order
            .into_iter()
            .map(|index| name(index).unwrap_or_default())
            .collect())
    }

    pub(crate) fn cycles(&self, relations: &[Relation]) -> Vec<Cycle> {
        let graph = Graph::new(self.container_definitions(), relations);
        let (_, left) = graph.sort();
        graph.cycles(&left)
    }
}

impl Cycle {
    /// The names, each once, beginning with the first of the definition.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, name)| name.as_str())
    }

    /// How many containers there are in the circle.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The places of the containers in the definition.
    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|(index, _)| *index)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in self.names() {
            write!(f, "{name} -> ")?;
        }
        f.write_str(self.names().next().unwrap_or_default())
    }
}

/// Which container waits for which, by their places in the definition.
struct Graph<'a> {
    names: Vec<&'a str>,
    targets: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(containers: &'a [ContainerDefinition], relations: &[Relation]) -> Self {
        let name = |container: &'a ContainerDefinition| container.name().unwrap_or_default();
        let names: Vec<&str> = containers.iter().map(name).collect();
        let by_name: HashMap<&str, usize> = names
            .iter()
            .enumerate()
            .rev()
            .map(|(index, name)| (*name, index))
            .collect();
        let targets = containers.iter().map(|container| {
            let all = relations
                .iter()
                .flat_map(|relation| relation.targets(container));
            let mut known: Vec<usize> = all.filter_map(|name| by_name.get(name).copied()).collect();
            known.sort_unstable();
            known.dedup();
            known
        });
        let targets = targets.collect();
        Self { names, targets }
    }

    /// An order in which targets come first, and what has no place in it.
    fn sort(&self) -> (Vec<usize>, Vec<usize>) {
        let mut waiting: Vec<usize> = self.targets.iter().map(Vec::len).collect();
        let mut waiters: Vec<Vec<usize>> = vec![Vec::new(); self.targets.len()];
        for (index, targets) in self.targets.iter().enumerate() {
            for target in targets {
                if let Some(waiters) = waiters.get_mut(*target) {
                    waiters.push(index);
                }
            }
        }
        let free = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
        let mut ready: BinaryHeap<Reverse<usize>> = free.map(|(index, _)| Reverse(index)).collect();
        let mut order = Vec::with_capacity(self.targets.len());
        while let Some(Reverse(index)) = ready.pop() {
            order.push(index);
            for waiter in waiters.get(index).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(*waiter) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(Reverse(*waiter));
                    }
                }
            }
        }
        let left = waiting.iter().enumerate().filter(|(_, count)| **count > 0);
        let left = left.map(|(index, _)| index).collect();
        (order, left)
    }

    /// Circles among the containers that are left. Each of them waits for one
    /// that is left too, so a walk along the first of those ends in a circle.
    fn cycles(&self, left: &[usize]) -> Vec<Cycle> {
        let mut steps: Vec<Option<usize>> = vec![None; self.targets.len()];
        for index in left {
            let targets = self.targets.get(*index).into_iter().flatten();
            let next = targets
                .copied()
                .find(|target| left.binary_search(target).is_ok());
            if let Some(step) = steps.get_mut(*index) {
                *step = next;
            }
        }
        let mut walk_of: Vec<Option<usize>> = vec![None; self.targets.len()];
        let mut cycles = Vec::new();
        for start in left.iter().copied() {
            let mut at = start;
            while walk_of.get(at) == Some(&None) {
                if let Some(walk) = walk_of.get_mut(at) {
                    *walk = Some(start);
                }
                at = steps.get(at).copied().flatten().unwrap_or(at);
            }
            if walk_of.get(at) == Some(&Some(start)) && !self.seen(&cycles, at) {
                cycles.push(self.circle(&steps, at));
            }
        }
        cycles
    }

    fn seen(&self, cycles: &[Cycle], index: usize) -> bool {
        cycles
            .iter()
            .any(|cycle| cycle.indices().any(|other| other == index))
    }

    fn circle(&self, steps: &[Option<usize>], from: usize) -> Cycle {
        let next = |at: &usize| {
            steps
                .get(*at)
                .copied()
                .flatten()
                .filter(|next| *next != from)
        };
        let mut members: Vec<usize> = std::iter::successors(Some(from), next).collect();
        let least = members.iter().enumerate().min_by_key(|(_, index)| **index);
        let turn = least.map_or(0, |(position, _)| position);
        members.rotate_left(turn);
        let named = |index: usize| {
            (
                index,
                self.names
                    .get(index)
                    .copied()
                    .unwrap_or_default()
                    .to_owned(),
            )
        };
        Cycle(members.into_iter().map(named).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn task(containers: Value) -> TaskDefinition {
        serde_json::from_value(json!({ "containerDefinitions": containers })).unwrap()
    }

    #[test]
    fn an_open_order_is_that_of_the_definition() {
        let task = task(json!([{"name": "c"}, {"name": "a"}, {"name": "b", "links": ["x"]}]));
        assert_eq!(task.start_order().unwrap(), ["c", "a", "b"]);
    }

    #[test]
    fn circles_are_named() {
        let task = task(json!([
            {"name": "free"},
            {"name": "tail", "links": ["b"]},
            {"name": "a", "dependsOn": [{"containerName": "b"}]},
            {"name": "b", "volumesFrom": [{"sourceContainer": "c"}]},
            {"name": "c", "links": ["a:alias"]},
            {"name": "self", "links": ["self"]},
        ]));
        assert_eq!(
            task.start_order().unwrap_err().to_string(),
            "containers wait for each other: a -> b -> c -> a, self -> self"
        );
        assert!(task.cycles(&[Relation::DependsOn]).is_empty());
        let links = task.cycles(&[Relation::Links]);
        assert_eq!(links.len(), 1);
        assert_eq!(links[0].names().collect::<Vec<_>>(), ["self"]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let name = |index: usize| format!("c{index}");
        let container = |index: usize| json!({"name": name(index), "dependsOn": [{"containerName": name(index + 1)}]});
        let containers: Vec<Value> = (0..20_000).map(container).collect();
        let order = task(Value::from(containers)).start_order().unwrap().len();
        assert_eq!(order, 20_000);
    }
}
