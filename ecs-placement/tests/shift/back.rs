//! The way back, by what had moved when it began.

use ecs_model::event::EventName;
use ecs_placement::deployment::shift::{
    HookAnswer, ShiftAction, ShiftChange, ShiftRequest, ShiftStatus, ShiftVerdict, SourceRevision,
    Stage, TaskCounts, Weight,
};
use serde_json::json;

use crate::world::{
    BLUE, GREEN, OTHER, World, blue, configuration, healthy, lambda, minutes, parts, request,
};

fn canary() -> ShiftRequest {
    let hooks = [lambda(
        "f",
        &[
            Stage::TestTrafficShift,
            Stage::PreProductionTrafficShift,
            Stage::ProductionTrafficShift,
        ],
    )];
    let value = json!({"strategy": "CANARY", "bakeTimeInMinutes": 5, "lifecycleHooks": hooks,
        "deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    request(configuration(value))
}

/// What is asked for on the way back, in short.
fn asked(world: &World, since: usize) -> Vec<String> {
    let name = |arn: &str| if arn == GREEN { "green" } else { "blue" }.to_owned();
    let asked = world.actions[since..]
        .iter()
        .filter_map(|(_, action)| match action {
            ShiftAction::Scale { revision, tasks } => Some(format!("{} {tasks}", name(revision))),
            ShiftAction::ShiftTest { traffic } => {
                Some(format!("test {}", parts(traffic).join("/")))
            }
            ShiftAction::ShiftProduction { traffic } => {
                Some(format!("production {}", parts(traffic).join("/")))
            }
            ShiftAction::CallHook { payload, .. } => {
                Some(format!("hook {}", payload.lifecycle_stage))
            }
            _ => None,
        });
    asked.collect()
}

fn back_from(stage: Stage, step: u16) -> Vec<String> {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(stage, step);
    // What was asked for and not yet done is carried out first.
    let since = world.actions.len();
    world.deployment.handle_failures(3, 3, world.now);
    if stage == Stage::CleanUp {
        world.deployment.handle_stop(None, world.now).unwrap();
        world.deployment.handle_timeout(world.now);
    }
    world.run();
    assert_eq!(
        world.deployment.status(),
        ShiftStatus::RollbackSuccessful,
        "{stage}"
    );
    assert_eq!(world.deployment.production_traffic().of(BLUE), Weight::ALL);
    assert_eq!(
        world.deployment.test_traffic().unwrap().of(BLUE),
        Weight::ALL
    );
    assert_eq!(world.deployment.requested_tasks(GREEN), Some(0));
    assert_eq!(world.deployment.requested_tasks(BLUE), Some(4));
    asked(&world, since)
}

#[test]
fn what_each_stage_takes_back() {
    assert_eq!(back_from(Stage::ScaleUp, 0), ["green 4", "green 0"]);
    let test = [
        "test 0.0/100.0",
        "test 100.0/0.0",
        "hook TEST_TRAFFIC_SHIFT",
        "green 0",
    ];
    assert_eq!(back_from(Stage::TestTrafficShift, 0), test);
    assert_eq!(
        back_from(Stage::PreProductionTrafficShift, 1),
        [
            "hook PRE_PRODUCTION_TRAFFIC_SHIFT",
            test[1],
            test[2],
            test[3]
        ]
    );
    let production = [
        "production 95.0/5.0",
        "production 100.0/0.0",
        "hook PRODUCTION_TRAFFIC_SHIFT",
        "test 100.0/0.0",
        "hook TEST_TRAFFIC_SHIFT",
        "green 0",
    ];
    assert_eq!(back_from(Stage::ProductionTrafficShift, 1), production);
    assert_eq!(back_from(Stage::BakeTime, 2), production[1..]);
    // The source is brought back before any traffic goes there.
    let mut late = vec!["blue 0", "blue 4"];
    late.extend(&production[1..]);
    assert_eq!(back_from(Stage::CleanUp, 2), late);
}

#[test]
fn hooks_of_the_way_back_are_told_where_traffic_goes_and_cannot_stop_it() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::BakeTime, 2);
    world.answers = false;
    world.deployment.handle_failures(3, 3, world.now);
    world.settle();
    let (
        _,
        ShiftAction::CallHook {
            hook_id, payload, ..
        },
    ) = world.actions.last().unwrap()
    else {
        panic!("{:?}", world.actions.last());
    };
    let details = &payload.execution_details;
    assert_eq!(&*details.target_service_revision_arn, GREEN);
    assert_eq!(
        serde_json::to_value(&details.production_traffic_weights).unwrap(),
        json!({BLUE: 100, GREEN: 0})
    );
    let failed = HookAnswer::Returned(json!({"hookStatus": "FAILED"}));
    let hook_id = hook_id.clone();
    world
        .deployment
        .handle_hook_answer(&hook_id, &failed, world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackInProgress);
    // The other hook does not answer at all.
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackSuccessful);
    assert_eq!(world.now, minutes(10 + 1_440));
}

#[test]
fn events_of_a_circuit_breaker() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::ScaleUp, 0);
    assert_eq!(
        world.deployment.handle_failures(2, 3, world.now),
        ShiftVerdict::Applied
    );
    assert_eq!(
        world.deployment.handle_failures(2, 3, world.now),
        ShiftVerdict::Unchanged
    );
    world.deployment.handle_failures(3, 3, world.now);
    world.run();
    let told = world.changes.iter().filter_map(|change| match change {
        ShiftChange::Deployment(change) => Some((
            change.event_name.clone().unwrap(),
            change.deployment_id.clone().unwrap(),
            change.reason.clone().unwrap(),
        )),
        _ => None,
    });
    let expected = [
        (
            EventName::ServiceDeploymentInProgress,
            "ecs-svc/1002",
            "ECS deployment ecs-svc/1002 in progress.",
        ),
        (
            EventName::ServiceDeploymentFailed,
            "ecs-svc/1002",
            "ECS deployment circuit breaker: task failed to start.",
        ),
        (
            EventName::ServiceDeploymentInProgress,
            "ecs-svc/1001",
            "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1001.",
        ),
        (
            EventName::ServiceDeploymentCompleted,
            "ecs-svc/1001",
            "ECS deployment ecs-svc/1001 completed.",
        ),
    ];
    let expected = expected.map(|(name, id, reason)| (name, id.to_owned(), reason.to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn the_first_deployment_has_nothing_to_go_back_to() {
    let mut world = World::new(canary());
    world.run_to(Stage::BakeTime, 2);
    assert!(world.shifts().is_empty());
    assert_eq!(world.deployment.production_traffic().of(GREEN), Weight::ALL);
    let hooks = world
        .actions
        .iter()
        .filter(|(_, action)| matches!(action, ShiftAction::CallHook { .. }));
    assert_eq!(hooks.count(), 5);
    world.deployment.handle_failures(3, 3, world.now);
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackFailed);
    assert_eq!(
        world.deployment.status_reason(),
        Some("No rollback candidate was found to run the rollback.")
    );
    assert_eq!(world.deployment.production_traffic().of(GREEN), Weight::ALL);
    assert_eq!(world.deployment.requested_tasks(GREEN), Some(0));
}

#[test]
fn a_way_back_that_does_not_end() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::BakeTime, 2);
    world.deployment.handle_failures(3, 3, world.now);
    // Nobody shifts the traffic.
    let _ = world.deployment.poll_action();
    let due = world.deployment.poll_timeout().unwrap();
    assert_eq!(due, minutes(10 + 1_440));
    world.deployment.handle_timeout(due);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackFailed);
    assert_eq!(
        world.deployment.status_reason(),
        Some(
            "Service deployment rolled back because the circuit breaker threshold was exceeded. \
             The rollback took longer than 24 hours."
        )
    );
}

#[test]
fn what_changes_nothing_leaves_it_as_it_is() {
    let mut world = World::new(canary().with_source(blue()));
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    let before = world.deployment.clone();
    let later = minutes(100_000);
    assert_eq!(
        world.deployment.handle_superseded(later),
        ShiftVerdict::Unchanged
    );
    let stale = world.deployment.handle_invalid_networking("no rule", later);
    assert_eq!(stale, ShiftVerdict::Stale);
    assert_eq!(world.deployment, before);
}

#[test]
fn a_way_back_that_failed_awaits_no_hook() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::BakeTime, 2);
    world.deployment.handle_failures(3, 3, world.now);
    world.answers = false;
    world.settle();
    assert_eq!(world.hook_ids("lambda").len(), 1);
    world
        .deployment
        .handle_invalid_networking("no rule", world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackFailed);
    assert_eq!(world.hook_ids("lambda"), Vec::<String>::new());
}

#[test]
fn networks_that_cannot_be_set_up() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::ProductionTrafficShift, 1);
    let verdict = world
        .deployment
        .handle_invalid_networking("no listener", world.now);
    assert_eq!(verdict, ShiftVerdict::Applied);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackInProgress);
    world
        .deployment
        .handle_invalid_networking("no rule", world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackFailed);
    assert_eq!(
        world.deployment.status_reason(),
        Some("Service deployment rolled back because of invalid networking configuration: no rule")
    );
}

#[test]
fn several_sources_come_to_one_first() {
    let mut old = SourceRevision::serving(OTHER, TaskCounts::new(1, 0, 1));
    old.production = Weight::from_tenths(200).unwrap();
    old.test = Weight::NONE;
    let mut new = SourceRevision::serving(BLUE, healthy(2));
    new.is_successful = false;
    new.production = old.production.rest();
    let mut world = World::new(canary().with_source(old).with_source(new));
    world.run_to(Stage::ScaleUp, 0);
    let shift = world.actions.iter().filter_map(|(_, action)| match action {
        ShiftAction::Scale { revision, tasks } => Some(format!("{revision} {tasks}")),
        ShiftAction::ShiftProduction { traffic } => Some(parts(traffic).join("/")),
        ShiftAction::ShiftTest { traffic } => Some(format!("test {}", parts(traffic).join("/"))),
        _ => None,
    });
    // Only the oldest was ever deployed successfully.
    assert_eq!(
        shift.collect::<Vec<_>>(),
        [
            format!("{OTHER} 4"),
            "100.0/0.0/0.0".to_owned(),
            "test 100.0/0.0/0.0".to_owned(),
            format!("{BLUE} 0"),
        ]
    );
    assert_eq!(world.deployment.requested_tasks(OTHER), Some(4));
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
}

#[test]
fn a_source_without_all_of_its_tasks_is_waited_for() {
    let mut serving = SourceRevision::serving(OTHER, healthy(1));
    serving.requested = 4;
    serving.production = Weight::from_tenths(200).unwrap();
    let mut new = blue();
    new.is_successful = false;
    new.production = serving.production.rest();
    new.test = Weight::NONE;
    let mut world = World::new(canary().with_source(serving).with_source(new));
    world.step();
    assert_eq!(world.deployment.stage(), Some(Stage::ReconcileService));
    assert_eq!(
        world.deployment.waits_for().unwrap().to_string(),
        format!("1 of 4 tasks of `{OTHER}` are healthy")
    );
    assert_eq!(world.actions, []);
    let now = world.now;
    world
        .deployment
        .handle_tasks(OTHER, healthy(4), now)
        .unwrap();
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
}

#[test]
fn what_is_gone_back_to_is_nothing_to_go_back_to() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::BakeTime, 2);
    world.deployment.handle_failures(3, 3, world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackInProgress);
    world.deployment.handle_superseded(world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::RollbackFailed);
    let sources = world.deployment.sources_of_the_next();
    let successful = sources.iter().filter(|source| source.is_successful);
    assert_eq!(successful.count(), 0);
    // Once it is in place again it is.
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::BakeTime, 2);
    world.deployment.handle_failures(3, 3, world.now);
    world.run();
    let sources = world.deployment.sources_of_the_next();
    assert_eq!(sources, [blue()]);
}

#[test]
fn a_newer_deployment_takes_over_what_there_is() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::PreProductionTrafficShift, 2);
    world.deployment.handle_superseded(world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::StopRequested);
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Stopped);
    let sources = world.deployment.sources_of_the_next();
    let seen: Vec<_> = sources
        .iter()
        .map(|source| {
            (
                &*source.revision,
                source.is_successful,
                source.production.tenths(),
            )
        })
        .collect();
    assert_eq!(seen, [(BLUE, true, 950), (GREEN, false, 50)]);

    let mut next = canary();
    next.target = OTHER.into();
    next.sources = sources;
    let mut world = World::new(next);
    world.step();
    assert_eq!(
        world.changes.iter().find_map(|change| match change {
            ShiftChange::Stage { stage, .. } => Some(*stage),
            _ => None,
        }),
        Some(Stage::ReconcileService)
    );
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    let left = world.deployment.sources_of_the_next();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0], SourceRevision::serving(OTHER, healthy(4)));
}

#[test]
fn the_desired_count_changes_on_the_way() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::ScaleUp, 0);
    world.deployment.handle_desired_count(6, world.now);
    world
        .deployment
        .handle_tasks(GREEN, healthy(4), world.now)
        .unwrap();
    assert_eq!(world.deployment.stage(), Some(Stage::ScaleUp));
    assert_eq!(world.deployment.requested_tasks(BLUE), Some(6));
    world
        .deployment
        .handle_tasks(GREEN, healthy(6), world.now)
        .unwrap();
    assert_eq!(world.deployment.stage(), Some(Stage::TestTrafficShift));
    // In CLEAN_UP only the target follows.
    world.run_to(Stage::CleanUp, 2);
    world.deployment.handle_desired_count(2, world.now);
    assert_eq!(world.deployment.requested_tasks(BLUE), Some(0));
    assert_eq!(world.deployment.requested_tasks(GREEN), Some(2));
}

#[test]
fn a_source_that_is_cleaned_up_does_not_follow_the_desired_count() {
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::CleanUp, 2);
    world.deployment.handle_stop(None, world.now).unwrap();
    world.deployment.handle_desired_count(6, world.now);
    assert_eq!(world.deployment.requested_tasks(BLUE), Some(0));
    // It is gone before the wish of the user is taken up.
    let none = TaskCounts::default();
    world
        .deployment
        .handle_tasks(BLUE, none, world.now)
        .unwrap();
    world.deployment.handle_timeout(world.now);
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    assert_eq!(world.deployment.requested_tasks(BLUE), Some(0));
    // On the way back it does.
    let mut world = World::new(canary().with_source(blue()));
    world.run_to(Stage::CleanUp, 2);
    world.deployment.handle_stop(None, world.now).unwrap();
    world.deployment.handle_timeout(world.now);
    world.deployment.handle_desired_count(6, world.now);
    assert_eq!(world.deployment.requested_tasks(BLUE), Some(6));
}
