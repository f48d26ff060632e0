//! Fargate: where tasks go, and what is refused.

use ecs_model::ExceptionName;
use ecs_placement::{Fargate, FargatePlan};

fn fargate() -> Fargate {
    Fargate::new([
        ("subnet-a1", "us-east-1a"),
        ("subnet-a2", "us-east-1a"),
        ("subnet-b", "us-east-1b"),
    ])
}

fn subnets(plan: &FargatePlan) -> Vec<&str> {
    plan.places.iter().map(|place| &*place.subnet).collect()
}

#[test]
fn refusals_are_those_of_the_api() {
    for (subnets, text, message) in [
        (
            &[][..],
            "no subnet was named",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        (
            &["subnet-a1", "subnet-z"],
            "the subnet `subnet-z` is not known",
            "Error retrieving subnet information for [subnet-z]: The subnet ID 'subnet-z' does \
             not exist (ErrorCode: InvalidSubnetID.NotFound)",
        ),
    ] {
        let error = fargate().plan("service:web", subnets, 1).unwrap_err();
        assert_eq!(error.to_string(), text);
        let exception = error.exception();
        assert_eq!(exception.name(), Some(ExceptionName::InvalidParameter));
        assert_eq!(exception.message(), Some(message));
    }
}

#[test]
fn the_zone_with_the_fewest_tasks_of_the_group_comes_first() {
    let mut fargate = fargate();
    let all = ["subnet-b", "subnet-a2", "subnet-a1"];
    let plan = fargate.plan("service:web", &all, 3).unwrap();
    // Of the two subnets in one zone the first that is named.
    assert_eq!(subnets(&plan), ["subnet-a2", "subnet-b", "subnet-a2"]);
    assert!(fargate.start("1", "service:web", "us-east-1a"));
    assert!(!fargate.start("1", "service:web", "us-east-1b"));
    assert!(fargate.start("2", "service:db", "us-east-1b"));
    let plan = fargate.plan("service:web", &all, 1).unwrap();
    assert_eq!(subnets(&plan), ["subnet-b"]);
    assert!(fargate.stopped("1"));
    assert!(!fargate.stopped("1"));
    let plan = fargate.plan("service:web", &all, 1).unwrap();
    assert_eq!(subnets(&plan), ["subnet-a2"]);
}

#[test]
fn tasks_of_every_group_take_capacity() {
    let mut fargate = fargate().with_capacity("us-east-1b", 1);
    assert!(fargate.start("1", "service:db", "us-east-1b"));
    let plan = fargate.plan("service:web", &["subnet-b"], 2).unwrap();
    assert_eq!((plan.places.len(), plan.failures.len()), (0, 2));
    for failure in &plan.failures {
        let reason = failure.reason().unwrap();
        assert!(reason.starts_with("Capacity is unavailable at this time."));
        assert_eq!(failure.arn(), None);
    }
}
