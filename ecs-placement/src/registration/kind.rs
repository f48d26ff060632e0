//! What many instances have in common.

use serde::{Deserialize, Serialize};

use crate::HostPort;

/// What instances that are built alike have in common, and that is all of most of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) status: Box<str>,
    pub(crate) agent_connected: bool,
    pub(crate) agent_version: Option<Box<str>>,
    pub(crate) capacity_provider: Option<Box<str>>,
    pub(crate) cpu: i32,
    pub(crate) memory: i32,
    pub(crate) gpus: i16,
    /// Its GPUs are partitions of that many eighths; whole ones if 0.
    pub(crate) gpu_eighths: u8,
    /// If containers can share its GPUs.
    pub(crate) sharing: Option<Box<Sharing>>,
    pub(crate) neuron_devices: i16,
    pub(crate) interfaces: Option<i16>,
    /// Ports that the agent has registered as taken, in order.
    pub(crate) reserved: Box<[HostPort]>,
}

/// GPUs that containers can share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Sharing {
    /// MiB of each; of the least if they differ.
    pub(crate) memory: u32,
    /// Their ids, in order, so that each document gives them the same numbers. The number of a
    /// GPU is its place here.
    pub(crate) ids: Box<[Box<str>]>,
}

impl Sharing {
    /// The number of a GPU.
    pub(crate) fn number(&self, id: &str) -> Option<u8> {
        let at = self.ids.iter().position(|known| **known == *id)?;
        u8::try_from(at).ok()
    }
}

impl Kind {
    pub(crate) fn is_active(&self) -> bool {
        *self.status == *"ACTIVE"
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.is_active() && self.agent_connected
    }
}
