//! How many tasks of which group run on the instances of a chunk.

use std::array;
use std::iter;
use std::sync::Arc;

use super::chunk::LANES;

/// Lanes whose counts lie together.
const TOGETHER: u32 = 8;

/// So many parts has a chunk.
const PARTS: usize = (LANES / TOGETHER) as usize;

/// Below the group of an entry.
const COUNT_BITS: u32 = 26;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
/// Below the lane, counted from the first of its part.
const LANE_SHIFT: u32 = COUNT_BITS + 32;

/// Room for an entry: before all of them, and behind.
const BEFORE: u64 = 0;
const BEHIND: u64 = u64::MAX;

/// Entries that a part grows by: a cache line.
const LINE: usize = 8;

/// The counts of a few lanes lie together, by lane and group, so that those of a lane
/// follow each other; a change while a snapshot lives copies these and no others. A part that is not
/// small has room at both ends, so that most new entries move those on one side and allocate nothing.
#[derive(Debug, Clone)]
pub(super) struct GroupCounts {
    parts: [Arc<[u64]>; PARTS],
}

impl Default for GroupCounts {
    fn default() -> Self {
        let none: Arc<[u64]> = Arc::default();
        Self {
            parts: array::from_fn(|_| Arc::clone(&none)),
        }
    }
}

impl GroupCounts {
    pub(super) fn get(&self, group: u32, lane: u32) -> u32 {
        let (part, key) = (self.part(lane), key(group, lane));
        match part.get(place_of(part, key)) {
            Some(entry) if is_of(*entry, key) => count_in(*entry),
            _ => 0,
        }
    }

    /// Group, lane, and count.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let parts = (0..LANES).step_by(TOGETHER as usize).zip(&self.parts);
        parts.flat_map(|(first, part)| {
            let entries = part.iter().filter(|entry| is_used(**entry));
            entries.map(move |entry| {
                let lane = first + lane_in(*entry);
                (group_in(*entry), lane, count_in(*entry))
            })
        })
    }

    /// The groups of which tasks run on a lane, and how many.
    pub(super) fn on(&self, lane: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (part, first) = (self.part(lane), key(0, lane));
        let rest = part.get(place_of(part, first)..).unwrap_or_default();
        rest.iter()
            .take_while(move |entry| lane_in(**entry) == lane % TOGETHER)
            .map(|entry| (group_in(*entry), count_in(*entry)))
    }

    /// Forgets all tasks on a lane.
    pub(super) fn clear(&mut self, lane: u32) {
        if let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) {
            let is_other = |entry: &&u64| is_used(**entry) && lane_in(**entry) != lane % TOGETHER;
            *part = part.iter().filter(is_other).copied().collect();
        }
    }

    /// One task more.
    pub(super) fn up(&mut self, group: u32, lane: u32) {
        let key = key(group, lane);
        let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) else {
            return;
        };
        let at = place_of(part, key);
        match part.get(at) {
            Some(entry) if is_of(*entry, key) => {
                // It never carries into the group.
                let more = u64::from(entry & COUNT_MASK < COUNT_MASK);
                let entry = entry.saturating_add(more);
                set(part, at, entry);
            }
            _ => insert(part, at, key),
        }
    }

    /// One task less.
    pub(super) fn down(&mut self, group: u32, lane: u32) {
        let key = key(group, lane);
        let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) else {
            return;
        };
        let at = place_of(part, key);
        match part.get(at) {
            Some(entry) if is_of(*entry, key) && count_in(*entry) > 1 => {
                let less = entry.saturating_sub(1);
                set(part, at, less);
            }
            Some(entry) if is_of(*entry, key) => remove(part, at),
            _ => {}
        }
    }

    fn part(&self, lane: u32) -> &[u64] {
        let part = self.parts.get((lane / TOGETHER) as usize);
        part.map_or(&[], |part| part)
    }
}

/// How many entries of a part are below a key, and rooms before them. It is looked for from where
/// it is if all lanes have as many, because each look elsewhere waits for memory.
fn place_of(part: &[u64], key: u64) -> usize {
    let is_below = |at: usize| part.get(at).is_some_and(|entry| *entry < key);
    let guess = part.len() * lane_in(key) as usize / TOGETHER as usize;
    let (mut low, mut high, mut step) = (guess, guess, LINE);
    while low > 0 && !is_below(low - 1) {
        high = low;
        low = low.saturating_sub(step);
        step *= 2;
    }
    while is_below(high) {
        low = high;
        high += step;
        step *= 2;
    }
    let between = part.get(low..high.min(part.len())).unwrap_or_default();
    low + between.partition_point(|entry| *entry < key)
}

fn set(part: &mut Arc<[u64]>, at: usize, entry: u64) {
    if let Some(known) = Arc::make_mut(part).get_mut(at) {
        *known = entry;
    }
}

/// Adds an entry at a place among the others, of which those on the shorter side move, if there
/// is room.
fn insert(part: &mut Arc<[u64]>, at: usize, entry: u64) {
    let is_early = at < part.len() / 2;
    let (before, behind) = (part.first() == Some(&BEFORE), part.last() == Some(&BEHIND));
    if !before && !behind {
        let (lower, upper) = part.split_at_checked(at).unwrap_or_default();
        *part = with_room(lower.iter().chain([&entry]).chain(upper));
        return;
    }
    let part = Arc::make_mut(part);
    let at = match behind && !(before && is_early) {
        true => {
            let end = part.len()
                - part
                    .iter()
                    .rev()
                    .take_while(|entry| **entry == BEHIND)
                    .count();
            part.copy_within(at..end, at + 1);
            at
        }
        false => {
            let start = part.iter().take_while(|entry| **entry == BEFORE).count();
            part.copy_within(start..at, start - 1);
            at - 1
        }
    };
    if let Some(place) = part.get_mut(at) {
        *place = entry;
    }
}

/// Takes an entry out. Those on the shorter side of it move.
fn remove(part: &mut Arc<[u64]>, at: usize) {
    let entries = Arc::make_mut(part);
    match at < entries.len() / 2 {
        true => {
            entries.copy_within(..at, 1);
            entries.iter_mut().take(1).for_each(|first| *first = BEFORE);
        }
        false => {
            entries.copy_within(at + 1.., at);
            entries
                .iter_mut()
                .rev()
                .take(1)
                .for_each(|last| *last = BEHIND);
        }
    }
    let quarter = entries.len() / 4;
    let is_roomy =
        entries.get(quarter) == Some(&BEFORE) || entries.iter().rev().nth(quarter) == Some(&BEHIND);
    if is_roomy {
        *part = with_room(part.iter().filter(|entry| is_used(**entry)));
    }
}

/// Entries, if they are many with room at both ends.
fn with_room<'e>(entries: impl Iterator<Item = &'e u64> + Clone) -> Arc<[u64]> {
    let used = entries.clone().count();
    let room = match used {
        ..=LINE => 0,
        _ => used.next_multiple_of(LINE) - used,
    };
    let before = iter::repeat_n(BEFORE, room / 2);
    let behind = iter::repeat_n(BEHIND, room - room / 2);
    before.chain(entries.copied()).chain(behind).collect()
}

/// The entry of one task.
fn key(group: u32, lane: u32) -> u64 {
    u64::from(lane % TOGETHER) << LANE_SHIFT | u64::from(group) << COUNT_BITS | 1
}

fn is_used(entry: u64) -> bool {
    entry != BEFORE && entry != BEHIND
}

fn is_of(entry: u64, key: u64) -> bool {
    entry >> COUNT_BITS == key >> COUNT_BITS
}

fn count_in(entry: u64) -> u32 {
    (entry & COUNT_MASK) as u32
}

fn lane_in(entry: u64) -> u32 {
    (entry >> LANE_SHIFT) as u32
}

fn group_in(entry: u64) -> u32 {
    (entry >> COUNT_BITS & u64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn counts_are_those_of_a_map_however_many_and_where() {
        let mut random = 7_u64;
        let mut below = |bound: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            u32::try_from((random >> 33) % bound).unwrap()
        };
        let mut counts = GroupCounts::default();
        let mut model = BTreeMap::<(u32, u32), u32>::new();
        for round in 0..20_000 {
            // Growing, shrinking, and almost all on one lane of a part.
            let lane = [below(64), below(8), 3, 7][below(4) as usize];
            let group = [0, below(400), u32::MAX - below(3)][below(3) as usize];
            let known = model.get(&(lane, group)).copied().unwrap_or(0);
            assert_eq!(counts.get(group, lane), known);
            let kept = counts.clone();
            let is_more = below(10) < [7, 3][round / 2_500 % 2];
            match is_more {
                true => counts.up(group, lane),
                false => counts.down(group, lane),
            }
            assert_eq!(kept.get(group, lane), known);
            let now = if is_more {
                known + 1
            } else {
                known.saturating_sub(1)
            };
            model.insert((lane, group), now);
            model.retain(|_, count| *count > 0);
            if below(1_000) == 0 {
                counts.clear(lane);
                model.retain(|(other, _), _| *other != lane);
            }
            if round % 50 == 0 {
                let all = counts
                    .iter()
                    .map(|(group, lane, count)| ((lane, group), count));
                assert!(all.eq(model.iter().map(|(at, count)| (*at, *count))));
                let here = model.range((lane, 0)..=(lane, u32::MAX));
                let here = here.map(|((_, group), count)| (*group, *count));
                assert!(counts.on(lane).eq(here));
            }
        }
    }
}
