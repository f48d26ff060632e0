//! RegisterTaskDefinition: the request.

use ecs_taskdef::{
    ContainerDefinition, EphemeralStorage, InferenceAccelerator, IpcMode, NetworkMode, PidMode,
    ProxyConfiguration, RuntimePlatform, Tag, TaskDefinition, TaskDefinitionPlacementConstraint,
    TrustedExecutionConfiguration, Volume, shape,
};

use crate::LaunchType;

shape! {
    /// Asks ECS to register a revision of a task definition.
    ///
    /// It is checked by the rules of [`TaskDefinition`](ecs_taskdef::TaskDefinition).
    ///
    /// ```
    /// use ecs_model::{Quotas, RegisterTaskDefinitionRequest, Request};
    ///
    /// let request: RegisterTaskDefinitionRequest = serde_json::from_str(
    ///     r#"{"family":"web","containerDefinitions":[{"name":"web","image":"nginx"}]}"#,
    /// )?;
    /// let findings = request.validate(&Quotas::current());
    /// assert!(findings.contains("memory-required"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `RegisterTaskDefinitionRequest`.
    pub struct RegisterTaskDefinitionRequest {
        /// The name under which revisions are counted.
        family: String = "family" => required(),
        /// The role that the containers assume: a name or an ARN.
        task_role_arn: String = "taskRoleArn",
        /// The role that the agent assumes to pull images, write logs and fetch secrets.
        execution_role_arn: String = "executionRoleArn",
        /// The network of the containers; `bridge` on Linux if absent.
        network_mode: NetworkMode = "networkMode",
        /// The containers, 1 to 10.
        container_definitions: Vec<ContainerDefinition> = "containerDefinitions" => required(),
        /// The volumes that containers mount.
        volumes: Vec<Volume> = "volumes",
        /// Conditions on the instance.
        placement_constraints: Vec<TaskDefinitionPlacementConstraint> = "placementConstraints",
        /// What the task must be able to run on.
        requires_compatibilities: Vec<LaunchType> = "requiresCompatibilities",
        /// CPU of the task: units (1,024 to a vCPU) or `1 vCPU`.
        cpu: String = "cpu",
        /// Memory of the task: MiB or `1 GB`.
        memory: String = "memory",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// The process namespace.
        pid_mode: PidMode = "pidMode",
        /// The namespace for inter-process communication.
        ipc_mode: IpcMode = "ipcMode",
        /// The proxy that traffic goes through.
        proxy_configuration: ProxyConfiguration = "proxyConfiguration",
        /// Elastic Inference accelerators; AWS has retired them.
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAccelerators",
        /// The disk space on Fargate.
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
        /// The processor and the operating system.
        runtime_platform: RuntimePlatform = "runtimePlatform",
        /// Whether AWS Fault Injection Service may act inside of the task.
        enable_fault_injection: bool = "enableFaultInjection",
        /// How far the task is kept apart from others.
        trusted_execution_configuration: TrustedExecutionConfiguration = "trustedExecutionConfiguration",
    }
}

shape! {
    /// The task definition that was registered.
    ///
    /// Source: API shape `RegisterTaskDefinitionResponse`.
    pub struct RegisterTaskDefinitionResponse {
        /// The task definition.
        task_definition: TaskDefinition = "taskDefinition",
        /// Its tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}
