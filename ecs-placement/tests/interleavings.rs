//! Every interleaving of up to three schedulers on small cells, with instances that are lost and
//! that come, against a naive cell.
//!
//! Each scheduler plans on a snapshot, commits later, and tries again what was refused. States
//! are visited breadth-first, each once; their number is asserted.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use ecs_model::{ContainerInstance, PlacementConstraint, PlacementStrategy, Resource};
use ecs_placement::{
    CellState, CommitPolicy, PlacementRequest, Plan, Registration, Transaction, start_task,
};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

/// A task that a scheduler wants copies of.
#[derive(Clone, Copy)]
struct Kind {
    cpu: u32,
    memory: u32,
    port: Option<u16>,
    is_distinct: bool,
    binpacks: bool,
    copies: u32,
}

/// Two schedulers that want the same, and one that wants a port, or an instance of its own.
const BIG: Kind = Kind {
    cpu: 400,
    memory: 300,
    port: None,
    is_distinct: false,
    binpacks: true,
    copies: 2,
};
const SMALL: Kind = Kind {
    cpu: 100,
    memory: 300,
    copies: 3,
    binpacks: false,
    ..BIG
};
const PORT: Kind = Kind {
    cpu: 200,
    memory: 100,
    port: Some(80),
    ..BIG
};
const ALONE: Kind = Kind {
    cpu: 100,
    memory: 200,
    is_distinct: true,
    ..BIG
};

const POLICIES: [CommitPolicy; 3] = [
    CommitPolicy::AllOrNothing,
    CommitPolicy::Partial,
    CommitPolicy::Rebase,
];

/// CPU units and MiB of each instance of a cell.
const CELLS: [&[(u32, u32)]; 4] = [
    &[(800, 600), (800, 600)],
    &[(500, 1_000), (1_000, 500)],
    &[(400, 300), (400, 400), (600, 300)],
    &[(1_000, 900)],
];

/// What happens besides, each once: an instance is lost, one comes, a task stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Event {
    Lose(usize),
    Join(usize),
    StopFirst,
}

const EVENTS: [&[Event]; 4] = [
    &[Event::Lose(0)],
    &[Event::Lose(0), Event::Join(0)],
    &[Event::Lose(1), Event::StopFirst],
    &[Event::Join(7), Event::StopFirst],
];

const KINDS: [&[Kind]; 6] = [
    &[BIG, SMALL],
    &[BIG, PORT, PORT],
    &[BIG, SMALL, ALONE],
    &[ALONE, ALONE, PORT],
    &[SMALL, SMALL, SMALL],
    &[BIG, BIG, PORT],
];

/// How often a scheduler tries.
const TRIES: u8 = 2;

fn instance(name: usize, (cpu, memory): (u32, u32)) -> Registration {
    let amount = |amount| i32::try_from(amount).unwrap();
    let described = ContainerInstance::default()
        .with_container_instance_arn(format!("i{name}"))
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_registered_resources([
            Resource::integer(Resource::CPU, amount(cpu)),
            Resource::integer(Resource::MEMORY, amount(memory)),
        ]);
    Registration::try_from(&described).unwrap()
}

/// The request of a scheduler; schedulers of the same kind share a group.
fn request(kind: Kind) -> PlacementRequest {
    let mapping = kind
        .port
        .map(|port| json!({"containerPort": port, "hostPort": port}));
    let mappings: Vec<Value> = mapping.into_iter().collect();
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": group(kind),
        "containerDefinitions": [{
            "name": "c", "image": "i", "cpu": kind.cpu, "memory": kind.memory,
            "portMappings": mappings,
        }],
    }))
    .unwrap();
    let mut constraints = Vec::new();
    if kind.is_distinct {
        constraints.push(json!({"type": "distinctInstance"}));
    }
    let constraints: Vec<PlacementConstraint> = serde_json::from_value(json!(constraints)).unwrap();
    let strategy = match kind.binpacks {
        true => json!([{"type": "binpack", "field": "memory"}]),
        false => json!([{"type": "spread", "field": "instanceId"}]),
    };
    let strategies: Vec<PlacementStrategy> = serde_json::from_value(strategy).unwrap();
    let request = PlacementRequest::new(&definition).unwrap();
    let request = request.with_constraints(&constraints).unwrap();
    request.with_strategies(&strategies).unwrap()
}

fn group(kind: Kind) -> String {
    format!("{}-{}-{:?}", kind.cpu, kind.memory, kind.port)
}

/// A cell of lists, which adds up everything anew.
#[derive(Clone, Default, Hash)]
struct Naive {
    instances: BTreeMap<String, (u32, u32)>,
    /// The instance and the kind of each task, by number of the scheduler.
    tasks: BTreeMap<String, (String, usize)>,
}

impl Naive {
    fn fits(&self, kinds: &[Kind], kind: usize, on: &str) -> bool {
        let Some((cpu, memory)) = self.instances.get(on) else {
            return false;
        };
        let wanted = kinds[kind];
        let here = || {
            let here = self.tasks.values().filter(|(instance, _)| instance == on);
            here.map(|(_, kind)| kinds[*kind])
        };
        here().map(|task| task.cpu).sum::<u32>() + wanted.cpu <= *cpu
            && here().map(|task| task.memory).sum::<u32>() + wanted.memory <= *memory
            && (wanted.port.is_none() || here().all(|task| task.port != wanted.port))
            && (!wanted.is_distinct || here().all(|task| group(task) != group(wanted)))
    }

    fn has_room(&self, kinds: &[Kind], kind: usize) -> bool {
        self.instances.keys().any(|on| self.fits(kinds, kind, on))
    }

    fn place(&mut self, kinds: &[Kind], kind: usize, task: &str, on: &str) {
        assert!(self.fits(kinds, kind, on), "{task} does not fit on {on}");
        self.tasks.insert(task.to_owned(), (on.to_owned(), kind));
    }

    /// Every number of the cell, recounted.
    fn check(&self, kinds: &[Kind], cell: &CellState) {
        let tasks: BTreeMap<String, String> = cell
            .tasks()
            .map(|task| (task.task.to_string(), task.instance.to_string()))
            .collect();
        let known = self.tasks.iter();
        let known: BTreeMap<_, _> = known
            .map(|(task, (on, _))| (task.clone(), on.clone()))
            .collect();
        assert_eq!(tasks, known);
        let snapshot = cell.snapshot();
        assert_eq!(snapshot.len(), self.instances.len());
        for (name, (cpu, memory)) in &self.instances {
            let here: Vec<Kind> = self
                .tasks
                .values()
                .filter(|(on, _)| on == name)
                .map(|(_, kind)| kinds[*kind])
                .collect();
            let left = snapshot.instance(name).unwrap().remaining();
            let held = |amount: fn(&Kind) -> u32| here.iter().map(amount).sum::<u32>();
            assert_eq!(left.cpu, u64::from(cpu - held(|kind| kind.cpu)));
            assert_eq!(left.memory, u64::from(memory - held(|kind| kind.memory)));
            assert_eq!(
                left.taken_ports.len(),
                here.iter().filter(|kind| kind.port.is_some()).count()
            );
        }
    }
}

/// Where a scheduler is.
#[derive(Clone)]
struct Scheduler {
    wants: u32,
    tries: u8,
    planned: Option<Transaction>,
    placed: u32,
    given_up: u32,
}

/// What has happened, to be done again one after the other.
#[derive(Clone)]
enum Done {
    Placed(usize, String, String),
    Event(Event, Option<String>),
}

#[derive(Clone)]
struct World {
    cell: CellState,
    naive: Naive,
    schedulers: Vec<Scheduler>,
    events: Vec<Event>,
    history: Vec<Done>,
}

/// One run: who wants what under which policy, and what happens besides.
struct Setting {
    kinds: Vec<Kind>,
    requests: Vec<PlacementRequest>,
    policies: Vec<CommitPolicy>,
    events: &'static [Event],
    cell: &'static [(u32, u32)],
}

impl Setting {
    fn start(&self) -> World {
        let mut world = World {
            cell: CellState::new(),
            naive: Naive::default(),
            schedulers: Vec::new(),
            events: self.events.to_vec(),
            history: Vec::new(),
        };
        for (name, size) in self.cell.iter().enumerate() {
            world.cell.register(&instance(name, *size));
            world.naive.instances.insert(format!("i{name}"), *size);
        }
        for kind in &self.kinds {
            world.schedulers.push(Scheduler {
                wants: kind.copies,
                tries: 0,
                planned: None,
                placed: 0,
                given_up: 0,
            });
        }
        world
    }

    /// The states after one step of anybody.
    fn next(&self, world: &World) -> Vec<World> {
        let mut next = Vec::new();
        for who in 0..world.schedulers.len() {
            let scheduler = &world.schedulers[who];
            if scheduler.planned.is_none() && scheduler.wants == 0 {
                continue;
            }
            let mut after = world.clone();
            match scheduler.planned {
                None => self.plan(&mut after, who),
                Some(_) => self.commit(&mut after, who),
            }
            next.push(after);
        }
        for at in 0..world.events.len() {
            let mut after = world.clone();
            let event = after.events.remove(at);
            self.happen(&mut after, event);
            next.push(after);
        }
        next
    }

    fn plan(&self, world: &mut World, who: usize) {
        let scheduler = &mut world.schedulers[who];
        let request = self.requests[who].clone().with_count(scheduler.wants);
        let plan = Plan::new(&world.cell.snapshot(), &request, 1);
        assert_eq!(
            plan.claims().len() as u32 + plan.unplaced(),
            scheduler.wants
        );
        let mut naive = world.naive.clone();
        for (number, claim) in plan.claims().iter().enumerate() {
            naive.place(
                &self.kinds,
                who,
                &format!("plan-{number}"),
                claim.instance(),
            );
        }
        if plan.unplaced() > 0 {
            assert!(!naive.has_room(&self.kinds, who), "a plan leaves room");
        }
        scheduler.given_up += plan.unplaced();
        scheduler.wants -= plan.unplaced();
        if !plan.claims().is_empty() {
            let token = format!("{who}-{}", scheduler.tries);
            let tasks = (0..).map(|number| format!("{token}-{number}"));
            scheduler.planned = Some(plan.into_transaction(&*token, tasks).unwrap());
        }
        scheduler.tries += 1;
    }

    fn commit(&self, world: &mut World, who: usize) {
        let policy = self.policies[who];
        let scheduler = &mut world.schedulers[who];
        let transaction = scheduler.planned.take().unwrap();
        let before = serde_json::to_string(&world.cell).unwrap();
        let commit = world.cell.commit(&transaction, policy).unwrap();
        let claims = u32::try_from(transaction.claims().len()).unwrap();
        let placed = u32::try_from(commit.placed().len()).unwrap();
        let conflicts = u32::try_from(commit.conflicts().len()).unwrap();
        if placed == 0 {
            assert_eq!(
                serde_json::to_string(&world.cell).unwrap(),
                before,
                "{policy:?}"
            );
        } else {
            assert_eq!(world.cell.commit(&transaction, policy).unwrap(), commit);
        }
        match policy {
            CommitPolicy::AllOrNothing => assert!(placed == claims || placed == 0 && conflicts > 0),
            _ => assert_eq!(placed + conflicts, claims),
        }
        // Only what has moved can be refused, and only Rebase finds another place for it.
        assert!(commit.refused() <= commit.moved() && commit.moved() <= claims);
        match policy {
            CommitPolicy::Rebase => assert!(commit.refused() >= conflicts),
            _ => assert_eq!(commit.refused(), conflicts),
        }
        let claimed: BTreeMap<&str, &str> = transaction
            .claims()
            .map(|(claim, task)| (task, claim.instance()))
            .collect();
        for placed in commit.placed() {
            world
                .naive
                .place(&self.kinds, who, &placed.task, &placed.instance);
            if policy != CommitPolicy::Rebase {
                assert_eq!(claimed[&*placed.task], &*placed.instance);
            }
            let done = (placed.task.to_string(), placed.instance.to_string());
            world.history.push(Done::Placed(who, done.0, done.1));
        }
        for conflict in commit.conflicts() {
            assert!(!conflict.reasons.is_empty());
            match policy {
                // What is refused did not fit beside the claims before it.
                CommitPolicy::Partial => {
                    assert!(!world.naive.fits(&self.kinds, who, &conflict.instance));
                }
                CommitPolicy::Rebase => assert!(!world.naive.has_room(&self.kinds, who)),
                _ => {}
            }
        }
        scheduler.placed += placed;
        scheduler.wants -= placed;
        if scheduler.tries == TRIES || policy == CommitPolicy::Rebase {
            scheduler.given_up += scheduler.wants;
            scheduler.wants = 0;
        }
    }

    fn happen(&self, world: &mut World, event: Event) {
        let mut stopped = None;
        match event {
            Event::Lose(name) => {
                let name = format!("i{name}");
                let lost = world.cell.deregister(&name);
                world.naive.instances.remove(&name);
                let tasks = world.naive.tasks.len();
                world.naive.tasks.retain(|_, (on, _)| *on != name);
                assert_eq!(lost.len(), tasks - world.naive.tasks.len());
            }
            Event::Join(name) => {
                if !world.naive.instances.contains_key(&format!("i{name}")) {
                    world.cell.register(&instance(name, (800, 600)));
                    world.naive.instances.insert(format!("i{name}"), (800, 600));
                } else {
                    // Nothing is freed when a document comes twice.
                    let size = world.naive.instances[&format!("i{name}")];
                    world.cell.register(&instance(name, size));
                }
            }
            Event::StopFirst => {
                stopped = world.naive.tasks.keys().next().cloned();
                if let Some(task) = &stopped {
                    assert!(world.cell.stopped(task).is_some());
                    world.naive.tasks.remove(task);
                }
            }
        }
        world.history.push(Done::Event(event, stopped));
    }

    fn check(&self, world: &World) {
        world.naive.check(&self.kinds, &world.cell);
        for (who, scheduler) in world.schedulers.iter().enumerate() {
            let open = scheduler.wants;
            assert_eq!(
                scheduler.placed + scheduler.given_up + open,
                self.kinds[who].copies
            );
            if open > 0 {
                self.check_alone(world, who, open);
            }
        }
    }

    /// Whoever plans again without a rival gets what he plans.
    fn check_alone(&self, world: &World, who: usize, open: u32) {
        let mut cell = world.cell.clone();
        let request = self.requests[who].clone().with_count(open);
        let plan = Plan::new(&cell.snapshot(), &request, 1);
        let claims = plan.claims().len();
        let tasks = (0..).map(|number| format!("alone-{number}"));
        let transaction = plan.into_transaction("alone", tasks).unwrap();
        let commit = cell
            .commit(&transaction, CommitPolicy::AllOrNothing)
            .unwrap();
        assert_eq!((commit.placed().len(), commit.moved()), (claims, 0));
    }

    /// The same tasks started one after the other on the same instances, by nobody at the same
    /// time, come to the same cell.
    fn check_serial(&self, world: &World) {
        let serial = World {
            history: world.history.clone(),
            ..self.start()
        };
        let mut serial = serial;
        for done in std::mem::take(&mut serial.history) {
            match done {
                Done::Placed(who, task, on) => {
                    let snapshot = serial.cell.snapshot();
                    let plan = start_task(&snapshot, &self.requests[who], &[&on]).unwrap();
                    assert!(plan.failures().is_empty(), "{:?}", plan.failures());
                    let transaction = plan.into_plan().into_transaction(&*task, [&*task]).unwrap();
                    let policy = CommitPolicy::AllOrNothing;
                    let commit = serial.cell.commit(&transaction, policy).unwrap();
                    assert_eq!(commit.placed().len(), 1);
                    serial.naive.place(&self.kinds, who, &task, &on);
                }
                Done::Event(event, stopped) => match (event, stopped) {
                    (Event::StopFirst, None) => {}
                    (Event::StopFirst, Some(task)) => {
                        assert!(serial.cell.stopped(&task).is_some());
                        serial.naive.tasks.remove(&task);
                    }
                    (event, _) => self.happen(&mut serial, event),
                },
            }
        }
        world.naive.check(&self.kinds, &serial.cell);
    }

    /// Visits every state once, breadth-first; says how many there are.
    fn explore(&self) -> usize {
        let mut seen = HashSet::new();
        let mut open = VecDeque::from([self.start()]);
        seen.insert(key(&open[0]));
        while let Some(world) = open.pop_front() {
            self.check(&world);
            let next = self.next(&world);
            if next.is_empty() {
                self.check_serial(&world);
            }
            for after in next {
                if seen.insert(key(&after)) {
                    open.push_back(after);
                }
            }
        }
        seen.len()
    }
}

/// Equal for worlds in which the same can happen.
fn key(world: &World) -> (u64, u64) {
    let print = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        world.naive.hash(&mut hasher);
        world.events.hash(&mut hasher);
        for instance in world.cell.snapshot().instances() {
            instance.version().hash(&mut hasher);
        }
        for scheduler in &world.schedulers {
            (scheduler.wants, scheduler.tries, scheduler.placed).hash(&mut hasher);
            let claims = scheduler.planned.iter().flat_map(Transaction::claims);
            claims.for_each(|claim| claim.hash(&mut hasher));
        }
        hasher.finish()
    };
    (print(0), print(1))
}

/// All settings: every cell, every mix of policies, every set of schedulers and events.
fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    for kinds in KINDS {
        for cell in CELLS {
            for events in EVENTS {
                for mix in 0..POLICIES.len().pow(kinds.len() as u32) {
                    let policy = |nth: usize| POLICIES[mix / POLICIES.len().pow(nth as u32) % 3];
                    settings.push(Setting {
                        kinds: kinds.to_vec(),
                        requests: kinds.iter().map(|kind| request(*kind)).collect(),
                        policies: (0..kinds.len()).map(policy).collect(),
                        events,
                        cell,
                    });
                }
            }
        }
    }
    settings
}

#[test]
fn no_interleaving_breaks_a_law() {
    let settings = settings();
    assert_eq!(settings.len(), 4 * 4 * (9 + 5 * 27));
    let is_long = std::env::var_os("ECS_LONG").is_some();
    // A number without a common divisor reaches all kinds, cells, events and policies.
    let step = if is_long { 1 } else { 271 };
    let states: usize = settings.iter().step_by(step).map(Setting::explore).sum();
    let expected = if is_long { 5_708_071 } else { 7_513 };
    assert_eq!(states, expected);
}
