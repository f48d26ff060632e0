//! RunTask: ECS chooses the instances.

use ecs_model::{Exception, ExceptionName};
use thiserror::Error;

use crate::{Instance, PlacementRequest, Plan, Planner, Snapshot};

/// The most copies that one RunTask call starts (API shape `RunTaskRequest`, `count`).
const MAX_COUNT: u32 = 10;

/// A RunTask call that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RunTaskError {
    /// `count` is not from 1 to 10: `InvalidParameterException`.
    #[error("count is {count}, not from 1 to 10")]
    Count {
        /// The count.
        count: u32,
    },
    /// There is no `ACTIVE` instance: `InvalidParameterException`.
    #[error("no container instances were found in the cluster")]
    NoContainerInstances,
}

/// What Amazon ECS answers where there is no instance.
const NO_INSTANCES: &str = "No Container Instances were found in your cluster.";

impl RunTaskError {
    /// The exception with which Amazon ECS answers. Its words for a count out of bounds are not
    /// known; they are those of this error.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let message = match self {
            Self::Count { .. } => self.to_string(),
            Self::NoContainerInstances => NO_INSTANCES.to_owned(),
        };
        Exception::new(ExceptionName::InvalidParameter, message)
    }
}

/// Plans a RunTask call: up to ten copies, as many as fit. What does not fit is no error but in
/// [`Plan::failures`].
///
/// # Errors
///
/// A count out of bounds, or a cluster without `ACTIVE` container instances; those of a capacity
/// provider may still come.
pub fn run_task(
    planner: &mut Planner,
    snapshot: &Snapshot,
    request: &PlacementRequest,
    seed: u64,
) -> Result<Plan, RunTaskError> {
    let count = request.count();
    if !(1..=MAX_COUNT).contains(&count) {
        return Err(RunTaskError::Count { count });
    }
    let needs_one = request.capacity_provider().is_none();
    if needs_one && !snapshot.instances().any(Instance::is_active) {
        return Err(RunTaskError::NoContainerInstances);
    }
    Ok(planner.plan(snapshot, request, seed))
}
