//! What single change would let one more copy in.

use std::fmt;
use std::sync::Arc;

use ecs_model::container_instance::EXTERNAL_CAPABILITY;

use crate::snapshot::State;
use crate::{HostPort, Instance, PlacementRequest, Reason, Registration, Snapshot, fits};

/// A change of the cluster after which one more copy fits.
///
/// It prints the change in words: `145 MiB more memory on arn:...`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// So many more CPU units.
    Cpu {
        /// The least that suffices.
        more: u64,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// So much more memory.
    Memory {
        /// The least that suffices, in MiB.
        more: u64,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// So many more GPUs.
    Gpus {
        /// The least that suffices.
        more: u64,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// So many more network interfaces.
    Interfaces {
        /// The least that suffices.
        more: u64,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// So much more memory of each GPU that is shared.
    GpuMemory {
        /// The least that suffices, in MiB.
        more: u64,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// So many more Neuron devices.
    NeuronDevices {
        /// The least that suffices.
        more: u64,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// A port that is freed by whoever has it.
    FreePort {
        /// The port.
        port: HostPort,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// An attribute that the instance lacks.
    Attribute {
        /// The attribute's name.
        name: Box<str>,
        /// The value, if one is needed.
        value: Option<Box<str>>,
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// The agent connects again.
    Connect {
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// The instance becomes ACTIVE.
    Activate {
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// One more instance that is like another.
    Instance {
        /// The ARN of the instance that it shall be like.
        like: Arc<str>,
        /// Its type (attribute `ecs.instance-type`), if it names one.
        instance_type: Option<Box<str>>,
    },
}

impl Remedy {
    /// The instance that is changed; `None` for a new one.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        match self {
            Self::Cpu { instance, .. }
            | Self::Memory { instance, .. }
            | Self::Gpus { instance, .. }
            | Self::Interfaces { instance, .. }
            | Self::GpuMemory { instance, .. }
            | Self::NeuronDevices { instance, .. }
            | Self::FreePort { instance, .. }
            | Self::Attribute { instance, .. }
            | Self::Connect { instance }
            | Self::Activate { instance } => Some(instance),
            Self::Instance { .. } => None,
        }
    }

    /// What cures the one reason of an instance on which `already` copies are thought; `None`
    /// if nothing that can be changed does, or the change might give a new reason.
    pub(super) fn of(
        reason: &Reason,
        instance: Instance<'_>,
        request: &PlacementRequest,
        already: u32,
    ) -> Option<Self> {
        let arn = instance.shared_arn();
        let short = fits::shortfall(instance.place(), request.needs(), already);
        let has = instance.registered();
        let expressions = request.member_of();
        let is_steady = !expressions.iter().any(|expression| expression.varies());
        Some(match reason {
            Reason::Cpu { .. } => Self::Cpu {
                more: short.cpu,
                instance: arn,
            },
            Reason::Memory { .. } => Self::Memory {
                more: short.memory,
                instance: arn,
            },
            // Where all of them are needed, one more would be needed too.
            Reason::Gpus { .. } if !request.needs().all_gpus || has.gpus == 0 => Self::Gpus {
                more: short.gpus,
                instance: arn,
            },
            Reason::Interfaces { .. } => Self::Interfaces {
                more: short.interfaces,
                instance: arn,
            },
            Reason::GpuMemory { .. }
                if fits::has_gpu_to_share(instance.place(), request.needs()) =>
            {
                Self::GpuMemory {
                    more: short.gpu_memory,
                    instance: arn,
                }
            }
            Reason::NeuronDevices { .. }
                if !request.needs().all_neuron_devices || has.neuron_devices == 0 =>
            {
                Self::NeuronDevices {
                    more: short.neuron_devices,
                    instance: arn,
                }
            }
            Reason::Port { protocol, port } if already == 0 && is_steady => Self::FreePort {
                port: HostPort::new(protocol, *port),
                instance: arn,
            },
            Reason::Attribute { name, value }
                if expressions.is_empty() && **name != *EXTERNAL_CAPABILITY =>
            {
                Self::Attribute {
                    name: name.clone(),
                    value: value.clone(),
                    instance: arn,
                }
            }
            Reason::Agent if is_steady => Self::Connect { instance: arn },
            Reason::Inactive { .. } => Self::Activate { instance: arn },
            _ => return None,
        })
    }

    /// One more instance like the least of the cell that would take a copy if it were empty.
    pub(super) fn new_instance(snapshot: &Snapshot, request: &PlacementRequest) -> Option<Self> {
        let needs = request.needs();
        let (cpu, memory) = (u64::from(needs.cpu), u64::from(needs.memory));
        let is_large_enough = |instance: &Instance<'_>| {
            let registered = instance.registered();
            registered.cpu >= cpu && registered.memory >= memory
        };
        let mut like: Vec<Instance<'_>> = snapshot.instances().filter(is_large_enough).collect();
        like.sort_by_cached_key(|instance| {
            let registered = instance.registered();
            (registered.memory, registered.cpu)
        });
        let found = like
            .into_iter()
            .find(|like| takes_when_empty(*like, request))?;
        Some(Self::Instance {
            like: found.shared_arn(),
            instance_type: found
                .attribute("ecs.instance-type")
                .flatten()
                .map(Box::from),
        })
    }
}

fn takes_when_empty(like: Instance<'_>, request: &PlacementRequest) -> bool {
    let Some(registration) = like.place().registration() else {
        return false;
    };
    let mut alone = State::new();
    alone.add(0, Registration::emptied(registration));
    let place = alone.place(0);
    place.is_some_and(|place| fits::fits(&alone, place, request.task(), 0))
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu { more, instance } => write!(f, "{more} more CPU units on {instance}"),
            Self::Memory { more, instance } => {
                write!(f, "{more} MiB more memory on {instance}")
            }
            Self::Gpus { more, instance } => write!(f, "{more} more GPUs on {instance}"),
            Self::Interfaces { more, instance } => {
                write!(f, "{more} more network interfaces on {instance}")
            }
            Self::GpuMemory { more, instance } => {
                write!(f, "{more} MiB more memory of each shared GPU on {instance}")
            }
            Self::NeuronDevices { more, instance } => {
                write!(f, "{more} more Neuron devices on {instance}")
            }
            Self::FreePort { port, instance } => {
                write!(f, "host port {port} freed on {instance}")
            }
            Self::Attribute {
                name,
                value: None,
                instance,
            } => write!(f, "attribute `{name}` on {instance}"),
            Self::Attribute {
                name,
                value: Some(value),
                instance,
            } => write!(f, "attribute `{name}` with value `{value}` on {instance}"),
            Self::Connect { instance } => write!(f, "a connected agent on {instance}"),
            Self::Activate { instance } => write!(f, "status `ACTIVE` for {instance}"),
            Self::Instance {
                instance_type: Some(kind),
                ..
            } => write!(f, "one more instance of type {kind}"),
            Self::Instance { like, .. } => write!(f, "one more instance like {like}"),
        }
    }
}
