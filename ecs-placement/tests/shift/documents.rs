//! Documents of the API, and what is saved.

use ecs_placement::deployment::shift::{ShiftStatus, ShiftWait, ShiftingDeployment, Stage};
use serde_json::{Value, json};

use crate::world::{
    BLUE, CLUSTER, DEPLOYMENT, GREEN, SERVICE, World, blue, configuration, pause, request,
};

fn world() -> World {
    let value = json!({"strategy": "CANARY", "bakeTimeInMinutes": 5,
        "lifecycleHooks": [pause(&[Stage::PreProductionTrafficShift])],
        "deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    World::new(request(configuration(value)).with_source(blue()))
}

#[test]
fn a_service_deployment() {
    let mut world = world();
    world.run_to(Stage::PreProductionTrafficShift, 1);
    world.deployment.handle_failures(1, 3, world.now);
    let mut document = serde_json::to_value(world.deployment.describe()).unwrap();
    document
        .as_object_mut()
        .unwrap()
        .remove("deploymentConfiguration");
    let revision = |arn: &str, test: f64, production: f64| {
        json!({"arn": arn, "requestedTaskCount": 4, "runningTaskCount": 4, "pendingTaskCount": 0,
            "requestedTestTrafficWeight": test, "requestedProductionTrafficWeight": production})
    };
    assert_eq!(
        document,
        json!({
            "serviceDeploymentArn": DEPLOYMENT,
            "serviceArn": SERVICE,
            "clusterArn": CLUSTER,
            "createdAt": 0,
            "startedAt": 0,
            "updatedAt": 0,
            "sourceServiceRevisions": [revision(BLUE, 0.0, 100.0)],
            "targetServiceRevision": revision(GREEN, 100.0, 0.0),
            "status": "IN_PROGRESS",
            "lifecycleStage": "PRE_PRODUCTION_TRAFFIC_SHIFT",
            "lifecycleHookDetails": [{
                "hookId": "ecs-pause-NCWGC2ZR-taawPAYrIaU5-1",
                "targetType": "PAUSE",
                "status": "AWAITING_ACTION",
                "expiresAt": 86_400,
                "timeoutAction": "ROLLBACK",
            }],
            "deploymentCircuitBreaker": {
                "status": "MONITORING", "failureCount": 1, "threshold": 3,
            },
            "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
        })
    );
    let brief = serde_json::to_value(world.deployment.describe().brief()).unwrap();
    assert_eq!(brief["targetServiceRevisionArn"], GREEN);
    assert_eq!(brief["status"], "IN_PROGRESS");
}

#[test]
fn one_that_went_back() {
    let mut world = world();
    world.run_to(Stage::PreProductionTrafficShift, 1);
    world.deployment.handle_failures(3, 3, world.now);
    let deployments = |world: &World| -> Vec<Value> {
        let documents = world.deployment.deployments();
        documents
            .iter()
            .map(|document| serde_json::to_value(document).unwrap())
            .collect()
    };
    let during = deployments(&world);
    let state = |document: &Value| {
        ["id", "status", "rolloutState", "rolloutStateReason"].map(|name| document[name].clone())
    };
    let breaker = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1001.";
    let failed = [
        json!("ecs-svc/1002"),
        json!("ACTIVE"),
        json!("FAILED"),
        json!("ECS deployment circuit breaker: tasks failed to start."),
    ];
    assert_eq!(
        state(&during[0]).as_slice(),
        [
            json!("ecs-svc/1001"),
            json!("PRIMARY"),
            json!("IN_PROGRESS"),
            json!(breaker)
        ]
    );
    assert_eq!(state(&during[1]), failed);
    assert_eq!(during[1]["failedTasks"], 3);
    world.run();
    let after = deployments(&world);
    assert_eq!(after.len(), 1);
    assert_eq!(
        state(&after[0]).as_slice(),
        [
            json!("ecs-svc/1001"),
            json!("PRIMARY"),
            json!("COMPLETED"),
            json!("ECS deployment ecs-svc/1001 completed."),
        ]
    );
    let document = serde_json::to_value(world.deployment.describe()).unwrap();
    assert_eq!(document["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(document["deploymentCircuitBreaker"]["status"], "TRIGGERED");
    assert_eq!(
        document["rollback"],
        json!({
            "reason": "Service deployment rolled back because the circuit breaker threshold was \
                       exceeded.",
            "startedAt": 0,
            "serviceRevisionArn": BLUE,
        })
    );
    assert_eq!(world.deployment.current_service_revisions().len(), 1);
}

#[test]
fn green_is_primary_from_the_start() {
    let mut world = world();
    world.run_to(Stage::PreProductionTrafficShift, 1);
    let documents = world.deployment.deployments();
    let seen: Vec<_> = documents
        .iter()
        .map(|document| {
            let state = document.rollout_state().unwrap().to_string();
            (document.id().unwrap(), document.status().unwrap(), state)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("ecs-svc/1002", "PRIMARY", "IN_PROGRESS".to_owned()),
            ("ecs-svc/1001", "ACTIVE", "COMPLETED".to_owned()),
        ]
    );
}

#[test]
fn what_it_waits_for() {
    let mut world = world();
    let wait = |world: &World| world.deployment.waits_for().unwrap().to_string();
    assert_eq!(world.deployment.waits_for(), Some(ShiftWait::Evaluation));
    assert_eq!(wait(&world), "the next evaluation is due");
    world.run_to(Stage::ScaleUp, 0);
    assert_eq!(
        wait(&world),
        format!("0 of 4 tasks of `{GREEN}` are healthy")
    );
    world.run_to(Stage::TestTrafficShift, 0);
    assert_eq!(wait(&world), "test traffic has not moved yet");
    world.run_to(Stage::PreProductionTrafficShift, 1);
    assert_eq!(
        wait(&world),
        "the hooks `ecs-pause-NCWGC2ZR-taawPAYrIaU5-1` of PRE_PRODUCTION_TRAFFIC_SHIFT have not \
         answered, until 1970-01-02T00:00:00Z"
    );
    let id = world.hook_ids("pause").pop().unwrap();
    world
        .deployment
        .handle_continue(&id, None, world.now)
        .unwrap();
    assert_eq!(wait(&world), "production traffic has not moved yet");
    world.settle();
    assert_eq!(wait(&world), "it waits until 1970-01-01T00:10:00Z");
    world.step();
    let id = world.hook_ids("pause").pop().unwrap();
    world
        .deployment
        .handle_continue(&id, None, world.now)
        .unwrap();
    world.run_to(Stage::CleanUp, 2);
    assert_eq!(
        wait(&world),
        format!("4 tasks of `{BLUE}` have not stopped")
    );
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    assert_eq!(world.deployment.waits_for(), None);
}

#[test]
fn a_saved_one_of_the_first_format() {
    let saved = include_str!("../data/saved/shifting-deployment-1.json");
    let mut world = world();
    world.run_to(Stage::PreProductionTrafficShift, 1);
    let written = serde_json::to_string_pretty(&world.deployment).unwrap();
    assert_eq!(written, saved.trim_end());
    let restored: ShiftingDeployment = serde_json::from_str(saved).unwrap();
    assert_eq!(restored, world.deployment);
    let unknown = saved.replacen("\"format\": 1", "\"format\": 2", 1);
    let error = serde_json::from_str::<ShiftingDeployment>(&unknown).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("format 2 of the shifting deployment is not known, only 1 is at line"),
        "{error}"
    );
}
