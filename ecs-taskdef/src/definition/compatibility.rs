use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::open_enum;
use crate::rules::shape_rules;

open_enum! {
    /// What a task can run on; the launch types of the API have the same values.
    pub enum Compatibility => guarded_by(&shape_rules::COMPATIBILITY) {
        /// Container instances in Amazon EC2.
        Ec2 = "EC2",
        /// AWS Fargate.
        Fargate = "FARGATE",
        /// Machines outside of AWS (ECS Anywhere).
        External = "EXTERNAL",
        /// Amazon ECS Managed Instances.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

/// A set of launch types.
///
/// ```
/// use ecs_taskdef::{Compatibility, LaunchTypes};
///
/// let set = LaunchTypes::EC2 | LaunchTypes::FARGATE;
/// assert!(set.contains(&Compatibility::Fargate));
/// assert!(!set.contains(&Compatibility::External));
/// assert_eq!(set.to_string(), "EC2, FARGATE");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LaunchTypes(u8);

impl LaunchTypes {
    /// No launch type.
    pub const NONE: Self = Self(0);
    /// Container instances in Amazon EC2.
    pub const EC2: Self = Self(1);
    /// AWS Fargate.
    pub const FARGATE: Self = Self(2);
    /// Machines outside of AWS.
    pub const EXTERNAL: Self = Self(4);
    /// Amazon ECS Managed Instances.
    pub const MANAGED_INSTANCES: Self = Self(8);
    /// Every launch type.
    pub const ALL: Self = Self(15);

    /// The launch types of this set and of the other.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The launch types that both sets have.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether no launch type is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the sets have a launch type in common.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the launch type is in the set. One that this version of the
    /// library does not know is in no set.
    #[must_use]
    pub fn contains(self, launch_type: &Compatibility) -> bool {
        self.intersects(Self::from(launch_type))
    }

    /// The launch types in the order EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES.
    pub fn iter(self) -> impl Iterator<Item = Compatibility> {
        [
            Compatibility::Ec2,
            Compatibility::Fargate,
            Compatibility::External,
            Compatibility::ManagedInstances,
        ]
        .into_iter()
        .filter(move |launch_type| self.contains(launch_type))
    }
}

impl std::ops::BitOr for LaunchTypes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl From<&Compatibility> for LaunchTypes {
    fn from(launch_type: &Compatibility) -> Self {
        match launch_type {
            Compatibility::Ec2 => Self::EC2,
            Compatibility::Fargate => Self::FARGATE,
            Compatibility::External => Self::EXTERNAL,
            Compatibility::ManagedInstances => Self::MANAGED_INSTANCES,
            Compatibility::Other(_) => Self::NONE,
        }
    }
}

impl<'a> FromIterator<&'a Compatibility> for LaunchTypes {
    fn from_iter<I: IntoIterator<Item = &'a Compatibility>>(launch_types: I) -> Self {
        let add = |set: Self, launch_type| set.union(Self::from(launch_type));
        launch_types.into_iter().fold(Self::NONE, add)
    }
}

/// A list of the names.
impl Serialize for LaunchTypes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for LaunchTypes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<Compatibility>::deserialize(deserializer)?;
        if let Some(Compatibility::Other(name)) = names
            .iter()
            .find(|name| matches!(name, Compatibility::Other(_)))
        {
            let message = format_args!("`{name}` is not a launch type");
            return Err(D::Error::custom(message));
        }
        Ok(names.iter().collect())
    }
}

impl fmt::Display for LaunchTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, launch_type) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(launch_type.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lists_its_members_in_order() {
        let set: LaunchTypes = [
            &Compatibility::ManagedInstances,
            &Compatibility::Ec2,
            &Compatibility::Other("MOON".to_owned()),
        ]
        .into_iter()
        .collect();
        assert_eq!(set.to_string(), "EC2, MANAGED_INSTANCES");
        assert_eq!(LaunchTypes::NONE.to_string(), "");
        assert_eq!(LaunchTypes::ALL.iter().count(), 4);
        assert!(LaunchTypes::NONE.is_empty());
        assert_eq!(set.intersection(LaunchTypes::EC2), LaunchTypes::EC2);
    }
}
