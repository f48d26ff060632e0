//! Placement strategies: preferences among the instances that fit.

use std::fmt;

use ecs_model::{PlacementStrategy, PlacementStrategyType};
use serde::{Deserialize, Serialize};

use crate::Unsupported;

/// A placement strategy. Several are applied in their order: each keeps the best of what the
/// one before has left. What all of them leave open falls to the first ARN in order; Amazon ECS
/// publishes no rule for it.
///
/// Without a strategy the guide asks for a random choice that keeps any one instance from a
/// disproportionate share: the instances with the fewest tasks of the group, one of them at
/// random.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Strategy {
    /// Any instance, each as likely as any other. What follows it has nothing left to decide.
    ///
    /// The draw is of the seed: [SplitMix64](https://doi.org/10.1145/2714064.2660195), one
    /// number for each copy, the high half of its product with the number of candidates. The
    /// candidates stand in the order of the values of the attributes that the strategies before
    /// have spread by, those without value first, and of their ARNs.
    Random,
    /// The instance, or value of an attribute, with the fewest tasks of the group.
    Spread(SpreadField),
    /// The instance with the least left of an amount.
    Binpack(BinpackField),
}

/// What `spread` counts by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum SpreadField {
    /// `instanceId`, or `host`, which means the same.
    InstanceId,
    /// `attribute:` and the name of an attribute, such as `ecs.availability-zone`. All
    /// instances with a value count, those that do not fit too: their tasks are there. The
    /// instances without it count as one more value; Amazon ECS does not publish how it treats
    /// them.
    Attribute(Box<str>),
}

/// What `binpack` packs by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum BinpackField {
    /// CPU units.
    Cpu,
    /// MiB of memory.
    Memory,
}

impl Strategy {
    /// Refuses one that was read back and that no request has.
    pub(crate) fn check(&self) -> Result<(), Unsupported> {
        match self {
            Self::Spread(SpreadField::Attribute(name)) if name.is_empty() => {
                Err(Unsupported::Strategy {
                    strategy: PlacementStrategyType::Spread.to_string(),
                    field: "attribute:".to_owned(),
                })
            }
            _ => Ok(()),
        }
    }
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
