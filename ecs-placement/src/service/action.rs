//! What a service scheduler asks of the world.

use std::sync::Arc;

use ecs_model::{Event, Task, TaskStopCode, stop_reason};
use serde::{Deserialize, Serialize};

use super::TaskPlace;
use super::settings::group;
use crate::capacity::CapacityAction;
use crate::deployment::shift::ShiftAction;

/// What is to be done outside of the scheduler, in the order in which it was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[must_use = "the scheduler counts on its being done"]
#[non_exhaustive]
pub enum ServiceAction {
    /// A task is to be started. On a container instance it is committed to the cell already.
    Start {
        /// The ARN of the task.
        task: Arc<str>,
        /// The service.
        service: Arc<str>,
        /// The deployment, which is the task's `startedBy`.
        deployment: Arc<str>,
        /// The task definition, as the service names it.
        task_definition: Arc<str>,
        /// Its capacity provider, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capacity_provider: Option<Arc<str>>,
        /// Where it runs.
        place: TaskPlace,
    },
    /// A task is there from now on, in `PROVISIONING`: it waits for an instance of its capacity
    /// provider, and is [started](Self::Start) once there is one.
    Provision {
        /// The ARN of the task.
        task: Arc<str>,
        /// The service.
        service: Arc<str>,
        /// The deployment, which is the task's `startedBy`.
        deployment: Arc<str>,
        /// The task definition, as the service names it.
        task_definition: Arc<str>,
        /// The capacity provider.
        capacity_provider: Arc<str>,
    },
    /// Something is to be done for the instances of a capacity provider.
    Capacity(CapacityAction),
    /// A task that runs is to be registered in the target groups and load balancers of its
    /// service.
    Register {
        /// The ARN of the task.
        task: Arc<str>,
        /// The service.
        service: Arc<str>,
        /// The ARNs of the target groups, and the names of Classic Load Balancers.
        #[serde(default)]
        targets: Vec<Arc<str>>,
    },
    /// A task is to be taken out of the target groups and load balancers of its service. Before
    /// one that is stopped gets its signal, its connections are drained.
    Deregister {
        /// The ARN of the task.
        task: Arc<str>,
        /// The service.
        service: Arc<str>,
        /// The ARNs of the target groups, and the names of Classic Load Balancers.
        #[serde(default)]
        targets: Vec<Arc<str>>,
    },
    /// A task is to be stopped.
    Stop {
        /// The ARN of the task.
        task: Arc<str>,
        /// Its `stopCode`.
        code: TaskStopCode,
        /// Its `stoppedReason`.
        reason: Box<str>,
    },
    /// Traffic is to be shifted, or a hook to be called, for the deployment of a service. What came
    /// of it is said to [`Services::shift`](super::Services::shift).
    Shift {
        /// The service.
        service: Arc<str>,
        /// What is to be done.
        action: Box<ShiftAction>,
    },
    /// An event is to be published on EventBridge.
    Publish(Box<Event>),
}

impl ServiceAction {
    /// The document of the task that is to be started, with what the scheduler decides of it: ARN,
    /// group, `startedBy`, capacity provider and place. The rest is written by whoever starts it
    /// and follows its life; what is [seen](super::ObservedServiceTask) of it is read from the same
    /// document.
    #[must_use]
    pub fn started_task(&self) -> Option<Task> {
        let Self::Start {
            task,
            service,
            deployment,
            capacity_provider,
            place,
            ..
        } = self
        else {
            return None;
        };
        let mut document = Task::default()
            .with_task_arn(&**task)
            .with_group(&*group(service))
            .with_started_by(&**deployment);
        document.capacity_provider_name = capacity_provider.as_deref().map(str::to_owned);
        Some(match place {
            TaskPlace::Instance(instance) => document.with_container_instance_arn(&**instance),
            TaskPlace::Zone(zone) => document.with_availability_zone(&**zone),
        })
    }
}

/// Why a task of a service shall stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum StopCause {
    /// There are more tasks than are wanted, or another deployment takes over.
    Scaling {
        /// The deployment that the service goes to, or the task set that has too many.
        deployment: Arc<str>,
    },
    /// An essential container failed its health checks.
    ContainerHealth,
    /// A target group found it unhealthy.
    TargetHealth {
        /// The ARN of the target group.
        target_group: Box<str>,
    },
    /// Its Availability Zone has more tasks than another one.
    Rebalancing {
        /// The deployment of the service.
        deployment: Arc<str>,
    },
    /// Its container instance is in DRAINING, or it is no place for the task any more.
    Instance,
    /// Somebody else stopped it, or it ended by itself.
    Outside,
}

impl StopCause {
    /// Whether the task failed its health checks.
    #[must_use]
    pub const fn is_unhealthy(&self) -> bool {
        matches!(self, Self::ContainerHealth | Self::TargetHealth { .. })
    }

    /// Whether the service scheduler stops the task.
    pub(crate) const fn is_own(&self) -> bool {
        !matches!(self, Self::Outside)
    }

    /// The `stoppedReason` of a task that the scheduler stops.
    pub(crate) fn reason(&self) -> Box<str> {
        match self {
            Self::Scaling { deployment } => stop_reason::scaling_activity(deployment),
            Self::ContainerHealth => stop_reason::CONTAINER_HEALTH_CHECKS_FAILED.to_owned(),
            Self::TargetHealth { target_group } => {
                stop_reason::target_group_health_checks_failed(target_group)
            }
            Self::Rebalancing { deployment } => stop_reason::zone_rebalancing(deployment),
            Self::Instance => stop_reason::INSTANCE_DRAINING.to_owned(),
            Self::Outside => String::new(),
        }
        .into()
    }
}
