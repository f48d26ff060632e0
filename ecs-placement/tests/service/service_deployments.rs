//! Service deployments and service revisions as documents.

use ecs_model::operation::{
    DescribeServiceDeploymentsRequest, DescribeServiceRevisionsRequest,
    ListServiceDeploymentsRequest,
};
use ecs_placement::service::Services;
use serde_json::{Value, json};

use crate::world::{CLUSTER, World, at, is};

const SERVICE: &str = "arn:aws:ecs:us-east-1:123456789012:service/prod/web";

/// The ARN of the service deployment of a deployment, and that of its revision.
fn arns(id: &str) -> (String, String) {
    let number = id.strip_prefix("ecs-svc/").unwrap();
    let prefix = "arn:aws:ecs:us-east-1:123456789012";
    (
        format!("{prefix}:service-deployment/prod/web/d-{number}"),
        format!("{prefix}:service-revision/prod/web/{number}"),
    )
}

fn newest(world: &World) -> Value {
    json!(world.services.service_deployment("web"))
}

fn newest_id(world: &World) -> String {
    world.deployments()[0].id.clone().unwrap()
}

/// The members that are named.
fn part(document: &Value, members: &[&str]) -> Value {
    let members = members
        .iter()
        .map(|name| ((*name).to_owned(), document[*name].clone()));
    Value::Object(members.collect())
}

fn revision(arn: &str, [requested, running, pending]: [u32; 3]) -> Value {
    json!({"arn": arn, "requestedTaskCount": requested, "runningTaskCount": running,
        "pendingTaskCount": pending})
}

fn configuration() -> Value {
    json!({
        "deploymentCircuitBreaker": {"enable": true, "rollback": true},
        "minimumHealthyPercent": 100, "maximumPercent": 200,
    })
}

const STATES: [&str; 5] = [
    "status",
    "statusReason",
    "startedAt",
    "finishedAt",
    "stoppedAt",
];

#[test]
fn a_deployment_from_its_creation_to_its_end() {
    let mut world = World::settled(4, configuration());
    let first = newest_id(&world);
    let (first_arn, first_revision) = arns(&first);
    assert_eq!(
        newest(&world),
        json!({
            "serviceDeploymentArn": first_arn,
            "serviceArn": SERVICE,
            "clusterArn": CLUSTER,
            "createdAt": 0,
            "startedAt": 0,
            "finishedAt": 40,
            "updatedAt": 40,
            "sourceServiceRevisions": [],
            "targetServiceRevision": revision(&first_revision, [4, 4, 0]),
            "status": "SUCCESSFUL",
            "deploymentConfiguration": configuration(),
            "deploymentCircuitBreaker":
                {"status": "MONITORING_COMPLETE", "failureCount": 0, "threshold": 3},
            "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
        })
    );
    world.now = 100;
    world.deploy("web:2");
    let second = newest_id(&world);
    let (second_arn, second_revision) = arns(&second);
    let mut expected = json!({
        "serviceDeploymentArn": second_arn,
        "serviceArn": SERVICE,
        "clusterArn": CLUSTER,
        "createdAt": 100,
        "updatedAt": 100,
        "sourceServiceRevisions": [revision(&first_revision, [4, 4, 0])],
        "targetServiceRevision": revision(&second_revision, [4, 0, 0]),
        "status": "PENDING",
        "deploymentConfiguration": configuration(),
        "deploymentCircuitBreaker":
            {"status": "MONITORING", "failureCount": 0, "threshold": 3},
        "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
    });
    assert_eq!(newest(&world), expected);
    world.reconcile(1);
    expected["status"] = json!("IN_PROGRESS");
    expected["startedAt"] = json!(101);
    expected["updatedAt"] = json!(101);
    expected["targetServiceRevision"] = revision(&second_revision, [4, 0, 4]);
    assert_eq!(newest(&world), expected);
    let service = json!(world.describe());
    assert_eq!(service["currentServiceDeployment"], json!(second_arn));
    assert_eq!(
        service["currentServiceRevisions"],
        json!([
            revision(&second_revision, [4, 0, 4]),
            revision(&first_revision, [4, 4, 0])
        ])
    );
    world.run_all();
    world.reconcile(40);
    world.stop_all();
    world.reconcile(1);
    expected["status"] = json!("SUCCESSFUL");
    expected["finishedAt"] = json!(142);
    expected["updatedAt"] = json!(142);
    expected["sourceServiceRevisions"] = json!([revision(&first_revision, [0, 0, 0])]);
    expected["targetServiceRevision"] = revision(&second_revision, [4, 4, 0]);
    expected["deploymentCircuitBreaker"]["status"] = json!("MONITORING_COMPLETE");
    assert_eq!(newest(&world), expected);
    // It stays as it is, whatever becomes of the service.
    world.update(json!({"desiredCount": 1}));
    world.reconcile(1);
    assert_eq!(newest(&world), expected);
    let service = json!(world.describe());
    assert_eq!(service["currentServiceDeployment"], json!(second_arn));
}

/// The tasks that start fail, until there is nothing to start.
fn fail_all(world: &mut World) {
    for _ in 0..20 {
        world.reconcile(300);
        for task in world.tasks(|task| task.since.is_none() && !task.shall_stop) {
            let _ = world.observe(&task, ecs_model::TaskStatus::Stopped, |_| {});
        }
    }
}

#[test]
fn the_circuit_breaker_makes_it_go_back() {
    let mut world = World::settled(4, configuration());
    let first = newest_id(&world);
    world.deploy("web:2");
    let (second_arn, _) = arns(&newest_id(&world));
    world.reconcile(0);
    let tasks = world.tasks(|task| task.since.is_none());
    for task in &tasks[..3] {
        let _ = world.observe(task, ecs_model::TaskStatus::Stopped, |_| {});
    }
    world.reconcile(1);
    // The last of its tasks stops, and the first deployment is complete again.
    let during = newest(&world);
    let reason = "Service deployment rolled back because the circuit breaker threshold was \
                  exceeded.";
    let back = json!({"reason": reason, "startedAt": 41, "serviceRevisionArn": arns(&first).1});
    assert_eq!(
        part(&during, &STATES),
        json!({"status": "ROLLBACK_IN_PROGRESS", "statusReason": reason, "startedAt": 40,
            "finishedAt": null, "stoppedAt": null})
    );
    assert_eq!(during["rollback"], back);
    world.stop_all();
    world.reconcile(1);
    let after = newest(&world);
    assert_eq!(after["serviceDeploymentArn"], json!(second_arn));
    assert_eq!(
        part(&after, &STATES),
        json!({"status": "ROLLBACK_SUCCESSFUL", "statusReason": reason, "startedAt": 40,
            "finishedAt": 42, "stoppedAt": null})
    );
    assert_eq!(after["rollback"], back);
    assert_eq!(
        after["deploymentCircuitBreaker"],
        json!({"status": "TRIGGERED", "failureCount": 3, "threshold": 3})
    );
    assert_eq!(newest_id(&world), first);
}

#[test]
fn without_a_candidate_the_rollback_fails() {
    let mut world = World::new(100_000);
    world.create(json!({"desiredCount": 4, "deploymentConfiguration": configuration()}));
    fail_all(&mut world);
    let document = newest(&world);
    let reason = "No rollback candidate was found to run the rollback.";
    assert_eq!(document["status"], "ROLLBACK_FAILED");
    assert_eq!(document["statusReason"], reason);
    assert_eq!(document["rollback"]["reason"], reason);
    assert_eq!(document["rollback"]["serviceRevisionArn"], Value::Null);
    assert_eq!(document["finishedAt"], document["rollback"]["startedAt"]);
}

#[test]
fn without_rollback_it_stops() {
    let mut configuration = configuration();
    configuration["deploymentCircuitBreaker"]["rollback"] = json!(false);
    let mut world = World::settled(4, configuration);
    world.deploy("web:2");
    fail_all(&mut world);
    let document = newest(&world);
    assert_eq!(document["status"], "STOPPED");
    assert_eq!(
        document["statusReason"],
        "Service deployment stopped because the circuit breaker threshold was exceeded."
    );
    assert_eq!(document["stoppedAt"], document["finishedAt"]);
    assert_eq!(document["rollback"], Value::Null);
    assert_eq!(document["targetServiceRevision"]["requestedTaskCount"], 0);
}

#[test]
fn an_alarm_makes_it_go_back() {
    let alarms = json!({"alarmNames": ["errors", "latency"], "enable": true, "rollback": true});
    let mut world = World::settled(2, json!({"alarms": alarms}));
    let described = |status: &str, triggered: &[&str]| {
        json!({"status": status, "alarmNames": ["errors", "latency"],
            "triggeredAlarmNames": triggered})
    };
    // It bakes for five minutes.
    world.reconcile(300);
    assert_eq!(newest(&world)["status"], "SUCCESSFUL");
    assert_eq!(
        newest(&world)["alarms"],
        described("MONITORING_COMPLETE", &[])
    );
    world.deploy("web:2");
    world.reconcile(0);
    assert_eq!(newest(&world)["alarms"], described("MONITORING", &[]));
    assert!(world.services.observe_alarm("latency", true, at(world.now)));
    world.reconcile(1);
    let document = newest(&world);
    assert_eq!(document["status"], "ROLLBACK_IN_PROGRESS");
    assert_eq!(
        document["statusReason"],
        "Service deployment rolled back because of one or more active alarms."
    );
    assert_eq!(document["alarms"], described("TRIGGERED", &["latency"]));
    world.stop_all();
    world.reconcile(1);
    world.reconcile(300);
    assert_eq!(newest(&world)["status"], "ROLLBACK_SUCCESSFUL");
    // An alarm that is on when a deployment starts does not watch it.
    world.deploy("web:3");
    world.reconcile(1);
    assert_eq!(newest(&world)["alarms"], described("DISABLED", &[]));
}

/// What is restored fails, and the circuit breaker does not go back: the rollback has failed.
#[test]
fn a_rollback_fails_with_what_it_restores() {
    let breaker = json!({"enable": true, "rollback": false,
        "thresholdConfiguration": {"type": "COUNT", "value": 2}});
    let alarms = json!({"alarmNames": ["errors"], "enable": true, "rollback": true});
    let configuration = json!({"alarms": alarms, "deploymentCircuitBreaker": breaker});
    let mut world = World::settled(2, configuration);
    world.reconcile(300);
    world.deploy("web:2");
    world.reconcile(1);
    assert!(world.services.observe_alarm("errors", true, at(world.now)));
    world.reconcile(1);
    let during = newest(&world);
    assert_eq!(during["status"], "ROLLBACK_IN_PROGRESS");
    for task in world.tasks(|task| task.definition == "web:1") {
        let _ = world.observe(&task, ecs_model::TaskStatus::Stopped, |_| {});
    }
    world.stop_all();
    world.reconcile(1);
    for task in world.tasks(|task| task.since.is_none()) {
        let _ = world.observe(&task, ecs_model::TaskStatus::Stopped, |_| {});
    }
    world.reconcile(1);
    let after = newest(&world);
    assert_eq!(
        part(&after, &STATES),
        json!({"status": "ROLLBACK_FAILED", "statusReason": during["statusReason"],
            "startedAt": during["startedAt"], "finishedAt": world.now, "stoppedAt": null})
    );
    assert_eq!(after["rollback"], during["rollback"]);
    assert_eq!(after["alarms"], during["alarms"]);
    assert_eq!(
        after["deploymentCircuitBreaker"]["status"],
        "MONITORING_COMPLETE"
    );
    assert_eq!(world.state(), is("web:1", "FAILED"));
}

#[test]
fn a_user_stops_it() {
    let mut world = World::settled(2, configuration());
    let (_, first) = arns(&newest_id(&world));
    world.deploy("web:2");
    world.reconcile(1);
    world.services.stop_deployment("web", at(50)).unwrap();
    let reason = "Service deployment rolled back because it was stopped.";
    let document = newest(&world);
    assert_eq!(
        part(&document, &STATES),
        json!({"status": "ROLLBACK_IN_PROGRESS", "statusReason": reason, "startedAt": 41,
            "finishedAt": null, "stoppedAt": 50})
    );
    assert_eq!(document["rollback"]["serviceRevisionArn"], json!(first));
    world.reconcile(20);
    world.stop_all();
    world.reconcile(1);
    assert_eq!(newest(&world)["status"], "ROLLBACK_SUCCESSFUL");
    // One that has not begun only stops.
    world.deploy("web:3");
    world.services.stop_deployment("web", at(100)).unwrap();
    assert_eq!(
        part(&newest(&world), &STATES),
        json!({"status": "STOPPED", "statusReason": reason, "startedAt": null,
            "finishedAt": 100, "stoppedAt": 100})
    );
}

/// Vector 49: one that rolls goes back as soon as it is asked to, or stops if it has not begun.
#[test]
fn whether_it_can_be_stopped() {
    let status = |world: &World| newest(world)["status"].clone();
    let stop = |world: &mut World| world.services.stop_deployment("web", at(world.now));
    let mut world = World::settled(2, configuration());
    world.deploy("web:2");
    assert_eq!(status(&world), "PENDING");
    let now = at(world.now);
    world.services.stop_deployment("web", now).unwrap();
    assert_eq!(status(&world), "STOPPED");
    let none = "the service `web` has no deployment under way";
    assert_eq!(stop(&mut world).unwrap_err().to_string(), none);

    let mut world = World::settled(2, configuration());
    let first = newest_id(&world);
    world.deploy("web:2");
    world.reconcile(1);
    assert_eq!(status(&world), "IN_PROGRESS");
    let now = at(world.now);
    world.services.stop_deployment("web", now).unwrap();
    let during = newest(&world);
    assert_eq!(during["status"], "ROLLBACK_IN_PROGRESS");
    let version = world.services.version();
    world.now += 1;
    let now = at(world.now);
    world.services.stop_deployment("web", now).unwrap();
    assert_eq!(world.services.version(), version);
    assert_eq!(newest(&world), during);
    world.reconcile(1);
    world.stop_all();
    world.reconcile(1);
    assert_eq!(status(&world), "ROLLBACK_SUCCESSFUL");
    assert_eq!(newest_id(&world), first);
    assert_eq!(stop(&mut world).unwrap_err().to_string(), none);
}

/// Three deployments, of which the last two were overtaken.
fn overtaken() -> (World, Vec<(String, String)>) {
    let mut world = World::settled(2, configuration());
    let mut all = vec![arns(&newest_id(&world))];
    for definition in ["web:2", "web:3", "web:4"] {
        world.deploy(definition);
        all.insert(0, arns(&newest_id(&world)));
        world.reconcile(10);
    }
    (world, all)
}

fn list(services: &Services, more: Value) -> Value {
    let mut request = json!({"cluster": "prod"});
    for (member, value) in more.as_object().unwrap() {
        request[member] = value.clone();
    }
    let request: ListServiceDeploymentsRequest = serde_json::from_value(request).unwrap();
    match services.list_service_deployments(&request) {
        Ok(response) => json!(response),
        Err(error) => json!(error.to_string()),
    }
}

#[test]
fn they_are_listed_from_the_newest_on() {
    let (world, all) = overtaken();
    let superseded = "Service deployment stopped because a newer service deployment was started.";
    let brief = |at: usize, created: i64, more: Value| {
        let (arn, revision) = &all[at];
        let mut brief = json!({"serviceDeploymentArn": arn, "serviceArn": SERVICE,
            "clusterArn": CLUSTER, "createdAt": created, "targetServiceRevisionArn": revision});
        for (member, value) in more.as_object().unwrap() {
            brief[member] = value.clone();
        }
        brief
    };
    let stopped = |started: i64| {
        json!({"startedAt": started, "finishedAt": started, "status": "STOPPED",
            "statusReason": superseded})
    };
    let briefs = [
        brief(0, 60, json!({"startedAt": 70, "status": "IN_PROGRESS"})),
        brief(1, 50, stopped(60)),
        brief(2, 40, stopped(50)),
        brief(
            3,
            0,
            json!({"startedAt": 0, "finishedAt": 40, "status": "SUCCESSFUL"}),
        ),
    ];
    let services = &world.services;
    let web = |more: Value| {
        let mut request = json!({"service": "web"});
        for (member, value) in more.as_object().unwrap() {
            request[member] = value.clone();
        }
        list(services, request)
    };
    assert_eq!(web(json!({})), json!({"serviceDeployments": briefs}));
    let by_arn = list(services, json!({"service": SERVICE}));
    assert_eq!(by_arn, json!({"serviceDeployments": briefs}));
    assert_eq!(
        web(json!({"status": ["SUCCESSFUL", "IN_PROGRESS"]})),
        json!({"serviceDeployments": [briefs[0], briefs[3]]})
    );
    assert_eq!(
        web(json!({"createdAt": {"after": 0, "before": 60}})),
        json!({"serviceDeployments": [briefs[1], briefs[2]]})
    );
    let page = web(json!({"maxResults": 3}));
    assert_eq!(
        page,
        json!({"serviceDeployments": briefs[..3], "nextToken": all[2].0})
    );
    assert_eq!(
        web(json!({"maxResults": 3, "nextToken": page["nextToken"]})),
        json!({"serviceDeployments": [briefs[3]]})
    );
    assert_eq!(
        web(json!({"nextToken": "x"})),
        "`x` is not a token of the list"
    );
    assert_eq!(
        list(services, json!({"service": "api"})),
        "there is no service `api`"
    );
    assert_eq!(
        web(json!({"maxResults": 101})),
        "the request is refused: error[out-of-bounds] /maxResults: 101, not 1 to 100"
    );
}

/// The list goes on behind a service deployment that is no longer asked for.
#[test]
fn a_page_ends_with_one_that_changes() {
    let (mut world, all) = overtaken();
    let page = |world: &World, token: Option<&Value>| {
        let mut request =
            json!({"service": "web", "status": ["IN_PROGRESS", "SUCCESSFUL"], "maxResults": 1});
        if let Some(token) = token {
            request["nextToken"] = token.clone();
        }
        list(&world.services, request)
    };
    let first = page(&world, None);
    let arn = |page: &Value| page["serviceDeployments"][0]["serviceDeploymentArn"].clone();
    assert_eq!(arn(&first), all[0].0);
    let now = at(world.now);
    world.services.stop_deployment("web", now).unwrap();
    world.reconcile(1);
    assert_eq!(newest(&world)["status"], "ROLLBACK_IN_PROGRESS");
    let second = page(&world, Some(&first["nextToken"]));
    assert_eq!(arn(&second), all[3].0);
    assert_eq!(second["nextToken"], Value::Null);
}

#[test]
fn services_of_other_clusters_are_not_meant() {
    let mut world = World::settled(1, configuration());
    let refused = |cluster: &str| {
        format!(
            "the request is refused: error[placement-cluster] /cluster: `{cluster}` is not the cluster \
             `{CLUSTER}`"
        )
    };
    let other = json!({"cluster": "test", "service": "web"});
    assert_eq!(list(&world.services, other.clone()), refused("test"));
    let delete = serde_json::from_value(other).unwrap();
    let deleted = world.services.delete(&delete, at(50)).unwrap_err();
    assert_eq!(deleted.to_string(), refused("test"));
    for elsewhere in [
        SERVICE.replace("/prod/", "/test/"),
        SERVICE.replace("us-east-1", "us-east-2"),
    ] {
        let none = format!("there is no service `{elsewhere}`");
        let listed = list(&world.services, json!({"service": elsewhere}));
        assert_eq!(listed, json!(none));
        let updated = world.try_update(json!({"service": elsewhere, "desiredCount": 2}));
        assert_eq!(updated.unwrap_err().to_string(), none);
    }
    world.update(json!({"service": SERVICE, "desiredCount": 2}));
    assert_eq!(world.describe().desired_count(), Some(2));
}

#[test]
fn they_are_described_by_their_arns() {
    let (world, all) = overtaken();
    let describe = |arns: Value| {
        let request = json!({"serviceDeploymentArns": arns});
        let request: DescribeServiceDeploymentsRequest = serde_json::from_value(request).unwrap();
        json!(
            world
                .services
                .describe_service_deployments(&request)
                .unwrap()
        )
    };
    let unknown = all[0].0.replace("/d-", "/x-");
    let elsewhere = all[0].0.replace("/prod/", "/test/");
    let response = describe(json!([all[3].0, unknown, all[0].0, elsewhere, all[0].1]));
    let found = response["serviceDeployments"].as_array().unwrap();
    let statuses: Vec<_> = found.iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["SUCCESSFUL", "IN_PROGRESS"]);
    let missing = |arn: &str| json!({"arn": arn, "reason": "MISSING"});
    assert_eq!(
        response["failures"],
        json!([missing(&unknown), missing(&elsewhere), missing(&all[0].1)])
    );
}

#[test]
fn a_request_for_too_many_is_refused() {
    let services = World::new(100_000).services;
    let arns = vec!["arn"; 21];
    let request = json!({"serviceDeploymentArns": arns});
    let request: DescribeServiceDeploymentsRequest = serde_json::from_value(request).unwrap();
    let error = services.describe_service_deployments(&request).unwrap_err();
    let refusal = "the request is refused: error[out-of-bounds]";
    let expected = format!("{refusal} /serviceDeploymentArns: 21 elements, not 1 to 20");
    assert_eq!(error.to_string(), expected);
    let request = json!({"serviceRevisionArns": arns});
    let request: DescribeServiceRevisionsRequest = serde_json::from_value(request).unwrap();
    let error = services.describe_service_revisions(&request).unwrap_err();
    let expected = format!("{refusal} /serviceRevisionArns: 21 elements, not 1 to 20");
    assert_eq!(error.to_string(), expected);
}

fn revisions(world: &World, arns: &[&str]) -> Value {
    let request = json!({"serviceRevisionArns": arns});
    let request: DescribeServiceRevisionsRequest = serde_json::from_value(request).unwrap();
    json!(world.services.describe_service_revisions(&request).unwrap())
}

#[test]
fn revisions_are_described() {
    let (world, all) = overtaken();
    let expected = |at: usize, created: i64, definition: &str| {
        json!({
            "serviceRevisionArn": all[at].1,
            "serviceArn": SERVICE,
            "clusterArn": CLUSTER,
            "taskDefinition": definition,
            "launchType": "EC2",
            "containerImages": [{"containerName": "web", "image": "web"}],
            "createdAt": created,
        })
    };
    assert_eq!(
        revisions(&world, &[&all[0].1, "arn:x", &all[3].1]),
        json!({
            "serviceRevisions": [expected(0, 60, "web:4"), expected(3, 0, "web:1")],
            "failures": [{"arn": "arn:x", "reason": "MISSING"}],
        })
    );
}

#[test]
fn target_groups_take_turns_when_traffic_is_shifted() {
    let mut world = World::new(100_000);
    let ports = json!({"portMappings": [{"containerPort": 80}]});
    let balancers = json!([
        {"targetGroupArn": "one", "containerName": "web", "containerPort": 80,
            "advancedConfiguration": {"alternateTargetGroupArn": "two",
                "productionListenerRule": "rule", "roleArn": "role"}},
    ]);
    let more = json!({"desiredCount": 0, "loadBalancers": balancers});
    world.try_create(more, ports).unwrap();
    let group = |world: &World| {
        let (_, arn) = arns(&newest_id(world));
        let found = revisions(world, &[&arn]);
        let groups = &found["serviceRevisions"][0]["resolvedConfiguration"]["loadBalancers"];
        assert_eq!(groups[0]["productionListenerRule"], "rule");
        groups[0]["targetGroupArn"].as_str().unwrap().to_owned()
    };
    world.reconcile(0);
    assert_eq!(group(&world), "one");
    world.deploy("web:2");
    world.reconcile(1);
    assert_eq!(group(&world), "one", "it rolls");
    world.update(json!({"deploymentConfiguration": {"strategy": "BLUE_GREEN",
        "bakeTimeInMinutes": 5}}));
    world.deploy("web:3");
    assert_eq!(group(&world), "two", "traffic is shifted");
    let described = newest(&world);
    assert_eq!(
        described["deploymentConfiguration"]["strategy"],
        "BLUE_GREEN"
    );
    // All of them are in one list.
    let listed = list(&world.services, json!({"service": "web"}));
    assert_eq!(listed["serviceDeployments"].as_array().unwrap().len(), 3);
}

#[test]
fn the_old_are_forgotten() {
    let mut world = World::settled(1, configuration());
    let (_, first_revision) = arns(&newest_id(&world));
    let count = |world: &World| {
        let listed = list(
            &world.services,
            json!({"service": "web", "maxResults": 100}),
        );
        listed["serviceDeployments"].as_array().unwrap().len()
    };
    let settle = |world: &mut World, definition: &str| {
        world.deploy(definition);
        for _ in 0..3 {
            world.reconcile(40);
            world.run_all();
            world.stop_all();
        }
    };
    settle(&mut world, "web:2");
    assert_eq!(count(&world), 2);
    world.now = 90 * 24 * 3_600;
    settle(&mut world, "web:3");
    assert_eq!(count(&world), 2);
    let found = revisions(&world, &[&first_revision]);
    // The second service deployment is kept, and began with it.
    assert_eq!(found["failures"], json!([]));
    world.now += 90 * 24 * 3_600;
    settle(&mut world, "web:4");
    assert_eq!(count(&world), 1);
    let found = revisions(&world, &[&first_revision]);
    assert_eq!(
        found["failures"],
        json!([{"arn": first_revision, "reason": "MISSING"}])
    );
    // A service that is deleted has none.
    world.delete(true).unwrap();
    world.reconcile(1);
    world.stop_all();
    world.reconcile(1);
    assert_eq!(count(&world), 0);
}
