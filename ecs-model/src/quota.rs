//! [`Quotas`]: how much of what an account may have, as dated sets; and [`RateLimiter`] for those
//! quotas that are rates.
//!
//! Source: Developer Guide,
//! [service quotas](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).

mod rate_limit;

use core::fmt;
use std::collections::BTreeMap;

use ecs_taskdef::{Edition, Format, Saved};
use serde::{Deserialize, Serialize};

pub use rate_limit::{RateLimiter, Throttled};

/// A thing of which an account may have only so many.
///
/// The names are those of the Service Quotas console, or of the guide of 2015 for quotas that are
/// no longer published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Quota {
    /// Clusters in a Region.
    Clusters,
    /// Container instances in a cluster.
    ContainerInstancesPerCluster,
    /// Services in a cluster.
    ServicesPerCluster,
    /// Classic Load Balancers of a service.
    ClassicLoadBalancersPerService,
    /// Target groups of a service.
    TargetGroupsPerService,
    /// Tasks of a service.
    TasksPerService,
    /// Tasks of one RunTask call.
    TasksPerRunTask,
    /// Container instances of one StartTask call.
    ContainerInstancesPerStartTask,
    /// Container instances in a second that RunTask uses in a cluster.
    RunTaskInstancesPerSecond,
    /// Registrations of container instances in a second.
    InstanceRegistrationsPerSecond,
    /// Registrations of container instances in a minute.
    InstanceRegistrationsPerMinute,
    /// The size of a task definition in KiB.
    TaskDefinitionKib,
    /// Containers of a task definition.
    ContainersPerTaskDefinition,
    /// Revisions of a task definition family.
    RevisionsPerFamily,
    /// Registrations of task definitions in a second.
    TaskDefinitionRegistrationsPerSecond,
    /// Registrations of task definitions in a minute.
    TaskDefinitionRegistrationsPerMinute,
    /// Ports of a container instance that are taken at a time, those of the agent included.
    ReservedPortsPerInstance,
    /// Tasks in `PROVISIONING` in a cluster.
    ProvisioningTasksPerCluster,
    /// Capacity providers of a cluster.
    CapacityProvidersPerCluster,
    /// Subnets of a network configuration.
    SubnetsPerTask,
    /// Security groups of a network configuration.
    SecurityGroupsPerTask,
    /// Tags of a resource.
    TagsPerResource,
}

impl Quota {
    /// The name of the quota.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clusters => "Clusters per account",
            Self::ContainerInstancesPerCluster => "Container instances per cluster",
            Self::ServicesPerCluster => "Services per cluster",
            Self::ClassicLoadBalancersPerService => "Classic Load Balancers per service",
            Self::TargetGroupsPerService => "Target groups per service",
            Self::TasksPerService => "Tasks per service",
            Self::TasksPerRunTask => "Tasks launched per run-task",
            Self::ContainerInstancesPerStartTask => "Container instances per start-task",
            Self::RunTaskInstancesPerSecond => "Container instances per second per run-task",
            Self::InstanceRegistrationsPerSecond => "Container instance registrations per second",
            Self::InstanceRegistrationsPerMinute => "Container instance registrations per minute",
            Self::TaskDefinitionKib => "Task definition size",
            Self::ContainersPerTaskDefinition => "Containers per task definition",
            Self::RevisionsPerFamily => "Revisions per task definition family",
            Self::TaskDefinitionRegistrationsPerSecond => {
                "Task definition registrations per second"
            }
            Self::TaskDefinitionRegistrationsPerMinute => {
                "Task definition registrations per minute"
            }
            Self::ReservedPortsPerInstance => "Reserved ports per container instance",
            Self::ProvisioningTasksPerCluster => "Tasks in PROVISIONING state per cluster",
            Self::CapacityProvidersPerCluster => "Capacity providers per cluster",
            Self::SubnetsPerTask => "Subnets per awsvpcConfiguration",
            Self::SecurityGroupsPerTask => "Security groups per awsvpcConfiguration",
            Self::TagsPerResource => "Tags per resource",
        }
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The default quotas of the guide of 2015.
const GUIDE_2015: [(Quota, u64); 14] = [
    (Quota::Clusters, 1_000),
    (Quota::ContainerInstancesPerCluster, 1_000),
    (Quota::ClassicLoadBalancersPerService, 1),
    (Quota::TasksPerService, 1_000),
    (Quota::TasksPerRunTask, 10),
    (Quota::ContainerInstancesPerStartTask, 10),
    (Quota::RunTaskInstancesPerSecond, 5),
    (Quota::InstanceRegistrationsPerSecond, 1),
    (Quota::InstanceRegistrationsPerMinute, 60),
    (Quota::TaskDefinitionKib, 32),
    (Quota::ContainersPerTaskDefinition, 10),
    (Quota::TaskDefinitionRegistrationsPerSecond, 1),
    (Quota::TaskDefinitionRegistrationsPerMinute, 60),
    (Quota::ReservedPortsPerInstance, 50),
];

/// The default quotas of today.
const CURRENT: [(Quota, u64); 17] = [
    (Quota::Clusters, 10_000),
    (Quota::ContainerInstancesPerCluster, 5_000),
    (Quota::ServicesPerCluster, 5_000),
    (Quota::ClassicLoadBalancersPerService, 1),
    (Quota::TargetGroupsPerService, 5),
    (Quota::TasksPerService, 5_000),
    (Quota::TasksPerRunTask, 10),
    (Quota::ContainerInstancesPerStartTask, 10),
    (Quota::TaskDefinitionKib, 64),
    (Quota::ContainersPerTaskDefinition, 10),
    (Quota::RevisionsPerFamily, 1_000_000),
    (Quota::ReservedPortsPerInstance, 100),
    (Quota::ProvisioningTasksPerCluster, 500),
    (Quota::CapacityProvidersPerCluster, 20),
    (Quota::SubnetsPerTask, 16),
    (Quota::SecurityGroupsPerTask, 5),
    (Quota::TagsPerResource, 50),
];

/// The quotas of an account.
///
/// AWS's defaults can be raised for an account: start with a named set and change what differs. A
/// quota that a set does not have is not limited by it.
///
/// ```
/// use ecs_model::quota::Quota;
/// use ecs_model::Quotas;
///
/// let quotas = Quotas::current().with(Quota::TasksPerService, 7_000);
/// assert_eq!(quotas.limit(Quota::TasksPerService), Some(7_000));
/// assert_eq!(
///     Quotas::guide_2015().check(Quota::TasksPerRunTask, 11).unwrap_err().to_string(),
///     "11 is above the quota `Tasks launched per run-task` of 10"
/// );
/// ```
///
/// Source: Developer Guide, service limits (2015) and service quotas (today).
///
/// A set can be saved and restored with `serde`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotas {
    format: Format<Self>,
    edition: Edition,
    limits: BTreeMap<Quota, u64>,
}

impl Saved for Quotas {
    const NAME: &'static str = "set of quotas";
    const VERSION: u32 = 1;
}

impl Quotas {
    /// The default quotas of the guide of 2015.
    #[must_use]
    pub fn guide_2015() -> Self {
        Self {
            format: Format::current(),
            edition: Edition::Guide2015,
            limits: BTreeMap::from(GUIDE_2015),
        }
    }

    /// The default quotas of today.
    #[must_use]
    pub fn current() -> Self {
        Self {
            format: Format::current(),
            edition: Edition::Current,
            limits: BTreeMap::from(CURRENT),
        }
    }

    /// The documents that the set was taken from. Limits that no account can have raised, such as
    /// the length of a client token, go with it.
    #[must_use]
    pub const fn edition(&self) -> Edition {
        self.edition
    }

    /// Sets a quota.
    #[must_use]
    pub fn with(mut self, quota: Quota, limit: u64) -> Self {
        self.limits.insert(quota, limit);
        self
    }

    /// How many there may be; `None` if this set does not limit it.
    #[must_use]
    pub fn limit(&self, quota: Quota) -> Option<u64> {
        self.limits.get(&quota).copied()
    }

    /// Says whether there may be that many.
    ///
    /// # Errors
    ///
    /// [`QuotaExceeded`] if `count` is above the quota.
    pub fn check(&self, quota: Quota, count: u64) -> Result<(), QuotaExceeded> {
        match self.limit(quota) {
            Some(limit) if count > limit => Err(QuotaExceeded {
                quota,
                limit,
                count,
            }),
            _ => Ok(()),
        }
    }
}

impl Default for Quotas {
    fn default() -> Self {
        Self::current()
    }
}

/// More of something than a quota allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{count} is above the quota `{quota}` of {limit}")]
#[non_exhaustive]
pub struct QuotaExceeded {
    /// The quota.
    pub quota: Quota,
    /// What it allows.
    pub limit: u64,
    /// What was asked for.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [(&str, &str, Quota); 11] = [
        ("Number of clusters per region", "1000", Quota::Clusters),
        (
            "Number of container instances per cluster",
            "1000",
            Quota::ContainerInstancesPerCluster,
        ),
        (
            "Number of load balancers per service",
            "1",
            Quota::ClassicLoadBalancersPerService,
        ),
        (
            "Number of tasks per service",
            "1000",
            Quota::TasksPerService,
        ),
        (
            "Number of tasks launched (count) per run-task",
            "10",
            Quota::TasksPerRunTask,
        ),
        (
            "Number of container instances per start-task",
            "10",
            Quota::ContainerInstancesPerStartTask,
        ),
        (
            "Throttle on number of container instances per second",
            "5 per cluster",
            Quota::RunTaskInstancesPerSecond,
        ),
        (
            "Throttle on container instance registration rate",
            "1 per second / 60 max per minute",
            Quota::InstanceRegistrationsPerSecond,
        ),
        (
            "Task definition size limit",
            "32 KiB",
            Quota::TaskDefinitionKib,
        ),
        (
            "Task definition max containers",
            "10",
            Quota::ContainersPerTaskDefinition,
        ),
        (
            "Throttle on task definition registration rate",
            "1 per second / 60 max per minute",
            Quota::TaskDefinitionRegistrationsPerSecond,
        ),
    ];

    #[test]
    fn the_table_of_the_guide() {
        let table = include_str!("../tests/data/tables/service-limits.csv");
        let rows: Vec<&str> = table.lines().skip(1).collect();
        assert_eq!(rows.len(), TABLE.len());
        let quotas = Quotas::guide_2015();
        for (row, (name, limit, quota)) in rows.into_iter().zip(TABLE) {
            let row = row.trim_start_matches('"');
            assert!(row.starts_with(name) && row.ends_with(limit), "{row}");
            let number = limit.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(quotas.limit(quota), Some(number), "{row}");
        }
        for quota in [
            Quota::InstanceRegistrationsPerMinute,
            Quota::TaskDefinitionRegistrationsPerMinute,
        ] {
            assert_eq!(quotas.limit(quota), Some(60));
        }
    }

    #[test]
    fn what_a_set_does_not_have_is_not_limited() {
        let quotas = Quotas::guide_2015();
        assert_eq!(quotas.limit(Quota::ServicesPerCluster), None);
        assert_eq!(quotas.check(Quota::ServicesPerCluster, u64::MAX), Ok(()));
        assert_eq!(quotas.check(Quota::Clusters, 1_000), Ok(()));
        assert!(quotas.check(Quota::Clusters, 1_001).is_err());
        assert_eq!(Quotas::default(), Quotas::current());
    }

    #[test]
    fn every_name_is_of_one_quota() {
        let sets = GUIDE_2015.iter().chain(&CURRENT);
        let names: BTreeMap<&str, Quota> = sets.map(|(quota, _)| (quota.name(), *quota)).collect();
        assert_eq!(names.len(), 22);
    }
}
