//! [`StopCause`]: why a task is to stop, with the code and the words that ECS gives for it.

use std::borrow::Cow;

use ecs_model::{TaskStopCode, stop_reason};
use serde::{Deserialize, Serialize};

/// Why a task is to stop.
///
/// ```
/// use ecs_state::{StopCause, StopWording};
///
/// let cause = StopCause::User { reason: None };
/// assert_eq!(cause.reason(StopWording::Today), "Task stopped by user");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
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
    /// The service scheduler, after failed health checks of a Classic Load Balancer.
    LoadBalancerHealth {
        /// The name of the load balancer.
        load_balancer: String,
    },
    /// The service scheduler, after failed health checks of a target group.
    TargetGroupHealth {
        /// The ARN of the target group.
        target_group: String,
    },
    /// The service scheduler, because an essential container is `UNHEALTHY`.
    ContainerHealth,
    /// The service scheduler, because the container instance is being drained.
    Draining,
    /// AWS retires the host of a task on Fargate.
    Maintenance,
    /// Fargate takes Spot capacity back.
    SpotNotice,
    /// An essential container ended by itself.
    EssentialContainerExited,
    /// The task cannot start, in the agent's words.
    FailedToStart {
        /// What the agent said.
        reason: Option<String>,
    },
    /// The network interface of the task did not come up in time.
    NetworkInterfaceTimeout,
    /// The host was terminated.
    HostTerminated {
        /// The EC2 id of the host, or the managed instance id of an external one.
        instance: String,
    },
    /// The host was stopped.
    HostStopped {
        /// The EC2 id of the host, or the managed instance id of an external one.
        instance: String,
    },
    /// The container instance was deregistered by force.
    DeregistrationForced,
    /// The host is not healthy. AWS has published the code but no words for it.
    InfrastructureHealth {
        /// What is to be said.
        reason: String,
    },
}

/// Whose words and codes are used where AWS has changed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum StopWording {
    /// Those of today.
    #[default]
    Today,
    /// Those of the guide until 2023: a Spot task has `TerminationNotice`, a lost host no code,
    /// and stopped and terminated hosts one text.
    Guide2023,
}

impl StopCause {
    /// The code of the API. A forced deregistration has none.
    #[must_use]
    pub const fn code(&self, wording: StopWording) -> Option<TaskStopCode> {
        match self {
            Self::User { .. } => Some(TaskStopCode::UserInitiated),
            Self::Scaling { .. }
            | Self::ZoneRebalancing { .. }
            | Self::LoadBalancerHealth { .. }
            | Self::TargetGroupHealth { .. }
            | Self::ContainerHealth
            | Self::Draining
            | Self::Maintenance => Some(TaskStopCode::ServiceSchedulerInitiated),
            Self::SpotNotice => Some(match wording {
                StopWording::Today => TaskStopCode::SpotInterruption,
                StopWording::Guide2023 => TaskStopCode::TerminationNotice,
            }),
            Self::EssentialContainerExited => Some(TaskStopCode::EssentialContainerExited),
            Self::FailedToStart { .. } | Self::NetworkInterfaceTimeout => {
                Some(TaskStopCode::TaskFailedToStart)
            }
            Self::HostTerminated { .. } | Self::HostStopped { .. } => match wording {
                StopWording::Today => Some(TaskStopCode::TerminationNotice),
                StopWording::Guide2023 => None,
            },
            Self::DeregistrationForced => None,
            Self::InfrastructureHealth { .. } => Some(TaskStopCode::InfrastructureHealth),
        }
    }

    /// The words of ECS.
    #[must_use]
    pub fn reason(&self, wording: StopWording) -> Cow<'_, str> {
        match self {
            Self::User { reason } => said_or(reason.as_deref(), stop_reason::STOPPED_BY_USER),
            Self::Scaling { deployment } => stop_reason::scaling_activity(deployment).into(),
            Self::ZoneRebalancing { deployment } => {
                stop_reason::zone_rebalancing(deployment).into()
            }
            Self::LoadBalancerHealth { load_balancer } => {
                stop_reason::elb_health_checks_failed(load_balancer).into()
            }
            Self::TargetGroupHealth { target_group } => {
                stop_reason::target_group_health_checks_failed(target_group).into()
            }
            Self::ContainerHealth => stop_reason::CONTAINER_HEALTH_CHECKS_FAILED.into(),
            Self::Draining => stop_reason::INSTANCE_DRAINING.into(),
            Self::Maintenance => stop_reason::MAINTENANCE.into(),
            Self::SpotNotice => stop_reason::SPOT_INTERRUPTED.into(),
            Self::EssentialContainerExited => stop_reason::ESSENTIAL_CONTAINER_EXITED.into(),
            Self::FailedToStart { reason } => {
                said_or(reason.as_deref(), stop_reason::TASK_FAILED_TO_START)
            }
            Self::NetworkInterfaceTimeout => stop_reason::NETWORK_INTERFACE_TIMEOUT.into(),
            Self::HostTerminated { instance } | Self::HostStopped { instance }
                if wording == StopWording::Guide2023 =>
            {
                stop_reason::host_lost_2023(instance).into()
            }
            Self::HostTerminated { instance } => stop_reason::host_terminated(instance).into(),
            Self::HostStopped { instance } => stop_reason::host_stopped(instance).into(),
            Self::DeregistrationForced => stop_reason::DEREGISTRATION_FORCED.into(),
            Self::InfrastructureHealth { reason } => reason.into(),
        }
    }

    /// The cause for which a service scheduler stops a task, by the `stoppedReason` that it gives;
    /// `None` for words that no scheduler says.
    ///
    /// ```
    /// use ecs_state::StopCause;
    ///
    /// let reason = "Scaling activity initiated by (deployment ecs-svc/1)";
    /// let deployment = "ecs-svc/1".to_owned();
    /// assert_eq!(
    ///     StopCause::of_scheduler(reason),
    ///     Some(StopCause::Scaling { deployment })
    /// );
    /// ```
    #[must_use]
    pub fn of_scheduler(reason: &str) -> Option<Self> {
        let within = |form: fn(&str) -> String| within(reason, form);
        let named = within(stop_reason::scaling_activity)
            .map(|deployment| Self::Scaling { deployment })
            .or_else(|| {
                let deployment = within(stop_reason::zone_rebalancing)?;
                Some(Self::ZoneRebalancing { deployment })
            })
            .or_else(|| {
                let target_group = within(stop_reason::target_group_health_checks_failed)?;
                Some(Self::TargetGroupHealth { target_group })
            })
            .or_else(|| {
                let load_balancer = within(stop_reason::elb_health_checks_failed)?;
                Some(Self::LoadBalancerHealth { load_balancer })
            });
        named.or(match reason {
            stop_reason::CONTAINER_HEALTH_CHECKS_FAILED => Some(Self::ContainerHealth),
            stop_reason::INSTANCE_DRAINING => Some(Self::Draining),
            stop_reason::MAINTENANCE => Some(Self::Maintenance),
            _ => None,
        })
    }

    /// Whether the agent stops the containers of its own accord.
    pub(crate) const fn is_known_to_agent(&self) -> bool {
        matches!(
            self,
            Self::EssentialContainerExited | Self::FailedToStart { .. }
        )
    }
}

/// The name in a text that `form` gives for names.
fn within(text: &str, form: fn(&str) -> String) -> Option<String> {
    let form = form("\0");
    let (before, after) = form.split_once('\0')?;
    let name = text.strip_prefix(before)?.strip_suffix(after)?;
    Some(name.to_owned())
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
        let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1";
        let instance = || text("i-0123456789abcdef0");
        let deployment = || text("ecs-svc/1");
        let service = "ServiceSchedulerInitiated";
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
                    deployment: deployment(),
                },
                service,
                "Scaling activity initiated by (deployment ecs-svc/1)",
            ),
            (
                StopCause::ZoneRebalancing {
                    deployment: deployment(),
                },
                service,
                "Availability-zone rebalancing initiated by (deployment ecs-svc/1)",
            ),
            (
                StopCause::LoadBalancerHealth {
                    load_balancer: text("web-lb"),
                },
                service,
                "Task failed ELB health checks in (elb web-lb)",
            ),
            (
                StopCause::TargetGroupHealth {
                    target_group: text(arn),
                },
                service,
                "Task failed ELB health checks in (target-group \
                 arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1)",
            ),
            (
                StopCause::ContainerHealth,
                service,
                "Task failed container health checks",
            ),
            (
                StopCause::Draining,
                service,
                "container instance is in DRAINING state",
            ),
            (
                StopCause::Maintenance,
                service,
                "ECS is performing maintenance on the underlying infrastructure hosting the task",
            ),
            (
                StopCause::SpotNotice,
                "SpotInterruption",
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
                StopCause::NetworkInterfaceTimeout,
                "TaskFailedToStart",
                "Timeout waiting for network interface provisioning to complete.",
            ),
            (
                StopCause::HostTerminated {
                    instance: instance(),
                },
                "TerminationNotice",
                "Host EC2 (instance i-0123456789abcdef0) terminated.",
            ),
            (
                StopCause::HostStopped {
                    instance: instance(),
                },
                "TerminationNotice",
                "Host EC2 (instance i-0123456789abcdef0) stopped.",
            ),
            (
                StopCause::DeregistrationForced,
                "",
                "Container instance deregistration forced by user",
            ),
            (
                StopCause::InfrastructureHealth {
                    reason: text("the host does not answer"),
                },
                "InfrastructureHealth",
                "the host does not answer",
            ),
        ];
        for (cause, code, reason) in table {
            let found = cause.code(StopWording::Today);
            assert_eq!(found.as_ref().map_or("", TaskStopCode::as_str), code);
            assert_eq!(cause.reason(StopWording::Today), reason);
            let read = StopCause::of_scheduler(reason);
            assert_eq!(read, (code == service).then_some(cause), "{reason}");
        }
    }

    #[test]
    fn the_words_of_2023() {
        let instance = "i-0123456789abcdef0".to_owned();
        let old = StopWording::Guide2023;
        assert_eq!(
            StopCause::SpotNotice.code(old),
            Some(TaskStopCode::TerminationNotice)
        );
        for cause in [
            StopCause::HostTerminated {
                instance: instance.clone(),
            },
            StopCause::HostStopped { instance },
        ] {
            assert_eq!(cause.code(old), None);
            assert_eq!(
                cause.reason(old),
                "Host EC2 (instance i-0123456789abcdef0) stopped/terminated"
            );
        }
    }
}
