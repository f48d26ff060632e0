//! Gateways in front of services: connectors and connections.
//!
//! The operations on gateways are not here, only what a service or its revision names of them.
//!
//! Source: API shapes `GatewayConnector` and `GatewayConnection`.

mod connection;

use ecs_taskdef::{open_enum, shape};

pub use connection::{
    GatewayConnection, GatewayConnectionAlbResources, GatewayConnectionResources,
    GatewayRouteStatus,
};

shape! {
    /// How a gateway reaches a service.
    ///
    /// Source: API shape `GatewayConnector`.
    pub struct GatewayConnector {
        /// The name of a port mapping of the task definition.
        port_name: String = "portName" => required(),
        /// How the gateway checks tasks.
        health_check: GatewayConnectorHealthCheck = "healthCheck",
        /// Which gateways.
        filters: GatewayConnectorFilters = "filters",
        /// How long a task that leaves still gets traffic.
        deregistration_delay: GatewayConnectorDeregistrationDelay = "deregistrationDelay",
    }
}

shape! {
    /// How a gateway checks tasks.
    ///
    /// Source: API shape `GatewayConnectorHealthCheck`.
    pub struct GatewayConnectorHealthCheck {
        /// The protocol.
        health_check_protocol: GatewayConnectorHealthCheckProtocol = "healthCheckProtocol",
        /// The port.
        health_check_port: i32 = "healthCheckPort",
        /// The path.
        health_check_path: String = "healthCheckPath",
        /// How long an answer may take, in seconds.
        health_check_timeout_seconds: i32 = "healthCheckTimeoutSeconds",
        /// The time between checks, in seconds.
        health_check_interval_seconds: i32 = "healthCheckIntervalSeconds",
        /// The checks that must pass one after the other.
        healthy_threshold_count: i32 = "healthyThresholdCount",
        /// The checks that must fail one after the other.
        unhealthy_threshold_count: i32 = "unhealthyThresholdCount",
        /// Which answers pass.
        matcher: GatewayConnectorHealthCheckMatcher = "matcher",
    }
}

shape! {
    /// Which answers pass a health check.
    ///
    /// Source: API shape `GatewayConnectorHealthCheckMatcher`.
    pub struct GatewayConnectorHealthCheckMatcher {
        /// The HTTP codes, such as `200-299`.
        http_code: String = "httpCode",
        /// The gRPC codes.
        grpc_code: String = "grpcCode",
    }
}

shape! {
    /// Which gateways reach a service.
    ///
    /// Source: API shape `GatewayConnectorFilters`.
    pub struct GatewayConnectorFilters {
        /// Their kinds of access.
        access_types: Vec<AccessType> = "accessTypes" => bounds(0, 2),
    }
}

shape! {
    /// How long a task that leaves still gets traffic.
    ///
    /// Source: API shape `GatewayConnectorDeregistrationDelay`.
    pub struct GatewayConnectorDeregistrationDelay {
        /// The time in seconds.
        timeout_seconds: i32 = "timeoutSeconds" => bounds(0, 3600),
    }
}

open_enum! {
    /// The protocol of a gateway's health check.
    ///
    /// Source: API shape `GatewayConnectorHealthCheckProtocol`.
    pub enum GatewayConnectorHealthCheckProtocol {
        /// HTTP.
        Http = "HTTP",
        /// HTTPS.
        Https = "HTTPS",
    }
}

open_enum! {
    /// Who can reach a gateway.
    ///
    /// Source: API shape `AccessType`.
    pub enum AccessType {
        /// The internet.
        Public = "PUBLIC",
        /// The VPC.
        Private = "PRIVATE",
    }
}
