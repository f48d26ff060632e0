//! A number of bytes that a value does not exceed as JSON without white space, fast to tell: no text
//! is looked at for it.

use serde_json::Value;

use super::{MemberType, UnknownMembers};

/// More than any boolean, number, timestamp or listed value takes.
#[doc(hidden)]
pub const LEAF_BYTES: usize = 64;

/// A member, with its colon and a comma behind it.
#[doc(hidden)]
#[inline]
pub fn bytes_of_member<T: MemberType>(slot: &Option<T>, name: &str) -> usize {
    slot.as_ref()
        .map_or(0, |value| with_name(name, value.most_json_bytes()))
}

/// The braces of an object and what it holds other than its members.
#[doc(hidden)]
#[must_use]
pub fn bytes_of_unknown(unknown: &UnknownMembers) -> usize {
    match unknown.instead() {
        Some(value) => of_json(value),
        None => of_object(unknown.iter().map(|(name, value)| (name, of_json(value)))),
    }
}

pub(crate) fn of_json(value: &Value) -> usize {
    match value {
        Value::String(text) => of_text(text),
        Value::Array(items) => of_list(items.iter().map(of_json)),
        Value::Object(members) => {
            let members = members.iter();
            of_object(members.map(|(name, value)| (name.as_str(), of_json(value))))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => LEAF_BYTES,
    }
}

pub(crate) fn of_object<'n>(members: impl Iterator<Item = (&'n str, usize)>) -> usize {
    let members = members.map(|(name, value)| with_name(name, value));
    members.fold(2, usize::saturating_add)
}

/// A list, with a comma behind each element.
pub(crate) fn of_list(items: impl Iterator<Item = usize>) -> usize {
    items.fold(2, |bytes, item| {
        bytes.saturating_add(item).saturating_add(1)
    })
}

/// A text in quotes: a character that is escaped takes six bytes at most.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn of_text(text: &str) -> usize {
    text.len().saturating_mul(6).saturating_add(2)
}

fn with_name(name: &str, value: usize) -> usize {
    of_text(name).saturating_add(value).saturating_add(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskDefinition;
    use crate::shape::{Kind, MemberValue};

    #[test]
    fn no_definition_is_greater() {
        let control = "\u{1}".repeat(9);
        let text = serde_json::json!({
            "family": control, "networkMode": control, "cpu": 1, "revision": -2_147_483_648,
            "registeredAt": "2026-12-01T12:00:00.123456789+01:00", "enableFaultInjection": false,
            control.as_str(): {control.as_str(): [control, 1.5e-300, u64::MAX, null, [], {}]},
            "containerDefinitions": [
                {"name": control, "command": [control, ""], "dockerLabels": {control.as_str(): control}},
                {"environment": [{"name": "A"}, {}], "linuxParameters": null},
            ],
        });
        for text in [
            text,
            serde_json::json!({}),
            Kind::Structure(TaskDefinition::SHAPE).skeleton(),
        ] {
            let mut task = serde_json::from_value::<TaskDefinition>(text).unwrap_or_default();
            assert!(task.most_json_bytes() >= task.json_size());
            task.unknown = UnknownMembers::instead_of_object(Value::from(control.as_str()));
            assert!(task.most_json_bytes() >= task.json_size());
        }
    }

    #[test]
    fn what_has_no_bounds_is_looked_at() {
        fn check(kind: &Kind) {
            match kind {
                Kind::Structure(shape) => {
                    shape.members.iter().for_each(|member| check(&member.kind))
                }
                Kind::List(items) => check(items),
                Kind::Map(values) => assert!(matches!(values, Kind::String)),
                Kind::Enum(list) => {
                    assert!(
                        list.values
                            .iter()
                            .all(|value| value.len() + 2 <= LEAF_BYTES),
                        "{list:?}"
                    );
                }
                _ => {}
            }
        }
        check(&Kind::Structure(TaskDefinition::SHAPE));
    }
}
