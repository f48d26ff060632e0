//! Operations of the agent: what has become of its tasks, and where to ask for new ones.

use ecs_taskdef::shape;

use crate::operation::{AttachmentStateChange, ContainerStateChange, ManagedAgentStateChange};
use crate::{NetworkBinding, Timestamp};

shape! {
    /// Says what has become of a container.
    ///
    /// Source: API shape `SubmitContainerStateChangeRequest`.
    pub struct SubmitContainerStateChangeRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The task, by id or ARN.
        task: String = "task",
        /// The name of the container.
        container_name: String = "containerName",
        /// The id that Docker gave the container.
        runtime_id: String = "runtimeId",
        /// What has become of it, such as `RUNNING` or `STOPPED`.
        status: String = "status",
        /// The exit code of the container.
        exit_code: i32 = "exitCode",
        /// Why, in words.
        reason: String = "reason",
        /// The ports of the host that lead to the container.
        network_bindings: Vec<NetworkBinding> = "networkBindings",
    }
}

shape! {
    /// The answer to the report on a container.
    ///
    /// Source: API shape `SubmitContainerStateChangeResponse`.
    pub struct SubmitContainerStateChangeResponse {
        /// That the report was taken, in words.
        acknowledgment: String = "acknowledgment",
    }
}

shape! {
    /// Says what has become of a task.
    ///
    /// Source: API shape `SubmitTaskStateChangeRequest`.
    pub struct SubmitTaskStateChangeRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The task, by id or ARN.
        task: String = "task",
        /// What has become of it, such as `RUNNING` or `STOPPED`.
        status: String = "status",
        /// Why, in words.
        reason: String = "reason",
        /// What has become of its containers.
        containers: Vec<ContainerStateChange> = "containers",
        /// What has become of its attachments.
        attachments: Vec<AttachmentStateChange> = "attachments",
        /// What has become of its managed agents.
        managed_agents: Vec<ManagedAgentStateChange> = "managedAgents",
        /// When the first image pull began.
        pull_started_at: Timestamp = "pullStartedAt",
        /// When the last image pull ended.
        pull_stopped_at: Timestamp = "pullStoppedAt",
        /// When its first essential container stopped.
        execution_stopped_at: Timestamp = "executionStoppedAt",
    }
}

shape! {
    /// The answer to the report on a task.
    ///
    /// Source: API shape `SubmitTaskStateChangeResponse`.
    pub struct SubmitTaskStateChangeResponse {
        /// That the report was taken, in words.
        acknowledgment: String = "acknowledgment",
    }
}

shape! {
    /// Says what has become of attachments.
    ///
    /// Source: API shape `SubmitAttachmentStateChangesRequest`.
    pub struct SubmitAttachmentStateChangesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// What has become of each.
        attachments: Vec<AttachmentStateChange> = "attachments" => required(),
    }
}

shape! {
    /// The answer to the report on attachments.
    ///
    /// Source: API shape `SubmitAttachmentStateChangesResponse`.
    pub struct SubmitAttachmentStateChangesResponse {
        /// That the report was taken, in words.
        acknowledgment: String = "acknowledgment",
    }
}

shape! {
    /// Asks where the agent of a container instance finds its work.
    ///
    /// Source: API shape `DiscoverPollEndpointRequest`.
    pub struct DiscoverPollEndpointRequest {
        /// The container instance, by id or ARN.
        container_instance: String = "containerInstance",
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
    }
}

shape! {
    /// Where an agent finds its work.
    ///
    /// Source: API shape `DiscoverPollEndpointResponse`.
    pub struct DiscoverPollEndpointResponse {
        /// The address for tasks.
        endpoint: String = "endpoint",
        /// The address for metrics.
        telemetry_endpoint: String = "telemetryEndpoint",
        /// The address for Service Connect.
        service_connect_endpoint: String = "serviceConnectEndpoint",
    }
}
