//! What really differs between two task definitions.
//!
//! ```sh
//! cargo run --example compare_task_definitions -- old.json new.json
//! ```
//!
//! Defaults, units, the order of lists where AWS ignores it, and what AWS fills in itself are no
//! difference. The exit status is 1 when registering the new definition would change something,
//! and 2 when a file cannot be read. Without arguments two samples are compared, and the exit
//! status is 0.

mod chain;
mod output;

use std::error::Error;
use std::process::ExitCode;

use chain::chain;
use ecs_taskdef::{Document, Reading, TaskDefinition};
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
        [] => compare(DESCRIBED.as_bytes(), WRITTEN.as_bytes()).map(|_| ExitCode::SUCCESS),
        [old, new] => compare_files(old, new),
        _ => Err("two files are compared: OLD NEW".into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{}", chain(error.as_ref()));
        ExitCode::from(2)
    })
}

fn compare_files(old: &str, new: &str) -> Result<ExitCode, Box<dyn Error>> {
    let read = |file: &str| std::fs::read(file).map_err(|error| format!("{file}: {error}"));
    let equal = compare(&read(old)?, &read(new)?)?;
    Ok(ExitCode::from(u8::from(!equal)))
}

/// Prints the changes; whether there were none.
fn compare(old: &[u8], new: &[u8]) -> Result<bool, Box<dyn Error>> {
    let (old, new) = (read(old)?, read(new)?);
    let changes = old.difference(&new);
    for change in &changes {
        println!("{change}");
    }
    if changes.is_empty() {
        println!("registering the new one would change nothing");
    }
    Ok(changes.is_empty())
}

fn read(bytes: &[u8]) -> Result<TaskDefinition, Box<dyn Error>> {
    Ok(Document::read(bytes, Reading::Lenient)?.into_task_definition())
}
