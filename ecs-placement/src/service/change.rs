//! Changes of services, to be kept and applied.

use std::sync::Arc;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::rebalance::{RebalanceEvent, Zones};
use super::settings::{NewService, ServiceUpdate};
use super::task_sets::{TaskSetError, TaskSetEvent};
use super::{ObservedServiceTask, StopCause, TaskPlace};
use crate::capacity::{CapacityError, CapacityEvent};
use crate::deployment::Revision;
use crate::deployment::shift::{ShiftError, ShiftEvent};
use crate::record::{Versioned, VersionedRecord};

/// One change of the services of a cluster, and the version that they have after it.
pub type ServiceRecord = VersionedRecord<ServiceChange>;

/// What changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ServiceChange {
    /// A service is created.
    Create(Box<NewService>),
    /// A service is changed by its user.
    Update(Box<ServiceUpdate>),
    /// A service is deleted; its tasks are stopped.
    Delete {
        /// The service.
        service: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A service that is deleted has no tasks any more that shall run.
    Gone {
        /// The service.
        service: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A daemon service shall have another number of tasks: as many as there are instances for
    /// it.
    Resize {
        /// The service.
        service: Arc<str>,
        /// The tasks that it shall have.
        desired: u32,
        /// When.
        at: Timestamp,
    },
    /// An alarm goes off, or is over.
    Alarm {
        /// Its name.
        alarm: Box<str>,
        /// Whether it is in ALARM.
        is_on: bool,
        /// When.
        at: Timestamp,
    },
    /// A task was seen.
    Observe {
        /// The task.
        task: Box<ObservedServiceTask>,
        /// When.
        at: Timestamp,
    },
    /// A task is taken over that somebody else has started.
    Adopt {
        /// The task.
        task: Box<ObservedServiceTask>,
        /// When.
        at: Timestamp,
    },
    /// A container instance has another status.
    Instance {
        /// Its ARN.
        instance: Arc<str>,
        /// The status.
        status: Box<str>,
        /// When.
        at: Timestamp,
    },
    /// Time has passed, so that tasks count as healthy, or a wait is over.
    Elapse {
        /// The service.
        service: Arc<str>,
        /// Up to when.
        at: Timestamp,
    },
    /// Tasks start.
    Start(TaskStarts),
    /// Tasks that waited for capacity have found a place.
    Settle {
        /// The service.
        service: Arc<str>,
        /// The tasks and where each goes.
        tasks: Vec<(Arc<str>, TaskPlace)>,
        /// When.
        at: Timestamp,
    },
    /// Something happens to the capacity providers of the cluster.
    Capacity {
        /// What.
        events: Vec<CapacityEvent>,
        /// When.
        at: Timestamp,
    },
    /// Tasks that run are registered in the target groups of their service.
    Register {
        /// The service.
        service: Arc<str>,
        /// The tasks.
        tasks: Vec<Arc<str>>,
        /// When.
        at: Timestamp,
    },
    /// Tasks stop.
    Stop {
        /// The service.
        service: Arc<str>,
        /// The tasks, and why each stops.
        tasks: Vec<(Arc<str>, StopCause)>,
        /// If the task of a move stops, the tasks of each Availability Zone then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zones: Option<Zones>,
        /// When.
        at: Timestamp,
    },
    /// Something happens to a deployment.
    Deployment {
        /// The service.
        service: Arc<str>,
        /// The id of the deployment.
        deployment: Arc<str>,
        /// What happens.
        event: DeploymentEvent,
        /// When.
        at: Timestamp,
    },
    /// Something happens to the task sets of a service.
    TaskSet {
        /// The service.
        service: Arc<str>,
        /// What happens.
        event: TaskSetEvent,
        /// What the tasks of a new one are made of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<Box<TaskSetRevision>>,
        /// When.
        at: Timestamp,
    },
    /// Something happens to the moves of a service between Availability Zones.
    Rebalance {
        /// The service.
        service: Arc<str>,
        /// What happens.
        event: RebalanceEvent,
        /// When.
        at: Timestamp,
    },
    /// Something happens to the deployment of a service that shifts traffic, or to the hooks of one
    /// that rolls.
    Shift {
        /// The service.
        service: Arc<str>,
        /// What happens.
        event: ShiftEvent,
        /// When.
        at: Timestamp,
    },
    /// Something is told in an event.
    Tell {
        /// The service.
        service: Arc<str>,
        /// What.
        notice: Notice,
        /// When.
        at: Timestamp,
    },
}

/// Tasks of a deployment that start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskStarts {
    /// The service.
    pub service: Arc<str>,
    /// The deployment.
    pub deployment: Arc<str>,
    /// The tasks and where each goes.
    pub tasks: Vec<(Arc<str>, TaskPlace)>,
    /// The capacity provider, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Arc<str>>,
    /// Tasks that wait in `PROVISIONING` for the capacity of the provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Arc<str>>,
    /// For the task of a move from one Availability Zone to another, the state of the cell's
    /// instances: without place it is not tried again before that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves_at: Option<u64>,
    /// How many found no place.
    pub unplaced: u32,
    /// Why, if it is to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
    /// Whether it was tried because the cluster has changed, not because a wait was over:
    /// what finds no place then is no failure.
    #[serde(default)]
    pub is_retry: bool,
    /// When.
    pub at: Timestamp,
}

/// What happens to a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum DeploymentEvent {
    /// The service deployment that goes to it begins.
    Begin,
    /// It comes to the next stage of those at which a deployment that rolls calls hooks:
    /// `PRE_SCALE_UP`, or `POST_SCALE_UP`.
    Advance,
    /// All that it asks for is done, and it bakes.
    Bake,
    /// It is complete.
    Complete,
    /// It has failed.
    Fail {
        /// Why.
        failure: DeploymentFailure,
        /// The id of the completed deployment that is restored, if one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rollback: Option<Arc<str>>,
    },
    /// It is an older one that has no tasks any more, and is dropped.
    Retire,
}

/// What the tasks of a task set are made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskSetRevision(pub(super) Revision);

/// Why a task finds no place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Obstacle {
    /// As the event of the service tells it.
    pub message: Box<str>,
    /// As the event on EventBridge does: `RESOURCE:MEMORY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
    /// The ARN of the container instance that comes closest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Arc<str>>,
}

/// Why a deployment has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DeploymentFailure {
    /// Its tasks failed too often.
    CircuitBreaker,
    /// An alarm went off.
    Alarm,
    /// The user stopped it.
    Stopped,
    /// A hook, or while it shifted traffic a stage or the network, ended it.
    Shift,
}

/// What is told of a service while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Notice {
    /// It has what it shall have, and all of it is healthy.
    Steady,
    /// The bounds of its deployment leave no room for a step.
    Blocked,
    /// Its tasks fail to start again and again.
    Impaired,
    /// No place was found for a task.
    Unplaced,
    /// More of its tasks are protected than it shall have.
    Protected,
}

/// A record that cannot be applied. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ServiceApplyError {
    /// A record is missing before this one, or it was applied already.
    #[error("the record leads to version {version}, the next version is {next}")]
    NotNext {
        /// The version of the record.
        version: u64,
        /// The version that the services would have.
        next: u64,
    },
    /// There is no such service.
    #[error("there is no service `{service}`")]
    NoService {
        /// The service.
        service: String,
    },
    /// There is such a service already.
    #[error("there is already a service `{service}`")]
    ServiceExists {
        /// The service.
        service: String,
    },
    /// A service has no such deployment.
    #[error("the service has no deployment `{deployment}`")]
    NoDeployment {
        /// The deployment.
        deployment: String,
    },
    /// A service has no such task.
    #[error("the service has no task `{task}`")]
    NoTask {
        /// The task.
        task: String,
    },
    /// A service has no deployment that shifts traffic or calls hooks.
    #[error("the service `{service}` has no deployment that shifts traffic or calls hooks")]
    NoShift {
        /// The service.
        service: String,
    },
    /// A service has no task sets.
    #[error("the service `{service}` has no task sets")]
    NoTaskSets {
        /// The service.
        service: String,
    },
    /// The task sets of a service cannot take an event.
    #[error(transparent)]
    TaskSet(#[from] TaskSetError),
    /// The deployment that shifts traffic cannot take an event.
    #[error(transparent)]
    Shift(#[from] ShiftError),
    /// The capacity providers of the cluster cannot take an event, or it has none.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// A task is known already.
    #[error("there is already a task `{task}`")]
    TaskExists {
        /// The task.
        task: String,
    },
}

impl Versioned for ServiceChange {
    const RECORD: &'static str = "service record";
}
