use crate::{
    Attribute, ContainerDefinition, NetworkMode, PortMapping, ResourceType, TaskDefinition,
    TaskDefinitionPlacementConstraint, TransportProtocol,
};

/// What a task asks of the container instance that runs it.
///
/// All containers of a task run on one instance, so the figures are those of
/// the whole task.
///
/// ```
/// use ecs_taskdef::TaskDefinition;
///
/// let task: TaskDefinition = serde_json::from_str(r#"{
///     "family": "web",
///     "containerDefinitions": [
///         {"name": "web", "image": "nginx", "cpu": 10, "memory": 500,
///          "portMappings": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81}]},
///         {"name": "log", "image": "busybox", "cpu": 10, "memory": 300, "memoryReservation": 200}
///     ]
/// }"#)?;
/// let needs = task.requirements();
/// assert_eq!((needs.cpu, needs.memory), (20, 700));
/// assert_eq!(needs.tcp_ports, [80]);
/// assert_eq!(needs.dynamic_ports, 1);
/// assert!(!needs.fits_twice_on_one_instance());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Requirements {
    /// CPU units, 1,024 to a vCPU: those of the task, or the sum of the
    /// containers' where the task names none.
    pub cpu: u64,
    /// MiB: those of the task, or the sum of what the containers reserve where
    /// the task names none.
    pub memory: u64,
    /// TCP ports of the instance, in ascending order, each once.
    pub tcp_ports: Vec<u16>,
    /// UDP ports of the instance, in ascending order, each once.
    pub udp_ports: Vec<u16>,
    /// How many ports of the instance Docker chooses from the ephemeral range.
    pub dynamic_ports: u32,
    /// The GPUs.
    pub gpus: Gpus,
    /// Whether every AWS Neuron device of the instance is asked for.
    pub neuron_devices: bool,
    /// Whether the task gets a network interface of its own.
    pub network_interface: bool,
    /// The attributes the instance must have.
    pub attributes: Vec<Attribute>,
    /// The conditions the instance must meet.
    pub placement_constraints: Vec<TaskDefinitionPlacementConstraint>,
}

/// The GPUs a task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gpus {
    /// So many whole GPUs; usually none.
    Count(u32),
    /// Every GPU of the instance.
    All,
    /// A part of a GPU, for one container: a partition of that size.
    Fraction {
        /// The size in eighths: 1, 2 or 4.
        eighths: u8,
    },
    /// GPUs shared with other containers, and their memory in MiB.
    Shared {
        /// The sum over the containers in MiB.
        memory: u64,
    },
}

impl Default for Gpus {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Requirements {
    /// Whether two copies of the task can run on one instance as far as ports
    /// go: they cannot when the task names a port of the instance.
    #[must_use]
    pub fn fits_twice_on_one_instance(&self) -> bool {
        self.tcp_ports.is_empty() && self.udp_ports.is_empty()
    }
}

impl TaskDefinition {
    /// What the task asks of an instance.
    #[must_use]
    pub fn requirements(&self) -> Requirements {
        let mode = self.effective_network_mode();
        let mut needs = Requirements {
            cpu: self
                .cpu_units()
                .map_or_else(|| self.container_cpu(), u64::from),
            memory: self
                .memory_mib()
                .map_or_else(|| self.container_memory(), u64::from),
            network_interface: mode == NetworkMode::Awsvpc,
            attributes: self.required_attributes(),
            placement_constraints: self.placement_constraints().to_vec(),
            ..Requirements::default()
        };
        for container in self.container_definitions() {
            for mapping in container.port_mappings() {
                needs.add_port(mapping, &mode);
            }
            needs.add_devices(container);
        }
        for ports in [&mut needs.tcp_ports, &mut needs.udp_ports] {
            ports.sort_unstable();
            ports.dedup();
        }
        needs
    }

    /// The sum of the CPU units of the containers; a negative one counts as 0.
    fn container_cpu(&self) -> u64 {
        self.container_definitions()
            .iter()
            .map(|container| natural(container.cpu))
            .sum()
    }

    /// The sum of the MiB that the containers reserve.
    fn container_memory(&self) -> u64 {
        let reserved = |container: &ContainerDefinition| natural(container.reserved_memory());
        self.container_definitions().iter().map(reserved).sum()
    }
}

impl Requirements {
    fn add_port(&mut self, mapping: &PortMapping, mode: &NetworkMode) {
        let port = match mode {
            NetworkMode::Awsvpc | NetworkMode::None => return,
            NetworkMode::Host if mapping.is_dynamic() => mapping.container_port,
            _ => mapping.host_port,
        };
        if let Some((first, last)) = mapping.range() {
            self.dynamic_ports = self
                .dynamic_ports
                .saturating_add(u32::from(last - first) + 1);
            return;
        }
        let port = port.and_then(|port| u16::try_from(port).ok());
        match port.filter(|port| *port > 0) {
            None => self.dynamic_ports = self.dynamic_ports.saturating_add(1),
            Some(port) if mapping.protocol == Some(TransportProtocol::Udp) => {
                self.udp_ports.push(port);
            }
            // AWS takes every other protocol for TCP.
            Some(port) => self.tcp_ports.push(port),
        }
    }

    fn add_devices(&mut self, container: &ContainerDefinition) {
        for requirement in container.resource_requirements() {
            match requirement.r#type {
                Some(ResourceType::NeuronDevice) => self.neuron_devices = true,
                Some(ResourceType::Gpu) => {
                    let share = requirement.sharing_strategy().nvidia_mps.as_ref();
                    let shared = share.map(|share| natural(share.memory));
                    self.gpus.add(requirement.value(), shared);
                }
                _ => {}
            }
        }
    }
}

impl Gpus {
    fn add(&mut self, value: Option<&str>, shared: Option<u64>) {
        let count = value.and_then(|value| value.parse::<u32>().ok());
        let fraction = value.and_then(eighths);
        *self = match (*self, shared, count) {
            (Self::All, _, _) => Self::All,
            _ if value == Some("ALL") => Self::All,
            (Self::Count(0), None, None) if fraction.is_some() => Self::Fraction {
                eighths: fraction.unwrap_or_default(),
            },
            (Self::Count(0), Some(memory), _) => Self::Shared { memory },
            (Self::Shared { memory }, Some(more), _) => Self::Shared {
                memory: memory.saturating_add(more),
            },
            (Self::Count(sum), _, Some(more)) => Self::Count(sum.saturating_add(more)),
            (unchanged, _, _) => unchanged,
        };
    }
}

/// The size of a partition of a GPU in eighths, if there are partitions of that size.
pub(crate) fn eighths(value: &str) -> Option<u8> {
    match value {
        "0.125" => Some(1),
        "0.25" => Some(2),
        "0.5" => Some(4),
        _ => None,
    }
}

/// A number that cannot be less than nothing.
fn natural(number: Option<i32>) -> u64 {
    number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn needs(document: Value) -> Requirements {
        let task: TaskDefinition = serde_json::from_value(document).unwrap();
        task.requirements()
    }

    #[test]
    fn the_task_level_wins() {
        let needs = needs(json!({
            "cpu": ".5 vCPU",
            "memory": "1 GB",
            "containerDefinitions": [{"cpu": 10, "memory": 100}, {"cpu": -5}],
        }));
        assert_eq!((needs.cpu, needs.memory), (512, 1_024));
    }

    #[test]
    fn ports_follow_the_network_mode() {
        let document = |mode: &str| {
            json!({"networkMode": mode, "containerDefinitions": [{"portMappings": [
                {"containerPort": 80, "hostPort": 8080},
                {"containerPort": 53, "protocol": "udp"},
                {"containerPort": 54, "hostPort": 0},
                {"containerPort": 80, "hostPort": 8080, "protocol": "udp"},
                {"containerPortRange": "9000-9009"},
            ]}]})
        };
        let bridge = needs(document("bridge"));
        assert_eq!(bridge.tcp_ports, [8_080]);
        assert_eq!(bridge.udp_ports, [8_080]);
        assert_eq!(bridge.dynamic_ports, 12);
        let host = needs(document("host"));
        assert_eq!(host.tcp_ports, [54, 8_080]);
        assert_eq!(host.udp_ports, [53, 8_080]);
        let awsvpc = needs(document("awsvpc"));
        assert!(awsvpc.network_interface);
        assert!(awsvpc.fits_twice_on_one_instance());
        assert_eq!(awsvpc.dynamic_ports, 0);
    }

    #[test]
    fn devices_add_up() {
        let gpus = |values: Value| {
            let container = |value: &Value| json!({"resourceRequirements": [value]});
            let containers: Vec<Value> = values.as_array().unwrap().iter().map(container).collect();
            needs(json!({ "containerDefinitions": containers }))
        };
        let two = gpus(json!([{"type": "GPU", "value": "1"}, {"type": "GPU", "value": "1"}]));
        assert_eq!(two.gpus, Gpus::Count(2));
        let all = gpus(json!([{"type": "GPU", "value": "ALL"}, {"type": "GPU", "value": "1"}]));
        assert_eq!(all.gpus, Gpus::All);
        for (value, eighths) in [("0.125", 1), ("0.25", 2), ("0.5", 4)] {
            let part = gpus(json!([{"type": "GPU", "value": value}]));
            assert_eq!(part.gpus, Gpus::Fraction { eighths });
        }
        let share = json!({"type": "GPU", "sharingStrategy": {"nvidiaMps": {"memory": 500}}});
        let shared = gpus(json!([share.clone(), share]));
        assert_eq!(shared.gpus, Gpus::Shared { memory: 1_000 });
        let neuron = gpus(json!([{"type": "NeuronDevice", "value": "ALL"}]));
        assert!(neuron.neuron_devices);
        assert_eq!(neuron.gpus, Gpus::Count(0));
    }
}
