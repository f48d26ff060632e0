//! Why a service deployment has its status, as `statusReason` says it.
//!
//! ```
//! use ecs_model::deployment::ServiceDeploymentLifecycleStage as Stage;
//! use ecs_model::deployment::status_reason;
//!
//! assert_eq!(
//!     status_reason::pause_hook_timed_out(&Stage::PostScaleUp),
//!     "Service deployment rolled back because POST_SCALE_UP pause hook timed out."
//! );
//! ```
//!
//! Where AWS's words are not known, the function says so and they are this library's.
//!
//! Source: API shape `ServiceDeployment`, member `statusReason`; Developer Guide, troubleshooting
//! blue/green deployments.

use crate::deployment::ServiceDeploymentLifecycleStage as Stage;

/// The circuit breaker made the service deployment go back.
pub const ROLLED_BACK_BY_CIRCUIT_BREAKER: &str =
    "Service deployment rolled back because the circuit breaker threshold was exceeded.";

/// An alarm made the service deployment go back.
pub const ROLLED_BACK_BY_ALARM: &str =
    "Service deployment rolled back because of one or more active alarms.";

/// There is no earlier successful revision to go back to.
pub const NO_ROLLBACK_CANDIDATE: &str = "No rollback candidate was found to run the rollback.";

/// The circuit breaker has ended the service deployment, which does not go back. The words are
/// this library's.
pub const STOPPED_BY_CIRCUIT_BREAKER: &str =
    "Service deployment stopped because the circuit breaker threshold was exceeded.";

/// An alarm has ended the service deployment, which does not go back. The words are this
/// library's.
pub const STOPPED_BY_ALARM: &str =
    "Service deployment stopped because of one or more active alarms.";

/// Someone called StopServiceDeployment. The words are this library's.
pub const STOPPED_BY_USER: &str = "Service deployment rolled back because it was stopped.";

/// A newer service deployment took its place. The words are this library's.
pub const SUPERSEDED: &str =
    "Service deployment stopped because a newer service deployment was started.";

/// The service deployment took longer than it may. The words are this library's.
pub const DEPLOYMENT_TIMED_OUT: &str =
    "Service deployment rolled back because it took longer than 30 days.";

/// A Lambda function answered `FAILED`.
#[must_use]
pub fn hook_failed(stage: &Stage, target_arn: &str) -> String {
    format!(
        "{} Lifecycle hook target {target_arn} returned FAILED status.",
        hooks(stage)
    )
}

/// The answer of a Lambda function is none.
#[must_use]
pub fn hook_answer_unusable(stage: &Stage, target_arn: &str, problem: &str) -> String {
    format!(
        "{} ECS was unable to parse the response from {target_arn} due to {problem}",
        hooks(stage)
    )
}

/// A Lambda function could not be called, or gave no answer.
#[must_use]
pub fn hook_not_invoked(stage: &Stage, target_arn: &str, problem: &str) -> String {
    format!(
        "{} ECS was unable to invoke hook target {target_arn} due to {problem}",
        hooks(stage)
    )
}

/// The role of a hook could not be assumed.
#[must_use]
pub fn hook_role_not_assumed(stage: &Stage, role_arn: &str) -> String {
    format!("{} ECS was unable to assume role {role_arn}", hooks(stage))
}

/// Nobody continued the deployment at a pause hook in time.
#[must_use]
pub fn pause_hook_timed_out(stage: &Stage) -> String {
    format!("Service deployment rolled back because {stage} pause hook timed out.")
}

/// A Lambda function said neither `SUCCEEDED` nor `FAILED` in time. The words are this library's.
#[must_use]
pub fn hook_timed_out(stage: &Stage) -> String {
    format!("Service deployment rolled back because {stage} lifecycle hook(s) timed out.")
}

/// Someone continued at a pause hook with `ROLLBACK`. The words are this library's.
#[must_use]
pub fn pause_hook_rolled_back(stage: &Stage) -> String {
    format!(
        "Service deployment rolled back because {stage} pause hook was continued with ROLLBACK."
    )
}

/// A stage took longer than 24 hours. The words are this library's.
#[must_use]
pub fn stage_timed_out(stage: &Stage) -> String {
    format!("Service deployment rolled back because {stage} took longer than 24 hours.")
}

/// Going back took longer than 24 hours at one step. The words are this library's.
#[must_use]
pub fn rollback_timed_out(reason: &str) -> String {
    format!("{reason} The rollback took longer than 24 hours.")
}

/// What leads traffic to the tasks cannot be set up.
#[must_use]
pub fn invalid_networking(problem: &str) -> String {
    format!("Service deployment rolled back because of invalid networking configuration: {problem}")
}

fn hooks(stage: &Stage) -> String {
    format!("Service deployment rolled back because {stage} lifecycle hook(s) failed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact() {
        let stage = Stage::PreScaleUp;
        for (text, expected) in [
            (
                hook_failed(&stage, "arn"),
                "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. \
                 Lifecycle hook target arn returned FAILED status.",
            ),
            (
                hook_answer_unusable(&stage, "arn", "HookStatus must not be null"),
                "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. ECS \
                 was unable to parse the response from arn due to HookStatus must not be null",
            ),
            (
                hook_not_invoked(&stage, "arn", "x"),
                "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. ECS \
                 was unable to invoke hook target arn due to x",
            ),
            (
                hook_role_not_assumed(&stage, "arn"),
                "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. ECS \
                 was unable to assume role arn",
            ),
            (
                hook_timed_out(&stage),
                "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) timed out.",
            ),
            (
                pause_hook_rolled_back(&stage),
                "Service deployment rolled back because PRE_SCALE_UP pause hook was continued with \
                 ROLLBACK.",
            ),
            (
                stage_timed_out(&stage),
                "Service deployment rolled back because PRE_SCALE_UP took longer than 24 hours.",
            ),
            (
                rollback_timed_out(ROLLED_BACK_BY_ALARM),
                "Service deployment rolled back because of one or more active alarms. The rollback \
                 took longer than 24 hours.",
            ),
            (
                invalid_networking("x"),
                "Service deployment rolled back because of invalid networking configuration: x",
            ),
        ] {
            assert_eq!(text, expected);
        }
    }
}
