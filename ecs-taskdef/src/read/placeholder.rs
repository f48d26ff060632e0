use serde_json::Value;

use crate::{Findings, Severity, TaskDefinition};

/// Makes errors about values that are still to be filled in into warnings.
pub(super) fn excuse(task: &TaskDefinition, findings: &mut Findings) {
    if !findings.has_errors() {
        return;
    }
    let Ok(document) = serde_json::to_value(task) else {
        return;
    };
    let open_names = has_open_names(task);
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Error)
    {
        if document
            .pointer(&finding.pointer)
            .is_some_and(has_placeholder)
        {
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

/// Whether a text holds `<NAME>`, `${NAME}` or `{{NAME}}`, or an object is a
/// function of CloudFormation.
fn has_placeholder(value: &Value) -> bool {
    match value {
        Value::String(text) => is_open(text),
        Value::Object(members) => is_function(members),
        _ => false,
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
    let function = |name: &String| name == "Ref" || name.starts_with("Fn::");
    members.len() == 1 && members.keys().all(function)
}
