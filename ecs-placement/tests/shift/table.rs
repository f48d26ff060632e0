//! What every signal does at every stage and in every status.

use ecs_model::deployment::{DeploymentLifecycleHookAction, StopServiceDeploymentStopType};
use ecs_placement::deployment::shift::{
    HookAnswer, STAGE_LIMIT, ShiftAction, ShiftStatus, Stage, Weight,
};
use serde_json::{Value, json};

use crate::world::{
    BLUE, GREEN, OTHER, World, blue, configuration, healthy, lambda, minutes, pause, request,
};

/// What a signal does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum To {
    /// The deployment goes to a stage, before that shift of production traffic or at it.
    Stage(Stage, u16),
    /// It is successful.
    Successful,
    /// It goes back, or stops if the circuit breaker or the alarms shall not make it go back.
    BackOrStop,
    /// It goes back.
    Back,
    /// It goes back or goes on, by the action of the hook.
    Action,
    /// A user wants it to go back.
    Requested,
    /// It stops.
    Stop,
    /// The call is refused.
    Error,
    /// Nothing.
    Nothing,
}

struct Row {
    stage: Stage,
    step: u16,
    done: To,
    hook_failed: To,
    hook_timeout: To,
    breaker: To,
    alarm: To,
    stop: To,
    proceed: To,
    superseded: To,
    day: To,
}

/// A stage that has hooks, of which a pause may be one.
const fn with_hooks(stage: Stage, step: u16, next: (Stage, u16), pauses: bool) -> Row {
    Row {
        stage,
        step,
        done: To::Stage(next.0, next.1),
        hook_failed: To::Back,
        hook_timeout: To::Action,
        breaker: To::BackOrStop,
        alarm: To::BackOrStop,
        stop: To::Requested,
        proceed: if pauses { To::Action } else { To::Error },
        superseded: To::Stop,
        day: To::Back,
    }
}

/// A stage without hooks.
const fn without_hooks(stage: Stage, step: u16, done: To) -> Row {
    Row {
        stage,
        step,
        done,
        hook_failed: To::Nothing,
        hook_timeout: To::Nothing,
        breaker: To::BackOrStop,
        alarm: To::BackOrStop,
        stop: To::Requested,
        proceed: To::Error,
        superseded: To::Stop,
        day: To::Back,
    }
}

fn table() -> [Row; 14] {
    use Stage::{
        BakeTime, CleanUp, PostProductionTrafficShift, PostScaleUp, PostTestTrafficShift,
        PreProductionTrafficShift, PreScaleUp, ProductionTrafficShift, ReconcileService, ScaleUp,
        TestTrafficShift,
    };
    [
        Row {
            breaker: To::Nothing,
            ..with_hooks(ReconcileService, 0, (PreScaleUp, 0), true)
        },
        Row {
            breaker: To::Nothing,
            ..with_hooks(PreScaleUp, 0, (ScaleUp, 0), true)
        },
        without_hooks(ScaleUp, 0, To::Stage(PostScaleUp, 0)),
        with_hooks(PostScaleUp, 0, (TestTrafficShift, 0), true),
        with_hooks(TestTrafficShift, 0, (PostTestTrafficShift, 0), false),
        with_hooks(
            PostTestTrafficShift,
            0,
            (PreProductionTrafficShift, 1),
            true,
        ),
        with_hooks(
            PreProductionTrafficShift,
            1,
            (ProductionTrafficShift, 1),
            true,
        ),
        with_hooks(
            ProductionTrafficShift,
            1,
            (PreProductionTrafficShift, 2),
            false,
        ),
        with_hooks(
            PreProductionTrafficShift,
            2,
            (ProductionTrafficShift, 2),
            true,
        ),
        with_hooks(
            ProductionTrafficShift,
            2,
            (PreProductionTrafficShift, 3),
            false,
        ),
        with_hooks(
            ProductionTrafficShift,
            3,
            (PostProductionTrafficShift, 3),
            false,
        ),
        with_hooks(PostProductionTrafficShift, 3, (BakeTime, 3), true),
        Row {
            day: To::Stage(CleanUp, 3),
            ..without_hooks(BakeTime, 3, To::Stage(CleanUp, 3))
        },
        Row {
            breaker: To::Nothing,
            alarm: To::Nothing,
            ..without_hooks(CleanUp, 3, To::Successful)
        },
    ]
}

/// A deployment in three steps that is held at a stage, with hooks wherever there may be some.
fn at(row: &Row, rolls_back: bool, on_timeout: &str) -> World {
    let all = Stage::ALL.into_iter();
    let hooks: Vec<Stage> = all.clone().filter(|stage| stage.takes_hooks()).collect();
    let pauses: Vec<Stage> = all.filter(|stage| stage.takes_pause_hooks()).collect();
    let timeout = json!({"timeoutInMinutes": 60, "action": on_timeout});
    let with_timeout = |mut hook: Value| {
        hook["timeoutConfiguration"] = timeout.clone();
        hook
    };
    let configuration = configuration(json!({
        "strategy": "LINEAR",
        "linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 1},
        "bakeTimeInMinutes": 30,
        "lifecycleHooks": [with_timeout(lambda("f", &hooks)), with_timeout(pause(&pauses))],
        "deploymentCircuitBreaker": {"enable": true, "rollback": rolls_back},
        "alarms": {"enable": true, "rollback": rolls_back, "alarmNames": ["errors"]},
    }));
    let mut request = request(configuration);
    if row.stage == Stage::ReconcileService {
        let mut other = blue();
        other.revision = OTHER.into();
        other.production = Weight::NONE;
        other.test = Weight::NONE;
        other.is_successful = false;
        request = request.with_source(other);
    }
    let mut world = World::new(request.with_source(blue()));
    world.deployment.handle_timeout(world.now);
    while (world.deployment.stage(), world.deployment.step()) != (Some(row.stage), row.step) {
        let before = (world.deployment.stage(), world.deployment.step());
        finish(&mut world);
        assert_ne!((world.deployment.stage(), world.deployment.step()), before);
    }
    world
}

/// Carries out what is asked for except for hooks, which are left open.
fn carry_out(world: &mut World) -> Vec<String> {
    let mut hooks = Vec::new();
    while let Some(action) = world.deployment.poll_action() {
        match &action {
            ShiftAction::CallHook { hook_id, .. } => hooks.push(hook_id.to_string()),
            action => world.carry_out(action),
        }
    }
    hooks
}

/// Ends the stage.
fn finish(world: &mut World) {
    let stage = world.deployment.stage();
    let step = world.deployment.step();
    let is_there = |world: &World| {
        world.deployment.stage() == stage
            && world.deployment.step() == step
            && world.deployment.status() == ShiftStatus::InProgress
    };
    loop {
        let Some(action) = world.deployment.poll_action() else {
            break;
        };
        world.carry_out(&action);
        if !is_there(world) {
            return;
        }
    }
    for id in world.hook_ids("pause") {
        let _ = world.deployment.handle_continue(&id, None, world.now);
    }
    if is_there(world) {
        world.now = world.deployment.poll_timeout().unwrap();
        world.deployment.handle_timeout(world.now);
    }
}

fn check(world: &mut World, row: &Row, expected: To, signal: &str) {
    let what = format!("{signal} at {} {}", row.stage, row.step);
    let status = world.deployment.status();
    let here = (world.deployment.stage(), world.deployment.step());
    match expected {
        To::Stage(stage, step) => {
            assert_eq!(status, ShiftStatus::InProgress, "{what}");
            assert_eq!(here, (Some(stage), step), "{what}");
        }
        To::Successful => assert_eq!(status, ShiftStatus::Successful, "{what}"),
        To::Back => {
            assert!(
                world.deployment.describe().rollback.is_some(),
                "{what}: {status}"
            );
            ends_back(world, &what);
        }
        To::Requested => {
            assert_eq!(status, ShiftStatus::RollbackRequested, "{what}");
            world.deployment.handle_timeout(world.now);
            ends_back(world, &what);
        }
        To::Stop => {
            assert_eq!(status, ShiftStatus::StopRequested, "{what}");
            assert_eq!(world.deployment.poll_timeout(), Some(world.now));
            let traffic = world.deployment.production_traffic().clone();
            world.deployment.handle_timeout(world.now);
            assert_eq!(world.deployment.status(), ShiftStatus::Stopped, "{what}");
            world.run();
            assert_eq!(*world.deployment.production_traffic(), traffic);
            let hold = ShiftAction::Hold {
                revision: GREEN.into(),
            };
            assert!(
                world.actions.iter().any(|(_, action)| *action == hold),
                "{what}"
            );
        }
        To::Nothing | To::Error => {
            assert_eq!(status, ShiftStatus::InProgress, "{what}");
            assert_eq!(here, (Some(row.stage), row.step), "{what}");
        }
        To::Action | To::BackOrStop => panic!("it was decided before"),
    }
}

/// Everything is where it was before the deployment.
fn ends_back(world: &mut World, what: &str) {
    world.run();
    assert_eq!(
        world.deployment.status(),
        ShiftStatus::RollbackSuccessful,
        "{what}"
    );
    assert_eq!(
        world.deployment.production_traffic().of(BLUE),
        Weight::ALL,
        "{what}"
    );
    assert_eq!(
        world.deployment.test_traffic().unwrap().of(BLUE),
        Weight::ALL,
        "{what}"
    );
    let sources = world.deployment.sources_of_the_next();
    assert_eq!(sources.len(), 1, "{what}: {sources:?}");
    assert_eq!(sources[0].tasks, healthy(4), "{what}");
}

/// Both ways a signal can go.
fn ways(to: To, row: &Row) -> [(bool, To); 2] {
    match to {
        To::BackOrStop => [(true, To::Back), (false, To::Stop)],
        To::Action => [(true, To::Back), (false, row.done)],
        to => [(true, to), (false, to)],
    }
}

#[test]
fn done() {
    for row in table() {
        let mut world = at(&row, true, "ROLLBACK");
        finish(&mut world);
        check(&mut world, &row, row.done, "done");
    }
}

#[test]
fn hook_failed() {
    for row in table() {
        assert_eq!(row.hook_failed == To::Back, row.stage.takes_hooks());
        if row.hook_failed == To::Nothing {
            continue;
        }
        let mut world = at(&row, true, "ROLLBACK");
        let hooks = carry_out(&mut world);
        assert_eq!(hooks.len(), 1, "{}", row.stage);
        for hook in hooks {
            let failed = HookAnswer::Returned(json!({"hookStatus": "FAILED"}));
            world
                .deployment
                .handle_hook_answer(&hook, &failed, world.now);
            check(&mut world, &row, row.hook_failed, "hook failed");
        }
    }
}

#[test]
fn hook_timed_out() {
    for row in table().iter().filter(|row| row.hook_timeout == To::Action) {
        for (rolls_back, to) in ways(To::Action, row) {
            let action = if rolls_back { "ROLLBACK" } else { "CONTINUE" };
            let mut world = at(row, true, action);
            assert!(!carry_out(&mut world).is_empty());
            let start = world.now;
            world.now = world.deployment.poll_timeout().unwrap();
            assert_eq!(world.now.saturating_since(start).as_secs(), 3_600);
            world.deployment.handle_timeout(world.now);
            if !rolls_back && row.stage == Stage::ProductionTrafficShift && row.step < 3 {
                world.now = world.deployment.poll_timeout().unwrap();
                world.deployment.handle_timeout(world.now);
            }
            check(&mut world, row, to, "hook timeout");
        }
    }
}

#[test]
fn circuit_breaker_and_alarm() {
    for row in table() {
        for (rolls_back, to) in ways(row.breaker, &row) {
            let mut world = at(&row, rolls_back, "ROLLBACK");
            world.deployment.handle_failures(3, 3, world.now);
            check(&mut world, &row, to, "circuit breaker");
        }
        for (rolls_back, to) in ways(row.alarm, &row) {
            let mut world = at(&row, rolls_back, "ROLLBACK");
            world.deployment.handle_alarm("errors", world.now).unwrap();
            check(&mut world, &row, to, "alarm");
        }
    }
}

#[test]
fn stop() {
    for row in table() {
        let mut world = at(&row, true, "ROLLBACK");
        world.deployment.handle_stop(None, world.now).unwrap();
        check(&mut world, &row, row.stop, "stop");
    }
}

#[test]
fn proceed() {
    for row in table() {
        for (rolls_back, to) in ways(row.proceed, &row) {
            let mut world = at(&row, true, "ROLLBACK");
            let hooks = match row.stage.takes_pause_hooks() {
                true => carry_out(&mut world),
                false => Vec::new(),
            };
            for hook in hooks {
                let answer = HookAnswer::Returned(json!({"hookStatus": "SUCCEEDED"}));
                world
                    .deployment
                    .handle_hook_answer(&hook, &answer, world.now);
            }
            let paused = world.hook_ids("pause").pop();
            assert_eq!(paused.is_none(), row.proceed == To::Error, "{}", row.stage);
            if row.proceed == To::Error {
                let none = "ecs-pause-none";
                world
                    .deployment
                    .handle_continue(none, None, world.now)
                    .unwrap_err();
                continue;
            }
            let action = match rolls_back {
                true => DeploymentLifecycleHookAction::Rollback,
                false => DeploymentLifecycleHookAction::Continue,
            };
            let now = world.now;
            world
                .deployment
                .handle_continue(&paused.unwrap(), Some(&action), now)
                .unwrap();
            check(&mut world, &row, to, "continue");
        }
    }
}

#[test]
fn superseded() {
    for row in table() {
        let mut world = at(&row, true, "ROLLBACK");
        world.deployment.handle_superseded(world.now);
        check(&mut world, &row, row.superseded, "new deployment");
    }
}

#[test]
fn a_day_goes_by() {
    for row in table() {
        let mut world = at(&row, true, "CONTINUE");
        // Nothing is carried out, so that no stage ends but by time.
        let entered = world.now;
        world.now = entered.saturating_add(STAGE_LIMIT);
        if row.day == To::Back && row.hook_timeout == To::Action {
            // Hooks without an end would be over before.
            world = unending(&row);
            world.now = world.now.saturating_add(STAGE_LIMIT);
        }
        world.deployment.handle_timeout(world.now);
        check(&mut world, &row, row.day, "24 hours");
    }
}

/// At a stage whose function answers again and again that it is in progress.
fn unending(row: &Row) -> World {
    let mut world = at(row, true, "ROLLBACK");
    for hook in carry_out(&mut world) {
        let answer = json!({"hookStatus": "IN_PROGRESS", "callBackDelay": 100_000});
        let answer = HookAnswer::Returned(answer);
        world
            .deployment
            .handle_hook_answer(&hook, &answer, world.now);
    }
    world
}

#[test]
fn statuses_and_stop() {
    let row = &table()[3];
    // PENDING: nothing has started.
    let blue_green = || configuration(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}));
    let pending = || World::new(request(blue_green()).with_source(blue()));
    let mut world = pending();
    world.deployment.handle_stop(None, minutes(1)).unwrap();
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackRequested);
    world.deployment.handle_timeout(minutes(1));
    assert_eq!(world.deployment.status(), ShiftStatus::Stopped);
    let mut world = pending();
    world.deployment.handle_superseded(minutes(1));
    assert_eq!(world.deployment.status(), ShiftStatus::StopRequested);
    // STOP_REQUESTED goes on stopping.
    world.deployment.handle_stop(None, minutes(1)).unwrap();
    assert_eq!(world.deployment.status(), ShiftStatus::StopRequested);
    // ROLLBACK_REQUESTED, and a newer deployment.
    let mut world = at(row, true, "ROLLBACK");
    let rollback = StopServiceDeploymentStopType::Rollback;
    world
        .deployment
        .handle_stop(Some(&rollback), world.now)
        .unwrap();
    world
        .deployment
        .handle_stop(Some(&rollback), world.now)
        .unwrap();
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackRequested);
    world.deployment.handle_superseded(world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::Stopped);
    // ROLLBACK_IN_PROGRESS goes on.
    let mut world = at(row, true, "ROLLBACK");
    carry_out(&mut world);
    world.deployment.handle_failures(3, 3, world.now);
    world.deployment.handle_stop(None, world.now).unwrap();
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackInProgress);
    world.deployment.handle_superseded(world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackFailed);
    // The target was reached before the request was taken up.
    let mut world = at(&table()[13], true, "ROLLBACK");
    world.deployment.handle_stop(None, world.now).unwrap();
    world
        .deployment
        .handle_tasks(BLUE, healthy(0), world.now)
        .unwrap();
    world.deployment.handle_timeout(world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    // What has ended is not stopped.
    let error = world.deployment.handle_stop(None, world.now).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the service deployment is SUCCESSFUL and cannot be stopped"
    );
    assert_eq!(
        error.exception().to_string(),
        "ConflictException: the service deployment is SUCCESSFUL and cannot be stopped"
    );
    let abort = StopServiceDeploymentStopType::Abort;
    let error = pending()
        .deployment
        .handle_stop(Some(&abort), minutes(1))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a service deployment cannot be stopped by `ABORT`, only by ROLLBACK"
    );
}

#[test]
fn alarms() {
    let row = &table()[3];
    let mut world = at(row, true, "ROLLBACK");
    let error = world
        .deployment
        .handle_alarm("latency", world.now)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the alarm `latency` is not one of the deployment's"
    );
    // One that was there before the deployment makes it ignore all of them.
    let alarms = json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1,
        "alarms": {"enable": true, "rollback": true, "alarmNames": ["errors", "latency"]}});
    let mut world = World::new(request(configuration(alarms)).with_source(blue()));
    world.deployment.handle_alarm("errors", world.now).unwrap();
    world.run_to(Stage::ScaleUp, 0);
    world.deployment.handle_alarm("latency", world.now).unwrap();
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    let alarms = serde_json::to_value(world.deployment.describe().alarms).unwrap();
    assert_eq!(alarms["status"], "DISABLED");
}
