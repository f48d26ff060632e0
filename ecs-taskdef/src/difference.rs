//! Two definitions are compared by their canonical form: defaults written out,
//! what AWS adds taken away, and lists whose order means nothing keyed by what
//! tells their elements apart.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde_json::{Map, Value};

use crate::shape::{Elements, Kind, Member};
use crate::{Document, TaskDefinition, Unknowns, open};

/// Something that is different between two task definitions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Where: `containerDefinitions[web].portMappings[80/tcp].hostPort`.
    /// Brackets hold what tells the elements of a list apart.
    pub path: String,
    /// What is there in the first definition; `None` for nothing.
    pub old: Option<Value>,
    /// What is there in the second definition; `None` for nothing.
    pub new: Option<Value>,
    /// Whether one of the two is unknown, so that it may be no change.
    pub undecided: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if self.undecided => {
                write!(f, "? {}: {old} -> {new}", self.path)
            }
            (Some(old), Some(new)) => write!(f, "~ {}: {old} -> {new}", self.path),
            (Some(old), None) if self.undecided => write!(f, "? {}: {old} ->", self.path),
            (None, Some(new)) if self.undecided => write!(f, "? {}: -> {new}", self.path),
            (Some(old), None) => write!(f, "- {}: {old}", self.path),
            (None, Some(new)) => write!(f, "+ {}: {new}", self.path),
            (None, None) => f.write_str(&self.path),
        }
    }
}

impl TaskDefinition {
    /// What is different in `other`. Nothing means that registering the one
    /// after the other would change nothing.
    ///
    /// Left out of account are defaults, units, the order of lists where AWS
    /// ignores it, what AWS fills in itself, empty lists and objects, and
    /// `null`.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let written: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "web", "cpu": "1 vCPU",
    ///     "containerDefinitions": [{"name": "web", "image": "nginx:1", "environment": [
    ///         {"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}]
    /// }"#)?;
    /// let described: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "web", "cpu": "1024", "revision": 7, "volumes": [],
    ///     "containerDefinitions": [{"name": "web", "image": "nginx:2", "essential": true,
    ///         "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]
    /// }"#)?;
    /// let changes = written.difference(&described);
    /// let shown: Vec<String> = changes.iter().map(ToString::to_string).collect();
    /// assert_eq!(shown, [r#"~ containerDefinitions[web].image: "nginx:1" -> "nginx:2""#]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn difference(&self, other: &Self) -> Vec<Change> {
        difference((self, Unknowns::NONE), (other, Unknowns::NONE))
    }

    /// Whether registering the other definition would change nothing.
    #[must_use]
    pub fn is_equivalent(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }
}

impl Document<'_> {
    /// What is different in another document, as the defaults of the parameters of a template make
    /// both. A change between values one of which is [unknown](Document::unknowns) is undecided.
    ///
    /// ```
    /// use ecs_taskdef::{Document, Reading};
    ///
    /// let read = |text: &'static str| Document::read(text.as_bytes(), Reading::Lenient);
    /// let written = read(r#"{"Family": "web", "Cpu": {"Ref": "Cpu"},
    ///     "ContainerDefinitions": [{"Name": "web", "Image": "nginx:2", "Memory": 64}]}"#)?;
    /// let described = read(r#"{"family": "web", "cpu": "256",
    ///     "containerDefinitions": [{"name": "web", "image": "nginx:1", "memory": 64}]}"#)?;
    /// let changes = described.difference(&written);
    /// let shown: Vec<String> = changes.iter().map(ToString::to_string).collect();
    /// assert_eq!(shown, [
    ///     r#"~ containerDefinitions[web].image: "nginx:1" -> "nginx:2""#,
    ///     r#"? cpu: "256" -> "${Cpu}""#,
    /// ]);
    /// # Ok::<(), ecs_taskdef::ReadError>(())
    /// ```
    #[must_use]
    pub fn difference(&self, other: &Document<'_>) -> Vec<Change> {
        difference(
            (self.task_definition(), self.unknowns()),
            (other.task_definition(), other.unknowns()),
        )
    }
}

type Known<'d> = (&'d TaskDefinition, &'d Unknowns);

fn difference((old, old_unknowns): Known<'_>, (new, new_unknowns): Known<'_>) -> Vec<Change> {
    let all_known = old_unknowns.is_empty() && new_unknowns.is_empty();
    let mut comparison = Comparison {
        changes: Vec::new(),
        all_known,
    };
    let old = canonical_form(old, old_unknowns);
    let new = canonical_form(new, new_unknowns);
    comparison.compare("", Some(&old), Some(&new));
    comparison.changes
}

/// Stands for a value that is unknown and no text.
const UNKNOWN: &str = "${...}";

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

fn canonical_form(task: &TaskDefinition, unknowns: &Unknowns) -> Value {
    let mut input = task.to_register_input().task_definition;
    input.fill_defaults();
    input.network_mode = Some(input.effective_network_mode());
    let mut value = serde_json::to_value(&input).unwrap_or_default();
    for pointer in unknowns.iter() {
        write_unknown(&mut value, pointer);
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
    let Some(Value::Object(members)) = value.pointer_mut(parent) else {
        return;
    };
    let is_read_only = parent.is_empty()
        && TaskDefinition::SHAPE
            .member(name)
            .is_none_or(|member| member.describe_only);
    let is_text = members.get(name).is_some_and(Value::is_string) && name != "networkMode";
    if !is_read_only && !is_text {
        let name = name.replace("~1", "/").replace("~0", "~");
        members.insert(name, Value::from(UNKNOWN));
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
                    if items.iter().all(Value::is_object) {
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
    let mut name = String::from(KEYED);
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

/// Marks the members of an object that stands for a list. No name in JSON that
/// people write begins with it.
const KEYED: char = '\0';

fn is_keyed(value: &Value) -> bool {
    let members = value.as_object();
    members.is_some_and(|members| members.keys().any(|name| name.starts_with(KEYED)))
}

/// The lists that were made objects as lists again.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) if is_keyed(value) => members.values().map(plain).collect(),
        Value::Object(members) => {
            let plain = members
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(plain.collect())
        }
        other => other.clone(),
    }
}

/// The members that hold a role.
const ROLES: [&str; 2] = ["executionRoleArn", "taskRoleArn"];

/// Whether both are the same role: AWS completes a name to an ARN.
fn is_same_role(path: &str, old: &Value, new: &Value) -> bool {
    let (Some(old), Some(new)) = (old.as_str(), new.as_str()) else {
        return false;
    };
    let names = |name: &str, arn: &str| {
        let arn = ecs_arn::ArnRef::parse(arn);
        let role = arn
            .as_ref()
            .ok()
            .and_then(|arn| arn.resource().strip_prefix("role/"));
        role == Some(name)
    };
    ROLES.contains(&path) && (names(old, new) || names(new, old))
}

struct Comparison {
    changes: Vec<Change>,
    all_known: bool,
}

impl Comparison {
    fn compare(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        if old == new {
            return;
        }
        let is_object = |value: Option<&Value>| value.is_some_and(Value::is_object);
        let list = |value: Option<&Value>| value.is_none_or(is_keyed);
        if (is_object(old) && is_object(new)) || (list(old) && list(new)) {
            let none = Map::new();
            let old = old.and_then(Value::as_object).unwrap_or(&none);
            let new = new.and_then(Value::as_object).unwrap_or(&none);
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let inner = match name.strip_prefix(KEYED) {
                    Some(key) => format!("{path}{key}"),
                    None if path.is_empty() => name.clone(),
                    None => format!("{path}.{name}"),
                };
                self.compare(&inner, old.get(name), new.get(name));
            }
            return;
        }
        if let (Some(old), Some(new)) = (old, new)
            && is_same_role(path, old, new)
        {
            return;
        }
        let is_open =
            |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(open::is_open);
        self.changes.push(Change {
            path: path.to_owned(),
            old: old.map(plain),
            new: new.map(plain),
            undecided: !self.all_known && (is_open(old) || is_open(new)),
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(value: Value) -> TaskDefinition {
        serde_json::from_value(value).unwrap()
    }

    fn shown(old: Value, new: Value) -> Vec<String> {
        let (old, new) = (task(old), task(new));
        let changes = old.difference(&new);
        assert_eq!(changes.is_empty(), old.is_equivalent(&new));
        let turned: Vec<Change> = new
            .difference(&old)
            .into_iter()
            .map(|change| Change {
                path: change.path,
                old: change.new,
                new: change.old,
                undecided: change.undecided,
            })
            .collect();
        assert_eq!(changes, turned);
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_of_a_role_is_completed() {
        let with =
            |role: &str| json!({"family": "f", "taskRoleArn": role, "executionRoleArn": role});
        let arn = "arn:aws:iam::123456789012:role/web";
        assert!(shown(with("web"), with(arn)).is_empty());
        for (one, other) in [("db", arn), (arn, "arn:aws:iam::210987654321:role/web")] {
            assert_eq!(shown(with(one), with(other)).len(), 2, "{one}");
        }
    }

    #[test]
    fn what_aws_ignores_is_no_difference() {
        let one = json!({
            "family": "f", "cpu": ".25 vCPU", "memory": "1 GB", "networkMode": "awsvpc",
            "containerDefinitions": [
                {"name": "a", "portMappings": [{"containerPort": 80}, {"containerPort": 81}],
                 "healthCheck": {"command": ["CMD", "a"]}, "command": [], "links": null,
                 "ulimits": [{"name": "core", "softLimit": 1, "hardLimit": 1},
                             {"name": "cpu", "softLimit": 1, "hardLimit": 1}],
                 "linuxParameters": {}},
                {"name": "b", "readonlyRootFilesystem": false}],
            "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
                        {"name": "w"}],
            "requiresCompatibilities": ["EC2", "FARGATE"],
        });
        let other = json!({
            "family": "f", "cpu": "256", "memory": "1024", "networkMode": "awsvpc",
            "revision": 3, "status": "ACTIVE", "registeredAt": 1.5, "compatibilities": ["EC2"],
            "containerDefinitions": [
                {"name": "b", "cpu": 0, "essential": true, "mountPoints": []},
                {"name": "a", "portMappings": [
                    {"containerPort": 81, "hostPort": 81, "protocol": "tcp"},
                    {"containerPort": 80, "hostPort": 80}],
                 "healthCheck": {"command": ["CMD", "a"], "interval": 30, "timeout": 5,
                                 "retries": 3, "startPeriod": 0},
                 "ulimits": [{"name": "cpu", "softLimit": 1, "hardLimit": 1},
                             {"name": "core", "softLimit": 1, "hardLimit": 1}]}],
            "volumes": [{"name": "w", "host": {}},
                        {"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1",
                         "rootDirectory": "/", "transitEncryption": "DISABLED"}}],
            "requiresCompatibilities": ["FARGATE", "EC2"], "tags": [],
        });
        assert_eq!(shown(one, other), [""; 0]);
    }

    #[test]
    fn labels_and_options_mean_what_they_say() {
        let labelled = |label: &str| {
            json!({"family": "f", "containerDefinitions": [{"name": "a", "dockerLabels": {
                "scope": label, "environment": "x"
            }}]})
        };
        assert_eq!(
            shown(labelled("task"), labelled("")),
            [r#"~ containerDefinitions[a].dockerLabels.scope: "task" -> """#]
        );
        let bare = json!({"family": "f", "containerDefinitions": [{"name": "a"}]});
        assert_eq!(shown(labelled("task"), bare).len(), 1);
    }

    #[test]
    fn what_the_api_does_not_know_means_what_it_says() {
        let with = |value: Value| json!({"family": "f", "x": value});
        assert_eq!(
            shown(with(json!(false)), json!({"family": "f"})),
            ["- x: false"]
        );
        assert_eq!(
            shown(with(json!({"environment": []})), with(json!({}))),
            ["- x.environment: []"]
        );
    }

    #[test]
    fn what_counts_is_a_difference() {
        let one = json!({"family": "f", "containerDefinitions": [
            {"name": "a", "command": ["x", "y"], "essential": false,
             "environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
            {"name": "gone", "image": "i"}]});
        let other = json!({"family": "f", "networkMode": "host", "containerDefinitions": [
            {"name": "a", "command": ["y", "x"], "stopTimeout": 30,
             "environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "3"}],
             "portMappings": [{"containerPort": 80}]}]});
        assert_eq!(
            shown(one, other),
            [
                r#"~ containerDefinitions[a].command: ["x","y"] -> ["y","x"]"#,
                r#"~ containerDefinitions[a].environment[A#2].value: "2" -> "3""#,
                "~ containerDefinitions[a].essential: false -> true",
                concat!(
                    r#"+ containerDefinitions[a].portMappings[80/tcp]: "#,
                    r#"{"containerPort":80,"hostPort":80,"protocol":"tcp"}"#
                ),
                "+ containerDefinitions[a].stopTimeout: 30",
                concat!(
                    r#"- containerDefinitions[gone]: "#,
                    r#"{"name":"gone","image":"i","cpu":0,"essential":true}"#
                ),
                r#"~ networkMode: "bridge" -> "host""#,
            ]
        );
    }
}
