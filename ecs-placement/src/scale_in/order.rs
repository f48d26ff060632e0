//! Tasks in the order in which they stop, kept up while they are taken out.

use std::collections::{BTreeMap, BTreeSet};

use super::Measure;

/// What the tasks of a node weigh most, measure by measure, and at last their draw.
type Key = Vec<u64>;

/// The place of a task by a measure, and what it adds to what is there.
pub(super) type Spot = (usize, u64);

/// The tasks by their first measure, those of each spot by the second, and so on: taking out one
/// task touches the spots where it is, not the tasks beside it. Ranking a place of a
/// later measure again visits every node above it: with `instanceId` spread before the zone that is
/// every instance for each task.
#[derive(Debug, Default)]
pub(super) struct Order {
    root: Node,
}

/// Tasks with the same spots so far.
#[derive(Debug, Default)]
struct Node {
    /// As its parent has it.
    key: Key,
    children: BTreeMap<Spot, Self>,
    /// The children by what their tasks weigh.
    ranking: BTreeSet<(Key, Spot)>,
    /// After the last measure: tasks by their draw.
    tasks: BTreeSet<(u64, usize)>,
}

impl Order {
    /// Adds a task, by its spots and a number that was drawn for it.
    pub(super) fn add(&mut self, spots: impl IntoIterator<Item = Spot>, draw: u64, task: usize) {
        let mut node = &mut self.root;
        for spot in spots {
            node = node.children.entry(spot).or_default();
        }
        node.tasks.insert((draw, task));
    }

    /// Ranks what was added.
    pub(super) fn rank(&mut self, measures: &[Measure]) {
        self.root.rank(measures);
    }

    /// Takes out the task that weighs most.
    pub(super) fn pop(&mut self) -> Option<usize> {
        self.root.pop()
    }

    /// Ranks again what is in a place of one of the measures, whose amount has changed.
    pub(super) fn refresh(&mut self, measures: &[Measure], at: usize, place: usize) {
        self.root.refresh(measures, at, place);
    }
}

impl Node {
    /// The key of its heaviest task; `None` if there is none.
    fn heaviest(&self) -> Option<Key> {
        let child = self.ranking.last().map(|(key, _)| key.clone());
        child.or_else(|| self.tasks.last().map(|(draw, _)| vec![*draw]))
    }

    fn rank(&mut self, measures: &[Measure]) {
        let Some((measure, deeper)) = measures.split_first() else {
            return;
        };
        let mut ranking = BTreeSet::new();
        for (spot, child) in &mut self.children {
            child.rank(deeper);
            if let Some(rest) = child.heaviest() {
                child.key = key(measure.weight(*spot), rest);
                ranking.insert((child.key.clone(), *spot));
            }
        }
        self.ranking = ranking;
    }

    fn pop(&mut self) -> Option<usize> {
        let Some((key_before, spot)) = self.ranking.pop_last() else {
            return self.tasks.pop_last().map(|(_, task)| task);
        };
        let child = self.children.get_mut(&spot)?;
        let task = child.pop();
        match (child.heaviest(), key_before.first()) {
            (Some(rest), Some(weight)) => {
                child.key = key(*weight, rest);
                self.ranking.insert((child.key.clone(), spot));
            }
            _ => drop(self.children.remove(&spot)),
        }
        task
    }

    /// Whether its heaviest task may be another one.
    fn refresh(&mut self, measures: &[Measure], at: usize, place: usize) -> bool {
        let Some((measure, deeper)) = measures.split_first() else {
            return false;
        };
        let spots: Vec<Spot> = match at {
            0 => {
                let here = self.children.range((place, 0)..=(place, u64::MAX));
                here.map(|(spot, _)| *spot).collect()
            }
            _ => {
                let children = self.children.iter_mut();
                let changed = children.filter_map(|(spot, child)| {
                    child.refresh(deeper, at - 1, place).then_some(*spot)
                });
                changed.collect()
            }
        };
        for spot in &spots {
            self.rank_again(*spot, measure.weight(*spot));
        }
        !spots.is_empty()
    }

    fn rank_again(&mut self, spot: Spot, weight: u64) {
        let Some(child) = self.children.get_mut(&spot) else {
            return;
        };
        let Some(rest) = child.heaviest() else {
            return;
        };
        let before = std::mem::replace(&mut child.key, key(weight, rest));
        let after = child.key.clone();
        self.ranking.remove(&(before, spot));
        self.ranking.insert((after, spot));
    }
}

fn key(weight: u64, rest: Key) -> Key {
    let mut key = Vec::with_capacity(rest.len() + 1);
    key.push(weight);
    key.extend(rest);
    key
}
