//! Services on a cluster of 10,000 instances: what a scheduler spends on planning.
//!
//! A service of 10,000 tasks from zero shall take less than 50 ms, a tick with nothing due at 1,000
//! services less than 10 us, an unchanged service less than 1 us. That is read from the figures,
//! nothing fails by it. That the last allocates nothing is a test of `ecs-placement`.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ecs_model::operation::{CreateServiceRequest, UpdateServiceRequest};
use ecs_model::quota::Quota;
use ecs_model::{Attribute, ContainerInstance, Quotas, Resource, TaskStatus, Timestamp};
use ecs_placement::service::{ObservedServiceTask, ServiceAction, ServicePolicy, Services};
use ecs_placement::{CellState, Registration};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";

fn is_test() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

/// The tests only see that nothing breaks.
fn size(full: usize) -> usize {
    if is_test() { full.min(40) } else { full }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn cell(instances: usize) -> CellState {
    let mut cell = CellState::new();
    for number in 0..instances {
        cell.register(&instance(number));
    }
    cell
}

fn arn(number: usize) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:container-instance/prod/{number:08}")
}

fn instance(number: usize) -> Registration {
    let mut zone = Attribute::named("ecs.availability-zone");
    zone.value = Some(format!(
        "us-east-1{}",
        char::from(b'a' + (number % 3) as u8)
    ));
    let described = ContainerInstance::default()
        .with_container_instance_arn(arn(number))
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_attributes([zone])
        .with_registered_resources([
            Resource::integer(Resource::CPU, 8_192),
            Resource::integer(Resource::MEMORY, 16_000),
        ]);
    Registration::try_from(&described).unwrap()
}

fn definition() -> TaskDefinition {
    serde_json::from_value(json!({"family": "web", "containerDefinitions": [
        {"name": "web", "image": "web", "cpu": 256, "memory": 500}]}))
    .unwrap()
}

/// The service, the deployment and the instance of a task.
type Place = (Arc<str>, Arc<str>, Arc<str>);

struct World {
    cell: CellState,
    services: Services,
    now: i64,
    tasks: BTreeMap<Arc<str>, Place>,
    stopping: Vec<Arc<str>>,
    spent: Duration,
}

impl World {
    fn new(instances: usize, services: usize, desired: usize) -> Self {
        let mut policy = ServicePolicy::current();
        policy.quotas = Quotas::current().with(Quota::TasksPerService, 100_000);
        let mut world = Self {
            cell: cell(instances),
            services: Services::new(CLUSTER, policy).unwrap(),
            now: 0,
            tasks: BTreeMap::new(),
            stopping: Vec::new(),
            spent: Duration::ZERO,
        };
        let definition = definition();
        for number in 0..services {
            let request: CreateServiceRequest = serde_json::from_value(json!({
                "cluster": "prod", "serviceName": format!("web-{number}"),
                "taskDefinition": "web:1", "desiredCount": desired,
            }))
            .unwrap();
            world
                .services
                .create(&request, &definition, at(0), 7)
                .unwrap();
        }
        world
    }

    fn update(&mut self, service: &str, change: &Value) {
        let mut request = json!({"cluster": "prod", "service": service});
        for (member, value) in change.as_object().unwrap() {
            request
                .as_object_mut()
                .unwrap()
                .insert(member.clone(), value.clone());
        }
        let request: UpdateServiceRequest = serde_json::from_value(request).unwrap();
        let definition = definition();
        let definition = request.task_definition.is_some().then_some(&definition);
        self.services
            .update(&request, definition, at(self.now), 8)
            .unwrap();
    }

    /// The scheduler's part, whose time is counted. Whether there was anything to do.
    fn reconcile(&mut self) -> bool {
        let started = Instant::now();
        let actions = self
            .services
            .reconcile(at(self.now), &mut self.cell, 7)
            .unwrap();
        self.spent += started.elapsed();
        let is_any = !actions.is_empty();
        for action in actions {
            match action {
                ServiceAction::Start {
                    task,
                    service,
                    deployment,
                    ..
                } => drop(
                    self.tasks
                        .insert(Arc::clone(&task), (service, deployment, task)),
                ),
                ServiceAction::Stop { task, .. } => self.stopping.push(task),
                _ => {}
            }
        }
        is_any
    }

    fn observe(&mut self, task: &Arc<str>, status: TaskStatus) {
        let (service, deployment, task) = self.tasks.get(task).unwrap().clone();
        let seen = ObservedServiceTask::new(service, deployment, Arc::clone(&task), status);
        let started = Instant::now();
        let _ = self.services.observe(&seen, at(self.now));
        self.spent += started.elapsed();
        if status == TaskStatus::Stopped {
            self.tasks.remove(&task);
            self.cell.stopped(&task);
        }
    }

    /// All tasks run and are healthy, and those that shall stop have stopped.
    fn settle(&mut self) {
        while self.reconcile() {
            let stopping = std::mem::take(&mut self.stopping);
            for task in &stopping {
                self.observe(task, TaskStatus::Stopped);
            }
            let tasks: Vec<_> = self.tasks.keys().cloned().collect();
            for task in tasks {
                self.observe(&task, TaskStatus::Running);
            }
            self.now += 40;
        }
    }
}

fn from_zero(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("service");
    for (instances, tasks) in [(10_000, 10_000), (10_000, 1_000)] {
        let (instances, tasks) = (size(instances), size(tasks));
        group.throughput(Throughput::Elements(tasks as u64));
        group.bench_function(format!("{tasks} tasks from zero"), |bencher| {
            bencher.iter_custom(|rounds| {
                let mut spent = Duration::ZERO;
                for _ in 0..rounds {
                    let mut world = World::new(instances, 1, tasks);
                    assert!(world.reconcile());
                    assert_eq!(world.tasks.len(), tasks);
                    spent += world.spent;
                }
                spent
            });
        });
    }
    group.finish();
}

fn after_a_loss(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("service");
    for services in [1_000, 100] {
        let services = size(services);
        let instances = services * 10;
        group.throughput(Throughput::Elements(services as u64));
        group.bench_function(
            format!("{services} services of 10 lose 10 % of {instances}"),
            |bencher| {
                bencher.iter_custom(|rounds| {
                    let mut spent = Duration::ZERO;
                    for _ in 0..rounds {
                        let mut world = World::new(instances, services, 10);
                        world.settle();
                        for number in (0..instances).step_by(10) {
                            for lost in world.cell.deregister(&arn(number)) {
                                world.tasks.remove(&lost.task);
                            }
                            world.services.observe_instance(
                                &arn(number),
                                "INACTIVE",
                                at(world.now),
                            );
                        }
                        world.spent = Duration::ZERO;
                        assert!(world.reconcile());
                        spent += world.spent;
                    }
                    spent
                });
            },
        );
    }
    group.finish();
}

fn rolling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("service");
    group.sample_size(10);
    for percent in [(100, 200), (50, 100)] {
        let tasks = size(10_000);
        let instances = size(10_000);
        group.throughput(Throughput::Elements(tasks as u64));
        let name = format!("rolling {tasks} tasks, {} to {} %", percent.0, percent.1);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let mut spent = Duration::ZERO;
                for _ in 0..rounds {
                    let mut world = World::new(instances, 1, tasks);
                    world.update(
                        "web-0",
                        &json!({"deploymentConfiguration": {
                        "minimumHealthyPercent": percent.0, "maximumPercent": percent.1}}),
                    );
                    world.settle();
                    world.update("web-0", &json!({"taskDefinition": "web:2"}));
                    world.spent = Duration::ZERO;
                    world.settle();
                    assert_eq!(world.tasks.len(), tasks);
                    spent += world.spent;
                }
                spent
            });
        });
    }
    group.finish();
}

fn idle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("service");
    let services = size(1_000);
    let mut world = World::new(services * 10, services, 10);
    world.settle();
    let now = at(world.now);
    group.bench_function(
        format!("a tick of {services} services with nothing due"),
        |bencher| {
            bencher.iter(|| {
                let actions = world.services.reconcile(now, &mut world.cell, 7).unwrap();
                assert!(actions.is_empty());
            });
        },
    );
    // An observation that says nothing new makes nobody look. A newer version of a task does: the
    // service is looked at and found in order.
    let task = world.tasks.keys().next().unwrap().clone();
    let (service, deployment, task) = world.tasks.get(&task).unwrap().clone();
    let mut seen = ObservedServiceTask::new(service, deployment, task, TaskStatus::Running);
    let mut version = 0;
    group.bench_function("a service looked at and found in order", |bencher| {
        bencher.iter(|| {
            version += 1;
            seen.version = Some(version);
            let _ = black_box(world.services.observe(&seen, now));
            let actions = world.services.reconcile(now, &mut world.cell, 7).unwrap();
            assert!(actions.is_empty());
        });
    });
    group.finish();
}

criterion_group!(benches, from_zero, after_a_loss, rolling, idle);
criterion_main!(benches);
