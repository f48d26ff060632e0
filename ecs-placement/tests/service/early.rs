//! Early success, and deployments that their user stops.

use ecs_model::TaskStatus;
use ecs_model::deployment::DeploymentEarlySuccessCriteria;
use ecs_placement::deployment::EarlySuccess;
use ecs_placement::service::Services;
use serde_json::{Value, json};

use crate::world::{World, at, is};

fn criteria(percent: u32, cleanup: &str) -> Value {
    json!({"enable": true, "healthyPercent": percent, "sourceServiceRevisionCleanup": cleanup})
}

#[test]
fn how_many_healthy_tasks_are_enough() {
    let table = [
        (2, 50, 1),
        (3, 50, 2),
        (10, 80, 8),
        (100, 90, 90),
        (10, 100, 10),
        (10, 0, 1),
    ];
    for (desired, percent, required) in table {
        let written: DeploymentEarlySuccessCriteria =
            serde_json::from_value(criteria(percent, "BLOCKING")).unwrap();
        let early = EarlySuccess::of(&written).unwrap();
        assert_eq!(
            early.required(desired),
            required,
            "{desired} at {percent} %"
        );
    }
    let off: DeploymentEarlySuccessCriteria =
        serde_json::from_value(json!({"enable": false})).unwrap();
    assert_eq!(EarlySuccess::of(&off), None);
}

#[test]
fn deferred_cleanup_does_not_wait_for_protected_tasks() {
    let configuration = json!({"earlySuccessCriteria": criteria(100, "DEFERRED")});
    let mut world = World::settled(2, configuration);
    for task in world.tasks(|_| true) {
        let until = Some(at(world.now + 7_200));
        let _ = world.observe(&task, TaskStatus::Running, |seen| {
            seen.protected_until = until
        });
    }
    world.deploy("web:2");
    // The same strategy by name changes nothing.
    world.update(json!({"deploymentConfiguration": {"strategy": "ROLLING"}}));
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    assert_eq!(world.reconcile(120), (0, 0));
    assert_eq!(world.state(), is("web:2", "COMPLETED"));
    assert_eq!(
        world.deployments().len(),
        2,
        "the old tasks are still there"
    );
    assert_eq!(world.reconcile(7_200), (0, 2), "and go when they may");
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.deployments().len(), 1);
}

#[test]
fn a_part_of_the_tasks_is_enough_once_the_old_ones_are_gone() {
    let configuration = json!({"minimumHealthyPercent": 50, "maximumPercent": 100,
        "earlySuccessCriteria": criteria(50, "BLOCKING")});
    let mut world = World::settled(2, configuration);
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 1));
    world.stop_all();
    assert_eq!(world.reconcile(0), (1, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    assert_eq!(world.state(), is("web:2", "IN_PROGRESS"));
    world.stop_all();
    assert_eq!(world.reconcile(0), (1, 0));
    assert_eq!(
        world.state(),
        is("web:2", "COMPLETED"),
        "one of two is healthy, none is old"
    );
    assert!(!world.events()[0].ends_with("has reached a steady state."));
}

#[test]
fn fewer_tasks_than_must_be_healthy_are_not_enough() {
    let mut world = World::new(1_000);
    let more = json!({"desiredCount": 2, "deploymentConfiguration":
        {"earlySuccessCriteria": criteria(50, "BLOCKING")}});
    assert_eq!(
        world.try_create(more, json!({})).unwrap_err().to_string(),
        "early success with 50 percent of the tasks cannot be combined with a minimum of 100 \
         percent"
    );
}

#[test]
fn a_user_stops_a_deployment() {
    let mut world = World::settled(2, json!({}));
    let none = world
        .services
        .stop_deployment("web", at(world.now))
        .unwrap_err();
    assert_eq!(
        none.to_string(),
        "the service `web` has no deployment under way"
    );
    let old = world.deployments()[0].id().unwrap().to_owned();
    world.deploy("web:2");
    world.reconcile(0);
    let decided = world.services.decide_stop_deployment("web", at(world.now));
    let record = world.services.record(decided.unwrap().unwrap());
    let saved = serde_json::to_string(&world.services).unwrap();
    let mut copy: Services = serde_json::from_str(&saved).unwrap();
    world
        .services
        .stop_deployment("web", at(world.now))
        .unwrap();
    copy.apply(&record).unwrap();
    let saved = |services: &Services| serde_json::to_string(services).unwrap();
    assert_eq!(saved(&copy), saved(&world.services));
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    assert_eq!(world.deployments()[0].id(), Some(&*old));
    let names = world.published.iter().filter_map(|event| {
        let name = event.detail.as_ref()?.get("eventName")?;
        name.as_str()
    });
    assert!(
        !names
            .into_iter()
            .any(|name| name == "SERVICE_DEPLOYMENT_FAILED")
    );
    assert_eq!(
        world.deployments()[0].rollout_state_reason(),
        Some(&*format!(
            "ECS deployment stopped: rolling back to deploymentId {old}."
        ))
    );
    assert_eq!(world.reconcile(0), (0, 2));
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
}
