//! Findings about statements as wholes.

use std::collections::HashMap;

use super::covers::covers;
use super::{Finding, Rule, Severity};
use crate::acceptance::PolicyType;
use crate::document::{Effect, Listed, Statement, TextList};
use crate::error::pointer_to;
use crate::prefix::PrefixIndex;

/// How many others a statement is held against at most, so that the time stays linear.
const MOST: usize = 64;

/// The statements of a policy, found by what they say.
pub(super) struct Overview<'a> {
    statements: &'a [Statement],
    /// The first statement of each name.
    first_of_sid: HashMap<&'a str, usize>,
    by_action: PrefixIndex,
    by_resource: PrefixIndex,
}

impl<'a> Overview<'a> {
    pub(super) fn of(statements: &'a [Statement]) -> Self {
        let mut overview = Self {
            statements,
            first_of_sid: HashMap::new(),
            by_action: PrefixIndex::default(),
            by_resource: PrefixIndex::default(),
        };
        for (index, statement) in statements.iter().enumerate() {
            if let Some(sid) = &statement.sid {
                overview.first_of_sid.entry(sid).or_insert(index);
            }
            for text in listed_keys(statement.action.as_ref()) {
                overview.by_action.insert(&text.to_ascii_lowercase(), index);
            }
            for text in listed_keys(statement.resource.as_ref()) {
                overview.by_resource.insert(&text, index);
            }
        }
        overview
    }

    /// Those that may speak of all that a statement speaks of, in their order.
    fn candidates(&self, statement: &Statement) -> Vec<usize> {
        let first = |element| listed_keys(element).into_iter().next();
        let action = first(statement.action.as_ref()).map(|text| text.to_ascii_lowercase());
        let resource = first(statement.resource.as_ref());
        let (Some(action), Some(resource)) = (action, resource) else {
            return Vec::new();
        };
        let by_action = self.by_action.candidates(&action);
        let by_resource = self.by_resource.candidates(&resource);
        // The shorter list, which says more.
        let fewer = by_action.take(MOST + 1).collect::<Vec<_>>();
        let mut candidates = if fewer.len() <= MOST {
            fewer
        } else {
            by_resource.take(MOST).collect()
        };
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }
}

/// The texts that an element is found by. What excludes is covered by its like and by `*`.
fn listed_keys(element: Option<&Listed<TextList>>) -> Vec<String> {
    match element {
        None => vec!["none".to_owned()],
        Some(Listed::These(list)) => list.iter().map(str::to_owned).collect(),
        Some(Listed::AllBut(_)) => vec!["all but".to_owned()],
    }
}

pub(super) fn check(
    overview: &Overview<'_>,
    index: usize,
    policy_type: PolicyType,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    let Some(statement) = overview.statements.get(index) else {
        return;
    };
    check_sid(overview, index, policy_type, pointer, findings);
    let needs_resource = !matches!(policy_type, PolicyType::Trust | PolicyType::Resource);
    if needs_resource && statement.resource.is_none() {
        let message = "the statement names no resource, so that it matches nothing".to_owned();
        findings.push(Finding::new(
            Rule::NoResource,
            Severity::Error,
            pointer,
            message,
        ));
    }
    let excludes = statement.principal.as_ref().is_some_and(Listed::is_negated);
    if excludes && statement.effect == Effect::Allow {
        let message = "the statement allows everyone but the listed, anonymous callers too";
        let pointer = pointer_to(pointer, "NotPrincipal");
        findings.push(Finding::new(
            Rule::AllowNotPrincipal,
            Severity::Warning,
            pointer,
            message.to_owned(),
        ));
    }
    check_use(overview, index, pointer, findings);
}

fn check_sid(
    overview: &Overview<'_>,
    index: usize,
    policy_type: PolicyType,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    let statement = overview.statements.get(index);
    let Some(sid) = statement.and_then(|statement| statement.sid.as_deref()) else {
        return;
    };
    let pointer = pointer_to(pointer, "Sid");
    let first = overview.first_of_sid.get(sid);
    if let Some(first) = first.filter(|first| **first < index && !sid.is_empty()) {
        let message = format!("`{sid}` is the name of statement {} already", first + 1);
        findings.push(Finding::new(
            Rule::DuplicateSid,
            Severity::Error,
            pointer.clone(),
            message,
        ));
    }
    let free = matches!(policy_type, PolicyType::Trust | PolicyType::Resource);
    if !free && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let message = format!("`{sid}` holds other characters than letters and digits");
        findings.push(Finding::new(
            Rule::SidCharacters,
            Severity::Notice,
            pointer,
            message,
        ));
    }
}

/// That no other statement makes this one useless: one that says the same of more, or one that
/// denies what this one allows.
fn check_use(overview: &Overview<'_>, index: usize, pointer: &str, findings: &mut Vec<Finding>) {
    let Some(statement) = overview.statements.get(index) else {
        return;
    };
    let useless = |(position, other): &(usize, &Statement)| {
        let twin = *position > index && covers(statement, other);
        let denies = other.effect == Effect::Deny;
        *position != index
            && (other.effect == statement.effect || denies)
            && covers(other, statement)
            && !(twin && other.effect == statement.effect)
    };
    let candidates = overview.candidates(statement).into_iter();
    let mut candidates = candidates.filter_map(|at| Some((at, overview.statements.get(at)?)));
    let Some((position, other)) = candidates.find(useless) else {
        return;
    };
    let number = position + 1;
    let message = if other.effect == statement.effect {
        format!("statement {number} says the same of at least as much")
    } else {
        format!("statement {number} denies all of what this one allows")
    };
    findings.push(Finding::new(
        Rule::UselessStatement,
        Severity::Notice,
        pointer,
        message,
    ));
}
