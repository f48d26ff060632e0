//! Several container instances that are one machine.

use std::collections::BTreeMap;

use crate::ContainerInstance;

/// The container instances that can be deregistered because their machine has registered again.
///
/// An agent that has lost its state registers its machine a second time, under another ARN. Of the
/// container instances with one `ec2InstanceId` (of an external instance: the id of the managed
/// instance), those that are `ACTIVE` and whose agent is not connected are left over. If no agent
/// of the machine is connected, the one that registered last is kept: it may come back.
///
/// ```
/// use ecs_model::ContainerInstance;
/// use ecs_model::anywhere::duplicates;
///
/// let instance = |arn: &str, connected: bool| {
///     ContainerInstance::default()
///         .with_container_instance_arn(arn)
///         .with_ec2_instance_id("mi-0123456789abcdef0")
///         .with_status("ACTIVE")
///         .with_agent_connected(connected)
/// };
/// let instances = [instance("old", false), instance("new", true)];
/// let left_over: Vec<&ContainerInstance> = duplicates(&instances);
/// assert_eq!(left_over.len(), 1);
/// assert_eq!(left_over[0].container_instance_arn(), Some("old"));
/// ```
///
/// Source: Developer Guide, deregistering a container instance.
#[must_use]
pub fn duplicates(instances: &[ContainerInstance]) -> Vec<&ContainerInstance> {
    let mut machines: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, instance) in instances.iter().enumerate() {
        let id = instance.ec2_instance_id().unwrap_or_default();
        if !id.is_empty() && instance.status() == Some("ACTIVE") {
            machines.entry(id).or_default().push(index);
        }
    }
    let mut left_over: Vec<usize> = machines
        .into_values()
        .flat_map(|machine| left_over_of(instances, machine))
        .collect();
    left_over.sort_unstable();
    left_over
        .into_iter()
        .filter_map(|index| instances.get(index))
        .collect()
}

/// Those of one machine that are left over, by their places.
fn left_over_of(instances: &[ContainerInstance], mut machine: Vec<usize>) -> Vec<usize> {
    let get = |index: &usize| instances.get(*index);
    let is_connected =
        |index: &usize| get(index).and_then(|found| found.agent_connected) == Some(true);
    if !machine.iter().any(is_connected) {
        let registered = |index: &usize| get(index).and_then(|found| found.registered_at);
        // Of equal times the last in the list counts as the later one.
        let last = machine.iter().copied().max_by_key(registered);
        machine.retain(|index| Some(*index) != last);
    }
    machine.retain(|index| !is_connected(index));
    machine
}
