//! The canonical form of a definition as JSON, with marks at what is unknown.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::TaskDefinition;
use crate::shape::{Elements, Kind, Member};

/// Marks the names of an object that stands for a list, and texts that are unknown. No text in JSON
/// that people write begins with it.
pub(super) const MARK: char = '\0';

/// Stands for a value that is unknown and no text.
const UNKNOWN: &str = "\0${...}";

/// The name, in an object that stands for a list, of elements that it may have besides.
pub(super) const FURTHER: &str = "\0[-]";

/// On which the default of the network mode depends.
const OPERATING_SYSTEM: [&str; 2] = ["/runtimePlatform", "/runtimePlatform/operatingSystemFamily"];

/// `unknowns` are the pointers to what is unknown.
pub(super) fn canonical_form<'u>(
    task: &TaskDefinition,
    unknowns: impl Iterator<Item = &'u str>,
) -> Value {
    let mut input = task.to_register_input().task_definition;
    input.fill_defaults();
    // Where it is written out, too.
    let is_default_mode = input.network_mode.is_none();
    input.network_mode = Some(input.effective_network_mode());
    let mut value = serde_json::to_value(&input).unwrap_or_default();
    for pointer in unknowns {
        write_unknown(&mut value, pointer);
        if OPERATING_SYSTEM.contains(&pointer) && is_default_mode {
            write_unknown(&mut value, "/networkMode");
        }
    }
    let kind = Kind::Structure(TaskDefinition::SHAPE);
    make_canonical(&mut value, &kind, Elements::Sequence);
    value
}

/// Writes down that a value is unknown. What AWS fills in is not registered, and neither is what
/// stands around a fragment.
fn write_unknown(value: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return;
    };
    let is_read_only = parent.is_empty()
        && TaskDefinition::SHAPE
            .member(name)
            .is_none_or(|member| member.describe_only);
    if is_read_only {
        return;
    }
    match value.pointer_mut(parent) {
        // Further elements of a list that is empty.
        None => write_unknown(value, parent),
        Some(Value::Array(items)) => {
            match name.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                Some(item) => mark(item),
                None => items.push(UNKNOWN.into()),
            }
        }
        Some(Value::Object(members)) => {
            let name = name.replace("~1", "/").replace("~0", "~");
            match members.get_mut(&name) {
                Some(text) if name != "networkMode" => mark(text),
                _ => drop(members.insert(name, UNKNOWN.into())),
            }
        }
        Some(_) => {}
    }
}

/// A text keeps what is known of it.
fn mark(value: &mut Value) {
    match value {
        Value::String(text) if !text.starts_with(MARK) => text.insert(0, MARK),
        Value::String(_) => {}
        other => *other = UNKNOWN.into(),
    }
}

/// A text without its mark, if it has one.
pub(super) fn marked(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix(MARK)
}

/// Whether the member might as well be absent. A default that AWS writes out is kept, because
/// the other definition has it too.
fn means_nothing(member: &Member, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        value => {
            let default = member.default.filter(|_| !member.is_default_written);
            default.is_some_and(|default| default == *value)
        }
    }
}

/// Brings a value of the API into its canonical form. What the API does not know, and
/// objects whose names are people's own, mean what they say.
fn make_canonical(value: &mut Value, kind: &Kind, elements: Elements) {
    match (kind, &mut *value) {
        (Kind::Structure(shape), Value::Object(members)) => members.retain(|name, value| {
            let Some(member) = shape.member(name) else {
                return true;
            };
            make_canonical(value, &member.kind, member.elements);
            !means_nothing(member, value)
        }),
        (Kind::List(kind), Value::Array(items)) => {
            for item in items.iter_mut() {
                make_canonical(item, kind, Elements::Sequence);
            }
            match elements {
                Elements::Sequence => {}
                Elements::Set => {
                    items.sort_by_cached_key(ToString::to_string);
                    items.dedup();
                }
                Elements::Keyed(key) => {
                    let is_element = |item: &Value| item.is_object() || item == UNKNOWN;
                    if items.iter().all(is_element) {
                        *value = keyed(std::mem::take(items), key);
                    }
                }
            }
        }
        _ => {}
    }
}

/// A list of objects as an object, by what tells its elements apart. Elements that are
/// told apart by nothing keep their order.
fn keyed(items: Vec<Value>, key: &[&str]) -> Value {
    let mut members = Map::with_capacity(items.len());
    let mut counts: HashMap<String, usize> = HashMap::new();
    for item in items {
        if item == UNKNOWN {
            members.insert(FURTHER.to_owned(), item);
            continue;
        }
        let mut name = bracketed(&item, key);
        if members.contains_key(&name) {
            let count = counts.entry(name.clone()).or_insert(1);
            *count += 1;
            name.truncate(name.len() - 1);
            name.push_str(&format!("#{count}]"));
        }
        // A key may itself end in what stands for a repetition.
        while members.contains_key(&name) {
            name.push('\'');
        }
        members.insert(name, item);
    }
    Value::Object(members)
}

/// What tells the element of a list apart, as it is written in a path.
fn bracketed(item: &Value, key: &[&str]) -> String {
    let mut name = String::from(MARK);
    let mut separator = '[';
    for part in key.iter().filter_map(|name| item.get(name)) {
        name.push(separator);
        separator = '/';
        match part {
            Value::String(text) => name.push_str(text),
            other => name.push_str(&other.to_string()),
        }
    }
    if separator == '[' {
        name.push(separator);
    }
    name.push(']');
    name
}

pub(super) fn is_keyed(value: &Value) -> bool {
    let members = value.as_object();
    members.is_some_and(|members| members.keys().any(|name| name.starts_with(MARK)))
}

/// The lists that were made objects as lists again, and texts without marks.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) if is_keyed(value) => members.values().map(plain).collect(),
        Value::Object(members) => {
            let plain = members
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(plain.collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::String(text) => text.trim_start_matches(MARK).into(),
        other => other.clone(),
    }
}
