use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{quote, repeated};
use crate::shape::At;
use crate::{Rule, Source};

const SECRET: Source = Source::Api("Secret");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "environment",
        Rule::new(
            "environment-name-required",
            "an environment variable has a name",
            Source::Api("KeyValuePair"),
        )
        .in_2015(),
        name_required,
    ),
    Row::member(
        "environment",
        Rule::new(
            "environment-duplicate",
            "an environment variable is set once",
            Source::Api("KeyValuePair"),
        )
        .advice()
        .in_2015(),
        duplicate,
    ),
    Row::member(
        "secrets",
        Rule::new("secret-name-unique", "each secret has its own name", SECRET)
            .quoted("Duplicate secret names found: {}. Each secret name must be unique."),
        secret_unique,
    ),
    Row::member(
        "secrets",
        Rule::new(
            "secret-name-environment",
            "a secret is not an environment variable too",
            SECRET,
        )
        .quoted(
            "The secret name must be unique and not shared with any new or existing environment \
             variables set on the container, such as '{}'.",
        ),
        secret_environment,
    ),
    Row::container(
        Rule::new(
            "secret-value-from",
            "a secret comes from Secrets Manager or the Parameter Store",
            SECRET,
        ),
        value_from,
    ),
    Row::member(
        "environmentFiles",
        Rule::new(
            "environment-files-maximum",
            "there are at most ten environment files",
            Source::Api("ContainerDefinition"),
        )
        .copied(
            "The maximum number of environment files was exceeded. Specify ten or less and try \
         again",
        ),
        files_maximum,
    ),
    Row::member(
        "environmentFiles",
        Rule::new(
            "environment-file-arn",
            "an environment file is an S3 object that ends in `.env`",
            Source::Api("EnvironmentFile"),
        )
        .copied("Invalid arn syntax"),
        file_arn,
    ),
];

fn name_required(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("environment");
    for (index, variable) in container.environment().iter().enumerate() {
        if variable.name().is_none_or(str::is_empty) {
            report.fault(&at.item(index).member("name"), "the variable has no name");
        }
    }
}

fn duplicate(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let variables = container.environment();
    let names: Vec<Option<&str>> = variables.iter().map(|variable| variable.name()).collect();
    let at = container.at.member("environment");
    for (index, name) in repeated(&names) {
        let message = format!("variable {} is already set", quote(name));
        report.fault(&at.item(index).member("name"), message);
    }
}

fn secret_unique(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let secrets = container.secrets();
    let names: Vec<Option<&str>> = secrets.iter().map(|secret| secret.name()).collect();
    let at = container.at.member("secrets");
    for (index, name) in repeated(&names) {
        let message = format!("secret {} is already given", quote(name));
        report.fault_about(&at.item(index).member("name"), &[name], message);
    }
}

fn secret_environment(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let secrets = container.secrets();
    if secrets.is_empty() {
        return;
    }
    let variables = container.environment();
    let names: std::collections::HashSet<&str> = variables
        .iter()
        .filter_map(|variable| variable.name())
        .collect();
    let at = container.at.member("secrets");
    for (index, secret) in secrets.iter().enumerate() {
        if let Some(name) = secret.name().filter(|name| names.contains(name)) {
            let message = format!("{} is an environment variable too", quote(name));
            report.fault_about(&at.item(index).member("name"), &[name], message);
        }
    }
}

fn value_from(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let log_at = container.at.member("logConfiguration");
    let lists = [
        (container.secrets(), container.at.member("secrets")),
        (
            container.log_configuration().secret_options(),
            log_at.member("secretOptions"),
        ),
    ];
    for (secrets, at) in lists {
        for (index, secret) in secrets.iter().enumerate() {
            check_value_from(secret.value_from(), &at.item(index), report);
        }
    }
}

fn check_value_from(value_from: Option<&str>, at: &At<'_>, report: &mut Report<'_>) {
    let wrong = |from: &&str| match ecs_arn::ArnRef::parse(from) {
        Ok(arn) => match arn.service() {
            "secretsmanager" => !arn.resource().starts_with("secret:"),
            "ssm" => !arn.resource().starts_with("parameter"),
            _ => true,
        },
        Err(_) => from.is_empty() || from.starts_with("arn:"),
    };
    if let Some(from) = value_from.filter(wrong) {
        let message = format!(
            "{} is neither a secret of Secrets Manager nor a parameter of the SSM Parameter Store",
            quote(from)
        );
        report.fault(&at.member("valueFrom"), message);
    }
}

fn files_maximum(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    const MAX: usize = 10;
    let count = container.environment_files().len();
    if count > MAX {
        let message = format!("{count} environment files, at most {MAX}");
        report.fault(&container.at.member("environmentFiles"), message);
    }
}

fn file_arn(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("environmentFiles");
    for (index, file) in container.environment_files().iter().enumerate() {
        let is_s3_object = |value: &str| {
            ecs_arn::ArnRef::parse(value).is_ok_and(|arn| {
                let key = arn.resource().split_once('/').map(|(_, key)| key);
                arn.service() == "s3" && key.is_some_and(|key| key.ends_with(".env"))
            })
        };
        if let Some(value) = file.value().filter(|value| !is_s3_object(value)) {
            let message = format!(
                "{} is not the ARN of an S3 object that ends in `.env`",
                quote(value)
            );
            report.fault(&at.item(index).member("value"), message);
        }
    }
}
