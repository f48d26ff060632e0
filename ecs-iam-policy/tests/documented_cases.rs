//! Cases written from AWS's documentation: policies by layer, a request, the outcome.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a case that cannot be read fails the test"
)]

mod cases;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_iam_policy::Outcome;
use serde_json::Value;

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allow",
        Outcome::ImplicitDeny => "implicit_deny",
        _ => "explicit_deny",
    }
}

/// Decides cases; how many there are, all of which must be decided as documented.
fn decide(cases: impl Iterator<Item = Value>) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases {
        let (policies, request) = (cases::policies(&case), cases::request(&case));
        let decision = policies.decide(&request);
        count += 1;
        if name(decision.outcome) != case["expect"] {
            let explanation = policies.explain(&request);
            wrong.push(format!("{} {}\n{explanation}", case["id"], case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    count
}

#[test]
fn every_case_is_decided_as_documented() {
    assert_eq!(decide(cases::all()), 296);
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_case_of_the_conformance_data_is_decided_as_documented() {
    assert!(decide(cases::of(&conformance_data::read("cases/iam.jsonl"))) > 0);
}
