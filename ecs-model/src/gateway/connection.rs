//! What leads from a gateway to a service.

use ecs_taskdef::{open_enum, shape};

use crate::gateway::AccessType;

shape! {
    /// What leads from a gateway to a service.
    ///
    /// Source: API shape `GatewayConnection`.
    pub struct GatewayConnection {
        /// The ARN of the gateway.
        gateway_arn: String = "gatewayArn",
        /// The ARN of the route.
        gateway_route_arn: String = "gatewayRouteArn",
        /// The name of a port mapping of the task definition.
        port_name: String = "portName",
        /// The address of the service.
        service_url: String = "serviceUrl",
        /// From where it can be reached.
        access_type: AccessType = "accessType",
        /// Whether the route can be used.
        status: GatewayRouteStatus = "status",
        /// What the gateway created for it.
        resources: GatewayConnectionResources = "resources",
    }
}

shape! {
    /// What a gateway created for a service.
    ///
    /// Source: API shape `GatewayConnectionResources`.
    pub struct GatewayConnectionResources {
        /// The load balancer that services share.
        host_shared_alb: Vec<GatewayConnectionAlbResources> = "hostSharedAlb" => bounds(0, 1),
    }
}

shape! {
    /// The parts of a load balancer that lead to a service.
    ///
    /// Source: API shape `GatewayConnectionAlbResources`.
    pub struct GatewayConnectionAlbResources {
        /// The ARN of the certificate.
        acm_certificate_arn: String = "acmCertificateArn",
        /// The ARN of the load balancer.
        load_balancer_arn: String = "loadBalancerArn",
        /// The ARNs of its security groups.
        load_balancer_security_group_arns: Vec<String> = "loadBalancerSecurityGroupArns",
        /// The ARN of the listener.
        listener_arn: String = "listenerArn",
        /// The ARN of the rule for production traffic.
        listener_rule_arn: String = "listenerRuleArn",
        /// The ARN of the rule for test traffic.
        test_listener_rule_arn: String = "testListenerRuleArn",
        /// The ARN of the target group.
        target_group_arn: String = "targetGroupArn",
        /// The ARN of the target group of the other revision.
        alternate_target_group_arn: String = "alternateTargetGroupArn",
    }
}

open_enum! {
    /// Whether a route can be used.
    ///
    /// Source: API shape `GatewayRouteStatus`.
    pub enum GatewayRouteStatus {
        /// It can.
        Active = "ACTIVE",
        /// It is being created.
        CreateInProgress = "CREATE_IN_PROGRESS",
        /// It could not be created.
        CreateFailed = "CREATE_FAILED",
        /// It is being changed.
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        /// It could not be changed.
        UpdateFailed = "UPDATE_FAILED",
        /// It is being deleted.
        DeleteInProgress = "DELETE_IN_PROGRESS",
        /// It could not be deleted.
        DeleteFailed = "DELETE_FAILED",
    }
}
