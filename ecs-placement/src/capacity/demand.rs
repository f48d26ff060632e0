//! How many more instances the tasks that wait need.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Needs;

/// What an instance of a type has for tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct InstanceType {
    /// CPU units, 1,024 for each vCPU.
    pub cpu: u32,
    /// Memory in MiB.
    pub memory: u32,
    /// Network interfaces for tasks; without limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<u16>,
    /// GPUs, or partitions of one.
    pub gpus: u16,
    /// The size of the partitions in eighths of a GPU; whole GPUs if 0.
    pub gpu_eighths: u8,
    /// AWS Neuron devices.
    pub neuron_devices: u16,
}

/// Tasks with the same needs that wait for capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitingTasks {
    /// What each of them takes.
    pub needs: Arc<Needs>,
    /// Whether each of them needs an instance of its own.
    pub is_distinct_instance: bool,
    /// How many there are.
    pub tasks: u32,
}

/// How many more instances tasks need that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Demand {
    /// Instances of the largest type.
    pub instances: u32,
    /// Tasks that the smallest type cannot run: no instance is asked for them.
    pub unfit: u32,
}

impl InstanceType {
    /// A type by its CPU units and its memory in MiB.
    #[must_use]
    pub fn new(cpu: u32, memory: u32) -> Self {
        Self {
            cpu,
            memory,
            ..Self::default()
        }
    }

    /// How many copies of a task an empty instance runs.
    ///
    /// ```
    /// use ecs_placement::Needs;
    /// use ecs_placement::capacity::InstanceType;
    ///
    /// let mut web = Needs::default();
    /// (web.cpu, web.memory) = (512, 1_024);
    /// assert_eq!(InstanceType::new(2_048, 3_800).copies(&web, false), 3);
    /// assert_eq!(InstanceType::new(2_048, 3_800).copies(&web, true), 1);
    /// ```
    #[must_use]
    pub fn copies(&self, needs: &Needs, is_distinct_instance: bool) -> u32 {
        let takes_gpus = needs.all_gpus || needs.gpus > 0;
        if takes_gpus && (self.gpus == 0 || needs.gpu_eighths != self.gpu_eighths) {
            return 0;
        }
        if needs.all_neuron_devices && self.neuron_devices == 0 {
            return 0;
        }
        let alone = is_distinct_instance
            || !needs.ports.is_empty()
            || needs.all_gpus
            || needs.all_neuron_devices;
        let interfaces = self.interfaces.unwrap_or(u16::MAX);
        [
            (self.cpu, needs.cpu),
            (self.memory, needs.memory),
            (interfaces.into(), needs.interfaces.into()),
            (self.gpus.into(), needs.gpus.into()),
            (self.neuron_devices.into(), needs.neuron_devices.into()),
        ]
        .into_iter()
        .filter_map(|(has, takes)| has.checked_div(takes))
        .chain(alone.then_some(1))
        .min()
        .unwrap_or(u32::MAX)
    }
}

impl Demand {
    /// What tasks need that wait for instances of these types. Of each resource the largest type
    /// has the most and the smallest the least; tasks that the smallest cannot run are left out.
    #[must_use]
    pub fn of(waiting: &[WaitingTasks], types: &[InstanceType]) -> Self {
        let Some(first) = types.first() else {
            let unfit = waiting.iter().map(|waiting| waiting.tasks);
            return Self {
                instances: 0,
                unfit: unfit.fold(0, u32::saturating_add),
            };
        };
        let (mut smallest, mut largest) = (first.clone(), first.clone());
        for one in types {
            smallest = smallest.each(one, u32::min);
            largest = largest.each(one, u32::max);
        }
        let mut demand = Self::default();
        for waiting in waiting {
            let copies =
                |on: &InstanceType| on.copies(&waiting.needs, waiting.is_distinct_instance);
            if copies(&smallest) == 0 {
                demand.unfit = demand.unfit.saturating_add(waiting.tasks);
            } else {
                let instances = waiting.tasks.div_ceil(copies(&largest).max(1));
                demand.instances = demand.instances.max(instances);
            }
        }
        demand
    }
}

impl InstanceType {
    fn each(&self, other: &Self, choose: fn(u32, u32) -> u32) -> Self {
        let small = |one: u16, other: u16| {
            let chosen = choose(one.into(), other.into());
            u16::try_from(chosen).unwrap_or(u16::MAX)
        };
        let limit = |limit: Option<u16>| limit.unwrap_or(u16::MAX);
        let interfaces = small(limit(self.interfaces), limit(other.interfaces));
        Self {
            cpu: choose(self.cpu, other.cpu),
            memory: choose(self.memory, other.memory),
            interfaces: Some(interfaces).filter(|most| *most < u16::MAX),
            gpus: small(self.gpus, other.gpus),
            gpu_eighths: self.gpu_eighths,
            neuron_devices: small(self.neuron_devices, other.neuron_devices),
        }
    }
}
