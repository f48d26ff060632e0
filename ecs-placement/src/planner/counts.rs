//! How many tasks of a group run where.

use hashbrown::HashMap;

use super::columns::Columns;
use crate::snapshot::State;

/// The running tasks of one group, by instance and by the values of attributes.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// Changes whenever a count may have become less.
    stamp: (u64, u64),
    by_slot: HashMap<u32, u32>,
    by_value: Vec<ByValue>,
}

#[derive(Debug, Clone)]
struct ByValue {
    column: usize,
    /// For each bucket of the column.
    tasks: Vec<u64>,
}

impl Counts {
    /// No tasks. No other counts have the number.
    pub(super) fn none(number: u64) -> Self {
        Self {
            stamp: (number, 0),
            ..Self::default()
        }
    }

    /// Counts the tasks of a group anew.
    pub(super) fn of(group: u32, state: &State, number: u64) -> Self {
        let mut counts = Self::none(number);
        for (chunk, page) in state.chunks().zip(0_u32..) {
            let here = chunk.counts_of(group);
            counts
                .by_slot
                .extend(here.map(|(lane, count)| (page * 64 + lane, count)));
        }
        counts
    }

    /// Forgets the tasks on some instances.
    pub(super) fn forget(&mut self, is_meant: impl Fn(u32) -> bool, columns: &Columns) {
        let meant: Vec<u32> = self.slots().filter(|slot| is_meant(*slot)).collect();
        for slot in meant {
            self.set(slot, 0, columns);
        }
    }

    /// The same of a group whose tasks are all on some of the instances.
    pub(super) fn among(
        slots: impl Iterator<Item = u32>,
        group: u32,
        state: &State,
        number: u64,
    ) -> Self {
        let mut counts = Self::none(number);
        for place in slots.filter_map(|slot| state.place(slot)) {
            let count = place.chunk.count(group, place.lane);
            if count > 0 {
                counts.by_slot.insert(place.slot, count);
            }
        }
        counts
    }

    /// How many tasks there are in each bucket of a column.
    pub(super) fn by(&self, column: usize) -> &[u64] {
        let known = self.by_value.iter().find(|known| known.column == column);
        known.map_or(&[], |known| &known.tasks)
    }

    /// As long as this is the same, no count has become less.
    pub(super) fn stamp(&self) -> (u64, u64) {
        self.stamp
    }

    pub(super) fn on(&self, slot: u32) -> u32 {
        self.by_slot.get(&slot).copied().unwrap_or(0)
    }

    /// The instances on which tasks run.
    pub(super) fn slots(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.by_slot.keys().copied()
    }

    /// Counts by the values of a column from now on.
    pub(super) fn watch(&mut self, column: usize, columns: &Columns) {
        if self.by_value.iter().any(|known| known.column == column) {
            return;
        }
        let Some(values) = columns.get(column) else {
            return;
        };
        let mut tasks = vec![0; values.buckets()];
        for (slot, count) in &self.by_slot {
            add(&mut tasks, values.bucket(*slot), u64::from(*count));
        }
        self.by_value.push(ByValue { column, tasks });
    }

    pub(super) fn set(&mut self, slot: u32, count: u32, columns: &Columns) {
        let before = match count {
            0 => self.by_slot.remove(&slot),
            _ => self.by_slot.insert(slot, count),
        };
        if before.is_some_and(|before| before > count) {
            self.stamp.1 = self.stamp.1.wrapping_add(1);
        }
        for known in &mut self.by_value {
            if let Some(values) = columns.get(known.column) {
                let bucket = values.bucket(slot);
                subtract(&mut known.tasks, bucket, before.unwrap_or(0).into());
                add(&mut known.tasks, bucket, count.into());
            }
        }
    }
}

fn add(tasks: &mut Vec<u64>, bucket: u32, count: u64) {
    let buckets = tasks.len().max(bucket as usize + 1);
    tasks.resize(buckets, 0);
    if let Some(known) = tasks.get_mut(bucket as usize) {
        *known = known.saturating_add(count);
    }
}

fn subtract(tasks: &mut [u64], bucket: u32, count: u64) {
    if let Some(known) = tasks.get_mut(bucket as usize) {
        *known = known.saturating_sub(count);
    }
}
