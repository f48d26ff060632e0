//! Real files. They are not part of the repository: `ECS_CONFORMANCE_DATA`
//! names the folder that holds them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use std::collections::{BTreeMap, BTreeSet};

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_taskdef::{Attribute, Document, LaunchTypes, Reading, Severity, TaskDefinition, Validator};
use serde_json::Value;

struct File {
    id: String,
    kind: String,
    bytes: Vec<u8>,
}

impl File {
    fn read(&self) -> Document<'_> {
        Document::read(&self.bytes, Reading::Lenient).expect(&self.id)
    }
}

fn corpus() -> Vec<File> {
    let index = conformance_data::read("corpus/taskdef/index.jsonl");
    let entry = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        let id = text("id");
        let path = conformance_data::path(&format!("corpus/taskdef/{id}.json"));
        let bytes = std::fs::read(path).unwrap();
        File {
            id,
            kind: text("kind"),
            bytes,
        }
    };
    index.lines().map(entry).collect()
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_file_is_read_and_kept() {
    let mut as_the_api_takes_it = 0;
    for file in corpus() {
        let task = file.read().into_task_definition();
        assert!(
            !task.container_definitions().is_empty() || file.kind.starts_with("template"),
            "{}",
            file.id
        );
        if let Ok(typed) = serde_json::from_slice::<TaskDefinition>(&file.bytes) {
            let document: Value = serde_json::from_slice(&file.bytes).unwrap();
            assert_eq!(
                serde_json::to_value(&typed).unwrap(),
                document,
                "{}",
                file.id
            );
            as_the_api_takes_it += 1;
        }
    }
    assert!(as_the_api_takes_it > 150);
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn what_aws_described_has_no_error() {
    for file in corpus()
        .iter()
        .filter(|file| file.kind == "describe-output")
    {
        let findings = file.read().validate(&Validator::default());
        assert!(!findings.has_errors(), "{}: {findings}", file.id);
    }
}

/// The rules that each wrong file breaks. Skeletons, which have nothing filled
/// in, break too many to be listed.
#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn the_wrong_files_are_found_and_no_others() {
    let expected = include_str!("data/corpus-errors.txt");
    let mut found = String::new();
    for file in corpus() {
        let findings = file.read().validate(&Validator::default());
        let rules: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.rule.id)
            .collect();
        if !rules.is_empty() {
            let rules: Vec<&str> = rules.into_iter().collect();
            let shown = if rules.len() > 8 {
                "skeleton".to_owned()
            } else {
                rules.join(" ")
            };
            found.push_str(&format!("{}: {shown}\n", file.id));
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/corpus-errors.txt");
        std::fs::write(path, &found).unwrap();
    } else {
        assert_eq!(found, expected);
    }
}

/// Files that were edited after AWS described them, so that the recorded list
/// is that of an earlier image or of earlier secrets.
const EDITED: [(&str, &[&str], &[&str]); 6] = [
    ("00arpit00__codedeploy", ECR, &[]),
    ("AI-Joe__realworld", ECR, &[]),
    ("FIAP-SOAT2__ms-order", ECR, &[]),
    (
        "4304-2024-15-devops",
        &[],
        &["ecs.capability.secrets.ssm.environment-variables"],
    ),
    (
        "Baphomet__MicroChefs",
        &[],
        &["ecs.capability.secrets.asm.environment-variables"],
    ),
    (
        "COS301-SE-2023__Where",
        &[],
        &["ecs.capability.secrets.asm.environment-variables"],
    ),
];

const ECR: &[&str] = &[
    "com.amazonaws.ecs.capability.ecr-auth",
    "ecs.capability.execution-role-ecr-pull",
];

fn names(attributes: &[Attribute]) -> BTreeSet<&str> {
    attributes
        .iter()
        .filter_map(|attribute| attribute.name())
        .collect()
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn attributes_are_those_that_aws_recorded() {
    let mut compared = 0;
    for file in corpus() {
        let task = file.read().into_task_definition();
        let Some(recorded) = &task.requires_attributes else {
            continue;
        };
        let edited = EDITED.iter().find(|(id, _, _)| file.id.starts_with(id));
        let (missing, extra) =
            edited.map_or((&[][..], &[][..]), |(_, missing, extra)| (*missing, *extra));
        let derived = task.required_attributes();
        let (recorded, derived) = (names(recorded), names(&derived));
        let difference = |one: &BTreeSet<&str>, other: &BTreeSet<&str>| -> Vec<String> {
            one.difference(other)
                .map(|name| (*name).to_owned())
                .collect()
        };
        assert_eq!(difference(&recorded, &derived), missing, "{}", file.id);
        assert_eq!(difference(&derived, &recorded), extra, "{}", file.id);
        compared += 1;
    }
    assert!(compared > 20);
}

/// AWS has added launch types over the years, so an old record may lack
/// EXTERNAL and MANAGED_INSTANCES; it never has one that is not derived.
#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn compatibilities_are_those_that_aws_recorded() {
    let late = LaunchTypes::EXTERNAL | LaunchTypes::MANAGED_INSTANCES;
    let mut lacking: BTreeMap<String, usize> = BTreeMap::new();
    for file in corpus() {
        let task = file.read().into_task_definition();
        let Some(recorded) = &task.compatibilities else {
            continue;
        };
        let recorded: LaunchTypes = recorded.iter().collect();
        let derived = task.computed_compatibilities();
        assert_eq!(
            recorded.union(late),
            derived.union(late),
            "{}: {recorded}",
            file.id
        );
        assert_eq!(
            recorded.intersection(derived),
            recorded,
            "{}: {derived}",
            file.id
        );
        if recorded != derived {
            *lacking
                .entry(format!("{recorded} for {derived}"))
                .or_default() += 1;
        }
    }
    for differing in lacking.keys() {
        let known = [
            "EC2 for EC2, EXTERNAL",
            "EC2 for EC2, EXTERNAL, MANAGED_INSTANCES",
            "EC2, FARGATE for EC2, FARGATE, MANAGED_INSTANCES",
        ];
        assert!(known.contains(&differing.as_str()), "{differing}");
    }
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn real_definitions_keep_their_normal_form() {
    for file in corpus() {
        let task = file.read().into_task_definition();
        let normal = task.normalized();
        assert_eq!(normal.normalized(), normal, "{}", file.id);
        assert!(
            task.difference(&normal).is_empty(),
            "{}: {:?}",
            file.id,
            task.difference(&normal)
        );
        let input = task.to_register_input();
        assert!(input.task_definition.is_equivalent(&task), "{}", file.id);
        let again = input.task_definition.to_register_input();
        assert!(again.dropped.is_empty(), "{}: {:?}", file.id, again.dropped);
    }
}

/// What AWS describes is its own normal form, apart from what AWS did not fill
/// in at the time and from what it records about the moment.
#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn the_normal_form_is_what_aws_describes() {
    let newer = [
        "systemControls",
        "secretOptions",
        "placementConstraints",
        "requiresAttributes",
        "compatibilities",
    ];
    for file in corpus()
        .iter()
        .filter(|file| file.kind == "describe-output")
    {
        let task = file.read().into_task_definition();
        let without_nulls = task.to_register_input().task_definition;
        let described = serde_json::to_value(&without_nulls).unwrap();
        let normal = serde_json::to_value(without_nulls.normalized()).unwrap();
        let mut added = Vec::new();
        compare("", &described, &normal, &mut added);
        added.retain(|path: &String| !newer.iter().any(|name| path.ends_with(name)));
        assert!(added.is_empty(), "{}: {added:?}", file.id);
    }
}

fn compare(path: &str, described: &Value, normal: &Value, differing: &mut Vec<String>) {
    match (described, normal) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let (one, other) = (one.get(name), other.get(name));
                compare(
                    &format!("{path}/{name}"),
                    one.unwrap_or(&Value::Null),
                    other.unwrap_or(&Value::Null),
                    differing,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{path}/{index}"), one, other, differing);
            }
        }
        (one, other) if one == other => {}
        _ => differing.push(path.to_owned()),
    }
}
