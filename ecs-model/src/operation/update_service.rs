//! UpdateService: the request.

use ecs_taskdef::shape;

use crate::deployment::DeploymentController;
use crate::gateway::GatewayConnector;
use crate::load_balancer::{ServiceRegistry, VpcLatticeConfiguration};
use crate::service::{AvailabilityZoneRebalancing, MonitoringConfiguration, PropagateTags};
use crate::service_connect::ServiceConnectConfiguration;
use crate::volume::ServiceVolumeConfiguration;
use crate::{
    CapacityProviderStrategyItem, DeploymentConfiguration, LoadBalancer, NetworkConfiguration,
    PlacementConstraint, PlacementStrategy, Service,
};

shape! {
    /// Asks ECS to change a service. What is absent stays as it is; an empty list takes away.
    ///
    /// ```
    /// use ecs_model::operation::UpdateServiceRequest;
    /// use ecs_model::{Quotas, Request};
    ///
    /// let scale_to_zero: UpdateServiceRequest =
    ///     serde_json::from_str(r#"{"service":"web","desiredCount":0}"#)?;
    /// assert!(scale_to_zero.validate(&Quotas::current()).is_empty());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `UpdateServiceRequest`.
    pub struct UpdateServiceRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// How many tasks.
        desired_count: i32 = "desiredCount" => documented_at_least(0),
        /// The task definition: `family`, `family:revision` or ARN.
        task_definition: String = "taskDefinition",
        /// The capacity provider strategy.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// How it replaces its tasks.
        deployment_configuration: DeploymentConfiguration = "deploymentConfiguration",
        /// Whether ECS moves tasks to even out the Availability Zones.
        availability_zone_rebalancing: AvailabilityZoneRebalancing = "availabilityZoneRebalancing",
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// What container instances must meet; at most 10.
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        /// Where the tasks should go; at most 5.
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        /// The platform version of Fargate.
        platform_version: String = "platformVersion",
        /// Whether its tasks are replaced although nothing else changes.
        force_new_deployment: bool = "forceNewDeployment",
        /// How long health checks do not count after a start, in seconds.
        health_check_grace_period_seconds: i32 = "healthCheckGracePeriodSeconds" => documented_at_least(0),
        /// Who carries out deployments.
        deployment_controller: DeploymentController = "deploymentController",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// Where the tags of tasks come from.
        propagate_tags: PropagateTags = "propagateTags",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// How it uses Service Connect.
        service_connect_configuration: ServiceConnectConfiguration = "serviceConnectConfiguration",
        /// The volumes of its tasks.
        volume_configurations: Vec<ServiceVolumeConfiguration> = "volumeConfigurations",
        /// The target groups of VPC Lattice.
        vpc_lattice_configurations: Vec<VpcLatticeConfiguration> = "vpcLatticeConfigurations",
        /// The gateways in front of it.
        gateway_connectors: Vec<GatewayConnector> = "gatewayConnectors" => bounds(0, 1),
        /// Which metrics it publishes.
        monitoring: MonitoringConfiguration = "monitoring",
    }
}

shape! {
    /// The service that was changed.
    ///
    /// Source: API shape `UpdateServiceResponse`.
    pub struct UpdateServiceResponse {
        /// The service.
        service: Service = "service",
    }
}
