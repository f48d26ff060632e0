use ecs_taskdef::shape::At;
use ecs_taskdef::{Edition, Rule, Source};

use super::{Each, Report, Row};

const CREATE_CAPACITY_PROVIDER: Source = Source::Api("CreateCapacityProvider");
const IDEMPOTENCY: Source = Source::Guide("ECS_Idempotency");
/// What AWS answers to every name that it does not take for a capacity provider.
const NAME_INVALID: &str = "The specified capacity provider name is invalid. Up to 255 characters \
    are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The \
    name cannot be prefixed with \"aws\", \"ecs\", or \"fargate\".";
const EXISTING_PROVIDER: &[(&str, &str)] = &[(
    "UpdateCapacityProvider",
    "it names one that there is, and may do so by its ARN",
)];

pub(super) const RULES: &[Row] = &[
    Row::member(
        "serviceName",
        Rule::new(
            "service-name",
            "a service is named by 1 to 255 letters, digits, hyphens and underscores",
            Source::Api("CreateService"),
        ),
        &Each(name),
    )
    .except(&[(
        "ListTasks",
        "it names one that there is, and may do so by its ARN",
    )]),
    Row::member(
        "clusterName",
        Rule::new(
            "cluster-name",
            "a cluster is named by 1 to 255 letters, digits, hyphens and underscores",
            Source::Api("CreateCluster"),
        ),
        &Each(name),
    ),
    Row::member(
        "name",
        Rule::new(
            "capacity-provider-name",
            "a capacity provider is named by 1 to 255 letters, digits, hyphens and underscores",
            CREATE_CAPACITY_PROVIDER,
        )
        .answered_by(Rule::CLIENT)
        .quoted(NAME_INVALID),
        &Each(name),
    )
    .except(EXISTING_PROVIDER),
    Row::member(
        "name",
        Rule::new(
            "capacity-provider-name-reserved",
            "the name of a capacity provider does not begin with `aws`, `ecs` or `fargate`",
            CREATE_CAPACITY_PROVIDER,
        )
        .answered_by(Rule::CLIENT)
        .quoted(NAME_INVALID),
        &Each(capacity_provider_name_reserved),
    )
    .except(EXISTING_PROVIDER),
    Row::member(
        "clientToken",
        Rule::new(
            "client-token-length",
            "a client token has at most 36 characters, of RunTask 64, in 2015 32",
            IDEMPOTENCY,
        ),
        &Each(|token: &String, at, report| client_token_length(token, at, report)),
    ),
    Row::member(
        "clientToken",
        Rule::new(
            "client-token-characters",
            "a client token has characters of ASCII 33 to 126",
            IDEMPOTENCY,
        ),
        &Each(|token: &String, at, report| {
            if !token.bytes().all(|byte| (33..=126).contains(&byte)) {
                let message =
                    format!("`{token}` has a character that is not one of ASCII 33 to 126");
                report.fault(at, message);
            }
        }),
    ),
    Row::member(
        "startedBy",
        Rule::new(
            "started-by-characters",
            "`startedBy` has letters, digits, spaces, hyphens, underscores and slashes",
            Source::Api("RunTask"),
        ),
        &Each(started_by_characters),
    )
    .except(&[("ListTasks", "what nothing was started by finds nothing")]),
    Row::member(
        "taskDefinitions",
        Rule::new(
            "task-definition-revision",
            "a revision is named as `family:revision` or by its ARN",
            Source::Api("DeleteTaskDefinitions"),
        ),
        &Each(|named: &Vec<String>, at, report| revisions(named, at, report)),
    ),
];

fn name(name: &String, at: &At<'_>, report: &mut Report<'_>) {
    if !ecs_arn::is_name(name) {
        let message = format!("`{name}` is not 1 to 255 letters, digits, hyphens and underscores");
        report.fault(at, message);
    }
}

fn capacity_provider_name_reserved(name: &String, at: &At<'_>, report: &mut Report<'_>) {
    let lower = name.to_ascii_lowercase();
    let reserved = ["aws", "ecs", "fargate"];
    if let Some(start) = reserved.into_iter().find(|start| lower.starts_with(start)) {
        report.fault(at, format!("`{name}` begins with `{start}`"));
    }
}

fn client_token_length(token: &str, at: &At<'_>, report: &mut Report<'_>) {
    let most = match (report.edition(), report.operation) {
        (Edition::Guide2015, _) => 32,
        (_, "RunTask") => 64,
        _ => 36,
    };
    let count = token.chars().count();
    if count > most {
        report.fault(at, format!("{count} characters, at most {most}"));
    }
}

/// The documents do not allow a space, but Amazon ECS takes one: the tool `ecs-deploy` runs tasks as
/// `ECS Deploy`.
fn started_by_characters(text: &String, at: &At<'_>, report: &mut Report<'_>) {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/ ".contains(&byte);
    if !text.bytes().all(fits) {
        let message =
            format!("`{text}` is not letters, digits, spaces, hyphens, underscores and slashes");
        report.fault(at, message);
    }
}

fn revisions(named: &[String], at: &At<'_>, report: &mut Report<'_>) {
    for (position, named) in named.iter().enumerate() {
        let revision = named.rsplit_once(':').map(|(_, revision)| revision);
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !revision.is_some_and(is_number) {
            report.fault(at.item(position), format!("`{named}` names no revision"));
        }
    }
}
