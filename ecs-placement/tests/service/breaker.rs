//! The circuit breaker's thresholds and its count.

use ecs_model::deployment::DeploymentCircuitBreaker;
use ecs_placement::deployment::{BreakerLimits, CircuitBreaker, FailureCount, Threshold};
use serde_json::{Value, json};

fn breaker(text: Value) -> Result<Option<CircuitBreaker>, String> {
    let written: DeploymentCircuitBreaker = serde_json::from_value(text).unwrap();
    CircuitBreaker::of(&written).map_err(|error| error.to_string())
}

#[test]
fn thresholds() {
    let (now, then) = (BreakerLimits::current(), BreakerLimits::guide_2020());
    let half = Threshold::BoundedPercent(50);
    let of = |threshold: Threshold, limits, desired: &[u32]| -> Vec<u32> {
        let failures = |desired: &u32| threshold.failures(*desired, limits);
        desired.iter().map(failures).collect()
    };
    let desired = [1, 5, 6, 7, 25, 400, 800];
    assert_eq!(of(half, now, &desired), [3, 3, 3, 4, 13, 200, 200]);
    assert_eq!(of(half, then, &desired), [10, 10, 10, 10, 13, 200, 200]);
    let unbounded = Threshold::UnboundedPercent(50);
    assert_eq!(of(unbounded, now, &[1, 7, 25, 800]), [1, 4, 13, 400]);
    assert_eq!(of(Threshold::Count(5), now, &[1, 10, 1_000]), [5, 5, 5]);
    assert_eq!(Threshold::BoundedPercent(10).failures(25, now), 3);
    assert_eq!(Threshold::BoundedPercent(100).failures(150, now), 150);
    assert_eq!(Threshold::BoundedPercent(1).failures(1_000, now), 10);
}

#[test]
fn a_healthy_task_resets_the_count_or_not() {
    let trip = |reset: bool| {
        let enabled = json!({"enable": true, "rollback": true, "resetOnHealthyTask": reset,
            "thresholdConfiguration": {"type": "COUNT", "value": 3}});
        let breaker = breaker(enabled).unwrap().unwrap();
        let mut count = FailureCount::default();
        "FFHFFF".chars().position(|event| {
            match event {
                'F' => count.failed(1),
                _ => count.healthy(&breaker),
            }
            count.trips(&breaker, 10, BreakerLimits::current())
        })
    };
    assert_eq!(trip(true), Some(5));
    assert_eq!(trip(false), Some(3));
}

#[test]
fn fewer_tasks_lower_the_threshold_at_once() {
    let enabled = json!({"enable": true, "rollback": false});
    let breaker = breaker(enabled).unwrap().unwrap();
    assert!(breaker.reset_on_healthy_task);
    let mut count = FailureCount::default();
    count.failed(4);
    assert!(!count.trips(&breaker, 10, BreakerLimits::current()));
    assert!(count.trips(&breaker, 6, BreakerLimits::current()));
    assert!(!FailureCount::default().trips(&breaker, 0, BreakerLimits::current()));
}

#[test]
fn what_a_configuration_means() {
    assert_eq!(
        breaker(json!({"enable": false, "rollback": true})),
        Ok(None)
    );
    let wrong = |kind: &str, value: i32| {
        breaker(json!({"enable": true, "rollback": true,
            "thresholdConfiguration": {"type": kind, "value": value}}))
        .unwrap_err()
    };
    assert_eq!(wrong("COUNT", 0), "the threshold 0 is not at least 1");
    assert_eq!(
        wrong("BOUNDED_PERCENT", 101),
        "the threshold 101 is not 1 to 100 percent"
    );
    assert_eq!(
        wrong("HALF", 5),
        "the threshold type `HALF` is not one of COUNT, BOUNDED_PERCENT, UNBOUNDED_PERCENT"
    );
}
