use super::{Report, RequestRule, Subject, list};
use crate::LaunchType;
use crate::deployment::DeploymentControllerType;

pub(super) const RULES: &[RequestRule] = &[
    RequestRule::new(
        "daemon-desired-count",
        "a daemon service has no desired count",
        |subject, report| {
            refuse(
                subject,
                report,
                "/desiredCount",
                subject.desired_count.is_some(),
            )
        },
    ),
    RequestRule::new(
        "daemon-placement-strategy",
        "a daemon service has no placement strategy",
        |subject, report| {
            let is_placed = !list(subject.placement_strategy).is_empty();
            refuse(subject, report, "/placementStrategy", is_placed);
        },
    ),
    RequestRule::new(
        "daemon-capacity-providers",
        "a daemon service has no capacity provider strategy",
        |subject, report| {
            let has_strategy = !list(subject.capacity_provider_strategy).is_empty();
            refuse(subject, report, "/capacityProviderStrategy", has_strategy);
        },
    ),
    RequestRule::new(
        "daemon-fargate",
        "a daemon service does not run on Fargate",
        |subject, report| {
            let is_fargate = subject.launch_type == Some(&LaunchType::Fargate);
            refuse(subject, report, "/launchType", is_fargate);
        },
    ),
    RequestRule::new(
        "daemon-controller",
        "ECS deploys a daemon service",
        |subject, report| {
            let is_other = *subject.controller() != DeploymentControllerType::Ecs;
            refuse(subject, report, "/deploymentController/type", is_other);
        },
    ),
    RequestRule::new(
        "daemon-maximum-percent",
        "the maximum of a daemon service is 100 percent",
        maximum_percent,
    ),
];

fn refuse(subject: &Subject<'_>, report: &mut Report<'_>, pointer: &str, breaks: bool) {
    if breaks && subject.is_daemon() {
        report.fault(pointer, "scheduling strategy `DAEMON` does not take it");
    }
}

fn maximum_percent(subject: &Subject<'_>, report: &mut Report<'_>) {
    let maximum = subject
        .deployment_configuration
        .and_then(|deployment| deployment.maximum_percent);
    if let Some(maximum) = maximum.filter(|maximum| *maximum != 100)
        && subject.is_daemon()
    {
        report.fault(
            "/deploymentConfiguration/maximumPercent",
            format!("scheduling strategy `DAEMON` takes only 100, not {maximum}"),
        );
    }
}
