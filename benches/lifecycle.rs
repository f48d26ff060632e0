//! Tasks from start to stop, on their host and in ECS together, beside a loop that only counts.
//!
//! An event is one `handle_*` call with all polls behind it. Throughput counts what happens to
//! containers on the host: that a manifest was pulled, an image, that a container was created,
//! started, stopped. The calls that follow from those (reports, acknowledgements, the stop of the
//! task) are made besides and not counted.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ecs_model::Timestamp;
use ecs_state::{
    AgentAction, AgentTask, Condition, ContainerSpec, Phases, RuntimeEvent, StopCause, TaskMachine,
    TaskSpec,
};

/// Tasks in one pass.
const TASKS: u64 = 100_000;
/// What happens to each container.
const EVENTS: u64 = 5;

fn spec(containers: usize) -> Arc<TaskSpec> {
    let name = |index: usize| format!("container-{index}");
    let containers = (0..containers).map(|index| {
        let container = ContainerSpec::new(name(index));
        match index {
            0 => container,
            // A tree: each container waits for the start of another.
            _ => container.depends_on(name((index - 1) / 2), Condition::Start),
        }
    });
    Arc::new(TaskSpec::new(containers).unwrap())
}

/// Answers what the host asks for, at once and well; counts the calls of `handle_*`.
struct Pair {
    host: AgentTask,
    task: TaskMachine,
    calls: u64,
    events: u64,
}

impl Pair {
    fn new(spec: &Arc<TaskSpec>, now: Timestamp) -> Self {
        let mut pair = Self {
            host: AgentTask::new(Arc::clone(spec), now),
            task: TaskMachine::new(Arc::clone(spec), Phases::guide_2015(), now),
            calls: 0,
            events: 0,
        };
        pair.poll_task();
        pair
    }

    fn poll_task(&mut self) {
        while let Some(action) = self.task.poll_action() {
            black_box(action);
        }
        while let Some(change) = self.task.poll_change() {
            black_box(change);
        }
        black_box(self.task.poll_timeout());
    }

    fn deliver(&mut self, now: Timestamp) {
        while let Some(report) = self.host.poll_report() {
            let status = report.status();
            let verdict = self.task.handle_report(&report, now);
            black_box(&verdict);
            self.poll_task();
            let _ = self.host.handle_report_acknowledged(status, now);
            self.calls += 2;
        }
        while let Some(report) = self.host.poll_health() {
            black_box(report);
        }
        black_box(self.host.poll_timeout());
    }

    fn run(&mut self, now: Timestamp) {
        while let Some(action) = self.host.poll_action() {
            let (container, event) = match action {
                AgentAction::PullManifest { container } => {
                    (container, RuntimeEvent::ManifestPulled { digest: None })
                }
                AgentAction::Pull { container } => (container, RuntimeEvent::Pulled),
                AgentAction::Create { container } => {
                    (container, RuntimeEvent::Created { runtime_id: None })
                }
                AgentAction::Start { container } => {
                    let network_bindings = Vec::new();
                    (container, RuntimeEvent::Started { network_bindings })
                }
                AgentAction::Stop { container, .. } => {
                    let stopped = RuntimeEvent::Stopped {
                        exit_code: Some(0),
                        reason: None,
                    };
                    (container, stopped)
                }
                _ => continue,
            };
            let verdict = self.host.handle_event(&container, event, now);
            black_box(&verdict);
            self.calls += 1;
            self.events += 1;
            self.deliver(now);
        }
    }

    /// From the start to the stop.
    fn live(&mut self, at: i64) {
        self.run(Timestamp::from_seconds(at));
        let now = Timestamp::from_seconds(at + 60);
        let _ = self.task.handle_stop(StopCause::User { reason: None }, now);
        self.poll_task();
        let _ = self.host.handle_stop(now);
        self.calls += 2;
        self.run(now);
    }
}

fn lives(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lifecycle");
    group.sample_size(10);
    for containers in [1_usize, 4, 10] {
        let spec = spec(containers);
        let events = EVENTS * containers as u64;
        group.throughput(Throughput::Elements(TASKS * events));
        group.bench_function(format!("{containers} containers"), |bencher| {
            bencher.iter(|| {
                for task in 0..TASKS {
                    let at = i64::try_from(task).unwrap();
                    let mut pair = Pair::new(&spec, Timestamp::from_seconds(at));
                    pair.live(at);
                    assert_eq!(pair.events, events);
                    black_box(&pair.calls);
                }
            });
        });
    }
    // What the same number of events costs that are only counted.
    group.throughput(Throughput::Elements(TASKS * EVENTS));
    group.bench_function("only counted", |bencher| {
        bencher.iter(|| {
            let mut counts = [0_u64; 5];
            for task in 0..TASKS {
                for event in 0..EVENTS {
                    let kind = black_box((task + event) % EVENTS);
                    if let Some(count) = counts.get_mut(usize::try_from(kind).unwrap()) {
                        *count += 1;
                    }
                }
            }
            counts
        });
    });
    group.finish();
}

criterion_group!(benches, lives);
criterion_main!(benches);
