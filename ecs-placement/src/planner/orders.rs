//! The instances of an index, in one order for each combination of buckets.

use super::order::{ABSENT, CRITERIA, Entry, Key, Order};
use super::tally::{Tallied, Tally};

/// Below the first criterion of a key.
const FIRST: u32 = Key::BITS - 32;

/// Below the criteria of a key.
const NUMBER: u32 = Key::BITS - 32 * CRITERIA as u32;

/// Orders, as suits what instances are sorted by.
#[derive(Debug, Clone)]
pub(super) enum Orders {
    /// By any criteria.
    Keyed(Keyed),
    /// By how many tasks of the group run on an instance, or by nothing.
    Tallied(Tallied),
}

/// Orders by keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Keyed {
    orders: Vec<Order>,
    /// For each slot its key.
    keys: Vec<Key>,
}

impl Orders {
    /// One more order.
    pub(super) fn add(&mut self) {
        match self {
            Self::Keyed(keyed) => keyed.orders.push(Order::default()),
            Self::Tallied(tallied) => tallied.add(),
        }
    }

    /// One more slot, whose instance is not in.
    pub(super) fn add_slot(&mut self) {
        match self {
            Self::Keyed(keyed) => keyed.keys.push(ABSENT),
            Self::Tallied(tallied) => tallied.add_slot(),
        }
    }

    /// So many orders and slots, nobody being in.
    pub(super) fn resize(&mut self, orders: usize, slots: usize) {
        (0..orders).for_each(|_| self.add());
        (0..slots).for_each(|_| self.add_slot());
    }

    /// Whether instances have come to differ in more than bits are worth.
    pub(super) fn is_overfull(&self) -> bool {
        match self {
            Self::Keyed(_) => false,
            Self::Tallied(tallied) => tallied.is_overfull(),
        }
    }

    /// The key of the first instance of an order: only the criteria and the place in the order
    /// of the ARNs count.
    pub(super) fn head(&self, at: usize) -> Key {
        match self {
            Self::Keyed(keyed) => keyed.orders.get(at).map_or(ABSENT, Order::head),
            Self::Tallied(tallied) => tallied
                .get(at)
                .and_then(Tally::first)
                .map_or(ABSENT, |(tasks, first)| {
                    Key::from(tasks) << FIRST | Key::from(first.number)
                }),
        }
    }

    pub(super) fn first(&self, at: usize) -> Option<u32> {
        match self {
            Self::Keyed(keyed) => keyed.orders.get(at)?.first(),
            Self::Tallied(tallied) => tallied.get(at)?.first().map(|(_, first)| first.slot),
        }
    }

    /// How many instances at the front of an order have the criteria of the first one.
    pub(super) fn peers(&self, at: usize, has_criteria: bool) -> usize {
        match self {
            Self::Keyed(keyed) => {
                let order = keyed.orders.get(at);
                order.map_or(0, |order| match has_criteria {
                    true => {
                        let next = (order.head() >> NUMBER).saturating_add(1) << NUMBER;
                        order.below(next)
                    }
                    false => order.len(),
                })
            }
            Self::Tallied(tallied) => tallied.get(at).map_or(0, Tally::peers),
        }
    }

    /// The slot with so many before it in its order.
    pub(super) fn nth(&self, at: usize, before: usize) -> Option<u32> {
        match self {
            Self::Keyed(keyed) => keyed.orders.get(at)?.nth(before),
            Self::Tallied(tallied) => Some(tallied.get(at)?.nth(before)?.slot),
        }
    }

    /// An order that is searched.
    pub(super) fn searched(&mut self, at: usize) -> Option<&mut Order> {
        match self {
            Self::Keyed(keyed) => keyed.orders.get_mut(at),
            Self::Tallied(_) => None,
        }
    }

    /// Puts an instance where it belongs now, or takes it out. Whether its key has changed, or may
    /// have if it is `searched` by amounts.
    pub(super) fn update(
        &mut self,
        (slot, at): (u32, usize),
        entry: Option<(Key, Entry)>,
        is_searched: bool,
    ) -> bool {
        match self {
            Self::Keyed(keyed) => keyed.update((slot, at), entry, is_searched),
            Self::Tallied(tallied) => {
                let tasks = entry.map(|(key, _)| (key >> FIRST) as u32);
                tallied.update(slot, tasks)
            }
        }
    }

    /// Takes out an instance that may be another one now, and may belong to another order. Whether
    /// it was in.
    pub(super) fn forget(
        &mut self,
        slot: u32,
        (old, new): (u32, u32),
        number: Option<u32>,
    ) -> bool {
        match self {
            Self::Keyed(keyed) => keyed.update((slot, old as usize), None, false),
            Self::Tallied(tallied) => tallied.forget(slot, new, number),
        }
    }

    /// Finds places for the instances that were forgotten.
    pub(super) fn settle(&mut self) {
        if let Self::Tallied(tallied) = self {
            tallied.settle();
        }
    }
}

impl Keyed {
    /// Takes over all that is in.
    pub(super) fn fill(&mut self, lists: Vec<Vec<(Key, Entry)>>) {
        for (key, entry) in lists.iter().flatten() {
            if let Some(known) = self.keys.get_mut(entry.slot as usize) {
                *known = *key;
            }
        }
        self.orders = lists.into_iter().map(Order::of).collect();
    }

    fn update(
        &mut self,
        (slot, at): (u32, usize),
        entry: Option<(Key, Entry)>,
        is_searched: bool,
    ) -> bool {
        let new = entry.map_or(ABSENT, |(key, _)| key);
        let (Some(key), Some(order)) = (self.keys.get_mut(slot as usize), self.orders.get_mut(at))
        else {
            return false;
        };
        // What is free counts for a search even if the key is the same.
        if *key == new && (!is_searched || new == ABSENT) {
            return false;
        }
        let old = std::mem::replace(key, new);
        if old != ABSENT {
            order.remove(old);
        }
        if let Some((key, entry)) = entry {
            order.insert(key, entry);
        }
        true
    }
}
