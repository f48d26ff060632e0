//! Placements on a loaded cluster, beside a plain scan over its free amounts.
//!
//! The cluster has instances of four types in three zones, 99 racks and 100 rows, and ten tasks
//! of 150 shapes for each of them, placed at random. A line of the first groups is one placement from end to end: a
//! snapshot, a plan with a seed of its own, a transaction, its commit; the planner is kept. Tasks
//! are stopped again after every 5,000 placements, which is not measured; that the planner has to
//! catch up with it is.
//!
//! | lines | what is placed |
//! |---|---|
//! | repeated shape | one request again and again, by each strategy and each pair of them |
//! | 150 by Zipf | requests with `memberOf`, while the snapshot that was planned on still lives |
//! | new shape | a size and a group that were never seen, with an expression that was or was not |
//! | `task:group` | a request whose expression each placement changes |
//!
//! The scan is what a scheduler does without an index: one pass over (cpu, memory) pairs of
//! 10,000 instances, written plainly, measured before and after each line. Behind each figure
//! stands the best time of a sample and how many of it go into the best of the scans; of what
//! takes longer than a scan, how many scans it takes. Copies that find no room do not count as
//! placed, the time to find that out does.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

#[path = "placement/cluster.rs"]
mod cluster;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cluster::{Cluster, Random, expression, request, strategies};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ecs_placement::{CellState, CommitPolicy, HostPort, PlacementRequest, Plan, Planner, Query};

/// Placements before the tasks are stopped again, outside of the measurement.
const ROUND: u64 = 5_000;

fn is_test() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

/// The size of a cluster; the tests only see that nothing breaks.
fn size(instances: usize) -> usize {
    if is_test() { 64 } else { instances }
}

/// A plain pass over 10,000 pairs.
fn scan() -> Duration {
    let mut random = Random(1);
    let pairs: Vec<(u32, u32)> = (0..10_000)
        .map(|_| (random.below(8_192), random.below(32_000)))
        .collect();
    let pass = |n: u32| {
        let fits = |(cpu, memory): &&(u32, u32)| *cpu >= 64 + n % 7 && *memory >= 256 + n % 5;
        let started = Instant::now();
        black_box(
            black_box(&pairs)
                .iter()
                .filter(fits)
                .map(|(_, memory)| *memory)
                .min(),
        );
        started.elapsed()
    };
    (0..501).map(pass).min().unwrap_or_default()
}

/// What is measured: the time of placements, and how many there were.
#[derive(Default)]
struct Spent {
    time: Duration,
    placements: u64,
}

/// Places one copy of what `next` gives, again and again.
fn place(
    cluster: &mut Cluster,
    planner: &mut Planner,
    keeps_snapshot: bool,
    iterations: u64,
    next: &mut dyn FnMut(u64) -> PlacementRequest,
) -> Duration {
    let mut spent = Spent::default();
    while spent.placements < iterations {
        let count = ROUND.min(iterations - spent.placements);
        let requests: Vec<_> = (0..count).map(&mut *next).collect();
        let names = cluster.names(count);
        let mut placed = 0;
        let started = Instant::now();
        // A seed of its own for each plan: chance that never changes would keep to few instances.
        let seeded = (spent.placements..).zip(&requests);
        for ((seed, request), (token, task)) in seeded.zip(&names) {
            let snapshot = cluster.cell.snapshot();
            let plan = planner.plan(&snapshot, request, seed);
            let transaction = plan.into_transaction(token.clone(), [task.clone()]);
            // Without room there is no claim, and nothing to commit.
            let kept = keeps_snapshot.then_some(snapshot);
            let Ok(transaction) = transaction else {
                continue;
            };
            let commit = cluster
                .cell
                .commit(&transaction, CommitPolicy::Partial)
                .unwrap();
            placed += commit.placed().len() as u64;
            drop(kept);
        }
        spent.time += started.elapsed();
        // The small cluster of the tests may have no room.
        let counted = if is_test() { count } else { placed };
        assert!(counted > 0, "no copy finds room");
        spent.placements += counted;
        for (token, task) in &names {
            cluster.cell.stopped(task);
            cluster.cell.forget(token);
        }
    }
    spent.time
}

struct Bench<'a> {
    criterion: &'a mut Criterion,
    /// The best time in seconds of each line of repeated shapes, by size and name.
    bests: BTreeMap<(usize, String), f64>,
}

impl Bench<'_> {
    fn line(
        &mut self,
        group: &str,
        name: &str,
        cluster: &mut Cluster,
        keeps_snapshot: bool,
        mut next: impl FnMut(u64) -> PlacementRequest,
    ) -> f64 {
        let mut planner = Planner::new();
        let mut lines = self.criterion.benchmark_group(group);
        lines.throughput(Throughput::Elements(1));
        let best = measure(&mut lines, name, |iterations| {
            place(cluster, &mut planner, keeps_snapshot, iterations, &mut next)
        });
        lines.finish();
        best
    }

    /// One request again and again, by each of some lists of strategies.
    fn repeated(&mut self, cluster: &mut Cluster, instances: usize, is_meant: fn(&str) -> bool) {
        let group = format!("repeated shape, {} instances", thousands(instances));
        let lists = strategies().into_iter();
        for (name, strategies) in lists.filter(|(name, _)| is_meant(name)) {
            let repeated = request("service:web", &strategies, &[]);
            let best = self.line(&group, &name, cluster, false, |_| repeated.clone());
            if best < f64::MAX && !is_test() {
                self.bests.insert((instances, name), best);
            }
        }
    }

    /// How the cost of a placement grows with the cluster.
    fn growth(&self) {
        println!("\ngrowth of the cost of a placement from 1,000 to 50,000 instances:");
        for ((instances, name), small) in &self.bests {
            let large = self.bests.get(&(50_000, name.clone()));
            if let (1_000, Some(large)) = (*instances, large) {
                println!("{name:>24} {:.2}", large / small);
            }
        }
    }
}

/// Measures one line; gives back the best time of a sample in seconds, and prints it beside the
/// scan.
fn measure(
    lines: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut run: impl FnMut(u64) -> Duration,
) -> f64 {
    let mut best = f64::MAX;
    let before = scan();
    lines.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let time = run(iterations);
            best = best.min(time.as_secs_f64() / iterations as f64);
            time
        });
    });
    if !is_test() && best < f64::MAX {
        let scan = scan().min(before).as_secs_f64();
        let ratio = match best < scan {
            true => format!("{:.2} to a scan", scan / best),
            false => format!("{:.1} scans", best / scan),
        };
        let (best, scan) = (best * 1e9, scan * 1e6);
        println!("{:>24} best {best:.0} ns, {ratio} of {scan:.2} us\n", "");
    }
    best
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}

fn placements(criterion: &mut Criterion) {
    let bests = BTreeMap::new();
    let mut bench = Bench { criterion, bests };
    for instances in [10_000, 1_000, 50_000] {
        let mut cluster = Cluster::new(size(instances), 10);
        let is_meant: fn(&str) -> bool = match instances {
            10_000 => |_| true,
            _ => |name| !name.contains(' '),
        };
        bench.repeated(&mut cluster, instances, is_meant);
        let size = format!("{} instances", thousands(instances));
        many_shapes(&mut bench, &mut cluster, &size);
    }
    bench.growth();
}

/// Shapes that differ, over zones and then by memory.
fn many_shapes(bench: &mut Bench<'_>, cluster: &mut Cluster, size: &str) {
    let group = format!("many shapes, {size}");
    let ways = [
        ("spread", "attribute:ecs.availability-zone"),
        ("binpack", "memory"),
    ];
    let mut random = Random(3);
    let shapes: Vec<_> = (0..150)
        .map(|n| {
            let query = expression(&mut random);
            let request = request(&format!("family:shape-{n}"), &ways, &[&query]);
            cluster::resized(request, &mut random)
        })
        .collect();
    let zipf = cluster::zipf(shapes.len());
    let name = "150 by Zipf, memberOf, a snapshot at each commit";
    let mut draws = Random(4);
    bench.line(&group, name, cluster, true, |_| {
        let at = zipf(&mut draws);
        shapes.get(at).unwrap().clone()
    });
    let mut number = 0;
    let mut fresh = |query: &str| {
        number += 1;
        request(&format!("family:new-{number}"), &ways, &[query])
    };
    let queries: Vec<_> = (0..150).map(|_| expression(&mut random)).collect();
    let known = |n: u64| queries.get(usize::try_from(n).unwrap() % 150).unwrap();
    let mut sizes = Random(5);
    let mut next = |n| cluster::resized(fresh(known(n)), &mut sizes);
    bench.line(
        &group,
        "new shape, known expression",
        cluster,
        false,
        &mut next,
    );
    let mut n = 0;
    bench.line(&group, "new shape, new `==`/`in`", cluster, false, |_| {
        n += 1;
        let query = format!("attribute:stack in [prod, x{n}] and attribute:rack != r{n}");
        cluster::resized(fresh(&query), &mut sizes)
    });
    bench.line(&group, "new shape, new `=~`", cluster, false, |_| {
        n += 1;
        let query = format!("attribute:ecs.instance-type =~ (m5|c{n}).*");
        cluster::resized(fresh(&query), &mut sizes)
    });
    let varying = "not(task:group == family:fill-3) and runningTasksCount < 40";
    let repeated = request("service:varying", &ways, &[varying]);
    let name = "task:group and runningTasksCount";
    bench.line(&group, name, cluster, false, |_| repeated.clone());
}

fn around_it(criterion: &mut Criterion) {
    for instances in [10_000, 50_000] {
        let mut cluster = Cluster::new(size(instances), 10);
        let name = format!("cell, {} instances", thousands(instances));
        let mut group = criterion.benchmark_group(name);
        measure(&mut group, "snapshot", |iterations| {
            let started = Instant::now();
            for _ in 0..iterations {
                black_box(cluster.cell.snapshot());
            }
            started.elapsed()
        });
        measure(&mut group, "first change after it", |iterations| {
            first_changes(&mut cluster, iterations)
        });
        let service = request("service:big", &[("spread", "attribute:zone")], &[]);
        let service = service.with_count(u32::try_from(size(10_000)).unwrap());
        let snapshot = cluster.cell.snapshot();
        group.sample_size(10);
        measure(&mut group, "a service of 10,000 from zero", |iterations| {
            let started = Instant::now();
            for _ in 0..iterations {
                // A planner that has not seen the cluster before.
                black_box(Plan::new(&snapshot, &service, 1).claims().len());
            }
            started.elapsed()
        });
        measure(
            &mut group,
            "an instance with 10 tasks is lost",
            |iterations| losses(&mut cluster, iterations),
        );
        group.finish();
    }
    let mut group = criterion.benchmark_group("cell, one instance");
    group.sample_size(10);
    for tasks in [2_000, 20_000] {
        let name = format!("an instance with {} tasks is lost", thousands(tasks));
        measure(&mut group, &name, |iterations| {
            (0..iterations).map(|_| loss_of_many(size(tasks))).sum()
        });
    }
    group.finish();
    conflicts();
}

/// Commits that find a snapshot of the state before.
fn first_changes(cluster: &mut Cluster, iterations: u64) -> Duration {
    let small = request("service:first", &[], &[]);
    let mut planner = Planner::new();
    let mut time = Duration::ZERO;
    for (token, task) in cluster.names(iterations) {
        let plan = planner.plan(&cluster.cell.snapshot(), &small, 1);
        let transaction = plan
            .into_transaction(token.clone(), [task.clone()])
            .unwrap();
        let snapshot = cluster.cell.snapshot();
        let started = Instant::now();
        let commit = cluster.cell.commit(&transaction, CommitPolicy::Partial);
        time += started.elapsed();
        drop(snapshot);
        let _ = black_box(commit.unwrap());
        cluster.cell.stopped(&task);
        cluster.cell.forget(&token);
    }
    time
}

fn losses(cluster: &mut Cluster, iterations: u64) -> Duration {
    let mut time = Duration::ZERO;
    for _ in 0..iterations {
        let (arn, registration) = cluster.an_instance();
        let started = Instant::now();
        let lost = cluster.cell.deregister(&arn);
        time += started.elapsed();
        black_box(lost);
        cluster.cell.register(&registration);
    }
    time
}

/// Takes away an instance on which so many tasks run.
fn loss_of_many(tasks: usize) -> Duration {
    let (mut cell, arn) = cluster::one_instance();
    let request = request("service:many", &[], &[]).with_count(u32::try_from(tasks).unwrap());
    let names = (0..tasks).map(|n| format!("{arn}/task/{n}"));
    let commit = cell.run(&request, 1, "many", names).unwrap();
    assert_eq!(commit.placed().len(), tasks);
    let started = Instant::now();
    black_box(cell.deregister(&arn));
    started.elapsed()
}

/// How often schedulers that plan on the same snapshot are in each other's way.
fn conflicts() {
    println!("\nschedulers that plan 10 tasks each on one snapshot and commit in turn:");
    println!("of 100 claims, for an instance that had changed / no longer fit / not placed\n");
    let ways: [(&str, &[(&str, &str)]); 3] = [
        ("binpack memory", &[("binpack", "memory")]),
        ("random", &[("random", "")]),
        ("spread instanceId", &[("spread", "instanceId")]),
    ];
    let policies = [
        ("AllOrNothing", CommitPolicy::AllOrNothing),
        ("Partial", CommitPolicy::Partial),
        ("Rebase", CommitPolicy::Rebase),
    ];
    let cluster = Cluster::new(size(2_000), 10);
    for (way, strategies) in ways {
        for (policy_name, policy) in policies {
            let figures = [2, 8, 32].map(|schedulers| {
                let mut cell = cluster.cell.clone();
                let before = cell.totals();
                for round in 0..20 {
                    rivals(&mut cell, strategies, policy, schedulers, round);
                }
                let totals = cell.totals();
                let claims = f64::from(schedulers) * 200.0;
                let share = |now: u64, then: u64| (now - then) as f64 * 100.0 / claims;
                format!(
                    "{:3.0} /{:3.0} /{:3.0}",
                    share(totals.moved, before.moved),
                    share(totals.conflicts, before.conflicts),
                    share(totals.unplaced, before.unplaced),
                )
            });
            println!("{way:20} {policy_name:14} {}", figures.join("  |  "));
        }
    }
}

fn rivals(
    cell: &mut CellState,
    strategies: &[(&str, &str)],
    policy: CommitPolicy,
    schedulers: u32,
    round: u32,
) {
    let snapshot = cell.snapshot();
    let mut planner = Planner::new();
    for scheduler in 0..schedulers {
        let task = request(&format!("service:{scheduler}"), strategies, &[]).with_count(10);
        let plan = planner.plan(&snapshot, &task, u64::from(round * 100 + scheduler));
        let token = format!("{round}-{scheduler}");
        let tasks = (0..).map(|n| format!("{token}-{n}"));
        let transaction = plan.into_transaction(token.clone(), tasks).unwrap();
        let _ = black_box(cell.commit(&transaction, policy).unwrap());
    }
}

/// Every reason of every instance, and their sum, by a planner that is kept and without one.
fn explanations(criterion: &mut Criterion) {
    let cluster = Cluster::new(size(10_000), 10);
    let snapshot = cluster.cell.snapshot();
    let small = request("service:small", &[], &[]);
    let large = {
        let mut needs = small.needs().clone();
        (needs.cpu, needs.memory) = (10_000, 100_000);
        small.clone().with_needs(needs)
    };
    let ports = {
        let mut needs = small.needs().clone();
        needs.ports = vec![HostPort::tcp(22), HostPort::tcp(80)];
        small.clone().with_needs(needs)
    };
    let elsewhere = ["attribute:stack == none and attribute:rack != r01"];
    let requests = [
        ("fits", small),
        ("lacks CPU and memory", large),
        ("a port is taken", ports),
        ("memberOf", request("service:away", &[], &elsewhere)),
    ];
    let mut planner = Planner::new();
    let mut group = criterion.benchmark_group("why not, 10,000 instances");
    for (name, request) in requests {
        let mut line = |what: &str, explain: &mut dyn FnMut()| {
            measure(&mut group, &format!("{what}: {name}"), |iterations| {
                let started = Instant::now();
                (0..iterations).for_each(|_| explain());
                started.elapsed()
            });
        };
        line("summary", &mut || {
            black_box(planner.summarize(&snapshot, &request));
        });
        line("every reason", &mut || {
            black_box(planner.explain(&snapshot, &request));
        });
        line("every reason, new planner", &mut || {
            black_box(snapshot.explain(&request));
        });
        line("room", &mut || {
            black_box(snapshot.room(&request));
        });
    }
    group.finish();
}

/// An expression is read once for each request that has it.
fn reading(criterion: &mut Criterion) {
    let text = "attribute:stack in [prod, test] and attribute:ecs.instance-type =~ m5.*";
    criterion.bench_function("an expression is read", |bencher| {
        bencher.iter(|| Query::parse(black_box(text)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = placements, around_it, explanations, reading
}
criterion_main!(benches);
