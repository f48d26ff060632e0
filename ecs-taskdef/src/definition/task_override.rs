use super::{EnvironmentFile, EphemeralStorage, KeyValuePair, ResourceRequirement};
use crate::shape;

shape! {
    /// What a call that starts a task changes about its definition.
    ///
    /// Source: API shape `TaskOverride`.
    pub struct TaskOverride {
        /// Changes of single containers.
        container_overrides: Vec<ContainerOverride> = "containerOverrides",
        /// The CPU of the task, as in a task definition.
        cpu: String = "cpu",
        /// Changes of accelerators; AWS has retired them.
        inference_accelerator_overrides: Vec<InferenceAcceleratorOverride> =
            "inferenceAcceleratorOverrides",
        /// The role that the agent assumes for the task.
        execution_role_arn: String = "executionRoleArn",
        /// The memory of the task, as in a task definition.
        memory: String = "memory",
        /// The role that the containers assume.
        task_role_arn: String = "taskRoleArn",
        /// The disk space on Fargate.
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
    }
}

shape! {
    /// What a call that starts a task changes about one container.
    ///
    /// Source: API shape `ContainerOverride`.
    pub struct ContainerOverride {
        /// The container of the task definition.
        name: String = "name",
        /// The command in place of the definition's.
        command: Vec<String> = "command",
        /// Variables; a name the definition has takes the new value, another
        /// is added.
        environment: Vec<KeyValuePair> = "environment" => keyed(&["name"]),
        /// Files of variables in place of the definition's.
        environment_files: Vec<EnvironmentFile> = "environmentFiles",
        /// CPU units in place of the definition's.
        cpu: i32 = "cpu",
        /// MiB in place of the definition's.
        memory: i32 = "memory",
        /// MiB in place of the definition's.
        memory_reservation: i32 = "memoryReservation",
        /// Devices in place of the definition's.
        resource_requirements: Vec<ResourceRequirement> = "resourceRequirements" => keyed(&["type"]),
    }
}

shape! {
    /// A change of an accelerator; AWS has retired them.
    ///
    /// Source: API shape `InferenceAcceleratorOverride`.
    pub struct InferenceAcceleratorOverride {
        /// The name in the task definition.
        device_name: String = "deviceName",
        /// The type in place of the definition's.
        device_type: String = "deviceType",
    }
}
