//! A cluster with its agents, its faults and its scheduler.

use core::time::Duration;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use ecs_model::operation::{CreateServiceRequest, UpdateServiceRequest};
use ecs_model::{Attribute, ContainerInstance, Resource, Task, TaskStopCode, Timestamp};
use ecs_placement::capacity::{ClusterCapacity, InstanceType, Provider};
use ecs_placement::deployment::Bounds;
use ecs_placement::deployment::shift::{HookAnswer, ShiftAction, ShiftEvent, Traffic};
use ecs_placement::service::{
    Observation, ObservedServiceTask, ServiceAction, ServiceChange, ServiceDecision, ServicePolicy,
    Services, TargetHealth, Wait,
};
use ecs_placement::{CellState, CommitPolicy, PlacementRequest, Planner, Registration};
use ecs_state::{
    ContainerReport, HostLoss, Phases, ReportedStatus, StopCause, TaskMachine, TaskReport,
    TaskSpec, TaskStatus,
};
use ecs_taskdef::TaskDefinition;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
const INSTANCE: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/";
const INSTANCES: u64 = 9;
/// A daemon, one whose instances are those of capacity providers, one of controller `EXTERNAL`, one
/// that shifts traffic, and two that roll, of which one has hooks.
const SERVICES: [&str; 6] = ["agent", "api", "batch", "sets", "shop", "web"];
/// Those whose deployments replace task by task.
const ROLLING: [&str; 3] = ["api", "batch", "web"];
const PROVIDERS: [&str; 2] = ["even", "odd"];

pub(crate) struct Cluster {
    random: Random,
    now: i64,
    cell: CellState,
    services: Services,
    /// The other scheduler, which runs tasks of its own.
    planner: Planner,
    others: Vec<String>,
    tasks: BTreeMap<Arc<str>, Agent>,
    instances: BTreeMap<u64, Host>,
    /// Reports on their way: when they arrive, and of which task.
    post: Vec<(i64, Arc<str>, Box<ObservedServiceTask>)>,
    /// Tasks that wait for capacity, each as it will be seen to have stopped.
    waiting: BTreeMap<Arc<str>, ObservedServiceTask>,
    /// Answers about traffic and hooks on their way: when they arrive, and for which service.
    answers: Vec<(i64, Arc<str>, ShiftEvent)>,
    /// Since when each task runs that shall run, as far as the scheduler knows.
    running: BTreeMap<Arc<str>, Timestamp>,
    revision: u32,
    /// Revisions whose image cannot be pulled.
    bad: u32,
    faults: bool,
    hasher: DefaultHasher,
    counts: [u64; 3],
}

/// A task as its agent has it.
struct Agent {
    machine: TaskMachine,
    described: Task,
    host: u64,
    is_bad: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Active,
    Draining,
    Disconnected,
    Gone,
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn chance(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }
}

fn definition(service: &str) -> TaskDefinition {
    let memory = match service {
        "agent" => 64,
        "api" | "web" | "other" => 200,
        _ => 100,
    };
    serde_json::from_value(json!({"family": service, "containerDefinitions": [
        {"name": "main", "image": "image", "memory": memory,
            "portMappings": [{"containerPort": 80, "hostPort": 0}]}]}))
    .unwrap()
}

fn provider(name: &str) -> Provider {
    let document = json!({"name": name, "autoScalingGroupProvider": {
        "autoScalingGroupArn": "arn", "managedScaling": {"status": "ENABLED"}}});
    let document = serde_json::from_value(document).unwrap();
    Provider::of(&document, [InstanceType::new(4_096, 1_000)]).unwrap()
}

/// Hooks at some stages, of both kinds.
fn hooks(random: &mut Random, stages: &[&str]) -> Value {
    let some = stages.iter().filter_map(|stage| {
        let action = if random.chance(2) {
            "CONTINUE"
        } else {
            "ROLLBACK"
        };
        let minutes = 5 + random.below(30);
        let timeout = json!({"timeoutInMinutes": minutes, "action": action});
        match random.below(4) {
            0 => Some(json!({"targetType": "PAUSE", "lifecycleStages": [stage],
                "timeoutConfiguration": timeout})),
            1 => Some(
                json!({"hookTargetArn": "f", "roleArn": "r", "lifecycleStages": [stage],
                "timeoutConfiguration": timeout}),
            ),
            _ => None,
        }
    });
    some.collect()
}

fn strategy(random: &mut Random) -> Value {
    let bake = random.below(4);
    match random.below(3) {
        0 => json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": bake}),
        1 => json!({"strategy": "LINEAR", "bakeTimeInMinutes": bake,
            "linearConfiguration": {"stepPercent": 30.0, "stepBakeTimeInMinutes": 1}}),
        _ => json!({"strategy": "CANARY", "bakeTimeInMinutes": bake,
            "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2}}),
    }
}

/// The creation of a service.
fn creation(service: &str, random: &mut Random) -> Value {
    let mut request = json!({"cluster": "prod", "serviceName": service,
        "taskDefinition": format!("{service}:1")});
    if service == "agent" {
        request["schedulingStrategy"] = json!("DAEMON");
        return request;
    }
    let is_small = !matches!(service, "api" | "web");
    request["desiredCount"] = json!(random.below(if is_small { 5 } else { 12 }));
    let least = random.below(5) * 25;
    let mut configuration = json!({
        "minimumHealthyPercent": least, "maximumPercent": 125 + random.below(4) * 25,
        "deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    match service {
        "api" => {
            configuration["lifecycleHooks"] = hooks(random, &["PRE_SCALE_UP", "POST_SCALE_UP"]);
        }
        "web" => {
            let rebalances = if random.chance(2) {
                "ENABLED"
            } else {
                "DISABLED"
            };
            request["availabilityZoneRebalancing"] = json!(rebalances);
        }
        "batch" => {
            request["capacityProviderStrategy"] = json!([
                {"capacityProvider": PROVIDERS[0], "base": random.below(3), "weight": 1},
                {"capacityProvider": PROVIDERS[1], "weight": random.below(4)}]);
        }
        _ => {
            let strategy = strategy(random);
            let members = strategy.as_object().unwrap().clone();
            configuration.as_object_mut().unwrap().extend(members);
            configuration["alarms"] =
                json!({"alarmNames": ["errors"], "enable": true, "rollback": true});
            configuration["lifecycleHooks"] = hooks(
                random,
                &[
                    "PRE_SCALE_UP",
                    "POST_SCALE_UP",
                    "PRE_PRODUCTION_TRAFFIC_SHIFT",
                ],
            );
            request["loadBalancers"] = json!([{"targetGroupArn": "blue-group",
                "containerName": "main", "containerPort": 80, "advancedConfiguration": {
                    "alternateTargetGroupArn": "green-group", "productionListenerRule": "rule",
                    "testListenerRule": "test-rule", "roleArn": "role"}}]);
        }
    }
    request["deploymentConfiguration"] = configuration;
    request
}

fn arn(host: u64) -> String {
    format!("{INSTANCE}{host}")
}

fn registration(host: u64) -> Registration {
    let mut zone = Attribute::named("ecs.availability-zone");
    zone.value = Some(format!("us-east-1{}", ["a", "b", "c"][(host % 3) as usize]));
    let described = ContainerInstance::default()
        .with_container_instance_arn(arn(host))
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_capacity_provider_name(PROVIDERS[(host % 2) as usize])
        .with_attributes([zone])
        .with_registered_resources([
            Resource::integer(Resource::CPU, 4_096),
            Resource::integer(Resource::MEMORY, 1_000),
        ]);
    Registration::try_from(&described).unwrap()
}

impl Cluster {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let mut cell = CellState::new();
        let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
        let mut capacity = ClusterCapacity::new(Timestamp::from_seconds(0));
        for name in PROVIDERS {
            capacity.add_provider(provider(name)).unwrap();
        }
        let mut services = services.with_capacity(capacity);
        let instances: BTreeMap<u64, Host> =
            (0..INSTANCES).map(|host| (host, Host::Active)).collect();
        for host in instances.keys() {
            cell.register(&registration(*host));
        }
        for service in SERVICES {
            let at = Timestamp::from_seconds(0);
            if service == "sets" {
                let request = json!({"cluster": "prod", "serviceName": service, "desiredCount": 4,
                    "deploymentController": {"type": "EXTERNAL"}});
                let request: CreateServiceRequest = serde_json::from_value(request).unwrap();
                services.create_external(&request, at).unwrap();
                continue;
            }
            let request = creation(service, &mut random);
            let request: CreateServiceRequest = serde_json::from_value(request).unwrap();
            services
                .create(&request, &definition(service), at, seed)
                .unwrap();
        }
        Self {
            random,
            now: 0,
            cell,
            services,
            planner: Planner::new(),
            others: Vec::new(),
            tasks: BTreeMap::new(),
            instances,
            post: Vec::new(),
            waiting: BTreeMap::new(),
            answers: Vec::new(),
            running: BTreeMap::new(),
            revision: 1,
            bad: 0,
            faults: true,
            hasher: DefaultHasher::new(),
            counts: [0; 3],
        }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_seconds(self.now)
    }

    /// How many tasks were started, were stopped, and failed.
    pub(crate) fn counts(&self) -> [u64; 3] {
        self.counts
    }

    pub(crate) fn trace(&self) -> u64 {
        self.hasher.finish()
    }

    pub(crate) fn step(&mut self) {
        self.now += self.random.below(20) as i64;
        if self.faults && self.random.chance(12) {
            self.fault();
        }
        self.users();
        self.external_user();
        self.agents();
        self.deliver();
        self.schedule();
    }

    /// No more faults, all instances are back and the image is good: how many steps it takes
    /// until every service is steady.
    pub(crate) fn recover(&mut self) -> u32 {
        self.faults = false;
        self.bad = 0;
        let is_fault = |event: &ShiftEvent| matches!(event, ShiftEvent::InvalidNetworking { .. });
        self.answers.retain(|(_, _, event)| !is_fault(event));
        for host in 0..INSTANCES {
            self.bring_back(host);
        }
        for task in std::mem::take(&mut self.others) {
            self.cell.stopped(&task);
        }
        self.services.observe_alarm("errors", false, self.at());
        self.deploy(false);
        for step in 0..2_000 {
            self.now += 20;
            self.agents();
            self.deliver();
            self.schedule();
            if SERVICES.iter().all(|service| self.is_steady(service)) {
                return step;
            }
        }
        2_000
    }

    /// What each service waits for.
    pub(crate) fn waits(&self) -> Vec<(&'static str, Vec<Wait>)> {
        let waits = |service| {
            self.services
                .explain(service, &self.cell, self.at())
                .unwrap()
        };
        SERVICES
            .iter()
            .map(|service| (*service, waits(service)))
            .collect()
    }

    /// Whether a service has what it shall have, or says that its bounds let it go no further.
    fn is_steady(&self, service: &str) -> bool {
        let waits = self.services.explain(service, &self.cell, self.at());
        let waits = waits.unwrap();
        let service = self.services.describe(service).unwrap();
        let mut sets = service.task_sets().iter();
        if service.service_name() == Some("sets") {
            return sets.all(|set| set.stability_status().unwrap().as_str() == "STEADY_STATE");
        }
        let is_stuck = matches!(waits.first(), Some(Wait::Bounds { .. }));
        let has_all = service.running_count() == service.desired_count();
        is_stuck || waits.is_empty() && has_all && service.deployments().len() == 1
    }

    /// Eight kinds, with that of the images in [`users`](Self::users) and those of the post in
    /// [`send`](Self::send).
    fn fault(&mut self) {
        let host = self.random.below(INSTANCES);
        match self.random.below(7) {
            6 => {
                let (is_on, at) = (self.random.chance(2), self.at());
                self.services.observe_alarm("errors", is_on, at);
            }
            0 => self.lose(host),
            1 => {
                for other in (host % 3..INSTANCES).step_by(3) {
                    self.lose(other);
                }
            }
            2 => {
                let is_there = self.instances[&host] == Host::Active;
                if is_there {
                    self.instances.insert(host, Host::Disconnected);
                    self.cell.set_agent_connected(&arn(host), false);
                }
            }
            3 => {
                if self.instances[&host] == Host::Active {
                    self.instances.insert(host, Host::Draining);
                    self.cell.set_status(&arn(host), "DRAINING");
                    let at = self.at();
                    self.services.observe_instance(&arn(host), "DRAINING", at);
                }
            }
            4 => self.run_others(),
            _ => self.bring_back(host),
        }
    }

    fn bring_back(&mut self, host: u64) {
        match self.instances[&host] {
            Host::Active => return,
            Host::Gone => self.cell.register(&registration(host)),
            Host::Draining | Host::Disconnected => {
                self.cell.set_status(&arn(host), "ACTIVE");
                self.cell.set_agent_connected(&arn(host), true);
            }
        }
        self.instances.insert(host, Host::Active);
        let at = self.at();
        self.services.observe_instance(&arn(host), "ACTIVE", at);
    }

    fn lose(&mut self, host: u64) {
        if self.instances.insert(host, Host::Gone) == Some(Host::Gone) {
            return;
        }
        self.cell.deregister(&arn(host));
        let at = self.at();
        let lost = self.tasks.iter().filter(|(_, agent)| agent.host == host);
        let lost: Vec<Arc<str>> = lost.map(|(task, _)| Arc::clone(task)).collect();
        for task in lost {
            self.running.remove(&task);
            let mut agent = self.tasks.remove(&task).unwrap();
            let loss = HostLoss::Terminated {
                instance: "i-0123456789abcdef0".to_owned(),
            };
            let _ = agent.machine.handle_host_lost(loss, at);
            // Half of the time the instance is known to be gone before its tasks are.
            if self.random.chance(2) {
                let seen = observed(&agent);
                let _ = self.services.observe(&seen, at);
            }
        }
        self.services.observe_instance(&arn(host), "INACTIVE", at);
    }

    /// Another scheduler runs tasks of its own.
    fn run_others(&mut self) {
        if self.others.len() > 6 {
            for task in self.others.drain(..3) {
                self.cell.stopped(&task);
            }
        }
        let request = PlacementRequest::new(&definition("other"))
            .unwrap()
            .with_count(2);
        let plan = self
            .planner
            .plan(&self.cell.snapshot(), &request, self.random.0);
        let names: Vec<String> = (0..2)
            .map(|task| format!("other-{}-{}-{task}", self.now, self.random.0))
            .collect();
        let token = format!("other-{}-{}", self.now, self.random.0);
        let transaction = plan.into_transaction(token, names).unwrap();
        let commit = self
            .cell
            .commit(&transaction, CommitPolicy::Rebase)
            .unwrap();
        let placed = commit.placed().iter().map(|placed| placed.task.to_string());
        self.others.extend(placed);
    }

    /// Deployments and other desired counts.
    fn users(&mut self) {
        if self.random.chance(60) {
            let is_bad = self.faults && self.random.chance(3);
            self.deploy(is_bad);
        }
        if self.random.chance(60) {
            let desired = self.random.below(12);
            self.update("web", json!({"desiredCount": desired}));
        }
    }

    fn deploy(&mut self, is_bad: bool) {
        self.revision += 1;
        if is_bad {
            self.bad = self.revision;
        }
        for service in ["api", "batch", "shop", "web"] {
            let name = format!("{service}:{}", self.revision);
            let mut change = json!({"taskDefinition": name});
            if service == "shop" && self.random.chance(3) {
                change["deploymentConfiguration"] = strategy(&mut self.random);
            }
            self.update(service, change);
        }
    }

    /// Whoever deploys the service of controller `EXTERNAL`, and whoever stops deployments and goes
    /// on after pauses.
    fn external_user(&mut self) {
        let at = self.at();
        if self.random.chance(150) {
            let service = ["api", "batch", "shop"][self.random.below(3) as usize];
            let _ = self.services.stop_deployment(service, at);
        }
        for service in ["api", "shop"] {
            if self.random.chance(30) {
                self.proceed(service);
            }
        }
        if !self.random.chance(40) {
            return;
        }
        let described = self.services.describe("sets").unwrap();
        let sets: Vec<&str> = described
            .task_sets()
            .iter()
            .filter_map(|set| set.id())
            .collect();
        let base = json!({"cluster": "prod", "service": "sets"});
        let scale = json!({"value": self.random.below(5) * 25, "unit": "PERCENT"});
        let choice = self.random.below(4);
        let Some(set) = sets
            .get(self.random.below(3) as usize)
            .filter(|_| choice > 0)
        else {
            let name = format!("sets:{}", self.revision);
            let request = with(base, json!({"taskDefinition": name, "scale": scale}));
            let seed = self.random.0;
            let definition = definition("sets");
            let _ = self
                .services
                .create_task_set(&request, &definition, at, seed);
            return;
        };
        match choice {
            1 => {
                let request = with(base, json!({"taskSet": set, "scale": scale}));
                let _ = self.services.update_task_set(&request, at);
            }
            2 => {
                let request = with(base, json!({"primaryTaskSet": set}));
                let _ = self.services.set_primary_task_set(&request, at);
            }
            _ => {
                let request = with(base, json!({"taskSet": set, "force": true}));
                let _ = self.services.delete_task_set(&request, at);
            }
        }
    }

    /// Goes on after the pauses of a service, mostly.
    fn proceed(&mut self, service: &str) {
        let Some(document) = self.services.service_deployment(service) else {
            return;
        };
        let goes_back = self.faults && self.random.chance(4);
        let action = if goes_back { "ROLLBACK" } else { "CONTINUE" };
        for hook in document.lifecycle_hook_details() {
            let event = ShiftEvent::Continue {
                hook_id: hook.hook_id().unwrap().into(),
                action: Some(action.into()),
            };
            let _ = self.services.shift(service, event, self.at());
        }
    }

    /// What was asked of traffic and hooks is done after a while, and sometimes not at all.
    fn answer(&mut self, service: Arc<str>, action: ShiftAction) {
        let is_bad = self.faults && self.random.chance(12);
        let event = match action {
            ShiftAction::ShiftTest { traffic } => {
                assert_eq!(tenths(&traffic), 1_000);
                ShiftEvent::TestShifted(traffic)
            }
            ShiftAction::ShiftProduction { traffic } if is_bad => {
                assert_eq!(tenths(&traffic), 1_000);
                let problem = "no listener".to_owned();
                ShiftEvent::InvalidNetworking { problem }
            }
            ShiftAction::ShiftProduction { traffic } => {
                assert_eq!(tenths(&traffic), 1_000);
                ShiftEvent::ProductionShifted(traffic)
            }
            ShiftAction::CallHook { hook_id, .. } => {
                let status = match self.random.below(if self.faults { 6 } else { 1 }) {
                    1 => "FAILED",
                    2 | 3 => "IN_PROGRESS",
                    _ => "SUCCEEDED",
                };
                let answer = HookAnswer::Returned(json!({"hookStatus": status}));
                ShiftEvent::HookAnswer { hook_id, answer }
            }
            other => panic!("{other:?}"),
        };
        let late = match self.faults {
            true => self.random.below(90) as i64,
            false => 0,
        };
        if self.faults && self.random.chance(8) {
            let again = self.now + late + 40;
            self.answers
                .push((again, Arc::clone(&service), event.clone()));
        }
        self.answers.push((self.now + late, service, event));
    }

    fn update(&mut self, service: &str, mut change: Value) {
        change["cluster"] = json!("prod");
        change["service"] = json!(service);
        let request: UpdateServiceRequest = serde_json::from_value(change).unwrap();
        let definition = definition(service);
        let definition = request.task_definition.is_some().then_some(&definition);
        let seed = self.random.0;
        self.services
            .update(&request, definition, self.at(), seed)
            .unwrap();
    }

    /// Agents go on with their tasks.
    fn agents(&mut self) {
        let at = self.at();
        let tasks: Vec<Arc<str>> = self.tasks.keys().cloned().collect();
        for task in tasks {
            let goes_on = !self.faults || self.random.chance(3);
            let agent = self.tasks.get_mut(&task).unwrap();
            if !goes_on || self.instances[&agent.host] == Host::Disconnected {
                continue;
            }
            let status = agent.machine.status();
            let report = match (status.last, status.shall_stop) {
                (TaskStatus::Stopped, _) => continue,
                (_, true) => Some(
                    TaskReport::new(ReportedStatus::Stopped)
                        .with_container(ContainerReport::stopped("main", 0)),
                ),
                (TaskStatus::Running, false) if self.faults && self.random.chance(200) => Some(
                    TaskReport::new(ReportedStatus::Stopped)
                        .with_container(ContainerReport::stopped("main", 1)),
                ),
                (TaskStatus::Running, false) => None,
                _ if agent.is_bad => Some(
                    TaskReport::new(ReportedStatus::Stopped)
                        .with_reason("CannotPullContainerError: not found"),
                ),
                _ => Some(
                    TaskReport::new(ReportedStatus::Running)
                        .with_container(ContainerReport::running("main")),
                ),
            };
            if let Some(report) = report {
                let _ = agent.machine.handle_report(&report, at);
                let seen = observed(agent);
                self.send(&task, seen);
            }
        }
    }

    /// A report comes at once, late, twice, or out of order.
    fn send(&mut self, task: &Arc<str>, seen: ObservedServiceTask) {
        let late = match self.faults {
            true => self.random.below(60) as i64,
            false => 0,
        };
        let copies = if self.faults && self.random.chance(5) {
            2
        } else {
            1
        };
        for copy in 0..copies {
            let due = self.now + late + copy * 30;
            self.post
                .push((due, Arc::clone(task), Box::new(seen.clone())));
        }
    }

    fn deliver(&mut self) {
        let (due, answers): (Vec<_>, Vec<_>) = self
            .answers
            .drain(..)
            .partition(|(due, _, _)| *due <= self.now);
        self.answers = answers;
        for (_, service, event) in due {
            let _ = self.services.shift(&service, event, self.at());
        }
        if !self.faults {
            for service in ["api", "shop"] {
                self.proceed(service);
            }
        }
        let (due, post): (Vec<_>, Vec<_>) = self
            .post
            .drain(..)
            .partition(|(due, _, _)| *due <= self.now);
        self.post = post;
        let at = self.at();
        for (_, task, seen) in due {
            let has_stopped = seen.last_status == TaskStatus::Stopped;
            if self.services.observe(&seen, at) == Observation::Taken {
                let runs = seen.last_status == TaskStatus::Running && !seen.is_stopping;
                match runs {
                    true => drop(
                        self.running
                            .insert(Arc::clone(&task), seen.started_at.unwrap_or(at)),
                    ),
                    false => drop(self.running.remove(&task)),
                }
            }
            if has_stopped && self.tasks.remove(&task).is_some() {
                self.cell.stopped(&task);
                self.counts[2] += u64::from(
                    seen.stop_code
                        .is_some_and(|code| code != TaskStopCode::ServiceSchedulerInitiated),
                );
            }
        }
    }

    fn schedule(&mut self) {
        let (at, seed) = (self.at(), self.random.0);
        let healthy = ROLLING.map(|service| self.healthy(service));
        let actions = self.decide();
        for (service, healthy) in ROLLING.into_iter().zip(healthy) {
            self.check_stops(service, &healthy, &actions);
        }
        let mut started: BTreeMap<String, u32> = BTreeMap::new();
        for action in actions {
            format!("{} {action:?}", self.now).hash(&mut self.hasher);
            let document = action.started_task();
            match action {
                ServiceAction::Start {
                    service,
                    task_definition,
                    ..
                } => {
                    self.counts[0] += 1;
                    *started.entry(service.to_string()).or_default() += 1;
                    self.start(document.unwrap(), &service, &task_definition);
                }
                ServiceAction::Provision {
                    task,
                    service,
                    deployment,
                    ..
                } => {
                    let name = Arc::clone(&task);
                    let status = TaskStatus::Stopped;
                    let seen = ObservedServiceTask::new(service, deployment, name, status);
                    self.waiting.insert(task, seen);
                }
                ServiceAction::Shift { service, action } => self.answer(service, *action),
                ServiceAction::Register { .. }
                | ServiceAction::Deregister { .. }
                | ServiceAction::Capacity(_) => {}
                ServiceAction::Stop { task, reason, .. } => {
                    self.counts[1] += 1;
                    self.running.remove(&task);
                    if let Some(seen) = self.waiting.remove(&task) {
                        self.post.push((self.now, task, Box::new(seen)));
                    } else if let Some(agent) = self.tasks.get_mut(&task) {
                        let cause = StopCause::of_scheduler(&reason).unwrap();
                        let _ = agent.machine.handle_stop(cause, at);
                    }
                }
                ServiceAction::Publish(_) => {}
                other => panic!("{other:?}"),
            }
        }
        // A daemon's task on an instance that is drained stays until the others have left.
        for service in started
            .keys()
            .filter(|service| ROLLING.contains(&&***service))
        {
            let (upper, counted) = (self.bounds(service).upper, self.counted(service));
            assert!(counted <= upper, "{service}: {counted} tasks of {upper}");
        }
        let left = self.services.reconcile(at, &mut self.cell, seed).unwrap();
        assert_eq!(left, []);
    }

    /// Decides, commits and applies step by step. Sometimes another scheduler comes in between.
    fn decide(&mut self) -> Vec<ServiceAction> {
        let (at, seed) = (self.at(), self.random.0);
        while let Some(decision) = self.services.decide(at, &self.cell, seed) {
            let change = match decision {
                ServiceDecision::Change(change) => change,
                ServiceDecision::Start(start) => {
                    if self.faults && self.random.chance(10) {
                        self.run_others();
                    }
                    let commit = start.transaction().map(|transaction| {
                        let policy = CommitPolicy::Partial;
                        let commit = self.cell.commit(transaction, policy).unwrap();
                        self.cell.forget(transaction.token());
                        commit
                    });
                    start.into_change(commit.as_ref())
                }
                other => panic!("{other:?}"),
            };
            if let ServiceChange::Stop { tasks, .. } = &change {
                for (task, _) in tasks {
                    self.cell.stopping(task);
                }
            }
            let record = self.services.record(change);
            self.services.apply(&record).unwrap();
        }
        self.services.take_actions()
    }

    /// The tasks of a service that count as healthy.
    fn healthy(&self, service: &str) -> Vec<Arc<str>> {
        let healthy_after = Duration::from_secs(self.services.policy().healthy_after.into());
        let tasks = self.services.tasks(service);
        let running = tasks.filter_map(|task| self.running.get_key_value(task));
        let healthy = running
            .filter(|(_, since)| since.saturating_add(healthy_after) <= self.at())
            .map(|(task, _)| Arc::clone(task));
        healthy.collect()
    }

    /// No healthy task stops that the lower bound needs.
    fn check_stops(&self, service: &str, healthy: &[Arc<str>], actions: &[ServiceAction]) {
        let stops = actions.iter().filter(|action| match action {
            ServiceAction::Stop { task, .. } => healthy.contains(task),
            _ => false,
        });
        let stops = stops.count();
        let lower = self.bounds(service).lower as usize;
        let left = healthy.len() - stops;
        assert!(
            stops == 0 || left >= lower,
            "{service}: {left} healthy tasks are left of at least {lower}"
        );
    }

    fn counted(&self, service: &str) -> u32 {
        self.services.tasks(service).count() as u32
    }

    fn bounds(&self, service: &str) -> Bounds {
        let service = self.services.describe(service).unwrap();
        let desired = service.desired_count().unwrap() as u32;
        let configuration = service.deployment_configuration();
        let least = configuration.minimum_healthy_percent().unwrap() as u32;
        let most = configuration.maximum_percent().unwrap() as u32;
        Bounds::of_percent(desired, least, most)
    }

    fn start(&mut self, described: Task, service: &str, definition: &str) {
        let task: Arc<str> = described.task_arn().unwrap().into();
        self.waiting.remove(&task);
        let spec = TaskSpec::try_from(&self::definition(service)).unwrap();
        let instance = described.container_instance_arn().unwrap();
        let host: u64 = instance.strip_prefix(INSTANCE).unwrap().parse().unwrap();
        let agent = Agent {
            machine: TaskMachine::new(spec, Phases::guide_2015(), self.at()),
            described,
            host,
            is_bad: definition == format!("{service}:{}", self.bad),
        };
        assert!(self.tasks.insert(task, agent).is_none());
    }
}

/// A task as it is seen. Load balancers find well what runs.
fn observed(agent: &Agent) -> ObservedServiceTask {
    let mut task = agent.described.clone();
    agent.machine.describe(&mut task);
    let mut seen = ObservedServiceTask::try_from(&task).unwrap();
    if &*seen.service == "shop" && seen.last_status == TaskStatus::Running {
        seen.target = Some(TargetHealth::Healthy);
    }
    seen
}

fn with<R: DeserializeOwned>(mut base: Value, more: Value) -> R {
    let more = more.as_object().unwrap().clone();
    base.as_object_mut().unwrap().extend(more);
    serde_json::from_value(base).unwrap()
}

fn tenths(traffic: &Traffic) -> u32 {
    traffic
        .iter()
        .map(|(_, weight)| u32::from(weight.tenths()))
        .sum()
}
