//! Which tasks stop: the guide's rules on examples, and a naive reference on random clusters.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::{Attribute, ContainerInstance, Resource};
use ecs_placement::{
    BinpackField, CellState, CellTask, PlacementRequest, Registration, Snapshot, SpreadField,
    Strategy as Placing, scale_in,
};
use ecs_taskdef::TaskDefinition;
use proptest::prelude::*;
use serde_json::json;

const ZONE: &str = "ecs.availability-zone";

fn instance(name: &str, zone: Option<&str>, memory: i32) -> Registration {
    let attributes = zone.map(|zone| {
        let mut attribute = Attribute::named(ZONE);
        attribute.value = Some(zone.to_owned());
        attribute
    });
    let described = ContainerInstance::default()
        .with_container_instance_arn(name.to_owned())
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_attributes(attributes)
        .with_registered_resources([
            Resource::integer(Resource::CPU, 2_000),
            Resource::integer(Resource::MEMORY, memory),
        ]);
    Registration::try_from(&described).unwrap()
}

fn service(cpu: u32, memory: u32) -> PlacementRequest {
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web",
        "containerDefinitions": [{"name": "web", "image": "web", "cpu": cpu, "memory": memory}],
    }))
    .unwrap();
    PlacementRequest::new(&definition)
        .unwrap()
        .with_group("service:web")
}

/// Runs a task on one instance.
fn start(cell: &mut CellState, request: &PlacementRequest, task: &str, on: &str) {
    let names = ecs_placement::start_task(&cell.snapshot(), request, &[on]).unwrap();
    let transaction = names.into_plan().into_transaction(task, [task]).unwrap();
    let commit = cell.commit(&transaction, Default::default()).unwrap();
    assert_eq!(commit.placed().len(), 1, "{task} on {on}");
}

/// `a` and `b` in zone 1a, `c` in 1b.
fn cluster(tasks: &[(&str, &str)]) -> CellState {
    let mut cell = CellState::new();
    cell.register(&instance("a", Some("1a"), 1_000));
    cell.register(&instance("b", Some("1a"), 2_000));
    cell.register(&instance("c", Some("1b"), 1_000));
    for (task, on) in tasks {
        start(&mut cell, &service(10, 100), task, on);
    }
    cell
}

fn stop(cell: &CellState, strategies: &[Placing], count: u32, seed: u64) -> Vec<String> {
    let tasks: Vec<_> = cell.tasks().collect();
    let chosen = scale_in(&cell.snapshot(), strategies, &tasks, |_| true, count, seed);
    chosen.iter().map(|task| task.to_string()).collect()
}

fn by_zone() -> Placing {
    Placing::Spread(SpreadField::Attribute(ZONE.into()))
}

fn binpack() -> Placing {
    Placing::Binpack(BinpackField::Memory)
}

#[test]
fn binpack_stops_where_most_is_left() {
    let cell = cluster(&[("1", "a"), ("2", "b"), ("3", "c"), ("4", "c")]);
    // 2,000 MiB less one task on `b`; the others have less.
    assert_eq!(stop(&cell, &[binpack()], 1, 0), ["2"]);
    // Then `a` has 900 and gets 100 back, `c` has 800.
    assert_eq!(stop(&cell, &[binpack()], 2, 0), ["2", "1"]);
}

#[test]
fn spread_keeps_the_zones_even() {
    let cell = cluster(&[("1", "a"), ("2", "a"), ("3", "b"), ("4", "c")]);
    for seed in 0..50 {
        let stopped = stop(&cell, &[by_zone()], 3, seed);
        // Two of the three in 1a go first, then either zone has one.
        assert!(
            stopped.iter().take(2).all(|task| *task != "4"),
            "{stopped:?}"
        );
    }
    // Inside of a zone it is chance.
    let firsts: std::collections::BTreeSet<String> = (0..50)
        .flat_map(|seed| stop(&cell, &[by_zone()], 1, seed))
        .collect();
    assert_eq!(firsts.len(), 3);
    // Several strategies narrow one after the other.
    for seed in 0..20 {
        assert_eq!(stop(&cell, &[by_zone(), binpack()], 1, seed), ["3"]);
    }
}

#[test]
fn without_strategy_the_zone_then_the_instance_with_most_tasks() {
    let cell = cluster(&[("1", "a"), ("2", "b"), ("3", "b"), ("4", "c"), ("5", "c")]);
    for seed in 0..50 {
        let stopped = stop(&cell, &[], 1, seed);
        assert!(["2", "3"].contains(&&*stopped.concat()), "{stopped:?}");
    }
}

#[test]
fn what_may_not_stop_stays_and_counts() {
    let mut cell = cluster(&[("1", "a"), ("2", "b"), ("3", "c")]);
    let tasks: Vec<_> = cell.tasks().collect();
    let keep = |task: &CellTask| *task.task != *"1";
    let chosen = scale_in(&cell.snapshot(), &[by_zone()], &tasks, keep, 3, 0);
    let chosen: Vec<&str> = chosen.iter().map(|task| &**task).collect();
    // 1a has two tasks, so that 2 goes first though only it may.
    assert_eq!(chosen, ["2", "3"]);
    // What stops already counts no more.
    cell.stopping("2");
    let chosen = stop(&cell, &[], 3, 0);
    assert_eq!(chosen.len(), 2);
    assert!(!chosen.contains(&"2".to_owned()));
}

#[test]
fn a_task_of_a_lost_instance_stops_first() {
    let mut cell = cluster(&[("1", "a"), ("2", "a"), ("3", "c")]);
    let tasks: Vec<_> = cell.tasks().collect();
    cell.deregister("c");
    let chosen = scale_in(&cell.snapshot(), &[], &tasks, |_| true, 1, 0);
    assert_eq!(chosen, [Arc::from("3")]);
}

/// Every task that may be the next one to stop, by going through all of them.
fn naive(
    snapshot: &Snapshot,
    strategies: &[Placing],
    running: &[&CellTask],
    freed: &BTreeMap<Arc<str>, (u64, u64)>,
) -> Vec<Arc<str>> {
    let zone = |task: &CellTask, name: &str| {
        let instance = snapshot.instance(&task.instance).unwrap();
        instance.attribute(name).flatten().map(str::to_owned)
    };
    let default = [by_zone(), Placing::Spread(SpreadField::InstanceId)];
    let strategies = match strategies {
        [] => default.as_slice(),
        given => given,
    };
    let mut best: Vec<&&CellTask> = running.iter().collect();
    for strategy in strategies {
        let measure = |task: &CellTask| -> u64 {
            let same = |like: &dyn Fn(&CellTask) -> bool| {
                running.iter().filter(|other| like(other)).count() as u64
            };
            let remaining = snapshot.instance(&task.instance).unwrap().remaining();
            let (cpu, memory) = freed.get(&task.instance).copied().unwrap_or_default();
            match strategy {
                Placing::Spread(SpreadField::InstanceId) => {
                    same(&|other| other.instance == task.instance)
                }
                Placing::Spread(SpreadField::Attribute(name)) => {
                    same(&|other| zone(other, name) == zone(task, name))
                }
                Placing::Binpack(BinpackField::Cpu) => {
                    remaining.cpu + cpu + u64::from(task.needs.cpu)
                }
                Placing::Binpack(BinpackField::Memory) => {
                    remaining.memory + memory + u64::from(task.needs.memory)
                }
                _ => 0,
            }
        };
        if *strategy == Placing::Random {
            break;
        }
        let most = best.iter().map(|task| measure(task)).max();
        best.retain(|task| Some(measure(task)) == most);
    }
    best.into_iter()
        .map(|task| Arc::clone(&task.task))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("ECS_LONG").is_some() { 100_000 } else { 300 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_naive_reference_agrees(
        zones in prop::collection::vec(prop::option::of(prop::sample::select(vec!["1a", "1b"])), 1..5),
        tasks in prop::collection::vec((any::<prop::sample::Index>(), 1..3_u32, 1..3_u32), 0..9),
        strategies in prop::sample::subsequence(
            vec![
                by_zone(),
                Placing::Spread(SpreadField::InstanceId),
                binpack(),
                Placing::Binpack(BinpackField::Cpu),
                Placing::Random,
            ],
            0..4,
        ).prop_shuffle(),
        count in 0..10_u32,
        seed in any::<u64>(),
    ) {
        let mut cell = CellState::new();
        for (number, zone) in zones.iter().enumerate() {
            cell.register(&instance(&format!("i{number}"), *zone, 1_000));
        }
        for (number, (on, cpu, memory)) in tasks.iter().enumerate() {
            let on = format!("i{}", on.index(zones.len()));
            start(&mut cell, &service(cpu * 100, memory * 50), &format!("t{number}"), &on);
        }
        let snapshot = cell.snapshot();
        let tasks: Vec<CellTask> = cell.tasks().collect();
        let chosen = scale_in(&snapshot, &strategies, &tasks, |_| true, count, seed);
        prop_assert_eq!(chosen.len(), tasks.len().min(count as usize));
        let mut running: Vec<&CellTask> = tasks.iter().collect();
        let mut freed: BTreeMap<Arc<str>, (u64, u64)> = BTreeMap::new();
        for name in chosen {
            let allowed = naive(&snapshot, &strategies, &running, &freed);
            prop_assert!(allowed.contains(&name), "{} of {:?}", name, allowed);
            let at = running.iter().position(|task| task.task == name).unwrap();
            let task = running.remove(at);
            let given = freed.entry(Arc::clone(&task.instance)).or_default();
            given.0 += u64::from(task.needs.cpu);
            given.1 += u64::from(task.needs.memory);
        }
    }
}
