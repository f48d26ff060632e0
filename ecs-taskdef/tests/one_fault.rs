//! Requests of RegisterTaskDefinition with one fault each: a rule finds each where it is, and does
//! not find its valid twin.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use std::collections::{BTreeMap, BTreeSet};

use ecs_taskdef::{Document, Findings, Reading, Severity, Validator};
use serde_json::Value;

/// The cases of the operation by their names; a twin has that of its fault with `-ok` behind it.
fn cases() -> BTreeMap<String, Value> {
    let cases = conformance_data::read("cases/one-fault-requests.jsonl");
    let cases = cases.lines().map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        (case["id"].as_str().unwrap().to_owned(), case)
    });
    cases
        .filter(|(_, case)| case["operation"] == "RegisterTaskDefinition")
        .collect()
}

fn findings(case: &Value) -> Findings {
    let text = case["request"].to_string();
    let document = Document::read(text.as_bytes(), Reading::Strict).unwrap();
    document.validate(&Validator::default())
}

/// The rules that find something there which is at least as bad.
fn rules_at(findings: &Findings, path: &str, least: Severity) -> BTreeSet<&'static str> {
    let found = findings.iter();
    let found = found.filter(|one| one.lies_within(path) && one.severity >= least);
    found.map(|one| one.rule.id).collect()
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn each_fault_is_found_and_no_twin_has_one() {
    let cases = cases();
    let (mut pairs, mut wrong) = (0, Vec::new());
    for (id, case) in cases.iter().filter(|(_, case)| case["valid"] != true) {
        let twin = cases.get(&format!("{id}-ok")).unwrap();
        let least = match case["sure"].as_str() {
            Some("high") => Severity::Error,
            _ => Severity::Warning,
        };
        let path = case["path"].as_str().unwrap();
        let (found, in_twin) = (findings(case), findings(twin));
        let rules = rules_at(&found, path, least);
        let of_twin = rules_at(&in_twin, "", Severity::Note);
        if rules.is_subset(&of_twin) {
            wrong.push(format!("{id} at {path}: {found}, and its twin: {in_twin}"));
        }
        if in_twin.has_errors() {
            wrong.push(format!("{id}-ok: {in_twin}"));
        }
        pairs += 1;
    }
    assert_eq!(wrong, Vec::<String>::new(), "{wrong:#?}");
    assert_eq!(cases.len(), 2 * pairs);
    assert!(pairs >= 90, "{pairs} pairs");
}
