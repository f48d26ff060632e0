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
    /// For each slot its order.
    order_of: Vec<u32>,
}

impl Orders {
    /// One more order.
    pub(super) fn add(&mut self) {
        match self {
            Self::Keyed(keyed) => keyed.orders.push(Order::default()),
            Self::Tallied(tallied) => tallied.add(),
        }
    }

    /// One more slot, whose instance belongs to an order and is not in.
    pub(super) fn add_slot(&mut self, order: u32) {
        match self {
            Self::Keyed(keyed) => {
                keyed.keys.push(ABSENT);
                keyed.order_of.push(order);
            }
            Self::Tallied(tallied) => tallied.add_slot(order),
        }
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> u32 {
        let slots = match self {
            Self::Keyed(keyed) => keyed.keys.len(),
            Self::Tallied(tallied) => tallied.slots().len(),
        };
        u32::try_from(slots).unwrap_or(u32::MAX)
    }

    /// The same orders and slots by keys, nobody being in.
    pub(super) fn keyed(&self) -> Self {
        Self::Keyed(match self {
            Self::Keyed(keyed) => Keyed {
                orders: vec![Order::default(); keyed.orders.len()],
                keys: vec![ABSENT; keyed.keys.len()],
                order_of: keyed.order_of.clone(),
            },
            Self::Tallied(tallied) => Keyed {
                orders: vec![Order::default(); tallied.len()],
                keys: vec![ABSENT; tallied.slots().len()],
                order_of: tallied.slots().collect(),
            },
        })
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

    /// Puts an instance where it belongs now, or takes it out. Its order, and whether its key has
    /// changed, or may have if it is `searched` by amounts.
    pub(super) fn update(
        &mut self,
        slot: u32,
        entry: Option<(Key, Entry)>,
        is_searched: bool,
    ) -> Option<(u32, bool)> {
        match self {
            Self::Keyed(keyed) => keyed.update(slot, entry, is_searched),
            Self::Tallied(tallied) => {
                let tasks = entry.map(|(key, _)| (key >> FIRST) as u32);
                tallied.update(slot, tasks)
            }
        }
    }

    /// Takes out an instance that may be another one now, and belongs to an order from now on.
    /// Gives back to which it did.
    pub(super) fn forget(&mut self, slot: u32, order: u32, number: Option<u32>) -> u32 {
        match self {
            Self::Keyed(keyed) => keyed.forget(slot, order),
            Self::Tallied(tallied) => tallied.forget(slot, order, number),
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

    /// The order of a slot.
    pub(super) fn order_of(&self, slot: u32) -> usize {
        let order = self.order_of.get(slot as usize);
        order.map_or(0, |order| *order as usize)
    }

    fn update(
        &mut self,
        slot: u32,
        entry: Option<(Key, Entry)>,
        is_searched: bool,
    ) -> Option<(u32, bool)> {
        let new = entry.map_or(ABSENT, |(key, _)| key);
        let at = *self.order_of.get(slot as usize)?;
        let key = self.keys.get_mut(slot as usize)?;
        // What is free counts for a search even if the key is the same.
        if *key == new && (!is_searched || new == ABSENT) {
            return Some((at, false));
        }
        let order = self.orders.get_mut(at as usize)?;
        let old = std::mem::replace(key, new);
        if old != ABSENT {
            order.remove(old);
        }
        if let Some((key, entry)) = entry {
            order.insert(key, entry);
        }
        Some((at, true))
    }

    fn forget(&mut self, slot: u32, order: u32) -> u32 {
        self.update(slot, None, false);
        let known = self.order_of.get_mut(slot as usize);
        known.map_or(order, |known| std::mem::replace(known, order))
    }
}
