//! Daemon services.

use ecs_model::TaskStatus;
use ecs_placement::service::{Observation, ObservedServiceTask, ServiceChange, TaskPlace};
use serde_json::json;

use crate::world::{INSTANCE, World, at, instance, is};

fn daemon(world: &mut World) {
    world.create(json!({"schedulingStrategy": "DAEMON"}));
}

fn drain(world: &mut World, name: &str) {
    let arn = format!("{INSTANCE}{name}");
    world.cell.set_status(&arn, "DRAINING");
    world
        .services
        .observe_instance(&arn, "DRAINING", at(world.now));
}

fn on(world: &World, name: &str) -> usize {
    world.cell.tasks_on(&format!("{INSTANCE}{name}")).count()
}

#[test]
fn one_task_on_each_instance_and_on_each_that_joins() {
    let mut world = World::new(1_000);
    daemon(&mut world);
    assert_eq!(world.reconcile(0), (2, 0));
    assert_eq!((on(&world, "a"), on(&world, "b")), (1, 1));
    assert_eq!(world.describe().desired_count(), Some(2));
    assert_eq!(
        world.describe().scheduling_strategy().unwrap().to_string(),
        "DAEMON"
    );
    let configuration = world.describe().deployment_configuration().clone();
    assert_eq!(configuration.minimum_healthy_percent(), Some(0));
    assert_eq!(configuration.maximum_percent(), Some(100));
    world.run_all();
    world.reconcile(40);
    assert_eq!(
        world.events()[0],
        "(service web) has reached a steady state."
    );
    world.cell.register(&instance("c", "us-east-1a", 1_000));
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(on(&world, "c"), 1);
    world.run_all();
    world.reconcile(40);
    // One that dies is started again where it was.
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(
        (on(&world, "a"), on(&world, "b"), on(&world, "c")),
        (1, 1, 1)
    );
}

#[test]
fn a_first_deployment_is_complete_once_its_tasks_are_healthy() {
    let mut world = World::new(1_000);
    daemon(&mut world);
    world.reconcile(0);
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    world.run_all();
    world.reconcile(39);
    assert_eq!(world.state(), is("web:1", "IN_PROGRESS"));
    world.reconcile(1);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
}

#[test]
fn only_instances_that_meet_the_constraints() {
    let mut world = World::new(1_000);
    world.create(
        json!({"schedulingStrategy": "DAEMON", "placementConstraints": [
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1b"}]}),
    );
    assert_eq!(world.reconcile(0), (1, 0));
    assert_eq!(on(&world, "b"), 1);
    world.run_all();
    world.reconcile(40);
    world.update(json!({"placementConstraints": [
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a"}]}));
    assert_eq!(world.reconcile(1), (1, 1));
    assert_eq!(world.describe().desired_count(), Some(1));
}

#[test]
fn a_new_revision_stops_before_it_starts() {
    let mut world = World::new(1_000);
    daemon(&mut world);
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    world.deploy("web:2");
    assert_eq!(world.reconcile(1), (0, 2));
    assert_eq!(world.reconcile(1), (0, 0));
    world.stop_all();
    assert_eq!(world.reconcile(1), (2, 0));
    world.run_all();
    world.reconcile(40);
    assert_eq!(
        world.deployments()[0].rollout_state().unwrap().to_string(),
        "COMPLETED"
    );

    world.update(json!({"deploymentConfiguration": {"minimumHealthyPercent": 50}}));
    world.deploy("web:3");
    assert_eq!(world.reconcile(1), (0, 1), "one of two stays healthy");
}

#[test]
fn a_protected_task_keeps_no_other_from_being_replaced() {
    let mut world = World::new(1_000);
    world.create(json!({"schedulingStrategy": "DAEMON",
        "deploymentConfiguration": {"minimumHealthyPercent": 50}}));
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    let tasks = world.tasks(|_| true);
    let until = at(world.now + 600);
    let _ = world.observe(&tasks[0], TaskStatus::Running, |seen| {
        seen.protected_until = Some(until);
    });
    world.deploy("web:2");
    assert_eq!(world.reconcile(1), (0, 1));
    assert_eq!(world.stopped[0].0, tasks[1]);
}

#[test]
fn replicas_leave_room_for_daemons_which_leave_last() {
    let mut world = World::new(250);
    world.create_named("agent", json!({"schedulingStrategy": "DAEMON"}));
    world.create(json!({"desiredCount": 4}));
    // The daemon comes first, and keeps 100 of 250 MiB on each instance.
    assert_eq!(world.reconcile(0), (4, 0));
    world.run_all();
    world.reconcile(40);
    world.cell.register(&instance("c", "us-east-1a", 250));
    world.reconcile(1);
    assert_eq!(
        (on(&world, "a"), on(&world, "b"), on(&world, "c")),
        (2, 2, 2)
    );
    world.run_all();
    world.reconcile(40);
    world.cell.register(&instance("d", "us-east-1a", 1_000));
    drain(&mut world, "a");
    // The agent on `a` stays until the replica has gone.
    let (starts, stops) = world.reconcile(1);
    assert_eq!(
        (starts, stops),
        (3, 0),
        "the agent, the fourth replica and a replacement on `d`"
    );
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    world.stop_all();
    assert_eq!(world.reconcile(1), (0, 1));
    world.stop_all();
    assert_eq!(on(&world, "a"), 0);
}

#[test]
fn an_instance_without_room_is_told_of() {
    let mut world = World::new(250);
    world.cell.register(&instance("small", "us-east-1a", 50));
    daemon(&mut world);
    assert_eq!(world.reconcile(0), (2, 0));
    assert!(world.events()[1].starts_with(
        "(service web) was unable to place a task because no container instance met all of its \
         requirements. The closest matching (container-instance small) has insufficient memory"
    ));
    assert_eq!(world.describe().desired_count(), Some(3));
}

#[test]
fn what_a_daemon_cannot_have() {
    let mut world = World::new(250);
    let more = json!({"schedulingStrategy": "DAEMON",
        "deploymentConfiguration": {"maximumPercent": 200}});
    let refused = world.try_create(more, json!({})).unwrap_err().to_string();
    assert!(
        refused.ends_with("scheduling strategy `DAEMON` takes only 100, not 200"),
        "{refused}"
    );
    daemon(&mut world);
    let more = json!({"deploymentConfiguration": {"maximumPercent": 200}});
    let error = world.try_update(more).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a maximum of 200 percent cannot be combined with `DAEMON`, only 100"
    );
    assert_eq!(
        error.exception().message(),
        Some(
            "The daemon scheduling strategy does not support values above 100 for maximumPercent \
             on a deployment configuration. Change the maximumPercent value to 100, and try again"
        )
    );
    let error = world.try_update(json!({"desiredCount": 3})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a desired count cannot be combined with `DAEMON`"
    );
    assert_eq!(
        error.exception().message(),
        Some(
            "The daemon scheduling strategy does not support a desired count for services. Remove \
             the desired count value and try again"
        )
    );
    world.reconcile(0);
    world.delete(false).unwrap();
    assert_eq!(world.reconcile(0), (0, 2));
    assert_eq!(world.describe().status(), Some("INACTIVE"));
}

/// Of two tasks on an instance the one of the restored deployment stays.
#[test]
fn a_restored_deployment_keeps_its_task() {
    let mut world = World::new(1_000);
    daemon(&mut world);
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    let first = world.deployments()[0].id.clone().unwrap();
    world.deploy("web:2");
    world.reconcile(1);
    world.stop_all();
    world.reconcile(1);
    world.run_all();
    let now = at(world.now);
    world.services.stop_deployment("web", now).unwrap();
    let mine = "arn:aws:ecs:us-east-1:123456789012:task/prod/mine";
    let mut seen = ObservedServiceTask::new("web", &*first, mine, TaskStatus::Running);
    seen.place = Some(TaskPlace::Instance(format!("{INSTANCE}a").into()));
    assert_eq!(world.services.adopt(&seen, now), Observation::Taken);
    world.reconcile(1);
    assert!(world.services.tasks("web").any(|task| task == mine));
    assert_eq!(world.of("web:2"), 0);
}

#[test]
fn only_what_somebody_looks_after_is_adopted() {
    let mut world = World::new(1_000);
    daemon(&mut world);
    world.delete(false).unwrap();
    world.reconcile(0);
    assert_eq!(world.describe().status(), Some("INACTIVE"));
    let task = "arn:aws:ecs:us-east-1:123456789012:task/prod/mine";
    let seen = ObservedServiceTask::new("web", "ecs-svc/1", task, TaskStatus::Running);
    let observation = world.services.adopt(&seen, at(1));
    assert_eq!(observation, Observation::Unknown);
    let adopt = ServiceChange::Adopt {
        task: Box::new(seen),
        at: at(1),
    };
    let record = world.services.record(adopt);
    assert_eq!(
        world.services.apply(&record).unwrap_err().to_string(),
        "the service has no deployment `ecs-svc/1`"
    );
    assert_eq!(world.services.tasks("web").count(), 0);
}

#[test]
fn a_daemon_that_is_deleted_needs_no_room() {
    let mut world = World::new(300);
    daemon(&mut world);
    world.create_named("other", json!({"schedulingStrategy": "DAEMON"}));
    assert_eq!(world.reconcile(0), (4, 0));
    world.delete(false).unwrap();
    world.reconcile(1);
    world.stop_all();
    world.reconcile(1);
    assert_eq!(world.describe().status(), Some("INACTIVE"));
    world.create_named("replica", json!({"desiredCount": 5}));
    assert_eq!(world.reconcile(1), (4, 0));
}
