//! Rolling deployments, from the first task to the last.

use ecs_model::TaskStatus;
use ecs_model::deployment::DeploymentRolloutState;
use ecs_placement::service::{Observation, ServicePolicy};
use serde_json::json;

use crate::world::World;

/// Minimum and maximum.
fn percent(minimum: u32, maximum: u32) -> serde_json::Value {
    json!({"minimumHealthyPercent": minimum, "maximumPercent": maximum})
}

#[test]
fn a_service_starts_over_the_zones_and_is_steady_once_all_is_healthy() {
    let mut world = World::new(100_000);
    world.create(json!({"desiredCount": 4}));
    assert_eq!(world.reconcile(0), (4, 0));
    let on = |name: &str| {
        world
            .cell
            .tasks_on(&format!("{}{name}", crate::world::INSTANCE))
            .count()
    };
    assert_eq!((on("a"), on("b")), (2, 2));
    let service = world.describe();
    assert_eq!(
        (service.running_count(), service.pending_count()),
        (Some(0), Some(4))
    );
    world.run_all();
    assert_eq!(world.reconcile(39), (0, 0));
    assert_eq!(world.describe().running_count(), Some(4));
    assert_eq!(world.events().len(), 1, "only the start was told");
    world.reconcile(1);
    let id = world.deployments()[0].id().unwrap().to_owned();
    assert_eq!(
        world.events()[..2],
        [
            "(service web) has reached a steady state.".to_owned(),
            format!("(service web) (deployment {id}) deployment completed."),
        ]
    );
    let deployment = &world.deployments()[0];
    assert_eq!(
        deployment.rollout_state(),
        Some(&DeploymentRolloutState::Completed)
    );
    assert_eq!(
        deployment.rollout_state_reason(),
        Some(&*format!("ECS deployment {id} completed."))
    );
    // Told again after six hours.
    assert_eq!(
        world.services.poll_timeout(),
        Some(crate::world::at(40 + 21_600))
    );
    world.reconcile(21_600);
    assert_eq!(world.events().len(), 4);
}

#[test]
fn the_default_doubles_and_stops_the_old_as_the_new_become_healthy() {
    let mut world = World::settled(4, json!({}));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (4, 0));
    let new = world.tasks(|task| task.definition == "web:2");
    for task in &new[..2] {
        let _ = world.observe(task, TaskStatus::Running, |_| {});
    }
    assert_eq!(world.reconcile(39), (0, 0));
    assert_eq!(world.reconcile(1), (0, 2));
    let states: Vec<_> = world
        .deployments()
        .iter()
        .map(|one| {
            (
                one.status().unwrap().to_owned(),
                one.rollout_state().cloned().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        states,
        [
            ("PRIMARY".to_owned(), DeploymentRolloutState::InProgress),
            ("ACTIVE".to_owned(), DeploymentRolloutState::Completed),
        ]
    );
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 2));
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 4));
    assert_eq!(
        world.deployments().len(),
        2,
        "the old tasks have not stopped"
    );
    world.stop_all();
    world.reconcile(1);
    let deployments = world.deployments();
    assert_eq!(deployments.len(), 1);
    assert_eq!(
        deployments[0].rollout_state(),
        Some(&DeploymentRolloutState::Completed)
    );
}

#[test]
fn without_room_above_the_old_stop_first() {
    let mut world = World::settled(4, percent(50, 100));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 2));
    assert_eq!(world.reconcile(1), (0, 0), "those that stop still count");
    world.stop_all();
    assert_eq!(world.reconcile(1), (2, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 2));
    world.stop_all();
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    world.reconcile(40);
    assert_eq!(
        world.deployments()[0].rollout_state(),
        Some(&DeploymentRolloutState::Completed)
    );
}

#[test]
fn tasks_that_stop_need_not_count() {
    let mut policy = ServicePolicy::current();
    policy.counts_stopping = false;
    let mut world = World::with_policy(100_000, policy);
    world.create(json!({"desiredCount": 4, "deploymentConfiguration": percent(50, 100)}));
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (2, 2));
}

#[test]
fn a_deployment_without_room_for_a_step_says_so_once() {
    let mut world = World::settled(3, percent(100, 125));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 0));
    let blocked = "(service web) was unable to stop or start tasks during a deployment because of \
                   the service deployment configuration. Update the minimumHealthyPercent or \
                   maximumPercent value and try again.";
    assert_eq!(world.events()[0], blocked);
    let told = world.events().len();
    world.reconcile(600);
    assert_eq!(world.events().len(), told);
    world.update(json!({"deploymentConfiguration": {"maximumPercent": 134}}));
    assert_eq!(world.reconcile(0), (1, 0));
}

#[test]
fn start_and_stop_side_by_side() {
    let mut world = World::settled(4, percent(75, 125));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (1, 1));
    let mut world = World::settled(10, percent(90, 110));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (1, 1));
    let mut world = World::settled(7, percent(66, 133));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (2, 2));
    let mut world = World::settled(1, percent(0, 100));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 1));
    world.stop_all();
    assert_eq!(world.reconcile(0), (1, 0));
}

#[test]
fn nothing_to_run_completes_at_once() {
    let mut world = World::settled(0, json!({}));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (0, 0));
    let deployment = &world.deployments()[0];
    assert_eq!(deployment.task_definition(), Some("web:2"));
    assert_eq!(
        deployment.rollout_state(),
        Some(&DeploymentRolloutState::Completed)
    );
}

#[test]
fn the_guide_of_2015_updates_one_task_at_a_time() {
    let mut world = World::with_policy(100_000, ServicePolicy::guide_2015());
    world.create(json!({"desiredCount": 3}));
    assert_eq!(world.reconcile(0), (3, 0));
    world.run_all();
    world.reconcile(0);
    assert_eq!(
        world.events()[0],
        "(service web) has reached a steady state."
    );
    world.deploy("web:2");
    for _ in 0..3 {
        assert_eq!(world.reconcile(1), (1, 0));
        world.run_all();
        assert_eq!(world.reconcile(1), (0, 1));
        world.stop_all();
    }
    assert_eq!(world.reconcile(1), (0, 0));
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 3));
}

#[test]
fn a_newer_deployment_overtakes() {
    let mut world = World::settled(4, json!({}));
    world.deploy("web:2");
    assert_eq!(world.reconcile(0), (4, 0));
    world.deploy("web:3");
    // Eight tasks are the most; those of web:2 do not run yet, and four old ones are enough.
    assert_eq!(world.reconcile(0), (0, 4));
    assert_eq!((world.of("web:1"), world.of("web:2")), (4, 0));
    world.stop_all();
    assert_eq!(world.reconcile(0), (4, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 4));
    world.stop_all();
    world.reconcile(0);
    assert_eq!(world.deployments().len(), 1);
    assert_eq!(world.of("web:3"), 4);
}

#[test]
fn forcing_a_deployment_replaces_everything() {
    let mut world = World::settled(2, json!({}));
    world.update(json!({"taskDefinition": "web:1"}));
    assert_eq!(world.reconcile(0), (0, 0), "nothing differs");
    world.update(json!({"forceNewDeployment": true}));
    assert_eq!(world.reconcile(0), (2, 0));
    assert_eq!(world.deployments().len(), 2);
}

#[test]
fn more_and_fewer_tasks() {
    let mut world = World::settled(4, json!({}));
    world.update(json!({"desiredCount": 6}));
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    world.reconcile(40);
    world.update(json!({"desiredCount": 1}));
    assert_eq!(world.reconcile(0), (0, 5));
    let (_, reason) = &world.stopped[0];
    let id = world.deployments()[0].id().unwrap().to_owned();
    assert_eq!(
        *reason,
        format!("Scaling activity initiated by (deployment {id})")
    );
    assert_eq!(
        world.describe().running_count(),
        Some(1),
        "those that stop do not count"
    );
    assert!(world.events()[0].starts_with("(service web) has stopped 5 running tasks: (task "));
    assert_eq!(world.deployments().len(), 1);
}

#[test]
fn lost_tasks_are_replaced() {
    let mut world = World::settled(4, json!({}));
    let task = world.tasks(|_| true)[0].clone();
    let taken = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(taken, Observation::Taken);
    assert_eq!(world.reconcile(1), (1, 0));
    // An instance that is gone takes its tasks with it.
    let gone = format!("{}a", crate::world::INSTANCE);
    let lost = world.cell.deregister(&gone).len();
    assert!(lost > 0);
    assert!(
        world
            .services
            .observe_instance(&gone, "INACTIVE", crate::world::at(world.now))
    );
    assert_eq!(world.reconcile(1), (lost, 0));
}

#[test]
fn late_and_repeated_observations_change_nothing() {
    let mut world = World::settled(1, json!({}));
    let task = world.tasks(|_| true)[0].clone();
    let version = world.services.version();
    for status in [TaskStatus::Pending, TaskStatus::Running] {
        assert_eq!(world.observe(&task, status, |_| {}), Observation::Known);
    }
    assert_eq!(world.services.version(), version);
    world.tasks.get_mut(&task).unwrap().status = TaskStatus::Running;
    let stopped = world.tasks[&task].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    world.tasks.insert(task.clone(), stopped);
    let late = world.observe(&task, TaskStatus::Running, |_| {});
    assert_eq!(late, Observation::Unknown);
}

#[test]
fn without_room_a_service_says_what_is_lacking_and_goes_on_when_there_is() {
    let mut world = World::new(250);
    world.create(json!({"desiredCount": 6}));
    assert_eq!(world.reconcile(0), (4, 0));
    assert_eq!(
        world.events()[1],
        "(service web) was unable to place a task because no container instance met all of its \
         requirements. The closest matching (container-instance a) has insufficient memory \
         available. For more information, see the Troubleshooting section of the Amazon ECS \
         Developer Guide."
    );
    assert_eq!(world.reconcile(10), (0, 0));
    let told = world.events().len();
    assert_eq!(
        world.reconcile(600),
        (0, 0),
        "tried again, and told no more"
    );
    assert_eq!(world.events().len(), told);
    world
        .cell
        .register(&crate::world::instance("c", "us-east-1a", 1_000));
    assert_eq!(world.reconcile(1), (2, 0), "room is used at once");
}
