//! Random histories of services of every kind: deployments that roll and that shift traffic, with
//! hooks, alarms and bake times, capacity providers, zones that are evened out, daemons and task
//! sets. What must hold after each step, and what each of them comes to in the end.

use ecs_model::operation::{
    CreateTaskSetRequest, DeleteTaskSetRequest, UpdateServicePrimaryTaskSetRequest,
    UpdateTaskSetRequest,
};
use ecs_model::{ServiceDeployment, TaskStatus};
use ecs_placement::Registration;
use ecs_placement::capacity::{ClusterCapacity, InstanceType, Provider};
use ecs_placement::deployment::shift::{HookAnswer, ShiftAction, ShiftEvent};
use ecs_placement::service::{ServiceAction, ServicePolicy, Services, TargetHealth, Wait};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::histories::{check, take_step};
use crate::shifting::balanced;
use crate::world::{CLUSTER, INSTANCE, Running, World, at, definition, instance, instance_of};

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
    Force,
    Scale(u32),
    Percent(u32, u32),
    Strategy(Course),
    Hooks(Vec<Hook>),
    /// What was asked for is answered, perhaps once more.
    Answer(usize, Answer),
    AnswerAll,
    Continue(bool),
    StopDeployment,
    Alarm(bool),
    BadNetwork,
    Drain(usize),
    Activate(usize),
    Lose(usize),
    Register(usize, i32),
    AddSet(u32),
    ScaleSet(usize, u32),
    PrimarySet(usize),
    DeleteSet(usize, bool),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Course {
    Rolling,
    BlueGreen,
    Linear,
    Canary,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Succeeded,
    Failed,
    InProgress,
    NotInvoked,
}

#[derive(Debug, Clone)]
struct Hook {
    stage: usize,
    is_pause: bool,
    goes_on: bool,
    minutes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Replica,
    Providers,
    Zones,
    Daemon,
    External,
}

/// What a history is about.
#[derive(Debug, Clone)]
struct Setting {
    kind: Kind,
    strategy: Course,
    desired: u32,
    percent: (u32, u32),
    memory: i32,
    hooks: Vec<Hook>,
    /// Whether it has an alarm, a circuit breaker, and whether these go back.
    watched: [bool; 3],
    bake: u32,
}

const STAGES: [&str; 8] = [
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "RECONCILE_SERVICE",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
];
/// At the last of them nothing pauses.
const PAUSING: usize = 6;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const ZONES: [&str; 4] = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1a"];

fn strategy() -> impl Strategy<Value = Course> {
    prop_oneof![
        2 => Just(Course::Rolling),
        1 => Just(Course::BlueGreen),
        1 => Just(Course::Linear),
        1 => Just(Course::Canary),
    ]
}

fn hooks() -> impl Strategy<Value = Vec<Hook>> {
    let hook = (0..STAGES.len(), any::<[bool; 2]>(), 1_u32..40).prop_map(
        |(stage, [is_pause, goes_on], minutes)| Hook {
            stage,
            is_pause: is_pause && stage < PAUSING,
            goes_on,
            minutes,
        },
    );
    prop::collection::vec(hook, 0..4)
}

fn event() -> impl Strategy<Value = Event> {
    let one = any::<usize>;
    let answer = prop_oneof![
        6 => Just(Answer::Succeeded),
        1 => Just(Answer::Failed),
        2 => Just(Answer::InProgress),
        1 => Just(Answer::NotInvoked),
    ];
    let tasks = prop_oneof![
        4 => one().prop_map(Event::Run),
        3 => Just(Event::RunAll),
        3 => one().prop_map(Event::Stop),
        3 => Just(Event::StopAll),
        2 => one().prop_map(Event::Die),
        2 => one().prop_map(Event::Unhealthy),
        2 => one().prop_map(Event::Healthy),
        1 => (one(), 0_i64..600).prop_map(|(task, seconds)| Event::Protect(task, seconds)),
    ];
    let users = prop_oneof![
        3 => (1_u32..4).prop_map(Event::Deploy),
        1 => Just(Event::Force),
        2 => (0_u32..6).prop_map(Event::Scale),
        1 => (0_u32..=100, 100_u32..=200).prop_map(|(least, most)| Event::Percent(least, most)),
        1 => strategy().prop_map(Event::Strategy),
        1 => hooks().prop_map(Event::Hooks),
        1 => any::<bool>().prop_map(Event::Continue),
        1 => Just(Event::StopDeployment),
        1 => (0_u32..=100).prop_map(Event::AddSet),
        1 => (one(), 0_u32..=100).prop_map(|(set, scale)| Event::ScaleSet(set, scale)),
        1 => one().prop_map(Event::PrimarySet),
        1 => (one(), any::<bool>()).prop_map(|(set, force)| Event::DeleteSet(set, force)),
    ];
    let world = prop_oneof![
        1 => any::<bool>().prop_map(Event::Alarm),
        1 => Just(Event::BadNetwork),
        2 => one().prop_map(Event::Drain),
        2 => one().prop_map(Event::Activate),
        1 => one().prop_map(Event::Lose),
        2 => (one(), 100_i32..900).prop_map(|(name, memory)| Event::Register(name, memory)),
    ];
    let time = prop_oneof![
        6 => (0_i64..120).prop_map(Event::Tick),
        3 => (120_i64..1_200).prop_map(Event::Tick),
        1 => Just(Event::Tick(90_000)),
    ];
    prop_oneof![
        4 => time,
        7 => tasks,
        3 => users,
        2 => world,
        2 => (one(), answer).prop_map(|(asked, answer)| Event::Answer(asked, answer)),
        2 => Just(Event::AnswerAll),
    ]
}

fn setting() -> impl Strategy<Value = Setting> {
    let kind = prop_oneof![
        4 => Just(Kind::Replica),
        2 => Just(Kind::Providers),
        1 => Just(Kind::Zones),
        1 => Just(Kind::Daemon),
        1 => Just(Kind::External),
    ];
    let percent = (0_u32..=100, 100_u32..=250);
    let numbers = (0_u32..6, percent, 200_i32..1_500, 0_u32..4);
    (kind, strategy(), numbers, hooks(), any::<[bool; 3]>()).prop_map(
        |(kind, strategy, (desired, (least, most), memory, bake), hooks, watched)| Setting {
            kind,
            strategy: match kind {
                Kind::Daemon | Kind::External => Course::Rolling,
                _ => strategy,
            },
            desired,
            percent: match kind {
                // Moving a task takes room for one more.
                Kind::Zones => (least, most.max(101)),
                _ => (least, most),
            },
            memory,
            hooks,
            watched,
            bake,
        },
    )
}

impl Course {
    fn configuration(self) -> Value {
        match self {
            Self::Rolling => json!({"strategy": "ROLLING"}),
            Self::BlueGreen => json!({"strategy": "BLUE_GREEN"}),
            Self::Linear => json!({"strategy": "LINEAR",
                "linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 1}}),
            Self::Canary => json!({"strategy": "CANARY",
                "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2}}),
        }
    }
}

impl Hook {
    fn document(&self) -> Value {
        let stages = [STAGES[self.stage]];
        let action = if self.goes_on { "CONTINUE" } else { "ROLLBACK" };
        let timeout = json!({"timeoutInMinutes": self.minutes, "action": action});
        match self.is_pause {
            true => json!({"targetType": "PAUSE", "lifecycleStages": stages,
                "timeoutConfiguration": timeout}),
            false => json!({"hookTargetArn": "f", "roleArn": "r", "lifecycleStages": stages,
                "timeoutConfiguration": timeout}),
        }
    }
}

fn documents(hooks: &[Hook]) -> Value {
    hooks.iter().map(Hook::document).collect()
}

/// A world, and what its events need to know of it.
struct Mixed {
    world: World,
    kind: Kind,
}

impl Setting {
    fn begin(&self) -> Mixed {
        let mut world = World::with_policy(self.memory, ServicePolicy::current());
        let mut configuration = self.strategy.configuration();
        let (least, most) = self.percent;
        let [has_alarm, has_breaker, goes_back] = self.watched;
        let members = json!({
            "minimumHealthyPercent": least, "maximumPercent": most,
            "lifecycleHooks": documents(&self.hooks),
            "deploymentCircuitBreaker": {"enable": has_breaker, "rollback": goes_back},
            "alarms": {"alarmNames": ["errors"], "enable": has_alarm, "rollback": goes_back},
        });
        extend(&mut configuration, &members);
        let mut request = match self.kind {
            Kind::Daemon => {
                configuration["maximumPercent"] = json!(100);
                json!({"schedulingStrategy": "DAEMON", "deploymentConfiguration": configuration})
            }
            _ => balanced(configuration),
        };
        request["deploymentConfiguration"]["bakeTimeInMinutes"] = json!(self.bake);
        match self.kind {
            Kind::Replica => {}
            Kind::Zones => request["availabilityZoneRebalancing"] = json!("ENABLED"),
            Kind::Providers => {
                request["capacityProviderStrategy"] = json!([
                    {"capacityProvider": "A", "weight": 1, "base": 1},
                    {"capacityProvider": "B", "weight": 2}]);
                let mut capacity = ClusterCapacity::new(at(0));
                for name in ["A", "B"] {
                    capacity.add_provider(provider(name)).unwrap();
                }
                let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
                world.services = services.with_capacity(capacity);
            }
            Kind::Daemon => {}
            Kind::External => {
                world.external(self.desired);
                return Mixed::new(world, self.kind);
            }
        }
        if self.kind != Kind::Daemon {
            request["desiredCount"] = json!(self.desired);
        }
        let ports = json!({"portMappings": [{"containerPort": 80}]});
        world.try_create(request, ports).unwrap();
        Mixed::new(world, self.kind)
    }
}

fn extend(known: &mut Value, more: &Value) {
    let more = more.as_object().unwrap().clone();
    known.as_object_mut().unwrap().extend(more);
}

fn provider(name: &str) -> Provider {
    let document = json!({"name": name, "autoScalingGroupProvider": {
        "autoScalingGroupArn": "arn", "managedScaling": {"status": "ENABLED"}}});
    let document = serde_json::from_value(document).unwrap();
    Provider::of(&document, [InstanceType::new(2_048, 200)]).unwrap()
}

fn request<R: DeserializeOwned>(more: &Value) -> R {
    let mut request = json!({"cluster": "prod", "service": "web"});
    extend(&mut request, more);
    serde_json::from_value(request).unwrap()
}

impl Mixed {
    fn new(world: World, kind: Kind) -> Self {
        Self { world, kind }
    }

    fn registration(&self, number: usize, memory: i32) -> Registration {
        let at = number % NAMES.len();
        match self.kind {
            Kind::Providers => instance_of(["A", "B"][at % 2], NAMES[at], memory),
            _ => instance(NAMES[at], ZONES[at], memory),
        }
    }

    /// The task that a number means, of those that are so.
    fn pick(&self, number: usize, of: impl Fn(&Running) -> bool) -> Option<String> {
        let tasks = self.world.tasks(of);
        (!tasks.is_empty()).then(|| tasks[number % tasks.len()].clone())
    }

    fn see_running(&mut self, task: &str) {
        let _ = self.world.observe(task, TaskStatus::Running, |seen| {
            seen.target = Some(TargetHealth::Healthy);
        });
    }

    fn run_all(&mut self) {
        let starts = |task: &Running| task.status < TaskStatus::Running && !task.shall_stop;
        for task in self
            .world
            .tasks(|task| starts(task) && task.place.is_some())
        {
            self.see_running(&task);
        }
    }

    fn document(&self) -> Option<ServiceDeployment> {
        self.world.services.service_deployment("web")
    }

    fn update(&mut self, change: Value) {
        let before = serde_json::to_string(&self.world.services).unwrap();
        if self.world.try_update(change).is_err() {
            let after = serde_json::to_string(&self.world.services).unwrap();
            assert_eq!(after, before, "what is refused changes nothing");
        }
    }

    fn shift(&mut self, event: ShiftEvent) {
        let now = at(self.world.now);
        let _ = self.world.services.shift("web", event, now);
    }

    fn answer(&mut self, action: &ShiftAction, answer: Answer) {
        let event = match action {
            ShiftAction::ShiftTest { traffic } => ShiftEvent::TestShifted(traffic.clone()),
            ShiftAction::ShiftProduction { traffic } => {
                ShiftEvent::ProductionShifted(traffic.clone())
            }
            ShiftAction::CallHook { hook_id, .. } => ShiftEvent::HookAnswer {
                hook_id: hook_id.clone(),
                answer: match answer {
                    Answer::Succeeded => HookAnswer::Returned(json!({"hookStatus": "SUCCEEDED"})),
                    Answer::Failed => HookAnswer::Returned(json!({"hookStatus": "FAILED"})),
                    Answer::InProgress => HookAnswer::Returned(
                        json!({"hookStatus": "IN_PROGRESS", "callBackDelay": 60}),
                    ),
                    Answer::NotInvoked => HookAnswer::NotInvoked {
                        problem: "it is not there".to_owned(),
                    },
                },
            },
            other => panic!("{other:?}"),
        };
        self.shift(event);
    }

    fn answer_all(&mut self) {
        for action in std::mem::take(&mut self.world.asked) {
            self.answer(&action, Answer::Succeeded);
        }
    }

    fn proceed(&mut self, goes_on: bool) {
        let Some(document) = self.document() else {
            return;
        };
        for hook in document.lifecycle_hook_details() {
            let action = if goes_on { "CONTINUE" } else { "ROLLBACK" };
            let hook_id = hook.hook_id().unwrap().into();
            self.shift(ShiftEvent::Continue {
                hook_id,
                action: Some(action.into()),
            });
        }
    }

    fn set_status(&mut self, number: usize, status: &str) {
        let arn = format!("{INSTANCE}{}", NAMES[number % NAMES.len()]);
        let world = &mut self.world;
        if world.cell.set_status(&arn, status) {
            world.services.observe_instance(&arn, status, at(world.now));
        }
    }

    fn set(&self, number: usize) -> Option<String> {
        let service = self.world.describe();
        let sets = service.task_sets();
        let set = sets.get(number.checked_rem(sets.len())?)?;
        Some(set.id().unwrap().to_owned())
    }

    fn happen(&mut self, event: &Event) {
        let is_running = |task: &Running| task.status == TaskStatus::Running;
        let now = at(self.world.now);
        match event {
            Event::Tick(seconds) => self.world.now += seconds,
            Event::Run(number) => {
                let starts =
                    |task: &Running| !is_running(task) && !task.shall_stop && task.place.is_some();
                if let Some(task) = self.pick(*number, starts) {
                    self.see_running(&task);
                }
            }
            Event::RunAll => self.run_all(),
            Event::Stop(number) => {
                if let Some(task) = self.pick(*number, |task| task.shall_stop) {
                    let _ = self.world.observe(&task, TaskStatus::Stopped, |_| {});
                }
            }
            Event::StopAll => self.world.stop_all(),
            Event::Die(number) => {
                if let Some(task) = self.pick(*number, |_| true) {
                    let _ = self.world.observe(&task, TaskStatus::Stopped, |_| {});
                }
            }
            Event::Unhealthy(number) | Event::Healthy(number) => {
                let is_well = matches!(event, Event::Healthy(_));
                if let Some(task) = self.pick(*number, is_running) {
                    let _ = self.world.observe(&task, TaskStatus::Running, |seen| {
                        seen.target = Some(match is_well {
                            true => TargetHealth::Healthy,
                            false => TargetHealth::Unhealthy {
                                target_group: "blue-group".into(),
                                reason: "Request timed out".into(),
                                address: None,
                            },
                        });
                    });
                }
            }
            Event::Protect(number, seconds) => {
                if let Some(task) = self.pick(*number, is_running) {
                    let until = Some(at(self.world.now + seconds));
                    let _ = self.world.observe(&task, TaskStatus::Running, |seen| {
                        seen.protected_until = until;
                    });
                }
            }
            Event::Alarm(is_on) => {
                self.world.services.observe_alarm("errors", *is_on, now);
            }
            Event::Drain(number) => self.set_status(*number, "DRAINING"),
            Event::Activate(number) => self.set_status(*number, "ACTIVE"),
            Event::Lose(number) => {
                let arn = format!("{INSTANCE}{}", NAMES[number % NAMES.len()]);
                for task in self.world.cell.deregister(&arn) {
                    self.world.tasks.remove(&*task.task);
                }
                self.world.services.observe_instance(&arn, "INACTIVE", now);
            }
            Event::Register(number, memory) => {
                let registration = self.registration(*number, *memory);
                self.world.cell.register(&registration);
                self.set_status(*number, "ACTIVE");
            }
            Event::Answer(number, answer) => {
                let asked = &self.world.asked;
                if let Some(at) = number.checked_rem(asked.len()) {
                    let action = asked[at].clone();
                    self.answer(&action, *answer);
                }
            }
            Event::AnswerAll => self.answer_all(),
            _ => self.users(event),
        }
    }

    /// What users do.
    fn users(&mut self, event: &Event) {
        let now = at(self.world.now);
        let configuration = |one: Value| json!({"deploymentConfiguration": one});
        match event {
            Event::Deploy(revision) => {
                self.update(json!({"taskDefinition": format!("web:{revision}")}));
            }
            Event::Force => self.update(json!({"forceNewDeployment": true})),
            Event::Scale(desired) => self.update(json!({"desiredCount": desired})),
            Event::Percent(least, most) => self.update(configuration(
                json!({"minimumHealthyPercent": least, "maximumPercent": most}),
            )),
            Event::Strategy(strategy) => self.update(configuration(strategy.configuration())),
            Event::Hooks(hooks) => {
                self.update(configuration(json!({"lifecycleHooks": documents(hooks)})));
            }
            Event::Continue(goes_on) => self.proceed(*goes_on),
            Event::StopDeployment => {
                let _ = self.world.services.stop_deployment("web", now);
            }
            Event::BadNetwork => self.shift(ShiftEvent::InvalidNetworking {
                problem: "no listener".to_owned(),
            }),
            Event::AddSet(percent) => {
                let scale = json!({"value": f64::from(*percent), "unit": "PERCENT"});
                let new = json!({"taskDefinition": format!("web:{percent}"), "scale": scale});
                let new: CreateTaskSetRequest = request(&new);
                let definition = definition("web", json!({}));
                let seed = u64::from(*percent);
                let services = &mut self.world.services;
                let _ = services.create_task_set(&new, &definition, now, seed);
            }
            Event::ScaleSet(number, percent) => {
                if let Some(id) = self.set(*number) {
                    let scale = json!({"value": f64::from(*percent), "unit": "PERCENT"});
                    let change: UpdateTaskSetRequest =
                        request(&json!({"taskSet": id, "scale": scale}));
                    let _ = self.world.services.update_task_set(&change, now);
                }
            }
            Event::PrimarySet(number) => {
                if let Some(id) = self.set(*number) {
                    let change: UpdateServicePrimaryTaskSetRequest =
                        request(&json!({"primaryTaskSet": id}));
                    let _ = self.world.services.set_primary_task_set(&change, now);
                }
            }
            Event::DeleteSet(number, force) => {
                if let Some(id) = self.set(*number) {
                    let change: DeleteTaskSetRequest =
                        request(&json!({"taskSet": id, "force": force}));
                    let _ = self.world.services.delete_task_set(&change, now);
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn is_shifting(&self) -> bool {
        self.world.services.shifting_deployment("web").is_some()
    }

    /// A step of a history, and what must hold after it.
    fn go(&mut self, event: &Event) -> Vec<ServiceAction> {
        let was_shifting = self.is_shifting();
        self.happen(event);
        let actions = take_step(&mut self.world, |world, actions| {
            let rolls = matches!(
                world.describe().scheduling_strategy().unwrap().as_str(),
                "REPLICA"
            );
            let is_shifting = world.services.shifting_deployment("web").is_some();
            let has_sets = !world.describe().task_sets().is_empty();
            if rolls && !was_shifting && !is_shifting && !has_sets {
                check(world, actions);
            }
        });
        self.check_traffic(&actions);
        let kept = self.world.asked.len().saturating_sub(12);
        self.world.asked.drain(..kept);
        actions
    }

    /// All traffic goes somewhere.
    fn check_traffic(&self, actions: &[ServiceAction]) {
        let tenths = |traffic: &ecs_placement::deployment::shift::Traffic| {
            traffic
                .iter()
                .map(|(_, weight)| u32::from(weight.tenths()))
                .sum::<u32>()
        };
        for action in actions {
            if let ServiceAction::Shift { action, .. } = action
                && let ShiftAction::ShiftTest { traffic } | ShiftAction::ShiftProduction { traffic } =
                    &**action
            {
                assert_eq!(tenths(traffic), 1_000, "{traffic:?}");
            }
        }
        let Some(shift) = self.world.services.shifting_deployment("web") else {
            return;
        };
        assert_eq!(tenths(shift.production_traffic()), 1_000);
        if let Some(test) = shift.test_traffic() {
            assert_eq!(tenths(test), 1_000);
        }
    }

    /// Nothing goes wrong any more.
    fn calm(&mut self) {
        let now = at(self.world.now);
        self.world.services.observe_alarm("errors", false, now);
        for number in 0..NAMES.len() {
            let registration = self.registration(number, 10_000);
            self.world.cell.register(&registration);
            self.set_status(number, "ACTIVE");
        }
        for task in self.world.tasks(|task| task.status == TaskStatus::Running) {
            self.see_running(&task);
        }
    }

    /// Does all that is asked for until the service is where it shall be.
    fn settle(&mut self) -> Result<(), Vec<Wait>> {
        let mut starts = 0;
        for _ in 0..300 {
            self.run_all();
            self.world.stop_all();
            self.answer_all();
            self.proceed(true);
            let actions = self.world.settle();
            let is_start = |action: &&ServiceAction| matches!(action, ServiceAction::Start { .. });
            starts += actions.iter().filter(is_start).count();
            assert!(starts < 200, "it starts tasks again and again");
            let is_quiet = actions.is_empty();
            self.world.take(actions);
            if is_quiet && self.is_settled() {
                return Ok(());
            }
            if is_quiet {
                let due = self.world.services.poll_timeout().map(|due| due.seconds());
                let due = due.unwrap_or(self.world.now).max(self.world.now + 1);
                self.world.now = due.min(self.world.now + 3_600);
            }
        }
        let waits = self
            .world
            .services
            .explain("web", &self.world.cell, at(self.world.now));
        Err(waits.unwrap())
    }

    fn is_settled(&self) -> bool {
        let service = self.world.describe();
        let no_more = self.world.tasks(|task| task.shall_stop).is_empty();
        let running = service.running_count().unwrap();
        if self.kind == Kind::External {
            let mut sets = service.task_sets().iter();
            return no_more
                && sets.all(|set| set.stability_status().unwrap().as_str() == "STEADY_STATE");
        }
        let has_ended = self.document().is_some_and(|document| {
            let status = document.status().unwrap().as_str();
            matches!(
                status,
                "SUCCESSFUL" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED" | "STOPPED"
            )
        });
        let has_failed = self.document().is_some_and(|document| {
            let status = document.status().unwrap().as_str();
            matches!(status, "ROLLBACK_FAILED" | "STOPPED")
        });
        let has_all = Some(running) == service.desired_count() && service.deployments().len() == 1;
        no_more && has_ended && (has_all || has_failed)
    }
}

/// A history to its end.
fn play(setting: &Setting, events: &[Event]) {
    let mut mixed = setting.begin();
    for event in events {
        mixed.go(event);
    }
    mixed.calm();
    let most = if mixed.kind == Kind::Daemon { 100 } else { 200 };
    let widest = json!({"deploymentConfiguration":
        {"minimumHealthyPercent": 0, "maximumPercent": most, "lifecycleHooks": []}});
    let settled = mixed.settle();
    if mixed.kind == Kind::External {
        return settled.unwrap();
    }
    // Bounds without room for a step are said to be the reason.
    if let Err(waits) = settled {
        assert!(matches!(waits[0], Wait::Bounds { .. }), "{waits:#?}");
    }
    // Whatever has happened, the next deployment is done in the end, if it can be.
    mixed.world.update(widest);
    mixed.world.deploy("web:9");
    mixed.settle().unwrap();
    let document = mixed.document().unwrap();
    assert_eq!(
        document.status().unwrap().as_str(),
        "SUCCESSFUL",
        "{:?} at {:?}",
        document.status_reason(),
        document.lifecycle_stage()
    );
    let desired = usize::try_from(mixed.world.describe().desired_count().unwrap()).unwrap();
    assert_eq!(
        (mixed.world.of("web:9"), mixed.world.tasks.len()),
        (desired, desired)
    );
    // It stays so.
    for _ in 0..40 {
        mixed.world.now += 3_607;
        let actions = mixed.world.settle();
        let moves = actions.iter().filter(|action| {
            matches!(
                action,
                ServiceAction::Start { .. } | ServiceAction::Stop { .. }
            )
        });
        let moves = moves.count();
        mixed.world.take(actions);
        if mixed.kind == Kind::Zones {
            mixed.run_all();
            mixed.world.stop_all();
        } else {
            assert_eq!(moves, 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: crate::cases(60),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    })]

    /// Whatever happens: what is refused changes nothing, all traffic goes somewhere, whoever applies
    /// the records has the same services, a second reconcile does nothing; and once nothing goes
    /// wrong any more, what is under way ends, the next deployment is done, and it stays so.
    #[test]
    fn random_histories_of_every_kind(
        setting in setting(),
        events in prop::collection::vec(event(), 1..60),
    ) {
        play(&setting, &events);
    }
}

/// Failing inputs that were found.
#[test]
fn histories_that_went_wrong() {
    let setting = |kind, strategy, desired, hooks| Setting {
        kind,
        strategy,
        desired,
        percent: (0, 100),
        memory: 200,
        hooks,
        watched: [false; 3],
        bake: 1,
    };
    // It was stopped before it began, and rolled out nevertheless.
    let events = [
        Event::StopDeployment,
        Event::Scale(1),
        Event::Deploy(2),
        Event::Tick(90_000),
    ];
    play(
        &setting(Kind::Replica, Course::BlueGreen, 0, vec![]),
        &events,
    );
    // The clean-up waited for tasks that were gone.
    let events = [
        Event::RunAll,
        Event::Drain(0),
        Event::BadNetwork,
        Event::Deploy(2),
        Event::BadNetwork,
    ];
    play(&setting(Kind::Replica, Course::Linear, 2, vec![]), &events);
    // Nothing that the daemon could be kept by: no instance was counted for it.
    let pause = Hook {
        stage: 0,
        is_pause: true,
        goes_on: false,
        minutes: 1,
    };
    play(
        &setting(Kind::Daemon, Course::Rolling, 0, vec![pause]),
        &[Event::StopDeployment, Event::Deploy(2)],
    );
}
