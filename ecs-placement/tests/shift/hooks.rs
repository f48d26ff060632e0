//! What hooks are called with, and what their answers do.

use ecs_model::Timestamp;
use ecs_model::deployment::DeploymentLifecycleHookAction;
use ecs_placement::deployment::shift::{
    HookAnswer, HookPayload, ShiftAction, ShiftChange, ShiftStatus, ShiftVerdict, Stage,
};
use serde_json::{Value, json};

use crate::world::{
    BLUE, DEPLOYMENT, GREEN, ROLE, SERVICE, World, blue, configuration, lambda, minutes, pause,
    request, succeeded,
};

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn world(hooks: Value) -> World {
    let value = json!({"strategy": "CANARY", "bakeTimeInMinutes": 5, "lifecycleHooks": hooks});
    let mut world = World::new(request(configuration(value)).with_source(blue()));
    world.deployment.handle_timeout(world.now);
    world
}

fn call(world: &mut World) -> Option<(String, HookPayload)> {
    while let Some(action) = world.deployment.poll_action() {
        if let ShiftAction::CallHook {
            hook_id, payload, ..
        } = action
        {
            return Some((hook_id.to_string(), *payload));
        }
        world.carry_out(&action);
    }
    None
}

fn returned(value: Value) -> HookAnswer {
    HookAnswer::Returned(value)
}

#[test]
fn a_function_that_is_called_back() {
    let mut world = world(json!([lambda("function", &[Stage::PreScaleUp])]));
    let (id, _) = call(&mut world).unwrap();
    let mut at = |seconds_now, answer: Value| {
        let now = seconds(seconds_now);
        let verdict = world
            .deployment
            .handle_hook_answer(&id, &returned(answer), now);
        assert_eq!(verdict, ShiftVerdict::Applied);
        let due = world.deployment.poll_timeout().unwrap();
        world.deployment.handle_timeout(due);
        (due.seconds(), call(&mut world).is_some())
    };
    assert_eq!(at(0, json!({"hookStatus": "IN_PROGRESS"})), (30, true));
    let later = json!({"hookStatus": "IN_PROGRESS", "callBackDelay": 60});
    assert_eq!(at(30, later), (90, true));
    let now = seconds(90);
    world.deployment.handle_hook_answer(&id, &succeeded(), now);
    assert_eq!(world.deployment.stage(), Some(Stage::ScaleUp));
    // It was the last call: nobody awaits another answer.
    let late = world.deployment.handle_hook_answer(&id, &succeeded(), now);
    assert_eq!(late, ShiftVerdict::Stale);
}

#[test]
fn no_answer_is_awaited_between_two_calls() {
    let mut world = world(json!([lambda("function", &[Stage::PreScaleUp])]));
    let (id, _) = call(&mut world).unwrap();
    let wait = returned(json!({"hookStatus": "IN_PROGRESS", "callBackDelaySeconds": 5}));
    world.deployment.handle_hook_answer(&id, &wait, seconds(0));
    assert_eq!(world.deployment.poll_timeout(), Some(seconds(5)));
    let early = world
        .deployment
        .handle_hook_answer(&id, &succeeded(), seconds(1));
    assert_eq!(early, ShiftVerdict::Stale);
}

#[test]
fn details_go_from_call_to_call() {
    let stages = [Stage::PreScaleUp, Stage::PostScaleUp];
    let mut hook = lambda("function", &stages);
    hook["hookDetails"] = json!({"a": 1, "b": 2});
    let mut world = world(json!([hook, lambda("other", &[Stage::PostScaleUp])]));
    let (id, payload) = call(&mut world).unwrap();
    assert_eq!(payload.hook_details, Some(json!({"a": 1, "b": 2})));
    let wait = json!({"hookStatus": "IN_PROGRESS", "hookDetails": {"b": 3}});
    world
        .deployment
        .handle_hook_answer(&id, &returned(wait), seconds(0));
    world.deployment.handle_timeout(seconds(30));
    let (_, payload) = call(&mut world).unwrap();
    assert_eq!(payload.hook_details, Some(json!({"a": 1, "b": 3})));
    let done = json!({"hookStatus": "SUCCEEDED", "hookDetails": {"c": 4}});
    world
        .deployment
        .handle_hook_answer(&id, &returned(done), seconds(31));
    let (_, payload) = call(&mut world).unwrap();
    assert_eq!(payload.lifecycle_stage, Stage::PostScaleUp);
    assert_eq!(payload.hook_details, Some(json!({"a": 1, "b": 3, "c": 4})));
    // Another hook has details of its own.
    let (_, payload) = call(&mut world).unwrap();
    assert_eq!(payload.hook_details, None);
}

#[test]
fn what_a_function_is_called_with_at_each_stage() {
    let stages: Vec<_> = Stage::ALL
        .into_iter()
        .filter(|stage| stage.takes_hooks())
        .collect();
    let mut world = world(json!([lambda("function", &stages)]));
    let mut seen = Vec::new();
    loop {
        while let Some((id, payload)) = call(&mut world) {
            let details = &payload.execution_details;
            let weights = |weights: Value| weights.as_object().unwrap().clone();
            let test = weights(serde_json::to_value(&details.test_traffic_weights).unwrap());
            let of = |traffic: &serde_json::Map<String, Value>| {
                traffic
                    .get(GREEN)
                    .map(|green| (green.clone(), traffic[BLUE].clone()))
            };
            let production = serde_json::to_value(&details.production_traffic_weights).unwrap();
            seen.push((payload.lifecycle_stage, of(&test), of(&weights(production))));
            world
                .deployment
                .handle_hook_answer(&id, &succeeded(), world.now);
        }
        let Some(due) = world.deployment.poll_timeout() else {
            break;
        };
        world.now = due;
        world.deployment.handle_timeout(due);
    }
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    let weights = |green: i32, blue: i32| Some((json!(green), json!(blue)));
    assert_eq!(
        seen,
        [
            (Stage::PreScaleUp, None, None),
            (Stage::PostScaleUp, None, None),
            (Stage::TestTrafficShift, weights(100, 0), None),
            (Stage::PostTestTrafficShift, None, None),
            (Stage::PreProductionTrafficShift, None, weights(0, 100)),
            (Stage::ProductionTrafficShift, None, weights(5, 95)),
            (Stage::PreProductionTrafficShift, None, weights(5, 95)),
            (Stage::ProductionTrafficShift, None, weights(100, 0)),
            (Stage::PostProductionTrafficShift, None, None),
        ]
    );
}

#[test]
fn the_payload_as_json() {
    let mut world = world(json!([lambda("function", &[Stage::TestTrafficShift])]));
    let (id, payload) = call(&mut world).unwrap();
    assert_eq!(id, "ecs-lambda-NCWGC2ZR-taawPAYrIaU5-1");
    assert_eq!(
        serde_json::to_value(payload).unwrap(),
        json!({
            "executionId": "NCWGC2ZR-taawPAYrIaU5-1",
            "lifecycleStage": "TEST_TRAFFIC_SHIFT",
            "resourceArn": DEPLOYMENT,
            "executionDetails": {
                "serviceArn": SERVICE,
                "targetServiceRevisionArn": GREEN,
                "testTrafficWeights": {BLUE: 0, GREEN: 100},
                "productionTrafficWeights": {},
            },
        })
    );
}

#[test]
fn every_answer_that_makes_it_go_back() {
    let failed = "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed.";
    for (answer, text) in [
        (
            returned(json!({"hookStatus": "FAILED"})),
            "Lifecycle hook target function returned FAILED status.",
        ),
        (
            returned(json!({})),
            "ECS was unable to parse the response from function due to HookStatus must not be null",
        ),
        (
            returned(json!("SUCCEEDED")),
            "ECS was unable to parse the response from function due to HookStatus must not be null",
        ),
        (
            returned(json!({"hookStatus": "DONE"})),
            "ECS was unable to parse the response from function due to HookStatus must be \
             SUCCEEDED, FAILED or IN_PROGRESS",
        ),
        (
            returned(json!({"hookStatus": "IN_PROGRESS", "callBackDelay": -1})),
            "ECS was unable to parse the response from function due to CallBackDelay must be a \
             whole number of seconds",
        ),
        (
            HookAnswer::NotInvoked {
                problem: "no such function".to_owned(),
            },
            "ECS was unable to invoke hook target function due to no such function",
        ),
        (
            HookAnswer::RoleNotAssumed,
            "ECS was unable to assume role arn:aws:iam::123456789012:role/hooks",
        ),
    ] {
        let mut world = world(json!([lambda("function", &[Stage::PreScaleUp])]));
        let (id, _) = call(&mut world).unwrap();
        world.deployment.handle_hook_answer(&id, &answer, world.now);
        assert_eq!(world.deployment.status(), ShiftStatus::RollbackSuccessful);
        assert_eq!(
            world.deployment.status_reason(),
            Some(&*format!("{failed} {text}"))
        );
    }
    assert_eq!(ROLE, "arn:aws:iam::123456789012:role/hooks");
}

#[test]
fn one_failed_hook_is_enough() {
    let stage = [Stage::PreScaleUp];
    let mut world = world(json!([
        lambda("a", &stage),
        lambda("b", &stage),
        pause(&stage)
    ]));
    let (first, _) = call(&mut world).unwrap();
    let (second, _) = call(&mut world).unwrap();
    world
        .deployment
        .handle_hook_answer(&first, &succeeded(), world.now);
    assert_eq!(world.deployment.stage(), Some(Stage::PreScaleUp));
    let failed = returned(json!({"hookStatus": "FAILED"}));
    world
        .deployment
        .handle_hook_answer(&second, &failed, world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackSuccessful);
}

#[test]
fn a_pause_that_nobody_ends() {
    let start: Timestamp = "2026-06-02T15:54:41Z".parse().unwrap();
    for (action, status) in [
        ("ROLLBACK", ShiftStatus::RollbackSuccessful),
        ("CONTINUE", ShiftStatus::InProgress),
    ] {
        let mut hook = pause(&[Stage::PreScaleUp]);
        hook["timeoutConfiguration"] = json!({"timeoutInMinutes": 10, "action": action});
        let value = json!({"strategy": "BLUE_GREEN", "lifecycleHooks": [hook]});
        let mut world = World::new(request(configuration(value)).with_source(blue()));
        world.now = start;
        world.deployment.handle_timeout(start);
        let detail = &world.deployment.describe().lifecycle_hook_details.unwrap()[0];
        assert_eq!(
            detail.expires_at().unwrap().to_string(),
            "2026-06-02T16:04:41Z"
        );
        assert_eq!(world.deployment.poll_timeout(), detail.expires_at());
        world
            .deployment
            .handle_timeout(detail.expires_at().unwrap());
        assert_eq!(world.deployment.status(), status);
        world.settle();
        let events = world.changes.iter().filter_map(|change| match change {
            ShiftChange::Hook(hook) => hook.event_name().map(ToString::to_string),
            _ => None,
        });
        assert_eq!(
            events.collect::<Vec<_>>(),
            ["HOOK_AWAITING_ACTION", "HOOK_TIMED_OUT"]
        );
        if action == "ROLLBACK" {
            assert_eq!(
                world.deployment.status_reason(),
                Some("Service deployment rolled back because PRE_SCALE_UP pause hook timed out.")
            );
        }
    }
}

#[test]
fn continuing() {
    let hooks = json!([pause(&[Stage::PreScaleUp, Stage::PostScaleUp])]);
    let mut world = world(hooks);
    let id = world.hook_ids("pause").pop().unwrap();
    assert_eq!(id, "ecs-pause-NCWGC2ZR-taawPAYrIaU5-1");
    let error = |world: &mut World, id: &str, action| {
        let error = world
            .deployment
            .handle_continue(id, action, world.now)
            .unwrap_err();
        (error.to_string(), error.exception().to_string())
    };
    assert_eq!(
        error(&mut world, "pause-1", None),
        (
            "the hook id `pause-1` does not have the form ecs-TYPE-ID".to_owned(),
            "InvalidParameterException: Invalid hookId: hookId must follow the format: \
             ecs-{hookType}-{id}"
                .to_owned()
        )
    );
    assert_eq!(
        error(&mut world, "ecs-pause-x", None),
        (
            "no hook `ecs-pause-x` awaits it".to_owned(),
            "InvalidParameterException: Provided hookId is either completed, unavailable, or not \
             associated with the given Resource ARN"
                .to_owned()
        )
    );
    let action = DeploymentLifecycleHookAction::from("SKIP");
    assert_eq!(
        error(&mut world, &id, Some(&action)).0,
        "`SKIP` is not one of the actions ROLLBACK and CONTINUE"
    );
    world
        .deployment
        .handle_continue(&id, None, world.now)
        .unwrap();
    world.settle();
    // It is over, and the next stage has a pause of its own.
    assert_eq!(
        error(&mut world, &id, None).0,
        format!("no hook `{id}` awaits it")
    );
    let next = world.hook_ids("pause").pop().unwrap();
    assert_ne!(next, id);
    let back = DeploymentLifecycleHookAction::Rollback;
    world
        .deployment
        .handle_continue(&next, Some(&back), world.now)
        .unwrap();
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackSuccessful);
    assert_eq!(
        world.deployment.status_reason(),
        Some(
            "Service deployment rolled back because POST_SCALE_UP pause hook was continued with \
             ROLLBACK."
        )
    );
    assert_eq!(
        error(&mut world, &next, None),
        (
            "the service deployment is ROLLBACK_SUCCESSFUL and cannot be continued".to_owned(),
            "InvalidParameterException: Continuing a service deployment is not allowed for \
             service deployment in terminal states."
                .to_owned()
        )
    );
}

#[test]
fn a_pause_may_hold_its_stage_beyond_its_limit() {
    let mut hook = pause(&[Stage::PostScaleUp]);
    hook["timeoutConfiguration"] = json!({"timeoutInMinutes": 20160, "action": "CONTINUE"});
    let mut world = world(json!([hook]));
    world.settle();
    assert_eq!(world.deployment.stage(), Some(Stage::PostScaleUp));
    assert_eq!(world.deployment.poll_timeout(), Some(minutes(20_160)));
    world.deployment.handle_timeout(minutes(1_440));
    assert_eq!(world.deployment.stage(), Some(Stage::PostScaleUp));
    world.step();
    assert_eq!(world.deployment.status(), ShiftStatus::InProgress);
    assert_eq!(
        world.deployment.stage(),
        Some(Stage::ProductionTrafficShift)
    );
}
