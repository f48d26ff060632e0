use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::operation::ContainerInstanceStatus;
use crate::quota::Quota;
use crate::service::PropagateTags;

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "run-task-quota",
            "RunTask starts as many tasks as its quota allows",
            Source::Guide("service-quotas"),
        ),
        |subject, report| {
            let count = subject.count.copied().unwrap_or_default();
            let count = usize::try_from(count).unwrap_or_default();
            report.quota("/count", Quota::TasksPerRunTask, count);
        },
    ),
    Row::new(
        Rule::new(
            "start-task-quota",
            "StartTask takes as many container instances as its quota allows",
            Source::Guide("service-quotas"),
        ),
        |subject, report| {
            let count = list(subject.container_instances).len();
            let quota = Quota::ContainerInstancesPerStartTask;
            report.quota("/containerInstances", quota, count);
        },
    ),
    Row::new(
        Rule::new(
            "task-propagate-tags",
            "only tasks of a service get the tags of a service",
            Source::Api("RunTask"),
        ),
        propagate_tags,
    ),
    Row::new(
        Rule::new(
            "instance-status-target",
            "a container instance can be made `ACTIVE` or `DRAINING`",
            Source::Api("UpdateContainerInstancesState"),
        ),
        instance_status,
    ),
    Row::new(
        Rule::new(
            "attribute-characters",
            "names and values of attributes have 1 to 128 characters out of their sets",
            Source::Api("Attribute"),
        ),
        attributes,
    ),
];

fn propagate_tags(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_task = matches!(subject.operation, "RunTask" | "StartTask");
    if is_task && subject.propagate_tags == Some(&PropagateTags::Service) {
        report.fault("/propagateTags", "the task has no service");
    }
}

fn instance_status(subject: &Subject<'_>, report: &mut Report<'_>) {
    use ContainerInstanceStatus::{Deregistering, Registering, RegistrationFailed};
    if let Some(status @ (Registering | Deregistering | RegistrationFailed)) =
        subject.instance_status
    {
        let message = format!("`{status}` is neither `ACTIVE` nor `DRAINING`");
        report.fault("/status", message);
    }
}

fn attributes(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, attribute) in list(subject.attributes).iter().enumerate() {
        if let Some(name) = attribute
            .name
            .as_deref()
            .filter(|name| !is_attribute_name(name))
        {
            let pointer = format!("/attributes/{position}/name");
            let message =
                format!("`{name}` is not 1 to 128 letters, digits, `-`, `_`, `.`, `/`, `\\`");
            report.fault(&pointer, message);
        }
        let value = attribute.value.as_deref();
        if let Some(value) = value.filter(|value| !is_attribute_value(value)) {
            let pointer = format!("/attributes/{position}/value");
            let message = format!(
                "`{value}` is not 1 to 128 letters, digits, `-`, `_`, `.`, `@`, `/`, `\\`, `:` and \
                 spaces within"
            );
            report.fault(&pointer, message);
        }
    }
}

fn is_attribute_name(name: &str) -> bool {
    let fits = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'\\')
    };
    (1..=128).contains(&name.len()) && name.bytes().all(fits)
}

fn is_attribute_value(value: &str) -> bool {
    let fits = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'.' | b'@' | b'/' | b'\\' | b':' | b' ')
    };
    (1..=128).contains(&value.len()) && value.bytes().all(fits) && value.trim() == value
}
