//! How tasks are spread over capacity providers.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::CapacityProviderStrategyItem;
use serde::{Deserialize, Serialize};

use super::StrategyError;

/// A capacity provider strategy, checked: 1 to 20 providers, of which one may have a base.
///
/// ```
/// use ecs_model::CapacityProviderStrategyItem;
/// use ecs_placement::capacity::ProviderStrategy;
///
/// let item = |provider: &str, weight: i32, base: i32| {
///     CapacityProviderStrategyItem::default()
///         .with_capacity_provider(provider)
///         .with_weight(weight)
///         .with_base(base)
/// };
/// let strategy = ProviderStrategy::new(&[item("A", 1, 2), item("B", 4, 0)])?;
/// let shares = strategy.spread(12, |_| 0);
/// assert_eq!(shares, [("A".into(), 4), ("B".into(), 8)]);
/// # Ok::<(), ecs_placement::capacity::StrategyError>(())
/// ```
///
/// Source: API shape `CapacityProviderStrategyItem`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<ProviderShare>", into = "Vec<ProviderShare>")]
pub struct ProviderStrategy(Vec<ProviderShare>);

/// The part of one capacity provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ProviderShare {
    /// The name of the capacity provider.
    pub provider: Arc<str>,
    /// Its part of the tasks above the base, relative to the other weights: 0 to 1,000.
    pub weight: u32,
    /// How many tasks it gets before weights count: 0 to 100,000.
    pub base: u32,
}

const MOST_PROVIDERS: usize = 20;
const MOST_WEIGHT: u32 = 1_000;
const MOST_BASE: u32 = 100_000;

impl ProviderStrategy {
    /// The strategy of a request. An absent weight or base is 0.
    ///
    /// # Errors
    ///
    /// No or too many providers, one without a name or named twice, a number out of its bounds,
    /// two bases, or several providers without a weight.
    pub fn new(items: &[CapacityProviderStrategyItem]) -> Result<Self, StrategyError> {
        let number = |provider: &str, member, given: Option<i32>| {
            let given = given.unwrap_or(0);
            u32::try_from(given).map_err(|_| StrategyError::Number {
                provider: provider.to_owned(),
                member,
                number: given.into(),
            })
        };
        let share = |item: &CapacityProviderStrategyItem| {
            let provider = item.capacity_provider().ok_or(StrategyError::NoName)?;
            Ok(ProviderShare {
                provider: provider.into(),
                weight: number(provider, "weight", item.weight())?,
                base: number(provider, "base", item.base())?,
            })
        };
        Self::try_from(items.iter().map(share).collect::<Result<Vec<_>, _>>()?)
    }

    /// Its providers, in their order.
    #[must_use]
    pub fn shares(&self) -> &[ProviderShare] {
        &self.0
    }

    /// The strategy as the API writes it.
    #[must_use]
    pub fn items(&self) -> Vec<CapacityProviderStrategyItem> {
        let number = |given: u32| i32::try_from(given).unwrap_or(i32::MAX);
        let item = |share: &ProviderShare| {
            CapacityProviderStrategyItem::default()
                .with_capacity_provider(&*share.provider)
                .with_weight(number(share.weight))
                .with_base(number(share.base))
        };
        self.0.iter().map(item).collect()
    }

    /// The provider for the next task, by the number of tasks that each has.
    fn next(&self, tasks: impl Fn(&str) -> u32) -> Option<&Arc<str>> {
        let lacks_base = |share: &&ProviderShare| tasks(&share.provider) < share.base;
        let by_base = self.0.iter().find(lacks_base);
        let found = by_base.or_else(|| {
            let mut best: Option<(&ProviderShare, u64)> = None;
            for share in self.0.iter().filter(|share| share.weight > 0) {
                let above = tasks(&share.provider).saturating_sub(share.base);
                let filled = u64::from(above).saturating_add(1);
                // filled / weight < best / best weight, without fractions.
                let is_less = best.is_none_or(|(known, known_filled)| {
                    let this = filled.saturating_mul(known.weight.into());
                    this < known_filled.saturating_mul(share.weight.into())
                });
                if is_less {
                    best = Some((share, filled));
                }
            }
            best.map(|(share, _)| share)
        });
        // Only a strategy of one provider can be without any weight.
        let found = found.or_else(|| self.0.first());
        found.map(|share| &share.provider)
    }

    /// How many of so many new tasks each provider gets, by the number of tasks that each has now,
    /// in the order of the strategy.
    #[must_use]
    pub fn spread(&self, new: u32, tasks: impl Fn(&str) -> u32) -> Vec<(Arc<str>, u32)> {
        let mut counts: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        for _ in 0..new {
            let of = |provider: &str| {
                let added = counts.get(provider).copied().unwrap_or(0);
                tasks(provider).saturating_add(added)
            };
            let Some(provider) = self.next(of).cloned() else {
                break;
            };
            let count = counts.entry(provider).or_default();
            *count = count.saturating_add(1);
        }
        let count = |share: &ProviderShare| {
            let count = counts.get(&share.provider).copied().unwrap_or(0);
            (Arc::clone(&share.provider), count)
        };
        self.0.iter().map(count).collect()
    }
}

impl TryFrom<Vec<ProviderShare>> for ProviderStrategy {
    type Error = StrategyError;

    fn try_from(shares: Vec<ProviderShare>) -> Result<Self, StrategyError> {
        if !(1..=MOST_PROVIDERS).contains(&shares.len()) {
            return Err(StrategyError::Length(shares.len()));
        }
        for (at, share) in shares.iter().enumerate() {
            let provider = || share.provider.to_string();
            let before = shares.iter().take(at);
            if before.clone().any(|other| other.provider == share.provider) {
                return Err(StrategyError::Twice {
                    provider: provider(),
                });
            }
            for (member, number, most) in [
                ("weight", share.weight, MOST_WEIGHT),
                ("base", share.base, MOST_BASE),
            ] {
                if number > most {
                    return Err(StrategyError::Number {
                        provider: provider(),
                        member,
                        number: number.into(),
                    });
                }
            }
        }
        if shares.iter().filter(|share| share.base > 0).count() > 1 {
            return Err(StrategyError::Bases);
        }
        if shares.len() > 1 && shares.iter().all(|share| share.weight == 0) {
            return Err(StrategyError::NoWeight);
        }
        Ok(Self(shares))
    }
}

impl From<ProviderStrategy> for Vec<ProviderShare> {
    fn from(strategy: ProviderStrategy) -> Self {
        strategy.0
    }
}
