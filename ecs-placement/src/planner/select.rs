//! The best instance of an index in which all fit.

use std::cmp::Ordering;

use super::columns::Columns;
use super::counts::Counts;
use super::index::{Best, Index};
use super::order::{ABSENT, Key};
use super::way::Stage;
use crate::random::Random;

/// The instance whose list of criteria is the least; of several, the first in the order of the
/// ARNs or one by chance.
pub(super) fn select(
    index: &mut Index,
    counts: Option<&Counts>,
    columns: &Columns,
    random: &mut Random,
) -> Option<u32> {
    let (is_random, leads_by_two) = (index.way.is_random, index.way.leads_by_two());
    let column = |nth: usize| index.way.columns.get(nth).copied();
    let tasks = |column: Option<usize>| -> &[u64] {
        let known = column.zip(counts);
        known.map_or(&[], |(column, counts)| counts.by(column))
    };
    let (first, second) = (tasks(column(0)), tasks(column(1)));
    if index.way.columns.is_empty() {
        let at = if is_random {
            random.below(peers(index, 0))?
        } else {
            0
        };
        return index.orders.nth(0, at);
    }
    if is_random {
        sort_by_values(index, columns);
        let tasks = |nth: usize| tasks(index.way.columns.get(nth).copied());
        let best = by_stages(index, &index.by_value, tasks);
        return by_chance(index, &best, random);
    }
    let best = if index.way.columns.len() == 1 {
        by_one(index, first)
    } else if leads_by_two {
        let stamp = counts.map_or((0, 0), Counts::stamp);
        by_two(index, first, second, stamp)
    } else {
        let all: Vec<u32> = (0..).zip(&index.heads).map(|(order, _)| order).collect();
        let tasks = |nth: usize| tasks(index.way.columns.get(nth).copied());
        let best = by_stages(index, &all, tasks);
        best.into_iter().min_by_key(|order| place(index, *order))
    };
    index.orders.first(best? as usize)
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
fn place(index: &Index, order: u32) -> Key {
    let head = index.heads.get(order as usize).copied().unwrap_or(ABSENT);
    head & Key::from(u32::MAX)
}

/// How many instances at the front of an order have the criteria of the first one.
fn peers(index: &Index, order: u32) -> usize {
    let has_criteria = !index.way.measures.is_empty();
    index.orders.peers(order as usize, has_criteria)
}

fn by_chance(index: &Index, best: &[u32], random: &mut Random) -> Option<u32> {
    let total = best.iter().map(|order| peers(index, *order)).sum();
    let mut drawn = random.below(total)?;
    for order in best {
        let here = peers(index, *order);
        if drawn < here {
            return index.orders.nth(*order as usize, drawn);
        }
        drawn -= here;
    }
    None
}

fn tasks_in(tasks: &[u64], bucket: u32) -> u64 {
    tasks.get(bucket as usize).copied().unwrap_or(0)
}

/// The order whose head is the least: by the measures before the column, the tasks in the
/// bucket, and the rest of the key.
fn by_one(index: &Index, tasks: &[u64]) -> Option<u32> {
    let buckets = index.buckets.first()?;
    let shift = match index.way.measures_before() {
        0 => None,
        measures => Key::BITS.checked_sub(measures.saturating_mul(32)),
    };
    let mut least: (Key, u64, Key) = (Key::MAX, u64::MAX, ABSENT);
    let mut best = None;
    for ((head, bucket), order) in index.heads.iter().zip(buckets).zip(0..) {
        let before = shift.map_or(0, |shift| *head >> shift);
        if before > least.0 {
            continue;
        }
        let tasks = tasks_in(tasks, *bucket);
        if before == least.0 && tasks > least.1 || *head == ABSENT {
            continue;
        }
        let rank = (before, tasks, *head);
        if rank < least {
            least = rank;
            best = Some(order);
        }
    }
    best
}

/// The order whose head is the least by the tasks in the first column, those in the second, and
/// the key. The best of each bucket of the column with fewer values is remembered as a bound:
/// only where the bound is below the least so far is looked again.
fn by_two(index: &mut Index, first: &[u64], second: &[u64], stamp: (u64, u64)) -> Option<u32> {
    if index.stamp != stamp {
        index.stamp = stamp;
        index.rows.iter_mut().for_each(|row| row.best = None);
    }
    let Index {
        narrow,
        rows,
        heads,
        buckets,
        ..
    } = index;
    let is_by_first = *narrow == 0;
    let (own, other) = match is_by_first {
        true => (first, second),
        false => (second, first),
    };
    let buckets = buckets.get(usize::from(is_by_first))?;
    let others = |order: u32| tasks_in(other, buckets.get(order as usize).copied().unwrap_or(0));
    let look = |orders: &[u32]| {
        let mut best: Option<Best> = None;
        for order in orders {
            let tasks = others(*order);
            if best.is_some_and(|best| best.tasks < tasks) {
                continue;
            }
            let key = heads.get(*order as usize).copied().unwrap_or(ABSENT);
            let order = *order;
            let new = Best { tasks, key, order };
            if key != ABSENT && best.is_none_or(|best| new < best) {
                best = Some(new);
            }
        }
        best
    };
    let filled = rows.iter().zip(0_u32..).filter(|(row, _)| row.filled > 0);
    let fewest = filled.map(|(_, bucket)| tasks_in(own, bucket)).min()?;
    let mut least: Option<((u64, u64, Key), u32)> = None;
    for (row, bucket) in rows.iter_mut().zip(0_u32..) {
        let tasks = tasks_in(own, bucket);
        if row.filled == 0 || is_by_first && tasks > fewest {
            continue;
        }
        let rank = |best: Best| match is_by_first {
            true => (tasks, best.tasks, best.key),
            false => (best.tasks, tasks, best.key),
        };
        let is_less = |best: Best| least.is_none_or(|(least, _)| rank(best) < least);
        // A bound that is not below the least needs no look.
        if row.best.is_some_and(|bound| !is_less(bound)) {
            continue;
        }
        if row
            .best
            .is_none_or(|bound| others(bound.order) != bound.tasks)
        {
            row.best = look(&row.orders);
        }
        if let Some(best) = row.best.filter(|best| is_less(*best)) {
            least = Some((rank(best), best.order));
        }
    }
    least.map(|(_, order)| order)
}

/// Of some orders those whose heads are the least but for the order of the ARNs.
fn by_stages<'t>(index: &Index, orders: &[u32], tasks: impl Fn(usize) -> &'t [u64]) -> Vec<u32> {
    let head = |order: u32| index.heads.get(order as usize).copied().unwrap_or(ABSENT);
    let mut best = Vec::with_capacity(orders.len());
    best.extend(orders.iter().filter(|order| head(**order) != ABSENT));
    // As strategies do: each keeps the best of what the one before has left.
    for stage in &index.way.stages {
        match *stage {
            Stage::Column(nth) => {
                let tasks = tasks(nth);
                let buckets = index.buckets.get(nth).map_or(&[][..], |buckets| buckets);
                let bucket = |order: u32| buckets.get(order as usize).copied().unwrap_or(0);
                keep_least(&mut best, |order| tasks_in(tasks, bucket(order)));
            }
            Stage::Measure(nth) => {
                let shift = 96_u32.saturating_sub(u32::try_from(nth).unwrap_or(3) * 32);
                keep_least(&mut best, |order| {
                    head(order) >> shift & Key::from(u32::MAX)
                });
            }
        }
    }
    best
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
