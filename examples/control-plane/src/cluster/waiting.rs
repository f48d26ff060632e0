//! Tasks that wait for the instances of their capacity provider, and the instances that come.

use std::sync::Arc;

use ecs_model::{Attribute, ContainerInstance, Resource, Timestamp};
use ecs_placement::{Change, CommitPolicy};
use ecs_state::{ForceDeregistration, InstanceEvent, TaskEvent, TaskStatus};

use super::{ClusterChange, ClusterState};
use crate::ids::Ids;

/// What an instance of an Auto Scaling group has: an `m5.large`.
const INSTANCE_TYPE: &str = "m5.large";
const CPU: i32 = 2_048;
const MEMORY: i32 = 7_905;

/// The ports that agents keep.
const PORTS: [u16; 5] = [22, 2375, 2376, 51678, 51679];

impl ClusterState {
    /// The next task of RunTask that waits and finds a place now, the longest waiting first.
    pub(super) fn place_waiting(
        &mut self,
        now: Timestamp,
        seed: u64,
    ) -> Option<Vec<ClusterChange>> {
        let capacity = self.services.capacity()?;
        let providers = self.document.capacity_providers();
        let waiting = providers
            .iter()
            .flat_map(|provider| capacity.waiting(provider));
        let waiting: Vec<Arc<str>> = waiting.map(|(task, _)| Arc::clone(task)).collect();
        waiting
            .iter()
            .find_map(|arn| self.try_to_place(arn, now, seed))
    }

    fn try_to_place(
        &mut self,
        arn: &Arc<str>,
        now: Timestamp,
        seed: u64,
    ) -> Option<Vec<ClusterChange>> {
        let task = self.tasks.get(arn)?;
        let request = task.waits_by.as_deref()?.clone().with_count(1);
        if task.is_placed() || task.machine.status().shall_stop {
            return None;
        }
        let snapshot = self.cell.snapshot();
        let plan = self.planner.plan(&snapshot, &request, seed);
        drop(snapshot);
        let names: Vec<Arc<str>> = plan.claims().iter().map(|_| Arc::clone(arn)).collect();
        let token: Arc<str> = Ids::new(seed, self.version).hex().into();
        let transaction = plan.into_transaction(Arc::clone(&token), names).ok()?;
        let decided = self.cell.decide(&transaction, CommitPolicy::Partial).ok()?;
        let instance = decided.commit.placed().first()?.instance.clone();
        let committed = [decided.change?, Change::Forget { token }].map(Box::new);
        let mut changes: Vec<_> = committed.map(ClusterChange::Cell).into();
        let waited = self.tasks.get(arn)?;
        changes.extend(self.no_longer_waits(arn, waited, now));
        changes.push(ClusterChange::Place {
            task: Arc::clone(arn),
            instance,
        });
        let ready = [TaskEvent::PhaseDone(TaskStatus::Provisioning)];
        changes.extend(self.decide_task(arn, ready, now));
        Some(changes)
    }

    /// An Auto Scaling group shall have so many instances: they register at once, and those that
    /// are too many and have no tasks leave.
    pub(super) fn scale(
        &self,
        provider: &str,
        instances: u32,
        ids: &mut Ids,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        let of_it = self.instances.iter().filter(|(_, instance)| {
            instance.machine.is_listed()
                && instance.document.capacity_provider_name() == Some(provider)
        });
        let known: Vec<&Arc<str>> = of_it.map(|(arn, _)| arn).collect();
        let wanted = usize::try_from(instances).unwrap_or(usize::MAX);
        let mut changes = Vec::new();
        for number in known.len()..wanted {
            let document = self.instance_of(provider, number, ids);
            // What it has is known.
            changes.extend(self.decide_register(document, now).unwrap_or_default());
        }
        let surplus = known.len().saturating_sub(wanted);
        let empty = known
            .into_iter()
            .filter(|arn| self.cell.tasks_on(arn).next().is_none());
        for arn in empty.take(surplus) {
            let leave = InstanceEvent::Deregister {
                force: ForceDeregistration::No,
                running_tasks: 0,
            };
            changes.extend(self.decide_instance(arn, leave, now).unwrap_or_default());
        }
        changes
    }

    fn instance_of(&self, provider: &str, number: usize, ids: &mut Ids) -> ContainerInstance {
        let region = self.prefix.split(':').nth(3).unwrap_or_default();
        let zone = ["a", "b", "c"].into_iter().cycle().nth(number % 3);
        let attribute =
            |name: &str, value: String| Attribute::default().with_name(name).with_value(value);
        ContainerInstance::default()
            .with_container_instance_arn(&*self.arn_of("container-instance", &ids.hex()))
            .with_ec2_instance_id(format!("i-{:017x}", ids.number() >> 4))
            .with_capacity_provider_name(provider)
            .with_registered_resources([
                Resource::integer(Resource::CPU, CPU),
                Resource::integer(Resource::MEMORY, MEMORY),
                Resource::string_set(Resource::PORTS, PORTS),
                Resource::string_set::<u16>(Resource::PORTS_UDP, []),
            ])
            .with_attributes([
                attribute(
                    "ecs.availability-zone",
                    format!("{region}{}", zone.unwrap_or("a")),
                ),
                attribute("ecs.instance-type", INSTANCE_TYPE.to_owned()),
                attribute("ecs.os-type", "linux".to_owned()),
            ])
    }
}
