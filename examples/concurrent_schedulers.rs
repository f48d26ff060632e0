//! Schedulers as threads on one cell: how often they get in each other's way, by commit policy.
//!
//! ```sh
//! cargo run --release --example concurrent_schedulers
//! ```
//!
//! 2, 8 and 32 threads plan on snapshots of the same 1,000 instances without a lock, and lock the
//! cell only to commit. Who is refused plans again, which nobody is under `Rebase`. At the end
//! every task that was asked for is in the cell, and no instance holds more than it has.

mod chain;
mod ending;
mod output;
mod surplus;

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use ecs_model::{Attribute, ContainerInstance, PlacementStrategy, Resource};
use ecs_placement::{
    CellState, CommitPolicy, PlacementRequest, Planner, Registration, Snapshot, Totals,
};
use ecs_taskdef::TaskDefinition;
use ending::ending;
use output::println;
use serde_json::json;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const INSTANCES: usize = 1_000;
/// Rounds of each scheduler, and copies that it plans in a round.
const ROUNDS: u32 = 20;
const COPIES: u32 = 5;

const POLICIES: [(CommitPolicy, &str); 3] = [
    (CommitPolicy::AllOrNothing, "all or nothing"),
    (CommitPolicy::Partial, "partial"),
    (CommitPolicy::Rebase, "rebase"),
];

fn main() -> ExitCode {
    let answer = run().map(|()| Some(true));
    ending(answer.map_err(|error| -> Box<dyn Error> { error }))
}

fn run() -> Outcome {
    surplus::refuse(std::env::args().skip(1))?;
    println!("schedulers  policy          asked  placed  moved  conflicts  planned again");
    for schedulers in [2, 8, 32] {
        for (policy, name) in POLICIES {
            let cell = Mutex::new(cell()?);
            let again = race(&cell, schedulers, policy)?;
            let cell = cell.into_inner().unwrap_or_else(PoisonError::into_inner);
            let asked = schedulers * ROUNDS * COPIES;
            let Totals {
                placed,
                conflicts,
                moved,
                ..
            } = cell.totals();
            println!(
                "{schedulers:>10}  {name:<14} {asked:>6}  {placed:>6}  {moved:>5}  {conflicts:>9}  \
                 {again:>13}"
            );
            check(&cell, asked)?;
            if policy == CommitPolicy::Rebase && again > 0 {
                return Err(format!("{again} copies found no other place").into());
            }
        }
    }
    println!("\nnothing is lost: every task is in the cell, and every instance holds what it has");
    Ok(())
}

/// Lets all schedulers run at once; says how many copies were planned again.
fn race(cell: &Mutex<CellState>, schedulers: u32, policy: CommitPolicy) -> Outcome<u32> {
    let schedulers: Outcome<Vec<_>> = (0..schedulers).map(Scheduler::new).collect();
    let mut schedulers = schedulers?;
    let mut again = 0;
    for round in 0..ROUNDS {
        // All look at the cell at the same time, then they commit in whatever order they come.
        let snapshot = lock(cell).snapshot();
        again += thread::scope(|scope| -> Outcome<u32> {
            let threads: Vec<_> = schedulers
                .iter_mut()
                .map(|scheduler| {
                    let snapshot = snapshot.clone();
                    scope.spawn(move || scheduler.place(cell, snapshot, policy, round))
                })
                .collect();
            let outcomes = threads
                .into_iter()
                .map(|thread| thread.join().map_err(|_| "a scheduler has panicked")?);
            outcomes.sum()
        })?;
    }
    Ok(again)
}

struct Scheduler {
    who: u32,
    request: PlacementRequest,
    planner: Planner,
}

impl Scheduler {
    fn new(who: u32) -> Outcome<Self> {
        Ok(Self {
            who,
            request: request(who)?,
            planner: Planner::new(),
        })
    }

    /// Places the copies of a round; says how many were planned again.
    fn place(
        &mut self,
        cell: &Mutex<CellState>,
        mut snapshot: Snapshot,
        policy: CommitPolicy,
        round: u32,
    ) -> Outcome<u32> {
        let Self { who, request, .. } = self;
        let mut again = 0;
        let mut missing = COPIES;
        for attempt in 0.. {
            let seed = u64::from(*who) << 32 | u64::from(round);
            let request = request.clone().with_count(missing);
            let plan = self.planner.plan(&snapshot, &request, seed);
            let token = format!("{who}-{round}-{attempt}");
            let tasks = (0..).map(|number| format!("{token}-{number}"));
            let transaction = plan.into_transaction(&*token, tasks)?;
            let commit = lock(cell).commit(&transaction, policy)?;
            missing -= u32::try_from(commit.placed().len())?;
            if missing == 0 {
                break;
            }
            again += missing;
            // The lock is held for as long as it takes to copy a pointer.
            snapshot = lock(cell).snapshot();
        }
        Ok(again)
    }
}

fn lock(cell: &Mutex<CellState>) -> MutexGuard<'_, CellState> {
    cell.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a scheduler wants: shapes that differ a little, so that their sums differ too.
fn request(who: u32) -> Outcome<PlacementRequest> {
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": format!("job-{who}"),
        "containerDefinitions": [{
            "name": "job", "image": "job", "cpu": 128 + who % 4 * 32, "memory": 200 + who % 8 * 50,
        }],
    }))?;
    let strategies: Vec<PlacementStrategy> = serde_json::from_value(json!([
        {"type": "spread", "field": "attribute:ecs.availability-zone"},
        {"type": "binpack", "field": "memory"},
    ]))?;
    Ok(PlacementRequest::new(&definition)?.with_strategies(&strategies)?)
}

fn cell() -> Outcome<CellState> {
    let mut cell = CellState::new();
    for (number, zone_name) in (0..INSTANCES).zip(["a", "b", "c"].into_iter().cycle()) {
        let mut zone = Attribute::named("ecs.availability-zone");
        zone.value = Some(format!("us-east-1{zone_name}"));
        let memory = 1_000 + i32::try_from(number % 7)? * 300;
        cell.register(&Registration::try_from(
            &ContainerInstance::default()
                .with_container_instance_arn(format!(
                    "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/{number:04}"
                ))
                .with_status("ACTIVE")
                .with_agent_connected(true)
                .with_attributes([zone])
                .with_registered_resources([
                    Resource::integer(Resource::CPU, 2_048),
                    Resource::integer(Resource::MEMORY, memory),
                ]),
        )?);
    }
    Ok(cell)
}

/// Adds everything up again.
fn check(cell: &CellState, asked: u32) -> Outcome {
    if cell.task_count() != asked as usize {
        return Err(format!("{} of {asked} tasks are there", cell.task_count()).into());
    }
    for instance in cell.snapshot().instances() {
        let tasks: Vec<_> = cell.tasks_on(instance.arn()).collect();
        let cpu: u64 = tasks.iter().map(|task| u64::from(task.needs.cpu)).sum();
        let memory: u64 = tasks.iter().map(|task| u64::from(task.needs.memory)).sum();
        let (has, left) = (instance.registered(), instance.remaining());
        if (cpu + left.cpu, memory + left.memory) != (has.cpu, has.memory) {
            return Err(format!("{} holds more than it has", instance.arn()).into());
        }
    }
    Ok(())
}
