//! A seeded cluster: four instance types in three zones, filled by 150 shapes.

use std::sync::Arc;

use ecs_model::{Attribute, ContainerInstance, Resource};
use ecs_placement::{CellState, PlacementRequest, Registration};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

/// A short generator, the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = (self.0 ^ (self.0 >> 29)) >> 32;
        u32::try_from((high * u64::from(bound)) >> 32).unwrap()
    }

    fn one<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.below(u32::try_from(items.len()).unwrap());
        items.get(at as usize).unwrap()
    }
}

/// CPU units and MiB.
const TYPES: [(&str, i32, i32); 4] = [
    ("m5.large", 2_048, 7_680),
    ("m5.xlarge", 4_096, 15_360),
    ("c5.2xlarge", 8_192, 15_360),
    ("r5.2xlarge", 8_192, 62_464),
];

const PREFIX: &str = "arn:aws:ecs:us-east-1:123456789012";

pub(crate) struct Cluster {
    pub(crate) cell: CellState,
    registrations: Vec<Registration>,
    next: u64,
}

impl Cluster {
    pub(crate) fn new(instances: usize, tasks_each: usize) -> Self {
        let mut random = Random(7);
        let registrations: Vec<_> = (0..instances).map(|n| instance(n, &mut random)).collect();
        let mut cell = CellState::new();
        registrations
            .iter()
            .for_each(|registration| cell.register(registration));
        let mut cluster = Self {
            cell,
            registrations,
            next: 0,
        };
        cluster.fill(instances * tasks_each, &mut random);
        cluster
    }

    /// Tokens and ARNs that were not used yet.
    pub(crate) fn names(&mut self, count: u64) -> Vec<(Arc<str>, Arc<str>)> {
        let name = |n: u64| {
            let task = format!("{PREFIX}:task/production/{n:032x}");
            (format!("token-{n}").into(), task.into())
        };
        let first = self.next;
        self.next += count;
        (first..self.next).map(name).collect()
    }

    pub(crate) fn an_instance(&mut self) -> (String, Registration) {
        self.next += 1;
        let at = usize::try_from(self.next * 7_919).unwrap() % self.registrations.len();
        let registration = self.registrations.get(at).unwrap();
        (registration.arn().to_owned(), registration.clone())
    }

    fn fill(&mut self, tasks: usize, random: &mut Random) {
        let shapes: Vec<_> = (0..150)
            .map(|n| {
                let shape = request(&format!("family:fill-{n}"), &[("random", "")], &[]);
                let mut needs = shape.needs().clone();
                (needs.cpu, needs.memory) = (32 << random.below(4), 128 << random.below(5));
                shape.with_needs(needs)
            })
            .collect();
        while self.cell.task_count() < tasks {
            let missing = tasks - self.cell.task_count();
            let count = u32::try_from(missing.min(500)).unwrap();
            let shape = random.one(&shapes).clone().with_count(count);
            let names = self.names(count.into());
            let tasks = names.iter().map(|(_, task)| Arc::clone(task));
            let token = "fill";
            let commit = self.cell.run(&shape, self.next, token, tasks).unwrap();
            assert!(!commit.placed().is_empty(), "the cluster is full");
            self.cell.forget(token);
        }
    }
}

/// A cell of one instance that takes as many tasks as one likes, and its ARN.
pub(crate) fn one_instance() -> (CellState, String) {
    let mut described = ContainerInstance::default();
    let arn = format!("{PREFIX}:container-instance/production/one");
    described.container_instance_arn = Some(arn.clone());
    described.status = Some("ACTIVE".to_owned());
    described.agent_connected = Some(true);
    described.registered_resources = Some(vec![
        Resource::integer(Resource::CPU, i32::MAX),
        Resource::integer(Resource::MEMORY, i32::MAX),
    ]);
    let mut cell = CellState::new();
    cell.register(&Registration::try_from(&described).unwrap());
    (cell, arn)
}

fn instance(number: usize, random: &mut Random) -> Registration {
    let (kind, cpu, memory) = *random.one(&TYPES);
    let mut attributes = Vec::new();
    let mut add = |name: &str, value: String| {
        let mut attribute = Attribute::named(name);
        attribute.value = Some(value);
        attributes.push(attribute);
    };
    add(
        "ecs.availability-zone",
        format!("us-east-1{}", random.one(&["a", "b", "c"])),
    );
    add("ecs.instance-type", kind.to_owned());
    add("stack", (*random.one(&["prod", "test", "dev"])).to_owned());
    add("row", format!("w{:02}", random.below(100)));
    if random.below(50) > 0 {
        add("rack", format!("r{:02}", random.below(99)));
    }
    let id = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let mut described = ContainerInstance::default();
    described.container_instance_arn =
        Some(format!("{PREFIX}:container-instance/production/{id:032x}"));
    described.ec2_instance_id = Some(format!("i-{:017x}", id >> 64));
    described.status = Some("ACTIVE".to_owned());
    described.agent_connected = Some(true);
    described.attributes = Some(attributes);
    described.registered_resources = Some(vec![
        Resource::integer(Resource::CPU, cpu),
        Resource::integer(Resource::MEMORY, memory),
        Resource::string_set(Resource::PORTS, [22, 2_375, 2_376, 51_678, 51_679]),
    ]);
    Registration::try_from(&described).unwrap()
}

/// A small task of a group.
pub(crate) fn request(
    group: &str,
    strategies: &[(&str, &str)],
    member_of: &[&str],
) -> PlacementRequest {
    let definition = TaskDefinition::default().with_family("bench");
    let request = PlacementRequest::new(&definition).unwrap();
    let mut needs = request.needs().clone();
    (needs.cpu, needs.memory) = (32, 128);
    let strategies = strategies.iter();
    let strategies: Vec<Value> = strategies
        .map(|(kind, field)| json!({"type": kind, "field": field}))
        .collect();
    let constraints = member_of.iter();
    let constraints: Vec<Value> = constraints
        .map(|expression| json!({"type": "memberOf", "expression": expression}))
        .collect();
    request
        .with_needs(needs)
        .with_group(group)
        .with_strategies(&serde_json::from_value::<Vec<_>>(json!(strategies)).unwrap())
        .unwrap()
        .with_constraints(&serde_json::from_value::<Vec<_>>(json!(constraints)).unwrap())
        .unwrap()
}

/// The same request of another size.
pub(crate) fn resized(request: PlacementRequest, random: &mut Random) -> PlacementRequest {
    let mut needs = request.needs().clone();
    (needs.cpu, needs.memory) = (16 + random.below(100), 64 + random.below(400));
    request.with_needs(needs)
}

/// Every strategy and every pair of them, by names.
pub(crate) fn strategies() -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let all = [
        ("random", ("random", "")),
        ("instance", ("spread", "instanceId")),
        ("zone", ("spread", "attribute:ecs.availability-zone")),
        ("rack", ("spread", "attribute:rack")),
        ("cpu", ("binpack", "cpu")),
        ("memory", ("binpack", "memory")),
    ];
    let mut lists = vec![("none".to_owned(), Vec::new())];
    lists.extend(all.map(|(name, strategy)| (name.to_owned(), vec![strategy])));
    for (first, one) in all {
        for (second, other) in all {
            if first != second {
                lists.push((format!("{first} {second}"), vec![one, other]));
            }
        }
    }
    lists.push((
        "rack row".to_owned(),
        vec![("spread", "attribute:rack"), ("spread", "attribute:row")],
    ));
    lists
}

/// An expression over attributes.
pub(crate) fn expression(random: &mut Random) -> String {
    let kind = random.one(&TYPES).0;
    match random.below(4) {
        0 => format!("attribute:ecs.instance-type == {kind}"),
        1 => "attribute:stack in [prod, test] and attribute:ecs.availability-zone != us-east-1a"
            .to_owned(),
        2 => format!(
            "attribute:ecs.instance-type in [{kind}, r5.2xlarge] or attribute:rack == r{:02}",
            random.below(99)
        ),
        _ => format!("attribute:rack exists and attribute:stack =~ (dev|{kind}).*"),
    }
}

/// Draws by Zipf's law.
pub(crate) fn zipf(count: usize) -> impl Fn(&mut Random) -> usize {
    let sums: Vec<f64> = (1..=count)
        .scan(0.0, |sum, n| {
            *sum += 1.0 / n as f64;
            Some(*sum)
        })
        .collect();
    move |random| {
        let total = sums.last().copied().unwrap_or_default();
        let drawn = f64::from(random.below(1 << 30)) / f64::from(1 << 30) * total;
        sums.partition_point(|sum| *sum < drawn).min(count - 1)
    }
}
