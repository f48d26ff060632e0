//! Inputs made to take long: they are decided, and quickly.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::time::{Duration, Instant};

use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
use serde_json::json;

fn time_of(resource_pattern: &str, resource: &str, key_pattern: &str, value: &str) -> Duration {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "*",
            "Resource": resource_pattern,
            "Condition": {"StringLike": {"x:k": key_pattern}}
        }
    });
    let policy: Policy = document.to_string().parse().unwrap();
    let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
    let principal = "arn:aws:iam::123456789012:user/alice".parse().unwrap();
    let request = Request::new(principal, "ecs:RunTask", resource).with_context("x:k", value);
    let start = Instant::now();
    assert!(!policies.decide(&request).is_allowed());
    start.elapsed()
}

#[test]
fn twelve_stars_do_not_backtrack() {
    let resource = format!(
        "arn:aws:ecs:us-east-1:123456789012:cluster/{}",
        "a".repeat(40)
    );
    let pattern = format!(
        "arn:aws:ecs:us-east-1:123456789012:cluster/{}b",
        "a*".repeat(12)
    );
    assert!(time_of(&pattern, &resource, "*", "").as_millis() < 50);
}

#[test]
fn six_kilobytes_of_wildcards_do_not_backtrack() {
    let pattern = format!("{}b", "?*".repeat(3_000));
    let value = "a".repeat(6_000);
    assert!(time_of("*", "*", &pattern, &value).as_secs() < 2);
    let pattern = format!("*{}b*", "?".repeat(3_000));
    assert!(time_of("*", "*", &pattern, &value).as_secs() < 2);
}

#[test]
fn deep_documents_are_refused() {
    for text in ["[".repeat(1_000_000), r#"{"Statement":"#.repeat(100_000)] {
        let error = text.parse::<Policy>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("not JSON: recursion limit exceeded"),
            "{error}"
        );
    }
}
