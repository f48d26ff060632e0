//! An expression taken apart.

use std::cmp::Ordering;

use ecs_taskdef::Timestamp;
use regex::Regex;

/// An expression that selects instances.
#[derive(Debug)]
pub(super) enum Expression {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Test(Test),
}

/// One comparison.
#[derive(Debug)]
pub(super) enum Test {
    Attribute(Box<str>, Presence),
    AttributeText(Box<str>, TextTest),
    Ec2InstanceId(TextTest),
    AgentConnected(TextTest),
    TaskGroup(TextTest),
    AgentVersion(Relation, Version),
    RegisteredAt(Relation, Timestamp),
    RunningTasksCount(Relation, i64),
}

/// Whether an attribute shall be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Exists,
    Absent,
}

/// A test of a text. `negated` turns the answer for a text that is there.
#[derive(Debug)]
pub(super) struct TextTest {
    pub(super) negated: bool,
    pub(super) kind: TextKind,
}

#[derive(Debug)]
pub(super) enum TextKind {
    /// One of these.
    OneOf(Box<[Box<str>]>),
    Matches(Regex),
    Compares(Relation, Box<str>),
}

/// Which orders of two values satisfy a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// The numbers of a version, compared one by one; a missing one is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version(Vec<u64>);

impl Relation {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl Version {
    /// Reads `1.4`, `1.36.2` or `v1.4.0`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let numbers = text.strip_prefix('v').unwrap_or(text).split('.');
        let numbers: Option<Vec<u64>> = numbers.map(|number| number.parse().ok()).collect();
        numbers.map(Self)
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        let at = |version: &Self, index: usize| version.0.get(index).copied().unwrap_or(0);
        let mut orders = (0..length).map(|index| at(self, index).cmp(&at(other, index)));
        orders
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}
