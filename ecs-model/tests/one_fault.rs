//! Requests with one fault each, and their valid twins: how many of the former are refused, and
//! that none of the latter is.

use ecs_model::operation::CreateServiceRequest;
use ecs_model::{Operation, Quotas, Request};
use serde_json::Value;

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

/// The requests that are refused of those that have a fault: the rest lack a rule, or need what is
/// not in the request. The number goes up with new rules and never down.
const REFUSED: usize = 165;

/// A fault that ECS takes: the instance is registered without the attribute, which is a warning.
const TAKEN: &str = "instance-attribute-value-space";

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn faults_are_refused_and_twins_are_not() {
    let cases = conformance_data::read("cases/one-fault-requests.jsonl");
    let (mut refused, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let operation = Operation::named(case["operation"].as_str().unwrap());
        let Some(operation) = operation else {
            missed.push(case["id"].to_string());
            continue;
        };
        let mut findings = operation.check(&case["request"], &Quotas::current());
        if let Ok(definition) = serde_json::from_value(case["with"]["taskDefinition"].clone())
            && let Ok(request) =
                serde_json::from_value::<CreateServiceRequest>(case["request"].clone())
            && operation == CreateServiceRequest::OPERATION
        {
            findings.extend(request.check_against(&definition));
        }
        if case["id"] == TAKEN {
            assert_eq!(findings.len(), 1, "{findings}");
        }
        match (case["valid"] == true, findings.has_errors()) {
            (true, true) => wrong.push(format!("{}: {findings}", case["id"])),
            (false, true) => refused += 1,
            (false, false) => missed.push(case["id"].to_string()),
            (true, false) => {}
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(refused >= REFUSED, "{refused} refused, missed: {missed:#?}");
    println!("{refused} refused, missed: {missed:#?}");
}
