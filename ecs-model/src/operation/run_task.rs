//! RunTask: the request.

use ecs_taskdef::{Tag, TaskOverride, shape};

use crate::service::PropagateTags;
use crate::volume::TaskVolumeConfiguration;
use crate::{
    CapacityProviderStrategyItem, DEFAULT_CLUSTER, Failure, LaunchType, NetworkConfiguration,
    PlacementConstraint, PlacementStrategy, Task,
};

shape! {
    /// Asks ECS to place and start tasks.
    ///
    /// Source: API shape `RunTaskRequest`.
    pub struct RunTaskRequest {
        /// The capacity provider strategy; not with a launch type.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// How many tasks, from 1 to 10; 1 if absent.
        count: i32 = "count" => documented_at_least(1),
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// The task group; `family:` and the family if absent.
        group: String = "group" => documented_at_most(255),
        /// The launch type; not with a capacity provider strategy.
        launch_type: LaunchType = "launchType",
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// What differs from the task definition.
        overrides: TaskOverride = "overrides",
        /// What container instances must meet; at most 10.
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        /// Where the tasks should go; at most 5.
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        /// The platform version of Fargate; `LATEST` if absent.
        platform_version: String = "platformVersion",
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
        /// Makes a repeated request have no further effect; at most 64 characters.
        client_token: String = "clientToken",
        /// The volumes to create; at most one.
        volume_configurations: Vec<TaskVolumeConfiguration> = "volumeConfigurations" => documented_at_most(1),
    }
}

shape! {
    /// The tasks that were placed, and why others were not.
    ///
    /// Source: API shape `RunTaskResponse`.
    pub struct RunTaskResponse {
        /// The tasks.
        tasks: Vec<Task> = "tasks",
        /// Why a task was not placed, by container instance.
        failures: Vec<Failure> = "failures",
    }
}

impl RunTaskRequest {
    /// How many tasks are asked for: `count`, or 1.
    #[must_use]
    pub fn tasks_wanted(&self) -> i32 {
        self.count.unwrap_or(1)
    }

    /// The cluster that is meant: `cluster`, or `default`.
    #[must_use]
    pub fn cluster_or_default(&self) -> &str {
        self.cluster().unwrap_or(DEFAULT_CLUSTER)
    }
}
