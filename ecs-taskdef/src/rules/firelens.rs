use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{CONTAINERS, quote};
use crate::shape::At;
use crate::{ContainerDefinition, LogDriver, Rule, Source, TaskDefinition};

const FIRELENS_CONFIGURATION: Source = Source::Api("FirelensConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "logConfiguration",
        Rule::new(
            "firelens-router-missing",
            "`awsfirelens` needs a log router in the task",
            FIRELENS_CONFIGURATION,
        )
        .quoted(
            "When awsfirelens log driver is specified in log configuration, a firelens \
             configuration object must be configured in one of the containers.",
        ),
        router_missing,
    ),
    Row::member(
        "firelensConfiguration",
        Rule::new(
            "firelens-unused",
            "a log router has a container that uses it",
            FIRELENS_CONFIGURATION,
        )
        .quoted(
            "When a firelensConfiguration object is specified, at least one container has to be \
             configured with the awsfirelens log driver.",
        ),
        unused,
    ),
    Row::task(
        Rule::new(
            "firelens-single-router",
            "a task has one log router",
            FIRELENS_CONFIGURATION,
        ),
        single_router,
    ),
    Row::member(
        "firelensConfiguration",
        Rule::new(
            "firelens-options",
            "a log router has the options of its documentation",
            FIRELENS_CONFIGURATION,
        ),
        options,
    ),
];

fn is_router(container: &ContainerDefinition) -> bool {
    container.firelens_configuration.is_some()
}

fn uses_router(container: &ContainerDefinition) -> bool {
    container.log_configuration().log_driver == Some(LogDriver::Awsfirelens)
}

fn has(task: &TaskDefinition, what: fn(&ContainerDefinition) -> bool) -> bool {
    task.container_definitions().iter().any(what)
}

fn router_missing(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let undecided = || subject.any_unknown(CONTAINERS, &["firelensConfiguration"]);
    if uses_router(container.value) && !has(subject.task, is_router) && !undecided() {
        let at = container.at.member("logConfiguration");
        report.fault(
            &at.member("logDriver"),
            "no container of the task is a log router",
        );
    }
}

fn unused(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let undecided = || subject.any_unknown(CONTAINERS, &["logConfiguration"]);
    if is_router(container.value) && !has(subject.task, uses_router) && !undecided() {
        let message = "no container of the task logs to `awsfirelens`";
        report.fault(&container.at.member("firelensConfiguration"), message);
    }
}

fn single_router(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT.member("containerDefinitions");
    let routers = subject
        .task
        .container_definitions()
        .iter()
        .enumerate()
        .filter(|(_, one)| is_router(one));
    for (index, _) in routers.skip(1) {
        let message = "the task already has a log router";
        report.fault(&at.item(index).member("firelensConfiguration"), message);
    }
}

fn options(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(firelens) = &container.firelens_configuration else {
        return;
    };
    let at = container.at.member("firelensConfiguration");
    let at = at.member("options");
    let mut complain = |option: &str, message: String| report.fault(&at.member(option), message);
    if let Some(kind) = firelens
        .options()
        .get("config-file-type")
        .filter(|kind| !matches!(*kind, "s3" | "file"))
    {
        complain(
            "config-file-type",
            format!("{} is neither `s3` nor `file`", quote(kind)),
        );
    }
    let metadata = firelens.options().get("enable-ecs-log-metadata");
    if let Some(value) = metadata.filter(|value| !matches!(*value, "true" | "false")) {
        complain(
            "enable-ecs-log-metadata",
            format!("{} is neither `true` nor `false`", quote(value)),
        );
    }
    let has_type = firelens.options().contains("config-file-type");
    let has_value = firelens.options().contains("config-file-value");
    if has_type && !has_value {
        complain(
            "config-file-value",
            "`config-file-type` needs `config-file-value`".to_owned(),
        );
    }
    if has_value && !has_type {
        complain(
            "config-file-type",
            "`config-file-value` needs `config-file-type`".to_owned(),
        );
    }
}
