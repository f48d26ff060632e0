//! Random histories: what a cell counts is what a recount finds, its records make the same cell
//! elsewhere, and a restored cell is the same cell.

use std::collections::BTreeMap;

use crate::ledger::{Document, Ledger, Left, Taken};
use crate::naive::{Gpu, Instance, Request};
use ecs_model::{ContainerInstance, Timestamp};
use ecs_placement::{
    CellState, Change, CommitPolicy, Loader, PlacementRequest, Plan, Record, Registration,
    Transaction,
};
use proptest::prelude::*;
use serde_json::json;

fn config() -> ProptestConfig {
    let long = std::env::var_os("ECS_LONG").is_some();
    ProptestConfig {
        cases: if long { 20_000 } else { 60 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Register {
        which: usize,
        size: i64,
        ready: bool,
    },
    SetStatus {
        which: usize,
        status: &'static str,
    },
    Connect {
        which: usize,
        connected: bool,
    },
    Deregister {
        which: usize,
    },
    Plan {
        request: usize,
        count: u32,
        seed: u64,
    },
    Commit {
        which: usize,
        policy: CommitPolicy,
    },
    Stopping {
        which: usize,
    },
    Stopped {
        which: usize,
    },
    Forget {
        which: usize,
    },
    /// What a document says of an instance.
    Describe {
        which: usize,
        version: i64,
        taken: i64,
        is_gone: bool,
        /// What tasks have of its GPUs, if it says so.
        gpus: Option<[Gpu; 2]>,
    },
    /// What a document says of a task, of the cell or another one.
    Observe {
        which: usize,
        on: usize,
        version: i64,
        stage: u8,
        created: Option<i64>,
        device: Option<(usize, bool)>,
    },
    ForgetStopped {
        before: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let policy = prop_oneof![
        Just(CommitPolicy::AllOrNothing),
        Just(CommitPolicy::Partial),
        Just(CommitPolicy::Rebase),
    ];
    let which = 0..5_usize;
    let index = any::<usize>();
    let status = prop::sample::select(vec!["ACTIVE", "DRAINING"]);
    let gpu = prop_oneof![
        Just(Gpu::Idle),
        Just(Gpu::Own),
        (1..900_i64).prop_map(|held| Gpu::Shared(vec![held])),
    ];
    let gpus = prop::option::of([gpu.clone(), gpu]);
    let created = prop::option::weighted(0.8, 0..80_i64);
    let device = prop::option::of((0..2_usize, any::<bool>()));
    prop_oneof![
        2 => (which.clone(), 500..1_500_i64, any::<bool>())
            .prop_map(|(which, size, ready)| Step::Register { which, size, ready }),
        1 => (which.clone(), status).prop_map(|(which, status)| Step::SetStatus { which, status }),
        1 => (which.clone(), any::<bool>())
            .prop_map(|(which, connected)| Step::Connect { which, connected }),
        1 => which.prop_map(|which| Step::Deregister { which }),
        6 => (0..6_usize, 1..5_u32, any::<u64>())
            .prop_map(|(request, count, seed)| Step::Plan { request, count, seed }),
        6 => (index, policy).prop_map(|(which, policy)| Step::Commit { which, policy }),
        2 => index.prop_map(|which| Step::Stopping { which }),
        3 => index.prop_map(|which| Step::Stopped { which }),
        1 => index.prop_map(|which| Step::Forget { which }),
        2 => (0..5_usize, 1..9_i64, 0..400_i64, any::<bool>(), gpus).prop_map(
            |(which, version, taken, is_gone, gpus)| {
                Step::Describe { which, version, taken, is_gone, gpus }
            }
        ),
        4 => (index, 0..6_usize, 1..9_i64, 0..4_u8, created, device).prop_map(
            |(which, on, version, stage, created, device)| {
                Step::Observe { which, on, version, stage, created, device }
            }
        ),
        1 => (0..100_i64).prop_map(|before| Step::ForgetStopped { before }),
    ]
}

fn name(which: usize) -> String {
    format!("instance-{which}")
}

fn registration(which: usize, size: i64, is_ready: bool) -> Registration {
    let zone = Some(format!("zone-{}", which % 2));
    let instance = Instance {
        arn: name(which),
        cpu: size,
        memory: 1_000,
        interfaces: 3,
        gpus: 2,
        all_gpus: 2,
        gpu_memory: 1_000,
        devices: vec![Gpu::Idle; 2],
        is_ready,
        attributes: [("zone".to_owned(), zone)].into(),
        ..Instance::default()
    };
    instance.register()
}

fn amounts(cpu: i64, memory: i64) -> serde_json::Value {
    json!([
        {"name": "CPU", "type": "INTEGER", "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
    ])
}

/// A moment that a version has.
fn at(version: i64) -> Timestamp {
    Timestamp::from_seconds(version * 10)
}

fn requests() -> Vec<PlacementRequest> {
    let request = |number: i64| Request {
        cpu: 100 * number,
        memory: 150,
        ports: if number == 1 { vec![80] } else { Vec::new() },
        has_interface: number == 2,
        gpus: i64::from(number == 3),
        shared: if number == 4 { 300 } else { 0 },
        wants_all_gpus: number == 5,
        group: format!("group-{}", number % 2),
        is_distinct: number == 3,
        member_of: Vec::new(),
        strategies: vec![("spread", "attribute:zone"), ("binpack", "memory")],
        ..Request::default()
    };
    (0..6).map(|number| request(number).build()).collect()
}

/// A cell, and another one that only ever saw its records.
#[derive(Default)]
struct World {
    cell: CellState,
    replica: CellState,
    plans: Vec<Transaction>,
    tokens: Vec<String>,
    ledger: Ledger,
}

impl World {
    /// Records a change as text, and reads it on the other side.
    fn record(&mut self, change: Change) {
        let record = self.replica.record(change);
        let text = serde_json::to_string(&record).unwrap();
        let record: Record = serde_json::from_str(&text).unwrap();
        self.replica.apply(&record).unwrap();
    }

    fn a_task(&self, which: usize) -> Option<String> {
        let tasks: Vec<_> = self.cell.tasks().collect();
        let task = tasks.get(which.checked_rem(tasks.len())?)?;
        Some(task.task.to_string())
    }

    fn step(&mut self, step: Step, number: usize) -> Result<(), TestCaseError> {
        match step {
            Step::Register { which, size, ready } => {
                let registration = registration(which, size, ready);
                self.cell.register(&registration);
                self.record(Change::Register(registration));
                let document = Document {
                    cpu: size.unsigned_abs(),
                    memory: 1_000,
                    gpus: vec![1_000; 2],
                    ..Document::default()
                };
                self.ledger.describe(&name(which), document, &self.cell);
            }
            Step::SetStatus { which, status } => {
                if self.cell.set_status(&name(which), status) {
                    let instance = name(which).into();
                    let status = status.into();
                    self.record(Change::SetStatus { instance, status });
                }
            }
            Step::Connect { which, connected } => {
                if self.cell.set_agent_connected(&name(which), connected) {
                    let instance = name(which).into();
                    self.record(Change::SetAgentConnected {
                        instance,
                        connected,
                    });
                }
            }
            Step::Deregister { which } => {
                let tasks = self.cell.tasks_on(&name(which)).count();
                let lost = self.cell.deregister(&name(which));
                prop_assert_eq!(lost.len(), tasks);
                if self.ledger.has(&name(which)) {
                    self.ledger.lose(&name(which), false);
                    let instance = name(which).into();
                    self.record(Change::Deregister { instance });
                }
            }
            Step::Plan {
                request,
                count,
                seed,
            } => self.plan(request, count, seed, number),
            Step::Commit { which, policy } => self.commit(which, policy)?,
            Step::Stopping { which } => {
                if let Some(task) = self.a_task(which)
                    && let Some(known) = self.cell.task(&task)
                    && self.cell.stopping(&task)
                {
                    self.ledger.stopping(&known);
                    self.record(Change::Stopping { task: task.into() });
                }
            }
            Step::Stopped { which } => {
                if let Some(task) = self.a_task(which) {
                    let stopped = self.cell.stopped(&task).unwrap();
                    prop_assert_eq!(&*stopped.task, &*task);
                    self.ledger.stopped(&stopped);
                    self.record(Change::Stopped { task: task.into() });
                }
            }
            Step::Forget { which } => {
                if !self.tokens.is_empty() {
                    let token = self.tokens.swap_remove(which % self.tokens.len());
                    prop_assert!(self.cell.forget(&token));
                    prop_assert!(!self.cell.forget(&token));
                    self.record(Change::Forget {
                        token: token.into(),
                    });
                }
            }
            Step::Describe {
                which,
                version,
                taken,
                is_gone,
                gpus,
            } => self.describe(which, version, (taken, gpus.as_ref()), is_gone),
            Step::Observe {
                which,
                on,
                version,
                stage,
                created,
                device,
            } => self.observe((which, on), version, (stage, created), device),
            Step::ForgetStopped { before } => {
                let before = at(before);
                if self.cell.forget_stopped(before) {
                    self.ledger.forget_stopped(before);
                    self.record(Change::ForgetStopped { before });
                }
            }
        }
        Ok(())
    }

    /// Takes over a change that a document says, on both sides, if it is news.
    fn tell(&mut self, change: &Change) -> bool {
        let is_news = match change {
            Change::ObserveInstance(registration) => self.cell.observe_instance(registration),
            Change::ObserveTask(task) => self.cell.observe_task(task),
            _ => false,
        };
        assert_eq!(self.replica.is_news(change), is_news);
        if is_news {
            self.record(change.clone());
        }
        is_news
    }

    fn describe(
        &mut self,
        which: usize,
        version: i64,
        (taken, gpus): (i64, Option<&[Gpu; 2]>),
        is_gone: bool,
    ) {
        let mut document: ContainerInstance = serde_json::from_value(json!({
            "containerInstanceArn": name(which), "version": version, "agentConnected": true,
            "status": if is_gone { "INACTIVE" } else { "ACTIVE" }, "runningTasksCount": taken / 100,
            "registeredResources": amounts(1_200, 1_000),
            "remainingResources": amounts(1_200 - taken, 1_000 - taken),
        }))
        .unwrap();
        let devices = gpus.map_or(Vec::new(), |gpus| gpus.to_vec());
        if !devices.is_empty() {
            let instance = Instance {
                gpu_memory: 1_000,
                devices: devices.clone(),
                ..Instance::default()
            };
            document.gpu_devices = Some(instance.gpu_devices());
        }
        let registration = Registration::try_from(&document).unwrap();
        let registration = registration.with_interfaces(3).as_of(at(version));
        if !self.tell(&Change::ObserveInstance(registration)) {
            return;
        }
        if is_gone {
            self.ledger.lose(&name(which), true);
            return;
        }
        let amount = taken.unsigned_abs();
        let mut taken = Taken {
            cpu: amount,
            memory: amount,
            running: amount / 100,
            ..Taken::default()
        };
        for (gpu, number) in devices.iter().zip(0..) {
            match gpu {
                Gpu::Idle => {}
                Gpu::Own => {
                    taken.gpus += 1;
                    taken.own.insert(number);
                }
                Gpu::Shared(held) => {
                    let held = held.iter().sum::<i64>().unsigned_abs();
                    taken.shares.insert(number, held);
                }
            }
        }
        let document = Document {
            at: Some(at(version)),
            cpu: 1_200,
            memory: 1_000,
            gpus: vec![1_000; devices.len()],
            taken,
        };
        self.ledger.describe(&name(which), document, &self.cell);
    }

    fn observe(
        &mut self,
        (which, on): (usize, usize),
        version: i64,
        (stage, created): (u8, Option<i64>),
        device: Option<(usize, bool)>,
    ) {
        let own = self.a_task(which).filter(|_| which.is_multiple_of(3));
        let task = own.unwrap_or_else(|| format!("seen-{}", which % 4));
        let mut document = json!({
            "taskArn": task, "containerInstanceArn": name(on), "group": "group-1",
            "cpu": "70", "memory": "90", "version": version,
            "createdAt": created, "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
        });
        if stage > 1 {
            document["desiredStatus"] = json!("STOPPED");
            document["stoppingAt"] = json!(20);
        }
        if stage > 2 {
            document["lastStatus"] = json!("STOPPED");
            document["stoppedAt"] = json!(30);
        }
        if let Some((gpu, is_shared)) = device {
            let share = is_shared.then(|| json!({"nvidiaMps": {"memory": 250}}));
            document["containers"] =
                json!([{"gpuIds": [gpu.to_string()], "gpuSharingStrategy": share}]);
        }
        let document = serde_json::from_value(document).unwrap();
        let told = Loader::new()
            .changes(&[], &[document], at(version))
            .unwrap();
        for change in &told.changes {
            if self.tell(change)
                && let Change::ObserveTask(task) = change
            {
                self.ledger.observe(task);
            }
        }
    }

    fn plan(&mut self, request: usize, count: u32, seed: u64, number: usize) {
        let Some(request) = requests().get(request).cloned() else {
            return;
        };
        let plan = Plan::new(&self.cell.snapshot(), &request.with_count(count), seed);
        let tasks = (0..).map(|task| format!("task-{number}-{task}"));
        let plan = plan
            .into_transaction(format!("token-{number}"), tasks)
            .unwrap();
        self.plans.push(plan);
    }

    fn commit(&mut self, which: usize, policy: CommitPolicy) -> Result<(), TestCaseError> {
        if self.plans.is_empty() {
            return Ok(());
        }
        let mut plan = self.plans.swap_remove(which % self.plans.len());
        if which.is_multiple_of(2) {
            // One that comes from elsewhere.
            let text = serde_json::to_string(&plan).unwrap();
            plan = serde_json::from_str(&text).unwrap();
        }
        let before = serde_json::to_string(&self.cell).unwrap();
        let decision = self.cell.decide(&plan, policy).unwrap();
        prop_assert_eq!(&serde_json::to_string(&self.cell).unwrap(), &before);
        let commit = self.cell.commit(&plan, policy).unwrap();
        prop_assert_eq!(&decision.commit, &commit);
        let answered = commit.placed().len() + commit.conflicts().len();
        match decision.change {
            Some(change) => {
                prop_assert_eq!(commit.version(), self.cell.version());
                prop_assert!(
                    policy == CommitPolicy::AllOrNothing || answered == plan.claims().len()
                );
                self.record(change);
                self.tokens.push(plan.token().to_owned());
                let version = self.cell.version();
                prop_assert_eq!(self.cell.commit(&plan, policy).unwrap(), commit);
                prop_assert_eq!(self.cell.version(), version);
            }
            None => prop_assert_eq!(serde_json::to_string(&self.cell).unwrap(), before),
        }
        Ok(())
    }

    /// Works out what is left from all that was said, and counts everything from the tasks.
    fn recount(&self) -> Result<(), TestCaseError> {
        let snapshot = self.cell.snapshot();
        prop_assert_eq!(snapshot.len(), self.ledger.instances());
        for instance in snapshot.instances() {
            let remaining = instance.remaining();
            let left = Left {
                cpu: remaining.cpu,
                memory: remaining.memory,
                gpus: remaining.gpus,
                gpu_memory: remaining.gpu_memory,
                running: instance.running_tasks().cast_unsigned(),
            };
            prop_assert_eq!(left, self.ledger.left(instance.arn(), &self.cell));
            let tasks: Vec<_> = self.cell.tasks_on(instance.arn()).collect();
            let held = tasks.iter().map(|task| u64::from(task.needs.interfaces));
            let interfaces = 3_u64.saturating_sub(held.sum());
            prop_assert_eq!(remaining.interfaces, Some(interfaces));
            let ports = tasks.iter().flat_map(|task| &task.needs.ports);
            let taken = remaining.taken_ports.iter();
            prop_assert_eq!(ports.collect::<Vec<_>>(), taken.collect::<Vec<_>>());
            let running = tasks.iter().filter(|task| !task.is_stopping);
            let mut groups: BTreeMap<&str, u32> = BTreeMap::new();
            running.for_each(|task| *groups.entry(&task.group).or_default() += 1);
            let counted = instance
                .task_groups()
                .map(|group| (group, instance.tasks_of(group)));
            prop_assert_eq!(&groups, &counted.collect());
        }
        Ok(())
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        let saved = serde_json::to_string(&self.cell).unwrap();
        prop_assert_eq!(&serde_json::to_string(&self.replica).unwrap(), &saved);
        let restored: CellState = serde_json::from_str(&saved).unwrap();
        prop_assert_eq!(&serde_json::to_string(&restored).unwrap(), &saved);
        for request in requests() {
            let request = request.with_count(3);
            let plan = |cell: &CellState| Plan::new(&cell.snapshot(), &request, 5);
            let (mine, its) = (plan(&self.cell), plan(&restored));
            let arns = |plan: &Plan| -> Vec<String> {
                let claims = plan.claims().iter();
                claims.map(|claim| claim.instance().to_owned()).collect()
            };
            prop_assert_eq!(arns(&mine), arns(&its));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn counters_records_and_restored_cells_agree(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::default();
        for (number, step) in steps.into_iter().enumerate() {
            world.step(step, number)?;
            world.recount()?;
            world.compare()?;
        }
    }
}

#[test]
fn registering_again_frees_nothing() {
    let mut cell = CellState::new();
    cell.register(&registration(0, 1_000, true));
    let request = requests().remove(1).with_count(2);
    let needs = request.needs().clone();
    let place = |cell: &mut CellState, token: &'static str| {
        let tasks = (0..).map(|task| format!("{token}-{task}"));
        cell.run(&request, 0, token, tasks).unwrap().placed().len()
    };
    assert_eq!(
        place(&mut cell, "first"),
        1,
        "two of them want the same port"
    );
    cell.register(&registration(0, 1_000, true));
    let snapshot = cell.snapshot();
    let left = snapshot.instances().next().unwrap().remaining();
    assert_eq!(left.cpu, 1_000 - u64::from(needs.cpu));
    assert_eq!(left.taken_ports.len(), 1);
    assert_eq!(place(&mut cell, "second"), 0);
}

#[test]
fn records_are_applied_in_their_order() {
    let mut cell = CellState::new();
    let first = cell.record(Change::Register(registration(0, 1_000, true)));
    cell.apply(&first).unwrap();
    assert_eq!(
        cell.apply(&first).unwrap_err().to_string(),
        "the record leads to version 1, the next version is 2"
    );
    let refusal = |cell: &mut CellState, change: Change| {
        let record = cell.record(change);
        let before = serde_json::to_string(&cell).unwrap();
        let error = cell.apply(&record).unwrap_err().to_string();
        assert_eq!(serde_json::to_string(&cell).unwrap(), before);
        error
    };
    let instance = "instance-7".into();
    assert_eq!(
        refusal(&mut cell, Change::Deregister { instance }),
        "the container instance `instance-7` is not in the cell"
    );
    let task = "task".into();
    assert_eq!(
        refusal(&mut cell, Change::Stopped { task }),
        "the task `task` is not in the cell"
    );
    let token = "token".into();
    assert_eq!(
        refusal(&mut cell, Change::Forget { token }),
        "nothing was committed under the token `token`"
    );
    let request = requests().remove(0);
    let plan = Plan::new(&cell.snapshot(), &request, 0);
    let transaction = plan.into_transaction("token", ["task"]).unwrap();
    let decision = cell.decide(&transaction, CommitPolicy::Partial).unwrap();
    let _ = cell.commit(&transaction, CommitPolicy::Partial).unwrap();
    assert_eq!(
        refusal(&mut cell, decision.change.unwrap()),
        "the task `task` is already in the cell"
    );
}

#[test]
fn a_token_and_a_task_are_used_once() {
    let mut cell = CellState::new();
    cell.register(&registration(0, 1_000, true));
    let request = requests().remove(0).with_count(2);
    let transaction = |cell: &CellState, token: &'static str, tasks: &[&str]| {
        let tasks: Vec<_> = tasks.iter().map(|task| (*task).to_owned()).collect();
        Plan::new(&cell.snapshot(), &request, 0).into_transaction(token, tasks)
    };
    let first = transaction(&cell, "token", &["a", "b"]).unwrap();
    let commit = cell.commit(&first, CommitPolicy::Partial).unwrap();
    assert_eq!(cell.commit(&first, CommitPolicy::Partial).unwrap(), commit);
    assert_eq!(cell.task_count(), 2);
    assert_eq!(cell.committed("token"), Some(&commit));
    let error = |cell: &mut CellState, token: &'static str, tasks: &[&str]| {
        let before = serde_json::to_string(&cell).unwrap();
        let transaction = transaction(cell, token, tasks).unwrap();
        let error = cell.commit(&transaction, CommitPolicy::Rebase).unwrap_err();
        assert_eq!(serde_json::to_string(&cell).unwrap(), before);
        error.to_string()
    };
    assert_eq!(
        error(&mut cell, "token", &["c", "d"]),
        "the token `token` is already used by another transaction"
    );
    assert_eq!(
        error(&mut cell, "other", &["c", "b"]),
        "the task `b` is already in the cell"
    );
    assert_eq!(
        error(&mut cell, "other", &["c", "c"]),
        "the task `c` is already in the cell"
    );
    let few = transaction(&cell, "few", &["c"]).unwrap_err();
    assert_eq!(few.to_string(), "1 tasks were named for 2 claims");
    assert!(cell.forget("token"));
    assert_eq!(cell.committed("token"), None);
}

#[test]
fn what_is_saved_is_checked_when_it_is_read() {
    let mut cell = CellState::new();
    cell.register(&registration(0, 1_000, true));
    let _ = cell
        .run(&requests().remove(0), 0, "token", ["task"])
        .unwrap();
    let saved = serde_json::to_value(&cell).unwrap();
    let refusal = |change: fn(&mut serde_json::Value)| {
        let mut saved = saved.clone();
        change(&mut saved);
        serde_json::from_value::<CellState>(saved)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refusal(|saved| *saved.get_mut("format").unwrap() = 2.into()),
        "format 2 of the cell is not known, only 1 is"
    );
    assert_eq!(
        refusal(|saved| {
            let instances = saved.get_mut("instances").unwrap().as_array_mut().unwrap();
            instances.push(instances.first().unwrap().clone());
        }),
        "the instance `instance-0` is in it twice"
    );
    assert_eq!(
        refusal(|saved| {
            let tasks = saved.get_mut("tasks").unwrap().as_array_mut().unwrap();
            tasks.push(tasks.first().unwrap().clone());
        }),
        "the task `task` is in it twice"
    );
    assert_eq!(
        refusal(|saved| saved
            .get_mut("instances")
            .unwrap()
            .as_array_mut()
            .unwrap()
            .clear()),
        "the task `task` is on no instance or needs nothing"
    );
}
