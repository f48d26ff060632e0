//! StartTask: the caller chooses the instances.

use ecs_model::Failure;
use thiserror::Error;

use crate::explain::failure;
use crate::{Claim, PlacementRequest, Plan, Reason, Snapshot, Transaction, fits};

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
    /// What to commit.
    #[must_use]
    pub fn transaction(&self) -> &Transaction {
        self.plan.transaction()
    }

    /// Why instances that were named take no task.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }
}

/// Plans a StartTask call: one copy on each of the instances, which are named by id or ARN.
/// Strategies and constraints have no say.
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
    let mut plan = Plan::empty(snapshot, request, 0);
    let mut failures = Vec::new();
    for reference in instances {
        let Some(instance) = plan.after().find(reference) else {
            failures.extend(failure(reference, &[Reason::Missing]));
            continue;
        };
        let reasons: Vec<_> = fits::refusals(instance, request).collect();
        match failure(instance.arn(), &reasons) {
            Some(refused) => failures.push(refused),
            None => {
                let claim = Claim::new(instance.shared_arn());
                plan.claim(claim);
            }
        }
    }
    Ok(StartTaskPlan { plan, failures })
}
