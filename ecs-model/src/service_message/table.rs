//! The forms of service messages: each once, to write by and to read by.

/// What a service message tells. Each has one form of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// The service has the tasks it shall have, and no deployment is under way.
    SteadyState,
    /// Tasks were started.
    Started,
    /// Tasks were started in the place of unhealthy ones.
    StartedForUnhealthy,
    /// Tasks were started to even out the Availability Zones.
    StartedInZone,
    /// Tasks were stopped.
    Stopped,
    /// Tasks were stopped to even out the Availability Zones.
    StoppedInZone,
    /// Tasks were stopped that did not run yet.
    StoppedPending,
    /// Connections to tasks are drained.
    DrainingConnections,
    /// Tasks were registered in a target group.
    RegisteredTargets,
    /// Tasks were deregistered from a target group.
    DeregisteredTargets,
    /// Instances were registered with a Classic Load Balancer.
    RegisteredInstances,
    /// Instances were deregistered from a Classic Load Balancer.
    DeregisteredInstances,
    /// A target group found a task unhealthy.
    TaskUnhealthyInTargetGroup,
    /// A target group found a task unhealthy, whose port is not said.
    TargetUnhealthy,
    /// A target group found a port unhealthy, in the words of 2020.
    PortUnhealthy,
    /// A target group found a port of an instance unhealthy.
    InstanceUnhealthyInTargetGroup,
    /// A Classic Load Balancer found an instance unhealthy.
    InstanceUnhealthy,
    /// An essential container of a task failed its health checks.
    ContainerUnhealthy,
    /// A deployment is complete.
    DeploymentCompleted,
    /// The circuit breaker has given a deployment up.
    DeploymentFailed,
    /// An alarm has ended a deployment.
    DeploymentFailedByAlarm,
    /// A deployment that shifts traffic has failed.
    DeploymentFailedFor,
    /// A deployment could not go back.
    RollbackFailed,
    /// The last completed deployment is restored.
    RollingBack,
    /// The percentages of the deployment leave no room for a step.
    DeploymentBlocked,
    /// The cluster has no container instance.
    NoInstances,
    /// The capacity provider has no container instance.
    NoInstancesInCapacityProvider,
    /// The closest container instance has too few CPU units left.
    ClosestLacksCpu,
    /// The closest container instance has too little memory left.
    ClosestLacksMemory,
    /// A host port is taken on the closest container instance.
    ClosestLacksPort,
    /// The closest container instance lacks an attribute.
    ClosestLacksAttribute,
    /// The agent of the closest container instance is not connected.
    ClosestLacksAgent,
    /// The closest container instance takes no task for another reason.
    ClosestRefuses,
    /// No container instance takes a task, in the words of 2015.
    ResourcesNotFound,
    /// A task ended before it ran, or found no place.
    UnableToPlace,
    /// Tasks end again and again before they run.
    UnableToStart,
    /// Too many calls were made for the service.
    Throttled,
    /// Too many calls were made to its Classic Load Balancer.
    ThrottledOnElb,
    /// A task could not be launched.
    FailedToLaunch,
    /// Tasks could not be registered in a target group.
    FailedToRegister,
    /// More tasks are protected than the service shall have, in the words of the guide.
    UnableToScaleIn,
    /// More tasks are protected than the service shall have.
    ProtectedTasks,
    /// A protected task keeps the Availability Zones from being evened out.
    UnableToRebalance,
    /// The Availability Zones are being evened out.
    Unbalanced,
    /// The Availability Zones are even.
    Balanced,
    /// The Availability Zones are not evened out any more.
    RebalancingStopped,
    /// No container instance of a zone takes a task.
    NoPlaceInZone,
    /// A zone takes no task.
    NoPlaceInZoneAtAll,
    /// A task set shall have another number of tasks.
    ComputedDesiredCount,
    /// A task set is steady.
    TaskSetState,
    /// Tasks of a deployment could not be launched.
    CouldNotLaunch,
    /// Too many tasks of the cluster wait for capacity.
    ProvisioningLimit,
}

/// The forms, as they come over the wire. Of two that a text can have, the first is meant.
pub(super) const FORMS: &[(MessageKind, &str)] = &[
    (
        MessageKind::SteadyState,
        "{service} has reached a steady state.",
    ),
    (
        MessageKind::Started,
        "{service} has started {count} tasks:{tasks}.",
    ),
    (
        MessageKind::StartedForUnhealthy,
        "{service} has started {count} tasks:{tasks}. Amazon ECS replaced {replaced} tasks due to an unhealthy status.",
    ),
    (
        MessageKind::StartedInZone,
        "{service} has started {count} tasks in {zone} to AZ Rebalance:{tasks}.",
    ),
    (
        MessageKind::Stopped,
        "{service} has stopped {count} running tasks:{tasks}.",
    ),
    (
        MessageKind::StoppedInZone,
        "{service} has stopped {count} running tasks in {zone} due to AZ rebalancing:{tasks}.",
    ),
    (
        MessageKind::StoppedPending,
        "{service} stopped {count} pending tasks.",
    ),
    (
        MessageKind::DrainingConnections,
        "{service} has begun draining connections on {count} tasks.",
    ),
    (
        MessageKind::RegisteredTargets,
        "{service} registered {count} targets in (target-group {targetGroup})",
    ),
    (
        MessageKind::DeregisteredTargets,
        "{service} deregistered {count} targets in (target-group {targetGroup})",
    ),
    (
        MessageKind::RegisteredInstances,
        "{service} registered {count} instances in (elb {loadBalancer})",
    ),
    (
        MessageKind::DeregisteredInstances,
        "{service} deregistered {count} instances in (elb {loadBalancer})",
    ),
    (
        MessageKind::TaskUnhealthyInTargetGroup,
        "{service} (task {task}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason}).",
    ),
    (
        MessageKind::TargetUnhealthy,
        "{service} (task {task}) is unhealthy in (target-group {targetGroup}) due to (reason {reason}).",
    ),
    (
        MessageKind::PortUnhealthy,
        "{service} (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason}).",
    ),
    (
        MessageKind::InstanceUnhealthyInTargetGroup,
        "{service} (instance {instance}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})",
    ),
    (
        MessageKind::InstanceUnhealthy,
        "{service} (instance {instance}) is unhealthy in (elb {loadBalancer}) due to (reason {reason})",
    ),
    (
        MessageKind::ContainerUnhealthy,
        "{service} (task {task}) failed container health checks.",
    ),
    (
        MessageKind::DeploymentCompleted,
        "{service} (deployment {deployment}) deployment completed.",
    ),
    (
        MessageKind::DeploymentFailed,
        "{service} (deployment {deployment}) deployment failed: tasks failed to start.",
    ),
    (
        MessageKind::DeploymentFailedByAlarm,
        "{service} (deployment {deployment}) deployment failed: alarm detected.",
    ),
    (
        MessageKind::DeploymentFailedFor,
        "{service} (deployment {deployment}) deployment failed: {reason}",
    ),
    (
        MessageKind::RollbackFailed,
        "{service} (deployment {deployment}) rollback has failed. {reason}",
    ),
    (
        MessageKind::RollingBack,
        "{service} rolling back to deployment {deployment}.",
    ),
    (
        MessageKind::DeploymentBlocked,
        "{service} was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
    ),
    (
        MessageKind::NoInstances,
        "{service} was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::NoInstancesInCapacityProvider,
        "{service} was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your capacity provider. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ClosestLacksCpu,
        "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) has insufficient CPU units available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ClosestLacksMemory,
        "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ClosestLacksPort,
        "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) is already using a port required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ClosestLacksAttribute,
        "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) is missing an attribute required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ClosestLacksAgent,
        "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) doesn't have the agent connected. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ClosestRefuses,
        "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) encountered error \"{error}\". For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::ResourcesNotFound,
        "{service} was unable to place a task because the resources could not be found.",
    ),
    (
        MessageKind::UnableToStart,
        "{service} is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        MessageKind::Throttled,
        "{service} operations are being throttled. Will try again later.",
    ),
    (
        MessageKind::ThrottledOnElb,
        "{service} operations are being throttled on elb. Will try again later.",
    ),
    (
        MessageKind::FailedToLaunch,
        "{service} failed to launch a task with (error {error}).",
    ),
    (
        MessageKind::FailedToRegister,
        "{service} failed to register targets in (target-group {targetGroup}) with (error {error})",
    ),
    (
        MessageKind::UnableToScaleIn,
        "{service} was unable to reach steady state because task set ({taskSet}) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks",
    ),
    (
        MessageKind::ProtectedTasks,
        "{service} was unable to reach steady state because (taskSet {taskSet}) was unable to scale in due to (reason {reason})",
    ),
    (
        MessageKind::UnableToRebalance,
        "{service} was unable to AZ Rebalance because (taskSet {taskSet}) was unable to scale in due to (reason {reason})",
    ),
    (
        MessageKind::Unbalanced,
        "{service} is not AZ balanced with {zones}. AZ Rebalancing in progress.",
    ),
    (
        MessageKind::Balanced,
        "{service} is AZ balanced with {zones}.",
    ),
    (
        MessageKind::RebalancingStopped,
        "{service} stopped AZ Rebalancing.",
    ),
    (
        MessageKind::NoPlaceInZone,
        "{service} is unable to place a task in {zone} because no container instance met all of its requirements.",
    ),
    (
        MessageKind::NoPlaceInZoneAtAll,
        "{service} is unable to place a task in {zone}.",
    ),
    (
        MessageKind::ComputedDesiredCount,
        "{service} updated computedDesiredCount for taskSet {taskSet} to {count}.",
    ),
    (
        MessageKind::TaskSetState,
        "{service} updated state to {state}.",
    ),
    (
        MessageKind::CouldNotLaunch,
        "{service} could not launch {count} tasks for deployment {deployment}.",
    ),
    (
        MessageKind::ProvisioningLimit,
        "{service} was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.",
    ),
    (
        MessageKind::UnableToPlace,
        "{service} was unable to place a task. Reason: {reason}",
    ),
];
