//! Parts of the traffic, in tenths of a percent.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use ecs_model::Double;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A part of the traffic: 0.0 to 100.0 percent, in tenths of a percent.
///
/// All percentages of the API are multiples of 0.1, and sums of whole tenths are exact.
///
/// ```
/// use ecs_placement::deployment::shift::Weight;
///
/// let third = Weight::from_percent(33.3)?;
/// assert_eq!(third.tenths(), 333);
/// assert_eq!(third.rest().to_string(), "66.7");
/// assert_eq!(
///     Weight::from_percent(0.05).unwrap_err().to_string(),
///     "`0.05` is not a multiple of 0.1 from 0 to 100"
/// );
/// # Ok::<(), ecs_placement::deployment::shift::WeightError>(())
/// ```
///
/// Source: API shapes `LinearConfiguration`, `CanaryConfiguration` and `ServiceRevisionSummary`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u16", into = "u16")]
pub struct Weight(u16);

/// A number that is no part of the traffic.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("`{0}` is not a multiple of 0.1 from 0 to 100")]
pub struct WeightError(f64);

impl Weight {
    /// No traffic.
    pub const NONE: Self = Self(0);
    /// All of it.
    pub const ALL: Self = Self(1_000);

    /// That many tenths of a percent, if there are at most 1,000.
    #[must_use]
    pub const fn from_tenths(tenths: u16) -> Option<Self> {
        if tenths <= Self::ALL.0 {
            Some(Self(tenths))
        } else {
            None
        }
    }

    /// A percentage as the API writes it.
    ///
    /// # Errors
    ///
    /// It is not 0 to 100, or no multiple of 0.1.
    pub fn from_percent(percent: f64) -> Result<Self, WeightError> {
        let is_it = |tenths: &u16| f64::from(*tenths) / 10.0 == percent;
        let found = (0..=Self::ALL.0).find(is_it);
        found.map(Self).ok_or(WeightError(percent))
    }

    /// Tenths of a percent.
    #[must_use]
    pub const fn tenths(self) -> u16 {
        self.0
    }

    /// What is left of all traffic.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(Self::ALL.0.saturating_sub(self.0))
    }

    /// That many times the weight, all of the traffic at the most.
    pub(super) fn times(self, steps: u16) -> Self {
        Self(self.0.saturating_mul(steps)).min(Self::ALL)
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl From<Weight> for u16 {
    fn from(weight: Weight) -> Self {
        weight.0
    }
}

impl TryFrom<u16> for Weight {
    type Error = WeightError;

    fn try_from(tenths: u16) -> Result<Self, WeightError> {
        Self::from_tenths(tenths).ok_or(WeightError(f64::from(tenths) / 10.0))
    }
}

impl From<Weight> for Double {
    fn from(weight: Weight) -> Self {
        Self::from(f64::from(weight.0) / 10.0)
    }
}

/// Which service revision gets which part of the traffic: 100.0 percent together.
///
/// ```
/// use ecs_placement::deployment::shift::{Traffic, Weight};
///
/// let traffic = Traffic::new([("blue", Weight::from_percent(95.0)?)]);
/// assert_eq!(
///     traffic.unwrap_err().to_string(),
///     "the parts of the traffic come to 95.0 percent, not to 100.0"
/// );
/// # Ok::<(), ecs_placement::deployment::shift::WeightError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<Arc<str>, Weight>",
    into = "BTreeMap<Arc<str>, Weight>"
)]
pub struct Traffic(BTreeMap<Arc<str>, Weight>);

/// Parts of the traffic that are not all of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the parts of the traffic come to {}.{} percent, not to 100.0", .tenths / 10, .tenths % 10)]
pub struct TrafficError {
    tenths: u64,
}

impl Traffic {
    /// Parts by the ARNs of the revisions.
    ///
    /// # Errors
    ///
    /// They do not come to 100.0 percent.
    pub fn new<A: Into<Arc<str>>>(
        parts: impl IntoIterator<Item = (A, Weight)>,
    ) -> Result<Self, TrafficError> {
        let parts = parts.into_iter().map(|(arn, weight)| (arn.into(), weight));
        Self::try_from(parts.collect::<BTreeMap<_, _>>())
    }

    /// All of it to one revision, nothing to the others.
    pub(super) fn all_to(revision: &Arc<str>, others: impl Iterator<Item = Arc<str>>) -> Self {
        let mut parts: BTreeMap<_, _> = others.map(|arn| (arn, Weight::NONE)).collect();
        parts.insert(Arc::clone(revision), Weight::ALL);
        Self(parts)
    }

    /// A part to one revision, the rest to another.
    pub(super) fn split(target: &Arc<str>, weight: Weight, source: &Arc<str>) -> Self {
        let parts = [
            (Arc::clone(source), weight.rest()),
            (Arc::clone(target), weight),
        ];
        Self(parts.into())
    }

    /// The part of a revision.
    #[must_use]
    pub fn of(&self, revision: &str) -> Weight {
        self.0.get(revision).copied().unwrap_or_default()
    }

    /// The parts by the ARNs of the revisions, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Weight)> {
        self.0.iter().map(|(revision, weight)| (revision, *weight))
    }

    /// Whether traffic goes the same way, whatever revisions without any are listed.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.iter()
            .all(|(revision, weight)| other.of(revision) == weight)
            && other
                .iter()
                .all(|(revision, weight)| self.of(revision) == weight)
    }
}

impl TryFrom<BTreeMap<Arc<str>, Weight>> for Traffic {
    type Error = TrafficError;

    fn try_from(parts: BTreeMap<Arc<str>, Weight>) -> Result<Self, TrafficError> {
        let tenths = parts.values().map(|weight| u64::from(weight.0)).sum();
        if tenths == u64::from(Weight::ALL.0) {
            Ok(Self(parts))
        } else {
            Err(TrafficError { tenths })
        }
    }
}

impl From<Traffic> for BTreeMap<Arc<str>, Weight> {
    fn from(traffic: Traffic) -> Self {
        traffic.0
    }
}
