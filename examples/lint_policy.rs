//! Lints IAM policies for Amazon ECS: `lint_policy FILE...`
//!
//! Without arguments it lints policies as the developer guide of 2015 prints them, with the
//! mistakes that are in them.
//!
//! It exits with 0 if there is nothing to say, 1 if there is, and 2 if a file cannot be read.

mod output;

use std::process::ExitCode;

use ecs_iam_policy::{Policy, PolicyType, Severity};
use output::{eprintln, println};

/// Three examples of the guide, none of which does what its text says.
const GUIDE: [(&str, &str); 3] = [
    (
        "describe and delete a cluster",
        include_str!(
            "../ecs-iam-policy/tests/data/guide/describe-and-delete-cluster-as-printed.json"
        ),
    ),
    (
        "run tasks on a cluster",
        include_str!("../ecs-iam-policy/tests/data/guide/run-task-filled.json"),
    ),
    (
        "describe a container instance",
        include_str!("../ecs-iam-policy/tests/data/guide/describe-container-instance-filled.json"),
    ),
];

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let (mut clean, mut readable) = (true, true);
    if files.is_empty() {
        for (name, text) in GUIDE {
            lint(name, text);
        }
        return ExitCode::SUCCESS;
    }
    for file in files {
        match std::fs::read_to_string(&file) {
            Ok(text) => clean &= lint(&file, &text),
            Err(error) => {
                eprintln!("{file}: {error}");
                readable = false;
            }
        }
    }
    match (readable, clean) {
        (false, _) => ExitCode::from(2),
        (true, false) => ExitCode::from(1),
        (true, true) => ExitCode::SUCCESS,
    }
}

/// Prints what is wrong with a policy; whether nothing is.
fn lint(name: &str, text: &str) -> bool {
    println!("{name}");
    let reading = Policy::read(text);
    for problem in &reading.problems {
        println!("  not of the language: {problem}");
    }
    let policy_type = type_of(&reading.policy);
    let findings = reading.policy.lint(policy_type);
    for finding in &findings {
        println!("  {finding}");
    }
    if let Err(rejection) = Policy::accept(text, policy_type) {
        println!("  AWS answers: {rejection}");
    }
    let clean = reading.problems.is_empty()
        && findings
            .iter()
            .all(|finding| finding.severity < Severity::Warning);
    if clean {
        println!("  nothing to say");
    }
    clean
}

/// Policies of resources say whom they speak of, and those of roles how to assume them.
fn type_of(policy: &Policy) -> PolicyType {
    let mut statements = policy.statements().iter();
    if statements
        .clone()
        .all(|statement| statement.principal.is_none())
    {
        return PolicyType::Identity;
    }
    let is_trust = |text: &str| text.starts_with("sts:");
    let trusts = statements.any(|statement| {
        statement
            .action
            .as_ref()
            .is_some_and(|element| element.list().iter().any(is_trust))
    });
    if trusts {
        PolicyType::Trust
    } else {
        PolicyType::Resource
    }
}
