//! Rows of the documents that need all of a cluster.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[expect(dead_code, reason = "what other tests use")]
mod local;

use local::{Local, text};
use serde_json::{Value, json};

fn arns(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

/// An account gets its default cluster with its first container instance.
#[test]
fn the_default_cluster_comes_with_its_first_instance() {
    let mut local = Local::new();
    let described = local.call("DescribeClusters", json!({}));
    let arn = "arn:aws:ecs:us-east-1:123456789012:cluster/default";
    assert_eq!(
        described["failures"],
        json!([{"arn": arn, "reason": "MISSING"}])
    );
    assert_eq!(
        local.refused("ListTasks", json!({})),
        "ClusterNotFoundException: Cluster not found."
    );
    let resources = json!([
        {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 2048}]);
    local.call(
        "RegisterContainerInstance",
        json!({"totalResources": resources}),
    );
    let described = local.call("DescribeClusters", json!({}));
    assert_eq!(described["clusters"][0]["clusterArn"], json!(arn));
    assert_eq!(
        described["clusters"][0]["registeredContainerInstancesCount"],
        1
    );
    // Another cluster does not come by itself.
    assert_eq!(
        local.refused(
            "RegisterContainerInstance",
            json!({"cluster": "prod", "totalResources": resources}),
        ),
        "ClusterNotFoundException: Cluster not found."
    );
    local.check_replay();
}

/// A client token makes a repeated request have no further effect; case counts.
#[test]
fn client_tokens() {
    let mut local = Local::new();
    local.call("CreateCluster", json!({}));
    local.register_instance("default", "us-east-1a");
    local.register_definition("web", "nginx");
    let run = |token: &str| json!({"taskDefinition": "web", "clientToken": token});
    let first = local.call("RunTask", run("a"));
    local.wait(5);
    let again = local.call("RunTask", run("a"));
    assert_eq!(again["tasks"][0]["taskArn"], first["tasks"][0]["taskArn"]);
    assert_eq!(again["tasks"][0]["lastStatus"], "RUNNING");
    let other = local.call("RunTask", run("A"));
    assert_ne!(other["tasks"][0]["taskArn"], first["tasks"][0]["taskArn"]);
    assert_eq!(
        local.refused(
            "RunTask",
            json!({"taskDefinition": "web", "clientToken": "a", "count": 2})
        ),
        "ConflictException: the client token `a` was used for another request"
    );
    let task = text(&first["tasks"][0]["taskArn"]);
    local.call("StopTask", json!({"task": task}));
    local.wait(60);
    let brief = local.call("RunTask", run("a"));
    assert_eq!(
        brief["tasks"],
        json!([{"taskArn": task, "lastStatus": "STOPPED", "desiredStatus": "STOPPED"}])
    );
    local.wait(3_600);
    let new = local.call("RunTask", run("a"));
    assert_ne!(new["tasks"][0]["taskArn"], first["tasks"][0]["taskArn"]);

    let long = "x".repeat(37);
    let create = |token: &str, count: u32| {
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": count,
            "clientToken": token})
    };
    assert_eq!(
        local.refused("CreateService", create(&long, 1)),
        "InvalidParameterException: 37 characters, at most 36"
    );
    local.call("CreateService", create("b", 1));
    local.call("CreateService", create("b", 1));
    assert_eq!(
        local.refused("CreateService", create("b", 2)),
        "InvalidParameterException: Creation of service was not idempotent."
    );
    local.check_replay();
}

/// A task that fails the health checks of its target groups is stopped, and another one starts.
#[test]
fn a_task_that_its_target_groups_find_unhealthy_is_replaced() {
    let mut local = Local::with(&json!({"sick": {"targetUnhealthyAfterSeconds": 30}}));
    local.call("CreateCluster", json!({}));
    local.register_instance("default", "us-east-1a");
    local.call(
        "RegisterTaskDefinition",
        json!({"family": "web", "containerDefinitions": [{"name": "main", "image": "sick",
            "memory": 100, "portMappings": [{"containerPort": 80}]}]}),
    );
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 1,
            "loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:\
                123456789012:targetgroup/web/1", "containerName": "main", "containerPort": 80}]}),
    );
    local.wait(10);
    let first = arns(&local.call("ListTasks", json!({"serviceName": "web"}))["taskArns"]);
    local.wait(40);
    let stopped = local.task("default", &first[0]);
    assert_eq!(stopped["stopCode"], "ServiceSchedulerInitiated");
    let reason = text(&stopped["stoppedReason"]);
    assert!(reason.contains("failed ELB health checks"), "{reason}");
    let next = arns(&local.call("ListTasks", json!({"serviceName": "web"}))["taskArns"]);
    assert_eq!(next.len(), 1);
    assert_ne!(next, first);
    local.check_replay();
}

/// Of tasks that have stopped the latest comes first, page after page.
#[test]
fn the_latest_stopped_task_comes_first() {
    let mut local = Local::new();
    local.call("CreateCluster", json!({}));
    local.register_instance("default", "us-east-1a");
    local.register_definition("web", "nginx");
    let ran = local.call("RunTask", json!({"taskDefinition": "web", "count": 5}));
    local.wait(5);
    let mut order = Vec::new();
    // Not in the order of their ids.
    for position in [3, 0, 4, 1, 2] {
        let task = text(&ran["tasks"][position]["taskArn"]);
        local.call("StopTask", json!({"task": task}));
        local.wait(5);
        order.insert(0, task);
    }
    let mut request = json!({"desiredStatus": "STOPPED", "maxResults": 2});
    let mut found = Vec::new();
    loop {
        let page = local.call("ListTasks", request.clone());
        found.extend(arns(&page["taskArns"]));
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(found, order);
    let running = local.call("ListTasks", json!({}));
    assert_eq!(running["taskArns"], json!([]));
}

/// Tasks of a service run on elsewhere when their instance is removed; others do not.
#[test]
fn what_becomes_of_the_tasks_of_an_instance_that_is_removed() {
    let mut local = Local::new();
    local.call("CreateCluster", json!({}));
    let first = local.register_instance("default", "us-east-1a");
    local.register_definition("web", "nginx");
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 2}),
    );
    let ran = local.call(
        "RunTask",
        json!({"taskDefinition": "web", "startedBy": "me"}),
    );
    let manual = text(&ran["tasks"][0]["taskArn"]);
    local.wait(60);
    let second = local.register_instance("default", "us-east-1b");
    assert_eq!(
        local.refused(
            "DeregisterContainerInstance",
            json!({"containerInstance": first})
        ),
        "InvalidParameterException: the container instance runs 3 tasks and is not deregistered \
         by force"
    );
    let gone = local.call(
        "DeregisterContainerInstance",
        json!({"containerInstance": first, "force": true}),
    );
    assert_eq!(gone["containerInstance"]["status"], "INACTIVE");
    local.wait(60);
    let of_service = local.call("ListTasks", json!({"serviceName": "web"}));
    let of_service = arns(&of_service["taskArns"]);
    assert_eq!(of_service.len(), 2);
    for task in of_service {
        assert_eq!(
            local.task("default", &task)["containerInstanceArn"],
            json!(second)
        );
    }
    assert_eq!(local.task("default", &manual)["lastStatus"], "STOPPED");
    let by_me = local.call("ListTasks", json!({"startedBy": "me"}));
    assert_eq!(by_me["taskArns"], json!([]));
    local.check_replay();
}

/// What runs goes on after a restart, and ends when it would have ended.
#[test]
fn agents_are_made_again_after_a_restart() {
    let mut local = Local::with(&json!({"batch": {"exit": {"code": 3, "afterSeconds": 60}}}));
    local.call("CreateCluster", json!({}));
    local.register_instance("default", "us-east-1a");
    local.register_definition("batch", "batch");
    let run = json!({"taskDefinition": "batch"});
    let ran = local.call("RunTask", run.clone());
    let task = text(&ran["tasks"][0]["taskArn"]);
    local.wait(31);
    // One whose order to start was not carried out yet.
    let second = local.call("RunTask", run);
    let second = text(&second["tasks"][0]["taskArn"]);
    local.restart();
    local.wait(20);
    assert_eq!(local.task("default", &task)["lastStatus"], "RUNNING");
    assert_eq!(local.task("default", &second)["lastStatus"], "RUNNING");
    local.restart();
    local.wait(20);
    let stopped = local.task("default", &task);
    assert_eq!(stopped["lastStatus"], "STOPPED");
    assert_eq!(stopped["containers"][0]["exitCode"], 3);
    assert_eq!(local.task("default", &second)["lastStatus"], "RUNNING");
    local.wait(60);
    assert_eq!(local.task("default", &second)["lastStatus"], "STOPPED");
    local.check_replay();
}
