//! Every declared shape against the API model of AWS.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use std::collections::BTreeMap;

use ecs_model::{
    CreateClusterResponse, CreateServiceRequest, CreateServiceResponse, DescribeClustersResponse,
    DescribeContainerInstancesResponse, DescribeServicesResponse, DescribeTasksResponse,
    ListContainerInstancesResponse, ListTaskDefinitionsResponse, ListTasksResponse, RunTaskRequest,
    RunTaskResponse, StartTaskRequest, StartTaskResponse,
};
use ecs_taskdef::shape::{Kind, Member, Shape};
use serde_json::Value;

const ROOTS: &[&Shape] = &[
    CreateClusterResponse::SHAPE,
    CreateServiceRequest::SHAPE,
    CreateServiceResponse::SHAPE,
    DescribeClustersResponse::SHAPE,
    DescribeContainerInstancesResponse::SHAPE,
    DescribeServicesResponse::SHAPE,
    DescribeTasksResponse::SHAPE,
    ListContainerInstancesResponse::SHAPE,
    ListTaskDefinitionsResponse::SHAPE,
    ListTasksResponse::SHAPE,
    RunTaskRequest::SHAPE,
    RunTaskResponse::SHAPE,
    StartTaskRequest::SHAPE,
    StartTaskResponse::SHAPE,
];

fn api_shapes() -> serde_json::Map<String, Value> {
    let text = conformance_data::read("api/ecs-service-2.json");
    let mut model: Value = serde_json::from_str(&text).unwrap();
    let Value::Object(shapes) = model["shapes"].take() else {
        panic!("the API model has no shapes");
    };
    shapes
}

fn collect(shape: &'static Shape, found: &mut BTreeMap<&'static str, &'static Shape>) {
    if found.insert(shape.name, shape).is_none() {
        for member in shape.members {
            collect_kind(&member.kind, found);
        }
    }
}

fn collect_kind(kind: &Kind, found: &mut BTreeMap<&'static str, &'static Shape>) {
    match kind {
        Kind::Structure(shape) => collect(shape, found),
        Kind::List(element) | Kind::Map(element) => collect_kind(element, found),
        _ => {}
    }
}

fn type_fits(kind: &Kind, name: &str, api: &serde_json::Map<String, Value>) -> bool {
    let shape = &api[name];
    match kind {
        Kind::Boolean => shape["type"] == "boolean",
        Kind::Integer => shape["type"] == "integer",
        Kind::Long => shape["type"] == "long",
        Kind::Double => shape["type"] == "double",
        Kind::String => shape["type"] == "string" && shape.get("enum").is_none(),
        Kind::Enum(values) => shape["enum"] == Value::from(values.to_vec()),
        Kind::Timestamp => shape["type"] == "timestamp",
        Kind::Structure(declared) => declared.name == name,
        Kind::List(element) => {
            shape["type"] == "list"
                && type_fits(element, shape["member"]["shape"].as_str().unwrap(), api)
        }
        Kind::Map(element) => {
            shape["type"] == "map"
                && type_fits(element, shape["value"]["shape"].as_str().unwrap(), api)
        }
        Kind::Document => shape["document"] == true,
        _ => false,
    }
}

fn differences(
    shape: &Shape,
    member: &Member,
    api: &serde_json::Map<String, Value>,
) -> Vec<String> {
    let path = format!("{}.{}", shape.name, member.name);
    let Some(target) = api[shape.name]["members"][member.name]["shape"].as_str() else {
        return vec![format!("{path} is not in the API model")];
    };
    let mut found = Vec::new();
    if !type_fits(&member.kind, target, api) {
        found.push(format!("{path} is {:?}, the API has {target}", member.kind));
    }
    let required = api[shape.name]["required"].as_array();
    let required = required.is_some_and(|names| names.contains(&Value::from(member.name)));
    if member.required != required {
        found.push(format!("{path}: required is {}", member.required));
    }
    let limits = &api[target];
    if member.limits.min != limits["min"].as_i64() || member.limits.max != limits["max"].as_i64() {
        found.push(format!("{path}: bounds {:?}", member.limits));
    }
    found
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_shape_is_that_of_the_api() {
    let api = api_shapes();
    let mut declared = BTreeMap::new();
    for root in ROOTS {
        collect(root, &mut declared);
    }
    let mut found = Vec::new();
    for shape in declared.values() {
        let names: Vec<&str> = shape.members.iter().map(|member| member.name).collect();
        let expected: Vec<&String> = api[shape.name]["members"]
            .as_object()
            .map(|members| members.keys().collect())
            .unwrap_or_default();
        if names != expected {
            found.push(format!(
                "{}: members {names:?}, not {expected:?}",
                shape.name
            ));
        }
        for member in shape.members {
            found.extend(differences(shape, member, &api));
        }
    }
    assert!(declared.len() > 90, "only {} shapes", declared.len());
    assert_eq!(found, Vec::<String>::new());
}
