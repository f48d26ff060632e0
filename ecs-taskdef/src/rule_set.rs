use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{self, Serialize, Serializer};

use crate::fargate::{self, FargateTable};

/// The rules and limits of one time. AWS changes both; old figures stay
/// reachable by name.
///
/// ```
/// use ecs_taskdef::RuleSet;
///
/// assert_eq!(RuleSet::CURRENT.max_bytes, 65_536);
/// assert_eq!(RuleSet::GUIDE_2015.max_bytes, 32_768);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RuleSet {
    /// The name of the set.
    pub name: &'static str,
    /// Which rules are in force.
    pub edition: Edition,
    /// The greatest size of a definition as JSON, in bytes.
    pub max_bytes: usize,
    /// The most containers of one definition.
    pub max_containers: usize,
    /// Where memory must be given.
    pub memory: MemoryRule,
    /// The least memory of a container, in MiB.
    pub min_container_memory: i32,
    /// The least and the greatest CPU of a task on EC2, in CPU units.
    pub ec2_cpu: (u32, u32),
    /// The sizes of tasks on Fargate.
    pub fargate: FargateTable,
    /// Ports of an instance that Amazon ECS keeps for itself and for SSH.
    pub reserved_ports: &'static [u16],
    /// The first port of the range from which Docker chooses.
    pub first_ephemeral_port: u16,
}

impl RuleSet {
    /// The rules of today's API.
    pub const CURRENT: Self = Self {
        name: "current",
        edition: Edition::Current,
        max_bytes: 65_536,
        max_containers: 10,
        memory: MemoryRule::TaskOrContainer,
        min_container_memory: 6,
        ec2_cpu: (128, 196_608),
        fargate: fargate::CURRENT,
        reserved_ports: &[22, 2_375, 2_376, 51_678, 51_679, 51_680],
        first_ephemeral_port: 32_768,
    };

    /// The rules of the Amazon ECS Developer Guide of 2015.
    pub const GUIDE_2015: Self = Self {
        name: "guide_2015",
        edition: Edition::Guide2015,
        max_bytes: 32_768,
        max_containers: 10,
        memory: MemoryRule::EachContainer,
        min_container_memory: 4,
        ec2_cpu: (128, 10_240),
        fargate: fargate::NONE,
        reserved_ports: &[22, 2_375, 2_376, 51_678],
        first_ephemeral_port: 32_768,
    };
}

/// The sets that can be saved: by their names.
const NAMED: [RuleSet; 2] = [RuleSet::CURRENT, RuleSet::GUIDE_2015];

/// Writes the name of a set that is named; one that was changed cannot be saved.
impl Serialize for RuleSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if NAMED.contains(self) {
            return serializer.serialize_str(self.name);
        }
        let message = format!("rule set `{}` was changed and cannot be saved", self.name);
        Err(ser::Error::custom(message))
    }
}

impl<'de> Deserialize<'de> for RuleSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = NAMED.into_iter().find(|set| set.name == name);
        known.ok_or_else(|| D::Error::custom(format_args!("`{name}` is not a rule set")))
    }
}

impl Default for RuleSet {
    fn default() -> Self {
        Self::CURRENT
    }
}

/// The time from which on a rule is known; a later edition has the rules of
/// the earlier ones.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Edition {
    /// The Amazon ECS Developer Guide of 2015.
    Guide2015,
    /// Today's API.
    Current,
}

/// Where memory must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemoryRule {
    /// Each container has `memory`.
    EachContainer,
    /// The task has `memory`, or each container has `memory` or
    /// `memoryReservation`.
    TaskOrContainer,
}
