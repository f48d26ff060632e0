//! Every reason in words, the summary, the room for more copies and the ranking: texts, and
//! numbers that are checked by placing.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step fails the test"
)]

use std::collections::BTreeMap;

use ecs_model::service_message::{self, ClosestReason, PlacementObstacle};
use ecs_model::{Attribute, ContainerInstance, PlacementConstraint, PlacementStrategy, Resource};
use ecs_placement::{
    CellState, HostPort, Needs, PlacementRequest, Plan, Planner, Reason, Registration, Remedy,
    Shortfall, Summary, start_task,
};
use ecs_taskdef::TaskDefinition;
use proptest::prelude::*;
use serde_json::json;

const PREFIX: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/default/";

/// An instance as it can be described again with something changed.
#[derive(Debug, Clone)]
struct Host {
    name: String,
    cpu: i32,
    memory: i32,
    interfaces: Option<u16>,
    ports: Vec<u16>,
    attributes: BTreeMap<String, String>,
    status: &'static str,
    is_connected: bool,
    gpus: i64,
    /// MiB of each GPU; 0 if they cannot be shared.
    gpu_memory: i64,
    neuron_devices: i64,
}

fn host(name: &str, cpu: i32, memory: i32) -> Host {
    Host {
        name: name.to_owned(),
        cpu,
        memory,
        interfaces: None,
        ports: Vec::new(),
        attributes: BTreeMap::new(),
        status: "ACTIVE",
        is_connected: true,
        gpus: 0,
        gpu_memory: 0,
        neuron_devices: 0,
    }
}

impl Host {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    fn described(&self) -> ContainerInstance {
        let attributes = self.attributes.iter().map(|(name, value)| {
            let mut attribute = Attribute::named(name);
            attribute.value = Some(value.clone());
            attribute
        });
        let gpus = (0..self.gpus).map(|gpu| {
            json!({"gpuId": gpu.to_string(), "sharingMode": "IDLE",
                "totalMemoryInMiB": self.gpu_memory, "remainingMemoryInMiB": self.gpu_memory})
        });
        let gpus = gpus.filter(|_| self.gpu_memory > 0);
        let mut described = ContainerInstance::default();
        described.gpu_devices = serde_json::from_value(gpus.collect()).unwrap();
        described
            .with_container_instance_arn(format!("{PREFIX}{}", self.name))
            .with_status(self.status)
            .with_agent_connected(self.is_connected)
            .with_attributes(attributes)
            .with_registered_resources([
                Resource::integer(Resource::CPU, self.cpu),
                Resource::integer(Resource::MEMORY, self.memory),
                Resource::string_set(Resource::PORTS, self.ports.clone()),
                Resource::string_set(Resource::GPU, 0..self.gpus),
                Resource::string_set("NEURON_DEVICE", 0..self.neuron_devices),
            ])
    }

    fn registration(&self) -> Registration {
        let registration = Registration::try_from(&self.described()).unwrap();
        match self.interfaces {
            Some(limit) => registration.with_interfaces(limit),
            None => registration,
        }
    }
}

fn cell(hosts: &[Host]) -> CellState {
    let mut cell = CellState::new();
    for host in hosts {
        cell.register(&host.registration());
    }
    cell
}

fn request(cpu: u32, memory: u32, ports: &[u16]) -> PlacementRequest {
    let mappings: Vec<_> = ports
        .iter()
        .map(|port| json!({"containerPort": port, "hostPort": port}))
        .collect();
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web",
        "containerDefinitions": [{
            "name": "web", "image": "web", "cpu": cpu, "memory": memory, "portMappings": mappings,
        }],
    }))
    .unwrap();
    PlacementRequest::new(&definition).unwrap()
}

fn constrained(request: PlacementRequest, constraints: serde_json::Value) -> PlacementRequest {
    let constraints: Vec<PlacementConstraint> = serde_json::from_value(constraints).unwrap();
    request.with_constraints(&constraints).unwrap()
}

fn run(cell: &mut CellState, request: &PlacementRequest, count: u32, token: &str) -> usize {
    let names = (0..).map(|number| format!("{token}-{number}"));
    let request = request.clone().with_count(count);
    let commit = cell.run(&request, 7, token, names).unwrap();
    commit.placed().len()
}

#[test]
fn a_summary_counts_each_reason() {
    let mut hosts: Vec<Host> = (0..7)
        .map(|n| host(&format!("m{n}"), 1_024, 100 + n))
        .collect();
    for name in ["d1", "d2"] {
        hosts.push(Host {
            status: "DRAINING",
            ..host(name, 1_024, 1_024)
        });
    }
    hosts.push(Host {
        ports: vec![80],
        ..host("p", 1_024, 1_024)
    });
    let cell = cell(&hosts);
    let summary = cell.snapshot().summarize(&request(10, 500, &[80]));
    assert_eq!(
        summary.to_string(),
        "0 of 10 instances fit: 7 lack memory, 2 are `DRAINING`, 1 uses port 80/tcp"
    );
    assert_eq!((summary.instances(), summary.fitting()), (10, 0));
    let memory = &summary.tallies()[0];
    assert_eq!((memory.instances, memory.only), (7, 7));
    assert_eq!(
        memory.reason,
        Reason::Memory {
            needed: 500,
            remaining: 106,
        }
    );
    let empty = CellState::new()
        .snapshot()
        .summarize(&request(10, 500, &[]));
    assert_eq!(empty.to_string(), "0 of 0 instances fit");
}

#[test]
fn every_reason_of_a_summary_in_words() {
    let text = |host: Host, request: &PlacementRequest, both: bool| {
        let mut twin = host.clone();
        twin.name.push('2');
        let hosts = if both { vec![host, twin] } else { vec![host] };
        let summary = cell(&hosts).snapshot().summarize(request);
        summary.to_string().split_once(": ").unwrap().1.to_owned()
    };
    let plain = request(10, 500, &[]);
    let of_type = constrained(
        plain.clone(),
        json!([{"type": "memberOf", "expression": "attribute:a == b"}]),
    );
    let groups = constrained(
        plain.clone(),
        json!([{"type": "memberOf", "expression": "task:group == db"}]),
    );
    let external = plain.clone().with_launch_type("EXTERNAL".into()).unwrap();
    let elsewhere = plain.clone().with_zones(["b", "c", "d"]);
    let away = Host {
        is_connected: false,
        ..host("a", 999, 999)
    };
    for (host, request, one, two) in [
        (
            away,
            &plain,
            "1 has no connected agent",
            "2 have no connected agent",
        ),
        (
            host("a", 1, 999),
            &plain,
            "1 lacks CPU units",
            "2 lack CPU units",
        ),
        (host("a", 999, 1), &plain, "1 lacks memory", "2 lack memory"),
        (
            host("a", 999, 999).with("ecs.capability.external", ""),
            &plain,
            "1 is external",
            "2 are external",
        ),
        (
            host("a", 999, 999).with("ecs.availability-zone", "a"),
            &elsewhere,
            "1 is not in zone `b`, `c` or `d`",
            "2 are not in zone `b`, `c` or `d`",
        ),
        (
            host("a", 999, 999),
            &external,
            "1 lacks attribute `ecs.capability.external`",
            "2 lack attribute `ecs.capability.external`",
        ),
        (
            host("a", 999, 999),
            &of_type,
            "1 is not a member of `attribute:a == b`",
            "2 are not members of `attribute:a == b`",
        ),
        (
            host("a", 999, 999),
            &groups,
            "1 is not a member of `task:group == db`",
            "2 are not members of `task:group == db`",
        ),
    ] {
        assert_eq!(text(host.clone(), request, false), one);
        assert_eq!(text(host, request, true), two);
    }
    let distinct = constrained(plain, json!([{"type": "distinctInstance"}]));
    let mut full = cell(&[host("a", 999, 1_999), host("b", 999, 1_999)]);
    assert_eq!(run(&mut full, &distinct, 1, "first"), 1);
    let summary = full.snapshot().summarize(&distinct);
    assert_eq!(
        summary.to_string(),
        "1 of 2 instances fit: 1 runs a task of `family:web` already"
    );
    assert_eq!(run(&mut full, &distinct, 1, "second"), 1);
    let summary = full.snapshot().summarize(&distinct);
    assert_eq!(
        summary.to_string(),
        "0 of 2 instances fit: 2 run a task of `family:web` already"
    );
}

#[test]
fn reasons_of_few_requests_are_counted_too() {
    let crowded = Host {
        ports: (1_000..1_099).collect(),
        ..host("a", 999, 999)
    };
    let cell = cell(&[crowded, host("b", 999, 999)]);
    let two_ports = request(10, 10, &[80, 81]);
    assert_eq!(
        cell.snapshot().summarize(&two_ports).to_string(),
        "1 of 2 instances fit: 1 has too many host ports taken"
    );
    let daemon = request(0, 600, &[]).with_group("service:agent");
    let beside = request(10, 500, &[]).with_room_for([&daemon]);
    assert_eq!(
        cell.snapshot().summarize(&beside).to_string(),
        "0 of 2 instances fit: 2 lack room for a task of `service:agent`"
    );
    let with_devices = |change: fn(&mut Needs)| {
        let plain = request(10, 10, &[]);
        let mut needs = plain.needs().clone();
        change(&mut needs);
        plain.with_needs(needs)
    };
    for (request, text) in [
        (with_devices(|needs| needs.all_gpus = true), "2 lack GPUs"),
        (
            with_devices(|needs| needs.all_neuron_devices = true),
            "2 lack Neuron devices",
        ),
        (
            with_devices(|needs| (needs.gpus, needs.gpu_eighths) = (1, 2)),
            "2 lack GPUs, 2 have other GPUs",
        ),
    ] {
        let summary = cell.snapshot().summarize(&request);
        assert_eq!(summary.to_string(), format!("0 of 2 instances fit: {text}"));
        let explanation = cell.snapshot().explain(&request);
        let reasons: usize = explanation
            .instances()
            .iter()
            .map(|instance| instance.reasons.len())
            .sum();
        let tallied: usize = summary.tallies().iter().map(|tally| tally.instances).sum();
        assert_eq!(tallied, reasons);
    }
}

#[test]
fn a_constraint_shows_what_it_saw() {
    let cell = cell(&[host("a", 999, 999).with("stack", "test")]);
    let request = constrained(
        request(10, 10, &[]),
        json!([{
            "type": "memberOf",
            "expression": "attribute:stack == prod and attribute:ecs.instance-type =~ t2.*",
        }]),
    );
    assert_eq!(
        cell.snapshot().explain(&request).to_string(),
        format!(
            "{PREFIX}a: is not a member of `attribute:stack == prod and \
             attribute:ecs.instance-type =~ t2.*`: `attribute:stack == prod` found `test`, \
             `attribute:ecs.instance-type =~ t2.*` found nothing\n"
        )
    );
}

#[test]
fn no_zone_is_any_zone() {
    let zone = "ecs.availability-zone";
    let cell = cell(&[host("a", 999, 999).with(zone, "a"), host("b", 999, 999)]);
    let anywhere = request(10, 500, &[]);
    let none = anywhere.clone().with_zones(["c"]).with_zones([]);
    assert_eq!((none.zones(), &none), (None, &anywhere));
    let mut saved = serde_json::to_value(&anywhere).unwrap();
    saved["zones"] = json!([]);
    assert_eq!(
        serde_json::from_value::<PlacementRequest>(saved).unwrap(),
        anywhere
    );
    assert_eq!(
        cell.snapshot().summarize(&none).to_string(),
        "2 of 2 instances fit"
    );
    assert_eq!(
        cell.snapshot()
            .explain(&anywhere.with_zones(["a"]))
            .to_string(),
        format!("{PREFIX}a: fits\n{PREFIX}b: is not in zone `a`\n")
    );
}

/// Amazon ECS does not publish which instance its events name; this is the choice.
#[test]
fn the_closest_matching_instance() {
    let closest = |hosts: &[Host], request: &PlacementRequest| {
        let explanation = cell(hosts).snapshot().explain(request);
        let obstacle = explanation.obstacle();
        obstacle.map(|obstacle| service_message::unable_to_place("web", &obstacle))
    };
    let says = |id: &str, what: &str| {
        Some(service_message::unable_to_place(
            "web",
            &PlacementObstacle::Closest {
                instance: id,
                reason: match what {
                    "cpu" => ClosestReason::Cpu,
                    "memory" => ClosestReason::Memory,
                    "port" => ClosestReason::Port,
                    "attribute" => ClosestReason::Attribute,
                    "agent" => ClosestReason::Agent,
                    error => ClosestReason::Error(error),
                },
            },
        ))
    };
    let plain = request(100, 500, &[]);
    assert_eq!(
        closest(&[], &plain),
        Some(service_message::unable_to_place(
            "web",
            &PlacementObstacle::NoInstances
        )),
    );
    let draining = Host {
        status: "DRAINING",
        ..host("d", 999, 999)
    };
    assert_eq!(
        closest(std::slice::from_ref(&draining), &plain),
        Some(service_message::unable_to_place(
            "web",
            &PlacementObstacle::NoInstances
        )),
    );
    assert_eq!(closest(&[host("a", 999, 999)], &plain), None);
    // The one that lacks least in proportion.
    let lacking = [host("a", 999, 400), host("b", 99, 999), host("c", 999, 300)];
    assert_eq!(closest(&lacking, &plain), says("b", "cpu"));
    // One reason is closer than two.
    let lacking = [host("a", 99, 499), host("b", 999, 1), draining];
    assert_eq!(closest(&lacking, &plain), says("b", "memory"));
    // What is no amount lacks everything; resources come before what is asked later.
    let with_port = request(100, 500, &[80]);
    let port = Host {
        ports: vec![80],
        ..host("z", 999, 999)
    };
    let away = Host {
        is_connected: false,
        ..host("a", 999, 999)
    };
    assert_eq!(
        closest(&[away.clone(), port], &with_port),
        says("z", "port")
    );
    assert_eq!(closest(&[away], &plain), says("a", "agent"));
    let external = plain.clone().with_launch_type("EXTERNAL".into()).unwrap();
    assert_eq!(
        closest(&[host("a", 999, 999)], &external),
        says("a", "attribute")
    );
    let elsewhere = constrained(
        plain.clone(),
        json!([{"type": "memberOf", "expression": "attribute:a exists"}]),
    );
    assert_eq!(
        closest(&[host("a", 999, 999)], &elsewhere),
        says("a", "MemberOf placement constraint unsatisfied.")
    );
    let no_interface = Host {
        interfaces: Some(0),
        ..host("a", 999, 999)
    };
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web", "networkMode": "awsvpc",
        "containerDefinitions": [{"name": "web", "image": "web", "memory": 500}],
    }))
    .unwrap();
    let mut cell = CellState::new();
    cell.register(&no_interface.registration());
    let needs = PlacementRequest::new(&definition).unwrap().needs().clone();
    let explanation = cell.snapshot().explain(&plain.clone().with_needs(needs));
    assert_eq!(
        explanation
            .obstacle()
            .map(|obstacle| service_message::unable_to_place("web", &obstacle)),
        says("a", "RESOURCE:ENI")
    );
    assert_eq!(
        closest(
            &[host("a", 999, 999).with("stack", "beta")],
            &plain.clone().with_zones(["b"])
        ),
        says("a", "LOCATION")
    );
    let distinct = constrained(plain, json!([{"type": "distinctInstance"}]));
    let mut full = self::cell(&[host("a", 999, 1_999)]);
    assert_eq!(run(&mut full, &distinct, 1, "first"), 1);
    let explanation = full.snapshot().explain(&distinct);
    assert_eq!(
        explanation
            .obstacle()
            .map(|obstacle| service_message::unable_to_place("web", &obstacle)),
        says("a", "DistinctInstance placement constraint unsatisfied.")
    );
}

#[test]
fn the_closest_matching_instance_is_of_the_capacity_provider() {
    let registered = |provider: &str, name: &str, amount: i32| {
        let described = host(name, amount, amount).described();
        Registration::try_from(&described.with_capacity_provider_name(provider)).unwrap()
    };
    let web = request(1_000, 500, &[]).with_capacity_provider("one");
    let told = |cell: &CellState| {
        let explanation = cell.snapshot().explain(&web);
        let obstacle = explanation.obstacle().unwrap();
        service_message::unable_to_place("web", &obstacle)
    };
    let none =
        service_message::unable_to_place("web", &PlacementObstacle::NoInstancesInCapacityProvider);
    let mut cell = CellState::new();
    assert_eq!(told(&cell), none);
    cell.register(&registered("two", "a", 999));
    assert_eq!(told(&cell), none);
    // It lacks more than the other does, but that one is no candidate.
    cell.register(&registered("one", "b", 1));
    let closest = PlacementObstacle::Closest {
        instance: "b",
        reason: ClosestReason::Cpu,
    };
    assert_eq!(
        told(&cell),
        service_message::unable_to_place("web", &closest)
    );
}

#[test]
fn the_room_says_where_and_what_stops_the_next() {
    let zone = "ecs.availability-zone";
    let mut cell = cell(&[
        host("a", 1_000, 1_000).with(zone, "1a"),
        host("b", 1_000, 650).with(zone, "1b"),
        host("c", 150, 2_000),
        Host {
            status: "DRAINING",
            ..host("d", 9_999, 9_999).with(zone, "1a")
        },
    ]);
    let web = request(100, 300, &[]);
    let room = cell.snapshot().room(&web);
    assert_eq!(room.copies(), Some(6));
    assert_eq!(
        room.by_zone(),
        BTreeMap::from([("", 1), ("1a", 3), ("1b", 2)])
    );
    let next = room.next().unwrap();
    assert_eq!(next.reason.as_str(), "RESOURCE:MEMORY");
    assert_eq!((next.instances, next.shortfall.memory), (2, 200));
    let remedies: Vec<String> = next.remedies.iter().map(ToString::to_string).collect();
    assert_eq!(
        remedies,
        [
            format!("200 MiB more memory on {PREFIX}a"),
            format!("250 MiB more memory on {PREFIX}b"),
            format!("50 more CPU units on {PREFIX}c"),
            format!("status `ACTIVE` for {PREFIX}d"),
            format!("one more instance like {PREFIX}b"),
        ]
    );
    assert_eq!(run(&mut cell, &web, 10, "all"), 6);
    assert_eq!(cell.snapshot().room(&web).copies(), Some(0));

    let nothing = CellState::new().snapshot().room(&web);
    assert_eq!((nothing.copies(), nothing.by_zone().len()), (Some(0), 0));
    let next = nothing.next().unwrap();
    assert_eq!(next.reason.as_str(), "NO ACTIVE INSTANCES");
    assert!(next.remedies.is_empty());

    let free = request(1, 1, &[]).with_needs(Needs::default());
    let endless = cell.snapshot().room(&free);
    assert_eq!((endless.copies(), endless.next()), (None, None));
}

#[test]
fn every_remedy_in_words() {
    let texts = |host: Host, request: &PlacementRequest| -> Vec<String> {
        let room = cell(&[host]).snapshot().room(request);
        let remedies = room.next().unwrap().remedies.iter();
        remedies.map(ToString::to_string).collect()
    };
    let small = |cpu, memory| host("a", cpu, memory).with("ecs.instance-type", "t2.micro");
    let with_port = request(10, 10, &[80]);
    let taken = Host {
        ports: vec![80],
        ..small(100, 100)
    };
    assert_eq!(
        texts(taken, &with_port),
        [format!("host port 80/tcp freed on {PREFIX}a")]
    );
    assert_eq!(
        texts(small(100, 100), &with_port),
        ["one more instance of type t2.micro"]
    );
    let away = Host {
        is_connected: false,
        ..small(100, 100)
    };
    assert_eq!(
        texts(away, &with_port),
        [
            format!("a connected agent on {PREFIX}a"),
            "one more instance of type t2.micro".to_owned(),
        ]
    );
    let none: [&str; 0] = [];
    assert_eq!(texts(small(1, 1), &with_port), none);
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web", "networkMode": "awsvpc",
        "containerDefinitions": [{"name": "web", "image": "web", "memory": 10}],
    }))
    .unwrap();
    let awsvpc = PlacementRequest::new(&definition).unwrap();
    // All attributes that the task needs but one.
    let mut with_attributes = small(100, 100);
    let explanation = cell(std::slice::from_ref(&with_attributes))
        .snapshot()
        .explain(&awsvpc);
    let mut missing = None;
    for reason in &explanation.instances().first().unwrap().reasons {
        if let Reason::Attribute { name, .. } = reason
            && let Some(before) = missing.replace(name.clone())
        {
            with_attributes = with_attributes.with(&before, "");
        }
    }
    let missing = missing.unwrap();
    assert_eq!(
        texts(with_attributes, &awsvpc),
        [format!("attribute `{missing}` on {PREFIX}a")]
    );
    let plain = request(0, 10, &[]).with_needs(awsvpc.needs().clone());
    let full = Host {
        interfaces: Some(1),
        ..small(100, 100)
    };
    assert_eq!(
        texts(full, &plain),
        [
            format!("1 more network interfaces on {PREFIX}a"),
            "one more instance of type t2.micro".to_owned(),
        ]
    );
}

/// What is lacking of devices, and what would do.
#[test]
fn devices_are_lacking_by_number_and_by_memory() {
    let lacks = |gpus, gpu_memory, neuron_devices, wanted: &Devices| {
        let host = Host {
            gpus,
            gpu_memory,
            neuron_devices,
            ..host("a", 100, 100)
        };
        let web = request(0, 10, &[]);
        let mut needs = web.needs().clone();
        wanted.need(&mut needs);
        let room = cell(&[host]).snapshot().room(&web.with_needs(needs));
        let next = room.next().unwrap();
        let remedy = next.remedies.iter().find(|one| one.instance().is_some());
        let Shortfall {
            gpus,
            gpu_memory,
            neuron_devices,
            ..
        } = next.shortfall;
        let lacking = (gpus, gpu_memory, neuron_devices);
        (
            room.copies().unwrap(),
            lacking,
            remedy.map(ToString::to_string),
        )
    };
    let on = |change: &str| Some(format!("{change} on {PREFIX}a"));
    assert_eq!(
        lacks(3, 0, 0, &Devices::Gpus(2)),
        (1, (1, 0, 0), on("1 more GPUs"))
    );
    assert_eq!(
        lacks(0, 0, 0, &Devices::AllGpus),
        (0, (1, 0, 0), on("1 more GPUs"))
    );
    // One more would be needed too.
    assert_eq!(lacks(3, 0, 0, &Devices::AllGpus), (1, (3, 0, 0), None));
    // Three copies on each, which leave 100 MiB of it.
    assert_eq!(
        lacks(2, 1_000, 0, &Devices::GpuMemory(300)),
        (6, (0, 200, 0), on("200 MiB more memory of each shared GPU"))
    );
    assert_eq!(
        lacks(2, 0, 0, &Devices::GpuMemory(300)),
        (0, (0, 300, 0), None)
    );
    assert_eq!(
        lacks(0, 0, 3, &Devices::Neuron(2)),
        (1, (0, 0, 1), on("1 more Neuron devices"))
    );
    assert_eq!(
        lacks(0, 0, 0, &Devices::AllNeuron),
        (0, (0, 0, 1), on("1 more Neuron devices"))
    );
    assert_eq!(lacks(0, 0, 2, &Devices::AllNeuron), (1, (0, 0, 2), None));
}

fn config() -> ProptestConfig {
    let cases = if std::env::var_os("ECS_LONG").is_some() {
        100_000
    } else {
        300
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn any_host(name: usize) -> impl Strategy<Value = Host> {
    (
        0..5_i32,
        0..5_i32,
        prop::option::of(0..4_u16),
        prop::sample::subsequence(vec![22, 80, 443], 0..2),
        prop::option::of(prop::sample::select(vec!["1a", "1b"])),
        prop::option::of(prop::sample::select(vec!["prod", "test"])),
        prop::sample::select(vec!["ACTIVE", "ACTIVE", "ACTIVE", "DRAINING"]),
        prop::sample::select(vec![true, true, true, false]),
        (
            0..3_i64,
            prop::sample::select(vec![0, 600, 1_000]),
            0..3_i64,
        ),
    )
        .prop_map(
            move |(cpu, memory, interfaces, ports, zone, stack, status, is_connected, devices)| {
                let (gpus, gpu_memory, neuron_devices) = devices;
                let mut host = Host {
                    gpus,
                    gpu_memory,
                    neuron_devices,
                    interfaces,
                    ports,
                    status,
                    is_connected,
                    ..host(&format!("h{name}"), cpu * 130, memory * 130)
                };
                if let Some(zone) = zone {
                    host = host.with("ecs.availability-zone", zone);
                }
                if let Some(stack) = stack {
                    host = host.with("stack", stack);
                }
                host
            },
        )
}

fn hosts() -> impl Strategy<Value = Vec<Host>> {
    (0..6_usize).prop_flat_map(|count| (0..count).map(any_host).collect::<Vec<_>>())
}

/// Devices that a task needs.
#[derive(Debug, Clone)]
enum Devices {
    None,
    Gpus(u16),
    AllGpus,
    GpuMemory(u32),
    Neuron(u16),
    AllNeuron,
}

impl Devices {
    fn need(&self, needs: &mut Needs) {
        match *self {
            Self::None => {}
            Self::Gpus(gpus) => needs.gpus = gpus,
            Self::AllGpus => needs.all_gpus = true,
            Self::GpuMemory(memory) => needs.gpu_memory = memory,
            Self::Neuron(devices) => needs.neuron_devices = devices,
            Self::AllNeuron => needs.all_neuron_devices = true,
        }
    }
}

fn devices() -> impl Strategy<Value = Devices> {
    prop_oneof![
        5 => Just(Devices::None),
        1 => (1..3_u16).prop_map(Devices::Gpus),
        1 => Just(Devices::AllGpus),
        2 => (100..700_u32).prop_map(Devices::GpuMemory),
        1 => (1..3_u16).prop_map(Devices::Neuron),
        1 => Just(Devices::AllNeuron),
    ]
}

fn any_request() -> impl Strategy<Value = PlacementRequest> {
    let constraints = prop::sample::subsequence(
        vec![
            json!({"type": "distinctInstance"}),
            json!({"type": "memberOf", "expression": "attribute:stack == prod"}),
            json!({"type": "memberOf", "expression": "attribute:stack exists or runningTasksCount < 2"}),
            json!({"type": "memberOf", "expression": "runningTasksCount != 3"}),
            json!({"type": "memberOf", "expression": "not(task:group == other)"}),
        ],
        0..3,
    );
    let strategies = prop::sample::subsequence(
        vec![
            json!({"type": "spread", "field": "attribute:ecs.availability-zone"}),
            json!({"type": "spread", "field": "instanceId"}),
            json!({"type": "binpack", "field": "memory"}),
            json!({"type": "binpack", "field": "cpu"}),
            json!({"type": "random"}),
        ],
        0..4,
    )
    .prop_shuffle();
    let ports = prop::sample::subsequence(vec![22, 80, 443], 0..3);
    (
        0..200_u32,
        1..200_u32,
        ports,
        any::<bool>(),
        prop::option::of(prop::sample::subsequence(vec!["1a", "1b", "1c"], 1..3)),
        constraints,
        strategies,
        devices(),
    )
        .prop_map(
            |(cpu, memory, ports, has_interface, zones, constraints, strategies, devices)| {
                let mut wanted = constrained(request(cpu, memory, &ports), json!(constraints));
                let mut needs = wanted.needs().clone();
                needs.interfaces = u16::from(has_interface);
                devices.need(&mut needs);
                wanted = wanted.with_needs(needs);
                if let Some(zones) = zones {
                    wanted = wanted.with_zones(zones);
                }
                let strategies: Vec<PlacementStrategy> =
                    serde_json::from_value(json!(strategies)).unwrap();
                wanted.with_strategies(&strategies).unwrap()
            },
        )
}

/// A cell in which tasks of the same group and of another one run.
fn busy(hosts: &[Host], web: &PlacementRequest) -> CellState {
    let mut cell = cell(hosts);
    run(
        &mut cell,
        &request(30, 40, &[]).with_group("other"),
        2,
        "other",
    );
    run(
        &mut cell,
        &request(10, 20, &[443]).with_group("other"),
        1,
        "port",
    );
    run(&mut cell, web, 1, "before");
    cell
}

/// The same as the tally of what the explanation says.
fn naive_summary(cell: &CellState, request: &PlacementRequest) -> Vec<(String, usize, usize)> {
    let explanation = cell.snapshot().explain(request);
    let mut tallies: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for instance in explanation.instances() {
        for reason in &instance.reasons {
            let tally = tallies.entry(kind(reason)).or_default();
            tally.0 += 1;
            tally.1 += usize::from(instance.reasons.len() == 1);
        }
    }
    let tallies = tallies.into_iter();
    tallies
        .map(|(kind, (all, only))| (kind, all, only))
        .collect()
}

/// A reason without its numbers.
fn kind(reason: &Reason) -> String {
    match reason {
        Reason::Inactive { .. } | Reason::Port { .. } | Reason::Attribute { .. } => {
            reason.to_string()
        }
        Reason::MemberOf { expression, .. } => expression.to_string(),
        other => other.code().as_str().to_owned(),
    }
}

fn tallied(summary: &Summary) -> Vec<(String, usize, usize)> {
    let tallies = summary.tallies().iter();
    let mut tallies: Vec<_> = tallies
        .map(|tally| (kind(&tally.reason), tally.instances, tally.only))
        .collect();
    tallies.sort();
    tallies
}

/// Makes a remedy true.
fn apply(cell: &mut CellState, hosts: &[Host], remedy: &Remedy, less: u64) {
    let of = |arn: &str| {
        let name = arn.strip_prefix(PREFIX).unwrap();
        hosts.iter().find(|host| host.name == name).unwrap().clone()
    };
    let amount = |more: &u64| i32::try_from(more - less).unwrap();
    let changed = match remedy {
        Remedy::Cpu { more, instance } => {
            let mut host = of(instance);
            host.cpu += amount(more);
            host
        }
        Remedy::Memory { more, instance } => {
            let mut host = of(instance);
            host.memory += amount(more);
            host
        }
        Remedy::Gpus { more, instance } => {
            let mut host = of(instance);
            host.gpus += i64::from(amount(more));
            host
        }
        Remedy::GpuMemory { more, instance } => {
            let mut host = of(instance);
            host.gpu_memory += i64::from(amount(more));
            host
        }
        Remedy::NeuronDevices { more, instance } => {
            let mut host = of(instance);
            host.neuron_devices += i64::from(amount(more));
            host
        }
        Remedy::Interfaces { more, instance } => {
            let mut host = of(instance);
            let limit = i32::from(host.interfaces.unwrap()) + amount(more);
            host.interfaces = Some(u16::try_from(limit).unwrap());
            host
        }
        Remedy::FreePort { port, instance } => {
            let has_it = |task: &ecs_placement::CellTask| task.needs.ports.contains(port);
            let holder = cell.tasks_on(instance).find(has_it);
            if let Some(task) = holder {
                cell.stopped(&task.task).unwrap();
                return;
            }
            let mut host = of(instance);
            host.ports.retain(|known| HostPort::tcp(*known) != *port);
            host
        }
        Remedy::Attribute {
            name,
            value,
            instance,
        } => of(instance).with(name, value.as_deref().unwrap_or_default()),
        Remedy::Connect { instance } => {
            assert!(cell.set_agent_connected(instance, true));
            return;
        }
        Remedy::Activate { instance } => {
            assert!(cell.set_status(instance, "ACTIVE"));
            return;
        }
        Remedy::Instance { like, .. } => Host {
            name: "new".to_owned(),
            status: "ACTIVE",
            is_connected: true,
            ..of(like)
        },
        other => panic!("{other} is not asked for here"),
    };
    cell.register(&changed.registration());
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_summary_is_the_tally_of_the_explanation(hosts in hosts(), web in any_request()) {
        let cell = busy(&hosts, &web);
        let snapshot = cell.snapshot();
        let summary = snapshot.summarize(&web);
        prop_assert_eq!(tallied(&summary), naive_summary(&cell, &web));
        prop_assert_eq!(summary.fitting(), snapshot.explain(&web).fitting().count());
        prop_assert_eq!(summary.instances(), hosts.len());
    }

    #[test]
    fn a_planner_summarizes_as_a_new_one_does(hosts in hosts(), web in any_request()) {
        let mut cell = cell(&hosts);
        let mut planner = Planner::new();
        let other = request(1, 1, &[]);
        for step in 0..3 {
            let snapshot = cell.snapshot();
            prop_assert_eq!(planner.summarize(&snapshot, &web), snapshot.summarize(&web));
            prop_assert_eq!(planner.summarize(&snapshot, &other), snapshot.summarize(&other));
            run(&mut cell, &web, 1, &format!("step-{step}"));
            if let Some(host) = hosts.get(step) {
                cell.register(&host.clone().with("stack", "prod").registration());
            }
        }
    }

    // What is marked for 64 instances at a time is what StartTask finds at each of them.
    #[test]
    fn each_reason_is_that_of_the_single_instance(hosts in hosts(), web in any_request()) {
        let mut cell = busy(&hosts, &web);
        let mut planner = Planner::new();
        let web = web.of_any_launch_type();
        for step in 0..2 {
            let snapshot = cell.snapshot();
            let explanation = planner.explain(&snapshot, &web);
            prop_assert_eq!(&explanation, &snapshot.explain(&web));
            prop_assert_eq!(explanation.instances().len(), hosts.len());
            for instance in explanation.instances() {
                let reasons: Vec<_> = instance.reasons.iter().map(ToString::to_string).collect();
                let started = start_task(&snapshot, &web, &[&instance.arn]).unwrap();
                let found = started.failures().first().map(|failure| failure.detail.clone());
                let said = (!reasons.is_empty()).then(|| Some(reasons.join("; ")));
                prop_assert_eq!(found, said);
            }
            run(&mut cell, &web, 1, &format!("step-{step}"));
            if let Some(host) = hosts.first() {
                cell.register(&host.clone().with("stack", "prod").registration());
            }
        }
    }

    #[test]
    fn the_room_is_what_placing_gives(hosts in hosts(), web in any_request()) {
        let cell = busy(&hosts, &web);
        let snapshot = cell.snapshot();
        let room = snapshot.room(&web);
        let copies = room.copies().unwrap();
        let count = u32::try_from(copies + 3).unwrap();
        let plan = Plan::new(&snapshot, &web.with_count(count), 3);
        prop_assert_eq!((plan.claims().len() as u64, plan.unplaced()), (copies, 3));
        let mut placed: BTreeMap<&str, u32> = BTreeMap::new();
        for claim in plan.claims() {
            *placed.entry(claim.instance()).or_default() += 1;
        }
        let said: BTreeMap<&str, u32> = room
            .instances()
            .iter()
            .map(|room| (&*room.arn, room.copies.unwrap()))
            .collect();
        prop_assert_eq!(placed, said);
        prop_assert_eq!(room.by_zone().values().sum::<u64>(), copies);
    }

    #[test]
    fn a_remedy_lets_one_more_in(hosts in hosts(), web in any_request()) {
        let mut cell = busy(&hosts, &web);
        let room = cell.snapshot().room(&web);
        let copies = u32::try_from(room.copies().unwrap()).unwrap();
        prop_assert_eq!(run(&mut cell, &web, copies, "all"), copies as usize);
        let next = room.next().unwrap();
        prop_assert_eq!(next.instances == 0, hosts.is_empty());
        for remedy in &next.remedies {
            let mut changed = cell.clone();
            apply(&mut changed, &hosts, remedy, 0);
            prop_assert_eq!(run(&mut changed, &web, 1, "next"), 1, "{}", remedy);
            let is_amount = matches!(
                remedy,
                Remedy::Cpu { .. }
                    | Remedy::Memory { .. }
                    | Remedy::Gpus { .. }
                    | Remedy::GpuMemory { .. }
                    | Remedy::NeuronDevices { .. }
            );
            if is_amount {
                let mut changed = cell.clone();
                apply(&mut changed, &hosts, remedy, 1);
                prop_assert_eq!(run(&mut changed, &web, 1, "next"), 0, "{}", remedy);
            }
        }
    }

    #[test]
    fn the_best_of_the_ranking_is_chosen(
        hosts in hosts(),
        web in any_request(),
        seed in any::<u64>(),
    ) {
        let cell = busy(&hosts, &web);
        let snapshot = cell.snapshot();
        let ranking = snapshot.rank(&web);
        let fitting = snapshot.explain(&web).fitting().count();
        prop_assert_eq!(ranking.instances().len(), fitting);
        let plan = Plan::new(&snapshot, &web, seed);
        match plan.claims().first() {
            None => prop_assert!(ranking.best().is_empty()),
            Some(claim) => {
                let mut best = ranking.best().iter();
                prop_assert!(best.any(|ranked| *ranked.arn == *claim.instance()));
            }
        }
    }

    #[test]
    fn an_obstacle_is_named_where_nothing_fits(hosts in hosts(), web in any_request()) {
        let cell = busy(&hosts, &web);
        let explanation = cell.snapshot().explain(&web);
        let fits = explanation.fitting().next().is_some();
        prop_assert_eq!(explanation.obstacle().is_none(), fits);
        let is_active = |host: &Host| host.status == "ACTIVE";
        prop_assert_eq!(explanation.closest().is_some(), hosts.iter().any(is_active));
        if let Some(closest) = explanation.closest() {
            let least = explanation
                .instances()
                .iter()
                .filter(|instance| !matches!(instance.reasons.first(), Some(Reason::Inactive { .. })))
                .map(|instance| instance.reasons.len())
                .min();
            prop_assert_eq!(Some(closest.reasons.len()), least);
        }
    }
}
