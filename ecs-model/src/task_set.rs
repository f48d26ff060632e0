//! Task sets: the tasks of a deployment that someone other than ECS carries out.
//!
//! Source: API shape `TaskSet`.

use ecs_taskdef::{Double, Tag, open_enum, shape};

use crate::deployment::DeploymentEphemeralStorage;
use crate::load_balancer::ServiceRegistry;
use crate::{
    CapacityProviderStrategyItem, LaunchType, LoadBalancer, NetworkConfiguration, Timestamp,
};

shape! {
    /// The tasks of a deployment that CodeDeploy or the user carries out.
    ///
    /// Source: API shape `TaskSet`.
    pub struct TaskSet {
        /// The id of the task set.
        id: String = "id",
        /// The ARN of the task set.
        task_set_arn: String = "taskSetArn",
        /// The ARN of its service.
        service_arn: String = "serviceArn",
        /// The ARN of its cluster.
        cluster_arn: String = "clusterArn",
        /// Who created it; CodeDeploy's deployment id.
        started_by: String = "startedBy",
        /// The id that an external deployment gave it.
        external_id: String = "externalId",
        /// `PRIMARY`, `ACTIVE` or `DRAINING`.
        status: String = "status",
        /// The ARN of its task definition.
        task_definition: String = "taskDefinition",
        /// The tasks it shall have: the scale of the service's desired count, rounded up.
        computed_desired_count: i32 = "computedDesiredCount",
        /// Its tasks in `PENDING`.
        pending_count: i32 = "pendingCount",
        /// Its tasks in `RUNNING`.
        running_count: i32 = "runningCount",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// When it was last updated.
        updated_at: Timestamp = "updatedAt",
        /// The launch type.
        launch_type: LaunchType = "launchType",
        /// The capacity provider strategy.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The platform version of Fargate.
        platform_version: String = "platformVersion",
        /// The operating system of Fargate.
        platform_family: String = "platformFamily",
        /// The network of its tasks.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// Its part of the service's desired count.
        scale: Scale = "scale",
        /// Whether it has the tasks it shall have, healthy.
        stability_status: StabilityStatus = "stabilityStatus",
        /// When that was found.
        stability_status_at: Timestamp = "stabilityStatusAt",
        /// The tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// How the ephemeral storage on Fargate is encrypted.
        fargate_ephemeral_storage: DeploymentEphemeralStorage = "fargateEphemeralStorage",
    }
}

shape! {
    /// A part of a service's desired count.
    ///
    /// Source: API shape `Scale`.
    pub struct Scale {
        /// How much, from 0 to 100.
        value: Double = "value",
        /// The unit.
        unit: ScaleUnit = "unit",
    }
}

open_enum! {
    /// The unit of a scale.
    ///
    /// Source: API shape `ScaleUnit`.
    pub enum ScaleUnit {
        /// Percent of the desired count.
        Percent = "PERCENT",
    }
}

open_enum! {
    /// Whether a task set has the tasks it shall have.
    ///
    /// Source: API shape `StabilityStatus`.
    pub enum StabilityStatus {
        /// It has.
        SteadyState = "STEADY_STATE",
        /// It has not yet.
        Stabilizing = "STABILIZING",
    }
}
