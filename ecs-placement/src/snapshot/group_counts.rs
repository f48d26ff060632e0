//! How many tasks of which group run on the instances of a chunk.

use std::array;
use std::sync::Arc;

use super::chunk::LANES;

/// Lanes whose counts lie together.
const TOGETHER: u32 = 16;

/// So many parts has a chunk.
const PARTS: usize = (LANES / TOGETHER) as usize;

/// Entries for which a part that is full gets room.
const ROOM: usize = 4;

/// Below the group of an entry.
const COUNT_BITS: u32 = 26;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
/// Below the lane.
const LANE_SHIFT: u32 = COUNT_BITS + 32;

/// The counts of a few lanes lie together, [`key`] and count in order, so that those of a lane
/// follow each other; a change while a snapshot lives copies these and no others.
#[derive(Debug, Clone)]
pub(super) struct GroupCounts {
    parts: [Arc<Vec<u64>>; PARTS],
}

impl Default for GroupCounts {
    fn default() -> Self {
        let none = Arc::default();
        Self {
            parts: array::from_fn(|_| Arc::clone(&none)),
        }
    }
}

impl GroupCounts {
    pub(super) fn get(&self, group: u32, lane: u32) -> u32 {
        let (part, key) = (self.part(lane), key(group, lane));
        let at = part.partition_point(|entry| *entry < key);
        match part.get(at) {
            Some(entry) if is_of(*entry, key) => count_in(*entry),
            _ => 0,
        }
    }

    /// Group, lane, and count.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let entries = self.parts.iter().flat_map(|part| part.iter());
        entries.map(|entry| (group_in(*entry), lane_in(*entry), count_in(*entry)))
    }

    pub(super) fn groups_on(&self, lane: u32) -> impl Iterator<Item = u32> + '_ {
        let (part, first) = (self.part(lane), key(0, lane));
        let from = part.partition_point(|entry| *entry < first);
        let rest = part.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(move |entry| lane_in(**entry) == lane)
            .map(|entry| group_in(*entry))
    }

    /// Forgets all tasks on a lane.
    pub(super) fn clear(&mut self, lane: u32) {
        if let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) {
            Arc::make_mut(part).retain(|entry| lane_in(*entry) != lane);
        }
    }

    /// One task more.
    pub(super) fn up(&mut self, group: u32, lane: u32) {
        let key = key(group, lane);
        let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) else {
            return;
        };
        let at = part.partition_point(|entry| *entry < key);
        let is_known = part.get(at).is_some_and(|entry| is_of(*entry, key));
        let part = match is_known {
            true => Arc::make_mut(part),
            false => with_room(part),
        };
        match part.get_mut(at) {
            Some(entry) if is_known => *entry = entry.saturating_add(1),
            _ => part.insert(at, key | 1),
        }
    }

    /// One task less.
    pub(super) fn down(&mut self, group: u32, lane: u32) {
        let key = key(group, lane);
        let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) else {
            return;
        };
        let part = Arc::make_mut(part);
        let at = part.partition_point(|entry| *entry < key);
        match part.get_mut(at) {
            Some(entry) if is_of(*entry, key) && count_in(*entry) > 1 => {
                *entry = entry.saturating_sub(1);
            }
            Some(entry) if is_of(*entry, key) => drop(part.remove(at)),
            _ => {}
        }
    }

    fn part(&self, lane: u32) -> &[u64] {
        let part = self.parts.get((lane / TOGETHER) as usize);
        part.map_or(&[], |part| part.as_slice())
    }
}

/// A part of our own with room for one more entry, made with as few copies as there can be.
fn with_room(part: &mut Arc<Vec<u64>>) -> &mut Vec<u64> {
    if Arc::get_mut(part).is_none() {
        let mut own = Vec::with_capacity(part.len() + ROOM);
        own.extend_from_slice(part);
        *part = Arc::new(own);
    }
    let own = Arc::make_mut(part);
    if own.len() == own.capacity() {
        own.reserve_exact(ROOM);
    }
    own
}

fn key(group: u32, lane: u32) -> u64 {
    u64::from(lane) << LANE_SHIFT | u64::from(group) << COUNT_BITS
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
