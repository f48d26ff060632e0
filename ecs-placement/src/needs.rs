//! What a task takes of an instance.

use ecs_taskdef::{Gpus, Requirements};
use serde::{Deserialize, Serialize};

use crate::HostPort;

/// What one copy of a task takes of the instance that runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Needs {
    /// CPU units, 1,024 for each vCPU.
    pub cpu: u32,
    /// Memory in MiB.
    pub memory: u32,
    /// Network interfaces: one for a task of network mode `awsvpc`.
    #[serde(skip_serializing_if = "is_zero")]
    pub interfaces: u16,
    /// Whole GPUs.
    #[serde(skip_serializing_if = "is_zero")]
    pub gpus: u16,
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
        let gpus = match requirements.gpus {
            Gpus::Count(count) => u16::try_from(count).unwrap_or(u16::MAX),
            // A request for these is refused before it comes here.
            _ => 0,
        };
        Self {
            cpu: amount(requirements.cpu),
            memory: amount(requirements.memory),
            interfaces: u16::from(requirements.network_interface),
            gpus,
            ports: tcp.chain(udp).collect(),
        }
    }
}
