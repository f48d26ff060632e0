//! [`TaskStatus`], in the order in which a task passes it.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a task is, as ECS says in `lastStatus`, in the order in which a task passes it.
///
/// ```
/// use ecs_model::task::TaskStatus;
///
/// let last: TaskStatus = "ACTIVATING".parse()?;
/// assert!(last > TaskStatus::Pending && last < TaskStatus::Running);
/// # Ok::<(), ecs_model::task::UnknownTaskStatus>(())
/// ```
///
/// Source: Developer Guide, task lifecycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum TaskStatus {
    /// ECS prepares what the task needs before its launch, such as a network interface, or waits
    /// for capacity.
    Provisioning,
    /// The agent has the task; it waits for resources and prepares containers.
    Pending,
    /// The task was launched and ECS registers it with target groups or service discovery.
    Activating,
    /// The task runs.
    Running,
    /// ECS takes the task out of its target groups.
    Deactivating,
    /// The agent stops the containers.
    Stopping,
    /// ECS takes back what it prepared.
    Deprovisioning,
    /// The task has stopped for ever.
    Stopped,
    /// The task is forgotten; only describing it shows this.
    Deleted,
}

/// A text that is not the status of a task.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{status}` is not the status of a task")]
pub struct UnknownTaskStatus {
    status: String,
}

impl TaskStatus {
    /// All values, in order.
    pub const ALL: &'static [Self] = &[
        Self::Provisioning,
        Self::Pending,
        Self::Activating,
        Self::Running,
        Self::Deactivating,
        Self::Stopping,
        Self::Deprovisioning,
        Self::Stopped,
        Self::Deleted,
    ];

    /// The name of the value, as the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
            Self::Deleted => "DELETED",
        }
    }

    /// Whether the task has stopped for ever.
    #[must_use]
    pub const fn has_stopped(self) -> bool {
        matches!(self, Self::Stopped | Self::Deleted)
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TaskStatus {
    type Err = UnknownTaskStatus;

    fn from_str(text: &str) -> Result<Self, UnknownTaskStatus> {
        let mut all = Self::ALL.iter().copied();
        all.find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownTaskStatus {
                status: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for status in TaskStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
            let written = serde_json::to_value(status).ok();
            assert_eq!(written, Some(status.as_str().into()));
        }
        let unknown = "running".parse::<TaskStatus>().map_err(|no| no.to_string());
        assert_eq!(
            unknown,
            Err("`running` is not the status of a task".to_owned())
        );
    }
}
