//! Statements that deny and can never match.

use std::fmt;

use ecs_arn::ArnPattern;
use serde::Serialize;

use super::{ActionReference, action, condition_key};
use crate::condition::OperatorKind;
use crate::document::{ConditionBlock, Effect, Listed, Statement, TextList};
use crate::layers::{PolicySet, StatementId};
use crate::lint::may_be;
use crate::request::Request;

/// A statement that denies an action and can never match it, so that what it should prevent is
/// allowed in silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IneffectiveDeny {
    /// Where it stands.
    pub id: StatementId,
    /// Its own name.
    pub sid: Option<String>,
    /// Why it never matches.
    pub reason: String,
}

impl fmt::Display for IneffectiveDeny {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StatementId {
            layer,
            policy,
            statement,
        } = self.id;
        write!(formatter, "statement {}", statement + 1)?;
        if let Some(sid) = self.sid.as_deref().filter(|sid| !sid.is_empty()) {
            write!(formatter, " `{sid}`")?;
        }
        write!(
            formatter,
            " of {layer}, policy {}, never denies it: {}",
            policy + 1,
            self.reason
        )
    }
}

/// The statements about the action of a request that deny and can never match.
pub(super) fn ineffective_denies(policies: &PolicySet, request: &Request) -> Vec<IneffectiveDeny> {
    let mut found = Vec::new();
    let layers = policies.layers();
    for (layer, of_layer) in layers.filter(|(layer, _)| request.is_bound_by(*layer)) {
        let attachment = policies.attachment(layer);
        for (policy, compiled) in of_layer.iter().enumerate() {
            let sources = compiled.source().statements();
            for (statement, ready) in compiled.of_effect(Effect::Deny) {
                let Some(source) = sources.get(statement) else {
                    continue;
                };
                let about_it = || ready.matches_action(request).then_some(source);
                let reason = ready
                    .never_matches(request, attachment)
                    .map(str::to_owned)
                    .or_else(|| of_action(about_it()?, action(request.action())?));
                found.extend(reason.map(|reason| IneffectiveDeny {
                    id: StatementId {
                        layer,
                        policy,
                        statement,
                    },
                    sid: source.sid.clone(),
                    reason,
                }));
            }
        }
    }
    found
}

/// Why a statement can never match an action of Amazon ECS, as the reference has it.
fn of_action(statement: &Statement, action: ActionReference) -> Option<String> {
    let resource = match &statement.resource {
        Some(Listed::These(list)) => of_resources(list, action),
        _ => None,
    };
    resource.or_else(|| {
        let conditions = statement.condition.as_ref()?;
        let mut blocks = conditions.blocks().iter();
        blocks.find_map(|block| of_condition(block, action))
    })
}

fn of_resources(list: &TextList, action: ActionReference) -> Option<String> {
    if list.iter().any(|text| text == "*") {
        return None;
    }
    let name = action.name();
    let types: Vec<_> = action
        .resources()
        .map(|used| used.resource_type())
        .collect();
    if types.is_empty() {
        return Some(format!(
            "`ecs:{name}` takes no resource, so that only `*` matches it"
        ));
    }
    let mut patterns = list.iter().filter_map(|text| ArnPattern::parse(text).ok());
    let usable = patterns.any(|pattern| types.iter().any(|kind| may_be(&pattern, kind)));
    (!usable).then(|| {
        let types = types.join(" or ");
        format!("`ecs:{name}` is about a {types}, and no resource of the statement is")
    })
}

/// A condition that needs a key which the action does not have.
fn of_condition(block: &ConditionBlock, action: ActionReference) -> Option<String> {
    let operator = block.operator()?;
    let is_null = operator.kind == OperatorKind::Null;
    if !is_null && operator.holds_without_key() {
        return None;
    }
    let mut tests = block.tests().iter();
    tests.find_map(|test| {
        let mut values = test.values().iter();
        if is_null && values.any(|value| value.text().eq_ignore_ascii_case("true")) {
            return None;
        }
        let key = test.key();
        let of_service = key
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("ecs:"));
        if condition_key(key).is_none() {
            return of_service.then(|| format!("Amazon ECS has no key `{key}`"));
        }
        let name = action.name();
        let reason = || format!("`ecs:{name}` has no `{key}`, which {operator} asks for");
        (!action.takes_key(key)).then(reason)
    })
}
