use serde_json::Value;

use super::layout::unescaped;
use crate::shape::{MemberValue, Structure, View};
use crate::{Findings, Severity, StringMap, TaskDefinition};

/// Makes errors about values that are still to be filled in into warnings.
pub(super) fn excuse(task: &TaskDefinition, findings: &mut Findings) {
    if !findings.has_errors() {
        return;
    }
    let open_names = has_open_names(task);
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Error)
    {
        if Part::of(task, &finding.pointer).is_some_and(Part::has_placeholder) {
            finding.excuse(", but it holds a placeholder");
        } else if open_names && BY_NAME.contains(&finding.rule.id) {
            finding.excuse(", but there are names with placeholders");
        }
    }
}

/// Rules about a name that another part of the definition should have.
const BY_NAME: [&str; 5] = [
    "depends-on-target",
    "links-target",
    "mount-point-volume",
    "proxy-container",
    "volumes-from-target",
];

/// Whether a container or a volume has a name that is still to be filled in.
fn has_open_names(task: &TaskDefinition) -> bool {
    let containers = task
        .container_definitions()
        .iter()
        .map(|container| container.name());
    let volumes = task.volumes().iter().map(|volume| volume.name());
    containers.chain(volumes).flatten().any(is_open)
}

/// A part of a definition: what the API knows, or JSON that was kept.
#[derive(Clone, Copy)]
enum Part<'v> {
    Known(&'v dyn MemberValue),
    Text(&'v str),
    Kept(&'v Value),
}

impl<'v> Part<'v> {
    /// The part to which a JSON Pointer leads.
    fn of(task: &'v TaskDefinition, pointer: &str) -> Option<Self> {
        let mut steps = pointer.split('/').skip(1).map(unescaped);
        steps.try_fold(Self::Known(task), |part, step| part.inner(&step))
    }

    fn inner(self, step: &str) -> Option<Self> {
        match self {
            Self::Known(value) => match value.view() {
                View::Structure(object) => Self::member(object, step),
                View::List(list) => Some(Self::Known(list.item(step.parse().ok()?)?)),
                _ => match value.downcast_ref::<StringMap>() {
                    Some(map) => map.get(step).map(Self::Text),
                    None => value.downcast_ref::<Value>()?.get(step).map(Self::Kept),
                },
            },
            Self::Text(_) => None,
            Self::Kept(Value::Array(items)) => {
                items.get(step.parse::<usize>().ok()?).map(Self::Kept)
            }
            Self::Kept(value) => value.get(step).map(Self::Kept),
        }
    }

    fn member(object: &'v dyn Structure, name: &str) -> Option<Self> {
        let mut known = None;
        object.values(&mut |values| {
            let mut members = object.shape().members.iter().zip(values);
            let named = members.find(|(member, _)| member.name == name);
            known = named.and_then(|(_, value)| *value);
        });
        let kept = || object.unknown().get(name).map(Self::Kept);
        known.map(Self::Known).or_else(kept)
    }

    /// Whether it is a text that holds `<NAME>`, `${NAME}` or `{{NAME}}`, or a function of
    /// CloudFormation.
    fn has_placeholder(self) -> bool {
        match self {
            Self::Known(value) => match value.view() {
                View::Text(text) | View::Unlisted { value: text, .. } => is_open(text),
                View::Structure(object) => match object.unknown().instead() {
                    Some(value) => Self::Kept(value).has_placeholder(),
                    None => stands_for_function(object),
                },
                _ => match value.downcast_ref::<StringMap>() {
                    Some(map) => is_alone(map.iter().map(|(name, _)| name)),
                    None => value
                        .downcast_ref()
                        .is_some_and(|value| Self::Kept(value).has_placeholder()),
                },
            },
            Self::Text(text) => is_open(text),
            Self::Kept(Value::String(text)) => is_open(text),
            Self::Kept(Value::Object(members)) => is_function(members),
            Self::Kept(_) => false,
        }
    }
}

fn is_open(text: &str) -> bool {
    let between = |open: &str, close: &str| {
        text.split_once(open)
            .is_some_and(|(_, rest)| rest.contains(close))
    };
    between("<", ">") || between("${", "}") || between("{{", "}}")
}

/// Whether the object is `{"Ref": ...}` or `{"Fn::...": ...}`.
pub(super) fn is_function(members: &serde_json::Map<String, Value>) -> bool {
    is_alone(members.keys().map(String::as_str))
}

/// Whether an object has one member only, with the name of a function.
fn is_alone<'n>(mut names: impl Iterator<Item = &'n str>) -> bool {
    let is_function = |name: &str| name == "Ref" || name.starts_with("Fn::");
    names.next().is_some_and(is_function) && names.next().is_none()
}

/// Whether a function stands in the place of an object of the API.
fn stands_for_function(object: &dyn Structure) -> bool {
    let mut is_empty = false;
    object.values(&mut |values| is_empty = values.iter().all(Option::is_none));
    is_empty && is_alone(object.unknown().iter().map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Document, Reading};

    /// Every place below a value, with its pointer.
    fn places<'v>(value: &'v Value, pointer: &str, found: &mut Vec<(String, &'v Value)>) {
        found.push((pointer.to_owned(), value));
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    places(item, &format!("{pointer}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    places(member, &format!("{pointer}/{name}"), found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn placeholders_are_where_the_json_has_them() {
        let document = json!({
            "family": "${FAMILY}",
            "networkMode": "<MODE>",
            "cpu": "256",
            "volumes": {"Ref": "Volumes"},
            "x/y": [{"Fn::If": ["a~b", "c", "d"]}, "{{Z}}", null, 7],
            "containerDefinitions": [
                {"name": "a", "image": "<IMAGE>", "portMappings": [{"Ref": "Port"}, "${PORT}"],
                 "dockerLabels": {"Ref": "Labels"}, "essential": true, "cpu": "${CPU}",
                 "linuxParameters": {"Fn::If": [], "more": 1},
                 "logConfiguration": {"logDriver": "${DRIVER}",
                     "options": {"a~/b": "{{GROUP}}", "awslogs-region": "eu-west-1"}}},
                {"Ref": "Container"},
                "${CONTAINER}",
            ],
        });
        let text = document.to_string();
        let task = Document::read(text.as_bytes(), Reading::Lenient).unwrap();
        let task = task.into_task_definition();
        let written = serde_json::to_value(&task).unwrap();
        let mut found = Vec::new();
        places(&written, "", &mut found);
        let mut open = Vec::new();
        for (pointer, value) in found {
            let part = Part::of(&task, &pointer).unwrap();
            let has_placeholder = Part::Kept(value).has_placeholder();
            assert_eq!(part.has_placeholder(), has_placeholder, "{pointer}");
            open.extend(has_placeholder.then_some(pointer));
        }
        open.sort();
        assert_eq!(
            open,
            [
                "/containerDefinitions/0/cpu",
                "/containerDefinitions/0/dockerLabels",
                "/containerDefinitions/0/image",
                "/containerDefinitions/0/logConfiguration/logDriver",
                "/containerDefinitions/0/logConfiguration/options/a~0~1b",
                "/containerDefinitions/0/portMappings/0",
                "/containerDefinitions/0/portMappings/1",
                "/containerDefinitions/1",
                "/containerDefinitions/2",
                "/family",
                "/networkMode",
                "/volumes",
                "/x~1y/0",
                "/x~1y/1",
            ]
        );
        for nowhere in [
            "/memory",
            "/containerDefinitions/3",
            "/family/a",
            "/volumes/0",
        ] {
            assert!(Part::of(&task, nowhere).is_none(), "{nowhere}");
        }
    }
}
