//! [`LogLevel`]: how much the agent logs.

use core::fmt;

/// A level of the agent's log; the greater, the more is logged.
///
/// ```
/// use ecs_model::agent::LogLevel;
///
/// assert_eq!(LogLevel::parse("dbug"), Some(LogLevel::Debug));
/// assert!(LogLevel::Debug > LogLevel::Info);
/// assert_eq!(LogLevel::Warn.to_string(), "warn");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LogLevel {
    /// Only what ends the agent.
    Crit,
    /// Errors.
    Error,
    /// Warnings.
    Warn,
    /// What happens.
    Info,
    /// Everything.
    Debug,
}

impl LogLevel {
    /// The level of that name: as `ECS_LOGLEVEL` has it (`debug`) or as a line of the log has it
    /// (`dbug`, `eror`, `warning`, `critical`), in upper or lower case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "crit" | "critical" => Some(Self::Crit),
            "error" | "eror" => Some(Self::Error),
            "warn" | "warning" => Some(Self::Warn),
            "info" => Some(Self::Info),
            "debug" | "dbug" => Some(Self::Debug),
            _ => None,
        }
    }

    /// The name as `ECS_LOGLEVEL` has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crit => "crit",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
