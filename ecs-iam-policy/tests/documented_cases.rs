//! Cases written from AWS's documentation: policies by layer, a request, the outcome.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a case that cannot be read fails the test"
)]

use std::str::FromStr;

use ecs_iam_policy::{
    CompiledPolicy, Context, Outcome, Policy, PolicySet, Principal, Reading, Request,
};
use serde_json::Value;

const CASES: &str = include_str!("data/iam.jsonl");

/// Compiles a policy as far as it can be read: one of the cases has a member of its own in it.
fn compile(document: &Value) -> CompiledPolicy {
    let Reading { policy, .. } = Policy::read(&document.to_string());
    CompiledPolicy::new(&policy)
}

fn compile_all(documents: &Value) -> Vec<CompiledPolicy> {
    documents
        .as_array()
        .map(|list| list.iter().map(compile).collect())
        .unwrap_or_default()
}

fn policies(case: &Value) -> PolicySet {
    let mut set = PolicySet::new();
    for policy in compile_all(&case["identity_policies"]) {
        set = set.with_identity(policy);
    }
    for policy in compile_all(&case["boundary"]) {
        set = set.with_boundary(policy);
    }
    if case["resource_policy"].is_object() {
        set = set.with_resource(compile(&case["resource_policy"]));
    }
    if case["session"].is_object() {
        set = set.with_session(compile(&case["session"]));
    }
    for level in case["scps"].as_array().into_iter().flatten() {
        set = set.with_service_control_level(compile_all(&level["policies"]));
    }
    for level in case["rcps"].as_array().into_iter().flatten() {
        set = set.with_resource_control_level(compile_all(&level["policies"]));
    }
    set
}

fn request(case: &Value) -> Request {
    let text = |name: &str| case["request"][name].as_str().unwrap();
    let context: Context = serde_json::from_value(case["request"]["context"].clone()).unwrap();
    Request::new(
        Principal::from_str(text("principal")).unwrap(),
        text("action"),
        text("resource"),
    )
    .with_resource_account(text("resource_account"))
    .with_contexts(&context)
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allow",
        Outcome::ImplicitDeny => "implicit_deny",
        _ => "explicit_deny",
    }
}

#[test]
fn every_case_is_decided_as_documented() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let decision = policies(&case).decide(&request(&case));
        count += 1;
        if name(decision.outcome) != case["expect"] {
            wrong.push(format!(
                "{} {}: {}",
                case["id"],
                case["name"],
                name(decision.outcome)
            ));
        }
    }
    assert_eq!(count, 296);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
