//! Statements, found by the actions that they speak of.

use std::collections::BTreeSet;

use ecs_arn::ArnPattern;

use super::limit::Limit;
use crate::compile::{ActionPattern, ResourcePattern};
use crate::document::{Effect, Listed, Statement, Version};
use crate::ecs::{self, ActionReference};
use crate::lint::may_be;
use crate::prefix::PrefixIndex;
use crate::request::ActionName;

/// Statements with their patterns compiled once.
#[derive(Debug, Clone)]
pub(super) struct Speaking {
    statements: Vec<Statement>,
    /// For each statement the resources that it lists and that can match anything.
    resources: Vec<Vec<ListedResource>>,
    actions: Vec<ListedAction>,
    by_start: PrefixIndex,
    /// The statements with `NotAction`.
    excluding: Vec<usize>,
}

/// An action that a statement lists, in either sense.
#[derive(Debug, Clone)]
struct ListedAction {
    pattern: ActionPattern,
    statement: usize,
}

#[derive(Debug, Clone)]
struct ListedResource {
    text: String,
    /// None for `*`.
    pattern: Option<ArnPattern>,
}

impl Speaking {
    pub(super) fn new(statements: Vec<Statement>) -> Self {
        let mut actions = Vec::new();
        let mut by_start = PrefixIndex::default();
        let mut excluding = Vec::new();
        for (index, statement) in statements.iter().enumerate() {
            let Some(element) = &statement.action else {
                continue;
            };
            if element.is_negated() {
                excluding.push(index);
            }
            for text in element.list().iter() {
                if let Ok(pattern) = ActionPattern::compile(text) {
                    by_start.insert(&text.to_ascii_lowercase(), actions.len());
                    actions.push(ListedAction {
                        pattern,
                        statement: index,
                    });
                }
            }
        }
        Self {
            resources: statements.iter().map(resources_of).collect(),
            statements,
            actions,
            by_start,
            excluding,
        }
    }

    pub(super) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// How far each statement of an effect speaks of an action, in their order.
    pub(super) fn limits(&self, action: &str, effect: Effect) -> Vec<Limit<'_>> {
        let known = ecs::action(action);
        let speaking = self.about(action).into_iter();
        let statements = speaking.filter_map(|index| {
            let statement = self.statements.get(index)?;
            Some((statement, self.resources.get(index)?))
        });
        statements
            .filter(|(statement, _)| statement.effect == effect)
            .filter_map(|(statement, resources)| limit(statement, resources, known))
            .collect()
    }

    /// The statements that speak of an action; `*` is any action of any service.
    fn about(&self, action: &str) -> BTreeSet<usize> {
        let name = ActionName::new(if action == "*" { "*:*" } else { action });
        let candidates = self.by_start.candidates(name.folded());
        let listed = candidates
            .filter_map(|at| self.actions.get(at))
            .filter(|listed| listed.pattern.matches(&name));
        let mut speaking: BTreeSet<usize> = listed.map(|listed| listed.statement).collect();
        for index in &self.excluding {
            if !speaking.remove(index) {
                speaking.insert(*index);
            }
        }
        speaking
    }
}

fn resources_of(statement: &Statement) -> Vec<ListedResource> {
    let lists = statement
        .resource
        .iter()
        .flat_map(|element| element.list().iter());
    let usable = lists.filter(|text| ResourcePattern::compile(text, Version::V2012_10_17).is_ok());
    usable
        .map(|text| ListedResource {
            text: text.to_owned(),
            pattern: ArnPattern::parse(text).ok().filter(|_| text != "*"),
        })
        .collect()
}

/// How far a statement speaks of an action; none if it lists no resource that the action has.
fn limit<'a>(
    statement: &'a Statement,
    resources: &'a [ListedResource],
    action: Option<ActionReference>,
) -> Option<Limit<'a>> {
    let takes_any = action.is_some_and(|action| !action.takes_resource());
    let is_usable = |resource: &&ListedResource| match (&resource.pattern, action) {
        (None, _) | (_, None) => true,
        (Some(pattern), Some(action)) => {
            let mut types = action.resources().map(|used| used.resource_type());
            types.any(|kind| may_be(pattern, kind))
        }
    };
    let listed: Vec<&str> = resources
        .iter()
        .filter(is_usable)
        .map(|resource| resource.text.as_str())
        .collect();
    let resource = match &statement.resource {
        None => None,
        Some(Listed::These(_)) if listed.is_empty() => return None,
        Some(Listed::These(_)) => Some(Listed::These(listed)),
        Some(Listed::AllBut(_)) if listed.contains(&"*") => return None,
        Some(Listed::AllBut(_)) if takes_any => Some(Listed::These(vec!["*"])),
        Some(Listed::AllBut(_)) => Some(Listed::AllBut(listed)),
    };
    Some(Limit::new(resource, statement.condition.as_ref()))
}
