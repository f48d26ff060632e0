//! A task of a service as it was seen.

use std::sync::Arc;

use ecs_model::service_message;
use ecs_model::{HealthStatus, Task, TaskStatus, TaskStopCode, Timestamp, UnknownName};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What is known of a task of a service: a program fills it from a task machine, from the
/// documents of the API, or from anything else. A member that is absent says nothing: what was
/// known stays.
///
/// ```
/// use ecs_model::TaskStatus;
/// use ecs_placement::service::ObservedServiceTask;
///
/// let task: ecs_model::Task = serde_json::from_str(r#"{
///     "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/prod/1", "group": "service:web",
///     "startedBy": "ecs-svc/1234567890123456789", "lastStatus": "RUNNING",
///     "desiredStatus": "RUNNING", "startedAt": 1438893060
/// }"#)?;
/// let observed = ObservedServiceTask::try_from(&task)?;
/// assert_eq!(&*observed.service, "web");
/// assert_eq!(observed.last_status, TaskStatus::Running);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ObservedServiceTask {
    /// The ARN of the task.
    pub task: Arc<str>,
    /// The name of the service.
    pub service: Arc<str>,
    /// The id of the deployment that started it.
    pub deployment: Arc<str>,
    /// Where it runs; none while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<TaskPlace>,
    /// Where it was last known to be.
    pub last_status: TaskStatus,
    /// Whether its desired status is STOPPED.
    #[serde(default)]
    pub is_stopping: bool,
    /// What the health checks of its essential containers say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthStatus>,
    /// What the target groups say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetHealth>,
    /// When it reached RUNNING.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Until when neither scaling in nor a deployment may stop it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected_until: Option<Timestamp>,
    /// Why it stopped, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_code: Option<TaskStopCode>,
    /// Why it stopped, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_reason: Option<Box<str>>,
    /// The version of the document; of two that have one, the greater is the later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// Where a task of a service runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TaskPlace {
    /// On a container instance, by its ARN.
    Instance(Arc<str>),
    /// On Fargate, in an Availability Zone.
    Zone(Arc<str>),
}

/// What the target groups of a service say of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TargetHealth {
    /// Not all of them have said that it is healthy.
    Initial,
    /// It is healthy in every target group.
    Healthy,
    /// It is unhealthy in one.
    Unhealthy {
        /// The ARN of the target group.
        target_group: Box<str>,
        /// Why, such as `Request timed out`.
        reason: Box<str>,
        /// Where it asked, if that is known. Where tasks have network interfaces of their own, it
        /// is the port of the container that the service names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<TargetAddress>,
    },
}

/// Where a target group asks whether a task is healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TargetAddress {
    /// The port.
    pub port: u16,
    /// The id of the EC2 instance whose port it is; none if it is that of the task itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Box<str>>,
}

impl TargetAddress {
    /// A port of the task.
    #[must_use]
    pub const fn of_task(port: u16) -> Self {
        let instance = None;
        Self { port, instance }
    }

    /// A port of the EC2 instance on which the task runs.
    #[must_use]
    pub fn of_instance(port: u16, instance: &str) -> Self {
        let instance = Some(instance.into());
        Self { port, instance }
    }
}

impl<'a> From<&'a TargetAddress> for service_message::TargetAddress<'a> {
    fn from(address: &'a TargetAddress) -> Self {
        match &address.instance {
            Some(instance) => Self::of_instance(address.port, instance),
            None => Self::of_task(address.port),
        }
    }
}

/// A document of a task from which a service scheduler learns nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ObservedTaskError {
    /// A member is missing.
    #[error("the task has no `{member}`")]
    Missing {
        /// The member.
        member: &'static str,
    },
    /// The task is of no service: its group is another one.
    #[error("the group `{group}` is not that of a service")]
    Group {
        /// The group.
        group: String,
    },
    /// A status that nobody knows.
    #[error("`lastStatus` is not the status of a task")]
    Status(#[from] UnknownName),
}

impl ObservedServiceTask {
    /// A task of a deployment that shall run, of which nothing else is known.
    #[must_use]
    pub fn new(
        service: impl Into<Arc<str>>,
        deployment: impl Into<Arc<str>>,
        task: impl Into<Arc<str>>,
        last_status: TaskStatus,
    ) -> Self {
        Self {
            task: task.into(),
            service: service.into(),
            deployment: deployment.into(),
            place: None,
            last_status,
            is_stopping: false,
            health: None,
            target: None,
            started_at: None,
            protected_until: None,
            stop_code: None,
            stopped_reason: None,
            version: None,
        }
    }
}

impl TryFrom<&Task> for ObservedServiceTask {
    type Error = ObservedTaskError;

    /// What a document of DescribeTasks, or of an event, says. What target groups say does not
    /// stand in it.
    fn try_from(task: &Task) -> Result<Self, ObservedTaskError> {
        let needed = |member, value: Option<&str>| {
            value
                .map(Arc::<str>::from)
                .ok_or(ObservedTaskError::Missing { member })
        };
        let group = needed("group", task.group())?;
        let service = group.strip_prefix("service:");
        let service = service.ok_or_else(|| ObservedTaskError::Group {
            group: group.to_string(),
        })?;
        let status = needed("lastStatus", task.last_status())?;
        let desired = task.desired_status().unwrap_or_default();
        let mut observed = Self::new(
            service,
            needed("startedBy", task.started_by())?,
            needed("taskArn", task.task_arn())?,
            status.parse()?,
        );
        observed.is_stopping = desired == "STOPPED";
        let instance = task.container_instance_arn().map(Arc::from);
        let zone = task.availability_zone().map(Arc::from);
        observed.place = instance
            .map(TaskPlace::Instance)
            .or(zone.map(TaskPlace::Zone));
        observed.health = task.health_status().cloned();
        observed.started_at = task.started_at();
        observed.stop_code = task.stop_code().cloned();
        observed.stopped_reason = task.stopped_reason().map(Box::from);
        observed.version = task.version();
        Ok(observed)
    }
}
