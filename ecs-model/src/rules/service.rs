use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::deployment::DeploymentControllerType;
use crate::quota::Quota;
use crate::service::AvailabilityZoneRebalancing;
use crate::task_set::Scale;
use crate::{PlacementStrategyType, SchedulingStrategy};

const AVAILABILITY_ZONE: &str = "attribute:ecs.availability-zone";

const CREATE_SERVICE: Source = Source::Api("CreateService");

pub(super) const RULES: &[Row] = &[
    Row::new(Rule::new("service-task-definition", "a service has a task definition, unless the user deploys it", CREATE_SERVICE), task_definition),
    Row::new(Rule::new("service-desired-count", "a service of scheduling strategy `REPLICA` has a desired count", CREATE_SERVICE), desired_count),
    Row::new(Rule::new("tasks-per-service-quota", "a service has as many tasks as its quota allows", Source::Guide("service-quotas")), |subject, report| {
            let count = subject.desired_count.copied().unwrap_or_default();
            let count = usize::try_from(count).unwrap_or_default();
            report.quota("/desiredCount", Quota::TasksPerService, count);
        }),
    Row::new(Rule::new("service-registry-count", "a service is entered in one registry at most", CREATE_SERVICE), |subject, report| {
            let count = list(subject.service_registries).len();
            if count > 1 {
                let message = format!("{count} elements, at most 1");
                report.fault("/serviceRegistries", message);
            }
        }),
    Row::new(Rule::new("service-registry-port", "a registry has a port, or a container and its port, not both", Source::Api("ServiceRegistry")).quoted("Specify a value for either 'port' or the 'containerName' and 'containerPort' combination, but not both"), registry_port),
    Row::new(Rule::new("availability-zone-rebalancing", "Availability Zones are evened out for replicas that can move between them", Source::Guide("service-rebalancing")), rebalancing),
    Row::new(Rule::new("task-set-scale", "the scale of a task set is 0 to 100 percent", Source::Api("Scale")), scale),
];

fn task_definition(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_own = *subject.controller() == DeploymentControllerType::External;
    if subject.creates_service() && subject.task_definition.is_none() && !is_own {
        let controller = subject.controller();
        let message = format!("deployment controller `{controller}` needs a task definition");
        report.fault("/taskDefinition", message);
    }
}

fn desired_count(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.creates_service() && !subject.is_daemon() && subject.desired_count.is_none() {
        let strategy = SchedulingStrategy::Replica;
        let message = format!("scheduling strategy `{strategy}` needs a desired count");
        report.fault("/desiredCount", message);
    }
}

fn registry_port(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, registry) in list(subject.service_registries).iter().enumerate() {
        let container = registry.container_name.is_some() || registry.container_port.is_some();
        if container && registry.port.is_some() {
            let pointer = format!("/serviceRegistries/{position}/port");
            let message = "it does not stand beside `containerName` and `containerPort`";
            report.fault(&pointer, message);
        }
    }
}

fn rebalancing(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.availability_zone_rebalancing == Some(&AvailabilityZoneRebalancing::Enabled)
        && let Some(against) = against_rebalancing(subject)
    {
        let message = format!("{against} not support it");
        report.fault("/availabilityZoneRebalancing", message);
    }
}

/// What keeps tasks from moving between Availability Zones.
fn against_rebalancing(subject: &Subject<'_>) -> Option<&'static str> {
    let has_classic = list(subject.load_balancers)
        .iter()
        .any(|one| one.load_balancer_name.is_some());
    let maximum = subject
        .deployment_configuration
        .and_then(|deployment| deployment.maximum_percent);
    let spreads_otherwise = list(subject.placement_strategy)
        .first()
        .is_some_and(|first| {
            first.r#type != Some(PlacementStrategyType::Spread)
                || first.field.as_deref() != Some(AVAILABILITY_ZONE)
        });
    let stays_in_zones = list(subject.placement_constraints)
        .iter()
        .filter_map(|constraint| constraint.expression.as_deref())
        .any(|expression| expression.contains(AVAILABILITY_ZONE));
    if subject.is_daemon() {
        Some("scheduling strategy `DAEMON` does")
    } else if subject.is_external() {
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

fn scale(subject: &Subject<'_>, report: &mut Report<'_>) {
    if let Some(Scale {
        value: Some(value), ..
    }) = subject.scale
        && !(0.0..=100.0).contains(value)
    {
        report.fault("/scale/value", format!("`{value}` is not 0 to 100"));
    }
}
