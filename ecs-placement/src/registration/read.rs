//! Reading the document of an instance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::container_instance::{GpuDevice, GpuSharingMode};
use ecs_model::{Attribute, ContainerInstance, Resource, Resources};

use super::{Attributes, Document, InstanceError, Kind, Others, Registration, Sharing};
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

fn amount(found: Option<i32>) -> Option<u32> {
    found.and_then(|amount| u32::try_from(amount).ok())
}

/// The GPUs of an instance, if its document says what is to be known to share them.
fn sharing(devices: &[GpuDevice]) -> Option<Sharing> {
    let total = |device: &GpuDevice| amount(device.total_memory_in_mib);
    let totals: Vec<u32> = devices.iter().map(total).collect::<Option<_>>()?;
    let ids = devices.iter().map(|device| device.gpu_id().map(Box::from));
    let mut ids: Box<[_]> = ids.collect::<Option<_>>()?;
    ids.sort_unstable();
    Some(Sharing {
        memory: totals.into_iter().min()?,
        ids,
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
        let sharing = sharing(described.gpu_devices());
        let mut taken = has.without(&left);
        let others = ports(described.remaining());
        taken.set_ports(others.difference(&reserved).copied());
        taken.tasks = described.running_tasks_count.unwrap_or(0).max(0);
        if let Some(sharing) = &sharing {
            take_gpus(&mut taken, described.gpu_devices(), sharing);
        }
        let mut document = Document::new(described.version, taken.clone());
        document.says_remaining = described.remaining_resources.is_some();
        document.says_tasks = described.running_tasks_count.is_some();
        document.set_registered_at(described.registered_at);
        let attributes = described.attributes.as_deref().map(by_name);
        let mut kind = kind(described, attributes.as_ref());
        (kind.cpu, kind.memory) = (has.cpu, has.memory);
        (kind.gpus, kind.neuron_devices) = (has.gpus, has.neuron_devices);
        kind.reserved = reserved.into_iter().collect();
        if let Some(sharing) = sharing {
            kind.gpus = i16::try_from(sharing.ids.len()).unwrap_or(i16::MAX);
            kind.sharing = Some(Box::new(sharing));
        }
        Ok(Self {
            arn: arn.into(),
            ec2_instance_id: described.ec2_instance_id.as_deref().map(Box::from),
            attributes,
            kind: Arc::new(kind),
            others: document.unexplained(taken),
            document,
        })
    }
}

/// What a document says of an instance besides its amounts.
fn kind(described: &ContainerInstance, attributes: Option<&Arc<Attributes>>) -> Kind {
    let instance_type = named(attributes, INSTANCE_TYPE);
    let has_trunk = attributes.is_some_and(|known| known.contains_key(TRUNK));
    let info = described.version_info.as_ref();
    let agent_version = info.and_then(|info| info.agent_version.as_deref());
    Kind {
        status: described.status.as_deref().unwrap_or_default().into(),
        agent_connected: described.agent_connected.unwrap_or(false),
        agent_version: agent_version.map(Box::from),
        capacity_provider: described.capacity_provider_name().map(Box::from),
        gpu_eighths: instance_type.map_or(0, partition),
        interfaces: interface_limits::of(instance_type, has_trunk),
        ..Kind::default()
    }
}

/// Reads which GPUs tasks have to themselves, and how much they hold of those that they share.
/// One of a mode that is not known is some task's own.
fn take_gpus(taken: &mut Others, devices: &[GpuDevice], sharing: &Sharing) {
    taken.gpus = 0;
    let (mut own, mut shared) = (BTreeSet::new(), BTreeMap::new());
    for device in devices {
        let gpu = device.gpu_id().and_then(|id| sharing.number(id));
        match device.sharing_mode {
            Some(GpuSharingMode::Idle) => {}
            Some(GpuSharingMode::NvidiaMps) => {
                let total = amount(device.total_memory_in_mib).unwrap_or(0);
                let left = amount(device.remaining_memory_in_mib).unwrap_or(0);
                shared.extend(gpu.map(|gpu| (gpu, total.saturating_sub(left))));
            }
            _ => {
                taken.gpus = taken.gpus.saturating_add(1);
                own.extend(gpu);
            }
        }
    }
    taken.set_own_gpus(own.into_iter());
    taken.set_shares(shared.into_iter());
}
