//! Target groups and load balancers.

use ecs_model::TaskStatus;
use ecs_placement::service::{ServiceAction, TargetHealth};
use serde_json::{Value, json};

use crate::world::{INSTANCE, World, at};

const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1";

fn balanced(balancers: Value) -> World {
    let mut world = World::new(100_000);
    let ports = json!({"portMappings": [{"containerPort": 80, "hostPort": 0}]});
    let more = json!({"desiredCount": 2, "loadBalancers": balancers});
    world.try_create(more, ports).unwrap();
    world.reconcile(0);
    world
}

fn healthy(world: &mut World) {
    for task in world.tasks(|task| !task.shall_stop) {
        let _ = world.observe(&task, TaskStatus::Running, |seen| {
            seen.target = Some(TargetHealth::Healthy);
        });
    }
}

#[test]
fn tasks_are_registered_once_they_run_and_leave_before_they_stop() {
    let group = json!([{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}]);
    let mut world = balanced(group);
    assert!(world.registered.is_empty(), "none of them runs");
    world.run_all();
    let actions = world.services.reconcile(at(1), &mut world.cell, 7).unwrap();
    for action in &actions {
        if let ServiceAction::Register { targets, .. } = action {
            assert_eq!(targets[..], [GROUP.into()]);
        }
    }
    world.now = 1;
    world.take(actions);
    assert_eq!(world.registered.len(), 2);
    assert_eq!(
        world.events()[0],
        format!("(service web) registered 2 targets in (target-group {GROUP})")
    );
    healthy(&mut world);
    world.reconcile(1);
    world.update(json!({"desiredCount": 1}));
    assert_eq!(world.reconcile(1), (0, 1));
    assert_eq!(world.registered.len(), 1);
    let (stopped, _) = world.stopped[0].clone();
    assert!(!world.registered.contains(&stopped));
    let events = world.events();
    let deployment = world.deployments()[0].id.clone().unwrap();
    assert!(events[0].starts_with("(service web) has stopped 1 running tasks: (task "));
    assert_eq!(
        events[1..3],
        [
            format!("(service web) deregistered 1 targets in (target-group {GROUP})"),
            format!(
                "(service web, taskSet {deployment}) has begun draining connections on 1 tasks."
            ),
        ]
    );
    // One that ends by itself leaves too.
    world.stop_all();
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    world.reconcile(1);
    assert!(world.registered.is_empty());
}

#[test]
fn tasks_of_an_instance_that_is_gone_leave_too() {
    let group = json!([{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}]);
    let mut world = balanced(group);
    healthy(&mut world);
    world.reconcile(1);
    assert_eq!(world.registered.len(), 2);
    let gone = format!("{INSTANCE}a");
    let lost = world.cell.deregister(&gone);
    world
        .services
        .observe_instance(&gone, "INACTIVE", at(world.now));
    world.reconcile(1);
    assert_eq!(lost.len(), 1);
    assert!(!world.registered.contains(&*lost[0].task));
    assert_eq!(world.registered.len(), 1);
}
