//! CreateService: the request.

use ecs_taskdef::{Tag, shape};

use crate::deployment::{DeploymentController, DeploymentControllerType};
use crate::gateway::GatewayConnector;
use crate::load_balancer::{ServiceRegistry, VpcLatticeConfiguration};
use crate::service::{AvailabilityZoneRebalancing, MonitoringConfiguration, PropagateTags};
use crate::service_connect::ServiceConnectConfiguration;
use crate::volume::ServiceVolumeConfiguration;
use crate::{
    CapacityProviderStrategyItem, DEFAULT_CLUSTER, DeploymentConfiguration, LaunchType,
    LoadBalancer, NetworkConfiguration, PlacementConstraint, PlacementStrategy, SchedulingStrategy,
    Service,
};

shape! {
    /// Asks ECS to keep tasks running.
    ///
    /// Source: API shape `CreateServiceRequest`.
    pub struct CreateServiceRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The name: up to 255 letters, digits, hyphens and underscores.
        service_name: String = "serviceName" => required(),
        /// The task definition: `family`, `family:revision` or ARN.
        task_definition: String = "taskDefinition",
        /// Whether ECS moves tasks to even out the Availability Zones.
        availability_zone_rebalancing: AvailabilityZoneRebalancing = "availabilityZoneRebalancing",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// How many tasks; needed for scheduling strategy `REPLICA`.
        desired_count: i32 = "desiredCount" => documented_at_least(0),
        /// Makes a repeated request have no further effect; at most 36 characters.
        client_token: String = "clientToken",
        /// The launch type; not with a capacity provider strategy.
        launch_type: LaunchType = "launchType",
        /// The capacity provider strategy; not with a launch type.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The platform version of Fargate; `LATEST` if absent.
        platform_version: String = "platformVersion",
        /// The role with which ECS reaches load balancers.
        role: String = "role",
        /// How it replaces its tasks.
        deployment_configuration: DeploymentConfiguration = "deploymentConfiguration",
        /// What container instances must meet; at most 10.
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        /// Where the tasks should go; at most 5.
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// How long health checks do not count after a start, in seconds.
        health_check_grace_period_seconds: i32 = "healthCheckGracePeriodSeconds" => documented_at_least(0),
        /// A number of tasks, or one on each container instance.
        scheduling_strategy: SchedulingStrategy = "schedulingStrategy",
        /// Who carries out deployments.
        deployment_controller: DeploymentController = "deploymentController",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Where the tags of tasks come from.
        propagate_tags: PropagateTags = "propagateTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
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
    /// The service that was created.
    ///
    /// Source: API shape `CreateServiceResponse`.
    pub struct CreateServiceResponse {
        /// The service.
        service: Service = "service",
    }
}

impl CreateServiceRequest {
    /// The cluster that is meant: `cluster`, or `default`.
    #[must_use]
    pub fn cluster_or_default(&self) -> &str {
        self.cluster().unwrap_or(DEFAULT_CLUSTER)
    }

    /// The scheduling strategy that is meant: `schedulingStrategy`, or `REPLICA`.
    #[must_use]
    pub fn strategy_or_default(&self) -> SchedulingStrategy {
        let given = self.scheduling_strategy.clone();
        given.unwrap_or(SchedulingStrategy::Replica)
    }
}

impl CreateServiceRequest {
    /// Who deploys the service; `ECS` unless the request says otherwise.
    pub(crate) fn controller(&self) -> &DeploymentControllerType {
        let given = self.deployment_controller().r#type();
        given.unwrap_or(&DeploymentControllerType::Ecs)
    }
}
