//! One statement of a policy.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::{Conditions, PrincipalElement, TextList};

/// One statement: what it does, to whom, for which actions and resources, and when.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Statement {
    /// A name for the statement, unique within its policy.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Whom it speaks of: resource-based policies only.
    pub principal: Option<Listed<PrincipalElement>>,
    /// Which actions.
    pub action: Option<Listed<TextList>>,
    /// Which resources.
    pub resource: Option<Listed<TextList>>,
    /// Under which circumstances.
    pub condition: Option<Conditions>,
    /// Members that the language does not have, kept when a document with errors is
    /// [read](super::Policy::read).
    pub unknown: Map<String, Value>,
    pub(crate) order: Vec<Element>,
}

impl Statement {
    /// A statement that names nothing yet, and so applies to nothing.
    #[must_use]
    pub fn new(effect: Effect) -> Self {
        Self {
            sid: None,
            effect,
            principal: None,
            action: None,
            resource: None,
            condition: None,
            unknown: Map::new(),
            order: Vec::new(),
        }
    }
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum Effect {
    /// The request may be allowed.
    Allow,
    /// The request is denied, whatever else allows it.
    Deny,
}

impl Effect {
    /// `Allow` or `Deny`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// What an element lists, or everything but what it lists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listed<T> {
    /// `Action`, `Resource`, `Principal`.
    These(T),
    /// `NotAction`, `NotResource`, `NotPrincipal`.
    AllBut(T),
}

impl<T> Listed<T> {
    /// What is listed, for either sense.
    #[must_use]
    pub const fn list(&self) -> &T {
        match self {
            Self::These(list) | Self::AllBut(list) => list,
        }
    }

    /// Whether the element is the `Not` one.
    #[must_use]
    pub const fn is_negated(&self) -> bool {
        matches!(self, Self::AllBut(_))
    }

    pub(crate) fn new(negated: bool, list: T) -> Self {
        if negated {
            Self::AllBut(list)
        } else {
            Self::These(list)
        }
    }

    /// Another list in the same sense.
    pub(crate) fn with_list<U>(&self, list: U) -> Listed<U> {
        Listed::new(self.is_negated(), list)
    }

    /// The name of the element, given those of its two senses.
    pub(crate) const fn name_of(&self, [these, all_but]: [&'static str; 2]) -> &'static str {
        match self {
            Self::These(_) => these,
            Self::AllBut(_) => all_but,
        }
    }
}

/// The elements of a statement, to write them in the order they were read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Sid,
    Effect,
    Principal,
    Action,
    Resource,
    Condition,
}

impl Element {
    pub(crate) const ALL: [Self; 6] = [
        Self::Sid,
        Self::Effect,
        Self::Principal,
        Self::Action,
        Self::Resource,
        Self::Condition,
    ];
}

/// The elements in the order they were read in, then all others.
pub(super) fn in_order<'a, E: Copy + PartialEq>(
    read: &'a [E],
    all: &'a [E],
) -> impl Iterator<Item = E> {
    let others = all.iter().filter(|element| !read.contains(element));
    read.iter().chain(others).copied()
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for element in in_order(&self.order, &Element::ALL) {
            self.serialize_element(element, &mut map)?;
        }
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Statement {
    fn serialize_element<M: SerializeMap>(
        &self,
        element: Element,
        map: &mut M,
    ) -> Result<(), M::Error> {
        match element {
            Element::Effect => map.serialize_entry("Effect", self.effect.name()),
            Element::Sid => optional(map, "Sid", self.sid.as_ref()),
            Element::Principal => listed(map, ["Principal", "NotPrincipal"], &self.principal),
            Element::Action => listed(map, ["Action", "NotAction"], &self.action),
            Element::Resource => listed(map, ["Resource", "NotResource"], &self.resource),
            Element::Condition => optional(map, "Condition", self.condition.as_ref()),
        }
    }
}

fn optional<M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    value: Option<&impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

fn listed<M: SerializeMap, T: Serialize>(
    map: &mut M,
    names: [&'static str; 2],
    element: &Option<Listed<T>>,
) -> Result<(), M::Error> {
    let Some(element) = element else {
        return Ok(());
    };
    map.serialize_entry(element.name_of(names), element.list())
}
