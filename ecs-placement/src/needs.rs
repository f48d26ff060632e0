//! What a task takes of an instance.

use ecs_taskdef::{Gpus, Requirements};
use serde::{Deserialize, Serialize};

use crate::HostPort;
use crate::snapshot::Place;

/// What one copy of a task takes of the instance that runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Needs {
    /// CPU units, 1,024 for each vCPU.
    pub cpu: u32,
    /// Memory in MiB.
    pub memory: u32,
    /// Network interfaces: one for a task of network mode `awsvpc`.
    #[serde(skip_serializing_if = "is_zero")]
    pub interfaces: u16,
    /// GPUs, or partitions of one.
    #[serde(skip_serializing_if = "is_zero")]
    pub gpus: u16,
    /// The size of the partitions in eighths of a GPU: 1, 2 or 4. Whole GPUs if 0.
    #[serde(skip_serializing_if = "is_none")]
    pub gpu_eighths: u8,
    /// Whether every GPU of the instance is needed. `gpus` are those that it has, once the task
    /// is on one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_gpus: bool,
    /// Memory in MiB of one GPU that the task shares with others.
    #[serde(skip_serializing_if = "is_nothing")]
    pub gpu_memory: u32,
    /// The number of that GPU on its instance, once the task is on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_gpu: Option<u8>,
    /// The numbers of the GPUs that the task has to itself, in order, once it is on an instance
    /// whose GPUs can be shared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own_gpus: Vec<u8>,
    /// AWS Neuron devices.
    #[serde(skip_serializing_if = "is_zero")]
    pub neuron_devices: u16,
    /// Whether every Neuron device of the instance is needed. `neuron_devices` are those that it
    /// has, once the task is on one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_neuron_devices: bool,
    /// Ports of the host, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<HostPort>,
}

/// More than any instance has.
const TOO_MUCH: u32 = i32::MAX as u32;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u16) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_none(number: &u8) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_nothing(number: &u32) -> bool {
    *number == 0
}

impl Needs {
    /// The GPU that a task shares, and how much of it the task holds in MiB.
    pub(crate) fn share(&self) -> Option<(u8, u32)> {
        (self.gpu_memory > 0).then_some((self.shared_gpu.unwrap_or(0), self.gpu_memory))
    }

    /// What the task needs wherever it is to be, without what it has found on its instance.
    pub(crate) fn of_any_instance(mut self) -> Self {
        if self.all_gpus {
            self.gpus = 0;
        }
        if self.all_neuron_devices {
            self.neuron_devices = 0;
        }
        self.shared_gpu = None;
        self.own_gpus.clear();
        self
    }

    /// What a task takes of this very instance, if that differs from instance to instance.
    pub(crate) fn on(&self, place: Place<'_>) -> Option<Self> {
        let has_own = self.gpus > 0 || self.all_gpus;
        let shares_any = self.gpu_memory > 0 && self.shared_gpu.is_none();
        if !(has_own || shares_any || self.all_neuron_devices) {
            return None;
        }
        let kind = &place.registration()?.kind;
        let mut taken = self.clone();
        if self.all_gpus {
            taken.gpus = u16::try_from(kind.gpus).unwrap_or(0);
        }
        if self.all_neuron_devices {
            taken.neuron_devices = u16::try_from(kind.neuron_devices).unwrap_or(0);
        }
        if let Some(room) = place.chunk.gpu_room(place.lane) {
            if shares_any {
                taken.shared_gpu = room.choose(self.gpu_memory);
            }
            if has_own && self.own_gpus.is_empty() {
                taken.own_gpus = room.choose_own(taken.gpus);
            }
        }
        (taken != *self).then_some(taken)
    }
}

impl From<&Requirements> for Needs {
    /// Amounts beyond 2,147,483,647 count as that: more than any instance has.
    fn from(requirements: &Requirements) -> Self {
        let amount = |wanted: u64| u32::try_from(wanted).unwrap_or(TOO_MUCH).min(TOO_MUCH);
        let tcp = requirements
            .tcp_ports
            .iter()
            .map(|port| HostPort::tcp(*port));
        let udp = requirements
            .udp_ports
            .iter()
            .map(|port| HostPort::udp(*port));
        let (gpus, gpu_eighths, gpu_memory) = match requirements.gpus {
            Gpus::Count(count) => (u16::try_from(count).unwrap_or(u16::MAX), 0, 0),
            Gpus::Fraction { eighths } => (1, eighths, 0),
            Gpus::Shared { memory } => (0, 0, amount(memory)),
            _ => (0, 0, 0),
        };
        Self {
            cpu: amount(requirements.cpu),
            memory: amount(requirements.memory),
            interfaces: u16::from(requirements.network_interface),
            gpus,
            gpu_eighths,
            gpu_memory,
            shared_gpu: None,
            own_gpus: Vec::new(),
            all_gpus: requirements.gpus == Gpus::All,
            neuron_devices: 0,
            all_neuron_devices: requirements.neuron_devices,
            ports: tcp.chain(udp).collect(),
        }
    }
}
