//! Inputs that other parsers get wrong, with what each level of this crate says of them.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failed step fails the test"
)]

use ecs_arn::{
    Account, Arn, ArnErrorKind, ArnPattern, ArnRef, ClusterRef, EcsArn, EcsResource, IdKind, Part,
    Partition, TaskDefinitionRef, TaskRef,
};

#[track_caller]
fn structure_error(text: &str, expected: &str) {
    let error = ArnRef::parse(text).expect_err("the structure should be refused");
    assert_eq!(error.to_string(), expected);
    assert_eq!(text.parse::<Arn>().unwrap_err(), error);
    assert_eq!(ArnRef::parse_strict(text), Err(error));
}

#[track_caller]
fn strict_error(text: &str, expected: &str) {
    let arn = ArnRef::parse(text).expect("the structure is sound");
    assert_eq!(arn.to_string(), text);
    let error = arn
        .validate()
        .expect_err("the strict level should refuse it");
    assert_eq!(error.to_string(), expected);
    assert_eq!(ArnRef::parse_strict(text), Err(error));
}

#[track_caller]
fn ecs_error(text: &str, expected: &str) {
    ArnRef::parse(text).expect("the structure is sound");
    let error = EcsArn::parse(text).expect_err("no ARN of Amazon ECS");
    assert_eq!(error.to_string(), expected);
}

#[track_caller]
fn valid(text: &str) -> ArnRef<'_> {
    let arn = ArnRef::parse(text).unwrap();
    arn.validate().unwrap();
    assert_eq!(arn.to_string(), text);
    assert_eq!(ArnRef::parse_strict(text), Ok(arn));
    arn
}

#[test]
fn arns_that_every_level_accepts() {
    for text in [
        "arn:aws:ecs:us-east-1:123456789012:cluster/default",
        "arn:aws-eusc:ecs:eusc-de-east-1:123456789012:cluster/default",
        "arn:aws-iso-e:ecs:eu-isoe-west-1:123456789012:cluster/default",
        "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/default",
        "arn:aws:ecs:xy-new-7:123456789012:cluster/default",
    ] {
        valid(text);
        EcsArn::parse(text).unwrap().validate().unwrap();
    }
}

#[test]
fn region_and_account_may_be_missing() {
    let arn = valid("arn:aws:s3:::my_corporate_bucket/exampleobject.png");
    assert_eq!(
        (arn.region(), arn.account(), arn.owner()),
        (None, None, None)
    );
    let arn = valid("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore");
    assert_eq!(arn.owner(), Some(Account::Aws));
}

#[test]
fn an_account_of_nine_digits_is_structure_but_not_strict() {
    let text = "arn:aws:ecs:us-east-1:123456789:container-instance/hybrid-cluster/abc123";
    let expected = "`123456789` is not an account id of 12 digits at byte 22";
    strict_error(text, expected);
    let ecs = EcsArn::parse(text).unwrap();
    assert_eq!(
        ecs.resource(),
        EcsResource::ContainerInstance {
            cluster: Some("hybrid-cluster"),
            id: "abc123"
        }
    );
    assert_eq!(ecs.validate().unwrap_err().to_string(), expected);
}

#[test]
fn the_guide_printed_ec2_for_task_definitions() {
    ecs_error(
        "arn:aws:ec2:us-east-1:aws_account_id:task-definition/wordpress:6",
        "the service is `ec2`, not `ecs` at byte 8: the guide of 2015 printed `ec2` here",
    );
    ecs_error(
        "arn:aws:s3:::bucket",
        "the service is `s3`, not `ecs` at byte 8",
    );
    strict_error(
        "arn:aws:ec2:us-east-1:aws_account_id:task-definition/wordpress:6",
        "`aws_account_id` is not an account id of 12 digits at byte 22",
    );
}

#[test]
fn placeholders_are_structure_but_not_strict() {
    strict_error(
        "arn:aws:ecs:us-east-1:<aws_account_id>:cluster/default",
        "the account `<aws_account_id>` is a placeholder at byte 22",
    );
    strict_error(
        "arn:aws:ecs:${Region}:${Account}:cluster/${ClusterName}",
        "the Region `${Region}` is a placeholder at byte 12",
    );
    strict_error(
        "arn:aws:s3:::${aws:username}/x",
        "the resource `${aws:username}/x` is a placeholder at byte 13",
    );
    strict_error(
        "arn:aws:ecs:region:account:task-definition-family-name:task-definition-revision-number",
        "`region` is not a Region at byte 12",
    );
}

#[test]
fn one_colon_too_many_before_the_region() {
    strict_error(
        "arn:aws:ecs::us-east-1:123456789012:task-definition/web:*",
        "`us-east-1` is not an account id of 12 digits at byte 13: one `:` too many before the Region",
    );
    strict_error(
        "arn:aws:ecs::<region>:<aws_account_id>:task-definition/<task_family>:*",
        "the account `<region>` is a placeholder at byte 13: one `:` too many before the Region",
    );
}

#[test]
fn the_guides_row_for_task_definitions_lacks_the_resource_type() {
    ecs_error(
        "arn:aws:ecs:region:account:task-definition-family-name:task-definition-revision-number",
        "`task-definition-family-name:task-definition-revision-number` is not the resource type \
         expected here at byte 27: write `task-definition/FAMILY:REVISION`",
    );
}

#[test]
fn short_patterns_are_no_arns() {
    structure_error(
        "arn:aws:ecs:*",
        "expected 6 parts separated by `:`, found 4 at byte 13: this is a pattern",
    );
    structure_error(
        "arn:aws:ecs",
        "expected 6 parts separated by `:`, found 3 at byte 11",
    );
    let cluster = valid("arn:aws:ecs:us-east-1:123456789012:cluster/default");
    let revision = valid("arn:aws:ecs:us-east-1:123456789012:task-definition/web:3");
    for pattern in [
        "arn:aws:ecs:*",
        "arn:aws:ecs:us-east-1:*",
        "arn:aws:ecs:us-east-1:123456789012:*",
    ] {
        let pattern = ArnPattern::parse(pattern).unwrap();
        assert!(
            pattern.matches(cluster) && pattern.matches(revision),
            "{pattern}"
        );
    }
}

#[test]
fn wildcards_outside_the_resource_are_patterns_only() {
    strict_error(
        "arn:*:ecs:*:*:task/*",
        "the partition `*` holds a wildcard at byte 4",
    );
    strict_error(
        "arn:aws:ecs:us-east-?:123456789012:cluster/*",
        "the Region `us-east-?` holds a wildcard at byte 12",
    );
    strict_error(
        "arn:aws:ecs:us-east-1:1234567890*:cluster/*",
        "the account `1234567890*` holds a wildcard at byte 22",
    );
    for text in [
        "arn:*:ecs:*:*:task/*",
        "arn:aws:ecs:us-east-?:123456789012:cluster/*",
        "arn:aws:ecs:*:1234567890*:cluster/*",
        "arn:aws:ecs:${Region}:${Account}:cluster/${ClusterName}",
        "arn:aws:s3:::${aws:username}/*",
    ] {
        assert_eq!(ArnPattern::parse(text).unwrap().to_string(), text);
    }
    ecs_error(
        "arn:aws:ecs:us-east-1:123456789012:task/*",
        "`*` holds a character other than letters, digits, `-` and `_` at byte 40: this is a pattern",
    );
}

#[test]
fn colons_inside_variables_separate_nothing() {
    let pattern = ArnPattern::parse("arn:aws:s3:::${aws:username}/*").unwrap();
    assert_eq!(
        pattern.part(Part::Resource).unwrap().as_str(),
        "${aws:username}/*"
    );
    let arn = valid("arn:aws:s3:::alice/notes");
    let alice = |name: &str| (name == "aws:username").then_some("alice");
    assert!(pattern.matches_with(arn, alice));
    assert!(!pattern.matches(arn));
}

#[test]
fn empty_parts() {
    structure_error("", "the text is empty at byte 0");
    structure_error(
        "arn::ecs:us-east-1:123456789012:cluster/default",
        "the partition is empty at byte 4",
    );
    structure_error(
        "arn:aws::us-east-1:123456789012:cluster/default",
        "the service is empty at byte 8",
    );
    structure_error(
        "arn:aws:ecs:us-east-1:123456789012:",
        "the resource is empty at byte 35",
    );
    ecs_error(
        "arn:aws:ecs:us-east-1:123456789012:cluster/",
        "the name is empty at byte 43",
    );
    ecs_error(
        "arn:aws:ecs:us-east-1:123456789012:/default",
        "the resource type is empty at byte 35",
    );
    let missing = EcsArn::parse("arn:aws:ecs:::cluster/default")
        .unwrap()
        .validate()
        .unwrap_err();
    assert_eq!(missing.to_string(), "the Region is empty at byte 12");
}

#[test]
fn the_prefix_is_exact() {
    structure_error("invalid", "expected `arn:`, found `inva` at byte 0");
    structure_error(
        "arn:nope",
        "expected 6 parts separated by `:`, found 2 at byte 8",
    );
    structure_error(
        "ARN:aws:ecs:us-east-1:123456789012:cluster/default",
        "expected `arn:`, found `ARN:` at byte 0: the prefix is in lower case",
    );
    structure_error(
        " arn:aws:ecs:us-east-1:123456789012:cluster/default",
        "expected `arn:`, found ` arn` at byte 0: remove the leading white space",
    );
}

#[test]
fn upper_case_is_not_strict() {
    let hint = "comparison is case-sensitive: write it in lower case";
    strict_error(
        "arn:AWS:ecs:us-east-1:123456789012:cluster/default",
        &format!("the partition `AWS` is not in lower case at byte 4: {hint}"),
    );
    strict_error(
        "arn:aws:ECS:us-east-1:123456789012:cluster/default",
        &format!("the service `ECS` is not in lower case at byte 8: {hint}"),
    );
    strict_error(
        "arn:aws:ecs:US-EAST-1:123456789012:cluster/default",
        &format!("the Region `US-EAST-1` is not in lower case at byte 12: {hint}"),
    );
}

#[test]
fn white_space_at_the_end() {
    for end in [" ", "\n"] {
        ecs_error(
            &format!("arn:aws:ecs:us-east-1:123456789012:cluster/default{end}"),
            &format!(
                "`default{}` holds a character other than letters, digits, `-` and `_` at byte 43: \
                 remove the trailing white space",
                end.escape_debug()
            ),
        );
    }
    valid("arn:aws:elasticbeanstalk:us-east-1:123456789012:environment/My App/MyEnvironment");
}

#[test]
fn account_ids_have_twelve_digits() {
    strict_error(
        "arn:aws:ecs:us-east-1:1234-5678-9012:cluster/default",
        "`1234-5678-9012` is not an account id of 12 digits at byte 22: remove the hyphens",
    );
    strict_error(
        "arn:aws:ecs:us-east-1:12345678901x:cluster/default",
        "`12345678901x` is not an account id of 12 digits at byte 22",
    );
    valid("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1");
    strict_error(
        "arn:aws:ecs:us-east-1:cloudfront:cluster/default",
        "`cloudfront` is not an account id of 12 digits at byte 22",
    );
}

#[test]
fn the_resource_type_ends_at_the_first_colon_or_slash() {
    let arn = valid("arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:a/b:*");
    assert_eq!(arn.resource_type(), Some("log-group"));
    assert_eq!(arn.resource(), "log-group:/ecs/web:log-stream:a/b:*");
    assert_eq!(
        valid("arn:aws:sns:us-east-1:123456789012:topic").resource_type(),
        None
    );
    valid("arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/");
}

#[test]
fn characters_that_names_cannot_hold() {
    ecs_error(
        "arn:aws:ecs:us-east-1:123456789012:cluster/größe",
        "`größe` holds a character other than letters, digits, `-` and `_` at byte 43",
    );
    structure_error(
        "arn:aws:ecs:us-east-1:123456789012:cluster/a\0b",
        "control character `\\0` at byte 44",
    );
    structure_error(
        "arn:aws:s3:::a\u{85}\u{7f}",
        "control character `\\u{85}` at byte 14",
    );
}

#[test]
fn a_revision_is_a_positive_32_bit_integer() {
    let prefix = "arn:aws:ecs:us-east-1:123456789012:task-definition/";
    for revision in [
        "0",
        "007",
        "99999999999",
        "2147483648",
        "+1",
        "-1",
        "١",
        "",
        "1:2",
    ] {
        ecs_error(
            &format!("{prefix}web:{revision}"),
            &format!("`{revision}` is not a revision from 1 to 2147483647 at byte 55"),
        );
    }
    ecs_error(
        &format!("{prefix}web:*"),
        "`*` is not a revision from 1 to 2147483647 at byte 55: this is a pattern",
    );
    ecs_error(
        &format!("{prefix}web"),
        "the task definition `web` has no revision at byte 51",
    );
    let text = format!("{prefix}web:2147483647");
    assert_eq!(
        EcsArn::parse(&text).unwrap().resource(),
        EcsResource::TaskDefinition {
            family: "web",
            revision: i32::MAX.unsigned_abs()
        }
    );
}

#[test]
fn every_resource_type_has_its_number_of_parts() {
    let prefix = "arn:aws:ecs:us-east-1:123456789012:";
    for (resource, parts) in [
        ("cluster/a/b", 2),
        ("container-instance/a/b/c", 3),
        ("service/a/b/c", 3),
        ("task/a/b/c", 3),
        ("container/a/b", 2),
        ("capacity-provider/a/b", 2),
        ("task-set/a/b", 2),
        ("service-deployment/a", 1),
        ("service-revision/a/b", 2),
    ] {
        ecs_error(
            &format!("{prefix}{resource}"),
            &format!("`{resource}` has {parts} parts after its resource type at byte 35"),
        );
    }
    ecs_error(&format!("{prefix}task/a/"), "the name is empty at byte 42");
    ecs_error(
        &format!("{prefix}cluster/{}", "a".repeat(256)),
        "the name has more than 255 characters at byte 43",
    );
    let longest = format!("{prefix}cluster/{}", "a".repeat(255));
    EcsArn::parse(&longest).unwrap().validate().unwrap();
}

#[test]
fn ids_are_opaque_but_strictly_generated() {
    let text =
        "arn:aws:ecs:us-east-1:123456789012:task/default/example5-58ff-46c9-ae05-543f8example";
    let ecs = EcsArn::parse(text).unwrap();
    assert_eq!(ecs.resource().id_kind(), Some(IdKind::Other));
    assert_eq!(
        ecs.validate().unwrap_err().to_string(),
        "the id `example5-58ff-46c9-ae05-543f8example` is neither a UUID nor 32 hexadecimal digits \
         at byte 48"
    );
    for (id, kind) in [
        ("1abf0f6d-a411-4033-b8eb-a4eed3ad252a", IdKind::Uuid),
        ("3f4a1df652f4993ef4c0bc182b5f79e3", IdKind::Hex32),
        ("1abf0f6d-a411-4033-b8eba-4eed3ad252a", IdKind::Other),
    ] {
        assert_eq!(IdKind::of(id), kind, "{id}");
    }
}

#[test]
fn resource_types_are_in_lower_case_and_may_be_unknown() {
    ecs_error(
        "arn:aws:ecs:us-east-1:123456789012:TASK/default/abc",
        "`TASK` is not the resource type expected here at byte 35: resource types are in lower case",
    );
    let daemon = EcsArn::parse("arn:aws:ecs:us-east-1:123456789012:daemon/default/logs").unwrap();
    assert_eq!(
        daemon.resource(),
        EcsResource::Other {
            resource_type: "daemon",
            path: "default/logs"
        }
    );
    daemon.validate().unwrap();
    let instance = EcsArn::parse("arn:aws:ecs:us-east-1:123456789012:instance/i-1").unwrap();
    assert_eq!(
        instance.validate().unwrap_err().to_string(),
        "`instance` is not the resource type expected here at byte 35"
    );
}

#[test]
fn at_most_2048_bytes() {
    let prefix = "arn:aws:s3:::";
    valid(&format!("{prefix}{}", "a".repeat(2048 - prefix.len())));
    structure_error(
        &format!("{prefix}{}", "a".repeat(3000)),
        "more than 2048 bytes at byte 2048",
    );
}

#[test]
fn a_region_belongs_to_one_partition() {
    strict_error(
        "arn:aws:ecs:us-gov-west-1:123456789012:cluster/default",
        "the Region `us-gov-west-1` belongs to partition `aws-us-gov` at byte 12",
    );
    strict_error(
        "arn:aws-cn:ecs:us-east-1:123456789012:cluster/default",
        "the Region `us-east-1` belongs to partition `aws` at byte 15",
    );
    let local = valid("arn:local:ecs:us-east-1:123456789012:cluster/default");
    assert_eq!(
        Partition::from_name(local.partition()),
        Partition::Other("local".into())
    );
}

#[test]
fn names_are_no_arns_but_references() {
    for text in [
        "web:3",
        "web",
        "default",
        "3f4a1df652f4993ef4c0bc182b5f79e3",
    ] {
        assert_eq!(
            ArnRef::parse(text).unwrap_err().kind(),
            ArnErrorKind::Prefix
        );
    }
    assert_eq!(
        TaskDefinitionRef::parse("web:3").unwrap().revision(),
        Some(3)
    );
    assert_eq!(TaskDefinitionRef::parse("web").unwrap().revision(), None);
    assert_eq!(ClusterRef::parse("default").unwrap(), ClusterRef::DEFAULT);
    assert_eq!(TaskRef::parse("3f4a").unwrap().name(), "3f4a");
}

#[test]
fn a_lost_part_gets_a_hint() {
    structure_error(
        "arn:aws:us-west-2:owner:volume/vol-1",
        "expected 6 parts separated by `:`, found 5 at byte 36: \
         part 3 looks like a Region: the service is missing",
    );
    structure_error(
        "arn:aws:iam:240828657640:role/x",
        "expected 6 parts separated by `:`, found 5 at byte 31: \
         part 4 looks like an account id: a `:` is missing before it",
    );
}

#[test]
fn illegal_characters_in_partition_and_service() {
    strict_error(
        "arn:aws_x:ecs:us-east-1:123456789012:cluster/a",
        "the partition `aws_x` holds an illegal character at byte 4",
    );
    let error = Arn::from_parts("aws", "ecs", "us-east-1:1", "", "cluster/a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the Region `us-east-1:1` holds an illegal character at byte 12"
    );
}

/// Inputs and the levels that accept them: structure (S), strict (V), Amazon ECS (E),
/// pattern (P).
#[rustfmt::skip]
const LEVELS: &[(&str, &str)] = &[
    ("SVEP", "arn:aws:ecs:us-east-1:123456789012:cluster/default"),
    ("SV-P", "arn:aws:s3:::my_corporate_bucket/exampleobject.png"),
    ("SV-P", "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"),
    ("S-EP", "arn:aws:ecs:us-east-1:123456789:container-instance/hybrid-cluster/abc123"),
    ("SV-P", "arn:aws:ec2:us-east-1:123456789012:task-definition/wordpress:6"),
    ("S--P", "arn:aws:ec2:us-east-1:aws_account_id:task-definition/wordpress:6"),
    ("S-EP", "arn:aws:ecs:us-east-1:<aws_account_id>:cluster/default"),
    ("S--P", "arn:aws:ecs::us-east-1:123456789012:task-definition/web:*"),
    ("S--P", "arn:aws:ecs::<region>:<aws_account_id>:task-definition/<task_family>:*"),
    ("S--P", "arn:aws:ecs:region:account:task-definition-family-name:task-definition-revision-number"),
    ("S--P", "arn:aws:ecs:region:account:*"),
    ("---P", "arn:aws:ecs:*"),
    ("----", "arn:aws:ecs"),
    ("----", "arn:aws:ecs:us-east-1:123456789012:"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:*"),
    ("S--P", "arn:*:ecs:*:*:task/*"),
    ("S--P", "arn:aws:ecs:us-east-?:123456789012:cluster/*"),
    ("S--P", "arn:aws:ecs:*:1234567890*:cluster/*"),
    ("S--P", "arn:aws:s3:::${aws:username}/*"),
    ("S--P", "arn:aws:ecs:${Region}:${Account}:cluster/${ClusterName}"),
    ("----", "arn::ecs:us-east-1:123456789012:cluster/default"),
    ("----", "arn:aws::us-east-1:123456789012:cluster/default"),
    ("SVEP", "arn:local:ecs:us-east-1:123456789012:cluster/default"),
    ("SVEP", "arn:aws-eusc:ecs:eusc-de-east-1:123456789012:cluster/default"),
    ("SVEP", "arn:aws-iso-e:ecs:eu-isoe-west-1:123456789012:cluster/default"),
    ("S-EP", "arn:aws:ecs:us-gov-west-1:123456789012:cluster/default"),
    ("----", "ARN:aws:ecs:us-east-1:123456789012:cluster/default"),
    ("S-EP", "arn:AWS:ecs:us-east-1:123456789012:cluster/default"),
    ("S--P", "arn:aws:ECS:us-east-1:123456789012:cluster/default"),
    ("S-EP", "arn:aws:ecs:US-EAST-1:123456789012:cluster/default"),
    ("----", " arn:aws:ecs:us-east-1:123456789012:cluster/default"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:cluster/default "),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:cluster/default\n"),
    ("S-EP", "arn:aws:ecs:us-east-1:1234-5678-9012:cluster/default"),
    ("S-EP", "arn:aws:ecs:us-east-1:12345678901x:cluster/default"),
    ("S-EP", "arn:aws:ecs:us-east-1:cloudfront:cluster/default"),
    ("SV-P", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"),
    ("SV-P", "arn:aws:elasticbeanstalk:us-east-1:123456789012:environment/My App/MyEnvironment"),
    ("SV-P", "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:a/b:*"),
    ("SV-P", "arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:cluster/größe"),
    ("----", "arn:aws:ecs:us-east-1:123456789012:cluster/a\0b"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:cluster/"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:/default"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:task-definition/web"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:0"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:007"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:99999999999"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:service/a/b/c"),
    ("SV-P", "arn:aws:ecs:us-east-1:123456789012:TASK/default/abc"),
    ("----", "invalid"),
    ("----", "arn:nope"),
    ("----", "web:3"),
    ("----", "default"),
    ("----", ""),
];

#[test]
fn each_level_accepts_what_it_should() {
    for (expected, text) in LEVELS {
        let accepted = [
            ('S', ArnRef::parse(text).is_ok()),
            (
                'V',
                ArnRef::parse(text).is_ok_and(|arn| arn.validate().is_ok()),
            ),
            ('E', EcsArn::parse(text).is_ok()),
            ('P', ArnPattern::parse(text).is_ok()),
        ];
        let levels: String = accepted
            .into_iter()
            .map(|(level, is_ok)| if is_ok { level } else { '-' })
            .collect();
        assert_eq!(levels, *expected, "{text}");
    }
}
