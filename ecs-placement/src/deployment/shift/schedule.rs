//! When which part of the traffic moves.

use core::time::Duration;

use ecs_model::DeploymentConfiguration;
use ecs_model::deployment::DeploymentStrategy;
use serde::{Deserialize, Serialize};

use super::{ShiftConfigurationError, Weight};

/// Minutes that both revisions run after the last shift, where none are given.
///
/// Source: AWS::ECS::Service DeploymentConfiguration, BakeTimeInMinutes.
pub const DEFAULT_BAKE_MINUTES: u16 = 15;

/// The longest waiting that AWS CloudFormation accepts.
///
/// Source: AWS::ECS::Service LinearConfiguration and CanaryConfiguration.
pub const CLOUDFORMATION_LIMIT: Duration = Duration::from_secs(33 * 3_600);

/// The most minutes of a bake time.
const MOST_MINUTES: i32 = 1_440;

/// A list of weights: what `BLUE_GREEN`, `LINEAR` and `CANARY` differ in.
///
/// ```
/// use ecs_model::DeploymentConfiguration;
/// use ecs_placement::deployment::shift::ShiftSchedule;
///
/// let linear: DeploymentConfiguration = serde_json::from_str(
///     r#"{"strategy":"LINEAR","linearConfiguration":{"stepPercent":33.3,
///         "stepBakeTimeInMinutes":5}}"#,
/// )?;
/// let schedule = ShiftSchedule::of(&linear)?;
/// let weights: Vec<_> = schedule.weights().map(|weight| weight.to_string()).collect();
/// assert_eq!(weights, ["33.3", "66.6", "99.9", "100.0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | strategy | weights | wait after a step, in minutes |
/// |---|---|---|
/// | `BLUE_GREEN` | 100.0 | |
/// | `LINEAR` | multiples of `stepPercent` (3.0 to 100.0, 10.0 if absent), then 100.0 | `stepBakeTimeInMinutes` (0 to 1,440, 6 if absent) |
/// | `CANARY` | `canaryPercent` (0.1 to 100.0, 5.0 if absent), then 100.0 | `canaryBakeTimeInMinutes` (0 to 1,440, 10 if absent) |
///
/// After the last step comes the bake time, 15 minutes if absent.
///
/// Source: API shapes `LinearConfiguration` and `CanaryConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftSchedule {
    /// The weights before the last, which is all of the traffic.
    steps: Steps,
    /// Minutes after each step but the last.
    step_bake: u16,
    /// Minutes after the last step.
    bake: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Steps {
    /// All at once.
    Once,
    /// By equal steps.
    Linear(Weight),
    /// A first part, which may be all, and then all.
    Canary(Weight),
}

impl ShiftSchedule {
    /// The weights of a configuration.
    ///
    /// # Errors
    ///
    /// Its strategy shifts no traffic, has the configuration of another one, or a number is out of
    /// its bounds.
    pub fn of(configuration: &DeploymentConfiguration) -> Result<Self, ShiftConfigurationError> {
        let strategy = configuration.strategy();
        let strategy = strategy.unwrap_or(&DeploymentStrategy::Rolling);
        let linear = configuration.linear_configuration();
        let canary = configuration.canary_configuration();
        let (steps, step_bake) = match strategy {
            DeploymentStrategy::BlueGreen => (Steps::Once, 0),
            DeploymentStrategy::Linear => {
                let step = percent("stepPercent", linear.step_percent(), 30, 100)?;
                let minutes = linear.step_bake_time_in_minutes();
                (
                    Steps::Linear(step),
                    bake("stepBakeTimeInMinutes", minutes, 6)?,
                )
            }
            DeploymentStrategy::Canary => {
                let part = percent("canaryPercent", canary.canary_percent(), 1, 50)?;
                let minutes = canary.canary_bake_time_in_minutes();
                (
                    Steps::Canary(part),
                    bake("canaryBakeTimeInMinutes", minutes, 10)?,
                )
            }
            _ => {
                let strategy = strategy.to_string();
                return Err(ShiftConfigurationError::Strategy { strategy });
            }
        };
        for (is_given, member, owner) in [
            (
                configuration.linear_configuration.is_some(),
                "linearConfiguration",
                DeploymentStrategy::Linear,
            ),
            (
                configuration.canary_configuration.is_some(),
                "canaryConfiguration",
                DeploymentStrategy::Canary,
            ),
        ] {
            if is_given && *strategy != owner {
                let strategy = strategy.to_string();
                return Err(ShiftConfigurationError::OtherStrategy { member, strategy });
            }
        }
        let minutes = configuration.bake_time_in_minutes();
        let bake = bake("bakeTimeInMinutes", minutes, DEFAULT_BAKE_MINUTES)?;
        Ok(Self {
            steps,
            step_bake,
            bake,
        })
    }

    /// How often production traffic moves.
    #[must_use]
    pub const fn shifts(&self) -> u16 {
        match self.steps {
            Steps::Once => 1,
            Steps::Canary(_) => 2,
            Steps::Linear(step) => match step.tenths() {
                0 => 1,
                tenths => Weight::ALL.tenths().div_ceil(tenths),
            },
        }
    }

    /// What the target has after a step, of which the first is 1.
    #[must_use]
    pub fn weight(&self, step: u16) -> Weight {
        match self.steps {
            _ if step == 0 => Weight::NONE,
            Steps::Linear(part) => part.times(step),
            Steps::Canary(part) if step == 1 => part,
            Steps::Canary(_) | Steps::Once => Weight::ALL,
        }
    }

    /// What the target has after each step.
    pub fn weights(&self) -> impl Iterator<Item = Weight> {
        (1..=self.shifts()).map(|step| self.weight(step))
    }

    /// How long each weight but the last is held.
    #[must_use]
    pub fn step_bake(&self) -> Duration {
        minutes(self.step_bake)
    }

    /// How long both revisions run after the last shift.
    #[must_use]
    pub fn bake(&self) -> Duration {
        minutes(self.bake)
    }

    /// All waiting together, which AWS CloudFormation [limits](CLOUDFORMATION_LIMIT).
    #[must_use]
    pub fn waiting(&self) -> Duration {
        let steps = u32::from(self.shifts().saturating_sub(1));
        self.bake()
            .saturating_add(self.step_bake().saturating_mul(steps))
    }
}

fn minutes(minutes: u16) -> Duration {
    Duration::from_secs(u64::from(minutes).saturating_mul(60))
}

fn percent(
    member: &'static str,
    given: Option<f64>,
    least: u16,
    default: u16,
) -> Result<Weight, ShiftConfigurationError> {
    let weight = match given {
        None => Weight::from_tenths(default),
        Some(percent) => Weight::from_percent(percent).ok(),
    };
    let weight = weight.filter(|weight| weight.tenths() >= least);
    weight.ok_or_else(|| ShiftConfigurationError::Percent {
        member,
        percent: given.unwrap_or_default().to_string(),
        least: Weight::from_tenths(least).unwrap_or_default(),
    })
}

fn bake(
    member: &'static str,
    given: Option<i32>,
    default: u16,
) -> Result<u16, ShiftConfigurationError> {
    let minutes = given.unwrap_or(default.into());
    let in_bounds = (0..=MOST_MINUTES).contains(&minutes);
    let minutes_or_none = u16::try_from(minutes).ok().filter(|_| in_bounds);
    minutes_or_none.ok_or(ShiftConfigurationError::Minutes {
        member,
        minutes,
        least: 0,
        most: MOST_MINUTES,
    })
}
