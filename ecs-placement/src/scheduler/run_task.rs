//! RunTask: ECS chooses the instances.

use thiserror::Error;

use crate::{PlacementRequest, Plan, Planner, Snapshot};

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
    /// There is no instance at all: `InvalidParameterException`.
    #[error("no container instances were found in the cluster")]
    NoContainerInstances,
}

/// Plans a RunTask call: up to ten copies, as many as fit. What does not fit is no error but in
/// [`Plan::failures`].
///
/// # Errors
///
/// A count out of bounds, or a cluster without container instances.
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
    if snapshot.is_empty() {
        return Err(RunTaskError::NoContainerInstances);
    }
    Ok(planner.plan(snapshot, request, seed))
}
