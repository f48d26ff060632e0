//! The examples of ecs-placement: what they read, print, and exit with.

use std::process::Output;

use serde_json::{Value, json};

use crate::program::{Files, code, run, stderr, stdout};

fn plan_capacity(arguments: &[&str]) -> Output {
    run("plan_capacity", arguments, "")
}

/// An instance of 1,024 CPU units and 2,000 MiB with so much memory left, in a zone.
fn instance(id: &str, zone: &str, left: Option<i64>) -> Value {
    let resources = |memory: i64| {
        json!([
            {"name": "CPU", "type": "INTEGER", "integerValue": 1_024},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
        ])
    };
    let mut document = json!({
        "containerInstanceArn":
            format!("arn:aws:ecs:us-east-1:123456789012:container-instance/prod/{id}"),
        "status": "ACTIVE", "agentConnected": true, "runningTasksCount": 0,
        "registeredResources": resources(2_000),
        "attributes": [
            {"name": "ecs.availability-zone", "value": zone},
            {"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"},
            {"name": "ecs.capability.task-eni"},
        ],
    });
    if let Some(left) = left {
        document["remainingResources"] = resources(left);
    }
    document
}

fn instances(documents: &[Value]) -> Value {
    json!({"containerInstances": documents, "failures": []})
}

fn definition(memory: i64) -> Value {
    json!({"family": "web", "containerDefinitions": [
        {"name": "web", "image": "web", "memory": memory},
    ]})
}

#[test]
fn without_arguments_it_plans_on_the_built_in_cluster() {
    let output = plan_capacity(&[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("more copies of web fit"), "{text}");
    for zone in ["us-east-1a", "us-east-1b", "us-east-1c"] {
        assert!(text.contains(zone), "{text}");
    }
    let output = plan_capacity(&["--format", "json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let zones = document["byZone"].as_object().unwrap();
    let sum: u64 = zones.values().map(|copies| copies.as_u64().unwrap()).sum();
    assert_eq!((zones.len(), json!(sum)), (3, document["fits"].clone()));
}

#[test]
fn files_are_told_apart_by_what_they_hold() {
    let files = Files::new("told_apart");
    let cluster = files.write(
        "a.json",
        &instances(&[
            instance("a", "us-east-1a", Some(1_400)),
            instance("b", "us-east-1b", Some(700)),
        ]),
    );
    let tasks = files.write(
        "b.json",
        &json!({"tasks": [{
            "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/prod/1",
            "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
            "startedBy": "ecs-svc/1", "cpu": "0", "memory": "600",
            "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
        }], "failures": [{"arn": "arn:task/2", "reason": "MISSING"}]}),
    );
    let services = files.write(
        "c.json",
        &json!({"services": [{"serviceName": "web", "deployments": [{"id": "ecs-svc/1"}]}]}),
    );
    let registered = files.write("d.json", &definition(500));
    let described = files.write("e.json", &json!({"taskDefinition": definition(500)}));
    let expected = json!({
        "fits": 3,
        "byZone": {"us-east-1a": 2, "us-east-1b": 1},
        "next": {
            "reason": "RESOURCE:MEMORY", "instances": 2, "shortfall": {"memory": 100},
            "change": "100 MiB more memory on \
                arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
        },
    });
    for arguments in [
        &[&cluster, &registered][..],
        &[&described, &cluster],
        &[&cluster, &tasks, &registered],
        &[&services, &registered, &tasks, &cluster],
    ] {
        let mut all: Vec<&str> = arguments.iter().map(|file| file.as_str()).collect();
        all.extend(["--format", "json"]);
        let output = plan_capacity(&all);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(document, expected, "{arguments:?}");
        let notes = stderr(&output);
        let is_failed = arguments.contains(&&tasks);
        assert_eq!(
            notes.contains("note: arn:task/2: MISSING"),
            is_failed,
            "{notes}"
        );
        let is_nameless = is_failed && !arguments.contains(&&services);
        assert_eq!(notes.contains("has no group"), is_nameless, "{notes}");
    }
    let text = std::fs::read_to_string(&cluster).unwrap();
    let output = run("plan_capacity", &["-", &registered], &text);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("3 more copies of web fit\n"));
    let alone = plan_capacity(&[&registered, "--format", "text"]);
    assert_eq!(
        code(&alone),
        0,
        "a definition alone meets the built-in cluster"
    );
}

#[test]
fn no_is_1_and_unknown_is_3() {
    let files = Files::new("codes");
    let small = files.write(
        "a.json",
        &instances(&[instance("a", "us-east-1a", Some(400))]),
    );
    let silent = files.write("b.json", &instances(&[instance("a", "us-east-1a", None)]));
    let web = files.write("c.json", &definition(500));
    let output = plan_capacity(&[&small, &web]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("0 more copies of web fit\n"));
    let empty = files.write("d.json", &instances(&[]));
    assert_eq!(code(&plan_capacity(&[&empty, &web])), 1);

    let output = plan_capacity(&[&silent, &web]);
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    let note = "note: copies fit only where the documents do not say what is left";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
    let mut awsvpc = definition(100);
    awsvpc["networkMode"] = json!("awsvpc");
    let awsvpc = files.write("e.json", &awsvpc);
    let output = plan_capacity(&[&small, &awsvpc]);
    assert_eq!(code(&output), 3, "nobody knows the instance's interfaces");

    let mut look_ahead = definition(100);
    look_ahead["placementConstraints"] =
        json!([{"type": "memberOf", "expression": "attribute:stack =~ (?=prod).*"}]);
    let look_ahead = files.write("f.json", &look_ahead);
    let output = plan_capacity(&[&small, &look_ahead]);
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    assert_eq!(
        stderr(&output),
        "the constraint `attribute:stack =~ (?=prod).*` cannot be evaluated: \
         `(?=prod).*` has look-ahead, which is not supported at byte 19\n"
    );
}

#[test]
fn unusable_input_is_2_and_says_why() {
    let files = Files::new("unusable");
    let web = files.write("a.json", &definition(500));
    let other = files.write("b.json", &json!({"colour": "red"}));
    let tasks = files.write("c.json", &json!({"tasks": []}));
    let services = files.write("d.json", &json!({"services": []}));
    let nameless = files.write("e.json", &instances(&[json!({})]));
    let mut no_subject = definition(500);
    no_subject["placementConstraints"] =
        json!([{"type": "memberOf", "expression": "stack == prod"}]);
    let no_subject = files.write("f.json", &no_subject);
    let gone = files.path("gone.json");
    for (arguments, said) in [
        (
            vec![&*no_subject],
            "expected a subject, `not` or `(`, found `stack` at byte 0",
        ),
        (
            vec![&*other],
            "neither container instances, tasks, services nor a task definition",
        ),
        (vec![&*web, &*web], "a second task definition"),
        (vec![&*tasks], "tasks, but no container instances"),
        (vec![&*services], "services, but no container instances"),
        (vec![&*nameless], "the container instance has no ARN"),
        (vec![&*gone], "No such file"),
        (vec!["-"], "EOF while parsing"),
        (vec!["--format", "xml"], "`--format` takes `text` or `json`"),
        (vec!["--svg"], "`--svg` takes a file"),
        (vec!["--svg", "--format"], "`--svg` takes a file"),
        (vec!["--colour"], "`--colour` is not an option"),
    ] {
        let output = plan_capacity(&arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stdout(&output));
        let error = stderr(&output);
        assert!(error.contains(said), "{arguments:?}: {error}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

#[test]
fn the_picture_shows_each_instance_once() {
    let files = Files::new("picture");
    let picture = files.path("cluster.svg");
    let output = plan_capacity(&["--svg", &picture]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let svg = std::fs::read_to_string(&picture).unwrap();
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""),
        "{svg}"
    );
    assert!(svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("rx=\"6\"").count(), 40, "a tile for each");
    for text in [
        "us-east-1a: +",
        "us-east-1b: +",
        "us-east-1c: +",
        "no agent",
        "DRAINING",
    ] {
        assert!(svg.contains(text), "{text}");
    }
}

#[test]
fn every_case_of_the_guide_is_explained() {
    let output = run("explain_placement", &[], "");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    for said in [
        "Reason: No Container Instances were found in your cluster.",
        "has insufficient CPU units available.",
        "has insufficient memory available.",
        "is already using a port required by your task.",
        "is missing an attribute required by your task.",
        "doesn't have the agent connected.",
        "encountered error \"MemberOf placement constraint unsatisfied.\".",
    ] {
        let events = text.matches(said).count();
        assert_eq!(events, 1, "{said} in {text}");
    }
    let output = run("explain_placement", &["web.json"], "");
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
}

#[test]
fn no_scheduler_loses_a_task() {
    let output = run("concurrent_schedulers", &[], "");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let rows = text.lines().filter(|line| line.starts_with(' '));
    let rows: Vec<Vec<&str>> = rows.map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 9, "{text}");
    for row in &rows {
        let [.., asked, placed, _, _, again] = &row[..] else {
            panic!("{row:?}");
        };
        assert_eq!(asked, placed, "{text}");
        if row[1] == "rebase" {
            assert_eq!(*again, "0", "{text}");
        }
    }
    let output = run("concurrent_schedulers", &["8"], "");
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
}
