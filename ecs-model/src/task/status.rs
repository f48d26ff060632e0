//! [`TaskStatus`], in the order in which a task passes it.

use serde::{Deserialize, Serialize};

use crate::named;

/// Where a task is, as ECS says in `lastStatus`, in the order in which a task passes it.
///
/// ```
/// use ecs_model::task::TaskStatus;
///
/// let last: TaskStatus = "ACTIVATING".parse()?;
/// assert!(last > TaskStatus::Pending && last < TaskStatus::Running);
/// # Ok::<(), ecs_model::UnknownName>(())
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

named! {
    TaskStatus {
        Provisioning = "PROVISIONING",
        Pending = "PENDING",
        Activating = "ACTIVATING",
        Running = "RUNNING",
        Deactivating = "DEACTIVATING",
        Stopping = "STOPPING",
        Deprovisioning = "DEPROVISIONING",
        Stopped = "STOPPED",
        Deleted = "DELETED",
    }
}

impl TaskStatus {
    /// Whether the task has stopped for ever.
    #[must_use]
    pub const fn has_stopped(self) -> bool {
        matches!(self, Self::Stopped | Self::Deleted)
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
        assert_eq!(unknown, Err("unknown name `running`".to_owned()));
    }
}
