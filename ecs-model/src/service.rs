//! Services: tasks that ECS keeps running.
//!
//! Source: API shape `Service`.

mod fit;
mod monitoring;

use ecs_taskdef::{Tag, open_enum, shape};

use crate::deployment::DeploymentController;
use crate::load_balancer::ServiceRegistry;
use crate::{
    CapacityProviderStrategyItem, Deployment, DeploymentConfiguration, LaunchType, LoadBalancer,
    NetworkConfiguration, PlacementConstraint, PlacementStrategy, TaskSet, Timestamp,
};

pub(crate) use fit::RULES as FIT_RULES;
pub use monitoring::{MetricConfiguration, MonitoringConfiguration};

shape! {
    /// Tasks of one kind that ECS keeps running.
    ///
    /// ```
    /// use ecs_model::Service;
    ///
    /// let service: Service = serde_json::from_str(
    ///     r#"{"serviceName":"web","desiredCount":3,"runningCount":2,
    ///         "events":[{"message":"(service web) has reached a steady state."}]}"#,
    /// )?;
    /// assert!(service.running_count < service.desired_count);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `Service`.
    pub struct Service {
        /// The ARN of the service.
        service_arn: String = "serviceArn",
        /// The name: up to 255 letters, digits, hyphens and underscores, unique in its cluster.
        service_name: String = "serviceName",
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// `ACTIVE`, `DRAINING` or `INACTIVE`.
        status: String = "status",
        /// The tasks it shall have.
        desired_count: i32 = "desiredCount",
        /// Its tasks in `RUNNING`.
        running_count: i32 = "runningCount",
        /// Its tasks in `PENDING`.
        pending_count: i32 = "pendingCount",
        /// The launch type; absent with a capacity provider strategy.
        launch_type: LaunchType = "launchType",
        /// The capacity provider strategy; absent with a launch type.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The platform version of Fargate.
        platform_version: String = "platformVersion",
        /// The operating system of Fargate.
        platform_family: String = "platformFamily",
        /// The ARN of the task definition.
        task_definition: String = "taskDefinition",
        /// How it replaces its tasks.
        deployment_configuration: DeploymentConfiguration = "deploymentConfiguration",
        /// The task sets, if CodeDeploy or the user deploys.
        task_sets: Vec<TaskSet> = "taskSets",
        /// The deployments, if ECS deploys.
        deployments: Vec<Deployment> = "deployments",
        /// The role with which ECS reaches load balancers.
        role_arn: String = "roleArn",
        /// The last 100 events, newest first.
        events: Vec<ServiceEvent> = "events",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// The ARN of the current service deployment.
        current_service_deployment: String = "currentServiceDeployment",
        /// The revisions it runs now.
        current_service_revisions: Vec<ServiceCurrentRevisionSummary> = "currentServiceRevisions",
        /// What its container instances must meet.
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        /// Where its tasks should go.
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        /// The network of its tasks.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// How long health checks do not count after a start, in seconds.
        health_check_grace_period_seconds: i32 = "healthCheckGracePeriodSeconds",
        /// A number of tasks, or one on each container instance.
        scheduling_strategy: SchedulingStrategy = "schedulingStrategy",
        /// Who carries out deployments.
        deployment_controller: DeploymentController = "deploymentController",
        /// The tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// Who created it.
        created_by: String = "createdBy",
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Where the tags of tasks come from.
        propagate_tags: PropagateTags = "propagateTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// Whether ECS moves tasks to even out the Availability Zones.
        availability_zone_rebalancing: AvailabilityZoneRebalancing = "availabilityZoneRebalancing",
        /// Who manages the compute resources.
        resource_management_type: ResourceManagementType = "resourceManagementType",
    }
}

shape! {
    /// Something that happened to a service.
    ///
    /// Source: API shape `ServiceEvent`.
    pub struct ServiceEvent {
        /// The id of the event, a UUID.
        id: String = "id",
        /// When it happened.
        created_at: Timestamp = "createdAt",
        /// What happened, as [`service_message`](crate::service_message) writes it.
        message: String = "message",
    }
}

shape! {
    /// How many tasks of a revision a service runs.
    ///
    /// Source: API shape `ServiceCurrentRevisionSummary`.
    pub struct ServiceCurrentRevisionSummary {
        /// The ARN of the service revision.
        arn: String = "arn",
        /// The tasks it shall have.
        requested_task_count: i32 = "requestedTaskCount",
        /// Its tasks in `RUNNING`.
        running_task_count: i32 = "runningTaskCount",
        /// Its tasks in `PENDING`.
        pending_task_count: i32 = "pendingTaskCount",
    }
}

open_enum! {
    /// How many tasks a service has.
    ///
    /// Source: API shape `SchedulingStrategy`.
    pub enum SchedulingStrategy {
        /// A desired count.
        Replica = "REPLICA",
        /// One on each container instance that meets the constraints.
        Daemon = "DAEMON",
    }
}

open_enum! {
    /// Where the tags of tasks come from.
    ///
    /// Source: API shape `PropagateTags`.
    pub enum PropagateTags {
        /// The task definition.
        TaskDefinition = "TASK_DEFINITION",
        /// The service.
        Service = "SERVICE",
        /// Nowhere.
        None = "NONE",
    }
}

open_enum! {
    /// Whether ECS moves tasks to even out the Availability Zones.
    ///
    /// Source: API shape `AvailabilityZoneRebalancing`.
    pub enum AvailabilityZoneRebalancing {
        /// It does.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
    }
}

open_enum! {
    /// Who manages the compute resources of a service.
    ///
    /// Source: API shape `ResourceManagementType`.
    pub enum ResourceManagementType {
        /// The user.
        Customer = "CUSTOMER",
        /// Amazon ECS.
        Ecs = "ECS",
    }
}
