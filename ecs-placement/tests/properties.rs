//! Laws of the cell, checked on random histories and against a naive placer.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_model::{ContainerInstance, Resource};
use ecs_placement::{
    CellState, CommitPolicy, HostPort, PlacementRequest, Plan, Registration, Transaction,
};
use ecs_taskdef::TaskDefinition;
use proptest::prelude::*;
use serde_json::json;

fn config() -> ProptestConfig {
    let cases = if std::env::var_os("ECS_LONG").is_some() {
        20_000
    } else {
        200
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn instance(name: usize, cpu: i32, memory: i32) -> Registration {
    let described = ContainerInstance::default()
        .with_container_instance_arn(format!("instance-{name}"))
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_registered_resources([
            Resource::integer(Resource::CPU, cpu),
            Resource::integer(Resource::MEMORY, memory),
        ]);
    Registration::try_from(&described).unwrap()
}

fn transaction(plan: Plan, token: &str) -> Transaction {
    let tasks = (0..).map(|number| format!("{token}-{number}"));
    plan.into_transaction(token, tasks).unwrap()
}

fn task(cpu: u16, memory: u16, port: u16) -> PlacementRequest {
    let mappings = match port {
        0 => json!([]),
        port => json!([{"containerPort": port, "hostPort": port}]),
    };
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": format!("f{cpu}-{memory}-{port}"),
        "containerDefinitions": [{
            "name": "c", "image": "i", "cpu": cpu, "memory": memory, "portMappings": mappings,
        }],
    }))
    .unwrap();
    PlacementRequest::new(&definition).unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    Plan {
        cpu: u16,
        memory: u16,
        port: u16,
        count: u32,
        seed: u64,
    },
    Commit {
        which: usize,
        policy: CommitPolicy,
    },
    Release {
        which: usize,
    },
    Lose {
        which: usize,
    },
    Join {
        which: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let policy = prop_oneof![
        Just(CommitPolicy::AllOrNothing),
        Just(CommitPolicy::Partial),
        Just(CommitPolicy::Rebase),
    ];
    prop_oneof![
        4 => (0..400u16, 1..400u16, 0..3u16, 1..5u32, any::<u64>())
            .prop_map(|(cpu, memory, port, count, seed)| Step::Plan { cpu, memory, port, count, seed }),
        4 => (any::<usize>(), policy).prop_map(|(which, policy)| Step::Commit { which, policy }),
        2 => any::<usize>().prop_map(|which| Step::Release { which }),
        1 => (0..4usize).prop_map(|which| Step::Lose { which }),
        1 => (0..4usize).prop_map(|which| Step::Join { which }),
    ]
}

const CPU: i32 = 1_000;
const MEMORY: i32 = 1_000;

/// What the tasks of each instance hold never exceeds what it has, and what is left is exactly
/// the difference.
fn check(cell: &CellState) -> Result<(), TestCaseError> {
    let snapshot = cell.snapshot();
    for instance in snapshot.instances() {
        let here: Vec<_> = cell.tasks_on(instance.arn()).collect();
        let cpu: u64 = here.iter().map(|task| u64::from(task.needs.cpu)).sum();
        let memory: u64 = here.iter().map(|task| u64::from(task.needs.memory)).sum();
        prop_assert_eq!(cpu + instance.remaining().cpu, instance.registered().cpu);
        prop_assert_eq!(
            memory + instance.remaining().memory,
            instance.registered().memory
        );
        let ports = here.iter().flat_map(|task| task.needs.ports.clone());
        let mut ports: Vec<HostPort> = ports.collect();
        ports.sort_unstable();
        let taken: Vec<_> = instance.remaining().taken_ports.into_iter().collect();
        prop_assert_eq!(ports, taken);
    }
    for task in cell.tasks() {
        prop_assert!(
            snapshot.instance(&task.instance).is_some(),
            "a task without an instance"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_history_overcommits(steps in prop::collection::vec(step(), 1..40)) {
        let mut cell = CellState::new();
        for name in 0..3 {
            cell.register(&instance(name, CPU, MEMORY));
        }
        let mut plans: Vec<Transaction> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Plan { cpu, memory, port, count, seed } => {
                    let request = task(cpu, memory, port).with_count(count);
                    let plan = Plan::new(&cell.snapshot(), &request, seed);
                    plans.push(transaction(plan, &format!("step-{number}")));
                }
                Step::Commit { which, policy } if !plans.is_empty() => {
                    let plan = plans.swap_remove(which % plans.len());
                    let before = serde_json::to_string(&cell).unwrap();
                    let version = cell.version();
                    let commit = cell.commit(&plan, policy).unwrap();
                    let claimed = plan.claims().len();
                    if policy == CommitPolicy::AllOrNothing {
                        prop_assert!(commit.placed().is_empty() || commit.conflicts().is_empty());
                    } else {
                        let answered = commit.placed().len() + commit.conflicts().len();
                        prop_assert_eq!(answered, claimed);
                    }
                    if commit.placed().is_empty() {
                        prop_assert_eq!(serde_json::to_string(&cell).unwrap(), before);
                    } else {
                        prop_assert_eq!(commit.version(), version + 1);
                        prop_assert_eq!(&cell.commit(&plan, policy).unwrap(), &commit);
                        prop_assert_eq!(cell.version(), version + 1);
                    }
                }
                Step::Release { which } => {
                    let tasks: Vec<_> = cell.tasks().map(|task| task.task).collect();
                    if let Some(task) = tasks.get(which % tasks.len().max(1)) {
                        cell.stopped(task).unwrap();
                    }
                }
                Step::Lose { which } => {
                    let lost = cell.deregister(&format!("instance-{which}"));
                    prop_assert!(lost.iter().all(|lost| cell.task(&lost.task).is_none()));
                }
                Step::Join { which } => {
                    if cell.snapshot().instance(&format!("instance-{which}")).is_none() {
                        cell.register(&instance(which, CPU, MEMORY));
                    }
                }
                Step::Commit { .. } => {}
            }
            check(&cell)?;
        }
    }

    #[test]
    fn a_plan_without_a_rival_always_commits(
        cpu in 0..600u16, memory in 1..600u16, port in 0..2u16, count in 1..8u32, seed: u64,
    ) {
        let mut cell = CellState::new();
        for name in 0..3 {
            cell.register(&instance(name, CPU, MEMORY));
        }
        let request = task(cpu, memory, port).with_count(count);
        let plan = Plan::new(&cell.snapshot(), &request, seed);
        let again = Plan::new(&cell.snapshot(), &request, seed);
        prop_assert_eq!(plan.claims(), again.claims());
        let unplaced = plan.unplaced() as usize;
        let transaction = transaction(plan, "token");
        let commit = cell.commit(&transaction, CommitPolicy::AllOrNothing).unwrap();
        prop_assert!(commit.conflicts().is_empty());
        prop_assert_eq!(commit.placed().len() + unplaced, count as usize);
    }

    #[test]
    fn as_many_copies_fit_as_arithmetic_says(
        cpu in 1..600u64, memory in 1..600u64, instances in 1..5usize, count in 1..30u32, seed: u64,
    ) {
        let mut cell = CellState::new();
        for name in 0..instances {
            cell.register(&instance(name, CPU, MEMORY));
        }
        let request = task(u16::try_from(cpu).unwrap(), u16::try_from(memory).unwrap(), 0);
        let request = request.with_count(count);
        let plan = Plan::new(&cell.snapshot(), &request, seed);
        let each = (1_000 / cpu).min(1_000 / memory);
        let room = usize::try_from(each).unwrap() * instances;
        prop_assert_eq!(plan.claims().len(), room.min(count as usize));
        let is_full = |explanation: ecs_placement::Explanation| {
            explanation.fitting().next().is_none()
        };
        prop_assert_eq!(plan.explain().map(is_full), (room < count as usize).then_some(true));
        prop_assert_eq!(plan.failures().is_empty(), plan.unplaced() == 0);
    }

    #[test]
    fn rebase_loses_no_task_while_there_is_room(seeds in prop::collection::vec(any::<u64>(), 2..32)) {
        let mut cell = CellState::new();
        for name in 0..4 {
            cell.register(&instance(name, CPU, MEMORY));
        }
        let request = task(25, 25, 0).with_count(5);
        let snapshot = cell.snapshot();
        let plans = seeds.iter().map(|seed| Plan::new(&snapshot, &request, *seed));
        for (number, plan) in plans.enumerate() {
            let transaction = transaction(plan, &format!("scheduler-{number}"));
            let commit = cell.commit(&transaction, CommitPolicy::Rebase).unwrap();
            prop_assert!(commit.conflicts().is_empty());
        }
        prop_assert_eq!(cell.task_count(), seeds.len() * 5);
    }
}
