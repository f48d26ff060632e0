//! Walks every statement and writes down what came of it.

use std::collections::BTreeSet;

use ecs_arn::{ArnPattern, ArnRef, Part, Wildcard};

use super::{
    ConditionFailure, Explanation, PatternMismatch, Reason, ResourceExplanation,
    StatementExplanation, Unevaluated,
};
use crate::compile::{ActionPattern, CompiledPolicy, Mismatch, PrincipalPattern, ResourcePattern};
use crate::condition::{OperatorKind, Outcome};
use crate::context::Context;
use crate::document::{
    ConditionBlock, ConditionTest, Listed, PrincipalElement, Statement, TextList, Version,
};
use crate::layers::{PolicySet, StatementId};
use crate::request::{ActionName, Request, Target};

pub(super) fn explain(policies: &PolicySet, request: &Request) -> Explanation {
    let resources = request
        .targets()
        .iter()
        .map(|target| explain_target(policies, request, target));
    let mut missing = BTreeSet::new();
    let mut unevaluated = Vec::new();
    for (layer, of_layer) in policies.layers() {
        for (policy, compiled) in of_layer.iter().enumerate() {
            missing.extend(missing_keys(compiled, request));
            let diagnostics = compiled.diagnostics().iter().cloned();
            unevaluated.extend(diagnostics.map(|diagnostic| Unevaluated {
                layer,
                policy,
                diagnostic,
            }));
        }
    }
    Explanation {
        decision: policies.decide(request),
        principal: request.principal().to_string(),
        action: request.action().to_owned(),
        resources: resources.collect(),
        missing_keys: missing.into_iter().collect(),
        unevaluated,
    }
}

fn explain_target(policies: &PolicySet, request: &Request, target: &Target) -> ResourceExplanation {
    let mut statements = Vec::new();
    for (layer, of_layer) in policies.layers() {
        let attachment = policies.attachment(layer);
        for (policy, compiled) in of_layer.iter().enumerate() {
            let both = compiled
                .statements()
                .iter()
                .zip(compiled.source().statements());
            for (statement, (ready, source)) in both.enumerate() {
                let mismatch = match request.is_bound_by(layer) {
                    true => ready.evaluate(request, target, attachment).err(),
                    false => Some(Mismatch::NotBound),
                };
                let version = compiled.source().effective_version();
                let case = Case {
                    source,
                    version,
                    request,
                    target,
                };
                statements.push(StatementExplanation {
                    id: StatementId {
                        layer,
                        policy,
                        statement,
                    },
                    policy_name: compiled.name().map(str::to_owned),
                    sid: source.sid.clone(),
                    effect: source.effect,
                    mismatch: mismatch.map(|mismatch| case.reason(mismatch)),
                });
            }
        }
    }
    ResourceExplanation {
        resource: target.as_str().to_owned(),
        decision: policies.decide_target(request, target),
        statements,
    }
}

/// A statement beside the request it does not match.
struct Case<'a> {
    source: &'a Statement,
    version: Version,
    request: &'a Request,
    target: &'a Target,
}

impl Case<'_> {
    fn reason(&self, mismatch: Mismatch) -> Reason {
        match mismatch {
            Mismatch::Action => self.action(),
            Mismatch::Resource => self.resource(),
            Mismatch::Principal => self.principal(),
            Mismatch::NotBound => Reason::NotBound {
                principal: self.request.principal().to_string(),
            },
            Mismatch::Condition(position, outcome) => self.condition(position, outcome),
        }
    }

    fn action(&self) -> Reason {
        let action = self.request.action().to_owned();
        match &self.source.action {
            Some(Listed::AllBut(list)) => {
                let matches = |text: &&str| matches_action(text, self.request.action_name());
                let pattern = list.iter().find(matches).unwrap_or_default().to_owned();
                Reason::NotAction { action, pattern }
            }
            element => Reason::Action {
                action,
                patterns: texts(element.as_ref()),
            },
        }
    }

    fn resource(&self) -> Reason {
        let resource = self.target.as_str().to_owned();
        let context = self.request.context_of(self.target);
        match &self.source.resource {
            None => Reason::NoResource,
            Some(Listed::AllBut(list)) => {
                let matches = |text: &&str| {
                    let pattern = ResourcePattern::compile(text, self.version);
                    pattern.is_ok_and(|pattern| pattern.matches(self.target, context))
                };
                let pattern = list.iter().find(matches).unwrap_or_default().to_owned();
                Reason::NotResource { resource, pattern }
            }
            Some(Listed::These(list)) => {
                let patterns = list.iter().map(|text| PatternMismatch {
                    pattern: text.to_owned(),
                    why: why_not(text, self.version, self.target, context),
                });
                Reason::Resource {
                    resource,
                    patterns: patterns.collect(),
                }
            }
        }
    }

    fn principal(&self) -> Reason {
        let Some(element) = &self.source.principal else {
            return Reason::NoPrincipal;
        };
        let caller = self.request.principal();
        let negated = element.is_negated();
        let named = match element.list() {
            PrincipalElement::Everyone => vec!["*".to_owned()],
            PrincipalElement::Listed(kinds) => kinds
                .iter()
                .flat_map(|(kind, names)| names.iter().map(move |name| (*kind, name)))
                .filter(|(kind, name)| {
                    let pattern = PrincipalPattern::compile(*kind, name);
                    !negated || pattern.is_ok_and(|pattern| pattern.grant(caller).is_some())
                })
                .map(|(_, name)| name.to_owned())
                .collect(),
        };
        Reason::Principal {
            principal: caller.to_string(),
            negated,
            named,
        }
    }

    fn condition(&self, position: usize, outcome: Outcome) -> Reason {
        let mut tests = tests_of(self.source);
        let (operator, key, expected) = match tests.nth(position) {
            Some((block, test)) => {
                let expected = test.values().iter().map(|value| value.text().into_owned());
                (
                    block.operator_text().to_owned(),
                    test.key().to_owned(),
                    expected.collect(),
                )
            }
            None => Default::default(),
        };
        let value = self.request.context_of(self.target).get(&key);
        let found = value.map(|value| value.values().iter().map(ToString::to_string).collect());
        let failure = match outcome {
            Outcome::Met | Outcome::NotMet => ConditionFailure::Different,
            Outcome::Missing => ConditionFailure::Missing,
            Outcome::Unreadable => ConditionFailure::Unreadable,
            Outcome::NoOperator => ConditionFailure::UnknownOperator,
        };
        Reason::Condition {
            operator,
            key,
            expected,
            found,
            failure,
        }
    }
}

fn tests_of(statement: &Statement) -> impl Iterator<Item = (&ConditionBlock, &ConditionTest)> {
    let blocks = statement
        .condition
        .iter()
        .flat_map(|conditions| conditions.blocks());
    blocks.flat_map(|block| block.tests().iter().map(move |test| (block, test)))
}

fn texts(element: Option<&Listed<TextList>>) -> Vec<String> {
    element
        .iter()
        .flat_map(|element| element.list().iter())
        .map(str::to_owned)
        .collect()
}

fn matches_action(pattern: &str, action: &ActionName) -> bool {
    ActionPattern::compile(pattern).is_ok_and(|pattern| pattern.matches(action))
}

/// Why a resource pattern does not match, in words.
fn why_not(text: &str, version: Version, target: &Target, context: &Context) -> String {
    let pattern = match version {
        Version::V2012_10_17 => ArnPattern::parse(text),
        Version::V2008_10_17 => ArnPattern::without_variables(text),
    };
    let pattern = match (pattern, ResourcePattern::compile(text, version)) {
        (Ok(pattern), Ok(_)) => pattern,
        (Err(error), _) => return format!("it matches nothing: {error}"),
        (_, Err(reason)) => return format!("it matches nothing: {reason}"),
    };
    let Some(arn) = target.arn() else {
        return "the request names no single resource, and only `*` speaks of that".to_owned();
    };
    let resolve = |name: &str| context.variable(name);
    let Some(part) = pattern.mismatch_with(arn, resolve) else {
        return String::new();
    };
    let wildcard = pattern.part(part);
    if let Some(name) = wildcard.and_then(|wildcard| unset_variable(wildcard, context)) {
        return format!("the request has no `{name}`");
    }
    let expected = wildcard.map_or("", Wildcard::as_str);
    format!(
        "the {} is `{}`, not `{expected}`",
        name_of(part),
        part_of(arn, part)
    )
}

fn unset_variable<'a>(wildcard: &'a Wildcard, context: &Context) -> Option<&'a str> {
    let mut variables = wildcard.variables();
    variables
        .find(|variable| variable.default.is_none() && context.variable(variable.name).is_none())
        .map(|variable| variable.name)
}

const fn name_of(part: Part) -> &'static str {
    match part {
        Part::Partition => "partition",
        Part::Service => "service",
        Part::Region => "Region",
        Part::Account => "account",
        _ => "resource",
    }
}

fn part_of(arn: ArnRef<'_>, part: Part) -> &str {
    match part {
        Part::Partition => arn.partition(),
        Part::Service => arn.service(),
        Part::Region => arn.region().unwrap_or_default(),
        Part::Account => arn.account().unwrap_or_default(),
        _ => arn.resource(),
    }
}

/// Keys and variables of the statements about the action that the request does not have.
fn missing_keys(compiled: &CompiledPolicy, request: &Request) -> Vec<String> {
    let source = compiled.source();
    let mut missing = Vec::new();
    for statement in source.statements() {
        let Some(element) = &statement.action else {
            continue;
        };
        let listed = element
            .list()
            .iter()
            .any(|text| matches_action(text, request.action_name()));
        if listed == element.is_negated() {
            continue;
        }
        for (block, test) in tests_of(statement) {
            let is_null = block
                .operator()
                .is_some_and(|known| known.kind == OperatorKind::Null);
            let mut contexts = request.resource_contexts();
            if !is_null && contexts.any(|context| context.get(test.key()).is_none()) {
                missing.push(test.key().to_owned());
            }
        }
        if source.effective_version() == Version::V2012_10_17 {
            let contexts = request.resource_contexts();
            missing.extend(contexts.flat_map(|context| missing_variables(statement, context)));
        }
    }
    missing
}

fn missing_variables(statement: &Statement, context: &Context) -> Vec<String> {
    let values = tests_of(statement).flat_map(|(_, test)| test.values().iter());
    let texts = texts(statement.resource.as_ref())
        .into_iter()
        .chain(values.map(|value| value.text().into_owned()));
    texts
        .filter_map(|text| Wildcard::with_variables(&text).ok())
        .filter_map(|wildcard| unset_variable(&wildcard, context).map(str::to_owned))
        .collect()
}
