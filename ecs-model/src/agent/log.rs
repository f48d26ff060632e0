//! Lines of the logs of the agent and of ecs-init.

use std::borrow::Cow;

use ecs_taskdef::{Timestamp, TimestampError};

use super::log_level::LogLevel;

/// The log of the agent on a container instance.
pub const AGENT_LOG_PATH: &str = "/var/log/ecs/ecs-agent.log";
/// The log of ecs-init on a container instance; a time may follow the name.
pub const ECS_INIT_LOG_PATH: &str = "/var/log/ecs/ecs-init.log";

/// A line of the agent's log: names and values in the format `logfmt`.
///
/// Agents of 2015 write `t`, `lvl` and `msg`, those of today `time`, `level` and `msg`.
///
/// ```
/// use ecs_model::agent::{LogLevel, LogRecord};
///
/// let record = LogRecord::parse(
///     r#"t=2015-04-22T20:51:46+0000 lvl=dbug msg="Saving state!" module=statemanager stack="[a.go:1 b.go:2]""#,
/// )?;
/// assert_eq!(record.level(), Some(LogLevel::Debug));
/// assert_eq!(record.message(), Some("Saving state!"));
/// assert_eq!(record.get("module"), Some("statemanager"));
/// assert_eq!(record.stack(), ["a.go:1", "b.go:2"]);
/// assert_eq!(record.time().map(|time| time.to_string()).as_deref(), Some("2015-04-22T20:51:46Z"));
/// # Ok::<(), ecs_model::agent::LogLineError>(())
/// ```
///
/// Source: Developer Guide, Amazon ECS log file locations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord<'a> {
    fields: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> LogRecord<'a> {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`LogLineError`] if a word is no name with a value, or a quote does not end.
    pub fn parse(line: &'a str) -> Result<Self, LogLineError> {
        let mut fields = Vec::new();
        let mut rest = line.trim_end();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return Ok(Self { fields });
            }
            let offset = line.trim_end().len() - rest.len();
            let error = |fault| LogLineError::new(fault, offset);
            let (name, after) = rest.split_once('=').ok_or(error(Fault::NoValue))?;
            if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '"') {
                return Err(error(Fault::NoValue));
            }
            let (value, after) = value(after).ok_or(error(Fault::OpenQuote))?;
            fields.push((name, value));
            rest = after;
        }
    }

    /// The first value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(found, value)| (found == name).then_some(value))
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (*name, value.as_ref()))
    }

    /// When it was written, if that can be read.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        let written = self.get("t").or_else(|| self.get("time"))?;
        with_colon(written).parse().ok()
    }

    /// How important it is, if that can be read.
    #[must_use]
    pub fn level(&self) -> Option<LogLevel> {
        LogLevel::parse(self.get("lvl").or_else(|| self.get("level"))?)
    }

    /// What it says.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.get("msg")
    }

    /// The part of the agent that wrote it.
    #[must_use]
    pub fn module(&self) -> Option<&str> {
        self.get("module")
    }

    /// The places in the agent's source from which it was written, the innermost first.
    #[must_use]
    pub fn stack(&self) -> Vec<&str> {
        let stack = self.get("stack").unwrap_or_default();
        let inner = stack.strip_prefix('[').unwrap_or(stack);
        let inner = inner.strip_suffix(']').unwrap_or(inner);
        inner.split_whitespace().collect()
    }
}

/// A value, in quotes or up to the next blank, and what follows; `None` if a quote does not end.
fn value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        return Some((Cow::Borrowed(value), rest));
    };
    let mut escaped = false;
    let end = quoted.find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    })?;
    let (value, rest) = quoted.split_at_checked(end)?;
    let value = match value.contains('\\') {
        true => Cow::Owned(without_escapes(value)),
        false => Cow::Borrowed(value),
    };
    Some((value, rest.strip_prefix('"')?))
}

fn without_escapes(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            result.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => result.push('\n'),
            Some('r') => result.push('\r'),
            Some('t') => result.push('\t'),
            Some(escaped) => result.push(escaped),
            None => result.push('\\'),
        }
    }
    result
}

/// The time with a colon in its offset, as ISO 8601 has it beside a time with colons.
fn with_colon(time: &str) -> Cow<'_, str> {
    let is_offset = |offset: &str| {
        offset.starts_with(['+', '-'])
            && offset.len() == 5
            && offset.bytes().skip(1).all(|byte| byte.is_ascii_digit())
    };
    match time
        .len()
        .checked_sub(5)
        .and_then(|at| time.split_at_checked(at))
    {
        Some((start, offset)) if is_offset(offset) && time.contains('T') => {
            let (hours, minutes) = offset.split_at_checked(3).unwrap_or((offset, ""));
            Cow::Owned(format!("{start}{hours}:{minutes}"))
        }
        _ => Cow::Borrowed(time),
    }
}

/// A line of the log of ecs-init: `2015-04-22T20:51:45Z [INFO] pre-start`.
///
/// Newer versions write `level=info time=... msg=...`, which [`LogRecord`] reads.
///
/// ```
/// use ecs_model::agent::{InitLogRecord, LogLevel};
///
/// let record = InitLogRecord::parse("2015-04-22T20:51:45Z [INFO] pre-start")?;
/// assert_eq!(record.time.to_string(), "2015-04-22T20:51:45Z");
/// assert_eq!((record.level, record.message), (LogLevel::Info, "pre-start"));
/// # Ok::<(), ecs_model::agent::LogLineError>(())
/// ```
///
/// Source: Developer Guide, Amazon ECS log file locations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InitLogRecord<'a> {
    /// When it was written.
    pub time: Timestamp,
    /// How important it is.
    pub level: LogLevel,
    /// What it says.
    pub message: &'a str,
}

impl<'a> InitLogRecord<'a> {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`LogLineError`] if it does not begin with a time and a level in brackets.
    pub fn parse(line: &'a str) -> Result<Self, LogLineError> {
        let line = line.trim_end();
        let error = LogLineError::new;
        let (time, rest) = line.split_once(" [").ok_or(error(Fault::NoLevel, 0))?;
        let at = time.len() + 2;
        let time = time.parse().map_err(|source| LogLineError {
            source: Some(source),
            ..error(Fault::NoTime, 0)
        })?;
        let (level, message) = rest.split_once(']').ok_or(error(Fault::NoLevel, at))?;
        let level = LogLevel::parse(level).ok_or(error(Fault::NoLevel, at))?;
        Ok(Self {
            time,
            level,
            message: message.strip_prefix(' ').unwrap_or(message),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NoValue,
    OpenQuote,
    NoTime,
    NoLevel,
}

/// A line that is not one of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} at byte {offset}", self.expected())]
pub struct LogLineError {
    fault: Fault,
    offset: usize,
    source: Option<TimestampError>,
}

impl LogLineError {
    const fn new(fault: Fault, offset: usize) -> Self {
        Self {
            fault,
            offset,
            source: None,
        }
    }

    /// The byte at which the part begins that cannot be read.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    const fn expected(&self) -> &'static str {
        match self.fault {
            Fault::NoValue => "expected a name, `=` and a value",
            Fault::OpenQuote => "expected the end of a quote begun",
            Fault::NoTime => "expected a time",
            Fault::NoLevel => "expected a level in brackets",
        }
    }
}
