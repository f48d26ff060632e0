//! A container instance in a snapshot.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use ecs_model::Timestamp;

use super::state::{Place, State};
use crate::registration::natural;
use crate::{Amounts, Registration, Unknown};

/// A host on which tasks can be placed, as it was when the snapshot was taken.
#[derive(Clone, Copy)]
pub struct Instance<'s> {
    state: &'s State,
    place: Place<'s>,
    registration: &'s Registration,
}

impl<'s> Instance<'s> {
    pub(crate) fn at(state: &'s State, slot: u32) -> Option<Self> {
        let place = state.place(slot)?;
        Some(Self {
            state,
            place,
            registration: place.registration()?,
        })
    }

    pub(crate) fn state(self) -> &'s State {
        self.state
    }

    pub(crate) fn place(self) -> Place<'s> {
        self.place
    }

    /// The ARN.
    #[must_use]
    pub fn arn(self) -> &'s str {
        &self.registration.arn
    }

    pub(crate) fn shared_arn(self) -> Arc<str> {
        Arc::clone(&self.registration.arn)
    }

    /// The id of the EC2 instance or managed instance.
    #[must_use]
    pub fn ec2_instance_id(self) -> Option<&'s str> {
        self.registration.ec2_instance_id.as_deref()
    }

    /// `ACTIVE`, `DRAINING`, `INACTIVE` or another status of the API.
    #[must_use]
    pub fn status(self) -> &'s str {
        &self.registration.kind.status
    }

    /// Whether its status lets new tasks in.
    #[must_use]
    pub fn is_active(self) -> bool {
        self.registration.kind.is_active()
    }

    /// Whether its agent is connected.
    #[must_use]
    pub fn agent_connected(self) -> bool {
        self.registration.kind.agent_connected
    }

    /// The version of its agent, as the document has it.
    #[must_use]
    pub fn agent_version(self) -> Option<&'s str> {
        self.registration.kind.agent_version.as_deref()
    }

    /// When it was registered.
    #[must_use]
    pub fn registered_at(self) -> Option<Timestamp> {
        self.registration.document.registered_at()
    }

    /// How many tasks run on it: those of the cell whose desired status is RUNNING, and those
    /// that its document counts beside them.
    #[must_use]
    pub fn running_tasks(self) -> i64 {
        let running = self.place.numbers().map_or(0, |numbers| numbers.running);
        i64::from(running).saturating_add(self.registration.others().tasks.into())
    }

    /// How many running tasks its document counts that the cell does not know.
    #[must_use]
    pub fn unknown_tasks(self) -> u64 {
        natural(self.registration.others().tasks)
    }

    /// What is taken of it that the tasks of the cell do not explain. Of an instance that was
    /// registered without a count of its tasks or what is left, that is unknown too.
    #[must_use]
    pub fn unknown(self) -> Unknown {
        let others = self.registration.others();
        let document = &self.registration.document;
        Unknown {
            tasks: document.says_tasks.then(|| natural(others.tasks)),
            says_remaining: document.says_remaining,
            cpu: natural(others.cpu),
            memory: natural(others.memory),
            gpus: natural(others.gpus.into()),
            gpu_memory: others
                .shares()
                .iter()
                .map(|one| u64::from(one.memory))
                .sum(),
            neuron_devices: natural(others.neuron_devices.into()),
            ports: others.ports().to_vec(),
        }
    }

    /// The groups of the cell's tasks that run on it.
    pub fn task_groups(self) -> impl Iterator<Item = &'s str> {
        let state = self.state;
        let groups = self.place.chunk.groups_on(self.place.lane);
        groups.filter_map(move |group| state.group_name(group).map(|name| &**name))
    }

    /// How many tasks of a group run on it.
    #[must_use]
    pub fn tasks_of(self, group: &str) -> u32 {
        let Place { chunk, lane, .. } = self.place;
        let is_it = |id: &u32| {
            self.state
                .group_name(*id)
                .is_some_and(|name| **name == *group)
        };
        let found = chunk.groups_on(lane).find(is_it);
        found.map_or(0, |id| chunk.count(id, lane))
    }

    /// Whether it is an external instance (ECS Anywhere).
    #[must_use]
    pub fn is_external(self) -> bool {
        self.registration.is_external()
    }

    /// The name of its capacity provider, if it is of one.
    #[must_use]
    pub fn capacity_provider(self) -> Option<&'s str> {
        self.registration.kind.capacity_provider.as_deref()
    }

    /// The value of an attribute; `Some(None)` for one without a value.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Option<&'s str>> {
        self.registration.attribute(name)
    }

    /// Its attributes by name.
    pub fn attributes(self) -> impl Iterator<Item = (&'s str, Option<&'s str>)> {
        let attributes = self.registration.attributes.iter();
        attributes
            .flat_map(|named| named.iter())
            .map(|(name, value)| (&**name, value.as_deref()))
    }

    /// Whether its document listed attributes. One without the list, as the API of 2015 wrote
    /// them, says nothing about capabilities, so that none can be missed.
    #[must_use]
    pub fn lists_attributes(self) -> bool {
        self.registration.attributes.is_some()
    }

    /// What the agent registered.
    #[must_use]
    pub fn registered(self) -> Amounts {
        self.registration.registered()
    }

    /// What is left over, and the host ports that are taken. Where more is taken than there is,
    /// nothing is left.
    #[must_use]
    pub fn remaining(self) -> Amounts {
        let numbers = self.place.numbers().copied().unwrap_or_default();
        let reserved = self.registration.kind.reserved.iter().copied();
        let others = self.registration.others().ports().iter().copied();
        let ports = reserved
            .chain(others)
            .chain(self.place.chunk.ports_on(self.place.lane));
        Amounts {
            cpu: natural(numbers.cpu),
            memory: natural(numbers.memory),
            gpus: natural(numbers.gpus.into()),
            gpu_eighths: self.registration.kind.gpu_eighths,
            gpu_memory: self
                .place
                .chunk
                .gpu_room(self.place.lane)
                .map_or_else(Vec::new, |room| room.left()),
            neuron_devices: natural(numbers.neuron_devices.into()),
            interfaces: self
                .registration
                .kind
                .interfaces
                .map(|_| natural(numbers.interfaces.into())),
            taken_ports: ports.collect::<BTreeSet<_>>(),
        }
    }

    /// Which change of the cell was the last that changed it.
    #[must_use]
    pub fn version(self) -> u64 {
        self.place.numbers().map_or(0, |numbers| numbers.changed)
    }
}

impl fmt::Debug for Instance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("registration", self.registration)
            .field("remaining", &self.remaining())
            .field("groups", &self.task_groups().collect::<Vec<_>>())
            .finish()
    }
}
