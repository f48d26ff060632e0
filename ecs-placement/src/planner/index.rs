//! Instances sorted for one way of choosing.

use std::sync::Arc;

use hashbrown::HashMap;

use super::columns::{Columns, Selected, kind};
use super::front::Front;
use super::order::{ABSENT, Entry, Key};
use super::orders::{Keyed, Orders};
use super::tally::{Member, Tallied};
use super::way::{Measure, Way};
use crate::request::Wanted;
use crate::snapshot::{NO_GROUP, Place, State, lanes_in};
use crate::{daemon_room, fits};

/// Instances in one order for each combination of the values that they are spread by.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) way: Arc<Way>,
    /// If there is one, only instances that fit are in.
    pub(super) filter: Option<Filter>,
    pub(super) orders: Orders,
    /// The first key of each order.
    pub(super) heads: Vec<Key>,
    /// For each column, the bucket of each order.
    pub(super) buckets: Vec<Vec<u32>>,
    /// Which of two leading columns has fewer values.
    pub(super) narrow: usize,
    pub(super) front: Front,
    /// The orders by the values of their buckets, as far as they are sorted: what chance draws
    /// must not depend on which value was seen first.
    pub(super) by_value: Vec<u32>,
    known: HashMap<Box<[u32]>, u32>,
    /// Up to where in the planner's log this index knows.
    pub(super) synced: u64,
}

/// What has to be true of an instance.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub(super) task: Arc<Wanted>,
    pub(super) group: u32,
    pub(super) selected: Arc<Selected>,
    /// For which attributes it selects them.
    pub(super) epoch: u64,
    /// Whether an instance that is ready and selected, and has CPU and memory, is accepted.
    pub(super) is_simple: bool,
}

impl Filter {
    /// Whether an instance takes one more copy, where `already` copies of this plan are.
    pub(super) fn accepts(&self, state: &State, place: Place<'_>, already: u32) -> bool {
        self.selected.has(place.slot)
            && place.chunk.is_ready(place.lane)
            && fits::amounts_fit(place, &self.task.needs, already)
            && (self.is_simple || self.accepts_rest(state, place, already))
    }

    /// The same for an instance that is ready, selected, and has the amounts.
    pub(super) fn accepts_rest(&self, state: &State, place: Place<'_>, already: u32) -> bool {
        fits::ports_fit(place, &self.task.needs, already)
            && fits::devices_fit(place, &self.task.needs, already)
            && daemon_room::is_left(state, place, &self.task, already)
            && (!self.task.distinct_instance || self.count(place, already) == 0)
            && fits::varying_hold(
                state,
                place,
                &self.selected.varying,
                &self.task.group,
                already,
            )
    }

    fn count(&self, place: Place<'_>, already: u32) -> u32 {
        let running = match self.group {
            NO_GROUP => 0,
            group => place.chunk.count(group, place.lane),
        };
        running.saturating_add(already)
    }
}

impl Index {
    pub(super) fn build(
        way: Arc<Way>,
        filter: Option<Filter>,
        state: &State,
        columns: &Columns,
        claimed: &[u32],
        synced: u64,
    ) -> Self {
        let orders = match filter.is_some() && way.is_tallied() {
            true => Orders::Tallied(Tallied::default()),
            false => Orders::Keyed(Keyed::default()),
        };
        let front = Front::of(&way, filter.is_some());
        let mut index = Self {
            filter,
            orders,
            heads: Vec::new(),
            buckets: vec![Vec::new(); way.columns.len()],
            narrow: way.narrow(columns),
            front,
            by_value: Vec::new(),
            known: HashMap::new(),
            synced,
            way,
        };
        index.fill(state, columns, claimed);
        if index.orders.is_overfull() {
            index.orders = index.orders.keyed();
            index.fill(state, columns, claimed);
        }
        for at in 0..index.heads.len() {
            index.note_head(at);
        }
        index
    }

    /// Takes in every instance of a state.
    fn fill(&mut self, state: &State, columns: &Columns, claimed: &[u32]) {
        self.grow(state, columns);
        if self.way.columns.is_empty() {
            self.order(&[]);
        }
        if let Orders::Tallied(tallied) = &mut self.orders {
            for slot in state.in_order() {
                let numbers = state.place(slot).and_then(Place::numbers);
                let number = numbers.map_or(0, |numbers| numbers.order);
                tallied.append(Member { number, slot });
            }
        }
        let mut lists: Vec<Vec<(Key, Entry)>> = vec![Vec::new(); self.heads.len()];
        for (chunk, page) in state.chunks().zip(0_u32..) {
            let ready = match &self.filter {
                Some(filter) => chunk.ready() & filter.selected.word(page as usize),
                None => chunk.ready(),
            };
            for lane in lanes_in(ready) {
                let slot = page * 64 + lane;
                let place = Place { chunk, slot, lane };
                let already = claimed.get(slot as usize).copied().unwrap_or(0);
                self.enlist(state, place, already, &mut lists);
            }
        }
        if let Orders::Keyed(keyed) = &mut self.orders {
            keyed.fill(lists);
        }
    }

    /// Whether it is the index of a task alone.
    pub(super) fn is_of(&self, task: &Arc<Wanted>) -> bool {
        let known = self.filter.as_ref().map(|filter| &filter.task);
        known.is_some_and(|known| Arc::ptr_eq(known, task) || known == task)
    }

    /// Whether it is sorted as a way asks for.
    pub(super) fn sorts_by(&self, way: &Way) -> bool {
        self.way.columns == way.columns && self.way.measures == way.measures
    }

    /// Looks again at an instance of which something has changed.
    pub(super) fn update(&mut self, state: &State, slot: u32, already: u32) {
        // An older state may not have the slot yet.
        let place = state.place(slot);
        let entry = place.and_then(|place| self.entry(state, place, already));
        let Some((at, is_other)) = self.orders.update(slot, entry, self.filter.is_none()) else {
            return;
        };
        if is_other {
            self.note_head(at as usize);
        } else {
            // The tasks in its buckets may have changed all the same.
            self.front.touch(at, false);
        }
    }

    /// Takes an instance out whose attributes may have changed; [`update`](Self::update) puts
    /// it where it belongs, after all that were taken out have [settled](Orders::settle).
    pub(super) fn forget(&mut self, state: &State, slot: u32, columns: &Columns) {
        self.grow(state, columns);
        let new = self.order_for(slot, columns);
        let place = state.place(slot);
        let place = place.filter(|place| place.registration().is_some());
        let number = place.and_then(Place::numbers).map(|numbers| numbers.order);
        let old = self.orders.forget(slot, new, number);
        for at in [old, new] {
            self.note_head(at as usize);
        }
    }

    /// Takes over the first key of an order that has changed.
    fn note_head(&mut self, at: usize) {
        // Without columns there is nothing to choose among orders.
        let is_compared = !self.way.columns.is_empty();
        let Some(head) = self.heads.get_mut(at).filter(|_| is_compared) else {
            return;
        };
        let old = std::mem::replace(head, self.orders.head(at));
        let is_other = old != *head;
        self.front
            .touch(u32::try_from(at).unwrap_or(u32::MAX), is_other);
    }

    /// Makes room for slots that are new.
    fn grow(&mut self, state: &State, columns: &Columns) {
        for slot in self.orders.slots()..state.slots() {
            let order = self.order_for(slot, columns);
            self.orders.add_slot(order);
        }
    }

    fn enlist(
        &mut self,
        state: &State,
        place: Place<'_>,
        already: u32,
        lists: &mut [Vec<(Key, Entry)>],
    ) {
        let Some((key, entry)) = self.entry(state, place, already) else {
            return;
        };
        match &self.orders {
            Orders::Keyed(keyed) => {
                if let Some(list) = lists.get_mut(keyed.order_of(place.slot)) {
                    list.push((key, entry));
                }
            }
            Orders::Tallied(_) => {
                self.orders.update(place.slot, Some((key, entry)), false);
            }
        }
    }

    fn order_for(&mut self, slot: u32, columns: &Columns) -> u32 {
        match *self.way.columns.as_slice() {
            [] => 0,
            [only] => {
                let bucket = columns.get(only).map_or(0, |column| column.bucket(slot));
                self.order(&[bucket])
            }
            ref several => {
                let bucket = |at: &usize| columns.get(*at).map_or(0, |column| column.bucket(slot));
                let buckets: Vec<u32> = several.iter().map(bucket).collect();
                self.order(&buckets)
            }
        }
    }

    /// The order of a combination of buckets.
    fn order(&mut self, buckets: &[u32]) -> u32 {
        if let Some(at) = self.known.get(buckets) {
            return *at;
        }
        let at = u32::try_from(self.heads.len()).unwrap_or(u32::MAX);
        self.orders.add();
        self.heads.push(ABSENT);
        for (known, bucket) in self.buckets.iter_mut().zip(buckets) {
            known.push(*bucket);
        }
        let bucket = |nth: usize| buckets.get(nth).copied().unwrap_or(0);
        // It matters where there are two columns; of more the narrow one may be any.
        let other = usize::from(self.narrow == 0);
        self.front.add(at, (bucket(self.narrow), bucket(other)));
        self.known.insert(buckets.into(), at);
        at
    }

    fn entry(&self, state: &State, place: Place<'_>, already: u32) -> Option<(Key, Entry)> {
        entry(&self.way, self.filter.as_ref(), state, place, already)
    }
}

/// What an instance is sorted by where `already` copies of the plan at hand are, and what it has
/// free; `None` if it takes no more.
pub(super) fn entry(
    way: &Way,
    filter: Option<&Filter>,
    state: &State,
    place: Place<'_>,
    already: u32,
) -> Option<(Key, Entry)> {
    let is_in = match filter {
        Some(filter) => filter.accepts(state, place, already),
        None => place.chunk.is_ready(place.lane),
    };
    let free = place.numbers().filter(|_| is_in)?;
    let needs = filter.map(|filter| &filter.task.needs);
    let taken = |needed: u32| needed.saturating_mul(already);
    let (used_cpu, used_memory) =
        needs.map_or((0, 0), |needs| (taken(needs.cpu), taken(needs.memory)));
    let cpu = free.cpu.saturating_sub_unsigned(used_cpu);
    let memory = free.memory.saturating_sub_unsigned(used_memory);
    let mut key = Key::from(free.order);
    let mut shift = Key::BITS;
    for measure in &way.measures {
        let part = match measure {
            Measure::Cpu => ordinal(cpu),
            Measure::Memory => ordinal(memory),
            Measure::Count => filter.map_or(0, |filter| filter.count(place, already)),
        };
        shift = shift.saturating_sub(32);
        key |= Key::from(part) << shift;
    }
    let entry = Entry {
        slot: place.slot,
        cpu,
        memory,
        kind: match filter {
            Some(_) => 0,
            None => place.registration().map_or(0, |known| kind(known)),
        },
    };
    Some((key, entry))
}

/// A number without sign in the same order.
fn ordinal(number: i32) -> u32 {
    number.cast_unsigned() ^ (1 << 31)
}
