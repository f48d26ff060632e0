//! Everything that is wrong with task definitions, before AWS says so.
//!
//! ```sh
//! cargo run --example lint_task_definition -- task-definition.json template.yaml
//! ```
//!
//! `--help` says the rest. Without arguments a sample is looked at, and the exit status is 0.

mod chain;
mod output;

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use chain::chain;
use ecs_taskdef::{
    Compatibility, Documents, Finding, Findings, LaunchTypes, Position, ReadError, Reading, Rule,
    Sarif, Severity, Validator,
};
use output::{eprintln, println};
use serde_json::json;

const HELP: &str = "\
Finds what is wrong with task definitions of Amazon ECS.

usage: lint_task_definition [OPTION...] FILE...

A file is a task definition in JSON or YAML, what `aws ecs describe-task-definition` prints, a list
of containers, or a template of CloudFormation or SAM. `-` is standard input.

  --format text|json|sarif|github  how findings are printed; text
  --launch-type TYPE               EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES, whatever the
                                   definitions require; several times for several
  --allow RULE                     does not mention what a rule finds; several times for several
  --deny-warnings                  takes warnings for errors
  --strict                         takes only what RegisterTaskDefinition takes
  --help                           prints this

exit status: 0 nothing is wrong, 1 there are errors, 2 a file or the arguments cannot be read.
Files that are no task definitions are named on standard error and skipped: they are not wrong.";

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let settings = match Settings::of(&arguments) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}; --help says what there is");
            return ExitCode::from(2);
        }
    };
    if settings.help {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let mut outcome = Outcome::default();
    if settings.files.is_empty() {
        outcome.lint("sample", SAMPLE.as_bytes(), &settings);
        outcome.print(&settings);
        return ExitCode::SUCCESS;
    }
    for file in &settings.files {
        match read(file) {
            Ok(bytes) => outcome.lint(file, &bytes, &settings),
            Err(error) => outcome.fail(file, &error.to_string()),
        }
    }
    outcome.print(&settings);
    ExitCode::from(outcome.status())
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    if file != "-" {
        return std::fs::read(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Format {
    #[default]
    Text,
    Json,
    Sarif,
    Github,
}

#[derive(Default)]
struct Settings {
    files: Vec<String>,
    format: Format,
    reading: Reading,
    validator: Validator,
    deny_warnings: bool,
    help: bool,
}

impl Settings {
    fn of(arguments: &[String]) -> Result<Self, String> {
        let mut settings = Self::default();
        let mut launch_types = LaunchTypes::NONE;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            if let ("--deny-warnings" | "--strict" | "--help", Some(_)) = (name, &inline) {
                return Err(format!("`{name}` takes no value"));
            }
            let mut value = || {
                let value = inline.clone().or_else(|| rest.next().cloned());
                value.ok_or_else(|| format!("`{name}` needs a value"))
            };
            match name {
                "--format" => settings.format = format_of(&value()?)?,
                "--launch-type" => launch_types = launch_types | launch_type_of(&value()?)?,
                "--allow" => settings.allow(&value()?)?,
                "--deny-warnings" => settings.deny_warnings = true,
                "--strict" => settings.reading = Reading::Strict,
                "--help" | "-h" => settings.help = true,
                "-" => settings.files.push(argument.clone()),
                _ if name.starts_with('-') => return Err(format!("`{name}` is not an option")),
                _ => settings.files.push(argument.clone()),
            }
        }
        if !launch_types.is_empty() {
            settings.validator = settings.validator.for_launch_types(launch_types);
        }
        Ok(settings)
    }

    fn allow(&mut self, rule: &str) -> Result<(), String> {
        if Rule::named(rule).is_none() {
            return Err(format!("`{rule}` is not a rule"));
        }
        let validator = std::mem::take(&mut self.validator);
        self.validator = validator.without_rules([rule]);
        Ok(())
    }
}

fn format_of(name: &str) -> Result<Format, String> {
    match name {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "sarif" => Ok(Format::Sarif),
        "github" => Ok(Format::Github),
        _ => Err(format!("`{name}` is not one of text, json, sarif, github")),
    }
}

fn launch_type_of(name: &str) -> Result<LaunchTypes, String> {
    let launch_type = Compatibility::from(name.to_uppercase());
    match Compatibility::VALUES.contains(&launch_type.as_str()) {
        true => Ok(LaunchTypes::from(&launch_type)),
        false => Err(format!(
            "`{name}` is not one of {}",
            Compatibility::VALUES.join(", ")
        )),
    }
}

/// What was found in all files.
#[derive(Default)]
struct Outcome {
    files: Vec<Linted>,
    skipped: Vec<(String, String)>,
    is_unreadable: bool,
    has_errors: bool,
}

struct Linted {
    file: String,
    form: String,
    syntax: String,
    findings: Findings,
}

impl Outcome {
    fn fail(&mut self, file: &str, why: &str) {
        eprintln!("{file}: {why}");
        self.skipped.push((file.to_owned(), why.to_owned()));
        self.is_unreadable = true;
    }

    fn skip(&mut self, file: &str, why: &str) {
        eprintln!("{file}: skipped, {why}");
        self.skipped.push((file.to_owned(), why.to_owned()));
    }

    fn lint(&mut self, file: &str, bytes: &[u8], settings: &Settings) {
        let documents = match Documents::read(bytes, settings.reading) {
            Ok(documents) => documents,
            Err(error @ (ReadError::NotADefinition { .. } | ReadError::EcsParams)) => {
                return self.skip(file, &chain(&error));
            }
            Err(error) => return self.fail(file, &chain(&error)),
        };
        if documents.is_empty() && documents.services().is_empty() {
            return self.skip(file, "a template without task definitions and services");
        }
        let findings = documents.validate(&settings.validator);
        let is_wrong = |finding: &Finding| match settings.deny_warnings {
            true => finding.severity >= Severity::Warning,
            false => finding.severity == Severity::Error,
        };
        self.has_errors |= findings.iter().any(is_wrong);
        let mut placed: Vec<Finding> = findings.into_iter().collect();
        let place = |finding: &Finding| finding.position.map(|position| position.offset);
        placed.sort_by_key(place);
        self.files.push(Linted {
            file: file.to_owned(),
            form: documents.form().to_string(),
            syntax: documents.syntax().to_string(),
            findings: placed.into_iter().collect(),
        });
    }

    fn status(&self) -> u8 {
        match (self.is_unreadable, self.has_errors) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        }
    }

    fn print(&self, settings: &Settings) {
        match settings.format {
            Format::Text => self.files.iter().for_each(print_text),
            Format::Json => {
                let skipped = self.skipped.iter();
                let skipped = skipped.map(|(file, why)| json!({"file": file, "reason": why}));
                let files = self.files.iter().map(|linted| {
                    json!({
                        "file": linted.file,
                        "form": linted.form,
                        "syntax": linted.syntax,
                        "findings": linted.findings,
                    })
                });
                let report = json!({
                    "files": files.collect::<Vec<_>>(),
                    "skipped": skipped.collect::<Vec<_>>(),
                });
                println!("{report:#}");
            }
            Format::Sarif => {
                let files = self.files.iter();
                let sarif = files.fold(Sarif::default(), |sarif, linted| {
                    sarif.with_file(&linted.file, &linted.findings)
                });
                println!("{:#}", sarif.to_value());
            }
            Format::Github => {
                for linted in &self.files {
                    for finding in &linted.findings {
                        println!("{}", finding.github_command(&linted.file));
                    }
                }
            }
        }
    }
}

fn print_text(linted: &Linted) {
    let Linted {
        file,
        form,
        syntax,
        findings,
    } = linted;
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let painted = |text: String, code: &str| match colour {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text,
    };
    for finding in findings {
        let place = match finding.position {
            Some(Position { line, column, .. }) => format!("{file}:{line}:{column}"),
            None => file.clone(),
        };
        let severity = format!("{}[{}]", finding.severity, finding.rule);
        let severity = painted(
            severity,
            match finding.severity {
                Severity::Error => "1;31",
                Severity::Warning => "1;33",
                _ => "1;36",
            },
        );
        println!("{place}: {severity}: {}", finding.message);
        let pointer = finding.source_pointer.as_ref().unwrap_or(&finding.pointer);
        if !pointer.is_empty() {
            println!("    at {pointer}");
        }
        if let Some(message) = &finding.aws_message {
            println!("    AWS: {message}");
        }
        if let Some(hint) = finding.hint() {
            println!("    hint: {hint}");
        }
    }
    println!("{file}: {form} in {syntax}, {}", summary(findings));
}

fn summary(findings: &Findings) -> String {
    let count = |severity, what: &str| {
        let found = findings.iter();
        match found.filter(|finding| finding.severity == severity).count() {
            1 => format!("1 {what}"),
            count => format!("{count} {what}s"),
        }
    };
    match findings.len() {
        0 => "nothing to complain about".to_owned(),
        _ => format!(
            "{}, {}, {}",
            count(Severity::Error, "error"),
            count(Severity::Warning, "warning"),
            count(Severity::Note, "note")
        ),
    }
}
