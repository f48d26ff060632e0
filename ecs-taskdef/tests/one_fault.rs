//! Requests of RegisterTaskDefinition with one fault each: found where they are, and nothing wrong
//! with their valid twins.
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_taskdef::{Document, Finding, Reading, Severity, Validator};
use serde_json::Value;

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn each_fault_is_found_and_no_twin_has_one() {
    let cases = conformance_data::read("cases/one-fault-requests.jsonl");
    let (mut faults, mut twins, mut wrong) = (0, 0, Vec::new());
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        if case["operation"] != "RegisterTaskDefinition" {
            continue;
        }
        let text = case["request"].to_string();
        let document = Document::read(text.as_bytes(), Reading::Strict).unwrap();
        let findings = document.validate(&Validator::default());
        if case["valid"] == true {
            twins += 1;
            if findings.has_errors() {
                wrong.push(format!("{}: {findings}", case["id"]));
            }
            continue;
        }
        faults += 1;
        let least = match case["sure"].as_str() {
            Some("high") => Severity::Error,
            _ => Severity::Warning,
        };
        let path = case["path"].as_str().unwrap();
        let is_it = |one: &Finding| one.lies_within(path) && one.severity >= least;
        if !findings.iter().any(is_it) {
            wrong.push(format!("{} at {path}: {findings}", case["id"]));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{wrong:#?}");
    assert!(
        faults >= 90 && twins >= 90,
        "{faults} faults, {twins} twins"
    );
}
