//! [`Ladder`]: what is known, what was sent of it, and what ECS has acknowledged.

use serde::{Deserialize, Serialize};

use crate::{AgentTaskStatus, ContainerStatus, ManagedAgentStatus, ReportedStatus, SteadyState};

/// How far something is, and how far ECS has heard of it. Each of the three only rises, except
/// that what was sent falls back to what was acknowledged when a report is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ladder<S> {
    pub(super) known: S,
    pub(super) sent: S,
    pub(super) acknowledged: S,
}

impl<S: Copy + PartialEq> Ladder<S> {
    pub(super) const fn mark_sent(&mut self) {
        self.sent = self.known;
    }

    /// ECS knows what was sent; says whether that is news.
    pub(super) fn acknowledge(&mut self) -> bool {
        let is_news = self.acknowledged != self.sent;
        self.acknowledged = self.sent;
        is_news
    }

    pub(super) const fn lose(&mut self) {
        self.sent = self.acknowledged;
    }
}

/// Whether ECS has to hear of a task: that it runs, that it has stopped, and before that the
/// digests of its images, if one was found.
///
/// ```
/// use ecs_state::{AgentTaskStatus, is_task_news};
///
/// assert!(is_task_news(AgentTaskStatus::Running, AgentTaskStatus::None, false));
/// assert!(!is_task_news(AgentTaskStatus::ManifestPulled, AgentTaskStatus::None, false));
/// assert!(is_task_news(AgentTaskStatus::ManifestPulled, AgentTaskStatus::None, true));
/// ```
///
/// Source: amazon-ecs-agent, state changes.
#[must_use]
pub fn is_task_news(known: AgentTaskStatus, sent: AgentTaskStatus, has_digest: bool) -> bool {
    let reportable = match known.reported() {
        ReportedStatus::Pending => known == AgentTaskStatus::ManifestPulled && has_digest,
        _ => true,
    };
    reportable && sent < known
}

/// Whether ECS has to hear of a container: that it is in its steady state, that it has stopped,
/// and before that the digest of its image, if it was found.
///
/// Source: amazon-ecs-agent, state changes.
#[must_use]
pub fn is_container_news(
    known: ContainerStatus,
    sent: ContainerStatus,
    steady: SteadyState,
    has_digest: bool,
) -> bool {
    let found = known == ContainerStatus::ManifestPulled && has_digest;
    (found || known.is_reportable(steady)) && sent < known
}

/// Whether ECS has to hear of a managed agent. One of which more was sent than is known is told of
/// again; that happens with the agent's own behaviour only.
///
/// Source: amazon-ecs-agent, task handler.
#[must_use]
pub fn is_managed_agent_news(known: ManagedAgentStatus, sent: ManagedAgentStatus) -> bool {
    known.is_reportable() && sent != known
}
