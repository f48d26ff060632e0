//! Documents of the API, and what is saved.

use ecs_model::{Deployment, Service, ServiceRevision};
use ecs_placement::deployment::shift::{
    ShiftStatus, ShiftWait, ShiftingDeployment, Stage, service_revision,
};
use serde_json::{Value, json};

use crate::world::{
    BLUE, CLUSTER, DEPLOYMENT, GREEN, SERVICE, World, blue, configuration, minutes, pause, request,
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
    let brief = serde_json::to_value(world.deployment.brief()).unwrap();
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
fn target_groups_take_turns() {
    let service: Service = serde_json::from_value(json!({
        "serviceArn": SERVICE,
        "clusterArn": CLUSTER,
        "taskDefinition": "web:2",
        "loadBalancers": [
            {"targetGroupArn": "one", "containerName": "web", "containerPort": 80,
                "advancedConfiguration": {"alternateTargetGroupArn": "two",
                    "productionListenerRule": "rule"}},
            {"targetGroupArn": "plain", "containerName": "web", "containerPort": 81},
        ],
    }))
    .unwrap();
    let deployment: Deployment = serde_json::from_value(json!({
        "launchType": "FARGATE",
        "vpcLatticeConfigurations": [{"targetGroupArn": "east", "advancedConfiguration": {
            "alternateTargetGroupArn": "west", "productionListenerRule": "lattice"}}],
    }))
    .unwrap();
    let of = |before: Option<&ServiceRevision>| {
        service_revision(GREEN, &service, &deployment, before, minutes(1))
    };
    let groups = |revision: &ServiceRevision| {
        let document = serde_json::to_value(revision).unwrap();
        document["resolvedConfiguration"].clone()
    };
    let with = |group: &str, lattice: &str| {
        json!({
            "loadBalancers": [{"targetGroupArn": group, "productionListenerRule": "rule"}],
            "vpcLatticeConfigurations": [
                {"targetGroupArn": lattice, "productionListenerRule": "lattice"},
            ],
        })
    };
    let first = of(None);
    assert_eq!(groups(&first), with("one", "east"));
    let second = of(Some(&first));
    assert_eq!(groups(&second), with("two", "west"));
    assert_eq!(groups(&of(Some(&second))), with("one", "east"));
    let document = serde_json::to_value(&first).unwrap();
    assert_eq!(document["serviceRevisionArn"], GREEN);
    assert_eq!(document["taskDefinition"], "web:2");
    assert_eq!(document["launchType"], "FARGATE");
    let plain = service_revision(
        GREEN,
        &Service::default(),
        &Deployment::default(),
        None,
        minutes(1),
    );
    assert_eq!(plain.resolved_configuration, None);
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
