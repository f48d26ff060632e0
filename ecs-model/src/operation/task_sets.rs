//! Operations on task sets.

use ecs_taskdef::{Tag, open_enum, shape};

use crate::load_balancer::ServiceRegistry;
use crate::task_set::Scale;
use crate::{
    CapacityProviderStrategyItem, Failure, LaunchType, LoadBalancer, NetworkConfiguration, TaskSet,
};

shape! {
    /// Asks ECS to add a task set to a service that the user deploys.
    ///
    /// Source: API shape `CreateTaskSetRequest`.
    pub struct CreateTaskSetRequest {
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// What the task set is called outside of ECS.
        external_id: String = "externalId",
        /// The task definition: `family`, `family:revision` or ARN.
        task_definition: String = "taskDefinition" => required(),
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// The launch type; not with a capacity provider strategy.
        launch_type: LaunchType = "launchType",
        /// The capacity provider strategy; not with a launch type.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The platform version of Fargate; `LATEST` if absent.
        platform_version: String = "platformVersion",
        /// Its part of the service's desired count.
        scale: Scale = "scale",
        /// Makes a repeated request have no further effect; at most 36 characters.
        client_token: String = "clientToken",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}

shape! {
    /// The task set that was added.
    ///
    /// Source: API shape `CreateTaskSetResponse`.
    pub struct CreateTaskSetResponse {
        /// The task set.
        task_set: TaskSet = "taskSet",
    }
}

shape! {
    /// Asks ECS to delete a task set.
    ///
    /// Source: API shape `DeleteTaskSetRequest`.
    pub struct DeleteTaskSetRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// The task set, by id or ARN.
        task_set: String = "taskSet" => required(),
        /// Whether it is deleted although it has tasks.
        force: bool = "force",
    }
}

shape! {
    /// The task set that was deleted.
    ///
    /// Source: API shape `DeleteTaskSetResponse`.
    pub struct DeleteTaskSetResponse {
        /// The task set.
        task_set: TaskSet = "taskSet",
    }
}

shape! {
    /// Asks for the task sets of a service.
    ///
    /// Source: API shape `DescribeTaskSetsRequest`.
    pub struct DescribeTaskSetsRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// The task sets, by id or ARN; all if absent.
        task_sets: Vec<String> = "taskSets",
        /// What else is given.
        include: Vec<TaskSetField> = "include",
    }
}

shape! {
    /// The task sets asked for.
    ///
    /// Source: API shape `DescribeTaskSetsResponse`.
    pub struct DescribeTaskSetsResponse {
        /// The task sets that exist.
        task_sets: Vec<TaskSet> = "taskSets",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks ECS to scale a task set.
    ///
    /// Source: API shape `UpdateTaskSetRequest`.
    pub struct UpdateTaskSetRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// The task set, by id or ARN.
        task_set: String = "taskSet" => required(),
        /// Its part of the service's desired count.
        scale: Scale = "scale" => required(),
    }
}

shape! {
    /// The task set that was scaled.
    ///
    /// Source: API shape `UpdateTaskSetResponse`.
    pub struct UpdateTaskSetResponse {
        /// The task set.
        task_set: TaskSet = "taskSet",
    }
}

shape! {
    /// Asks ECS to make a task set the primary one of its service.
    ///
    /// Source: API shape `UpdateServicePrimaryTaskSetRequest`.
    pub struct UpdateServicePrimaryTaskSetRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// The task set, by id or ARN.
        primary_task_set: String = "primaryTaskSet" => required(),
    }
}

shape! {
    /// The task set that is the primary one.
    ///
    /// Source: API shape `UpdateServicePrimaryTaskSetResponse`.
    pub struct UpdateServicePrimaryTaskSetResponse {
        /// The task set.
        task_set: TaskSet = "taskSet",
    }
}

open_enum! {
    /// What else is given of a task set.
    ///
    /// Source: API shape `TaskSetField`.
    pub enum TaskSetField {
        /// The tags.
        Tags = "TAGS",
    }
}
