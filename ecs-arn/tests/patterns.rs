//! Wildcards and patterns of ARNs: forms, variables, errors, cost.

use std::time::{Duration, Instant};

use ecs_arn::{ArnPattern, ArnRef, Part, Wildcard};

fn with(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<&'static str> {
    move |asked| (asked == name).then_some(value)
}

#[test]
fn variables_have_defaults_and_escapes() {
    let wildcard = Wildcard::with_variables("a-${team, 'none'}-${*}${?}${$}{x}").unwrap();
    assert!(wildcard.matches("a-none-*?${x}"));
    assert!(wildcard.matches_with("a-red-*?${x}", with("team", "red")));
    assert!(!wildcard.matches("a-none-xy${x}"));
    let variables: Vec<_> = wildcard.variables().collect();
    assert_eq!(variables.len(), 1);
    assert_eq!(
        (variables[0].name, variables[0].default),
        ("team", Some("none"))
    );
    assert!(!wildcard.is_literal());
    assert!(Wildcard::with_variables("${*}").unwrap().is_literal());
}

#[test]
fn a_variable_without_a_value_matches_nothing() {
    for pattern in ["${u}*", "*${u}", "${u}", "*${u}*"] {
        let wildcard = Wildcard::with_variables(pattern).unwrap();
        for text in ["", "anything", pattern] {
            assert!(!wildcard.matches(text), "{pattern} against {text}");
        }
        assert!(wildcard.matches_with("alice", with("u", "alice")));
    }
}

#[test]
fn a_value_may_be_empty_and_holds_no_wildcard() {
    let wildcard = Wildcard::with_variables("home/${u}*").unwrap();
    assert!(wildcard.matches_with("home/x", with("u", "")));
    assert!(wildcard.matches_with("home/*x", with("u", "*")));
    assert!(!wildcard.matches_with("home/x", with("u", "*")));
}

#[test]
fn without_variables_a_dollar_is_literal() {
    let wildcard = Wildcard::new("${u}*");
    assert!(wildcard.matches("${u}x"));
    assert!(!wildcard.matches_with("alicex", with("u", "alice")));
    let pattern = ArnPattern::without_variables("arn:aws:s3:::${u}/*").unwrap();
    assert!(pattern.matches(ArnRef::parse("arn:aws:s3:::${u}/x").unwrap()));
}

#[test]
fn broken_variables_are_refused() {
    for (text, expected) in [
        ("a${b", "`${b` is not a variable `${name}` at byte 1"),
        ("${}", "`${}` is not a variable `${name}` at byte 0"),
        (
            "${ , 'x'}",
            "`${ , 'x'}` is not a variable `${name}` at byte 0",
        ),
    ] {
        assert_eq!(
            Wildcard::with_variables(text).unwrap_err().to_string(),
            expected
        );
    }
    assert_eq!(
        ArnPattern::parse("arn:aws:s3:::a${b")
            .unwrap_err()
            .to_string(),
        "`${b` is not a variable `${name}` at byte 14"
    );
}

#[test]
fn patterns_of_conditions() {
    let arn = ArnRef::parse("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1").unwrap();
    for (text, expected) in [
        ("arn:*:*:*:*:*", true),
        ("*:*:*:*:*:*", true),
        ("a?n:a*s:?cs:us-east-?:*:task-definition/web:1", true),
        ("arn:aws:e*:us-east-1:*:task/*", false),
        ("arn:aws:${s, 'ecs'}:us-east-1:123456789012:*", true),
    ] {
        assert_eq!(
            ArnPattern::for_condition(text).unwrap().matches(arn),
            expected,
            "{text}"
        );
    }
    let literal = ArnPattern::for_condition_without_variables("arn:aws:${s}:*:*:*").unwrap();
    assert!(!literal.matches_with(arn, |_| Some("ecs")));
    for (text, expected) in [
        ("*", "the partition is empty at byte 1"),
        (
            "arn:aws:ecs:*",
            "expected 6 parts separated by `:`, found 4 at byte 13",
        ),
        (
            "ecs:aws:ecs:*:*:*",
            "expected `arn:`, found `ecs:` at byte 0",
        ),
        (
            "b*:aws:ecs:*:*:*",
            "expected `arn:`, found `b*:a` at byte 0",
        ),
    ] {
        let error = ArnPattern::for_condition(text).unwrap_err().to_string();
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn patterns_that_are_refused() {
    for (text, expected) in [
        ("", "the text is empty at byte 0"),
        ("ecs:*", "expected `arn:`, found `ecs:` at byte 0"),
        (
            "arn:aws:ecs",
            "expected 6 parts separated by `:`, found 3 at byte 11",
        ),
        (
            "arn:aws:ecs:*:cluster/default",
            "expected 6 parts separated by `:`, found 5 at byte 29",
        ),
        (
            "arn:aws:*",
            "the service `*` of a pattern cannot hold a wildcard at byte 8",
        ),
        (
            "arn:aws:${s}:a:b:c",
            "the service `${s}` of a pattern cannot hold a wildcard at byte 8",
        ),
        ("arn::ecs:*", "the partition is empty at byte 4"),
        (
            "arn:aws:ecs:us-east-1:123456789012:",
            "the resource is empty at byte 35",
        ),
        (
            "arn:aws:ecs:\u{1}*",
            "control character `\\u{1}` at byte 12",
        ),
    ] {
        assert_eq!(
            ArnPattern::parse(text).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_star_crosses_colons_in_the_resource_only() {
    let arn = ArnRef::parse("arn:aws:ecs:us-east-1:123456789012:task-definition/web:3").unwrap();
    for (pattern, expected) in [
        ("*", true),
        ("arn:*", true),
        ("arn:aws:ecs:us-*", true),
        ("arn:aws:ecs:*:*:*", true),
        ("arn:aws:ecs:us-east-1:123456789012:task*3", true),
        (
            "arn:aws:ecs:us-east-1:123456789012:task-definition/*:*",
            true,
        ),
        ("arn:aws:ecs:*:*:task-definition/web:?", true),
        ("arn:aws:ecs:*:task-definition/web:*", false),
        ("arn:aws:ecs:u*2:task-definition/*", false),
        ("arn:aws:ecs:eu-*", false),
        (
            "arn:aws:ecs:us-east-1:123456789012:task-definition/web:??",
            false,
        ),
    ] {
        let pattern = ArnPattern::parse(pattern).unwrap();
        assert_eq!(pattern.matches(arn), expected, "{pattern}");
    }
}

#[test]
fn the_first_mismatching_part_is_named() {
    let arn = ArnRef::parse("arn:aws:ecs:us-east-1:123456789012:cluster/default").unwrap();
    for (pattern, part) in [
        ("arn:aws-cn:ecr:x:y:z", Some(Part::Partition)),
        ("arn:aws:ecr:*:*:*", Some(Part::Service)),
        ("arn:aws:ecs:eu-*", Some(Part::Region)),
        ("arn:aws:ecs:*:1:*", Some(Part::Account)),
        ("arn:aws:ecs:*:*:task/*", Some(Part::Resource)),
        ("arn:aws:ecs:*:*:cluster/*", None),
    ] {
        let pattern = ArnPattern::parse(pattern).unwrap();
        assert_eq!(pattern.mismatch_with(arn, |_| None), part, "{pattern}");
    }
    let pattern = ArnPattern::parse("arn:aws:ecs:*").unwrap();
    assert!(!pattern.is_complete());
    assert!(pattern.part(Part::Resource).is_none());
}

#[test]
fn many_stars_take_no_exponential_time() {
    let stars = "a*".repeat(12) + "b";
    let letters = "a".repeat(40);
    let questions = "?*".repeat(3_000);
    let long = "x".repeat(100_000);
    let start = Instant::now();
    assert!(!Wildcard::new(&stars).matches(&letters));
    assert!(Wildcard::new(&questions).matches(&long));
    assert!(!Wildcard::new(&format!("{}y", "x*".repeat(500))).matches(&long));
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "took {:?}",
        start.elapsed()
    );
}
