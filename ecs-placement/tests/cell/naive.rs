//! A placer that looks at everything each time, written from the guide and the crate's
//! documentation and from nothing else.

use std::collections::{BTreeMap, BTreeSet};

use ecs_model::container_instance::GpuDevice;
use ecs_model::{Attribute, ContainerInstance, LaunchType, Resource, Task};
use ecs_placement::{PlacementRequest, Registration};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

/// The attribute that names a zone to all.
pub(crate) const ZONE: &str = "ecs.availability-zone";

/// The attribute that external instances have.
pub(crate) const EXTERNAL: &str = "ecs.capability.external";

/// Attributes that tasks can need, each with what in their container needs it.
pub(crate) const CAPABILITIES: [(&str, &str); 2] = [
    (
        "com.amazonaws.ecs.capability.privileged-container",
        "privileged",
    ),
    ("ecs.capability.container-ordering", "dependsOn"),
];

/// How many host ports of an instance can be reserved.
pub(crate) const PORT_QUOTA: usize = 100;

/// An instance with all that a task can want of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instance {
    pub(crate) arn: String,
    pub(crate) cpu: i64,
    pub(crate) memory: i64,
    /// CPU and memory that it has, free or not.
    pub(crate) all: (i64, i64),
    pub(crate) interfaces: i64,
    pub(crate) gpus: i64,
    pub(crate) ports: BTreeSet<u16>,
    pub(crate) attributes: BTreeMap<String, Option<String>>,
    pub(crate) is_ready: bool,
    pub(crate) groups: BTreeMap<String, i64>,
    /// GPUs that it has, free or not.
    pub(crate) all_gpus: i64,
    /// Its GPUs are partitions of so many eighths.
    pub(crate) eighths: u8,
    /// MiB of each GPU, if containers can share them.
    pub(crate) gpu_memory: i64,
    /// What tasks have of each of its GPUs, if containers can share them.
    pub(crate) devices: Vec<Gpu>,
    pub(crate) neuron: i64,
    /// Neuron devices that it has, free or not.
    pub(crate) all_neuron: i64,
    pub(crate) udp: BTreeSet<u16>,
    /// What tasks hold of it that nobody knows: CPU, memory, and how many.
    pub(crate) others: (i64, i64, i64),
    pub(crate) provider: Option<&'static str>,
    /// Its document has no list of attributes.
    pub(crate) omits_attributes: bool,
}

/// What tasks have of a GPU.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gpu {
    Idle,
    /// One has it to itself.
    Own,
    /// The MiB that each of some holds of it.
    Shared(Vec<i64>),
}

/// A strategy, as the API writes it.
pub(crate) type Strategy = (&'static str, &'static str);

/// Every strategy, over attributes with few values, many, and some that are missing.
pub(crate) const STRATEGIES: [Strategy; 7] = [
    ("random", ""),
    ("spread", "instanceId"),
    ("spread", "attribute:zone"),
    ("spread", "attribute:rack"),
    ("spread", "attribute:row"),
    ("binpack", "cpu"),
    ("binpack", "memory"),
];

/// An expression, as a tree.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Is(&'static str, String),
    Exists(&'static str),
    Group(String),
    RunsFewerThan(i64),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

/// What is to be placed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) cpu: i64,
    pub(crate) memory: i64,
    pub(crate) ports: Vec<u16>,
    pub(crate) has_interface: bool,
    pub(crate) gpus: i64,
    pub(crate) group: String,
    pub(crate) is_distinct: bool,
    pub(crate) member_of: Vec<Expression>,
    pub(crate) strategies: Vec<Strategy>,
    /// The GPU is a partition of so many eighths.
    pub(crate) eighths: u8,
    pub(crate) wants_all_gpus: bool,
    /// MiB of one GPU that is shared.
    pub(crate) shared: i64,
    pub(crate) wants_all_neuron: bool,
    pub(crate) udp: Vec<u16>,
    /// The zones in one of which it has to be, if there are any.
    pub(crate) zones: Vec<String>,
    /// A daemon for which there has to be room.
    pub(crate) daemon: Option<Box<Self>>,
    pub(crate) launch_type: Launch,
    pub(crate) provider: Option<&'static str>,
    /// Which of the [`CAPABILITIES`] it needs.
    pub(crate) needs: [bool; 2],
}

/// The launch type of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Launch {
    #[default]
    Ec2,
    External,
    Any,
}

impl Expression {
    pub(crate) fn write(&self) -> String {
        match self {
            Self::Is(name, value) => format!("attribute:{name} == {value}"),
            Self::Exists(name) => format!("attribute:{name} exists"),
            Self::Group(group) => format!("task:group == {group}"),
            Self::RunsFewerThan(count) => format!("runningTasksCount < {count}"),
            Self::Not(inner) => format!("not ({})", inner.write()),
            Self::And(a, b) => format!("({}) and ({})", a.write(), b.write()),
            Self::Or(a, b) => format!("({}) or ({})", a.write(), b.write()),
        }
    }

    fn holds(&self, instance: &Instance) -> bool {
        match self {
            Self::Is(name, value) => {
                let found = instance.attributes.get(*name);
                found.is_some_and(|found| found.as_deref().unwrap_or_default() == value)
            }
            Self::Exists(name) => instance.attributes.contains_key(*name),
            Self::Group(group) => instance.count(group) > 0,
            Self::RunsFewerThan(count) => {
                instance.groups.values().sum::<i64>() + instance.others.2 < *count
            }
            Self::Not(inner) => !inner.holds(instance),
            Self::And(a, b) => a.holds(instance) && b.holds(instance),
            Self::Or(a, b) => a.holds(instance) || b.holds(instance),
        }
    }
}

impl Instance {
    pub(crate) fn count(&self, group: &str) -> i64 {
        self.groups.get(group).copied().unwrap_or(0)
    }

    pub(crate) fn fits(&self, request: &Request) -> bool {
        self.is_ready
            && self.is_of(request)
            && self.holds(request)
            && self.has_ports_for(request)
            && request.udp.iter().all(|port| !self.udp.contains(port))
            && self.has_room_for_the_daemon(request)
            && (request.zones.is_empty()
                || self.omits_attributes
                || self
                    .value(ZONE)
                    .is_some_and(|zone| request.zones.contains(&zone)))
            && request.ports.iter().all(|port| !self.ports.contains(port))
            && request
                .member_of
                .iter()
                .all(|expression| expression.holds(self))
            && !(request.is_distinct && self.count(&request.group) > 0)
    }

    /// Whether it is of the launch type and the capacity provider, and has what is needed: if it
    /// does not say, it has.
    fn is_of(&self, request: &Request) -> bool {
        let mut needed = CAPABILITIES.iter().zip(request.needs);
        self.is_of_type(request.launch_type)
            && (request.provider.is_none() || request.provider == self.provider)
            && needed.all(|((name, _), is_needed)| {
                !is_needed || self.omits_attributes || self.attributes.contains_key(*name)
            })
    }

    pub(crate) fn is_of_type(&self, launch_type: Launch) -> bool {
        let is_external = self.attributes.contains_key(EXTERNAL);
        match launch_type {
            Launch::Ec2 => !is_external,
            Launch::External => is_external,
            Launch::Any => true,
        }
    }

    /// Whether so many ports can be reserved, whichever they are.
    fn has_ports_for(&self, request: &Request) -> bool {
        let wanted = request.ports.len() + request.udp.len();
        wanted == 0 || self.ports.len() + self.udp.len() + wanted <= PORT_QUOTA
    }

    /// Whether there is enough left, and of the right kind.
    fn holds(&self, request: &Request) -> bool {
        let suffices = |needed: i64, free: i64| needed == 0 || needed <= free;
        suffices(request.cpu, self.cpu)
            && suffices(request.memory, self.memory)
            && suffices(request.has_interface.into(), self.interfaces)
            && suffices(request.gpus, self.gpus)
            && (request.gpus == 0 && !request.wants_all_gpus || request.eighths == self.eighths)
            && (request.shared == 0 || self.gpu_to_share(request).is_some())
            && (!request.wants_all_gpus || self.all_gpus > 0 && self.gpus == self.all_gpus)
            && (!request.wants_all_neuron || self.all_neuron > 0 && self.neuron == self.all_neuron)
    }

    /// Whether the daemon finds room beside the task, or would find none on an empty instance, or
    /// does not run there.
    fn has_room_for_the_daemon(&self, request: &Request) -> bool {
        request.daemon.as_ref().is_none_or(|daemon| {
            let mut beside = self.clone();
            beside.take(request);
            daemon.group == request.group
                || self.count(&daemon.group) > 0
                || !self.is_of(daemon)
                || beside.holds(daemon)
                || !self.emptied().holds(daemon)
        })
    }

    fn emptied(&self) -> Self {
        Self {
            cpu: self.all.0,
            memory: self.all.1,
            gpus: self.all_gpus,
            neuron: self.all_neuron,
            devices: vec![Gpu::Idle; self.devices.len()],
            ..self.clone()
        }
    }

    /// The shared GPU with the least left that suffices, or the first one that nobody has.
    fn gpu_to_share(&self, request: &Request) -> Option<usize> {
        let left = |gpu: &Gpu| match gpu {
            Gpu::Shared(held) => Some(self.gpu_memory - held.iter().sum::<i64>()),
            _ => None,
        };
        let numbered = self.devices.iter().enumerate();
        let shared = numbered.filter_map(|(at, gpu)| Some((left(gpu)?, at)));
        let least = shared.filter(|(left, _)| *left >= request.shared).min();
        let idle = || self.devices.iter().position(|gpu| *gpu == Gpu::Idle);
        match least {
            Some((_, at)) => Some(at),
            None => idle().filter(|_| self.gpu_memory >= request.shared),
        }
    }

    /// What is left of each GPU that is not one task's own, the most first.
    pub(crate) fn memory_left(&self) -> Vec<i64> {
        let left = |gpu: &Gpu| match gpu {
            Gpu::Idle => Some(self.gpu_memory),
            Gpu::Own => None,
            Gpu::Shared(held) => Some(self.gpu_memory - held.iter().sum::<i64>()),
        };
        let mut left: Vec<i64> = self.devices.iter().filter_map(left).collect();
        left.sort_unstable_by(|a, b| b.cmp(a));
        left
    }

    /// Takes what a task needs; says which GPUs it has, if they are told apart.
    pub(crate) fn take(&mut self, request: &Request) -> Vec<usize> {
        self.hold(request, 1);
        let idle = |gpu: &Gpu| *gpu == Gpu::Idle;
        let mut has = Vec::new();
        if request.shared > 0 {
            let at = self.gpu_to_share(request).unwrap();
            self.gpus -= i64::from(idle(&self.devices[at]));
            match &mut self.devices[at] {
                Gpu::Shared(held) => held.push(request.shared),
                gpu => *gpu = Gpu::Shared(vec![request.shared]),
            }
            has.push(at);
        }
        for _ in 0..request.own_gpus(self) {
            if let Some(at) = self.devices.iter().position(idle) {
                self.devices[at] = Gpu::Own;
                has.push(at);
            }
        }
        *self.groups.entry(request.group.clone()).or_default() += 1;
        self.ports.extend(&request.ports);
        self.udp.extend(&request.udp);
        has
    }

    /// Gives everything back, of a task that counts or does so no more.
    pub(crate) fn give_back(&mut self, request: &Request, has: &[usize], counts: bool) {
        self.hold(request, -1);
        for at in has {
            let gpu = &mut self.devices[*at];
            match gpu {
                Gpu::Shared(held) if held.len() > 1 => {
                    let mine = held.iter().position(|held| *held == request.shared);
                    held.remove(mine.unwrap());
                }
                Gpu::Shared(_) => {
                    *gpu = Gpu::Idle;
                    self.gpus += 1;
                }
                gpu => *gpu = Gpu::Idle,
            }
        }
        *self.groups.entry(request.group.clone()).or_default() -= i64::from(counts);
        self.ports.retain(|port| !request.ports.contains(port));
        self.udp.retain(|port| !request.udp.contains(port));
    }

    fn hold(&mut self, request: &Request, times: i64) {
        self.cpu -= request.cpu * times;
        self.memory -= request.memory * times;
        self.interfaces -= i64::from(request.has_interface) * times;
        self.gpus -= request.own_gpus(self) * times;
        if request.wants_all_neuron {
            self.neuron -= self.all_neuron * times;
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        self.attributes.get(name).cloned().flatten()
    }

    /// The document of the instance as it is without tasks.
    pub(crate) fn register(&self) -> Registration {
        self.register_with(self)
    }

    /// The document of the instance with the tasks that it has taken since it was `empty`.
    pub(crate) fn register_with(&self, empty: &Self) -> Registration {
        let attributes = self.attributes.iter().map(|(name, value)| {
            let mut attribute = Attribute::named(name.clone());
            attribute.value.clone_from(value);
            attribute
        });
        let number = |amount: i64| i32::try_from(amount).unwrap();
        let mut described = ContainerInstance::default();
        described.container_instance_arn = Some(self.arn.clone());
        described.status = Some(if self.is_ready { "ACTIVE" } else { "DRAINING" }.to_owned());
        described.agent_connected = Some(true);
        described.attributes = (!self.omits_attributes).then(|| attributes.collect());
        described.capacity_provider_name = self.provider.map(str::to_owned);
        described.registered_resources = Some(vec![
            Resource::integer(Resource::CPU, number(empty.cpu + self.others.0)),
            Resource::integer(Resource::MEMORY, number(empty.memory + self.others.1)),
            Resource::string_set(Resource::GPU, 0..self.all_gpus),
            Resource::string_set("NEURON_DEVICE", 0..self.all_neuron),
        ]);
        described.remaining_resources = Some(vec![
            Resource::integer(Resource::CPU, number(self.cpu)),
            Resource::integer(Resource::MEMORY, number(self.memory)),
            Resource::string_set(Resource::GPU, 0..self.gpus),
            Resource::string_set("NEURON_DEVICE", 0..self.neuron),
            Resource::string_set(Resource::PORTS, &self.ports),
            Resource::string_set(Resource::PORTS_UDP, &self.udp),
        ]);
        let running = self.others.2 + self.groups.values().sum::<i64>();
        if !self.devices.is_empty() {
            described.gpu_devices = Some(self.gpu_devices());
        }
        described.running_tasks_count = Some(number(running));
        let limit = u16::try_from(empty.interfaces).unwrap();
        Registration::try_from(&described)
            .unwrap()
            .with_interfaces(limit)
            .with_gpu_eighths(self.eighths)
    }
}

impl Instance {
    pub(crate) fn gpu_devices(&self) -> Vec<GpuDevice> {
        let devices = self.devices.iter().enumerate().map(|(at, gpu)| {
            let (mode, left) = match gpu {
                Gpu::Idle => ("IDLE", self.gpu_memory),
                Gpu::Own => ("DEDICATED", 0),
                Gpu::Shared(held) => ("NVIDIA_MPS", self.gpu_memory - held.iter().sum::<i64>()),
            };
            json!({"gpuId": at.to_string(), "sharingMode": mode,
                "totalMemoryInMiB": self.gpu_memory, "remainingMemoryInMiB": left})
        });
        serde_json::from_value(devices.collect()).unwrap()
    }
}

impl Request {
    /// How many GPUs it has to itself on an instance.
    fn own_gpus(&self, on: &Instance) -> i64 {
        match self.wants_all_gpus {
            true => on.all_gpus,
            false => self.gpus,
        }
    }

    /// The document of a task of this request that runs on an instance.
    pub(crate) fn describe(
        &self,
        task: &str,
        (on, has): (&Instance, &[usize]),
        runs: bool,
    ) -> Task {
        let bindings = self.ports.iter().map(|port| (port, "tcp"));
        let bindings = bindings.chain(self.udp.iter().map(|port| (port, "udp")));
        let bindings: Vec<Value> = bindings
            .map(|(port, protocol)| json!({"hostPort": port, "protocol": protocol}))
            .collect();
        let ids = |count: i64| -> Vec<String> { (0..count).map(|id| id.to_string()).collect() };
        let gpus = match on.devices.is_empty() {
            true => ids(self.own_gpus(on)),
            false => has.iter().map(ToString::to_string).collect(),
        };
        let share = (self.shared > 0).then(|| json!({"nvidiaMps": {"memory": self.shared}}));
        let neuron = if self.wants_all_neuron {
            on.all_neuron
        } else {
            0
        };
        let interface = match self.has_interface {
            true => json!([{"type": "ElasticNetworkInterface"}]),
            false => json!([]),
        };
        serde_json::from_value(json!({
            "taskArn": task, "containerInstanceArn": on.arn, "group": self.group,
            "cpu": self.cpu.to_string(), "memory": self.memory.to_string(), "createdAt": 1,
            "lastStatus": "RUNNING", "desiredStatus": if runs { "RUNNING" } else { "STOPPED" },
            "stoppingAt": if runs { Value::Null } else { json!(2) },
            "attachments": interface,
            "containers": [{
                "networkBindings": bindings, "neuronDeviceIds": ids(neuron),
                "gpuIds": gpus, "gpuSharingStrategy": share,
            }],
        }))
        .unwrap()
    }

    /// The same request of the crate.
    pub(crate) fn build(&self) -> PlacementRequest {
        let ports = self.ports.iter();
        let udp = self.udp.iter().map(|port| (port, "udp"));
        let mappings: Vec<Value> = ports
            .map(|port| (port, "tcp"))
            .chain(udp)
            .map(|(port, protocol)| {
                json!({"containerPort": port, "hostPort": port, "protocol": protocol})
            })
            .collect();
        let mut devices = Vec::new();
        if self.gpus > 0 || self.wants_all_gpus {
            let value = match self.eighths {
                _ if self.wants_all_gpus => "ALL".to_owned(),
                0 => self.gpus.to_string(),
                eighths => (f64::from(eighths) / 8.0).to_string(),
            };
            devices.push(json!({"type": "GPU", "value": value}));
        }
        if self.shared > 0 {
            let share = json!({"nvidiaMps": {"memory": self.shared}});
            devices.push(json!({"type": "GPU", "sharingStrategy": share}));
        }
        if self.wants_all_neuron {
            devices.push(json!({"type": "NeuronDevice", "value": "ALL"}));
        }
        let [is_privileged, waits] = self.needs;
        let awaited = json!([{"containerName": "other", "condition": "START"}]);
        let definition: TaskDefinition = serde_json::from_value(json!({
            "family": "any",
            "containerDefinitions": [{
                "name": "c", "image": "i", "cpu": self.cpu, "memory": self.memory,
                "portMappings": mappings, "resourceRequirements": devices,
                "privileged": is_privileged, "dependsOn": waits.then_some(awaited),
            }],
        }))
        .unwrap();
        let expressions = self.member_of.iter();
        let mut constraints: Vec<Value> = expressions
            .map(|expression| json!({"type": "memberOf", "expression": expression.write()}))
            .collect();
        if self.is_distinct {
            constraints.push(json!({"type": "distinctInstance"}));
        }
        let strategies = self.strategies.iter();
        let strategies: Vec<Value> = strategies
            .map(|(kind, field)| json!({"type": kind, "field": field}))
            .collect();
        let mut request = PlacementRequest::new(&definition).unwrap();
        if let Some(daemon) = &self.daemon {
            request = request.with_room_for([&daemon.build()]);
        }
        if !self.zones.is_empty() {
            request = request.with_zones(self.zones.iter().map(String::as_str));
        }
        if let Some(provider) = self.provider {
            request = request.with_capacity_provider(provider);
        }
        request = match self.launch_type {
            Launch::Ec2 => request,
            Launch::External => request.with_launch_type(LaunchType::External).unwrap(),
            Launch::Any => request.of_any_launch_type(),
        };
        let mut needs = request.needs().clone();
        needs.interfaces = u16::from(self.has_interface);
        request
            .with_needs(needs)
            .with_group(&self.group)
            .with_constraints(&serde_json::from_value::<Vec<_>>(json!(constraints)).unwrap())
            .unwrap()
            .with_strategies(&serde_json::from_value::<Vec<_>>(json!(strategies)).unwrap())
            .unwrap()
    }
}

/// SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below the bound: the high half of the product.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from((u128::from(z) * bound as u128) >> 64).unwrap()
    }
}

/// Chooses instances for copies, one after the other. `all` is in the order of the ARNs.
pub(crate) fn plan(all: &[Instance], request: &Request, count: u32, seed: u64) -> Vec<usize> {
    let mut all = all.to_vec();
    let mut random = Random(seed);
    let mut picks = Vec::new();
    for _ in 0..count {
        let Some(pick) = pick(&all, request, &mut random) else {
            break;
        };
        all[pick].take(request);
        picks.push(pick);
    }
    picks
}

fn pick(all: &[Instance], request: &Request, random: &mut Random) -> Option<usize> {
    let mut left: Vec<usize> = (0..all.len()).filter(|at| all[*at].fits(request)).collect();
    let mut spread_by: Vec<&str> = Vec::new();
    let default = [("spread", "instanceId"), ("random", "")];
    let strategies = match request.strategies.is_empty() {
        true => &default[..],
        false => &request.strategies,
    };
    for (kind, field) in strategies {
        let score = |at: usize| match (*kind, field.strip_prefix("attribute:")) {
            ("binpack", _) if *field == "cpu" => all[at].cpu,
            ("binpack", _) => all[at].memory,
            (_, Some(name)) => {
                let value = all[at].value(name);
                let peers = all.iter().filter(|other| other.value(name) == value);
                peers.map(|other| other.count(&request.group)).sum()
            }
            (_, None) => all[at].count(&request.group),
        };
        if *kind == "random" {
            left.sort_by_key(|at| {
                let values = spread_by.iter().map(|name| all[*at].value(name));
                (values.collect::<Vec<_>>(), *at)
            });
            let drawn = random.below(left.len());
            return left.get(drawn).copied();
        }
        let least = left.iter().map(|at| score(*at)).min()?;
        left.retain(|at| score(*at) == least);
        spread_by.extend(field.strip_prefix("attribute:"));
    }
    left.first().copied()
}
