//! What was saved once can be read for ever, and what is not of the format is refused.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

use std::sync::Arc;

use ecs_model::{
    Attribute, ContainerInstance, PlacementConstraint, PlacementStrategy, Task, Timestamp,
};
use ecs_placement::{
    CellState, Change, Commit, CommitPolicy, Fargate, Loader, PlacementRequest, Plan, Record,
    Registration, Transaction,
};
use ecs_taskdef::TaskDefinition;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CELL: &str = include_str!("data/saved/cell-1.json");
const RECORDS: &str = include_str!("data/saved/records-1.json");
const TRANSACTION: &str = include_str!("data/saved/transaction-1.json");
const FARGATE: &str = include_str!("data/saved/fargate-1.json");

const PREFIX: &str = "arn:aws:ecs:us-east-1:123456789012:";

fn instance(id: &str, version: i64) -> ContainerInstance {
    let resources = |left: i64, ports: Value| {
        json!([
            {"name": "CPU", "type": "INTEGER", "integerValue": left},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": left},
            {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ports},
            {"name": "GPU", "type": "STRINGSET", "stringSetValue": ["gpu-1"]},
            {"name": "NEURON_DEVICE", "type": "STRINGSET", "stringSetValue": ["0"]},
        ])
    };
    serde_json::from_value(json!({
        "containerInstanceArn": format!("{PREFIX}container-instance/prod/{id}"),
        "ec2InstanceId": format!("i-{id}"),
        "status": "ACTIVE", "agentConnected": true, "version": version,
        "runningTasksCount": 1, "registeredAt": 1_790_000_000.25,
        "versionInfo": {"agentVersion": "1.98.0"},
        "registeredResources": resources(4_096, json!(["22", "51678"])),
        "remainingResources": resources(4_000, json!(["22", "51678", "80"])),
        "attributes": [
            {"name": "ecs.availability-zone", "value": "us-east-1a"},
            {"name": "ecs.instance-type", "value": "g6f.large"}, {"name": "stack"},
            {"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"},
            {"name": "com.amazonaws.ecs.capability.docker-remote-api.1.22"},
        ],
    }))
    .unwrap()
}

/// An instance whose GPUs can be shared: one is idle, one is shared, one is some task's own.
fn sharing_instance(id: &str, version: i64) -> ContainerInstance {
    let device = |gpu: &str, mode: &str, left: i64| {
        json!({"gpuId": gpu, "sharingMode": mode, "totalMemoryInMiB": 1_000,
            "remainingMemoryInMiB": left})
    };
    let mut described = instance(id, version);
    let devices = json!([
        device("gpu-1", "DEDICATED", 0),
        device("gpu-2", "NVIDIA_MPS", 300),
        device("gpu-3", "IDLE", 1_000),
        device("gpu-4", "IDLE", 1_000),
    ]);
    described.gpu_devices = serde_json::from_value(devices).unwrap();
    let zone = Attribute::named("ecs.availability-zone").with_value("us-east-1b");
    described.attributes = Some(vec![zone]);
    described
}

fn task(id: &str, version: i64, members: Value) -> Task {
    let mut document = json!({
        "taskArn": format!("{PREFIX}task/prod/{id}"),
        "containerInstanceArn": format!("{PREFIX}container-instance/prod/a"),
        "group": "service:web", "version": version, "createdAt": 1_790_000_001,
        "cpu": "96", "memory": "96", "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
    });
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

/// A request with all that a request can have.
fn request() -> PlacementRequest {
    let definition = |family: &str, port: u16, devices: Value| -> TaskDefinition {
        serde_json::from_value(json!({
            "family": family, "networkMode": "host",
            "containerDefinitions": [{
                "name": "c", "image": "i", "cpu": 100, "memory": 200,
                "portMappings": [{"containerPort": port}, {"containerPort": port, "protocol": "udp"}],
                "resourceRequirements": devices,
            }],
        }))
        .unwrap()
    };
    let gpu = json!([{"type": "GPU", "value": "0.125"}]);
    let agent = PlacementRequest::new(&definition("agent", 9_000, json!([]))).unwrap();
    let constraints: Vec<PlacementConstraint> = serde_json::from_value(json!([
        {"type": "distinctInstance"},
        {"type": "memberOf", "expression": "attribute:stack exists and agentVersion > 1.9.0"},
    ]))
    .unwrap();
    let strategies: Vec<PlacementStrategy> = serde_json::from_value(json!([
        {"type": "spread", "field": "attribute:ecs.availability-zone"},
        {"type": "spread", "field": "instanceId"},
        {"type": "binpack", "field": "cpu"}, {"type": "binpack", "field": "memory"},
        {"type": "random"},
    ]))
    .unwrap();
    PlacementRequest::new(&definition("web", 443, gpu))
        .unwrap()
        .with_constraints(&constraints)
        .unwrap()
        .with_strategies(&strategies)
        .unwrap()
        .with_room_for([&agent.of_any_launch_type()])
        .with_zones(["us-east-1a", "us-east-1b"])
        .with_count(2)
}

/// A request that finds a place here.
fn small(memory: i32) -> PlacementRequest {
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "small",
        "containerDefinitions": [{"name": "c", "image": "i", "cpu": 10, "memory": memory}],
    }))
    .unwrap();
    PlacementRequest::new(&definition).unwrap()
}

/// A request for devices that finds a place where GPUs can be shared.
fn needing(devices: Value) -> PlacementRequest {
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "model", "containerDefinitions": [
            {"name": "c", "image": "i", "memory": 10, "resourceRequirements": devices}],
    }))
    .unwrap();
    let request = PlacementRequest::new(&definition).unwrap();
    request.with_zones(["us-east-1b"])
}

fn plan(cell: &CellState, request: &PlacementRequest, token: &str) -> Transaction {
    let plan = Plan::new(&cell.snapshot(), request, 7);
    let tasks = (0..).map(|number| format!("{token}-{number}"));
    plan.into_transaction(token, tasks).unwrap()
}

/// The records of a cell.
struct Story {
    cell: CellState,
    records: Vec<Record>,
}

fn arn(id: &str) -> Arc<str> {
    format!("{PREFIX}container-instance/prod/{id}").into()
}

impl Story {
    fn apply(&mut self, change: Change) {
        let record = self.cell.record(change);
        self.cell.apply(&record).unwrap();
        self.records.push(record);
    }

    fn register(&mut self, described: &ContainerInstance) {
        let registration = Registration::try_from(described).unwrap();
        self.apply(Change::Register(registration));
    }

    /// Takes over what documents say, each of its own.
    fn load(&mut self, instances: &[ContainerInstance], tasks: &[Task]) {
        let at = Timestamp::from_seconds(1_790_000_100);
        let told = Loader::new().changes(instances, tasks, at).unwrap();
        told.changes
            .into_iter()
            .for_each(|change| self.apply(change));
    }

    fn commit(&mut self, transaction: &Transaction) -> Commit {
        let policy = CommitPolicy::Partial;
        let decision = self.cell.decide(transaction, policy).unwrap();
        self.apply(decision.change.unwrap());
        decision.commit
    }

    fn tell_of_documents(&mut self) {
        for id in ["a", "b", "c"] {
            self.register(&instance(id, 4));
        }
        let mut gone = instance("c", 9);
        gone.status = Some("INACTIVE".to_owned());
        let stopping = json!({"desiredStatus": "STOPPED", "stoppingAt": 1_790_000_050});
        let stopped = json!({"lastStatus": "STOPPED", "stoppedAt": 1_790_000_060});
        self.load(
            &[instance("a", 5), gone],
            &[
                task("1", 3, json!({})),
                task("2", 4, stopping),
                task("3", 5, stopped),
            ],
        );
        let before = Timestamp::from_seconds(1_780_000_000);
        self.apply(Change::ForgetStopped { before });
    }

    fn tell_of_commits(&mut self) {
        for (token, request) in [("first", small(64).with_count(2)), ("second", small(1))] {
            let transaction = plan(&self.cell, &request, token);
            let _ = self.commit(&transaction);
        }
        let large = plan(&self.cell, &small(3_000).with_count(2), "third");
        self.apply(Change::SetStatus {
            instance: arn("b"),
            status: "DRAINING".into(),
        });
        let commit = self.commit(&large);
        assert_eq!(commit.refused(), 1, "one instance drains");
    }

    fn tell_of_callers(&mut self) {
        self.apply(Change::SetAgentConnected {
            instance: arn("b"),
            connected: false,
        });
        self.apply(Change::Stopping {
            task: "first-0".into(),
        });
        self.apply(Change::Stopped {
            task: "second-0".into(),
        });
        self.apply(Change::Forget {
            token: "second".into(),
        });
        self.register(&instance("d", 1));
        self.apply(Change::Deregister { instance: arn("d") });
    }

    /// Tasks that share GPUs, and tasks that have one to themselves.
    fn tell_of_gpus(&mut self) {
        self.register(&sharing_instance("e", 1));
        let share = |memory: u32| json!({"nvidiaMps": {"memory": memory}});
        let on_gpu = |id: &str, share: Value| {
            json!({"containerInstanceArn": arn("e"),
                "containers": [{"gpuIds": [id], "gpuSharingStrategy": share}]})
        };
        let seen = [
            task("4", 1, on_gpu("gpu-1", Value::Null)),
            task("5", 1, on_gpu("gpu-2", share(400))),
        ];
        self.load(&[], &seen);
        for (token, device) in [
            (
                "fifth",
                json!({"type": "GPU", "sharingStrategy": share(200)}),
            ),
            (
                "sixth",
                json!({"type": "GPU", "sharingStrategy": share(500)}),
            ),
            ("seventh", json!({"type": "GPU", "value": "1"})),
        ] {
            let transaction = plan(&self.cell, &needing(json!([device])), token);
            assert_eq!(self.commit(&transaction).placed().len(), 1);
        }
        let gpus = ["fifth-0", "sixth-0", "seventh-0"].map(|task| {
            let needs = self.cell.task(task).unwrap().needs;
            (needs.shared_gpu, needs.own_gpus.clone())
        });
        assert_eq!(
            gpus,
            [(Some(1), vec![]), (Some(2), vec![]), (None, vec![3])]
        );
    }
}

/// Records of every kind of change, and the cell that they make.
fn story() -> (Vec<Record>, CellState) {
    let mut story = Story {
        cell: CellState::new(),
        records: Vec::new(),
    };
    story.tell_of_documents();
    story.tell_of_commits();
    story.tell_of_callers();
    story.tell_of_gpus();
    (story.records, story.cell)
}

fn fargate() -> Fargate {
    let subnets = [("subnet-a", "us-east-1a"), ("subnet-b", "us-east-1b")];
    let mut fargate = Fargate::new(subnets).with_capacity("us-east-1a", 3);
    assert!(fargate.start("1", "service:web", "us-east-1b"));
    fargate
}

/// What is written is the document, and the document reads back as the same.
fn is_written_and_read<T: Serialize + DeserializeOwned>(value: &T, document: &str) {
    let saved: Value = serde_json::from_str(document).unwrap();
    assert_eq!(serde_json::to_value(value).unwrap(), saved);
    let restored: T = serde_json::from_str(document).unwrap();
    assert_eq!(serde_json::to_value(&restored).unwrap(), saved);
}

#[test]
fn the_formats_of_version_1_are_written_and_read() {
    let (records, cell) = story();
    is_written_and_read(&records, RECORDS);
    is_written_and_read(&cell, CELL);
    is_written_and_read(&fargate(), FARGATE);
    let transaction = plan(&cell, &request(), "fourth");
    is_written_and_read(&transaction, TRANSACTION);
    assert_eq!(transaction.claims().len(), 1);
}

#[test]
fn the_records_of_version_1_make_the_cell() {
    let records: Vec<Record> = serde_json::from_str(RECORDS).unwrap();
    let mut cell = CellState::new();
    for record in &records {
        cell.apply(record).unwrap();
    }
    is_written_and_read(&cell, CELL);
}

/// Once, what is absent was written as `null`.
#[test]
fn absent_ports_may_be_null() {
    let mut old: Value = serde_json::from_str(CELL).unwrap();
    for of in ["/instances/1/others", "/instances/1/document/taken"] {
        let taken = old.pointer_mut(of).unwrap().as_object_mut().unwrap();
        taken.remove("ports");
    }
    let cell: CellState = serde_json::from_value(old.clone()).unwrap();
    for of in ["/instances/1/others", "/instances/1/document/taken"] {
        old.pointer_mut(of).unwrap()["ports"] = Value::Null;
    }
    let restored: CellState = serde_json::from_value(old).unwrap();
    assert_eq!(
        serde_json::to_value(&restored).unwrap(),
        serde_json::to_value(&cell).unwrap()
    );
}

#[test]
fn what_is_not_of_the_format_is_refused_by_name() {
    fn refusal<T: DeserializeOwned>(document: &str, at: &str, value: Value) -> String {
        let mut saved: Value = serde_json::from_str(document).unwrap();
        match at.rsplit_once('/') {
            Some((place, member)) => {
                saved.pointer_mut(place).unwrap()[member] = value;
            }
            None => panic!("{at} is no pointer"),
        }
        match serde_json::from_value::<T>(saved) {
            Ok(_) => format!("{at} is read"),
            Err(error) => error.to_string(),
        }
    }
    for (name, refused) in [
        ("cell", refusal::<CellState>(CELL, "/format", json!(2))),
        (
            "record",
            refusal::<Vec<Record>>(RECORDS, "/0/format", json!(2)),
        ),
        (
            "transaction",
            refusal::<Transaction>(TRANSACTION, "/format", json!(2)),
        ),
        ("Fargate", refusal::<Fargate>(FARGATE, "/format", json!(2))),
    ] {
        assert_eq!(
            refused,
            format!("format 2 of the {name} is not known, only 1 is")
        );
    }
    for refused in [
        refusal::<CellState>(CELL, "/colour", json!(1)),
        refusal::<CellState>(CELL, "/instances/0/colour", json!(1)),
        refusal::<CellState>(CELL, "/instances/0/others/colour", json!(1)),
        refusal::<CellState>(CELL, "/needs/0/colour", json!(1)),
        refusal::<CellState>(CELL, "/tasks/0/colour", json!(1)),
        refusal::<CellState>(CELL, "/observed/0/colour", json!(1)),
        refusal::<CellState>(CELL, "/commits/first/colour", json!(1)),
        refusal::<CellState>(CELL, "/commits/first/placed/0/colour", json!(1)),
        refusal::<CellState>(CELL, "/commits/third/conflicts/0/colour", json!(1)),
        refusal::<CellState>(
            CELL,
            "/commits/third/conflicts/0/reasons/0/colour",
            json!(1),
        ),
        refusal::<Vec<Record>>(RECORDS, "/0/colour", json!(1)),
        refusal::<Vec<Record>>(RECORDS, "/0/change/register/document/colour", json!(1)),
        refusal::<Transaction>(TRANSACTION, "/colour", json!(1)),
        refusal::<Transaction>(TRANSACTION, "/claims/0/colour", json!(1)),
        refusal::<Transaction>(TRANSACTION, "/request/colour", json!(1)),
        refusal::<Transaction>(TRANSACTION, "/request/rooms/0/colour", json!(1)),
        refusal::<Transaction>(TRANSACTION, "/request/rooms/0/selection/colour", json!(1)),
        refusal::<Fargate>(FARGATE, "/colour", json!(1)),
    ] {
        assert!(refused.starts_with("unknown field `colour`"), "{refused}");
    }
    for selection in ["/request", "/request/rooms/0/selection"] {
        let refused = |member: &str, value: Value| {
            refusal::<Transaction>(TRANSACTION, &format!("{selection}/{member}"), value)
        };
        assert_eq!(
            refused("launchType", json!("MOON")),
            "tasks of launch type `MOON` are not placed on container instances"
        );
        assert_eq!(
            refused("attributes", json!([["", null]])),
            "a required attribute has no name"
        );
    }
    let unnamed = json!([{"spread": {"attribute": ""}}]);
    assert_eq!(
        refusal::<Transaction>(TRANSACTION, "/request/strategies", unnamed),
        "`spread` with field `attribute:` is not a placement strategy"
    );
}

/// A document that comes late is no next record.
#[test]
fn stale_documents_are_no_records() {
    let (records, mut cell) = story();
    let is_observed = |record: &&Record| {
        matches!(
            record.change(),
            Change::ObserveInstance(_) | Change::ObserveTask(_)
        )
    };
    let mut refused = Vec::new();
    let before = serde_json::to_string(&cell).unwrap();
    for record in records.iter().filter(is_observed) {
        assert!(!cell.is_news(record.change()));
        let again = cell.record(record.change().clone());
        refused.push(cell.apply(&again).unwrap_err().to_string());
    }
    assert_eq!(serde_json::to_string(&cell).unwrap(), before);
    let arns = ["a", "c"]
        .map(|id| format!("container-instance/prod/{id}"))
        .into_iter()
        .chain(["1", "2", "3", "4", "5"].map(|id| format!("task/prod/{id}")));
    let expected: Vec<String> = arns
        .map(|arn| format!("a document of `{PREFIX}{arn}` at least as recent is already known"))
        .collect();
    assert_eq!(refused, expected);
}
