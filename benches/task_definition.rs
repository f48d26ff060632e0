//! Task definitions beside `serde_json::Value`, which knows nothing of them.
//!
//! The contract, beside `serde_json::from_slice::<Value>` on the same bytes: reading into types and
//! applying every rule takes at most one and a half times as long; reading a document, applying
//! every rule and finding the place of each finding at most 2.2 times. The files are those that
//! `ECS_CONFORMANCE_DATA` names, where it is set, and otherwise the ones of the developer guide. The
//! group `lenient` takes those that need more than the types: outputs, numbers as strings.
//!
//! Templates in YAML stand beside the events of `saphyr-parser`, which make nothing of them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ecs_taskdef::{Document, Documents, Reading, TaskDefinition, Validator};
use serde_json::Value;

const GUIDE: [&str; 6] = [
    include_str!("../ecs-taskdef/tests/data/guide/console-sample-app.json"),
    include_str!("../ecs-taskdef/tests/data/guide/external-web-app.json"),
    include_str!("../ecs-taskdef/tests/data/guide/hello_world.json"),
    include_str!("../ecs-taskdef/tests/data/guide/sleep360.json"),
    include_str!("../ecs-taskdef/tests/data/guide/test-volumes-from.json"),
    include_str!("../ecs-taskdef/tests/data/guide/webroot-whole.json"),
];

/// Wrong in three places, one of them a wrong type.
const BROKEN: &[u8] = br#"{"family": "web shop", "containerDefinitions": [
    {"name": "web", "image": "nginx", "memory": "128", "portMappings": {"containerPort": 80}},
    {"name": "log", "memory": 64, "links": ["db"]}
]}"#;

/// Files that read into the types as they are.
fn files() -> Vec<Vec<u8>> {
    let is_typed = |file: &Vec<u8>| serde_json::from_slice::<TaskDefinition>(file).is_ok();
    every_file().into_iter().filter(is_typed).collect()
}

/// Files that hold a definition, however it is written.
fn every_file() -> Vec<Vec<u8>> {
    let all = std::env::var_os("ECS_CONFORMANCE_DATA").map_or_else(
        || GUIDE.iter().map(|text| text.as_bytes().to_vec()).collect(),
        |folder| {
            let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
            corpus(workspace.join(folder).join("corpus/taskdef"))
        },
    );
    let is_json = |file: &Vec<u8>| serde_json::from_slice::<Value>(file).is_ok();
    let is_read = |file: &Vec<u8>| Document::read(file, Reading::Lenient).is_ok();
    let is_definition = |file: &Vec<u8>| is_json(file) && is_read(file);
    all.into_iter().filter(is_definition).collect()
}

/// A template of so many bytes.
fn template(bytes: usize) -> String {
    let mut text = "Parameters: {Image: {Type: String}}\nResources:\n".to_owned();
    for index in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&format!(
            "  Task{index}:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      \
             RequiresCompatibilities: [FARGATE]\n      NetworkMode: awsvpc\n      Cpu: 256\n      \
             Memory: 512\n      ContainerDefinitions:\n        - Name: web\n          \
             Image: !Sub '${{Image}}:1'\n          PortMappings: [{{ContainerPort: 80}}]\n          \
             Environment:\n            - {{Name: A, Value: !Ref Image}}\n"
        ));
    }
    text
}

fn lenient(c: &mut Criterion) {
    let files = every_file();
    let mut group = c.benchmark_group("lenient");
    group.bench_function("serde_json_value", |b| {
        b.iter(|| {
            each(&files, |file| {
                serde_json::from_slice::<Value>(file).unwrap()
            })
        });
    });
    group.bench_function("document_and_every_rule", |b| {
        let validator = Validator::default();
        b.iter(|| each(&files, |file| document(file).validate(&validator)));
    });
    group.finish();
    let text = template(1_000_000);
    let mut group = c.benchmark_group("template_of_1_mb");
    group.sample_size(10);
    group.bench_function("saphyr_events", |b| {
        b.iter(|| {
            let mut parser = saphyr_parser::Parser::new_from_str(black_box(&text));
            while let Some(event) = parser.next_event() {
                black_box(event.unwrap());
            }
        });
    });
    group.bench_function("documents", |b| b.iter(|| documents(&text)));
    group.bench_function("documents_and_every_rule", |b| {
        b.iter(|| documents(&text).validate(&Validator::default()));
    });
    group.finish();
}

fn documents(text: &str) -> Documents<'_> {
    Documents::read(text.as_bytes(), Reading::Lenient).unwrap()
}

fn corpus(folder: PathBuf) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn reading(c: &mut Criterion) {
    let files = files();
    let bytes: usize = files.iter().map(Vec::len).sum();
    let mut group = c.benchmark_group("task_definition");
    group.throughput(Throughput::Bytes(bytes.try_into().unwrap()));
    group.bench_function("serde_json_value", |b| {
        b.iter(|| {
            each(&files, |file| {
                serde_json::from_slice::<Value>(file).unwrap()
            })
        });
    });
    group.bench_function("typed", |b| b.iter(|| each(&files, typed)));
    group.bench_function("typed_and_every_rule", |b| {
        b.iter(|| each(&files, |file| typed(file).validate()));
    });
    group.bench_function("document_and_every_rule", |b| {
        let validator = Validator::default();
        b.iter(|| each(&files, |file| document(file).validate(&validator)));
    });
    group.finish();
}

fn answers(c: &mut Criterion) {
    let tasks: Vec<TaskDefinition> = files().iter().map(typed).collect();
    let described: Vec<TaskDefinition> = tasks.iter().map(TaskDefinition::normalized).collect();
    let mut group = c.benchmark_group("task_definition");
    group.throughput(Throughput::Elements(tasks.len().try_into().unwrap()));
    group.bench_function("every_rule", |b| {
        b.iter(|| each(&tasks, TaskDefinition::validate))
    });
    group.bench_function("normal_form", |b| {
        b.iter(|| each(&tasks, TaskDefinition::normalized));
    });
    group.bench_function("difference", |b| {
        b.iter(|| {
            for (task, described) in tasks.iter().zip(&described) {
                black_box(task.difference(described));
            }
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("diagnosis_of_a_broken_file", |b| {
        let validator = Validator::default();
        b.iter(|| {
            let document = document(black_box(BROKEN));
            let findings = document.validate(&validator);
            let positions = findings.iter().filter_map(|finding| finding.position);
            black_box(positions.count())
        });
    });
    group.finish();
}

fn each<T, R>(items: &[T], work: impl Fn(&T) -> R) {
    for item in items {
        black_box(work(black_box(item)));
    }
}

fn typed(file: &impl AsRef<[u8]>) -> TaskDefinition {
    serde_json::from_slice(file.as_ref()).unwrap()
}

fn document(file: &[u8]) -> Document<'_> {
    Document::read(file, Reading::Lenient).unwrap()
}

criterion_group!(benches, reading, lenient, answers);
criterion_main!(benches);
