//! The phases that a task passes in ECS and the changes of its status that are legal.

use core::fmt;

use ecs_model::operation::DesiredStatus;
use ecs_model::{LaunchType, NetworkMode, TaskStatus};
use serde::{Deserialize, Serialize};

/// Last and desired status together, written `RUNNING:STOPPED` as the guide of 2015 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusPair {
    /// Where the task is.
    pub last: TaskStatus,
    /// Whether it shall stop. This changes once.
    pub shall_stop: bool,
}

impl StatusPair {
    /// Where the task shall be, as ECS says in `desiredStatus`: `RUNNING` or `STOPPED`.
    ///
    /// The API's enumeration also has `PENDING`, which ECS never sets.
    ///
    /// ```
    /// use ecs_model::operation::DesiredStatus;
    /// use ecs_state::{StatusPair, TaskStatus};
    ///
    /// let last = TaskStatus::Running;
    /// let pair = StatusPair { last, shall_stop: true };
    /// assert_eq!(pair.desired(), DesiredStatus::Stopped);
    /// ```
    #[must_use]
    pub const fn desired(self) -> DesiredStatus {
        match self.shall_stop {
            true => DesiredStatus::Stopped,
            false => DesiredStatus::Running,
        }
    }

    /// Whether a task can be seen so.
    ///
    /// A task that shall run is not being taken down: the step that begins the taking down also
    /// changes what is desired. `STOPPED:RUNNING` is seen for a moment, when all containers of a
    /// task ended by themselves.
    #[must_use]
    pub fn is_reachable(self) -> bool {
        let is_up = !matches!(
            self.last,
            TaskStatus::Deactivating
                | TaskStatus::Stopping
                | TaskStatus::Deprovisioning
                | TaskStatus::Deleted
        );
        self.shall_stop || is_up
    }
}

impl fmt::Display for StatusPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.last, self.desired())
    }
}

/// The phases a task passes besides `PENDING`, `RUNNING` and `STOPPED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Phases {
    /// ECS prepares a network interface, or waits for capacity, before the launch.
    pub provisioning: bool,
    /// ECS registers the task somewhere before it counts as running.
    pub registering: bool,
    /// Images are pulled in `ACTIVATING`, not in `PENDING`.
    pub pulling_in_activating: bool,
    /// ECS takes the task out of target groups before it stops.
    pub deactivating: bool,
    /// A stop that was asked for is visible as `STOPPING`.
    pub stopping: bool,
    /// ECS takes back a network interface after the stop.
    pub deprovisioning: bool,
}

impl Phases {
    /// The three statuses of the guide of 2015: `PENDING`, `RUNNING`, `STOPPED`.
    #[must_use]
    pub const fn guide_2015() -> Self {
        Self {
            provisioning: false,
            registering: false,
            pulling_in_activating: false,
            deactivating: false,
            stopping: false,
            deprovisioning: false,
        }
    }

    /// The phases of a task today.
    ///
    /// An `awsvpc` network is prepared and taken back, so are Fargate's and managed instances'
    /// hosts. Fargate pulls images in `ACTIVATING`; AWS's texts differ here, and agents on
    /// container instances report `PENDING` while they pull.
    ///
    /// ```
    /// use ecs_state::{HostProvider, TaskNetwork, Phases, Registration};
    ///
    /// let phases = Phases::of(HostProvider::ContainerInstance, TaskNetwork::Host, Registration::None);
    /// assert!(!phases.provisioning && !phases.deprovisioning && phases.stopping);
    /// ```
    #[must_use]
    pub const fn of(host: HostProvider, network: TaskNetwork, registration: Registration) -> Self {
        let prepared =
            matches!(host, HostProvider::Managed) || matches!(network, TaskNetwork::Awsvpc);
        Self {
            provisioning: prepared,
            registering: !matches!(registration, Registration::None),
            pulling_in_activating: matches!(host, HostProvider::Managed),
            deactivating: matches!(registration, Registration::LoadBalancer),
            stopping: true,
            deprovisioning: prepared,
        }
    }

    /// Whether a task with these phases is ever seen with this status.
    #[must_use]
    pub const fn includes(self, status: TaskStatus) -> bool {
        match status {
            TaskStatus::Provisioning => self.provisioning,
            TaskStatus::Activating => self.registering || self.pulling_in_activating,
            TaskStatus::Deactivating => self.deactivating,
            TaskStatus::Stopping => self.stopping,
            TaskStatus::Deprovisioning => self.deprovisioning,
            TaskStatus::Pending
            | TaskStatus::Running
            | TaskStatus::Stopped
            | TaskStatus::Deleted => true,
            // One that AWS may add is of no phase that is known.
            _ => false,
        }
    }

    /// Whether a task with these phases may go from one status to the next in one step.
    ///
    /// It may go up to every status that it has a phase for: a task that fails to start goes from
    /// `PENDING` to `STOPPED`. Only a stopped task is deleted.
    ///
    /// ```
    /// use ecs_state::{Phases, TaskStatus};
    ///
    /// let phases = Phases::guide_2015();
    /// assert!(phases.allow(TaskStatus::Pending, TaskStatus::Running));
    /// assert!(!phases.allow(TaskStatus::Pending, TaskStatus::Activating));
    /// assert!(!phases.allow(TaskStatus::Stopped, TaskStatus::Running));
    /// ```
    #[must_use]
    pub fn allow(self, last: TaskStatus, next: TaskStatus) -> bool {
        let follows = match next {
            TaskStatus::Deleted => last == TaskStatus::Stopped,
            _ => next > last,
        };
        follows && self.includes(next)
    }

    /// The status a new task has.
    #[must_use]
    pub const fn entry(self) -> TaskStatus {
        if self.provisioning {
            TaskStatus::Provisioning
        } else {
            TaskStatus::Pending
        }
    }
}

/// Who provides the host of a task, with respect to its phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostProvider {
    /// A container instance of the user: launch types `EC2` and `EXTERNAL`.
    ContainerInstance,
    /// AWS: launch types `FARGATE` and `MANAGED_INSTANCES`.
    Managed,
}

impl From<&LaunchType> for HostProvider {
    /// A launch type that this version of the library does not know counts as AWS's.
    fn from(launch_type: &LaunchType) -> Self {
        match launch_type {
            LaunchType::Ec2 | LaunchType::External => Self::ContainerInstance,
            _ => Self::Managed,
        }
    }
}

/// The network of a task, with respect to its phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskNetwork {
    /// The host's: network modes `bridge`, `host` and `none`.
    Host,
    /// A network interface of the task: network mode `awsvpc`.
    Awsvpc,
}

impl From<&NetworkMode> for TaskNetwork {
    fn from(mode: &NetworkMode) -> Self {
        match mode {
            NetworkMode::Awsvpc => Self::Awsvpc,
            _ => Self::Host,
        }
    }
}

/// Where ECS registers a task that was launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Registration {
    /// Nowhere.
    None,
    /// In service discovery.
    ServiceDiscovery,
    /// In target groups of a load balancer, and in service discovery if the service has it.
    LoadBalancer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_legal_only_upwards_and_into_phases_there_are() {
        let everything = Phases::of(
            HostProvider::Managed,
            TaskNetwork::Awsvpc,
            Registration::LoadBalancer,
        );
        for (position, from) in TaskStatus::ALL.iter().copied().enumerate() {
            for (other, to) in TaskStatus::ALL.iter().copied().enumerate() {
                let expected =
                    other > position && (to != TaskStatus::Deleted || from == TaskStatus::Stopped);
                assert_eq!(everything.allow(from, to), expected, "{from} to {to}");
                let old = matches!(
                    to,
                    TaskStatus::Pending
                        | TaskStatus::Running
                        | TaskStatus::Stopped
                        | TaskStatus::Deleted
                );
                assert_eq!(
                    Phases::guide_2015().allow(from, to),
                    expected && old,
                    "{from} to {to} in 2015"
                );
            }
        }
    }

    #[test]
    fn pairs_are_written_and_told_apart() {
        let pair = |last, shall_stop| StatusPair { last, shall_stop };
        assert_eq!(
            pair(TaskStatus::Running, true).to_string(),
            "RUNNING:STOPPED"
        );
        assert!(pair(TaskStatus::Stopped, false).is_reachable());
        assert!(!pair(TaskStatus::Stopping, false).is_reachable());
    }
}
