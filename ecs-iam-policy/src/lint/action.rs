//! Findings about actions.

use super::similar::nearest;
use super::{Finding, Rule, Severity, entry};
use crate::compile::ActionPattern;
use crate::document::{Statement, TextList};
use crate::ecs::{self, ActionReference};
use crate::request::ActionName;

/// The actions of Amazon ECS that a statement lists, for patterns those that match.
pub(super) fn listed(list: &TextList) -> Vec<ActionReference> {
    let mut of_ecs = list.iter().filter(|text| may_be_of_ecs(text)).peekable();
    match (of_ecs.next(), of_ecs.peek()) {
        (None, _) => return Vec::new(),
        (Some(text), None) if !text.contains(['*', '?']) => {
            return ecs::action(text).into_iter().collect();
        }
        _ => {}
    }
    let patterns: Vec<_> = list
        .iter()
        .filter(|text| may_be_of_ecs(text))
        .filter_map(|text| ActionPattern::compile(text).ok())
        .collect();
    let is_listed = |action: &ActionReference| {
        let name = ActionName::new(&format!("ecs:{}", action.name()));
        patterns.iter().any(|pattern| pattern.matches(&name))
    };
    ecs::actions().filter(is_listed).collect()
}

pub(super) fn check(statement: &Statement, pointer: &str, findings: &mut Vec<Finding>) {
    let Some(element) = &statement.action else {
        return;
    };
    let name = element.name_of(["Action", "NotAction"]);
    for (at, text) in element.list().positions() {
        let pointer = entry(pointer, name, element.list(), at);
        if let Err(reason) = ActionPattern::compile(text) {
            let message = format!("`{text}` matches no action: {reason}");
            findings.push(
                Finding::new(Rule::ActionForm, Severity::Error, pointer, message)
                    .suggesting(reformed(text)),
            );
        } else if is_of_ecs(text) && listed(&TextList::from(text)).is_empty() {
            let message = format!("`{text}` is no action of Amazon ECS");
            findings.push(
                Finding::new(Rule::UnknownAction, Severity::Error, pointer, message)
                    .suggesting(meant(text)),
            );
        }
    }
}

/// Whether a pattern can match an action of Amazon ECS by its service.
fn may_be_of_ecs(text: &str) -> bool {
    let service = text.split_once(':').map_or(text, |(service, _)| service);
    service.contains(['*', '?']) || service.eq_ignore_ascii_case("ecs")
}

fn is_of_ecs(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(service, _)| service.eq_ignore_ascii_case("ecs"))
}

/// `ecs>DeleteCluster` with a colon, if there is such an action.
fn reformed(text: &str) -> Option<String> {
    let (service, name) = text.split_once(|c: char| !c.is_ascii_alphanumeric())?;
    let action = ecs::action(name).filter(|_| service.eq_ignore_ascii_case("ecs"))?;
    Some(format!("ecs:{}", action.name()))
}

/// The action, or for a pattern the start of action names, that was probably meant.
fn meant(text: &str) -> Option<String> {
    let (_, name) = text.split_once(':')?;
    let Some(start) = name.strip_suffix('*') else {
        let action = nearest(name, ecs::actions().map(ActionReference::name))?;
        return Some(format!("ecs:{action}"));
    };
    let starts = ecs::actions().filter_map(|action| action.name().get(..start.len()));
    nearest(start, starts).map(|start| format!("ecs:{start}*"))
}
