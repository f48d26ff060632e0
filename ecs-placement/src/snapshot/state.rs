//! All instances at one moment.

use std::cmp::Ordering;
use std::sync::Arc;

use super::chunk::{Chunk, LANES, Lane};
use super::sorted::Sorted;
use super::tree::Tree;
use crate::registration::Others;
use crate::{Needs, Registration};

/// The number of no group.
pub(crate) const NO_GROUP: u32 = u32::MAX;

/// How many changes a state remembers.
const TAIL: u64 = 128;

/// The distance of two neighbours in the order when there is room.
const GAP: u32 = 1 << 12;

/// The instances of a cell at one moment. A slot is the number of an instance while it is
/// registered; its chunk and its lane follow from it.
#[derive(Debug, Clone)]
pub(crate) struct State {
    lineage: Arc<()>,
    /// Records that were applied.
    version: u64,
    /// Changes of single instances.
    tick: u64,
    chunks: Tree<Chunk>,
    by_arn: Arc<Sorted>,
    instances: usize,
    group_names: Arc<Tree<Vec<Option<Arc<str>>>>>,
    /// The last changes: the change of tick `t` is at `t % TAIL`.
    tail: [Change; TAIL as usize],
}

/// What one tick changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) slot: u32,
    /// The group of which a task was counted, or [`NO_GROUP`].
    pub(crate) group: u32,
}

/// One instance in its chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'s> {
    pub(crate) chunk: &'s Chunk,
    pub(crate) slot: u32,
    pub(crate) lane: u32,
}

impl State {
    pub(crate) fn new() -> Self {
        let none = Change {
            slot: 0,
            group: NO_GROUP,
        };
        Self {
            lineage: Arc::new(()),
            version: 0,
            tick: 1,
            chunks: Tree::default(),
            by_arn: Arc::default(),
            instances: 0,
            group_names: Arc::default(),
            tail: [none; TAIL as usize],
        }
    }

    /// The same state, whose future is another one's.
    pub(crate) fn fork(&self) -> Self {
        Self {
            lineage: Arc::new(()),
            ..self.clone()
        }
    }

    /// States of one lineage with the same tick are the same.
    pub(crate) fn lineage(&self) -> &Arc<()> {
        &self.lineage
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    pub(crate) fn tick(&self) -> u64 {
        self.tick
    }

    pub(crate) fn len(&self) -> usize {
        self.instances
    }

    /// The tick of the last change of an instance's registration.
    pub(crate) fn registered(&self) -> u64 {
        self.chunks.iter().map(Chunk::registered).max().unwrap_or(0)
    }

    /// Slots that were ever used lie below.
    pub(crate) fn slots(&self) -> u32 {
        u32::try_from(self.chunks.len())
            .unwrap_or(u32::MAX)
            .saturating_mul(LANES)
    }

    pub(crate) fn chunks(&self) -> impl Iterator<Item = &Chunk> + Clone {
        self.chunks.iter()
    }

    pub(crate) fn chunk(&self, page: usize) -> Option<&Chunk> {
        self.chunks.get(page)
    }

    pub(crate) fn place(&self, slot: u32) -> Option<Place<'_>> {
        let chunk = self.chunks.get((slot / LANES) as usize)?;
        let lane = slot % LANES;
        Some(Place { chunk, slot, lane })
    }

    /// The slots in the order of the ARNs.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.by_arn.iter()
    }

    pub(crate) fn find(&self, arn: &str) -> Option<u32> {
        self.by_arn.find(|slot| self.compare(slot, arn))
    }

    pub(crate) fn group_names(&self) -> impl Iterator<Item = Option<&Arc<str>>> {
        self.group_names
            .iter()
            .flat_map(|page| page.iter().map(Option::as_ref))
    }

    pub(crate) fn group_name(&self, group: u32) -> Option<&Arc<str>> {
        let page = self.group_names.get((group / LANES) as usize)?;
        page.get((group % LANES) as usize)?.as_ref()
    }

    /// The changes after a tick, the oldest first, if they are all remembered.
    pub(crate) fn changes_since(&self, tick: u64) -> Option<impl Iterator<Item = Change> + '_> {
        let missed = self.tick.checked_sub(tick)?;
        let change = |tick| self.tail.get(usize::try_from(tick % TAIL).ok()?).copied();
        (missed <= TAIL).then(|| (tick..self.tick).filter_map(change))
    }

    fn compare(&self, slot: u32, arn: &str) -> Ordering {
        let found = self.place(slot).and_then(Place::registration);
        found.map_or("", |registration| registration.arn()).cmp(arn)
    }
}

impl<'s> Place<'s> {
    pub(crate) fn registration(self) -> Option<&'s Arc<Registration>> {
        self.chunk.registration(self.lane)
    }

    pub(crate) fn numbers(self) -> Option<&'s Lane> {
        self.chunk.lane(self.lane)
    }
}

/// Changes. Each counts a tick.
impl State {
    /// Names a group, or takes its name away.
    pub(crate) fn name_group(&mut self, group: u32, name: Option<Arc<str>>) {
        let page = (group / LANES) as usize;
        let pages = Arc::make_mut(&mut self.group_names);
        while pages.len() <= page {
            pages.push(vec![None; LANES as usize]);
        }
        let names = pages.get_mut(page);
        if let Some(known) = names.and_then(|names| names.get_mut((group % LANES) as usize)) {
            *known = name;
        }
    }

    /// Puts a new instance on a free slot.
    pub(crate) fn add(&mut self, slot: u32, registration: Registration) {
        while self.slots() <= slot {
            self.chunks.push(Chunk::default());
        }
        let order = self.order_for(&registration.arn);
        let arn = Arc::clone(&registration.arn);
        let numbers = Lane {
            order,
            ..free(&registration, self.tick)
        };
        self.set(slot, Some(registration), numbers);
        let mut by_arn = std::mem::take(&mut self.by_arn);
        Arc::make_mut(&mut by_arn).insert(slot, |other| self.compare(other, &arn));
        self.by_arn = by_arn;
        self.instances = self.instances.saturating_add(1);
    }

    /// Exchanges what is known of an instance; what tasks of the cell hold stays.
    pub(crate) fn replace(&mut self, slot: u32, registration: Registration) {
        let Some((place, old)) = self
            .place(slot)
            .and_then(|place| Some((place, place.registration()?)))
        else {
            return;
        };
        let Some(now) = place.numbers() else {
            return;
        };
        let (before, after) = (free(old, self.tick), free(&registration, self.tick));
        // A GPU that tasks of the cell and others share is one GPU.
        let both = |others: &Others| place.chunk.shared_with(place.lane, others);
        let (both_before, both_after) = (both(old.others()), both(registration.others()));
        let numbers = Lane {
            cpu: now.cpu.saturating_sub(before.cpu).saturating_add(after.cpu),
            memory: now
                .memory
                .saturating_sub(before.memory)
                .saturating_add(after.memory),
            interfaces: now
                .interfaces
                .saturating_sub(before.interfaces)
                .saturating_add(after.interfaces),
            gpus: now
                .gpus
                .saturating_sub(before.gpus.saturating_add(both_before))
                .saturating_add(after.gpus.saturating_add(both_after)),
            neuron_devices: now
                .neuron_devices
                .saturating_sub(before.neuron_devices)
                .saturating_add(after.neuron_devices),
            changed: self.tick,
            ..*now
        };
        self.set(slot, Some(registration), numbers);
    }

    /// Takes an instance away, with what tasks hold on it.
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(arn) = self
            .place(slot)
            .and_then(Place::registration)
            .map(|registration| Arc::clone(&registration.arn))
        else {
            return;
        };
        let mut by_arn = std::mem::take(&mut self.by_arn);
        Arc::make_mut(&mut by_arn).remove(|other| self.compare(other, &arn));
        self.by_arn = by_arn;
        let numbers = Lane {
            changed: self.tick,
            ..Lane::default()
        };
        if let Some(chunk) = self.chunks.get_mut((slot / LANES) as usize) {
            chunk.clear_tasks(slot % LANES);
        }
        self.set(slot, None, numbers);
        self.instances = self.instances.saturating_sub(1);
    }

    /// Takes what a task needs, and counts it if it shall run.
    pub(crate) fn take(&mut self, slot: u32, needs: &Needs, group: u32, counts: bool) {
        let tick = self.tick;
        if let Some(chunk) = self.chunks.get_mut((slot / LANES) as usize) {
            chunk.take(slot % LANES, needs, tick);
            if counts {
                chunk.count_up(slot % LANES, group, tick);
            }
        }
        self.note(slot, group);
    }

    /// Gives back what a task took, and counts it no more if it did.
    pub(crate) fn give_back(&mut self, slot: u32, needs: &Needs, group: u32, counts: bool) {
        let tick = self.tick;
        if let Some(chunk) = self.chunks.get_mut((slot / LANES) as usize) {
            chunk.give_back(slot % LANES, needs, tick);
            if counts {
                chunk.count_down(slot % LANES, group, tick);
            }
        }
        self.note(slot, group);
    }

    /// Counts a task no more that still holds what it took.
    pub(crate) fn count_down(&mut self, slot: u32, group: u32) {
        let tick = self.tick;
        if let Some(chunk) = self.chunks.get_mut((slot / LANES) as usize) {
            chunk.count_down(slot % LANES, group, tick);
        }
        self.note(slot, group);
    }

    fn set(&mut self, slot: u32, registration: Option<Registration>, numbers: Lane) {
        if let Some(chunk) = self.chunks.get_mut((slot / LANES) as usize) {
            chunk.set(slot % LANES, registration.map(Arc::new), numbers);
        }
        self.note(slot, NO_GROUP);
    }

    fn note(&mut self, slot: u32, group: u32) {
        let at = usize::try_from(self.tick % TAIL).unwrap_or(0);
        if let Some(change) = self.tail.get_mut(at) {
            *change = Change { slot, group };
        }
        self.tick = self.tick.saturating_add(1);
    }

    /// A number between those of the neighbours, all numbers anew if there is none.
    fn order_for(&mut self, arn: &str) -> u32 {
        if let Some(order) = self.order_between(arn) {
            return order;
        }
        self.renumber();
        self.order_between(arn).unwrap_or(u32::MAX)
    }

    fn order_between(&self, arn: &str) -> Option<u32> {
        let order = |slot: u32| Some(self.place(slot)?.numbers()?.order);
        let (before, after) = self.by_arn.neighbours(|slot| self.compare(slot, arn));
        match (before.and_then(order), after.and_then(order)) {
            (None, None) => Some(u32::MAX / 2),
            (Some(before), None) => before.checked_add(GAP),
            (None, Some(after)) => after.checked_sub(GAP),
            (Some(before), Some(after)) => {
                let half = after.saturating_sub(before) / 2;
                (half > 0).then(|| before.saturating_add(half))
            }
        }
    }

    /// Spreads the numbers of the order evenly. Planners that come here start again.
    fn renumber(&mut self) {
        let slots: Vec<u32> = self.by_arn.iter().collect();
        let count = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        let gap = u32::MAX / count.saturating_add(2);
        let mut order = 0_u32;
        for slot in slots {
            order = order.saturating_add(gap);
            let tick = self.tick;
            if let Some(chunk) = self.chunks.get_mut((slot / LANES) as usize) {
                chunk.set_order(slot % LANES, order, tick);
            }
        }
        self.lineage = Arc::new(());
        self.note(0, NO_GROUP);
    }
}

/// The numbers of an instance without tasks of the cell.
fn free(registration: &Registration, tick: u64) -> Lane {
    let (kind, others) = (&registration.kind, registration.others());
    Lane {
        cpu: kind.cpu.saturating_sub(others.cpu),
        memory: kind.memory.saturating_sub(others.memory),
        gpus: kind
            .gpus
            .saturating_sub(others.gpus)
            .saturating_sub(i16::try_from(others.shares().len()).unwrap_or(i16::MAX)),
        neuron_devices: kind.neuron_devices.saturating_sub(others.neuron_devices),
        interfaces: kind.interfaces.unwrap_or(i16::MAX),
        running: 0,
        order: 0,
        changed: tick,
    }
}
