//! How far a service deployment is.

use std::fmt;

use ecs_model::Timestamp;
use ecs_model::deployment::ServiceDeploymentStatus;
use serde::{Deserialize, Serialize};

/// How far a service deployment is.
///
/// Source: API shape `ServiceDeploymentStatus`; Developer Guide,
/// [service deployments](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ShiftStatus {
    /// It was created.
    Pending,
    /// It goes through its stages.
    InProgress,
    /// It stops where it is: a newer one has started, or it failed and does not go back.
    StopRequested,
    /// A user wants it to go back.
    RollbackRequested,
    /// It goes back.
    RollbackInProgress,
    /// The target is in place.
    Successful,
    /// It stopped where it was.
    Stopped,
    /// The source is in place again.
    RollbackSuccessful,
    /// It could not go back.
    RollbackFailed,
}

impl ShiftStatus {
    /// Whether it is over.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed
        )
    }
}

impl From<ShiftStatus> for ServiceDeploymentStatus {
    fn from(status: ShiftStatus) -> Self {
        match status {
            ShiftStatus::Pending => Self::Pending,
            ShiftStatus::InProgress => Self::InProgress,
            ShiftStatus::StopRequested => Self::StopRequested,
            ShiftStatus::RollbackRequested => Self::RollbackRequested,
            ShiftStatus::RollbackInProgress => Self::RollbackInProgress,
            ShiftStatus::Successful => Self::Successful,
            ShiftStatus::Stopped => Self::Stopped,
            ShiftStatus::RollbackSuccessful => Self::RollbackSuccessful,
            ShiftStatus::RollbackFailed => Self::RollbackFailed,
        }
    }
}

impl fmt::Display for ShiftStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ServiceDeploymentStatus::from(*self).as_str())
    }
}

/// What made it fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Cause {
    CircuitBreaker,
    Alarm,
    /// A user.
    Stop,
    /// A hook, time or the network.
    Other,
}

/// When what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Times {
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) started: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rollback: Option<Timestamp>,
    /// When someone or something wanted it to stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stopped: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finished: Option<Timestamp>,
}

impl Times {
    pub(crate) const fn created(at: Timestamp) -> Self {
        Self {
            created: at,
            updated: at,
            started: None,
            rollback: None,
            stopped: None,
            finished: None,
        }
    }
}
