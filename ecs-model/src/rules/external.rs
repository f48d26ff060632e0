use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject};
use crate::load_balancer::ServiceRegistry;
use crate::{LaunchType, LoadBalancer, NetworkConfiguration};

const ECS_ANYWHERE: Source = Source::Guide("ecs-anywhere");

pub(super) const RULES: &[Row] = &[
    Row::request(
        Rule::new(
            "external-load-balancers",
            "a service on external instances has no load balancer",
            ECS_ANYWHERE,
        ),
        |subject, report| {
            let member = "loadBalancers";
            let is_given = !subject.items::<LoadBalancer>(member).is_empty();
            refuse(subject, &At::ROOT.member(member), is_given, report);
        },
    ),
    Row::request(
        Rule::new(
            "external-service-discovery",
            "a service on external instances has no service discovery",
            ECS_ANYWHERE,
        ),
        |subject, report| {
            let member = "serviceRegistries";
            let is_given = !subject.items::<ServiceRegistry>(member).is_empty();
            refuse(subject, &At::ROOT.member(member), is_given, report);
        },
    ),
    Row::request(
        Rule::new(
            "external-awsvpc",
            "tasks on external instances have no network interface of their own",
            ECS_ANYWHERE,
        ),
        |subject, report| {
            let network = subject.get::<NetworkConfiguration>("networkConfiguration");
            let is_given = network.is_some_and(|network| network.awsvpc_configuration.is_some());
            let at = At::ROOT.member("networkConfiguration");
            refuse(subject, &at.member("awsvpcConfiguration"), is_given, report);
        },
    ),
];

fn refuse(subject: &Subject<'_>, at: &At<'_>, is_given: bool, report: &mut Report<'_>) {
    if is_given && subject.has_launch_type(&LaunchType::External) {
        report.fault(at, "launch type `EXTERNAL` does not support it");
    }
}
