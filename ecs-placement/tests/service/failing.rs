//! Deployments whose tasks fail: throttling, circuit breaker, rollback.

use ecs_model::{TaskStatus, TaskStopCode};
use serde_json::{Value, json};

use crate::world::World;

fn breaker(kind: &str, value: u32) -> Value {
    json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true,
        "thresholdConfiguration": {"type": kind, "value": value}}})
}

/// All tasks of a definition that do not run end before they do.
fn fail_to_start(world: &mut World, definition: &str) -> usize {
    let starting = world.tasks(|task| {
        task.definition == definition && task.status < TaskStatus::Running && !task.shall_stop
    });
    for task in &starting {
        let _ = world.observe(task, TaskStatus::Stopped, |seen| {
            seen.stop_code = Some(TaskStopCode::TaskFailedToStart);
            seen.stopped_reason = Some("CannotPullContainerError: not found".into());
        });
    }
    starting.len()
}

fn states(world: &World) -> Vec<(String, String, String)> {
    let deployments = world.deployments();
    let of = |one: &ecs_model::Deployment| {
        let state = one.rollout_state().map(ToString::to_string);
        (
            one.status().unwrap().to_owned(),
            one.task_definition().unwrap().to_owned(),
            state.unwrap(),
        )
    };
    deployments.iter().map(of).collect()
}

fn state(status: &str, definition: &str, state: &str) -> (String, String, String) {
    (status.to_owned(), definition.to_owned(), state.to_owned())
}

#[test]
fn the_breaker_restores_the_last_completed_deployment_under_its_own_id() {
    let mut world = World::settled(2, breaker("COUNT", 3));
    let old = world.deployments()[0].id().unwrap().to_owned();
    world.deploy("web:2");
    let new = world.deployments()[0].id().unwrap().to_owned();
    assert_eq!(world.reconcile(0), (2, 0));
    assert_eq!(fail_to_start(&mut world, "web:2"), 2);
    assert_eq!(world.deployments()[0].failed_tasks(), Some(2));
    assert_eq!(world.reconcile(60), (2, 0));
    fail_to_start(&mut world, "web:2");
    world.reconcile(0);
    assert_eq!(
        states(&world),
        [state("PRIMARY", "web:1", "COMPLETED")],
        "its tasks never stopped running, and the other has none"
    );
    assert_eq!(world.deployments()[0].id(), Some(&*old));
    let events = world.events();
    let position = |text: String| events.iter().position(|event| *event == text).unwrap();
    let failed = position(format!(
        "(service web) (deployment {new}) deployment failed: tasks failed to start."
    ));
    let back = position(format!("(service web) rolling back to deployment {old}."));
    let completed = position(format!(
        "(service web) (deployment {old}) deployment completed."
    ));
    assert!(completed < back && back < failed, "the newest comes first");
    assert!(events.contains(
        &"(service web) was unable to place a task. Reason: CannotPullContainerError: not found."
            .to_owned()
    ));
}

#[test]
fn going_back_replaces_what_was_stopped_already() {
    let mut configuration = breaker("COUNT", 3);
    configuration["minimumHealthyPercent"] = json!(0);
    configuration["maximumPercent"] = json!(100);
    let mut world = World::settled(4, configuration);
    let old = world.deployments()[0].id().unwrap().to_owned();
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 4));
    world.stop_all();
    assert_eq!(world.reconcile(0), (4, 0));
    fail_to_start(&mut world, "web:2");
    assert_eq!(world.reconcile(0), (4, 0));
    assert_eq!(world.of("web:1"), 4);
    let primary = &world.deployments()[0];
    assert_eq!(primary.id(), Some(&*old));
    assert_eq!(
        primary.rollout_state_reason(),
        Some(&*format!(
            "ECS deployment circuit breaker: rolling back to deploymentId {old}."
        ))
    );
    world.run_all();
    world.reconcile(40);
    assert_eq!(states(&world), [state("PRIMARY", "web:1", "COMPLETED")]);
}

#[test]
fn a_first_deployment_that_fails_starts_nothing_more() {
    let mut world = World::new(100_000);
    world.create(json!({"desiredCount": 2, "deploymentConfiguration": breaker("COUNT", 2)}));
    world.reconcile(0);
    fail_to_start(&mut world, "web:1");
    assert_eq!(world.reconcile(0), (0, 0));
    assert_eq!(states(&world), [state("PRIMARY", "web:1", "FAILED")]);
    assert_eq!(
        world.deployments()[0].rollout_state_reason(),
        Some("ECS deployment circuit breaker: tasks failed to start.")
    );
    assert_eq!(world.reconcile(86_400), (0, 0));
    // A new deployment goes on.
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (2, 0));
    assert_eq!(states(&world), [state("PRIMARY", "web:2", "IN_PROGRESS")]);
}

#[test]
fn while_it_goes_back_there_is_nothing_to_go_back_to() {
    let mut configuration = breaker("COUNT", 1);
    configuration["minimumHealthyPercent"] = json!(0);
    configuration["maximumPercent"] = json!(100);
    let mut world = World::settled(1, configuration);
    let a = world.deployments()[0].id().unwrap().to_owned();
    world.deploy("web:2");
    world.reconcile(0);
    world.stop_all();
    world.reconcile(0);
    fail_to_start(&mut world, "web:2");
    assert_eq!(world.reconcile(0), (1, 0));
    let primary = &world.deployments()[0];
    assert_eq!(primary.id(), Some(&*a));
    assert_eq!(primary.rollout_state().unwrap().to_string(), "IN_PROGRESS");
    world.deploy("web:3");
    world.reconcile(0);
    world.stop_all();
    world.reconcile(0);
    fail_to_start(&mut world, "web:3");
    assert_eq!(world.reconcile(0), (0, 0));
    let primary = &world.deployments()[0];
    assert_eq!(primary.task_definition(), Some("web:3"));
    assert_eq!(primary.rollout_state().unwrap().to_string(), "FAILED");
}

#[test]
fn fewer_tasks_trip_the_breaker_at_once() {
    let mut world = World::settled(10, breaker("BOUNDED_PERCENT", 50));
    world.deploy("web:2");
    world.reconcile(0);
    for task in world
        .tasks(|task| task.definition == "web:2")
        .into_iter()
        .take(4)
    {
        let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    }
    world.reconcile(0);
    assert_eq!(states(&world)[0], state("PRIMARY", "web:2", "IN_PROGRESS"));
    world.update(json!({"desiredCount": 6}));
    world.reconcile(0);
    assert_eq!(states(&world)[0], state("PRIMARY", "web:1", "IN_PROGRESS"));
}

#[test]
fn without_breaker_failing_tasks_are_tried_again_ever_more_rarely() {
    let mut world = World::new(100_000);
    world.create(json!({"desiredCount": 1}));
    let mut starts = vec![];
    for _ in 0..30_000 {
        if world.reconcile(1).0 > 0 {
            starts.push(world.now);
        }
        fail_to_start(&mut world, "web:1");
    }
    let gaps: Vec<i64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(
        gaps[..10],
        [1, 1, 60, 120, 240, 480, 960, 1_620, 1_620, 1_620]
    );
    let impaired = "(service web) is unable to consistently start tasks successfully. For more \
                    information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    assert!(world.events().contains(&impaired.to_owned()));
    // A new deployment starts at once.
    world.update(json!({"forceNewDeployment": true}));
    assert_eq!(world.reconcile(1), (1, 0));
}

#[test]
fn tasks_that_ran_well_or_were_stopped_by_somebody_are_no_failures() {
    let mut world = World::settled(2, breaker("COUNT", 1));
    world.deploy("web:2");
    world.reconcile(0);
    let new = world.tasks(|task| task.definition == "web:2");
    let _ = world.observe(&new[0], TaskStatus::Stopped, |seen| {
        seen.stop_code = Some(TaskStopCode::UserInitiated);
    });
    world.reconcile(1);
    assert_eq!(states(&world)[0], state("PRIMARY", "web:2", "IN_PROGRESS"));
    let _ = world.observe(&new[1], TaskStatus::Running, |_| {});
    world.reconcile(40);
    let _ = world.observe(&new[1], TaskStatus::Stopped, |seen| {
        seen.stop_code = Some(TaskStopCode::EssentialContainerExited);
    });
    world.reconcile(1);
    assert_eq!(states(&world)[0], state("PRIMARY", "web:2", "IN_PROGRESS"));
    // One that ends before it counts as healthy is one.
    let next = world.tasks(|task| task.definition == "web:2")[0].clone();
    let _ = world.observe(&next, TaskStatus::Running, |_| {});
    let _ = world.observe(&next, TaskStatus::Stopped, |_| {});
    world.reconcile(0);
    assert_eq!(states(&world)[0].1, "web:1");
}

#[test]
fn tasks_without_a_place_count_as_failures() {
    let mut world = World::new(150);
    world.create(json!({"desiredCount": 2}));
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    world.update(json!({"deploymentConfiguration": breaker("COUNT", 2)}));
    world.deploy("web:2");
    world.reconcile(0);
    assert_eq!(states(&world), [state("PRIMARY", "web:1", "COMPLETED")]);
}
