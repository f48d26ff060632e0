//! Every resource, request and call: what is refused, and in which words.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

use ecs_arn::ClusterRef;
use ecs_model::operation::{RunTaskRequest, StartTaskRequest};
use ecs_model::{ContainerInstance, ExceptionName};
use ecs_placement::{
    CellState, PlacementRequest, Plan, Planner, Reason, Registration, RequestError, run_task,
    start_task,
};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

fn with(mut document: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn described(members: Value) -> ContainerInstance {
    let document = json!({
        "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
        "status": "ACTIVE", "agentConnected": true,
        "registeredResources": [
            {"name": "CPU", "type": "INTEGER", "integerValue": 4096},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": 8000},
            {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "2375", "2376", "51678"]},
            {"name": "GPU", "type": "STRINGSET", "stringSetValue": ["gpu-1"]},
            {"name": "NEURON_DEVICE", "type": "STRINGSET", "stringSetValue": ["0", "1"]},
        ],
    });
    serde_json::from_value(with(document, members)).unwrap()
}

fn of_type(name: &str, trunk: bool) -> ContainerInstance {
    let mut attributes = vec![json!({"name": "ecs.instance-type", "value": name})];
    if trunk {
        attributes.push(json!({"name": "ecs.awsvpc-trunk-id", "value": "eni-1"}));
    }
    attributes.push(json!({"name": "ecs.capability.task-eni"}));
    attributes.push(json!({"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}));
    described(json!({ "attributes": attributes }))
}

fn cell(instance: &ContainerInstance) -> CellState {
    let mut cell = CellState::new();
    cell.register(&Registration::try_from(instance).unwrap());
    cell
}

fn definition(members: Value) -> TaskDefinition {
    let document = json!({"family": "web", "containerDefinitions": [
        {"name": "web", "image": "web", "cpu": 1, "memory": 10}]});
    serde_json::from_value(with(document, members)).unwrap()
}

fn needing(devices: Value) -> PlacementRequest {
    let container =
        json!({"name": "web", "image": "web", "memory": 10, "resourceRequirements": devices});
    PlacementRequest::new(&definition(json!({"containerDefinitions": [container]}))).unwrap()
}

/// How many copies fit, and the first reason why not one more.
fn fit(cell: &CellState, request: &PlacementRequest) -> (usize, String) {
    let plan = Plan::new(&cell.snapshot(), &request.clone().with_count(200), 0);
    let failures = plan.failures();
    let reason = failures.first().and_then(|failure| failure.reason.clone());
    (plan.claims().len(), reason.unwrap_or_default())
}

#[test]
fn network_interfaces_are_counted_by_instance_type() {
    let mut awsvpc = PlacementRequest::new(&definition(json!({}))).unwrap();
    let mut needs = awsvpc.needs().clone();
    needs.interfaces = 1;
    awsvpc = awsvpc.with_needs(needs);
    let eni = || "RESOURCE:ENI".to_owned();
    assert_eq!(fit(&cell(&of_type("t2.micro", false)), &awsvpc), (1, eni()));
    assert_eq!(fit(&cell(&of_type("c5.large", false)), &awsvpc), (2, eni()));
    assert_eq!(fit(&cell(&of_type("c5.large", true)), &awsvpc), (10, eni()));
    let unknown = fit(&cell(&of_type("c99.large", true)), &awsvpc);
    assert_eq!(unknown, (200, String::new()));
    let overridden = Registration::try_from(&of_type("c5.large", true)).unwrap();
    let mut other = CellState::new();
    other.register(&overridden.with_interfaces(3));
    assert_eq!(fit(&other, &awsvpc), (3, eni()));
    let bridge = PlacementRequest::new(&definition(json!({}))).unwrap();
    assert_eq!(fit(&cell(&of_type("t2.micro", false)), &bridge).0, 200);
}

#[test]
fn gpus_whole_and_in_parts() {
    let gpu = |value: &str| needing(json!([{"type": "GPU", "value": value}]));
    let code = || "RESOURCE:GPU".to_owned();
    let whole = cell(&of_type("g5.xlarge", false));
    assert_eq!(fit(&whole, &gpu("1")), (1, code()));
    assert_eq!(fit(&whole, &gpu("ALL")), (1, code()));
    for part in ["0.125", "0.25", "0.5"] {
        assert_eq!(fit(&whole, &gpu(part)), (0, code()));
    }
    for (instance_type, part) in [
        ("g6f.large", "0.125"),
        ("g6f.2xlarge", "0.25"),
        ("gr6f.4xlarge", "0.5"),
    ] {
        let parts = cell(&of_type(instance_type, false));
        assert_eq!(fit(&parts, &gpu(part)), (1, code()));
        assert_eq!(fit(&parts, &gpu("1")), (0, code()));
        assert_eq!(fit(&parts, &gpu("ALL")), (0, code()));
    }
    let half = cell(&of_type("g6f.4xlarge", false));
    let snapshot = half.snapshot();
    let explanation = snapshot.explain(&gpu("0.25"));
    let [reason] = &*explanation.instances()[0].reasons else {
        panic!("{explanation:?}");
    };
    assert_eq!(
        reason.to_string(),
        "needs GPU partitions of 1/4, has GPU partitions of 1/2"
    );

    let mut all = whole;
    let placed = all.run(&gpu("ALL"), 0, "t", ["task-1"]).unwrap();
    assert_eq!(placed.placed().len(), 1);
    assert_eq!(all.task("task-1").unwrap().needs.gpus, 1);
    assert_eq!(fit(&all, &gpu("1")), (0, code()));
    all.stopped("task-1").unwrap();
    assert_eq!(fit(&all, &gpu("1")), (1, code()));
}

#[test]
fn gpus_are_shared_by_their_memory() {
    let share = |memory: u32| {
        let strategy = json!({"nvidiaMps": {"memory": memory}});
        needing(json!([{"type": "GPU", "sharingStrategy": strategy}]))
    };
    let whole = needing(json!([{"type": "GPU", "value": "1"}]));
    let code = || "RESOURCE:GPU".to_owned();
    let device = |id: &str, mode: &str, left: u32| {
        json!({"gpuId": id, "sharingMode": mode, "totalMemoryInMiB": 1_000,
            "remainingMemoryInMiB": left})
    };
    let sharing = |devices: &[Value]| described(json!({ "gpuDevices": devices }));
    let two = sharing(&[
        device("gpu-1", "IDLE", 1_000),
        device("gpu-2", "IDLE", 1_000),
    ]);
    let mut two = cell(&two);
    assert_eq!(fit(&two, &share(400)), (4, code()));
    assert_eq!(fit(&two, &share(1_001)), (0, code()));
    assert_eq!(fit(&two, &whole), (2, code()));
    let left = |cell: &CellState| {
        let snapshot = cell.snapshot();
        let instance = snapshot.instances().next().unwrap();
        let left = instance.remaining();
        (left.gpus, left.gpu_memory)
    };
    let run = |cell: &mut CellState, request: &PlacementRequest, task: &'static str| {
        cell.run(request, 0, task, [task]).unwrap().placed().len()
    };
    assert_eq!(run(&mut two, &share(400), "a"), 1);
    assert_eq!(left(&two), (1, vec![1_000, 600]));
    assert_eq!(run(&mut two, &share(700), "b"), 1, "on the other one");
    assert_eq!(left(&two), (0, vec![600, 300]));
    assert_eq!(
        run(&mut two, &share(300), "c"),
        1,
        "where the least is left"
    );
    assert_eq!(left(&two), (0, vec![600, 0]));
    assert_eq!(fit(&two, &whole), (0, code()));
    let explanation = two.snapshot().explain(&share(601));
    let [reason] = &*explanation.instances()[0].reasons else {
        panic!("{explanation:?}");
    };
    assert_eq!(
        reason.to_string(),
        "needs 601 MiB on one GPU, at most 600 are left"
    );
    assert_eq!(
        two.snapshot().summarize(&share(601)).to_string(),
        "0 of 1 instances fit: 1 lacks memory on a single GPU"
    );
    two.stopped("b").unwrap();
    assert_eq!(left(&two), (0, vec![700, 600]));
    two.stopped("c").unwrap();
    assert_eq!(left(&two), (1, vec![1_000, 600]));
    let saved = serde_json::to_string(&two).unwrap();
    let restored: CellState = serde_json::from_str(&saved).unwrap();
    assert_eq!(left(&restored), left(&two));

    let bare = cell(&described(json!({})));
    let explanation = bare.snapshot().explain(&share(1));
    assert_eq!(
        explanation.instances()[0].reasons[0].to_string(),
        "needs 1 MiB on one GPU, at most 0 are left"
    );
    let busy = sharing(&[
        device("gpu-1", "NVIDIA_MPS", 300),
        device("gpu-2", "NEW_MODE", 900),
    ]);
    let busy = cell(&busy);
    assert_eq!(left(&busy), (0, vec![300]));
    assert_eq!(fit(&busy, &share(150)), (2, code()));
    let snapshot = busy.snapshot();
    let unknown = snapshot.instances().next().unwrap().unknown();
    assert_eq!((unknown.gpus, unknown.gpu_memory), (1, 700));
}

/// An amount in a summary is that of the instance that has most left, whichever comes first.
#[test]
fn a_summary_names_the_most_that_is_left() {
    let instance = |id: &str, [has, free]: [u32; 2], memory: u32, ports: u16| {
        let resources = |devices: u32, ports: u16| {
            let ids: Vec<String> = (0..devices).map(|id| id.to_string()).collect();
            let ports: Vec<String> = (0..ports).map(|port| (1_000 + port).to_string()).collect();
            json!([
                {"name": "CPU", "type": "INTEGER", "integerValue": 4096},
                {"name": "MEMORY", "type": "INTEGER", "integerValue": 8000},
                {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ports},
                {"name": "NEURON_DEVICE", "type": "STRINGSET", "stringSetValue": ids},
            ])
        };
        let devices: Vec<Value> = (0..has)
            .map(|gpu| {
                let (mode, left) = match gpu {
                    _ if gpu < free => ("IDLE", 1_000),
                    _ => ("NVIDIA_MPS", memory),
                };
                json!({"gpuId": gpu.to_string(), "sharingMode": mode, "totalMemoryInMiB": 1_000,
                    "remainingMemoryInMiB": left})
            })
            .collect();
        described(json!({
            "containerInstanceArn": id, "gpuDevices": devices,
            "registeredResources": resources(has, ports), "remainingResources": resources(free, ports),
        }))
    };
    let hosts = [
        instance("a", [4, 1], 100, 97),
        instance("b", [8, 6], 600, 95),
        instance("c", [9, 6], 300, 96),
        instance("d", [3, 0], 200, 99),
    ];
    let all = |kind: &str| needing(json!([{"type": kind, "value": "ALL"}]));
    let strategy = json!({"nvidiaMps": {"memory": 1_001}});
    let ports: Vec<Value> = (0..6)
        .map(|port| json!({"containerPort": port + 1, "hostPort": 2_000 + port}))
        .collect();
    let container = json!({"name": "web", "image": "web", "memory": 10, "portMappings": ports});
    let ports = definition(json!({"containerDefinitions": [container]}));
    for (request, most) in [
        (all("GPU"), "needs 8 GPUs, 6 are left"),
        (all("NeuronDevice"), "needs 8 Neuron devices, 6 are left"),
        (
            needing(json!([{"type": "GPU", "sharingStrategy": strategy}])),
            "needs 1001 MiB on one GPU, at most 1000 are left",
        ),
        (
            PlacementRequest::new(&ports).unwrap(),
            "needs 6 host ports, 95 of 100 are taken",
        ),
    ] {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            let mut cell = CellState::new();
            for at in order {
                cell.register(&Registration::try_from(&hosts[at]).unwrap());
            }
            let summary = cell.snapshot().summarize(&request);
            let [tally] = summary.tallies() else {
                panic!("{summary}");
            };
            assert_eq!(
                (tally.reason.to_string(), tally.instances),
                (most.to_owned(), 4)
            );
        }
    }
}

#[test]
fn neuron_devices_go_to_one_task() {
    let neuron = needing(json!([{"type": "NeuronDevice", "value": "ALL"}]));
    let code = || "RESOURCE:NEURON_DEVICE".to_owned();
    assert_eq!(fit(&cell(&described(json!({}))), &neuron), (1, code()));
    let bare = described(json!({"registeredResources": [
        {"name": "CPU", "type": "INTEGER", "integerValue": 4096},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 8000}]}));
    let bare = cell(&bare);
    assert_eq!(fit(&bare, &neuron), (0, code()));
    let reason = Reason::NeuronDevices {
        needed: 1,
        remaining: 0,
    };
    let snapshot = bare.snapshot();
    assert_eq!(
        &*snapshot.explain(&neuron).instances()[0].reasons,
        std::slice::from_ref(&reason)
    );
    assert_eq!(reason.to_string(), "needs 1 Neuron devices, 0 are left");
}

/// What a task holds of all devices is those of its instance: another one may have fewer.
#[test]
fn needs_of_a_placed_task_fit_other_instances() {
    let with_devices = |gpus: usize, neuron: usize| {
        let ids = |count: usize| -> Vec<String> { (0..count).map(|id| id.to_string()).collect() };
        described(json!({"registeredResources": [
            {"name": "CPU", "type": "INTEGER", "integerValue": 4096},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": 8000},
            {"name": "GPU", "type": "STRINGSET", "stringSetValue": ids(gpus)},
            {"name": "NEURON_DEVICE", "type": "STRINGSET", "stringSetValue": ids(neuron)}]}))
    };
    let all = needing(json!([
        {"type": "GPU", "value": "ALL"}, {"type": "NeuronDevice", "value": "ALL"}]));
    let mut large = cell(&with_devices(2, 3));
    let _ = large.run(&all, 0, "t", ["a"]).unwrap();
    let held = large.task("a").unwrap().needs;
    assert_eq!((held.gpus, held.neuron_devices), (2, 3));
    let again = all.clone().with_needs((*held).clone());
    assert_eq!(again, all);
    assert_eq!(fit(&cell(&with_devices(1, 1)), &again).0, 1);
    let saved = json!({"count": 1, "group": "family:web", "needs": &*held});
    let restored: PlacementRequest = serde_json::from_value(saved).unwrap();
    assert_eq!(restored.needs(), all.needs());

    let mut needs = needing(json!([])).needs().clone();
    needs.neuron_devices = 2;
    let some = needing(json!([])).with_needs(needs);
    let three = cell(&with_devices(0, 3));
    let code = || "RESOURCE:NEURON_DEVICE".to_owned();
    assert_eq!(fit(&three, &some), (1, code()));
    let one = cell(&with_devices(0, 1));
    assert_eq!(fit(&one, &some), (0, code()));
    let snapshot = one.snapshot();
    assert_eq!(
        snapshot.explain(&some).instances()[0].reasons[0].to_string(),
        "needs 2 Neuron devices, 1 are left"
    );
    assert_eq!(
        snapshot.summarize(&some).to_string(),
        "0 of 1 instances fit: 1 lacks Neuron devices"
    );
}

#[test]
fn at_most_100_host_ports_are_reserved() {
    let with_ports = |count: u16| {
        let ports: Vec<Value> = (0..count)
            .map(|port| json!({"containerPort": port + 1, "hostPort": 1_000 + port}))
            .collect();
        let container = json!({"name": "web", "image": "web", "memory": 10, "portMappings": ports});
        PlacementRequest::new(&definition(json!({"containerDefinitions": [container]}))).unwrap()
    };
    let cell = cell(&described(json!({})));
    let snapshot = cell.snapshot();
    let taken = snapshot.instances().next().unwrap().remaining().taken_ports;
    let taken: Vec<u16> = taken.iter().map(|port| port.port()).collect();
    assert_eq!(taken, [22, 2375, 2376, 51_678, 51_679, 51_680]);
    assert_eq!(fit(&cell, &with_ports(94)).0, 1);
    assert_eq!(
        fit(&cell, &with_ports(95)),
        (0, "RESOURCE:PORTS".to_owned())
    );
    let explanation = snapshot.explain(&with_ports(95));
    assert_eq!(
        explanation.instances()[0].reasons[0].to_string(),
        "needs 95 host ports, 6 of 100 are taken"
    );
}

#[test]
fn daemons_find_room() {
    let with_memory = |memory: u32| {
        let container = json!({"name": "web", "image": "web", "memory": memory});
        PlacementRequest::new(&definition(json!({"containerDefinitions": [container]}))).unwrap()
    };
    let daemon = with_memory(1_000).with_group("service:agent");
    let web = with_memory(2_000).with_room_for([&daemon]);
    let mut cell = cell(&described(json!({})));
    assert_eq!(fit(&cell, &with_memory(2_000)).0, 4);
    assert_eq!(fit(&cell, &web), (3, "RESOURCE:MEMORY".to_owned()));
    assert_eq!(fit(&cell, &daemon.clone().with_room_for([&daemon])).0, 8);
    let placed = cell.run(
        &web.clone().with_count(9),
        0,
        "t",
        (0..9).map(|n| format!("t-{n}")),
    );
    assert_eq!(placed.unwrap().placed().len(), 3);
    let snapshot = cell.snapshot();
    let explanation = snapshot.explain(&web);
    assert_eq!(
        explanation.instances()[0]
            .reasons
            .last()
            .unwrap()
            .to_string(),
        "has no room for a task of `service:agent` beside it"
    );
    assert_eq!(
        cell.run(&daemon, 0, "d", ["agent"]).unwrap().placed().len(),
        1
    );
    let saved = serde_json::to_string(&web).unwrap();
    assert_eq!(
        serde_json::from_str::<PlacementRequest>(&saved).unwrap(),
        web
    );
}

#[test]
fn daemons_find_devices() {
    let device = |id: &str| {
        json!({"gpuId": id, "sharingMode": "IDLE", "totalMemoryInMiB": 1_000,
            "remainingMemoryInMiB": 1_000})
    };
    let cell = cell(&described(
        json!({"gpuDevices": [device("gpu-1"), device("gpu-2")]}),
    ));
    let share = |memory: u32| {
        let strategy = json!({"nvidiaMps": {"memory": memory}});
        needing(json!([{"type": "GPU", "sharingStrategy": strategy}]))
    };
    let gpu = |count: &str| needing(json!([{"type": "GPU", "value": count}]));
    let neuron = needing(json!([{"type": "NeuronDevice", "value": "ALL"}]));
    let plain = needing(json!([]));
    let beside = |task: &PlacementRequest, daemons: &[&PlacementRequest]| {
        let daemons = daemons.iter().zip(["service:a", "service:b"]);
        let daemons: Vec<_> = daemons
            .map(|(daemon, group)| PlacementRequest::clone(daemon).with_group(group))
            .collect();
        let (copies, code) = fit(&cell, &task.clone().with_room_for(&daemons));
        let is_kept = copies == 200 || code == "RESOURCE:MEMORY";
        (copies, is_kept)
    };
    let kept = |copies: usize| (copies, true);
    // Two on one GPU; the third leaves 500 MiB of the other.
    assert_eq!(beside(&share(500), &[&share(600)]), kept(2));
    assert_eq!(beside(&share(500), &[&share(500)]), kept(3));
    assert_eq!(beside(&share(500), &[&share(500), &share(500)]), kept(2));
    assert_eq!(beside(&share(500), &[&gpu("1")]), kept(2));
    assert_eq!(beside(&share(500), &[&gpu("ALL")]), kept(0));
    assert_eq!(beside(&gpu("1"), &[&share(1)]), kept(1));
    assert_eq!(beside(&gpu("1"), &[&gpu("ALL")]), kept(0));
    assert_eq!(beside(&gpu("ALL"), &[&share(1)]), kept(0));
    assert_eq!(beside(&neuron, &[&neuron]), kept(0));
    assert_eq!(
        beside(&neuron, &[&gpu("ALL")]),
        (1, false),
        "Neuron devices are lacking"
    );
    assert_eq!(beside(&plain, &[&neuron, &gpu("ALL")]), kept(200));
    assert_eq!(
        beside(&plain, &[&neuron, &neuron]),
        kept(0),
        "they cannot both have all"
    );
}

/// Room for what an instance can never hold would be kept for ever.
#[test]
fn daemons_that_find_nothing_need_no_room() {
    let bare = described(json!({"registeredResources": [
        {"name": "CPU", "type": "INTEGER", "integerValue": 4096},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 8000},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]}]}));
    let of_container = |members: Value| {
        let container = json!({"name": "web", "image": "web", "memory": 10});
        let container = with(container, members);
        PlacementRequest::new(&definition(json!({"containerDefinitions": [container]}))).unwrap()
    };
    let device = |kind: &str, value: &str| needing(json!([{"type": kind, "value": value}]));
    let share = |memory: u32| {
        let strategy = json!({"nvidiaMps": {"memory": memory}});
        needing(json!([{"type": "GPU", "sharingStrategy": strategy}]))
    };
    let ports = |ports: &mut dyn Iterator<Item = u16>| {
        let ports = ports.map(|port| json!({"containerPort": port, "hostPort": port}));
        of_container(json!({"portMappings": ports.collect::<Vec<_>>()}))
    };
    let mut needs = needing(json!([])).needs().clone();
    needs.interfaces = 3;
    let interfaces = needing(json!([])).with_needs(needs);
    let two = Registration::try_from(&bare).unwrap().with_interfaces(2);
    let mut narrow = CellState::new();
    narrow.register(&two);
    let gpu = json!({"gpuId": "gpu-1", "sharingMode": "IDLE", "totalMemoryInMiB": 1_000,
        "remainingMemoryInMiB": 1_000});
    let sharing = described(json!({"gpuDevices": [gpu]}));
    let eighth = of_type("g6f.large", false);
    let bare = cell(&bare);
    let (sharing, eighth) = (cell(&sharing), cell(&eighth));
    for (cell, daemon, is_kept) in [
        (&bare, device("NeuronDevice", "ALL"), false),
        (&bare, device("GPU", "ALL"), false),
        (&bare, device("GPU", "1"), false),
        (&bare, share(1), false),
        (&bare, of_container(json!({"cpu": 4_097})), false),
        (&bare, of_container(json!({"memory": 8_001})), false),
        (&bare, ports(&mut [22].into_iter()), false),
        (&bare, ports(&mut (1_000..1_100)), false),
        (&bare, ports(&mut (1_000..1_099)), true),
        (&narrow, interfaces.clone(), false),
        (&bare, interfaces, true),
        (&sharing, share(1_001), false),
        (&sharing, device("GPU", "2"), false),
        (&sharing, device("GPU", "0.5"), false),
        (&sharing, device("GPU", "ALL"), true),
        (&sharing, share(1_000), true),
        (&eighth, device("GPU", "1"), false),
        (&eighth, device("GPU", "ALL"), false),
        (&eighth, share(1), false),
        (&eighth, device("GPU", "0.125"), true),
    ] {
        let daemon = daemon.with_group("service:agent");
        let beside = of_container(json!({"memory": 8_000 - 9})).with_room_for([&daemon]);
        let copies = fit(cell, &beside).0;
        assert_eq!(copies, usize::from(!is_kept), "{:?}", daemon.needs());
    }
}

fn of_run_task(request: Value, of: Value) -> Result<PlacementRequest, RequestError> {
    let request = with(json!({"taskDefinition": "web", "cluster": "prod"}), request);
    let request: RunTaskRequest = serde_json::from_value(request).unwrap();
    let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
    PlacementRequest::of_run_task(
        &request,
        &definition(of),
        &ClusterRef::parse(cluster).unwrap(),
    )
}

#[test]
fn run_task_refuses_what_it_cannot_honour() {
    let refused = |request: Value, of: Value| {
        let error = of_run_task(request, of).unwrap_err();
        let rules = error.findings().unwrap().iter().map(|one| one.rule.id);
        rules.collect::<Vec<_>>()
    };
    let constraint = json!({"type": "memberOf", "expression": "agentConnected == true"});
    let none = || json!({});
    for (request, of, rule) in [
        (json!({"cluster": "test"}), none(), "placement-cluster"),
        (json!({"cluster": null}), none(), "placement-cluster"),
        (json!({"colour": "blue"}), none(), "member-unknown"),
        (json!({"count": 500}), none(), "run-task-quota"),
        (
            json!({"volumeConfigurations": [{"name": "data"}]}),
            none(),
            "task-volume",
        ),
        (
            json!({"placementStrategy": vec![json!({"type": "random"}); 6]}),
            none(),
            "placement-strategy-count",
        ),
        (
            json!({"placementConstraints": vec![constraint.clone(); 11]}),
            none(),
            "placement-constraint-count",
        ),
        (
            json!({"placementConstraints": vec![constraint.clone(); 10]}),
            json!({"placementConstraints": [constraint]}),
            "task-constraint-count",
        ),
        (
            json!({"placementConstraints": [{"type": "memberOf", "expression": "stack is 1"}]}),
            none(),
            "placement-expression-syntax",
        ),
        (
            json!({"overrides": {"containerOverrides": [{"name": "db"}]}}),
            none(),
            "task-override-container",
        ),
        (
            json!({"overrides": {"containerOverrides": [{"name": "web", "memory": -5}]}}),
            none(),
            "placement-amounts",
        ),
        (
            json!({"overrides": {"cpu": "much"}}),
            none(),
            "placement-amounts",
        ),
        (none(), json!({"family": null}), "placement-family"),
        (
            none(),
            json!({"containerDefinitions": [{"name": "web", "image": "web", "memory": -5}]}),
            "placement-amounts",
        ),
    ] {
        let found = refused(request.clone(), of);
        assert!(found.contains(&rule), "{request}: {found:?}");
    }
    let error = of_run_task(json!({"cluster": "test"}), none()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request is refused: error[placement-cluster] /cluster: \
         `test` is not the cluster `arn:aws:ecs:us-east-1:123456789012:cluster/prod`"
    );
    let Some(finding) = error.findings().and_then(|all| all.iter().next()) else {
        panic!("{error}");
    };
    assert_eq!(finding.exception, Some("ClusterNotFoundException"));
    assert_eq!(finding.aws_message.as_deref(), Some("Cluster not found."));
}

#[test]
fn inference_accelerators_are_refused() {
    let accelerator = json!({"deviceName": "device_1", "deviceType": "eia1.medium"});
    let overrides = json!({"inferenceAcceleratorOverrides": [accelerator]});
    let error = of_run_task(json!({"overrides": overrides}), json!({})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "inference accelerators are not placed: the documents of instances do not say how much of \
         them there is"
    );
    let overrides = json!({"inferenceAcceleratorOverrides": []});
    assert!(of_run_task(json!({"overrides": overrides}), json!({})).is_ok());
}

#[test]
fn overrides_change_what_is_needed() {
    let overridden = |overrides: Value| {
        let request = of_run_task(json!({ "overrides": overrides }), json!({})).unwrap();
        request.needs().clone()
    };
    let container = |members: Value| {
        let one = with(json!({"name": "web"}), members);
        overridden(json!({"containerOverrides": [one]}))
    };
    let plain = overridden(json!({}));
    assert_eq!((plain.cpu, plain.memory, plain.gpus), (1, 10, 0));
    assert_eq!(container(json!({"cpu": 7})).cpu, 7);
    assert_eq!(container(json!({"memory": 70})).memory, 70);
    let soft = container(json!({"memory": 70, "memoryReservation": 60}));
    assert_eq!(soft.memory, 60);
    let gpus = container(json!({"resourceRequirements": [{"type": "GPU", "value": "2"}]}));
    assert_eq!(gpus.gpus, 2);
    let task = overridden(json!({"cpu": "512", "memory": "1 GB"}));
    assert_eq!((task.cpu, task.memory), (512, 1_024));
}

#[test]
fn start_task_has_no_launch_type() {
    let request: StartTaskRequest = serde_json::from_value(
        json!({"taskDefinition": "web", "containerInstances": ["a"], "cluster": "prod"}),
    )
    .unwrap();
    let prod = ClusterRef::parse("prod").unwrap();
    let web = definition(json!({}));
    let placement = PlacementRequest::of_start_task(&request, &web, &prod).unwrap();
    assert_eq!((placement.count(), placement.launch_type()), (1, None));
    let external = described(json!({"attributes": [{"name": "ecs.capability.external"},
        {"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}]}));
    let cell = cell(&external);
    for placement in [placement, PlacementRequest::new(&web).unwrap()] {
        let started = start_task(&cell.snapshot(), &placement, &["a"]).unwrap();
        assert_eq!(started.failures(), []);
        assert_eq!(started.plan().claims().len(), 1);
    }
    let test = ClusterRef::parse("test").unwrap();
    let error = PlacementRequest::of_start_task(&request, &web, &test).unwrap_err();
    assert!(error.findings().unwrap().contains("placement-cluster"));
    let many: StartTaskRequest = serde_json::from_value(json!({
        "taskDefinition": "web", "cluster": "prod", "containerInstances": vec!["a"; 11],
    }))
    .unwrap();
    let error = PlacementRequest::of_start_task(&many, &web, &prod).unwrap_err();
    assert!(error.findings().unwrap().contains("start-task-quota"));
}

#[test]
fn a_cluster_without_active_instances_is_an_exception() {
    let draining = cell(&described(json!({"status": "DRAINING"})));
    let web = PlacementRequest::new(&definition(json!({}))).unwrap();
    for cell in [CellState::new(), draining] {
        let error = run_task(&mut Planner::new(), &cell.snapshot(), &web, 0).unwrap_err();
        let exception = error.exception();
        assert_eq!(exception.name(), Some(ExceptionName::InvalidParameter));
        assert_eq!(
            exception.message.as_deref(),
            Some("No Container Instances were found in your cluster.")
        );
    }
    let many = web.with_count(11);
    let error = run_task(&mut Planner::new(), &CellState::new().snapshot(), &many, 0).unwrap_err();
    assert_eq!(
        error.exception().message.as_deref(),
        Some("count is 11, not from 1 to 10")
    );
}
