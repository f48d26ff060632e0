//! Reading the document of an instance.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::{Attribute, ContainerInstance, Resource, Resources};

use super::{Attributes, Document, InstanceError, Kind, Others, Registration};
use crate::{HostPort, interface_limits};

/// The name of the resource that lists Neuron devices. Amazon ECS publishes none; this is the
/// name that the API has for the kind of device.
const NEURON_DEVICE: &str = "NEURON_DEVICE";

/// The amounts of a list in a document; `None` if it lacks CPU or memory, or has less than nothing.
fn read(resources: Resources<'_>) -> Option<Others> {
    let amount = |found: Option<i64>| {
        let found = found.filter(|amount| *amount >= 0)?;
        Some(i32::try_from(found).unwrap_or(i32::MAX))
    };
    let count = |ids: &[String]| i16::try_from(ids.len()).unwrap_or(i16::MAX);
    let neuron = resources.named(NEURON_DEVICE).and_then(Resource::strings);
    Some(Others {
        cpu: amount(resources.cpu())?,
        memory: amount(resources.memory())?,
        gpus: count(resources.gpus()),
        neuron_devices: count(neuron.unwrap_or_default()),
        ..Others::default()
    })
}

fn by_name(attributes: &[Attribute]) -> Arc<Attributes> {
    let named = attributes.iter().filter_map(|attribute| {
        let value = attribute.value.as_deref().map(Box::from);
        Some((attribute.name.as_deref()?.into(), value))
    });
    Arc::new(named.collect())
}

/// The attributes by which limits are known.
const INSTANCE_TYPE: &str = "ecs.instance-type";
const TRUNK: &str = "ecs.awsvpc-trunk-id";

fn named<'a>(attributes: Option<&'a Arc<Attributes>>, name: &str) -> Option<&'a str> {
    attributes?.get(name)?.as_deref()
}

/// The size in eighths of the partitions that the GPU of an instance type has; 0 for whole GPUs
/// (Developer Guide, GPU workloads).
fn partition(instance_type: &str) -> u8 {
    match instance_type {
        "g6f.large" | "g6f.xlarge" => 1,
        "g6f.2xlarge" => 2,
        "g6f.4xlarge" | "gr6f.4xlarge" => 4,
        _ => 0,
    }
}

/// The ports of the agent: who keeps the first keeps all, whether the document says so or not.
const AGENT_PORTS: [u16; 3] = [51_678, 51_679, 51_680];

fn reserved(registered: Resources<'_>) -> BTreeSet<HostPort> {
    let mut reserved = ports(registered);
    let [first, ..] = AGENT_PORTS;
    if reserved.contains(&HostPort::tcp(first)) {
        reserved.extend(AGENT_PORTS.map(HostPort::tcp));
    }
    reserved
}

fn ports(resources: Resources<'_>) -> BTreeSet<HostPort> {
    let tcp = resources.ports().into_iter().map(HostPort::tcp);
    let udp = resources.ports_udp().into_iter().map(HostPort::udp);
    tcp.chain(udp).collect()
}

impl TryFrom<&ContainerInstance> for Registration {
    type Error = InstanceError;

    /// Reads a described container instance. What its remaining resources lack is taken;
    /// without them everything registered is free. A missing status or connection means that it
    /// takes no tasks.
    fn try_from(described: &ContainerInstance) -> Result<Self, InstanceError> {
        let arn = described
            .container_instance_arn
            .as_deref()
            .ok_or(InstanceError::NoArn)?;
        let no_resources = || InstanceError::NoResources {
            arn: arn.to_owned(),
        };
        let registered = described.registered();
        let has = read(registered).ok_or_else(no_resources)?;
        let left = match described.remaining_resources {
            Some(_) => read(described.remaining()).ok_or_else(no_resources)?,
            None => read(registered).ok_or_else(no_resources)?,
        };
        let reserved = reserved(registered);
        let others = ports(described.remaining());
        let others = others.difference(&reserved).copied();
        let attributes = described.attributes.as_deref().map(by_name);
        let instance_type = named(attributes.as_ref(), INSTANCE_TYPE);
        let has_trunk = attributes
            .as_ref()
            .is_some_and(|known| known.contains_key(TRUNK));
        let info = described.version_info.as_ref();
        let mut taken = has.without(&left);
        taken.set_ports(others);
        taken.tasks = described.running_tasks_count.unwrap_or(0).max(0);
        let kind = Kind {
            status: described.status.as_deref().unwrap_or_default().into(),
            agent_connected: described.agent_connected.unwrap_or(false),
            agent_version: info
                .and_then(|info| info.agent_version.as_deref())
                .map(Box::from),
            cpu: has.cpu,
            memory: has.memory,
            gpus: has.gpus,
            gpu_eighths: instance_type.map_or(0, partition),
            neuron_devices: has.neuron_devices,
            interfaces: interface_limits::of(instance_type, has_trunk),
            reserved: reserved.iter().copied().collect(),
        };
        let mut document = Document::new(described.version, taken.clone());
        document.says_remaining = described.remaining_resources.is_some();
        document.set_registered_at(described.registered_at);
        document.says_tasks = described.running_tasks_count.is_some();
        Ok(Self {
            arn: arn.into(),
            ec2_instance_id: described.ec2_instance_id.as_deref().map(Box::from),
            attributes,
            kind: Arc::new(kind),
            document,
            others: taken.boxed(),
        })
    }
}
