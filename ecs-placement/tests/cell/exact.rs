//! Each pick is the naive placer's, for every strategy and every pair of them, on loaded cells,
//! whatever the planner remembers; and each explanation and summary is that of the single
//! instances.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::naive::{
    self, CAPABILITIES, EXTERNAL, Expression, Gpu, Instance, Launch, PORT_QUOTA, Random, Request,
    STRATEGIES, Strategy, ZONE,
};
use ecs_model::Timestamp;
use ecs_placement::{
    CellState, CommitPolicy, Loader, PlacementRequest, Plan, Planner, Reason, Snapshot, start_task,
};

/// How many cells to try.
fn budget(ordinary: u64) -> u64 {
    match std::env::var_os("ECS_LONG") {
        Some(_) => ordinary * 100,
        None => ordinary,
    }
}

/// One of the items.
fn one<T: Clone>(random: &mut Random, items: &[T]) -> T {
    items[random.below(items.len())].clone()
}

fn number(random: &mut Random, bound: usize) -> i64 {
    i64::try_from(random.below(bound)).unwrap()
}

fn chance(random: &mut Random, of: usize) -> bool {
    random.below(of) == 0
}

/// Instances in the order of their ARNs.
fn instances(random: &mut Random, count: usize) -> Vec<Instance> {
    let one_of = |random: &mut Random, at: usize| {
        let mut instance = Instance {
            arn: format!("instance-{at:04}"),
            cpu: one(random, &[1_024, 2_048, 4_096]),
            memory: one(random, &[1_024, 2_048, 7_680]),
            interfaces: number(random, 4),
            gpus: number(random, 3),
            is_ready: !chance(random, 12),
            neuron: number(random, 3),
            eighths: one(random, &[0, 0, 0, 1, 4]),
            others: one(random, &[(0, 0, 0), (0, 0, 0), (100, 300, 2), (0, 0, 1)]),
            provider: one(random, &[None, Some("one"), Some("two")]),
            omits_attributes: chance(random, 10),
            ..Instance::default()
        };
        let (cpu, memory, _) = instance.others;
        instance.all = (instance.cpu + cpu, instance.memory + memory);
        instance.all_gpus = instance.gpus;
        instance.all_neuron = instance.neuron;
        if instance.eighths == 0 && instance.gpus > 0 && chance(random, 2) {
            instance.gpu_memory = one(random, &[600, 1_000]);
            instance.devices = vec![Gpu::Idle; usize::try_from(instance.gpus).unwrap()];
        }
        if chance(random, 6) {
            instance.ports.insert(443);
            instance.udp.insert(80);
        }
        if chance(random, 6) {
            let taken = PORT_QUOTA - random.below(4);
            let others = u16::try_from(taken - instance.ports.len() - instance.udp.len()).unwrap();
            instance.ports.extend((0..others).map(|port| 20_000 + port));
        }
        let values = [
            ("zone", 3),
            ("rack", 12),
            ("row", 5),
            ("stack", 2),
            (ZONE, 4),
        ];
        if instance.omits_attributes {
            return instance;
        }
        for (name, many) in values {
            let value = match random.below(many + 2) {
                0 => continue,
                1 => None,
                value => Some(format!("{name}-{value}")),
            };
            instance.attributes.insert(name.to_owned(), value);
        }
        let capabilities = CAPABILITIES.map(|(name, _)| (name, !chance(random, 5)));
        let is_external = (EXTERNAL, chance(random, 8));
        let has = capabilities.into_iter().chain([is_external]);
        let has = has.filter(|(_, has)| *has);
        let has = has.map(|(name, _)| (name.to_owned(), None));
        instance.attributes.extend(has);
        instance
    };
    (0..count).map(|at| one_of(random, at)).collect()
}

fn expression(random: &mut Random, depth: usize) -> Expression {
    let inner = |random: &mut Random| Box::new(expression(random, depth - 1));
    match random.below(if depth == 0 { 4 } else { 7 }) {
        0 => {
            let name = one(random, &["zone", "rack", "row", "stack"]);
            Expression::Is(name, format!("{name}-{}", 2 + random.below(3)))
        }
        1 => Expression::Exists(one(random, &["zone", "rack", "stack", "none"])),
        2 => Expression::Group(format!("group-{}", random.below(4))),
        3 => Expression::RunsFewerThan(1 + number(random, 6)),
        4 => Expression::Not(inner(random)),
        5 => Expression::And(inner(random), inner(random)),
        _ => Expression::Or(inner(random), inner(random)),
    }
}

fn strategies(random: &mut Random) -> Vec<Strategy> {
    let many = one(random, &[0, 1, 1, 2, 2, 2, 3, 5]);
    (0..many).map(|_| one(random, &STRATEGIES)).collect()
}

fn request(random: &mut Random) -> Request {
    let member_of = if chance(random, 3) {
        1 + random.below(2)
    } else {
        0
    };
    let mut member_of: Vec<_> = (0..member_of).map(|_| expression(random, 2)).collect();
    // What is said twice is told twice.
    member_of.dedup_by_key(|expression| expression.write());
    let port = chance(random, 6);
    let daemon = chance(random, 4).then(|| {
        let mut daemon = for_some_instances(random);
        daemon.cpu = number(random, 300);
        daemon.memory = one(random, &[50, 300, 300, 2_000]);
        Box::new(daemon)
    });
    Request {
        cpu: number(random, 500),
        memory: 1 + number(random, 700),
        ports: if port {
            vec![one(random, &[80, 443])]
        } else {
            Vec::new()
        },
        has_interface: chance(random, 5),
        udp: if chance(random, 12) {
            vec![80]
        } else {
            Vec::new()
        },
        zones: match chance(random, 8) {
            true => (2..4).map(|zone| format!("{ZONE}-{zone}")).collect(),
            false => Vec::new(),
        },
        daemon,
        is_distinct: chance(random, 8),
        provider: one(random, &[None, None, None, None, Some("one"), Some("two")]),
        member_of,
        strategies: strategies(random),
        ..for_some_instances(random)
    }
}

/// A group, a launch type, and some of what an instance can have and others lack.
fn for_some_instances(random: &mut Random) -> Request {
    let gpus = i64::from(chance(random, 8));
    let wants_all_gpus = gpus == 0 && chance(random, 12);
    let shares = gpus == 0 && !wants_all_gpus && chance(random, 6);
    Request {
        gpus,
        eighths: if gpus > 0 {
            one(random, &[0, 0, 1, 4])
        } else {
            0
        },
        wants_all_gpus,
        shared: if shares { 100 + number(random, 700) } else { 0 },
        wants_all_neuron: chance(random, 12),
        launch_type: match random.below(10) {
            0 => Launch::External,
            1 => Launch::Any,
            _ => Launch::Ec2,
        },
        needs: [chance(random, 6), chance(random, 6)],
        group: format!("group-{}", random.below(4)),
        ..Request::default()
    }
}

fn cell(instances: &[Instance], random: &mut Random) -> CellState {
    let mut cell = CellState::new();
    let mut order: Vec<usize> = (0..instances.len()).collect();
    for at in 0..order.len() {
        order.swap(at, random.below(instances.len()));
    }
    for at in order {
        cell.register(&instances[at].register());
    }
    cell
}

fn arns(plan: &Plan) -> Vec<&str> {
    plan.claims().iter().map(|claim| claim.instance()).collect()
}

/// A task that runs, where, and of which request.
struct Running {
    task: String,
    instance: usize,
    request: usize,
    counts: bool,
    /// The GPUs that it has, where they are told apart.
    gpus: Vec<usize>,
}

/// A reason without its numbers.
fn kind(reason: &Reason) -> String {
    match reason {
        Reason::Port { .. } | Reason::Inactive { .. } => reason.to_string(),
        Reason::Attribute { name, .. } => name.to_string(),
        Reason::MemberOf { expression, .. } => expression.to_string(),
        Reason::DaemonRoom { .. } => "room".to_owned(),
        Reason::GpuMemory { .. } => "GPU memory".to_owned(),
        Reason::GpuPartition { .. } => "GPU partition".to_owned(),
        Reason::PortQuota { .. } => "port quota".to_owned(),
        Reason::CapacityProvider { .. } => "provider".to_owned(),
        Reason::External => "external".to_owned(),
        other => other.code().as_str().to_owned(),
    }
}

fn is_of_launch_type(reason: &&Reason) -> bool {
    match reason {
        Reason::External => true,
        Reason::Attribute { name, .. } => **name == *EXTERNAL,
        _ => false,
    }
}

/// What is left of an amount, if it is one, and what is needed of it: little is better.
fn left(reason: &Reason) -> Option<(u64, Reverse<u64>)> {
    match *reason {
        Reason::Cpu { needed, remaining }
        | Reason::Memory { needed, remaining }
        | Reason::Gpus { needed, remaining }
        | Reason::GpuMemory { needed, remaining }
        | Reason::NeuronDevices { needed, remaining }
        | Reason::Interfaces { needed, remaining } => Some((remaining, Reverse(needed))),
        _ => None,
    }
}

/// A cell, the same cell for the naive placer, and what runs on both.
struct World {
    random: Random,
    cell: CellState,
    naive: Vec<Instance>,
    /// The same without tasks.
    empty: Vec<Instance>,
    requests: Vec<Request>,
    running: Vec<Running>,
    planner: Planner,
    /// A moment to come back to.
    old: Option<(Snapshot, Vec<Instance>)>,
    picks: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let count = 1 + random.below(70);
        let naive = instances(&mut random, count);
        let requests = (0..6).map(|_| request(&mut random)).collect();
        let mut world = Self {
            cell: cell(&naive, &mut random),
            random,
            empty: naive.clone(),
            naive,
            requests,
            running: Vec::new(),
            planner: Planner::new(),
            old: None,
            picks: 0,
        };
        if chance(&mut world.random, 2) {
            world.load();
        }
        world
    }

    /// Starts again with a cluster that runs, as documents describe it.
    fn load(&mut self) {
        let empty = &self.empty;
        let mut described = Vec::new();
        for number in 0..self.random.below(100) {
            let (at, request) = (self.random.below(empty.len()), self.random.below(6));
            if !self.naive[at].fits(&self.requests[request]) {
                continue;
            }
            let task = format!("loaded-{number}");
            let counts = !chance(&mut self.random, 5);
            let gpus = self.naive[at].take(&self.requests[request]);
            described.push(self.requests[request].describe(&task, (&empty[at], &gpus), counts));
            if !counts {
                let group = &self.requests[request].group;
                *self.naive[at].groups.get_mut(group).unwrap() -= 1;
            }
            self.running.push(Running {
                task,
                instance: at,
                request,
                counts,
                gpus,
            });
        }
        let moment = Timestamp::from_seconds(100);
        self.cell = CellState::new();
        let loader = Loader::new();
        // In whatever order they come.
        let (before, after) = described.split_at(self.random.below(described.len() + 1));
        let early = loader.load(&mut self.cell, &[], before, moment).unwrap();
        assert_eq!(early.tasks, before.len());
        for (instance, empty) in self.naive.iter().zip(empty) {
            let registration = instance.register_with(empty).as_of(moment);
            assert!(self.cell.observe_instance(&registration));
        }
        let late = loader.load(&mut self.cell, &[], after, moment).unwrap();
        assert_eq!((late.tasks, late.gaps), (after.len(), Vec::new()));
        for (instance, shown) in self.naive.iter().zip(self.cell.snapshot().instances()) {
            let unknown = i64::try_from(shown.unknown_tasks()).unwrap();
            assert_eq!((&*instance.arn, instance.others.2), (shown.arn(), unknown));
        }
    }

    fn step(&mut self, number: usize) {
        match self.random.below(10) {
            0 | 1 if !self.running.is_empty() => self.stop(),
            2 => self.change_an_instance(),
            5 => self.describe_an_instance(),
            3 if self.old.is_none() => {
                self.old = Some((self.cell.snapshot(), self.naive.clone()));
            }
            4 if self.old.is_some() => self.plan_on_what_was(),
            _ => self.place(number),
        }
    }

    fn place(&mut self, number: usize) {
        let at = self.random.below(self.requests.len());
        let count = one(&mut self.random, &[1, 1, 1, 2, 5, 9]);
        let seed = self.random.below(usize::MAX) as u64;
        let request = self.requests[at].build().with_count(count);
        let snapshot = self.cell.snapshot();
        if chance(&mut self.random, 3) {
            self.explain(&snapshot, &request, at);
        }
        let plan = self.planner.plan(&snapshot, &request, seed);
        let expected = naive::plan(&self.naive, &self.requests[at], count, seed);
        self.check(&plan, &expected, at);
        if chance(&mut self.random, 5) {
            let forgetful = Plan::new(&snapshot, &request, seed);
            assert_eq!(plan.claims(), forgetful.claims());
        }
        if chance(&mut self.random, 5) {
            return;
        }
        let tasks: Vec<_> = (0..expected.len())
            .map(|n| format!("{number}-{n}"))
            .collect();
        let token = format!("token-{number}");
        let transaction = plan.into_transaction(token, tasks.clone()).unwrap();
        let policy = one(
            &mut self.random,
            &[CommitPolicy::Rebase, CommitPolicy::AllOrNothing],
        );
        let commit = self.cell.commit(&transaction, policy).unwrap();
        assert_eq!((commit.placed().len(), commit.moved()), (expected.len(), 0));
        for (instance, task) in expected.into_iter().zip(tasks) {
            let gpus = self.naive[instance].take(&self.requests[at]);
            self.running.push(Running {
                task,
                instance,
                request: at,
                counts: true,
                gpus,
            });
        }
    }

    /// What is marked for 64 instances at a time is what the single ones say, and fits what the
    /// naive placer takes.
    fn explain(&mut self, snapshot: &Snapshot, request: &PlacementRequest, at: usize) {
        let explanation = self.planner.explain(snapshot, request);
        assert_eq!(explanation, snapshot.explain(request));
        let fitting: Vec<_> = explanation.fitting().map(|one| &*one.arn).collect();
        let takes = self.naive.iter().filter(|one| one.fits(&self.requests[at]));
        let expected: Vec<_> = takes.map(|one| &*one.arn).collect();
        assert_eq!(fitting, expected, "{:?}", self.requests[at]);
        let mut tallies: BTreeMap<String, (usize, usize, Reason)> = BTreeMap::new();
        for (instance, naive) in explanation.instances().iter().zip(&self.naive) {
            let reasons = &instance.reasons;
            let started = start_task(snapshot, request, &[&instance.arn]).unwrap();
            let found = started
                .failures()
                .first()
                .and_then(|one| one.detail.clone());
            // StartTask has no launch type.
            let (of_type, others): (Vec<_>, Vec<_>) = reasons.iter().partition(is_of_launch_type);
            let said: Vec<_> = others.iter().map(ToString::to_string).collect();
            assert_eq!(found.unwrap_or_default(), said.join("; "));
            let is_of_type = naive.is_of_type(self.requests[at].launch_type);
            assert_eq!(of_type.is_empty(), is_of_type, "{reasons:?}");
            for reason in reasons {
                let tally = tallies.entry(kind(reason));
                let (all, only, most) = tally.or_insert_with(|| (0, 0, reason.clone()));
                (*all, *only) = (*all + 1, *only + usize::from(reasons.len() == 1));
                if left(reason) > left(most) {
                    *most = reason.clone();
                }
            }
        }
        let summary = self.planner.summarize(snapshot, request);
        assert_eq!(
            (summary.instances(), summary.fitting()),
            (self.naive.len(), expected.len())
        );
        assert_eq!(summary.tallies().len(), tallies.len(), "{summary}");
        for tally in summary.tallies() {
            let (all, only, most) = &tallies[&kind(&tally.reason)];
            assert_eq!((tally.instances, tally.only), (*all, *only));
            assert_eq!(left(&tally.reason), left(most), "{:?}", self.requests[at]);
        }
    }

    fn check(&mut self, plan: &Plan, expected: &[usize], request: usize) {
        let expected: Vec<_> = expected.iter().map(|at| &*self.naive[*at].arn).collect();
        assert_eq!(arns(plan), expected, "{:?}", self.requests[request]);
        self.picks += expected.len();
    }

    fn stop(&mut self) {
        let at = self.random.below(self.running.len());
        let running = &mut self.running[at];
        let instance = &mut self.naive[running.instance];
        let request = &self.requests[running.request];
        if running.counts && chance(&mut self.random, 3) {
            assert!(self.cell.stopping(&running.task));
            running.counts = false;
            *instance.groups.get_mut(&request.group).unwrap() -= 1;
        } else {
            assert!(self.cell.stopped(&running.task).is_some());
            instance.give_back(request, &running.gpus, running.counts);
            self.running.swap_remove(at);
        }
    }

    /// Drains an instance, lets it in again, or gives it other attributes.
    fn change_an_instance(&mut self) {
        let at = self.random.below(self.naive.len());
        let is_ready = self.naive[at].is_ready;
        let arn = self.naive[at].arn.clone();
        if chance(&mut self.random, 2) {
            let status = if is_ready { "DRAINING" } else { "ACTIVE" };
            assert!(self.cell.set_status(&arn, status));
            self.naive[at].is_ready = !is_ready;
        } else if !self.running.iter().any(|running| running.instance == at) {
            let other = instances(&mut self.random, 1).remove(0);
            let groups = self.naive[at].groups.clone();
            self.naive[at] = Instance {
                arn: arn.clone(),
                groups,
                ..other
            };
            if chance(&mut self.random, 2) {
                assert!(self.cell.deregister(&arn).is_empty());
            }
            self.cell.register(&self.naive[at].register());
            self.empty[at] = Instance {
                groups: BTreeMap::new(),
                ..self.naive[at].clone()
            };
        }
    }

    /// Takes a new document over, which shows what the cell knows already.
    fn describe_an_instance(&mut self) {
        let at = self.random.below(self.naive.len());
        let instance = &self.naive[at];
        self.cell.register(&instance.register_with(&self.empty[at]));
        let snapshot = self.cell.snapshot();
        let shown = snapshot.instance(&instance.arn).unwrap();
        let left = shown.remaining().gpu_memory;
        let left: Vec<i64> = left.into_iter().map(u64::cast_signed).collect();
        assert_eq!(left, instance.memory_left());
        let (unknown, (cpu, memory, tasks)) = (shown.unknown(), instance.others);
        let known = [unknown.cpu, unknown.memory, unknown.tasks.unwrap()].map(u64::cast_signed);
        assert_eq!(known, [cpu, memory, tasks]);
        assert_eq!((unknown.gpus, unknown.gpu_memory), (0, 0));
        let empty = &self.empty[at];
        assert_eq!(unknown.ports.len(), empty.ports.len() + empty.udp.len());
    }

    fn plan_on_what_was(&mut self) {
        let Some((snapshot, naive)) = self.old.take() else {
            return;
        };
        let at = self.random.below(self.requests.len());
        let request = self.requests[at].build().with_count(3);
        let plan = self.planner.plan(&snapshot, &request, 1);
        let expected = naive::plan(&naive, &self.requests[at], 3, 1);
        let expected: Vec<_> = expected.iter().map(|at| &*naive[*at].arn).collect();
        assert_eq!(arns(&plan), expected, "{:?}", self.requests[at]);
        self.picks += expected.len();
    }
}

#[test]
fn every_pick_is_the_naive_placers() {
    let mut picks = 0;
    for seed in 0..budget(60) {
        let mut world = World::new(seed);
        for number in 0..150 {
            world.step(number);
        }
        picks += world.picks;
    }
    assert!(picks > 6_000, "{picks} picks say little");
}

#[test]
fn every_strategy_every_pair_and_three_spreads() {
    let mut lists: Vec<Vec<Strategy>> = vec![Vec::new()];
    lists.extend(STRATEGIES.map(|strategy| vec![strategy]));
    let spreads = STRATEGIES.iter().filter(|(name, _)| *name == "spread");
    for first in STRATEGIES {
        lists.extend(STRATEGIES.map(|second| vec![first, second]));
        for second in spreads.clone() {
            lists.extend(spreads.clone().map(|third| vec![first, *second, *third]));
        }
    }
    for (strategies, seed) in lists.into_iter().zip(0..) {
        let mut random = Random(seed);
        let naive = instances(&mut random, 60);
        let cell = cell(&naive, &mut random);
        let drawn = request(&mut random);
        let request = Request {
            cpu: drawn.cpu,
            memory: drawn.memory,
            group: drawn.group,
            daemon: drawn.daemon,
            strategies,
            ..Request::default()
        };
        let plan = Plan::new(&cell.snapshot(), &request.build().with_count(80), seed);
        let expected = naive::plan(&naive, &request, 80, seed);
        let expected: Vec<_> = expected.iter().map(|at| &*naive[*at].arn).collect();
        assert_eq!(arns(&plan), expected, "{request:?}");
        assert!(expected.len() > 20, "{request:?}");
    }
}

/// A number of tasks for each instance, and so many that planners sort them in another way, which
/// they have to find out as tasks start.
#[test]
fn instances_that_differ_in_many_numbers_of_tasks() {
    let ways: [&[Strategy]; 4] = [
        &[],
        &[("spread", "instanceId")],
        &[("spread", "attribute:zone"), ("spread", "instanceId")],
        &[
            ("spread", "instanceId"),
            ("spread", "attribute:zone"),
            ("random", ""),
        ],
    ];
    for (strategies, seed) in ways.into_iter().zip(0..) {
        let mut random = Random(seed);
        let mut naive = instances(&mut random, 120);
        for instance in &mut naive {
            (instance.cpu, instance.memory) = (1_000, 1_000);
            let host = Some(instance.arn.clone());
            instance.attributes.insert("host".to_owned(), host);
            instance.omits_attributes = false;
        }
        let mut cell = cell(&naive, &mut random);
        let any = Request {
            memory: 1,
            group: "group".to_owned(),
            strategies: strategies.to_vec(),
            ..Request::default()
        };
        let mut planner = Planner::new();
        for number in 0..120 {
            let there = Request {
                member_of: vec![Expression::Is("host", naive[number].arn.clone())],
                strategies: Vec::new(),
                ..any.clone()
            };
            let count = u32::try_from(number).unwrap();
            for (request, count) in [(&there, count), (&any, 2)] {
                let seed = random.below(usize::MAX) as u64;
                let wanted = request.build().with_count(count);
                let plan = planner.plan(&cell.snapshot(), &wanted, seed);
                let expected = naive::plan(&naive, request, count, seed);
                let named = expected.iter().map(|at| &*naive[*at].arn);
                assert_eq!(arns(&plan), named.collect::<Vec<_>>(), "{request:?}");
                let token = format!("{number}-{}", request.member_of.len());
                let tasks: Vec<_> = (0..expected.len())
                    .map(|n| format!("{token}-{n}"))
                    .collect();
                let transaction = plan.into_transaction(token, tasks).unwrap();
                let commit = cell
                    .commit(&transaction, CommitPolicy::AllOrNothing)
                    .unwrap();
                assert_eq!(commit.placed().len(), expected.len());
                for at in expected {
                    naive[at].take(request);
                }
            }
        }
        let numbers: BTreeSet<i64> = naive.iter().map(|one| one.count("group")).collect();
        assert!(numbers.len() > 70, "{} numbers of tasks", numbers.len());
    }
}
