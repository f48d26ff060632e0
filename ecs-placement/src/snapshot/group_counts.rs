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
/// Below the lane.
const LANE_SHIFT: u32 = COUNT_BITS + 32;

/// The counts of a few lanes lie together, [`key`] and count in order, so that those of a lane
/// follow each other; a change while a snapshot lives copies these and no others.
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
            let others = part.iter().filter(|entry| lane_in(**entry) != lane);
            *part = others.copied().collect();
        }
    }

    /// One task more.
    pub(super) fn up(&mut self, group: u32, lane: u32) {
        let key = key(group, lane);
        let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) else {
            return;
        };
        let at = part.partition_point(|entry| *entry < key);
        match part.get(at) {
            Some(entry) if is_of(*entry, key) => {
                if let Some(entry) = Arc::make_mut(part).get_mut(at) {
                    *entry = entry.saturating_add(1);
                }
            }
            _ => {
                *part = with(part, at, key | 1);
            }
        }
    }

    /// One task less.
    pub(super) fn down(&mut self, group: u32, lane: u32) {
        let key = key(group, lane);
        let Some(part) = self.parts.get_mut((lane / TOGETHER) as usize) else {
            return;
        };
        let at = part.partition_point(|entry| *entry < key);
        match part.get(at) {
            Some(entry) if is_of(*entry, key) && count_in(*entry) > 1 => {
                if let Some(entry) = Arc::make_mut(part).get_mut(at) {
                    *entry = entry.saturating_sub(1);
                }
            }
            Some(entry) if is_of(*entry, key) => {
                let (before, from) = part.split_at_checked(at).unwrap_or_default();
                let after = from.iter().skip(1).copied();
                *part = before.iter().copied().chain(after).collect();
            }
            _ => {}
        }
    }

    fn part(&self, lane: u32) -> &[u64] {
        let part = self.parts.get((lane / TOGETHER) as usize);
        part.map_or(&[], |part| part)
    }
}

/// The entries and one more, which comes at a place among them.
fn with(part: &[u64], at: usize, entry: u64) -> Arc<[u64]> {
    let mut longer: Arc<[u64]> = iter::repeat_n(entry, part.len() + 1).collect();
    if let Some(longer) = Arc::get_mut(&mut longer) {
        let (before, after) = part.split_at_checked(at).unwrap_or_default();
        let (front, back) = longer.split_at_mut_checked(at).unwrap_or_default();
        let copied = front.iter_mut().zip(before);
        copied.for_each(|(to, from)| *to = *from);
        let copied = back.iter_mut().skip(1).zip(after);
        copied.for_each(|(to, from)| *to = *from);
    }
    longer
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
