//! What tasks hold of an instance, as far as its document counts it.

use std::collections::BTreeSet;

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
    pub(super) ports: Option<Box<[HostPort]>>,
    /// Tasks whose desired status is RUNNING.
    pub(crate) tasks: i32,
}

pub(super) static NOTHING: Others = Others {
    cpu: 0,
    memory: 0,
    gpus: 0,
    neuron_devices: 0,
    ports: None,
    tasks: 0,
};

impl Others {
    /// In order.
    pub(crate) fn ports(&self) -> &[HostPort] {
        self.ports.as_deref().unwrap_or_default()
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
        };
        let ports = self.ports().iter();
        left.set_ports(ports.copied().filter(|port| !told.ports().contains(port)));
        left
    }

    /// Nothing takes no room.
    pub(super) fn boxed(self) -> Option<Box<Self>> {
        (self != NOTHING).then(|| Box::new(self))
    }
}
