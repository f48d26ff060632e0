//! Services whose tasks are moved until the Availability Zones have as many as each other.

use std::collections::BTreeMap;

use ecs_placement::Fargate;
use ecs_placement::capacity::{ClusterCapacity, Provider};
use ecs_placement::service::{ServicePolicy, Services, TaskPlace};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

use crate::world::{CLUSTER, INSTANCE, World, at, instance};

/// How many tasks that shall run each instance has, or each zone of Fargate.
fn places(world: &World) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for task in world.tasks.values().filter(|task| !task.shall_stop) {
        let place = match task.place.clone().unwrap() {
            TaskPlace::Instance(arn) => arn.strip_prefix(INSTANCE).unwrap().to_owned(),
            TaskPlace::Zone(zone) => zone.to_string(),
            other => panic!("{other:?}"),
        };
        *places.entry(place).or_default() += 1;
    }
    places
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let counts = expected.iter();
    counts
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

/// All tasks in one zone, and then an instance in another one.
fn uneven(desired: u32, configuration: Value, more: Value) -> World {
    let mut world = World::new(100_000);
    world.cell.deregister(&format!("{INSTANCE}b"));
    let mut request = json!({"desiredCount": desired, "deploymentConfiguration": configuration});
    request
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    world.create(request);
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    world.cell.register(&instance("b", "us-east-1b", 100_000));
    world
}

#[test]
fn tasks_are_moved_one_by_one() {
    let mut world = uneven(4, json!({}), json!({}));
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(places(&world), counts(&[("a", 4), ("b", 1)]));
    let events = world.events();
    assert!(
        events[0]
            .starts_with("(service web) has started 1 tasks in us-east-1b to AZ Rebalance: (task ")
    );
    assert_eq!(
        events[1],
        "(service web) is not AZ balanced with 4 tasks in us-east-1a, 0 tasks in us-east-1b. AZ \
         Rebalancing in progress."
    );
    // Nothing more before it is healthy.
    world.run_all();
    assert_eq!(world.reconcile(39), (0, 0));
    assert_eq!(world.reconcile(1), (1, 1));
    assert_eq!(places(&world), counts(&[("a", 3), ("b", 2)]));
    let (_, reason) = world.stopped.last().unwrap();
    assert!(reason.starts_with("Availability-zone rebalancing initiated by (deployment ecs-svc/"));
    world.run_all();
    world.stop_all();
    assert_eq!(world.reconcile(40), (0, 1));
    assert_eq!(places(&world), counts(&[("a", 2), ("b", 2)]));
    assert_eq!(
        world.events()[0],
        "(service web) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b."
    );
    world.stop_all();
    assert_eq!(world.reconcile(1), (0, 0));
    assert_eq!(
        world.events()[0],
        "(service web) has reached a steady state."
    );
    let told = world
        .published
        .iter()
        .filter_map(|event| event.detail.as_ref()?.get("eventName"));
    let told: Vec<_> = told.filter_map(|name| name.as_str()).collect();
    for name in [
        "SERVICE_REBALANCING_STARTED",
        "TASKS_STARTED",
        "TASKS_STOPPED",
        "SERVICE_REBALANCING_COMPLETED",
    ] {
        assert!(told.contains(&name), "{told:?}");
    }
}

/// Vector 45: the tasks of each zone, and how many of them are moved.
#[test]
fn tasks_are_moved_until_zones_are_even() {
    for (zones, moves) in [
        (vec![2, 0], 1),
        (vec![2, 1], 0),
        (vec![3, 0], 1),
        (vec![3, 1, 1], 1),
        (vec![2, 2, 1], 0),
        (vec![5, 1, 1], 2),
        (vec![4, 2, 0], 2),
        (vec![1, 1, 0], 0),
    ] {
        let mut world = World::new(0);
        let places = || ["a", "b", "c"].into_iter().zip(&zones);
        let registration = |name: &str, memory| instance(name, &format!("us-east-1{name}"), memory);
        for (name, tasks) in places() {
            world.cell.register(&registration(name, tasks * 100));
        }
        let desired = zones.iter().sum::<i32>();
        world.create(json!({"desiredCount": desired}));
        assert_eq!(world.reconcile(0), (desired as usize, 0));
        world.run_all();
        world.reconcile(40);
        for (name, _) in places() {
            world.cell.register(&registration(name, 100_000));
        }
        for _ in 0..10 {
            world.reconcile(40);
            world.run_all();
            world.stop_all();
        }
        assert_eq!(world.started, desired as usize + moves, "{zones:?}");
        assert_eq!(world.stopped.len(), moves, "{zones:?}");
    }
}

/// From the only zone to a new one, as far as the bounds leave room: vector 46 for a maximum of
/// 100 percent.
#[test]
fn how_many_tasks_are_moved() {
    for (desired, configuration, moved) in [
        (2, json!({}), 1),
        (3, json!({}), 1),
        (7, json!({}), 3),
        (1, json!({}), 0),
        (
            4,
            json!({"minimumHealthyPercent": 50, "maximumPercent": 100}),
            0,
        ),
        // One task more than three is above the upper bound.
        (3, json!({"maximumPercent": 125}), 0),
    ] {
        let mut world = uneven(desired, configuration, json!({}));
        for _ in 0..10 {
            world.reconcile(40);
            world.run_all();
            world.stop_all();
        }
        let there = places(&world).get("b").copied().unwrap_or(0);
        assert_eq!(there, moved, "{desired}");
    }
}

#[test]
fn who_does_not_want_it_is_left_alone() {
    let disabled = json!({"availabilityZoneRebalancing": "DISABLED"});
    let mut world = uneven(4, json!({}), disabled);
    assert_eq!(world.reconcile(1), (0, 0));
    let shown = world
        .describe()
        .availability_zone_rebalancing()
        .map(ToString::to_string);
    assert_eq!(shown.as_deref(), Some("DISABLED"));
    // It is switched on without a deployment.
    world.update(json!({"availabilityZoneRebalancing": "ENABLED"}));
    assert_eq!(world.deployments().len(), 1);
    assert_eq!(world.reconcile(1), (1, 0));
    let shown = world
        .describe()
        .availability_zone_rebalancing()
        .map(ToString::to_string);
    assert_eq!(shown.as_deref(), Some("ENABLED"));
    // And off in the middle of a move.
    world.update(json!({"availabilityZoneRebalancing": "DISABLED"}));
    assert_eq!(world.reconcile(1), (0, 1));
    let stopped = "(service web) stopped AZ Rebalancing.";
    assert!(world.events().iter().any(|event| event == stopped));
}

#[test]
fn a_deployment_ends_it() {
    let mut world = uneven(4, json!({}), json!({}));
    assert_eq!(world.reconcile(1), (1, 0));
    world.deploy("web:2");
    world.reconcile(1);
    let events = world.events();
    let stopped = "(service web) stopped AZ Rebalancing.";
    assert!(events.iter().any(|event| event == stopped), "{events:?}");
    for _ in 0..20 {
        world.run_all();
        world.stop_all();
        world.reconcile(40);
    }
    assert_eq!(world.of("web:2"), 4);
    assert_eq!(places(&world), counts(&[("a", 2), ("b", 2)]));
}

#[test]
fn without_room_it_ends_until_something_changes() {
    let mut world = uneven(2, json!({}), json!({}));
    world.cell.deregister(&format!("{INSTANCE}b"));
    world.cell.register(&instance("b", "us-east-1b", 50));
    assert_eq!(world.reconcile(1), (0, 0));
    let events = world.events();
    assert_eq!(events[0], "(service web) stopped AZ Rebalancing.");
    assert_eq!(
        events[1],
        "(service web) is unable to place a task in us-east-1b because no container instance met \
         all of its requirements."
    );
    let count = events.len();
    assert_eq!(world.reconcile(60), (0, 0));
    assert_eq!(world.events().len(), count);
    assert_eq!(world.deployments()[0].failed_tasks(), Some(0));
    world.cell.register(&instance("c", "us-east-1b", 100));
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(places(&world), counts(&[("a", 2), ("c", 1)]));
}

#[test]
fn protected_tasks_are_not_moved() {
    let mut world = uneven(2, json!({}), json!({}));
    for task in world.tasks(|_| true) {
        let until = Some(at(world.now + 600));
        let running = ecs_model::TaskStatus::Running;
        let _ = world.observe(&task, running, |seen| seen.protected_until = until);
    }
    assert_eq!(world.reconcile(1), (0, 0));
    // Protected in the middle of the move: it is told, and the new task goes.
    let mut world = uneven(2, json!({}), json!({}));
    assert_eq!(world.reconcile(1), (1, 0));
    world.run_all();
    for task in world.tasks(|task| task.since.is_some_and(|since| since < 10)) {
        let until = Some(at(world.now + 600));
        let running = ecs_model::TaskStatus::Running;
        let _ = world.observe(&task, running, |seen| seen.protected_until = until);
    }
    assert_eq!(world.reconcile(40), (0, 1));
    assert_eq!(places(&world), counts(&[("a", 2)]));
    let told = "due to (reason 2 tasks under protection)";
    assert!(
        world.events().iter().any(|event| event.contains(told)),
        "{:?}",
        world.events()
    );
}

#[test]
fn a_task_that_dies_meanwhile_is_replaced_by_the_one_that_moves() {
    let mut world = uneven(2, json!({}), json!({}));
    assert_eq!(world.reconcile(1), (1, 0));
    let task = world.tasks(|task| task.since.is_some())[0].clone();
    let _ = world.observe(&task, ecs_model::TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (0, 0));
    assert_eq!(world.events()[0], "(service web) stopped AZ Rebalancing.");
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 0));
    assert_eq!(places(&world), counts(&[("a", 1), ("b", 1)]));
}

fn on_fargate() -> TaskDefinition {
    let definition = serde_json::from_value(json!({
        "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "web", "image": "web"}]}));
    definition.unwrap()
}

fn subnets(subnets: Value) -> Value {
    json!({"awsvpcConfiguration": {"subnets": subnets}})
}

fn in_two_zones() -> Fargate {
    Fargate::new([("subnet-a", "us-east-1a"), ("subnet-b", "us-east-1b")])
}

fn settle(world: &mut World) {
    for _ in 0..5 {
        world.reconcile(40);
        world.run_all();
        world.stop_all();
    }
}

#[test]
fn on_fargate_too() {
    let mut world = World::new(0);
    let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    let mut full = in_two_zones().with_capacity("us-east-1b", 3);
    for task in ["one", "two", "three"] {
        assert!(full.start(task, "other", "us-east-1b"));
    }
    world.services = services.with_fargate(full);
    let request = json!({"desiredCount": 4, "launchType": "FARGATE",
        "networkConfiguration": subnets(json!(["subnet-a", "subnet-b"]))});
    world.create_of(request, &on_fargate()).unwrap();
    settle(&mut world);
    assert_eq!(places(&world), counts(&[("us-east-1a", 4)]));
    let told = "(service web) is unable to place a task in us-east-1b.";
    assert!(world.events().contains(&told.to_owned()));
    // The zone has room again, where the next task goes, and then one of the others.
    let mut free = world.services.fargate().unwrap().clone();
    for task in ["one", "two", "three"] {
        assert!(free.stopped(task));
    }
    world.services = world.services.with_fargate(free);
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, ecs_model::TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(
        places(&world),
        counts(&[("us-east-1a", 3), ("us-east-1b", 1)])
    );
    world.run_all();
    assert_eq!(world.reconcile(40), (1, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    assert_eq!(
        places(&world),
        counts(&[("us-east-1a", 2), ("us-east-1b", 2)])
    );
    world.stop_all();
    assert_eq!(world.reconcile(1), (0, 0));
}

fn of_providers(strategy: Value, desired: u32) -> Value {
    json!({"desiredCount": desired, "capacityProviderStrategy": strategy,
        "networkConfiguration": subnets(json!(["subnet-a", "subnet-b"]))})
}

fn fargate_providers() -> Services {
    let mut capacity = ClusterCapacity::new(at(0));
    capacity.add_provider(Provider::fargate()).unwrap();
    capacity.add_provider(Provider::fargate_spot()).unwrap();
    let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    services.with_capacity(capacity)
}

/// Spare capacity has zones of its own.
#[test]
fn on_spare_capacity_alone() {
    let mut world = World::new(0);
    let full = in_two_zones().with_capacity("us-east-1b", 0);
    world.services = fargate_providers().with_fargate_spot(full);
    let spot = json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
    world
        .create_of(of_providers(spot, 3), &on_fargate())
        .unwrap();
    world.reconcile(0);
    world.run_all();
    let spot = world.services.fargate_spot().unwrap().clone();
    let spot = spot.with_capacity("us-east-1b", 100);
    world.services = world.services.with_fargate_spot(spot);
    settle(&mut world);
    assert_eq!(
        places(&world),
        counts(&[("us-east-1a", 2), ("us-east-1b", 1)])
    );
}

/// The task of a move goes where the service has too few, though the provider has fewer elsewhere.
#[test]
fn providers_of_fargate_count_together() {
    let mut world = World::new(0);
    let some = in_two_zones().with_capacity("us-east-1a", 1);
    let spot = in_two_zones().with_capacity("us-east-1b", 1);
    let services = fargate_providers().with_fargate(some);
    world.services = services.with_fargate_spot(spot);
    let strategy = json!([
        {"capacityProvider": "FARGATE", "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 0, "base": 5},
    ]);
    world
        .create_of(of_providers(strategy, 8), &on_fargate())
        .unwrap();
    world.reconcile(0);
    assert_eq!(
        places(&world),
        counts(&[("us-east-1a", 5), ("us-east-1b", 3)])
    );
    let fargate = world.services.fargate().unwrap().clone();
    let fargate = fargate.with_capacity("us-east-1a", 100);
    world.services = world.services.with_fargate(fargate);
    world.run_all();
    settle(&mut world);
    assert_eq!(
        places(&world),
        counts(&[("us-east-1a", 4), ("us-east-1b", 4)])
    );
}

/// A deployment to other subnets is to other zones.
#[test]
fn other_subnets_are_noticed() {
    let mut world = World::new(0);
    let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    world.services = services.with_fargate(in_two_zones());
    let request = json!({"desiredCount": 4, "launchType": "FARGATE",
        "networkConfiguration": subnets(json!(["subnet-a", "subnet-b"]))});
    world.create_of(request, &on_fargate()).unwrap();
    settle(&mut world);
    assert_eq!(
        places(&world),
        counts(&[("us-east-1a", 2), ("us-east-1b", 2)])
    );
    world.update(json!({"networkConfiguration": subnets(json!(["subnet-a"]))}));
    settle(&mut world);
    assert_eq!(places(&world), counts(&[("us-east-1a", 4)]));
    let uneven = "(service web) is not AZ balanced";
    let events = world.events();
    assert!(
        !events.iter().any(|event| event.starts_with(uneven)),
        "{events:?}"
    );
}

#[test]
fn what_cannot_be_is_refused() {
    for (more, refusal) in [
        (
            json!({"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 50}}),
            "a service whose `maximumPercent` is 100 is not rebalanced",
        ),
        (
            json!({"placementStrategy": [{"type": "binpack", "field": "memory"}]}),
            "a service is rebalanced only if its first strategy spreads over \
             `ecs.availability-zone`",
        ),
        (
            json!({"placementConstraints": [{"type": "memberOf",
                "expression": "attribute:ecs.availability-zone == us-east-1a"}]}),
            "a service with the constraint `attribute:ecs.availability-zone == us-east-1a` is not \
             rebalanced",
        ),
    ] {
        let mut world = World::new(100_000);
        let more = more.as_object().unwrap().clone();
        // By default it is just not done.
        let mut request = json!({"desiredCount": 1});
        request.as_object_mut().unwrap().extend(more);
        world.create(request);
        let shown = world
            .describe()
            .availability_zone_rebalancing()
            .map(ToString::to_string);
        assert_eq!(shown.as_deref(), Some("DISABLED"));
        let refused = world.try_update(json!({"availabilityZoneRebalancing": "ENABLED"}));
        assert_eq!(refused.unwrap_err().to_string(), refusal);
    }
}

#[test]
fn a_move_is_saved() {
    let mut world = uneven(2, json!({}), json!({}));
    assert_eq!(world.reconcile(1), (1, 0));
    let saved = serde_json::to_string(&world.services).unwrap();
    world.services = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string(&world.services).unwrap(), saved);
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    assert_eq!(places(&world), counts(&[("a", 1), ("b", 1)]));
}
