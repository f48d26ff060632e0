//! The whole life of a cluster, by calls in JSON.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[expect(dead_code, reason = "other tests start it again")]
mod local;

use local::{Local, text};
use serde_json::{Value, json};

#[test]
fn from_creation_to_deletion() {
    let mut local = Local::new();
    let created = local.call("CreateCluster", json!({"clusterName": "prod"}));
    assert_eq!(created["cluster"]["status"], "ACTIVE");
    for zone in ["us-east-1a", "us-east-1b", "us-east-1c"] {
        local.register_instance("prod", zone);
    }
    local.register_definition("web", "nginx");

    let ran = local.call(
        "RunTask",
        json!({"cluster": "prod", "taskDefinition": "web", "count": 2, "startedBy": "me"}),
    );
    assert_eq!(ran["failures"], json!([]));
    let task = text(&ran["tasks"][0]["taskArn"]);
    assert_eq!(ran["tasks"][0]["lastStatus"], "PENDING");
    local.wait(5);
    assert_eq!(local.task("prod", &task)["lastStatus"], "RUNNING");
    local.call(
        "StopTask",
        json!({"cluster": "prod", "task": task, "reason": "enough"}),
    );
    local.wait(5);
    let stopped = local.task("prod", &task);
    assert_eq!(stopped["lastStatus"], "STOPPED");
    assert_eq!(stopped["stoppedReason"], "enough");

    let service = local.call(
        "CreateService",
        json!({"cluster": "prod", "serviceName": "api", "taskDefinition": "web", "desiredCount": 3}),
    );
    assert_eq!(service["service"]["status"], "ACTIVE");
    local.wait(120);
    is_stable(&mut local, 3);
    let second = local.register_definition("web", "nginx:2");
    local.call(
        "UpdateService",
        json!({"cluster": "prod", "service": "api", "taskDefinition": "web"}),
    );
    local.wait(300);
    let service = is_stable(&mut local, 3);
    assert_eq!(service["taskDefinition"], json!(second));

    local.check_replay();
    leave(&mut local);
    local.check_replay();
}

fn is_stable(local: &mut Local, tasks: u32) -> Value {
    let service = local.service("prod", "api");
    assert_eq!(service["runningCount"], tasks, "{service:#}");
    assert_eq!(
        service["deployments"].as_array().unwrap().len(),
        1,
        "{service:#}"
    );
    service
}

/// Drains an instance, and deletes everything.
fn leave(local: &mut Local) {
    let listed = local.call("ListContainerInstances", json!({"cluster": "prod"}));
    let instances = listed["containerInstanceArns"].as_array().unwrap().clone();
    local.call(
        "UpdateContainerInstancesState",
        json!({"cluster": "prod", "containerInstances": [instances[0]], "status": "DRAINING"}),
    );
    local.wait(300);
    is_stable(local, 3);
    let running = local.call(
        "ListTasks",
        json!({"cluster": "prod", "serviceName": "api", "containerInstance": instances[0]}),
    );
    assert_eq!(running["taskArns"], json!([]));

    assert_eq!(
        local.refused(
            "DeleteService",
            json!({"cluster": "prod", "service": "api"})
        ),
        "InvalidParameterException: The service cannot be stopped while it is scaled above 0."
    );
    local.call(
        "UpdateService",
        json!({"cluster": "prod", "service": "api", "desiredCount": 0}),
    );
    local.wait(60);
    local.call(
        "DeleteService",
        json!({"cluster": "prod", "service": "api"}),
    );
    local.wait(60);
    assert_eq!(local.service("prod", "api")["status"], "INACTIVE");
    let left = local.call("ListTasks", json!({"cluster": "prod"}));
    for task in left["taskArns"].as_array().unwrap() {
        local.call("StopTask", json!({"cluster": "prod", "task": task}));
    }
    local.wait(60);
    for instance in instances {
        local.call(
            "DeregisterContainerInstance",
            json!({"cluster": "prod", "containerInstance": instance}),
        );
    }
    let deleted = local.call("DeleteCluster", json!({"cluster": "prod"}));
    assert_eq!(deleted["cluster"]["status"], "INACTIVE");
    let clusters = local.call("ListClusters", json!({}));
    assert_eq!(clusters["clusterArns"], json!([]));
}
