//! The part of a desired count that a task set has.

use ecs_model::task_set::{Scale, ScaleUnit};
use serde::{Deserialize, Serialize};

use super::TaskSetError;

/// Millionths of a percent in a percent.
const PER_PERCENT: u64 = 1_000_000;

/// The part of a service's desired count that a task set has: 0 to 100 percent, to a millionth.
///
/// ```
/// use ecs_placement::service::task_sets::TaskSetScale;
///
/// assert_eq!(TaskSetScale::percent(33.3)?.of_count(10), 4);
/// # Ok::<(), ecs_placement::service::task_sets::TaskSetError>(())
/// ```
///
/// Source: API shape `Scale`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct TaskSetScale(u64);

/// All of the desired count, in millionths of a percent.
const WHOLE: u64 = 100 * PER_PERCENT;

impl TaskSetScale {
    /// A percentage.
    ///
    /// # Errors
    ///
    /// It is not 0 to 100.
    pub fn percent(value: f64) -> Result<Self, TaskSetError> {
        if !(0.0..=100.0).contains(&value) {
            return Err(TaskSetError::Scale {
                value: value.to_string(),
            });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is 0 to 100,000,000"
        )]
        let millionths = (value * 1e6).round() as u64;
        Ok(Self(millionths))
    }

    /// The scale of a request; 0 percent if it has none.
    ///
    /// # Errors
    ///
    /// It is not 0 to 100, or of another unit than `PERCENT`.
    pub fn of(scale: Option<&Scale>) -> Result<Self, TaskSetError> {
        let Some(scale) = scale else {
            return Ok(Self::default());
        };
        match scale.unit() {
            None | Some(ScaleUnit::Percent) => Self::percent(scale.value().unwrap_or(0.0)),
            Some(unit) => Err(TaskSetError::Unit {
                unit: unit.to_string(),
            }),
        }
    }

    /// That part of a number of tasks, rounded up: the `computedDesiredCount`.
    #[must_use]
    pub fn of_count(self, desired_count: u32) -> u32 {
        let part = u64::from(desired_count)
            .saturating_mul(self.0)
            .div_ceil(WHOLE);
        u32::try_from(part).unwrap_or(u32::MAX)
    }
}

impl TryFrom<u64> for TaskSetScale {
    type Error = TaskSetError;

    /// Millionths of a percent.
    fn try_from(millionths: u64) -> Result<Self, TaskSetError> {
        match millionths <= WHOLE {
            true => Ok(Self(millionths)),
            false => Err(TaskSetError::Scale {
                value: millionths.div_euclid(PER_PERCENT).to_string(),
            }),
        }
    }
}

impl From<TaskSetScale> for u64 {
    fn from(scale: TaskSetScale) -> Self {
        scale.0
    }
}

impl From<TaskSetScale> for Scale {
    fn from(scale: TaskSetScale) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "it is at most 100,000,000")]
        let value = scale.0 as f64 / 1e6;
        Self::default()
            .with_value(value)
            .with_unit(ScaleUnit::Percent)
    }
}
