//! Two definitions are compared by their canonical form: defaults written out,
//! what AWS adds taken away, and lists whose order means nothing keyed by what
//! tells their elements apart.

mod canonical;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use serde_json::{Map, Value};

use crate::{Alternative, Document, TaskDefinition};
use canonical::{FURTHER, MARK, canonical_form, is_keyed, marked, plain};

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
    /// Whether it may be no change, because something is unknown or depends on conditions.
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
        let form = |task| canonical_form(task, std::iter::empty());
        compared(&form(self), &form(other), true)
    }

    /// Whether registering the other definition would change nothing.
    #[must_use]
    pub fn is_equivalent(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }
}

impl Document<'_> {
    /// What is different in another document, in each of the [alternatives](Document::alternatives)
    /// of both.
    ///
    /// A change is undecided if what is [unknown](Alternative::unknowns) may turn out so that there
    /// is none, or if there is none in other alternatives. Texts to be filled in that are written in
    /// the same way are the same, and so are conditions of the same name; what `${...}` and
    /// `${Fn::...}` stand for may differ. What a shell reads in a definition that AWS describes is
    /// not to be filled in.
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
        if self.is_same_text(other) {
            return Vec::new();
        }
        let (old, new) = (forms(self), forms(other));
        merged(&pairs(&old, &new))
    }
}

/// The canonical form of an alternative.
struct Form<'d> {
    alternative: Alternative<'d>,
    value: Value,
    all_known: bool,
}

type Pair<'f, 'd> = (&'f Form<'d>, &'f Form<'d>);

/// Each alternative; what a shell reads in a definition that AWS describes is known.
fn forms<'d>(document: &'d Document<'_>) -> Vec<Form<'d>> {
    let alternatives = document.alternatives();
    let form = |one: Alternative<'d>| {
        let unknowns = one.unknowns.iter();
        let mut unknowns = unknowns
            .filter(|place| !document.is_literal(place))
            .peekable();
        Form {
            alternative: one,
            all_known: unknowns.peek().is_none(),
            value: canonical_form(one.task_definition, unknowns),
        }
    };
    alternatives.map(form).collect()
}

/// The alternatives that may be there together, and those of the defaults: a condition of the same
/// name is the same on both sides.
fn pairs<'f, 'd>(old: &'f [Form<'d>], new: &'f [Form<'d>]) -> Vec<Pair<'f, 'd>> {
    let agree = |one: &Alternative<'_>, other: &Alternative<'_>| {
        let other: BTreeMap<&str, bool> = other.conditions().collect();
        one.conditions()
            .all(|(name, holds)| other.get(name).is_none_or(|other| *other == holds))
    };
    let mut pairs = Vec::new();
    for (first, old) in old.iter().enumerate() {
        for (second, new) in new.iter().enumerate() {
            if (first, second) == (0, 0) || agree(&old.alternative, &new.alternative) {
                pairs.push((old, new));
            }
        }
    }
    pairs
}

/// Every change of each pair, once. What is not changed in each of them is undecided.
fn merged(pairs: &[Pair<'_, '_>]) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut decided: HashMap<String, usize> = HashMap::new();
    for (old, new) in pairs {
        let all_known = old.all_known && new.all_known;
        let changes = compared(&old.value, &new.value, all_known);
        let paths = changes.iter().filter(|change| !change.undecided);
        let paths: BTreeSet<&str> = paths.map(|change| change.path.as_str()).collect();
        for path in paths {
            *decided.entry(path.to_owned()).or_default() += 1;
        }
        let is_new = |change: &Change| {
            let Change { path, old, new, .. } = change;
            known.insert(format!("{path}{MARK}{old:?}{MARK}{new:?}"))
        };
        merged.extend(changes.into_iter().filter(is_new));
    }
    for change in &mut merged {
        change.undecided = decided.get(&change.path) != Some(&pairs.len());
    }
    merged
}

fn compared(old: &Value, new: &Value, all_known: bool) -> Vec<Change> {
    let mut comparison = Comparison {
        changes: Vec::new(),
        all_known,
        is_in_doubt: false,
    };
    comparison.compare("", Some(old), Some(new));
    comparison.changes
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
    /// Whether it is unknown which elements of a list belong together.
    is_in_doubt: bool,
}

impl Comparison {
    fn compare(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        if old == new && (self.all_known || !old.is_some_and(is_vague)) {
            return;
        }
        let is_object = |value: Option<&Value>| value.is_some_and(Value::is_object);
        let list = |value: Option<&Value>| value.is_none_or(is_keyed);
        if (is_object(old) && is_object(new)) || (list(old) && list(new)) {
            self.compare_members(path, old, new);
            return;
        }
        if let (Some(old), Some(new)) = (old, new)
            && (is_same_role(path, old, new) || !self.all_known && is_same_text(old, new))
        {
            return;
        }
        self.push(path, old, new, !self.all_known && may_be_equal(old, new));
    }

    fn compare_members(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        let none = Map::new();
        let old = old.and_then(Value::as_object).unwrap_or(&none);
        let new = new.and_then(Value::as_object).unwrap_or(&none);
        let (is_old_open, is_new_open) = (has_open_names(old), has_open_names(new));
        let was_in_doubt = self.is_in_doubt;
        let has_repetitions = has_repetitions(old) || has_repetitions(new);
        self.is_in_doubt |= (is_old_open || is_new_open) && has_repetitions;
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let inner = match name.strip_prefix(MARK) {
                Some(key) => format!("{path}{}", key.replace(MARK, "")),
                None if path.is_empty() => name.clone(),
                None => format!("{path}.{name}"),
            };
            let (one, other) = (old.get(name), new.get(name));
            // It may be one of those whose names are unknown.
            let may_be_there = match (one, other) {
                (Some(_), Some(_)) => false,
                (None, _) => is_old_open || is_open_name(name),
                (_, None) => is_new_open || is_open_name(name),
            };
            match may_be_there && !self.all_known {
                true => self.push(&inner, one, other, true),
                false => self.compare(&inner, one, other),
            }
        }
        self.is_in_doubt = was_in_doubt;
    }

    fn push(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>, undecided: bool) {
        self.changes.push(Change {
            path: path.to_owned(),
            old: old.map(plain),
            new: new.map(plain),
            undecided: undecided || self.is_in_doubt && !self.all_known,
        });
    }
}

/// Whether an object stands for a list whose elements are not all known by what tells them apart.
fn has_open_names(members: &Map<String, Value>) -> bool {
    members.keys().any(|name| is_open_name(name))
}

/// Whether an object stands for a list with elements that are told apart by their order only.
fn has_repetitions(members: &Map<String, Value>) -> bool {
    members
        .keys()
        .any(|name| name.starts_with(MARK) && name.ends_with("#2]"))
}

fn is_open_name(name: &str) -> bool {
    name == FURTHER
        || name
            .strip_prefix(MARK)
            .is_some_and(|key| key.contains(MARK))
}

/// Whether a part is unknown in a way that does not say what it is: it may differ from what is
/// written in the same way.
fn is_vague(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_vague),
        Value::Object(members) => members.values().any(is_vague),
        value => marked(value).is_some_and(|text| {
            ["${...}", "${Fn::", "%{ if }"]
                .iter()
                .any(|it| text.contains(it))
        }),
    }
}

/// Whether both are written in the same way, one of them known and the other not.
fn is_same_text(old: &Value, new: &Value) -> bool {
    plain(old) == plain(new) && !is_vague(old) && !is_vague(new)
}

fn is_open(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_open),
        Value::Object(members) => has_open_names(members) || members.values().any(is_open),
        value => marked(value).is_some(),
    }
}

/// Whether what is unknown may turn out so that there is no change.
fn may_be_equal(old: Option<&Value>, new: Option<&Value>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some(one), None) | (None, Some(one)) => match one {
            Value::Array(items) => items.iter().all(|item| may_be_equal(Some(item), None)),
            Value::Object(members) => {
                let mut values = members.values();
                values.all(|value| may_be_equal(Some(value), None))
            }
            value => marked(value).is_some(),
        },
        (Some(old), Some(new)) if marked(old).is_some() || marked(new).is_some() => true,
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            lacks_nothing(old, new) && lacks_nothing(new, old)
        }
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let mut names = old.keys().chain(new.keys());
            names.all(|name| may_be_equal(old.get(name), new.get(name)))
        }
        (old, new) => old == new,
    }
}

/// Whether each known element of a list may be one of another, in whatever order.
fn lacks_nothing(list: &[Value], other: &[Value]) -> bool {
    if other.iter().any(is_open) {
        return true;
    }
    let others: HashSet<String> = other.iter().map(ToString::to_string).collect();
    let mut known = list.iter().filter(|item| !is_open(item));
    known.all(|item| others.contains(&item.to_string())) && list.iter().any(is_open)
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
