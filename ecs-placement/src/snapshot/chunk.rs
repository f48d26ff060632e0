//! 64 instances side by side.

use std::iter;
use std::sync::Arc;

use super::gpu_shares::{GpuRoom, GpuShares};
use super::group_counts::GroupCounts;
use crate::registration::Others;
use crate::{HostPort, Needs, Registration};

/// Instances of one chunk.
pub(crate) const LANES: u32 = 64;

/// Instances whose numbers lie together: looking at many of them touches little memory, and
/// changing one while a snapshot lives copies these and no others.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    lanes: [Lane; LANES as usize],
    /// The lanes whose instance takes tasks at all: ACTIVE, and the agent is connected.
    ready: u64,
    /// The tick of the last change of any lane.
    changed: u64,
    /// How many tasks of which group run on which lane.
    counts: GroupCounts,
    /// The host ports that tasks hold: the lane above the packed port, in order.
    ports: Vec<u32>,
    /// The GPUs that tasks have, where they can be shared.
    shares: GpuShares,
    registrations: Arc<[Option<Arc<Registration>>; LANES as usize]>,
    /// The tick of the last change of a registration.
    registered: u64,
}

/// The numbers of one instance. What is free can be less than nothing, where documents say that
/// more is taken than there is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lane {
    pub(crate) cpu: i32,
    pub(crate) memory: i32,
    /// Tasks of the cell whose desired status is RUNNING.
    pub(crate) running: u32,
    /// Its place in the order of the ARNs, with gaps.
    pub(crate) order: u32,
    pub(crate) interfaces: i16,
    pub(crate) gpus: i16,
    pub(crate) neuron_devices: i16,
    /// The tick of its last change.
    pub(crate) changed: u64,
}

impl Lane {
    /// Every amount that a task needs, taken from what is free or given back to it.
    fn change(&mut self, needs: &Needs, wide: fn(i32, u32) -> i32, narrow: fn(i16, u16) -> i16) {
        self.cpu = wide(self.cpu, needs.cpu);
        self.memory = wide(self.memory, needs.memory);
        self.interfaces = narrow(self.interfaces, needs.interfaces);
        self.gpus = narrow(self.gpus, needs.gpus);
        self.neuron_devices = narrow(self.neuron_devices, needs.neuron_devices);
    }
}

impl Default for Chunk {
    fn default() -> Self {
        Self {
            lanes: [Lane::default(); LANES as usize],
            ready: 0,
            changed: 0,
            counts: GroupCounts::default(),
            ports: Vec::new(),
            shares: GpuShares::default(),
            registrations: Arc::new([const { None }; LANES as usize]),
            registered: 0,
        }
    }
}

impl Chunk {
    pub(crate) fn lane(&self, lane: u32) -> Option<&Lane> {
        self.lanes.get(lane as usize)
    }

    pub(crate) fn registration(&self, lane: u32) -> Option<&Arc<Registration>> {
        self.registrations.get(lane as usize)?.as_ref()
    }

    pub(crate) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The lanes with an instance, as bits.
    pub(crate) fn live(&self) -> u64 {
        let lanes = self.registrations.iter().zip(0..);
        lanes.fold(0, |bits, (known, lane)| {
            bits | u64::from(known.is_some()) << lane
        })
    }

    /// The lanes that take tasks at all, as bits.
    pub(crate) fn ready(&self) -> u64 {
        self.ready
    }

    pub(crate) fn is_ready(&self, lane: u32) -> bool {
        self.ready >> lane & 1 == 1
    }

    pub(crate) fn changed(&self) -> u64 {
        self.changed
    }

    /// The lanes that have changed after a tick, as bits.
    pub(crate) fn changed_since(&self, tick: u64) -> u64 {
        let lanes = self.lanes.iter().zip(0..);
        lanes.fold(0, |bits, (lane, at)| {
            bits | u64::from(lane.changed > tick) << at
        })
    }

    pub(crate) fn registered(&self) -> u64 {
        self.registered
    }

    /// How many tasks of a group run on a lane.
    pub(crate) fn count(&self, group: u32, lane: u32) -> u32 {
        self.counts.get(group, lane)
    }

    /// How many tasks of which group run on which lane: group, lane, and count.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        self.counts.iter()
    }

    /// The lanes on which tasks of a group run, and how many.
    pub(crate) fn counts_of(&self, group: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let of_group = self.counts().filter(move |(known, ..)| *known == group);
        of_group.map(|(_, lane, count)| (lane, count))
    }

    /// The groups of which tasks run on a lane.
    pub(crate) fn groups_on(&self, lane: u32) -> impl Iterator<Item = u32> + '_ {
        self.counts_on(lane).map(|(group, _)| group)
    }

    /// The groups of which tasks run on a lane, and how many.
    pub(crate) fn counts_on(&self, lane: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.counts.on(lane)
    }

    /// The host ports that tasks of the cell hold on a lane.
    pub(crate) fn ports_on(&self, lane: u32) -> impl Iterator<Item = HostPort> + '_ {
        let from = self
            .ports
            .partition_point(|port| *port < lane << HostPort::BITS);
        let rest = self.ports.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(move |port| *port >> HostPort::BITS == lane)
            .map(|port| HostPort::unpacked(*port))
    }

    /// The host ports that tasks of the cell hold, with their lanes.
    pub(crate) fn held_ports(&self) -> impl Iterator<Item = (u32, HostPort)> + '_ {
        let ports = self.ports.iter();
        ports.map(|port| (*port >> HostPort::BITS, HostPort::unpacked(*port)))
    }

    /// The host ports that others hold on a lane: the agent, and tasks that the cell does not
    /// know.
    pub(crate) fn foreign_ports(&self, lane: u32) -> [&[HostPort]; 2] {
        self.registration(lane).map_or([&[]; 2], |known| {
            [&known.kind.reserved, known.others().ports()]
        })
    }

    /// How many host ports are taken on a lane, whoever holds them.
    pub(crate) fn taken_ports(&self, lane: u32) -> usize {
        let others = self.registration(lane).map_or(0, |known| {
            known.kind.reserved.len() + known.others().ports().len()
        });
        others.saturating_add(self.ports_on(lane).count())
    }

    pub(crate) fn is_port_taken(&self, lane: u32, port: HostPort) -> bool {
        let is_others = self.registration(lane).is_some_and(|known| {
            known.kind.reserved.binary_search(&port).is_ok()
                || known.others().ports().binary_search(&port).is_ok()
        });
        is_others || self.ports.binary_search(&port_key(lane, port)).is_ok()
    }

    /// What is left of the GPUs of a lane, if containers can share them.
    pub(crate) fn gpu_room(&self, lane: u32) -> Option<GpuRoom> {
        let registration = self.registration(lane)?;
        let sharing = registration.kind.sharing.as_ref()?;
        let room = GpuRoom::new(sharing.memory, sharing.ids.len(), self.lane(lane)?.gpus);
        let room = room.with_others(registration.others());
        Some(room.with_tasks(&self.shares, lane))
    }

    /// How many GPUs of a lane tasks of the cell share that others share too.
    pub(super) fn shared_with(&self, lane: u32, others: &Others) -> i16 {
        let both = self
            .shares
            .on(lane)
            .filter(|(gpu, _)| others.shares_gpu(*gpu));
        i16::try_from(both.count()).unwrap_or(i16::MAX)
    }

    /// Whether a GPU is shared by tasks that the cell does not know.
    fn is_shared_by_others(&self, lane: u32, gpu: u8) -> bool {
        self.registration(lane)
            .is_some_and(|known| known.others().shares_gpu(gpu))
    }

    /// Puts an instance on a free lane, or takes it off.
    pub(super) fn set(&mut self, lane: u32, with: Option<Arc<Registration>>, numbers: Lane) {
        self.changed = numbers.changed;
        self.registered = numbers.changed;
        self.ready &= !(1 << lane);
        if with
            .as_ref()
            .is_some_and(|registration| registration.kind.is_ready())
        {
            self.ready |= 1 << lane;
        }
        if let Some(known) = self.lanes.get_mut(lane as usize) {
            *known = numbers;
        }
        if let Some(known) = Arc::make_mut(&mut self.registrations).get_mut(lane as usize) {
            *known = with;
        }
    }

    /// Forgets what tasks hold on a lane.
    pub(super) fn clear_tasks(&mut self, lane: u32) {
        self.counts.clear(lane);
        self.ports.retain(|port| *port >> HostPort::BITS != lane);
        self.shares.clear(lane);
    }

    pub(super) fn set_order(&mut self, lane: u32, order: u32, tick: u64) {
        self.changed = tick;
        if let Some(numbers) = self.lanes.get_mut(lane as usize) {
            numbers.order = order;
            numbers.changed = tick;
        }
    }

    /// Takes what a task needs away.
    pub(super) fn take(&mut self, lane: u32, needs: &Needs, tick: u64) {
        self.changed = tick;
        // The first task that shares a GPU takes it from those that nobody has.
        let is_first = needs.share().is_some_and(|(gpu, memory)| {
            self.shares.add(lane, gpu, memory) && !self.is_shared_by_others(lane, gpu)
        });
        if let Some(free) = self.lanes.get_mut(lane as usize) {
            free.change(
                needs,
                i32::saturating_sub_unsigned,
                i16::saturating_sub_unsigned,
            );
            free.gpus = free.gpus.saturating_sub(is_first.into());
            free.changed = tick;
        }
        for gpu in &needs.own_gpus {
            self.shares.add_own(lane, *gpu);
        }
        for port in &needs.ports {
            let key = port_key(lane, *port);
            let at = self.ports.partition_point(|taken| *taken < key);
            self.ports.insert(at, key);
        }
    }

    /// Gives back what [`Chunk::take`] took.
    pub(super) fn give_back(&mut self, lane: u32, needs: &Needs, tick: u64) {
        self.changed = tick;
        let is_last = needs.share().is_some_and(|(gpu, memory)| {
            self.shares.remove(lane, gpu, memory) && !self.is_shared_by_others(lane, gpu)
        });
        if let Some(free) = self.lanes.get_mut(lane as usize) {
            free.change(
                needs,
                i32::saturating_add_unsigned,
                i16::saturating_add_unsigned,
            );
            free.gpus = free.gpus.saturating_add(is_last.into());
            free.changed = tick;
        }
        for gpu in &needs.own_gpus {
            self.shares.remove_own(lane, *gpu);
        }
        for port in &needs.ports {
            if let Ok(at) = self.ports.binary_search(&port_key(lane, *port)) {
                self.ports.remove(at);
            }
        }
    }

    /// Counts one more task of a group that shall run.
    pub(super) fn count_up(&mut self, lane: u32, group: u32, tick: u64) {
        self.changed = tick;
        if let Some(numbers) = self.lanes.get_mut(lane as usize) {
            numbers.running = numbers.running.saturating_add(1);
            numbers.changed = tick;
        }
        self.counts.up(group, lane);
    }

    /// Counts one less.
    pub(super) fn count_down(&mut self, lane: u32, group: u32, tick: u64) {
        self.changed = tick;
        if let Some(numbers) = self.lanes.get_mut(lane as usize) {
            numbers.running = numbers.running.saturating_sub(1);
            numbers.changed = tick;
        }
        self.counts.down(group, lane);
    }
}

/// The lanes whose bits are set.
pub(crate) fn lanes_in(mut bits: u64) -> impl Iterator<Item = u32> {
    iter::from_fn(move || {
        let lane = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (lane < LANES).then_some(lane)
    })
}

fn port_key(lane: u32, port: HostPort) -> u32 {
    (lane << HostPort::BITS) | port.packed()
}
