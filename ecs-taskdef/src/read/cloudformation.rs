//! Task definitions as CloudFormation writes them: other names, the same
//! things.

use serde_json::{Map, Value};

use super::placeholder::is_function;
use crate::shape::{Kind, Shape};

/// Names that are not the API's with a capital letter: shape, API,
/// CloudFormation.
const IRREGULAR: [(&str, &str, &str); 6] = [
    ("Volume", "efsVolumeConfiguration", "EFSVolumeConfiguration"),
    (
        "Volume",
        "s3filesVolumeConfiguration",
        "S3FilesVolumeConfiguration",
    ),
    (
        "Volume",
        "fsxWindowsFileServerVolumeConfiguration",
        "FSxWindowsFileServerVolumeConfiguration",
    ),
    ("EFSVolumeConfiguration", "fileSystemId", "FilesystemId"),
    ("EFSAuthorizationConfig", "iam", "IAM"),
    (
        "ProxyConfiguration",
        "properties",
        "ProxyConfigurationProperties",
    ),
];

/// Whether CloudFormation writes `written` for the API's member `name`.
pub(super) fn is_name_of(written: &str, name: &str) -> bool {
    IRREGULAR
        .iter()
        .any(|(_, api, here)| *api == name && *here == written)
        || is_capitalized(written, name)
}

/// The API's name for what CloudFormation writes in an object of that shape.
fn api_name(shape: &Shape, written: &str) -> Option<&'static str> {
    let irregular = IRREGULAR
        .iter()
        .find(|(owner, _, here)| *owner == shape.name && *here == written);
    let regular = || {
        shape
            .members
            .iter()
            .find(|member| is_capitalized(written, member.name))
    };
    irregular
        .map(|(_, api, _)| *api)
        .or_else(|| regular().map(|member| member.name))
}

fn is_capitalized(written: &str, name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.is_some_and(|first| written.strip_prefix(first) == Some(letters.as_str()))
}

/// The same document in the names of the API.
pub(super) fn to_api(value: Value, kind: &Kind) -> Value {
    match (value, kind) {
        (Value::Object(members), Kind::String | Kind::Enum(_)) if is_function(&members) => {
            Value::String(as_text(&members))
        }
        (Value::Object(members), _) if is_function(&members) => Value::Object(members),
        (Value::Object(members), Kind::Structure(shape)) => Value::Object(
            members
                .into_iter()
                .map(|member| renamed(member, shape))
                .collect(),
        ),
        (Value::Object(members), Kind::Map(kind)) => {
            let converted = |(name, value)| (name, to_api(value, kind));
            Value::Object(members.into_iter().map(converted).collect())
        }
        (Value::Array(items), Kind::List(kind)) => {
            Value::Array(items.into_iter().map(|item| to_api(item, kind)).collect())
        }
        (value, _) => value,
    }
}

fn renamed((written, value): (String, Value), shape: &Shape) -> (String, Value) {
    let name = api_name(shape, &written).map_or(written, str::to_owned);
    match shape.member(&name) {
        Some(member) => (name, to_api(value, &member.kind)),
        None => (name, value),
    }
}

/// A function of CloudFormation as a text with placeholders.
fn as_text(function: &Map<String, Value>) -> String {
    let Some((name, argument)) = function.iter().next() else {
        return String::new();
    };
    match (name.as_str(), argument) {
        ("Fn::Sub", Value::String(text)) => text.clone(),
        ("Fn::Sub", Value::Array(parts)) => parts
            .first()
            .and_then(Value::as_str)
            .unwrap_or("${Fn::Sub}")
            .to_owned(),
        ("Ref" | "Fn::GetAtt", Value::String(text)) => format!("${{{text}}}"),
        ("Fn::GetAtt", Value::Array(parts)) => {
            let names: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            format!("${{{}}}", names.join("."))
        }
        ("Fn::Join", Value::Array(parts)) => {
            joined(parts).unwrap_or_else(|| "${Fn::Join}".to_owned())
        }
        (name, _) => format!("${{{name}}}"),
    }
}

fn joined(parts: &[Value]) -> Option<String> {
    let [Value::String(separator), Value::Array(items)] = parts else {
        return None;
    };
    let texts: Option<Vec<String>> = items
        .iter()
        .map(|item| match item {
            Value::String(text) => Some(text.clone()),
            Value::Object(function) if is_function(function) => Some(as_text(function)),
            _ => None,
        })
        .collect();
    Some(texts?.join(separator))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::TaskDefinition;

    #[test]
    fn names_follow_the_table() {
        let template = json!({
            "Family": {"Fn::Sub": "${Stack}-web"},
            "Volumes": [{"Name": "v", "EFSVolumeConfiguration": {
                "FilesystemId": {"Ref": "Files"}, "AuthorizationConfig": {"IAM": "ENABLED"}}}],
            "ProxyConfiguration": {"ProxyConfigurationProperties": [{"Name": "AppPorts"}]},
            "ContainerDefinitions": [{
                "Image": {"Fn::Join": ["/", [{"Ref": "Registry"}, "web:1"]]},
                "LogConfiguration": {"Options": {"awslogs-group": {"Fn::GetAtt": ["Logs", "Arn"]}}},
                "PortMappings": [{"ContainerPort": {"Ref": "Port"}}],
            }],
            "Odd": 1,
        });
        let api = to_api(template, &Kind::Structure(TaskDefinition::SHAPE));
        assert_eq!(
            api,
            json!({
                "family": "${Stack}-web",
                "volumes": [{"name": "v", "efsVolumeConfiguration": {
                    "fileSystemId": "${Files}", "authorizationConfig": {"iam": "ENABLED"}}}],
                "proxyConfiguration": {"properties": [{"name": "AppPorts"}]},
                "containerDefinitions": [{
                    "image": "${Registry}/web:1",
                    "logConfiguration": {"options": {"awslogs-group": "${Logs.Arn}"}},
                    "portMappings": [{"containerPort": {"Ref": "Port"}}],
                }],
                "Odd": 1,
            })
        );
    }
}
