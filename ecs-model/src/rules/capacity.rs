use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row, Subject};
use crate::capacity_provider::{
    AutoScalingGroupProvider, InstanceRequirementsRequest, ManagedScalingStatus,
    ManagedTerminationProtection,
};
use crate::operation::CreateCapacityProviderRequest;
use crate::quota::Quota;
use crate::{CapacityProviderStrategyItem, LaunchType};

const RUN_TASK: Source = Source::Api("RunTask");
const STRATEGY_ITEM: Source = Source::Api("CapacityProviderStrategyItem");
const INSTANCE_REQUIREMENTS: Source = Source::Api("InstanceRequirementsRequest");

pub(super) const RULES: &[Row] = &[
    Row::request(
        Rule::new(
            "launch-type-or-strategy",
            "a launch type cannot be combined with a capacity provider strategy",
            RUN_TASK,
        )
        .quoted(
            "Specifying both a launch type and capacity provider strategy is not supported. \
             Remove one and try again.",
        ),
        launch_type_or_strategy,
    ),
    Row::member(
        "launchType",
        Rule::new(
            "launch-type-managed-instances",
            "managed instances are asked for by a capacity provider strategy",
            RUN_TASK,
        ),
        &Each(|launch_type: &LaunchType, at, report| {
            if *launch_type == LaunchType::ManagedInstances {
                let message = "managed instances need a capacity provider strategy instead";
                report.fault(at, message);
            }
        }),
    )
    .except(&[
        (
            "ListServices",
            "services on managed instances are listed by it",
        ),
        ("ListTasks", "tasks on managed instances are listed by it"),
    ]),
    Row::request(
        Rule::new(
            "platform-version-fargate",
            "only tasks on Fargate have a platform version",
            RUN_TASK,
        ),
        platform_version,
    ),
    Row::each(
        Rule::new(
            "strategy-length",
            "a capacity provider strategy has at most 20 items",
            STRATEGY_ITEM,
        ),
        &Each(|items: &Strategy, at, report| report.at_most(at, items.len(), 20)),
    ),
    Row::each(
        Rule::new(
            "strategy-base",
            "at most one item of a capacity provider strategy has a base",
            STRATEGY_ITEM,
        ),
        &Each(|items: &Strategy, at, report| {
            if items.iter().filter(|item| item.base > Some(0)).count() > 1 {
                report.fault(at, "more than one item has a base");
            }
        }),
    ),
    Row::each(
        Rule::new(
            "strategy-weight",
            "of several items of a capacity provider strategy one has a weight above 0",
            STRATEGY_ITEM,
        ),
        &Each(|items: &Strategy, at, report| {
            if items.len() > 1 && items.iter().all(|item| item.weight == Some(0)) {
                report.fault(at, "no item has a weight above 0");
            }
        }),
    ),
    Row::member(
        "capacityProviders",
        Rule::new(
            "capacity-providers-quota",
            "a cluster has as many capacity providers as its quota allows",
            Source::Guide("service-quotas"),
        )
        .quoted("The maximum number of capacity providers per cluster has been exceeded."),
        &Each(|providers: &Vec<String>, at, report| {
            report.quota(at, Quota::CapacityProvidersPerCluster, providers.len());
        }),
    )
    .except(&[(
        "DescribeCapacityProviders",
        "those of several clusters are described",
    )]),
    Row::each(
        Rule::new(
            "capacity-provider-kind",
            "a capacity provider has an Auto Scaling group or managed instances",
            Source::Api("CreateCapacityProvider"),
        )
        .answered_by(Rule::CLIENT),
        &Each(capacity_provider_kind),
    ),
    Row::each(
        Rule::new(
            "termination-protection-scaling",
            "termination protection needs managed scaling",
            Source::Api("AutoScalingGroupProvider"),
        )
        .warning(),
        &Each(termination_protection),
    ),
    Row::each(
        Rule::new(
            "instance-types-either",
            "instance types are allowed or excluded, not both",
            INSTANCE_REQUIREMENTS,
        )
        .answered_by(Rule::CLIENT),
        &Each(instance_types),
    ),
    Row::each(
        Rule::new(
            "instance-type-characters",
            "an instance type has 1 to 30 letters, digits, dots, stars and hyphens",
            INSTANCE_REQUIREMENTS,
        )
        .answered_by(Rule::CLIENT),
        &Each(instance_type_characters),
    ),
];

type Strategy = Vec<CapacityProviderStrategyItem>;

fn launch_type_or_strategy(subject: &Subject<'_>, report: &mut Report<'_>) {
    let member = "capacityProviderStrategy";
    if let Some(launch_type) = subject.get::<LaunchType>("launchType")
        && !subject
            .items::<CapacityProviderStrategyItem>(member)
            .is_empty()
    {
        let message = format!("it cannot be combined with launch type `{launch_type}`");
        report.fault(At::ROOT.member(member), message);
    }
}

fn platform_version(subject: &Subject<'_>, report: &mut Report<'_>) {
    let launch_type = subject.get("launchType");
    if let Some(launch_type @ (LaunchType::Ec2 | LaunchType::External)) = launch_type
        && subject.get::<String>("platformVersion").is_some()
    {
        let message = format!("launch type `{launch_type}` has no platform version");
        report.fault("/platformVersion", message);
    }
}

fn capacity_provider_kind(
    request: &CreateCapacityProviderRequest,
    at: &At<'_>,
    report: &mut Report<'_>,
) {
    let group = request.auto_scaling_group_provider.is_some();
    match (group, request.managed_instances_provider.is_some()) {
        (true, true) => report.fault(
            at.member("managedInstancesProvider"),
            "it cannot be combined with `autoScalingGroupProvider`",
        ),
        (false, false) => report.fault(
            at,
            "`autoScalingGroupProvider` or `managedInstancesProvider` is missing",
        ),
        _ => {}
    }
}

fn termination_protection(group: &AutoScalingGroupProvider, at: &At<'_>, report: &mut Report<'_>) {
    let scaling = group.managed_scaling.as_ref();
    let scales = scaling
        .is_some_and(|scaling| scaling.status.as_ref() != Some(&ManagedScalingStatus::Disabled));
    let protects =
        group.managed_termination_protection == Some(ManagedTerminationProtection::Enabled);
    if protects && !scales {
        let at = at.member("managedTerminationProtection");
        report.fault(at, "it does nothing without managed scaling");
    }
}

fn instance_types(
    requirements: &InstanceRequirementsRequest,
    at: &At<'_>,
    report: &mut Report<'_>,
) {
    let allowed = requirements.allowed_instance_types();
    let excluded = requirements.excluded_instance_types();
    if !allowed.is_empty() && !excluded.is_empty() {
        let at = at.member("excludedInstanceTypes");
        report.fault(at, "it cannot be combined with `allowedInstanceTypes`");
    }
}

fn instance_type_characters(
    requirements: &InstanceRequirementsRequest,
    at: &At<'_>,
    report: &mut Report<'_>,
) {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'*' | b'-');
    let (allowed, excluded) = (
        &requirements.allowed_instance_types,
        &requirements.excluded_instance_types,
    );
    for (member, types) in [
        ("allowedInstanceTypes", allowed),
        ("excludedInstanceTypes", excluded),
    ] {
        for (position, text) in types.iter().flatten().enumerate() {
            if !(1..=30).contains(&text.len()) || !text.bytes().all(fits) {
                let message =
                    format!("`{text}` is not 1 to 30 letters, digits, dots, stars and hyphens");
                report.fault(at.member(member).item(position), message);
            }
        }
    }
}
