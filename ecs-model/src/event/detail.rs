use ecs_taskdef::{open_enum, shape};

use crate::Timestamp;
use crate::deployment::{DeploymentLifecycleHookTargetType, ServiceDeploymentLifecycleStage};

shape! {
    /// Something that a service did, or could not do.
    ///
    /// Source: Developer Guide, Amazon ECS service action events.
    pub struct ServiceAction {
        /// How bad it is.
        event_type: EventLevel = "eventType" => required(),
        /// What it is.
        event_name: EventName = "eventName" => required(),
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn" => required(),
        /// When it happened.
        created_at: Timestamp = "createdAt",
        /// Why, such as `RESOURCE:CPU`.
        reason: String = "reason",
        /// The tasks the service shall have.
        desired_count: i32 = "desiredCount",
        /// The port of the container that is not healthy.
        container_port: i32 = "containerPort",
        /// The ARNs of the capacity providers it is about.
        capacity_provider_arns: Vec<String> = "capacityProviderArns",
        /// The ARNs of the tasks it is about.
        task_arns: Vec<String> = "taskArns",
        /// The ARNs of the task sets it is about.
        task_set_arns: Vec<String> = "taskSetArns",
        /// The ARNs of the container instances it is about.
        container_instance_arns: Vec<String> = "containerInstanceArns",
        /// The ids of the EC2 instances it is about.
        ec2_instance_ids: Vec<String> = "ec2InstanceIds",
        /// The ARNs of the target groups it is about.
        target_group_arns: Vec<String> = "targetGroupArns",
        /// The ARNs of the registries it is about.
        service_registry_arns: Vec<String> = "serviceRegistryArns",
        /// The targets that are not healthy.
        targets: Vec<String> = "targets",
    }
}

shape! {
    /// How far a deployment is.
    ///
    /// Source: Developer Guide, Amazon ECS service deployment state change events.
    pub struct DeploymentStateChange {
        /// How bad it is.
        event_type: EventLevel = "eventType" => required(),
        /// What it is.
        event_name: EventName = "eventName" => required(),
        /// The id of the deployment, such as `ecs-svc/123`.
        deployment_id: String = "deploymentId",
        /// When it changed.
        updated_at: Timestamp = "updatedAt",
        /// Why, in words.
        reason: String = "reason",
    }
}

shape! {
    /// How far a lifecycle hook of a service deployment is.
    ///
    /// Source: Developer Guide, Amazon ECS hook state change events.
    pub struct HookStateChange {
        /// How bad it is.
        event_type: EventLevel = "eventType" => required(),
        /// What it is.
        event_name: EventName = "eventName" => required(),
        /// The id of the hook.
        hook_id: String = "hookId",
        /// What it calls.
        hook_type: DeploymentLifecycleHookTargetType = "hookType",
        /// When it times out.
        expires_at: Timestamp = "expiresAt",
        /// The stage at which it was called.
        lifecycle_stage: ServiceDeploymentLifecycleStage = "lifecycleStage",
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn",
        /// The ARN of the service.
        service_arn: String = "serviceArn",
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn",
        /// When it changed.
        updated_at: Timestamp = "updatedAt",
    }
}

open_enum! {
    /// How bad it is what an event tells.
    ///
    /// Source: Developer Guide, Amazon ECS service action events.
    pub enum EventLevel {
        /// All is well.
        Info = "INFO",
        /// It may need attention.
        Warn = "WARN",
        /// The service does not have what it shall have.
        Error = "ERROR",
    }
}

open_enum! {
    /// What an event about a service tells.
    ///
    /// Source: Developer Guide, Amazon ECS service action events, service deployment state change
    /// events, hook state change events and service rebalancing events.
    pub enum EventName {
        /// The service has the tasks it shall have, healthy.
        ServiceSteadyState = "SERVICE_STEADY_STATE",
        /// A task set has the tasks it shall have, healthy.
        TasksetSteadyState = "TASKSET_STEADY_STATE",
        /// A capacity provider has the instances it shall have.
        CapacityProviderSteadyState = "CAPACITY_PROVIDER_STEADY_STATE",
        /// The desired count was changed.
        ServiceDesiredCountUpdated = "SERVICE_DESIRED_COUNT_UPDATED",
        /// The service stopped tasks.
        TasksStopped = "TASKS_STOPPED",
        /// The service started tasks.
        TasksStarted = "TASKS_STARTED",
        /// Tasks begin to move between Availability Zones.
        ServiceRebalancingStarted = "SERVICE_REBALANCING_STARTED",
        /// The Availability Zones have as many tasks as each other.
        ServiceRebalancingCompleted = "SERVICE_REBALANCING_COMPLETED",
        /// Tasks no longer move between Availability Zones.
        ServiceRebalancingStopped = "SERVICE_REBALANCING_STOPPED",
        /// Tasks to be stopped are protected.
        TasksetScaleInFailureByTaskProtection = "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION",
        /// Tasks do not start again and again.
        ServiceTaskStartImpaired = "SERVICE_TASK_START_IMPAIRED",
        /// A task in service discovery is not healthy.
        ServiceDiscoveryInstanceUnhealthy = "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY",
        /// A target of VPC Lattice is not healthy.
        VpcLatticeTargetUnhealthy = "VPC_LATTICE_TARGET_UNHEALTHY",
        /// A task of a daemon service no longer meets its constraints.
        ServiceDaemonPlacementConstraintViolated = "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED",
        /// ECS was told to slow down.
        EcsOperationThrottled = "ECS_OPERATION_THROTTLED",
        /// Service discovery told ECS to slow down.
        ServiceDiscoveryOperationThrottled = "SERVICE_DISCOVERY_OPERATION_THROTTLED",
        /// No container instance can take a task.
        ServiceTaskPlacementFailure = "SERVICE_TASK_PLACEMENT_FAILURE",
        /// A task cannot start as it is configured.
        ServiceTaskConfigurationFailure = "SERVICE_TASK_CONFIGURATION_FAILURE",
        /// The health of the service is not known.
        ServiceHealthUnknown = "SERVICE_HEALTH_UNKNOWN",
        /// A deployment goes on.
        ServiceDeploymentInProgress = "SERVICE_DEPLOYMENT_IN_PROGRESS",
        /// A deployment is done.
        ServiceDeploymentCompleted = "SERVICE_DEPLOYMENT_COMPLETED",
        /// A deployment has failed.
        ServiceDeploymentFailed = "SERVICE_DEPLOYMENT_FAILED",
        /// A hook was called.
        HookInProgress = "HOOK_IN_PROGRESS",
        /// A deployment pauses until someone continues it.
        HookAwaitingAction = "HOOK_AWAITING_ACTION",
        /// A hook has succeeded.
        HookSucceeded = "HOOK_SUCCEEDED",
        /// A hook has failed.
        HookFailed = "HOOK_FAILED",
        /// A hook has not answered in time.
        HookTimedOut = "HOOK_TIMED_OUT",
    }
}
