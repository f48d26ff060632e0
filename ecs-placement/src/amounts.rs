//! What an instance has and what a task takes, as numbers.

use std::collections::BTreeSet;

use ecs_model::Resources;
use ecs_model::network::TransportProtocol;
use ecs_taskdef::{Gpus, Requirements};

/// Countable resources of a container instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amounts {
    /// CPU units, 1,024 for each vCPU.
    pub cpu: u64,
    /// Memory in MiB.
    pub memory: u64,
    /// Whole GPUs.
    pub gpus: u64,
    /// TCP ports of the host that are taken.
    pub taken_tcp: BTreeSet<u16>,
    /// UDP ports of the host that are taken.
    pub taken_udp: BTreeSet<u16>,
}

impl Amounts {
    /// Reads a resource list; `None` if it lacks CPU or memory, or has less than nothing.
    pub(crate) fn read(resources: Resources<'_>) -> Option<Self> {
        Some(Self {
            cpu: u64::try_from(resources.cpu()?).ok()?,
            memory: u64::try_from(resources.memory()?).ok()?,
            gpus: resources.gpus().len() as u64,
            taken_tcp: resources.ports(),
            taken_udp: resources.ports_udp(),
        })
    }

    /// Takes what a task needs away. Whoever calls has seen that it fits.
    pub(crate) fn take(&mut self, needs: &Requirements) {
        self.cpu = self.cpu.saturating_sub(needs.cpu);
        self.memory = self.memory.saturating_sub(needs.memory);
        self.gpus = self.gpus.saturating_sub(gpus(needs));
        self.taken_tcp.extend(&needs.tcp_ports);
        self.taken_udp.extend(&needs.udp_ports);
    }

    /// Gives back what a task took, up to what the instance has registered.
    pub(crate) fn give_back(&mut self, needs: &Requirements, registered: &Self) {
        self.cpu = self.cpu.saturating_add(needs.cpu).min(registered.cpu);
        self.memory = self
            .memory
            .saturating_add(needs.memory)
            .min(registered.memory);
        self.gpus = self.gpus.saturating_add(gpus(needs)).min(registered.gpus);
        for port in &needs.tcp_ports {
            self.taken_tcp.remove(port);
        }
        for port in &needs.udp_ports {
            self.taken_udp.remove(port);
        }
    }

    /// The host ports that a task wants and somebody else has.
    pub(crate) fn taken_ports<'a>(
        &'a self,
        needs: &'a Requirements,
    ) -> impl Iterator<Item = (TransportProtocol, u16)> + 'a {
        let tcp = needs
            .tcp_ports
            .iter()
            .filter(|port| self.taken_tcp.contains(port));
        let udp = needs
            .udp_ports
            .iter()
            .filter(|port| self.taken_udp.contains(port));
        tcp.map(|port| (TransportProtocol::Tcp, *port))
            .chain(udp.map(|port| (TransportProtocol::Udp, *port)))
    }
}

/// The whole GPUs that a task needs.
pub(crate) fn gpus(needs: &Requirements) -> u64 {
    match needs.gpus {
        Gpus::Count(count) => count.into(),
        // A request for these is refused before it comes here.
        _ => 0,
    }
}
