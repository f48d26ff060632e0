//! What leads traffic to the tasks of a service: load balancers, service registries and VPC Lattice.
//!
//! Source: API shapes `LoadBalancer`, `ServiceRegistry` and `VpcLatticeConfiguration`.

mod vpc_lattice;

use ecs_taskdef::shape;

pub use vpc_lattice::{VpcLatticeAdvancedConfiguration, VpcLatticeConfiguration};

shape! {
    /// A target group or a Classic Load Balancer that leads to a container.
    ///
    /// Source: API shape `LoadBalancer`.
    pub struct LoadBalancer {
        /// The target group of an Application or Network Load Balancer.
        target_group_arn: String = "targetGroupArn",
        /// The name of a Classic Load Balancer.
        load_balancer_name: String = "loadBalancerName",
        /// The container that is led to.
        container_name: String = "containerName",
        /// The port of the container; the task definition must map it.
        container_port: i32 = "containerPort",
        /// What a blue/green deployment needs.
        advanced_configuration: AdvancedConfiguration = "advancedConfiguration",
    }
}

shape! {
    /// What a blue/green deployment needs of a load balancer.
    ///
    /// Source: API shape `AdvancedConfiguration`.
    pub struct AdvancedConfiguration {
        /// The second target group.
        alternate_target_group_arn: String = "alternateTargetGroupArn",
        /// The listener or rule for production traffic.
        production_listener_rule: String = "productionListenerRule",
        /// The listener or rule for test traffic.
        test_listener_rule: String = "testListenerRule",
        /// The role with which ECS changes the load balancer.
        role_arn: String = "roleArn",
    }
}

shape! {
    /// A service of AWS Cloud Map that the tasks are entered in.
    ///
    /// Source: API shape `ServiceRegistry`.
    pub struct ServiceRegistry {
        /// The ARN of the registry.
        registry_arn: String = "registryArn",
        /// The port for an SRV record.
        port: i32 = "port",
        /// The container for an SRV record.
        container_name: String = "containerName",
        /// The port of the container for an SRV record.
        container_port: i32 = "containerPort",
    }
}
