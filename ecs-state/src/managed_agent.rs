//! [`ManagedAgentStatus`]: how far an agent is that ECS runs in a container.

use ecs_model::named;
use serde::{Deserialize, Serialize};

use crate::ReportedStatus;

/// How far the agent of ECS Exec is in its container, in order.
///
/// ```
/// use ecs_state::{ManagedAgentStatus, ReportedStatus};
///
/// assert_eq!(ManagedAgentStatus::Created.reported(), ReportedStatus::Pending);
/// assert!(!ManagedAgentStatus::None.is_reportable());
/// ```
///
/// Source: amazon-ecs-agent, managed agent status; API shape `ManagedAgent`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ManagedAgentStatus {
    /// Nothing was done yet.
    #[default]
    None,
    /// Its container was created with it.
    Created,
    /// It runs.
    Running,
    /// It ended, or its container did.
    Stopped,
}

named! {
    ManagedAgentStatus {
        None = "NONE",
        Created = "CREATED",
        Running = "RUNNING",
        Stopped = "STOPPED",
    }
}

/// Why the managed agent of a container that ended has stopped.
///
/// Source: amazon-ecs-agent, task manager.
pub(crate) const CONTAINER_STOPPED: &str = "Received Container Stopped event";

impl ManagedAgentStatus {
    /// What the agent tells ECS about it.
    #[must_use]
    pub const fn reported(self) -> ReportedStatus {
        match self {
            Self::None | Self::Created => ReportedStatus::Pending,
            Self::Running => ReportedStatus::Running,
            Self::Stopped => ReportedStatus::Stopped,
        }
    }

    /// Whether it is worth a report.
    #[must_use]
    pub const fn is_reportable(self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether ECS has to hear of a managed agent with this status. One of which more was sent than is
    /// known is told of again; that happens with the agent's own behaviour only.
    ///
    /// Source: amazon-ecs-agent, task handler.
    #[must_use]
    pub fn is_news(self, sent: Self) -> bool {
        self.is_reportable() && sent != self
    }

    /// Whether it is the last one.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Stopped)
    }

    pub(crate) const fn of_report(status: ReportedStatus) -> Self {
        match status {
            ReportedStatus::Pending => Self::Created,
            ReportedStatus::Running => Self::Running,
            ReportedStatus::Stopped => Self::Stopped,
        }
    }
}
