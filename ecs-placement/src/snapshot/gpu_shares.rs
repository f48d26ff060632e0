//! The memory of GPUs that tasks share.

use std::collections::BTreeMap;

/// The GPUs of the instances of a chunk that tasks of the cell share, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct GpuShares {
    shares: Vec<Share>,
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

    pub(super) fn clear(&mut self, lane: u32) {
        self.shares.retain(|share| share.lane != lane);
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
    /// GPUs that nobody has.
    idle: u64,
    /// What is left of each GPU that is shared.
    shared: BTreeMap<u8, u64>,
}

impl GpuRoom {
    /// `held` says which GPUs are shared, and how much of them is held; one can come twice.
    pub(super) fn new(memory: u32, idle: i16, held: impl Iterator<Item = (u8, u32)>) -> Self {
        let memory = u64::from(memory);
        let mut shared = BTreeMap::new();
        for (gpu, held) in held {
            let left: &mut u64 = shared.entry(gpu).or_insert(memory);
            *left = left.saturating_sub(held.into());
        }
        Self {
            memory,
            idle: u64::try_from(idle).unwrap_or(0),
            shared,
        }
    }

    /// How many tasks that need so much of one GPU find room.
    pub(crate) fn copies(&self, needed: u32) -> u64 {
        let on_one = |left: &u64| left.checked_div(needed.into()).unwrap_or(u64::MAX);
        let on_idle = on_one(&self.memory).saturating_mul(self.idle);
        let shared = self.shared.values().map(on_one);
        shared.fold(on_idle, u64::saturating_add)
    }

    /// The most that is left of one GPU when as many tasks as find room have taken theirs.
    pub(crate) fn most(&self, needed: u32) -> u64 {
        let left = |left: &u64| left.checked_rem(needed.into()).unwrap_or(*left);
        let idle = (self.idle > 0).then_some(&self.memory);
        let all = self.shared.values().chain(idle);
        all.map(left).max().unwrap_or(0)
    }

    /// The GPU that a task shares next. Amazon ECS does not publish which; chosen here: the one
    /// that is shared already and has the least left that suffices, or else the first that
    /// nobody has.
    pub(crate) fn choose(&self, needed: u32) -> Option<u8> {
        let needed = u64::from(needed);
        let suffices = |(_, left): &(&u8, &u64)| **left >= needed;
        let shared = self.shared.iter().filter(suffices);
        let least = shared.min_by_key(|(gpu, left)| (**left, **gpu));
        let is_idle = |gpu: &u8| !self.shared.contains_key(gpu);
        let idle = || {
            let fits = self.idle > 0 && self.memory >= needed;
            (0..=u8::MAX).find(is_idle).filter(|_| fits)
        };
        least.map(|(gpu, _)| *gpu).or_else(idle)
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
