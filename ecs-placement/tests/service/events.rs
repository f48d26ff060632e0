//! Events: those of the service, the last hundred of them, and those on EventBridge.

use ecs_model::event::{Change, EventLevel, EventName};
use ecs_model::{Event, TaskStatus};
use serde_json::json;

use crate::world::{CLUSTER, INSTANCE, World};

/// The names of the events since the last call.
fn told(world: &mut World) -> Vec<EventName> {
    let name = |event: &Event| match event.change().unwrap() {
        Change::Deployment(change) => change.event_name().unwrap().clone(),
        Change::ServiceAction(change) => change.event_name().unwrap().clone(),
        other => panic!("{other:?}"),
    };
    world
        .published
        .drain(..)
        .map(|event| name(&event))
        .collect()
}

#[test]
fn a_deployment_that_fails_and_is_rolled_back() {
    let mut world = World::settled(
        1,
        json!({"deploymentCircuitBreaker":
        {"enable": true, "rollback": true,
         "thresholdConfiguration": {"type": "COUNT", "value": 1}}}),
    );
    assert_eq!(
        told(&mut world),
        [
            EventName::ServiceDeploymentInProgress,
            EventName::ServiceDeploymentCompleted,
            EventName::ServiceSteadyState,
        ]
    );
    let old = world.deployments()[0].id().unwrap().to_owned();
    world.deploy("web:2");
    let new = world.deployments()[0].id().unwrap().to_owned();
    world.reconcile(0);
    let task = world.tasks(|task| task.definition == "web:2")[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    world.published.clear();
    world.reconcile(1);
    let failed = world.published[0].clone();
    assert_eq!(
        failed.resources(),
        ["arn:aws:ecs:us-east-1:123456789012:service/prod/web"]
    );
    assert_eq!(
        (failed.account(), failed.region()),
        (Some("123456789012"), Some("us-east-1"))
    );
    let Some(Change::Deployment(change)) = failed.change() else {
        panic!("{failed:?}");
    };
    assert_eq!(change.event_type(), Some(&EventLevel::Error));
    assert_eq!(change.deployment_id(), Some(&*new));
    assert_eq!(
        change.reason(),
        Some("ECS deployment circuit breaker: task failed to start.")
    );
    let Some(Change::Deployment(back)) = world.published[1].change() else {
        panic!("{:?}", world.published[1]);
    };
    assert_eq!(
        back.reason(),
        Some(&*format!(
            "ECS deployment circuit breaker: rolling back to deploymentId {old}."
        ))
    );
    assert_eq!(
        told(&mut world),
        [
            EventName::ServiceDeploymentFailed,
            EventName::ServiceDeploymentInProgress,
            EventName::ServiceDeploymentCompleted,
            EventName::ServiceSteadyState,
        ]
    );
}

#[test]
fn tasks_without_a_place() {
    let mut world = World::new(50);
    world.create(json!({"desiredCount": 1}));
    world.reconcile(0);
    let event = world.published[1].clone();
    let Some(Change::ServiceAction(action)) = event.change() else {
        panic!("{event:?}");
    };
    assert_eq!(
        action.event_name(),
        Some(&EventName::ServiceTaskPlacementFailure)
    );
    assert_eq!(action.reason(), Some("RESOURCE:MEMORY"));
    assert_eq!(action.cluster_arn(), Some(CLUSTER));
    assert_eq!(action.container_instance_arns(), [format!("{INSTANCE}a")]);
}

#[test]
fn tasks_that_do_not_start() {
    let mut world = World::new(1_000);
    world.create(json!({"desiredCount": 1}));
    for _ in 0..3 {
        world.reconcile(60);
        let task = world.tasks(|_| true)[0].clone();
        let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    }
    world.reconcile(0);
    assert!(told(&mut world).contains(&EventName::ServiceTaskStartImpaired));
}

#[test]
fn a_hundred_events_are_kept_the_newest_first() {
    let mut world = World::settled(1, json!({}));
    for desired in 0..120 {
        world.update(json!({"desiredCount": desired % 2}));
        world.reconcile(1);
        world.stop_all();
    }
    let service = world.describe();
    let events = service.events();
    assert_eq!(events.len(), 100);
    let newer = |pair: &[ecs_model::ServiceEvent]| pair[0].created_at() >= pair[1].created_at();
    assert!(events.windows(2).all(newer));
    let mut ids: Vec<_> = events.iter().filter_map(|event| event.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    assert!(ids.iter().all(|id| id.len() == 36));
}
