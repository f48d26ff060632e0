use serde_json::Value;

use super::{MemberValue, Structure, View};
use crate::StringMap;

/// More than any boolean, number, timestamp or listed value takes.
const LEAF: usize = 64;

/// A number of bytes that the object does not exceed as JSON without white space: at most a few
/// times as many as it takes, and fast to tell, because no text is looked at.
pub(crate) fn most_json_bytes(object: &dyn Structure) -> usize {
    let kept = object.unknown();
    if let Some(value) = kept.instead() {
        return of_json(value);
    }
    let mut bytes = 2_usize;
    object.values(&mut |values| {
        for (member, value) in object.shape().members.iter().zip(values) {
            if let Some(value) = value {
                bytes = bytes.saturating_add(of_member(member.name, of_value(*value)));
            }
        }
    });
    let kept = kept
        .iter()
        .map(|(name, value)| of_member(name, of_json(value)));
    kept.fold(bytes, usize::saturating_add)
}

fn of_value(value: &dyn MemberValue) -> usize {
    match value.view() {
        View::Structure(object) => most_json_bytes(object),
        View::List(list) => {
            let items = (0..list.len()).filter_map(|index| list.item(index));
            of_items(items.map(of_value))
        }
        View::Text(text) | View::Unlisted { value: text, .. } => of_text(text),
        View::Number(_) => LEAF,
        View::Leaf => match (value.downcast_ref::<StringMap>(), value.downcast_ref()) {
            (Some(map), _) => of_items(
                map.iter()
                    .map(|(name, text)| of_member(name, of_text(text))),
            ),
            (_, Some(value)) => of_json(value),
            _ => LEAF,
        },
    }
}

fn of_json(value: &Value) -> usize {
    match value {
        Value::String(text) => of_text(text),
        Value::Array(items) => of_items(items.iter().map(of_json)),
        Value::Object(members) => {
            let members = members.iter();
            of_items(members.map(|(name, value)| of_member(name, of_json(value))))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => LEAF,
    }
}

/// A list or an object: brackets, and a comma behind each element.
fn of_items(items: impl Iterator<Item = usize>) -> usize {
    items.fold(2, |bytes, item| {
        bytes.saturating_add(item).saturating_add(1)
    })
}

/// A member: a colon, and a comma behind it.
fn of_member(name: &str, value: usize) -> usize {
    of_text(name).saturating_add(value).saturating_add(2)
}

/// A text in quotes: a character that is escaped takes six bytes at most.
fn of_text(text: &str) -> usize {
    text.len().saturating_mul(6).saturating_add(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskDefinition;
    use crate::shape::Kind;

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
            assert!(most_json_bytes(&task) >= task.json_size());
            task.unknown =
                crate::shape::UnknownMembers::instead_of_object(Value::from(control.as_str()));
            assert!(most_json_bytes(&task) >= task.json_size());
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
                        list.values.iter().all(|value| value.len() + 2 <= LEAF),
                        "{list:?}"
                    );
                }
                _ => {}
            }
        }
        check(&Kind::Structure(TaskDefinition::SHAPE));
    }
}
