//! The best instance of an index in which all fit.

use std::cmp::Ordering;

use super::columns::Columns;
use super::counts::Counts;
use super::front::Front;
use super::index::Index;
use super::order::{ABSENT, Key};
use super::orders::Orders;
use super::way::{Stage, Way};
use crate::random::Random;

/// The instance whose list of criteria is the least; of several, the first in the order of the
/// ARNs or one by chance.
pub(super) fn select(
    index: &mut Index,
    counts: Option<&Counts>,
    columns: &Columns,
    random: &mut Random,
) -> Option<u32> {
    let is_random = index.way.is_random;
    if index.way.columns.is_empty() {
        let at = if is_random {
            random.below(peers(index))?
        } else {
            0
        };
        return index.orders.nth(0, at);
    }
    if is_random {
        sort_by_values(index, columns);
    }
    let Index {
        way,
        front,
        orders,
        heads,
        buckets,
        by_value,
        narrow,
        ..
    } = index;
    let buckets = |nth: usize| buckets.get(nth).map_or(&[][..], |buckets| buckets);
    let tasks = |nth: usize| {
        let known = way.columns.get(nth).zip(counts);
        known.map_or(&[][..], |(column, counts)| counts.by(*column))
    };
    let best = match front {
        Front::One(one) => {
            one.refresh((orders, heads, buckets(0)), tasks(0), way);
            if is_random {
                return by_chance(orders, one.bests(by_value), random);
            }
            one.best()
        }
        Front::Two(two) => {
            let narrow = *narrow;
            let tasks = (tasks(narrow), tasks(1 - narrow));
            let stamp = counts.map_or((0, 0), Counts::stamp);
            two.best((heads, buckets(narrow)), tasks, narrow == 0, stamp)
        }
        Front::Unknown => {
            let all = (0..).zip(&*heads).map(|(order, _)| order);
            let mut best: Vec<u32> = match is_random {
                true => by_value.clone(),
                false => all.collect(),
            };
            by_stages(&mut best, (way, heads), buckets, tasks);
            if is_random {
                let has_criteria = !way.measures.is_empty();
                let peers = |order: u32| (order, orders.peers(order as usize, has_criteria));
                let best: Vec<_> = best.into_iter().map(peers).collect();
                return by_chance(orders, &best, random);
            }
            best.into_iter().min_by_key(|order| place(heads, *order))
        }
    };
    orders.first(best? as usize)
}

/// Puts the orders into the sequence of the values of their buckets, if there are new ones.
fn sort_by_values(index: &mut Index, columns: &Columns) {
    if index.by_value.len() == index.heads.len() {
        return;
    }
    let values = |order: &u32| -> Vec<Option<&str>> {
        let value = |(nth, column): (usize, &usize)| {
            let bucket = index.buckets.get(nth)?.get(*order as usize)?;
            columns.get(*column)?.value(*bucket)
        };
        index.way.columns.iter().enumerate().map(value).collect()
    };
    let mut sorted: Vec<u32> = (0..).zip(&index.heads).map(|(order, _)| order).collect();
    sorted.sort_by_cached_key(values);
    index.by_value = sorted;
}

/// The place in the order of the ARNs of the first instance of an order.
fn place(heads: &[Key], order: u32) -> Key {
    let head = heads.get(order as usize).copied().unwrap_or(ABSENT);
    head & Key::from(u32::MAX)
}

/// How many instances at the front of the only order have the criteria of the first one.
fn peers(index: &Index) -> usize {
    index.orders.peers(0, !index.way.measures.is_empty())
}

/// One of the instances at the front of some orders, of which it is known how many they are.
fn by_chance(orders: &Orders, best: &[(u32, usize)], random: &mut Random) -> Option<u32> {
    let total = best.iter().map(|(_, peers)| peers).sum();
    let mut drawn = random.below(total)?;
    for (order, here) in best {
        if drawn < *here {
            return orders.nth(*order as usize, drawn);
        }
        drawn -= here;
    }
    None
}

fn tasks_in(tasks: &[u64], bucket: u32) -> u64 {
    tasks.get(bucket as usize).copied().unwrap_or(0)
}

/// Keeps the orders whose heads are the least but for the order of the ARNs.
fn by_stages<'t>(
    best: &mut Vec<u32>,
    (way, heads): (&Way, &[Key]),
    buckets: impl Fn(usize) -> &'t [u32],
    tasks: impl Fn(usize) -> &'t [u64],
) {
    let head = |order: u32| heads.get(order as usize).copied().unwrap_or(ABSENT);
    best.retain(|order| head(*order) != ABSENT);
    // As strategies do: each keeps the best of what the one before has left.
    for stage in &way.stages {
        match *stage {
            Stage::Column(nth) => {
                let (tasks, buckets) = (tasks(nth), buckets(nth));
                let bucket = |order: u32| buckets.get(order as usize).copied().unwrap_or(0);
                keep_least(best, |order| tasks_in(tasks, bucket(order)));
            }
            Stage::Measure(nth) => {
                let shift = 96_u32.saturating_sub(u32::try_from(nth).unwrap_or(3) * 32);
                keep_least(best, |order| head(order) >> shift & Key::from(u32::MAX));
            }
        }
    }
}

/// Keeps the orders whose rank is the least, in one pass.
fn keep_least<T: Ord>(orders: &mut Vec<u32>, rank: impl Fn(u32) -> T) {
    let mut least: Option<T> = None;
    let mut kept = 0;
    for at in 0..orders.len() {
        let Some(order) = orders.get(at).copied() else {
            break;
        };
        let rank = rank(order);
        let comparison = least
            .as_ref()
            .map_or(Ordering::Less, |least| rank.cmp(least));
        if comparison.is_lt() {
            least = Some(rank);
            kept = 0;
        }
        if comparison.is_le()
            && let Some(place) = orders.get_mut(kept)
        {
            *place = order;
            kept += 1;
        }
    }
    orders.truncate(kept);
}
