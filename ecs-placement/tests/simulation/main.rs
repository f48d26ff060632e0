//! Simulated clusters: services, placement and the lifecycle of each task, joined by a virtual
//! clock, with faults. The same seed gives the same trace.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod cluster;

use cluster::Cluster;

/// Seeds and steps.
fn budget() -> (u64, u32) {
    match std::env::var_os("ECS_LONG") {
        Some(_) => (10_000, 10_000),
        None => (100, 1_000),
    }
}

#[test]
fn whatever_happens_the_services_stay_in_their_bounds_and_recover() {
    let (seeds, steps) = budget();
    let mut totals = [0_u64; 3];
    for seed in 0..seeds {
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
    println!("{seeds} seeds, {steps} steps: {starts} starts, {stops} stops, {failed} failures");
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
