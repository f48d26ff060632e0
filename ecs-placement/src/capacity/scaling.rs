//! Managed scaling: the metric `CapacityProviderReservation`, and what follows from it.

use core::time::Duration;
use std::fmt;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Demand, ScalingSettings};

/// How many readings in a row below the target let a group scale in, one each minute.
///
/// Source: Developer Guide, managed scaling behavior.
pub const SCALE_IN_DATA_POINTS: u32 = 15;

/// How many instances a group gets that has none.
///
/// Source: Developer Guide, managed scaling behavior.
const FIRST_INSTANCES: u32 = 2;

/// How long after instances were added none is taken away.
///
/// Source: Developer Guide, managed scaling behavior.
const AFTER_SCALE_OUT: Duration = Duration::from_secs(15 * 60);

/// The metric `CapacityProviderReservation`: the instances that are needed, in percent of those
/// that there are.
///
/// Source: Developer Guide, cluster auto scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Reservation {
    /// The instances that are needed.
    pub needed: u32,
    /// The instances that there are.
    pub instances: u32,
    /// The target, in percent.
    pub target: u32,
    /// Whether tasks wait that no instance of the group could run, and nothing else is needed: the
    /// metric stays at its target.
    pub is_stuck: bool,
}

impl Reservation {
    /// The metric for so many instances, of which some are empty, that is run no task but those of
    /// daemons.
    #[must_use]
    pub fn new(instances: u32, empty: u32, demand: Demand, settings: ScalingSettings) -> Self {
        let wanted = match demand.instances {
            0 => 0,
            more if more < settings.minimum_step => settings.minimum_step,
            more => more.min(settings.maximum_step),
        };
        let needed = match wanted {
            0 => instances.saturating_sub(empty),
            more => instances.saturating_add(more),
        };
        Self {
            needed,
            instances,
            target: settings.target_capacity,
            is_stuck: demand.instances == 0 && demand.unfit > 0,
        }
    }

    /// The metric in percent, cut to a whole number: 200 where instances are needed and there is
    /// none, 100 where none is needed either.
    #[must_use]
    pub fn percent(self) -> u32 {
        match (self.needed, self.instances) {
            _ if self.is_stuck => self.target,
            (0, 0) => 100,
            (_, 0) => 200,
            (needed, instances) => {
                let percent = u64::from(needed).saturating_mul(100) / u64::from(instances);
                u32::try_from(percent).unwrap_or(u32::MAX)
            }
        }
    }

    /// The instances with which the metric meets its target.
    fn desired(self) -> u32 {
        if self.instances == 0 && self.needed > 0 {
            return FIRST_INSTANCES;
        }
        let target = u64::from(self.target).max(1);
        let desired = u64::from(self.needed).saturating_mul(100).div_ceil(target);
        u32::try_from(desired).unwrap_or(u32::MAX)
    }

    fn is_above(self) -> bool {
        let (needed, target) = self.sides();
        !self.is_stuck && needed > target
    }

    fn is_below(self) -> bool {
        let (needed, target) = self.sides();
        // One instance less has to meet the target still.
        !self.is_stuck && needed < target && self.desired() < self.instances
    }

    fn sides(self) -> (u64, u64) {
        let needed = u64::from(self.needed).saturating_mul(100);
        let target = u64::from(self.instances).saturating_mul(self.target.into());
        (needed, target)
    }
}

impl fmt::Display for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent())
    }
}

/// What is remembered of the readings of one provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Readings {
    /// How many readings in a row were below the target.
    low: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scaled_out_at: Option<Timestamp>,
}

impl Readings {
    /// Takes one reading, and says how many instances the group shall have if that changes.
    pub(super) fn take(
        &mut self,
        reservation: Reservation,
        settings: ScalingSettings,
        now: Timestamp,
    ) -> Option<u32> {
        let passed = self.scaled_out_at.map(|at| now.saturating_since(at));
        if reservation.is_above() {
            self.low = 0;
            if passed.is_some_and(|passed| passed < settings.warmup) {
                return None;
            }
            self.scaled_out_at = Some(now);
            return Some(reservation.desired());
        }
        if !reservation.is_below() {
            self.low = 0;
            return None;
        }
        self.low = self.low.saturating_add(1);
        let is_settled = passed.is_none_or(|passed| passed >= AFTER_SCALE_OUT);
        if self.low < SCALE_IN_DATA_POINTS || !is_settled {
            return None;
        }
        let instances = reservation.instances;
        // Less than half of them go in one minute, but one in any case.
        let most = (instances.saturating_sub(1) / 2).max(1);
        let surplus = instances.saturating_sub(reservation.desired());
        Some(instances.saturating_sub(surplus.min(most)))
    }
}
