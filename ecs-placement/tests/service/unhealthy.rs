//! Unhealthy tasks, tasks on instances that are drained, and protected tasks.

use ecs_model::{HealthStatus, TaskStatus};
use ecs_placement::service::{TargetAddress, TargetHealth};
use serde_json::{Value, json};

use crate::fargate;
use crate::world::{INSTANCE, World, at};

/// A service whose container has a health check, all tasks healthy.
fn checked(desired: u32, maximum: u32) -> World {
    let percent = json!({"minimumHealthyPercent": 100, "maximumPercent": maximum});
    checked_with(json!({"desiredCount": desired, "deploymentConfiguration": percent}))
}

fn checked_with(request: Value) -> World {
    let mut world = World::new(100_000);
    let check = json!({"healthCheck": {"command": ["CMD-SHELL", "true"]}});
    world.try_create(request, check).unwrap();
    world.reconcile(0);
    world.run_all();
    become_healthy(&mut world);
    world.reconcile(1);
    world
}

/// All tasks that run and do not fail are healthy.
fn become_healthy(world: &mut World) {
    for task in world.tasks(|task| task.status == TaskStatus::Running && task.health.is_none()) {
        say(world, &task, HealthStatus::Healthy);
    }
}

fn say(world: &mut World, task: &str, health: HealthStatus) {
    let _ = world.observe(task, TaskStatus::Running, |seen| seen.health = Some(health));
}

fn fail(world: &mut World, count: usize) -> Vec<String> {
    let tasks = world.tasks(|task| !task.shall_stop);
    let failing = tasks[..count].to_vec();
    for task in &failing {
        say(world, task, HealthStatus::Unhealthy);
    }
    failing
}

#[test]
fn a_replacement_is_healthy_before_the_unhealthy_task_stops() {
    let mut world = checked(4, 200);
    let failing = fail(&mut world, 1);
    assert_eq!(world.reconcile(1), (1, 0));
    world.run_all();
    assert_eq!(world.reconcile(1), (0, 0), "it runs, and is not healthy");
    become_healthy(&mut world);
    assert_eq!(world.reconcile(1), (0, 1));
    let (stopped, reason) = &world.stopped[0];
    assert_eq!(
        (stopped, &**reason),
        (&failing[0], "Task failed container health checks")
    );
    let id = failing[0].rsplit('/').next().unwrap();
    assert_eq!(
        world.events()[..2],
        [
            format!("(service web) has stopped 1 running tasks: (task {id})."),
            format!("(service web) (task {id}) failed container health checks."),
        ]
    );
}

#[test]
fn without_room_above_unhealthy_tasks_go_one_at_a_time() {
    let mut world = checked(4, 100);
    let failing = fail(&mut world, 1);
    assert_eq!(world.reconcile(1), (0, 1));
    assert_eq!(world.stopped[0].0, failing[0]);
    assert_eq!(world.reconcile(1), (0, 0));
    world.stop_all();
    assert_eq!(world.reconcile(1), (1, 0));

    let mut world = checked(4, 100);
    fail(&mut world, 3);
    assert_eq!(world.reconcile(1), (0, 1));
    // The next one goes once the replacement of the one before is started.
    for next in [1, 1, 0] {
        world.stop_all();
        assert_eq!(world.reconcile(1), (1, next));
    }
    assert_eq!(world.of("web:1"), 4);
}

#[test]
fn some_room_above_is_used_first() {
    let mut world = checked(4, 150);
    fail(&mut world, 3);
    assert_eq!(world.reconcile(1), (2, 1));
    world.stop_all();
    assert_eq!(world.reconcile(1), (1, 0));
}

#[test]
fn of_two_unhealthy_tasks_the_newer_goes() {
    let mut world = checked(2, 150);
    let old = fail(&mut world, 1);
    assert_eq!(world.reconcile(1), (1, 0));
    world.run_all();
    let new = world.tasks(|task| task.health.is_none())[0].clone();
    say(&mut world, &new, HealthStatus::Unhealthy);
    assert_eq!(world.reconcile(1), (0, 1));
    assert_eq!(world.stopped[0].0, new);
    assert!(!world.tasks[&old[0]].shall_stop);
}

#[test]
fn in_a_deployment_unhealthy_tasks_are_replaced_by_their_own_revision() {
    let mut world = checked(4, 150);
    world.deploy("web:2");
    assert_eq!(world.reconcile(1), (2, 0));
    let failing = fail(&mut world, 1);
    assert_eq!(world.reconcile(1), (0, 1));
    assert_eq!(world.stopped[0].0, failing[0]);
    world.stop_all();
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (4, 2));
}

#[test]
fn in_its_grace_period_a_task_may_fail_its_checks() {
    let mut world = checked_with(json!({"desiredCount": 1, "healthCheckGracePeriodSeconds": 300}));
    let since = world.tasks.values().next().unwrap().since.unwrap();
    fail(&mut world, 1);
    assert_eq!(world.reconcile(1), (0, 0));
    let left = since + 300 - world.now;
    assert_eq!(world.reconcile(left - 1), (0, 0));
    assert_eq!(world.services.poll_timeout(), Some(at(since + 300)));
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(
        world.describe().health_check_grace_period_seconds(),
        Some(300)
    );
}

#[test]
fn target_groups_have_a_say_where_there_are_any() {
    let balanced = json!({"desiredCount": 1, "loadBalancers": [
        {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1",
         "containerName": "web", "containerPort": 80}]});
    let mut world = World::new(100_000);
    let ports = json!({"portMappings": [{"containerPort": 80}]});
    world.try_create(balanced, ports).unwrap();
    world.reconcile(0);
    world.run_all();
    world.reconcile(600);
    assert_eq!(
        world.deployments()[0].rollout_state().unwrap().to_string(),
        "IN_PROGRESS"
    );
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Running, |seen| {
        seen.target = Some(TargetHealth::Healthy);
    });
    world.reconcile(1);
    assert_eq!(
        world.deployments()[0].rollout_state().unwrap().to_string(),
        "COMPLETED"
    );
    let _ = world.observe(&task, TaskStatus::Running, |seen| {
        seen.target = Some(TargetHealth::Unhealthy {
            target_group: "arn:tg".into(),
            reason: "Request timed out".into(),
            address: Some(TargetAddress::of_instance(32_768, "i-1")),
        });
    });
    let id = task.rsplit('/').next().unwrap();
    assert_eq!(
        world.events()[0],
        format!(
            "(service web) (task {id}) (instance i-1) (port 32768) is unhealthy in (target-group \
             arn:tg) due to (reason Request timed out)."
        )
    );
    assert_eq!(world.reconcile(1), (1, 0));
}

#[test]
fn a_task_with_an_interface_is_asked_at_the_port_of_its_container() {
    let group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1";
    let mut world = fargate::world();
    let mut request = fargate::request(1, &["subnet-a"]);
    request["loadBalancers"] =
        json!([{"targetGroupArn": group, "containerName": "web", "containerPort": 8080}]);
    fargate::create(&mut world, request).unwrap();
    world.reconcile(0);
    world.run_all();
    let task = world.tasks(|_| true)[0].clone();
    let id = task.rsplit('/').next().unwrap();
    let told = |world: &mut World, target_group: &str, address: Option<TargetAddress>| {
        let _ = world.observe(&task, TaskStatus::Running, |seen| {
            seen.target = Some(TargetHealth::Unhealthy {
                target_group: target_group.into(),
                reason: "Request timed out".into(),
                address,
            });
        });
        let event = world.events()[0].clone();
        let begin = format!("(service web) (task {id}) ");
        event.strip_prefix(&begin).unwrap().to_owned()
    };
    let end = |group: &str| {
        format!("is unhealthy in (target-group {group}) due to (reason Request timed out).")
    };
    assert_eq!(
        told(&mut world, group, None),
        format!("(port 8080) {}", end(group))
    );
    let other = Some(TargetAddress::of_task(81));
    assert_eq!(
        told(&mut world, group, other),
        format!("(port 81) {}", end(group))
    );
    assert_eq!(told(&mut world, "arn:other", None), end("arn:other"));
}

fn drain(world: &mut World, name: &str) {
    let arn = format!("{INSTANCE}{name}");
    world.cell.set_status(&arn, "DRAINING");
    assert!(
        world
            .services
            .observe_instance(&arn, "DRAINING", at(world.now))
    );
}

#[test]
fn tasks_on_a_drained_instance_are_replaced_in_the_bounds() {
    let mut world = World::new(100_000);
    world.create(json!({"desiredCount": 4}));
    world.reconcile(0);
    // Of the two tasks on either instance one does not run yet, on the one that is drained.
    let on_a = format!("{INSTANCE}a");
    let on_a: Vec<String> = world
        .cell
        .tasks_on(&on_a)
        .map(|task| task.task.to_string())
        .collect();
    let waiting = on_a[0].clone();
    for task in world
        .tasks(|_| true)
        .iter()
        .filter(|task| **task != waiting)
    {
        let _ = world.observe(task, TaskStatus::Running, |_| {});
    }
    world.reconcile(40);
    drain(&mut world, "a");
    assert_eq!(
        world.reconcile(0),
        (2, 1),
        "one waits elsewhere, two more are wanted there"
    );
    assert_eq!(world.stopped[0].0, waiting);
    assert_eq!(
        world.stopped[0].1,
        "container instance is in DRAINING state"
    );
    assert!(
        world
            .events()
            .contains(&"(service web) stopped 1 pending tasks.".to_owned())
    );
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    world.stop_all();
    assert_eq!(world.reconcile(0), (0, 0));
    assert_eq!(world.cell.tasks_on(&format!("{INSTANCE}b")).count(), 4);
}

#[test]
fn a_drain_without_room_for_a_step_waits_for_ever() {
    let mut world = World::settled(
        4,
        json!({"minimumHealthyPercent": 100, "maximumPercent": 100}),
    );
    drain(&mut world, "a");
    assert_eq!(world.reconcile(1), (0, 0));
    assert_eq!(world.reconcile(86_400), (0, 0));

    let mut world = World::settled(
        4,
        json!({"minimumHealthyPercent": 50, "maximumPercent": 100}),
    );
    drain(&mut world, "a");
    assert_eq!(world.reconcile(1), (0, 2));
    world.stop_all();
    assert_eq!(world.reconcile(1), (2, 0));
    assert_eq!(world.cell.tasks_on(&format!("{INSTANCE}b")).count(), 4);
}

fn protect(world: &mut World, tasks: &[String], until: i64) {
    for task in tasks {
        let _ = world.observe(task, TaskStatus::Running, |seen| {
            seen.protected_until = Some(at(until));
        });
    }
}

#[test]
fn protected_tasks_are_not_scaled_in() {
    let mut world = World::settled(4, json!({}));
    let tasks = world.tasks(|_| true);
    protect(&mut world, &tasks[..3], 7_200);
    world.update(json!({"desiredCount": 2}));
    assert_eq!(world.reconcile(0), (0, 1));
    assert_eq!(world.stopped[0].0, tasks[3]);
    world.stop_all();
    assert_eq!(world.reconcile(1), (0, 0));
    let id = world.deployments()[0].id().unwrap().to_owned();
    assert_eq!(
        world.events()[0],
        format!(
            "(service web) was unable to reach steady state because (taskSet {id}) was unable to \
             scale in due to (reason 3 tasks under protection)"
        )
    );
    let left = 7_200 - world.now;
    assert_eq!(world.reconcile(left - 1), (0, 0));
    assert_eq!(world.reconcile(1), (0, 1));
}

#[test]
fn a_deployment_waits_for_protected_tasks() {
    let mut world = World::settled(2, json!({}));
    let old = world.tasks(|_| true);
    let start = world.now;
    protect(&mut world, &old, start + 7_200);
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    assert_eq!(world.reconcile(120), (0, 0));
    assert_eq!(
        world.deployments()[0].rollout_state().unwrap().to_string(),
        "IN_PROGRESS"
    );
    assert_eq!(world.reconcile(7_200 - 120), (0, 2));
}
