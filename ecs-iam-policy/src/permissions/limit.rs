//! How far a statement speaks of an action.

use std::collections::BTreeSet;
use std::fmt;

use crate::document::{Conditions, Listed};
use crate::lint::covers_resource;
use crate::prefix::PrefixIndex;

/// The resources that a statement speaks of, and under which conditions.
#[derive(Debug, Clone)]
pub(super) struct Limit<'a> {
    resource: Option<Listed<Vec<&'a str>>>,
    conditions: Option<&'a Conditions>,
}

impl<'a> Limit<'a> {
    pub(super) const fn new(
        resource: Option<Listed<Vec<&'a str>>>,
        conditions: Option<&'a Conditions>,
    ) -> Self {
        Self {
            resource,
            conditions,
        }
    }

    /// Whether it is none: every resource, under all circumstances.
    pub(super) fn is_none(&self) -> bool {
        let everything = match &self.resource {
            Some(Listed::These(list)) => list.contains(&"*"),
            _ => false,
        };
        everything && self.conditions.is_none_or(|it| it.blocks().is_empty())
    }

    /// The conditions, the same for any order of them and of their values.
    fn conditions_in_order(&self) -> String {
        let blocks = self
            .conditions
            .iter()
            .flat_map(|conditions| conditions.blocks());
        let tests = blocks.flat_map(|block| block.tests().iter().map(move |test| (block, test)));
        let texts: BTreeSet<String> = tests
            .map(|(block, test)| {
                let values: BTreeSet<String> = test
                    .values()
                    .iter()
                    .map(|value| value.text().into_owned())
                    .collect();
                let key = test.key().to_ascii_lowercase();
                format!("{key} {} {values:?}", block.operator_text())
            })
            .collect();
        texts.into_iter().collect::<Vec<_>>().join(" and ")
    }
}

impl fmt::Display for Limit<'_> {
    /// In words.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.resource {
            None => formatter.write_str("on nothing")?,
            Some(Listed::These(list)) => write!(formatter, "on {}", list.join(", "))?,
            Some(Listed::AllBut(list)) => write!(formatter, "on all but {}", list.join(", "))?,
        }
        let blocks = self
            .conditions
            .iter()
            .flat_map(|conditions| conditions.blocks());
        for block in blocks {
            for test in block.tests() {
                let values: Vec<_> = test.values().iter().map(|value| value.text()).collect();
                let (key, operator) = (test.key(), block.operator_text());
                write!(formatter, " if {key} {operator} {}", values.join(" or "))?;
            }
        }
        Ok(())
    }
}

/// How many others a resource is held against at most, so that the time stays linear.
const MOST: usize = 64;

/// The resources of limits one by one with their conditions, without those that another one
/// covers: the same for policies that say the same in other words.
pub(super) fn reduced(limits: &[Limit<'_>]) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for limit in limits {
        let conditions = limit.conditions_in_order();
        match &limit.resource {
            None => {}
            Some(Listed::These(list)) => {
                parts.extend(
                    list.iter()
                        .map(|text| ((*text).to_owned(), conditions.clone())),
                );
            }
            Some(Listed::AllBut(list)) => {
                let sorted: BTreeSet<_> = list.iter().collect();
                parts.insert((format!("all but {sorted:?}"), conditions));
            }
        }
    }
    let parts: Vec<_> = parts.into_iter().collect();
    let mut by_start = PrefixIndex::default();
    for (at, (resource, _)) in parts.iter().enumerate() {
        by_start.insert(resource, at);
    }
    let is_covered = |(at, (resource, conditions)): &(usize, &(String, String))| {
        let others = by_start.candidates(resource).filter(|other| other != at);
        others
            .take(MOST)
            .filter_map(|other| parts.get(other))
            .any(|(wide, when)| {
                (when.is_empty() || when == conditions) && covers_resource(wide, resource)
            })
    };
    parts
        .iter()
        .enumerate()
        .filter(|part| !is_covered(part))
        .map(|(_, (resource, conditions))| format!("{resource} if {conditions}"))
        .collect()
}
