use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row};
use crate::LaunchType;
use crate::deployment::DeploymentControllerType;
use crate::operation::CreateServiceRequest;
use crate::service::SchedulingStrategy;

const CREATE_SERVICE: Source = Source::Api("CreateService");

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "daemon-desired-count",
            "a daemon service has no desired count",
            CREATE_SERVICE,
        )
        .quoted(
            "The daemon scheduling strategy does not support a desired count for services. \
             Remove the desired count value and try again",
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            let is_given = request.desired_count.is_some();
            refuse(request, at.member("desiredCount"), is_given, report);
        }),
    ),
    Row::each(
        Rule::new(
            "daemon-placement-strategy",
            "a daemon service has no placement strategy",
            CREATE_SERVICE,
        )
        .quoted(
            "The daemon scheduling strategy does not support placement strategies. \
             Remove the placement strategy and try again",
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            let is_given = !request.placement_strategy().is_empty();
            refuse(request, at.member("placementStrategy"), is_given, report);
        }),
    ),
    Row::each(
        Rule::new(
            "daemon-capacity-providers",
            "a daemon service has no capacity provider strategy",
            CREATE_SERVICE,
        )
        .quoted(
            "Specifying a capacity provider strategy is not supported when you create a service \
             using the DAEMON scheduling strategy.",
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            let is_given = !request.capacity_provider_strategy().is_empty();
            refuse(
                request,
                at.member("capacityProviderStrategy"),
                is_given,
                report,
            );
        }),
    ),
    Row::each(
        Rule::new(
            "daemon-fargate",
            "a daemon service does not run on Fargate",
            CREATE_SERVICE,
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            let is_fargate = request.launch_type == Some(LaunchType::Fargate);
            refuse(request, at.member("launchType"), is_fargate, report);
        }),
    ),
    Row::each(
        Rule::new(
            "daemon-controller",
            "ECS deploys a daemon service",
            CREATE_SERVICE,
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            let is_other = *request.controller() != DeploymentControllerType::Ecs;
            let at = at.member("deploymentController");
            refuse(request, at.member("type"), is_other, report);
        }),
    ),
    Row::each(
        Rule::new(
            "daemon-maximum-percent",
            "the maximum of a daemon service is 100 percent",
            CREATE_SERVICE,
        )
        .quoted(
            "The daemon scheduling strategy does not support values above 100 for maximumPercent \
             on a deployment configuration. Change the maximumPercent value to 100, and try again",
        ),
        &Each(maximum_percent),
    ),
];

fn refuse(request: &CreateServiceRequest, at: At<'_>, breaks: bool, report: &mut Report<'_>) {
    if breaks && is_daemon(request) {
        report.fault(at, "scheduling strategy `DAEMON` does not take it");
    }
}

fn is_daemon(request: &CreateServiceRequest) -> bool {
    request.scheduling_strategy == Some(SchedulingStrategy::Daemon)
}

fn maximum_percent(request: &CreateServiceRequest, at: &At<'_>, report: &mut Report<'_>) {
    let maximum = request.deployment_configuration().maximum_percent;
    let Some(maximum) = maximum.filter(|maximum| *maximum != 100 && is_daemon(request)) else {
        return;
    };
    let at = at.member("deploymentConfiguration");
    let message = format!("scheduling strategy `DAEMON` takes only 100, not {maximum}");
    if maximum > 100 {
        report.fault(at.member("maximumPercent"), message);
    } else {
        report.fault_in_our_words(at.member("maximumPercent"), message);
    }
}
