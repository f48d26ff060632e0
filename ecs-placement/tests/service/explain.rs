//! Why a deployment does not go on.

use ecs_model::TaskStatus;
use ecs_placement::service::Wait;
use serde_json::json;

use crate::world::{INSTANCE, World, at, instance};

fn explain(world: &World) -> Vec<String> {
    let waits = world.services.explain("web", &world.cell, at(world.now));
    waits.unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn each_step_of_a_deployment_says_what_it_waits_for() {
    let mut world = World::settled(2, json!({"bakeTimeInMinutes": 1}));
    world.reconcile(60);
    assert!(explain(&world).is_empty());
    assert!(
        world
            .services
            .explain("other", &world.cell, at(0))
            .is_none()
    );
    world.deploy("web:2");
    world.reconcile(0);
    assert_eq!(
        explain(&world),
        [
            "2 tasks do not run yet",
            "2 tasks of older revisions are still there"
        ]
    );
    world.run_all();
    assert_eq!(
        explain(&world),
        [
            "2 tasks run and are not known to be healthy",
            "2 tasks of older revisions are still there",
        ]
    );
    let old = world.tasks(|task| task.definition == "web:1")[0].clone();
    let _ = world.observe(&old, TaskStatus::Running, |seen| {
        seen.protected_until = Some(at(1_000))
    });
    world.reconcile(40);
    assert_eq!(
        explain(&world),
        [
            "1 tasks of older revisions are still there",
            "1 tasks are protected, the first of them until 1970-01-01T00:16:40Z",
            "1 tasks shall stop and have not stopped",
        ]
    );
    world.stop_all();
    let left = 1_000 - world.now;
    world.reconcile(left);
    world.stop_all();
    world.reconcile(0);
    assert_eq!(
        explain(&world),
        ["all is done, the deployment bakes until 1970-01-01T00:17:40Z"]
    );
}

#[test]
fn bounds_without_room() {
    let percent = json!({"minimumHealthyPercent": 100, "maximumPercent": 125});
    let mut world = World::settled(3, percent);
    world.deploy("web:2");
    world.reconcile(0);
    assert_eq!(
        explain(&world)[0],
        "the bounds leave no room for a step: 3 of at most 3 tasks are there, 3 of at least 3 are \
         healthy"
    );
}

#[test]
fn no_place_and_failures() {
    let mut world = World::new(150);
    let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": false,
        "thresholdConfiguration": {"type": "COUNT", "value": 7}}});
    world.create(json!({"desiredCount": 3, "deploymentConfiguration": breaker}));
    world.reconcile(0);
    assert_eq!(
        explain(&world),
        [
            "no instance takes one more of 1 tasks: the closest is \
             arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a, which needs 100 MiB of \
             memory, 50 are left; it is tried again at 1970-01-01T00:01:00Z at the latest",
            "the circuit breaker is at 1 of 7 failures",
            "2 tasks do not run yet",
        ]
    );
    for _ in 0..3 {
        for task in world.tasks(|task| !task.shall_stop) {
            let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
        }
        world.reconcile(1);
    }
    let waits = explain(&world);
    assert!(waits[0].starts_with("tasks have failed to start too often, the next start at "));
    let failed = World::settled(1, json!({}));
    assert!(explain(&failed).is_empty());
}

#[test]
fn a_failed_deployment() {
    let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": false,
        "thresholdConfiguration": {"type": "COUNT", "value": 1}}});
    let mut world = World::new(1_000);
    world.create(json!({"desiredCount": 1, "deploymentConfiguration": breaker}));
    world.reconcile(0);
    let id = world.deployments()[0].id().unwrap().to_owned();
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    world.reconcile(0);
    assert_eq!(
        explain(&world)[0],
        format!("the deployment {id} has failed, nothing more is started for it")
    );
}

#[test]
fn a_zone_without_instances_is_named() {
    let mut world = World::new(100);
    world.create(json!({"desiredCount": 3}));
    world.cell.set_status(&format!("{INSTANCE}b"), "DRAINING");
    world.reconcile(0);
    let waits = world.services.explain("web", &world.cell, at(0)).unwrap();
    let empty = Wait::EmptyZone {
        zone: "us-east-1b".into(),
    };
    assert_eq!(waits[0], empty);
    assert_eq!(
        empty.to_string(),
        "no instance in us-east-1b takes tasks of the service"
    );
}

/// However often no place was found, a new instance is news.
#[test]
fn room_that_comes_late_is_taken_at_once() {
    let mut world = World::new(0);
    world.create(json!({"desiredCount": 1}));
    for _ in 0..10 {
        world.reconcile(600);
    }
    assert_eq!(
        explain(&world),
        ["no instance takes one more of 1 tasks: the closest is \
             arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a, which needs 100 MiB of \
             memory, 0 are left; it is tried again at 1970-01-01T01:57:00Z at the latest"]
    );
    world.cell.register(&instance("c", "us-east-1a", 100));
    assert_eq!(world.reconcile(1), (1, 0));
}

/// While hooks hold the newest deployment back it is the one before that lacks a task.
#[test]
fn what_is_kept_meanwhile_finds_no_place() {
    let mut world = World::settled(2, json!({}));
    world.update(json!({"deploymentConfiguration": {"lifecycleHooks":
        [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]}}));
    world.deploy("web:2");
    world.reconcile(1);
    let lost = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&lost, TaskStatus::Stopped, |_| {});
    for (name, zone) in [("a", "us-east-1a"), ("b", "us-east-1b")] {
        world.cell.register(&instance(name, zone, 50));
    }
    world.reconcile(1);
    let waits = world.services.explain("web", &world.cell, at(world.now));
    let waits = waits.unwrap();
    let lacks = |wait: &Wait| matches!(wait, Wait::NoPlace { tasks: 1, .. });
    assert!(waits.iter().any(lacks), "{waits:?}");
}
