//! Why a deployment is in its rollout state, as `rolloutStateReason` and deployment events say it.
//!
//! ```
//! use ecs_model::deployment::rollout_reason;
//!
//! assert_eq!(
//!     rollout_reason::completed("ecs-svc/1234567890123456789"),
//!     "ECS deployment ecs-svc/1234567890123456789 completed."
//! );
//! ```
//!
//! Source: API shape `Deployment`, member `rolloutStateReason`; Developer Guide, Amazon ECS
//! service deployment state change events. What is said of alarms, of deployments that their
//! user stops and of those that a hook, a stage or the network has ended is not published; those
//! texts are this library's.

/// The circuit breaker has given the deployment up.
pub const CIRCUIT_BREAKER: &str = "ECS deployment circuit breaker: tasks failed to start.";

/// The same in the event, which speaks of one task.
pub const CIRCUIT_BREAKER_EVENT: &str = "ECS deployment circuit breaker: task failed to start.";

/// An alarm has ended the deployment.
pub const ALARM: &str = "ECS deployment alarms: alarm detected.";

/// The user has stopped the deployment.
pub const STOPPED: &str = "ECS deployment stopped.";

/// A hook, a stage or the network has ended the deployment.
pub const ENDED: &str = "ECS deployment failed: a lifecycle stage could not be completed.";

/// It is under way.
#[must_use]
pub fn in_progress(deployment: &str) -> String {
    format!("ECS deployment {deployment} in progress.")
}

/// It is done.
#[must_use]
pub fn completed(deployment: &str) -> String {
    format!("ECS deployment {deployment} completed.")
}

/// It is restored, since the circuit breaker has given a later one up.
#[must_use]
pub fn rolling_back(deployment: &str) -> String {
    format!("ECS deployment circuit breaker: rolling back to deploymentId {deployment}.")
}

/// It is restored, since an alarm has ended a later one.
#[must_use]
pub fn rolling_back_from_alarm(deployment: &str) -> String {
    format!("ECS deployment alarms: rolling back to deploymentId {deployment}.")
}

/// It is restored, since the user has stopped a later one.
#[must_use]
pub fn rolling_back_from_stop(deployment: &str) -> String {
    format!("ECS deployment stopped: rolling back to deploymentId {deployment}.")
}

/// It is restored, since a hook, a stage or the network has ended a later one.
#[must_use]
pub fn rolling_back_from_end(deployment: &str) -> String {
    format!(
        "ECS deployment failed: a lifecycle stage could not be completed, rolling back to \
         deploymentId {deployment}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact() {
        let id = "ecs-svc/1";
        assert_eq!(in_progress(id), "ECS deployment ecs-svc/1 in progress.");
        assert_eq!(
            rolling_back(id),
            "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."
        );
        assert_eq!(
            rolling_back_from_alarm(id),
            "ECS deployment alarms: rolling back to deploymentId ecs-svc/1."
        );
        assert_eq!(
            rolling_back_from_stop(id),
            "ECS deployment stopped: rolling back to deploymentId ecs-svc/1."
        );
        assert_eq!(
            rolling_back_from_end(id),
            "ECS deployment failed: a lifecycle stage could not be completed, rolling back to \
             deploymentId ecs-svc/1."
        );
    }
}
