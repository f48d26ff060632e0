//! Cases written from AWS's documentation: policies by layer, a request, the outcome.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a case that cannot be read fails the test"
)]

mod cases;

use ecs_iam_policy::Outcome;

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
    for case in cases::all() {
        let (policies, request) = (cases::policies(&case), cases::request(&case));
        let decision = policies.decide(&request);
        count += 1;
        if name(decision.outcome) != case["expect"] {
            let explanation = policies.explain(&request);
            wrong.push(format!("{} {}\n{explanation}", case["id"], case["name"]));
        }
    }
    assert_eq!(count, 296);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
