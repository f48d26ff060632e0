//! The deployment circuit breaker.

use ecs_model::deployment::{DeploymentCircuitBreaker, ThresholdType};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// When a deployment is given up, and whether the last completed one is restored then.
///
/// Source: API shape `DeploymentCircuitBreaker`; Developer Guide, "How the Amazon ECS deployment
/// circuit breaker detects failures".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CircuitBreaker {
    /// Whether the last completed deployment is restored.
    pub rollback: bool,
    /// Whether a task that becomes healthy sets the count of failures to 0.
    pub reset_on_healthy_task: bool,
    /// How many failures are too many.
    pub threshold: Threshold,
}

/// How many failures are too many.
///
/// Source: API shape `ThresholdConfiguration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Threshold {
    /// So many, at least 1.
    Count(u32),
    /// Percent of the desired count, 1 to 100, held within [`BreakerLimits`].
    BoundedPercent(u32),
    /// Percent of the desired count, 1 to 100.
    UnboundedPercent(u32),
}

/// Between what a bounded threshold is held. AWS has changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct BreakerLimits {
    /// The least.
    pub floor: u32,
    /// The most.
    pub ceiling: u32,
}

/// The failures of a deployment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FailureCount(u32);

/// A circuit breaker that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BreakerError {
    /// A type of threshold that nobody knows.
    #[error("the threshold type `{name}` is not one of COUNT, BOUNDED_PERCENT, UNBOUNDED_PERCENT")]
    Type {
        /// The type.
        name: String,
    },
    /// A value that its type cannot have.
    #[error("the threshold {value} is not {bounds}")]
    Value {
        /// The value.
        value: i32,
        /// What it can be.
        bounds: &'static str,
    },
}

impl CircuitBreaker {
    /// What a configuration means: half of the desired count, held within the limits, if it names
    /// no threshold, and a healthy task resets the count unless it says otherwise. `None` if it
    /// is not enabled.
    ///
    /// # Errors
    ///
    /// An unknown type of threshold, or a value out of its bounds.
    pub fn of(written: &DeploymentCircuitBreaker) -> Result<Option<Self>, BreakerError> {
        let threshold = match &written.threshold_configuration {
            None => Threshold::BoundedPercent(50),
            Some(given) => Threshold::of(
                given.r#type().unwrap_or(&ThresholdType::BoundedPercent),
                given.value().unwrap_or(50),
            )?,
        };
        let breaker = Self {
            rollback: written.rollback().unwrap_or_default(),
            reset_on_healthy_task: written.reset_on_healthy_task().unwrap_or(true),
            threshold,
        };
        Ok(written.enable().unwrap_or_default().then_some(breaker))
    }

    /// The failures with which a deployment fails. `desired` is the desired count as it is now.
    #[must_use]
    pub fn limit(&self, desired: u32, limits: BreakerLimits) -> u32 {
        self.threshold.failures(desired, limits)
    }
}

impl Threshold {
    fn of(kind: &ThresholdType, value: i32) -> Result<Self, BreakerError> {
        let within = |most: i32, bounds: &'static str| {
            let fits = (1..=most).contains(&value);
            let number = u32::try_from(value).ok().filter(|_| fits);
            number.ok_or(BreakerError::Value { value, bounds })
        };
        const PERCENT: &str = "1 to 100 percent";
        match kind {
            ThresholdType::Count => Ok(Self::Count(within(i32::MAX, "at least 1")?)),
            ThresholdType::BoundedPercent => Ok(Self::BoundedPercent(within(100, PERCENT)?)),
            ThresholdType::UnboundedPercent => Ok(Self::UnboundedPercent(within(100, PERCENT)?)),
            other => Err(BreakerError::Type {
                name: other.to_string(),
            }),
        }
    }

    /// How many failures that is for a desired count.
    ///
    /// ```
    /// use ecs_placement::deployment::{BreakerLimits, Threshold};
    ///
    /// let half = Threshold::BoundedPercent(50);
    /// assert_eq!(half.failures(1, BreakerLimits::current()), 3);
    /// assert_eq!(half.failures(25, BreakerLimits::current()), 13);
    /// assert_eq!(half.failures(800, BreakerLimits::current()), 200);
    /// assert_eq!(half.failures(1, BreakerLimits::guide_2020()), 10);
    /// ```
    #[must_use]
    pub fn failures(self, desired: u32, limits: BreakerLimits) -> u32 {
        let part = |percent: u32| {
            let part = u64::from(desired).saturating_mul(percent.into());
            u32::try_from(part.div_ceil(100)).unwrap_or(u32::MAX)
        };
        match self {
            Self::Count(count) => count,
            Self::BoundedPercent(percent) => part(percent).max(limits.floor).min(limits.ceiling),
            Self::UnboundedPercent(percent) => part(percent),
        }
    }
}

impl BreakerLimits {
    /// Today's: 3 to 200.
    #[must_use]
    pub const fn current() -> Self {
        Self {
            floor: 3,
            ceiling: 200,
        }
    }

    /// 10 to 200, as from December 2020 to 2023.
    #[must_use]
    pub const fn guide_2020() -> Self {
        Self {
            floor: 10,
            ceiling: 200,
        }
    }
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self::current()
    }
}

impl FailureCount {
    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// So many more tasks have failed.
    pub fn failed(&mut self, tasks: u32) {
        self.0 = self.0.saturating_add(tasks);
    }

    /// A task has become healthy.
    pub fn healthy(&mut self, breaker: &CircuitBreaker) {
        if breaker.reset_on_healthy_task {
            self.0 = 0;
        }
    }

    /// Whether the deployment fails. The desired count may have fallen since the last failure,
    /// so that there may be more failures than the threshold.
    #[must_use]
    pub fn trips(self, breaker: &CircuitBreaker, desired: u32, limits: BreakerLimits) -> bool {
        // A threshold of 0 percent of nothing would fail what has not failed.
        self.0 > 0 && self.0 >= breaker.limit(desired, limits)
    }
}
