//! Fargate: a place without container instances.

use std::collections::{BTreeMap, BTreeSet};

use ecs_model::{Exception, ExceptionName, Failure};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What Amazon ECS answers where there is no capacity.
const UNAVAILABLE: &str = "Capacity is unavailable at this time. Please try again later or in a \
     different availability zone";

/// Where tasks run on Fargate: Availability Zones, by the subnets that lie in them.
///
/// Amazon ECS spreads the tasks of a group over the zones of the subnets that a request names.
/// Capacity has no limit unless one is [given](Self::with_capacity), for a simulation. Between
/// zones with the same number of tasks the first by name is taken, and of several subnets in a
/// zone the first that the request names; neither is published.
///
/// ```
/// use ecs_placement::Fargate;
///
/// let mut fargate = Fargate::new([("subnet-a", "us-east-1a"), ("subnet-b", "us-east-1b")])
///     .with_capacity("us-east-1a", 1);
/// let plan = fargate.plan("service:web", &["subnet-a", "subnet-b"], 3)?;
/// let zones: Vec<&str> = plan.places.iter().map(|place| &*place.zone).collect();
/// assert_eq!(zones, ["us-east-1a", "us-east-1b", "us-east-1b"]);
/// for (place, task) in plan.places.iter().zip(["1", "2", "3"]) {
///     fargate.start(task, "service:web", &place.zone);
/// }
/// let refused = fargate.plan("service:web", &["subnet-a"], 1)?;
/// assert_eq!(
///     refused.failures[0].reason.as_deref(),
///     Some("Capacity is unavailable at this time. Please try again later or in a different \
///           availability zone")
/// );
/// # Ok::<(), ecs_placement::FargateError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fargate {
    format: Format<Self>,
    /// The zone of each subnet.
    subnets: BTreeMap<Box<str>, Box<str>>,
    /// The zones in which all other subnets lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    elsewhere: Vec<Box<str>>,
    /// How many tasks run at once in a zone.
    capacity: BTreeMap<Box<str>, u64>,
    /// The zone and the group of each task.
    tasks: BTreeMap<Box<str>, (Box<str>, Box<str>)>,
}

/// Where copies of a task go.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "nothing runs before it is started"]
#[non_exhaustive]
pub struct FargatePlan {
    /// A place for each copy that finds one.
    pub places: Vec<FargatePlace>,
    /// One failure, without ARN, for each copy that finds none.
    pub failures: Vec<Failure>,
}

/// Where a task goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FargatePlace {
    /// The Availability Zone.
    pub zone: Box<str>,
    /// The subnet.
    pub subnet: Box<str>,
}

/// A request that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FargateError {
    /// Fargate tasks have a network interface of their own, in one of some subnets.
    #[error("no subnet was named")]
    NoSubnet,
    /// A subnet that does not exist.
    #[error("the subnet `{subnet}` is not known")]
    UnknownSubnet {
        /// The subnet.
        subnet: String,
    },
}

impl Saved for Fargate {
    const NAME: &'static str = "Fargate";
    const VERSION: u32 = 1;
}

impl FargateError {
    /// The exception with which Amazon ECS answers. Its words where no subnet is named are those
    /// for a missing network configuration.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let message = match self {
            Self::NoSubnet => "Network Configuration must be provided when networkMode 'awsvpc' \
                 is specified."
                .to_owned(),
            Self::UnknownSubnet { subnet } => format!(
                "Error retrieving subnet information for [{subnet}]: The subnet ID '{subnet}' \
                 does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            ),
        };
        Exception::new(ExceptionName::InvalidParameter, message)
    }
}

impl FargatePlan {
    /// No place for any of so many copies.
    pub(crate) fn failed(count: u32, reason: &str) -> Self {
        let failure = |_| Failure::default().with_reason(reason);
        Self {
            places: Vec::new(),
            failures: (0..count).map(failure).collect(),
        }
    }
}

impl Fargate {
    /// Zones by their subnets.
    pub fn new<'a>(subnets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let subnets = subnets.into_iter();
        Self {
            subnets: subnets
                .map(|(subnet, zone)| (subnet.into(), zone.into()))
                .collect(),
            ..Self::default()
        }
    }

    /// Lets every other subnet lie in one of these zones, by its name: where nobody knows which
    /// subnets there are, none is refused.
    ///
    /// ```
    /// use ecs_placement::Fargate;
    ///
    /// let fargate = Fargate::new([("subnet-a", "us-east-1a")]);
    /// assert_eq!(fargate.zone_of("subnet-b"), None);
    /// let believing = fargate.with_other_subnets_in(["us-east-1b"]);
    /// assert_eq!(believing.zone_of("subnet-a"), Some("us-east-1a"));
    /// assert_eq!(believing.zone_of("subnet-b"), Some("us-east-1b"));
    /// ```
    #[must_use]
    pub fn with_other_subnets_in<'a>(mut self, zones: impl IntoIterator<Item = &'a str>) -> Self {
        self.elsewhere = zones.into_iter().map(Box::from).collect();
        self
    }

    /// The zone in which a subnet lies.
    #[must_use]
    pub fn zone_of(&self, subnet: &str) -> Option<&str> {
        if let Some(zone) = self.subnets.get(subnet) {
            return Some(zone);
        }
        let number = subnet.bytes().fold(0_usize, |number, byte| {
            number.wrapping_mul(31).wrapping_add(byte.into())
        });
        let position = number.checked_rem(self.elsewhere.len())?;
        self.elsewhere.get(position).map(|zone| &**zone)
    }

    /// Lets so many tasks run in a zone at once.
    #[must_use]
    pub fn with_capacity(mut self, zone: &str, tasks: u64) -> Self {
        self.capacity.insert(zone.into(), tasks);
        self
    }

    /// Where copies of a task of this group would go.
    ///
    /// # Errors
    ///
    /// No subnet, or one that is not known.
    pub fn plan(
        &self,
        group: &str,
        subnets: &[&str],
        count: u32,
    ) -> Result<FargatePlan, FargateError> {
        let mut zones: BTreeMap<&str, &str> = BTreeMap::new();
        for subnet in subnets {
            let zone = self.zone_of(subnet);
            let zone = zone.ok_or_else(|| FargateError::UnknownSubnet {
                subnet: (*subnet).to_owned(),
            })?;
            zones.entry(zone).or_insert(subnet);
        }
        if zones.is_empty() {
            return Err(FargateError::NoSubnet);
        }
        // How many tasks of the group are in a zone, and the zone; the first has the fewest.
        let of_group = |zone: &str| self.count(|(at, of)| **at == *zone && **of == *group);
        let mut order: BTreeSet<(u64, &str)> =
            zones.keys().map(|zone| (of_group(zone), *zone)).collect();
        let mut left: BTreeMap<&str, u64> = BTreeMap::new();
        for zone in zones.keys() {
            let capacity = self.capacity.get(*zone).copied().unwrap_or(u64::MAX);
            let taken = self.count(|(at, _)| **at == **zone);
            left.insert(zone, capacity.saturating_sub(taken));
        }
        let mut plan = FargatePlan::default();
        for _ in 0..count {
            order.retain(|(_, zone)| left.get(zone).is_some_and(|left| *left > 0));
            let Some((tasks, zone)) = order.pop_first() else {
                plan.failures
                    .push(Failure::default().with_reason(UNAVAILABLE));
                continue;
            };
            order.insert((tasks.saturating_add(1), zone));
            if let Some(left) = left.get_mut(zone) {
                *left = left.saturating_sub(1);
            }
            plan.places.push(FargatePlace {
                zone: zone.into(),
                subnet: zones.get(zone).copied().unwrap_or_default().into(),
            });
        }
        Ok(plan)
    }

    /// Notes that a task runs in a zone. `false` if it is known already.
    pub fn start(&mut self, task: &str, group: &str, zone: &str) -> bool {
        let is_new = !self.tasks.contains_key(task);
        if is_new {
            self.tasks.insert(task.into(), (zone.into(), group.into()));
        }
        is_new
    }

    /// Notes that a task has stopped. `false` if it is not known.
    pub fn stopped(&mut self, task: &str) -> bool {
        self.tasks.remove(task).is_some()
    }

    /// How many tasks of a group run in each zone that has a subnet.
    #[must_use]
    pub fn tasks_of(&self, group: &str) -> BTreeMap<&str, u64> {
        let zones = self.subnets.values().chain(&self.elsewhere);
        let of_group = |zone: &str| self.count(|(at, of)| **at == *zone && **of == *group);
        zones.map(|zone| (&**zone, of_group(zone))).collect()
    }

    /// The zones of some subnets, of those that are known.
    pub(crate) fn zones_of<'a>(&'a self, subnets: &[&str]) -> impl Iterator<Item = &'a str> {
        let zones: BTreeSet<&str> = subnets
            .iter()
            .filter_map(|subnet| self.zone_of(subnet))
            .collect();
        zones.into_iter()
    }

    fn count(&self, is_it: impl Fn(&(Box<str>, Box<str>)) -> bool) -> u64 {
        self.tasks.values().filter(|task| is_it(task)).count() as u64
    }
}
