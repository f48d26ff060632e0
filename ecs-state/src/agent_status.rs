//! [`AgentTaskStatus`], what a task is on its host, and [`ReportedStatus`], what ECS hears of it.

use ecs_model::named;
use serde::{Deserialize, Serialize};

/// How far a task is on its container instance, in order.
///
/// The agent's ladder is smaller than that of ECS: [`TaskStatus`](crate::TaskStatus) adds the
/// phases in which ECS itself works for the task.
///
/// Source: amazon-ecs-agent, task status.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AgentTaskStatus {
    /// Some container has not begun.
    #[default]
    None,
    /// Every container has at least its image digest.
    ManifestPulled,
    /// Every container exists.
    Created,
    /// Every container is in its steady state or has stopped, and no essential one has stopped.
    Running,
    /// Every container has stopped.
    Stopped,
}

named! {
    AgentTaskStatus {
        None = "NONE",
        ManifestPulled = "MANIFEST_PULLED",
        Created = "CREATED",
        Running = "RUNNING",
        Stopped = "STOPPED",
    }
}

impl AgentTaskStatus {
    /// What the agent tells ECS about a task with this status.
    #[must_use]
    pub const fn reported(self) -> ReportedStatus {
        match self {
            Self::None | Self::ManifestPulled | Self::Created => ReportedStatus::Pending,
            Self::Running => ReportedStatus::Running,
            Self::Stopped => ReportedStatus::Stopped,
        }
    }
}

/// The three statuses that an agent submits, for a task and for a container, in order.
///
/// Source: API shapes `SubmitTaskStateChangeRequest` and `ContainerStateChange`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ReportedStatus {
    /// Not yet running.
    #[default]
    Pending,
    /// Running.
    Running,
    /// Stopped for ever.
    Stopped,
}

named! {
    ReportedStatus {
        Pending = "PENDING",
        Running = "RUNNING",
        Stopped = "STOPPED",
    }
}

impl AgentTaskStatus {
    /// Whether ECS has to hear of a task with this status: that it runs, that it has stopped, and
    /// before that the digests of its images, if one was found.
    ///
    /// ```
    /// use ecs_state::AgentTaskStatus;
    ///
    /// assert!(AgentTaskStatus::Running.is_news(AgentTaskStatus::None, false));
    /// assert!(!AgentTaskStatus::ManifestPulled.is_news(AgentTaskStatus::None, false));
    /// assert!(AgentTaskStatus::ManifestPulled.is_news(AgentTaskStatus::None, true));
    /// ```
    ///
    /// Source: amazon-ecs-agent, state changes.
    #[must_use]
    pub fn is_news(self, sent: Self, has_digest: bool) -> bool {
        let reportable = match self.reported() {
            ReportedStatus::Pending => self == Self::ManifestPulled && has_digest,
            _ => true,
        };
        reportable && sent < self
    }
}

/// The status of a task whose containers stand for statuses of which this is the lowest: never lower
/// than before. A task with an essential container that has stopped does not become `RUNNING` any
/// more; it stays until all its containers have stopped.
pub(crate) fn settle_status(
    before: AgentTaskStatus,
    lowest: AgentTaskStatus,
    essential_stopped: bool,
) -> AgentTaskStatus {
    match lowest {
        AgentTaskStatus::Running if essential_stopped => before,
        _ => before.max(lowest),
    }
}
