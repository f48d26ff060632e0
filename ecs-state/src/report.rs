//! What an agent tells ECS, and what ECS makes of it.

use core::fmt;

use ecs_model::{NetworkBinding, Timestamp};

use crate::{ReportedStatus, TaskStatus};

/// What an agent submits about a task and its containers.
///
/// This is the one type between the two layers: [`AgentTask`](crate::AgentTask) makes it,
/// [`TaskMachine`](crate::TaskMachine) takes it.
///
/// ```
/// use ecs_state::{ContainerReport, ReportedStatus, TaskReport};
///
/// let report = TaskReport::new(ReportedStatus::Stopped)
///     .with_container(ContainerReport::stopped("web", 1));
/// assert_eq!(report.containers[0].exit_code, Some(1));
/// ```
///
/// Source: API shape `SubmitTaskStateChangeRequest`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TaskReport {
    /// The status of the task.
    pub status: ReportedStatus,
    /// Why the task stopped, in the agent's words.
    pub reason: Option<String>,
    /// The containers that changed.
    pub containers: Vec<ContainerReport>,
    /// When the first image pull began.
    pub pull_started_at: Option<Timestamp>,
    /// When the last image pull ended.
    pub pull_stopped_at: Option<Timestamp>,
    /// When the first essential container stopped.
    pub execution_stopped_at: Option<Timestamp>,
}

impl TaskReport {
    /// A report without details.
    #[must_use]
    pub fn new(status: ReportedStatus) -> Self {
        Self {
            status,
            reason: None,
            containers: Vec::new(),
            pull_started_at: None,
            pull_stopped_at: None,
            execution_stopped_at: None,
        }
    }

    /// Adds what happened to a container.
    #[must_use]
    pub fn with_container(mut self, container: ContainerReport) -> Self {
        self.containers.push(container);
        self
    }

    /// Sets the reason.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// What an agent submits about one container.
///
/// Source: API shape `ContainerStateChange`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContainerReport {
    /// The name of the container.
    pub name: String,
    /// The status of the container.
    pub status: ReportedStatus,
    /// The exit code of the container's process.
    pub exit_code: Option<i32>,
    /// Why the container stopped or was not started.
    pub reason: Option<String>,
    /// The id that the container runtime gave.
    pub runtime_id: Option<String>,
    /// The digest of the image.
    pub image_digest: Option<String>,
    /// The ports that lead to the container.
    pub network_bindings: Vec<NetworkBinding>,
}

impl ContainerReport {
    /// A report without details.
    #[must_use]
    pub fn new(name: impl Into<String>, status: ReportedStatus) -> Self {
        Self {
            name: name.into(),
            status,
            exit_code: None,
            reason: None,
            runtime_id: None,
            image_digest: None,
            network_bindings: Vec::new(),
        }
    }

    /// The container runs.
    #[must_use]
    pub fn running(name: impl Into<String>) -> Self {
        Self::new(name, ReportedStatus::Running)
    }

    /// The container's process ended with this code.
    #[must_use]
    pub fn stopped(name: impl Into<String>, exit_code: i32) -> Self {
        Self {
            exit_code: Some(exit_code),
            ..Self::new(name, ReportedStatus::Stopped)
        }
    }

    /// The container was never started, for this reason.
    #[must_use]
    pub fn failed(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::new(name, ReportedStatus::Stopped)
        }
    }
}

/// What became of an event.
///
/// Reports travel over networks: they come twice, late and in another order. A status only ever
/// goes up, and what a late report still adds (a time, an exit code) is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// The state went on.
    Applied,
    /// The state was already there.
    Duplicate,
    /// The state is already past it.
    Stale,
    /// The event contradicts the state, which is unchanged.
    Rejected(Rejection),
}

/// Why an event contradicts the state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The task has no container of this name.
    #[error("the task has no container `{0}`")]
    UnknownContainer(String),
    /// The container already ended with another exit code.
    #[error("container `{container}` ended with code {known}, not with {reported}")]
    OtherExitCode {
        /// The name of the container.
        container: String,
        /// The code that was reported first.
        known: i32,
        /// The code of this report.
        reported: i32,
    },
    /// An agent spoke of a task that it has not been given.
    #[error("the task is {0} and was not given to an agent yet")]
    NotLaunched(TaskStatus),
    /// The task has no such phase.
    #[error("the task has no phase {0}")]
    NoSuchPhase(TaskStatus),
    /// ECS has not begun the work of the phase that should have ended.
    #[error("the task is {at} and the work of phase {phase} was not begun")]
    PhaseNotBegun {
        /// Where the task is.
        at: TaskStatus,
        /// The phase.
        phase: TaskStatus,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applied => f.write_str("applied"),
            Self::Duplicate => f.write_str("duplicate"),
            Self::Stale => f.write_str("stale"),
            Self::Rejected(reason) => write!(f, "rejected: {reason}"),
        }
    }
}
