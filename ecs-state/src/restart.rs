//! [`RestartPolicy`]: when a container is started again without its task.

use core::fmt;
use core::time::Duration;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ContainerStatus;

/// How long a container must have run before it is started again, where nothing else is said.
///
/// Source: API shape `ContainerRestartPolicy`.
pub const DEFAULT_RESTART_ATTEMPT_PERIOD: Duration = Duration::from_secs(300);

/// When a container is started again without its task.
///
/// The task does not notice: for ECS and for containers that depend on it, a container that is
/// started again was running all the time.
///
/// ```
/// use std::time::Duration;
/// use ecs_model::Timestamp;
/// use ecs_state::{ContainerEnd, ContainerStatus, NoRestart, RestartPolicy};
///
/// let policy = RestartPolicy::new()
///     .with_attempt_period(Duration::from_secs(60))
///     .with_ignored_exit_codes([0]);
/// let at = Timestamp::from_seconds;
/// let end = |exit_code| ContainerEnd {
///     exit_code: Some(exit_code),
///     desired: ContainerStatus::Running,
///     last_start: Some(at(0)),
/// };
/// assert_eq!(policy.decide(end(1), at(61)), Ok(()));
/// assert_eq!(policy.decide(end(0), at(61)), Err(NoRestart::IgnoredExitCode(0)));
/// assert_eq!(policy.decide(end(1), at(59)), Err(NoRestart::TooEarly));
/// ```
///
/// Source: API shape `ContainerRestartPolicy`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestartPolicy {
    ignored_exit_codes: Vec<i32>,
    attempt_period: Duration,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerEnd {
    /// Its exit code, if it has one.
    pub exit_code: Option<i32>,
    /// How far it should have come.
    pub desired: ContainerStatus,
    /// When it was last started, be it for the first time or again.
    pub last_start: Option<Timestamp>,
}

/// Why a container is not started again. The texts are the agent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoRestart {
    /// No policy is enabled.
    NoPolicy,
    /// It was to stop.
    ShallStop,
    /// It has no exit code.
    NoExitCode,
    /// It ended with a code that the policy ignores.
    IgnoredExitCode(i32),
    /// It has not run for the attempt period.
    TooEarly,
}

impl RestartPolicy {
    /// Starts again after every exit code, if the container ran for
    /// [`DEFAULT_RESTART_ATTEMPT_PERIOD`].
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ignored_exit_codes: Vec::new(),
            attempt_period: DEFAULT_RESTART_ATTEMPT_PERIOD,
        }
    }

    /// Sets the exit codes after which the container is not started again.
    #[must_use]
    pub fn with_ignored_exit_codes(mut self, codes: impl IntoIterator<Item = i32>) -> Self {
        self.ignored_exit_codes = codes.into_iter().collect();
        self
    }

    /// Sets how long the container must have run.
    #[must_use]
    pub const fn with_attempt_period(mut self, period: Duration) -> Self {
        self.attempt_period = period;
        self
    }

    /// Decides whether a container that ended so at `now` is started again.
    ///
    /// # Errors
    ///
    /// [`NoRestart`] with the first reason against it.
    pub fn decide(&self, end: ContainerEnd, now: Timestamp) -> Result<(), NoRestart> {
        if end.desired == ContainerStatus::Stopped {
            return Err(NoRestart::ShallStop);
        }
        let exit_code = end.exit_code.ok_or(NoRestart::NoExitCode)?;
        if self.ignored_exit_codes.contains(&exit_code) {
            return Err(NoRestart::IgnoredExitCode(exit_code));
        }
        match end.last_start {
            Some(start) if now.saturating_since(start) >= self.attempt_period => Ok(()),
            _ => Err(NoRestart::TooEarly),
        }
    }
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for NoRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPolicy => f.write_str("restart policy is not enabled"),
            Self::ShallStop => f.write_str("container's desired status is stopped"),
            Self::NoExitCode => f.write_str("exit code is nil"),
            Self::IgnoredExitCode(code) => write!(f, "exit code {code} should be ignored"),
            Self::TooEarly => f.write_str("attempt reset period has not elapsed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_against_it_wins() {
        let policy = RestartPolicy::new().with_ignored_exit_codes([0, 3]);
        let now = Timestamp::from_seconds(1_000);
        let end = ContainerEnd {
            exit_code: Some(1),
            desired: ContainerStatus::Running,
            last_start: Some(Timestamp::from_seconds(700)),
        };
        let text = |end| match policy.decide(end, now) {
            Ok(()) => "restart".to_owned(),
            Err(reason) => reason.to_string(),
        };
        assert_eq!(text(end), "restart");
        let late = Some(Timestamp::from_seconds(701));
        let early = ContainerEnd {
            last_start: late,
            ..end
        };
        assert_eq!(text(early), "attempt reset period has not elapsed");
        let never_started = ContainerEnd {
            last_start: None,
            ..end
        };
        assert_eq!(text(never_started), "attempt reset period has not elapsed");
        let ignored = ContainerEnd {
            exit_code: Some(3),
            ..early
        };
        assert_eq!(text(ignored), "exit code 3 should be ignored");
        let unknown = ContainerEnd {
            exit_code: None,
            ..early
        };
        assert_eq!(text(unknown), "exit code is nil");
        let stopping = ContainerEnd {
            desired: ContainerStatus::Stopped,
            ..unknown
        };
        assert_eq!(text(stopping), "container's desired status is stopped");
    }
}
