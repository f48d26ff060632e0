//! Families and revisions, and a naive model beside the registry.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use std::collections::BTreeMap;

use ecs_arn::Scope;
use ecs_taskdef::{
    LaunchTypes, Registry, RegistryChange, RegistryError, RuleSet, TaskDefinition,
    TaskDefinitionFamilyStatus, TaskDefinitionStatus, Timestamp, Validator,
};
use proptest::prelude::*;
use serde_json::json;

const ACTIVE: TaskDefinitionStatus = TaskDefinitionStatus::Active;
const INACTIVE: TaskDefinitionStatus = TaskDefinitionStatus::Inactive;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn task(family: &str) -> TaskDefinition {
    serde_json::from_value(json!({
        "family": family,
        "containerDefinitions": [{"name": "a", "image": "b", "memory": 64}],
    }))
    .unwrap()
}

fn registry() -> Registry {
    Registry::new(&Scope::new("us-east-1", "123456789012").unwrap())
}

fn arn(reference: &str) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/{reference}")
}

#[test]
fn revisions_are_counted_and_never_used_again() {
    let mut registry = registry();
    for revision in 1..=3 {
        assert_eq!(
            registry.register(&task("web"), at(0)).unwrap().revision,
            Some(revision)
        );
    }
    for reference in ["web:3", "web:2", "web:1"] {
        registry.deregister(reference, at(0)).unwrap();
        registry
            .delete(&[reference], at(0))
            .unwrap()
            .remove(0)
            .unwrap();
        registry.finish_deletion(reference).unwrap();
    }
    assert!(
        registry
            .list_families("", &TaskDefinitionFamilyStatus::All)
            .next()
            .is_none()
    );
    assert_eq!(
        registry.register(&task("web"), at(0)).unwrap().revision,
        Some(4)
    );
}

#[test]
fn the_latest_active_revision_stands_for_the_family() {
    let mut registry = registry();
    for _ in 0..3 {
        registry.register(&task("web"), at(0)).unwrap();
    }
    registry.deregister("web:3", at(1)).unwrap();
    assert_eq!(registry.describe("web").unwrap().revision, Some(2));
    assert_eq!(
        registry.resolve(&arn("web:1"), at(1)).unwrap().revision,
        Some(1)
    );
    let gone = registry.describe("web:3").unwrap();
    assert_eq!(gone.status, Some(INACTIVE));
    assert_eq!(gone.deregistered_at, Some(at(1)));
}

#[test]
fn a_deregistered_revision_is_used_within_the_grace() {
    let mut registry = registry().with_grace(Registry::GRACE_OF_AWS);
    registry.register(&task("web"), at(0)).unwrap();
    registry.deregister("web:1", at(1_000)).unwrap();
    assert!(registry.resolve("web:1", at(1_599)).is_ok());
    let late = registry.resolve("web:1", at(1_600)).unwrap_err();
    assert_eq!(late.to_string(), "task definition `web:1` is INACTIVE");
    assert_eq!(late.exception(), "ClientException");
    assert_eq!(late.aws_message(), Some("TaskDefinition is inactive"));
    let strict = self::registry();
    assert!(strict.resolve("web:1", at(0)).is_err());
}

#[test]
fn lists_are_in_the_order_of_aws() {
    let mut registry = registry();
    for (family, count) in [("wordpress", 10), ("sleep300", 2), ("sleep360", 1)] {
        for _ in 0..count {
            registry.register(&task(family), at(0)).unwrap();
        }
    }
    for revision in [1, 2, 3, 4, 5, 6, 7, 8] {
        registry
            .deregister(&format!("wordpress:{revision}"), at(0))
            .unwrap();
    }
    let listed = registry.list(None, &ACTIVE).collect::<Vec<_>>();
    let expected = [
        "sleep300:1",
        "sleep300:2",
        "sleep360:1",
        "wordpress:9",
        "wordpress:10",
    ];
    assert_eq!(listed, expected.map(arn));
    let turned = registry
        .list(Some("sleep300"), &ACTIVE)
        .rev()
        .collect::<Vec<_>>();
    assert_eq!(turned, ["sleep300:2", "sleep300:1"].map(arn));
    assert_eq!(registry.list(None, &INACTIVE).count(), 8);
    registry.deregister("sleep360:1", at(0)).unwrap();
    assert_eq!(
        registry
            .list_families("sleep", &TaskDefinitionFamilyStatus::Active)
            .collect::<Vec<_>>(),
        ["sleep300"]
    );
    assert_eq!(
        registry
            .list_families("", &TaskDefinitionFamilyStatus::Inactive)
            .collect::<Vec<_>>(),
        ["sleep360"]
    );
    assert_eq!(
        registry
            .list_families("w", &TaskDefinitionFamilyStatus::All)
            .collect::<Vec<_>>(),
        ["wordpress"]
    );
}

#[test]
fn every_refusal_has_its_words() {
    let mut registry = registry();
    registry.register(&task("web"), at(0)).unwrap();
    let other = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1";
    for (refused, message, exception) in [
        (
            registry.describe("db").err(),
            "there is no task definition `db`",
            "ClientException",
        ),
        (
            registry.describe("web:2").err(),
            "there is no task definition `web:2`",
            "ClientException",
        ),
        (
            registry.describe(other).err(),
            "there is no task definition `arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1`",
            "ClientException",
        ),
        (
            registry.clone().deregister("web", at(0)).err(),
            "`web` has no revision",
            "InvalidParameterException",
        ),
        (
            registry.clone().delete(&["web:1"; 11], at(0)).err(),
            "11 task definitions in one call, at most 10",
            "InvalidParameterException",
        ),
        (
            registry
                .clone()
                .delete(&["web:1"], at(0))
                .unwrap()
                .remove(0)
                .err(),
            "task definition `web:1` is ACTIVE and must be deregistered before it is deleted",
            "ClientException",
        ),
        (
            registry.clone().finish_deletion("web:1").err(),
            "task definition `web:1` is ACTIVE and must be deregistered before it is deleted",
            "ClientException",
        ),
    ] {
        let refused = refused.expect(message);
        assert_eq!(
            (refused.to_string().as_str(), refused.exception()),
            (message, exception)
        );
    }
    let malformed = registry.describe("we b").unwrap_err();
    assert_eq!(
        chain::chain(&malformed),
        "`we b` is not a reference to a task definition: \
         `we b` holds a character other than letters, digits, `-` and `_` at byte 0"
    );
    registry.deregister("web:1", at(0)).unwrap();
    let twice = registry.deregister("web:1", at(0)).unwrap_err();
    assert_eq!(twice.to_string(), "task definition `web:1` is INACTIVE");
}

#[test]
fn a_wrong_definition_is_refused_and_changes_nothing() {
    let mut registry = registry();
    let mut wrong = task("web");
    wrong.container_definitions = None;
    let refused = registry.register(&wrong, at(0)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the task definition has 1 errors, the first: \
         error[containers-required] /containerDefinitions: there is no container"
    );
    assert_eq!(
        refused.aws_message(),
        Some("Container list cannot be empty.")
    );
    let RegistryError::Invalid(findings) = refused else {
        panic!("{refused}")
    };
    assert_eq!(findings.len(), 1);
    assert_eq!(
        registry.register(&task("web"), at(0)).unwrap().revision,
        Some(1)
    );
    let fargate = Validator::default().for_launch_types(LaunchTypes::FARGATE);
    let mut strict = self::registry().with_validator(fargate);
    assert!(strict.register(&task("web"), at(0)).is_err());
    let guide = Validator::default().with_rules(RuleSet::GUIDE_2015);
    let mut old = self::registry().with_validator(guide);
    assert!(old.register(&task("web"), at(0)).is_ok());
}

#[test]
fn a_described_definition_can_be_registered_again() {
    let mut registry = registry();
    let first = registry.register(&task("web"), at(7)).unwrap().clone();
    assert_eq!(first.registered_at, Some(at(7)));
    assert_eq!(first.compatibilities.as_ref().map(Vec::len), Some(2));
    let second = registry.register(&first, at(8)).unwrap();
    assert_eq!(second.revision, Some(2));
    assert!(second.is_equivalent(&first));
}

#[derive(Clone, Debug)]
enum Operation {
    Register(u8),
    Deregister(u8, i32),
    Delete(u8, i32),
    Finish(u8, i32),
}

fn operation() -> impl Strategy<Value = Operation> {
    let revision = || (0..3_u8, 0..6_i32);
    prop_oneof![
        (0..3_u8).prop_map(Operation::Register),
        revision().prop_map(|(family, revision)| Operation::Deregister(family, revision)),
        revision().prop_map(|(family, revision)| Operation::Delete(family, revision)),
        revision().prop_map(|(family, revision)| Operation::Finish(family, revision)),
    ]
}

/// One status for each revision there ever was; `None` for deleted.
#[derive(Default)]
struct Model(BTreeMap<String, Vec<Option<TaskDefinitionStatus>>>);

impl Model {
    fn step(
        &mut self,
        family: &str,
        revision: i32,
        from: &TaskDefinitionStatus,
        to: Option<TaskDefinitionStatus>,
    ) -> bool {
        let index = usize::try_from(revision).unwrap().checked_sub(1);
        let status = index.and_then(|index| self.0.get_mut(family)?.get_mut(index));
        match status {
            Some(status) if status.as_ref() == Some(from) => {
                *status = to;
                true
            }
            _ => false,
        }
    }
}

proptest! {
    #[test]
    fn the_registry_does_as_its_model(operations in proptest::collection::vec(operation(), 0..40)) {
        let (mut registry, mut model) = (registry(), Model::default());
        for operation in operations {
            match operation {
                Operation::Register(family) => {
                    let family = format!("f{family}");
                    let revisions = model.0.entry(family.clone()).or_default();
                    revisions.push(Some(ACTIVE));
                    let registered = registry.register(&task(&family), at(0)).unwrap();
                    let count = i32::try_from(revisions.len()).unwrap();
                    prop_assert_eq!(registered.revision, Some(count));
                }
                Operation::Deregister(family, revision) => {
                    let (family, reference) = (format!("f{family}"), format!("f{family}:{revision}"));
                    let done = model.step(&family, revision, &ACTIVE, Some(INACTIVE));
                    prop_assert_eq!(registry.deregister(&reference, at(0)).is_ok(), done);
                }
                Operation::Delete(family, revision) => {
                    let (family, reference) = (format!("f{family}"), format!("f{family}:{revision}"));
                    let deleting = TaskDefinitionStatus::DeleteInProgress;
                    let again = model.step(&family, revision, &deleting, Some(deleting.clone()));
                    let done = model.step(&family, revision, &INACTIVE, Some(deleting));
                    let answer = registry.delete(&[reference.as_str()], at(0)).unwrap().remove(0);
                    prop_assert_eq!(answer.is_ok(), done || again);
                }
                Operation::Finish(family, revision) => {
                    let (family, reference) = (format!("f{family}"), format!("f{family}:{revision}"));
                    let deleting = TaskDefinitionStatus::DeleteInProgress;
                    let done = model.step(&family, revision, &deleting, None);
                    prop_assert_eq!(registry.finish_deletion(&reference).is_ok(), done);
                }
            }
            let active: usize = model
                .0
                .values()
                .flatten()
                .filter(|status| **status == Some(ACTIVE))
                .count();
            prop_assert_eq!(registry.list(None, &ACTIVE).count(), active);
        }
    }
}

#[test]
fn changes_make_the_same_registry_elsewhere() {
    let (mut registry, mut copy) = (registry(), registry());
    let mut keep = |described: TaskDefinition| {
        let change = RegistryChange::Revision(Box::new(described.clone()));
        let kept = serde_json::to_string(&change).unwrap();
        copy.apply(serde_json::from_str(&kept).unwrap());
        described
    };
    for second in [1, 2] {
        let decided = keep(registry.decide_register(&task("web"), at(second)).unwrap());
        assert_eq!(
            *registry.register(&task("web"), at(second)).unwrap(),
            decided
        );
    }
    let decided = keep(registry.decide_deregister("web:1", at(3)).unwrap());
    assert_eq!(registry.describe("web:1").unwrap().status, Some(ACTIVE));
    assert_eq!(*registry.deregister("web:1", at(3)).unwrap(), decided);
    let decided = keep(registry.decide_delete("web:1", at(4)).unwrap());
    let deleted = registry.delete(&["web:1"], at(4)).unwrap();
    assert_eq!(deleted, [Ok(decided)]);
    assert_eq!(copy, registry);

    registry.finish_deletion("web:1").unwrap();
    let gone = RegistryChange::Gone {
        family: "web".to_owned(),
        revision: 1,
    };
    copy.apply(gone);
    assert_eq!(copy, registry);
}
