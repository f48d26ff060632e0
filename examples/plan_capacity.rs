//! How many more copies of a task fit on a cluster, where they go, and what stops the next one.
//!
//! ```sh
//! aws ecs describe-container-instances --container-instances ... > instances.json
//! aws ecs describe-tasks --tasks ... > tasks.json
//! cargo run --example plan_capacity -- instances.json tasks.json web.json --svg cluster.svg
//! ```
//!
//! Files are told apart by what they hold: container instances, the tasks on them, their services,
//! and a task definition, as the AWS CLI prints them or as a definition is registered; `-` is
//! standard input. What no file gives is built in: a cluster of 40 instances in three zones with
//! running tasks, and a web server. `--format json` prints a document, `--svg FILE` draws the
//! cluster.
//!
//! It exits with 0 if a copy fits, 1 if none does, 2 if the input cannot be used, and 3 if it is
//! not known: the task needs something that is not placed here, or copies fit only where the
//! documents do not say what is left.

mod arguments;
mod chain;
mod ending;
mod output;
mod picture;

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::io::Read;
use std::process::ExitCode;
use std::time::SystemTime;

use arguments::Arguments;
use ecs_arn::EcsArn;
use ecs_model::operation::{
    DescribeContainerInstancesResponse, DescribeServicesResponse, DescribeTasksResponse,
};
use ecs_model::{
    Attribute, ContainerInstance, Failure, PlacementStrategy, Resource, Service, Task, Timestamp,
};
use ecs_placement::{
    Bottleneck, CellState, Instance, Loader, PlacementRequest, Registration, RequestError, Room,
    Shortfall, Snapshot,
};
use ecs_taskdef::TaskDefinition;
use ending::ending;
use output::println;
use picture::{Bar, FREE, NEW, Panel, Picture, TAKEN, Tile};
use serde_json::{Map, Value, json};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const ZONE: &str = "ecs.availability-zone";

fn main() -> ExitCode {
    ending(plan())
}

/// Says whether a copy fits, if that is known.
fn plan() -> Outcome<Option<bool>> {
    let (arguments, files) = Arguments::read()?;
    let mut input = Input::default();
    for file in &files {
        input
            .take(file)
            .map_err(|error| format!("{file}: {}", chain::chain(&*error)))?;
    }
    let definition = match input.definition.take() {
        Some(definition) => definition,
        None => web(),
    };
    let request = match PlacementRequest::new(&definition) {
        Err(RequestError::Unsupported(what)) => {
            eprintln!("{}", chain::chain(&what));
            return Ok(None);
        }
        known => known?,
    };
    let cell = match &input.instances {
        Some(instances) => input.load(instances, &definition)?,
        None if input.tasks.is_some() => return Err("tasks, but no container instances".into()),
        None if input.services.is_some() => {
            return Err("services, but no container instances".into());
        }
        None => built_in_cluster()?,
    };
    let is_described = input.instances.is_some();
    let snapshot = cell.snapshot();
    let room = snapshot.room(&request);
    match arguments.is_json {
        true => println!("{:#}", as_json(&room)),
        false => print(&snapshot, &request, &room),
    }
    arguments.write_svg(|| draw(&snapshot, &request, &room).to_svg())?;
    let takes = |instance: &Instance<'_>| {
        room.instances()
            .iter()
            .any(|one| *one.arn == *instance.arn())
    };
    let mut taking = snapshot.instances().filter(takes).peekable();
    let fits = taking.peek().is_some();
    if fits && is_described && taking.all(|instance| !says_what_is_left(instance, &request)) {
        eprintln!("note: copies fit only where the documents do not say what is left");
        return Ok(None);
    }
    Ok(Some(fits))
}

/// Whether the document of an instance says how much is left of what a task needs.
fn says_what_is_left(instance: Instance<'_>, request: &PlacementRequest) -> bool {
    let knows_interfaces = instance.registered().interfaces.is_some();
    instance.unknown().says_remaining && (request.needs().interfaces == 0 || knows_interfaces)
}

#[derive(Default)]
struct Input {
    instances: Option<Vec<ContainerInstance>>,
    tasks: Option<Vec<Task>>,
    services: Option<Vec<Service>>,
    definition: Option<TaskDefinition>,
}

impl Input {
    /// Takes a file for what it holds.
    fn take(&mut self, file: &str) -> Outcome {
        let mut text = String::new();
        match file {
            "-" => {
                std::io::stdin().read_to_string(&mut text)?;
            }
            _ => text = std::fs::read_to_string(file)?,
        }
        let document: Value = serde_json::from_str(&text)?;
        if document.get("containerInstances").is_some() {
            let answer: DescribeContainerInstancesResponse = serde_json::from_str(&text)?;
            report(answer.failures());
            let instances = answer.container_instances.unwrap_or_default();
            self.instances.get_or_insert_default().extend(instances);
        } else if document.get("tasks").is_some() {
            let answer: DescribeTasksResponse = serde_json::from_str(&text)?;
            report(answer.failures());
            let tasks = answer.tasks.unwrap_or_default();
            self.tasks.get_or_insert_default().extend(tasks);
        } else if document.get("services").is_some() {
            let answer: DescribeServicesResponse = serde_json::from_str(&text)?;
            report(answer.failures());
            let services = answer.services.unwrap_or_default();
            self.services.get_or_insert_default().extend(services);
        } else {
            let definition = match document.get("taskDefinition") {
                Some(definition @ Value::Object(_)) => definition,
                _ if document.get("containerDefinitions").is_some() => &document,
                _ => {
                    return Err(
                        "neither container instances, tasks, services nor a task definition".into(),
                    );
                }
            };
            if self.definition.is_some() {
                return Err("a second task definition".into());
            }
            self.definition = Some(serde_json::from_value(definition.clone())?);
        }
        Ok(())
    }

    /// The cluster as the documents describe it; says what they leave open.
    fn load(
        &self,
        instances: &[ContainerInstance],
        definition: &TaskDefinition,
    ) -> Outcome<CellState> {
        let mut cell = CellState::new();
        let loader = Loader::new()
            .with_definitions([definition])
            .with_services(self.services.iter().flatten());
        let now = Timestamp::try_from(SystemTime::now())?;
        let tasks = self.tasks.as_deref().unwrap_or_default();
        let loaded = loader.load(&mut cell, instances, tasks, now)?;
        for gap in loaded.gaps {
            eprintln!("note: {gap}");
        }
        for instance in cell.snapshot().instances() {
            let unknown = instance.unknown();
            if !unknown.is_nothing() {
                eprintln!("note: {}: {unknown}", instance.arn());
            }
        }
        Ok(cell)
    }
}

/// Says what an answer lacks that was asked for.
fn report(failures: &[Failure]) {
    for failure in failures {
        let (arn, reason) = (failure.arn(), failure.reason());
        eprintln!("note: {}: {}", arn.unwrap_or("?"), reason.unwrap_or("?"));
    }
}

fn register(instances: &[ContainerInstance]) -> Outcome<CellState> {
    let mut cell = CellState::new();
    for instance in instances {
        cell.register(&Registration::try_from(instance)?);
    }
    Ok(cell)
}

fn as_json(room: &Room) -> Value {
    let next = room.next().map(|next| {
        json!({
            "reason": next.reason.as_str(),
            "instances": next.instances,
            "shortfall": amounts(next.shortfall),
            "change": next.remedies.first().map(ToString::to_string),
        })
    });
    json!({"fits": room.copies(), "byZone": room.by_zone(), "next": next})
}

/// The amounts that are lacking.
fn amounts(shortfall: Shortfall) -> Map<String, Value> {
    let amounts = [
        ("cpu", shortfall.cpu),
        ("memory", shortfall.memory),
        ("gpus", shortfall.gpus),
        ("networkInterfaces", shortfall.interfaces),
        ("gpuMemory", shortfall.gpu_memory),
        ("neuronDevices", shortfall.neuron_devices),
    ];
    let lacking = amounts.into_iter().filter(|(_, amount)| *amount > 0);
    lacking
        .map(|(name, amount)| (name.to_owned(), amount.into()))
        .collect()
}

fn print(snapshot: &Snapshot, request: &PlacementRequest, room: &Room) {
    println!("{}", headline(request, room));
    for (zone, copies) in room.by_zone() {
        println!("  {copies:>5}  {}", zone_name(zone));
    }
    if let (Some(line), Some(next)) = (next_line(room), room.next()) {
        println!("\n{line}");
        // The least of each kind.
        let mut kinds = HashSet::new();
        for remedy in &next.remedies {
            if kinds.insert(std::mem::discriminant(remedy)) {
                println!("  - {remedy}");
            }
        }
    }
    println!("\nnow: {}", snapshot.summarize(request));
}

fn headline(request: &PlacementRequest, room: &Room) -> String {
    let group = request.group();
    let name = group.strip_prefix("family:").unwrap_or(group);
    match room.copies() {
        None => format!("any number of copies of {name} fit"),
        Some(1) => format!("1 more copy of {name} fits"),
        Some(copies) => format!("{copies} more copies of {name} fit"),
    }
}

fn zone_name(zone: &str) -> &str {
    if zone.is_empty() { "no zone" } else { zone }
}

fn next_line(room: &Room) -> Option<String> {
    let Bottleneck {
        reason,
        instances,
        shortfall,
        ..
    } = room.next()?;
    let lacking: Vec<String> = amounts(*shortfall)
        .iter()
        .map(|(name, amount)| format!("{amount} {}", unit(name)))
        .collect();
    let nearest = match lacking.is_empty() {
        true => String::new(),
        false => format!(", the nearest lacks {}", lacking.join(" and ")),
    };
    let instances = match instances {
        1 => "1 instance".to_owned(),
        number => format!("{number} instances"),
    };
    let reason = reason.as_str();
    Some(format!(
        "then {reason} stops the next one on {instances}{nearest}; it would fit with"
    ))
}

fn unit(name: &str) -> &str {
    match name {
        "cpu" => "CPU units",
        "memory" => "MiB of memory",
        "gpus" => "GPUs",
        "gpuMemory" => "MiB of one GPU",
        "neuronDevices" => "Neuron devices",
        _ => "network interfaces",
    }
}

fn draw(snapshot: &Snapshot, request: &PlacementRequest, room: &Room) -> Picture {
    let copies: BTreeMap<&str, u32> = room
        .instances()
        .iter()
        .map(|room| (&*room.arn, room.copies.unwrap_or(0)))
        .collect();
    let mut zones: BTreeMap<&str, Panel> = BTreeMap::new();
    let by_zone = room.by_zone();
    for instance in snapshot.instances() {
        let zone = instance.attribute(ZONE).flatten().unwrap_or_default();
        let copies = copies.get(instance.arn()).copied().unwrap_or(0);
        let panel = zones.entry(zone).or_insert_with(|| Panel {
            title: format!("{}: +{}", zone_name(zone), by_zone.get(zone).unwrap_or(&0)),
            tiles: Vec::new(),
        });
        panel.tiles.push(tile(instance, request, copies));
    }
    let change = room.next().and_then(|next| next.remedies.first());
    let mut lines: Vec<String> = next_line(room).into_iter().collect();
    if let (Some(line), Some(change)) = (lines.first_mut(), change) {
        *line = format!("{line} {}", short(&change.to_string()));
    }
    lines.push(format!("now: {}", snapshot.summarize(request)));
    Picture {
        title: headline(request, room),
        lines,
        legend: vec![
            (TAKEN, "taken now".to_owned()),
            (NEW, "more copies".to_owned()),
            (FREE, "left over".to_owned()),
        ],
        panels: zones.into_values().collect(),
    }
}

fn tile(instance: Instance<'_>, request: &PlacementRequest, copies: u32) -> Tile {
    let (registered, remaining, needs) =
        (instance.registered(), instance.remaining(), request.needs());
    let bar = |label: &str, total: u64, left: u64, each: u32| Bar {
        label: label.to_owned(),
        total,
        parts: vec![
            (TAKEN, total.saturating_sub(left)),
            (NEW, u64::from(each) * u64::from(copies)),
        ],
    };
    let note = match (instance.is_active(), instance.agent_connected()) {
        (false, _) => instance.status().to_owned(),
        (true, false) => "no agent".to_owned(),
        (true, true) => format!("+{copies}"),
    };
    let id = EcsArn::parse(instance.arn()).map_or(instance.arn(), |arn| arn.resource().name());
    let kind = instance.attribute("ecs.instance-type").flatten();
    let is_out = !instance.is_active() || !instance.agent_connected();
    Tile {
        // Beside a number there is room for the type.
        name: match kind {
            Some(kind) if !is_out => format!("{} {kind}", start(id)),
            _ => start(id).to_owned(),
        },
        note,
        is_out,
        bars: vec![
            bar("CPU", registered.cpu, remaining.cpu, needs.cpu),
            bar("mem", registered.memory, remaining.memory, needs.memory),
        ],
    }
}

/// The first signs of an id.
fn start(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// A text with ids in place of ARNs.
fn short(text: &str) -> String {
    let words = text.split(' ').map(|word| match EcsArn::parse(word) {
        Ok(arn) => start(arn.resource().name()),
        Err(_) => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn definition(family: &str, cpu: u32, memory: u32, host_port: Option<u16>) -> TaskDefinition {
    let mapping = host_port.map(|port| json!({"containerPort": port, "hostPort": port}));
    let document = json!({
        "family": family,
        "containerDefinitions": [{
            "name": family, "image": family, "cpu": cpu, "memory": memory,
            "portMappings": mapping.into_iter().collect::<Vec<_>>(),
        }],
    });
    serde_json::from_value(document).unwrap_or_default()
}

fn web() -> TaskDefinition {
    definition("web", 256, 512, None)
}

/// 40 instances of three types in three zones, on which four services run.
fn built_in_cluster() -> Outcome<CellState> {
    const TYPES: [(&str, i32, i32); 4] = [
        ("t3.medium", 2_048, 3_884),
        ("m5.large", 2_048, 7_764),
        ("c5.xlarge", 4_096, 7_764),
        ("m5.large", 2_048, 7_764),
    ];
    const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];
    let instance = |((number, zone), (kind, cpu, memory)): ((u64, &str), (&str, i32, i32))| {
        let attribute = |name: &str, value: &str| {
            let mut attribute = Attribute::named(name);
            attribute.value = Some(value.to_owned());
            attribute
        };
        let id = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number + 1);
        ContainerInstance::default()
            .with_container_instance_arn(format!(
                "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/{id:016x}{id:016x}"
            ))
            .with_status(if number == 17 { "DRAINING" } else { "ACTIVE" })
            .with_agent_connected(!matches!(number, 5 | 29))
            .with_attributes([attribute(ZONE, zone), attribute("ecs.instance-type", kind)])
            .with_registered_resources([
                Resource::integer(Resource::CPU, cpu),
                Resource::integer(Resource::MEMORY, memory),
                Resource::string_set(Resource::PORTS, [22, 2375, 2376, 51678, 51679, 51680]),
            ])
    };
    let places = (0..40).zip(ZONES.into_iter().cycle());
    let instances: Vec<_> = places
        .zip(TYPES.into_iter().cycle())
        .map(instance)
        .collect();
    let mut cell = register(&instances)?;
    let by_zone: Vec<PlacementStrategy> = serde_json::from_value(json!([
        {"type": "spread", "field": format!("attribute:{ZONE}")},
        {"type": "binpack", "field": "memory"},
    ]))?;
    for (name, cpu, memory, host_port, count) in [
        ("proxy", 128, 256, Some(80), 24),
        ("api", 512, 1_024, None, 40),
        ("search", 1_024, 3_072, None, 14),
        ("jobs", 256, 700, None, 45),
    ] {
        let service = PlacementRequest::new(&definition(name, cpu, memory, host_port))?
            .with_group(&format!("service:{name}"))
            .with_strategies(&by_zone)?
            .with_count(count);
        let tasks = (1..).map(|number| format!("{name}-{number}"));
        let commit = cell.run(&service, 7, name, tasks)?;
        assert_eq!(commit.placed().len(), count as usize, "{name} fits");
    }
    Ok(cell)
}
