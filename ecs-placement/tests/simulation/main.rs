//! Simulated clusters: services, placement and the lifecycle of each task, joined by a virtual
//! clock, with faults. The same seed gives the same trace.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod cluster;

use std::ops::Range;

use cluster::Cluster;

/// Seeds and steps. The long run, which takes hours, can be cut into slices of its seeds:
/// `ECS_LONG=1 ECS_SEEDS=2500..5000`.
fn budget() -> (Range<u64>, u32) {
    if std::env::var_os("ECS_LONG").is_none() {
        return (0..100, 1_000);
    }
    let Ok(slice) = std::env::var("ECS_SEEDS") else {
        return (0..10_000, 10_000);
    };
    let (from, to) = slice.split_once("..").unwrap();
    (from.parse().unwrap()..to.parse().unwrap(), 10_000)
}

#[test]
fn whatever_happens_the_services_stay_in_their_bounds_and_recover() {
    let (range, steps) = budget();
    let mut totals = [0_u64; 3];
    for seed in range.clone() {
        let mut cluster = Cluster::new(seed);
        for _ in 0..steps {
            cluster.step();
        }
        let took = cluster.recover();
        assert!(took < 2_000, "seed {seed}: {:#?}", cluster.waits());
        for (total, count) in totals.iter_mut().zip(cluster.counts()) {
            *total += count;
        }
    }
    let [starts, stops, failed] = totals;
    println!("seeds {range:?}, {steps} steps: {starts} starts, {stops} stops, {failed} failures");
    let seeds = range.end - range.start;
    assert!(starts > seeds * 50 && stops > seeds * 10 && failed > seeds);
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let trace = |seed: u64| {
        let mut cluster = Cluster::new(seed);
        for _ in 0..300 {
            cluster.step();
        }
        cluster.trace()
    };
    for seed in 0..5 {
        assert_eq!(trace(seed), trace(seed));
        assert_ne!(trace(seed), trace(seed + 1));
    }
}
