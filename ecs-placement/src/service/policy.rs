//! What a service scheduler goes by that AWS has changed or does not publish.

use ecs_model::Quotas;
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::deployment::{Bounds, BreakerLimits, Throttle};

/// What a service scheduler goes by that AWS has changed over the years, can change for an
/// account, or does not publish.
///
/// ```
/// use ecs_model::quota::Quota;
/// use ecs_placement::service::ServicePolicy;
///
/// let mut policy = ServicePolicy::current();
/// policy.quotas = policy.quotas.with(Quota::TasksPerService, 10_000);
/// assert_eq!(policy.healthy_after, 40);
/// assert_eq!(ServicePolicy::guide_2015().healthy_after, 0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ServicePolicy {
    format: Format<Self>,
    /// How many tasks a service may have.
    pub quotas: Quotas,
    /// How the bounds of a deployment follow from the desired count.
    pub bounds: BoundsRule,
    /// Whether tasks that stop count against the upper bound: yes by the Developer Guide, no by
    /// the API shape `DeploymentConfiguration`.
    pub counts_stopping: bool,
    /// What a deployment does first when it may both start and stop tasks; not published.
    pub first: FirstStep,
    /// How many seconds after RUNNING a task counts as healthy that nothing checks.
    pub healthy_after: u32,
    /// The bounds of the circuit breaker's threshold.
    pub breaker_limits: BreakerLimits,
    /// How a service waits whose tasks do not start.
    pub throttle: Throttle,
    /// After how many seconds an event that has not changed is told again: 6 hours.
    pub repeat_after: u32,
    /// Whether services that do not say it have their tasks moved until the Availability Zones
    /// have as many as each other: since September 2025 they have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rebalances_by_default: bool,
    /// How many seconds a deployment with alarms goes on once all is done, if its configuration
    /// gives no bake time. AWS computes it from the alarms, less than 5 minutes.
    pub alarm_bake_time: u32,
}

/// How the bounds of a deployment follow from the desired count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum BoundsRule {
    /// By `minimumHealthyPercent` and `maximumPercent`.
    Percent,
    /// One task at a time, as in the guide of 2015, which knows no percentages.
    OneAtATime,
}

/// What a deployment does first when it may both start and stop tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FirstStep {
    /// It starts tasks up to the upper bound and stops one old task for each that becomes
    /// healthy. Down to the lower bound it stops only where no more tasks can be started.
    Start,
    /// It starts tasks up to the upper bound and stops old ones down to the lower bound.
    Both,
}

impl ServicePolicy {
    /// Today's.
    #[must_use]
    pub fn current() -> Self {
        Self {
            format: Format::current(),
            quotas: Quotas::current(),
            bounds: BoundsRule::Percent,
            counts_stopping: true,
            first: FirstStep::Start,
            healthy_after: 40,
            breaker_limits: BreakerLimits::current(),
            throttle: Throttle::current(),
            repeat_after: 21_600,
            rebalances_by_default: true,
            alarm_bake_time: 300,
        }
    }

    /// That of the guide of 2023: services whose tasks do not start wait 15 minutes at most, and
    /// the circuit breaker gives up after 10 failures at the earliest.
    #[must_use]
    pub fn guide_2023() -> Self {
        Self {
            breaker_limits: BreakerLimits::guide_2020(),
            throttle: Throttle::guide_2023(),
            rebalances_by_default: false,
            ..Self::current()
        }
    }

    /// That of the guide of 2015: deployments go one task at a time, a task is healthy once it
    /// runs, and what troubles a service is told every 93 seconds, as in the guide's sample log.
    #[must_use]
    pub fn guide_2015() -> Self {
        Self {
            quotas: Quotas::guide_2015(),
            bounds: BoundsRule::OneAtATime,
            healthy_after: 0,
            repeat_after: 93,
            ..Self::guide_2023()
        }
    }

    pub(super) fn bounds(&self, desired: u32, minimum: u32, maximum: u32) -> Bounds {
        match self.bounds {
            BoundsRule::Percent => Bounds::of_percent(desired, minimum, maximum),
            BoundsRule::OneAtATime => Bounds::one_at_a_time(desired),
        }
    }
}

impl Default for ServicePolicy {
    fn default() -> Self {
        Self::current()
    }
}

impl Saved for ServicePolicy {
    const NAME: &'static str = "service policy";
    const VERSION: u32 = 1;
}
