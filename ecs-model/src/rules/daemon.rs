use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::LaunchType;
use crate::deployment::DeploymentControllerType;

const CREATE_SERVICE: Source = Source::Api("CreateService");

pub(super) const RULES: &[Row] = &[
    Row::new(Rule::new("daemon-desired-count", "a daemon service has no desired count", CREATE_SERVICE).quoted("The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again"), |subject, report| {
            refuse(
                subject,
                report,
                "/desiredCount",
                subject.desired_count.is_some(),
            )
        }),
    Row::new(Rule::new("daemon-placement-strategy", "a daemon service has no placement strategy", CREATE_SERVICE).quoted("The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again"), |subject, report| {
            let is_placed = !list(subject.placement_strategy).is_empty();
            refuse(subject, report, "/placementStrategy", is_placed);
        }),
    Row::new(Rule::new("daemon-capacity-providers", "a daemon service has no capacity provider strategy", CREATE_SERVICE).quoted("Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy."), |subject, report| {
            let has_strategy = !list(subject.capacity_provider_strategy).is_empty();
            refuse(subject, report, "/capacityProviderStrategy", has_strategy);
        }),
    Row::new(Rule::new("daemon-fargate", "a daemon service does not run on Fargate", CREATE_SERVICE), |subject, report| {
            let is_fargate = subject.launch_type == Some(&LaunchType::Fargate);
            refuse(subject, report, "/launchType", is_fargate);
        }),
    Row::new(Rule::new("daemon-controller", "ECS deploys a daemon service", CREATE_SERVICE), |subject, report| {
            let is_other = *subject.controller() != DeploymentControllerType::Ecs;
            refuse(subject, report, "/deploymentController/type", is_other);
        }),
    Row::new(Rule::new("daemon-maximum-percent", "the maximum of a daemon service is 100 percent", CREATE_SERVICE).quoted("The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again"), maximum_percent),
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
        let pointer = "/deploymentConfiguration/maximumPercent";
        let message = format!("scheduling strategy `DAEMON` takes only 100, not {maximum}");
        if maximum > 100 {
            report.fault(pointer, message);
        } else {
            report.fault_in_our_words(pointer, message);
        }
    }
}
