//! What an instance has, as numbers.

use std::collections::BTreeSet;

use crate::HostPort;

/// Countable resources of a container instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amounts {
    /// CPU units, 1,024 for each vCPU.
    pub cpu: u64,
    /// Memory in MiB.
    pub memory: u64,
    /// GPUs, or partitions of one.
    pub gpus: u64,
    /// The size of the partitions in eighths of a GPU; whole GPUs if 0.
    pub gpu_eighths: u8,
    /// Memory in MiB of each GPU, or what is left of each that one task does not have to itself,
    /// the most first; empty if containers cannot share them.
    pub gpu_memory: Vec<u64>,
    /// AWS Neuron devices.
    pub neuron_devices: u64,
    /// Network interfaces for tasks; `None` if the limit is not known.
    pub interfaces: Option<u64>,
    /// Ports of the host that are taken.
    pub taken_ports: BTreeSet<HostPort>,
}
