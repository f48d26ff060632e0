//! Real files. They are not part of the repository: `ECS_CONFORMANCE_DATA`
//! names the folder that holds them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ecs_taskdef::{Document, Reading, Severity, TaskDefinition, Validator};
use serde_json::Value;

struct File {
    id: String,
    kind: String,
    bytes: Vec<u8>,
}

fn corpus() -> Vec<File> {
    let root = std::env::var("ECS_CONFORMANCE_DATA")
        .expect("set ECS_CONFORMANCE_DATA to the folder with the conformance data");
    let folder = PathBuf::from(root).join("corpus/taskdef");
    let index = std::fs::read_to_string(folder.join("index.jsonl")).unwrap();
    index
        .lines()
        .map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            let id = text("id");
            let bytes = std::fs::read(folder.join(format!("{id}.json"))).unwrap();
            File {
                id,
                kind: text("kind"),
                bytes,
            }
        })
        .collect()
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn errors_of_each_file() {
    for file in corpus() {
        let document = Document::read(&file.bytes, Reading::Lenient)
            .unwrap_or_else(|error| panic!("{}: {error}", file.id));
        let findings = document.validate(&Validator::default());
        for finding in findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Error)
        {
            println!("{} [{}] {finding}", file.id, file.kind);
        }
    }
}
#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn attributes() {
    for file in corpus() {
        let document = Document::read(&file.bytes, Reading::Lenient).unwrap();
        let task: &TaskDefinition = document.task_definition();
        let Some(recorded) = &task.requires_attributes else {
            continue;
        };
        let names = |list: &[ecs_taskdef::Attribute]| -> BTreeSet<String> {
            list.iter().filter_map(|a| a.name.clone()).collect()
        };
        let recorded = names(recorded);
        let ours = names(&task.required_attributes());
        let c = task.computed_compatibilities();
        let r: ecs_taskdef::LaunchTypes = task
            .compatibilities
            .as_deref()
            .unwrap_or_default()
            .iter()
            .collect();
        println!(
            "{} missing {:?} extra {:?} | compat ours {c} recorded {r}",
            file.id,
            recorded.difference(&ours).collect::<Vec<_>>(),
            ours.difference(&recorded).collect::<Vec<_>>()
        );
    }
}
