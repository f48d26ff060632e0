//! Catching up with a snapshot.

use std::sync::Arc;

use super::columns::{Columns, has_bit, set_bit};
use super::index::Index;
use super::{Changes, Logged, Planner};
use crate::snapshot::{Chunk, LANES, NO_GROUP, State, lanes_in};

/// How many changes are remembered.
const LOG: usize = 1 << 15;

/// Groups that are counted on when not every change is known.
const WATCHED: usize = 1_024;

impl Planner {
    pub(super) fn sync(&mut self, state: &State) {
        let is_same = |lineage: &Arc<()>| Arc::ptr_eq(lineage, state.lineage());
        if !self.lineage.as_ref().is_some_and(is_same) {
            *self = Self {
                lineage: Some(Arc::clone(state.lineage())),
                ..Self::new()
            };
            self.name_groups(state);
            self.births.clear();
            self.chunk_ticks = state.chunks().map(|chunk| chunk.changed()).collect();
        } else if self.tick != state.tick() {
            match state.changes_since(self.tick) {
                Some(changes) => changes.for_each(|change| {
                    self.note(change.slot, change.group, state);
                }),
                None => self.compare(state),
            }
        }
        self.tick = state.tick();
    }

    /// The end of the log, counted from its first entry ever.
    pub(super) fn log_end(&self) -> u64 {
        self.log_start + self.log.len() as u64
    }

    pub(super) fn push(&mut self, slot: u32, is_registration: bool) {
        if self.log.len() >= LOG {
            self.log.drain(..LOG / 2);
            self.log_start += LOG as u64 / 2;
            let start = self.log_start;
            self.own.retain(|_, index| index.synced >= start);
            self.shared.retain(|index| index.synced >= start);
        }
        self.log.push(Logged {
            slot,
            is_registration,
        });
    }

    /// Counts the tasks of a group on an instance again.
    pub(super) fn recount(&mut self, slot: u32, group: u32, state: &State) {
        if let Some(counts) = self.counts.get_mut(&group) {
            let place = state.place(slot).filter(|_| group != NO_GROUP);
            let count = place.map_or(0, |place| place.chunk.count(group, place.lane));
            counts.set(slot, count, &self.columns);
        }
    }

    /// Takes in one change.
    fn note(&mut self, slot: u32, group: u32, state: &State) {
        let page = (slot / LANES) as usize;
        let pages = self.chunk_ticks.len().max(page + 1);
        self.chunk_ticks.resize(pages, 0);
        if let (Some(tick), Some(chunk)) = (self.chunk_ticks.get_mut(page), state.chunk(page)) {
            *tick = chunk.changed();
        }
        if group == NO_GROUP {
            self.note_registration(slot, state);
        } else {
            self.name_group(group, state);
            self.recount(slot, group, state);
            self.push(slot, false);
        }
    }

    fn note_registration(&mut self, slot: u32, state: &State) {
        for counts in self.counts.values_mut() {
            counts.set(slot, 0, &self.columns);
        }
        self.columns.update(slot, state);
        let groups: Vec<u32> = self.counts.keys().copied().collect();
        for group in groups {
            self.recount(slot, group, state);
        }
        self.push(slot, true);
    }

    /// Looks for what differs in a snapshot of which not every change is remembered, or an older
    /// one.
    fn compare(&mut self, state: &State) {
        self.name_groups(state);
        let is_newer = state.tick() > self.tick;
        if !is_newer {
            self.births.clear();
        }
        let mut changes = std::mem::take(&mut self.changes);
        changes.clear();
        let pages = self.chunk_ticks.len().max(state.chunks().count());
        self.chunk_ticks.resize(pages, 0);
        for (page, tick) in self.chunk_ticks.iter_mut().enumerate() {
            // An older state may not have the chunk yet.
            let chunk = state.chunk(page);
            let known = std::mem::replace(tick, chunk.map_or(0, Chunk::changed));
            let is_same = *tick == known;
            let is_registration = !is_same
                && (!is_newer
                    || known == 0
                    || chunk.is_none_or(|chunk| chunk.registered() > known));
            let lanes = match chunk {
                _ if is_registration => u64::MAX,
                Some(chunk) if !is_same => chunk.changed_since(known),
                _ => 0,
            };
            changes.push(Changes {
                lanes,
                is_registration,
            });
        }
        self.take_in(&changes, state);
        self.changes = changes;
    }

    /// Takes in what has changed of instances: their attributes, and the tasks of all groups that
    /// are watched.
    fn take_in(&mut self, changes: &[Changes], state: &State) {
        if self.counts.len() > WATCHED {
            self.counts.clear();
        }
        let has_changed = |slot: u32| {
            let page = changes.get((slot / LANES) as usize);
            page.is_some_and(|page| page.lanes >> (slot % LANES) & 1 == 1)
        };
        // As long as the values are known by which the tasks were counted.
        for counts in self.counts.values_mut() {
            counts.forget(has_changed, &self.columns);
        }
        for (page, changes) in (0..).zip(changes) {
            for lane in lanes_in(changes.lanes) {
                let slot = page * LANES + lane;
                if changes.is_registration {
                    self.columns.update(slot, state);
                }
                self.push(slot, changes.is_registration);
            }
        }
        let groups = self.counts.keys().filter(|group| **group != NO_GROUP);
        let watched = groups.fold(Vec::new(), |mut watched, group| {
            set_bit(&mut watched, *group, true);
            watched
        });
        let changed = (0..).zip(changes).filter(|_| !watched.is_empty());
        for place in changed.flat_map(|(page, changes)| {
            lanes_in(changes.lanes).filter_map(move |lane| state.place(page * LANES + lane))
        }) {
            for (group, count) in place.chunk.counts_on(place.lane) {
                let counts = has_bit(&watched, group).then(|| self.counts.get_mut(&group));
                if let Some(counts) = counts.flatten() {
                    counts.set(place.slot, count, &self.columns);
                }
            }
        }
    }

    /// Learns the names of all groups. What was counted of a group that had another name is
    /// forgotten.
    fn name_groups(&mut self, state: &State) {
        let names = state.group_names().count().max(self.group_names.len());
        for group in 0..u32::try_from(names).unwrap_or(u32::MAX) {
            self.name_group(group, state);
        }
    }

    /// Learns the name of a group, which may have been another one's.
    fn name_group(&mut self, group: u32, state: &State) {
        let names = self.group_names.len().max(group as usize + 1);
        self.group_names.resize(names, None);
        let Some(known) = self.group_names.get_mut(group as usize) else {
            return;
        };
        let name = state.group_name(group);
        if known.as_ref() == name {
            return;
        }
        if let Some(old) = std::mem::replace(known, name.cloned()) {
            // The name may be that of another number by now.
            if self.groups.get(&old) == Some(&group) {
                self.groups.remove(&old);
            }
            self.counts.remove(&group);
        }
        let end = self.log_end();
        self.births.resize(names, None);
        if let Some(birth) = self.births.get_mut(group as usize) {
            *birth = Some(end);
        }
        if let Some(name) = name {
            self.groups.insert(Arc::clone(name), group);
        }
    }
}

/// Looks at every instance that has changed since an index was last used.
pub(super) fn catch_up(
    index: &mut Index,
    log: &[Logged],
    log_start: u64,
    state: &State,
    columns: &Columns,
    claimed: &[u32],
) {
    let seen = usize::try_from(index.synced.saturating_sub(log_start)).unwrap_or(usize::MAX);
    let news = log.get(seen..).unwrap_or_default();
    let registrations = news.iter().filter(|logged| logged.is_registration);
    registrations.for_each(|logged| index.forget(state, logged.slot, columns));
    index.orders.settle();
    let mut last = None;
    for logged in news {
        if last == Some(logged.slot) {
            continue;
        }
        last = Some(logged.slot);
        let already = claimed.get(logged.slot as usize).copied().unwrap_or(0);
        index.update(state, logged.slot, already);
    }
    index.synced = log_start + log.len() as u64;
}
