//! StartTask: the caller chooses the instances.

use ecs_model::Failure;
use thiserror::Error;

use crate::explain::failure;
use crate::{PlacementRequest, Plan, Reason, Snapshot, fits};

/// The most instances that one StartTask call names (API shape `StartTaskRequest`).
const MAX_INSTANCES: usize = 10;

/// A StartTask call that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StartTaskError {
    /// No instance, or more than ten: `InvalidParameterException`.
    #[error("{count} container instances were named, not 1 to 10")]
    Count {
        /// How many were named.
        count: usize,
    },
}

/// A StartTask call, planned.
#[derive(Debug, Clone)]
#[must_use = "nothing is placed before the transaction is committed"]
pub struct StartTaskPlan {
    plan: Plan,
    failures: Vec<Failure>,
}

impl StartTaskPlan {
    /// One claim on each instance that takes the task.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The same, to be made a transaction of.
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// Why instances that were named take no task.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }
}

/// Plans a StartTask call: one copy on each of the instances, which are named by id or ARN.
/// Strategies, launch type and count of the request have no say.
///
/// # Errors
///
/// No instance, or more than ten.
pub fn start_task(
    snapshot: &Snapshot,
    request: &PlacementRequest,
    instances: &[&str],
) -> Result<StartTaskPlan, StartTaskError> {
    if instances.is_empty() || instances.len() > MAX_INSTANCES {
        return Err(StartTaskError::Count {
            count: instances.len(),
        });
    }
    let request = &request.clone().of_any_launch_type();
    let mut slots: Vec<u32> = Vec::new();
    let mut failures = Vec::new();
    for reference in instances {
        let Some(instance) = snapshot.find(reference) else {
            failures.extend(failure(reference, &[Reason::Missing]));
            continue;
        };
        let slot = instance.place().slot;
        let already = slots.iter().filter(|known| **known == slot).count();
        let already = u32::try_from(already).unwrap_or(u32::MAX);
        let reasons: Vec<_> = fits::refusals_after(instance, request, already).collect();
        match failure(instance.arn(), &reasons) {
            Some(refused) => failures.push(refused),
            None => slots.push(slot),
        }
    }
    let placed = u32::try_from(slots.len()).unwrap_or(u32::MAX);
    let request = request.clone().with_count(placed);
    let plan = Plan::of(snapshot, &request, 0, &slots);
    Ok(StartTaskPlan { plan, failures })
}
