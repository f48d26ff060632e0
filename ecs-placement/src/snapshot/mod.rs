//! A cell as it was at one moment.

mod chunk;
mod gpu_shares;
mod group_counts;
mod instance;
mod sorted;
mod state;
mod tree;

use std::fmt;
use std::sync::Arc;

use ecs_arn::{ContainerInstanceRef, EcsArn};

pub(crate) use chunk::{Chunk, LANES, Lane, lanes_in};
pub(crate) use gpu_shares::GpuRoom;
pub use instance::Instance;
pub(crate) use state::{NO_GROUP, Place, State};

/// The instances of a cell at one moment. A scheduler plans against it without holding anybody
/// up; taking one copies no instance.
#[derive(Clone)]
pub struct Snapshot {
    state: Arc<State>,
}

impl Snapshot {
    pub(crate) fn of(state: &Arc<State>) -> Self {
        Self {
            state: Arc::clone(state),
        }
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// How many records the cell had applied.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.state.version()
    }

    /// How many instances there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// Whether there is no instance.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The instances in the order of their ARNs.
    pub fn instances(&self) -> impl Iterator<Item = Instance<'_>> + Clone {
        let state = &*self.state;
        state
            .in_order()
            .filter_map(move |slot| Instance::at(state, slot))
    }

    /// The instance with this ARN.
    #[must_use]
    pub fn instance(&self, arn: &str) -> Option<Instance<'_>> {
        Instance::at(&self.state, self.state.find(arn)?)
    }

    /// The instance that a request names by id or by ARN, in the short or the long format.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<Instance<'_>> {
        let is_meant = |instance: &Instance<'_>| match (
            ContainerInstanceRef::parse(reference),
            EcsArn::parse(instance.arn()),
        ) {
            (Ok(reference), Ok(arn)) => reference.is(arn),
            _ => false,
        };
        self.instance(reference)
            .or_else(|| self.instances().find(is_meant))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("version", &self.version())
            .field("instances", &self.len())
            .finish_non_exhaustive()
    }
}
