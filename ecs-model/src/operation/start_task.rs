//! StartTask: the request.

use ecs_taskdef::{Tag, TaskOverride, shape};

use crate::service::PropagateTags;
use crate::volume::TaskVolumeConfiguration;
use crate::{DEFAULT_CLUSTER, Failure, NetworkConfiguration, Task};

shape! {
    /// Asks ECS to start a task on each of the given container instances.
    ///
    /// Source: API shape `StartTaskRequest`.
    pub struct StartTaskRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The container instances, by id or ARN; at most 10.
        container_instances: Vec<String> = "containerInstances" => required().documented_at_least(1),
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// The task group; `family:` and the family if absent.
        group: String = "group" => documented_at_most(255),
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// What differs from the task definition.
        overrides: TaskOverride = "overrides",
        /// Where the tags of the tasks come from.
        propagate_tags: PropagateTags = "propagateTags",
        /// A reference of the caller.
        reference_id: String = "referenceId",
        /// What the tasks show as their starter; at most 128 characters.
        started_by: String = "startedBy" => documented_at_most(128),
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// The task definition: `family`, `family:revision` or ARN.
        task_definition: String = "taskDefinition" => required(),
        /// The volumes to create; at most one.
        volume_configurations: Vec<TaskVolumeConfiguration> = "volumeConfigurations" => documented_at_most(1),
    }
}

shape! {
    /// The tasks that were started, and why others were not.
    ///
    /// Source: API shape `StartTaskResponse`.
    pub struct StartTaskResponse {
        /// The tasks.
        tasks: Vec<Task> = "tasks",
        /// Why no task was started on a container instance.
        failures: Vec<Failure> = "failures",
    }
}

impl StartTaskRequest {
    /// The cluster that is meant: `cluster`, or `default`.
    #[must_use]
    pub fn cluster_or_default(&self) -> &str {
        self.cluster().unwrap_or(DEFAULT_CLUSTER)
    }
}
