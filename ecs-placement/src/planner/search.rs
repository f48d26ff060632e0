//! The best instance of an index that is not sorted for the request.

use super::columns::Columns;
use super::counts::Counts;
use super::index::{Filter, Index};
use super::order::Key;
use super::way::{Stage, Way};
use crate::fits;
use crate::snapshot::{NO_GROUP, State};

/// Whether an index without a filter finds the best instance for a request of this way.
pub(super) fn serves(way: &Way, group: u32) -> bool {
    let leads = match way.stages.first() {
        Some(Stage::Column(_)) => way.columns.len() == 1,
        _ => way.columns.is_empty(),
    };
    leads && !way.is_random && (group == NO_GROUP || !way.counts_tasks())
}

/// Asking an instance for more than CPU and memory costs as much as looking at so many.
const ASKING: u64 = 4;

/// Evaluating an expression too.
const EVALUATING: u64 = 64;

/// The first instance that fits in the buckets with the fewest tasks, and what it has cost, in
/// instances that were looked at.
pub(super) fn search(
    index: &mut Index,
    filter: &Filter,
    counts: Option<&Counts>,
    columns: &Columns,
    state: &State,
) -> (Option<u32>, u64) {
    let is_simple = filter.is_simple;
    let cost = match is_simple {
        true => 1,
        false if filter.selected.varying.is_empty() => ASKING,
        false => EVALUATING,
    };
    let mut looked_at = 0_u64;
    let Index {
        way,
        orders,
        buckets,
        ..
    } = index;
    let mut find = |order: usize| -> Option<(Key, u32)> {
        let needs = &*filter.task.needs;
        // Nothing is no need, even where there is less than nothing.
        let least = |needed: u32| match needed {
            0 => i32::MIN,
            _ => i32::try_from(needed).unwrap_or(i32::MAX),
        };
        let fits = |slot: u32| {
            looked_at = looked_at.saturating_add(cost);
            filter.selected.has(slot)
                && (is_simple
                    || state.place(slot).is_some_and(|place| {
                        fits::amounts_fit(place, needs, 0) && filter.accepts_rest(state, place, 0)
                    }))
        };
        let order = orders.searched(order)?;
        let kinds = filter.selected.kinds();
        order.find(least(needs.cpu), least(needs.memory), kinds, fits)
    };
    let Some(column) = way.columns.first() else {
        let found = find(0).map(|(_, slot)| slot);
        return (found, looked_at);
    };
    let tasks = counts.map_or(&[][..], |counts| counts.by(*column));
    let buckets = buckets.first().map_or(&[][..], |buckets| buckets);
    let count = |bucket: &u32| tasks.get(*bucket as usize).copied().unwrap_or(0);
    let mut orders: Vec<(u64, usize)> = buckets.iter().map(count).zip(0..).collect();
    orders.sort_unstable();
    let values = columns.get(*column);
    let is_met = |order: usize| {
        let bucket = buckets.get(order).copied().unwrap_or(0);
        values.is_none_or(|values| values.meets(bucket, &filter.selected))
    };
    let mut best: Option<(u64, Key, u32)> = None;
    for (count, order) in orders {
        if best.is_some_and(|(fewest, ..)| fewest < count) {
            break;
        }
        if is_met(order)
            && let Some((key, slot)) = find(order)
            && best.is_none_or(|(_, least, _)| key < least)
        {
            best = Some((count, key, slot));
        }
    }
    (best.map(|(.., slot)| slot), looked_at)
}
