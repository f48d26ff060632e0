//! Why an instance does not take a task.

use std::fmt;
use std::sync::Arc;

use ecs_model::FailureReason;
use ecs_model::network::TransportProtocol;
use serde::{Deserialize, Serialize};

use crate::UnmetTerm;
use crate::fits::MAX_PORTS;

/// What events say of a `distinctInstance` constraint that no instance meets.
pub(crate) const DISTINCT_INSTANCE: &str = "DistinctInstance placement constraint unsatisfied.";

/// Too few Neuron devices; Amazon ECS publishes no reason of its own for them.
pub(crate) const NEURON_DEVICE: &str = "RESOURCE:NEURON_DEVICE";

/// One reason why a container instance does not take a task, with its numbers.
///
/// ```
/// use ecs_placement::Reason;
///
/// let reason = Reason::Memory { needed: 500, remaining: 455 };
/// assert_eq!(reason.code().as_str(), "RESOURCE:MEMORY");
/// assert_eq!(reason.to_string(), "needs 500 MiB of memory, 455 are left");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reason {
    /// No such container instance.
    Missing,
    /// The status is not `ACTIVE`.
    Inactive {
        /// The status.
        status: Box<str>,
    },
    /// The agent is not connected.
    Agent,
    /// Too few CPU units.
    Cpu {
        /// CPU units of the task.
        needed: u64,
        /// CPU units left.
        remaining: u64,
    },
    /// Too little memory.
    Memory {
        /// MiB of the task.
        needed: u64,
        /// MiB left.
        remaining: u64,
    },
    /// Too few GPUs.
    Gpus {
        /// GPUs of the task.
        needed: u64,
        /// GPUs left.
        remaining: u64,
    },
    /// The GPUs are of another kind: partitions of another size, or whole ones.
    GpuPartition {
        /// The eighths of a GPU that the task needs; 0 for whole GPUs.
        needed: u8,
        /// The eighths of a GPU that there are; 0 for whole GPUs.
        found: u8,
    },
    /// No GPU has enough memory left to be shared.
    GpuMemory {
        /// MiB of the task, all on one GPU.
        needed: u64,
        /// MiB left of the GPU that has most left; none if none can be shared.
        remaining: u64,
    },
    /// Too few AWS Neuron devices.
    NeuronDevices {
        /// Devices of the task.
        needed: u64,
        /// Devices left.
        remaining: u64,
    },
    /// Too few network interfaces.
    Interfaces {
        /// Interfaces of the task.
        needed: u64,
        /// Interfaces left.
        remaining: u64,
    },
    /// A host port is taken.
    Port {
        /// TCP or UDP.
        protocol: TransportProtocol,
        /// The host port.
        port: u16,
    },
    /// More host ports would be reserved than an instance may have.
    PortQuota {
        /// Host ports of the task.
        needed: u64,
        /// Host ports that are taken, those of the agent included.
        taken: u64,
    },
    /// A daemon that has no task on the instance yet would find no room beside the task.
    DaemonRoom {
        /// The group of the daemon's tasks.
        group: Box<str>,
    },
    /// The instance is in none of the Availability Zones in which the subnets of the task lie.
    Location {
        /// The zones.
        zones: Box<[Box<str>]>,
    },
    /// An attribute is missing or has another value.
    Attribute {
        /// The attribute's name.
        name: Box<str>,
        /// The value, if one is needed.
        value: Option<Box<str>>,
    },
    /// The instance is not of the capacity provider.
    CapacityProvider {
        /// The name of the provider.
        provider: Arc<str>,
    },
    /// Tasks of launch type `EC2` do not run on external instances.
    External,
    /// A `memberOf` constraint does not select the instance.
    MemberOf {
        /// The expression.
        expression: Arc<str>,
        /// Its comparisons that keep the instance out, with what they found.
        terms: Arc<[UnmetTerm]>,
    },
    /// A task of the group is there already.
    DistinctInstance {
        /// The group.
        group: Box<str>,
    },
}

impl Reason {
    /// The reason in the API's words, as `failures` of RunTask and StartTask have it.
    ///
    /// Some of them are not published and chosen here: `RESOURCE:NEURON_DEVICE` for too few Neuron
    /// devices, `RESOURCE:MEMORY` for room that is kept for a daemon, `ATTRIBUTE` for an instance
    /// of another capacity provider and for an external one that is asked to run an `EC2` task,
    /// and the words of events for `distinctInstance`.
    #[must_use]
    pub fn code(&self) -> FailureReason {
        match self {
            Self::Missing => FailureReason::Missing,
            Self::Inactive { .. } => FailureReason::Inactive,
            Self::Agent => FailureReason::Agent,
            Self::Cpu { .. } => FailureReason::ResourceCpu,
            Self::Memory { .. } => FailureReason::ResourceMemory,
            Self::Gpus { .. } | Self::GpuPartition { .. } | Self::GpuMemory { .. } => {
                FailureReason::ResourceGpu
            }
            Self::NeuronDevices { .. } => FailureReason::Other(NEURON_DEVICE.to_owned()),
            Self::DaemonRoom { .. } => FailureReason::ResourceMemory,
            Self::Interfaces { .. } => FailureReason::ResourceEni,
            Self::Port {
                protocol: TransportProtocol::Udp,
                ..
            } => FailureReason::ResourcePortsUdp,
            Self::Port { .. } | Self::PortQuota { .. } => FailureReason::ResourcePorts,
            Self::Location { .. } => FailureReason::Location,
            Self::Attribute { .. } | Self::CapacityProvider { .. } | Self::External => {
                FailureReason::Attribute
            }
            Self::MemberOf { .. } => FailureReason::MemberOf,
            Self::DistinctInstance { .. } => FailureReason::Other(DISTINCT_INSTANCE.to_owned()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is not registered"),
            Self::Inactive { status } => write!(f, "is `{status}`"),
            Self::Agent => f.write_str("has no connected agent"),
            Self::Cpu { needed, remaining } => {
                write!(f, "needs {needed} CPU units, {remaining} are left")
            }
            Self::Memory { needed, remaining } => {
                write!(f, "needs {needed} MiB of memory, {remaining} are left")
            }
            Self::Gpus { needed, remaining } => {
                write!(f, "needs {needed} GPUs, {remaining} are left")
            }
            Self::GpuPartition { needed, found } => {
                write!(f, "needs {}, has {}", gpus(*needed), gpus(*found))
            }
            Self::GpuMemory { needed, remaining } => {
                write!(
                    f,
                    "needs {needed} MiB on one GPU, at most {remaining} are left"
                )
            }
            Self::NeuronDevices { needed, remaining } => {
                write!(f, "needs {needed} Neuron devices, {remaining} are left")
            }
            Self::PortQuota { needed, taken } => write!(
                f,
                "needs {needed} host ports, {taken} of {MAX_PORTS} are taken"
            ),
            Self::DaemonRoom { group } => {
                write!(f, "has no room for a task of `{group}` beside it")
            }
            Self::Interfaces { needed, remaining } => {
                write!(f, "needs {needed} network interfaces, {remaining} are left")
            }
            Self::Port { protocol, port } => write!(f, "host port {port}/{protocol} is taken"),
            Self::Location { zones } => write!(f, "is not in zone {}", list(zones)),
            Self::Attribute { name, value: None } => write!(f, "lacks attribute `{name}`"),
            Self::Attribute {
                name,
                value: Some(value),
            } => {
                write!(f, "lacks attribute `{name}` with value `{value}`")
            }
            Self::CapacityProvider { provider } => {
                write!(f, "is not of the capacity provider `{provider}`")
            }
            Self::External => f.write_str("is external and runs no EC2 tasks"),
            Self::MemberOf { expression, terms } => {
                write!(f, "is not a member of `{expression}`")?;
                let mut before = ": ";
                for term in terms.iter() {
                    write!(f, "{before}{term}")?;
                    before = ", ";
                }
                Ok(())
            }
            Self::DistinctInstance { group } => write!(f, "runs a task of `{group}` already"),
        }
    }
}

/// Zones of which one would do.
pub(crate) fn list(zones: &[Box<str>]) -> String {
    let quoted: Vec<String> = zones.iter().map(|zone| format!("`{zone}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn gpus(eighths: u8) -> String {
    match eighths {
        0 => "whole GPUs".to_owned(),
        4 => "GPU partitions of 1/2".to_owned(),
        2 | 6 => format!("GPU partitions of {}/4", eighths / 2),
        _ => format!("GPU partitions of {eighths}/8"),
    }
}
