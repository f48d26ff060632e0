//! [`ExitCode`]: what the exit code of a container says.

use core::fmt;

use crate::StopSignal;

/// The exit code of a container's process, explained.
///
/// A process that a signal ended has 128 and the number of the signal. That it was `SIGKILL` does
/// not say who sent it: the stop timeout and the kernel, when memory runs out, both do.
///
/// ```
/// use ecs_state::ExitCode;
///
/// assert_eq!(
///     ExitCode(137).to_string(),
///     "exit code 137: SIGKILL ended the process (the stop timeout passed, or memory ran out)"
/// );
/// assert_eq!(ExitCode(139).signal().unwrap().to_string(), "SIGSEGV");
/// assert_eq!(ExitCode(1).to_string(), "exit code 1: the process failed");
/// ```
///
/// Source: Developer Guide, stopped tasks; Docker's reference, exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExitCode(pub i32);

impl ExitCode {
    /// The code of a container that was never started because a dependency can never be met. It
    /// is that of a process that `SIGTERM` ended.
    ///
    /// Source: amazon-ecs-agent, dependency graph.
    pub const NEVER_STARTED: Self = Self(143);

    /// The signal that ended the process, if one did.
    #[must_use]
    pub fn signal(self) -> Option<StopSignal> {
        let number = self.0.checked_sub(128)?;
        StopSignal::from_number(u8::try_from(number).ok()?)
    }

    /// Whether the process ended as it should.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}: ", self.0)?;
        match (self.0, self.signal()) {
            (0, _) => f.write_str("the process succeeded"),
            (125, _) => f.write_str("the container runtime failed"),
            (126, _) => f.write_str("the command cannot be run"),
            (127, _) => f.write_str("the command was not found"),
            (_, Some(StopSignal::KILL)) => f.write_str(
                "SIGKILL ended the process (the stop timeout passed, or memory ran out)",
            ),
            (_, Some(StopSignal::TERM)) => f.write_str(
                "SIGTERM ended the process, or it was never started because of a dependency",
            ),
            (_, Some(signal)) => write!(f, "{signal} ended the process"),
            (_, None) => f.write_str("the process failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (code, text) in [
            (0, "exit code 0: the process succeeded"),
            (3, "exit code 3: the process failed"),
            (125, "exit code 125: the container runtime failed"),
            (126, "exit code 126: the command cannot be run"),
            (127, "exit code 127: the command was not found"),
            (128, "exit code 128: the process failed"),
            (130, "exit code 130: SIGINT ended the process"),
            (
                143,
                "exit code 143: SIGTERM ended the process, or it was never started because of a \
                 dependency",
            ),
            (255, "exit code 255: the process failed"),
            (-1, "exit code -1: the process failed"),
        ] {
            assert_eq!(ExitCode(code).to_string(), text);
        }
        assert!(ExitCode(0).is_success() && !ExitCode::NEVER_STARTED.is_success());
    }
}
