//! What a request says about itself besides action and resource: condition keys and values.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::document::Node;

/// The condition keys of a request with their values.
///
/// The names of keys are the same whatever the case of their ASCII letters, tag keys in them
/// included. Values are texts; numbers, dates and truth values are read from them when an
/// operator asks.
///
/// ```
/// use ecs_iam_policy::Context;
///
/// let context = Context::new()
///     .with("ecs:cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/default")
///     .with("aws:TagKeys", ["team", "env"])
///     .with("ecs:task-cpu", 512);
/// assert_eq!(context.get("ECS:Task-CPU").unwrap().single(), Some("512"));
/// assert_eq!(context.get("aws:tagkeys").unwrap().values().len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Sorted by the folded name.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    folded: Box<str>,
    name: Box<str>,
    value: ContextValue,
}

/// The value of a condition key: one text, or several for a key that is a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextValue(Form);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    One(Box<str>),
    Many(Box<[Box<str>]>),
}

impl Context {
    /// A context without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Adds a key, or replaces its value.
    #[must_use]
    pub fn with(mut self, key: impl AsRef<str>, value: impl Into<ContextValue>) -> Self {
        self.insert(key.as_ref(), value.into());
        self
    }

    /// Adds a key, or replaces its value.
    pub fn insert(&mut self, key: &str, value: impl Into<ContextValue>) {
        let entry = Entry {
            folded: key.to_ascii_lowercase().into(),
            name: key.into(),
            value: value.into(),
        };
        let place = self
            .entries
            .binary_search_by(|known| known.folded.cmp(&entry.folded));
        match place {
            Err(at) => self.entries.insert(at, entry),
            Ok(at) => {
                if let Some(known) = self.entries.get_mut(at) {
                    *known = entry;
                }
            }
        }
    }

    /// The value of a key, whatever the case of its name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        let place = self
            .entries
            .binary_search_by(|entry| compare_folded(&entry.folded, key));
        place
            .ok()
            .and_then(|at| self.entries.get(at))
            .map(|entry| &entry.value)
    }

    /// The value of a key whose name is in lower case already.
    pub(crate) fn folded(&self, key: &str) -> Option<&ContextValue> {
        let place = self
            .entries
            .binary_search_by(|entry| (*entry.folded).cmp(key));
        place
            .ok()
            .and_then(|at| self.entries.get(at))
            .map(|entry| &entry.value)
    }

    /// The value of a policy variable: that of a key with a single value.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(ContextValue::single)
    }

    /// The keys, as they were given, with their values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries
            .iter()
            .map(|entry| (&*entry.name, &entry.value))
    }
}

/// Compares a name in lower case with one in any case.
fn compare_folded(folded: &str, name: &str) -> Ordering {
    folded
        .bytes()
        .cmp(name.bytes().map(|byte| byte.to_ascii_lowercase()))
}

impl ContextValue {
    /// A key that is a list, which may be empty.
    pub fn list<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Self {
        let values = values
            .into_iter()
            .map(|value| value.into().into_boxed_str());
        Self(Form::Many(values.collect()))
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &[Box<str>] {
        match &self.0 {
            Form::One(value) => std::slice::from_ref(value),
            Form::Many(values) => values,
        }
    }

    /// The value of a key that is no list.
    #[must_use]
    pub fn single(&self) -> Option<&str> {
        match &self.0 {
            Form::One(value) => Some(value),
            Form::Many(_) => None,
        }
    }
}

impl From<&str> for ContextValue {
    fn from(value: &str) -> Self {
        Self(Form::One(value.into()))
    }
}

impl From<String> for ContextValue {
    fn from(value: String) -> Self {
        Self(Form::One(value.into()))
    }
}

impl From<bool> for ContextValue {
    fn from(value: bool) -> Self {
        Self::from(if value { "true" } else { "false" })
    }
}

impl From<i64> for ContextValue {
    fn from(value: i64) -> Self {
        Self::from(value.to_string())
    }
}

impl From<i32> for ContextValue {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<u32> for ContextValue {
    fn from(value: u32) -> Self {
        Self::from(i64::from(value))
    }
}

impl<T: Into<String>> From<Vec<T>> for ContextValue {
    fn from(values: Vec<T>) -> Self {
        Self::list(values)
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for ContextValue {
    fn from(values: [T; N]) -> Self {
        Self::list(values)
    }
}

impl<K: AsRef<str>, V: Into<ContextValue>> FromIterator<(K, V)> for Context {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut context = Self::new();
        context.extend(pairs);
        context
    }
}

impl<K: AsRef<str>, V: Into<ContextValue>> Extend<(K, V)> for Context {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key.as_ref(), value.into());
        }
    }
}

impl fmt::Display for ContextValue {
    /// One value as it is, several in brackets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::One(value) => formatter.write_str(value),
            Form::Many(values) => write!(formatter, "[{}]", values.join(", ")),
        }
    }
}

impl Serialize for ContextValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::One(value) => serializer.serialize_str(value),
            Form::Many(values) => serializer.collect_seq(values.iter().map(|value| &**value)),
        }
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Context {
    /// Reads an object of texts, numbers, truth values and lists of them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Node::Object(members) = Node::deserialize(deserializer)? else {
            return Err(D::Error::custom("an object of condition keys is expected"));
        };
        let mut context = Self::new();
        for (key, node) in members {
            let value = match node {
                Node::Array(items) => {
                    let texts: Option<Vec<String>> = items.into_iter().map(scalar).collect();
                    texts.map(ContextValue::list)
                }
                other => scalar(other).map(ContextValue::from),
            };
            let refused = || {
                D::Error::custom(format_args!(
                    "`{key}` is not a text, a number, a truth value or a list of them"
                ))
            };
            let value = value.ok_or_else(refused)?;
            if context.get(&key).is_some() {
                return Err(D::Error::custom(format_args!("`{key}` is given twice")));
            }
            context.insert(&key, value);
        }
        Ok(context)
    }
}

fn scalar(node: Node) -> Option<String> {
    match node {
        Node::String(text) => Some(text),
        Node::Bool(value) => Some(value.to_string()),
        Node::Number(number) => Some(number.to_string()),
        Node::Null | Node::Array(_) | Node::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_and_written() {
        let text = r#"{"A:x":"1","b:y":["p","q"],"c:z":[]}"#;
        let context: Context = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&context).unwrap(), text);
        let numbers: Context = serde_json::from_str(r#"{"a":5,"b":true,"c":[1.5]}"#).unwrap();
        assert_eq!(numbers.variable("A"), Some("5"));
        assert_eq!(numbers.get("b").unwrap().to_string(), "true");
        assert_eq!(numbers.get("c").unwrap().to_string(), "[1.5]");
        assert_eq!(numbers.variable("c"), None, "a list is no variable");
    }

    #[test]
    fn json_is_refused() {
        let error = |text: &str| {
            serde_json::from_str::<Context>(text)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(error("[]"), "an object of condition keys is expected");
        assert_eq!(
            error(r#"{"a":null}"#),
            "`a` is not a text, a number, a truth value or a list of them"
        );
        assert_eq!(error(r#"{"a":1,"A":2}"#), "`A` is given twice");
    }

    #[test]
    fn a_key_given_again_replaces_the_first() {
        let context = Context::new().with("aws:x", "1").with("AWS:X", "2");
        assert_eq!(context.iter().count(), 1);
        assert_eq!(context.variable("aws:X"), Some("2"));
    }
}
