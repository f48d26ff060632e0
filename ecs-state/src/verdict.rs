//! What became of an event.

use core::fmt;

use ecs_model::HealthStatus;

use crate::{TaskStatus, UnknownName};

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
    /// These parts contradict the state; everything else in the event was taken.
    Partial(Vec<Rejection>),
    /// The event contradicts the state, which is unchanged.
    Rejected(Rejection),
}

impl Verdict {
    pub(crate) const fn of_change(is_change: bool) -> Self {
        match is_change {
            true => Self::Applied,
            false => Self::Duplicate,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applied => f.write_str("applied"),
            Self::Duplicate => f.write_str("duplicate"),
            Self::Stale => f.write_str("stale"),
            Self::Partial(parts) => {
                f.write_str("taken, except that ")?;
                for (position, part) in parts.iter().enumerate() {
                    let separator = if position == 0 { "" } else { "; " };
                    write!(f, "{separator}{part}")?;
                }
                Ok(())
            }
            Self::Rejected(reason) => write!(f, "rejected: {reason}"),
        }
    }
}

/// Why an event, or a part of it, contradicts the state.
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
    /// The health of a container without a health check.
    #[error("container `{container}` has no health check and cannot be {health}")]
    NoHealthCheck {
        /// The name of the container.
        container: String,
        /// The health that was reported.
        health: HealthStatus,
    },
    /// The task has no resource of this name.
    #[error("the task has no resource `{0}`")]
    UnknownResource(String),
    /// The task has no attachment of this id.
    #[error("the task has no attachment `{0}`")]
    UnknownAttachment(String),
    /// The container has no managed agent.
    #[error("container `{0}` has no managed agent")]
    NoManagedAgent(String),
    /// An agent spoke of a task that it has not been given.
    #[error("the task is {0} and was not given to an agent yet")]
    NotLaunched(TaskStatus),
    /// The report has a status that is none.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
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
