//! Every rule of the lint, with its whole text.

use ecs_iam_policy::{Policy, PolicyType, Rule};

fn lint(text: &str, policy_type: PolicyType) -> Vec<String> {
    Policy::read(text)
        .policy
        .lint(policy_type)
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// The findings about an identity policy of one statement with these members.
fn statement(members: &str) -> Vec<String> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{members}}}}}"#);
    lint(&text, PolicyType::Identity)
}

fn resource(resource: &str) -> Vec<String> {
    statement(&format!(r#""Action":"ecs:*","Resource":"{resource}""#))
}

fn condition(action: &str, condition: &str) -> Vec<String> {
    statement(&format!(
        r#""Action":"{action}","Resource":"*","Condition":{condition}"#
    ))
}

const NOTHING: [&str; 0] = [];

#[test]
fn actions() {
    assert_eq!(
        statement(
            r#""Action":["ecs>DeleteCluster","ecs:DescribeTask","ecs:Descrbe*","ecs:LaunchMissiles","RunTask","sqs:Nonsense","ecs:RunTask"],"Resource":"*""#
        ),
        [
            "error: `ecs>DeleteCluster` matches no action: an action is a service, a colon and a \
             name at `/Statement/Action/0`; try `ecs:DeleteCluster`",
            "error: `ecs:DescribeTask` is no action of Amazon ECS at `/Statement/Action/1`; try \
             `ecs:DescribeTasks`",
            "error: `ecs:Descrbe*` is no action of Amazon ECS at `/Statement/Action/2`; try \
             `ecs:Describ*`",
            "error: `ecs:LaunchMissiles` is no action of Amazon ECS at `/Statement/Action/3`",
            "error: `RunTask` matches no action: an action is a service, a colon and a name at \
             `/Statement/Action/4`",
        ]
    );
}

#[test]
fn resources_that_match_nothing() {
    assert_eq!(
        resource("arn:aws:ecs::us-east-1:123456789012:task/*"),
        [
            "error: `arn:aws:ecs::us-east-1:123456789012:task/*` matches no ARN, because its account \
          is `us-east-1` at `/Statement/Resource`; try `arn:aws:ecs:us-east-1:123456789012:task/*`"
        ]
    );
    assert_eq!(
        resource("arn:aws:ecs:region:123456789012:task/*"),
        [
            "error: `arn:aws:ecs:region:123456789012:task/*` matches no ARN, because its Region is \
          `region` at `/Statement/Resource`"
        ]
    );
    assert_eq!(
        resource("web"),
        [
            "error: `web` matches no ARN: expected `arn:`, found `web` at byte 0 at \
          `/Statement/Resource`"
        ]
    );
    assert_eq!(
        resource("arn:aws:ecs:*:${aws:PrincipalAccount}:task/*"),
        [
            "error: `arn:aws:ecs:*:${aws:PrincipalAccount}:task/*` matches no ARN: \
          `${aws:PrincipalAccount}` stands before the fifth colon at `/Statement/Resource`"
        ]
    );
    assert_eq!(
        resource("arn:aws:ecs:*:123456789012:taskdefinition/web:*"),
        [
            "error: `taskdefinition` is no resource type of Amazon ECS at `/Statement/Resource`; try \
          `arn:aws:ecs:*:123456789012:task-definition/web:*`"
        ]
    );
    assert_eq!(
        resource("arn:aws:ecs:*:123456789012:task-definition/web"),
        [
            "error: `arn:aws:ecs:*:123456789012:task-definition/web` matches no task definition, \
          because AWS authorizes revisions at `/Statement/Resource`; try \
          `arn:aws:ecs:*:123456789012:task-definition/web:*`"
        ]
    );
    for fine in [
        "*",
        "arn:aws:ecs:*",
        "arn:aws:ecs:us-east-1:123456789012:container-instance/4d3910c1",
        "arn:aws:ecs:us-east-1:123456789012:task-definition/web*",
        "arn:aws:ecs:us-?ast-1:*:*",
    ] {
        assert_eq!(resource(fine), NOTHING, "{fine}");
    }
}

#[test]
fn resources_that_actions_do_not_take() {
    let start = "arn:aws:ecs:us-east-1:123456789012:";
    let of = |actions: &str, resource: &str| {
        statement(&format!(
            r#""Action":{actions},"Resource":["{start}{resource}"]"#
        ))
    };
    assert_eq!(
        of(r#"["ecs:ListClusters","ecs:RunTask"]"#, "cluster/default"),
        [
            "error: `ecs:ListClusters` takes no resource, so that only `*` matches it at \
             `/Statement/Action/0`; try `*`",
            "error: `ecs:RunTask` is about a task-definition, and no resource of the statement is \
             at `/Statement/Action/1`",
        ]
    );
    assert_eq!(
        of(r#"["ecs:List*","ecs:DeleteCluster"]"#, "cluster/default"),
        NOTHING
    );
    assert_eq!(
        of(r#""ecs:Describe*Tasks""#, "cluster/default"),
        [
            "error: `ecs:Describe*Tasks` is about a task, and no resource of the statement is at \
          `/Statement/Action`"
        ]
    );
    assert_eq!(
        of(r#""ecs:*Service""#, "cluster/default"),
        [
            "error: no action of `ecs:*Service` is about a resource of the statement at \
          `/Statement/Action`"
        ]
    );
    assert_eq!(of(r#""ecs:ExecuteCommand""#, "task/default/*"), NOTHING);
    assert_eq!(of(r#""ecs:StopTask""#, "ta*"), NOTHING);
}

#[test]
fn keys() {
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"ArnEquals":{"ecs:clusters":"arn:aws:ecs:*:*:cluster/x"}}"#
        ),
        [
            "error: `ecs:clusters` is no condition key of Amazon ECS at \
          `/Statement/Condition/ArnEquals/ecs:clusters`; try `ecs:cluster`"
        ]
    );
    assert_eq!(
        condition(
            "ecs:CreateCluster",
            r#"{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:*:*:cluster/x"}}"#
        ),
        ["warning: no action of the statement has `ecs:cluster` at \
          `/Statement/Condition/ArnEquals/ecs:cluster`"]
    );
    let two = statement(
        r#""Action":["ecs:RunTask","ecs:ListClusters"],"Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:*:*:cluster/x"}}"#,
    );
    assert_eq!(
        two,
        ["warning: `ecs:cluster` does not exist for ListClusters at \
          `/Statement/Condition/ArnEquals/ecs:cluster`"]
    );
    let global =
        r#"{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:ResourceTag/a":"b"}}"#;
    assert_eq!(condition("ecs:StopTask", global), NOTHING);
}

#[test]
fn operators() {
    let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/x";
    assert_eq!(
        condition(
            "ecs:RunTask",
            &format!(r#"{{"StringEquals":{{"ecs:cluster":"{cluster}"}}}}"#)
        ),
        [
            "warning: `ecs:cluster` is an ARN, which is not what `StringEquals` compares at \
          `/Statement/Condition/StringEquals/ecs:cluster`; try `ArnLike`"
        ]
    );
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"StringEqualsIfExists":{"ecs:task-cpu":"256"}}"#
        ),
        [
            "warning: `ecs:task-cpu` is a number, which is not what `StringEqualsIfExists` compares \
          at `/Statement/Condition/StringEqualsIfExists/ecs:task-cpu`; try \
          `NumericEqualsIfExists`"
        ]
    );
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"NumericLessThan":{"ecs:task-cpu":["a lot",256]}}"#
        ),
        [
            "error: `NumericLessThan` can compare nothing with `a lot` at \
          `/Statement/Condition/NumericLessThan/ecs:task-cpu`"
        ]
    );
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"ArnLike":{"ecs:cluster":"arn:aws:ecs:<region>:1:cluster/x"}}"#
        ),
        [
            "error: `arn:aws:ecs:<region>:1:cluster/x` matches no ARN, because its account is `1` at \
          `/Statement/Condition/ArnLike/ecs:cluster`"
        ]
    );
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"StringNotEquals":{"aws:username":["a*","b"]}}"#
        ),
        [
            "warning: `StringNotEquals` has no wildcards: `a*` stands for itself at \
          `/Statement/Condition/StringNotEquals/aws:username`; try `StringNotLike`"
        ]
    );
    assert_eq!(
        condition("ecs:RunTask", r#"{"stringequals":{"aws:username":"a"}}"#),
        [
            "error: `stringequals` is not how AWS spells the operator at \
          `/Statement/Condition/stringequals`; try `StringEquals`"
        ]
    );
    assert_eq!(
        condition("ecs:RunTask", r#"{"NullIfExists":{"ecs:cluster":"false"}}"#),
        [
            "notice: `NullIfExists` means `Null`: it asks whether the key is there at \
          `/Statement/Condition/NullIfExists`; try `Null`"
        ]
    );
}

#[test]
fn set_operators() {
    let tags = "/Statement/Condition/ForAllValues:StringEquals/aws:TagKeys";
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#
        ),
        [format!(
            "warning: `ForAllValues:StringEquals` also allows requests without `aws:TagKeys` at \
             `{tags}`; try `\"Null\": {{\"aws:TagKeys\": \"false\"}}`"
        )]
    );
    let guarded =
        r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"AWS:tagkeys":false}}"#;
    assert_eq!(condition("ecs:RunTask", guarded), NOTHING);
    assert_eq!(
        condition(
            "ecs:RunTask",
            r#"{"ForAnyValue:NumericEquals":{"ecs:task-cpu":"256"}}"#
        ),
        [
            "warning: `ecs:task-cpu` has one value, and `ForAnyValue:NumericEquals` is for several at \
          `/Statement/Condition/ForAnyValue:NumericEquals/ecs:task-cpu`; try `NumericEquals`"
        ]
    );
    assert_eq!(
        condition("ecs:RunTask", r#"{"StringEquals":{"aws:TagKeys":"a"}}"#),
        [
            "warning: `aws:TagKeys` may have several values, and `StringEquals` does not say for \
          which it must hold at `/Statement/Condition/StringEquals/aws:TagKeys`; try \
          `ForAnyValue:StringEquals`"
        ]
    );
}

#[test]
fn variables_in_the_old_version() {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"ecs:StopTask",
        "Resource":"arn:aws:ecs:*:*:task/${aws:username}/*",
        "Condition":{"StringEquals":{"aws:ResourceTag/owner":"${aws:username}"}}}}"#;
    assert_eq!(
        lint(text, PolicyType::Identity),
        [
            "error: `arn:aws:ecs:*:*:task/${aws:username}/*` has a variable, which is plain text \
             in this version at `/Statement/Resource`",
            "error: `${aws:username}` has a variable, which is plain text in this version at \
             `/Statement/Condition/StringEquals/aws:ResourceTag~1owner`",
        ]
    );
}

#[test]
fn statements() {
    let text = r#"{"Version":"2012-10-17","Conditions":{},"Statement":[
        {"Sid":"A","Effect":"Allow","Action":"ecs:*","Resource":"*"},
        {"Sid":"A","Effect":"Allow","Action":"ecs:RunTask","Resource":"arn:aws:ecs:*:*:task-definition/*"},
        {"Sid":"b_c","Effect":"Allow","Action":"sqs:*","Resource":"*"},
        {"Effect":"Deny","Action":"sqs:*","Resource":"*"},
        {"Effect":"Deny","Action":"iam:*"}
    ]}"#;
    assert_eq!(
        lint(text, PolicyType::Identity),
        [
            "warning: AWS ignores `Conditions` outside of statements at `/Conditions`",
            "error: `A` is the name of statement 1 already at `/Statement/1/Sid`",
            "notice: statement 1 says the same of at least as much at `/Statement/1`",
            "notice: `b_c` holds other characters than letters and digits at `/Statement/2/Sid`",
            "notice: statement 4 denies all of what this one allows at `/Statement/2`",
            "error: the statement names no resource, so that it matches nothing at `/Statement/4`",
        ]
    );
    let twins = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Deny","Action":"ecs:*","Resource":"*"},
        {"Effect":"Deny","Action":"ecs:*","Resource":"*"}
    ]}"#;
    assert_eq!(
        lint(twins, PolicyType::Identity),
        ["notice: statement 1 says the same of at least as much at `/Statement/1`"],
        "only the second of two equal statements is useless"
    );
}

#[test]
fn policies_of_resources() {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "NotPrincipal":{"AWS":"123456789012"},"Action":"sqs:*"}}"#;
    assert_eq!(
        lint(text, PolicyType::Resource),
        [
            "warning: the statement allows everyone but the listed, anonymous callers too at \
          `/Statement/NotPrincipal`"
        ]
    );
}

#[test]
fn findings_are_data() {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:RunTsk","Resource":"*"}}"#;
    let findings = Policy::read(text).policy.lint(PolicyType::Identity);
    assert_eq!(
        findings
            .iter()
            .map(|finding| finding.rule)
            .collect::<Vec<_>>(),
        [Rule::UnknownAction]
    );
    assert_eq!(
        serde_json::to_string(&findings).unwrap(),
        r#"[{"rule":"unknown_action","severity":"error","pointer":"/Statement/Action","message":"`ecs:RunTsk` is no action of Amazon ECS","suggestion":"ecs:RunTask"}]"#
    );
}

/// Statements that have all in common but their resource, their action or their condition.
#[test]
fn many_statements_take_linear_time() {
    type Statement = fn(usize) -> String;
    let kinds: [Statement; 4] = [
        |at| format!(r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{at}/*""#),
        |at| format!(r#""Action":"s3:Get{at}","Resource":"*""#),
        |at| {
            format!(
                r#""Action":"ecs:RunTask","Resource":"*","Condition":{{"StringEquals":{{"aws:username":"{at}"}}}}"#
            )
        },
        |at| format!(r#""Sid":"s{at}","NotAction":"s3:{at}","Resource":"arn:aws:s3:::{at}*""#),
    ];
    for kind in kinds {
        let statements: Vec<String> = (0..4_000)
            .map(|at| format!(r#"{{"Effect":"Allow",{}}}"#, kind(at)))
            .collect();
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
            statements.join(",")
        );
        let policy: Policy = text.parse().unwrap();
        let start = std::time::Instant::now();
        let findings = policy.lint(PolicyType::Identity);
        assert!(
            start.elapsed().as_secs() < 6,
            "{} {:?}",
            kind(0),
            start.elapsed()
        );
        let useless = findings
            .iter()
            .filter(|finding| finding.rule == Rule::UselessStatement);
        assert_eq!(useless.count(), 0, "{}", kind(0));
    }
}

#[test]
fn a_useless_statement_is_found_among_many() {
    let mut statements: Vec<String> = (0..1_000)
        .map(|at| {
            format!(
                r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{at}/*"}}"#
            )
        })
        .collect();
    statements.push(
        r#"{"Effect":"Allow","Action":"S3:getobject","Resource":"arn:aws:s3:::bucket-700/x"}"#
            .to_owned(),
    );
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    );
    let findings = text.parse::<Policy>().unwrap().lint(PolicyType::Identity);
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["notice: statement 701 says the same of at least as much at `/Statement/1000`"]
    );
}
