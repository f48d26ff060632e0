//! RunTask by capacity providers.

use std::sync::Arc;

use ecs_arn::ClusterRef;
use ecs_model::operation::RunTaskRequest;
use ecs_model::{CapacityProviderStrategyItem, ContainerInstance, Resource};
use ecs_placement::capacity::{ClusterCapacity, Provider, ProviderStrategy};
use ecs_placement::{
    CellState, CommitPolicy, PlacementRequest, Planner, Registration, RequestError, run_task,
};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

use crate::{cluster, group, minutes, scaling};

fn register(cell: &mut CellState, name: &str, provider: &str) {
    let described = ContainerInstance::default()
        .with_container_instance_arn(name)
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_capacity_provider_name(provider)
        .with_registered_resources([
            Resource::integer(Resource::CPU, 2_048),
            Resource::integer(Resource::MEMORY, 200),
        ]);
    cell.register(&Registration::try_from(&described).unwrap());
}

fn parts(capacity: &ClusterCapacity, more: Value) -> Result<Vec<PlacementRequest>, RequestError> {
    parts_of(capacity, &json!([]), more)
}

fn parts_of(
    capacity: &ClusterCapacity,
    constraints: &Value,
    more: Value,
) -> Result<Vec<PlacementRequest>, RequestError> {
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 100}],
        "placementConstraints": constraints
    }))
    .unwrap();
    let mut request = json!({"cluster": "prod", "taskDefinition": "web", "count": 5});
    request
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let request: RunTaskRequest = serde_json::from_value(request).unwrap();
    let cluster = ClusterRef::parse("prod").unwrap();
    PlacementRequest::of_run_task_on(capacity, &request, &definition, &cluster)
}

#[test]
fn what_finds_no_place_waits_for_its_provider() {
    let mut capacity = cluster([group("one", scaling(json!({}))), group("two", json!({}))]);
    let strategy = json!({"capacityProviderStrategy": [
        {"capacityProvider": "one", "weight": 4}, {"capacityProvider": "two", "weight": 1}]});
    let parts = parts(&capacity, strategy).unwrap();
    let counts: Vec<_> = parts
        .iter()
        .map(|part| (part.capacity_provider(), part.count()))
        .collect();
    assert_eq!(counts, [(Some("one"), 4), (Some("two"), 1)]);

    let mut cell = CellState::new();
    register(&mut cell, "a", "one");
    register(&mut cell, "b", "two");
    register(&mut cell, "c", "three");
    let mut placed = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let plan = run_task(&mut Planner::new(), &cell.snapshot(), part, 7).unwrap();
        let unplaced = plan.unplaced();
        let names = (0..plan.claims().len()).map(|task| format!("task-{number}-{task}"));
        let transaction = plan
            .into_transaction(format!("token-{number}"), names)
            .unwrap();
        let commit = cell.commit(&transaction, CommitPolicy::Rebase).unwrap();
        placed.extend(commit.placed().iter().map(|one| one.instance.to_string()));
        for task in 0..unplaced {
            let task = format!("waiting-{number}-{task}");
            let needs = Arc::new(part.needs().clone());
            let provider = part.capacity_provider().unwrap();
            let is_alone = part.is_distinct_instance();
            capacity
                .handle_waiting(&task, provider, needs, is_alone, minutes(0))
                .unwrap();
        }
    }
    assert_eq!(placed, ["a", "a", "b"]);
    assert_eq!(
        (capacity.waiting("one").len(), capacity.waiting("two").len()),
        (2, 0)
    );
}

#[test]
fn without_an_instance_every_task_waits() {
    let capacity = cluster([group("one", json!({}))]);
    let strategy = json!({"capacityProviderStrategy": [{"capacityProvider": "one", "weight": 1}]});
    let parts = parts(&capacity, strategy).unwrap();
    let plan = run_task(
        &mut Planner::new(),
        &CellState::new().snapshot(),
        &parts[0],
        7,
    )
    .unwrap();
    assert_eq!((plan.claims().len(), plan.unplaced()), (0, 5));
}

#[test]
fn a_launch_type_is_one_part() {
    let capacity = cluster([group("one", json!({}))]);
    for more in [json!({"launchType": "EC2"}), json!({})] {
        let parts = parts(&capacity, more).unwrap();
        let counts: Vec<_> = parts
            .iter()
            .map(|part| (part.capacity_provider(), part.count()))
            .collect();
        assert_eq!(counts, [(None, 5)]);
    }
}

#[test]
fn strategies_are_refused() {
    let capacity = cluster([group("one", json!({}))]);
    let unknown = json!({"capacityProviderStrategy": [{"capacityProvider": "two", "weight": 1}]});
    assert_eq!(
        parts(&capacity, unknown).unwrap_err().to_string(),
        "the capacity provider `two` is not associated with the cluster"
    );
}

#[test]
fn only_auto_scaling_groups_take_strategies_and_fargate_takes_no_constraint() {
    let managed = json!({"name": "managed", "managedInstancesProvider": {
        "infrastructureRoleArn": "arn", "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "arn", "networkConfiguration": {"subnets": ["subnet-1"]}}}});
    let managed = serde_json::from_value(managed).unwrap();
    let managed = Provider::of(&managed, []).unwrap();
    let mut capacity = cluster([group("one", json!({})), managed, Provider::fargate()]);
    let strategy = json!([{"type": "random"}]);
    let constraint = json!([{"type": "memberOf", "expression": "attribute:rack exists"}]);
    let mut of = |provider: &str, of_task: &Value, more: &Value| {
        let item = CapacityProviderStrategyItem::default()
            .with_capacity_provider(provider)
            .with_weight(1);
        let strategy = ProviderStrategy::new(&[item]).unwrap();
        capacity.set_default_strategy(Some(strategy)).unwrap();
        let parts = parts_of(&capacity, of_task, more.clone());
        parts.map_err(|error| error.to_string()).err()
    };
    let none = json!([]);
    let strategies = json!({"placementStrategy": strategy});
    let constraints = json!({"placementConstraints": constraint});
    let refused = |found: &str| Some(format!("the request is refused: {found}"));
    for more in [&strategies, &constraints] {
        assert_eq!(of("one", &constraint, more), None);
    }
    assert_eq!(of("managed", &constraint, &constraints), None);
    assert_eq!(
        of("managed", &none, &strategies),
        refused(
            "error[placement-strategy-provider] /placementStrategy: \
             `managed` takes no placement strategy"
        )
    );
    assert_eq!(
        of("FARGATE", &none, &strategies),
        refused(
            "error[placement-strategy-provider] /placementStrategy: \
             `FARGATE` takes no placement strategy"
        )
    );
    assert_eq!(
        of("FARGATE", &none, &constraints),
        refused(
            "error[placement-constraint-provider] /placementConstraints: \
             `FARGATE` takes no placement constraint"
        )
    );
    assert_eq!(
        of("FARGATE", &constraint, &json!({})),
        refused(
            "error[placement-constraint-provider] /taskDefinition/placementConstraints: \
             `FARGATE` takes no placement constraint"
        )
    );
    let named = json!({"placementStrategy": strategy,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]});
    assert_eq!(
        of("one", &none, &named),
        refused(
            "error[placement-strategy-fargate] /placementStrategy: \
             Fargate takes no placement strategy"
        )
    );
}

#[test]
fn other_instances_say_that_they_are_of_another_provider() {
    let capacity = cluster([group("one", json!({}))]);
    let strategy = json!({"capacityProviderStrategy": [{"capacityProvider": "one", "weight": 1}]});
    let parts = parts(&capacity, strategy).unwrap();
    let mut cell = CellState::new();
    register(&mut cell, "a", "two");
    let snapshot = cell.snapshot();
    let explanation = snapshot.explain(&parts[0]);
    let reason = &explanation.instances()[0].reasons[0];
    assert_eq!(reason.to_string(), "is not of the capacity provider `one`");
    assert_eq!(reason.code().as_str(), "ATTRIBUTE");
    // An instance that comes to another provider is one of it from then on.
    let mut planner = Planner::new();
    assert_eq!(planner.plan(&snapshot, &parts[0], 7).unplaced(), 5);
    register(&mut cell, "a", "one");
    assert_eq!(planner.plan(&cell.snapshot(), &parts[0], 7).unplaced(), 3);
}
