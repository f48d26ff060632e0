use ecs_taskdef::shape::At;
use ecs_taskdef::{Attribute, Rule, Source};

use super::{Each, Report, Row};
use crate::operation::{ContainerInstanceStatus, StartTaskRequest};
use crate::quota::Quota;
use crate::service::PropagateTags;

const SERVICE_QUOTAS: Source = Source::Guide("service-quotas");
const HAS_A_SERVICE: &str = "its tasks have a service";

pub(super) const RULES: &[Row] = &[
    Row::member(
        "count",
        Rule::new(
            "run-task-quota",
            "RunTask starts as many tasks as its quota allows",
            SERVICE_QUOTAS,
        ),
        &Each(|count: &i32, at, report| {
            let count = usize::try_from(*count).unwrap_or_default();
            report.quota(at, Quota::TasksPerRunTask, count);
        }),
    ),
    Row::each(
        Rule::new(
            "start-task-quota",
            "StartTask takes as many container instances as its quota allows",
            SERVICE_QUOTAS,
        ),
        &Each(|request: &StartTaskRequest, at, report| {
            let count = request.container_instances().len();
            let quota = Quota::ContainerInstancesPerStartTask;
            report.quota(at.member("containerInstances"), quota, count);
        }),
    ),
    Row::member(
        "propagateTags",
        Rule::new(
            "task-propagate-tags",
            "only tasks of a service get the tags of a service",
            Source::Api("RunTask"),
        ),
        &Each(|propagated: &PropagateTags, at, report| {
            if *propagated == PropagateTags::Service {
                report.fault(at, "the task has no service");
            }
        }),
    )
    .except(&[
        ("CreateService", HAS_A_SERVICE),
        ("UpdateService", HAS_A_SERVICE),
    ]),
    Row::member(
        "status",
        Rule::new(
            "instance-status-target",
            "a container instance can be made `ACTIVE` or `DRAINING`",
            Source::Api("UpdateContainerInstancesState"),
        ),
        &Each(instance_status),
    )
    .except(&[(
        "ListContainerInstances",
        "instances of every status are listed",
    )]),
    Row::each(
        Rule::new(
            "attribute-characters",
            "names and values of attributes have 1 to 128 characters out of their sets",
            Source::Api("Attribute"),
        ),
        &Each(attribute),
    ),
];

fn instance_status(status: &ContainerInstanceStatus, at: &At<'_>, report: &mut Report<'_>) {
    use ContainerInstanceStatus::{Deregistering, Registering, RegistrationFailed};
    if let Registering | Deregistering | RegistrationFailed = status {
        let message = format!("`{status}` is neither `ACTIVE` nor `DRAINING`");
        report.fault(at, message);
    }
}

fn attribute(attribute: &Attribute, at: &At<'_>, report: &mut Report<'_>) {
    let mut fault = |member, message| match report.operation {
        // The call succeeds, and the instance is registered without the attribute.
        "RegisterContainerInstance" => report.warning(at.member(member), message),
        _ => report.fault(at.member(member), message),
    };
    let name = attribute.name();
    if let Some(name) = name.filter(|name| !is_attribute_name(name)) {
        let message = format!("`{name}` is not 1 to 128 letters, digits, `-`, `_`, `.`, `/`, `\\`");
        fault("name", message);
    }
    let value = attribute.value();
    if let Some(value) = value.filter(|value| !is_attribute_value(value)) {
        let message = format!(
            "`{value}` is not 1 to 128 letters, digits, `-`, `_`, `.`, `@`, `/`, `\\`, `:` and \
             spaces within"
        );
        fault("value", message);
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
