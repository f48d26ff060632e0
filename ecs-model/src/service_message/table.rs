//! The forms of service messages: each once, to write by and to read by.

/// Declares the kinds of messages, each with its forms: the words, in which `{}` stands in place of
/// a value, `{tasks}` of ` (task ID)` for each task, and `{more}` of the words that lead to the
/// guide, which the console cuts.
///
/// A message is written by the first form all of whose values are given. Of two forms that a text
/// can have, the first is meant.
macro_rules! kinds {
    ($($(#[$about:meta])* $kind:ident => $($form:literal)|+,)+) => {
        /// What a service message tells.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum MessageKind {
            $($(#[$about])* $kind,)+
        }

        impl MessageKind {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The forms, as they come over the wire.
            pub(super) const fn forms(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => &[$($form),+],)+
                }
            }
        }
    };
}

kinds! {
    /// The service has the tasks it shall have, and no deployment is under way.
    SteadyState => "{service} has reached a steady state.",
    /// Tasks were started.
    Started => "{service} has started {count} tasks:{tasks}.",
    /// Tasks were started in the place of unhealthy ones. It is only read.
    StartedForUnhealthy => "{service} has started {count} tasks:{tasks}. Amazon ECS replaced {replaced} tasks due to an unhealthy status.",
    /// Tasks were started to even out the Availability Zones.
    StartedInZone => "{service} has started {count} tasks in {zone} to AZ Rebalance:{tasks}.",
    /// Tasks were stopped.
    Stopped => "{service} has stopped {count} running tasks:{tasks}.",
    /// Tasks were stopped to even out the Availability Zones.
    StoppedInZone => "{service} has stopped {count} running tasks in {zone} due to AZ rebalancing:{tasks}.",
    /// Tasks were stopped that did not run yet.
    StoppedPending => "{service} stopped {count} pending tasks.",
    /// Connections to tasks are drained. Amazon ECS mostly tells the deployment too, which is
    /// read, and not written.
    DrainingConnections => "{service} has begun draining connections on {count} tasks.",
    /// Tasks were registered in a target group.
    RegisteredTargets => "{service} registered {count} targets in (target-group {targetGroup})",
    /// Tasks were deregistered from a target group.
    DeregisteredTargets => "{service} deregistered {count} targets in (target-group {targetGroup})",
    /// Instances were registered with a Classic Load Balancer.
    RegisteredInstances => "{service} registered {count} instances in (elb {loadBalancer})",
    /// Instances were deregistered from a Classic Load Balancer.
    DeregisteredInstances => "{service} deregistered {count} instances in (elb {loadBalancer})",
    /// A target group found a task unhealthy. The form without a port is this library's, for where
    /// the port is not known.
    TaskUnhealthyInTargetGroup =>
        "{service} (task {task}) (instance {instance}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})."
        | "{service} (task {task}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})."
        | "{service} (task {task}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})."
        | "{service} (task {task}) (instance {instance}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})"
        | "{service} (task {task}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})",
    /// A target group found a port unhealthy, in the words of 2020. It is only read.
    PortUnhealthy => "{service} (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason}).",
    /// A target group found a port of an instance unhealthy. It is only read.
    InstanceUnhealthyInTargetGroup => "{service} (instance {instance}) (port {port}) is unhealthy in (target-group {targetGroup}) due to (reason {reason})",
    /// A Classic Load Balancer found an instance unhealthy. It is only read.
    InstanceUnhealthy =>
        "{service} (instance {instance}) is unhealthy in (elb {loadBalancer}) due to (reason {reason})"
        | "{service} (task {task}) (instance {instance}) is unhealthy in (elb {loadBalancer}) due to (reason {reason})",
    /// An essential container of a task failed its health checks.
    ContainerUnhealthy => "{service} (task {task}) failed container health checks.",
    /// A deployment is complete.
    DeploymentCompleted => "{service} (deployment {deployment}) deployment completed.",
    /// The circuit breaker has given a deployment up.
    DeploymentFailed =>
        "{service} (deployment {deployment}) deployment failed: tasks failed to start."
        | "{service} deployment failed: tasks failed to start.",
    /// An alarm has ended a deployment.
    DeploymentFailedByAlarm => "{service} (deployment {deployment}) deployment failed: alarm detected.",
    /// A deployment that shifts traffic has failed.
    DeploymentFailedFor => "{service} (deployment {deployment}) deployment failed: {reason}",
    /// A deployment could not go back. Only the console's words are recorded, which are read
    /// too; those with the service are made after the other messages of deployments.
    RollbackFailed =>
        "{service} (deployment {deployment}) rollback has failed. {reason}"
        | "Deployment [{deployment}] rollback has failed. {reason}",
    /// The last completed deployment is restored.
    RollingBack => "{service} rolling back to deployment {deployment}.",
    /// The percentages of the deployment leave no room for a step.
    DeploymentBlocked => "{service} was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
    /// The cluster has no container instance.
    NoInstances => "{service} was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.{more}",
    /// The capacity provider has no container instance.
    NoInstancesInCapacityProvider => "{service} was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your capacity provider.{more}",
    /// The closest container instance has too few CPU units left.
    ClosestLacksCpu => "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) has insufficient CPU units available.{more}",
    /// The closest container instance has too little memory left.
    ClosestLacksMemory => "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) has insufficient memory available.{more}",
    /// A host port is taken on the closest container instance.
    ClosestLacksPort => "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) is already using a port required by your task.{more}",
    /// The closest container instance lacks an attribute.
    ClosestLacksAttribute => "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) is missing an attribute required by your task.{more}",
    /// The agent of the closest container instance is not connected.
    ClosestLacksAgent => "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) doesn't have the agent connected.{more}",
    /// The closest container instance takes no task for another reason.
    ClosestRefuses => "{service} was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance {containerInstance}) encountered error \"{error}\".{more}",
    /// No container instance takes a task, in the words of 2015.
    ResourcesNotFound => "{service} was unable to place a task because the resources could not be found.",
    /// A task ended before it ran, or found no place.
    UnableToPlace => "{service} was unable to place a task. Reason: {reason}",
    /// Tasks end again and again before they run.
    UnableToStart => "{service} is unable to consistently start tasks successfully.{more}",
    /// Too many calls were made for the service.
    Throttled => "{service} operations are being throttled. Will try again later.",
    /// Too many calls were made to Elastic Load Balancing. It is only read.
    ThrottledOnElb => "{service} operations are being throttled on elb. Will try again later.",
    /// A task could not be launched. It is only read.
    FailedToLaunch => "{service} failed to launch a task with (error {error}).",
    /// Tasks could not be registered in a target group. It is only read.
    FailedToRegister => "{service} failed to register targets in (target-group {targetGroup}) with (error {error})",
    /// More tasks are protected than the service shall have, in the words of the guide. It is only
    /// read.
    UnableToScaleIn => "{service} was unable to reach steady state because task set ({taskSet}) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks",
    /// More tasks are protected than the service shall have.
    ProtectedTasks =>
        "{service} was unable to reach steady state because (taskSet {taskSet}) was unable to scale in due to (reason {reason})"
        | "{service} was unable to scale in due to (reason {reason})",
    /// A protected task keeps the Availability Zones from being evened out.
    UnableToRebalance => "{service} was unable to AZ Rebalance because (taskSet {taskSet}) was unable to scale in due to (reason {reason})",
    /// The Availability Zones are being evened out.
    Unbalanced => "{service} is not AZ balanced with {zones}. AZ Rebalancing in progress.",
    /// The Availability Zones are even.
    Balanced => "{service} is AZ balanced with {zones}.",
    /// The Availability Zones are not evened out any more.
    RebalancingStopped => "{service} stopped AZ Rebalancing.",
    /// No container instance of a zone takes a task.
    NoPlaceInZone => "{service} is unable to place a task in {zone} because no container instance met all of its requirements.",
    /// A zone takes no task.
    NoPlaceInZoneAtAll => "{service} is unable to place a task in {zone}.",
    /// A task set shall have another number of tasks.
    ComputedDesiredCount => "{service} updated computedDesiredCount for taskSet {taskSet} to {count}.",
    /// A task set is steady.
    TaskSetState => "{service} updated state to {state}.",
    /// Tasks of a deployment could not be launched. It is only read.
    CouldNotLaunch => "{service} could not launch {count} tasks for deployment {deployment}.",
    /// Too many tasks of the cluster wait for capacity.
    ProvisioningLimit => "{service} was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.",
}
