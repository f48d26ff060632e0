use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::quote;
use crate::{LaunchTypes, Rule, Source};

const HEALTH_CHECK: Source = Source::Api("HealthCheck");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "healthCheck",
        Rule::new(
            "health-check-command",
            "a health check has something to run",
            HEALTH_CHECK,
        )
        .hint(COMMAND),
        command,
    ),
    Row::member(
        "healthCheck",
        // The API model asks for it, the guide says that `CMD` is meant without it, and templates
        // of AWS omit it.
        Rule::new(
            "health-check-prefix",
            "a health check begins with `CMD` or `CMD-SHELL`",
            HEALTH_CHECK,
        )
        .warning()
        .hint(COMMAND),
        prefix,
    ),
    Row::member(
        "healthCheck",
        Rule::new(
            "health-check-interval",
            "a health check runs every 5 to 300 seconds",
            HEALTH_CHECK,
        ),
        interval,
    ),
    Row::member(
        "healthCheck",
        Rule::new(
            "health-check-timeout",
            "a health check takes 2 to 60 seconds",
            HEALTH_CHECK,
        ),
        timeout,
    ),
    Row::member(
        "healthCheck",
        Rule::new(
            "health-check-retries",
            "a health check fails after 1 to 10 attempts",
            HEALTH_CHECK,
        ),
        retries,
    ),
    Row::member(
        "healthCheck",
        Rule::new(
            "health-check-start-period",
            "a start period lasts 0 to 300 seconds",
            HEALTH_CHECK,
        ),
        start_period,
    ),
    Row::member(
        "startTimeout",
        Rule::new(
            "start-timeout-minimum",
            "a start timeout is at least 2 seconds",
            Source::Api("ContainerDefinition"),
        )
        .copied("Granular start timeout on container '{}' must be at least 2 seconds."),
        start_timeout,
    ),
    Row::member(
        "startTimeout",
        Rule::new(
            "start-timeout-maximum",
            "a start timeout is at most 120 seconds",
            Source::Guide("task_definition_parameters_ec2"),
        )
        .on(NOT_FARGATE)
        .warning(),
        start_timeout_maximum,
    ),
    Row::member(
        "stopTimeout",
        Rule::new(
            "stop-timeout-minimum",
            "a stop timeout is at least 2 seconds",
            Source::Api("ContainerDefinition"),
        )
        .copied("Granular stop timeout on container '{}' must be at least 2 seconds."),
        stop_timeout,
    ),
];

const COMMAND: &str = "`[\"CMD-SHELL\", \"curl -f http://localhost/ || exit 1\"]`";

/// Fargate refuses more by a rule of its own.
const NOT_FARGATE: LaunchTypes = LaunchTypes::EC2
    .union(LaunchTypes::EXTERNAL)
    .union(LaunchTypes::MANAGED_INSTANCES);

fn command(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(check) = container
        .health_check
        .as_ref()
        .filter(|check| check.command.is_some())
    else {
        return;
    };
    let command = check.command();
    let message = match command.first().map(String::as_str) {
        Some("CMD" | "CMD-SHELL") if command.len() < 2 => "there is nothing to run",
        None => "the command is empty",
        Some(_) => return,
    };
    report.fault(
        &container.at.member("healthCheck").member("command"),
        message,
    );
}

fn prefix(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let first = container.health_check().command().first();
    let is_other = |first: &&String| !matches!(first.as_str(), "CMD" | "CMD-SHELL" | "NONE");
    if let Some(first) = first.filter(is_other) {
        let at = container.at.member("healthCheck");
        let at = at.member("command");
        if !subject.is_unknown(&at.item(0)) {
            let message = format!("{} is neither `CMD` nor `CMD-SHELL`", quote(first));
            report.fault(&at, message);
        }
    }
}

/// A figure of the health check that must keep its bounds.
fn bounded(
    container: Container<'_>,
    (member, value): (&str, Option<i32>),
    (min, max): (i32, i32),
    report: &mut Report<'_>,
) {
    if let Some(value) = value.filter(|value| !(min..=max).contains(value)) {
        let at = container.at.member("healthCheck");
        report.fault(&at.member(member), format!("{value}, not {min} to {max}"));
    }
}

fn interval(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let value = container.health_check().interval;
    bounded(container, ("interval", value), (5, 300), report);
}

fn timeout(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let value = container.health_check().timeout;
    bounded(container, ("timeout", value), (2, 60), report);
}

fn retries(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let value = container.health_check().retries;
    bounded(container, ("retries", value), (1, 10), report);
}

fn start_period(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let value = container.health_check().start_period;
    bounded(container, ("startPeriod", value), (0, 300), report);
}

/// The least time that a container can be given to start or to stop.
const MIN_SECONDS: i32 = 2;

fn start_timeout(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    at_least(container, ("startTimeout", container.start_timeout), report);
}

fn start_timeout_maximum(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    const MAX_SECONDS: i32 = 120;
    let seconds = container.start_timeout;
    if let Some(seconds) = seconds.filter(|seconds| *seconds > MAX_SECONDS) {
        let message = format!("{seconds} seconds, at most {MAX_SECONDS}");
        report.fault(&container.at.member("startTimeout"), message);
    }
}

fn stop_timeout(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    at_least(container, ("stopTimeout", container.stop_timeout), report);
}

fn at_least(
    container: Container<'_>,
    (member, seconds): (&str, Option<i32>),
    report: &mut Report<'_>,
) {
    if let Some(seconds) = seconds.filter(|seconds| *seconds < MIN_SECONDS) {
        let name = container.name().unwrap_or_default();
        let message = format!("{seconds} seconds, at least {MIN_SECONDS}");
        report.fault_about(&container.at.member(member), &[name], message);
    }
}
