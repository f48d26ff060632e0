//! Findings about resources.

use ecs_arn::{AccountId, ArnPattern, Part, Region, Wildcard};

use super::similar::nearest;
use super::{Finding, Rule, Severity, entry};
use crate::compile::ResourcePattern;
use crate::document::{Listed, Statement, TextList, Version};
use crate::ecs::{self, ActionReference, ResourceTypeReference};

use super::action::listed;

pub(super) fn check(
    statement: &Statement,
    version: Version,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    let Some(element) = &statement.resource else {
        return;
    };
    let name = element.name_of(["Resource", "NotResource"]);
    let before = findings.len();
    for (at, text) in element.list().positions() {
        check_one(
            text,
            version,
            &entry(pointer, name, element.list(), at),
            findings,
        );
    }
    if findings.len() > before {
        return;
    }
    if let (Some(Listed::These(actions)), Listed::These(resources)) = (&statement.action, element) {
        check_types(actions, resources, pointer, findings);
    }
}

fn check_one(text: &str, version: Version, pointer: &str, findings: &mut Vec<Finding>) {
    if version == Version::V2008_10_17 && text.contains("${") {
        let message = format!("`{text}` has a variable, which is plain text in this version");
        findings.push(Finding::new(
            Rule::LiteralVariable,
            Severity::Error,
            pointer,
            message,
        ));
    }
    if text == "*" {
        return;
    }
    let (pattern, reason) = match (
        ArnPattern::parse(text),
        ResourcePattern::compile(text, version),
    ) {
        (Ok(pattern), Ok(_)) => (pattern, None),
        (Ok(pattern), Err(reason)) => (pattern, Some(reason)),
        (Err(error), _) => {
            let message = format!("`{text}` matches no ARN: {error}");
            findings.push(Finding::new(
                Rule::ImpossibleResource,
                Severity::Error,
                pointer,
                message,
            ));
            return;
        }
    };
    if let Some(reason) = reason {
        let message = format!("`{text}` matches no ARN: {reason}");
        findings.push(Finding::new(
            Rule::ImpossibleResource,
            Severity::Error,
            pointer,
            message,
        ));
    } else if pattern
        .part(Part::Service)
        .is_some_and(|service| service.as_str() == "ecs")
    {
        check_ecs(text, &pattern, pointer, findings);
    }
}

fn literal(pattern: &ArnPattern, part: Part) -> Option<&str> {
    pattern
        .part(part)
        .filter(|wildcard| wildcard.is_literal())
        .map(Wildcard::as_str)
}

/// Why no ARN of Amazon ECS can match a pattern by its Region and account, and what was
/// probably meant.
pub(super) fn impossible(text: &str, pattern: &ArnPattern) -> Option<(String, Option<String>)> {
    if pattern.part(Part::Service)?.as_str() != "ecs" {
        return None;
    }
    let region = literal(pattern, Part::Region);
    let account = literal(pattern, Part::Account);
    if let Some(account) = account.filter(|account| AccountId::parse(account).is_err()) {
        let shifted = region == Some("") && Region::parse(account).is_ok();
        let suggestion = shifted.then(|| text.replacen("::", ":", 1));
        let message = format!("`{text}` matches no ARN, because its account is `{account}`");
        return Some((message, suggestion));
    }
    let region = region.filter(|region| Region::parse(region).is_err())?;
    Some((
        format!("`{text}` matches no ARN, because its Region is `{region}`"),
        None,
    ))
}

/// Every ARN of Amazon ECS has a Region, an account and one of its resource types.
fn check_ecs(text: &str, pattern: &ArnPattern, pointer: &str, findings: &mut Vec<Finding>) {
    if let Some((message, suggestion)) = impossible(text, pattern) {
        let finding = Finding::new(Rule::ImpossibleResource, Severity::Error, pointer, message);
        findings.push(finding.suggesting(suggestion));
        return;
    }
    let resource = pattern.part(Part::Resource).map_or("*", Wildcard::as_str);
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
    if kind.contains(['*', '?', '$']) {
        return;
    }
    if ecs::resource_type(kind).is_none() && kind != "container" {
        let message = format!("`{kind}` is no resource type of Amazon ECS");
        let meant = nearest(kind, ecs::resource_types().map(ResourceTypeReference::name));
        let finding = Finding::new(Rule::UnknownResourceType, Severity::Error, pointer, message);
        findings.push(finding.suggesting(meant.map(|meant| text.replacen(kind, meant, 1))));
    } else if kind.ends_with("task-definition") && !rest.contains([':', '*', '$']) {
        let message =
            format!("`{text}` matches no task definition, because AWS authorizes revisions");
        let finding = Finding::new(Rule::MissingRevision, Severity::Error, pointer, message);
        findings.push(finding.suggesting(Some(format!("{text}:*"))));
    }
}

/// That each action finds a resource it takes among those of its statement.
fn check_types(
    actions: &TextList,
    resources: &TextList,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    if resources.iter().any(|text| text == "*") || resources.is_empty() {
        return;
    }
    let patterns: Vec<_> = resources
        .iter()
        .filter_map(|text| ArnPattern::parse(text).ok())
        .collect();
    for (at, text) in actions.positions() {
        let pointer = entry(pointer, "Action", actions, at);
        let matching = listed(&TextList::from(text));
        let usable = |action: &&ActionReference| {
            let mut types = action.resources().map(|used| used.resource_type());
            types.any(|kind| patterns.iter().any(|pattern| may_be(pattern, kind)))
        };
        let unusable = matching.iter().filter(|action| !usable(action)).count();
        let (1.., true) = (unusable, unusable == matching.len()) else {
            continue;
        };
        let no_resource = matching.iter().all(|action| !action.takes_resource());
        let message = match matching.as_slice() {
            _ if no_resource => format!("`{text}` takes no resource, so that only `*` matches it"),
            [action] => {
                let kinds: Vec<_> = action
                    .resources()
                    .map(|used| used.resource_type())
                    .collect();
                let kinds = kinds.join(" or ");
                format!("`{text}` is about a {kinds}, and no resource of the statement is")
            }
            _ => format!("no action of `{text}` is about a resource of the statement"),
        };
        let finding = Finding::new(Rule::ResourceNotTaken, Severity::Error, pointer, message);
        findings.push(finding.suggesting(no_resource.then(|| "*".to_owned())));
    }
}

/// Whether a pattern can match a resource of a type.
pub(crate) fn may_be(pattern: &ArnPattern, kind: &str) -> bool {
    if pattern
        .part(Part::Service)
        .is_some_and(|service| service.as_str() != "ecs")
    {
        return false;
    }
    let resource = pattern.part(Part::Resource).map_or("*", Wildcard::as_str);
    match resource.split_once(['*', '?', '$']) {
        None => resource.split('/').next() == Some(kind),
        Some((start, _)) => {
            let path = format!("{kind}/");
            start.starts_with(&path) || path.starts_with(start)
        }
    }
}
