//! What a change will come to, and what came of it.

use core::time::Duration;
use ecs_model::TaskStatus;

use ecs_model::operation::UpdateServiceRequest;
use ecs_placement::capacity::{ClusterCapacity, InstanceType, Provider};
use ecs_placement::service::{Assumptions, Forecast, Outcome, ServicePolicy, Services};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

use crate::world::{CLUSTER, World, at, definition, instance_of};

fn forecast(world: &World, more: Value, definition: Option<&TaskDefinition>) -> Forecast {
    let mut request = json!({"cluster": "prod", "service": "web"});
    for (member, value) in more.as_object().unwrap() {
        request[member] = value.clone();
    }
    let request: UpdateServiceRequest = serde_json::from_value(request).unwrap();
    let assumptions = Assumptions::default();
    let now = at(world.now);
    let services = &world.services;
    services
        .forecast(&request, definition, &world.cell, assumptions, now, 8)
        .unwrap()
}

fn of(least: u32, most: u32) -> Forecast {
    let percent = json!({"minimumHealthyPercent": least, "maximumPercent": most});
    let world = World::settled(4, percent);
    let web = definition("web", json!({}));
    forecast(&world, json!({"taskDefinition": "web:2"}), Some(&web))
}

fn waves(forecast: &Forecast) -> Vec<(u64, u32, u32)> {
    let waves = forecast.waves.iter();
    waves
        .map(|wave| (wave.after.as_secs(), wave.starts, wave.stops))
        .collect()
}

#[test]
fn all_at_once() {
    let forecast = of(100, 200);
    // They run after 10 seconds, and are healthy 40 seconds later.
    assert_eq!(waves(&forecast), [(0, 4, 0), (50, 0, 4)]);
    assert_eq!((forecast.lowest_healthy, forecast.highest_running), (4, 8));
    let after = Duration::from_secs(80);
    assert_eq!(forecast.outcome, Outcome::Completes { after });
}

#[test]
fn half_of_them_first() {
    let forecast = of(50, 100);
    assert_eq!(
        waves(&forecast),
        [(0, 0, 2), (30, 2, 0), (80, 0, 2), (110, 2, 0)]
    );
    assert_eq!((forecast.lowest_healthy, forecast.highest_running), (2, 4));
    let after = Duration::from_secs(160);
    assert_eq!(forecast.outcome, Outcome::Completes { after });
}

#[test]
fn never() {
    let forecast = of(100, 100);
    assert_eq!(waves(&forecast), []);
    let Outcome::Waits { waits } = &forecast.outcome else {
        panic!("{forecast:?}");
    };
    assert_eq!(
        waits[0].to_string(),
        "the bounds leave no room for a step: 4 of at most 4 tasks are there, 4 of at least 4 are \
         healthy"
    );
}

#[test]
fn a_cluster_without_room_makes_it_slower() {
    // There is room for six tasks, and eight would be needed to start all of them at once.
    let mut world = World::new(300);
    let percent = json!({"minimumHealthyPercent": 50, "maximumPercent": 200});
    world.create(json!({"desiredCount": 4, "deploymentConfiguration": percent}));
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    let web = definition("web", json!({}));
    let forecast = forecast(&world, json!({"taskDefinition": "web:2"}), Some(&web));
    assert_eq!(forecast.waves[0].starts, 2);
    assert_eq!(forecast.lowest_healthy, 2);
    assert!(forecast.highest_running <= 6);
    assert!(
        matches!(forecast.outcome, Outcome::Completes { .. }),
        "{forecast:?}"
    );
}

#[test]
fn tasks_that_are_not_healthy_yet_become_so() {
    let mut world = World::new(100_000);
    let check = json!({"healthCheck": {"command": ["CMD-SHELL", "true"]}});
    world.try_create(json!({"desiredCount": 2}), check).unwrap();
    world.reconcile(0);
    world.run_all();
    world.reconcile(1);
    let forecast = forecast(&world, json!({"healthCheckGracePeriodSeconds": 10}), None);
    let after = Duration::from_secs(30);
    assert_eq!(forecast.outcome, Outcome::Completes { after });
    assert_eq!(waves(&forecast), []);
}

/// Without an instance of their provider they never run, and with one they do.
#[test]
fn tasks_that_wait_for_capacity_do_so() {
    let mut world = World::new(0);
    let mut capacity = ClusterCapacity::new(at(0));
    let document = json!({"name": "A", "autoScalingGroupProvider":
        {"autoScalingGroupArn": "arn"}});
    let document = serde_json::from_value(document).unwrap();
    let types = [InstanceType::new(2_048, 200)];
    let provider = Provider::of(&document, types).unwrap();
    capacity.add_provider(provider).unwrap();
    let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    world.services = services.with_capacity(capacity);
    world.create(json!({"desiredCount": 2,
        "capacityProviderStrategy": [{"capacityProvider": "A", "weight": 1}]}));
    world.reconcile(0);
    let change = json!({"healthCheckGracePeriodSeconds": 10});
    let before = forecast(&world, change.clone(), None);
    assert_eq!((before.highest_running, waves(&before)), (0, vec![]));
    let Outcome::Waits { waits } = &before.outcome else {
        panic!("{before:?}");
    };
    assert_eq!(
        waits[0].to_string(),
        "2 tasks wait in PROVISIONING for the capacity provider `A`"
    );
    world.cell.register(&instance_of("A", "one", 200));
    let then = forecast(&world, change, None);
    assert_eq!(waves(&then), [(0, 2, 0)]);
    let after = Duration::from_secs(50);
    assert_eq!(then.outcome, Outcome::Completes { after });
}

#[test]
fn what_was_forecast_comes() {
    let percent = json!({"minimumHealthyPercent": 60, "maximumPercent": 130});
    let mut world = World::settled(7, percent);
    // Which of equal tasks stop is chance, and so is whether their zones are even in the end.
    world.update(json!({"availabilityZoneRebalancing": "DISABLED"}));
    let web = definition("web", json!({}));
    let forecast = forecast(&world, json!({"taskDefinition": "web:2"}), Some(&web));
    let saved = serde_json::to_string(&world.services).unwrap();
    let begin = world.now;
    world.deploy("web:2");
    let mut seen = Vec::new();
    let mut running: Vec<(i64, String)> = Vec::new();
    let mut stopping: Vec<(i64, String)> = Vec::new();
    while world.now - begin < 1_000 {
        let known = world.tasks(|task| task.status < TaskStatus::Running);
        let was_told = world.tasks(|task| task.shall_stop);
        let (starts, stops) = world.reconcile(0);
        if starts + stops > 0 {
            let after = u64::try_from(world.now - begin).unwrap();
            let wide = |tasks: usize| u32::try_from(tasks).unwrap();
            seen.push((after, wide(starts), wide(stops)));
        }
        let new = world.tasks(|task| task.status < TaskStatus::Running);
        running.extend(
            new.into_iter()
                .filter(|task| !known.contains(task))
                .map(|task| (world.now + 10, task)),
        );
        let told = world.tasks(|task| task.shall_stop);
        stopping.extend(
            told.into_iter()
                .filter(|task| !was_told.contains(task))
                .map(|task| (world.now + 30, task)),
        );
        world.now += 1;
        let now = world.now;
        for (_, task) in running.iter().filter(|(at, _)| *at == now) {
            let _ = world.observe(task, TaskStatus::Running, |_| {});
        }
        for (_, task) in stopping.iter().filter(|(at, _)| *at == now) {
            let _ = world.observe(task, TaskStatus::Stopped, |_| {});
        }
    }
    assert_eq!(waves(&forecast), seen);
    assert_eq!(world.deployments().len(), 1);
    // The forecast itself has changed nothing.
    assert!(saved.contains("web:1") && !saved.contains("web:2"));
}

#[test]
fn a_shift_of_traffic_is_forecast_too() {
    let mut world = World::new(100_000);
    let configuration = json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5});
    world.create(json!({"desiredCount": 3, "deploymentConfiguration": configuration}));
    let quick = |world: &mut World| {
        for _ in 0..20 {
            world.reconcile(60);
            world.run_all();
            world.stop_all();
        }
    };
    quick(&mut world);
    let web = definition("web", json!({}));
    let forecast = forecast(&world, json!({"taskDefinition": "web:2"}), Some(&web));
    assert_eq!(waves(&forecast), [(0, 3, 0), (350, 0, 3)]);
    assert_eq!((forecast.lowest_healthy, forecast.highest_running), (3, 6));
    let after = Duration::from_secs(380);
    assert_eq!(forecast.outcome, Outcome::Completes { after });
}
