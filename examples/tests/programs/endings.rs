//! The exit codes that the examples have in common.

use crate::program::{code, run, stderr, stdout};

#[test]
fn an_argument_that_is_not_taken_is_2() {
    for example in [
        "concurrent_schedulers",
        "ecs_anywhere",
        "explain_placement",
        "hello_cluster",
        "rolling_deployment",
        "task_lifecycle",
    ] {
        let output = run(example, &["web.json"], "");
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        assert_eq!(stderr(&output), "unexpected argument `web.json`\n");
    }
}

#[test]
fn what_is_denied_is_1() {
    let policy = "data/run-task-corrected.json";
    let task = "arn:aws:ecs:us-east-1:123456789012:task/default/1";
    for (arguments, expected) in [
        (&[policy, "ecs:StopTask", task][..], 1),
        (&[policy, "ecs:StopTask"], 2),
        (&["data/hello.json", "ecs:StopTask", task], 2),
    ] {
        let output = run("authorize", arguments, "");
        assert_eq!(code(&output), expected, "{}", stderr(&output));
    }
}

#[test]
fn a_policy_that_cannot_be_read_is_2() {
    let policy = "../ecs-iam-policy/tests/data/guide/run-task-filled.json";
    for (files, expected) in [(&[policy][..], 1), (&[policy, "data/hello.json"], 2)] {
        let output = run("lint_policy", files, "");
        assert_eq!(code(&output), expected, "{}", stdout(&output));
    }
}

#[test]
fn a_document_that_cannot_be_read_is_2() {
    let output = run("read_cli_output", &["data/hello.json"], "");
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).starts_with("data/hello.json: No such file"));
}
