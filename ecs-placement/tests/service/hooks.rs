//! Lifecycle hooks of deployments that roll.

use ecs_model::deployment::{DeploymentLifecycleHookAction, StopServiceDeploymentStopType};
use ecs_model::{HealthStatus, ServiceDeployment, TaskStatus};
use ecs_placement::deployment::shift::{
    HookAnswer, HookPayload, ShiftAction, ShiftEvent, ShiftVerdict,
};
use ecs_placement::service::{Assumptions, Outcome, ServiceError, Services};
use serde_json::{Value, json};

use crate::world::{INSTANCE, World, at, definition, instance, is};

const ROLE: &str = "arn:aws:iam::123456789012:role/hooks";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:check";

/// Functions at some stages.
fn lambda(stages: &[&str]) -> Value {
    json!({"lifecycleHooks": [{"hookTargetArn": FUNCTION, "roleArn": ROLE,
        "lifecycleStages": stages}]})
}

/// Pauses at some stages, of which each ends after ten minutes in some way.
fn pause(stages: &[&str], action: &str) -> Value {
    json!({"lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": stages,
        "timeoutConfiguration": {"timeoutInMinutes": 10, "action": action}}]})
}

fn with(mut configuration: Value, more: Value) -> Value {
    for (member, value) in more.as_object().unwrap() {
        configuration[member] = value.clone();
    }
    configuration
}

/// A service of healthy tasks that gets its hooks then.
fn hooked(desired: u32, configuration: Value) -> World {
    let mut world = World::settled(desired, json!({}));
    world.update(json!({"deploymentConfiguration": configuration}));
    world
}

fn shift(world: &mut World, event: ShiftEvent) -> Result<ShiftVerdict, ServiceError> {
    world.services.shift("web", event, at(world.now))
}

/// The payloads of the functions that were called since the last time.
fn called(world: &mut World) -> Vec<HookPayload> {
    let asked = world.asked.drain(..);
    let payload = |action| match action {
        ShiftAction::CallHook { payload, .. } => *payload,
        other => panic!("{other:?}"),
    };
    asked.map(payload).collect()
}

/// What the function that was called last answers.
fn answer(world: &mut World, answer: Value) -> ShiftVerdict {
    let Some(ShiftAction::CallHook { hook_id, .. }) = world.asked.last() else {
        panic!("{:?}", world.asked);
    };
    let event = ShiftEvent::HookAnswer {
        hook_id: hook_id.clone(),
        answer: HookAnswer::Returned(answer),
    };
    shift(world, event).unwrap()
}

fn status(status: &str) -> Value {
    json!({"hookStatus": status})
}

fn document(world: &World) -> ServiceDeployment {
    world.services.service_deployment("web").unwrap()
}

/// The status of the service deployment, its stage and the status of each of its hooks.
fn how_far(world: &World) -> String {
    let document = document(world);
    let stage = document.lifecycle_stage();
    let stage = stage.map_or("-".to_owned(), ToString::to_string);
    let hooks = document.lifecycle_hook_details().iter();
    let hooks: Vec<String> = hooks.map(|one| one.status().unwrap().to_string()).collect();
    format!("{} {stage} {}", document.status().unwrap(), hooks.join(" "))
}

fn hook_id(world: &World) -> String {
    let document = document(world);
    let details = document.lifecycle_hook_details();
    details[0].hook_id().unwrap().to_owned()
}

fn proceed(world: &mut World, action: DeploymentLifecycleHookAction) -> ShiftVerdict {
    let event = ShiftEvent::Continue {
        hook_id: hook_id(world).into(),
        action: Some(action),
    };
    shift(world, event).unwrap()
}

fn waits(world: &World) -> Vec<String> {
    let waits = world.services.explain("web", &world.cell, at(world.now));
    waits.unwrap().iter().map(ToString::to_string).collect()
}

/// The names of the events on EventBridge that are about hooks, and what each is about.
fn told(world: &World) -> Vec<(String, String)> {
    let events = world.published.iter().filter_map(|event| {
        let name = event.detail.as_ref()?.get("eventName")?.as_str()?;
        let resource = event.resources()[0].clone();
        name.starts_with("HOOK_")
            .then(|| (name.to_owned(), resource))
    });
    events.collect()
}

#[test]
fn a_new_service_starts_its_tasks_once_its_hooks_have_succeeded() {
    let mut world = World::new(100_000);
    let configuration = lambda(&["PRE_SCALE_UP", "POST_SCALE_UP"]);
    world.create(json!({"desiredCount": 2, "deploymentConfiguration": configuration}));
    assert_eq!(world.reconcile(0), (0, 0));
    assert_eq!(how_far(&world), "IN_PROGRESS PRE_SCALE_UP IN_PROGRESS");
    let arn = document(&world)
        .service_deployment_arn()
        .unwrap()
        .to_owned();
    let number = arn.rsplit('/').next().unwrap();
    let Some(ShiftAction::CallHook {
        hook_id, payload, ..
    }) = world.asked.last()
    else {
        panic!("{:?}", world.asked);
    };
    assert_eq!(**hook_id, format!("ecs-lambda-{number}-1"));
    let target = document(&world)
        .target_service_revision()
        .arn()
        .unwrap()
        .to_owned();
    assert_eq!(
        serde_json::to_value(payload).unwrap(),
        json!({
            "executionId": format!("{number}-1"),
            "lifecycleStage": "PRE_SCALE_UP",
            "resourceArn": arn,
            "executionDetails": {
                "serviceArn": world.describe().service_arn().unwrap(),
                "targetServiceRevisionArn": target,
                "testTrafficWeights": {},
                "productionTrafficWeights": {},
            },
        })
    );
    assert_eq!(
        waits(&world),
        [format!(
            "the hooks `ecs-lambda-{number}-1` of PRE_SCALE_UP have not answered, until \
             1970-01-02T00:00:00Z"
        )]
    );
    assert_eq!(
        answer(&mut world, status("SUCCEEDED")),
        ShiftVerdict::Applied
    );
    assert_eq!(how_far(&world), "IN_PROGRESS SCALE_UP SUCCEEDED");
    // Nobody awaits it any more.
    assert_eq!(answer(&mut world, status("FAILED")), ShiftVerdict::Stale);
    assert_eq!(world.reconcile(1), (2, 0));
    world.run_all();
    world.reconcile(39);
    assert_eq!(how_far(&world), "IN_PROGRESS SCALE_UP SUCCEEDED");
    world.asked.clear();
    world.reconcile(1);
    assert_eq!(how_far(&world), "IN_PROGRESS POST_SCALE_UP IN_PROGRESS");
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    answer(&mut world, status("SUCCEEDED"));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
    assert_eq!(how_far(&world), "SUCCESSFUL POST_SCALE_UP SUCCEEDED");
    let about = |name: &str| (name.to_owned(), arn.clone());
    assert_eq!(
        told(&world),
        [
            about("HOOK_IN_PROGRESS"),
            about("HOOK_SUCCEEDED"),
            about("HOOK_IN_PROGRESS"),
            about("HOOK_SUCCEEDED"),
        ]
    );
}

#[test]
fn before_a_pause_is_over_the_service_is_kept_as_it_was() {
    let configuration = with(
        pause(&["PRE_SCALE_UP"], "ROLLBACK"),
        json!({"minimumHealthyPercent": 50, "maximumPercent": 100}),
    );
    let mut world = hooked(4, configuration);
    world.deploy("web:2");
    assert_eq!(
        world.reconcile(0),
        (0, 0),
        "the old ones need not make room"
    );
    assert_eq!(how_far(&world), "IN_PROGRESS PRE_SCALE_UP AWAITING_ACTION");
    // One that dies is replaced by its own revision, and so are those of a lost instance.
    let one = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&one, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (4, 0));
    world.run_all();
    world.reconcile(40);
    world.update(json!({"desiredCount": 3}));
    assert_eq!(world.reconcile(0), (0, 1));
    world.stop_all();
    world.update(json!({"desiredCount": 5}));
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    world.reconcile(40);
    assert_eq!((world.of("web:1"), world.of("web:2")), (5, 0));
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    proceed(&mut world, DeploymentLifecycleHookAction::Continue);
    assert_eq!(world.reconcile(0), (0, 2));
    for _ in 0..6 {
        world.stop_all();
        world.reconcile(0);
        world.run_all();
        world.reconcile(40);
    }
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 5));
    assert_eq!(world.state(), is("web:2", "COMPLETED"));
}

#[test]
fn unhealthy_tasks_are_replaced_by_their_own_revision_meanwhile() {
    let mut world = World::new(100_000);
    let check = json!({"healthCheck": {"command": ["CMD-SHELL", "true"]}});
    let configuration = json!({"minimumHealthyPercent": 50, "maximumPercent": 100});
    let request = json!({"desiredCount": 2, "deploymentConfiguration": configuration});
    world.try_create(request, check).unwrap();
    let heal = |world: &mut World| {
        world.run_all();
        for task in world.tasks(|task| !task.shall_stop) {
            let _ = world.observe(&task, TaskStatus::Running, |seen| {
                seen.health = Some(HealthStatus::Healthy);
            });
        }
        world.reconcile(1)
    };
    world.reconcile(0);
    heal(&mut world);
    let hook = pause(&["PRE_SCALE_UP"], "ROLLBACK");
    world.update(json!({"taskDefinition": "web:2", "deploymentConfiguration": hook}));
    world.reconcile(0);
    for task in world.tasks(|_| true) {
        let _ = world.observe(&task, TaskStatus::Running, |seen| {
            seen.health = Some(HealthStatus::Unhealthy);
        });
    }
    // There is no room beside them: one after the other.
    assert_eq!(world.reconcile(0), (0, 1));
    world.stop_all();
    assert_eq!(world.reconcile(0), (1, 1));
    world.stop_all();
    assert_eq!(world.reconcile(0), (1, 0));
    assert_eq!(heal(&mut world), (0, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (2, 0));
    // None of them is owed to the old revision afterwards.
    proceed(&mut world, DeploymentLifecycleHookAction::Continue);
    for _ in 0..4 {
        world.reconcile(0);
        world.stop_all();
        world.reconcile(0);
        heal(&mut world);
    }
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 2));
    assert_eq!(world.state(), is("web:2", "COMPLETED"));
}

#[test]
fn a_hook_that_fails_brings_the_old_revision_back() {
    for (stage, newer) in [("PRE_SCALE_UP", 0), ("POST_SCALE_UP", 2)] {
        let mut world = hooked(2, lambda(&[stage]));
        let old = world.deployments()[0].id().unwrap().to_owned();
        world.deploy("web:2");
        world.reconcile(0);
        world.run_all();
        world.reconcile(40);
        assert_eq!(how_far(&world), format!("IN_PROGRESS {stage} IN_PROGRESS"));
        assert_eq!(world.of("web:2"), newer);
        let new = world.deployments()[0].id().unwrap().to_owned();
        answer(&mut world, status("FAILED"));
        let reason = format!(
            "Service deployment rolled back because {stage} lifecycle hook(s) failed. Lifecycle \
             hook target {FUNCTION} returned FAILED status."
        );
        assert_eq!(document(&world).status_reason(), Some(&*reason));
        assert_eq!(
            how_far(&world),
            format!("ROLLBACK_IN_PROGRESS {stage} FAILED")
        );
        let events = world.events();
        assert_eq!(
            events[..2],
            [
                format!("(service web) rolling back to deployment {old}."),
                format!("(service web) (deployment {new}) deployment failed: {reason}"),
            ]
        );
        for _ in 0..4 {
            world.stop_all();
            world.reconcile(0);
            world.run_all();
            world.reconcile(40);
        }
        // It calls no hooks on the way back.
        assert_eq!(called(&mut world).len(), 1);
        assert_eq!(
            how_far(&world),
            format!("ROLLBACK_SUCCESSFUL {stage} FAILED")
        );
        assert_eq!((world.of("web:1"), world.of("web:2")), (2, 0));
        assert_eq!(world.deployments()[0].id(), Some(&*old));
        assert_eq!(world.state(), is("web:1", "COMPLETED"));
    }
}

#[test]
fn a_first_deployment_whose_hook_fails_has_nothing_to_go_back_to() {
    let mut world = World::new(100_000);
    let configuration = lambda(&["PRE_SCALE_UP"]);
    world.create(json!({"desiredCount": 2, "deploymentConfiguration": configuration}));
    world.reconcile(0);
    let event = ShiftEvent::HookAnswer {
        hook_id: hook_id(&world).into(),
        answer: HookAnswer::RoleNotAssumed,
    };
    shift(&mut world, event).unwrap();
    assert_eq!(world.reconcile(100), (0, 0));
    assert_eq!(world.state(), is("web:1", "FAILED"));
    let document = document(&world);
    assert_eq!(document.status().unwrap().as_str(), "ROLLBACK_FAILED");
    assert_eq!(
        document.status_reason(),
        Some("No rollback candidate was found to run the rollback.")
    );
    assert_eq!(
        world.deployments()[0].rollout_state_reason(),
        Some("ECS deployment failed: a lifecycle stage could not be completed.")
    );
    // A newer one begins anew, with hooks of its own.
    world.asked.clear();
    world.deploy("web:2");
    world.reconcile(0);
    answer(&mut world, status("SUCCEEDED"));
    assert_eq!(world.reconcile(0), (2, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 2));
}

/// Vector 42.
#[test]
fn vector_42_in_a_rolling_deployment() {
    let mut world = hooked(1, lambda(&["PRE_SCALE_UP"]));
    world.deploy("web:2");
    let begin = world.now;
    world.reconcile(0);
    let mut calls = vec![world.now - begin];
    answer(
        &mut world,
        json!({"hookStatus": "IN_PROGRESS", "hookDetails": {"seen": 1}}),
    );
    world.reconcile(0);
    while calls.len() < 3 {
        let due = world.services.poll_timeout().unwrap();
        let known = world.asked.len();
        let wait = due.seconds() - world.now;
        assert_eq!(world.reconcile(wait), (0, 0));
        if world.asked.len() > known {
            calls.push(world.now - begin);
            let more = json!({"hookStatus": "IN_PROGRESS", "callBackDelay": 60});
            answer(&mut world, more);
            world.reconcile(0);
        }
    }
    assert_eq!(calls, [0, 30, 90]);
    let payloads = called(&mut world);
    let details: Vec<_> = payloads
        .iter()
        .map(|one| one.hook_details.clone())
        .collect();
    assert_eq!(
        details,
        [None, Some(json!({"seen": 1})), Some(json!({"seen": 1}))]
    );
    let same = |one: &HookPayload| one.execution_id == payloads[0].execution_id;
    assert!(payloads.iter().all(same));
}

#[test]
fn hooks_that_do_not_answer_in_time() {
    for (action, far) in [
        ("ROLLBACK", "ROLLBACK_SUCCESSFUL PRE_SCALE_UP TIMED_OUT"),
        ("CONTINUE", "IN_PROGRESS SCALE_UP TIMED_OUT"),
    ] {
        let mut world = hooked(1, pause(&["PRE_SCALE_UP"], action));
        world.deploy("web:2");
        world.reconcile(0);
        world.reconcile(599);
        assert_eq!(how_far(&world), "IN_PROGRESS PRE_SCALE_UP AWAITING_ACTION");
        assert_eq!(world.services.poll_timeout(), Some(at(world.now + 1)));
        world.reconcile(1);
        assert_eq!(how_far(&world), far);
        assert_eq!(told(&world)[1].0, "HOOK_TIMED_OUT");
        let reason = "Service deployment rolled back because PRE_SCALE_UP pause hook timed out.";
        let reason = (action == "ROLLBACK").then_some(reason);
        assert_eq!(document(&world).status_reason(), reason);
    }
    let mut world = hooked(1, lambda(&["POST_SCALE_UP"]));
    world.deploy("web:2");
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    assert_eq!(how_far(&world), "IN_PROGRESS POST_SCALE_UP IN_PROGRESS");
    world.stop_all();
    world.reconcile(86_400);
    assert_eq!(
        document(&world).status_reason(),
        Some("Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) timed out.")
    );
    assert_eq!(world.of("web:1"), 1);
}

#[test]
fn a_pause_is_continued_with_a_rollback() {
    let mut world = hooked(2, pause(&["POST_SCALE_UP"], "CONTINUE"));
    world.deploy("web:2");
    world.reconcile(0);
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 2), "the old ones go on to stop");
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    let wrong = ShiftEvent::Continue {
        hook_id: "pause".into(),
        action: None,
    };
    let error = shift(&mut world, wrong).unwrap_err();
    assert_eq!(
        error.exception().message(),
        Some("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
    );
    let unknown = ShiftEvent::Continue {
        hook_id: "ecs-pause-1".into(),
        action: None,
    };
    let error = shift(&mut world, unknown).unwrap_err();
    assert_eq!(error.to_string(), "no hook `ecs-pause-1` awaits it");
    proceed(&mut world, DeploymentLifecycleHookAction::Rollback);
    assert_eq!(
        document(&world).status_reason(),
        Some(
            "Service deployment rolled back because POST_SCALE_UP pause hook was continued with \
             ROLLBACK."
        )
    );
    for _ in 0..3 {
        world.reconcile(0);
        world.run_all();
        world.reconcile(40);
        world.stop_all();
    }
    assert_eq!((world.of("web:1"), world.of("web:2")), (2, 0));
}

#[test]
fn users_alarms_and_the_breaker_do_not_wait_for_hooks() {
    let stages = ["PRE_SCALE_UP", "POST_SCALE_UP"];
    let watched = |stage: &str| {
        with(
            pause(&[stage], "CONTINUE"),
            json!({"alarms": {"alarmNames": ["errors"], "enable": true, "rollback": true},
                "deploymentCircuitBreaker": {"enable": true, "rollback": true,
                    "thresholdConfiguration": {"type": "COUNT", "value": 1}}}),
        )
    };
    let begun = |stage: &str| {
        let mut world = hooked(2, watched(stage));
        world.deploy("web:2");
        world.reconcile(0);
        world.run_all();
        world.reconcile(40);
        let far = format!("IN_PROGRESS {stage} AWAITING_ACTION");
        assert_eq!(how_far(&world), far);
        world
    };
    for stage in stages {
        let mut world = begun(stage);
        let stop = |stop_type| ShiftEvent::Stop { stop_type };
        let abort = stop(Some(StopServiceDeploymentStopType::Abort));
        assert_eq!(
            shift(&mut world, abort).unwrap_err().to_string(),
            "a service deployment cannot be stopped by `ABORT`, only by ROLLBACK"
        );
        assert_eq!(
            shift(&mut world, stop(None)).unwrap(),
            ShiftVerdict::Applied
        );
        assert!(how_far(&world).starts_with("ROLLBACK_IN_PROGRESS"));
        assert_eq!(
            shift(&mut world, stop(None)).unwrap(),
            ShiftVerdict::Unchanged
        );
        assert_eq!(how_far(&world), format!("ROLLBACK_IN_PROGRESS {stage} "));

        let mut world = begun(stage);
        let now = at(world.now);
        world.services.observe_alarm("errors", true, now);
        world.reconcile(0);
        let reason = "Service deployment rolled back because of one or more active alarms.";
        assert_eq!(document(&world).status_reason(), Some(reason));
    }
    let mut world = begun("POST_SCALE_UP");
    world.stop_all();
    world.reconcile(0);
    // One dies, and the one in its place cannot start.
    for task in [0, 1] {
        let newest = world.tasks(|task| task.definition == "web:2");
        let _ = world.observe(&newest[task], TaskStatus::Stopped, |_| {});
        world.reconcile(0);
    }
    let reason =
        "Service deployment rolled back because the circuit breaker threshold was exceeded.";
    assert_eq!(document(&world).status_reason(), Some(reason));
}

#[test]
fn a_newer_deployment_overtakes_one_whose_hook_has_not_answered() {
    let mut world = hooked(2, lambda(&["PRE_SCALE_UP"]));
    world.deploy("web:2");
    world.reconcile(0);
    let Some(ShiftAction::CallHook { hook_id, .. }) = world.asked.last().cloned() else {
        panic!("{:?}", world.asked);
    };
    let before = document(&world)
        .service_deployment_arn()
        .unwrap()
        .to_owned();
    world.update(json!({"forceNewDeployment": true}));
    assert_eq!(world.reconcile(0), (0, 0));
    let late = ShiftEvent::HookAnswer {
        hook_id,
        answer: HookAnswer::Returned(status("FAILED")),
    };
    assert_eq!(shift(&mut world, late).unwrap(), ShiftVerdict::Stale);
    let request = serde_json::from_value(json!({"serviceDeploymentArns": [before]})).unwrap();
    let old = world
        .services
        .describe_service_deployments(&request)
        .unwrap();
    let old = &old.service_deployments()[0];
    assert_eq!(old.status().unwrap().as_str(), "STOPPED");
    assert_eq!(old.lifecycle_hook_details(), []);
    // The service is kept by what was completed last.
    let one = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&one, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(0), (1, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (2, 0));
    answer(&mut world, status("SUCCEEDED"));
    assert_eq!(world.reconcile(0), (2, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (2, 2));
}

#[test]
fn hooks_of_a_daemon() {
    let mut world = World::new(100_000);
    let configuration = pause(&["PRE_SCALE_UP", "POST_SCALE_UP"], "ROLLBACK");
    world.create(json!({"schedulingStrategy": "DAEMON", "deploymentConfiguration": configuration}));
    assert_eq!(world.reconcile(0), (0, 0));
    proceed(&mut world, DeploymentLifecycleHookAction::Continue);
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    world.reconcile(40);
    assert_eq!(how_far(&world), "IN_PROGRESS POST_SCALE_UP AWAITING_ACTION");
    proceed(&mut world, DeploymentLifecycleHookAction::Continue);
    world.reconcile(0);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 0));
    // An instance that joins gets a task of what runs on the others.
    world.cell.register(&instance("c", "us-east-1a", 1_000));
    assert_eq!(world.reconcile(0), (1, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (3, 0));
    proceed(&mut world, DeploymentLifecycleHookAction::Continue);
    world.run_all();
    for _ in 0..3 {
        world.reconcile(40);
        world.stop_all();
        world.reconcile(0);
        world.run_all();
    }
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 3));
    world.reconcile(40);
    assert_eq!(how_far(&world), "IN_PROGRESS POST_SCALE_UP AWAITING_ACTION");
    proceed(&mut world, DeploymentLifecycleHookAction::Rollback);
    for _ in 0..3 {
        world.reconcile(40);
        world.stop_all();
        world.reconcile(0);
        world.run_all();
    }
    assert_eq!((world.of("web:1"), world.of("web:2")), (3, 0));
    assert!(how_far(&world).starts_with("ROLLBACK_SUCCESSFUL"));
}

#[test]
fn a_daemon_that_is_held_has_as_many_tasks_as_instances() {
    let mut world = World::new(100_000);
    let configuration = pause(&["PRE_SCALE_UP"], "ROLLBACK");
    world.create(json!({"schedulingStrategy": "DAEMON", "deploymentConfiguration": configuration}));
    // There is nothing that it could be kept by meanwhile.
    assert_eq!(world.reconcile(0), (0, 0));
    assert_eq!(world.describe().desired_count(), Some(2));
}

#[test]
fn tasks_on_an_instance_that_drains_move_while_hooks_are_awaited() {
    let mut world = hooked(2, pause(&["PRE_SCALE_UP"], "ROLLBACK"));
    world.deploy("web:2");
    world.reconcile(0);
    let arn = format!("{INSTANCE}a");
    world.cell.set_status(&arn, "DRAINING");
    world
        .services
        .observe_instance(&arn, "DRAINING", at(world.now));
    assert_eq!(world.reconcile(0), (1, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    world.stop_all();
    assert_eq!(world.reconcile(0), (0, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (2, 0));
}

#[test]
fn hooks_of_stages_that_it_does_not_have_are_never_called() {
    let never = [
        "RECONCILE_SERVICE",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "POST_PRODUCTION_TRAFFIC_SHIFT",
    ];
    let mut world = hooked(1, lambda(&never));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (1, 0));
    world.run_all();
    world.reconcile(40);
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.state(), is("web:2", "COMPLETED"));
    assert_eq!(world.asked, []);
    assert_eq!(how_far(&world), "SUCCESSFUL - ");
}

#[test]
fn what_changes_later_is_for_the_next_deployment() {
    let mut world = hooked(1, pause(&["PRE_SCALE_UP"], "ROLLBACK"));
    world.deploy("web:2");
    world.update(json!({"deploymentConfiguration": {"lifecycleHooks": []}}));
    assert_eq!(world.reconcile(0), (0, 0));
    proceed(&mut world, DeploymentLifecycleHookAction::Continue);
    assert_eq!(world.reconcile(0), (1, 0));
    world.deploy("web:3");
    assert_eq!(how_far(&world), "PENDING - ");
    world.reconcile(0);
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.of("web:3"), 1, "nothing holds it back");
}

#[test]
fn an_early_success_and_a_bake_come_after_the_hooks() {
    let early = json!({"earlySuccessCriteria": {"enable": true, "healthyPercent": 50,
        "sourceServiceRevisionCleanup": "DEFERRED"}, "minimumHealthyPercent": 50,
        "bakeTimeInMinutes": 1});
    let mut world = hooked(2, with(lambda(&["POST_SCALE_UP"]), early));
    world.deploy("web:2");
    world.reconcile(0);
    let first = world.tasks(|task| task.definition == "web:2")[0].clone();
    let _ = world.observe(&first, TaskStatus::Running, |_| {});
    world.reconcile(40);
    assert_eq!(how_far(&world), "IN_PROGRESS POST_SCALE_UP IN_PROGRESS");
    world.reconcile(1_000);
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    answer(&mut world, status("SUCCEEDED"));
    world.reconcile(0);
    world.reconcile(59);
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:2", "COMPLETED"));
}

#[test]
fn a_forecast_lets_functions_succeed_and_waits_for_pauses() {
    let forecast = |configuration: Value| {
        let mut world = hooked(2, configuration);
        world.reconcile(0);
        let request = json!({"cluster": "prod", "service": "web", "taskDefinition": "web:2"});
        let request = serde_json::from_value(request).unwrap();
        let definition = definition("web", json!({}));
        let mut assumptions = Assumptions::default();
        assumptions.horizon = core::time::Duration::from_secs(300);
        let (services, cell) = (&world.services, &world.cell);
        let now = at(world.now);
        let forecast = services.forecast(&request, Some(&definition), cell, assumptions, now, 7);
        forecast.unwrap().outcome
    };
    let both = ["PRE_SCALE_UP", "POST_SCALE_UP"];
    assert!(matches!(forecast(lambda(&both)), Outcome::Completes { .. }));
    let Outcome::Waits { waits } = forecast(pause(&both, "ROLLBACK")) else {
        panic!("a pause takes longer");
    };
    assert!(
        waits[0]
            .to_string()
            .contains(" of PRE_SCALE_UP have not answered")
    );
}

#[test]
fn what_was_saved_awaits_the_same_answers() {
    let mut world = hooked(2, lambda(&["PRE_SCALE_UP", "POST_SCALE_UP"]));
    world.deploy("web:2");
    for (starts, stage) in [(2, "PRE_SCALE_UP"), (0, "POST_SCALE_UP")] {
        world.reconcile(0);
        let saved = serde_json::to_string(&world.services).unwrap();
        world.services = serde_json::from_str::<Services>(&saved).unwrap();
        assert_eq!(serde_json::to_string(&world.services).unwrap(), saved);
        assert_eq!(how_far(&world), format!("IN_PROGRESS {stage} IN_PROGRESS"));
        answer(&mut world, status("SUCCEEDED"));
        assert_eq!(world.reconcile(0).0, starts);
        world.run_all();
        world.now += 40;
    }
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.state(), is("web:2", "COMPLETED"));
}
