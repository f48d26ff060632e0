//! What the agent reports about tasks, containers and attachments.

use ecs_taskdef::shape;

use crate::NetworkBinding;
use crate::task::ManagedAgentName;

shape! {
    /// What has become of a container.
    ///
    /// Source: API shape `ContainerStateChange`.
    pub struct ContainerStateChange {
        /// The name of the container.
        container_name: String = "containerName",
        /// The digest of the image.
        image_digest: String = "imageDigest",
        /// The id that Docker gave the container.
        runtime_id: String = "runtimeId",
        /// The exit code of the container.
        exit_code: i32 = "exitCode",
        /// The ports of the host that lead to the container.
        network_bindings: Vec<NetworkBinding> = "networkBindings",
        /// Why, in words.
        reason: String = "reason",
        /// What has become of it, such as `RUNNING` or `STOPPED`.
        status: String = "status",
    }
}

shape! {
    /// What has become of an attachment.
    ///
    /// Source: API shape `AttachmentStateChange`.
    pub struct AttachmentStateChange {
        /// The ARN of the attachment.
        attachment_arn: String = "attachmentArn" => required(),
        /// What has become of it.
        status: String = "status" => required(),
    }
}

shape! {
    /// What has become of a managed agent.
    ///
    /// Source: API shape `ManagedAgentStateChange`.
    pub struct ManagedAgentStateChange {
        /// The name of the container.
        container_name: String = "containerName" => required(),
        /// The name of the managed agent.
        managed_agent_name: ManagedAgentName = "managedAgentName" => required(),
        /// What has become of it.
        status: String = "status" => required(),
        /// Why, in words.
        reason: String = "reason",
    }
}
