//! Placement strategies: preferences among the instances that fit.

mod binpack;
mod random;
mod spread;

use std::fmt;

use ecs_model::{PlacementStrategy, PlacementStrategyType};

pub(crate) use random::Random;

use crate::{Instance, PlacementRequest, Unsupported};

/// A placement strategy. Several are applied in their order: each keeps the best of what the
/// one before has left.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Any instance.
    Random,
    /// The instance, or value of an attribute, with the fewest tasks of the group.
    Spread(SpreadField),
    /// The instance with the least left of an amount.
    Binpack(BinpackField),
}

/// What `spread` counts by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpreadField {
    /// `instanceId`, or `host`, which means the same.
    InstanceId,
    /// `attribute:` and the name of an attribute, such as `ecs.availability-zone`. The
    /// instances without it count as one more value; Amazon ECS does not publish how it treats
    /// them.
    Attribute(Box<str>),
}

/// What `binpack` packs by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BinpackField {
    /// CPU units.
    Cpu,
    /// MiB of memory.
    Memory,
}

/// Picks one of the instances that fit. `all` are the instances over which `spread` counts.
///
/// Without a strategy the guide asks for a random choice that keeps any one instance from a
/// disproportionate share: the instances with the fewest tasks of the group, one of them at
/// random. With strategies, what they leave open falls to the first ARN in order; Amazon ECS
/// publishes no rule for it.
pub(crate) fn select<'a>(
    mut candidates: Vec<&'a Instance>,
    all: impl Iterator<Item = &'a Instance> + Clone,
    request: &PlacementRequest,
    random: &mut Random,
) -> Option<&'a Instance> {
    let group = request.group();
    if request.strategies().is_empty() {
        spread::narrow(&mut candidates, all, &SpreadField::InstanceId, group);
        return random.pick(&candidates);
    }
    for strategy in request.strategies() {
        match strategy {
            Strategy::Random => candidates = random.pick(&candidates).into_iter().collect(),
            Strategy::Spread(field) => spread::narrow(&mut candidates, all.clone(), field, group),
            Strategy::Binpack(field) => binpack::narrow(&mut candidates, *field),
        }
    }
    candidates.first().copied()
}

impl TryFrom<&PlacementStrategy> for Strategy {
    type Error = Unsupported;

    fn try_from(strategy: &PlacementStrategy) -> Result<Self, Unsupported> {
        let field = strategy.field.as_deref().unwrap_or_default();
        let refuse = |name: &dyn fmt::Display| {
            Err(Unsupported::Strategy {
                strategy: name.to_string(),
                field: field.to_owned(),
            })
        };
        match (&strategy.r#type, field) {
            (Some(PlacementStrategyType::Random), "") => Ok(Self::Random),
            (Some(PlacementStrategyType::Spread), "instanceId" | "host") => {
                Ok(Self::Spread(SpreadField::InstanceId))
            }
            (Some(PlacementStrategyType::Spread), _) => match field.strip_prefix("attribute:") {
                Some(name) if !name.is_empty() => {
                    Ok(Self::Spread(SpreadField::Attribute(name.into())))
                }
                _ => refuse(&"spread"),
            },
            // The API takes the field in any case and prints it in upper case.
            (Some(PlacementStrategyType::Binpack), "cpu" | "CPU") => {
                Ok(Self::Binpack(BinpackField::Cpu))
            }
            (Some(PlacementStrategyType::Binpack), "memory" | "MEMORY") => {
                Ok(Self::Binpack(BinpackField::Memory))
            }
            (Some(other), _) => refuse(other),
            (None, _) => refuse(&""),
        }
    }
}
