//! The network of tasks in network mode `awsvpc`.

use ecs_taskdef::{open_enum, shape};

shape! {
    /// The network of tasks in network mode `awsvpc`.
    ///
    /// Source: API shape `NetworkConfiguration`.
    pub struct NetworkConfiguration {
        /// Subnets, security groups and the public address.
        awsvpc_configuration: AwsVpcConfiguration = "awsvpcConfiguration",
    }
}

shape! {
    /// Subnets, security groups and the public address of tasks.
    ///
    /// Source: API shape `AwsVpcConfiguration`.
    pub struct AwsVpcConfiguration {
        /// The subnets; at most 16.
        subnets: Vec<String> = "subnets" => required(),
        /// The security groups; at most 5. The VPC's default group if absent.
        security_groups: Vec<String> = "securityGroups",
        /// Whether the network interface has a public address.
        assign_public_ip: AssignPublicIp = "assignPublicIp",
    }
}

open_enum! {
    /// Whether a network interface has a public address.
    ///
    /// Source: API shape `AssignPublicIp`.
    pub enum AssignPublicIp {
        /// It has one.
        Enabled = "ENABLED",
        /// It has none.
        Disabled = "DISABLED",
    }
}
