//! The shapes of this crate beside those of the API model.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by a panic"
)]

mod api_table;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use std::collections::{BTreeMap, BTreeSet};

use ecs_taskdef::shape::{Kind, Member, Shape};
use ecs_taskdef::{Documents, NetworkMode, Reading, TaskDefinition, TaskOverride, Validator};
use serde_json::{Value, json};

/// Members of both shapes that are one task definition here.
const TASK_DEFINITION: [&str; 2] = ["RegisterTaskDefinitionRequest", "TaskDefinition"];

/// What the table keeps of an operation, a shape or a reference to one; the rest are words, and
/// what only the generators of AWS's own clients ask for.
const KEPT: [&str; 17] = [
    "input",
    "output",
    "errors",
    "shape",
    "type",
    "members",
    "required",
    "member",
    "key",
    "value",
    "enum",
    "min",
    "max",
    "pattern",
    "document",
    "exception",
    "fault",
];

/// The table of an API model, one operation or shape on a line.
fn table_of(model: &Value) -> String {
    let lines = |part: &str| -> String {
        let entries = model[part].as_object().unwrap().iter();
        let lines: Vec<String> = entries
            .map(|(name, entry)| format!("{}:{}", json!(name), kept(entry)))
            .collect();
        lines.join(",\n")
    };
    let metadata = json!({
        "apiVersion": model["metadata"]["apiVersion"],
        "targetPrefix": model["metadata"]["targetPrefix"],
    });
    format!(
        "{{\"metadata\":{metadata},\n\"operations\":{{\n{}\n}},\n\"shapes\":{{\n{}\n}}}}\n",
        lines("operations"),
        lines("shapes")
    )
}

fn kept(entry: &Value) -> Value {
    match entry {
        Value::Object(entry) => {
            let kept_members = |value: &Value| match value {
                // The names of members are no keys of the layout.
                Value::Object(members) => members
                    .iter()
                    .map(|(name, member)| (name.clone(), kept(member)))
                    .collect(),
                other => kept(other),
            };
            let entries = entry.iter().filter(|(key, _)| KEPT.contains(&key.as_str()));
            entries
                .map(|(key, value)| match key.as_str() {
                    "members" => (key.clone(), kept_members(value)),
                    _ => (key.clone(), kept(value)),
                })
                .collect()
        }
        Value::Array(items) => items.iter().map(kept).collect(),
        other => other.clone(),
    }
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn the_table_is_that_of_the_api_model() {
    let model = serde_json::from_str(&conformance_data::read("api/ecs-service-2.json")).unwrap();
    let table = table_of(&model);
    if std::env::var_os("ECS_WRITE_API_TABLE").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/api_table/ecs-service-2.json"
        );
        std::fs::write(path, &table).unwrap();
    } else {
        let ours = include_str!("api_table/ecs-service-2.json");
        let changed = table.lines().find(|line| !ours.contains(line));
        assert_eq!(changed, None, "the table lacks a line of the API model");
        assert!(ours == table, "the table has what the API model lacks");
    }
}

/// The shapes of the table.
fn model() -> Value {
    api_table::shapes().into()
}

/// The members of a shape as CloudFormation names those of a service.
fn members_of_cloudformation(shape: &str) -> Vec<String> {
    let members = model()[shape]["members"].as_object().unwrap().clone();
    let name = |name: String| match name.as_str() {
        "placementStrategy" => "PlacementStrategies".to_owned(),
        _ => name[..1].to_uppercase() + &name[1..],
    };
    members
        .into_iter()
        .map(|(member, _)| name(member))
        .filter(|name| name != "ClientToken")
        .collect()
}

#[test]
fn a_template_may_have_every_member_of_a_service() {
    let all = |shape: &str, value: Value| -> Value {
        let members = members_of_cloudformation(shape).into_iter();
        Value::Object(members.map(|name| (name, value.clone())).collect())
    };
    let network = json!({"AwsvpcConfiguration": all("AwsVpcConfiguration", json!("x"))});
    assert_eq!(
        members_of_cloudformation("NetworkConfiguration"),
        ["AwsvpcConfiguration"]
    );
    let mut service = all("CreateServiceRequest", json!({"Ref": "AWS::Region"}));
    service["NetworkConfiguration"] = network;
    let template =
        json!({"Resources": {"S": {"Type": "AWS::ECS::Service", "Properties": service}}});
    let text = template.to_string();
    let documents = Documents::read(text.as_bytes(), Reading::Lenient).unwrap();
    let found = documents.validate(&Validator::default());
    assert!(found.is_empty(), "{found}");
}

/// Every shape that can be reached, by its name.
fn reachable() -> BTreeMap<&'static str, &'static Shape> {
    let mut found = BTreeMap::new();
    let mut pending = vec![TaskDefinition::SHAPE, TaskOverride::SHAPE];
    while let Some(shape) = pending.pop() {
        if found.insert(shape.name, shape).is_none() {
            pending.extend(
                shape
                    .members
                    .iter()
                    .filter_map(|member| structure_of(&member.kind)),
            );
        }
    }
    found
}

fn structure_of(kind: &Kind) -> Option<&'static Shape> {
    match kind {
        Kind::Structure(shape) => Some(shape),
        Kind::List(items) | Kind::Map(items) => structure_of(items),
        _ => None,
    }
}

/// The names of the structures that the model reaches from the same roots.
fn reachable_in(model: &Value) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut pending: Vec<String> = TASK_DEFINITION
        .iter()
        .chain(&["TaskOverride"])
        .map(|name| (*name).to_owned())
        .collect();
    while let Some(name) = pending.pop() {
        if seen.insert(name.clone()) {
            let shape = &model[&name];
            let members = shape["members"].as_object().into_iter().flatten();
            let targets = members.map(|(_, member)| member);
            let targets = targets.chain([&shape["member"], &shape["value"]]);
            pending.extend(
                targets
                    .filter_map(|target| target["shape"].as_str())
                    .map(str::to_owned),
            );
        }
    }
    seen.retain(|name| model[name]["type"] == "structure" && name != TASK_DEFINITION[0]);
    seen
}

/// The members of a shape in the model: name, shape of the member, required.
fn members_of(model: &Value, name: &str) -> BTreeMap<String, (String, bool)> {
    let names = if name == "TaskDefinition" {
        &TASK_DEFINITION[..]
    } else {
        &[name][..]
    };
    let mut members = BTreeMap::new();
    for name in names {
        let shape = &model[*name];
        let required: Vec<&str> = shape["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (member, target) in shape["members"].as_object().unwrap() {
            let target = target["shape"].as_str().unwrap().to_owned();
            let is_required = required.contains(&member.as_str());
            members
                .entry(member.clone())
                .or_insert((target, is_required));
        }
    }
    members
}

fn check_member(model: &Value, owner: &str, member: &Member, target: &str, required: bool) {
    let place = format!("{owner}.{}", member.name);
    let shape = &model[target];
    assert_eq!(member.required, required, "{place}");
    assert_eq!(member.limits.min, shape["min"].as_i64(), "{place}");
    assert_eq!(member.limits.max, shape["max"].as_i64(), "{place}");
    assert_eq!(member.limits.pattern, shape["pattern"].as_str(), "{place}");
    check_kind(model, &place, &member.kind, target);
}

fn check_kind(model: &Value, place: &str, kind: &Kind, target: &str) {
    let shape = &model[target];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let is_enum = shape["enum"].is_array();
    match (text(&shape["type"]).as_str(), kind) {
        ("string", Kind::String) if !is_enum => {}
        ("string", Kind::Enum(list)) if is_enum => {
            assert_eq!(list.name, target, "{place}");
            let ours: BTreeSet<&str> = list.values.iter().copied().collect();
            let theirs = shape["enum"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str);
            let mut theirs: BTreeSet<&str> = theirs.collect();
            if *list == NetworkMode::ENUMERATION {
                // DIFFERENCE: the network of Windows, which the API has by omitting the mode.
                theirs.insert("default");
            }
            assert_eq!(ours, theirs, "{place}");
        }
        ("integer", Kind::Integer) | ("boolean", Kind::Boolean) => {}
        ("timestamp", Kind::Timestamp) => {}
        ("list", Kind::List(items)) => {
            check_kind(model, place, items, &text(&shape["member"]["shape"]));
        }
        ("map", Kind::Map(values)) => {
            check_kind(model, place, values, &text(&shape["value"]["shape"]));
        }
        ("structure", Kind::Structure(ours)) => assert_eq!(ours.name, target, "{place}"),
        (other, _) => panic!("{place}: {kind:?} for {other}"),
    }
}

#[test]
fn every_shape_equals_the_model() {
    let model = model();
    let shapes = reachable();
    for (name, shape) in &shapes {
        let theirs = members_of(&model, name);
        let ours: BTreeSet<&str> = shape.members.iter().map(|member| member.name).collect();
        assert_eq!(ours, theirs.keys().map(String::as_str).collect(), "{name}");
        for member in shape.members {
            let (target, required) = &theirs[member.name];
            check_member(&model, name, member, target, *required);
        }
    }
    let theirs = reachable_in(&model);
    assert_eq!(
        shapes
            .keys()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>(),
        theirs
    );
}

#[test]
fn what_only_describe_has_is_listed() {
    let model = model();
    let names = |shape: &str| -> BTreeSet<String> {
        model[shape]["members"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let only: BTreeSet<String> = names("TaskDefinition")
        .difference(&names("RegisterTaskDefinitionRequest"))
        .cloned()
        .collect();
    let listed: BTreeSet<String> = TaskDefinition::SHAPE
        .members
        .iter()
        .filter(|member| member.describe_only)
        .map(|member| member.name.to_owned())
        .collect();
    assert_eq!(only, listed);
}
