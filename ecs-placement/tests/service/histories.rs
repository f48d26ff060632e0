//! Random histories of a service: what must hold after each step.

use ecs_model::deployment::DeploymentRolloutState;
use ecs_model::{Deployment, HealthStatus, Service, TaskStatus};
use ecs_placement::CommitPolicy;
use ecs_placement::deployment::Bounds;
use ecs_placement::service::{
    ServiceAction, ServiceChange, ServiceDecision, ServicePolicy, ServiceRecord, Services,
};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{INSTANCE, World, at, instance};

/// Something that happens. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Event {
    Tick(i64),
    Run(usize),
    RunAll,
    Stop(usize),
    StopAll,
    /// It ends by itself.
    Die(usize),
    Unhealthy(usize),
    Healthy(usize),
    Protect(usize, i64),
    Deploy(u32),
    Scale(u32),
    Percent(u32, u32),
    Drain(usize),
    Activate(usize),
    Lose(usize),
    Register(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let any = any::<usize>;
    prop_oneof![
        3 => (0_i64..120).prop_map(Event::Tick),
        4 => any().prop_map(Event::Run),
        2 => Just(Event::RunAll),
        4 => any().prop_map(Event::Stop),
        2 => Just(Event::StopAll),
        2 => any().prop_map(Event::Die),
        2 => any().prop_map(Event::Unhealthy),
        2 => any().prop_map(Event::Healthy),
        1 => (any(), 0_i64..600).prop_map(|(task, seconds)| Event::Protect(task, seconds)),
        1 => (1_u32..4).prop_map(Event::Deploy),
        1 => (0_u32..8).prop_map(Event::Scale),
        1 => (0_u32..=100, 100_u32..=200).prop_map(|(least, most)| Event::Percent(least, most)),
        1 => any().prop_map(Event::Drain),
        1 => any().prop_map(Event::Activate),
        1 => any().prop_map(Event::Lose),
        1 => any().prop_map(Event::Register),
    ]
}

/// What a history is about.
#[derive(Debug, Clone)]
struct Setting {
    desired: u32,
    percent: (u32, u32),
    memory: i32,
    has_check: bool,
    counts_stopping: bool,
    has_breaker: bool,
}

fn setting() -> impl Strategy<Value = Setting> {
    let percent = (0_u32..=100, 100_u32..=250);
    (0_u32..8, percent, 200_i32..1_500, any::<[bool; 3]>()).prop_map(
        |(desired, percent, memory, [has_check, counts_stopping, has_breaker])| Setting {
            desired,
            percent,
            memory,
            has_check,
            counts_stopping,
            has_breaker,
        },
    )
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

impl Setting {
    fn world(&self) -> World {
        let mut policy = ServicePolicy::current();
        policy.counts_stopping = self.counts_stopping;
        let mut world = World::with_policy(self.memory, policy);
        let container = match self.has_check {
            true => json!({"healthCheck": {"command": ["CMD-SHELL", "true"]}}),
            false => json!({}),
        };
        let (least, most) = self.percent;
        let configuration = json!({
            "minimumHealthyPercent": least, "maximumPercent": most,
            "deploymentCircuitBreaker": {"enable": self.has_breaker, "rollback": true},
        });
        let request =
            json!({"desiredCount": self.desired, "deploymentConfiguration": configuration});
        world.try_create(request, container).unwrap();
        world
    }
}

/// The task that a number means, of those that are so.
fn pick(
    world: &World,
    number: usize,
    of: impl Fn(&crate::world::Running) -> bool,
) -> Option<String> {
    let tasks = world.tasks(of);
    (!tasks.is_empty()).then(|| tasks[number % tasks.len()].clone())
}

fn happen(world: &mut World, event: &Event) {
    let is_running = |task: &crate::world::Running| task.status == TaskStatus::Running;
    match *event {
        Event::Tick(seconds) => world.now += seconds,
        Event::Run(number) => {
            let starts = |task: &crate::world::Running| !is_running(task) && !task.shall_stop;
            if let Some(task) = pick(world, number, starts) {
                let _ = world.observe(&task, TaskStatus::Running, |_| {});
            }
        }
        Event::RunAll => world.run_all(),
        Event::Stop(number) => {
            if let Some(task) = pick(world, number, |task| task.shall_stop) {
                let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
            }
        }
        Event::StopAll => world.stop_all(),
        Event::Die(number) => {
            if let Some(task) = pick(world, number, |_| true) {
                let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
            }
        }
        Event::Unhealthy(number) | Event::Healthy(number) => {
            let health = match event {
                Event::Healthy(_) => HealthStatus::Healthy,
                _ => HealthStatus::Unhealthy,
            };
            if let Some(task) = pick(world, number, is_running) {
                let _ = world.observe(&task, TaskStatus::Running, |seen| {
                    seen.health = Some(health)
                });
            }
        }
        Event::Protect(number, seconds) => {
            if let Some(task) = pick(world, number, is_running) {
                let until = Some(at(world.now + seconds));
                let _ = world.observe(&task, TaskStatus::Running, |seen| {
                    seen.protected_until = until;
                });
            }
        }
        Event::Deploy(revision) => world.deploy(&format!("web:{revision}")),
        Event::Scale(desired) => world.update(json!({"desiredCount": desired})),
        Event::Percent(least, most) => world.update(json!({"deploymentConfiguration": {
            "minimumHealthyPercent": least, "maximumPercent": most,
        }})),
        Event::Drain(number) => set_status(world, number, "DRAINING"),
        Event::Activate(number) => set_status(world, number, "ACTIVE"),
        Event::Lose(number) => {
            let arn = format!("{INSTANCE}{}", NAMES[number % NAMES.len()]);
            for task in world.cell.deregister(&arn) {
                world.tasks.remove(&*task.task);
            }
            world
                .services
                .observe_instance(&arn, "INACTIVE", at(world.now));
        }
        Event::Register(number) => {
            let name = NAMES[number % NAMES.len()];
            world.cell.register(&instance(name, "us-east-1c", 500));
            set_status(world, number, "ACTIVE");
        }
    }
}

fn set_status(world: &mut World, number: usize, status: &str) {
    let arn = format!("{INSTANCE}{}", NAMES[number % NAMES.len()]);
    if world.cell.set_status(&arn, status) {
        world.services.observe_instance(&arn, status, at(world.now));
    }
}

/// One step of the scheduler by hand, with a copy that has nothing but the records: decide, record,
/// apply.
fn step(world: &mut World, copy: &mut Services) -> Vec<ServiceAction> {
    let now = at(world.now);
    let mut decisions = 0;
    while let Some(decision) = world.services.decide(now, &world.cell, 7) {
        decisions += 1;
        assert!(
            decisions < 1_000,
            "the same is decided again and again: {decision:?}"
        );
        let change = match decision {
            ServiceDecision::Change(change) => change,
            ServiceDecision::Start(start) => {
                let commit = start.transaction().map(|transaction| {
                    let commit = world
                        .cell
                        .commit(transaction, CommitPolicy::Rebase)
                        .unwrap();
                    world.cell.forget(transaction.token());
                    commit
                });
                start.into_change(commit.as_ref())
            }
            other => panic!("{other:?}"),
        };
        if let ServiceChange::Stop { tasks, .. } = &change {
            for (task, _) in tasks {
                world.cell.stopping(task);
            }
        }
        let record = world.services.record(change);
        let written = serde_json::to_string(&record).unwrap();
        let read: ServiceRecord = serde_json::from_str(&written).unwrap();
        assert_eq!(read, record);
        world.services.apply(&record).unwrap();
        copy.apply(&read).unwrap();
    }
    world.services.take_actions()
}

fn saved(services: &Services) -> String {
    serde_json::to_string(services).unwrap()
}

fn restored(services: &Services) -> Services {
    serde_json::from_str(&saved(services)).unwrap()
}

/// What the scheduler did stays in the bounds.
pub(crate) fn check(world: &World, actions: &[ServiceAction]) {
    let service = world.describe();
    let configuration = service.deployment_configuration();
    let of = |number: Option<i32>| u32::try_from(number.unwrap()).unwrap();
    let bounds = Bounds::of_percent(
        of(service.desired_count()),
        of(configuration.minimum_healthy_percent()),
        of(configuration.maximum_percent()),
    );
    // One that waits for capacity is there already when it is started.
    let starts = actions.iter().filter(|action| match action {
        ServiceAction::Start { task, .. } => !world.tasks.contains_key(&**task),
        action => matches!(action, ServiceAction::Provision { .. }),
    });
    let counted = match world.services.policy().counts_stopping {
        true => world.services.tasks("web").count(),
        false => {
            let kept = service.running_count().unwrap() + service.pending_count().unwrap();
            usize::try_from(kept).unwrap()
        }
    };
    assert!(
        starts.count() == 0 || counted <= bounds.upper as usize,
        "{counted} tasks, {bounds:?}"
    );
    let healthy = world.tasks(|task| world.is_healthy(task) && !task.shall_stop);
    let stops_healthy = actions.iter().filter(|action| match action {
        ServiceAction::Stop { task, .. } => healthy.contains(&task.to_string()),
        _ => false,
    });
    let stops = stops_healthy.count();
    assert!(
        stops == 0 || healthy.len() - stops >= bounds.lower as usize,
        "{stops} of {} healthy tasks stop, {bounds:?}",
        healthy.len()
    );
    for (position, action) in actions.iter().enumerate() {
        if let ServiceAction::Stop { task, .. } = action {
            let Some(known) = world.tasks.get(&**task) else {
                assert_given_up(&service, &actions[..position], task);
                continue;
            };
            let unhealthy = world.is_unhealthy(known);
            let is_protected = known.protected_until.is_some_and(|until| world.now < until);
            let drains = known.status < TaskStatus::Running;
            assert!(!is_protected || unhealthy || drains, "{task} is protected");
        }
    }
}

/// A task that stops at once was started for a deployment that has failed since, as it does where
/// others found no place, or for an older one and makes room for the newest, whose tasks found none.
fn assert_given_up(service: &Service, before: &[ServiceAction], stopped: &str) {
    let started = before.iter().find_map(|action| match action {
        ServiceAction::Start {
            task, deployment, ..
        } if **task == *stopped => Some(deployment),
        _ => None,
    });
    let of = |deployment: &&Deployment| deployment.id() == started.map(|id| &**id);
    let deployment = service.deployments().iter().find(of).unwrap();
    let has_failed = deployment.rollout_state() == Some(&DeploymentRolloutState::Failed);
    let is_older = deployment.status() == Some("ACTIVE");
    assert!(has_failed || is_older, "{stopped}: {deployment:?}");
}

/// A step of a history, and what must hold after it.
fn go(world: &mut World, event: &Event) -> Vec<ServiceAction> {
    happen(world, event);
    take_step(world, check)
}

/// A step of the scheduler: whoever applies its records has the same services, those that were
/// saved and restored decide alike, and what it has done holds in a check.
pub(crate) fn take_step(
    world: &mut World,
    check: impl FnOnce(&World, &[ServiceAction]),
) -> Vec<ServiceAction> {
    let mut follower = restored(&world.services);
    let mut nobody = restored(&world.services);
    let mut other = World {
        services: restored(&world.services),
        cell: world.cell.clone(),
        tasks: world.tasks.clone(),
        stopped: Vec::new(),
        published: Vec::new(),
        scaled: Vec::new(),
        asked: Vec::new(),
        registered: Default::default(),
        ..*world
    };
    let actions = step(world, &mut follower);
    assert_eq!(follower.take_actions(), actions);
    assert_eq!(saved(&follower), saved(&world.services));
    assert_eq!(step(&mut other, &mut nobody), actions);
    assert_eq!(saved(&other.services), saved(&world.services));
    check(world, &actions);
    world.take(actions.clone());
    let now = at(world.now);
    let left = world.services.reconcile(now, &mut world.cell, 11).unwrap();
    assert_eq!(left, []);
    actions
}

/// A replacement of an old task is not started where it would make way for new ones at once.
#[test]
fn no_replacement_is_started_in_vain() {
    let setting = Setting {
        desired: 0,
        percent: (0, 100),
        memory: 200,
        has_check: true,
        counts_stopping: true,
        has_breaker: false,
    };
    let events = [
        Event::Register(0),
        Event::Percent(26, 100),
        Event::Scale(4),
        Event::Run(0),
        Event::Deploy(2),
        Event::Unhealthy(0),
        Event::Percent(0, 125),
    ];
    let mut world = setting.world();
    for event in &events {
        go(&mut world, event);
    }
    assert_eq!(world.of("web:1"), 0);
}

/// Tasks that have just started stop again if the others, which find no place, are too many
/// failures for the circuit breaker.
#[test]
fn tasks_of_a_deployment_that_fails_while_it_starts_stop() {
    let setting = Setting {
        desired: 4,
        percent: (0, 100),
        memory: 400,
        has_check: false,
        counts_stopping: false,
        has_breaker: true,
    };
    let mut world = setting.world();
    let events = [
        Event::Unhealthy(0),
        Event::Run(2),
        Event::Die(0),
        Event::Percent(61, 162),
        Event::Run(0),
        Event::Run(0),
        Event::Run(0),
        Event::Tick(59),
        Event::Deploy(2),
        Event::Die(4),
    ];
    for event in &events {
        go(&mut world, event);
    }
    let actions = go(&mut world, &Event::Lose(0));
    let started = |name: &str| {
        let is_start = |action: &ServiceAction| matches!(action, ServiceAction::Start { task, .. } if **task == *name);
        actions.iter().any(is_start)
    };
    let stops_at_once = |action: &ServiceAction| matches!(action, ServiceAction::Stop { task, .. } if started(task));
    assert!(actions.iter().any(stops_at_once));
    let failed = "(service web) (deployment ecs-svc/";
    let told = |event: &String| event.starts_with(failed) && event.contains("failed to start");
    assert!(world.events().iter().any(told));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: crate::cases(40),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever happens: no action leaves the bounds, whoever applies the records has the same
    /// services, and services that were saved and restored decide as the original does.
    #[test]
    fn random_histories(
        setting in setting(),
        events in prop::collection::vec(event(), 1..60),
    ) {
        let mut world = setting.world();
        for event in &events {
            go(&mut world, event);
        }
    }
}
