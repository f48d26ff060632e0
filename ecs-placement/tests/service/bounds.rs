//! The arithmetic of rolling deployments.

use ecs_placement::deployment::{Bounds, Fleet};
use proptest::prelude::*;

/// Desired count, minimum and maximum.
type Given = (u32, u32, u32);
/// Lower, upper, starts, stops.
type Expected = (u32, u32, u32, u32);

/// The tasks, as a function that sets their counts.
type Row = (Given, fn(&mut Fleet), Expected);

const OLD_ONLY: [(Given, u32, Expected); 9] = [
    ((4, 50, 100), 4, (2, 4, 0, 2)),
    ((4, 100, 200), 4, (4, 8, 4, 0)),
    ((2, 75, 200), 2, (2, 4, 2, 0)),
    ((3, 100, 125), 3, (3, 3, 0, 0)),
    ((4, 75, 125), 4, (3, 5, 1, 1)),
    ((1, 100, 200), 1, (1, 2, 1, 0)),
    ((1, 0, 100), 1, (0, 1, 0, 1)),
    ((10, 90, 110), 10, (9, 11, 1, 1)),
    ((7, 66, 133), 7, (5, 9, 2, 2)),
];

const MIXED: [Row; 6] = [
    (
        (4, 100, 200),
        |fleet| (fleet.old_healthy, fleet.new_coming) = (4, 4),
        (4, 8, 0, 0),
    ),
    (
        (4, 100, 200),
        |fleet| {
            (fleet.old_healthy, fleet.new_healthy, fleet.new_coming) = (4, 2, 2);
        },
        (4, 8, 0, 2),
    ),
    (
        (4, 100, 200),
        |fleet| (fleet.old_healthy, fleet.new_healthy) = (4, 4),
        (4, 8, 0, 4),
    ),
    (
        (4, 50, 100),
        |fleet| (fleet.old_healthy, fleet.stopping) = (2, 2),
        (2, 4, 0, 0),
    ),
    ((4, 50, 100), |fleet| fleet.old_healthy = 2, (2, 4, 2, 0)),
    (
        (4, 50, 100),
        |fleet| (fleet.old_healthy, fleet.new_healthy) = (2, 2),
        (2, 4, 0, 2),
    ),
];

fn check((desired, least, most): Given, fleet: Fleet, (lower, upper, starts, stops): Expected) {
    let bounds = Bounds::of_percent(desired, least, most);
    assert_eq!((bounds.lower, bounds.upper), (lower, upper), "{fleet:?}");
    let allowed = fleet.allowance(bounds, true);
    assert_eq!(
        (allowed.starts, allowed.stops),
        (starts, stops),
        "{fleet:?}"
    );
}

#[test]
fn what_the_bounds_allow() {
    for (given, old, expected) in OLD_ONLY {
        let mut fleet = Fleet::of(given.0);
        fleet.old_healthy = old;
        check(given, fleet, expected);
    }
    for (given, set, expected) in MIXED {
        let mut fleet = Fleet::of(given.0);
        set(&mut fleet);
        check(given, fleet, expected);
    }
    check((0, 100, 200), Fleet::of(0), (0, 0, 0, 0));
}

#[test]
fn tasks_that_stop_may_count_or_not() {
    let mut fleet = Fleet::of(4);
    (fleet.old_healthy, fleet.stopping) = (2, 2);
    let bounds = Bounds::of_percent(4, 50, 100);
    assert_eq!(fleet.allowance(bounds, true).starts, 0);
    assert_eq!(fleet.allowance(bounds, false).starts, 2);
}

#[test]
fn the_guide_of_2015_goes_one_at_a_time() {
    let bounds = Bounds::one_at_a_time(4);
    let mut fleet = Fleet::of(4);
    fleet.old_healthy = 4;
    let allowed = fleet.allowance(bounds, true);
    assert_eq!((allowed.starts, allowed.stops), (1, 0));
    fleet.new_healthy = 1;
    let allowed = fleet.allowance(bounds, true);
    assert_eq!((allowed.starts, allowed.stops), (0, 1));
}

#[test]
fn healthy_new_tasks_take_the_place_of_old_ones() {
    let mut fleet = Fleet::of(4);
    (fleet.old_healthy, fleet.old_other, fleet.new_healthy) = (3, 1, 2);
    assert_eq!(
        (fleet.surplus(4), fleet.surplus(2), fleet.surplus(0)),
        (2, 4, 4)
    );
    assert_eq!(fleet.surplus(9), 0);
}

proptest! {
    #[test]
    fn nothing_that_is_allowed_leaves_the_bounds(
        (desired, least, more) in (0_u32..50, 0_u32..=150, 0_u32..200),
        tasks in prop::array::uniform6(0_u32..30),
    ) {
        let bounds = Bounds::of_percent(desired, least, least + more);
        let mut fleet = Fleet::of(desired);
        [
            fleet.old_healthy, fleet.old_other, fleet.new_healthy,
            fleet.new_coming, fleet.new_unhealthy, fleet.stopping,
        ] = tasks;
        let allowed = fleet.allowance(bounds, true);
        if allowed.starts > 0 {
            prop_assert!(fleet.counted(true) + allowed.starts <= bounds.upper);
            prop_assert!(allowed.starts <= fleet.wanted());
        }
        if allowed.stops > 0 {
            prop_assert!(fleet.healthy() - allowed.stops >= bounds.lower);
            prop_assert!(allowed.stops <= fleet.old_healthy);
        }
    }
}
