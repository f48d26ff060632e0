use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{ReadError, cloudformation};
use crate::rules::reading;
use crate::shape::{At, Kind};
use crate::{Rule, TaskDefinition};

/// Members at the top of a document that show that the definition lies deeper
/// or has other names.
pub(super) const WRAPPERS: [&str; 7] = [
    "taskDefinition",
    "data",
    "Resources",
    "Properties",
    "ContainerDefinitions",
    "Family",
    "TaskDefinition",
];

const RESOURCE_TYPE: &str = "AWS::ECS::TaskDefinition";

/// Where in the text the task definition is, and by which names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layout {
    prefix: Vec<String>,
    capitalized: bool,
    containers_alone: bool,
}

impl Layout {
    /// The steps through the text that lead where the pointer leads.
    pub(super) fn steps<'p>(&'p self, pointer: &'p str) -> impl Iterator<Item = Cow<'p, str>> {
        let mut own = pointer.split('/').skip(1).peekable();
        if self.containers_alone {
            own.next_if_eq(&"containerDefinitions");
        }
        let outer = self.prefix.iter().map(|step| Cow::Borrowed(step.as_str()));
        outer.chain(own.map(unescaped))
    }

    /// The pointer to what the steps through the text lead to.
    pub(super) fn pointer(&self, steps: &[String]) -> String {
        let own = steps
            .strip_prefix(self.prefix.as_slice())
            .unwrap_or_default();
        let mut pointer = String::new();
        if self.containers_alone && !own.is_empty() {
            pointer.push_str("/containerDefinitions");
        }
        let mut kind = Some(Kind::Structure(TaskDefinition::SHAPE));
        for step in own {
            let member = match kind {
                Some(Kind::Structure(shape)) => shape
                    .members
                    .iter()
                    .find(|member| self.is_member(step, member.name)),
                _ => None,
            };
            let name = member.map_or(step.as_str(), |member| member.name);
            pointer.push_str(&At::ROOT.member(name).pointer());
            kind = match kind {
                Some(Kind::List(items)) => Some(*items),
                _ => member.map(|member| member.kind),
            };
        }
        pointer
    }

    /// Whether the first is a name in the text of what the API calls by the second; `None` if
    /// the text has the names of the API.
    pub(super) fn aliases(&self) -> Option<fn(&str, &str) -> bool> {
        self.capitalized.then_some(cloudformation::is_name_of)
    }

    fn is_member(&self, written: &str, name: &str) -> bool {
        let is_alias = self.aliases();
        written == name || is_alias.is_some_and(|is_alias| is_alias(written, name))
    }

    /// What there is to say about the layout.
    pub(super) fn oddities(&self) -> Vec<(&'static Rule, String)> {
        let mut oddities: Vec<(&'static Rule, String)> = Vec::new();
        if !self.prefix.is_empty() {
            let path = self.prefix.join("`, `");
            oddities.push((
                &reading::WRAPPED,
                format!("the definition lies in `{path}`"),
            ));
        }
        if self.capitalized {
            let message = "the members have the names of CloudFormation".to_owned();
            oddities.push((&reading::CLOUDFORMATION, message));
        }
        if self.containers_alone {
            let message = "a list of containers without a definition around it".to_owned();
            oddities.push((&reading::CONTAINERS_ALONE, message));
        }
        oddities
    }

    fn within(mut self, members: &[&str]) -> Self {
        self.prefix
            .extend(members.iter().map(|member| (*member).to_owned()));
        self
    }
}

/// A step of a JSON Pointer as it is in the document.
pub(super) fn unescaped(step: &str) -> Cow<'_, str> {
    match step.contains('~') {
        true => step.replace("~1", "/").replace("~0", "~").into(),
        false => step.into(),
    }
}

/// Takes the task definition out of what lies around it.
pub(super) fn unwrap(value: Value) -> Result<(Layout, Value), ReadError> {
    unwrap_within(Layout::default(), value)
}

fn unwrap_within(layout: Layout, value: Value) -> Result<(Layout, Value), ReadError> {
    let mut members = match value {
        Value::Array(items) if items.iter().all(Value::is_object) => {
            let members = Map::from_iter([("containerDefinitions".to_owned(), items.into())]);
            let layout = Layout {
                containers_alone: true,
                ..layout
            };
            return Ok((layout, members.into()));
        }
        Value::Object(members) => members,
        other => return Ok((layout, other)),
    };
    let is_object =
        |members: &Map<String, Value>, name: &str| members.get(name).is_some_and(Value::is_object);
    for wrapper in ["taskDefinition", "TaskDefinition"] {
        if is_object(&members, wrapper) {
            let inner = members.remove(wrapper).unwrap_or_default();
            let inner = with_tags(inner, members.remove("tags"));
            return unwrap_within(layout.within(&[wrapper]), inner);
        }
    }
    if is_object(&members, "data") && !members.contains_key("containerDefinitions") {
        let inner = members.remove("data").unwrap_or_default();
        return unwrap_within(layout.within(&["data"]), inner);
    }
    if let Some(Value::Object(resources)) = members.remove("Resources") {
        return unwrap_resources(layout, resources);
    }
    if is_object(&members, "Properties") {
        let inner = members.remove("Properties").unwrap_or_default();
        return unwrap_within(layout.within(&["Properties"]), inner);
    }
    if members.contains_key("ContainerDefinitions") || members.contains_key("Family") {
        let kind = Kind::Structure(TaskDefinition::SHAPE);
        let value = cloudformation::to_api(Value::Object(members), &kind);
        return Ok((
            Layout {
                capitalized: true,
                ..layout
            },
            value,
        ));
    }
    Ok((layout, Value::Object(members)))
}

/// An output has the tags beside the definition, an input inside of it.
fn with_tags(mut definition: Value, tags: Option<Value>) -> Value {
    if let (Value::Object(members), Some(tags)) = (&mut definition, tags) {
        members.entry("tags").or_insert(tags);
    }
    definition
}

fn unwrap_resources(
    layout: Layout,
    resources: Map<String, Value>,
) -> Result<(Layout, Value), ReadError> {
    let is_definition =
        |value: &Value| value.get("Type").and_then(Value::as_str) == Some(RESOURCE_TYPE);
    let mut definitions: Vec<(String, Value)> = resources
        .into_iter()
        .filter(|(_, value)| is_definition(value))
        .collect();
    let count = definitions.len();
    match definitions.pop() {
        Some((name, value)) if count == 1 => {
            unwrap_within(layout.within(&["Resources", &name]), value)
        }
        _ => Err(ReadError::SeveralDefinitions { count }),
    }
}
