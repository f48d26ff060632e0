//! What is known of a container instance, apart from the tasks that the cell knows.

mod document;
mod kind;
mod others;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use document::Document;
pub(crate) use kind::{Kind, Sharing};
pub(crate) use others::Others;

use crate::observed_task::Stamp;
use crate::{Amounts, HostPort};

/// The attribute that names the Availability Zone.
pub(crate) const ZONE: &str = "ecs.availability-zone";

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
#[serde(from = "Written", into = "Written")]
pub struct Registration {
    pub(crate) arn: Arc<str>,
    pub(crate) ec2_instance_id: Option<Box<str>>,
    pub(crate) attributes: Option<Arc<Attributes>>,
    pub(crate) kind: Arc<Kind>,
    /// What its document says of tasks and of times.
    pub(crate) document: Document,
    /// Of that, what no task of the cell explains.
    others: Option<Arc<Others>>,
}

/// A registration as it is saved.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    arn: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ec2_instance_id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent_version: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity_provider: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    registered_at: Option<Timestamp>,
    status: Box<str>,
    agent_connected: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<Arc<Attributes>>,
    cpu: i32,
    memory: i32,
    #[serde(default)]
    gpus: i16,
    #[serde(default)]
    gpu_eighths: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sharing: Option<Box<Sharing>>,
    #[serde(default)]
    neuron_devices: i16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interfaces: Option<i16>,
    #[serde(default)]
    reserved: Box<[HostPort]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<document::Written>,
    #[serde(default)]
    others: Others,
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
        let limit = i16::try_from(limit).unwrap_or(i16::MAX);
        Arc::make_mut(&mut self.kind).interfaces = Some(limit);
        self
    }

    /// The instance as it was at a moment: a task that was created later is not among those
    /// that its document counts, and one that had stopped by then is not either.
    #[must_use]
    pub fn as_of(mut self, at: Timestamp) -> Self {
        self.document.set_at(at);
        self
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.document.stamp()
    }

    /// The same instance when it is new: nothing runs on it, and it takes tasks.
    pub(crate) fn emptied(&self) -> Self {
        let kind = Kind {
            status: "ACTIVE".into(),
            agent_connected: true,
            ..Kind::clone(&self.kind)
        };
        Self {
            kind: Arc::new(kind),
            document: self.document.emptied(),
            others: None,
            ..self.clone()
        }
    }

    /// What no task of the cell explains of what its document counts.
    pub(crate) fn others(&self) -> &Others {
        self.others.as_deref().unwrap_or(&others::NOTHING)
    }

    pub(crate) fn set_others(&mut self, others: Others) {
        self.others = self.document.unexplained(others);
    }

    /// The instance whose GPUs are partitions of so many eighths of a GPU (1, 2 or 4), or whole
    /// ones (0), whatever its instance type says.
    #[must_use]
    pub fn with_gpu_eighths(mut self, eighths: u8) -> Self {
        Arc::make_mut(&mut self.kind).gpu_eighths = eighths;
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
        let kind = &self.kind;
        Amounts {
            cpu: natural(kind.cpu),
            memory: natural(kind.memory),
            gpus: natural(kind.gpus.into()),
            gpu_eighths: kind.gpu_eighths,
            gpu_memory: kind.sharing.as_ref().map_or_else(Vec::new, |sharing| {
                let gpus = usize::try_from(kind.gpus).unwrap_or(0);
                vec![sharing.memory.into(); gpus]
            }),
            neuron_devices: natural(kind.neuron_devices.into()),
            interfaces: kind.interfaces.map(|limit| natural(limit.into())),
            taken_ports: kind.reserved.iter().copied().collect(),
        }
    }
}

/// A number that cannot be less than nothing.
pub(crate) fn natural(number: i32) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl From<Written> for Registration {
    fn from(written: Written) -> Self {
        let kind = Kind {
            status: written.status,
            agent_connected: written.agent_connected,
            agent_version: written.agent_version,
            capacity_provider: written.capacity_provider,
            cpu: written.cpu,
            memory: written.memory,
            gpus: written.gpus,
            gpu_eighths: written.gpu_eighths,
            sharing: written.sharing,
            neuron_devices: written.neuron_devices,
            interfaces: written.interfaces,
            reserved: written.reserved,
        };
        let mut document = written.document.map(Document::from).unwrap_or_default();
        document.set_registered_at(written.registered_at);
        Self {
            arn: written.arn,
            ec2_instance_id: written.ec2_instance_id,
            attributes: written.attributes,
            kind: Arc::new(kind),
            others: document.unexplained(written.others),
            document,
        }
    }
}

impl From<Registration> for Written {
    fn from(registration: Registration) -> Self {
        let others = registration.others().clone();
        let kind = Arc::unwrap_or_clone(registration.kind);
        let document = registration.document;
        Self {
            arn: registration.arn,
            ec2_instance_id: registration.ec2_instance_id,
            agent_version: kind.agent_version,
            capacity_provider: kind.capacity_provider,
            registered_at: document.registered_at(),
            status: kind.status,
            agent_connected: kind.agent_connected,
            attributes: registration.attributes,
            cpu: kind.cpu,
            memory: kind.memory,
            gpus: kind.gpus,
            gpu_eighths: kind.gpu_eighths,
            sharing: kind.sharing,
            neuron_devices: kind.neuron_devices,
            interfaces: kind.interfaces,
            reserved: kind.reserved,
            document: (document != document.emptied()).then(|| document.into()),
            others,
        }
    }
}
