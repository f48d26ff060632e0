//! A capacity provider, as far as placement goes.

use core::time::Duration;
use std::sync::Arc;

use ecs_model::CapacityProvider;
use ecs_model::capacity_provider::{
    ManagedDraining, ManagedScaling, ManagedScalingStatus, ManagedTerminationProtection,
};
use serde::{Deserialize, Serialize};

use super::{CapacityError, InstanceType};

/// Where the capacity of a provider comes from.
///
/// Source: API shape `CapacityProviderType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ProviderKind {
    /// An Auto Scaling group.
    Ec2Autoscaling,
    /// Instances that Amazon ECS manages. How they come and go is not part of this crate.
    ManagedInstances,
    /// Fargate: a [`Fargate`](crate::Fargate) is its place.
    Fargate,
    /// Spare capacity of Fargate, a [`Fargate`](crate::Fargate) of its own.
    FargateSpot,
}

impl ProviderKind {
    /// Whether its tasks run without container instances.
    #[must_use]
    pub const fn is_fargate(self) -> bool {
        matches!(self, Self::Fargate | Self::FargateSpot)
    }
}

/// A capacity provider of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Provider {
    /// The name.
    pub name: Arc<str>,
    /// Where its capacity comes from.
    pub kind: ProviderKind,
    /// How Amazon ECS scales its Auto Scaling group; none if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<ScalingSettings>,
    /// Whether instances with tasks are kept from scaling in.
    pub protects_instances: bool,
    /// Whether instances are drained before they go.
    pub drains_instances: bool,
    /// The instance types of its Auto Scaling group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_types: Vec<InstanceType>,
}

/// How Amazon ECS scales an Auto Scaling group.
///
/// Source: API shape `ManagedScaling`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ScalingSettings {
    /// How full the instances shall be, in percent: 1 to 100, 100 if absent.
    pub target_capacity: u32,
    /// The least instances added at once: 1 to 10,000, 1 if absent.
    pub minimum_step: u32,
    /// The most instances added at once: 1 to 10,000, 10,000 if absent.
    pub maximum_step: u32,
    /// How long new instances hold back the next step: 0 to 10,000 seconds, 300 if absent.
    pub warmup: Duration,
}

impl Provider {
    /// `FARGATE`.
    #[must_use]
    pub fn fargate() -> Self {
        Self::without_instances("FARGATE", ProviderKind::Fargate)
    }

    /// `FARGATE_SPOT`.
    #[must_use]
    pub fn fargate_spot() -> Self {
        Self::without_instances("FARGATE_SPOT", ProviderKind::FargateSpot)
    }

    /// A provider by its document, with the instance types of its Auto Scaling group. Managed
    /// draining is on unless the document says otherwise, managed scaling and termination
    /// protection are off.
    ///
    /// # Errors
    ///
    /// A document without a source of capacity, or a number out of its bounds.
    pub fn of(
        document: &CapacityProvider,
        instance_types: impl IntoIterator<Item = InstanceType>,
    ) -> Result<Self, CapacityError> {
        let name = document.name().unwrap_or_default();
        match name {
            "FARGATE" => return Ok(Self::fargate()),
            "FARGATE_SPOT" => return Ok(Self::fargate_spot()),
            _ => {}
        }
        if document.auto_scaling_group_provider.is_none() {
            return match document.managed_instances_provider {
                Some(_) => Ok(Self::without_instances(
                    name,
                    ProviderKind::ManagedInstances,
                )),
                None => Err(CapacityError::NoSource {
                    provider: name.to_owned(),
                }),
            };
        }
        let group = document.auto_scaling_group_provider();
        let scaling = group.managed_scaling();
        let is_on = scaling.status() == Some(&ManagedScalingStatus::Enabled);
        let protection = group.managed_termination_protection();
        let draining = group.managed_draining();
        Ok(Self {
            name: name.into(),
            kind: ProviderKind::Ec2Autoscaling,
            scaling: is_on.then(|| ScalingSettings::of(scaling)).transpose()?,
            protects_instances: protection == Some(&ManagedTerminationProtection::Enabled),
            drains_instances: draining != Some(&ManagedDraining::Disabled),
            instance_types: instance_types.into_iter().collect(),
        })
    }

    fn without_instances(name: &str, kind: ProviderKind) -> Self {
        Self {
            name: name.into(),
            kind,
            scaling: None,
            protects_instances: false,
            drains_instances: false,
            instance_types: Vec::new(),
        }
    }
}

impl ScalingSettings {
    fn of(document: &ManagedScaling) -> Result<Self, CapacityError> {
        let number = |member, given: Option<i32>, default: i32, least: i32, most: i32| {
            let number = given.unwrap_or(default);
            let in_bounds = (least..=most).contains(&number);
            let found = u32::try_from(number).ok().filter(|_| in_bounds);
            found.ok_or(CapacityError::Scaling {
                member,
                number,
                least,
                most,
            })
        };
        let minimum = document.minimum_scaling_step_size();
        let maximum = document.maximum_scaling_step_size();
        let warmup = document.instance_warmup_period();
        let warmup = number("instanceWarmupPeriod", warmup, 300, 0, 10_000)?;
        Ok(Self {
            target_capacity: number("targetCapacity", document.target_capacity(), 100, 1, 100)?,
            minimum_step: number("minimumScalingStepSize", minimum, 1, 1, 10_000)?,
            maximum_step: number("maximumScalingStepSize", maximum, 10_000, 1, 10_000)?,
            warmup: Duration::from_secs(warmup.into()),
        })
    }
}
