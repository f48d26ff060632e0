use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::capacity_provider::{
    InstanceRequirementsRequest, ManagedScalingStatus, ManagedTerminationProtection,
};
use crate::quota::Quota;
use crate::{CapacityProviderStrategyItem, LaunchType};

const RUN_TASK: Source = Source::Api("RunTask");
const CAPACITY_PROVIDER_STRATEGY_ITEM: Source = Source::Api("CapacityProviderStrategyItem");

pub(super) const RULES: &[Row] = &[
    Row::new(Rule::new("launch-type-or-strategy", "a launch type does not stand beside a capacity provider strategy", RUN_TASK).quoted("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."), launch_type_or_strategy),
    Row::new(Rule::new("launch-type-managed-instances", "managed instances are asked for by a capacity provider strategy", RUN_TASK), launch_type_managed_instances),
    Row::new(Rule::new("platform-version-fargate", "only tasks on Fargate have a platform version", RUN_TASK), platform_version),
    Row::new(Rule::new("strategy-length", "a capacity provider strategy has at most 20 items", CAPACITY_PROVIDER_STRATEGY_ITEM), |subject, report| {
            each_strategy(subject, |pointer, items| {
                if items.len() > 20 {
                    let message = format!("{} elements, at most 20", items.len());
                    report.fault(pointer, message);
                }
            });
        }),
    Row::new(Rule::new("strategy-base", "at most one item of a capacity provider strategy has a base", CAPACITY_PROVIDER_STRATEGY_ITEM), |subject, report| {
            each_strategy(subject, |pointer, items| {
                if items.iter().filter(|item| item.base > Some(0)).count() > 1 {
                    report.fault(pointer, "more than one item has a base");
                }
            });
        }),
    Row::new(Rule::new("strategy-weight", "of several items of a capacity provider strategy one has a weight above 0", CAPACITY_PROVIDER_STRATEGY_ITEM), |subject, report| {
            each_strategy(subject, |pointer, items| {
                let is_weightless = |item: &CapacityProviderStrategyItem| item.weight == Some(0);
                if items.len() > 1 && items.iter().all(is_weightless) {
                    report.fault(pointer, "no item has a weight above 0");
                }
            });
        }),
    Row::new(Rule::new("capacity-providers-quota", "a cluster has as many capacity providers as its quota allows", Source::Guide("service-quotas")).quoted("The maximum number of capacity providers per cluster has been exceeded."), |subject, report| {
            let providers = list(subject.capacity_providers).len();
            report.quota(
                "/capacityProviders",
                Quota::CapacityProvidersPerCluster,
                providers,
            );
        }),
    Row::new(Rule::new("capacity-provider-kind", "a capacity provider has an Auto Scaling group or managed instances", Source::Api("CreateCapacityProvider")).answered_by(Rule::CLIENT), capacity_provider_kind),
    Row::new(Rule::new("termination-protection-scaling", "termination protection needs managed scaling", Source::Api("AutoScalingGroupProvider")).warning(), termination_protection),
    Row::new(Rule::new("instance-types-either", "instance types are allowed or excluded, not both", Source::Api("InstanceRequirementsRequest")).answered_by(Rule::CLIENT), instance_types),
    Row::new(Rule::new("instance-type-characters", "an instance type has 1 to 30 letters, digits, dots, stars and hyphens", Source::Api("InstanceRequirementsRequest")).answered_by(Rule::CLIENT), instance_type_characters),
];

fn each_strategy<'a>(
    subject: &Subject<'a>,
    mut check: impl FnMut(&str, &'a [CapacityProviderStrategyItem]),
) {
    check(
        "/capacityProviderStrategy",
        list(subject.capacity_provider_strategy),
    );
    check(
        "/defaultCapacityProviderStrategy",
        list(subject.default_capacity_provider_strategy),
    );
}

fn launch_type_or_strategy(subject: &Subject<'_>, report: &mut Report<'_>) {
    if let Some(launch_type) = subject.launch_type
        && !list(subject.capacity_provider_strategy).is_empty()
    {
        let message = format!("it does not stand beside launch type `{launch_type}`");
        report.fault("/capacityProviderStrategy", message);
    }
}

fn launch_type_managed_instances(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.launch_type == Some(&LaunchType::ManagedInstances) {
        let message = "managed instances need a capacity provider strategy instead";
        report.fault("/launchType", message);
    }
}

fn platform_version(subject: &Subject<'_>, report: &mut Report<'_>) {
    if let Some(launch_type @ (LaunchType::Ec2 | LaunchType::External)) = subject.launch_type
        && subject.platform_version.is_some()
    {
        let message = format!("launch type `{launch_type}` has no platform version");
        report.fault("/platformVersion", message);
    }
}

fn capacity_provider_kind(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.operation != "CreateCapacityProvider" {
        return;
    }
    let group = subject.auto_scaling_group_provider.is_some();
    match (group, subject.managed_instances_provider.is_some()) {
        (true, true) => report.fault(
            "/managedInstancesProvider",
            "it does not stand beside `autoScalingGroupProvider`",
        ),
        (false, false) => report.fault(
            "",
            "`autoScalingGroupProvider` or `managedInstancesProvider` is missing",
        ),
        _ => {}
    }
}

fn termination_protection(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(group) = subject.auto_scaling_group_provider else {
        return;
    };
    let scaling = group.managed_scaling.as_ref();
    let scales = scaling
        .is_some_and(|scaling| scaling.status.as_ref() != Some(&ManagedScalingStatus::Disabled));
    let protects =
        group.managed_termination_protection == Some(ManagedTerminationProtection::Enabled);
    if protects && !scales {
        let pointer = "/autoScalingGroupProvider/managedTerminationProtection";
        report.fault(pointer, "it does nothing without managed scaling");
    }
}

const INSTANCE_REQUIREMENTS: &str =
    "/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements";

fn instance_requirements<'a>(subject: &Subject<'a>) -> Option<&'a InstanceRequirementsRequest> {
    let created = subject
        .managed_instances_provider
        .and_then(|provider| provider.instance_launch_template.as_ref())
        .and_then(|template| template.instance_requirements.as_ref());
    let updated = subject
        .managed_instances_update
        .and_then(|provider| provider.instance_launch_template.as_ref())
        .and_then(|template| template.instance_requirements.as_ref());
    created.or(updated)
}

fn instance_types(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(requirements) = instance_requirements(subject) else {
        return;
    };
    let allowed = list(requirements.allowed_instance_types.as_ref());
    let excluded = list(requirements.excluded_instance_types.as_ref());
    if !allowed.is_empty() && !excluded.is_empty() {
        let pointer = format!("{INSTANCE_REQUIREMENTS}/excludedInstanceTypes");
        report.fault(&pointer, "it does not stand beside `allowedInstanceTypes`");
    }
}

fn instance_type_characters(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(requirements) = instance_requirements(subject) else {
        return;
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'*' | b'-');
    for (member, types) in [
        ("allowedInstanceTypes", &requirements.allowed_instance_types),
        (
            "excludedInstanceTypes",
            &requirements.excluded_instance_types,
        ),
    ] {
        for (position, text) in list(types.as_ref()).iter().enumerate() {
            if !(1..=30).contains(&text.len()) || !text.bytes().all(fits) {
                let pointer = format!("{INSTANCE_REQUIREMENTS}/{member}/{position}");
                let message =
                    format!("`{text}` is not 1 to 30 letters, digits, dots, stars and hyphens");
                report.fault(&pointer, message);
            }
        }
    }
}
