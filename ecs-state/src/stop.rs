//! [`StopCause`]: why a task is to stop, with the code and the words that ECS gives for it.

use std::borrow::Cow;

use ecs_model::{TaskStopCode, stop_reason};

/// Why a task is to stop.
///
/// ```
/// use ecs_state::StopCause;
///
/// let cause = StopCause::User { reason: None };
/// assert_eq!(cause.reason(), "Task stopped by user");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopCause {
    /// StopTask, with the caller's reason.
    User {
        /// What the caller said.
        reason: Option<String>,
    },
    /// The service scheduler, for a deployment or to scale in.
    Scaling {
        /// The id of the deployment.
        deployment: String,
    },
    /// The service scheduler, to even out the Availability Zones.
    ZoneRebalancing {
        /// The id of the deployment.
        deployment: String,
    },
    /// The service scheduler, after failed health checks of a load balancer.
    LoadBalancerHealth {
        /// The name of the load balancer.
        load_balancer: String,
    },
    /// Fargate takes Spot capacity back.
    SpotNotice,
    /// An essential container ended by itself.
    EssentialContainerExited,
    /// The task cannot start, in the agent's words.
    FailedToStart {
        /// What the agent said.
        reason: Option<String>,
    },
    /// The host was stopped or terminated.
    HostTerminated {
        /// The EC2 id of the host, or the managed instance id of an external one.
        instance: String,
    },
    /// The container instance was deregistered by force.
    DeregistrationForced,
}

impl StopCause {
    /// The code of the API. The loss of a host has none.
    #[must_use]
    pub const fn code(&self) -> Option<TaskStopCode> {
        match self {
            Self::User { .. } => Some(TaskStopCode::UserInitiated),
            Self::Scaling { .. }
            | Self::ZoneRebalancing { .. }
            | Self::LoadBalancerHealth { .. } => Some(TaskStopCode::ServiceSchedulerInitiated),
            Self::SpotNotice => Some(TaskStopCode::TerminationNotice),
            Self::EssentialContainerExited => Some(TaskStopCode::EssentialContainerExited),
            Self::FailedToStart { .. } => Some(TaskStopCode::TaskFailedToStart),
            Self::HostTerminated { .. } | Self::DeregistrationForced => None,
        }
    }

    /// The words of ECS.
    #[must_use]
    pub fn reason(&self) -> Cow<'_, str> {
        match self {
            Self::User { reason } => said_or(reason.as_deref(), stop_reason::STOPPED_BY_USER),
            Self::Scaling { deployment } => stop_reason::scaling_activity(deployment).into(),
            Self::ZoneRebalancing { deployment } => {
                stop_reason::zone_rebalancing(deployment).into()
            }
            Self::LoadBalancerHealth { load_balancer } => {
                stop_reason::elb_health_checks_failed(load_balancer).into()
            }
            Self::SpotNotice => stop_reason::SPOT_INTERRUPTED.into(),
            Self::EssentialContainerExited => stop_reason::ESSENTIAL_CONTAINER_EXITED.into(),
            Self::FailedToStart { reason } => {
                said_or(reason.as_deref(), stop_reason::TASK_FAILED_TO_START)
            }
            Self::HostTerminated { instance } => stop_reason::host_terminated(instance).into(),
            Self::DeregistrationForced => stop_reason::DEREGISTRATION_FORCED.into(),
        }
    }
}

fn said_or<'a>(said: Option<&'a str>, otherwise: &'static str) -> Cow<'a, str> {
    said.unwrap_or(otherwise).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_texts() {
        let text = |value: &str| value.to_owned();
        let table = [
            (
                StopCause::User {
                    reason: Some(text("maintenance")),
                },
                "UserInitiated",
                "maintenance",
            ),
            (
                StopCause::User { reason: None },
                "UserInitiated",
                "Task stopped by user",
            ),
            (
                StopCause::Scaling {
                    deployment: text("ecs-svc/1"),
                },
                "ServiceSchedulerInitiated",
                "Scaling activity initiated by (deployment ecs-svc/1)",
            ),
            (
                StopCause::ZoneRebalancing {
                    deployment: text("ecs-svc/1"),
                },
                "ServiceSchedulerInitiated",
                "Availability-zone rebalancing initiated by (deployment ecs-svc/1)",
            ),
            (
                StopCause::LoadBalancerHealth {
                    load_balancer: text("web-lb"),
                },
                "ServiceSchedulerInitiated",
                "Task failed ELB health checks in (elb web-lb)",
            ),
            (
                StopCause::SpotNotice,
                "TerminationNotice",
                "Your Spot Task was interrupted.",
            ),
            (
                StopCause::EssentialContainerExited,
                "EssentialContainerExited",
                "Essential container in task exited",
            ),
            (
                StopCause::FailedToStart { reason: None },
                "TaskFailedToStart",
                "Task failed to start",
            ),
            (
                StopCause::HostTerminated {
                    instance: text("i-0123456789abcdef0"),
                },
                "",
                "Host EC2 (instance i-0123456789abcdef0) stopped/terminated",
            ),
            (
                StopCause::DeregistrationForced,
                "",
                "Container instance deregistration forced by user",
            ),
        ];
        for (cause, code, reason) in table {
            let found = cause.code();
            assert_eq!(found.as_ref().map_or("", TaskStopCode::as_str), code);
            assert_eq!(cause.reason(), reason);
        }
    }
}
