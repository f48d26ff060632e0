//! Clusters that run, from documents and events in any order.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

use std::collections::BTreeMap;

use ecs_arn::ClusterRef;
use ecs_model::operation::{CreateServiceRequest, UpdateServiceRequest};
use ecs_model::{ContainerInstance, Event, Service, Task, Timestamp};
use ecs_placement::service::{
    Observation, ObservedServiceTask, ServiceAction, ServicePolicy, Services,
};
use ecs_placement::{
    CellState, Gap, HostPort, LoadError, Loader, Observed, PlacementRequest, Plan, Registration,
};
use ecs_taskdef::TaskDefinition;
use proptest::prelude::*;
use serde_json::{Value, json};

const INSTANCE: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/";
const TASK: &str = "arn:aws:ecs:us-east-1:123456789012:task/prod/";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";

fn instance(id: &str, version: i64, left: (i32, i32), running: i32) -> Value {
    json!({
        "containerInstanceArn": format!("{INSTANCE}{id}"), "status": "ACTIVE",
        "agentConnected": true, "version": version, "runningTasksCount": running,
        "registeredResources": [
            {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": 4000},
            {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
        ],
        "remainingResources": [
            {"name": "CPU", "type": "INTEGER", "integerValue": left.0},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": left.1},
            {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
        ],
    })
}

fn task(id: &str, version: i64, on: &str, amounts: (u32, u32)) -> Value {
    json!({
        "taskArn": format!("{TASK}{id}"), "containerInstanceArn": format!("{INSTANCE}{on}"),
        "group": "service:web", "version": version, "createdAt": 10,
        "cpu": amounts.0.to_string(), "memory": amounts.1.to_string(),
        "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
    })
}

fn with(mut document: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn instances(documents: &[Value]) -> Vec<ContainerInstance> {
    serde_json::from_value(json!(documents)).unwrap()
}

fn tasks(documents: &[Value]) -> Vec<Task> {
    serde_json::from_value(json!(documents)).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn loaded(described: &[Value], running: &[Value]) -> CellState {
    let mut cell = CellState::new();
    Loader::new()
        .load(&mut cell, &instances(described), &tasks(running), at(100))
        .unwrap();
    cell
}

/// A cell as it is saved, without its version: how many changes led to it.
fn saved(cell: &CellState) -> Value {
    let mut saved = serde_json::to_value(cell).unwrap();
    saved.as_object_mut().unwrap().remove("version").unwrap();
    saved
}

fn left(cell: &CellState, id: &str) -> (u64, u64) {
    let snapshot = cell.snapshot();
    let instance = snapshot.instance(&format!("{INSTANCE}{id}")).unwrap();
    let left = instance.remaining();
    (left.cpu, left.memory)
}

fn unknown(cell: &CellState, id: &str) -> String {
    let snapshot = cell.snapshot();
    let instance = snapshot.instance(&format!("{INSTANCE}{id}")).unwrap();
    instance.unknown().to_string()
}

fn definition(cpu: u32, memory: u32) -> TaskDefinition {
    serde_json::from_value(json!({
        "family": "web",
        "containerDefinitions": [{"name": "web", "image": "web", "cpu": cpu, "memory": memory}],
    }))
    .unwrap()
}

fn request(cpu: u32, memory: u32) -> PlacementRequest {
    PlacementRequest::new(&definition(cpu, memory)).unwrap()
}

#[test]
fn a_service_that_has_its_tasks_gets_none_more() {
    let cell = loaded(
        &[
            instance("a", 1, (1_848, 3_400), 2),
            instance("b", 1, (1_948, 3_700), 1),
        ],
        &[
            task("1", 1, "a", (100, 300)),
            task("2", 1, "a", (100, 300)),
            task("3", 1, "b", (100, 300)),
        ],
    );
    assert_eq!(
        (left(&cell, "a"), left(&cell, "b")),
        ((1_848, 3_400), (1_948, 3_700))
    );
    assert_eq!(unknown(&cell, "a"), "every task on this instance is known");
    let mut cell = cell;
    let mut services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    let create: CreateServiceRequest = serde_json::from_value(json!({
        "cluster": "prod", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 3,
    }))
    .unwrap();
    services
        .create(&create, &definition(100, 300), at(90), 7)
        .unwrap();
    let mut provisioning = task("4", 1, "a", (100, 300));
    let members = provisioning.as_object_mut().unwrap();
    members.remove("containerInstanceArn");
    let adopt = |services: &mut Services, document: Value| {
        let task: Task = serde_json::from_value(document).unwrap();
        let seen = ObservedServiceTask::try_from(&task.with_started_by("ecs-svc/1")).unwrap();
        assert_eq!(services.adopt(&seen, at(100)), Observation::Taken);
        assert_eq!(services.adopt(&seen, at(100)), Observation::Known);
    };
    for (name, on) in [("1", "a"), ("2", "a"), ("3", "b")] {
        adopt(&mut services, task(name, 1, on, (100, 300)));
    }
    assert_eq!(starts(&mut services, &mut cell), 0);
    let scale = |services: &mut Services, count: u32| {
        let update = json!({"cluster": "prod", "service": "web", "desiredCount": count});
        let update: UpdateServiceRequest = serde_json::from_value(update).unwrap();
        services.update(&update, None, at(100), 7).unwrap();
    };
    scale(&mut services, 4);
    adopt(&mut services, provisioning);
    assert_eq!(starts(&mut services, &mut cell), 0);
    scale(&mut services, 5);
    assert_eq!(starts(&mut services, &mut cell), 1);
}

#[test]
fn a_task_of_which_a_service_learns_nothing() {
    let refused = |member: &str, value: Value| {
        let mut document = task("1", 1, "a", (100, 300));
        document["startedBy"] = json!("ecs-svc/1");
        document[member] = value;
        let task: Task = serde_json::from_value(document).unwrap();
        let error = ObservedServiceTask::try_from(&task).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        (error.to_string(), source)
    };
    for member in ["taskArn", "group", "startedBy", "lastStatus"] {
        let said = format!("the task has no `{member}`");
        assert_eq!(refused(member, Value::Null), (said, None));
    }
    assert_eq!(
        refused("group", json!("family:web")),
        (
            "the group `family:web` is not that of a service".to_owned(),
            None
        )
    );
    assert_eq!(
        refused("lastStatus", json!("FLYING")),
        (
            "`lastStatus` is not the status of a task".to_owned(),
            Some("unknown name `FLYING`".to_owned())
        )
    );
}

/// How many tasks the services start; they stop none.
fn starts(services: &mut Services, cell: &mut CellState) -> usize {
    let actions = services.reconcile(at(100), cell, 7).unwrap();
    let is_stop = |action: &ServiceAction| matches!(action, ServiceAction::Stop { .. });
    assert!(!actions.iter().any(is_stop), "{actions:?}");
    let is_start = |action: &&ServiceAction| matches!(action, ServiceAction::Start { .. });
    actions.iter().filter(is_start).count()
}

#[test]
fn a_task_that_stops_holds_what_it_has_and_counts_no_more() {
    let stopping = with(
        task("1", 2, "a", (100, 300)),
        json!({"desiredStatus": "STOPPED"}),
    );
    let mut cell = loaded(&[instance("a", 1, (1_948, 3_700), 1)], &[stopping]);
    assert_eq!(left(&cell, "a"), (1_948, 3_700));
    let snapshot = cell.snapshot();
    let shown = snapshot.instances().next().unwrap();
    assert_eq!(
        (shown.running_tasks(), shown.tasks_of("service:web")),
        (1, 0)
    );
    assert_eq!(
        shown.unknown().tasks,
        Some(1),
        "the document counts one that shall run"
    );

    let stopped = with(
        task("1", 3, "a", (100, 300)),
        json!({"desiredStatus": "STOPPED", "lastStatus": "STOPPED", "stoppedAt": 120}),
    );
    let loader = Loader::new();
    loader
        .load(&mut cell, &[], &tasks(&[stopped]), at(130))
        .unwrap();
    assert_eq!(
        left(&cell, "a"),
        (2_048, 4_000),
        "it stopped after the instance was described"
    );
    let later = instance("a", 2, (2_048, 4_000), 0);
    loader
        .load(&mut cell, &instances(&[later]), &[], at(140))
        .unwrap();
    assert_eq!(left(&cell, "a"), (2_048, 4_000));
    assert_eq!(unknown(&cell, "a"), "every task on this instance is known");
}

#[test]
fn what_documents_do_not_say_is_told() {
    let mut cell = loaded(&[instance("a", 1, (1_000, 3_000), 3)], &[]);
    assert_eq!(
        unknown(&cell, "a"),
        "3 tasks on this instance are not in the documents; \
         1048 CPU units and 1000 MiB of memory are taken that no document of a task explains"
    );
    let loader = Loader::new();
    let running = tasks(&[task("1", 1, "a", (1_048, 1_000))]);
    loader.load(&mut cell, &[], &running, at(100)).unwrap();
    assert_eq!(
        unknown(&cell, "a"),
        "2 tasks on this instance are not in the documents"
    );
    assert_eq!(
        left(&cell, "a"),
        (1_000, 3_000),
        "the task is one of those that were counted"
    );

    let mut bare = instance("b", 1, (0, 0), 0);
    let members = bare.as_object_mut().unwrap();
    members.remove("remainingResources");
    members.remove("runningTasksCount");
    let loaded = loader
        .load(&mut cell, &instances(&[bare]), &[], at(100))
        .unwrap();
    let gap = Gap::Remaining {
        instance: format!("{INSTANCE}b"),
    };
    assert_eq!(
        gap.to_string(),
        format!("nothing says how much is left of `{INSTANCE}b`")
    );
    assert_eq!(loaded.gaps, [gap]);
    assert_eq!(
        unknown(&cell, "b"),
        "the tasks on this instance were not counted; \
         what is left of this instance is not in the documents"
    );

    let poor = json!({
        "taskArn": format!("{TASK}9"), "containerInstanceArn": format!("{INSTANCE}z"),
        "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/webserver",
    });
    let loaded = loader
        .load(&mut cell, &[], &tasks(&[poor]), at(100))
        .unwrap();
    let gaps: Vec<String> = loaded.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        [
            format!("nothing says how much CPU or memory the task `{TASK}9` holds"),
            format!("the task `{TASK}9` has no group"),
            format!("the task `{TASK}9` is on `{INSTANCE}z`, which is not known"),
        ]
    );
    let waiting: Vec<_> = cell
        .waiting_tasks()
        .map(|task| task.group.to_string())
        .collect();
    assert_eq!(waiting, ["family:webserver"]);
}

#[test]
fn neuron_devices_that_nobody_explains_are_unknown() {
    let mut described = instance("a", 1, (2_048, 4_000), 0);
    let devices =
        |ids: Value| json!({"name": "NEURON_DEVICE", "type": "STRINGSET", "stringSetValue": ids});
    for (list, ids) in [
        ("registeredResources", json!(["0", "1", "2"])),
        ("remainingResources", json!(["2"])),
    ] {
        described[list].as_array_mut().unwrap().push(devices(ids));
    }
    let cell = loaded(&[described], &[]);
    let snapshot = cell.snapshot();
    let found = snapshot.instances().next().unwrap().unknown();
    assert_eq!((found.neuron_devices, found.is_nothing()), (2, false));
    assert_eq!(
        found.to_string(),
        "2 Neuron devices are taken that no document of a task explains"
    );
}

#[test]
fn ports_interfaces_and_gpus_are_held() {
    let web = with(
        task("1", 1, "a", (100, 300)),
        json!({
            "attachments": [{"type": "eni"}],
            "containers": [
                {"networkBindings": [{"hostPort": 80, "protocol": "tcp"},
                    {"hostPort": 53, "protocol": "udp"}, {"hostPort": 49_153}],
                 "gpuIds": ["gpu-1"]},
                {"gpuIds": ["gpu-1", "gpu-2"]},
            ],
        }),
    );
    let mut described = instance("a", 1, (1_948, 3_700), 1);
    described["remainingResources"][2]["stringSetValue"] = json!(["22", "80", "443"]);
    let cell = loaded(&[described], &[web]);
    let held = cell.task(&format!("{TASK}1")).unwrap();
    assert_eq!(held.needs.ports, [HostPort::tcp(80), HostPort::udp(53)]);
    assert_eq!((held.needs.interfaces, held.needs.gpus), (1, 2));
    let snapshot = cell.snapshot();
    let shown = snapshot.instances().next().unwrap();
    assert_eq!(shown.unknown().ports, [HostPort::tcp(443)]);
    let taken: Vec<_> = shown.remaining().taken_ports.into_iter().collect();
    let tcp = HostPort::tcp;
    assert_eq!(taken, [tcp(22), tcp(80), tcp(443), HostPort::udp(53)]);
}

#[test]
fn a_task_says_which_gpu_it_shares() {
    let mut described = instance("a", 1, (1_848, 3_400), 2);
    described["gpuDevices"] = json!([
        {"gpuId": "gpu-1", "sharingMode": "IDLE", "totalMemoryInMiB": 1_000,
            "remainingMemoryInMiB": 1_000},
        {"gpuId": "gpu-2", "sharingMode": "NVIDIA_MPS", "totalMemoryInMiB": 1_000,
            "remainingMemoryInMiB": 200},
    ]);
    let sharing = |id: &str, memory: u32| {
        let containers = json!([{"gpuIds": ["gpu-2"],
            "gpuSharingStrategy": {"nvidiaMps": {"memory": memory}}}]);
        with(
            task(id, 1, "a", (100, 300)),
            json!({"containers": containers}),
        )
    };
    let left = |cell: &CellState| {
        let snapshot = cell.snapshot();
        let shown = snapshot.instances().next().unwrap();
        let left = shown.remaining();
        (left.gpus, left.gpu_memory, shown.unknown().gpu_memory)
    };
    let mut cell = loaded(&[described], &[sharing("1", 500)]);
    assert_eq!(left(&cell), (1, vec![1_000, 200], 300));
    assert!(
        unknown(&cell, "a").contains("300 MiB of GPU memory are taken that no document"),
        "{}",
        unknown(&cell, "a")
    );
    let second = tasks(&[sharing("2", 300)]);
    Loader::new()
        .load(&mut cell, &[], &second, at(100))
        .unwrap();
    assert_eq!(left(&cell), (1, vec![1_000, 200], 0));
    cell.stopped(&format!("{TASK}1")).unwrap();
    assert_eq!(left(&cell), (1, vec![1_000, 700], 0));
    cell.stopped(&format!("{TASK}2")).unwrap();
    assert_eq!(left(&cell), (2, vec![1_000, 1_000], 0));
}

/// The number that the cell gives the GPU of a task is that of a GPU which is no other task's.
#[test]
fn a_gpu_that_is_shared_is_no_tasks_own() {
    let described = |version: i64, running: i32, gpus: [(&str, u32); 3]| {
        let mut described = instance("a", version, (1_948, 3_700), running);
        let devices = gpus.iter().zip([1, 2, 3]).map(|((mode, left), number)| {
            json!({"gpuId": format!("gpu-{number}"), "sharingMode": mode,
                "totalMemoryInMiB": 1_000, "remainingMemoryInMiB": left})
        });
        // In whatever order they come.
        described["gpuDevices"] = match version {
            1 => devices.collect(),
            _ => devices.rev().collect(),
        };
        described
    };
    let gpu = |members: Value| -> PlacementRequest {
        let definition = serde_json::from_value(json!({
            "family": "gpu", "containerDefinitions": [{"name": "c", "image": "i", "memory": 1,
                "resourceRequirements": [with(json!({"type": "GPU"}), members)]}],
        }))
        .unwrap();
        PlacementRequest::new(&definition).unwrap()
    };
    let share = gpu(json!({"sharingStrategy": {"nvidiaMps": {"memory": 400}}}));
    let whole = with(
        task("1", 1, "a", (100, 300)),
        json!({"containers": [{"gpuIds": ["gpu-1"]}]}),
    );
    let shown = |cell: &CellState| {
        let snapshot = cell.snapshot();
        let shown = snapshot.instances().next().unwrap();
        let left = shown.remaining();
        (left.gpus, left.gpu_memory, shown.unknown().gpu_memory)
    };
    let run = |cell: &mut CellState, request: &PlacementRequest, task: &'static str| {
        assert_eq!(
            cell.run(request, 0, task, [task]).unwrap().placed().len(),
            1
        );
        let needs = cell.task(task).unwrap().needs;
        (needs.own_gpus.clone(), needs.shared_gpu)
    };
    let load = |cell: &mut CellState, document: Value, seconds: i64| {
        let instances = instances(&[document]);
        let told = Loader::new().load(cell, &instances, &[], at(seconds));
        assert_eq!(told.unwrap().instances, 1);
    };

    let idle = ("IDLE", 1_000);
    let first = described(1, 1, [("DEDICATED", 0), idle, idle]);
    let mut cell = loaded(&[first], &[whole]);
    assert_eq!(cell.task(&format!("{TASK}1")).unwrap().needs.own_gpus, [0]);
    assert_eq!(run(&mut cell, &share, "share"), (Vec::new(), Some(1)));
    assert_eq!(
        run(&mut cell, &gpu(json!({"value": "1"})), "whole"),
        (vec![2], None)
    );
    assert_eq!(shown(&cell), (0, vec![600], 0));
    let saved = serde_json::to_string(&cell).unwrap();
    let restored: CellState = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string(&restored).unwrap(), saved);
    load(
        &mut cell,
        described(
            2,
            3,
            [("DEDICATED", 0), ("NVIDIA_MPS", 600), ("DEDICATED", 0)],
        ),
        100,
    );
    assert_eq!(shown(&cell), (0, vec![600], 0));

    // Amazon ECS has chosen others than the cell: what is shared is not where the cell thinks, and
    // nothing is left there.
    load(
        &mut cell,
        described(
            3,
            3,
            [("DEDICATED", 0), ("DEDICATED", 0), ("NVIDIA_MPS", 600)],
        ),
        200,
    );
    assert_eq!(shown(&cell), (0, vec![600], 400));
    cell.stopped("share").unwrap();
    cell.stopped("whole").unwrap();
    cell.stopped(&format!("{TASK}1")).unwrap();
    load(&mut cell, described(4, 0, [idle, idle, idle]), 300);
    assert_eq!(shown(&cell), (3, vec![1_000; 3], 0));
    assert_eq!(
        run(&mut cell, &gpu(json!({"value": "ALL"})), "all"),
        (vec![0, 1, 2], None)
    );
}

#[test]
fn more_than_any_gpu_has_is_held_all_the_same() {
    let most = json!({"gpuIds": ["gpu-1"],
        "gpuSharingStrategy": {"nvidiaMps": {"memory": i32::MAX}}});
    let containers = json!({"containers": [most, most, most]});
    let cell = loaded(
        &[instance("a", 1, (1_948, 3_700), 1)],
        &[with(task("1", 1, "a", (100, 300)), containers)],
    );
    let held = cell.task(&format!("{TASK}1")).unwrap();
    assert_eq!(held.needs.gpu_memory, u32::MAX);
}

#[test]
fn a_task_definition_says_it_better() {
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";
    let definition: TaskDefinition = serde_json::from_value(json!({
        "taskDefinitionArn": arn, "family": "web",
        "containerDefinitions": [{"name": "web", "image": "web", "cpu": 10, "memory": 500,
            "memoryReservation": 200, "portMappings": [{"containerPort": 1, "hostPort": 40_000}]}],
    }))
    .unwrap();
    let running = with(
        task("1", 1, "a", (1, 1)),
        json!({
            "taskDefinitionArn": arn,
            "overrides": {"containerOverrides": [{"name": "web", "cpu": 20},
                {"name": "aws-guardduty-agent", "memory": 7}, {}]},
        }),
    );
    let mut cell = CellState::new();
    let loader = Loader::new().with_definitions([&definition]);
    let described = instances(&[instance("a", 1, (2_028, 3_800), 1)]);
    loader
        .load(&mut cell, &described, &tasks(&[running]), at(100))
        .unwrap();
    let held = cell.task(&format!("{TASK}1")).unwrap();
    assert_eq!((held.needs.cpu, held.needs.memory), (20, 200));
    assert_eq!(held.needs.ports, [HostPort::tcp(40_000)]);
}

#[test]
fn a_service_says_whose_task_it_is() {
    let arn = |revision: u32| {
        format!("arn:aws:ecs:us-east-1:123456789012:task-definition/web:{revision}")
    };
    let definition = |revision: u32, memory: u32| -> TaskDefinition {
        serde_json::from_value(json!({
            "taskDefinitionArn": arn(revision), "family": "web",
            "containerDefinitions": [{"name": "web", "image": "web", "memory": memory,
                "portMappings": [{"containerPort": 80, "hostPort": 8_080}]}],
        }))
        .unwrap()
    };
    let service: Service = serde_json::from_value(json!({
        "serviceName": "web", "desiredCount": 2,
        "deployments": [
            {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": arn(2)},
            {"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": arn(1)},
        ],
        "taskSets": [{"id": "ecs-svc/3", "taskDefinition": arn(2)}],
    }))
    .unwrap();
    let (old, new) = (definition(1, 300), definition(2, 400));
    let loader = Loader::new()
        .with_definitions([&old, &new])
        .with_services([&service]);
    let bare = |id: &str, started_by: &str| {
        json!({
            "taskArn": format!("{TASK}{id}"), "containerInstanceArn": format!("{INSTANCE}{id}"),
            "startedBy": started_by, "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
        })
    };
    let mut cell = CellState::new();
    let described = ["1", "2", "3", "4"].map(|id| instance(id, 1, (2_048, 3_500), 1));
    let running = tasks(&[
        bare("1", "ecs-svc/1"),
        bare("2", "ecs-svc/2"),
        bare("3", "ecs-svc/3"),
        bare("4", "ecs-svc/4"),
    ]);
    let loaded = loader
        .load(&mut cell, &instances(&described), &running, at(100))
        .unwrap();
    for (id, memory) in [("1", 300), ("2", 400), ("3", 400)] {
        let held = cell.task(&format!("{TASK}{id}")).unwrap();
        assert_eq!((&*held.group, held.needs.memory), ("service:web", memory));
        assert_eq!(held.needs.ports, [HostPort::tcp(8_080)]);
    }
    let gaps: Vec<String> = loaded.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        [
            format!("nothing says how much CPU or memory the task `{TASK}4` holds"),
            format!("the task `{TASK}4` has no group"),
        ],
        "nobody knows the deployment"
    );
    let explicit = with(bare("5", "ecs-svc/1"), json!({"group": "service:other"}));
    let _ = loader
        .load(&mut cell, &[], &tasks(&[explicit]), at(100))
        .unwrap();
    let waiting: Vec<_> = cell
        .waiting_tasks()
        .map(|task| task.group.to_string())
        .collect();
    assert_eq!(waiting, ["service:other"]);
}

#[test]
fn loading_twice_changes_nothing_and_a_restored_cell_knows_its_versions() {
    let described = [instance("a", 4, (1_948, 3_700), 1)];
    let running = [task("1", 7, "a", (100, 300)), task("2", 1, "gone", (1, 1))];
    let cell = loaded(&described, &running);
    let text = serde_json::to_string(&cell).unwrap();
    let mut restored: CellState = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&restored).unwrap(), text);
    let earlier = [instance("a", 3, (0, 0), 9)];
    let old = [with(
        task("1", 6, "a", (100, 300)),
        json!({"lastStatus": "STOPPED"}),
    )];
    for (described, running) in [(&described[..], &running[..]), (&earlier[..], &old[..])] {
        let answer = Loader::new()
            .load(
                &mut restored,
                &instances(described),
                &tasks(running),
                at(100),
            )
            .unwrap();
        assert_eq!((answer.instances, answer.tasks), (0, 0));
        assert_eq!(answer.stale, described.len() + running.len());
        assert_eq!(serde_json::to_string(&restored).unwrap(), text);
    }
}

#[test]
fn what_the_cell_placed_is_not_placed_again_by_documents() {
    let mut cell = loaded(&[instance("a", 1, (2_048, 4_000), 0)], &[]);
    let plan = Plan::new(&cell.snapshot(), &request(100, 300), 0);
    let name = format!("{TASK}1");
    let transaction = plan.into_transaction("token", [name.as_str()]).unwrap();
    let _ = cell
        .commit(&transaction, ecs_placement::CommitPolicy::Partial)
        .unwrap();
    assert_eq!(left(&cell, "a"), (1_948, 3_700));
    let loader = Loader::new();
    let now = instances(&[instance("a", 2, (1_948, 3_700), 1)]);
    loader.load(&mut cell, &now, &[], at(200)).unwrap();
    assert_eq!(left(&cell, "a"), (1_948, 3_700), "the document counts it");
    let running = with(task("1", 1, "a", (100, 300)), json!({"createdAt": 150}));
    loader
        .load(&mut cell, &[], &tasks(&[running]), at(200))
        .unwrap();
    assert_eq!(left(&cell, "a"), (1_948, 3_700));
    assert_eq!(cell.task_count(), 1);
    cell.stopped(&name).unwrap();
    assert_eq!(left(&cell, "a"), (2_048, 4_000));
    let again = instances(&[instance("a", 2, (1_948, 3_700), 1)]);
    loader.load(&mut cell, &again, &[], at(200)).unwrap();
    assert_eq!(
        left(&cell, "a"),
        (2_048, 4_000),
        "the same document frees and takes nothing"
    );
}

#[test]
fn registering_the_same_document_never_frees_what_tasks_hold() {
    let mut document = instance("a", 1, (2_048, 4_000), 0);
    for with_remaining in [true, false] {
        if !with_remaining {
            document
                .as_object_mut()
                .unwrap()
                .remove("remainingResources");
        }
        let described: ContainerInstance = serde_json::from_value(document.clone()).unwrap();
        let registration = Registration::try_from(&described).unwrap();
        let mut cell = CellState::new();
        cell.register(&registration);
        let big = request(2_000, 3_900);
        let placed = cell.run(&big, 0, "t", ["task-1"]).unwrap();
        assert_eq!(placed.placed().len(), 1);
        cell.register(&registration);
        assert_eq!(left(&cell, "a"), (48, 100));
        assert_eq!(
            cell.run(&big, 0, "u", ["task-2"]).unwrap().placed().len(),
            0
        );
    }
}

#[test]
fn an_instance_that_is_gone_takes_its_tasks_and_may_come_back() {
    let running = [task("1", 1, "a", (100, 300))];
    let mut cell = loaded(&[instance("a", 1, (1_948, 3_700), 1)], &running);
    let loader = Loader::new();
    let gone = with(
        instance("a", 3, (1_948, 3_700), 1),
        json!({"status": "INACTIVE"}),
    );
    loader
        .load(&mut cell, &instances(&[gone]), &[], at(110))
        .unwrap();
    assert_eq!((cell.snapshot().len(), cell.task_count()), (0, 0));
    let stale = instances(&[instance("a", 2, (1_948, 3_700), 1)]);
    assert_eq!(
        loader.load(&mut cell, &stale, &[], at(120)).unwrap().stale,
        1
    );
    assert_eq!(cell.snapshot().len(), 0);
    let back = instances(&[instance("a", 4, (1_948, 3_700), 1)]);
    loader.load(&mut cell, &back, &[], at(130)).unwrap();
    assert_eq!((cell.snapshot().len(), cell.task_count()), (1, 1));
    assert_eq!(left(&cell, "a"), (1_948, 3_700));
}

#[test]
fn stopped_tasks_can_be_forgotten() {
    let stopped = with(
        task("1", 3, "a", (100, 300)),
        json!({"desiredStatus": "STOPPED", "lastStatus": "STOPPED", "stoppedAt": 120}),
    );
    let mut cell = loaded(&[instance("a", 1, (1_948, 3_700), 1)], &[stopped]);
    assert!(
        !cell.forget_stopped(at(1_000)),
        "the document of the instance still counts it"
    );
    let now = instances(&[instance("a", 2, (2_048, 4_000), 0)]);
    Loader::new().load(&mut cell, &now, &[], at(150)).unwrap();
    assert!(!cell.forget_stopped(at(120)));
    assert!(cell.forget_stopped(at(121)));
    assert_eq!(saved(&cell)["observed"], Value::Null);
}

fn event(kind: &str, detail: &Value, time: Value) -> Event {
    let mut detail = detail.clone();
    if kind == "ECS Container Instance State Change" {
        detail["clusterArn"] = json!(CLUSTER);
    }
    serde_json::from_value(json!({
        "version": "0", "detail-type": kind, "source": "aws.ecs", "time": time, "detail": detail,
    }))
    .unwrap()
}

#[test]
fn events_are_told_apart() {
    let mut cell = CellState::new();
    let time = || json!("2020-01-23T17:57:58Z");
    let loader = Loader::new().for_cluster(ClusterRef::parse(CLUSTER).unwrap());
    let kind = "ECS Container Instance State Change";
    let here = event(kind, &instance("a", 1, (1, 1), 0), time());
    let changed = Ok(Observed::Changed(Vec::new()));
    assert_eq!(loader.handle_event(&mut cell, &here), changed);
    assert_eq!(loader.handle_event(&mut cell, &here), Ok(Observed::Stale));
    let other = loader
        .clone()
        .for_cluster(ClusterRef::parse("test").unwrap());
    let running = event("ECS Task State Change", &task("1", 1, "a", (1, 1)), time());
    for event in [&here, &running] {
        assert_eq!(
            other.handle_event(&mut cell, event),
            Ok(Observed::Elsewhere)
        );
    }
    assert_eq!(loader.handle_event(&mut cell, &running), changed);
    let action = event("ECS Service Action", &json!({}), time());
    assert_eq!(loader.handle_event(&mut cell, &action), Ok(Observed::Other));

    let refusal = |kind: &str, detail: Value, time: Value| {
        let mut cell = CellState::new();
        let event = event(kind, &detail, time);
        Loader::new().handle_event(&mut cell, &event).unwrap_err()
    };
    let error = refusal(
        "ECS Task State Change",
        task("1", 1, "a", (1, 1)),
        Value::Null,
    );
    assert_eq!(error, LoadError::NoTime);
    assert_eq!(
        error.to_string(),
        "the event has neither `updatedAt` nor `time`"
    );
    let error = refusal("ECS Task State Change", json!([]), time());
    assert_eq!(
        error.to_string(),
        "the detail of the event is not an object"
    );
    let error = refusal("ECS Task State Change", json!({}), time());
    assert_eq!(error.to_string(), "the task has no ARN");
    let error = refusal(kind, json!({}), time());
    assert_eq!(error.to_string(), "the container instance has no ARN");
}

/// Version, instance, amount, stage, creation, and when it was to stop.
type Known = (i64, usize, u32, u8, i64, i64);

fn changed_task(
    id: usize,
    (version, on, amount, stage, created, stopping): Known,
    time: i64,
) -> Value {
    let mut document = task(&id.to_string(), version, ["a", "b"][on], (amount, amount));
    document["createdAt"] = json!(created);
    if stage > 0 {
        document["desiredStatus"] = json!("STOPPED");
        document["stoppingAt"] = json!(stopping);
    }
    if stage > 1 {
        document["lastStatus"] = json!("STOPPED");
        document["stoppedAt"] = json!(time);
    }
    document
}

/// Versions of the documents of two instances and some tasks, as one history makes them.
fn history() -> impl Strategy<Value = Vec<(i64, Value)>> {
    let step = (0..2_usize, 0..4_usize, 0..4_u8, 1..60_u32);
    proptest::collection::vec(step, 1..24).prop_map(|steps| {
        let mut versions = [0_i64; 2];
        let mut tasks: Vec<Known> = Vec::new();
        let mut told = Vec::new();
        for ((on, which, what, amount), time) in steps.into_iter().zip(1_i64..) {
            let time = time * 10;
            let changed = match tasks.get_mut(which) {
                None => {
                    tasks.push((1, on, amount, 0, time, 0));
                    Some(tasks.len() - 1)
                }
                Some(task) if task.3 < 2 && what > 1 => {
                    task.0 += 1;
                    task.3 += 1;
                    if task.3 == 1 {
                        task.5 = time;
                    }
                    Some(which)
                }
                Some(_) => None,
            };
            if let Some(changed) = changed {
                told.push((time, changed_task(changed, tasks[changed], time)));
            }
            let held = |task: &&Known| task.1 == on && task.3 < 2;
            let sum: u32 = tasks.iter().filter(held).map(|task| task.2).sum();
            let running = tasks
                .iter()
                .filter(|task| task.1 == on && task.3 == 0)
                .count();
            let name = ["a", "b"][on];
            versions[on] += 1;
            let sum = i32::try_from(sum).unwrap();
            let running = i32::try_from(running).unwrap();
            // 100 are held by a task that no document knows.
            let left = (2_048 - 100 - sum, 4_000 - 100 - sum);
            told.push((time, instance(name, versions[on], left, running + 1)));
        }
        told
    })
}

fn tell(cell: &mut CellState, (time, detail): &(i64, Value)) {
    let kind = match detail.get("taskArn") {
        Some(_) => "ECS Task State Change",
        None => "ECS Container Instance State Change",
    };
    let time = Timestamp::from_seconds(*time).to_string();
    let told = Loader::new().handle_event(cell, &event(kind, detail, json!(time)));
    told.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("ECS_LONG").is_some() { 20_000 } else { 200 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_order_gives_the_cell_of_the_last_versions(
        told in history(),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..60),
        shuffle in any::<u64>(),
    ) {
        let mut mixed: Vec<_> = told.clone();
        let mut seed = shuffle;
        for at in (1..mixed.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            mixed.swap(at, usize::try_from(seed >> 33).unwrap() % (at + 1));
        }
        mixed.extend(order.iter().map(|at| told[at.index(told.len())].clone()));
        let mut cell = CellState::new();
        for event in &mixed {
            tell(&mut cell, event);
        }
        let named = |event: &(i64, Value)| {
            let name = event.1.get("taskArn").or(event.1.get("containerInstanceArn"));
            name.unwrap().to_string()
        };
        let last: BTreeMap<_, _> = told.iter().map(|event| (named(event), event)).collect();
        let mut at_once = CellState::new();
        for event in last.values() {
            tell(&mut at_once, event);
        }
        prop_assert_eq!(saved(&cell), saved(&at_once));
        let text = serde_json::to_string(&cell).unwrap();
        let restored: CellState = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&restored).unwrap(), text);
        // What is known at the end is what the history came to.
        for shown in cell.snapshot().instances() {
            prop_assert_eq!(shown.unknown().cpu, 100);
            prop_assert_eq!(shown.unknown().tasks, Some(1));
        }
    }
}
