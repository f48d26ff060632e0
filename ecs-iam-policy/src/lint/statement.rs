//! Findings about statements as wholes.

use super::covers::covers;
use super::{Finding, Rule, Severity};
use crate::acceptance::PolicyType;
use crate::document::{Effect, Listed, Policy, Statement};
use crate::error::pointer_to;

pub(super) fn check(
    policy: &Policy,
    index: usize,
    policy_type: PolicyType,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    let Some(statement) = policy.statements().get(index) else {
        return;
    };
    check_sid(policy, index, policy_type, pointer, findings);
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
    check_use(policy.statements(), index, pointer, findings);
}

fn check_sid(
    policy: &Policy,
    index: usize,
    policy_type: PolicyType,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    let mut sids = policy
        .statements()
        .iter()
        .map(|statement| statement.sid.as_deref());
    let Some(sid) = sids.clone().nth(index).flatten() else {
        return;
    };
    let pointer = pointer_to(pointer, "Sid");
    let first = sids.position(|other| other == Some(sid));
    if let Some(first) = first.filter(|first| *first < index && !sid.is_empty()) {
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
fn check_use(statements: &[Statement], index: usize, pointer: &str, findings: &mut Vec<Finding>) {
    let Some(statement) = statements.get(index) else {
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
    let Some((position, other)) = statements.iter().enumerate().find(useless) else {
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
