//! The best instance of an index in which all fit.

use super::columns::Columns;
use super::counts::Counts;
use super::index::Index;
use super::order::{ABSENT, Key, Order};
use super::random::Random;
use super::way::Stage;

/// Below the criteria of a key.
const ORDER_BITS: u32 = 32;

/// The instance whose list of criteria is the least; of several, the first in the order of the
/// ARNs or one by chance.
pub(super) fn select(
    index: &Index,
    counts: Option<&Counts>,
    columns: &Columns,
    random: &mut Random,
) -> Option<u32> {
    let way = &*index.way;
    if way.columns.is_empty() {
        let order = index.orders.first()?;
        let at = if way.is_random {
            random.below(peers(index, order))?
        } else {
            0
        };
        return order.nth(at).map(|entry| entry.slot);
    }
    let tasks = |nth: usize| -> &[u64] {
        let column = way.columns.get(nth);
        column.map_or(&[], |column| {
            counts.map_or(&[], |counts| counts.by(*column))
        })
    };
    let mut best = match way.leading() {
        Some(1) => by_one(index, tasks(0)),
        Some(2) => by_two(index, tasks(0), tasks(1)),
        _ => by_stages(
            index,
            &(0..way.columns.len()).map(tasks).collect::<Vec<_>>(),
        ),
    };
    if way.is_random {
        let values = |order: &u32| -> Vec<Option<&str>> {
            let value = |(nth, column): (usize, &usize)| {
                let bucket = index.buckets.get(nth)?.get(*order as usize)?;
                columns.get(*column)?.value(*bucket)
            };
            way.columns.iter().enumerate().map(value).collect()
        };
        if best.len() > 1 {
            best.sort_by_cached_key(values);
        }
        return by_chance(index, &best, random);
    }
    let order = index.orders.get(*best.first()? as usize)?;
    order.first().map(|entry| entry.slot)
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
            return order.nth(drawn).map(|entry| entry.slot);
        }
        drawn -= here;
    }
    None
}

/// Collects what is least.
struct Least<T> {
    score: Option<T>,
    orders: Vec<u32>,
}

impl<T: Ord> Least<T> {
    fn new() -> Self {
        Self {
            score: None,
            orders: Vec::with_capacity(4),
        }
    }

    fn offer(&mut self, score: T, order: u32) {
        match &self.score {
            Some(least) if score > *least => return,
            Some(least) if score == *least => {}
            _ => {
                self.orders.clear();
                self.score = Some(score);
            }
        }
        self.orders.push(order);
    }

    fn is_above(&self, part: impl Fn(&T) -> bool) -> bool {
        self.score.as_ref().is_some_and(part)
    }
}

/// What of a key decides among orders: all of it, or not the order of the ARNs.
fn decisive(index: &Index) -> impl Fn(Key) -> Key + use<> {
    let mask = if index.way.is_random {
        Key::MAX << ORDER_BITS
    } else {
        Key::MAX
    };
    move |head| head & mask
}

fn tasks_in(tasks: &[u64], bucket: u32) -> u64 {
    tasks.get(bucket as usize).copied().unwrap_or(0)
}

fn by_one(index: &Index, tasks: &[u64]) -> Vec<u32> {
    let decisive = decisive(index);
    let mut least = Least::new();
    let buckets = index.buckets.first().map_or(&[][..], |buckets| buckets);
    for ((head, bucket), order) in index.heads.iter().zip(buckets).zip(0..) {
        if *head == ABSENT {
            continue;
        }
        let count = tasks_in(tasks, *bucket);
        if !least.is_above(|(fewest, _)| *fewest < count) {
            least.offer((count, decisive(*head)), order);
        }
    }
    least.orders
}

fn by_two(index: &Index, first: &[u64], second: &[u64]) -> Vec<u32> {
    let decisive = decisive(index);
    let head = |order: u32| index.heads.get(order as usize).copied().unwrap_or(ABSENT);
    let mut firsts = Least::new();
    for (orders, bucket) in index.by_first.iter().zip(0..) {
        let count = tasks_in(first, bucket);
        if !firsts.is_above(|fewest| *fewest < count)
            && orders.iter().any(|order| head(*order) != ABSENT)
        {
            firsts.offer(count, bucket);
        }
    }
    let buckets = index.buckets.get(1).map_or(&[][..], |buckets| buckets);
    let mut least = Least::new();
    let tied = firsts
        .orders
        .iter()
        .filter_map(|bucket| index.by_first.get(*bucket as usize));
    for order in tied.flatten() {
        let head = head(*order);
        if head == ABSENT {
            continue;
        }
        let bucket = buckets.get(*order as usize).copied().unwrap_or(0);
        let count = tasks_in(second, bucket);
        if !least.is_above(|(fewest, _)| *fewest < count) {
            least.offer((count, decisive(head)), *order);
        }
    }
    least.orders
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
