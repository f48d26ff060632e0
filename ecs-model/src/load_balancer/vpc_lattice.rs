//! Amazon VPC Lattice in front of a service.

use ecs_taskdef::shape;

shape! {
    /// A target group of VPC Lattice that leads to a service.
    ///
    /// Source: API shape `VpcLatticeConfiguration`.
    pub struct VpcLatticeConfiguration {
        /// The role with which ECS manages VPC Lattice.
        role_arn: String = "roleArn" => required(),
        /// The target group.
        target_group_arn: String = "targetGroupArn" => required(),
        /// The name of a port mapping of the task definition.
        port_name: String = "portName" => required(),
        /// What a blue/green deployment needs.
        advanced_configuration: VpcLatticeAdvancedConfiguration = "advancedConfiguration",
    }
}

shape! {
    /// What a blue/green deployment needs of VPC Lattice.
    ///
    /// Source: API shape `VpcLatticeAdvancedConfiguration`.
    pub struct VpcLatticeAdvancedConfiguration {
        /// The second target group.
        alternate_target_group_arn: String = "alternateTargetGroupArn",
        /// The listener or rule for production traffic.
        production_listener_rule: String = "productionListenerRule",
        /// The listener or rule for test traffic.
        test_listener_rule: String = "testListenerRule",
    }
}
