//! Real templates and fragments, with what a careful reader sees in each. They are not part of the
//! repository: `ECS_CONFORMANCE_DATA` names the folder that holds them.
#![cfg(feature = "yaml")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_taskdef::{Documents, Finding, Form, Reading, Severity, Syntax, Validator};
use serde_json::Value;

struct File {
    row: Value,
    bytes: Vec<u8>,
}

impl File {
    fn name(&self) -> &str {
        self.row["file"].as_str().unwrap()
    }

    fn expected(&self) -> &Value {
        &self.row["expected"]
    }
}

fn files(folder: &str) -> Vec<File> {
    let index = conformance_data::read(&format!("corpus/{folder}/index.jsonl"));
    let file = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let file = row["file"].as_str().unwrap();
        let path = conformance_data::path(&format!("corpus/{folder}/{file}"));
        let bytes = std::fs::read(path).unwrap();
        File { row, bytes }
    };
    index.lines().map(file).collect()
}

/// `Resources.Task.Properties.ContainerDefinitions[0].Cpu` as a JSON Pointer.
fn pointer(at: &str) -> String {
    let at = at.replace('[', ".").replace(']', "");
    let steps = at.split('.').filter(|step| !step.is_empty());
    steps.map(|step| format!("/{step}")).collect()
}

/// Whether the finding is of a class of the index.
fn is_of_class(finding: &Finding, class: &str, row: Option<&str>) -> bool {
    let id = finding.rule.id;
    match class {
        "template" => id.starts_with("template-") || id == "duplicate-member",
        "shape" => {
            let shape = [
                "member-unknown",
                "value-converted",
                "cloudformation-member-name",
                "template-service-member-unknown",
                "role-empty",
            ];
            shape.contains(&id)
        }
        "syntax" => id == "value-unquoted",
        "service" => id.starts_with("template-service-"),
        "rule" => {
            let rule = match row {
                Some("T01") => "family-required",
                Some("T15") => "fargate-cpu-required",
                Some("T16") => "fargate-memory-required",
                Some("T34") => return id.starts_with("inference-accelerators-"),
                Some("C04") => "container-memory-required",
                other => panic!("no rule is known for row {other:?}"),
            };
            id == rule
        }
        other => panic!("`{other}` is no class"),
    }
}

/// What is wrong with what is said of a file.
fn differences(file: &File) -> Vec<String> {
    let expected = file.expected();
    let form = expected["form"].as_str().unwrap();
    let errors = expected["errors"].as_array().unwrap();
    let documents = match Documents::read(&file.bytes, Reading::Lenient) {
        Ok(documents) if form != "broken-yaml" => documents,
        Ok(_) => return vec!["is read".to_owned()],
        Err(error) if form == "broken-yaml" => {
            let line = errors[0]["at"].as_str().unwrap();
            return match error.to_string().contains(line) {
                true => Vec::new(),
                false => vec![format!("{error}, not at {line}")],
            };
        }
        Err(error) => return vec![format!("is not read: {error:?}")],
    };
    let mut wrong = Vec::new();
    let mut check = |what: &str, found: String, wanted: String| {
        if found != wanted {
            wrong.push(format!("{what}: {found}, not {wanted}"));
        }
    };
    let syntax = match form {
        "json" => Syntax::Json,
        "yaml" => Syntax::Yaml,
        "needs-rendering" | "needs-substitution" => Syntax::JsonTemplate,
        other => panic!("`{other}` is no form"),
    };
    check("syntax", documents.syntax().to_string(), syntax.to_string());
    check(
        "definitions",
        documents.len().to_string(),
        expected["definitions"].to_string(),
    );
    check_containers(&documents, expected, &mut check);
    if let Some(services) = expected["service_definition"].as_object() {
        let wanted: Value = services.clone().into();
        let found: Value = documents
            .services()
            .iter()
            .map(|one| (one.name.clone(), Value::from(one.task_definition.clone())))
            .collect::<serde_json::Map<_, _>>()
            .into();
        check("services", found.to_string(), wanted.to_string());
    }
    wrong.extend(wrong_findings(&documents, errors));
    wrong
}

fn check_containers(
    documents: &Documents<'_>,
    expected: &Value,
    check: &mut impl FnMut(&str, String, String),
) {
    for document in documents {
        let counts = document
            .alternatives()
            .map(|one| one.task_definition.container_definitions().len());
        let counts: Vec<usize> = counts.collect();
        let (min, max) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        let wanted = &expected["containers"];
        let wanted = match wanted.as_u64() {
            Some(count) => format!("[{count},{count}]"),
            None => wanted[document.name().unwrap()].to_string(),
        };
        check("containers", format!("[{min},{max}]"), wanted);
    }
}

/// Errors that nobody expects, and expected ones that are not found.
fn wrong_findings(documents: &Documents<'_>, errors: &[Value]) -> Vec<String> {
    let findings = documents.validate(&Validator::default());
    let place = |finding: &Finding| {
        let pointer = finding.source_pointer.as_ref().unwrap_or(&finding.pointer);
        pointer.clone()
    };
    let mut wrong = Vec::new();
    let is_expected = |finding: &&Finding| {
        errors.iter().any(|error| {
            let at = pointer(error["at"].as_str().unwrap());
            let class = error["class"].as_str().unwrap();
            let place = place(finding);
            let lies_there = place == at
                || place
                    .strip_prefix(&at)
                    .is_some_and(|it| it.starts_with('/'));
            lies_there && is_of_class(finding, class, error["rule"].as_str())
        })
    };
    for finding in findings.errors().filter(|finding| !is_expected(finding)) {
        wrong.push(format!("false at {}: {finding}", place(finding)));
    }
    for error in errors {
        let at = pointer(error["at"].as_str().unwrap());
        let class = error["class"].as_str().unwrap();
        let is_it = |finding: &Finding| {
            finding.severity >= Severity::Warning
                && (place(finding) == at
                    || place(finding)
                        .strip_prefix(&at)
                        .is_some_and(|it| it.starts_with('/')))
                && is_of_class(finding, class, error["rule"].as_str())
        };
        if !findings.iter().any(is_it) {
            wrong.push(format!("missed: {error}"));
        }
    }
    wrong
}

fn check_folder(folder: &str, is_form: fn(Form) -> bool) {
    let mut wrong = String::new();
    let files = files(folder);
    for file in &files {
        if let Ok(documents) = Documents::read(&file.bytes, Reading::Lenient) {
            assert!(
                is_form(documents.form()),
                "{}: {}",
                file.name(),
                documents.form()
            );
        }
        for difference in differences(file) {
            wrong.push_str(&format!("{}: {difference}\n", file.name()));
        }
    }
    assert!(files.len() >= 10);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn templates_of_cloudformation_are_what_a_reader_sees() {
    check_folder("cloudformation", Form::is_template);
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn fragments_of_terraform_are_what_a_reader_sees() {
    check_folder("terraform", |form| {
        matches!(form, Form::Containers | Form::RegisterInput)
    });
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn files_with_placeholders_are_what_a_reader_sees() {
    check_folder("placeholders", |form| form == Form::RegisterInput);
}
