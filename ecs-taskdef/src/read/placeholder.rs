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
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Error)
    {
        if document
            .pointer(&finding.pointer)
            .is_some_and(has_placeholder)
        {
            finding.excuse(", but it holds a placeholder");
        }
    }
}

/// Whether a text holds `<NAME>`, `${NAME}` or `{{NAME}}`, or an object is a
/// function of CloudFormation.
fn has_placeholder(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let between = |open: &str, close: &str| {
                text.split_once(open)
                    .is_some_and(|(_, rest)| rest.contains(close))
            };
            between("<", ">") || between("${", "}") || between("{{", "}}")
        }
        Value::Object(members) => is_function(members),
        _ => false,
    }
}

/// Whether the object is `{"Ref": ...}` or `{"Fn::...": ...}`.
pub(super) fn is_function(members: &serde_json::Map<String, Value>) -> bool {
    let function = |name: &String| name == "Ref" || name.starts_with("Fn::");
    members.len() == 1 && members.keys().all(function)
}
