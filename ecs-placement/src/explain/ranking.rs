//! How the strategies order the instances that take a task.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::{BinpackField, Instance, PlacementRequest, Snapshot, SpreadField, Strategy, fits};

/// The instances that take a task, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    strategies: Vec<Strategy>,
    is_random: bool,
    instances: Vec<Ranked>,
}

/// One instance of a [`Ranking`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ranked {
    /// The ARN of the instance.
    pub arn: Arc<str>,
    /// For each strategy of [`Ranking::strategies`] what it goes by, of which less is better:
    /// for `spread` the tasks of the group, for `binpack` what is left.
    pub criteria: Vec<u64>,
}

impl Ranking {
    /// The strategies that decide, in their order: those of the request up to `random`, behind
    /// which nothing is left to decide. Without any it is `spread` by `instanceId`, and chance.
    #[must_use]
    pub fn strategies(&self) -> &[Strategy] {
        &self.strategies
    }

    /// Whether chance chooses among the best, not the order of the ARNs.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.is_random
    }

    /// The instances that take the task, the best first, equally good ones in the order of
    /// their ARNs.
    #[must_use]
    pub fn instances(&self) -> &[Ranked] {
        &self.instances
    }

    /// Those of which one is chosen.
    pub fn best(&self) -> &[Ranked] {
        let criteria = |ranked: &Ranked| ranked.criteria.clone();
        let first = self.instances.first().map(criteria);
        let is_best = |ranked: &&Ranked| Some(&ranked.criteria) == first.as_ref();
        let best = match self.is_random {
            true => self.instances.iter().take_while(is_best).count(),
            false => self.instances.len().min(1),
        };
        self.instances.get(..best).unwrap_or_default()
    }
}

impl Snapshot {
    /// How the strategies of a request order the instances that take one copy.
    #[must_use]
    pub fn rank(&self, request: &PlacementRequest) -> Ranking {
        let (strategies, is_random) = deciding(request);
        let counts: Vec<_> = strategies
            .iter()
            .map(|strategy| tasks_by_value(self, request, strategy))
            .collect();
        let state = self.state();
        let fitting = self
            .instances()
            .filter(|instance| fits::fits(state, instance.place(), request.task(), 0));
        let rank = |instance: Instance<'_>| Ranked {
            arn: instance.shared_arn(),
            criteria: strategies
                .iter()
                .zip(&counts)
                .map(|(strategy, counts)| criterion(instance, request, strategy, counts))
                .collect(),
        };
        let mut instances: Vec<Ranked> = fitting.map(rank).collect();
        instances.sort_by(|a, b| a.criteria.cmp(&b.criteria));
        Ranking {
            strategies,
            is_random,
            instances,
        }
    }
}

fn deciding(request: &PlacementRequest) -> (Vec<Strategy>, bool) {
    if request.strategies().is_empty() {
        return (vec![Strategy::Spread(SpreadField::InstanceId)], true);
    }
    let deciding = request.strategies().iter();
    let deciding = deciding.take_while(|strategy| **strategy != Strategy::Random);
    let is_random = request.strategies().contains(&Strategy::Random);
    (deciding.cloned().collect(), is_random)
}

/// For `spread` by an attribute the tasks of the group on the instances with each value.
fn tasks_by_value<'s>(
    snapshot: &'s Snapshot,
    request: &PlacementRequest,
    strategy: &Strategy,
) -> HashMap<&'s str, u64> {
    let mut counts = HashMap::new();
    if let Strategy::Spread(SpreadField::Attribute(name)) = strategy {
        for instance in snapshot.instances() {
            let tasks: &mut u64 = counts.entry(value(instance, name)).or_default();
            *tasks = tasks.saturating_add(instance.tasks_of(request.group()).into());
        }
    }
    counts
}

fn criterion(
    instance: Instance<'_>,
    request: &PlacementRequest,
    strategy: &Strategy,
    counts: &HashMap<&str, u64>,
) -> u64 {
    match strategy {
        Strategy::Random => 0,
        Strategy::Spread(SpreadField::InstanceId) => instance.tasks_of(request.group()).into(),
        Strategy::Spread(SpreadField::Attribute(name)) => {
            counts.get(value(instance, name)).copied().unwrap_or(0)
        }
        Strategy::Binpack(BinpackField::Cpu) => instance.remaining().cpu,
        Strategy::Binpack(BinpackField::Memory) => instance.remaining().memory,
    }
}

/// The value of an attribute; those without one are alike.
fn value<'s>(instance: Instance<'s>, name: &str) -> &'s str {
    instance.attribute(name).flatten().unwrap_or_default()
}
