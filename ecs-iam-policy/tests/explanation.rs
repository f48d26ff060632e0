//! Explanations: every reason as text, and an explanation as data.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_iam_policy::{CompiledPolicy, Explanation, Policy, PolicySet, Request};

const WEB: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";

fn compile(statements: &str) -> CompiledPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    CompiledPolicy::new(&text.parse::<Policy>().unwrap())
}

fn request(resource: &str) -> Request {
    Request::new(
        "arn:aws:iam::123456789012:user/alice".parse().unwrap(),
        "ecs:RunTask",
        resource,
    )
}

/// Why the only statement, with these members, does not apply.
fn reason(members: &str, request: &Request) -> String {
    let set =
        PolicySet::new().with_identity(compile(&format!(r#"{{"Effect":"Allow",{members}}}"#)));
    first_reason(&set.explain(request))
}

fn first_reason(explanation: &Explanation) -> String {
    let statements = explanation
        .resources
        .iter()
        .flat_map(|resource| &resource.statements);
    statements
        .map(|statement| statement.mismatch.as_ref().unwrap().to_string())
        .next()
        .unwrap()
}

#[test]
fn actions_and_resources() {
    let ask = request(WEB);
    for (members, expected) in [
        (
            r#""Action":["ecs:StopTask","ecs:List*"],"Resource":"*""#,
            "the action `ecs:RunTask` is not among `ecs:StopTask`, `ecs:List*`",
        ),
        (
            r#""Action":[],"Resource":"*""#,
            "the action `ecs:RunTask` is not among nothing",
        ),
        (
            r#""NotAction":["iam:*","ecs:Run*"],"Resource":"*""#,
            "the action `ecs:RunTask` is excluded by `ecs:Run*`",
        ),
        (r#""Action":"*""#, "the statement names no resource"),
        (
            r#""Action":"*","NotResource":["arn:aws:ecs:*"]"#,
            "the resource `arn:aws:ecs:us-east-1:123456789012:task-definition/web:3` is excluded \
             by `arn:aws:ecs:*`",
        ),
        (
            r#""Action":"*","Resource":["arn:aws:ecs:eu-*:123456789012:*","arn:aws:ecs:us-east-1:123456789012:task-definition/api:*","arn:aws:ecs:us-east-1:999999999999:*","arn:aws-cn:ecs:*","arn:aws:sqs:*","web","arn:aws:ecs:*:*:task-definition/${aws:username}:*","arn:aws:ecs:*:${a:b}:*"]"#,
            "the resource `arn:aws:ecs:us-east-1:123456789012:task-definition/web:3` is not among \
             those listed; \
             `arn:aws:ecs:eu-*:123456789012:*`: the Region is `us-east-1`, not `eu-*`; \
             `arn:aws:ecs:us-east-1:123456789012:task-definition/api:*`: the resource is \
             `task-definition/web:3`, not `task-definition/api:*`; \
             `arn:aws:ecs:us-east-1:999999999999:*`: the account is `123456789012`, not \
             `999999999999`; \
             `arn:aws-cn:ecs:*`: the partition is `aws`, not `aws-cn`; \
             `arn:aws:sqs:*`: the service is `ecs`, not `sqs`; \
             `web`: it matches nothing: expected `arn:`, found `web` at byte 0; \
             `arn:aws:ecs:*:*:task-definition/${aws:username}:*`: the request has no \
             `aws:username`; \
             `arn:aws:ecs:*:${a:b}:*`: it matches nothing: `${a:b}` stands before the fifth colon",
        ),
    ] {
        assert_eq!(reason(members, &ask), expected, "{members}");
    }
    assert_eq!(
        reason(r#""Action":"*","Resource":"arn:aws:ecs:*""#, &request("*")),
        "the resource `*` is not among those listed; `arn:aws:ecs:*`: the request names no single \
         resource, and only `*` speaks of that"
    );
}

#[test]
fn conditions() {
    let ask = request(WEB)
        .with_context("ecs:task-cpu", "lots")
        .with_context("aws:TagKeys", ["a", "b"]);
    let of = |condition: &str| {
        reason(
            &format!(r#""Action":"*","Resource":"*","Condition":{condition}"#),
            &ask,
        )
    };
    assert_eq!(
        of(r#"{"StringEquals":{"aws:ResourceTag/env":["dev","test"]}}"#),
        "the request has no `aws:ResourceTag/env`, which StringEquals compares with `dev`, `test`"
    );
    assert_eq!(
        of(r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#),
        "`aws:TagKeys` is `a`, `b`, and ForAllValues:StringEquals asks for `a`"
    );
    assert_eq!(
        of(r#"{"NumericLessThan":{"ecs:task-cpu":1024}}"#),
        "`ecs:task-cpu` is `lots`, which NumericLessThan cannot compare"
    );
    assert_eq!(
        of(r#"{"Null":{"ecs:cluster":false}}"#),
        "the request has no `ecs:cluster`, and Null asks for `false`"
    );
    let unknown = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Is":{"a:b":"c"}}}}"#;
    let policy = CompiledPolicy::new(&Policy::read(unknown).policy);
    let explanation = PolicySet::new().with_identity(policy).explain(&ask);
    assert_eq!(first_reason(&explanation), "there is no operator `Is`");
}

#[test]
fn principals() {
    let of = |members: &str| {
        let policy = compile(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*"{members}}}"#
        ));
        first_reason(
            &PolicySet::new()
                .with_resource(policy)
                .explain(&request(WEB)),
        )
    };
    assert_eq!(of(""), "the statement names no principal");
    assert_eq!(
        of(r#","Principal":{"AWS":["999999999999"],"Service":"ecs.amazonaws.com"}"#),
        "the principal `arn:aws:iam::123456789012:user/alice` is not among `999999999999`, \
         `ecs.amazonaws.com`"
    );
    assert_eq!(
        of(r#","NotPrincipal":{"AWS":["999999999999","123456789012"]}"#),
        "the principal `arn:aws:iam::123456789012:user/alice` is excluded by `123456789012`"
    );
    assert_eq!(
        of(r#","NotPrincipal":"*""#),
        "the principal `arn:aws:iam::123456789012:user/alice` is excluded by `*`"
    );
}

fn layered() -> PolicySet {
    let full = || compile(r#"{"Sid":"Full","Effect":"Allow","Action":"*","Resource":"*"}"#);
    let web = compile(
        r#"[{"Effect":"Allow","Action":"ecs:StopTask","Resource":"*"},
            {"Sid":"RunWeb","Effect":"Allow","Action":"ecs:RunTask",
             "Resource":["arn:aws:ecs:*:*:task-definition/web:*","web"],
             "Condition":{"StringNotEquals":{"aws:ResourceTag/env":"prod"}}}]"#,
    );
    PolicySet::new()
        .with_service_control_level([full()])
        .with_identity(web.with_name("developers"))
        .with_boundary(compile(
            r#"{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}"#,
        ))
}

#[test]
fn the_whole_text() {
    assert_eq!(
        layered().explain(&request(WEB)).to_string(),
        "\
ecs:RunTask by arn:aws:iam::123456789012:user/alice
on arn:aws:ecs:us-east-1:123456789012:task-definition/web:3
is denied, because nothing allows it: no statement of the permissions boundary
  service control policies of level 0, policy 1
    statement 1 `Full`, Allow: applies
  identity policies, policy 1 `developers`
    statement 1, Allow: the action `ecs:RunTask` is not among `ecs:StopTask`
    statement 2 `RunWeb`, Allow: applies
  permissions boundary, policy 1
    statement 1, Allow: the action `ecs:RunTask` is not among `ecs:List*`
the request lacks `aws:ResourceTag/env`
identity policies, policy 1: `web` at `/Statement/1/Resource/1` matches nothing: expected `arn:`, \
found `web` at byte 0
"
    );
    let root = Request::new(
        "arn:aws:iam::123456789012:root".parse().unwrap(),
        "ecs:RunTask",
        "*",
    );
    assert_eq!(
        PolicySet::new().explain(&root).to_string(),
        "ecs:RunTask by arn:aws:iam::123456789012:root\non *\nis allowed: the root user needs no \
         statement\n"
    );
}

#[test]
fn the_data() {
    let set = PolicySet::new().with_identity(compile(
        r#"{"Sid":"No","Effect":"Deny","Action":"ecs:*","Resource":"*"}"#,
    ));
    let explanation = serde_json::to_value(set.explain(&request("*"))).unwrap();
    assert_eq!(
        explanation,
        serde_json::json!({
            "decision": {
                "outcome": "explicit_deny",
                "layer": "identity",
                "statement": {"layer": "identity", "policy": 0, "statement": 0},
                "resource": 0
            },
            "principal": "arn:aws:iam::123456789012:user/alice",
            "action": "ecs:RunTask",
            "resources": [{
                "resource": "*",
                "decision": {
                    "outcome": "explicit_deny",
                    "layer": "identity",
                    "statement": {"layer": "identity", "policy": 0, "statement": 0},
                    "resource": 0
                },
                "statements": [{
                    "id": {"layer": "identity", "policy": 0, "statement": 0},
                    "policy_name": null,
                    "sid": "No",
                    "effect": "Deny",
                    "mismatch": null
                }]
            }],
            "missing_keys": [],
            "unevaluated": []
        })
    );
}

#[test]
fn sets_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<PolicySet>();
    shared::<CompiledPolicy>();
    shared::<Request>();
}
