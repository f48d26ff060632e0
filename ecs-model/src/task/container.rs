//! Containers of a task.

use ecs_taskdef::{SharingStrategy, open_enum, shape};

use crate::{HealthStatus, NetworkBinding, NetworkInterface, Timestamp};

shape! {
    /// A container of a task, as ECS knows it.
    ///
    /// Source: API shape `Container`.
    pub struct Container {
        /// The ARN of the container.
        container_arn: String = "containerArn",
        /// The ARN of its task.
        task_arn: String = "taskArn",
        /// The name in the task definition.
        name: String = "name",
        /// The image.
        image: String = "image",
        /// The digest of the image.
        image_digest: String = "imageDigest",
        /// The id that the container runtime gave it.
        runtime_id: String = "runtimeId",
        /// `PENDING`, `RUNNING` or `STOPPED`.
        last_status: String = "lastStatus",
        /// The exit code of its process, once it has ended.
        exit_code: i32 = "exitCode",
        /// Why it stopped or was not started, such as `CannotPullContainerError: ...`.
        reason: String = "reason",
        /// The ports of the host that lead to it.
        network_bindings: Vec<NetworkBinding> = "networkBindings",
        /// The network interfaces of its task.
        network_interfaces: Vec<NetworkInterface> = "networkInterfaces",
        /// What its health check says.
        health_status: HealthStatus = "healthStatus",
        /// The agents that ECS runs in it.
        managed_agents: Vec<ManagedAgent> = "managedAgents",
        /// The CPU units of the definition, as text.
        cpu: String = "cpu",
        /// The hard limit of memory in MiB, as text.
        memory: String = "memory",
        /// The soft limit of memory in MiB, as text.
        memory_reservation: String = "memoryReservation",
        /// The GPUs it has.
        gpu_ids: Vec<String> = "gpuIds",
        /// The Neuron devices it has.
        neuron_device_ids: Vec<String> = "neuronDeviceIds",
        /// How it shares a GPU.
        gpu_sharing_strategy: SharingStrategy = "gpuSharingStrategy",
    }
}

shape! {
    /// An agent that ECS runs in a container.
    ///
    /// Source: API shape `ManagedAgent`.
    pub struct ManagedAgent {
        /// When it was last started.
        last_started_at: Timestamp = "lastStartedAt",
        /// Which agent.
        name: ManagedAgentName = "name",
        /// Why it is where it is.
        reason: String = "reason",
        /// `PENDING`, `RUNNING` or `STOPPED`.
        last_status: String = "lastStatus",
    }
}

open_enum! {
    /// An agent that ECS runs in a container.
    ///
    /// Source: API shape `ManagedAgentName`.
    pub enum ManagedAgentName {
        /// The agent of ECS Exec.
        ExecuteCommandAgent = "ExecuteCommandAgent",
    }
}
