//! Services on Fargate.

use ecs_model::{Task, TaskStatus};
use ecs_placement::Fargate;
use ecs_placement::service::{ServiceAction, ServicePolicy, Services};
use serde_json::{Value, json};

use crate::world::{CLUSTER, World, at};

pub(crate) fn world() -> World {
    let fargate = Fargate::new([("subnet-a", "us-east-1a"), ("subnet-b", "us-east-1b")])
        .with_capacity("us-east-1b", 2);
    let mut world = World::new(1_000);
    world.services = Services::new(CLUSTER, ServicePolicy::current())
        .unwrap()
        .with_fargate(fargate);
    world
}

pub(crate) fn request(desired: u32, subnets: &[&str]) -> Value {
    json!({"desiredCount": desired, "launchType": "FARGATE", "networkConfiguration":
        {"awsvpcConfiguration": {"subnets": subnets}}})
}

pub(crate) fn create(world: &mut World, request: Value) -> Result<(), String> {
    let definition = json!({"family": "web", "networkMode": "awsvpc", "cpu": "256",
        "memory": "512", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "web", "image": "web",
            "portMappings": [{"containerPort": 8080}]}]});
    let definition = serde_json::from_value(definition).unwrap();
    world
        .create_of(request, &definition)
        .map_err(|error| error.to_string())
}

fn zones(world: &World) -> (u64, u64) {
    let fargate = world.services.fargate().unwrap();
    let tasks = fargate.tasks_of("service:web");
    (tasks["us-east-1a"], tasks["us-east-1b"])
}

#[test]
fn a_task_that_starts_has_a_document() {
    let mut fargate = world();
    create(&mut fargate, request(1, &["subnet-a"])).unwrap();
    let mut instances = World::new(1_000);
    instances.create(json!({"desiredCount": 1}));
    for (mut world, member, place) in [
        (fargate, "availabilityZone", "us-east-1a"),
        (
            instances,
            "containerInstanceArn",
            "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
        ),
    ] {
        let deployment = world.deployments()[0].id.clone();
        let actions = world.services.reconcile(at(0), &mut world.cell, 7).unwrap();
        let documents: Vec<Task> = actions
            .iter()
            .filter_map(ServiceAction::started_task)
            .collect();
        let task = world.services.tasks("web").next();
        let expected = json!({"taskArn": task, "group": "service:web",
            "startedBy": deployment, member: place});
        assert_eq!(json!(documents), json!([expected]));
    }
}

#[test]
fn tasks_go_over_the_zones_and_leave_the_fullest_first() {
    let mut world = world();
    create(&mut world, request(5, &["subnet-a", "subnet-b"])).unwrap();
    assert_eq!(world.reconcile(0), (5, 0));
    assert_eq!(zones(&world), (3, 2));
    world.run_all();
    world.reconcile(40);
    assert_eq!(
        world.events()[0],
        "(service web) has reached a steady state."
    );
    world.update(json!({"desiredCount": 2}));
    assert_eq!(world.reconcile(1), (0, 3));
    world.stop_all();
    assert_eq!(zones(&world), (1, 1));
    assert_eq!(
        world.describe().launch_type().unwrap().to_string(),
        "FARGATE"
    );
}

#[test]
fn without_capacity_it_says_so_and_goes_on_when_there_is_some() {
    let mut world = world();
    create(&mut world, request(3, &["subnet-b"])).unwrap();
    assert_eq!(world.reconcile(0), (2, 0));
    assert!(world.events().contains(
        &"(service web) was unable to place a task. Reason: Capacity is unavailable at this time. \
          Please try again later or in a different availability zone."
            .to_owned()
    ));
    let waits = world.services.explain("web", &world.cell, at(world.now));
    assert_eq!(
        waits.unwrap()[0].to_string(),
        "Fargate takes none of 1 tasks; it is tried again at 1970-01-01T00:01:00Z at the latest"
    );
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Running, |_| {});
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
}

#[test]
fn another_fargate_need_not_have_the_subnets_of_a_service() {
    let mut world = world();
    create(&mut world, request(2, &["subnet-b"])).unwrap();
    let saved = serde_json::to_string(&world.services).unwrap();
    let services: Services = serde_json::from_str(&saved).unwrap();
    world.services = services.with_fargate(Fargate::new([("subnet-c", "us-east-1c")]));
    let actions = world.settle();
    assert_eq!(world.take(actions), (0, 0));
    assert_eq!(
        world.events()[0],
        "(service web) was unable to place a task. Reason: Error retrieving subnet information \
         for [subnet-b]: The subnet ID 'subnet-b' does not exist (ErrorCode: \
         InvalidSubnetID.NotFound)."
    );
    let wider = Fargate::new([("subnet-b", "us-east-1b")]);
    world.services = world.services.with_fargate(wider);
    assert_eq!(world.reconcile(60), (2, 0));
}

#[test]
fn subnets_are_known() {
    let mut world = world();
    let error = create(&mut world, request(1, &["subnet-x"])).unwrap_err();
    assert_eq!(error, "the subnet `subnet-x` is not known");
}
