//! What is known of a container instance, apart from the tasks that the cell knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use ecs_model::{Attribute, ContainerInstance, Resource, Resources, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::interface_limits;
use crate::observed_task::Stamp;
use crate::{Amounts, HostPort, Needs};

/// Attributes by name; `None` for one without a value.
pub(crate) type Attributes = BTreeMap<Box<str>, Option<Box<str>>>;

/// A container instance to register, as its document describes it.
///
/// ```
/// use ecs_model::ContainerInstance;
/// use ecs_placement::{CellState, HostPort, Registration};
///
/// let described: ContainerInstance = serde_json::from_str(r#"{
///     "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/a",
///     "status": "ACTIVE",
///     "agentConnected": true,
///     "registeredResources": [
///         {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
///         {"name": "MEMORY", "type": "INTEGER", "integerValue": 3955},
///         {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "2375"]}
///     ]
/// }"#)?;
/// let mut cell = CellState::new();
/// cell.register(&Registration::try_from(&described)?);
/// let snapshot = cell.snapshot();
/// let instance = snapshot.instances().next().ok_or("it was registered")?;
/// assert_eq!(instance.remaining().memory, 3_955);
/// assert!(instance.remaining().taken_ports.contains(&HostPort::tcp(22)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    pub(crate) arn: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ec2_instance_id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_version: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) registered_at: Option<Timestamp>,
    pub(crate) status: Box<str>,
    pub(crate) agent_connected: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Arc<Attributes>>,
    pub(crate) cpu: i32,
    pub(crate) memory: i32,
    #[serde(default)]
    pub(crate) gpus: i16,
    /// Its GPUs are partitions of that many eighths; whole ones if 0.
    #[serde(default)]
    pub(crate) gpu_eighths: u8,
    #[serde(default)]
    pub(crate) neuron_devices: i16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) interfaces: Option<i16>,
    /// Ports that the agent has registered as taken, in order.
    #[serde(default)]
    pub(crate) reserved: Box<[HostPort]>,
    /// What its document says of tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<Box<Document>>,
    /// Of that, what no task of the cell explains.
    #[serde(default)]
    pub(crate) others: Others,
}

/// What the document of an instance says of tasks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<i64>,
    /// The moment at which it was so, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Timestamp>,
    /// What is taken, less what tasks have given back since.
    pub(crate) taken: Others,
    /// Whether it says how much is left.
    pub(crate) says_remaining: bool,
    /// Whether it says how many tasks there are.
    pub(crate) says_tasks: bool,
}

/// What tasks take, whichever they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Others {
    pub(crate) cpu: i32,
    pub(crate) memory: i32,
    pub(crate) gpus: i16,
    pub(crate) neuron_devices: i16,
    pub(crate) interfaces: i16,
    /// In order.
    pub(crate) ports: Box<[HostPort]>,
    /// Tasks whose desired status is RUNNING.
    pub(crate) tasks: i32,
}

impl Others {
    /// One more task that holds something.
    pub(crate) fn add(&mut self, needs: &Needs, runs: bool) {
        self.cpu = self.cpu.saturating_add_unsigned(needs.cpu);
        self.memory = self.memory.saturating_add_unsigned(needs.memory);
        self.gpus = self.gpus.saturating_add_unsigned(needs.gpus);
        self.neuron_devices = self
            .neuron_devices
            .saturating_add_unsigned(needs.neuron_devices);
        self.interfaces = self.interfaces.saturating_add_unsigned(needs.interfaces);
        self.tasks = self.tasks.saturating_add(runs.into());
        if !needs.ports.is_empty() {
            let ports: BTreeSet<_> = self.ports.iter().chain(&needs.ports).copied().collect();
            self.ports = ports.into_iter().collect();
        }
    }

    /// What is left without that, which is nothing at the least.
    pub(crate) fn without(&self, told: &Self) -> Self {
        let ports = self.ports.iter().filter(|port| !told.ports.contains(port));
        let less = |all: i16, told: i16| all.saturating_sub(told).max(0);
        Self {
            cpu: self.cpu.saturating_sub(told.cpu).max(0),
            memory: self.memory.saturating_sub(told.memory).max(0),
            gpus: less(self.gpus, told.gpus),
            neuron_devices: less(self.neuron_devices, told.neuron_devices),
            interfaces: less(self.interfaces, told.interfaces),
            ports: ports.copied().collect(),
            tasks: self.tasks.saturating_sub(told.tasks).max(0),
        }
    }
}

/// A container instance document from which nothing can be placed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// The document has no `containerInstanceArn`.
    #[error("the container instance has no ARN")]
    NoArn,
    /// CPU or memory is missing, given twice, or negative.
    #[error("the registered resources of `{arn}` do not say how much CPU and memory there is")]
    NoResources {
        /// The ARN of the container instance.
        arn: String,
    },
}

impl Registration {
    /// The ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The instance with another limit of network interfaces for tasks of network mode `awsvpc`
    /// than that of its instance type (`ecs.instance-type`), which is greater with ENI trunking
    /// (`ecs.awsvpc-trunk-id`). Of a type that is not known they are not counted.
    #[must_use]
    pub fn with_interfaces(mut self, limit: u16) -> Self {
        self.interfaces = Some(i16::try_from(limit).unwrap_or(i16::MAX));
        self
    }

    /// The instance as it was at a moment: a task that was created later is not among those
    /// that its document counts, and one that had stopped by then is not either.
    #[must_use]
    pub fn as_of(mut self, at: Timestamp) -> Self {
        self.document.get_or_insert_default().at = Some(at);
        self
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.document
            .as_ref()
            .map_or(Stamp::default(), |document| Stamp {
                version: document.version,
                at: document.at,
            })
    }

    /// The same instance when it is new: nothing runs on it, and it takes tasks.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            status: "ACTIVE".into(),
            agent_connected: true,
            document: None,
            others: Others::default(),
            ..self.clone()
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        *self.status == *"ACTIVE" && self.agent_connected
    }

    /// The instance whose GPUs are partitions of so many eighths of a GPU (1, 2 or 4), or whole
    /// ones (0), whatever its instance type says.
    #[must_use]
    pub fn with_gpu_eighths(mut self, eighths: u8) -> Self {
        self.gpu_eighths = eighths;
        self
    }

    pub(crate) fn is_external(&self) -> bool {
        self.attribute(EXTERNAL_CAPABILITY).is_some()
    }

    /// The value of an attribute; `Some(None)` for one without a value.
    pub(crate) fn attribute(&self, name: &str) -> Option<Option<&str>> {
        let value = self.attributes.as_ref()?.get(name)?;
        Some(value.as_deref())
    }

    pub(crate) fn registered(&self) -> Amounts {
        Amounts {
            cpu: natural(self.cpu),
            memory: natural(self.memory),
            gpus: natural(self.gpus.into()),
            gpu_eighths: self.gpu_eighths,
            neuron_devices: natural(self.neuron_devices.into()),
            interfaces: self.interfaces.map(|limit| natural(limit.into())),
            taken_ports: self.reserved.iter().copied().collect(),
        }
    }
}

/// A number that cannot be less than nothing.
pub(crate) fn natural(number: i32) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

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
        let others = others.difference(&reserved).copied().collect();
        let attributes = described.attributes.as_deref().map(by_name);
        let instance_type = named(attributes.as_ref(), INSTANCE_TYPE);
        let has_trunk = attributes
            .as_ref()
            .is_some_and(|known| known.contains_key(TRUNK));
        let info = described.version_info.as_ref();
        let taken = Others {
            ports: others,
            tasks: described.running_tasks_count.unwrap_or(0).max(0),
            ..has.without(&left)
        };
        let document = Document {
            version: described.version,
            at: None,
            taken: taken.clone(),
            says_remaining: described.remaining_resources.is_some(),
            says_tasks: described.running_tasks_count.is_some(),
        };
        let is_telling = document != Document::default();
        Ok(Self {
            arn: arn.into(),
            ec2_instance_id: described.ec2_instance_id.as_deref().map(Box::from),
            agent_version: info
                .and_then(|info| info.agent_version.as_deref())
                .map(Box::from),
            registered_at: described.registered_at,
            status: described.status.as_deref().unwrap_or_default().into(),
            agent_connected: described.agent_connected.unwrap_or(false),
            interfaces: interface_limits::of(instance_type, has_trunk),
            gpu_eighths: instance_type.map_or(0, partition),
            attributes,
            cpu: has.cpu,
            memory: has.memory,
            gpus: has.gpus,
            neuron_devices: has.neuron_devices,
            reserved: reserved.into_iter().collect(),
            document: is_telling.then(|| Box::new(document)),
            others: taken,
        })
    }
}
