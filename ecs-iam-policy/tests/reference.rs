//! The rows of the crate beside the reference they were taken from.

#![expect(
    clippy::unwrap_used,
    reason = "data that cannot be read fails the test"
)]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_iam_policy::ecs::{self, AccessLevel, KeyType};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(&conformance_data::read("api/ecs-authorization.json")).unwrap()
}

/// The keys of a member of a row, as the crate writes them.
fn keys(row: &Value) -> Vec<String> {
    let keys = row["condition_keys"].as_array().into_iter().flatten();
    keys.map(|key| key.as_str().unwrap().replace("${TagKey}", ""))
        .collect()
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn actions_are_those_of_the_reference() {
    let reference = reference();
    let rows = reference["actions"].as_object().unwrap();
    assert_eq!(ecs::actions().count(), rows.len());
    for (name, row) in rows {
        let action = ecs::action(name).unwrap();
        assert_eq!(action.name(), name);
        let levels: Vec<_> = action
            .access_levels()
            .iter()
            .map(|level| level.name())
            .collect();
        assert_eq!(levels.join(", "), row["access"].as_str().unwrap(), "{name}");
        let resources = row["resources"].as_array().cloned().unwrap_or_default();
        assert_eq!(action.resources().count(), resources.len(), "{name}");
        assert_eq!(
            action.takes_resource(),
            row["wildcard_only"] != true,
            "{name}"
        );
        for (used, row) in action.resources().zip(&resources) {
            assert_eq!(used.resource_type(), row["type"], "{name}");
            assert_eq!(used.is_required(), row["required"], "{name}");
            assert_eq!(
                used.condition_keys().collect::<Vec<_>>(),
                keys(row),
                "{name}"
            );
        }
        for key in keys(row) {
            assert!(
                action.condition_keys().contains(&key.as_str()),
                "{name} {key}"
            );
        }
        let dependent = row["dependent_actions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert_eq!(
            action.dependent_actions().collect::<Vec<_>>(),
            dependent,
            "{name}"
        );
    }
    let only = reference["_source"]["gaps_vs_botocore_1.44.5"]["permission_only_actions"].clone();
    let marked = ecs::actions().filter(|action| action.is_permission_only());
    assert_eq!(
        marked.map(|action| action.name()).collect::<Vec<_>>(),
        *only.as_array().unwrap()
    );
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn resource_types_and_keys_are_those_of_the_reference() {
    let reference = reference();
    let types = reference["resource_types"].as_object().unwrap();
    assert_eq!(ecs::resource_types().count(), types.len());
    for (name, row) in types {
        let known = ecs::resource_type(name).unwrap();
        let start = "arn:${Partition}:ecs:${Region}:${Account}:";
        assert_eq!(format!("{start}{}", known.path()), row["arn"], "{name}");
        assert_eq!(
            known.condition_keys().collect::<Vec<_>>(),
            keys(row),
            "{name}"
        );
    }
    let rows = reference["condition_keys"].as_object().unwrap();
    assert_eq!(ecs::condition_keys().count(), rows.len());
    for (known, (name, row)) in ecs::condition_keys().zip(rows) {
        assert_eq!(known.name(), name.replace("${TagKey}", ""));
        let expected = match row["type"].as_str().unwrap() {
            "String" => KeyType::Text,
            "ArrayOfString" => KeyType::TextList,
            "ARN" => KeyType::Arn,
            "ArrayOfARN" => KeyType::ArnList,
            "Bool" => KeyType::Bool,
            _ => KeyType::Numeric,
        };
        assert_eq!(known.key_type(), expected, "{name}");
        assert_eq!(
            known.key_type().is_list(),
            row["multivalued"] == true,
            "{name}"
        );
    }
    assert!(
        ecs::action("TagResource")
            .unwrap()
            .access_levels()
            .contains(&AccessLevel::Tagging)
    );
}
