use ecs_taskdef::{Edition, Rule, Source};

use super::{Report, Row, Subject, is_name};

/// What AWS answers to every name that it does not take for a capacity provider.
const NAME_INVALID: &str = "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with \"aws\", \"ecs\", or \"fargate\".";

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "service-name",
            "a service is named by 1 to 255 letters, digits, hyphens and underscores",
            Source::Api("CreateService"),
        ),
        service_name,
    ),
    Row::new(
        Rule::new(
            "cluster-name",
            "a cluster is named by 1 to 255 letters, digits, hyphens and underscores",
            Source::Api("CreateCluster"),
        ),
        cluster_name,
    ),
    Row::new(
        Rule::new(
            "capacity-provider-name",
            "a capacity provider is named by 1 to 255 letters, digits, hyphens and underscores",
            Source::Api("CreateCapacityProvider"),
        )
        .answered_by(Rule::CLIENT)
        .quoted(NAME_INVALID),
        capacity_provider_name,
    ),
    Row::new(
        Rule::new(
            "capacity-provider-name-reserved",
            "the name of a capacity provider does not begin with `aws`, `ecs` or `fargate`",
            Source::Api("CreateCapacityProvider"),
        )
        .answered_by(Rule::CLIENT)
        .quoted(NAME_INVALID),
        capacity_provider_name_reserved,
    ),
    Row::new(
        Rule::new(
            "client-token-length",
            "a client token has at most 36 characters, of RunTask 64, in 2015 32",
            Source::Guide("ECS_Idempotency"),
        ),
        client_token_length,
    ),
    Row::new(
        Rule::new(
            "client-token-characters",
            "a client token has characters of ASCII 33 to 126",
            Source::Guide("ECS_Idempotency"),
        ),
        client_token_characters,
    ),
    Row::new(
        Rule::new(
            "started-by-characters",
            "`startedBy` has letters, digits, hyphens, underscores and slashes",
            Source::Api("RunTask"),
        ),
        started_by_characters,
    ),
    Row::new(
        Rule::new(
            "task-definition-revision",
            "a revision is named as `family:revision` or by its ARN",
            Source::Api("DeleteTaskDefinitions"),
        ),
        task_definition_revision,
    ),
];

fn name_fault(report: &mut Report<'_>, pointer: &str, name: Option<&String>) {
    if let Some(name) = name.filter(|name| !is_name(name)) {
        let message = format!("`{name}` is not 1 to 255 letters, digits, hyphens and underscores");
        report.fault(pointer, message);
    }
}

fn service_name(subject: &Subject<'_>, report: &mut Report<'_>) {
    name_fault(report, "/serviceName", subject.service_name);
}

fn cluster_name(subject: &Subject<'_>, report: &mut Report<'_>) {
    name_fault(report, "/clusterName", subject.cluster_name);
}

fn capacity_provider_name(subject: &Subject<'_>, report: &mut Report<'_>) {
    name_fault(report, "/name", subject.capacity_provider_name);
}

fn capacity_provider_name_reserved(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(name) = subject.capacity_provider_name else {
        return;
    };
    let lower = name.to_ascii_lowercase();
    let reserved = ["aws", "ecs", "fargate"];
    if let Some(start) = reserved.into_iter().find(|start| lower.starts_with(start)) {
        report.fault("/name", format!("`{name}` begins with `{start}`"));
    }
}

fn client_token_length(subject: &Subject<'_>, report: &mut Report<'_>) {
    let most = match (report.quotas.edition(), subject.operation) {
        (Edition::Guide2015, _) => 32,
        (_, "RunTask") => 64,
        _ => 36,
    };
    let count = subject
        .client_token
        .map_or(0, |token| token.chars().count());
    if count > most {
        let message = format!("{count} characters, at most {most}");
        report.fault("/clientToken", message);
    }
}

fn client_token_characters(subject: &Subject<'_>, report: &mut Report<'_>) {
    let fits = |byte: u8| (33..=126).contains(&byte);
    if let Some(token) = subject
        .client_token
        .filter(|token| !token.bytes().all(fits))
    {
        let message = format!("`{token}` has a character that is not one of ASCII 33 to 126");
        report.fault("/clientToken", message);
    }
}

fn started_by_characters(subject: &Subject<'_>, report: &mut Report<'_>) {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
    if let Some(text) = subject.started_by.filter(|text| !text.bytes().all(fits)) {
        let message = format!("`{text}` is not letters, digits, hyphens, underscores and slashes");
        report.fault("/startedBy", message);
    }
}

fn task_definition_revision(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(revisions) = subject.revisions else {
        return;
    };
    for (position, named) in revisions.iter().enumerate() {
        let revision = named.rsplit_once(':').map(|(_, revision)| revision);
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !revision.is_some_and(is_number) {
            let pointer = format!("/taskDefinitions/{position}");
            report.fault(&pointer, format!("`{named}` names no revision"));
        }
    }
}
