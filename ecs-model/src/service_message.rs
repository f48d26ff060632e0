//! The messages of service events, exactly as AWS writes them.
//!
//! People search their logs for these texts and alarm on them, so each has a function here.
//!
//! ```
//! use ecs_model::service_message;
//!
//! assert_eq!(
//!     service_message::resources_not_found("sample-webapp"),
//!     "(service sample-webapp) was unable to place a task because the resources could not be found."
//! );
//! ```
//!
//! [`ServiceMessage::read`] goes the other way, for messages of the wire and of the console.
//!
//! Source: Developer Guide, service event messages, 2015 and today.

mod form;
mod table;

pub use form::{MessageField, ServiceMessage};
pub use table::MessageKind;

use std::sync::Arc;

/// What a message is about: a service, or one of its task sets.
///
/// ```
/// use ecs_model::service_message::{Subject, started};
///
/// assert_eq!(started("web", ["1a"]), "(service web) has started 1 tasks: (task 1a).");
/// assert_eq!(
///     started(Subject::task_set("web", "ecs-svc/1"), ["1a"]),
///     "(service web, taskSet ecs-svc/1) has started 1 tasks: (task 1a)."
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    service: &'a str,
    task_set: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// A task set by the name of its service and its id.
    #[must_use]
    pub const fn task_set(service: &'a str, id: &'a str) -> Self {
        Self {
            service,
            task_set: Some(id),
        }
    }

    fn values(self) -> Vec<(MessageField, &'a str)> {
        let task_set = self.task_set.map(|id| (MessageField::TaskSet, id));
        let service = [(MessageField::Service, self.service)];
        service.into_iter().chain(task_set).collect()
    }
}

impl<'a> From<&'a str> for Subject<'a> {
    fn from(service: &'a str) -> Self {
        let task_set = None;
        Self { service, task_set }
    }
}

impl<'a> From<&'a Arc<str>> for Subject<'a> {
    fn from(service: &'a Arc<str>) -> Self {
        Self::from(&**service)
    }
}

/// What the guide of 2015 prints when no container instance has the resources for a task.
#[must_use]
pub fn resources_not_found(service: &str) -> String {
    about(MessageKind::ResourcesNotFound, service, &[])
}

/// All tasks that the service shall have run, and no deployment is under way.
#[must_use]
pub fn steady_state(service: &str) -> String {
    about(MessageKind::SteadyState, service, &[])
}

/// Tasks were started, by task id.
#[must_use]
pub fn started<'a>(
    subject: impl Into<Subject<'a>>,
    tasks: impl IntoIterator<Item = &'a str>,
) -> String {
    tasks_of(MessageKind::Started, subject, tasks)
}

/// Tasks were stopped, by task id.
#[must_use]
pub fn stopped<'a>(
    subject: impl Into<Subject<'a>>,
    tasks: impl IntoIterator<Item = &'a str>,
) -> String {
    tasks_of(MessageKind::Stopped, subject, tasks)
}

/// So many tasks were stopped that did not run yet.
#[must_use]
pub fn stopped_pending<'a>(subject: impl Into<Subject<'a>>, tasks: usize) -> String {
    let tasks = tasks.to_string();
    about(
        MessageKind::StoppedPending,
        subject,
        &[(MessageField::Count, &tasks)],
    )
}

/// An essential container of a task failed its health checks.
#[must_use]
pub fn container_unhealthy<'a>(subject: impl Into<Subject<'a>>, task: &str) -> String {
    about(
        MessageKind::ContainerUnhealthy,
        subject,
        &[(MessageField::Task, task)],
    )
}

/// A task that a target group found unhealthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnhealthyTarget<'a> {
    /// The id of the task.
    pub task: &'a str,
    /// Where the target group asks it, if that is known.
    pub address: Option<TargetAddress<'a>>,
    /// The ARN of the target group.
    pub target_group: &'a str,
    /// Why, such as `Request timed out`.
    pub reason: &'a str,
}

/// Where a target group asks whether a task is healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TargetAddress<'a> {
    /// The port.
    pub port: u16,
    /// The id of the EC2 instance whose port it is; none if it is that of the task itself.
    pub instance: Option<&'a str>,
}

impl<'a> TargetAddress<'a> {
    /// A port of the task.
    #[must_use]
    pub const fn of_task(port: u16) -> Self {
        let instance = None;
        Self { port, instance }
    }

    /// A port of the EC2 instance on which the task runs.
    #[must_use]
    pub const fn of_instance(port: u16, instance: &'a str) -> Self {
        let instance = Some(instance);
        Self { port, instance }
    }
}

impl<'a> UnhealthyTarget<'a> {
    /// A task whose address is not known.
    #[must_use]
    pub const fn new(task: &'a str, target_group: &'a str, reason: &'a str) -> Self {
        Self {
            task,
            address: None,
            target_group,
            reason,
        }
    }
}

/// A target group found a task unhealthy. Without an address the words are this library's: Amazon ECS
/// always tells one.
///
/// ```
/// use ecs_model::service_message::{TargetAddress, UnhealthyTarget, target_unhealthy};
///
/// let mut target = UnhealthyTarget::new("1a", "arn", "Request timed out");
/// target.address = Some(TargetAddress::of_task(8080));
/// assert_eq!(
///     target_unhealthy("web", &target),
///     "(service web) (task 1a) (port 8080) is unhealthy in (target-group arn) due to (reason \
///      Request timed out)."
/// );
/// ```
#[must_use]
pub fn target_unhealthy<'a>(
    subject: impl Into<Subject<'a>>,
    target: &UnhealthyTarget<'_>,
) -> String {
    let port = target.address.map(|address| address.port.to_string());
    let instance = target.address.and_then(|address| address.instance);
    let mut values = vec![
        (MessageField::Task, target.task),
        (MessageField::TargetGroup, target.target_group),
        (MessageField::Reason, target.reason),
    ];
    values.extend(instance.map(|id| (MessageField::Instance, id)));
    values.extend(port.as_deref().map(|port| (MessageField::Port, port)));
    about(MessageKind::TaskUnhealthyInTargetGroup, subject, &values)
}

/// Tasks were registered in a target group.
#[must_use]
pub fn registered_targets<'a>(
    subject: impl Into<Subject<'a>>,
    count: usize,
    target_group: &str,
) -> String {
    let values = (count, MessageField::TargetGroup, target_group);
    counted(MessageKind::RegisteredTargets, subject, values)
}

/// Tasks were deregistered from a target group.
#[must_use]
pub fn deregistered_targets<'a>(
    subject: impl Into<Subject<'a>>,
    count: usize,
    target_group: &str,
) -> String {
    let values = (count, MessageField::TargetGroup, target_group);
    counted(MessageKind::DeregisteredTargets, subject, values)
}

/// The instances of tasks were registered with a Classic Load Balancer.
#[must_use]
pub fn registered_instances<'a>(
    subject: impl Into<Subject<'a>>,
    count: usize,
    load_balancer: &str,
) -> String {
    let values = (count, MessageField::LoadBalancer, load_balancer);
    counted(MessageKind::RegisteredInstances, subject, values)
}

/// The instances of tasks were deregistered from a Classic Load Balancer.
#[must_use]
pub fn deregistered_instances<'a>(
    subject: impl Into<Subject<'a>>,
    count: usize,
    load_balancer: &str,
) -> String {
    let values = (count, MessageField::LoadBalancer, load_balancer);
    counted(MessageKind::DeregisteredInstances, subject, values)
}

/// Connections to so many tasks are drained. Here Amazon ECS names every deployment as a
/// [task set](Subject::task_set) today.
#[must_use]
pub fn draining_connections<'a>(subject: impl Into<Subject<'a>>, tasks: usize) -> String {
    let tasks = tasks.to_string();
    let values = [(MessageField::Count, &*tasks)];
    about(MessageKind::DrainingConnections, subject, &values)
}

/// Why no container instance could take a task of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlacementObstacle<'a> {
    /// The cluster has no container instance.
    NoInstances,
    /// The capacity provider has no container instance.
    NoInstancesInCapacityProvider,
    /// This container instance came closest.
    Closest {
        /// The id of the container instance.
        instance: &'a str,
        /// What kept the task from it.
        reason: ClosestReason<'a>,
    },
}

/// What kept a task from the container instance that came closest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClosestReason<'a> {
    /// Too few CPU units are left.
    Cpu,
    /// Too little memory is left.
    Memory,
    /// A host port of the task is taken.
    Port,
    /// An attribute that the task needs is missing.
    Attribute,
    /// Its agent is not connected. Until 2023 this was told as the error `AGENT`.
    Agent,
    /// Something else, as the reason of a [`Failure`](crate::Failure): `RESOURCE:ENI`.
    Error(&'a str),
}

/// No container instance could take a task.
///
/// ```
/// use ecs_model::service_message::{ClosestReason, PlacementObstacle, self};
///
/// let closest = PlacementObstacle::Closest {
///     instance: "3f4de1c5-ffdd-4954-af7e-75b4be0c8841",
///     reason: ClosestReason::Port,
/// };
/// assert_eq!(
///     service_message::unable_to_place("ecs-simple-service", &closest),
///     "(service ecs-simple-service) was unable to place a task because no container instance met \
///      all of its requirements. The closest matching (container-instance \
///      3f4de1c5-ffdd-4954-af7e-75b4be0c8841) is already using a port required by your task. For \
///      more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
/// );
/// ```
#[must_use]
pub fn unable_to_place(service: &str, obstacle: &PlacementObstacle<'_>) -> String {
    let (instance, reason) = match obstacle {
        PlacementObstacle::NoInstances => return about(MessageKind::NoInstances, service, &[]),
        PlacementObstacle::NoInstancesInCapacityProvider => {
            return about(MessageKind::NoInstancesInCapacityProvider, service, &[]);
        }
        PlacementObstacle::Closest { instance, reason } => (*instance, reason),
    };
    let (kind, error) = match reason {
        ClosestReason::Cpu => (MessageKind::ClosestLacksCpu, ""),
        ClosestReason::Memory => (MessageKind::ClosestLacksMemory, ""),
        ClosestReason::Port => (MessageKind::ClosestLacksPort, ""),
        ClosestReason::Attribute => (MessageKind::ClosestLacksAttribute, ""),
        ClosestReason::Agent => (MessageKind::ClosestLacksAgent, ""),
        ClosestReason::Error(error) => (MessageKind::ClosestRefuses, *error),
    };
    let values = [
        (MessageField::ContainerInstance, instance),
        (MessageField::Error, error),
    ];
    about(kind, service, &values)
}

/// A task ended before it ran, for the reason that stands in its `stoppedReason`, or Fargate has
/// no place for it.
#[must_use]
pub fn unable_to_place_for(service: &str, reason: &str) -> String {
    let end = if reason.ends_with('.') { "" } else { "." };
    let reason = format!("{reason}{end}");
    about(
        MessageKind::UnableToPlace,
        service,
        &[(MessageField::Reason, &reason)],
    )
}

/// As many tasks of the cluster wait in `PROVISIONING` as may.
#[must_use]
pub fn provisioning_limit(service: &str) -> String {
    about(MessageKind::ProvisioningLimit, service, &[])
}

/// More tasks are protected than the service shall have: so many.
#[must_use]
pub fn unable_to_scale_in(service: &str, task_set: &str, protected: usize) -> String {
    let values = [
        (MessageField::TaskSet, task_set),
        (MessageField::Reason, &protected_tasks(protected)),
    ];
    about(MessageKind::ProtectedTasks, service, &values)
}

/// The reason of a task set that cannot scale in, as [`unable_to_rebalance`] takes it.
#[must_use]
pub fn protected_tasks(count: usize) -> String {
    format!("{count} tasks under protection")
}

/// Tasks of the service end again and again before they run.
#[must_use]
pub fn unable_to_start_consistently(service: &str) -> String {
    about(MessageKind::UnableToStart, service, &[])
}

/// Too many calls were made for the service.
#[must_use]
pub fn throttled(service: &str) -> String {
    about(MessageKind::Throttled, service, &[])
}

/// The percentages of the deployment leave no room for a step.
#[must_use]
pub fn deployment_blocked(service: &str) -> String {
    about(MessageKind::DeploymentBlocked, service, &[])
}

/// The circuit breaker has given a deployment up.
#[must_use]
pub fn deployment_failed(service: &str, deployment: &str) -> String {
    about(
        MessageKind::DeploymentFailed,
        service,
        &[(MessageField::Deployment, deployment)],
    )
}

/// An alarm has ended a deployment.
#[must_use]
pub fn deployment_failed_by_alarm(service: &str, deployment: &str) -> String {
    about(
        MessageKind::DeploymentFailedByAlarm,
        service,
        &[(MessageField::Deployment, deployment)],
    )
}

/// A deployment that shifts traffic has failed, for the reason of its service deployment.
#[must_use]
pub fn deployment_failed_for(service: &str, deployment: &str, reason: &str) -> String {
    let values = [
        (MessageField::Deployment, deployment),
        (MessageField::Reason, reason),
    ];
    about(MessageKind::DeploymentFailedFor, service, &values)
}

/// A deployment could not go back, for the reason of its service deployment.
#[must_use]
pub fn rollback_failed(service: &str, deployment: &str, reason: &str) -> String {
    let values = [
        (MessageField::Deployment, deployment),
        (MessageField::Reason, reason),
    ];
    about(MessageKind::RollbackFailed, service, &values)
}

/// A deployment is complete.
#[must_use]
pub fn deployment_completed(service: &str, deployment: &str) -> String {
    about(
        MessageKind::DeploymentCompleted,
        service,
        &[(MessageField::Deployment, deployment)],
    )
}

/// The last completed deployment is restored.
#[must_use]
pub fn rolling_back(service: &str, deployment: &str) -> String {
    about(
        MessageKind::RollingBack,
        service,
        &[(MessageField::Deployment, deployment)],
    )
}

/// Tasks were started in a zone to even out the Availability Zones, by task id.
#[must_use]
pub fn started_in_zone<'a>(
    service: &str,
    zone: &str,
    tasks: impl IntoIterator<Item = &'a str>,
) -> String {
    tasks_in(MessageKind::StartedInZone, service, zone, tasks)
}

/// Tasks were stopped in a zone to even out the Availability Zones, by task id.
#[must_use]
pub fn stopped_in_zone<'a>(
    service: &str,
    zone: &str,
    tasks: impl IntoIterator<Item = &'a str>,
) -> String {
    tasks_in(MessageKind::StoppedInZone, service, zone, tasks)
}

/// The Availability Zones have so many tasks, and are being evened out.
#[must_use]
pub fn zones_uneven<'a>(service: &str, zones: impl IntoIterator<Item = (&'a str, u32)>) -> String {
    zones_of(MessageKind::Unbalanced, service, zones)
}

/// The Availability Zones have so many tasks, which are even.
#[must_use]
pub fn zones_even<'a>(service: &str, zones: impl IntoIterator<Item = (&'a str, u32)>) -> String {
    zones_of(MessageKind::Balanced, service, zones)
}

/// A zone takes no task, for want of room on its container instances or for another reason.
#[must_use]
pub fn no_place_in_zone(service: &str, zone: &str, no_instance_has_room: bool) -> String {
    let kind = match no_instance_has_room {
        true => MessageKind::NoPlaceInZone,
        false => MessageKind::NoPlaceInZoneAtAll,
    };
    about(kind, service, &[(MessageField::Zone, zone)])
}

/// A protected task keeps the Availability Zones from being evened out.
#[must_use]
pub fn unable_to_rebalance(service: &str, task_set: &str, reason: &str) -> String {
    let values = [
        (MessageField::TaskSet, task_set),
        (MessageField::Reason, reason),
    ];
    about(MessageKind::UnableToRebalance, service, &values)
}

/// The Availability Zones are not evened out any more.
#[must_use]
pub fn rebalancing_stopped(service: &str) -> String {
    about(MessageKind::RebalancingStopped, service, &[])
}

/// A task set shall have another number of tasks.
#[must_use]
pub fn task_set_scaled(service: &str, task_set: &str, tasks: u32) -> String {
    let tasks = tasks.to_string();
    let values = [
        (MessageField::TaskSet, task_set),
        (MessageField::Count, &tasks),
    ];
    about(MessageKind::ComputedDesiredCount, service, &values)
}

/// A task set has the tasks it shall have.
#[must_use]
pub fn task_set_steady(service: &str, task_set: &str) -> String {
    let values = [
        (MessageField::TaskSet, task_set),
        (MessageField::State, "STEADY_STATE"),
    ];
    about(MessageKind::TaskSetState, service, &values)
}

/// A message about a service, or a task set of it.
fn about<'a>(
    kind: MessageKind,
    subject: impl Into<Subject<'a>>,
    values: &[(MessageField, &str)],
) -> String {
    let values = [&subject.into().values()[..], values].concat();
    ServiceMessage::new(kind, &values).to_string()
}

/// A message that counts something at one place.
fn counted<'a>(
    kind: MessageKind,
    subject: impl Into<Subject<'a>>,
    (count, field, value): (usize, MessageField, &str),
) -> String {
    let count = count.to_string();
    about(
        kind,
        subject,
        &[(MessageField::Count, &count), (field, value)],
    )
}

/// A message that lists tasks.
fn tasks_of<'a>(
    kind: MessageKind,
    subject: impl Into<Subject<'a>>,
    tasks: impl IntoIterator<Item = &'a str>,
) -> String {
    let message = ServiceMessage::new(kind, &subject.into().values());
    message.with_tasks(tasks).to_string()
}

/// A message that lists tasks in a zone.
fn tasks_in<'a>(
    kind: MessageKind,
    service: &str,
    zone: &str,
    tasks: impl IntoIterator<Item = &'a str>,
) -> String {
    let values = [(MessageField::Service, service), (MessageField::Zone, zone)];
    ServiceMessage::new(kind, &values)
        .with_tasks(tasks)
        .to_string()
}

/// A message that lists zones.
fn zones_of<'a>(
    kind: MessageKind,
    service: &str,
    zones: impl IntoIterator<Item = (&'a str, u32)>,
) -> String {
    let zones = zones
        .into_iter()
        .map(|(zone, tasks)| format!("{tasks} tasks in {zone}"));
    let zones = zones.collect::<Vec<_>>().join(", ");
    about(kind, service, &[(MessageField::Zones, &zones)])
}
