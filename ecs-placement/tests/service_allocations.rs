//! Services in order cost no allocation: neither a tick nor a look at one of them.

use allocation_counter::measure;
use ecs_model::operation::CreateServiceRequest;
use ecs_model::{ContainerInstance, Resource, TaskStatus, Timestamp};
use ecs_placement::service::{ObservedServiceTask, ServiceAction, ServicePolicy, Services};
use ecs_placement::{CellState, Registration};
use serde_json::json;

const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
const INSTANCE: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a";

#[test]
fn a_service_in_order_is_looked_at_without_allocation() {
    let mut cell = CellState::new();
    let instance = ContainerInstance::default()
        .with_container_instance_arn(INSTANCE)
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_registered_resources([
            Resource::integer(Resource::CPU, 1_000),
            Resource::integer(Resource::MEMORY, 100_000),
        ]);
    cell.register(&Registration::try_from(&instance).unwrap());
    let mut services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    let definition = json!({"family": "web", "containerDefinitions": [
        {"name": "web", "image": "web", "memory": 10}]});
    let definition = serde_json::from_value(definition).unwrap();
    let at = Timestamp::from_seconds;
    for number in 0..50 {
        let request: CreateServiceRequest = serde_json::from_value(json!({"cluster": "prod",
            "serviceName": format!("web-{number}"), "taskDefinition": "web:1",
            "desiredCount": 10}))
        .unwrap();
        services.create(&request, &definition, at(0), 7).unwrap();
    }
    let mut seen = Vec::new();
    for action in services.reconcile(at(0), &mut cell, 7).unwrap() {
        if let ServiceAction::Start {
            task,
            service,
            deployment,
            ..
        } = action
        {
            seen.push(ObservedServiceTask::new(
                service,
                deployment,
                task,
                TaskStatus::Running,
            ));
        }
    }
    assert_eq!(seen.len(), 500);
    for task in &seen {
        let _ = services.observe(task, at(1));
    }
    services.reconcile(at(1), &mut cell, 7).unwrap();
    services.reconcile(at(41), &mut cell, 7).unwrap();

    let mut allocated = |services: &mut Services| {
        let counted = measure(|| {
            let actions = services.reconcile(at(42), &mut cell, 7).unwrap();
            assert!(actions.is_empty());
        });
        counted.count_total
    };
    assert_eq!(allocated(&mut services), 0, "a tick with nothing due");
    for task in &mut seen {
        task.version = Some(1);
        let _ = services.observe(task, at(42));
    }
    assert_eq!(
        allocated(&mut services),
        0,
        "a look at each of fifty services"
    );
}
