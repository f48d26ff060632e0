//! The document of a service revision.

use ecs_model::load_balancer::VpcLatticeConfiguration;
use ecs_model::service_revision::{
    ResolvedConfiguration, ServiceRevisionLoadBalancer, ServiceRevisionVpcLatticeConfiguration,
};
use ecs_model::{Deployment, LoadBalancer, Service, ServiceRevision, Timestamp};

/// The revision that a deployment of a service is of, by their documents.
///
/// The two target groups of a load balancer take turns: the revision has the one that the
/// revision before, if there is one, does not have.
///
/// Source: API shape `ServiceRevision`; Developer Guide, service revisions.
#[must_use]
pub fn service_revision(
    arn: &str,
    service: &Service,
    deployment: &Deployment,
    before: Option<&ServiceRevision>,
    now: Timestamp,
) -> ServiceRevision {
    let mut revision = ServiceRevision::default()
        .with_service_revision_arn(arn)
        .with_created_at(now);
    revision.service_arn.clone_from(&service.service_arn);
    revision.cluster_arn.clone_from(&service.cluster_arn);
    let definition = deployment.task_definition.as_ref();
    revision.task_definition = definition.or(service.task_definition.as_ref()).cloned();
    revision.load_balancers.clone_from(&service.load_balancers);
    let registries = &service.service_registries;
    revision.service_registries.clone_from(registries);
    revision.launch_type.clone_from(&deployment.launch_type);
    let strategy = &deployment.capacity_provider_strategy;
    revision.capacity_provider_strategy.clone_from(strategy);
    revision
        .platform_version
        .clone_from(&deployment.platform_version);
    revision
        .platform_family
        .clone_from(&deployment.platform_family);
    let network = &deployment.network_configuration;
    revision.network_configuration.clone_from(network);
    let connect = &deployment.service_connect_configuration;
    revision.service_connect_configuration.clone_from(connect);
    let volumes = &deployment.volume_configurations;
    revision.volume_configurations.clone_from(volumes);
    let lattice = &deployment.vpc_lattice_configurations;
    revision.vpc_lattice_configurations.clone_from(lattice);
    revision.resolved_configuration = resolved(service, deployment, before);
    revision
}

/// Which target groups lead to the revision; nothing if no load balancer takes turns.
fn resolved(
    service: &Service,
    deployment: &Deployment,
    before: Option<&ServiceRevision>,
) -> Option<ResolvedConfiguration> {
    let known = before.map(ServiceRevision::resolved_configuration);
    let groups = known
        .map(|known| known.load_balancers())
        .unwrap_or_default();
    let taken: Vec<&str> = groups
        .iter()
        .filter_map(|group| group.target_group_arn())
        .collect();
    let balancers = service.load_balancers().iter();
    let balancers: Vec<_> = balancers.filter_map(|one| turn(one, &taken)).collect();
    let groups = known
        .map(|known| known.vpc_lattice_configurations())
        .unwrap_or_default();
    let taken: Vec<&str> = groups
        .iter()
        .filter_map(|group| group.target_group_arn())
        .collect();
    let lattice = deployment.vpc_lattice_configurations().iter();
    let lattice: Vec<_> = lattice
        .filter_map(|one| lattice_turn(one, &taken))
        .collect();
    if balancers.is_empty() && lattice.is_empty() {
        return None;
    }
    let mut resolved = ResolvedConfiguration::default();
    if !balancers.is_empty() {
        resolved = resolved.with_load_balancers(balancers);
    }
    if !lattice.is_empty() {
        resolved = resolved.with_vpc_lattice_configurations(lattice);
    }
    Some(resolved)
}

fn turn(balancer: &LoadBalancer, taken: &[&str]) -> Option<ServiceRevisionLoadBalancer> {
    let advanced = balancer.advanced_configuration.as_ref()?;
    let alternate = advanced.alternate_target_group_arn();
    let group = other(balancer.target_group_arn()?, alternate, taken);
    let mut resolved = ServiceRevisionLoadBalancer::default().with_target_group_arn(group);
    let rule = &advanced.production_listener_rule;
    resolved.production_listener_rule.clone_from(rule);
    Some(resolved)
}

fn lattice_turn(
    lattice: &VpcLatticeConfiguration,
    taken: &[&str],
) -> Option<ServiceRevisionVpcLatticeConfiguration> {
    let advanced = lattice.advanced_configuration.as_ref()?;
    let alternate = advanced.alternate_target_group_arn();
    let group = other(lattice.target_group_arn()?, alternate, taken);
    let mut resolved =
        ServiceRevisionVpcLatticeConfiguration::default().with_target_group_arn(group);
    let rule = &advanced.production_listener_rule;
    resolved.production_listener_rule.clone_from(rule);
    Some(resolved)
}

/// The first of two target groups, unless the revision before has it.
fn other<'a>(first: &'a str, second: Option<&'a str>, taken: &[&str]) -> &'a str {
    match second {
        Some(second) if taken.contains(&first) => second,
        _ => first,
    }
}
