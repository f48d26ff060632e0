//! What tasks hold of an instance, as far as its document counts it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{HostPort, Needs};

/// What tasks take, whichever they are. The documents of instances do not count network
/// interfaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Others {
    pub(crate) cpu: i32,
    pub(crate) memory: i32,
    pub(crate) gpus: i16,
    pub(crate) neuron_devices: i16,
    /// In order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ports: Option<Box<[HostPort]>>,
    /// Tasks whose desired status is RUNNING.
    pub(crate) tasks: i32,
    /// In order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shares: Option<Box<[GpuShare]>>,
    /// The numbers of those `gpus` of which they are known, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) own_gpus: Option<Box<[u8]>>,
}

/// What tasks hold of a GPU that they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GpuShare {
    /// The number of the GPU.
    pub(crate) gpu: u8,
    /// MiB.
    pub(crate) memory: u32,
}

pub(super) static NOTHING: Others = Others {
    cpu: 0,
    memory: 0,
    gpus: 0,
    neuron_devices: 0,
    ports: None,
    tasks: 0,
    shares: None,
    own_gpus: None,
};

impl Others {
    /// In order.
    pub(crate) fn ports(&self) -> &[HostPort] {
        self.ports.as_deref().unwrap_or_default()
    }

    /// The GPUs that tasks share, in order.
    pub(crate) fn shares(&self) -> &[GpuShare] {
        self.shares.as_deref().unwrap_or_default()
    }

    pub(crate) fn shares_gpu(&self, gpu: u8) -> bool {
        self.shares().iter().any(|share| share.gpu == gpu)
    }

    /// The GPUs that tasks are known to have to themselves, in order.
    pub(crate) fn own_gpus(&self) -> &[u8] {
        self.own_gpus.as_deref().unwrap_or_default()
    }

    pub(super) fn set_own_gpus(&mut self, gpus: impl Iterator<Item = u8>) {
        let gpus: Box<[u8]> = gpus.collect();
        self.own_gpus = (!gpus.is_empty()).then_some(gpus);
    }

    pub(super) fn set_shares(&mut self, shares: impl Iterator<Item = (u8, u32)>) {
        let held = shares.filter(|(_, memory)| *memory > 0);
        let shares: Box<[_]> = held.map(|(gpu, memory)| GpuShare { gpu, memory }).collect();
        self.shares = (!shares.is_empty()).then_some(shares);
    }

    /// How much of a GPU is held.
    fn share_of(&self, gpu: u8) -> u32 {
        let found = self.shares().iter().find(|share| share.gpu == gpu);
        found.map_or(0, |share| share.memory)
    }

    pub(super) fn set_ports(&mut self, ports: impl Iterator<Item = HostPort>) {
        let ports: Box<[HostPort]> = ports.collect();
        self.ports = (!ports.is_empty()).then_some(ports);
    }

    /// One more task that holds something.
    pub(crate) fn add(&mut self, needs: &Needs, runs: bool) {
        self.cpu = self.cpu.saturating_add_unsigned(needs.cpu);
        self.memory = self.memory.saturating_add_unsigned(needs.memory);
        self.gpus = self.gpus.saturating_add_unsigned(needs.gpus);
        self.neuron_devices = self
            .neuron_devices
            .saturating_add_unsigned(needs.neuron_devices);
        self.tasks = self.tasks.saturating_add(runs.into());
        if let Some((gpu, memory)) = needs.share() {
            let known = self.shares().iter().map(|share| (share.gpu, share.memory));
            let mut shares: BTreeMap<u8, u32> = known.collect();
            let held = shares.entry(gpu).or_default();
            *held = held.saturating_add(memory);
            self.set_shares(shares.into_iter());
        }
        if !needs.own_gpus.is_empty() {
            let gpus: BTreeSet<u8> = self
                .own_gpus()
                .iter()
                .chain(&needs.own_gpus)
                .copied()
                .collect();
            self.set_own_gpus(gpus.into_iter());
        }
        if !needs.ports.is_empty() {
            let ports: BTreeSet<_> = self.ports().iter().chain(&needs.ports).copied().collect();
            self.set_ports(ports.into_iter());
        }
    }

    /// What is left without that, which is nothing at the least.
    pub(crate) fn without(&self, told: &Self) -> Self {
        let less = |all: i16, told: i16| all.saturating_sub(told).max(0);
        let mut left = Self {
            cpu: self.cpu.saturating_sub(told.cpu).max(0),
            memory: self.memory.saturating_sub(told.memory).max(0),
            gpus: less(self.gpus, told.gpus),
            neuron_devices: less(self.neuron_devices, told.neuron_devices),
            ports: None,
            tasks: self.tasks.saturating_sub(told.tasks).max(0),
            shares: None,
            own_gpus: None,
        };
        let gpus = self.own_gpus().iter().copied();
        left.set_own_gpus(gpus.filter(|gpu| !told.own_gpus().contains(gpu)));
        let shares = self.shares().iter();
        left.set_shares(shares.map(|share| {
            let told = told.share_of(share.gpu);
            (share.gpu, share.memory.saturating_sub(told))
        }));
        let ports = self.ports().iter();
        left.set_ports(ports.copied().filter(|port| !told.ports().contains(port)));
        left
    }

    /// Nothing takes no room.
    pub(super) fn shared(self) -> Option<Arc<Self>> {
        (self != NOTHING).then(|| Arc::new(self))
    }
}
