//! The memory of GPUs that tasks share.

use std::collections::{BTreeMap, BTreeSet};

use crate::registration::{Kind, Others};

/// The GPUs of the instances of a chunk that tasks of the cell have, where GPUs can be shared.
#[derive(Debug, Clone, Default)]
pub(super) struct GpuShares {
    /// Those that they share, in order.
    shares: Vec<Share>,
    /// Lane and number of those that one task has to itself, in order.
    own: Vec<(u32, u8)>,
}

/// A GPU of an instance.
#[derive(Debug, Clone, Copy)]
struct Share {
    lane: u32,
    gpu: u8,
    tasks: u32,
    /// MiB that they hold.
    memory: u32,
}

impl GpuShares {
    /// The GPUs of a lane, and how much of each is held in MiB.
    pub(super) fn on(&self, lane: u32) -> impl Iterator<Item = (u8, u32)> + '_ {
        let here = self.shares.iter().filter(move |share| share.lane == lane);
        here.map(|share| (share.gpu, share.memory))
    }

    /// One more task shares a GPU. Whether none did before.
    pub(super) fn add(&mut self, lane: u32, gpu: u8, memory: u32) -> bool {
        match self.find(lane, gpu) {
            Ok(at) => {
                if let Some(share) = self.shares.get_mut(at) {
                    share.tasks = share.tasks.saturating_add(1);
                    share.memory = share.memory.saturating_add(memory);
                }
                false
            }
            Err(at) => {
                let share = Share {
                    lane,
                    gpu,
                    tasks: 1,
                    memory,
                };
                self.shares.insert(at, share);
                true
            }
        }
    }

    /// One task less. Whether none does any more.
    pub(super) fn remove(&mut self, lane: u32, gpu: u8, memory: u32) -> bool {
        let Ok(at) = self.find(lane, gpu) else {
            return false;
        };
        let Some(share) = self.shares.get_mut(at) else {
            return false;
        };
        share.tasks = share.tasks.saturating_sub(1);
        share.memory = share.memory.saturating_sub(memory);
        let is_last = share.tasks == 0;
        if is_last {
            self.shares.remove(at);
        }
        is_last
    }

    /// The GPUs of a lane that one task has to itself.
    pub(super) fn own_on(&self, lane: u32) -> impl Iterator<Item = u8> + '_ {
        let here = self.own.iter().filter(move |(known, _)| *known == lane);
        here.map(|(_, gpu)| *gpu)
    }

    pub(super) fn add_own(&mut self, lane: u32, gpu: u8) {
        let at = self.own.partition_point(|known| *known < (lane, gpu));
        self.own.insert(at, (lane, gpu));
    }

    pub(super) fn remove_own(&mut self, lane: u32, gpu: u8) {
        if let Ok(at) = self.own.binary_search(&(lane, gpu)) {
            self.own.remove(at);
        }
    }

    pub(super) fn clear(&mut self, lane: u32) {
        self.shares.retain(|share| share.lane != lane);
        self.own.retain(|(known, _)| *known != lane);
    }

    fn find(&self, lane: u32, gpu: u8) -> Result<usize, usize> {
        self.shares
            .binary_search_by_key(&(lane, gpu), |share| (share.lane, share.gpu))
    }
}

/// What is left of the GPUs of an instance whose containers can share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct GpuRoom {
    /// MiB of each GPU.
    memory: u64,
    /// GPUs that there are.
    count: usize,
    /// GPUs that nobody has.
    idle: u64,
    /// What is left of each GPU that is shared.
    shared: BTreeMap<u8, u64>,
    /// The GPUs that tasks of the cell have to themselves.
    own: BTreeSet<u8>,
    /// Those that others have to themselves. Whoever shares one of these by the number that was
    /// chosen here is on another one in truth, so that nothing is left of it.
    foreign: BTreeSet<u8>,
}

impl GpuRoom {
    /// GPUs that nobody has, each with so many MiB.
    pub(super) fn new(memory: u32, count: usize, idle: i16) -> Self {
        Self {
            memory: memory.into(),
            count,
            idle: u64::try_from(idle).unwrap_or(0),
            ..Self::default()
        }
    }

    /// The GPUs of an instance on which nothing runs; none if containers cannot share them.
    pub(crate) fn of_empty(kind: &Kind) -> Self {
        kind.sharing.as_ref().map_or_else(Self::default, |sharing| {
            Self::new(sharing.memory, sharing.ids.len(), kind.gpus)
        })
    }

    /// Those that others have, and of those that they share how much they hold.
    pub(super) fn with_others(mut self, others: &Others) -> Self {
        self.foreign.extend(others.own_gpus());
        let shares = others.shares().iter();
        shares.for_each(|share| self.hold(share.gpu, share.memory));
        self
    }

    /// Those that tasks of the cell have.
    pub(super) fn with_tasks(mut self, tasks: &GpuShares, lane: u32) -> Self {
        self.own.extend(tasks.own_on(lane));
        tasks
            .on(lane)
            .for_each(|(gpu, memory)| self.hold(gpu, memory));
        self
    }

    fn hold(&mut self, gpu: u8, memory: u32) {
        if !self.foreign.contains(&gpu) {
            let left = self.shared.entry(gpu).or_insert(self.memory);
            *left = left.saturating_sub(memory.into());
        }
    }

    /// How many tasks that need so much of one GPU find room.
    pub(crate) fn copies(&self, needed: u32) -> u64 {
        let on_one = |left: &u64| left.checked_div(needed.into()).unwrap_or(u64::MAX);
        let on_idle = on_one(&self.memory).saturating_mul(self.idle);
        let shared = self.shared.values().map(on_one);
        shared.fold(on_idle, u64::saturating_add)
    }

    /// The most that is left of one GPU when as many tasks as find room have taken theirs; none if
    /// none can be shared.
    pub(crate) fn most(&self, needed: u32) -> Option<u64> {
        let left = |left: &u64| left.checked_rem(needed.into()).unwrap_or(*left);
        let idle = (self.idle > 0).then_some(&self.memory);
        let all = self.shared.values().chain(idle);
        all.map(left).max()
    }

    /// The GPU that a task shares next. Amazon ECS does not publish which; chosen here: the one
    /// that is shared already and has the least left that suffices, or else the first that
    /// nobody has.
    pub(crate) fn choose(&self, needed: u32) -> Option<u8> {
        let needed = u64::from(needed);
        let suffices = |(_, left): &(&u8, &u64)| **left >= needed;
        let shared = self.shared.iter().filter(suffices);
        let least = shared.min_by_key(|(gpu, left)| (**left, **gpu));
        let has_idle = self.idle > 0 && self.memory >= needed;
        let idle = || self.unshared().into_iter().next().filter(|_| has_idle);
        least.map(|(gpu, _)| *gpu).or_else(idle)
    }

    /// The GPUs that a task has to itself next, in order: the first ones that nobody has.
    pub(crate) fn choose_own(&self, needed: u16) -> Vec<u8> {
        let mut chosen = self.unshared();
        chosen.truncate(needed.into());
        chosen.sort_unstable();
        chosen
    }

    /// The GPUs that nobody shares, first those that nobody has. Documents can name others than
    /// were chosen for tasks of the cell, so that fewer are left by number than by count.
    fn unshared(&self) -> Vec<u8> {
        let all = (0..=u8::MAX).take(self.count);
        let mut unshared: Vec<u8> = all.filter(|gpu| !self.shared.contains_key(gpu)).collect();
        unshared.sort_by_key(|gpu| (self.foreign.contains(gpu), self.own.contains(gpu)));
        unshared
    }

    /// Takes GPUs that nobody has for tasks of their own.
    pub(crate) fn take_whole(&mut self, gpus: i64) {
        let gpus = u64::try_from(gpus).unwrap_or(0);
        self.idle = self.idle.saturating_sub(gpus);
    }

    /// Takes what a task needs of the GPU that it [shares](Self::choose) next. Whether that one
    /// was idle; `None` if there is none.
    pub(crate) fn take(&mut self, needed: u32) -> Option<bool> {
        let gpu = self.choose(needed)?;
        let known = self.shared.get(&gpu).copied();
        let left = known.unwrap_or(self.memory).saturating_sub(needed.into());
        self.shared.insert(gpu, left);
        let was_idle = known.is_none();
        self.idle = self.idle.saturating_sub(was_idle.into());
        Some(was_idle)
    }

    /// What is left of each GPU that is not one task's own, in MiB, the most first.
    pub(crate) fn left(&self) -> Vec<u64> {
        let idle = usize::try_from(self.idle).unwrap_or(0);
        let idle = std::iter::repeat_n(self.memory, idle);
        let mut left: Vec<u64> = self.shared.values().copied().chain(idle).collect();
        left.sort_unstable_by(|a, b| b.cmp(a));
        left
    }
}
