//! An expression taken apart.

use std::cmp::Ordering;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_model::version::Version;
use regex::Regex;

/// An expression that selects instances.
#[derive(Debug)]
pub(super) enum Expression {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Test(Term),
}

impl Expression {
    /// Whether what runs on an instance, or its agent's connection, changes the answer.
    pub(super) fn varies(&self) -> bool {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().any(Self::varies),
            Self::Not(inner) => inner.varies(),
            Self::Test(term) => matches!(
                term.test,
                Test::AgentConnected(_) | Test::TaskGroup(_) | Test::RunningTasksCount(..)
            ),
        }
    }
}

impl Expression {
    /// Adds the attributes that it asks for. `false` if it asks for anything else.
    pub(super) fn attributes<'a>(&'a self, names: &mut Vec<&'a str>) -> bool {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().all(|part| part.attributes(names)),
            Self::Not(inner) => inner.attributes(names),
            Self::Test(term) => match &term.test {
                Test::Attribute(name, _) | Test::AttributeText(name, _) => {
                    names.push(name);
                    true
                }
                _ => false,
            },
        }
    }
}

/// One comparison, as it is written.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) text: Arc<str>,
    pub(super) test: Test,
}

/// What a comparison asks for.
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
