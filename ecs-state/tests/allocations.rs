//! What machines take of memory, and that events take none.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use allocation_counter::measure;
use ecs_model::Timestamp;
use ecs_state::{
    AgentAction, AgentTask, AgentTaskStatus, Condition, ContainerSpec, Phases, RuntimeEvent,
    StopCause, TaskMachine, TaskSpec,
};

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

fn spec(containers: usize) -> Arc<TaskSpec> {
    let containers = (0..containers).map(|index| {
        let container = ContainerSpec::new(index.to_string());
        match index {
            0 => container,
            _ => container.depends_on((index - 1).to_string(), Condition::Start),
        }
    });
    Arc::new(TaskSpec::new(containers).unwrap())
}

fn bytes<T>(make: impl FnOnce() -> T) -> usize {
    let mut made = None;
    let taken = measure(|| made = Some(make()));
    usize::try_from(taken.bytes_current).unwrap() + size_of::<T>()
}

#[test]
fn machines_of_one_container_are_small() {
    let spec = spec(1);
    let host = bytes(|| AgentTask::new(Arc::clone(&spec), EPOCH));
    let task = bytes(|| TaskMachine::new(Arc::clone(&spec), Phases::guide_2015(), EPOCH));
    assert!(host <= 1_000, "{host} bytes on the host");
    assert!(task <= 600, "{task} bytes in ECS");
    println!("{host} bytes on the host, {task} bytes in ECS");
}

fn live(host: &mut AgentTask, task: &mut TaskMachine) {
    while let Some(action) = host.poll_action() {
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
        let _ = host.handle_event(&container, event, EPOCH);
        while let Some(report) = host.poll_report() {
            let _ = task.handle_report(&report, EPOCH);
        }
        while task.poll_action().is_some() || task.poll_change().is_some() {}
    }
}

#[test]
fn events_allocate_nothing() {
    // The first measurement of a thread counts its own setting up.
    let _ = measure(|| ());
    for containers in [1, 4, 10] {
        let spec = spec(containers);
        let mut host = AgentTask::new(Arc::clone(&spec), EPOCH);
        let mut task = TaskMachine::new(spec, Phases::guide_2015(), EPOCH);
        while task.poll_action().is_some() || task.poll_change().is_some() {}
        let up = measure(|| live(&mut host, &mut task));
        let stop = measure(|| {
            let _ = task.handle_stop(StopCause::User { reason: None }, EPOCH);
            let _ = host.handle_stop(EPOCH);
        });
        let down = measure(|| live(&mut host, &mut task));
        assert_eq!(host.status(), AgentTaskStatus::Stopped);
        let taken = [up, stop, down].map(|taken| taken.count_total);
        assert_eq!(taken, [0, 0, 0], "{containers} containers");
    }
}
