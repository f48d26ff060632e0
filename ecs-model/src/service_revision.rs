//! Service revisions: what a service was at one deployment, with the resources that ECS created
//! for it.
//!
//! Source: API shapes `ServiceRevision` and `ECSManagedResources`.

mod managed_resource;

use ecs_taskdef::shape;

use crate::deployment::DeploymentEphemeralStorage;
use crate::gateway::GatewayConnector;
use crate::load_balancer::{ServiceRegistry, VpcLatticeConfiguration};
use crate::service::MonitoringConfiguration;
use crate::service_connect::ServiceConnectConfiguration;
use crate::volume::ServiceVolumeConfiguration;
use crate::{
    CapacityProviderStrategyItem, LaunchType, LoadBalancer, NetworkConfiguration, Timestamp,
};

pub use managed_resource::{
    ECSManagedResources, ManagedApplicationAutoScalingPolicy, ManagedAutoScaling,
    ManagedCertificate, ManagedIngressPath, ManagedListener, ManagedListenerRule,
    ManagedLoadBalancer, ManagedLogGroup, ManagedMetricAlarm, ManagedResourceStatus,
    ManagedScalableTarget, ManagedSecurityGroup, ManagedTargetGroup,
};

shape! {
    /// What a service was, or is, between two deployments. It does not change.
    ///
    /// ```
    /// use ecs_model::ServiceRevision;
    ///
    /// let revision: ServiceRevision = serde_json::from_str(
    ///     r#"{"taskDefinition":"arn","containerImages":[{"containerName":"web","image":"nginx"}]}"#,
    /// )?;
    /// assert_eq!(revision.container_images()[0].image(), Some("nginx"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `ServiceRevision`.
    pub struct ServiceRevision {
        /// The ARN of the service revision.
        service_revision_arn: String = "serviceRevisionArn",
        /// The ARN of the service.
        service_arn: String = "serviceArn",
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn",
        /// The ARN of the task definition.
        task_definition: String = "taskDefinition",
        /// The capacity provider strategy.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The launch type.
        launch_type: LaunchType = "launchType",
        /// The platform version of Fargate.
        platform_version: String = "platformVersion",
        /// The operating system of Fargate.
        platform_family: String = "platformFamily",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// The network of its tasks.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// The images, with the digests they had.
        container_images: Vec<ContainerImage> = "containerImages",
        /// Whether GuardDuty watched the tasks.
        guard_duty_enabled: bool = "guardDutyEnabled",
        /// How it used Service Connect.
        service_connect_configuration: ServiceConnectConfiguration = "serviceConnectConfiguration",
        /// The volumes of its tasks.
        volume_configurations: Vec<ServiceVolumeConfiguration> = "volumeConfigurations",
        /// How the ephemeral storage on Fargate was encrypted.
        fargate_ephemeral_storage: DeploymentEphemeralStorage = "fargateEphemeralStorage",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// The target groups of VPC Lattice.
        vpc_lattice_configurations: Vec<VpcLatticeConfiguration> = "vpcLatticeConfigurations",
        /// What ECS made of its configuration.
        resolved_configuration: ResolvedConfiguration = "resolvedConfiguration",
        /// What ECS created for it.
        ecs_managed_resources: ECSManagedResources = "ecsManagedResources",
        /// What differs from the task definition.
        overrides: ServiceRevisionOverrides = "overrides",
        /// The gateways in front of it.
        gateway_connectors: Vec<GatewayConnector> = "gatewayConnectors" => bounds(0, 1),
        /// Which metrics it published.
        monitoring: MonitoringConfiguration = "monitoring",
    }
}

shape! {
    /// The image of a container, with the digest it had.
    ///
    /// Source: API shape `ContainerImage`.
    pub struct ContainerImage {
        /// The name of the container.
        container_name: String = "containerName",
        /// The digest of the image.
        image_digest: String = "imageDigest",
        /// The image, as the task definition names it.
        image: String = "image",
    }
}

shape! {
    /// What ECS made of the configuration of a service.
    ///
    /// Source: API shape `ResolvedConfiguration`.
    pub struct ResolvedConfiguration {
        /// The target groups and their listener rules.
        load_balancers: Vec<ServiceRevisionLoadBalancer> = "loadBalancers",
        /// The target groups of VPC Lattice and their listener rules.
        vpc_lattice_configurations: Vec<ServiceRevisionVpcLatticeConfiguration> = "vpcLatticeConfigurations",
    }
}

shape! {
    /// A target group of a revision.
    ///
    /// Source: API shape `ServiceRevisionLoadBalancer`.
    pub struct ServiceRevisionLoadBalancer {
        /// The ARN of the target group.
        target_group_arn: String = "targetGroupArn",
        /// The ARN of the rule that sends production traffic there.
        production_listener_rule: String = "productionListenerRule",
    }
}

shape! {
    /// A target group of VPC Lattice of a revision.
    ///
    /// Source: API shape `ServiceRevisionVpcLatticeConfiguration`.
    pub struct ServiceRevisionVpcLatticeConfiguration {
        /// The ARN of the target group.
        target_group_arn: String = "targetGroupArn",
        /// The ARN of the rule that sends production traffic there.
        production_listener_rule: String = "productionListenerRule",
    }
}

shape! {
    /// What differs from the task definition.
    ///
    /// Source: API shape `ServiceRevisionOverrides`.
    pub struct ServiceRevisionOverrides {
        /// The platform.
        runtime_platform: RuntimePlatformOverride = "runtimePlatform",
    }
}

shape! {
    /// The platform, where it differs from the task definition.
    ///
    /// Source: API shape `RuntimePlatformOverride`.
    pub struct RuntimePlatformOverride {
        /// The processor.
        cpu_architecture: String = "cpuArchitecture",
    }
}
