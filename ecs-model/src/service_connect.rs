//! Service Connect: services of a namespace that reach each other by name.
//!
//! Source: API shape `ServiceConnectConfiguration`.

use ecs_taskdef::{open_enum, shape};

pub use ecs_taskdef::LogConfiguration;

shape! {
    /// How a service uses Service Connect.
    ///
    /// Source: API shape `ServiceConnectConfiguration`.
    pub struct ServiceConnectConfiguration {
        /// Whether it does.
        enabled: bool = "enabled" => required(),
        /// The Cloud Map namespace, by name or ARN.
        namespace: String = "namespace",
        /// What other services can reach.
        services: Vec<ServiceConnectService> = "services",
        /// Where the proxy logs to.
        log_configuration: LogConfiguration = "logConfiguration",
        /// How requests are logged.
        access_log_configuration: ServiceConnectAccessLogConfiguration = "accessLogConfiguration",
        /// How the proxy is configured.
        container_configurations: Vec<ServiceConnectContainerConfiguration> = "containerConfigurations" => bounds(0, 10),
    }
}

shape! {
    /// A port that other services can reach.
    ///
    /// Source: API shape `ServiceConnectService`.
    pub struct ServiceConnectService {
        /// The name of a port mapping of the task definition.
        port_name: String = "portName" => required(),
        /// The name in Cloud Map; the port name if absent.
        discovery_name: String = "discoveryName",
        /// The names and ports that clients use.
        client_aliases: Vec<ServiceConnectClientAlias> = "clientAliases",
        /// The port that the proxy listens on.
        ingress_port_override: i32 = "ingressPortOverride" => bounds(0, 65535),
        /// How long connections and requests may take.
        timeout: TimeoutConfiguration = "timeout",
        /// How traffic is encrypted.
        tls: ServiceConnectTlsConfiguration = "tls",
    }
}

shape! {
    /// A name and a port that clients use.
    ///
    /// Source: API shape `ServiceConnectClientAlias`.
    pub struct ServiceConnectClientAlias {
        /// The port.
        port: i32 = "port" => required().bounds(0, 65535),
        /// The name.
        dns_name: String = "dnsName",
        /// Which requests are test traffic.
        test_traffic_rules: ServiceConnectTestTrafficRules = "testTrafficRules",
    }
}

shape! {
    /// Which requests are test traffic.
    ///
    /// Source: API shape `ServiceConnectTestTrafficRules`.
    pub struct ServiceConnectTestTrafficRules {
        /// A header that marks them.
        header: ServiceConnectTestTrafficHeaderRules = "header" => required(),
    }
}

shape! {
    /// The header that marks test traffic.
    ///
    /// Source: API shape `ServiceConnectTestTrafficHeaderRules`.
    pub struct ServiceConnectTestTrafficHeaderRules {
        /// The name of the header.
        name: String = "name" => required(),
        /// What its value must be.
        value: ServiceConnectTestTrafficHeaderMatchRules = "value",
    }
}

shape! {
    /// What the value of a header must be.
    ///
    /// Source: API shape `ServiceConnectTestTrafficHeaderMatchRules`.
    pub struct ServiceConnectTestTrafficHeaderMatchRules {
        /// This text.
        exact: String = "exact" => required(),
    }
}

shape! {
    /// How long connections and requests may take.
    ///
    /// Source: API shape `TimeoutConfiguration`.
    pub struct TimeoutConfiguration {
        /// How long a connection may be idle, in seconds; 0 turns it off.
        idle_timeout_seconds: i32 = "idleTimeoutSeconds" => bounds(0, 2_147_483_647),
        /// How long a request may take, in seconds; 0 turns it off.
        per_request_timeout_seconds: i32 = "perRequestTimeoutSeconds" => bounds(0, 2_147_483_647),
    }
}

shape! {
    /// How the traffic between services is encrypted.
    ///
    /// Source: API shape `ServiceConnectTlsConfiguration`.
    pub struct ServiceConnectTlsConfiguration {
        /// Who signs the certificates.
        issuer_certificate_authority: ServiceConnectTlsCertificateAuthority = "issuerCertificateAuthority" => required(),
        /// The key that protects the private keys.
        kms_key: String = "kmsKey",
        /// The role with which certificates are issued.
        role_arn: String = "roleArn",
    }
}

shape! {
    /// Who signs the certificates.
    ///
    /// Source: API shape `ServiceConnectTlsCertificateAuthority`.
    pub struct ServiceConnectTlsCertificateAuthority {
        /// The ARN of the authority in AWS Private CA.
        aws_pca_authority_arn: String = "awsPcaAuthorityArn",
    }
}

shape! {
    /// How requests are logged.
    ///
    /// Source: API shape `ServiceConnectAccessLogConfiguration`.
    pub struct ServiceConnectAccessLogConfiguration {
        /// The format of the log.
        format: ServiceConnectAccessLoggingFormat = "format" => required(),
        /// Whether query parameters are logged.
        include_query_parameters: ServiceConnectIncludeQueryParameters = "includeQueryParameters",
    }
}

shape! {
    /// How the proxy is configured.
    ///
    /// Source: API shape `ServiceConnectContainerConfiguration`.
    pub struct ServiceConnectContainerConfiguration {
        /// How much the proxy logs.
        log_level: ServiceConnectContainerLogLevel = "logLevel",
    }
}

shape! {
    /// A Cloud Map service that Service Connect has created.
    ///
    /// Source: API shape `ServiceConnectServiceResource`.
    pub struct ServiceConnectServiceResource {
        /// Its name.
        discovery_name: String = "discoveryName",
        /// Its ARN.
        discovery_arn: String = "discoveryArn",
    }
}

open_enum! {
    /// The format in which requests are logged.
    ///
    /// Source: API shape `ServiceConnectAccessLoggingFormat`.
    pub enum ServiceConnectAccessLoggingFormat {
        /// Lines of text.
        Text = "TEXT",
        /// JSON objects.
        Json = "JSON",
    }
}

open_enum! {
    /// Whether query parameters are logged.
    ///
    /// Source: API shape `ServiceConnectIncludeQueryParameters`.
    pub enum ServiceConnectIncludeQueryParameters {
        /// They are not.
        Disabled = "DISABLED",
        /// They are.
        Enabled = "ENABLED",
    }
}

open_enum! {
    /// How much the proxy logs.
    ///
    /// Source: API shape `ServiceConnectContainerLogLevel`.
    pub enum ServiceConnectContainerLogLevel {
        /// Everything.
        Debug = "debug",
        /// The usual.
        Info = "info",
    }
}
