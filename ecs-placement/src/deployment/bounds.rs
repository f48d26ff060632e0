//! How many tasks a rolling deployment may have, and how many must be healthy.

use serde::{Deserialize, Serialize};

/// The fewest healthy tasks and the most tasks of a service during a deployment.
///
/// ```
/// use ecs_placement::deployment::Bounds;
///
/// // 75 % of seven tasks are 5.25: six must stay healthy. 150 % are 10.5: ten may be there.
/// assert_eq!(Bounds::of_percent(7, 75, 150), Bounds { lower: 6, upper: 10 });
/// ```
///
/// Source: API shape `DeploymentConfiguration`, members `minimumHealthyPercent` and
/// `maximumPercent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::exhaustive_structs,
    reason = "there are two bounds, whatever they follow from"
)]
pub struct Bounds {
    /// The tasks that stay healthy, as far as the scheduler has a say.
    pub lower: u32,
    /// The tasks that are there at most.
    pub upper: u32,
}

impl Bounds {
    /// The percentages of a desired count: the minimum rounded up, the maximum rounded down.
    #[must_use]
    pub fn of_percent(desired: u32, minimum_healthy: u32, maximum: u32) -> Self {
        let part = |percent: u32| u64::from(desired).saturating_mul(percent.into());
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            lower: count(part(minimum_healthy).div_ceil(100)),
            upper: count(part(maximum) / 100),
        }
    }

    /// One task at a time, as the guide of 2015 describes an update: one is started, and once it
    /// runs an old one is stopped.
    #[must_use]
    pub fn one_at_a_time(desired: u32) -> Self {
        Self {
            lower: desired,
            upper: desired.saturating_add(1),
        }
    }
}

/// The tasks of a service in the middle of a rolling deployment, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fleet {
    /// The tasks that the service shall have.
    pub desired: u32,
    /// Healthy tasks of older revisions.
    pub old_healthy: u32,
    /// Other tasks of older revisions that shall run: not healthy yet, or no more.
    pub old_other: u32,
    /// Healthy tasks of the new revision.
    pub new_healthy: u32,
    /// Tasks of the new revision that have not become healthy yet.
    pub new_coming: u32,
    /// Tasks of the new revision that failed their health checks.
    pub new_unhealthy: u32,
    /// Tasks that shall stop and have not.
    pub stopping: u32,
}

/// How many tasks of the new revision may start, and how many healthy ones of older revisions
/// may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Allowance {
    /// Starts.
    pub starts: u32,
    /// Stops.
    pub stops: u32,
}

impl Fleet {
    /// A service of so many tasks that has none yet.
    #[must_use]
    pub fn of(desired: u32) -> Self {
        Self {
            desired,
            ..Self::default()
        }
    }

    /// Healthy tasks of all revisions.
    #[must_use]
    pub fn healthy(&self) -> u32 {
        self.old_healthy.saturating_add(self.new_healthy)
    }

    /// The tasks that count against the upper bound. Whether those that stop do is documented
    /// both ways (API shape `DeploymentConfiguration`: no; Developer Guide, service definition
    /// parameters: yes), so the caller says it.
    #[must_use]
    pub fn counted(&self, counts_stopping: bool) -> u32 {
        let stopping = if counts_stopping { self.stopping } else { 0 };
        [
            self.old_other,
            self.new_coming,
            self.new_unhealthy,
            stopping,
        ]
        .into_iter()
        .fold(self.healthy(), u32::saturating_add)
    }

    /// The tasks of the new revision that are still to be started.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        let coming = self.new_healthy.saturating_add(self.new_coming);
        self.desired.saturating_sub(coming)
    }

    /// What the bounds allow.
    ///
    /// ```
    /// use ecs_placement::deployment::{Bounds, Fleet};
    ///
    /// let mut fleet = Fleet::of(4);
    /// fleet.old_healthy = 4;
    /// let allowed = fleet.allowance(Bounds::of_percent(4, 75, 125), true);
    /// assert_eq!((allowed.starts, allowed.stops), (1, 1));
    /// ```
    #[must_use]
    pub fn allowance(&self, bounds: Bounds, counts_stopping: bool) -> Allowance {
        let room = bounds.upper.saturating_sub(self.counted(counts_stopping));
        let spare = self.healthy().saturating_sub(bounds.lower);
        Allowance {
            starts: room.min(self.wanted()),
            stops: spare.min(self.old_healthy),
        }
    }

    /// The tasks of older revisions that shall run.
    #[must_use]
    pub fn old(&self) -> u32 {
        self.old_healthy.saturating_add(self.old_other)
    }

    /// How many tasks of older revisions are no longer needed: those beyond `floor`, the healthy
    /// new ones counted in.
    #[must_use]
    pub fn surplus(&self, floor: u32) -> u32 {
        let kept = self.old();
        let there = kept.saturating_add(self.new_healthy);
        there.saturating_sub(floor).min(kept)
    }
}
