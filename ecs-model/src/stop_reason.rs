//! Why a task stopped: the codes of the API and the texts that AWS writes as `stoppedReason`.
//!
//! The texts are part of what users search for and alarm on, so each has a function here and is
//! written exactly.
//!
//! ```
//! use ecs_model::stop_reason;
//!
//! assert_eq!(
//!     stop_reason::host_terminated("i-0123456789abcdef0"),
//!     "Host EC2 (instance i-0123456789abcdef0) terminated."
//! );
//! ```
//!
//! Source: Developer Guide, stopped tasks error messages (until January 2023, with the texts that
//! are named in later pages).

use ecs_taskdef::open_enum;

open_enum! {
    /// Why a task stopped, as a code.
    ///
    /// A task whose host is gone or was deregistered has no code.
    ///
    /// Source: API shape `TaskStopCode`.
    pub enum TaskStopCode {
        /// The task never reached `RUNNING`.
        TaskFailedToStart = "TaskFailedToStart",
        /// A container that the task cannot do without ended by itself.
        EssentialContainerExited = "EssentialContainerExited",
        /// Someone called StopTask.
        UserInitiated = "UserInitiated",
        /// The service scheduler stopped it: scale-in, deployment or health.
        ServiceSchedulerInitiated = "ServiceSchedulerInitiated",
        /// Spot capacity was taken back.
        SpotInterruption = "SpotInterruption",
        /// Fargate Spot capacity was taken back, after a notice.
        TerminationNotice = "TerminationNotice",
        /// The host was not healthy.
        InfrastructureHealth = "InfrastructureHealth",
    }
}

/// An essential container ended by itself.
pub const ESSENTIAL_CONTAINER_EXITED: &str = "Essential container in task exited";

/// The task never ran, and nothing more is known.
pub const TASK_FAILED_TO_START: &str = "Task failed to start";

/// StopTask without a reason of the caller.
pub const STOPPED_BY_USER: &str = "Task stopped by user";

/// A Fargate Spot task after its notice.
pub const SPOT_INTERRUPTED: &str = "Your Spot Task was interrupted.";

/// The container instance was deregistered although the task was running.
pub const DEREGISTRATION_FORCED: &str = "Container instance deregistration forced by user";

/// An essential container of a service's task is `UNHEALTHY`.
pub const CONTAINER_HEALTH_CHECKS_FAILED: &str = "Task failed container health checks";

/// The container instance of a service's task is drained. Only this part of the text is known.
pub const INSTANCE_DRAINING: &str = "container instance is in DRAINING state";

/// AWS retires the host of a task on Fargate.
pub const MAINTENANCE: &str =
    "ECS is performing maintenance on the underlying infrastructure hosting the task";

/// The network interface of the task did not come up in time.
pub const NETWORK_INTERFACE_TIMEOUT: &str =
    "Timeout waiting for network interface provisioning to complete.";

/// The agent cannot stop the containers of the task.
pub const AGENT_STUCK: &str = "TaskStateError: Agent could not progress task's state to stopped";

/// The container instance of the task was terminated.
#[must_use]
pub fn host_terminated(ec2_instance_id: &str) -> String {
    format!("Host EC2 (instance {ec2_instance_id}) terminated.")
}

/// The container instance of the task was stopped.
#[must_use]
pub fn host_stopped(ec2_instance_id: &str) -> String {
    format!("Host EC2 (instance {ec2_instance_id}) stopped.")
}

/// The container instance of the task was stopped or terminated, in the words of the guide until
/// January 2023.
#[must_use]
pub fn host_lost_2023(ec2_instance_id: &str) -> String {
    format!("Host EC2 (instance {ec2_instance_id}) stopped/terminated")
}

/// The service scheduler removed the task for a deployment or to scale in.
#[must_use]
pub fn scaling_activity(deployment_id: &str) -> String {
    format!("Scaling activity initiated by (deployment {deployment_id})")
}

/// A target group found the task unhealthy.
#[must_use]
pub fn target_group_health_checks_failed(target_group_arn: &str) -> String {
    format!("Task failed ELB health checks in (target-group {target_group_arn})")
}

/// A Classic Load Balancer found the task unhealthy.
#[must_use]
pub fn elb_health_checks_failed(load_balancer_name: &str) -> String {
    format!("Task failed ELB health checks in (elb {load_balancer_name})")
}

/// The task was moved to another Availability Zone.
#[must_use]
pub fn zone_rebalancing(deployment_id: &str) -> String {
    format!("Availability-zone rebalancing initiated by (deployment {deployment_id})")
}

/// An error of the agent, as it stands in `stoppedReason` and in the `reason` of a container:
/// `CannotPullContainerError: Error: image library/bogus-1:latest not found`.
#[must_use]
pub fn agent_error(name: &str, message: &str) -> String {
    format!("{name}: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact() {
        assert_eq!(
            scaling_activity("ecs-svc/1"),
            "Scaling activity initiated by (deployment ecs-svc/1)"
        );
        assert_eq!(
            elb_health_checks_failed("web-lb"),
            "Task failed ELB health checks in (elb web-lb)"
        );
        assert_eq!(
            zone_rebalancing("ecs-svc/1"),
            "Availability-zone rebalancing initiated by (deployment ecs-svc/1)"
        );
    }

    #[test]
    fn the_stopped_container_of_the_guide() {
        let text = include_str!("../tests/data/tables/stopped-task-reason.json");
        let container: serde_json::Value = serde_json::from_str(text).unwrap();
        let message = "Error: image library/bogus-1:latest not found";
        assert_eq!(
            container["statusReason"],
            agent_error("CannotPullContainerError", message)
        );
    }

    #[test]
    fn a_code_of_tomorrow_is_kept() {
        let code: TaskStopCode = serde_json::from_str("\"PowerCut\"").unwrap();
        assert_eq!(code, TaskStopCode::Other("PowerCut".to_owned()));
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"PowerCut\"");
    }
}
