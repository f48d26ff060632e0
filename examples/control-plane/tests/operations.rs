//! Operations one by one: what they answer and what they refuse.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[expect(dead_code, reason = "other tests start it again")]
mod local;

use ecs_model::Operation;
use local::{Local, text};
use serde_json::{Value, json};

/// A cluster with an instance, and a task definition `web`.
fn local() -> Local {
    let mut local = Local::new();
    local.call("CreateCluster", json!({}));
    local.register_instance("default", "us-east-1a");
    local.register_definition("web", "nginx");
    local
}

#[test]
fn what_is_not_answered_says_so() {
    let answered: Vec<&str> = control_plane::operations().collect();
    let refused: Vec<&str> = Operation::all()
        .map(Operation::name)
        .filter(|name| !answered.contains(name))
        .collect();
    assert_eq!(refused, [""; 0]);
    let mut local = local();
    assert_eq!(
        local.refused("ExecuteCommand", json!({})),
        "UnknownOperationException: there is no operation `ExecuteCommand`"
    );
    assert_eq!(
        local.refused("RunTask", json!({"taskDefinition": 7})),
        "SerializationException: invalid type: integer `7`, expected a string at line 1 column 19"
    );
}

#[test]
fn clusters_are_created_once() {
    let mut local = Local::new();
    let request = json!({"clusterName": "prod", "tags": [{"key": "team", "value": "a"}]});
    local.call("CreateCluster", request.clone());
    let again = local.call("CreateCluster", request);
    assert_eq!(again["cluster"]["status"], "ACTIVE");
    assert_eq!(
        local.refused(
            "CreateCluster",
            json!({"clusterName": "prod", "settings": [
                {"name": "containerInsights", "value": "enabled"}]}),
        ),
        "InvalidParameterException: Arguments on this idempotent request are inconsistent with \
         arguments used in previous request(s)."
    );
    local.call(
        "UpdateClusterSettings",
        json!({"cluster": "prod", "settings": [{"name": "containerInsights", "value": "enhanced"}]}),
    );
    let plain = local.call("DescribeClusters", json!({"clusters": ["prod"]}));
    assert_eq!(plain["clusters"][0]["settings"], json!([]));
    let include = json!(["SETTINGS", "TAGS", "STATISTICS"]);
    let all = local.call(
        "DescribeClusters",
        json!({"clusters": ["prod"], "include": include}),
    );
    let cluster = &all["clusters"][0];
    assert_eq!(
        cluster["settings"],
        json!([{"name": "containerInsights", "value": "enhanced"}])
    );
    assert_eq!(cluster["tags"], json!([{"key": "team", "value": "a"}]));
    assert_eq!(cluster["statistics"].as_array().unwrap().len(), 9);
    local.call("DeleteCluster", json!({"cluster": "prod"}));
    assert_eq!(
        local.refused(
            "RunTask",
            json!({"cluster": "prod", "taskDefinition": "web"})
        ),
        "ClusterNotFoundException: The referenced cluster was inactive."
    );
    let fresh = local.call("CreateCluster", json!({"clusterName": "prod"}));
    assert_eq!(fresh["cluster"]["tags"], json!([]));
    local.check_replay();
}

#[test]
fn clusters_with_something_in_them_are_not_deleted() {
    let mut local = local();
    let delete = json!({"cluster": "default"});
    let of_instances = local.refused("DeleteCluster", delete.clone());
    assert_eq!(
        of_instances,
        "ClusterContainsContainerInstancesException: The Cluster cannot be deleted while \
         Container Instances are active or draining."
    );
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 0}),
    );
    assert_eq!(
        local.refused("DeleteCluster", delete),
        "ClusterContainsServicesException: The Cluster cannot be deleted while Services are active."
    );
}

#[test]
fn revisions_leave_once_nothing_uses_them() {
    let mut local = local();
    let ran = local.call("RunTask", json!({"taskDefinition": "web"}));
    let task = text(&ran["tasks"][0]["taskArn"]);
    local.wait(5);
    let delete = json!({"taskDefinitions": ["web:1"]});
    let early = local.call("DeleteTaskDefinitions", delete.clone());
    assert_eq!(early["failures"][0]["reason"], "ClientException");
    local.call(
        "DeregisterTaskDefinition",
        json!({"taskDefinition": "web:1"}),
    );
    assert_eq!(
        local.refused("RunTask", json!({"taskDefinition": "web:1"})),
        "InvalidParameterException: TaskDefinition is inactive"
    );
    let deleted = local.call("DeleteTaskDefinitions", delete);
    assert_eq!(
        deleted["taskDefinitions"][0]["status"],
        "DELETE_IN_PROGRESS"
    );
    local.wait(60);
    let status = |local: &mut Local| {
        let listed = local.call(
            "ListTaskDefinitions",
            json!({"status": "DELETE_IN_PROGRESS"}),
        );
        listed["taskDefinitionArns"].as_array().unwrap().len()
    };
    assert_eq!(status(&mut local), 1);
    local.call("StopTask", json!({"task": task}));
    local.wait(60);
    assert_eq!(status(&mut local), 0);
    assert_eq!(
        local.refused("DescribeTaskDefinition", json!({"taskDefinition": "web:1"})),
        "ClientException: Unable to describe task definition."
    );
    local.check_replay();
}

#[test]
fn lists_of_definitions_have_pages_in_both_orders() {
    let mut local = Local::new();
    for _ in 0..11 {
        local.register_definition("web", "nginx");
    }
    for (sort, first, last) in [("ASC", "web:1", "web:11"), ("DESC", "web:11", "web:1")] {
        let mut request = json!({"sort": sort, "maxResults": 4});
        let mut found = Vec::new();
        loop {
            let page = local.call("ListTaskDefinitions", request.clone());
            found.extend(
                page["taskDefinitionArns"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(text),
            );
            match page.get("nextToken") {
                Some(token) => request["nextToken"] = token.clone(),
                None => break,
            }
        }
        assert_eq!(found.len(), 11);
        assert!(found[0].ends_with(&format!("/{first}")), "{found:?}");
        assert!(found[10].ends_with(&format!("/{last}")), "{found:?}");
    }
}

#[test]
fn attributes_decide_where_tasks_run() {
    let mut local = local();
    let second = local.register_instance("default", "us-east-1b");
    let put = |name: &str| {
        json!({"attributes": [{"name": name, "value": "ssd",
        "targetId": second, "targetType": "container-instance"}]})
    };
    local.call("PutAttributes", put("disk"));
    let listed = local.call(
        "ListAttributes",
        json!({"targetType": "container-instance", "attributeName": "disk"}),
    );
    assert_eq!(
        listed["attributes"],
        json!([{"name": "disk", "value": "ssd", "targetId": second}])
    );
    let filter = json!({"filter": "attribute:disk == ssd"});
    let found = local.call("ListContainerInstances", filter.clone());
    assert_eq!(found["containerInstanceArns"], json!([second]));
    let constraints = json!([{"type": "memberOf", "expression": "attribute:disk == ssd"}]);
    let run = json!({"taskDefinition": "web", "placementConstraints": constraints});
    let ran = local.call("RunTask", run.clone());
    assert_eq!(ran["tasks"][0]["containerInstanceArn"], json!(second));
    for number in 0..9 {
        local.call("PutAttributes", put(&format!("a{number}")));
    }
    assert_eq!(
        local.refused("PutAttributes", put("a9")),
        "AttributeLimitExceededException: a container instance has at most 10 custom attributes"
    );
    local.call(
        "DeleteAttributes",
        json!({"attributes": [{"name": "disk", "targetId": second}]}),
    );
    let found = local.call("ListContainerInstances", filter);
    assert_eq!(found["containerInstanceArns"], json!([]));
    let ran = local.call("RunTask", run);
    assert_eq!(ran["tasks"], json!([]));
    assert_eq!(ran["failures"].as_array().unwrap().len(), 2);
    local.check_replay();
}

#[test]
fn tags_of_every_resource() {
    let mut local = local();
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 0}),
    );
    let ran = local.call(
        "RunTask",
        json!({"taskDefinition": "web", "tags": [
        {"key": "a", "value": "1"}]}),
    );
    let listed = local.call("ListContainerInstances", json!({}));
    let prefix = "arn:aws:ecs:us-east-1:123456789012:";
    let resources = [
        format!("{prefix}cluster/default"),
        format!("{prefix}service/default/web"),
        format!("{prefix}task-definition/web:1"),
        text(&ran["tasks"][0]["taskArn"]),
        text(&listed["containerInstanceArns"][0]),
    ];
    for arn in resources {
        let tags = json!([{"key": "a", "value": "2"}, {"key": "b", "value": "3"}]);
        local.call("TagResource", json!({"resourceArn": arn, "tags": tags}));
        local.call(
            "UntagResource",
            json!({"resourceArn": arn, "tagKeys": ["b"]}),
        );
        let listed = local.call("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(listed["tags"], json!([{"key": "a", "value": "2"}]), "{arn}");
    }
    let other = format!("{prefix}service/default/api");
    assert_eq!(
        local.refused("ListTagsForResource", json!({"resourceArn": other})),
        format!("ResourceNotFoundException: there is no resource `{other}`")
    );
    local.check_replay();
}

#[test]
fn settings_of_the_account_and_of_its_users() {
    let mut local = Local::new();
    let insights = |value: &str| json!({"name": "containerInsights", "value": value});
    local.call("PutAccountSettingDefault", insights("enabled"));
    let effective = json!({"name": "containerInsights", "effectiveSettings": true});
    let shown = local.call("ListAccountSettings", effective);
    assert_eq!(shown["settings"][0]["value"], "enabled");
    local.call("PutAccountSetting", insights("enhanced"));
    let own = local.call("ListAccountSettings", json!({}));
    assert_eq!(own["settings"][0]["value"], "enhanced");
    let left = local.call("DeleteAccountSetting", json!({"name": "containerInsights"}));
    assert_eq!(left["setting"]["value"], "enabled");
    let all = local.call("ListAccountSettings", json!({"effectiveSettings": true}));
    assert_eq!(all["settings"].as_array().unwrap().len(), 10);
    assert!(all.get("nextToken").is_some());
    local.check_replay();
}

#[test]
fn capacity_providers_of_a_cluster() {
    let mut local = local();
    let group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:\
        12345678-1234-1234-1234-123456789012:autoScalingGroupName/web";
    local.call(
        "CreateCapacityProvider",
        json!({"name": "web", "autoScalingGroupProvider": {"autoScalingGroupArn": group}}),
    );
    let described = local.call("DescribeCapacityProviders", json!({}));
    let names: Vec<&Value> = described["capacityProviders"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    let names: Vec<String> = names.iter().map(|one| text(&one["name"])).collect();
    assert_eq!(names, ["FARGATE", "FARGATE_SPOT", "web"]);
    let put = |names: Value| {
        json!({"cluster": "default", "capacityProviders": names,
            "defaultCapacityProviderStrategy": []})
    };
    assert_eq!(
        local.refused("PutClusterCapacityProviders", put(json!(["api"]))),
        "InvalidParameterException: The specified capacity provider was not found. Specify a \
         valid capacity provider and try again"
    );
    let shown = local.call(
        "PutClusterCapacityProviders",
        put(json!(["FARGATE", "web"])),
    );
    assert_eq!(
        shown["cluster"]["capacityProviders"],
        json!(["FARGATE", "web"])
    );
    assert_eq!(
        local.refused("DeleteCapacityProvider", json!({"capacityProvider": "web"})),
        "ClientException: The capacity provider cannot be deleted because it is associated with \
         cluster: default. Remove the capacity provider from the cluster and try again."
    );
    let waiting = local.call(
        "RunTask",
        json!({"taskDefinition": "web", "capacityProviderStrategy": [{"capacityProvider": "web"}]}),
    );
    assert_eq!(waiting["tasks"][0]["lastStatus"], "PROVISIONING");
    assert_eq!(
        local.refused("PutClusterCapacityProviders", put(json!([]))),
        "ResourceInUseException: The specified capacity provider is in use and cannot be removed."
    );
    local.call("StopTask", json!({"task": waiting["tasks"][0]["taskArn"]}));
    local.wait(60);
    local.call("PutClusterCapacityProviders", put(json!([])));
    let deleted = local.call("DeleteCapacityProvider", json!({"capacityProvider": "web"}));
    assert_eq!(
        deleted["capacityProvider"]["updateStatus"],
        "DELETE_IN_PROGRESS"
    );
    local.wait(1);
    let request = json!({"capacityProviders": ["web"]});
    let gone = local.call("DescribeCapacityProviders", request);
    assert_eq!(
        gone["capacityProviders"][0]["updateStatus"],
        "DELETE_COMPLETE"
    );
    local.check_replay();
}

#[test]
fn tasks_on_fargate() {
    let mut local = local();
    local.call(
        "RegisterTaskDefinition",
        json!({"family": "lambda", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [
                {"name": "main", "image": "nginx"}]}),
    );
    let network = json!({"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"]}});
    assert_eq!(
        local.refused(
            "RunTask",
            json!({"taskDefinition": "lambda", "launchType": "FARGATE"})
        ),
        "InvalidParameterException: Network Configuration must be provided when networkMode \
         'awsvpc' is specified."
    );
    let ran = local.call(
        "RunTask",
        json!({"taskDefinition": "lambda", "launchType": "FARGATE",
            "networkConfiguration": network}),
    );
    assert_eq!(ran["tasks"][0]["lastStatus"], "PROVISIONING");
    let task = text(&ran["tasks"][0]["taskArn"]);
    local.call(
        "CreateService",
        json!({"serviceName": "api", "taskDefinition": "lambda", "launchType": "FARGATE",
            "desiredCount": 2, "networkConfiguration": network}),
    );
    local.wait(90);
    let running = local.task("default", &task);
    assert_eq!(running["lastStatus"], "RUNNING");
    assert_eq!(running["attachments"][0]["status"], "ATTACHED");
    let service = local.service("default", "api");
    assert_eq!(service["runningCount"], 2, "{service:#}");
    local.check_replay();
}

#[test]
fn task_sets_of_an_external_controller() {
    let mut local = local();
    local.call(
        "CreateService",
        json!({"serviceName": "web", "desiredCount": 4, "deploymentController":
            {"type": "EXTERNAL"}}),
    );
    let named = json!({"cluster": "default", "service": "web"});
    let with = |more: Value| {
        let mut request = named.clone();
        for (name, value) in more.as_object().unwrap() {
            request[name] = value.clone();
        }
        request
    };
    let scale = json!({"value": 50.0, "unit": "PERCENT"});
    let set = local.call(
        "CreateTaskSet",
        with(json!({"taskDefinition": "web", "scale": scale})),
    );
    let id = text(&set["taskSet"]["id"]);
    local.wait(60);
    let described = local.call("DescribeTaskSets", named.clone());
    assert_eq!(described["taskSets"][0]["runningCount"], 2);
    let primary = with(json!({"primaryTaskSet": id}));
    let shown = local.call("UpdateServicePrimaryTaskSet", primary);
    assert_eq!(shown["taskSet"]["status"], "PRIMARY");
    let all = json!({"value": 100.0, "unit": "PERCENT"});
    local.call("UpdateTaskSet", with(json!({"taskSet": id, "scale": all})));
    local.wait(60);
    assert_eq!(local.service("default", "web")["runningCount"], 4);
    local.call("DeleteTaskSet", with(json!({"taskSet": id, "force": true})));
    local.wait(60);
    assert_eq!(local.call("DescribeTaskSets", named)["taskSets"], json!([]));
    local.check_replay();
}

#[test]
fn deployments_that_fail_are_rolled_back_and_told_of() {
    let mut local = Local::with(&json!({"bad": {"exit": {"code": 1, "afterSeconds": 1}}}));
    local.call("CreateCluster", json!({}));
    local.register_instance("default", "us-east-1a");
    let good = local.register_definition("web", "nginx");
    local.register_definition("web", "bad");
    let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 1,
            "deploymentConfiguration": breaker}),
    );
    local.wait(60);
    local.call(
        "UpdateService",
        json!({"service": "web", "taskDefinition": "web:2"}),
    );
    local.wait(3_600);
    let service = local.service("default", "web");
    assert_eq!(service["taskDefinition"], json!(good), "{service:#}");
    assert_eq!(service["runningCount"], 1);
    let listed = local.call("ListServiceDeployments", json!({"service": "web"}));
    let listed = listed["serviceDeployments"].as_array().unwrap().clone();
    assert!(
        listed
            .iter()
            .any(|one| one["status"] == "ROLLBACK_SUCCESSFUL"),
        "{listed:#?}"
    );
    let arn = listed[0]["serviceDeploymentArn"].clone();
    let described = local.call(
        "DescribeServiceDeployments",
        json!({"serviceDeploymentArns": [arn]}),
    );
    let revision = &described["serviceDeployments"][0]["targetServiceRevision"]["arn"];
    let revisions = local.call(
        "DescribeServiceRevisions",
        json!({"serviceRevisionArns": [revision]}),
    );
    assert_eq!(revisions["failures"], json!([]));
    local.check_replay();
}

#[test]
fn protected_tasks_stay() {
    let mut local = local();
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 2}),
    );
    let ran = local.call("RunTask", json!({"taskDefinition": "web"}));
    local.wait(60);
    let tasks = local.call("ListTasks", json!({"serviceName": "web"}))["taskArns"].clone();
    let manual = ran["tasks"][0]["taskArn"].clone();
    let request = json!({"cluster": "default", "tasks": [tasks[0], manual],
        "protectionEnabled": true, "expiresInMinutes": 10});
    let shown = local.call("UpdateTaskProtection", request);
    assert_eq!(shown["failures"][0]["reason"], "TASK_NOT_VALID");
    assert_eq!(shown["protectedTasks"][0]["protectionEnabled"], true);
    local.call(
        "UpdateService",
        json!({"service": "web", "desiredCount": 0}),
    );
    local.wait(60);
    let left = local.call("ListTasks", json!({"serviceName": "web"}));
    assert_eq!(left["taskArns"], json!([tasks[0]]));
    local.wait(600);
    let left = local.call("ListTasks", json!({"serviceName": "web"}));
    assert_eq!(left["taskArns"], json!([]));
    local.check_replay();
}

#[test]
fn images_that_cannot_be_pulled() {
    let mut local = Local::with(&json!({"missing": {"pullError": "manifest unknown"}}));
    local.call("CreateCluster", json!({}));
    let instance = local.register_instance("default", "us-east-1a");
    local.register_definition("web", "missing");
    let started = local.call(
        "StartTask",
        json!({"taskDefinition": "web", "containerInstances": [instance, "nowhere"]}),
    );
    assert_eq!(started["failures"][0]["reason"], "MISSING");
    let task = text(&started["tasks"][0]["taskArn"]);
    local.wait(10);
    let stopped = local.task("default", &task);
    assert_eq!(stopped["stopCode"], "TaskFailedToStart", "{stopped:#}");
    let reason = text(&stopped["containers"][0]["reason"]);
    assert_eq!(reason, "CannotPullContainerError: manifest unknown");
    local.check_replay();
}

/// Tasks wait in `PROVISIONING` until managed scaling has brought instances for them.
#[test]
fn managed_scaling_brings_instances() {
    let mut local = Local::new();
    local.call("CreateCluster", json!({}));
    local.register_definition("web", "nginx");
    let group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:\
        12345678-1234-1234-1234-123456789012:autoScalingGroupName/web";
    local.call(
        "CreateCapacityProvider",
        json!({"name": "web", "autoScalingGroupProvider": {"autoScalingGroupArn": group,
            "managedScaling": {"status": "ENABLED"}}}),
    );
    local.call(
        "PutClusterCapacityProviders",
        json!({"cluster": "default", "capacityProviders": ["web"],
            "defaultCapacityProviderStrategy": [{"capacityProvider": "web"}]}),
    );
    let ran = local.call("RunTask", json!({"taskDefinition": "web", "count": 10}));
    assert_eq!(ran["failures"], json!([]));
    let task = text(&ran["tasks"][9]["taskArn"]);
    local.call(
        "CreateService",
        json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 8}),
    );
    local.wait(600);
    let running = local.task("default", &task);
    assert_eq!(running["lastStatus"], "RUNNING");
    assert_eq!(running["capacityProviderName"], "web");
    assert_eq!(local.service("default", "web")["runningCount"], 8);
    let described = local.call("DescribeClusters", json!({}));
    assert_eq!(described["clusters"][0]["runningTasksCount"], 18);
    // Eight tasks by CPU fit on each.
    assert_eq!(
        described["clusters"][0]["registeredContainerInstancesCount"],
        3
    );
    local.check_replay();
}

#[test]
fn agents_are_updated() {
    let mut local = local();
    let old = json!({"totalResources": [
        {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 2048}],
        "versionInfo": {"agentVersion": "1.70.0"}});
    let registered = local.call("RegisterContainerInstance", old);
    let instance = registered["containerInstance"]["containerInstanceArn"].clone();
    let request = json!({"containerInstance": instance});
    let updated = local.call("UpdateContainerAgent", request.clone());
    let shown = &updated["containerInstance"];
    assert_eq!(shown["agentUpdateStatus"], "UPDATED");
    assert_eq!(shown["versionInfo"]["agentVersion"], "1.89.0");
    assert_eq!(
        local.refused("UpdateContainerAgent", request),
        "NoUpdateAvailableException: agent 1.89.0 is the latest version"
    );
    local.check_replay();
}
