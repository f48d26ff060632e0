//! What really differs between two task definitions.
//!
//! ```sh
//! cargo run --example compare_task_definitions -- old.json new.json
//! ```
//!
//! Defaults, units, the order of lists where AWS ignores it, and what AWS fills in itself are no
//! difference. A file is a definition in JSON or YAML, an output of a command, or a template of
//! CloudFormation; of a template with several definitions, `FILE#NAME` is the one with that
//! logical name. `-` is standard input, for one of the two.
//!
//! The exit status is 0 when registering the new definition would change nothing, 1 when it would
//! change something, 2 when a file cannot be read or is none of these, and 3 when it depends on
//! values that are unknown, such as parameters. Without arguments two samples are compared, and
//! the exit status is 0.

mod chain;
mod output;

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use chain::chain;
use ecs_taskdef::{Document, Documents, Form, Reading};
use output::{eprintln, println};

/// What somebody keeps in a repository.
const WRITTEN: &str = r#"{
  "family": "web", "networkMode": "awsvpc", "cpu": ".25 vCPU", "memory": "0.5 GB",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [{
    "name": "web", "image": "nginx:1.27",
    "portMappings": [{"containerPort": 80}],
    "environment": [{"name": "STAGE", "value": "prod"}, {"name": "LEVEL", "value": "info"}]
  }]
}"#;

/// What `aws ecs describe-task-definition` prints.
const DESCRIBED: &str = r#"{"taskDefinition": {
  "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7",
  "family": "web", "revision": 7, "status": "ACTIVE", "volumes": [], "placementConstraints": [],
  "networkMode": "awsvpc", "cpu": "256", "memory": "512",
  "compatibilities": ["EC2", "FARGATE"], "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [{
    "name": "web", "image": "nginx:1.26", "cpu": 0, "essential": true,
    "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
    "environment": [{"name": "LEVEL", "value": "info"}, {"name": "STAGE", "value": "prod"}],
    "mountPoints": [], "volumesFrom": []
  }]
}}"#;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match files.as_slice() {
        [] => compare(
            ("described", DESCRIBED.as_bytes()),
            ("written", WRITTEN.as_bytes()),
        )
        .map(|_| ExitCode::SUCCESS),
        [old, new] => compare_files(old, new),
        _ => Err("two files are compared: OLD NEW".into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{}", chain(error.as_ref()));
        ExitCode::from(2)
    })
}

fn compare_files(old: &str, new: &str) -> Result<ExitCode, Box<dyn Error>> {
    if split(old).0 == "-" && split(new).0 == "-" {
        return Err("`-` is one of the two, the other is a file".into());
    }
    let read = |name: &str| {
        let (file, _) = split(name);
        let bytes = match file {
            "-" => {
                let mut bytes = Vec::new();
                std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
            }
            file => std::fs::read(file),
        };
        bytes.map_err(|error| format!("{file}: {error}"))
    };
    let (old_bytes, new_bytes) = (read(old)?, read(new)?);
    compare((old, &old_bytes), (new, &new_bytes))
}

/// A file and the logical name behind its last `#`, unless the whole is a file.
fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('#') {
        Some((file, logical)) if !Path::new(name).exists() => (file, Some(logical)),
        _ => (name, None),
    }
}

/// Prints the changes; whether there are any.
fn compare(old: (&str, &[u8]), new: (&str, &[u8])) -> Result<ExitCode, Box<dyn Error>> {
    let (old, new) = (read(old)?, read(new)?);
    let changes = old.difference(&new);
    for change in &changes {
        println!("{change}");
    }
    if changes.is_empty() {
        println!("registering the new one would change nothing");
        return Ok(ExitCode::SUCCESS);
    }
    let decided = changes.iter().any(|change| !change.undecided);
    Ok(ExitCode::from(if decided { 1 } else { 3 }))
}

fn read<'b>((name, bytes): (&str, &'b [u8])) -> Result<Document<'b>, Box<dyn Error>> {
    let in_file = |error: &dyn Error| format!("{name}: {}", chain(error));
    let documents = Documents::read(bytes, Reading::Lenient).map_err(|error| in_file(&error))?;
    if documents.form() == Form::Containers {
        return Err(format!("{name}: a list of containers, without the task to compare").into());
    }
    let names: Vec<String> = documents
        .iter()
        .filter_map(|document| document.name().map(str::to_owned))
        .collect();
    let (_, wanted) = split(name);
    let count = documents.len();
    let mut chosen = documents
        .into_iter()
        .filter(|document| wanted.is_none_or(|name| document.name() == Some(name)));
    match (chosen.next(), wanted) {
        (Some(document), Some(_)) => Ok(document),
        (Some(document), None) if count == 1 => Ok(document),
        (_, None) if count > 1 => {
            let names = names.join("`, `");
            Err(format!("{name}: several definitions, name one behind a `#`: `{names}`").into())
        }
        (_, Some(wanted)) => Err(format!("{name}: no definition is called `{wanted}`").into()),
        _ => Err(format!("{name}: a template without task definitions").into()),
    }
}
