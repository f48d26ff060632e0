//! Real ARNs, read from the folder that `ECS_CONFORMANCE_DATA` names.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a failed step fails the test"
)]

use std::path::PathBuf;

use ecs_arn::{Arn, ArnPattern, ArnRef};

fn cases(name: &str) -> String {
    let folder = std::env::var_os("ECS_CONFORMANCE_DATA")
        .expect("set ECS_CONFORMANCE_DATA to the folder with the conformance data");
    let mut path = PathBuf::from(folder);
    // The variable is relative to the workspace, tests run in their package.
    if path.is_relative() {
        path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(path);
    }
    let path = path.join("cases").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn a_thousand_arns_print_as_they_were_read() {
    let text = cases("arns.txt");
    let mut strict = 0;
    for line in text.lines() {
        let arn = ArnRef::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(arn.to_string(), line);
        assert_eq!(line.parse::<Arn>().unwrap().as_str(), line);
        let pattern = ArnPattern::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(pattern.matches(arn), "{line}");
        strict += usize::from(arn.validate().is_ok());
    }
    assert_eq!(text.lines().count(), 1_000);
    // The others hold a placeholder in place of a Region or account, or a template's resource.
    assert!(strict > 900, "only {strict} are strictly valid");
}
