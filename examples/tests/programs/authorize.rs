//! `authorize`: may this principal make this call?

use serde_json::{Value, json};

use crate::program::{Files, code, run, stderr, stdout};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

fn allowing(actions: &Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}
    })
}

/// Files of a call: policy, task definition and request.
fn call(folder: &str) -> (Files, [String; 3]) {
    let files = Files::new(folder);
    let policy = files.write("policy.json", &allowing(&json!("ecs:RunTask")));
    let definition = files.write(
        "web.json",
        &json!({"taskDefinition": {"family": "web", "revision": 3, "taskRoleArn": "web-task"}}),
    );
    let request = files.write(
        "request.json",
        &json!({"cluster": "prod", "taskDefinition": "web"}),
    );
    (files, [policy, definition, request])
}

#[test]
fn what_is_missing_is_printed_and_makes_it_pass() {
    let (files, [policy, definition, request]) = call("authorize_missing");
    let trust = files.write("trust.json", &serde_json::from_str(TRUST).unwrap());
    let with = |policies: &[&str], rest: &[&str]| {
        let mut arguments = vec!["--policy"];
        arguments.extend(policies);
        arguments.extend(["--role-trust", &trust, "--operation", "RunTask"]);
        arguments.extend(["--task-definition", &definition]);
        arguments.extend(rest);
        run("authorize", &arguments, "")
    };
    let output = with(&[&policy], &["--format", "json", &request]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(answer["allowed"], false);
    assert_eq!(answer["checks"][1]["verdict"], "missing");
    assert_eq!(answer["unknown_trusts"], json!([]));
    let missing = files.write("missing.json", &answer["missing"]);
    let output = with(&[&policy, &missing], &[&request]);
    assert_eq!(
        stdout(&output),
        "\
allowed

ecs:RunTask by arn:aws:iam::123456789012:user/alice
  on arn:aws:ecs:us-east-1:123456789012:task-definition/web:3
  allowed
iam:PassRole by arn:aws:iam::123456789012:user/alice
  on arn:aws:iam::123456789012:role/web-task
  allowed
sts:AssumeRole by ecs-tasks.amazonaws.com
  on arn:aws:iam::123456789012:role/web-task
  allowed
"
    );
    assert_eq!(code(&output), 0);
}

#[test]
fn what_stands_in_the_way_is_printed() {
    let (files, [policy, definition, request]) = call("authorize_blocked");
    let full = files.write("full.json", &allowing(&json!("*")));
    let region = files.write(
        "region.json",
        &json!({
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "Home",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
            }
        }),
    );
    let arguments = |region_name: &'static str| {
        [
            "--principal",
            "arn:aws:sts::123456789012:assumed-role/deploy/ci",
            "--operation",
            "RunTask",
            "--task-definition",
            &definition,
            "--region",
            region_name,
            "--policy",
            &policy,
            "--scp",
            &full,
            &region,
            &request,
        ]
        .map(str::to_owned)
    };
    let of = |region_name| {
        let arguments = arguments(region_name);
        run("authorize", &arguments.each_ref().map(String::as_str), "")
    };
    let output = of("us-east-1");
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let text = stdout(&output);
    let obstacle = format!(
        "  denied: statement 1 `Home` of service control policies of level 0, policy 2 \
         `{region}`, denies it"
    );
    assert_eq!(text.matches(&obstacle).count(), 2, "{text}");
    assert!(!text.contains("what is missing"), "{text}");
    assert!(
        text.contains(
            "note: no trust policy is given for `arn:aws:iam::123456789012:role/web-task`"
        ),
        "{text}"
    );
    let text = stdout(&of("eu-west-1"));
    assert!(
        text.contains("what is missing:\n{\n") && !text.contains("Home"),
        "{text}"
    );
}

#[test]
fn input_that_cannot_be_used() {
    let (_, [policy, _, request]) = call("authorize_unusable");
    let error = |arguments: &[&str]| {
        let output = run("authorize", arguments, "{}");
        assert_eq!(code(&output), 2, "{arguments:?}");
        stderr(&output).trim_end().to_owned()
    };
    assert_eq!(error(&["--policy", &policy]), "`--operation` is missing");
    assert_eq!(
        error(&["--operation", "RunTask"]),
        "the file of the request is missing"
    );
    assert_eq!(
        error(&["--operation", "StopTask", &request]),
        "`StopTask` is not an operation of this example"
    );
    assert_eq!(error(&["--colour", "red"]), "`--colour` is not an option");
    assert_eq!(
        error(&["--operation", "ExecuteCommand", "-"]),
        "the request has no `task`"
    );
    assert_eq!(
        error(&[
            "--operation",
            "RunTask",
            "--policy",
            "absent.json",
            &request
        ]),
        "absent.json: No such file or directory (os error 2)"
    );
}

#[test]
fn one_action_is_denied_with_one() {
    let (_, [policy, ..]) = call("authorize_action");
    let resource = "arn:aws:ecs:us-east-1:123456789012:task/prod/1abf";
    assert_eq!(
        code(&run("authorize", &[&policy, "ecs:StopTask", resource], "")),
        1
    );
    assert_eq!(
        code(&run("authorize", &[&policy, "ecs:RunTask", "*"], "")),
        0
    );
    assert_eq!(code(&run("authorize", &[], "")), 0);
}
