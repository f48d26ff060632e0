//! The best instance of an index in which all fit.

use std::sync::Arc;

use super::columns::Columns;
use super::counts::Counts;
use super::index::{Best, Index};
use super::order::{ABSENT, Key, Order};
use super::way::Stage;
use crate::random::Random;

/// Below the criteria of a key.
const ORDER_BITS: u32 = 32;

/// The instance whose list of criteria is the least; of several, the first in the order of the
/// ARNs or one by chance.
pub(super) fn select(
    index: &mut Index,
    counts: Option<&Counts>,
    columns: &Columns,
    random: &mut Random,
) -> Option<u32> {
    let way = Arc::clone(&index.way);
    if way.columns.is_empty() {
        let order = index.orders.first()?;
        let at = if way.is_random {
            random.below(peers(index, order))?
        } else {
            0
        };
        return order.nth(at);
    }
    let tasks = |nth: usize| -> &[u64] {
        let column = way.columns.get(nth);
        column.map_or(&[], |column| {
            counts.map_or(&[], |counts| counts.by(*column))
        })
    };
    let best = match (way.leading(), way.is_random) {
        (Some(1), false) => by_one(index, tasks(0)),
        (Some(2), false) => {
            let stamp = counts.map_or((0, 0), Counts::stamp);
            by_two(index, tasks(0), tasks(1), stamp)
        }
        _ => {
            let tasks: Vec<_> = (0..way.columns.len()).map(tasks).collect();
            let mut best = by_stages(index, &tasks);
            if way.is_random {
                sort_by_values(index, columns, &mut best);
                return by_chance(index, &best, random);
            }
            best.first().copied()
        }
    };
    let order = index.orders.get(best? as usize)?;
    order.first()
}

fn sort_by_values(index: &Index, columns: &Columns, orders: &mut [u32]) {
    let values = |order: &u32| -> Vec<Option<&str>> {
        let value = |(nth, column): (usize, &usize)| {
            let bucket = index.buckets.get(nth)?.get(*order as usize)?;
            columns.get(*column)?.value(*bucket)
        };
        index.way.columns.iter().enumerate().map(value).collect()
    };
    if orders.len() > 1 {
        orders.sort_by_cached_key(values);
    }
}

/// How many entries at the front of an order have the criteria of the first one.
fn peers(index: &Index, order: &Order) -> usize {
    match index.way.measures.is_empty() {
        true => order.len(),
        false => {
            let next = (order.head() >> ORDER_BITS).saturating_add(1) << ORDER_BITS;
            order.below(next)
        }
    }
}

fn by_chance(index: &Index, best: &[u32], random: &mut Random) -> Option<u32> {
    let orders = || best.iter().filter_map(|at| index.orders.get(*at as usize));
    let total = orders().map(|order| peers(index, order)).sum();
    let mut drawn = random.below(total)?;
    for order in orders() {
        let here = peers(index, order);
        if drawn < here {
            return order.nth(drawn);
        }
        drawn -= here;
    }
    None
}

fn tasks_in(tasks: &[u64], bucket: u32) -> u64 {
    tasks.get(bucket as usize).copied().unwrap_or(0)
}

/// The order in the buckets with the fewest tasks whose head is the least.
fn by_one(index: &Index, tasks: &[u64]) -> Option<u32> {
    let buckets = index.buckets.first()?;
    let mut best: Option<(u64, Key, u32)> = None;
    for ((head, bucket), order) in index.heads.iter().zip(buckets).zip(0..) {
        let count = tasks_in(tasks, *bucket);
        let is_better = |(fewest, least, _): (u64, Key, u32)| {
            count < fewest || count == fewest && *head < least
        };
        if *head != ABSENT && best.is_none_or(is_better) {
            best = Some((count, *head, order));
        }
    }
    best.map(|(.., order)| order)
}

/// The same for two columns. The best of each bucket of the first one is remembered as a bound:
/// only buckets whose bound is the least are looked at again.
fn by_two(index: &mut Index, first: &[u64], second: &[u64], stamp: (u64, u64)) -> Option<u32> {
    if index.stamp != stamp {
        index.stamp = stamp;
        index.firsts.iter_mut().for_each(|first| first.best = None);
    }
    let Index {
        firsts,
        heads,
        buckets,
        ..
    } = index;
    let filled = || {
        firsts
            .iter()
            .zip(0_u32..)
            .filter(|(first, _)| first.filled > 0)
    };
    let fewest = filled().map(|(_, bucket)| tasks_in(first, bucket)).min()?;
    let tied: Vec<usize> = filled()
        .filter(|(_, bucket)| tasks_in(first, *bucket) == fewest)
        .map(|(_, bucket)| bucket as usize)
        .collect();
    let tasks = |order: u32| {
        let bucket = buckets
            .get(1)
            .and_then(|buckets| buckets.get(order as usize));
        tasks_in(second, bucket.copied().unwrap_or(0))
    };
    let look = |orders: &[u32]| {
        let known = orders.iter().filter_map(|order| {
            let key = heads.get(*order as usize).copied()?;
            let (tasks, order) = (tasks(*order), *order);
            (key != ABSENT).then_some(Best { tasks, key, order })
        });
        known.min()
    };
    loop {
        let mut least: Option<(Best, usize)> = None;
        for bucket in &tied {
            let first = firsts.get_mut(*bucket)?;
            if first.best.is_none() {
                first.best = look(&first.orders);
            }
            if let Some(best) = first.best
                && least.is_none_or(|(least, _)| best < least)
            {
                least = Some((best, *bucket));
            }
        }
        let (best, bucket) = least?;
        if tasks(best.order) == best.tasks {
            return Some(best.order);
        }
        firsts.get_mut(bucket)?.best = None;
    }
}

fn by_stages(index: &Index, tasks: &[&[u64]]) -> Vec<u32> {
    let way = &*index.way;
    let criterion = |order: u32, stage: &Stage| -> u64 {
        match stage {
            Stage::Column(nth) => {
                let buckets = index.buckets.get(*nth);
                let bucket = buckets.and_then(|buckets| buckets.get(order as usize));
                let tasks = tasks.get(*nth).copied().unwrap_or_default();
                tasks_in(tasks, bucket.copied().unwrap_or(0))
            }
            Stage::Measure(nth) => {
                let head = index.heads.get(order as usize).copied().unwrap_or(ABSENT);
                let shift = 96_u32.saturating_sub(u32::try_from(*nth).unwrap_or(3) * 32);
                u64::try_from(head >> shift & Key::from(u32::MAX)).unwrap_or(u64::MAX)
            }
        }
    };
    let heads = index.heads.iter().zip(0..);
    let mut best: Vec<u32> = heads
        .filter(|(head, _)| **head != ABSENT)
        .map(|(_, order)| order)
        .collect();
    // As strategies do: each keeps the best of what the one before has left.
    for stage in &way.stages {
        if let [_, _, ..] = best.as_slice()
            && let Some(least) = best.iter().map(|order| criterion(*order, stage)).min()
        {
            best.retain(|order| criterion(*order, stage) == least);
        }
    }
    if !way.is_random {
        let place = |order: &u32| {
            let head = index.heads.get(*order as usize).copied().unwrap_or(ABSENT);
            head & Key::from(u32::MAX)
        };
        best = best.into_iter().min_by_key(place).into_iter().collect();
    }
    best
}
