//! What policies allow at all, and what changes between them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_iam_policy::{Extent, Permissions, Policy};

fn permissions(statements: &str) -> Permissions {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    Permissions::of([&text.parse::<Policy>().unwrap()])
}

#[test]
fn a_table_by_access_level() {
    let permissions = permissions(
        r#"[
            {"Effect":"Allow","Action":["ecs:ListT*","ecs:DescribeTasks","s3:GetObject"],"Resource":"*"},
            {"Effect":"Allow","Action":"ecs:StopTask","Resource":["arn:aws:ecs:*:*:task/a/*","arn:aws:ecs:*:*:task/b/*"],
             "Condition":{"StringEquals":{"aws:ResourceTag/env":["dev","test"]}}},
            {"Effect":"Allow","NotAction":"ecs:*","NotResource":"arn:aws:iam::*:role/admin"},
            {"Effect":"Allow","Action":["ecs:TagResource","ecs:UntagResource"],"Resource":"*"},
            {"Effect":"Deny","Action":"ecs:UntagResource","Resource":"*"},
            {"Effect":"Deny","Action":"ecs:TagResource","Resource":"arn:aws:ecs:*:*:cluster/*"}
        ]"#,
    );
    assert_eq!(
        permissions.to_string(),
        "\
List
  ecs:ListTaskDefinitionFamilies: allowed
  ecs:ListTaskDefinitions: allowed
  ecs:ListTasks: allowed
Read
  ecs:DescribeTasks: allowed
  ecs:ListTagsForResource: allowed
Write
  ecs:StopTask: allowed on arn:aws:ecs:*:*:task/a/*, arn:aws:ecs:*:*:task/b/* if \
aws:ResourceTag/env StringEquals dev or test
Tagging
  ecs:TagResource: allowed not on arn:aws:ecs:*:*:cluster/*
other services
  s3:GetObject: allowed
"
    );
    assert_eq!(permissions.extent("ecs:untagresource"), Extent::Denied);
    assert!(
        matches!(permissions.extent("iam:PassRole"), Extent::Limited(_)),
        "it has no row"
    );
    assert_eq!(permissions.extent("ecs:RunTask"), Extent::None);
}

#[test]
fn changes() {
    let before = permissions(
        r#"[{"Effect":"Allow","Action":["ecs:RunTask","ecs:StopTask","sqs:SendMessage"],"Resource":"*"}]"#,
    );
    let after = permissions(
        r#"[{"Effect":"Allow","Action":["ecs:RunTask","ecs:ListTasks"],"Resource":"*"},
            {"Effect":"Deny","Action":"ecs:RunTask","Resource":"*","Condition":{"Null":{"ecs:cluster":"true"}}},
            {"Effect":"Allow","Action":"sns:Publish","Resource":"arn:aws:sns:*:*:x"}]"#,
    );
    let changes: Vec<_> = before
        .changes_to(&after)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        changes,
        [
            "ecs:ListTasks: allowed, was not allowed",
            "ecs:RunTask: allowed not on * if ecs:cluster Null true, was allowed",
            "ecs:StopTask: not allowed, was allowed",
            "sqs:SendMessage: not allowed, was allowed",
            "sns:Publish: allowed on arn:aws:sns:*:*:x, was not allowed",
        ]
    );
    assert_eq!(before.changes_to(&before), []);
    let wide = permissions(r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#);
    let narrow = permissions(r#"{"Effect":"Allow","Action":"sqs:Send*","Resource":"*"}"#);
    let changes: Vec<_> = wide
        .changes_to(&narrow)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(changes, ["sqs:*: not allowed, was allowed"]);
}

fn changes_between(before: &str, after: &str) -> Vec<String> {
    let changes = permissions(before).changes_to(&permissions(after));
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn actions_that_only_a_wildcard_names_change_too() {
    let allow = |action: &str| {
        format!(r#"{{"Effect":"Allow",{action},"Resource":"arn:aws:s3:::bucket/*"}}"#)
    };
    let get = allow(r#""Action":"s3:Get*""#);
    assert_eq!(
        changes_between(&get, &allow(r#""Action":"*""#)),
        ["*: allowed on arn:aws:s3:::bucket/*, was not allowed"]
    );
    assert_eq!(
        changes_between(&get, &allow(r#""Action":"S3:get*""#)),
        [""; 0]
    );
    let but = changes_between(&get, &allow(r#""NotAction":["ecs:*","iam:*"]"#));
    assert_eq!(
        but,
        ["*: allowed on arn:aws:s3:::bucket/*, was not allowed"]
    );
    assert_eq!(
        changes_between(&allow(r#""Action":"*:*""#), &get)
            .pop()
            .unwrap(),
        "*: not allowed, was allowed on arn:aws:s3:::bucket/*"
    );
}

#[test]
fn what_another_resource_covers_is_no_change() {
    let stop = |resources: &str| {
        format!(r#"{{"Effect":"Allow","Action":"ecs:StopTask","Resource":{resources}}}"#)
    };
    let wide = stop(r#"["arn:aws:ecs:*:*:task/a/*","arn:aws:ecs:*:*:task/b/*"]"#);
    for same in [
        stop(
            r#"["arn:aws:ecs:*:*:task/b/*","arn:aws:ecs:*:*:task/a/*","arn:aws:ecs:*:*:task/a/1"]"#,
        ),
        format!(
            "[{},{}]",
            stop(r#""arn:aws:ecs:*:*:task/a/*""#),
            stop(r#""arn:aws:ecs:*:*:task/b/*""#)
        ),
        stop(
            r#"["arn:aws:ecs:*:*:task/a/*","arn:aws:ecs:*:*:task/b/*","arn:aws:ecs:*:*:cluster/c"]"#,
        ),
        format!(
            r#"[{wide},{{"Effect":"Allow","Action":"ecs:StopTask","Resource":"arn:aws:ecs:*:*:task/a/*",
                "Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}]"#
        ),
    ] {
        assert_eq!(changes_between(&wide, &same), [""; 0], "{same}");
    }
    assert_eq!(
        changes_between(&wide, &stop(r#""arn:aws:ecs:*:*:task/a/*""#)),
        [
            "ecs:StopTask: allowed on arn:aws:ecs:*:*:task/a/*, was allowed on \
             arn:aws:ecs:*:*:task/a/*, arn:aws:ecs:*:*:task/b/*"
        ]
    );
}

#[test]
fn a_resource_that_an_action_cannot_have_allows_nothing() {
    let on_cluster = permissions(
        r#"{"Effect":"Allow","Action":["ecs:ListClusters","ecs:DeleteCluster","ecs:RunTask"],
            "Resource":["arn:aws:ecs:*:*:cluster/*","web"]}"#,
    );
    assert_eq!(on_cluster.extent("ecs:ListClusters"), Extent::None);
    assert_eq!(on_cluster.extent("ecs:RunTask"), Extent::None);
    assert_eq!(
        on_cluster.extent("ecs:DeleteCluster").to_string(),
        "allowed on arn:aws:ecs:*:*:cluster/*"
    );
    let but = permissions(
        r#"{"Effect":"Allow","Action":"ecs:*","NotResource":"arn:aws:ecs:*:*:cluster/prod"}"#,
    );
    assert_eq!(but.extent("ecs:ListClusters"), Extent::Full);
}

/// A managed policy has hundreds of actions; ten thousand take no minute.
#[test]
fn ten_thousand_statements_take_linear_time() {
    let of = |count: usize| {
        let statements: Vec<String> = (0..count)
            .map(|at| {
                format!(
                    r#"{{"Effect":"Allow","Action":["s3:Get{at}","s3:Put{at}*"],
                        "Resource":"arn:aws:s3:::bucket-{at}/*"}}"#
                )
            })
            .collect();
        permissions(&format!("[{}]", statements.join(",")))
    };
    let start = std::time::Instant::now();
    let (before, after) = (of(10_000), of(9_999));
    assert_eq!(before.changes_to(&after).len(), 2);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
