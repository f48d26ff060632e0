//! A cell as it was at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_arn::{ContainerInstanceRef, EcsArn};

use crate::{Explanation, Instance, PlacementRequest, fits};

/// The instances of a cell at one moment. A scheduler plans against it without holding anybody
/// up; taking one copies no instance.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    version: u64,
    instances: Arc<BTreeMap<Arc<str>, Arc<Instance>>>,
}

impl Snapshot {
    /// How many times the cell had changed.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The instances in the order of their ARNs.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> + Clone {
        self.instances.values().map(|instance| &**instance)
    }

    /// The instance with this ARN.
    #[must_use]
    pub fn instance(&self, arn: &str) -> Option<&Instance> {
        self.instances.get(arn).map(|instance| &**instance)
    }

    /// The instance that a request names by id or by ARN, in the short or the long format.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&Instance> {
        let is_meant = |instance: &&Instance| match (
            ContainerInstanceRef::parse(reference),
            EcsArn::parse(instance.arn()),
        ) {
            (Ok(reference), Ok(arn)) => reference.is(arn),
            _ => false,
        };
        self.instance(reference)
            .or_else(|| self.instances().find(is_meant))
    }

    /// Why each instance does or does not take the task.
    #[must_use]
    pub fn explain(&self, request: &PlacementRequest) -> Explanation {
        Explanation::of(self, request)
    }

    /// Whether the instance exists and takes the task.
    pub(crate) fn fits(&self, arn: &str, request: &PlacementRequest) -> bool {
        self.instance(arn)
            .is_some_and(|instance| fits::fits(instance, request))
    }

    /// Changes one instance, if it exists. Other snapshots keep the old one.
    pub(crate) fn change(&mut self, arn: &str, change: impl FnOnce(&mut Instance)) -> bool {
        match Arc::make_mut(&mut self.instances).get_mut(arn) {
            Some(instance) => {
                change(Arc::make_mut(instance));
                true
            }
            None => false,
        }
    }

    pub(crate) fn insert(&mut self, instance: Instance) {
        let instances = Arc::make_mut(&mut self.instances);
        instances.insert(instance.shared_arn(), Arc::new(instance));
    }

    pub(crate) fn remove(&mut self, arn: &str) -> bool {
        Arc::make_mut(&mut self.instances).remove(arn).is_some()
    }

    pub(crate) fn advance(&mut self) {
        self.version = self.version.saturating_add(1);
    }
}
