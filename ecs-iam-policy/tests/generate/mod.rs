//! Random policies and requests from a small vocabulary, so that they meet.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::naive::{Policies, Question};

/// How many cases a property is tried with: many if `ECS_LONG` is set.
pub(crate) fn config() -> ProptestConfig {
    let long = std::env::var_os("ECS_LONG").is_some();
    ProptestConfig {
        cases: if long { 1_000_000 } else { 512 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

const ACTIONS: [&str; 4] = [
    "ecs:RunTask",
    "ECS:StopTask",
    "ecs:DescribeTasks",
    "sqs:SendMessage",
];

const ACTION_PATTERNS: [&str; 9] = [
    "*",
    "ecs:*",
    "ecs:RunTask",
    "Ecs:runtask",
    "ecs:Describe*",
    "ecs:?topTask",
    "*:SendMessage",
    "ecs:Run:Task",
    "ecs>RunTask",
];

const RESOURCES: [&str; 7] = [
    "*",
    "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
    "arn:aws:ecs:eu-west-1:123456789012:task/default/alice",
    "arn:aws:ecs:us-east-1:999999999999:cluster/default",
    "arn:aws:ecs:us-east-1:123456789012:task/*/x",
    "arn:aws:s3:::bucket/alice/*",
    "no-arn",
];

const RESOURCE_PATTERNS: [&str; 17] = [
    "arn:aws:ecs:us-east-1:123456789012:task/${*}/x",
    "*",
    "arn:aws:ecs:*",
    "arn:aws:ecs:us-east-1:*",
    "arn:aws:ecs:*:cluster/default",
    "arn:aws:ecs:us-east-?:123456789012:task-definition/web:*",
    "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
    "arn:aws:ecs:*:*:task/*/${aws:username}",
    "arn:aws:ecs:*:*:task/${*}/*",
    "arn:aws:ecs:*:123456789012:*/${aws:PrincipalTag/team, 'default'}*",
    "arn:aws:ecs:*:${aws:PrincipalAccount}:cluster/*",
    "arn:aws:s3:::bucket/${AWS:UserName}/?",
    "arn:aws:e*:us-east-1:123456789012:*",
    "arn:*:ecs:*:*:*a*e*a*",
    "arn:aws:ecs:us-east-1:999999999999:cluster/*",
    "arn:aws:ecs:*:*:task/${open",
    "web",
];

const PRINCIPALS: [&str; 9] = [
    "arn:aws:iam::123456789012:user/alice",
    "arn:aws:iam::123456789012:root",
    "arn:aws:iam::123456789012:role/path/deployer",
    "arn:aws:sts::123456789012:assumed-role/deployer/ci",
    "arn:aws:sts::999999999999:assumed-role/deployer/ci",
    "arn:aws:iam::999999999999:user/alice",
    "arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForECS/ecs-service-scheduler",
    "ecs-tasks.amazonaws.com",
    "*",
];

const AWS_NAMES: [&str; 10] = [
    "*",
    "123456789012",
    "arn:aws:iam::123456789012:root",
    "arn:aws:iam::999999999999:root",
    "arn:aws:iam::123456789012:user/alice",
    "arn:aws:iam::123456789012:user/*",
    "arn:aws:iam::123456789012:role/path/deployer",
    "arn:aws:iam::999999999999:role/deployer",
    "arn:aws:sts::123456789012:assumed-role/deployer/ci",
    "arn:aws:sts::123456789012:assumed-role/deployer/other",
];

const KEYS: [&str; 5] = [
    "aws:username",
    "AWS:UserName",
    "aws:TagKeys",
    "ecs:task-cpu",
    "aws:PrincipalTag/Team",
];

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "Null",
];

/// Texts of every operator's type, as values of policies and of requests.
const VALUES: [&str; 26] = [
    "",
    "alice",
    "ALICE",
    "al*",
    "a?ice",
    "${aws:username}",
    "${x, 'alice'}",
    "${*}",
    "10",
    "10.0",
    "-3",
    "512",
    "10abc",
    "2020-02-29T12:00:00Z",
    "1582977600",
    "true",
    "False",
    "10.0.0.0/8",
    "10.1.2.3",
    "2001:db8::/32",
    "2001:db8::7",
    "arn:aws:ecs:us-east-1:123456789012:cluster/default",
    "arn:aws:ecs:*:*:cluster/d*",
    "arn:aws:ecs:*",
    "*:aws:e?s:*:*:cluster/*",
    "arn:aws:*:*:*:${x, '*'}",
];

/// One text, or a list of several.
fn one_or_more(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
    let several = subsequence(texts, 0..3).prop_map(|texts| json!(texts));
    prop_oneof![2 => select(texts).prop_map(|text| json!(text)), 1 => several].boxed()
}

fn condition() -> impl Strategy<Value = Value> {
    let quantifier = select(&["", "", "", "ForAllValues:", "ForAnyValue:"][..]);
    let suffix = select(&["", "", "IfExists"][..]);
    let operator = (quantifier, select(&OPERATORS[..]), suffix)
        .prop_map(|(quantifier, name, suffix)| format!("{quantifier}{name}{suffix}"));
    let test = (operator, select(&KEYS[..]), one_or_more(&VALUES));
    proptest::collection::vec(test, 1..3).prop_map(|tests| {
        let mut blocks = Map::new();
        for (operator, key, values) in tests {
            blocks.insert(operator, json!({ key: values }));
        }
        Value::Object(blocks)
    })
}

fn principal_element() -> impl Strategy<Value = (String, Value)> {
    let named = one_or_more(&AWS_NAMES).prop_map(|names| json!({ "AWS": names }));
    let service = Just(json!({ "Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] }));
    let element = prop_oneof![1 => Just(json!("*")), 4 => named, 1 => service];
    let name = prop_oneof![4 => Just("Principal"), 1 => Just("NotPrincipal")];
    (name.prop_map(str::to_owned), element)
}

/// A statement; with a principal where policies of resources are meant.
pub(crate) fn statement(with_principal: bool) -> impl Strategy<Value = Value> {
    let effect = prop_oneof![2 => Just("Allow"), 1 => Just("Deny")];
    let action_name = prop_oneof![4 => Just("Action"), 1 => Just("NotAction")];
    let resource_name = prop_oneof![5 => Just("Resource"), 1 => Just("NotResource"), 1 => Just("")];
    let elements = (
        effect,
        action_name,
        one_or_more(&ACTION_PATTERNS),
        resource_name,
        one_or_more(&RESOURCE_PATTERNS),
        proptest::option::of(condition()),
        proptest::option::weighted(0.9, principal_element()),
    );
    elements.prop_map(
        move |(effect, action_name, actions, resource_name, resources, condition, principal)| {
            let mut statement = Map::new();
            statement.insert("Effect".to_owned(), json!(effect));
            statement.insert(action_name.to_owned(), actions);
            if !resource_name.is_empty() {
                statement.insert(resource_name.to_owned(), resources);
            }
            if let Some(condition) = condition {
                statement.insert("Condition".to_owned(), condition);
            }
            if let Some((name, element)) = principal.filter(|_| with_principal) {
                statement.insert(name, element);
            }
            Value::Object(statement)
        },
    )
}

pub(crate) fn policy(with_principal: bool) -> impl Strategy<Value = Value> {
    let version = select(&["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"][..]);
    let statements = proptest::collection::vec(statement(with_principal), 1..4);
    (version, statements)
        .prop_map(|(version, statements)| json!({ "Version": version, "Statement": statements }))
}

/// A policy that allows everything, or any other.
fn limit(with_principal: bool) -> impl Strategy<Value = Value> {
    let full = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}
    });
    prop_oneof![2 => Just(full), 1 => policy(with_principal)]
}

pub(crate) fn policies() -> impl Strategy<Value = Policies> {
    use proptest::collection::vec;
    let layers = (
        vec(vec(policy(true), 0..2), 0..2),
        vec(vec(limit(false), 1..3), 0..3),
        vec(policy(true), 0..2),
        vec(policy(false), 0..3),
        vec(limit(false), 0..2),
        vec(limit(false), 0..2),
    );
    layers.prop_map(
        |(resource_control, service_control, resource, identity, boundary, session)| Policies {
            resource_control,
            service_control,
            resource,
            identity,
            boundary,
            session,
        },
    )
}

fn context() -> impl Strategy<Value = Map<String, Value>> {
    let keys = [
        "aws:Username",
        "aws:tagkeys",
        "ecs:Task-Cpu",
        "aws:PrincipalTag/team",
        "x",
    ];
    let value = one_or_more(&VALUES);
    proptest::collection::vec(proptest::option::of(value), keys.len()).prop_map(move |values| {
        let pairs = keys.iter().zip(values);
        pairs
            .filter_map(|(key, value)| Some(((*key).to_owned(), value?)))
            .collect()
    })
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    let resources = proptest::collection::vec(select(&RESOURCES[..]), 1..3);
    let parts = (
        select(&PRINCIPALS[..]),
        select(&ACTIONS[..]),
        resources,
        context(),
    );
    parts.prop_map(|(principal, action, resources, context)| Question {
        principal: principal.to_owned(),
        action: action.to_owned(),
        resources: resources.into_iter().map(str::to_owned).collect(),
        context,
    })
}
