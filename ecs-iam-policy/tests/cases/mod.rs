//! Reads the cases: policies by layer, and a request.

use ecs_iam_policy::{CompiledPolicy, Context, Policy, PolicySet, Reading, Request};
use serde_json::Value;

const CASES: &str = include_str!("../data/iam.jsonl");

pub(crate) fn all() -> impl Iterator<Item = Value> {
    of(CASES)
}

/// The cases of a text, one on each line, without those on which the sources disagree.
pub(crate) fn of(text: &str) -> impl Iterator<Item = Value> {
    let cases = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    cases.filter(|case| case["contested"].is_null())
}

/// Compiles a policy as far as it can be read: one of the cases has a member of its own in it.
fn compile(document: &Value) -> CompiledPolicy {
    let Reading { policy, .. } = Policy::read(&document.to_string());
    CompiledPolicy::new(&policy)
}

fn compile_all(documents: &Value) -> Vec<CompiledPolicy> {
    let documents = documents.as_array().into_iter().flatten();
    documents.map(compile).collect()
}

pub(crate) fn policies(case: &Value) -> PolicySet {
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

pub(crate) fn request(case: &Value) -> Request {
    let text = |name: &str| case["request"][name].as_str().unwrap();
    let context: Context = serde_json::from_value(case["request"]["context"].clone()).unwrap();
    Request::new(
        text("principal").parse().unwrap(),
        text("action"),
        text("resource"),
    )
    .with_resource_account(text("resource_account"))
    .with_contexts(&context)
}
