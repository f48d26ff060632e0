//! The least policy that a call lacks, tried before it is given.

use std::sync::Arc;

use super::{AuthorizationCheck, Verdict, actions};
use crate::compile::CompiledPolicy;
use crate::document::{
    ConditionBlock, ConditionTest, ConditionValue, ConditionValues, Conditions, Effect, Listed,
    Policy, PrincipalElement, PrincipalKind, Statement, TextList,
};
use crate::layers::PolicySet;
use crate::request::Request;

/// A policy with which the missing checks are allowed and nothing else is; none if nothing is
/// missing, or if trying it shows otherwise.
pub(super) fn missing(policies: &PolicySet, checks: &[AuthorizationCheck]) -> Option<Policy> {
    let mut statements: Vec<Statement> = Vec::new();
    for check in checks
        .iter()
        .filter(|check| check.verdict == Verdict::Missing)
    {
        add(&mut statements, statement_for(policies, &check.request));
    }
    if statements.is_empty() {
        return None;
    }
    let policy = Policy::new(statements);
    let with = policies.clone().with_identity(CompiledPolicy::new(&policy));
    is_exact(policies, &with, checks).then_some(policy)
}

/// Whether added policies allow the missing checks, and of all actions on the same resources
/// only those that were missing there.
fn is_exact(before: &PolicySet, after: &PolicySet, checks: &[AuthorizationCheck]) -> bool {
    let mut names: Vec<String> = actions()
        .map(|action| format!("ecs:{}", action.name()))
        .collect();
    names.push("iam:PassRole".to_owned());
    let missing: Vec<&str> = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Missing)
        .map(|check| check.action.as_str())
        .collect();
    checks.iter().all(|check| {
        let expected = match check.verdict {
            Verdict::Allowed | Verdict::Missing => true,
            Verdict::Blocked(_) => false,
        };
        let each = |policies: &PolicySet| {
            policies.decide_each(&check.request, names.iter().map(String::as_str))
        };
        let mut changed = each(before)
            .into_iter()
            .zip(each(after))
            .filter(|((_, before), (_, after))| before.is_allowed() != after.is_allowed());
        after.decide(&check.request).is_allowed() == expected
            && changed.all(|((action, _), _)| missing.contains(&action))
    })
}

/// Adds a statement; if there is one that differs in resources only, adds these to it.
fn add(statements: &mut Vec<Statement>, statement: Statement) {
    let same = |known: &&mut Statement| {
        known.action == statement.action && known.condition == statement.condition
    };
    let Some(known) = statements.iter_mut().find(same) else {
        statements.push(statement);
        return;
    };
    let of = |statement: &Statement| {
        let lists = statement
            .resource
            .iter()
            .flat_map(|element| element.list().iter());
        lists.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut texts = of(known);
    for text in of(&statement) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    known.resource = Some(Listed::These(list_of(texts)));
}

fn list_of(mut texts: Vec<String>) -> TextList {
    match texts.pop() {
        Some(only) if texts.is_empty() => TextList::from(only),
        last => TextList::from_items(texts.into_iter().chain(last).map(Some).collect()),
    }
}

/// The statement that allows what is denied of a request: its action on the resources that lack
/// it, in its cluster, for the service that a role is passed to or the creating action.
fn statement_for(policies: &PolicySet, request: &Request) -> Statement {
    let denied = request.targets().iter().filter(|target| {
        let decision = policies.decide_target(request, target);
        !decision.is_allowed()
    });
    let resources: Vec<String> = denied.map(|target| target.as_str().to_owned()).collect();
    let mut conditions = Conditions::default();
    let in_cluster = resources
        .iter()
        .any(|resource| resource == "*" || resource.contains(":task-definition/"));
    let keys = [
        ("ecs:cluster", "ArnEquals", in_cluster),
        ("iam:PassedToService", "StringEquals", true),
        ("ecs:CreateAction", "StringEquals", true),
    ];
    for (key, operator, _) in keys.into_iter().filter(|(_, _, wanted)| *wanted) {
        if let Some(value) = request.context().get(key).and_then(|value| value.single()) {
            conditions.blocks.push(block(operator, key, value));
        }
    }
    let mut statement = Statement::new(Effect::Allow);
    statement.action = Some(Listed::These(TextList::from(request.action())));
    statement.resource = Some(Listed::These(list_of(resources)));
    statement.condition = Some(conditions).filter(|conditions| !conditions.blocks.is_empty());
    statement
}

fn block(operator: &str, key: &str, value: &str) -> ConditionBlock {
    ConditionBlock {
        operator: operator.to_owned(),
        tests: vec![ConditionTest {
            key: key.to_owned(),
            values: ConditionValues {
                items: vec![ConditionValue::String(value.to_owned())],
                single: true,
            },
        }],
    }
}

/// A trust policy with a statement that lets a service assume the role; none if trying it shows
/// that it does not.
pub(super) fn completed_trust(
    policies: &PolicySet,
    trust: &Policy,
    request: &Request,
) -> Option<Policy> {
    let mut statement = Statement::new(Effect::Allow);
    let service = TextList::from(request.principal().as_str());
    statement.principal = Some(Listed::These(PrincipalElement::Listed(vec![(
        PrincipalKind::Service,
        service,
    )])));
    statement.action = Some(Listed::These(TextList::from(request.action())));
    if let Some(account) = request
        .context()
        .get("aws:SourceAccount")
        .and_then(|it| it.single())
    {
        let mut conditions = Conditions::default();
        conditions
            .blocks
            .push(block("StringEquals", "aws:SourceAccount", account));
        statement.condition = Some(conditions);
    }
    let statements = trust.statements().iter().cloned().chain([statement]);
    let policy = Policy::new(statements);
    let completed = Arc::new(CompiledPolicy::new(&policy));
    let allowed = policies.trusting(&completed).decide(request).is_allowed();
    allowed.then_some(policy)
}
