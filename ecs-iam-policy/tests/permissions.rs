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
