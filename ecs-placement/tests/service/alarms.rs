//! Alarms and bake time.

use ecs_model::TaskStatus;
use serde_json::{Value, json};

use crate::world::{World, at, is};

fn watched(more: Value) -> World {
    let mut configuration = json!({
        "alarms": {"alarmNames": ["errors"], "enable": true, "rollback": true}});
    for (member, value) in more.as_object().unwrap() {
        configuration[member] = value.clone();
    }
    let mut world = World::new(100_000);
    world.create(json!({"desiredCount": 1, "deploymentConfiguration": configuration}));
    world.reconcile(0);
    world.run_all();
    world
}

#[test]
fn with_alarms_a_deployment_bakes_five_minutes() {
    let mut world = watched(json!({}));
    world.reconcile(40);
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    world.reconcile(299);
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    assert_eq!(world.services.poll_timeout(), Some(at(world.now + 1)));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
}

#[test]
fn a_bake_time_is_taken_as_it_is_given() {
    let mut world = watched(json!({"bakeTimeInMinutes": 1}));
    world.reconcile(40);
    world.reconcile(59);
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
}

#[test]
fn a_bake_time_begins_again_after_a_relapse() {
    let mut world = watched(json!({"bakeTimeInMinutes": 10}));
    world.reconcile(40);
    world.reconcile(300);
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    let waits = world.services.explain("web", &world.cell, at(world.now));
    assert_eq!(waits.unwrap()[0].to_string(), "1 tasks do not run yet");
    world.run_all();
    world.reconcile(40);
    world.reconcile(599);
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
}

#[test]
fn an_alarm_ends_a_deployment_while_it_bakes_too() {
    let mut world = watched(json!({}));
    world.reconcile(40);
    world.reconcile(300);
    let old = world.deployments()[0].id().unwrap().to_owned();
    world.deploy("web:2");
    let new = world.deployments()[0].id().unwrap().to_owned();
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    world.stop_all();
    world.reconcile(1);
    assert!(!world.services.observe_alarm("errors", false, at(world.now)));
    assert!(world.services.observe_alarm("others", true, at(world.now)));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    assert!(world.services.observe_alarm("errors", true, at(world.now)));
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    let events = world.events();
    assert!(events.contains(&format!(
        "(service web) (deployment {new}) deployment failed: alarm detected."
    )));
    assert!(events.contains(&format!("(service web) rolling back to deployment {old}.")));
    assert_eq!(
        world.deployments()[0].rollout_state_reason(),
        Some(&*format!(
            "ECS deployment alarms: rolling back to deploymentId {old}."
        ))
    );
    // What is restored does without the alarm, which is on.
    world.run_all();
    world.reconcile(40);
    world.stop_all();
    world.reconcile(300);
    world.reconcile(300);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
}

#[test]
fn an_alarm_that_is_on_at_the_start_does_not_count() {
    let mut world = watched(json!({}));
    world.reconcile(40);
    world.reconcile(300);
    world.services.observe_alarm("errors", true, at(world.now));
    world.deploy("web:2");
    world.reconcile(0);
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    world.services.observe_alarm("errors", false, at(world.now));
    world.services.observe_alarm("errors", true, at(world.now));
    world.reconcile(1);
    assert_eq!(
        world.state(),
        is("web:2", "IN_PROGRESS"),
        "all of the deployment long"
    );
}

#[test]
fn without_rollback_nothing_more_is_started() {
    let mut world = watched(json!({
        "alarms": {"alarmNames": ["errors"], "enable": true, "rollback": false}}));
    world.services.observe_alarm("errors", true, at(world.now));
    assert_eq!(world.reconcile(1), (0, 0));
    assert_eq!(world.state(), is("web:1", "FAILED"));
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (0, 0));
}
