//! [`ContainerStatus`]: how far the agent has brought a container, and [`SteadyState`].

use ecs_model::named;
use serde::{Deserialize, Serialize};

use crate::{AgentTaskStatus, ReportedStatus};

/// How far the container agent has brought a container, in order.
///
/// A container climbs this ladder one step at a time until its [`SteadyState`], and goes from
/// there, or from any lower step, to `STOPPED`. It never goes down.
///
/// ```
/// use ecs_state::{ContainerStatus, SteadyState};
///
/// assert!(ContainerStatus::Created < ContainerStatus::Running);
/// assert_eq!(
///     ContainerStatus::Created.next(SteadyState::Running),
///     ContainerStatus::Running
/// );
/// ```
///
/// Source: amazon-ecs-agent, container status.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ContainerStatus {
    /// Nothing was done yet.
    #[default]
    None,
    /// The image digest is known.
    ManifestPulled,
    /// The image is on the host.
    Pulled,
    /// The container exists and was not started.
    Created,
    /// The container's process runs.
    Running,
    /// The container runs and the network of the task is set up in it.
    ResourcesProvisioned,
    /// The container's process ended, or will never start.
    Stopped,
}

named! {
    ContainerStatus {
        None = "NONE",
        ManifestPulled = "MANIFEST_PULLED",
        Pulled = "PULLED",
        Created = "CREATED",
        Running = "RUNNING",
        ResourcesProvisioned = "RESOURCES_PROVISIONED",
        Stopped = "STOPPED",
    }
}

impl ContainerStatus {
    /// The next step of a container that goes on: one up until its steady state, then `STOPPED`.
    #[must_use]
    pub const fn next(self, steady: SteadyState) -> Self {
        match self {
            Self::None => Self::ManifestPulled,
            Self::ManifestPulled => Self::Pulled,
            Self::Pulled => Self::Created,
            Self::Created => Self::Running,
            Self::Running if matches!(steady, SteadyState::ResourcesProvisioned) => {
                Self::ResourcesProvisioned
            }
            Self::Running | Self::ResourcesProvisioned | Self::Stopped => Self::Stopped,
        }
    }

    /// Whether a container with this status is where it shall stay.
    #[must_use]
    pub fn is_steady(self, steady: SteadyState) -> bool {
        self == steady.status()
    }

    /// Whether the container's process runs, so that stopping it needs the container runtime.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::ResourcesProvisioned)
    }

    /// What a container with this status means for its task.
    #[must_use]
    pub const fn task_status(self, steady: SteadyState) -> AgentTaskStatus {
        match (self, steady) {
            (Self::None, _) => AgentTaskStatus::None,
            (Self::ManifestPulled | Self::Pulled, _) => AgentTaskStatus::ManifestPulled,
            (Self::Created, _) | (Self::Running, SteadyState::ResourcesProvisioned) => {
                AgentTaskStatus::Created
            }
            (Self::Running, SteadyState::Running) | (Self::ResourcesProvisioned, _) => {
                AgentTaskStatus::Running
            }
            (Self::Stopped, _) => AgentTaskStatus::Stopped,
        }
    }

    /// What the agent tells ECS about a container with this status.
    #[must_use]
    pub fn reported(self, steady: SteadyState) -> ReportedStatus {
        match self {
            Self::Stopped => ReportedStatus::Stopped,
            status if status.is_steady(steady) => ReportedStatus::Running,
            _ => ReportedStatus::Pending,
        }
    }

    /// Whether ECS has to hear of a container with this status: that it is in its steady state, that
    /// it has stopped, and before that the digest of its image, if it was found.
    ///
    /// Source: amazon-ecs-agent, state changes.
    #[must_use]
    pub fn is_news(self, sent: Self, steady: SteadyState, has_digest: bool) -> bool {
        let found = self == Self::ManifestPulled && has_digest;
        (found || self.is_reportable(steady)) && sent < self
    }

    /// Whether reaching this status is worth a report: the steady state and `STOPPED` are.
    #[must_use]
    pub fn is_reportable(self, steady: SteadyState) -> bool {
        self == Self::Stopped || self.is_steady(steady)
    }
}

/// The status at which a container that goes well stays.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum SteadyState {
    /// The containers of a task definition.
    #[default]
    Running,
    /// The container that holds the network of an `awsvpc` task.
    ResourcesProvisioned,
}

impl SteadyState {
    /// The container status that this steady state is.
    #[must_use]
    pub const fn status(self) -> ContainerStatus {
        match self {
            Self::Running => ContainerStatus::Running,
            Self::ResourcesProvisioned => ContainerStatus::ResourcesProvisioned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for status in ContainerStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        let error = "DEAD".parse::<ContainerStatus>().unwrap_err();
        assert_eq!(error.to_string(), "unknown name `DEAD`");
    }

    #[test]
    fn the_way_up_ends_in_the_steady_state() {
        for steady in [SteadyState::Running, SteadyState::ResourcesProvisioned] {
            let mut status = ContainerStatus::None;
            while !status.is_steady(steady) {
                let next = status.next(steady);
                assert!(next > status && next != ContainerStatus::Stopped);
                status = next;
            }
            assert_eq!(status.next(steady), ContainerStatus::Stopped);
        }
    }

    #[test]
    fn a_higher_container_never_means_a_lower_task() {
        for steady in [SteadyState::Running, SteadyState::ResourcesProvisioned] {
            for pair in ContainerStatus::ALL.windows(2) {
                assert!(pair[0].task_status(steady) <= pair[1].task_status(steady));
            }
        }
    }
}
