//! Lists of weights, and when they are there.

use core::time::Duration;

use ecs_placement::deployment::shift::{
    CLOUDFORMATION_LIMIT, ShiftAction, ShiftSchedule, ShiftStatus, Stage,
};
use serde_json::{Value, json};

use crate::world::{World, blue, configuration, parts, pause, request};

fn linear(percent: f64, bake: i32) -> Value {
    json!({"strategy": "LINEAR",
        "linearConfiguration": {"stepPercent": percent, "stepBakeTimeInMinutes": bake}})
}

fn run(value: Value) -> World {
    let mut world = World::new(request(configuration(value)).with_source(blue()));
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    world
}

fn at(shifts: &[(i64, &str)]) -> Vec<(i64, String)> {
    shifts
        .iter()
        .map(|(at, weight)| (*at, (*weight).to_owned()))
        .collect()
}

#[test]
fn linear_by_default() {
    let world = run(json!({"strategy": "LINEAR", "bakeTimeInMinutes": 15}));
    let expected: Vec<_> = (1..=10)
        .map(|k| ((k - 1) * 6, format!("{}.0", k * 10)))
        .collect();
    assert_eq!(world.shifts(), expected);
    assert_eq!(world.reached(Stage::CleanUp), 69);
}

#[test]
fn linear_by_halves() {
    let world = run(linear(50.0, 10));
    assert_eq!(world.shifts(), at(&[(0, "50.0"), (10, "100.0")]));
}

#[test]
fn linear_by_a_percentage_that_leaves_a_rest() {
    let world = run(linear(33.3, 5));
    let expected = [(0, "33.3"), (5, "66.6"), (10, "99.9"), (15, "100.0")];
    assert_eq!(world.shifts(), at(&expected));
    let asked = world.actions.iter().filter_map(|(_, action)| match action {
        ShiftAction::ShiftProduction { traffic } => Some(parts(traffic)),
        _ => None,
    });
    let asked: Vec<_> = asked.collect();
    // Blue comes first in the order of the ARNs.
    assert_eq!(
        asked,
        [
            ["66.7", "33.3"],
            ["33.4", "66.6"],
            ["0.1", "99.9"],
            ["0.0", "100.0"]
        ]
    );
}

#[test]
fn how_often_linear_shifts() {
    for (percent, shifts) in [(3.0, 34), (11.0, 10), (30.0, 4), (60.0, 2), (100.0, 1)] {
        let world = run(linear(percent, 1));
        assert_eq!(world.shifts().len(), shifts, "{percent}");
        let bakes = i64::try_from(shifts).unwrap() - 1;
        assert_eq!(world.reached(Stage::BakeTime), bakes, "{percent}");
    }
}

#[test]
fn canary_by_default() {
    let world = run(json!({"strategy": "CANARY", "bakeTimeInMinutes": 15}));
    assert_eq!(world.shifts(), at(&[(0, "5.0"), (10, "100.0")]));
    assert_eq!(world.reached(Stage::CleanUp), 25);
}

#[test]
fn a_canary_of_all_traffic_still_has_two_steps() {
    let world = run(json!({"strategy": "CANARY", "bakeTimeInMinutes": 0,
        "canaryConfiguration": {"canaryPercent": 100.0}}));
    assert_eq!(world.shifts(), at(&[(0, "100.0")]));
    assert_eq!(world.reached(Stage::PostProductionTrafficShift), 10);
}

#[test]
fn blue_green_moves_all_at_once() {
    let world = run(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 7}));
    assert_eq!(world.shifts(), at(&[(0, "100.0")]));
    assert_eq!(world.reached(Stage::CleanUp), 7);
    // Where no bake time is given, it is 15 minutes.
    let world = run(json!({"strategy": "BLUE_GREEN"}));
    assert_eq!(world.reached(Stage::CleanUp), 15);
}

#[test]
fn pauses_before_each_step_of_linear() {
    let hooks = [pause(&[Stage::PreProductionTrafficShift])];
    let mut value = linear(20.0, 6);
    value["lifecycleHooks"] = json!(hooks);
    let mut world = World::new(request(configuration(value)).with_source(blue()));
    world.deployment.handle_timeout(world.now);
    let mut ids = Vec::new();
    for step in 1..=5 {
        world.settle();
        while world.deployment.stage() != Some(Stage::PreProductionTrafficShift) {
            assert!(world.step());
        }
        assert_eq!(world.deployment.step(), step);
        let id = world.hook_ids("pause").pop().unwrap();
        world.now = world.now.saturating_add(Duration::from_secs(180));
        world
            .deployment
            .handle_continue(&id, None, world.now)
            .unwrap();
        ids.push(id);
    }
    world.run();
    let expected = [
        (3, "20.0"),
        (12, "40.0"),
        (21, "60.0"),
        (30, "80.0"),
        (39, "100.0"),
    ];
    assert_eq!(world.shifts(), at(&expected));
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn a_network_load_balancer_takes_ten_minutes_for_each_shift() {
    let canary = configuration(json!({"strategy": "CANARY", "bakeTimeInMinutes": 15}));
    let canary = request(canary).with_source(blue());
    let mut world = World::new(canary.clone().with_network_load_balancer());
    world.run();
    // Test traffic takes its 10 minutes first.
    assert_eq!(world.shifts(), at(&[(10, "5.0"), (30, "100.0")]));
    assert_eq!(world.reached(Stage::PostProductionTrafficShift), 40);
    assert_eq!(world.reached(Stage::CleanUp), 55);

    let mut world = World::new(canary.with_network_load_balancer().with_test_traffic(false));
    world.run();
    assert_eq!(world.shifts(), at(&[(0, "5.0"), (20, "100.0")]));
    assert_eq!(world.reached(Stage::PostProductionTrafficShift), 30);
    assert_eq!(world.reached(Stage::CleanUp), 45);
}

#[test]
fn what_cloudformation_waits_for() {
    let waiting = |bake| {
        let mut value = linear(3.0, bake);
        value["bakeTimeInMinutes"] = json!(0);
        ShiftSchedule::of(&configuration(value)).unwrap().waiting()
    };
    assert_eq!(waiting(60), CLOUDFORMATION_LIMIT);
    assert!(waiting(61) > CLOUDFORMATION_LIMIT);
    let canary = json!({"strategy": "CANARY"});
    let canary = ShiftSchedule::of(&configuration(canary)).unwrap();
    assert_eq!(canary.waiting(), Duration::from_secs(25 * 60));
}

#[test]
fn a_service_without_managed_traffic_asks_for_no_shift() {
    let blue_green = configuration(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0}));
    let mut world = World::new(request(blue_green).with_source(blue()).headless());
    world.run();
    assert_eq!(world.deployment.status(), ShiftStatus::Successful);
    assert!(
        world
            .actions
            .iter()
            .all(|(_, action)| matches!(action, ShiftAction::Scale { .. }))
    );
    assert_eq!(world.shifts(), at(&[(0, "100.0")]));
}
