//! A container instance as the scheduler sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use ecs_model::{ContainerInstance, Timestamp};
use ecs_taskdef::Requirements;
use thiserror::Error;

use crate::Amounts;

/// A host on which tasks can be placed.
///
/// ```
/// use ecs_model::ContainerInstance;
/// use ecs_placement::Instance;
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
/// let instance = Instance::try_from(&described)?;
/// assert_eq!(instance.remaining().memory, 3_955);
/// assert!(instance.remaining().taken_tcp.contains(&22));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    arn: Arc<str>,
    ec2_instance_id: Option<Box<str>>,
    status: Box<str>,
    agent_connected: bool,
    agent_version: Option<Box<str>>,
    registered_at: Option<Timestamp>,
    /// Running tasks of the document, those that this cell has placed left aside.
    other_tasks: i64,
    attributes: Option<BTreeMap<Box<str>, Option<Box<str>>>>,
    registered: Amounts,
    remaining: Amounts,
    groups: BTreeMap<Arc<str>, u32>,
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

impl Instance {
    /// The ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The id of the EC2 instance or managed instance.
    #[must_use]
    pub fn ec2_instance_id(&self) -> Option<&str> {
        self.ec2_instance_id.as_deref()
    }

    /// `ACTIVE`, `DRAINING`, `INACTIVE` or another status of the API.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.status
    }

    /// Whether its status lets new tasks in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        *self.status == *"ACTIVE"
    }

    /// Whether its agent is connected.
    #[must_use]
    pub fn agent_connected(&self) -> bool {
        self.agent_connected
    }

    /// The version of its agent, as the document has it.
    #[must_use]
    pub fn agent_version(&self) -> Option<&str> {
        self.agent_version.as_deref()
    }

    /// When it was registered.
    #[must_use]
    pub fn registered_at(&self) -> Option<Timestamp> {
        self.registered_at
    }

    /// How many tasks run on it: those of its document and those placed since.
    #[must_use]
    pub fn running_tasks(&self) -> i64 {
        let placed: u32 = self.groups.values().sum();
        self.other_tasks.saturating_add(placed.into())
    }

    /// The groups of the tasks that this cell has placed on it.
    pub fn task_groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(|group| &**group)
    }

    /// Whether it is an external instance (ECS Anywhere).
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.attributes
            .as_ref()
            .is_some_and(|attributes| attributes.contains_key(EXTERNAL_CAPABILITY))
    }

    /// The value of an attribute; `Some(None)` for one without a value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Option<&str>> {
        let value = self.attributes.as_ref()?.get(name)?;
        Some(value.as_deref())
    }

    /// Whether its document listed attributes. One without the list, as the API of 2015 wrote
    /// them, says nothing about capabilities, so that none can be missed.
    #[must_use]
    pub fn lists_attributes(&self) -> bool {
        self.attributes.is_some()
    }

    /// What the agent registered.
    #[must_use]
    pub fn registered(&self) -> &Amounts {
        &self.registered
    }

    /// What tasks have left over.
    #[must_use]
    pub fn remaining(&self) -> &Amounts {
        &self.remaining
    }

    /// How many tasks of a group run on it.
    #[must_use]
    pub fn tasks_of(&self, group: &str) -> u32 {
        self.groups.get(group).copied().unwrap_or(0)
    }

    pub(crate) fn shared_arn(&self) -> Arc<str> {
        Arc::clone(&self.arn)
    }

    pub(crate) fn set_status(&mut self, status: &str) {
        self.status = status.into();
    }

    pub(crate) fn set_agent_connected(&mut self, connected: bool) {
        self.agent_connected = connected;
    }

    pub(crate) fn take(&mut self, needs: &Requirements, group: &Arc<str>) {
        self.remaining.take(needs);
        self.count(group);
    }

    /// Counts a task that the document counts too.
    pub(crate) fn recognize(&mut self, group: &Arc<str>) {
        self.other_tasks = self.other_tasks.saturating_sub(1).max(0);
        self.count(group);
    }

    fn count(&mut self, group: &Arc<str>) {
        let tasks = self.groups.entry(Arc::clone(group)).or_default();
        *tasks = tasks.saturating_add(1);
    }

    pub(crate) fn give_back(&mut self, needs: &Requirements, group: &str) {
        self.remaining.give_back(needs, &self.registered);
        if let Some(tasks) = self.groups.get_mut(group) {
            *tasks = tasks.saturating_sub(1);
        }
        self.groups.retain(|_, tasks| *tasks > 0);
    }
}

impl TryFrom<&ContainerInstance> for Instance {
    type Error = InstanceError;

    /// Reads a described container instance. What tasks have taken already counts through its
    /// remaining resources; without them everything registered is free. A missing status or
    /// connection means that it takes no tasks.
    fn try_from(described: &ContainerInstance) -> Result<Self, InstanceError> {
        let arn = described
            .container_instance_arn
            .as_deref()
            .ok_or(InstanceError::NoArn)?;
        let no_resources = || InstanceError::NoResources {
            arn: arn.to_owned(),
        };
        let registered = Amounts::read(described.registered()).ok_or_else(no_resources)?;
        let remaining = match described.remaining_resources {
            Some(_) => Amounts::read(described.remaining()).ok_or_else(no_resources)?,
            None => registered.clone(),
        };
        let attributes = described.attributes.as_ref().map(|attributes| {
            let named = attributes.iter().filter_map(|attribute| {
                Some((
                    attribute.name.as_deref()?.into(),
                    attribute.value.as_deref().map(Box::from),
                ))
            });
            named.collect()
        });
        Ok(Self {
            arn: arn.into(),
            ec2_instance_id: described.ec2_instance_id.as_deref().map(Box::from),
            agent_version: described
                .version_info
                .as_ref()
                .and_then(|info| info.agent_version.as_deref())
                .map(Box::from),
            registered_at: described.registered_at,
            other_tasks: described.running_tasks_count.unwrap_or(0).into(),
            status: described.status.as_deref().unwrap_or_default().into(),
            agent_connected: described.agent_connected.unwrap_or(false),
            attributes,
            registered,
            remaining,
            groups: BTreeMap::new(),
        })
    }
}
