//! Spread: keep the counts of a group even.

use std::collections::BTreeMap;

use crate::{Instance, SpreadField};

/// Keeps the instances in the buckets with the fewest tasks of the group. A bucket is counted
/// over all instances, those that do not fit too: their tasks are there.
pub(crate) fn narrow<'a>(
    candidates: &mut Vec<&'a Instance>,
    all: impl Iterator<Item = &'a Instance>,
    field: &SpreadField,
    group: &str,
) {
    let mut buckets: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for instance in all {
        *buckets.entry(bucket(instance, field)).or_default() += u64::from(instance.tasks_of(group));
    }
    let tasks = |instance: &Instance| buckets.get(&bucket(instance, field)).copied().unwrap_or(0);
    if let Some(fewest) = candidates.iter().map(|instance| tasks(instance)).min() {
        candidates.retain(|instance| tasks(instance) == fewest);
    }
}

fn bucket<'i>(instance: &'i Instance, field: &SpreadField) -> Option<&'i str> {
    match field {
        SpreadField::InstanceId => Some(instance.arn()),
        SpreadField::Attribute(name) => instance.attribute(name).flatten(),
    }
}
