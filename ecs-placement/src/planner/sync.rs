//! Catching up with a snapshot.

use std::sync::Arc;

use super::columns::Columns;
use super::counts::Counts;
use super::index::Index;
use super::{Logged, Planner};
use crate::snapshot::{LANES, NO_GROUP, State};

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
        let known = std::mem::take(&mut self.chunk_ticks);
        let known = known.into_iter().chain(std::iter::repeat(0));
        for ((chunk, known), page) in state.chunks().zip(known).zip(0_u32..) {
            if chunk.changed() == known {
                continue;
            }
            let is_registration = !is_newer || chunk.registered() > known || known == 0;
            for lane in 0..LANES {
                let slot = page * LANES + lane;
                if is_registration {
                    self.columns.update(slot, state);
                }
                if is_registration || chunk.lane(lane).is_some_and(|lane| lane.changed > known) {
                    self.push(slot, is_registration);
                }
            }
        }
        self.chunk_ticks = state.chunks().map(|chunk| chunk.changed()).collect();
        self.count_anew(state);
    }

    /// Counts the tasks of all groups that are watched again, in one pass over the instances.
    fn count_anew(&mut self, state: &State) {
        if self.counts.len() > WATCHED {
            self.counts.clear();
        }
        if self.counts.is_empty() {
            return;
        }
        let mut watched: Vec<Option<&mut Counts>> = Vec::new();
        watched.resize_with(self.group_names.len(), || None);
        for (group, counts) in &mut self.counts {
            self.counted = self.counted.wrapping_add(1);
            counts.restart(self.counted);
            if let Some(place) = watched.get_mut(*group as usize) {
                *place = Some(counts);
            }
        }
        for (chunk, page) in state.chunks().zip(0_u32..) {
            for (group, lane, count) in chunk.counts() {
                if let Some(Some(counts)) = watched.get_mut(group as usize) {
                    counts.set(page * LANES + lane, count, &self.columns);
                }
            }
        }
    }

    /// Learns the names of all groups. What was counted of a group that had another name is
    /// forgotten.
    fn name_groups(&mut self, state: &State) {
        self.groups.clear();
        let names = state.group_names().map(Option::<&_>::cloned).collect();
        let old: Vec<Option<Arc<str>>> = std::mem::replace(&mut self.group_names, names);
        let now = &self.group_names;
        let is_same = |group: usize| group_at(&old, group) == group_at(now, group);
        self.counts.retain(|group, _| is_same(*group as usize));
        for (birth, group) in self.births.iter_mut().zip(0..) {
            *birth = birth.filter(|_| is_same(group));
        }
        for (name, group) in self.group_names.iter().zip(0..) {
            if let Some(name) = name {
                self.groups.insert(Arc::clone(name), group);
            }
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

fn group_at(names: &[Option<Arc<str>>], group: usize) -> Option<&Arc<str>> {
    names.get(group)?.as_ref()
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
