//! Breadth-first search of every state that a world can come to.

#[path = "../key/mod.rs"]
mod key;

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use key::key;

/// Something that goes on by steps, until it is over.
pub(crate) trait Searched: Clone + Hash {
    type Step;

    /// What may happen next, unless it is over.
    fn steps(&self) -> Vec<Self::Step>;

    fn take(&mut self, step: &Self::Step);

    fn is_over(&self) -> bool;

    /// What holds between a state and the next.
    fn check_step(&self, next: &Self);
}

/// Visits every state once, and asks whether each can still come to an end; gives their number.
pub(crate) fn search<W: Searched>(first: W, mut visit: impl FnMut(&W)) -> usize {
    let mut numbers: HashMap<Vec<u8>, usize> = HashMap::from([(key(&first), 0)]);
    let mut open = VecDeque::from([first]);
    let mut before: Vec<Vec<usize>> = vec![Vec::new()];
    let mut ends = Vec::new();
    while let Some(world) = open.pop_front() {
        let position = ends.len();
        ends.push(world.is_over());
        visit(&world);
        if world.is_over() {
            continue;
        }
        for step in world.steps() {
            let mut next = world.clone();
            next.take(&step);
            world.check_step(&next);
            let count = before.len();
            let number = *numbers.entry(key(&next)).or_insert(count);
            if number == count {
                open.push_back(next);
                before.push(Vec::new());
            }
            before[number].push(position);
        }
    }
    let states = ends.len();
    assert_eq!(count_stuck(ends, &before), 0, "of {states} states");
    states
}

/// The number of states from which no way leads to an end.
fn count_stuck(mut ends: Vec<bool>, before: &[Vec<usize>]) -> usize {
    let mut open: Vec<usize> = (0..ends.len()).filter(|one| ends[*one]).collect();
    while let Some(end) = open.pop() {
        for other in &before[end] {
            if !ends[*other] {
                ends[*other] = true;
                open.push(*other);
            }
        }
    }
    ends.iter().filter(|end| !**end).count()
}
