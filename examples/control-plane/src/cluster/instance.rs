//! A container instance of a cluster.

use std::sync::Arc;

use ecs_model::{ContainerInstance, Resource, Tag, Timestamp};
use ecs_placement::{Amounts, Change, HostPort, InstanceError, Registration};
use ecs_state::{
    INACTIVE_INSTANCE_RETENTION, InstanceAction, InstanceChangeError, InstanceEvent,
    InstanceMachine, InstanceStatus, Recorded, TaskCounts,
};
use serde::{Deserialize, Serialize};

use super::{ClusterChange, ClusterState};

/// A container instance: its document and its lifecycle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Instance {
    /// Its document without tags, and without what its lifecycle and the cell decide.
    pub(crate) document: ContainerInstance,
    pub(crate) machine: InstanceMachine,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
}

impl Instance {
    pub(super) fn new(document: &ContainerInstance, at: Timestamp) -> Self {
        let mut document = document.clone();
        let tags = document.tags.take().unwrap_or_default();
        Self {
            document,
            machine: InstanceMachine::register(at),
            tags,
        }
    }

    /// What is to be done.
    pub(super) fn settle(&mut self) -> impl Iterator<Item = InstanceAction> + use<> {
        while self.machine.poll_change().is_some() {}
        let actions: Vec<_> = std::iter::from_fn(|| self.machine.poll_action()).collect();
        actions.into_iter()
    }

    /// When its lifecycle has something to do, or it is forgotten.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let forgotten = self.machine.updated_at();
        let forgotten = forgotten.saturating_add(INACTIVE_INSTANCE_RETENTION);
        let is_inactive = self.machine.status() == InstanceStatus::Inactive;
        let due = self.machine.poll_timeout();
        due.or(is_inactive.then_some(forgotten))
    }
}

impl ClusterState {
    /// A container instance as it is described.
    pub(crate) fn describe_instance(&self, arn: &str) -> Option<ContainerInstance> {
        let instance = self.instances.get(arn)?;
        let mut document = instance.document.clone();
        let tasks = self.cell.tasks_on(arn);
        let tasks = tasks.filter_map(|task| self.tasks.get(&task.task));
        let tasks = TaskCounts::of(tasks.map(|task| task.machine.status()));
        instance.machine.describe(&mut document, tasks);
        let snapshot = self.cell.snapshot();
        let left = match snapshot.instance(arn) {
            Some(placed) => resources(&document, &placed.remaining()),
            // One that is INACTIVE has what it registered.
            None => document.registered_resources.clone().unwrap_or_default(),
        };
        Some(document.with_remaining_resources(left))
    }

    /// What changes when this happens to a container instance: its lifecycle, what the cell knows of
    /// it, and what the services see.
    pub(crate) fn decide_instance(
        &self,
        arn: &Arc<str>,
        event: InstanceEvent,
        now: Timestamp,
    ) -> Result<Vec<ClusterChange>, InstanceChangeError> {
        let Some(instance) = self.instances.get(arn) else {
            return Ok(Vec::new());
        };
        let decision = instance.machine.decide(event, now);
        decision.outcome?;
        let Some(record) = decision.record else {
            return Ok(Vec::new());
        };
        let mut after = instance.machine.clone();
        let _ = after.apply(&record);
        let mut changes = vec![ClusterChange::Instance {
            instance: Arc::clone(arn),
            record: Box::new(record),
        }];
        let mut cell = |change| changes.push(ClusterChange::Cell(Box::new(change)));
        let (was, is) = (instance.machine.status(), after.status());
        let name = Arc::clone(arn);
        if is == InstanceStatus::Inactive && was != is {
            cell(Change::Deregister { instance: name });
        } else if was != is {
            cell(Change::SetStatus {
                instance: name,
                status: is.as_str().into(),
            });
        } else if instance.machine.is_connected() != after.is_connected() {
            cell(Change::SetAgentConnected {
                instance: name,
                connected: after.is_connected(),
            });
        }
        let seen = self.services.decide_instance(arn, is.as_str(), now);
        changes.extend(seen.map(Box::new).map(ClusterChange::Service));
        Ok(changes)
    }

    /// The changes with which a container instance registers, or registers again with another
    /// document.
    pub(crate) fn decide_register(
        &self,
        document: ContainerInstance,
        at: Timestamp,
    ) -> Result<Vec<ClusterChange>, InstanceError> {
        let arn = document.container_instance_arn().unwrap_or_default();
        let known = self.instances.get(arn);
        let status = known.map_or("ACTIVE", |known| known.machine.status().as_str());
        let at = known.map_or(at, |known| known.machine.registered_at());
        let described = document
            .clone()
            .with_status(status)
            .with_agent_connected(known.is_none_or(|known| known.machine.is_connected()))
            .with_registered_at(at);
        let registration = Registration::try_from(&described)?;
        let change = match known {
            None => ClusterChange::Register {
                document: Box::new(document),
                at,
            },
            Some(_) => ClusterChange::DescribeInstance(Box::new(document)),
        };
        Ok(vec![
            change,
            ClusterChange::Cell(Box::new(Change::Register(registration))),
        ])
    }
}

/// The resources that were registered, with what is left of them.
fn resources(document: &ContainerInstance, left: &Amounts) -> Vec<Resource> {
    let number = |amount: u64| i32::try_from(amount).unwrap_or(i32::MAX);
    let registered = document.registered_resources().iter();
    let shown = registered.map(|resource| match resource.name() {
        Some(Resource::CPU) => Resource::integer(Resource::CPU, number(left.cpu)),
        Some(Resource::MEMORY) => Resource::integer(Resource::MEMORY, number(left.memory)),
        Some(name @ Resource::PORTS) => {
            Resource::string_set(name, ports(left, |port| !port.is_udp()))
        }
        Some(name @ Resource::PORTS_UDP) => {
            Resource::string_set(name, ports(left, HostPort::is_udp))
        }
        _ => resource.clone(),
    });
    shown.collect()
}

fn ports(left: &Amounts, is_it: impl Fn(HostPort) -> bool) -> Vec<u16> {
    let ports = left.taken_ports.iter().copied();
    ports
        .filter(|port| is_it(*port))
        .map(HostPort::port)
        .collect()
}
