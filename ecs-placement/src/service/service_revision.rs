//! Service revisions: what the tasks of a deployment are made of, as the API describes it.

use ecs_model::load_balancer::VpcLatticeConfiguration;
use ecs_model::service_revision::{
    ResolvedConfiguration, ServiceRevisionLoadBalancer, ServiceRevisionVpcLatticeConfiguration,
};
use ecs_model::{LoadBalancer, ServiceRevision};

use super::state::ServiceState;
use crate::deployment::DeploymentState;

impl ServiceState {
    /// The document of the revision of a deployment. It does not change.
    pub(super) fn describe_revision(&self, deployment: &DeploymentState) -> ServiceRevision {
        let revision = &deployment.revision;
        let mut document = ServiceRevision::default()
            .with_service_revision_arn(self.revision_arn(&deployment.id))
            .with_service_arn(&*self.arn)
            .with_cluster_arn(&*self.cluster)
            .with_task_definition(&*revision.task_definition)
            .with_created_at(deployment.created_at);
        (document.launch_type, document.capacity_provider_strategy) = revision.capacity();
        document
            .platform_version
            .clone_from(&revision.platform_version);
        document.network_configuration.clone_from(&revision.network);
        document
            .service_connect_configuration
            .clone_from(&revision.connect);
        document.load_balancers = some(&revision.load_balancers);
        document.service_registries = some(&revision.registries);
        document.container_images = some(&revision.images);
        document.volume_configurations = some(&revision.volumes);
        document.vpc_lattice_configurations = some(&revision.lattice);
        document.gateway_connectors = some(&revision.gateways);
        document.resolved_configuration = resolved(deployment);
        document
    }
}

/// A list, if it has anything in it.
fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// Which target groups lead to the tasks; nothing if no load balancer has two.
fn resolved(deployment: &DeploymentState) -> Option<ResolvedConfiguration> {
    let (revision, is_second) = (&deployment.revision, deployment.takes_alternate);
    let balancers = revision.load_balancers.iter();
    let balancers: Vec<_> = balancers.filter_map(|one| turn(one, is_second)).collect();
    let lattice = revision.lattice.iter();
    let lattice: Vec<_> = lattice
        .filter_map(|one| lattice_turn(one, is_second))
        .collect();
    let mut resolved = ResolvedConfiguration::default();
    resolved.load_balancers = some(&balancers);
    resolved.vpc_lattice_configurations = some(&lattice);
    (resolved != ResolvedConfiguration::default()).then_some(resolved)
}

fn turn(balancer: &LoadBalancer, is_second: bool) -> Option<ServiceRevisionLoadBalancer> {
    let advanced = balancer.advanced_configuration.as_ref()?;
    let second = advanced.alternate_target_group_arn().filter(|_| is_second);
    let group = second.or(balancer.target_group_arn())?;
    let mut resolved = ServiceRevisionLoadBalancer::default().with_target_group_arn(group);
    let rule = &advanced.production_listener_rule;
    resolved.production_listener_rule.clone_from(rule);
    Some(resolved)
}

fn lattice_turn(
    lattice: &VpcLatticeConfiguration,
    is_second: bool,
) -> Option<ServiceRevisionVpcLatticeConfiguration> {
    let advanced = lattice.advanced_configuration.as_ref()?;
    let second = advanced.alternate_target_group_arn().filter(|_| is_second);
    let group = second.or(lattice.target_group_arn())?;
    let mut resolved =
        ServiceRevisionVpcLatticeConfiguration::default().with_target_group_arn(group);
    let rule = &advanced.production_listener_rule;
    resolved.production_listener_rule.clone_from(rule);
    Some(resolved)
}
