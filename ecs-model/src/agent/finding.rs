//! [`ConfigFinding`]: what is suspicious about a configuration of the agent.

use core::fmt;

use ecs_taskdef::Severity;

/// What is suspicious or wrong about a line or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ConfigFault {
    /// A line without `=`, which is skipped.
    NoAssignment,
    /// A line that starts with `#`, which does not make it a comment.
    NoComments,
    /// A name that no variable can have.
    BadName,
    /// Blanks before or after the `=`, which belong to the name or the value.
    BlankAroundEquals,
    /// A value in quotes, which belong to the value.
    Quotes,
    /// A reference to another variable, which is not replaced.
    Expansion,
    /// A remark behind the value, which belongs to the value.
    TrailingComment,
    /// A variable that was set before; the last value holds.
    Duplicate,
    /// A variable that nobody reads.
    Unknown,
    /// A variable that today's agent does not read.
    Retired,
    /// A variable without a meaning on this operating system.
    NotApplicable,
    /// A value that is none of those the variable may have; the default holds.
    BadValue,
    /// A value outside of the limits of the variable.
    OutOfLimits,
    /// A value that counts as none, so that the default holds.
    CountsAsUnset,
    /// Something the agent does not start without.
    Fatal,
}

/// A remark about a configuration, with its place.
///
/// Neither the message nor anything else here holds a secret: a line that cannot be understood is
/// never quoted, for it may be the rest of one.
///
/// ```
/// use ecs_model::agent::EcsConfig;
///
/// let config = EcsConfig::parse("ECS_CLUSTER=web\n# ECS_LOGLEVEL=debug\n");
/// let found: Vec<String> = config.findings().iter().map(ToString::to_string).collect();
/// assert_eq!(
///     found,
///     ["warning: line 2: `#` starts no comment: the line sets a variable with `#` in its name"]
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigFinding {
    /// What kind of remark it is.
    pub fault: ConfigFault,
    /// How bad it is: an error keeps the agent from starting or registering.
    pub severity: Severity,
    /// The line, counted from 1, if it is about a line.
    pub line: Option<usize>,
    /// The variable, if it is about a known one.
    pub variable: Option<&'static str>,
    /// What is wrong.
    pub message: String,
}

impl ConfigFinding {
    pub(super) fn at_line(
        line: Option<usize>,
        fault: ConfigFault,
        message: impl Into<String>,
    ) -> Self {
        Self {
            fault,
            severity: Severity::Warning,
            line,
            variable: None,
            message: message.into(),
        }
    }

    pub(super) fn about(
        variable: &'static str,
        fault: ConfigFault,
        message: impl Into<String>,
    ) -> Self {
        Self {
            variable: Some(variable),
            ..Self::at_line(None, fault, message)
        }
    }

    pub(super) fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

impl fmt::Display for ConfigFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.severity)?;
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}
