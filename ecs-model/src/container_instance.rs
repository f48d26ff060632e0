//! Container instances: machines that an agent has registered in a cluster, with their
//! [`Resource`]s and what the agent says of itself.
//!
//! Source: API shape `ContainerInstance`.

mod resource;

use ecs_taskdef::{Attribute, Tag, open_enum, shape};

use crate::{Attachment, Timestamp};

pub use ecs_taskdef::SharingStrategy;

/// The attribute by which the scheduler knows external instances.
pub const EXTERNAL_CAPABILITY: &str = "ecs.capability.external";

pub use resource::{Resource, Resources};

shape! {
    /// A host with an agent, registered to a cluster.
    ///
    /// ```
    /// use ecs_model::{ContainerInstance, Resource};
    ///
    /// let instance = ContainerInstance::default()
    ///     .with_status("ACTIVE")
    ///     .with_agent_connected(true)
    ///     .with_registered_resources([Resource::integer(Resource::CPU, 2_048)]);
    /// assert_eq!(instance.registered().cpu(), Some(2_048));
    /// ```
    ///
    /// Source: API shape `ContainerInstance`.
    pub struct ContainerInstance {
        /// The ARN of the container instance.
        container_instance_arn: String = "containerInstanceArn",
        /// The id of the EC2 instance (`i-...`), or of the managed instance of ECS Anywhere
        /// (`mi-...`).
        ec2_instance_id: String = "ec2InstanceId",
        /// The capacity provider that launched the host.
        capacity_provider_name: String = "capacityProviderName",
        /// A number that grows by one with each change that causes an event.
        version: i64 = "version",
        /// The versions of agent and Docker.
        version_info: VersionInfo = "versionInfo",
        /// What tasks have not taken. The ports are those that are taken.
        remaining_resources: Vec<Resource> = "remainingResources",
        /// What the agent has registered. The ports are those it keeps from tasks.
        registered_resources: Vec<Resource> = "registeredResources",
        /// `REGISTERING`, `REGISTRATION_FAILED`, `ACTIVE`, `INACTIVE`, `DEREGISTERING` or
        /// `DRAINING`.
        status: String = "status",
        /// Why the status is what it is.
        status_reason: String = "statusReason",
        /// Whether the agent is connected to ECS. No task is placed on an instance without agent.
        agent_connected: bool = "agentConnected",
        /// The number of tasks whose desired status is `RUNNING`.
        running_tasks_count: i32 = "runningTasksCount",
        /// The number of tasks in `PENDING`.
        pending_tasks_count: i32 = "pendingTasksCount",
        /// How far an update of the agent is; absent if none was asked for.
        agent_update_status: AgentUpdateStatus = "agentUpdateStatus",
        /// What the host is and has, for placement.
        attributes: Vec<Attribute> = "attributes",
        /// When the container instance was registered.
        registered_at: Timestamp = "registeredAt",
        /// What is attached to the host, such as trunk network interfaces.
        attachments: Vec<Attachment> = "attachments",
        /// The tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// What ECS found about the health of the host.
        health_status: ContainerInstanceHealthStatus = "healthStatus",
        /// The GPUs of the host.
        gpu_devices: Vec<GpuDevice> = "gpuDevices",
    }
}

shape! {
    /// The versions of the agent and of Docker on a host.
    ///
    /// Source: API shape `VersionInfo`.
    pub struct VersionInfo {
        /// The version of the agent, such as `1.4.0`.
        agent_version: String = "agentVersion",
        /// The commit of the agent.
        agent_hash: String = "agentHash",
        /// The version of Docker, with a prefix: `DockerVersion: 1.5.0`.
        docker_version: String = "dockerVersion",
    }
}

shape! {
    /// What ECS found about the health of a host.
    ///
    /// Source: API shape `ContainerInstanceHealthStatus`.
    pub struct ContainerInstanceHealthStatus {
        /// All checks together.
        overall_status: InstanceHealthCheckState = "overallStatus",
        /// Each check.
        details: Vec<InstanceHealthCheckResult> = "details",
    }
}

shape! {
    /// The result of one health check of a host.
    ///
    /// Source: API shape `InstanceHealthCheckResult`.
    pub struct InstanceHealthCheckResult {
        /// What was checked.
        r#type: InstanceHealthCheckType = "type",
        /// What was found.
        status: InstanceHealthCheckState = "status",
        /// Why.
        status_reason: String = "statusReason",
        /// When the check was last made.
        last_updated: Timestamp = "lastUpdated",
        /// When the result last changed.
        last_status_change: Timestamp = "lastStatusChange",
    }
}

shape! {
    /// A GPU of a host.
    ///
    /// Source: API shape `GpuDevice`.
    pub struct GpuDevice {
        /// The id of the GPU.
        gpu_id: String = "gpuId",
        /// How containers use it.
        sharing_mode: GpuSharingMode = "sharingMode",
        /// Its memory in MiB.
        total_memory_in_mib: i32 = "totalMemoryInMiB",
        /// The memory in MiB that no container has.
        remaining_memory_in_mib: i32 = "remainingMemoryInMiB",
        /// The number of containers that use it.
        container_count: i32 = "containerCount",
    }
}

open_enum! {
    /// How far an update of the agent is.
    ///
    /// Source: API shape `AgentUpdateStatus`.
    pub enum AgentUpdateStatus {
        /// The update was asked for.
        Pending = "PENDING",
        /// The agent downloads the update.
        Staging = "STAGING",
        /// The download is complete and verified.
        Staged = "STAGED",
        /// The agent is replaced.
        Updating = "UPDATING",
        /// The new agent has registered.
        Updated = "UPDATED",
        /// The update failed; the agent is the one from before.
        Failed = "FAILED",
    }
}

open_enum! {
    /// What a health check of a host found.
    ///
    /// Source: API shape `InstanceHealthCheckState`.
    pub enum InstanceHealthCheckState {
        /// All is well.
        Ok = "OK",
        /// Something is wrong.
        Impaired = "IMPAIRED",
        /// Nothing can be said.
        InsufficientData = "INSUFFICIENT_DATA",
        /// The check has not been made yet.
        Initializing = "INITIALIZING",
    }
}

open_enum! {
    /// What a health check of a host looks at.
    ///
    /// Source: API shape `InstanceHealthCheckType`.
    pub enum InstanceHealthCheckType {
        /// The container runtime.
        ContainerRuntime = "CONTAINER_RUNTIME",
        /// GPUs and other accelerators.
        AcceleratedCompute = "ACCELERATED_COMPUTE",
        /// Daemons of the host.
        Daemon = "DAEMON",
        /// The connection of the agent.
        AgentConnectivity = "AGENT_CONNECTIVITY",
    }
}

open_enum! {
    /// How containers use a GPU.
    ///
    /// Source: API shape `GpuSharingMode`.
    pub enum GpuSharingMode {
        /// No container uses it.
        Idle = "IDLE",
        /// Several containers share it.
        NvidiaMps = "NVIDIA_MPS",
        /// One container has it.
        Dedicated = "DEDICATED",
    }
}

shape! {
    /// A device of a container instance.
    ///
    /// Source: API shape `PlatformDevice`.
    pub struct PlatformDevice {
        /// The id, as the driver gives it.
        id: String = "id" => required(),
        /// The kind of device.
        r#type: PlatformDeviceType = "type" => required(),
    }
}

open_enum! {
    /// A kind of device.
    ///
    /// Source: API shape `PlatformDeviceType`.
    pub enum PlatformDeviceType {
        /// A graphics processor.
        Gpu = "GPU",
        /// A Neuron accelerator.
        NeuronDevice = "NEURON_DEVICE",
    }
}
