//! Laws that hold for every text, checked against naive models.

#![expect(
    clippy::indexing_slicing,
    reason = "the naive models read like a textbook"
)]
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_arn::{Arn, ArnPattern, ArnRef, EcsArn, EcsResource, Scope, TaskDefinitionRef, Wildcard};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    let cases = if std::env::var_os("ECS_LONG").is_some() {
        1_000_000
    } else {
        2_000
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,40}"
}

/// Texts that are ARNs of any service.
fn arn() -> impl Strategy<Value = String> {
    let partition = prop_oneof![Just("aws".to_owned()), "[a-z-]{1,8}"];
    let region = prop_oneof![Just("us-east-1".to_owned()), "[a-z0-9-]{0,12}"];
    let account = prop_oneof!["[0-9]{12}", Just(String::new()), "[a-z<>$]{1,5}"];
    let resource = "[ -~ä€]{1,30}";
    (partition, "[a-z0-9-]{1,10}", region, account, resource)
        .prop_map(|(p, s, r, a, res)| format!("arn:{p}:{s}:{r}:{a}:{res}"))
}

/// Texts that are nearly ARNs.
fn near_arn() -> impl Strategy<Value = String> {
    prop_oneof![
        arn(),
        "(arn)?(:[a-z*?${}:/0-9-]{0,6}){0,8}",
        "arn:aws:ecs:[a-z-]{0,3}:[0-9]{0,13}:[a-z-]{0,20}/[a-z/:*0-9]{0,10}",
        any::<String>(),
    ]
}

/// The textbook definition of a wildcard, exponential and obvious.
fn naive_wildcard(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| naive_wildcard(rest, &text[skip..])),
        Some(('?', rest)) => !text.is_empty() && naive_wildcard(rest, &text[1..]),
        Some((c, rest)) => text.first() == Some(c) && naive_wildcard(rest, &text[1..]),
    }
}

fn naive(pattern: &str, text: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    naive_wildcard(&chars(pattern), &chars(text))
}

/// Part by part; the last part of a pattern that stops early takes what its star reaches.
fn naive_arn_pattern(pattern: &str, arn: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let texts: Vec<&str> = arn.splitn(6, ':').collect();
    parts
        .iter()
        .zip(texts)
        .all(|(part, text)| naive(part, text))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn print_after_parse_is_the_identity(text in near_arn()) {
        if let Ok(arn) = ArnRef::parse(&text) {
            prop_assert_eq!(arn.to_string(), text.as_str());
            let parts = format!(
                "arn:{}:{}:{}:{}:{}",
                arn.partition(),
                arn.service(),
                arn.region().unwrap_or_default(),
                arn.account().unwrap_or_default(),
                arn.resource(),
            );
            prop_assert_eq!(&parts, &text);
            let owned: Arn = text.parse().unwrap();
            prop_assert_eq!(owned.borrowed(), arn);
            prop_assert_eq!(String::from(owned), text);
        }
    }

    #[test]
    fn generated_arns_are_accepted(text in arn()) {
        prop_assert!(ArnRef::parse(&text).is_ok());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        read_everything(&text);
        read_everything(&format!("arn:{text}"));
        read_everything(&format!("arn:aws:ecs:us-east-1:123456789012:{text}"));
    }

    #[test]
    fn no_near_miss_panics(text in near_arn()) {
        read_everything(&text);
    }

    #[test]
    fn strict_implies_structure_and_offsets_are_inside(text in near_arn()) {
        let errors = [
            ArnRef::parse(&text).err(),
            ArnRef::parse(&text).ok().and_then(|arn| arn.validate().err()),
            EcsArn::parse(&text).err(),
            EcsArn::parse(&text).ok().and_then(|arn| arn.validate().err()),
            ArnPattern::parse(&text).err(),
            TaskDefinitionRef::parse(&text).err(),
        ];
        for error in errors.into_iter().flatten() {
            prop_assert!(error.offset() <= text.len(), "{error} in `{text}`");
            prop_assert!(text.is_char_boundary(error.offset()), "{error} in `{text}`");
        }
        if EcsArn::parse(&text).is_ok_and(|arn| arn.validate().is_ok()) {
            prop_assert!(ArnRef::parse(&text).unwrap().validate().is_ok());
        }
    }

    #[test]
    fn typed_resources_print_as_they_were_read(resource in "[a-z-]{1,20}/[a-z0-9:/]{1,20}") {
        if let Ok(read) = EcsResource::parse(&resource) {
            prop_assert_eq!(read.to_string(), resource);
        }
    }

    #[test]
    fn long_and_short_are_inverse(cluster in name(), id in name()) {
        let scope = Scope::new("us-east-1", "123456789012").unwrap();
        let short = scope.arn(EcsResource::Task { cluster: None, id: &id }).unwrap();
        let long = short.ecs().unwrap().to_long(&cluster).unwrap();
        prop_assert_eq!(long.ecs().unwrap().to_short(), short);
    }

    #[test]
    fn a_pattern_without_wildcards_matches_only_itself(a in arn(), b in arn()) {
        let a = a.replace(['*', '?', '$'], "x");
        let pattern = ArnPattern::parse(&a).unwrap();
        prop_assert!(pattern.is_literal());
        prop_assert!(pattern.matches(ArnRef::parse(&a).unwrap()));
        prop_assert_eq!(pattern.matches(ArnRef::parse(&b).unwrap()), a == b);
    }

    #[test]
    fn fast_and_naive_wildcards_agree(pattern in "[ab*?ä]{0,10}", text in "[abä]{0,12}") {
        let wildcard = Wildcard::new(&pattern);
        prop_assert_eq!(wildcard.matches(&text), naive(&pattern, &text));
        prop_assert_eq!(
            wildcard.matches_ignore_ascii_case(&text.to_uppercase().replace('Ä', "ä")),
            naive(&pattern, &text)
        );
        prop_assert_eq!(Wildcard::with_variables(&pattern).unwrap(), wildcard);
    }

    #[test]
    fn fast_and_naive_arn_patterns_agree(
        pattern in "arn(:[ab*?]{1,3}){1,2}(:[ab*?]{0,3}){0,3}(:[ab:*?]{1,4})?",
        arn in "arn:[ab]{1,2}:[ab]{1,2}:[ab]{0,2}:[ab]{0,2}:[ab:]{1,4}",
    ) {
        if let Ok(compiled) = ArnPattern::parse(&pattern) {
            prop_assert_eq!(
                compiled.matches(ArnRef::parse(&arn).unwrap()),
                naive_arn_pattern(&pattern, &arn),
                "{} against {}", pattern, arn
            );
        }
    }

    #[test]
    fn a_value_is_never_a_wildcard(value in "[a*?$]{0,6}", text in "[a*?$]{0,6}") {
        let wildcard = Wildcard::with_variables("<${v}>").unwrap();
        let matches = wildcard.matches_with(&format!("<{text}>"), |_| Some(value.as_str()));
        prop_assert_eq!(matches, value == text);
    }

    #[test]
    fn json_round_trips(text in arn()) {
        let arn: Arn = text.parse().unwrap();
        let json = serde_json::to_string(&arn).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
        prop_assert_eq!(serde_json::from_str::<Arn>(&json).unwrap(), arn);
    }
}

fn read_everything(text: &str) {
    if let Ok(arn) = ArnRef::parse(text) {
        let _ = arn.validate();
        let _ = (arn.owner(), arn.resource_type(), arn.resource_id());
        let _ = Scope::of(arn);
    }
    if let Ok(arn) = EcsArn::parse(text) {
        let _ = arn.validate();
        let _ = (arn.to_long("default"), arn.to_short(), arn.cluster_arn());
    }
    if let Ok(pattern) = ArnPattern::parse(text) {
        let arn = ArnRef::parse("arn:aws:ecs:us-east-1:123456789012:cluster/default").unwrap();
        let _ = pattern.matches_with(arn, |_| Some("x"));
    }
    let _ = TaskDefinitionRef::parse(text).map(|reference| reference.to_string());
    let _ = Wildcard::with_variables(text).map(|wildcard| wildcard.matches(text));
    let _ = Wildcard::new(text).matches(text);
}
