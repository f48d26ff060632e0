//! [`ConfigValue`]: the value of a variable, read as what it means.

use core::time::Duration;

use serde_json::Value;

use super::duration;
use super::secret::Secret;
use super::variable::{HostOs, Limits, Outside, Variable, VariableKind};

/// The value of a variable of the agent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConfigValue {
    /// A text or a word.
    Text(String),
    /// On or off.
    Switch(bool),
    /// A whole number.
    Whole(i64),
    /// Any number.
    Number(f64),
    /// A length of time.
    Duration(Duration),
    /// Ports, in the order in which they were written.
    Ports(Vec<u16>),
    /// The first and the last port of a range.
    PortRange(u16, u16),
    /// Requests in a second: steady, and at most for a moment.
    Rates(u32, u32),
    /// A list.
    Strings(Vec<String>),
    /// Names and their values.
    Pairs(Vec<(String, String)>),
    /// A secret, as it was written.
    Secret(Secret),
}

impl ConfigValue {
    /// Whether it is empty or zero, which the agent cannot tell from a variable that is not set.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Whole(number) => *number == 0,
            Self::Number(number) => *number == 0.0,
            Self::Duration(length) => length.is_zero(),
            Self::Ports(ports) => ports.is_empty(),
            Self::Strings(strings) => strings.is_empty(),
            Self::Pairs(pairs) => pairs.is_empty(),
            Self::Secret(secret) => secret.expose().is_empty(),
            Self::Rates(steady, burst) => *steady == 0 || *burst == 0,
            Self::Switch(_) | Self::PortRange(..) => false,
        }
    }
}

/// Why a text is not what a variable may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unreadable {
    /// It is something else.
    Kind,
    /// It is outside of the limits.
    Limits {
        /// What holds instead of the default.
        instead: Option<Duration>,
    },
}

/// Reads the text of a variable. A secret is not looked into.
pub(super) fn read(variable: &Variable, text: &str, os: HostOs) -> Result<ConfigValue, Unreadable> {
    if variable.hides(text) {
        return Ok(ConfigValue::Secret(Secret::new(text)));
    }
    let value = match variable.kind {
        VariableKind::Duration(limits) => return read_duration(text, limits, os),
        VariableKind::Whole(bounds) => {
            let number = text.trim().parse().map_err(|_| Unreadable::Kind)?;
            return match (bounds.min..=bounds.max).contains(&number) {
                true => Ok(ConfigValue::Whole(number)),
                false => Err(Unreadable::Limits { instead: None }),
            };
        }
        VariableKind::Text | VariableKind::Document => Some(ConfigValue::Text(text.to_owned())),
        VariableKind::Choice(words) => choice(variable, words, text).map(ConfigValue::Text),
        VariableKind::Switch => switch(text.trim()).map(ConfigValue::Switch),
        VariableKind::Number => number(text.trim()).map(ConfigValue::Number),
        VariableKind::Ports => ports(text).map(ConfigValue::Ports),
        VariableKind::PortRange => port_range(text),
        VariableKind::Rates => rates(text),
        VariableKind::Names => Some(ConfigValue::Strings(names(text))),
        VariableKind::Strings => strings(text).map(ConfigValue::Strings),
        VariableKind::Pairs => pairs(text).map(ConfigValue::Pairs),
    };
    value.ok_or(Unreadable::Kind)
}

fn read_duration(text: &str, limits: Limits, os: HostOs) -> Result<ConfigValue, Unreadable> {
    let span = duration::parse(text).ok_or(Unreadable::Kind)?;
    // Zero counts as not set, whatever the limits are.
    if span.length.is_zero() {
        return Ok(ConfigValue::Duration(span.length));
    }
    let broken = match span.negative {
        true => Some(limits.shortest(os).unwrap_or_default()),
        false => limits.broken(span.length, os),
    };
    match broken {
        None => Ok(ConfigValue::Duration(span.length)),
        Some(limit) => Err(Unreadable::Limits {
            instead: (limits.outside == Outside::Limit).then_some(limit),
        }),
    }
}

/// The word of the list; log levels are the same in upper case.
fn choice(variable: &Variable, words: &[&str], text: &str) -> Option<String> {
    let is_level = variable.name.starts_with("ECS_LOGLEVEL");
    words
        .iter()
        .find(|word| **word == text || (is_level && word.eq_ignore_ascii_case(text)))
        .map(|word| (*word).to_owned())
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
}

/// The first JSON value of the text; the agent does not look at what follows a list.
fn first_json(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text)
        .into_iter()
        .next()?
        .ok()
}

fn ports(text: &str) -> Option<Vec<u16>> {
    let Value::Array(items) = first_json(text)? else {
        return None;
    };
    let port = |item: &Value| u16::try_from(item.as_u64()?).ok();
    items.iter().map(port).collect()
}

fn port_range(text: &str) -> Option<ConfigValue> {
    let (first, last) = text.split_once('-')?;
    let first: u16 = first.trim().parse().ok().filter(|port| *port > 0)?;
    let last: u16 = last.trim().parse().ok()?;
    (first <= last).then_some(ConfigValue::PortRange(first, last))
}

fn rates(text: &str) -> Option<ConfigValue> {
    let (steady, burst) = text.split_once(',')?;
    let steady = steady.trim().parse().ok()?;
    let burst = burst.trim().parse().ok()?;
    Some(ConfigValue::Rates(steady, burst))
}

fn names(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn strings(text: &str) -> Option<Vec<String>> {
    let Value::Array(items) = first_json(text)? else {
        return None;
    };
    let string = |item: &Value| item.as_str().map(ToOwned::to_owned);
    items.iter().map(string).collect()
}

fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let Value::Object(members) = serde_json::from_str(text).ok()? else {
        return None;
    };
    let pair = |(name, value): (String, Value)| match value {
        Value::String(value) => Some((name, value)),
        _ => None,
    };
    members.into_iter().map(pair).collect()
}
