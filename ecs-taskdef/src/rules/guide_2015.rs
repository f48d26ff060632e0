use serde_json::Value;

use super::Row;
use super::subject::{Report, Subject};
use crate::shape::At;
use crate::{Edition, Rule, Source};

pub(super) const RULES: &[Row] = &[Row::task(
    Rule::new(
        "member-not-in-2015",
        "the guide of 2015 has the member",
        Source::Guide2015("Task Definition Parameters"),
    )
    .advice()
    .in_2015(),
    later_members,
)];

/// The members of the guide, by the list or the object they stand in.
const MEMBERS: [(&str, &[&str]); 8] = [
    ("", &["family", "containerDefinitions", "volumes"]),
    (
        "containerDefinitions",
        &[
            "name",
            "image",
            "cpu",
            "memory",
            "links",
            "portMappings",
            "essential",
            "entryPoint",
            "command",
            "environment",
            "mountPoints",
            "volumesFrom",
        ],
    ),
    ("portMappings", &["containerPort", "hostPort", "protocol"]),
    ("environment", &["name", "value"]),
    (
        "mountPoints",
        &["sourceVolume", "containerPath", "readOnly"],
    ),
    ("volumesFrom", &["sourceContainer", "readOnly"]),
    ("volumes", &["name", "host"]),
    ("host", &["sourcePath"]),
];

fn later_members(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.rules.edition > Edition::Guide2015 {
        return;
    }
    let document = subject.task.to_register_input().task_definition;
    let document = serde_json::to_value(&document).unwrap_or_default();
    walk("", &document, &At::ROOT, report);
}

fn walk(owner: &str, value: &Value, at: &At<'_>, report: &mut Report<'_>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(owner, item, &at.item(index), report);
            }
        }
        Value::Object(members) => {
            let Some((_, known)) = MEMBERS.iter().find(|(list, _)| *list == owner) else {
                return;
            };
            for (name, value) in members {
                let here = at.member(name);
                if known.contains(&name.as_str()) {
                    walk(name, value, &here, report);
                } else {
                    report.fault(&here, format!("the guide of 2015 has no `{name}`"));
                }
            }
        }
        _ => {}
    }
}
