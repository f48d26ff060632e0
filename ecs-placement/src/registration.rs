//! What is known of a container instance, apart from the tasks that the cell knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use ecs_model::{ContainerInstance, Resources, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Amounts, HostPort};

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) interfaces: Option<i16>,
    /// Ports that the agent has registered as taken, in order.
    #[serde(default)]
    pub(crate) reserved: Box<[HostPort]>,
    #[serde(default)]
    pub(crate) others: Others,
}

/// What is taken by others than the tasks that the cell knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Others {
    pub(crate) cpu: i32,
    pub(crate) memory: i32,
    pub(crate) gpus: i16,
    pub(crate) interfaces: i16,
    /// In order.
    pub(crate) ports: Box<[HostPort]>,
    /// Tasks that run and are not in the cell.
    pub(crate) tasks: i32,
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

    /// The instance with a limit of network interfaces for tasks of network mode `awsvpc`;
    /// without one they are not counted.
    #[must_use]
    pub fn with_interfaces(mut self, limit: u16) -> Self {
        self.interfaces = Some(i16::try_from(limit).unwrap_or(i16::MAX));
        self
    }

    pub(crate) fn is_ready(&self) -> bool {
        *self.status == *"ACTIVE" && self.agent_connected
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
            interfaces: self.interfaces.map(|limit| natural(limit.into())),
            taken_ports: self.reserved.iter().copied().collect(),
        }
    }
}

/// A number that cannot be less than nothing.
pub(crate) fn natural(number: i32) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Amounts of a document; `None` if it lacks CPU or memory, or has less than nothing.
fn read(resources: Resources<'_>) -> Option<(i32, i32, i16)> {
    let amount = |found: Option<i64>| {
        let found = found.filter(|amount| *amount >= 0)?;
        Some(i32::try_from(found).unwrap_or(i32::MAX))
    };
    let gpus = i16::try_from(resources.gpus().len()).unwrap_or(i16::MAX);
    Some((amount(resources.cpu())?, amount(resources.memory())?, gpus))
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
        let (cpu, memory, gpus) = read(registered).ok_or_else(no_resources)?;
        let left = match described.remaining_resources {
            Some(_) => read(described.remaining()).ok_or_else(no_resources)?,
            None => (cpu, memory, gpus),
        };
        let reserved = ports(registered);
        let taken = ports(described.remaining());
        let others = taken.difference(&reserved).copied().collect();
        let attributes = described.attributes.as_ref().map(|attributes| {
            let named = attributes.iter().filter_map(|attribute| {
                Some((
                    attribute.name.as_deref()?.into(),
                    attribute.value.as_deref().map(Box::from),
                ))
            });
            Arc::new(named.collect())
        });
        let version = described.version_info.as_ref();
        Ok(Self {
            arn: arn.into(),
            ec2_instance_id: described.ec2_instance_id.as_deref().map(Box::from),
            agent_version: version
                .and_then(|info| info.agent_version.as_deref())
                .map(Box::from),
            registered_at: described.registered_at,
            status: described.status.as_deref().unwrap_or_default().into(),
            agent_connected: described.agent_connected.unwrap_or(false),
            attributes,
            cpu,
            memory,
            gpus,
            interfaces: None,
            reserved: reserved.into_iter().collect(),
            others: Others {
                cpu: cpu.saturating_sub(left.0).max(0),
                memory: memory.saturating_sub(left.1).max(0),
                gpus: gpus.saturating_sub(left.2).max(0),
                interfaces: 0,
                ports: others,
                tasks: described.running_tasks_count.unwrap_or(0).max(0),
            },
        })
    }
}
