//! Everything that is wrong with task definitions, before AWS says so.
//!
//! ```sh
//! cargo run --example lint_task_definition -- task-definition.json other.json
//! ```
//!
//! Each finding is printed with its file, line and column, the rule, what AWS would answer and
//! what helps. The exit status is 1 when AWS would refuse a file, and 2 when a file cannot be
//! read. Without arguments a sample is looked at, and the exit status is 0.

mod chain;
mod output;

use std::process::ExitCode;

use chain::chain;
use ecs_taskdef::{Document, Finding, Findings, Position, Reading, Validator};
use output::{eprintln, println};

/// A definition with mistakes that AWS would report one deploy at a time.
const SAMPLE: &str = r#"{
  "family": "web shop",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "512",
  "memory": "512",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
      "portMappings": [{"containerPort": "80", "hostPort": 8080}],
      "dependsOn": [{"containerName": "migrate", "condition": "SUCCESS"}],
      "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "web"}}
    },
    {"name": "migrate", "image": "web:1", "enviroment": []}
  ]
}
"#;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        lint("sample", SAMPLE.as_bytes());
        return ExitCode::SUCCESS;
    }
    let worst = files.iter().map(|file| lint_file(file)).max();
    ExitCode::from(worst.unwrap_or(0))
}

/// The exit status that the file asks for.
fn lint_file(file: &str) -> u8 {
    match std::fs::read(file) {
        Ok(bytes) => lint(file, &bytes),
        Err(error) => {
            eprintln!("{file}: {error}");
            2
        }
    }
}

fn lint(file: &str, bytes: &[u8]) -> u8 {
    let document = match Document::read(bytes, Reading::Lenient) {
        Ok(document) => document,
        Err(error) => {
            eprintln!("{file}: {}", chain(&error));
            return 2;
        }
    };
    let findings = document.validate(&Validator::default());
    let mut placed: Vec<(Position, &Finding)> = findings
        .iter()
        .map(|finding| {
            let of_whole = || document.position(&finding.pointer);
            (finding.position.unwrap_or_else(of_whole), finding)
        })
        .collect();
    placed.sort_by_key(|(position, _)| *position);
    for (position, finding) in placed {
        print(file, position, finding);
    }
    println!("{file}: {}", summary(&findings));
    u8::from(findings.has_errors())
}

fn print(file: &str, position: Position, finding: &Finding) {
    let (line, column) = (position.line, position.column);
    println!(
        "{file}:{line}:{column}: {}[{}]: {}",
        finding.severity, finding.rule, finding.message
    );
    if let Some(message) = &finding.aws_message {
        println!("    AWS: {message}");
    }
    if let Some(hint) = finding.hint() {
        println!("    hint: {hint}");
    }
}

fn summary(findings: &Findings) -> String {
    let errors = findings.errors().count();
    match (errors, findings.len() - errors) {
        (0, 0) => "nothing to complain about".to_owned(),
        (errors, others) => format!("{errors} errors, {others} other findings"),
    }
}
