//! What is saved and restored behaves the same, and what was saved once can be read for ever.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::time::Duration;

use ecs_arn::Scope;
use ecs_taskdef::{
    LaunchTypes, Reading, Registry, RuleSet, TaskDefinition, TaskDefinitionFamilyStatus,
    TaskDefinitionStatus, Timestamp, Validator,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const VERSION_1: &str = include_str!("data/saved/registry-1.json");

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn task(family: &str, memory: i32) -> TaskDefinition {
    let container = json!({"name": "a", "image": "b", "memory": memory, "later": {"x": 1.0}});
    let definition = json!({"family": family, "containerDefinitions": [container]});
    serde_json::from_value(definition).unwrap()
}

fn empty() -> Registry {
    Registry::new(&Scope::new("us-east-1", "123456789012").unwrap())
}

fn save_and_restore(registry: &Registry) -> Registry {
    serde_json::from_str(&serde_json::to_string(registry).unwrap()).unwrap()
}

/// One of each kind of revision, a family whose numbers go on, and every setting.
fn story() -> Registry {
    let validator = Validator::default()
        .with_rules(RuleSet::GUIDE_2015)
        .with_reading(Reading::Strict)
        .for_launch_types(LaunchTypes::EC2 | LaunchTypes::EXTERNAL)
        .without_rules(["unknown-member"]);
    let mut registry = empty()
        .with_validator(validator)
        .with_grace(Registry::GRACE_OF_AWS);
    let plain = |family: &str| -> TaskDefinition {
        let containers = json!([{"name": "a", "image": "b", "memory": 64}]);
        serde_json::from_value(json!({"family": family, "containerDefinitions": containers}))
            .unwrap()
    };
    for family in ["web", "web", "web", "gone"] {
        registry
            .register(&plain(family), Timestamp::from_millis(1_438_893_060_500))
            .unwrap();
    }
    registry.deregister("web:1", at(1_438_893_100)).unwrap();
    for (reference, deleted) in [("web:2", false), ("gone:1", true)] {
        registry.deregister(reference, at(1_438_893_200)).unwrap();
        registry.delete(&[reference], at(1_438_893_300)).unwrap();
        if deleted {
            registry.finish_deletion(reference).unwrap();
        }
    }
    registry
}

#[test]
fn the_format_of_version_1_is_written_and_read() {
    let registry = story();
    let saved: Value = serde_json::from_str(VERSION_1).unwrap();
    assert_eq!(serde_json::to_value(&registry).unwrap(), saved);
    let mut restored: Registry = serde_json::from_str(VERSION_1).unwrap();
    assert_eq!(restored, registry);
    let again = restored.register(&task("gone", 64), at(0));
    assert!(again.is_err(), "the strict validator was restored too");
    assert_eq!(
        restored
            .resolve("web:1", at(1_438_893_699))
            .unwrap()
            .revision,
        Some(1)
    );
    assert!(restored.resolve("web:1", at(1_438_893_700)).is_err());
}

#[test]
fn what_is_not_of_the_format_is_refused_by_name() {
    let refusal = |change: fn(&mut Value)| {
        let mut saved: Value = serde_json::from_str(VERSION_1).unwrap();
        change(&mut saved);
        serde_json::from_value::<Registry>(saved)
            .unwrap_err()
            .to_string()
    };
    for (change, expected) in [
        (
            (|saved| saved["format"] = json!(2)) as fn(&mut Value),
            "format 2 of the registry is not known, only 1 is",
        ),
        (
            |saved| saved["format"] = json!(0),
            "format 0 of the registry is not known, only 1 is",
        ),
        (
            |saved| {
                saved.as_object_mut().unwrap().remove("format");
            },
            "missing field `format`",
        ),
        (
            |saved| saved["families"]["web"]["lastRevision"] = json!(2),
            "revision 3 of family `web` is not from 1 to 2, its last one",
        ),
        (
            |saved| saved["validator"]["rules"] = json!("guide_2030"),
            "`guide_2030` is not a rule set",
        ),
        (
            |saved| saved["validator"]["launchTypes"] = json!(["EC2", "MOON"]),
            "`MOON` is not a launch type",
        ),
    ] {
        assert_eq!(refusal(change), expected);
    }
    let unknown = refusal(|saved| saved["colour"] = json!("red"));
    assert!(unknown.starts_with("unknown field `colour`"), "{unknown}");
}

#[test]
fn a_rule_set_that_was_changed_cannot_be_saved() {
    let mut rules = RuleSet::CURRENT;
    rules.max_containers = 11;
    let registry = empty().with_validator(Validator::default().with_rules(rules));
    assert_eq!(
        serde_json::to_string(&registry).unwrap_err().to_string(),
        "rule set `current` was changed and cannot be saved"
    );
}

#[derive(Clone, Debug)]
enum Operation {
    Register(u8, i32),
    Deregister(u8, i32),
    Delete(u8, i32),
    Finish(u8, i32),
}

fn operation() -> impl Strategy<Value = Operation> {
    let revision = || (0..3_u8, 0..5_i32);
    prop_oneof![
        // Too little memory is refused.
        (0..3_u8, 0..12_i32).prop_map(|(family, memory)| Operation::Register(family, memory)),
        revision().prop_map(|(family, revision)| Operation::Deregister(family, revision)),
        revision().prop_map(|(family, revision)| Operation::Delete(family, revision)),
        revision().prop_map(|(family, revision)| Operation::Finish(family, revision)),
    ]
}

/// Does it and gives all that can be seen of the answer.
fn answer(registry: &mut Registry, operation: &Operation, now: Timestamp) -> String {
    match operation {
        Operation::Register(family, memory) => {
            let definition = task(&format!("f{family}"), *memory);
            format!("{:?}", registry.register(&definition, now))
        }
        Operation::Deregister(family, revision) => {
            format!(
                "{:?}",
                registry.deregister(&format!("f{family}:{revision}"), now)
            )
        }
        Operation::Delete(family, revision) => {
            format!(
                "{:?}",
                registry.delete(&[&format!("f{family}:{revision}")], now)
            )
        }
        Operation::Finish(family, revision) => {
            format!(
                "{:?}",
                registry.finish_deletion(&format!("f{family}:{revision}"))
            )
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        if std::env::var_os("ECS_LONG").is_some() { 20_000 } else { 64 }
    ))]

    #[test]
    fn a_restored_registry_behaves_the_same(
        operations in proptest::collection::vec((operation(), 0..20_i64), 0..30),
    ) {
        let mut original = empty().with_grace(Duration::from_secs(30));
        let mut restored = original.clone();
        let mut now = 1_438_893_060;
        for (operation, wait) in operations {
            now += wait;
            restored = save_and_restore(&restored);
            prop_assert_eq!(
                answer(&mut restored, &operation, at(now)),
                answer(&mut original, &operation, at(now))
            );
            prop_assert_eq!(&save_and_restore(&restored), &original);
            for reference in ["f0", "f1:1", "f2:2", "f3"] {
                prop_assert_eq!(
                    format!("{:?}", restored.resolve(reference, at(now))),
                    format!("{:?}", original.resolve(reference, at(now)))
                );
            }
            prop_assert_eq!(
                restored.list(None, &TaskDefinitionStatus::Inactive).collect::<Vec<_>>(),
                original.list(None, &TaskDefinitionStatus::Inactive).collect::<Vec<_>>()
            );
            prop_assert_eq!(
                restored.list_families("f", &TaskDefinitionFamilyStatus::Active).collect::<Vec<_>>(),
                original.list_families("f", &TaskDefinitionFamilyStatus::Active).collect::<Vec<_>>()
            );
        }
    }
}
