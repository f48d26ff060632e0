//! Every declared shape and operation against the table of what the API has. A newer table makes
//! these tests name what is not declared; what is left out on purpose is listed in `left_out`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../../ecs-taskdef/tests/api_table/mod.rs"]
mod api_table;

use std::collections::{BTreeMap, BTreeSet};

use ecs_model::operation::*;
use ecs_model::{ExceptionName, NetworkMode};
use ecs_taskdef::shape::{Kind, Member, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[path = "api_model/draw.rs"]
mod draw;
#[path = "api_model/left_out.rs"]
mod left_out;

use draw::Draw;

/// What is one task definition in ecs-taskdef, whose own test looks at its members.
const TASK_DEFINITION: [&str; 2] = ["RegisterTaskDefinitionRequest", "TaskDefinition"];

/// Every shape but the task definition: ecs-taskdef has one for requests and answers.
fn collect(shape: &'static Shape, found: &mut BTreeMap<&'static str, &'static Shape>) {
    if shape.name == "TaskDefinition" {
        return;
    }
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
        // Windows has one network mode that the API takes and its model does not list.
        Kind::Enum(list) if *list == NetworkMode::ENUMERATION => name == "NetworkMode",
        Kind::Enum(list) => shape["enum"] == Value::from(list.values.to_vec()),
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
        return vec![format!("{path} is not in the API")];
    };
    let mut found = Vec::new();
    if !type_fits(&member.kind, target, api) {
        let (kind, theirs) = (&member.kind, &api[target]);
        found.push(format!(
            "{path} is {kind:?}, the API has {target}: {theirs}"
        ));
    }
    let required = api[shape.name]["required"].as_array();
    let required = required.is_some_and(|names| names.contains(&Value::from(member.name)));
    if member.required != required {
        found.push(format!("{path}: required is {}", member.required));
    }
    let limits = &api[target];
    if member.limits.min != limits["min"].as_i64() || member.limits.max != limits["max"].as_i64() {
        let (ours, min, max) = (member.limits, &limits["min"], &limits["max"]);
        found.push(format!(
            "{path}: bounds {ours:?}, the API has {min} to {max}"
        ));
    }
    found
}

/// Every shape that an operation reaches, by its name.
fn declared() -> BTreeMap<&'static str, &'static Shape> {
    let mut declared = BTreeMap::new();
    for operation in Operation::all() {
        collect(operation.request(), &mut declared);
        collect(operation.response(), &mut declared);
    }
    declared
}

/// The names of the members of a structure.
fn member_names<'a>(api: &'a serde_json::Map<String, Value>, shape: &str) -> Vec<&'a str> {
    let members = api[shape]["members"].as_object().into_iter();
    members
        .flat_map(|names| names.keys())
        .map(String::as_str)
        .collect()
}

#[test]
fn every_shape_is_that_of_the_api() {
    let api = api_table::shapes();
    let mut found = Vec::new();
    for shape in declared().values() {
        let names: Vec<&str> = shape.members.iter().map(|member| member.name).collect();
        let expected = member_names(&api, shape.name);
        let lacking = expected.iter().filter(|name| !names.contains(name));
        found.extend(lacking.map(|name| format!("{}.{name} is not declared", shape.name)));
        for member in shape.members {
            found.extend(differences(shape, member, &api));
        }
        if found.is_empty() && names != expected {
            found.push(format!(
                "{}: members {names:?}, not {expected:?}",
                shape.name
            ));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_operation_is_that_of_the_api() {
    let model = api_table::model();
    let operations = model["operations"].as_object().unwrap();
    let declared: BTreeSet<&str> = Operation::all().map(Operation::name).collect();
    let known = declared.iter().chain(left_out::OPERATIONS);
    let known: BTreeSet<&str> = known.copied().collect();
    let expected: BTreeSet<&str> = operations.keys().map(String::as_str).collect();
    let lacking: Vec<&&str> = expected.difference(&known).collect();
    assert!(
        lacking.is_empty(),
        "operations neither declared nor left out: {lacking:?}"
    );
    let gone: Vec<&&str> = known.difference(&expected).collect();
    assert!(gone.is_empty(), "operations that the API has not: {gone:?}");
    assert_eq!(declared.len() + left_out::OPERATIONS.len(), expected.len());
    for operation in Operation::all() {
        let api = &operations[operation.name()];
        assert_eq!(api["input"]["shape"], operation.request().name);
        assert_eq!(api["output"]["shape"], operation.response().name);
        let mut thrown: Vec<String> = operation.exceptions().map(|one| one.to_string()).collect();
        thrown.sort_unstable();
        let errors = api["errors"].as_array().unwrap();
        let mut expected: Vec<&str> = errors
            .iter()
            .map(|error| error["shape"].as_str().unwrap())
            .collect();
        expected.sort_unstable();
        assert_eq!(thrown, expected, "{operation:?}");
        let target = model["metadata"]["targetPrefix"].as_str().unwrap();
        assert_eq!(operation.target(), format!("{target}.{}", operation.name()));
    }
}

#[test]
fn what_is_left_out_is_listed() {
    let api = api_table::shapes();
    let declared = declared();
    let mut listed = BTreeMap::new();
    for (shape, members) in left_out::SHAPES {
        assert!(!declared.contains_key(shape), "`{shape}` is declared");
        listed.insert(*shape, *members);
    }
    let structures = api
        .iter()
        .filter(|(_, shape)| shape["type"] == "structure" && shape["document"] != true);
    let mut found = Vec::new();
    for (name, _) in structures {
        let is_known = declared.contains_key(name.as_str())
            || ExceptionName::VALUES.contains(&name.as_str())
            // Of ecs-taskdef, which has a test of its own.
            || TASK_DEFINITION.contains(&name.as_str());
        let members = member_names(&api, name);
        match listed.remove(name.as_str()) {
            None if is_known => {}
            Some(count) if count == members.len() => {}
            Some(count) => found.push(format!("{name} had {count} members, now {members:?}")),
            None => found.push(format!(
                "{name} is neither declared nor left out: {members:?}"
            )),
        }
    }
    found.extend(
        listed
            .keys()
            .map(|name| format!("{name} is not in the API")),
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_exception_is_that_of_the_api() {
    let shapes = api_table::shapes();
    let exceptions = shapes
        .iter()
        .filter(|(_, shape)| shape["exception"] == true);
    let mut known = 0;
    let is_left_out = |name: &str| left_out::SHAPES.iter().any(|(shape, _)| *shape == name);
    for (name, shape) in exceptions.filter(|(name, _)| !is_left_out(name)) {
        let exception = ExceptionName::from(name.as_str());
        let status = if shape["fault"] == true { 500 } else { 400 };
        assert_eq!(exception.http_status(), Some(status), "{name}");
        for member in shape["members"].as_object().unwrap().keys() {
            let extra = name == "ConflictException" && member == "resourceIds";
            assert!(member == "message" || extra, "{name}.{member}");
        }
        known += 1;
    }
    assert_eq!(known, ExceptionName::VALUES.len());
}

/// Reads a document and writes it again.
type Rewrite = fn(&Value) -> serde_json::Result<Value>;

fn rewrite<T: Serialize + DeserializeOwned>(document: &Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_str::<T>(&document.to_string())?)
}

fn row<R: Request>() -> (Operation, Rewrite, Rewrite) {
    (R::OPERATION, rewrite::<R>, rewrite::<R::Response>)
}

fn rewrites() -> Vec<(Operation, Rewrite, Rewrite)> {
    vec![
        row::<CreateClusterRequest>(),
        row::<DeleteClusterRequest>(),
        row::<DescribeClustersRequest>(),
        row::<ListClustersRequest>(),
        row::<UpdateClusterRequest>(),
        row::<UpdateClusterSettingsRequest>(),
        row::<PutClusterCapacityProvidersRequest>(),
        row::<CreateServiceRequest>(),
        row::<UpdateServiceRequest>(),
        row::<DeleteServiceRequest>(),
        row::<DescribeServicesRequest>(),
        row::<ListServicesRequest>(),
        row::<ListServicesByNamespaceRequest>(),
        row::<RegisterTaskDefinitionRequest>(),
        row::<DeregisterTaskDefinitionRequest>(),
        row::<DeleteTaskDefinitionsRequest>(),
        row::<DescribeTaskDefinitionRequest>(),
        row::<ListTaskDefinitionsRequest>(),
        row::<ListTaskDefinitionFamiliesRequest>(),
        row::<RegisterContainerInstanceRequest>(),
        row::<DeregisterContainerInstanceRequest>(),
        row::<DescribeContainerInstancesRequest>(),
        row::<ListContainerInstancesRequest>(),
        row::<UpdateContainerInstancesStateRequest>(),
        row::<UpdateContainerAgentRequest>(),
        row::<RunTaskRequest>(),
        row::<StartTaskRequest>(),
        row::<StopTaskRequest>(),
        row::<DescribeTasksRequest>(),
        row::<ListTasksRequest>(),
        row::<SubmitContainerStateChangeRequest>(),
        row::<SubmitTaskStateChangeRequest>(),
        row::<SubmitAttachmentStateChangesRequest>(),
        row::<DiscoverPollEndpointRequest>(),
        row::<PutAttributesRequest>(),
        row::<DeleteAttributesRequest>(),
        row::<ListAttributesRequest>(),
        row::<TagResourceRequest>(),
        row::<UntagResourceRequest>(),
        row::<ListTagsForResourceRequest>(),
        row::<PutAccountSettingRequest>(),
        row::<PutAccountSettingDefaultRequest>(),
        row::<DeleteAccountSettingRequest>(),
        row::<ListAccountSettingsRequest>(),
        row::<CreateCapacityProviderRequest>(),
        row::<DeleteCapacityProviderRequest>(),
        row::<DescribeCapacityProvidersRequest>(),
        row::<UpdateCapacityProviderRequest>(),
        row::<DescribeServiceDeploymentsRequest>(),
        row::<ListServiceDeploymentsRequest>(),
        row::<ContinueServiceDeploymentRequest>(),
        row::<StopServiceDeploymentRequest>(),
        row::<DescribeServiceRevisionsRequest>(),
        row::<GetTaskProtectionRequest>(),
        row::<UpdateTaskProtectionRequest>(),
        row::<CreateTaskSetRequest>(),
        row::<DeleteTaskSetRequest>(),
        row::<DescribeTaskSetsRequest>(),
        row::<UpdateTaskSetRequest>(),
        row::<UpdateServicePrimaryTaskSetRequest>(),
    ]
}

fn rounds() -> u64 {
    if std::env::var_os("ECS_LONG").is_some() {
        500
    } else {
        10
    }
}

#[test]
fn documents_drawn_from_the_api_model_round_trip() {
    let api = api_table::shapes();
    let rewrites = rewrites();
    let listed = rewrites.iter().map(|(operation, _, _)| *operation);
    assert!(listed.eq(Operation::all()));
    for seed in 0..rounds() {
        for (operation, rewrite_request, rewrite_response) in &rewrites {
            let mut draw = Draw::new(&api, seed);
            let document = draw.structure(operation.request().name);
            let findings = operation.check_shape(&document).to_string();
            assert_eq!(findings, "", "{operation:?} {document}");
            assert_eq!(rewrite_request(&document).unwrap(), document);
            let document = draw.structure(operation.response().name);
            assert_eq!(rewrite_response(&document).unwrap(), document);
        }
    }
}

#[test]
fn one_fault_is_one_finding() {
    let api = api_table::shapes();
    let mut kinds = BTreeMap::new();
    for seed in 0..rounds() {
        for operation in Operation::all() {
            let mut draw = Draw::new(&api, seed);
            let document = draw.structure(operation.request().name);
            for (faulty, rule, pointer) in draw.faults(operation.request().name, &document) {
                let findings = operation.check_shape(&faulty);
                let found: Vec<(&str, &str)> = findings
                    .iter()
                    .map(|one| (one.rule.id, one.pointer.as_str()))
                    .collect();
                assert_eq!(found, [(rule, pointer.as_str())], "{operation:?} {faulty}");
                *kinds.entry(rule).or_insert(0) += 1;
            }
        }
    }
    let rules: Vec<&str> = kinds.keys().copied().collect();
    assert_eq!(
        rules,
        [
            "member-required",
            "member-unknown",
            "out-of-bounds",
            "value-unknown",
            "wrong-type"
        ]
    );
}
