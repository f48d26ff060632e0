//! Random policies and requests: agreement with the naive evaluator, and laws of the language.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the vocabulary and the naive evaluator are small and wholly known"
)]

mod generate;
mod naive;

use ecs_iam_policy::{
    CompiledPolicy, Context, Extent, Outcome, Permissions, Policy, PolicySet, PolicyType, Request,
    Rule,
};
use naive::{Answer, Policies, Question};
use proptest::prelude::*;
use serde_json::{Value, json};

fn compile(document: &Value) -> CompiledPolicy {
    let policy: Policy = serde_json::from_value(document.clone()).unwrap();
    CompiledPolicy::new(&policy)
}

fn compile_all(documents: &[Value]) -> Vec<CompiledPolicy> {
    documents.iter().map(compile).collect()
}

fn policy_set(policies: &Policies) -> PolicySet {
    let mut set = PolicySet::new();
    for level in &policies.resource_control {
        set = set.with_resource_control_level(compile_all(level));
    }
    for level in &policies.service_control {
        set = set.with_service_control_level(compile_all(level));
    }
    for policy in compile_all(&policies.resource) {
        set = set.with_resource(policy);
    }
    for policy in compile_all(&policies.identity) {
        set = set.with_identity(policy);
    }
    for policy in compile_all(&policies.boundary) {
        set = set.with_boundary(policy);
    }
    for policy in compile_all(&policies.session) {
        set = set.with_session(policy);
    }
    set
}

fn request(question: &Question) -> Request {
    let mut resources = question.resources.iter();
    let first = resources.next().unwrap();
    let context: Context = serde_json::from_value(json!(question.context)).unwrap();
    let request = Request::new(question.principal.parse().unwrap(), &question.action, first);
    resources
        .fold(request, |request, resource| request.with_resource(resource))
        .with_contexts(&context)
}

fn outcome(policies: &Policies, question: &Question) -> Outcome {
    policy_set(policies).decide(&request(question)).outcome
}

proptest! {
    #![proptest_config(generate::config())]

    #[test]
    fn the_naive_evaluator_agrees(
        policies in generate::policies(),
        question in generate::question(),
    ) {
        let expected = match naive::answer(&policies, &question) {
            Answer::Allow => Outcome::Allowed,
            Answer::ImplicitDeny => Outcome::ImplicitDeny,
            Answer::ExplicitDeny => Outcome::ExplicitDeny,
        };
        prop_assert_eq!(outcome(&policies, &question), expected);
    }

    #[test]
    fn the_explanation_tells_what_decided(
        policies in generate::policies(),
        question in generate::question(),
    ) {
        let set = policy_set(&policies);
        let request = request(&question);
        let decision = set.decide(&request);
        let explanation = set.explain(&request);
        prop_assert_eq!(explanation.decision, decision);
        let resource = &explanation.resources[decision.resource];
        if let Some(id) = decision.statement {
            let statement = resource.statements.iter().find(|one| one.id == id).unwrap();
            prop_assert!(statement.applies());
            prop_assert_eq!(statement.effect, set.statement(id).unwrap().effect);
        }
        let denies = |statement: &&ecs_iam_policy::StatementExplanation| {
            statement.applies() && statement.effect == ecs_iam_policy::Effect::Deny
        };
        let denied = explanation.resources.iter().any(|one| one.statements.iter().any(|s| denies(&s)));
        prop_assert_eq!(denied, decision.outcome == Outcome::ExplicitDeny);
        prop_assert!(!explanation.to_string().is_empty());
        prop_assert!(serde_json::to_string(&explanation).is_ok());
    }

    #[test]
    fn adding_an_allow_never_takes_away(
        policies in generate::policies(),
        question in generate::question(),
        statement in generate::statement(false),
    ) {
        let mut statement = statement;
        statement["Effect"] = json!("Allow");
        let mut more = policies.clone();
        more.identity.push(json!({"Version": "2012-10-17", "Statement": statement}));
        prop_assert!(outcome(&more, &question) <= outcome(&policies, &question));
    }

    #[test]
    fn adding_a_deny_never_grants(
        policies in generate::policies(),
        question in generate::question(),
        statement in generate::statement(false),
    ) {
        let mut statement = statement;
        statement["Effect"] = json!("Deny");
        let mut more = policies.clone();
        more.identity.push(json!({"Version": "2012-10-17", "Statement": statement}));
        prop_assert!(outcome(&more, &question) >= outcome(&policies, &question));
    }

    #[test]
    fn an_explicit_deny_wins(policies in generate::policies(), question in generate::question()) {
        let deny = json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}
        });
        let mut more = policies;
        more.identity.push(deny);
        prop_assert_eq!(outcome(&more, &question), Outcome::ExplicitDeny);
    }

    #[test]
    fn order_does_not_matter(policies in generate::policies(), question in generate::question()) {
        let mut turned = policies.clone();
        let flat = [
            &mut turned.resource,
            &mut turned.identity,
            &mut turned.boundary,
            &mut turned.session,
        ];
        let levels = turned.service_control.iter_mut().chain(&mut turned.resource_control);
        for list in flat.into_iter().chain(levels) {
            list.reverse();
            for policy in list {
                if let Value::Array(statements) = &mut policy["Statement"] {
                    statements.reverse();
                }
            }
        }
        prop_assert_eq!(outcome(&turned, &question), outcome(&policies, &question));
    }

    #[test]
    fn documents_are_written_as_they_were_read(policy in generate::policy(true)) {
        let text = policy.to_string();
        prop_assert_eq!(text.parse::<Policy>().unwrap().to_string(), text);
    }

    #[test]
    fn useless_statements_can_go(
        policy in generate::policy(false),
        others in generate::policies(),
        question in generate::question(),
    ) {
        let with = |document: &Value| {
            let mut policies = others.clone();
            policies.identity = vec![document.clone()];
            outcome(&policies, &question)
        };
        let typed: Policy = serde_json::from_value(policy.clone()).unwrap();
        for finding in typed.lint(PolicyType::Identity) {
            if finding.rule != Rule::UselessStatement {
                continue;
            }
            let index: usize = finding.pointer.rsplit('/').next().unwrap().parse().unwrap();
            let mut less = policy.clone();
            less["Statement"].as_array_mut().unwrap().remove(index);
            prop_assert_eq!(with(&less), with(&policy), "{}", finding);
        }
    }

    #[test]
    fn permissions_hold(policy in generate::policy(false), question in generate::question()) {
        let question = Question {
            principal: "arn:aws:iam::123456789012:user/alice".to_owned(),
            resources: vec!["arn:aws:ecs:us-east-1:123456789012:task/default/1".to_owned()],
            ..question
        };
        let typed: Policy = serde_json::from_value(policy.clone()).unwrap();
        let permissions = Permissions::of([&typed]);
        let policies = Policies { identity: vec![policy], ..Policies::default() };
        match permissions.extent(&question.action) {
            Extent::None => {
                prop_assert_ne!(outcome(&policies, &question), Outcome::Allowed);
            }
            Extent::Denied => {
                prop_assert_eq!(outcome(&policies, &question), Outcome::ExplicitDeny);
            }
            Extent::Full => {
                prop_assert_eq!(outcome(&policies, &question), Outcome::Allowed);
            }
            _ => {}
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,200}", pattern in "[*?${}a:,'/]{0,60}", value in "\\PC{0,40}") {
        let _ = Policy::read(&text).policy.lint(PolicyType::Identity);
        let _ = Policy::accept(&text, PolicyType::Identity);
        let document = json!({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": pattern},
                "Action": pattern,
                "Resource": [pattern, format!("arn:aws:ecs:{pattern}"), value],
                "Condition": {
                    "StringLike": {"a": pattern},
                    "StringEquals": {"a": pattern},
                    "ArnLike": {"a": pattern},
                    "IpAddress": {"a": value},
                    "NumericEquals": {"a": value},
                    "DateEquals": {"a": value}
                }
            }
        });
        let typed: Policy = serde_json::from_value(document.clone()).unwrap();
        let _ = typed.lint(PolicyType::Trust);
        let set = PolicySet::new().with_resource(compile(&document)).with_identity(compile(&document));
        let principal = "arn:aws:iam::123456789012:user/alice".parse().unwrap();
        let request = Request::new(principal, &value, &text).with_context("a", value.as_str());
        let _ = set.explain(&request).to_string();
    }
}

#[test]
fn an_empty_set_denies() {
    let question = Question {
        principal: "arn:aws:iam::123456789012:user/alice".to_owned(),
        action: "ecs:RunTask".to_owned(),
        resources: vec!["*".to_owned()],
        context: serde_json::Map::new(),
    };
    assert_eq!(
        outcome(&Policies::default(), &question),
        Outcome::ImplicitDeny
    );
}
