use super::{
    Attribute, Compatibility, ContainerDefinition, EphemeralStorage, InferenceAccelerator, IpcMode,
    LaunchTypes, NetworkMode, PidMode, ProxyConfiguration, RuntimePlatform, Tag,
    TaskDefinitionPlacementConstraint, TrustedExecutionConfiguration, Volume,
};
use crate::shape::Kind;
use crate::{Timestamp, open_enum, shape, size};

shape! {
    /// A task definition: the containers of a task and what they need.
    ///
    /// It holds what `RegisterTaskDefinition` takes and what
    /// `DescribeTaskDefinition` adds: the members of [`SHAPE`](Self::SHAPE) that
    /// are `describe_only`. Every member is optional, so that a wrong document can
    /// be read whole and all its faults found at once.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let text = r#"{
    ///     "family": "web",
    ///     "cpu": ".5 vCPU",
    ///     "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 100}]
    /// }"#;
    /// let web: TaskDefinition = serde_json::from_str(text)?;
    /// assert_eq!(web.family(), Some("web"));
    /// assert_eq!(web.cpu_units(), Some(512));
    /// assert_eq!(web.container_definitions().len(), 1);
    /// let written = serde_json::to_value(&web)?;
    /// assert_eq!(written, serde_json::from_str::<serde_json::Value>(text)?);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shapes `RegisterTaskDefinitionRequest` and `TaskDefinition`.
    pub struct TaskDefinition {
        /// The full ARN with the revision.
        task_definition_arn: String = "taskDefinitionArn" => describe_only(),
        /// The containers, 1 to 10.
        container_definitions: Vec<ContainerDefinition> = "containerDefinitions" => required().keyed(&["name"]),
        /// The name under which revisions are counted: up to 255 letters,
        /// digits, `_` and `-`.
        family: String = "family" => required(),
        /// The role that the containers assume: a name or an ARN.
        task_role_arn: String = "taskRoleArn",
        /// The role that the agent assumes to pull images, write logs and fetch
        /// secrets.
        execution_role_arn: String = "executionRoleArn",
        /// The network of the containers; `bridge` on Linux when absent.
        network_mode: NetworkMode = "networkMode",
        /// The number of the revision, from 1.
        revision: i32 = "revision" => describe_only(),
        /// The volumes that containers mount.
        volumes: Vec<Volume> = "volumes" => keyed(&["name"]),
        /// Whether the revision may be used.
        status: TaskDefinitionStatus = "status" => describe_only(),
        /// What an instance must have to run the task.
        requires_attributes: Vec<Attribute> = "requiresAttributes" => describe_only(),
        /// Conditions on the instance.
        placement_constraints: Vec<TaskDefinitionPlacementConstraint> = "placementConstraints" => set(),
        /// What the task can run on, as AWS found out.
        compatibilities: Vec<Compatibility> = "compatibilities" => describe_only(),
        /// The processor and the operating system.
        runtime_platform: RuntimePlatform = "runtimePlatform",
        /// What the task must be able to run on.
        requires_compatibilities: Vec<Compatibility> = "requiresCompatibilities" => set(),
        /// CPU of the task: units (1,024 to a vCPU) or `1 vCPU`.
        cpu: String = "cpu",
        /// Memory of the task: MiB or `1 GB`.
        memory: String = "memory",
        /// Elastic Inference accelerators; AWS has retired them.
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAccelerators" => keyed(&["deviceName"]),
        /// The process namespace.
        pid_mode: PidMode = "pidMode",
        /// The namespace for inter-process communication.
        ipc_mode: IpcMode = "ipcMode",
        /// The proxy that traffic goes through.
        proxy_configuration: ProxyConfiguration = "proxyConfiguration",
        /// When it was registered.
        registered_at: Timestamp = "registeredAt" => describe_only(),
        /// When it was deregistered.
        deregistered_at: Timestamp = "deregisteredAt" => describe_only(),
        /// When its deletion was asked for.
        delete_requested_at: Timestamp = "deleteRequestedAt" => describe_only(),
        /// The ARN of the principal that registered it.
        registered_by: String = "registeredBy" => describe_only(),
        /// The disk space on Fargate.
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
        /// Whether AWS Fault Injection Service may act inside of the task.
        enable_fault_injection: bool = "enableFaultInjection" => default_bool(false),
        /// How far the task is kept apart from others.
        trusted_execution_configuration: TrustedExecutionConfiguration =
            "trustedExecutionConfiguration",
        /// Tags; an output of the API has them beside the task definition.
        tags: Vec<Tag> = "tags" => bounds(0, 50).keyed(&["key"]),
    }
}

impl TaskDefinition {
    /// A definition with every member that can be registered, empty, for people
    /// to fill in; what `--generate-cli-skeleton` prints. It is readable and,
    /// as it stands, wrong almost everywhere.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let skeleton = TaskDefinition::skeleton();
    /// assert_eq!(skeleton.family(), Some(""));
    /// assert_eq!(skeleton.container_definitions()[0].cpu, Some(0));
    /// assert_eq!(skeleton.revision, None);
    /// assert!(skeleton.validate().errors().count() > 20);
    /// ```
    #[must_use]
    pub fn skeleton() -> Self {
        let document = Kind::Structure(Self::SHAPE).skeleton();
        let skeleton: Self = serde_json::from_value(document).unwrap_or_default();
        skeleton.to_register_input().task_definition
    }

    /// Whether the container called `container` opens that port: what a load
    /// balancer of a service can be given.
    #[must_use]
    pub fn has_container_port(&self, container: &str, port: u16) -> bool {
        let mappings = self.container(container).map(|one| one.port_mappings());
        mappings.unwrap_or_default().iter().any(|mapping| {
            let in_range = |(first, last): (u16, u16)| (first..=last).contains(&port);
            mapping.container_port == Some(port.into()) || mapping.range().is_some_and(in_range)
        })
    }

    /// The container called `name`.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<&ContainerDefinition> {
        let named = |container: &&ContainerDefinition| container.name() == Some(name);
        self.container_definitions().iter().find(named)
    }

    /// The containers the task stops with.
    pub fn essential_containers(&self) -> impl Iterator<Item = &ContainerDefinition> {
        self.container_definitions()
            .iter()
            .filter(|container| container.is_essential())
    }

    /// The launch types that `requiresCompatibilities` names.
    #[must_use]
    pub fn required_launch_types(&self) -> LaunchTypes {
        self.requires_compatibilities().iter().collect()
    }

    /// The CPU of the task in CPU units, 1,024 to a vCPU. `None` when it is
    /// absent or unreadable.
    #[must_use]
    pub fn cpu_units(&self) -> Option<u32> {
        size::cpu_units(self.cpu()?)
    }

    /// The memory of the task in MiB. `None` when it is absent or unreadable.
    #[must_use]
    pub fn memory_mib(&self) -> Option<u32> {
        size::memory_mib(self.memory()?)
    }

    /// Whether `runtimePlatform` asks for a Windows.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        let family = self.runtime_platform().operating_system_family();
        family.is_some_and(|family| family.is_windows())
    }

    /// The size of the definition in bytes, as JSON without white space.
    #[must_use]
    pub fn json_size(&self) -> usize {
        let mut count = ByteCount(0);
        // Neither the counter nor a shape has a way to fail.
        let _ = serde_json::to_writer(&mut count, self);
        count.0
    }

    /// The network mode that takes effect: `bridge` on Linux and the NAT
    /// network on Windows when the definition is silent.
    #[must_use]
    pub fn effective_network_mode(&self) -> NetworkMode {
        match &self.network_mode {
            Some(mode) => mode.clone(),
            None if self.is_windows() => NetworkMode::Default,
            None => NetworkMode::Bridge,
        }
    }
}

/// Counts the bytes that are written to it.
struct ByteCount(usize);

impl std::io::Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

open_enum! {
    /// Whether a revision may be used.
    pub enum TaskDefinitionStatus {
        /// It may.
        Active = "ACTIVE",
        /// It was deregistered: nothing new may use it.
        Inactive = "INACTIVE",
        /// It goes away as soon as nothing uses it any more.
        DeleteInProgress = "DELETE_IN_PROGRESS",
    }
}

open_enum! {
    /// Whether a family has active revisions.
    ///
    /// Source: API shape `TaskDefinitionFamilyStatus`.
    pub enum TaskDefinitionFamilyStatus {
        /// It has.
        Active = "ACTIVE",
        /// It has none.
        Inactive = "INACTIVE",
        /// It may or may not.
        All = "ALL",
    }
}
