//! Tasks: running task definitions, and their containers.
//!
//! Source: API shapes `Task` and `Container`.

mod attachment;
mod container;
mod document;
mod fit;
mod health;
mod protection;
mod status;

use ecs_taskdef::{Attribute, Tag, TaskOverride, open_enum, shape};

use crate::{LaunchType, TaskStopCode, Timestamp};

pub use ecs_taskdef::{
    ContainerOverride, EphemeralStorage, InferenceAccelerator, InferenceAcceleratorOverride,
    IsolationMode, TargetType,
};

pub use attachment::Attachment;
pub use container::{Container, ManagedAgent, ManagedAgentName};
pub(crate) use fit::RULES as FIT_RULES;
pub use health::HealthStatus;
pub use protection::ProtectedTask;
pub use status::TaskStatus;

shape! {
    /// A task definition that runs, has run or is about to.
    ///
    /// ```
    /// use ecs_model::Task;
    ///
    /// let task: Task = serde_json::from_str(
    ///     r#"{"lastStatus":"STOPPED","desiredStatus":"STOPPED","stoppedAt":1556310237.664,
    ///         "stopCode":"EssentialContainerExited","containers":[{"name":"web","exitCode":1}]}"#,
    /// )?;
    /// let stopped_at = task.stopped_at().expect("the task has stopped");
    /// assert_eq!(stopped_at.to_string(), "2019-04-26T20:23:57.664Z");
    /// assert_eq!(task.containers()[0].exit_code(), Some(1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `Task`.
    pub struct Task {
        /// What is attached to it, such as a network interface.
        attachments: Vec<Attachment> = "attachments",
        /// Its attributes.
        attributes: Vec<Attribute> = "attributes",
        /// Its Availability Zone.
        availability_zone: String = "availabilityZone",
        /// The capacity provider it runs on.
        capacity_provider_name: String = "capacityProviderName",
        /// The ARN of its cluster.
        cluster_arn: String = "clusterArn",
        /// Whether its agent is connected.
        connectivity: Connectivity = "connectivity",
        /// When `connectivity` last became `CONNECTED`.
        connectivity_at: Timestamp = "connectivityAt",
        /// The ARN of the container instance it runs on.
        container_instance_arn: String = "containerInstanceArn",
        /// Its containers.
        containers: Vec<Container> = "containers",
        /// Its CPU units, as text.
        cpu: String = "cpu",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// Where it shall be: `RUNNING` or `STOPPED`.
        desired_status: String = "desiredStatus",
        /// Whether commands can be executed in it (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// When its first essential container stopped.
        execution_stopped_at: Timestamp = "executionStoppedAt",
        /// Its task group, such as `service:web` or `family:sleep360`.
        group: String = "group",
        /// The health of its essential containers together.
        health_status: HealthStatus = "healthStatus",
        /// Its inference accelerators.
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAccelerators",
        /// Where it is, from `PROVISIONING` to `DELETED`.
        last_status: String = "lastStatus",
        /// Its launch type.
        launch_type: LaunchType = "launchType",
        /// Its memory in MiB, as text.
        memory: String = "memory",
        /// What differs from the task definition.
        overrides: TaskOverride = "overrides",
        /// The platform version of Fargate.
        platform_version: String = "platformVersion",
        /// The operating system of Fargate.
        platform_family: String = "platformFamily",
        /// When the first image pull began.
        pull_started_at: Timestamp = "pullStartedAt",
        /// When the last image pull ended.
        pull_stopped_at: Timestamp = "pullStoppedAt",
        /// When it became `RUNNING`.
        started_at: Timestamp = "startedAt",
        /// What its starter said; a deployment id for tasks of a service.
        started_by: String = "startedBy",
        /// Why it stopped, as a code.
        stop_code: TaskStopCode = "stopCode",
        /// When it became `STOPPED`.
        stopped_at: Timestamp = "stoppedAt",
        /// Why it stopped, in words, as [`stop_reason`](crate::stop_reason) writes them.
        stopped_reason: String = "stoppedReason",
        /// When it became `STOPPING`.
        stopping_at: Timestamp = "stoppingAt",
        /// The tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// Its ARN.
        task_arn: String = "taskArn",
        /// The ARN of its task definition.
        task_definition_arn: String = "taskDefinitionArn",
        /// A number that grows by one with each change that causes an event.
        version: i64 = "version",
        /// Its ephemeral storage.
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
        /// Its ephemeral storage on Fargate, with the key.
        fargate_ephemeral_storage: TaskEphemeralStorage = "fargateEphemeralStorage",
        /// How it is isolated.
        trusted_execution_summary: TrustedExecutionSummary = "trustedExecutionSummary",
    }
}

shape! {
    /// The ephemeral storage of a task on Fargate.
    ///
    /// Source: API shape `TaskEphemeralStorage`.
    pub struct TaskEphemeralStorage {
        /// The size in GiB, from 20 to 200.
        size_in_gib: i32 = "sizeInGiB",
        /// The key that encrypts it.
        kms_key_id: String = "kmsKeyId",
    }
}

shape! {
    /// How a task is isolated.
    ///
    /// Source: API shape `TrustedExecutionSummary`.
    pub struct TrustedExecutionSummary {
        /// The mode.
        isolation_mode: IsolationMode = "isolationMode" => required(),
        /// Whether its policy is attested.
        attestation_policy_status: AttestationPolicyStatus = "attestationPolicyStatus",
    }
}

open_enum! {
    /// Whether the agent of a task is connected.
    ///
    /// Source: API shape `Connectivity`.
    pub enum Connectivity {
        /// It is.
        Connected = "CONNECTED",
        /// It is not.
        Disconnected = "DISCONNECTED",
    }
}

open_enum! {
    /// Whether a policy is attested.
    ///
    /// Source: API shape `AttestationPolicyStatus`.
    pub enum AttestationPolicyStatus {
        /// It is configured.
        Configured = "CONFIGURED",
    }
}
