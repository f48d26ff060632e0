//! A cluster with its services, in which the test says what becomes of tasks.

use std::collections::{BTreeMap, BTreeSet};

use ecs_model::operation::{CreateServiceRequest, DeleteServiceRequest, UpdateServiceRequest};
use ecs_model::{
    Attribute, ContainerInstance, Deployment, Event, HealthStatus, Resource, Service, TaskStatus,
    Timestamp,
};
use ecs_placement::capacity::CapacityAction;
use ecs_placement::deployment::shift::ShiftAction;
use ecs_placement::service::{
    Observation, ObservedServiceTask, ServiceAction, ServiceChange, ServiceDecision, ServiceError,
    ServicePolicy, Services, TargetHealth, TaskPlace,
};
use ecs_placement::{CellState, CommitPolicy, Registration};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

pub(crate) const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
pub(crate) const INSTANCE: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/";

pub(crate) struct World {
    pub(crate) cell: CellState,
    pub(crate) services: Services,
    pub(crate) now: i64,
    /// The tasks that are not known to have stopped.
    pub(crate) tasks: BTreeMap<String, Running>,
    pub(crate) started: usize,
    pub(crate) stopped: Vec<(String, String)>,
    pub(crate) has_check: bool,
    /// Whether target groups have a say in the health of tasks.
    pub(crate) has_target: bool,
    /// Tasks in the target groups of their service.
    pub(crate) registered: BTreeSet<String>,
    /// Events on EventBridge.
    pub(crate) published: Vec<Event>,
    /// What was asked of the instances of capacity providers.
    pub(crate) scaled: Vec<CapacityAction>,
    /// What deployments asked for: traffic and hooks.
    pub(crate) asked: Vec<ShiftAction>,
}

/// A task as the agents have it.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) service: String,
    pub(crate) deployment: String,
    pub(crate) definition: String,
    pub(crate) status: TaskStatus,
    pub(crate) since: Option<i64>,
    pub(crate) health: Option<HealthStatus>,
    pub(crate) target: Option<TargetHealth>,
    pub(crate) protected_until: Option<i64>,
    pub(crate) shall_stop: bool,
    /// Where it was started; none while it waits for capacity.
    pub(crate) place: Option<TaskPlace>,
    pub(crate) provider: Option<String>,
    pub(crate) order: usize,
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub(crate) fn instance(name: &str, zone: &str, memory: i32) -> Registration {
    Registration::try_from(&described(name, zone, memory)).unwrap()
}

/// An instance of a capacity provider.
pub(crate) fn instance_of(provider: &str, name: &str, memory: i32) -> Registration {
    let described = described(name, "us-east-1a", memory).with_capacity_provider_name(provider);
    Registration::try_from(&described).unwrap()
}

fn described(name: &str, zone: &str, memory: i32) -> ContainerInstance {
    let mut attribute = Attribute::named("ecs.availability-zone");
    attribute.value = Some(zone.to_owned());
    ContainerInstance::default()
        .with_container_instance_arn(format!("{INSTANCE}{name}"))
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_attributes([
            attribute,
            Attribute::named("ecs.capability.container-health-check"),
            Attribute::named("com.amazonaws.ecs.capability.docker-remote-api.1.24"),
        ])
        .with_registered_resources([
            Resource::integer(Resource::CPU, 100_000),
            Resource::integer(Resource::MEMORY, memory),
        ])
}

/// A [`World::state`].
pub(crate) fn is(definition: &str, state: &str) -> (String, String) {
    (definition.to_owned(), state.to_owned())
}

/// A task definition of one container of 100 MiB.
pub(crate) fn definition(family: &str, more: Value) -> TaskDefinition {
    let mut container = json!({"name": "web", "image": "web", "memory": 100});
    for (member, value) in more.as_object().unwrap() {
        container[member] = value.clone();
    }
    serde_json::from_value(json!({"family": family, "containerDefinitions": [container]})).unwrap()
}

impl World {
    /// Two zones with an instance each.
    pub(crate) fn new(memory: i32) -> Self {
        Self::with_policy(memory, ServicePolicy::current())
    }

    pub(crate) fn with_policy(memory: i32, policy: ServicePolicy) -> Self {
        let mut cell = CellState::new();
        cell.register(&instance("a", "us-east-1a", memory));
        cell.register(&instance("b", "us-east-1b", memory));
        Self {
            cell,
            services: Services::new(CLUSTER, policy).unwrap(),
            now: 0,
            tasks: BTreeMap::new(),
            started: 0,
            stopped: Vec::new(),
            has_check: false,
            has_target: false,
            registered: BTreeSet::new(),
            published: Vec::new(),
            scaled: Vec::new(),
            asked: Vec::new(),
        }
    }

    pub(crate) fn create(&mut self, more: Value) {
        self.try_create(more, json!({})).unwrap();
    }

    /// Another service.
    pub(crate) fn create_named(&mut self, name: &str, mut more: Value) {
        more["serviceName"] = json!(name);
        let definition = definition(name, json!({}));
        self.create_of(more, &definition).unwrap();
    }

    pub(crate) fn try_create(&mut self, more: Value, container: Value) -> Result<(), ServiceError> {
        let definition = definition("web", container);
        self.has_check = definition.container_definitions()[0].health_check.is_some();
        self.create_of(more, &definition)
    }

    pub(crate) fn create_of(
        &mut self,
        more: Value,
        definition: &TaskDefinition,
    ) -> Result<(), ServiceError> {
        let mut request =
            json!({"cluster": "prod", "serviceName": "web", "taskDefinition": "web:1"});
        for (member, value) in more.as_object().unwrap() {
            request[member] = value.clone();
        }
        let request: CreateServiceRequest = serde_json::from_value(request).unwrap();
        self.has_target = !request.load_balancers().is_empty();
        self.services.create(&request, definition, at(self.now), 7)
    }

    /// A new revision of the service.
    pub(crate) fn deploy(&mut self, definition: &str) {
        self.update(json!({"taskDefinition": definition}));
    }

    pub(crate) fn update(&mut self, more: Value) {
        self.try_update(more).unwrap();
    }

    pub(crate) fn try_update(&mut self, more: Value) -> Result<(), ServiceError> {
        let mut request = json!({"cluster": "prod", "service": "web"});
        for (member, value) in more.as_object().unwrap() {
            request[member] = value.clone();
        }
        let request: UpdateServiceRequest = serde_json::from_value(request).unwrap();
        let named = request.task_definition.as_deref();
        let container = match self.has_check {
            true => json!({"healthCheck": {"command": ["CMD-SHELL", "true"]}}),
            false => json!({}),
        };
        let definition = named.map(|_| definition("web", container));
        let definition = definition.as_ref();
        self.services.update(&request, definition, at(self.now), 8)
    }

    pub(crate) fn delete(&mut self, force: bool) -> Result<(), ServiceError> {
        let request = json!({"cluster": "prod", "service": "web", "force": force});
        let request: DeleteServiceRequest = serde_json::from_value(request).unwrap();
        self.services.delete(&request, at(self.now))
    }

    /// Lets time pass and the scheduler work. How many tasks it starts and stops.
    pub(crate) fn reconcile(&mut self, after: i64) -> (usize, usize) {
        self.now += after;
        let now = at(self.now);
        let actions = self.services.reconcile(now, &mut self.cell, 7).unwrap();
        let done = self.take(actions);
        // Nothing is left to do.
        let again = self.services.reconcile(now, &mut self.cell, 9).unwrap();
        assert_eq!(again, []);
        done
    }

    /// Decides, records and applies until nothing is left to do, which must come soon.
    pub(crate) fn settle(&mut self) -> Vec<ServiceAction> {
        let now = at(self.now);
        for _ in 0..1_000 {
            let Some(decision) = self.services.decide(now, &self.cell, 7) else {
                return self.services.take_actions();
            };
            let change = match decision {
                ServiceDecision::Change(change) => change,
                ServiceDecision::Start(start) => {
                    let commit = start
                        .transaction()
                        .map(|one| self.cell.commit(one, CommitPolicy::Rebase).unwrap());
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
        panic!("the same is decided again and again");
    }

    /// Does what the scheduler asks for. How many tasks it starts and stops.
    pub(crate) fn take(&mut self, actions: Vec<ServiceAction>) -> (usize, usize) {
        let (mut starts, mut stops) = (0, 0);
        for action in actions {
            match action {
                ServiceAction::Provision {
                    task,
                    service,
                    deployment,
                    task_definition,
                    capacity_provider,
                } => {
                    let mut new = self.new_task(&service, &deployment, &task_definition);
                    new.provider = Some(capacity_provider.to_string());
                    assert!(self.tasks.insert(task.to_string(), new).is_none());
                }
                ServiceAction::Start {
                    task,
                    service,
                    deployment,
                    task_definition,
                    capacity_provider,
                    place,
                } => {
                    starts += 1;
                    let new = match self.tasks.remove(&*task) {
                        Some(waiting) => {
                            assert_eq!(waiting.place, None, "{task} is started twice");
                            assert_eq!(waiting.provider.as_deref(), capacity_provider.as_deref());
                            waiting
                        }
                        None => self.new_task(&service, &deployment, &task_definition),
                    };
                    let new = Running {
                        place: Some(place),
                        provider: capacity_provider.map(|name| name.to_string()),
                        ..new
                    };
                    self.tasks.insert(task.to_string(), new);
                }
                ServiceAction::Capacity(action) => self.scaled.push(action),
                ServiceAction::Stop { task, reason, .. } => {
                    stops += 1;
                    let known = self.tasks.get_mut(&*task).unwrap();
                    assert!(!known.shall_stop, "{task} is stopped twice");
                    known.shall_stop = true;
                    self.stopped.push((task.to_string(), reason.to_string()));
                }
                ServiceAction::Register { task, targets, .. } => {
                    assert!(!targets.is_empty(), "{task}");
                    assert!(self.registered.insert(task.to_string()));
                }
                ServiceAction::Deregister { task, targets, .. } => {
                    assert!(!targets.is_empty(), "{task}");
                    assert!(self.registered.remove(&*task));
                }
                ServiceAction::Publish(event) => self.published.push(*event),
                ServiceAction::Shift { action, .. } => self.asked.push(*action),
                other => panic!("{other:?}"),
            }
        }
        (starts, stops)
    }

    fn new_task(&mut self, service: &str, deployment: &str, definition: &str) -> Running {
        self.started += 1;
        Running {
            service: service.to_owned(),
            deployment: deployment.to_owned(),
            definition: definition.to_owned(),
            status: TaskStatus::Provisioning,
            since: None,
            health: None,
            target: None,
            protected_until: None,
            shall_stop: false,
            place: None,
            provider: None,
            order: self.started,
        }
    }

    /// Whether a task counts as healthy.
    pub(crate) fn is_healthy(&self, task: &Running) -> bool {
        let is_checked = !self.has_check || task.health == Some(HealthStatus::Healthy);
        let is_target = !self.has_target || task.target == Some(TargetHealth::Healthy);
        let wait = if self.has_check || self.has_target {
            0
        } else {
            40
        };
        let runs = task.since.is_some_and(|since| since + wait <= self.now);
        runs && is_checked && is_target
    }

    /// Whether a task fails its health checks.
    pub(crate) fn is_unhealthy(&self, task: &Running) -> bool {
        let fails = matches!(task.target, Some(TargetHealth::Unhealthy { .. }));
        self.has_check && task.health == Some(HealthStatus::Unhealthy) || self.has_target && fails
    }

    pub(crate) fn observe(
        &mut self,
        task: &str,
        status: TaskStatus,
        change: impl FnOnce(&mut ObservedServiceTask),
    ) -> Observation {
        let known = &self.tasks[task];
        let (service, deployment) = (known.service.as_str(), known.deployment.as_str());
        let mut seen = ObservedServiceTask::new(service, deployment, task, status);
        seen.is_stopping = known.shall_stop;
        change(&mut seen);
        let observation = self.services.observe(&seen, at(self.now));
        if status == TaskStatus::Stopped {
            self.tasks.remove(task);
            self.cell.stopped(task);
        } else {
            let known = self.tasks.get_mut(task).unwrap();
            known.status = known.status.max(status);
            if status == TaskStatus::Running {
                known.since = known.since.or(Some(self.now));
            }
            known.health = seen.health.or(known.health.take());
            known.target = seen.target.or(known.target.take());
            let until = seen.protected_until.map(|until| until.seconds());
            known.protected_until = until.or(known.protected_until);
        }
        observation
    }

    /// The tasks that `of` chooses, in the order in which they were started.
    pub(crate) fn tasks(&self, of: impl Fn(&Running) -> bool) -> Vec<String> {
        let mut tasks: Vec<_> = self.tasks.iter().filter(|(_, task)| of(task)).collect();
        tasks.sort_by_key(|(_, task)| task.order);
        tasks.into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// All tasks that start are seen to run.
    pub(crate) fn run_all(&mut self) {
        let starts = |task: &Running| task.status < TaskStatus::Running && !task.shall_stop;
        for task in self.tasks(|task| starts(task) && task.place.is_some()) {
            let _ = self.observe(&task, TaskStatus::Running, |_| {});
        }
    }

    /// All tasks that shall stop have stopped.
    pub(crate) fn stop_all(&mut self) {
        for task in self.tasks(|task| task.shall_stop) {
            let _ = self.observe(&task, TaskStatus::Stopped, |_| {});
        }
    }

    /// A service of running, healthy tasks.
    pub(crate) fn settled(desired: u32, configuration: Value) -> Self {
        Self::settled_with(desired, configuration, json!({}))
    }

    pub(crate) fn settled_with(desired: u32, configuration: Value, more: Value) -> Self {
        let mut world = Self::new(100_000);
        let mut request =
            json!({"desiredCount": desired, "deploymentConfiguration": configuration});
        for (member, value) in more.as_object().unwrap() {
            request[member] = value.clone();
        }
        world.create(request);
        assert_eq!(world.reconcile(0), (desired as usize, 0));
        world.run_all();
        assert_eq!(world.reconcile(40), (0, 0));
        world
    }

    pub(crate) fn describe(&self) -> Service {
        self.services.describe("web").unwrap()
    }

    pub(crate) fn events(&self) -> Vec<String> {
        let service = self.describe();
        let messages = service.events().iter().filter_map(|event| event.message());
        messages.map(str::to_owned).collect()
    }

    pub(crate) fn deployments(&self) -> Vec<Deployment> {
        self.describe().deployments().to_vec()
    }

    /// The task definition and the rollout state of the newest deployment.
    pub(crate) fn state(&self) -> (String, String) {
        let primary = &self.deployments()[0];
        let definition = primary.task_definition().unwrap().to_owned();
        (definition, primary.rollout_state().unwrap().to_string())
    }

    /// How often a task definition runs: of the tasks that shall run.
    pub(crate) fn of(&self, definition: &str) -> usize {
        self.tasks(|task| task.definition == definition && !task.shall_stop)
            .len()
    }
}
