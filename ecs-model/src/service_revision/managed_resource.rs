//! Load balancers, alarms and the rest that ECS creates for a service.

use ecs_taskdef::{Double, open_enum, shape};

use crate::Timestamp;
use crate::gateway::{AccessType, GatewayConnection};

shape! {
    /// What ECS created for a service.
    ///
    /// Source: API shape `ECSManagedResources`.
    pub struct ECSManagedResources {
        /// The ways in.
        ingress_paths: Vec<ManagedIngressPath> = "ingressPaths",
        /// How it scales.
        auto_scaling: ManagedAutoScaling = "autoScaling",
        /// The alarms.
        metric_alarms: Vec<ManagedMetricAlarm> = "metricAlarms",
        /// The security groups of its tasks.
        service_security_groups: Vec<ManagedSecurityGroup> = "serviceSecurityGroups",
        /// The log groups.
        log_groups: Vec<ManagedLogGroup> = "logGroups",
        /// The gateways that lead to it; at most 5.
        gateway_connections: Vec<GatewayConnection> = "gatewayConnections" => bounds(0, 5),
    }
}

shape! {
    /// A way into a service.
    ///
    /// Source: API shape `ManagedIngressPath`.
    pub struct ManagedIngressPath {
        /// From where it can be reached.
        access_type: AccessType = "accessType" => required(),
        /// The address.
        endpoint: String = "endpoint" => required(),
        /// The load balancer.
        load_balancer: ManagedLoadBalancer = "loadBalancer",
        /// The security groups of the load balancer.
        load_balancer_security_groups: Vec<ManagedSecurityGroup> = "loadBalancerSecurityGroups",
        /// The certificate.
        certificate: ManagedCertificate = "certificate",
        /// The listener.
        listener: ManagedListener = "listener",
        /// The rule of the listener.
        rule: ManagedListenerRule = "rule",
        /// The target groups.
        target_groups: Vec<ManagedTargetGroup> = "targetGroups",
    }
}

shape! {
    /// A load balancer.
    ///
    /// Source: API shape `ManagedLoadBalancer`.
    pub struct ManagedLoadBalancer {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
        /// Whether it can be reached from the internet.
        scheme: String = "scheme" => required(),
        /// The subnets.
        subnet_ids: Vec<String> = "subnetIds",
        /// The security groups.
        security_group_ids: Vec<String> = "securityGroupIds",
    }
}

shape! {
    /// A security group.
    ///
    /// Source: API shape `ManagedSecurityGroup`.
    pub struct ManagedSecurityGroup {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
    }
}

shape! {
    /// A certificate.
    ///
    /// Source: API shape `ManagedCertificate`.
    pub struct ManagedCertificate {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
        /// The name it is for.
        domain_name: String = "domainName" => required(),
    }
}

shape! {
    /// A listener of a load balancer.
    ///
    /// Source: API shape `ManagedListener`.
    pub struct ManagedListener {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
    }
}

shape! {
    /// A rule of a listener.
    ///
    /// Source: API shape `ManagedListenerRule`.
    pub struct ManagedListenerRule {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
    }
}

shape! {
    /// A target group.
    ///
    /// Source: API shape `ManagedTargetGroup`.
    pub struct ManagedTargetGroup {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
        /// The path of health checks.
        health_check_path: String = "healthCheckPath" => required(),
        /// The port of health checks.
        health_check_port: i32 = "healthCheckPort" => required(),
        /// The port.
        port: i32 = "port" => required(),
    }
}

shape! {
    /// How a service scales.
    ///
    /// Source: API shape `ManagedAutoScaling`.
    pub struct ManagedAutoScaling {
        /// The range of its tasks.
        scalable_target: ManagedScalableTarget = "scalableTarget",
        /// The policies.
        application_auto_scaling_policies: Vec<ManagedApplicationAutoScalingPolicy> = "applicationAutoScalingPolicies",
    }
}

shape! {
    /// The range of the tasks of a service.
    ///
    /// Source: API shape `ManagedScalableTarget`.
    pub struct ManagedScalableTarget {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
        /// The least.
        min_capacity: i32 = "minCapacity" => required(),
        /// The most.
        max_capacity: i32 = "maxCapacity" => required(),
    }
}

shape! {
    /// A scaling policy.
    ///
    /// Source: API shape `ManagedApplicationAutoScalingPolicy`.
    pub struct ManagedApplicationAutoScalingPolicy {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
        /// The kind of policy.
        policy_type: String = "policyType" => required(),
        /// What the metric shall be.
        target_value: Double = "targetValue" => required(),
        /// The metric.
        metric: String = "metric" => required(),
    }
}

shape! {
    /// An alarm.
    ///
    /// Source: API shape `ManagedMetricAlarm`.
    pub struct ManagedMetricAlarm {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
    }
}

shape! {
    /// A log group.
    ///
    /// Source: API shape `ManagedLogGroup`.
    pub struct ManagedLogGroup {
        /// The ARN.
        arn: String = "arn",
        /// The status.
        status: ManagedResourceStatus = "status" => required(),
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt" => required(),
        /// The name.
        log_group_name: String = "logGroupName" => required(),
    }
}

open_enum! {
    /// Whether something that ECS created can be used.
    ///
    /// Source: API shape `ManagedResourceStatus`.
    pub enum ManagedResourceStatus {
        /// Not yet.
        Provisioning = "PROVISIONING",
        /// It can.
        Active = "ACTIVE",
        /// It is being deleted.
        Deprovisioning = "DEPROVISIONING",
        /// It is gone.
        Deleted = "DELETED",
        /// It could not be created or deleted.
        Failed = "FAILED",
    }
}
