//! Real ARNs, read from the folder that `ECS_CONFORMANCE_DATA` names.

mod conformance_data;

use ecs_arn::{Arn, ArnPattern, ArnRef};

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn a_thousand_arns_print_as_they_were_read() {
    let text = conformance_data::read("cases/arns.txt");
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
