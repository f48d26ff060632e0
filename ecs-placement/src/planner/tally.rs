//! Instances by how many tasks of a group run on them, as bits.

use smallvec::SmallVec;

/// No slot, position, or number of tasks.
const NONE: u32 = u32::MAX;

/// Where an instance is among the members of its order.
#[derive(Debug, Clone, Copy)]
struct Spot {
    order: u32,
    position: u32,
    /// Its place in the order of the ARNs.
    number: u32,
    /// The tasks that it is counted with; [`NONE`] if it is not in.
    tasks: u32,
}

const NOWHERE: Spot = Spot {
    order: NONE,
    position: NONE,
    number: NONE,
    tasks: NONE,
};

/// Words whose bits are counted together.
const RUN: usize = 16;

/// Levels that are worth their bits. Where instances differ in more, they are sorted by keys.
const LEVELS: usize = 64;

/// The instances of one order, in the order of their ARNs, and for each number of tasks those of
/// them that have it: finding the first of the fewest, or drawing one of them, looks at few words
/// however many instances there are, and a task more moves one bit.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// All that belong here, whether they take tasks now or not, so that positions last.
    members: Vec<Member>,
    /// In ascending order of the tasks. Some may be empty: they are used again.
    levels: SmallVec<[Level; 2]>,
}

/// Orders of instances that differ in their tasks at most.
#[derive(Debug, Clone, Default)]
pub(super) struct Tallied {
    tallies: Vec<Tally>,
    /// For each slot where it is.
    spots: Vec<Spot>,
    /// Orders and slots that belong to them without having a position yet.
    newcomers: Vec<(u32, u32)>,
    is_overfull: bool,
}

/// An instance that belongs to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    /// Its place in the order of the ARNs, with gaps.
    pub(super) number: u32,
    pub(super) slot: u32,
}

/// The members on which so many tasks run.
#[derive(Debug, Clone, Default)]
struct Level {
    tasks: u32,
    len: u32,
    /// By position.
    words: SmallVec<[u64; 2]>,
    /// How many bits are set in each run of words.
    runs: SmallVec<[u16; 2]>,
}

impl Tally {
    /// Adds a member behind all others, and gives back its position.
    fn append(&mut self, member: Member) -> u32 {
        self.members.push(member);
        u32::try_from(self.members.len() - 1).unwrap_or(NONE)
    }

    /// How many members have the fewest tasks.
    pub(super) fn peers(&self) -> usize {
        self.lowest().map_or(0, |level| level.len as usize)
    }

    /// The fewest tasks, and the first of the members that have so many.
    pub(super) fn first(&self) -> Option<(u32, Member)> {
        let level = self.lowest()?;
        let first = self.members.get(level.nth(0)?)?;
        Some((level.tasks, *first))
    }

    /// Of the members with the fewest tasks, the one with so many before it.
    pub(super) fn nth(&self, before: usize) -> Option<Member> {
        let position = self.lowest()?.nth(before)?;
        self.members.get(position).copied()
    }

    fn insert(&mut self, position: u32, tasks: u32) {
        let words = self.members.len().div_ceil(64);
        let at = match self.levels.iter().position(|level| level.tasks >= tasks) {
            Some(at)
                if self
                    .levels
                    .get(at)
                    .is_some_and(|level| level.tasks == tasks) =>
            {
                at
            }
            at => self.add_level(at.unwrap_or(self.levels.len()), tasks),
        };
        if let Some(level) = self.levels.get_mut(at) {
            level.set(position, words);
        }
    }

    fn remove(&mut self, position: u32, tasks: u32) {
        let known = self.levels.iter_mut().find(|level| level.tasks == tasks);
        if let Some(level) = known {
            level.clear(position);
        }
    }

    fn lowest(&self) -> Option<&Level> {
        self.levels.iter().find(|level| level.len > 0)
    }

    /// Makes a level at a place among the others, out of an empty one if there is one.
    fn add_level(&mut self, at: usize, tasks: u32) -> usize {
        let empty = self.levels.iter().position(|level| level.len == 0);
        let (mut level, at) = match empty {
            Some(empty) => (self.levels.remove(empty), at - usize::from(empty < at)),
            None => (Level::default(), at),
        };
        level.tasks = tasks;
        self.levels.insert(at, level);
        at
    }
}

impl Tallied {
    pub(super) fn get(&self, at: usize) -> Option<&Tally> {
        self.tallies.get(at)
    }

    /// One more order.
    pub(super) fn add(&mut self) {
        self.tallies.push(Tally::default());
    }

    /// How many orders there are.
    pub(super) fn len(&self) -> usize {
        self.tallies.len()
    }

    /// One more slot, whose instance belongs to an order.
    pub(super) fn add_slot(&mut self, order: u32) {
        self.spots.push(Spot { order, ..NOWHERE });
    }

    /// For each slot its order.
    pub(super) fn slots(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.spots.iter().map(|spot| spot.order)
    }

    /// Whether instances have come to differ in more numbers than bits are worth.
    pub(super) fn is_overfull(&self) -> bool {
        self.is_overfull
    }

    /// Adds an instance to its order, behind all others.
    pub(super) fn append(&mut self, member: Member) {
        let Some(spot) = self.spots.get_mut(member.slot as usize) else {
            return;
        };
        if let Some(tally) = self.tallies.get_mut(spot.order as usize) {
            spot.position = tally.append(member);
            spot.number = member.number;
        }
    }

    /// Counts an instance with so many tasks, or takes it out. Its order, and whether anything has
    /// changed.
    pub(super) fn update(&mut self, slot: u32, tasks: Option<u32>) -> Option<(u32, bool)> {
        let spot = self.spots.get_mut(slot as usize)?;
        let new = tasks.unwrap_or(NONE);
        if spot.tasks == new || spot.position == NONE {
            return Some((spot.order, false));
        }
        let tally = self.tallies.get_mut(spot.order as usize)?;
        if spot.tasks != NONE {
            tally.remove(spot.position, spot.tasks);
        }
        if new != NONE {
            tally.insert(spot.position, new);
            self.is_overfull |= tally.levels.len() > LEVELS;
        }
        spot.tasks = new;
        Some((spot.order, true))
    }

    /// Takes out an instance that may be another one now, by its number if there is one, and may
    /// belong to another order. Gives back to which it did. It may have no position before all
    /// newcomers have [settled](Self::settle).
    pub(super) fn forget(&mut self, slot: u32, order: u32, number: Option<u32>) -> u32 {
        self.update(slot, None);
        let Some(spot) = self.spots.get_mut(slot as usize) else {
            return order;
        };
        let old = spot.order;
        let Some(number) = number else {
            return old;
        };
        if (old, spot.number) != (order, number) {
            let tally = self.tallies.get_mut(old as usize);
            let member = tally.and_then(|tally| tally.members.get_mut(spot.position as usize));
            if let Some(member) = member {
                member.slot = NONE;
            }
            *spot = Spot {
                order,
                number,
                ..NOWHERE
            };
            self.newcomers.push((order, slot));
        }
        old
    }

    /// Finds positions for the instances that have none.
    pub(super) fn settle(&mut self) {
        let mut newcomers = std::mem::take(&mut self.newcomers);
        newcomers.sort_unstable();
        newcomers.dedup();
        for joined in newcomers.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((order, _)) = joined.first().copied() else {
                continue;
            };
            let spots = &self.spots;
            let new = |(_, slot): &(u32, u32)| {
                let (slot, spot) = (*slot, spots.get(*slot as usize)?);
                let number = spot.number;
                let is_here = spot.order == order && spot.position == NONE;
                is_here.then_some(Member { number, slot })
            };
            let new: Vec<Member> = joined.iter().filter_map(new).collect();
            self.arrange(order, new);
        }
    }

    /// Gives the members of an order that are left, and new ones, their positions.
    fn arrange(&mut self, order: u32, new: Vec<Member>) {
        let Some(tally) = self.tallies.get_mut(order as usize) else {
            return;
        };
        let old = std::mem::take(tally).members.into_iter();
        let left = old.filter(|member| member.slot != NONE);
        tally.members = left.chain(new).collect();
        tally.members.sort_unstable();
        let positions = 0..u32::try_from(tally.members.len()).unwrap_or(NONE);
        for position in positions {
            let member = tally.members.get(position as usize);
            let spot = member.and_then(|member| self.spots.get_mut(member.slot as usize));
            let Some(spot) = spot else { continue };
            spot.position = position;
            if spot.tasks != NONE {
                tally.insert(position, spot.tasks);
            }
        }
    }
}

impl Level {
    fn set(&mut self, position: u32, words: usize) {
        if self.words.len() < words {
            self.words.resize(words, 0);
            self.runs.resize(words.div_ceil(RUN), 0);
        }
        let at = (position / 64) as usize;
        if let (Some(word), Some(run)) = (self.words.get_mut(at), self.runs.get_mut(at / RUN)) {
            *word |= 1 << (position % 64);
            *run = run.saturating_add(1);
            self.len = self.len.saturating_add(1);
        }
    }

    fn clear(&mut self, position: u32) {
        let at = (position / 64) as usize;
        if let (Some(word), Some(run)) = (self.words.get_mut(at), self.runs.get_mut(at / RUN)) {
            *word &= !(1 << (position % 64));
            *run = run.saturating_sub(1);
            self.len = self.len.saturating_sub(1);
        }
    }

    /// The position of the set bit with so many before it.
    fn nth(&self, mut before: usize) -> Option<usize> {
        let mut is_here = |here: usize| {
            let is_here = before < here;
            before -= if is_here { 0 } else { here };
            is_here
        };
        let mut runs = self.runs.iter();
        let run = runs.position(|run| is_here(usize::from(*run)))?;
        let words = self.words.get(run * RUN..)?;
        let within = words
            .iter()
            .position(|word| is_here(word.count_ones() as usize))?;
        let mut word = *words.get(within)?;
        for _ in 0..before {
            word &= word.wrapping_sub(1);
        }
        Some((run * RUN + within) * 64 + word.trailing_zeros() as usize)
    }
}

// A run counts its bits in 16 of them.
const _: () = assert!(RUN * 64 <= u16::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_any_of_the_fewest_are_found() {
        let member = |number: u32| Member {
            number,
            slot: 9_999 - number,
        };
        let mut tally = Tally::default();
        for number in 0..5_000 {
            assert_eq!(tally.append(member(number)), number);
        }
        for position in (0..5_000).step_by(3) {
            tally.insert(position, 2);
        }
        tally.insert(1, 7);
        assert_eq!(tally.peers(), 1_667);
        let slot = |before| tally.nth(before).map(|member| member.slot);
        assert_eq!(slot(0), Some(9_999));
        assert_eq!(slot(1_666), Some(9_999 - 4_998));
        assert_eq!(slot(1_667), None);
        for position in (0..5_000).step_by(3) {
            tally.remove(position, 2);
        }
        assert_eq!(tally.first(), Some((7, member(1))));
        tally.insert(4_999, 0);
        assert_eq!(tally.first(), Some((0, member(4_999))));
        assert_eq!(tally.levels.len(), 2);
    }
}
