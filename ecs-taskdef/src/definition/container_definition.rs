use super::{
    ContainerDependency, ContainerRestartPolicy, EnvironmentFile, FirelensConfiguration,
    HealthCheck, HostEntry, KeyValuePair, LinuxParameters, LogConfiguration, MountPoint,
    PortMapping, RepositoryCredentials, ResourceRequirement, Secret, SystemControl, Ulimit,
    VolumeFrom,
};
use crate::rules::shape_rules;
use crate::{StringMap, open_enum, shape};

shape! {
    /// One container of a task.
    ///
    /// ```
    /// use ecs_taskdef::ContainerDefinition;
    ///
    /// let sleep: ContainerDefinition = serde_json::from_str(
    ///     r#"{"name":"sleep","image":"busybox","cpu":10,"memory":10,"command":["sleep","360"]}"#,
    /// )?;
    /// assert!(sleep.is_essential());
    /// assert_eq!(sleep.memory, Some(10));
    /// assert_eq!(sleep.links, None);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `ContainerDefinition`.
    pub struct ContainerDefinition {
        /// Up to 255 letters, digits, `_` and `-`; once per task definition.
        name: String = "name",
        /// The image as Docker takes it: `repository:tag` or
        /// `repository@sha256:...`, up to 255 characters before the `@`.
        image: String = "image",
        /// Where the password of a private registry lies.
        repository_credentials: RepositoryCredentials = "repositoryCredentials",
        /// CPU units, 1,024 to a vCPU; a share, not a bound, on Linux.
        cpu: i32 = "cpu",
        /// MiB; a container that needs more is killed.
        memory: i32 = "memory",
        /// MiB that are kept for the container; it may use more.
        memory_reservation: i32 = "memoryReservation",
        /// Other containers, `name` or `name:alias`; network mode `bridge` only.
        links: Vec<String> = "links" => set(),
        /// The ports of the container.
        port_mappings: Vec<PortMapping> = "portMappings" => keyed(&["containerPort", "containerPortRange", "protocol"]),
        /// Whether the task stops with this container; `true` when absent.
        essential: bool = "essential" => default_bool(true).written_out(),
        /// Whether the container is started again without its task.
        restart_policy: ContainerRestartPolicy = "restartPolicy",
        /// The entry point in place of the image's.
        entry_point: Vec<String> = "entryPoint",
        /// The command in place of the image's.
        command: Vec<String> = "command",
        /// Environment variables.
        environment: Vec<KeyValuePair> = "environment" => keyed(&["name"]),
        /// Files of environment variables; at most ten.
        environment_files: Vec<EnvironmentFile> = "environmentFiles",
        /// Volumes of the task and where they are seen.
        mount_points: Vec<MountPoint> = "mountPoints" => keyed(&["containerPath"]),
        /// Containers whose volumes are seen here too.
        volumes_from: Vec<VolumeFrom> = "volumesFrom" => keyed(&["sourceContainer"]),
        /// Settings that only Linux has.
        linux_parameters: LinuxParameters = "linuxParameters",
        /// Environment variables whose values are secret.
        secrets: Vec<Secret> = "secrets" => keyed(&["name"]),
        /// Other containers this one waits for.
        depends_on: Vec<ContainerDependency> = "dependsOn" => keyed(&["containerName"]),
        /// Seconds after which the start has failed, 2 to 120 on Fargate.
        start_timeout: i32 = "startTimeout",
        /// Seconds from SIGTERM to SIGKILL, 2 to 120 on Fargate; 30 when absent.
        stop_timeout: i32 = "stopTimeout",
        /// Whether a tag is resolved to a digest once per deployment.
        version_consistency: VersionConsistency = "versionConsistency" => default_text("enabled"),
        /// The host name; not in the network mode `awsvpc`.
        hostname: String = "hostname",
        /// `user`, `user:group`, `uid`, `uid:gid`, `user:gid` or `uid:group`.
        user: String = "user",
        /// The directory commands run in.
        working_directory: String = "workingDirectory",
        /// Whether networking is off.
        disable_networking: bool = "disableNetworking" => default_bool(false),
        /// Whether the container has the rights of root on the instance.
        privileged: bool = "privileged" => default_bool(false),
        /// Whether the root file system is read-only.
        readonly_root_filesystem: bool = "readonlyRootFilesystem" => default_bool(false),
        /// DNS servers; not in the network mode `awsvpc`.
        dns_servers: Vec<String> = "dnsServers",
        /// DNS search domains; not in the network mode `awsvpc`.
        dns_search_domains: Vec<String> = "dnsSearchDomains",
        /// Lines of `/etc/hosts`; not in the network mode `awsvpc`.
        extra_hosts: Vec<HostEntry> = "extraHosts",
        /// Settings of SELinux, AppArmor and of credential specifications.
        docker_security_options: Vec<String> = "dockerSecurityOptions" => set(),
        /// Whether standard input stays open.
        interactive: bool = "interactive" => default_bool(false),
        /// Whether there is a terminal.
        pseudo_terminal: bool = "pseudoTerminal" => default_bool(false),
        /// Docker labels.
        docker_labels: StringMap = "dockerLabels",
        /// Limits on what processes may use.
        ulimits: Vec<Ulimit> = "ulimits" => keyed(&["name"]),
        /// Where the output goes.
        log_configuration: LogConfiguration = "logConfiguration",
        /// How Docker finds out whether the container works.
        health_check: HealthCheck = "healthCheck",
        /// Kernel parameters.
        system_controls: Vec<SystemControl> = "systemControls" => keyed(&["namespace"]),
        /// Special devices.
        resource_requirements: Vec<ResourceRequirement> = "resourceRequirements" => keyed(&["type"]),
        /// Makes the container the log router of its task.
        firelens_configuration: FirelensConfiguration = "firelensConfiguration",
        /// Credential specifications for Active Directory; at most one.
        credential_specs: Vec<String> = "credentialSpecs" => set(),
    }
}

impl ContainerDefinition {
    /// Seconds from SIGTERM to SIGKILL when neither the definition nor the
    /// agent says otherwise.
    pub const DEFAULT_STOP_TIMEOUT: i32 = 30;

    /// Whether the task stops with this container. AWS's default is `true`.
    #[must_use]
    pub fn is_essential(&self) -> bool {
        self.essential.unwrap_or(true)
    }

    /// Seconds from SIGTERM to SIGKILL, with AWS's default filled in.
    #[must_use]
    pub fn stop_timeout_or_default(&self) -> i32 {
        self.stop_timeout.unwrap_or(Self::DEFAULT_STOP_TIMEOUT)
    }

    /// The MiB that count when an instance is chosen: the reservation where
    /// there is one, otherwise the limit.
    #[must_use]
    pub fn reserved_memory(&self) -> Option<i32> {
        self.memory_reservation.or(self.memory)
    }
}

open_enum! {
    /// Whether a tag is resolved to a digest once per deployment.
    pub enum VersionConsistency => guarded_by(&shape_rules::VERSION) {
        /// It is; the default.
        Enabled = "enabled",
        /// It is not.
        Disabled = "disabled",
    }
}
