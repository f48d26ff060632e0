//! The best instance of an index that is not sorted for the request.

use super::columns::Columns;
use super::counts::Counts;
use super::index::{self, Filter, Index};
use super::order::Key;
use super::way::{Stage, Way};
use crate::fits;
use crate::snapshot::State;

/// Instances with tasks of a group that are looked at one by one.
const APART: usize = 64;

/// What is known of the group of a request and of the plan at hand.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) counts: Option<&'a Counts>,
    /// For each slot the copies that are planned there, and the slots where some are.
    pub(super) claimed: &'a [u32],
    pub(super) claims: [&'a [u32]; 2],
}

/// Whether an index without a filter finds the best instance for a request of this way: it is not
/// sorted by the tasks of the group, so that those instances that have any are looked at apart.
pub(super) fn serves(way: &Way, counts: Option<&Counts>, has_group: bool) -> bool {
    let leads = match way.stages.first() {
        Some(Stage::Column(_)) => way.columns.len() == 1,
        _ => way.columns.is_empty(),
    };
    let has_few = match counts {
        Some(counts) => counts.slots().len() <= APART,
        None => !has_group,
    };
    leads && !way.is_random && (has_few || !way.counts_tasks())
}

/// Asking an instance for more than CPU and memory costs as much as looking at so many.
const ASKING: u64 = 4;

/// Evaluating an expression too.
const EVALUATING: u64 = 64;

/// The instance with the least tasks in its bucket and the least key, among those that fit.
type Best = (u64, Key, u32);

/// The first instance that fits in the buckets with the fewest tasks, and what it has cost, in
/// instances that were looked at.
pub(super) fn search(
    index: &mut Index,
    filter: &Filter,
    group: Group<'_>,
    columns: &Columns,
    state: &State,
) -> (Option<u32>, u64) {
    let (counts, claimed) = (group.counts, group.claimed);
    let cost = cost_of(filter);
    let mut looked_at = 0_u64;
    let Index {
        way,
        orders,
        buckets,
        ..
    } = index;
    let column = way.columns.first().copied();
    let tasks = column.zip(counts);
    let tasks = tasks.map_or(&[][..], |(column, counts)| counts.by(column));
    let count = |bucket: u32| tasks.get(bucket as usize).copied().unwrap_or(0);
    let values = column.and_then(|column| columns.get(column));
    let of_slot = |slot: u32| values.map_or(0, |values| count(values.bucket(slot)));
    let counted = counts.filter(|_| way.counts_tasks());
    let is_claimed = |slot: u32| claimed.get(slot as usize).is_some_and(|copies| *copies > 0);
    let is_apart =
        |slot: u32| is_claimed(slot) || counted.is_some_and(|counts| counts.on(slot) > 0);
    let apart = group.claims.into_iter().flatten().copied();
    let apart = apart.chain(counted.into_iter().flat_map(Counts::slots));
    let mut best = None;
    for slot in apart {
        looked_at = looked_at.saturating_add(cost.max(ASKING));
        let already = claimed.get(slot as usize).copied().unwrap_or(0);
        let place = state.place(slot);
        let found = place.and_then(|place| index::entry(way, Some(filter), state, place, already));
        best = lesser(best, found.map(|(key, _)| (of_slot(slot), key, slot)));
    }
    let mut find = |order: usize| -> Option<(Key, u32)> {
        let needs = &filter.task.needs;
        let fits = |slot: u32| {
            looked_at = looked_at.saturating_add(cost);
            filter.selected.has(slot)
                && !is_apart(slot)
                && (filter.is_simple
                    || state.place(slot).is_some_and(|place| {
                        fits::amounts_fit(place, needs, 0) && filter.accepts_rest(state, place, 0)
                    }))
        };
        let order = orders.searched(order)?;
        let kinds = filter.selected.kinds();
        order.find(least(needs.cpu), least(needs.memory), kinds, fits)
    };
    let buckets = buckets.first().map_or(&[0][..], |buckets| buckets);
    let counts = buckets.iter().map(|bucket| count(*bucket));
    let mut orders: Vec<(u64, usize)> = counts.zip(0..).collect();
    orders.sort_unstable();
    let is_met = |order: usize| {
        let bucket = buckets.get(order).copied().unwrap_or(0);
        values.is_none_or(|values| values.meets(bucket, &filter.selected))
    };
    for (count, order) in orders {
        if best.is_some_and(|(fewest, ..)| fewest < count) {
            break;
        }
        if is_met(order) {
            best = lesser(best, find(order).map(|(key, slot)| (count, key, slot)));
        }
    }
    (best.map(|(.., slot)| slot), looked_at)
}

/// What it costs to ask one instance whether it takes the task.
fn cost_of(filter: &Filter) -> u64 {
    match filter.is_simple {
        true => 1,
        false if filter.selected.varying.is_empty() => ASKING,
        false => EVALUATING,
    }
}

/// How much has to be left. Nothing is no need, even where there is less than nothing.
fn least(needed: u32) -> i32 {
    match needed {
        0 => i32::MIN,
        _ => i32::try_from(needed).unwrap_or(i32::MAX),
    }
}

fn lesser(one: Option<Best>, other: Option<Best>) -> Option<Best> {
    one.into_iter().chain(other).min()
}
