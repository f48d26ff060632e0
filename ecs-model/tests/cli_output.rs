//! What the command line tool printed in the guide of 2015 reads and writes back equal.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use ecs_model::operation::{
    CreateClusterResponse, CreateServiceRequest, DescribeContainerInstancesResponse,
    DescribeTasksResponse, ListContainerInstancesResponse, ListTaskDefinitionsResponse,
    ListTasksResponse, RegisterTaskDefinitionResponse, RunTaskResponse,
};
use ecs_model::{Quotas, Request};

fn text(name: &str) -> String {
    let path = format!("{}/tests/data/cli/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
fn assert_kept<T: DeserializeOwned + Serialize>(name: &str) {
    let before: Value = read(name);
    let after = serde_json::to_value(read::<T>(name)).unwrap();
    assert_eq!(after, before, "{name}");
}

#[test]
fn every_file_reads_and_writes_back_equal() {
    for suffix in ["", "-filled"] {
        let file = |name: &str| format!("{name}{suffix}.json");
        assert_kept::<CreateClusterResponse>(&file("create-cluster"));
        assert_kept::<DescribeContainerInstancesResponse>(&file("describe-container-instances"));
        assert_kept::<DescribeTasksResponse>(&file("describe-tasks"));
        assert_kept::<ListContainerInstancesResponse>(&file("list-container-instances"));
        assert_kept::<ListTaskDefinitionsResponse>(&file("list-task-definitions"));
        assert_kept::<ListTasksResponse>(&file("list-tasks"));
        assert_kept::<RegisterTaskDefinitionResponse>(&file("register-task-definition"));
        assert_kept::<RunTaskResponse>(&file("run-task"));
    }
    assert_kept::<ListTaskDefinitionsResponse>("list-task-definitions-corrected.json");
    assert_kept::<RegisterTaskDefinitionResponse>("register-task-definition-corrected.json");
}

#[test]
fn the_service_definition_template_is_a_request() {
    let text = include_str!("data/service/service-definition-template.json");
    let request: CreateServiceRequest = serde_json::from_str(text).unwrap();
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
    assert!(request.unknown.is_empty());
    let found: Vec<String> = request
        .validate(&Quotas::current())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "error[service-name] /serviceName: `` is not 1 to 255 letters, digits, hyphens and \
             underscores",
            "error[load-balancer-name] /loadBalancers/0/loadBalancerName: `` is not 1 to 32 \
             letters, digits and hyphens",
        ]
    );
}

#[test]
fn every_file_is_read_by_some_test() {
    let folder = format!("{}/tests/data/cli", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 18);
}

#[test]
fn the_container_instance_of_the_guide() {
    let response: DescribeContainerInstancesResponse =
        read("describe-container-instances-filled.json");
    assert_eq!(response.failures, Some(Vec::new()));
    let instances = response.container_instances.unwrap();
    let instance = &instances[0];
    assert_eq!(instance.status.as_deref(), Some("ACTIVE"));
    assert_eq!(instance.agent_connected, Some(false));
    assert_eq!(instance.registered().cpu(), Some(2_048));
    assert_eq!(instance.registered().memory(), Some(3_955));
    assert_eq!(
        Vec::from_iter(instance.registered().ports()),
        [22, 2_375, 2_376, 51_678]
    );
    assert_eq!(instance.remaining().cpu(), Some(2_048));
    assert_eq!(instance.remaining().ports(), instance.registered().ports());
    assert!(instance.unknown.is_empty());
}

#[test]
fn the_task_of_the_guide() {
    let response: RunTaskResponse = read("run-task-filled.json");
    let started = &response.tasks.unwrap()[0];
    assert_eq!(started.last_status(), Some("PENDING"));
    assert_eq!(started.desired_status(), Some("RUNNING"));
    assert_eq!(
        started.containers.as_ref().unwrap()[0].network_bindings,
        None
    );
    assert_eq!(response.failures, None);

    let response: DescribeTasksResponse = read("describe-tasks-filled.json");
    let running = &response.tasks.unwrap()[0];
    assert_eq!(running.last_status(), Some("RUNNING"));
    assert_eq!(running.task_arn, started.task_arn);
    let container = &running.containers.as_ref().unwrap()[0];
    assert_eq!(container.network_bindings, Some(Vec::new()));
    let overrides = running.overrides.as_ref().unwrap();
    let overrides = overrides.container_overrides.as_ref().unwrap();
    assert_eq!(overrides[0].name(), Some("sleep"));
}

#[test]
fn what_the_shape_does_not_know_is_kept() {
    let text =
        r#"{"tasks":[{"taskArn":null,"colour":{"name":"blue"},"stopCode":"PowerCut","tags":[]}]}"#;
    let response: DescribeTasksResponse = serde_json::from_str(text).unwrap();
    let task = &response.tasks.as_ref().unwrap()[0];
    assert_eq!(task.task_arn, None);
    assert_eq!(task.tags, Some(Vec::new()));
    assert_eq!(
        serde_json::to_value(&response).unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
}
