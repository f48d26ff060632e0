use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row, Subject};
use crate::deployment::DeploymentControllerType;
use crate::load_balancer::ServiceRegistry;
use crate::operation::CreateServiceRequest;
use crate::quota::Quota;
use crate::service::{AvailabilityZoneRebalancing, SchedulingStrategy};
use crate::task_set::Scale;
use crate::{
    DeploymentConfiguration, LaunchType, LoadBalancer, PlacementConstraint, PlacementStrategy,
    PlacementStrategyType,
};

const AVAILABILITY_ZONE: &str = "attribute:ecs.availability-zone";
const CREATE_SERVICE: Source = Source::Api("CreateService");

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "service-task-definition",
            "a service has a task definition, unless the user deploys it",
            CREATE_SERVICE,
        ),
        &Each(task_definition),
    ),
    Row::each(
        Rule::new(
            "service-desired-count",
            "a service of scheduling strategy `REPLICA` has a desired count",
            CREATE_SERVICE,
        ),
        &Each(desired_count),
    ),
    Row::member(
        "desiredCount",
        Rule::new(
            "tasks-per-service-quota",
            "a service has as many tasks as its quota allows",
            Source::Guide("service-quotas"),
        ),
        &Each(|count: &i32, at, report| {
            let count = usize::try_from(*count).unwrap_or_default();
            report.quota(at, Quota::TasksPerService, count);
        }),
    ),
    Row::each(
        Rule::new(
            "service-registry-count",
            "a service is entered in one registry at most",
            CREATE_SERVICE,
        ),
        &Each(|items: &Vec<ServiceRegistry>, at, report| report.at_most(at, items.len(), 1)),
    ),
    Row::each(
        Rule::new(
            "service-registry-port",
            "a registry has a port, or a container and its port, not both",
            Source::Api("ServiceRegistry"),
        )
        .quoted(
            "Specify a value for either 'port' or the 'containerName' and 'containerPort' \
             combination, but not both",
        ),
        &Each(registry_port),
    ),
    Row::request(
        Rule::new(
            "availability-zone-rebalancing",
            "Availability Zones are evened out for replicas that can move between them",
            Source::Guide("service-rebalancing"),
        ),
        rebalancing,
    ),
    Row::each(
        Rule::new(
            "task-set-scale",
            "the scale of a task set is 0 to 100 percent",
            Source::Api("Scale"),
        ),
        &Each(scale),
    ),
];

fn task_definition(request: &CreateServiceRequest, at: &At<'_>, report: &mut Report<'_>) {
    let controller = request.controller();
    let is_own = *controller == DeploymentControllerType::External;
    if request.task_definition.is_none() && !is_own {
        let message = format!("deployment controller `{controller}` needs a task definition");
        report.fault(at.member("taskDefinition"), message);
    }
}

fn desired_count(request: &CreateServiceRequest, at: &At<'_>, report: &mut Report<'_>) {
    let is_daemon = request.scheduling_strategy == Some(SchedulingStrategy::Daemon);
    if !is_daemon && request.desired_count.is_none() {
        let strategy = SchedulingStrategy::Replica;
        let message = format!("scheduling strategy `{strategy}` needs a desired count");
        report.fault(at.member("desiredCount"), message);
    }
}

fn registry_port(registry: &ServiceRegistry, at: &At<'_>, report: &mut Report<'_>) {
    let container = registry.container_name.is_some() || registry.container_port.is_some();
    if container && registry.port.is_some() {
        let message = "it cannot be combined with `containerName` and `containerPort`";
        report.fault(at.member("port"), message);
    }
}

fn rebalancing(subject: &Subject<'_>, report: &mut Report<'_>) {
    let member = "availabilityZoneRebalancing";
    if subject.get(member) == Some(&AvailabilityZoneRebalancing::Enabled)
        && let Some(against) = against_rebalancing(subject)
    {
        let message = format!("{against} not support it");
        report.fault(At::ROOT.member(member), message);
    }
}

/// What keeps tasks from moving between Availability Zones.
fn against_rebalancing(subject: &Subject<'_>) -> Option<&'static str> {
    let has_classic = subject
        .items::<LoadBalancer>("loadBalancers")
        .iter()
        .any(|one| one.load_balancer_name.is_some());
    let deployment = subject.get::<DeploymentConfiguration>("deploymentConfiguration");
    let maximum = deployment.and_then(|deployment| deployment.maximum_percent);
    let strategies = subject.items::<PlacementStrategy>("placementStrategy");
    let spreads_otherwise = strategies.first().is_some_and(|first| {
        first.r#type != Some(PlacementStrategyType::Spread)
            || first.field() != Some(AVAILABILITY_ZONE)
    });
    let stays_in_zones = subject
        .items::<PlacementConstraint>("placementConstraints")
        .iter()
        .filter_map(|constraint| constraint.expression())
        .any(|expression| expression.contains(AVAILABILITY_ZONE));
    if subject.get("schedulingStrategy") == Some(&SchedulingStrategy::Daemon) {
        Some("scheduling strategy `DAEMON` does")
    } else if subject.has_launch_type(&LaunchType::External) {
        Some("launch type `EXTERNAL` does")
    } else if has_classic {
        Some("Classic Load Balancers do")
    } else if maximum.is_some_and(|maximum| maximum <= 100) {
        Some("a maximum of 100 percent does")
    } else if spreads_otherwise {
        Some("a first placement strategy that does not spread over Availability Zones does")
    } else if stays_in_zones {
        Some("a placement constraint on the Availability Zone does")
    } else {
        None
    }
}

fn scale(scale: &Scale, at: &At<'_>, report: &mut Report<'_>) {
    let value = scale.value().filter(|value| !(0.0..=100.0).contains(value));
    if let Some(value) = value {
        report.fault(at.member("value"), format!("`{value}` is not 0 to 100"));
    }
}
