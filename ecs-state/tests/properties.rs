//! What holds for every task, whatever comes in whichever order.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod budget;

use std::time::Duration;

use budget::config;
use ecs_model::{HealthStatus, Timestamp};
use ecs_state::{
    AgentAction, AgentEvent, AgentOptions, AgentTask, AgentTaskStatus, AttachmentKind,
    AttachmentStatus, Behaviour, Condition, ContainerReport, ContainerSpec, ContainerStatus,
    HostLoss, HostProvider, Phases, Recorded, Registration, ReportedStatus, ResourceEvent,
    ResourceSpec, RestartPolicy, RuntimeError, RuntimeEvent, StatusPair, StopCause, TaskEvent,
    TaskMachine, TaskNetwork, TaskReport, TaskSpec, TaskStatus, Verdict, WaitCause,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde::Serialize;
use serde::de::DeserializeOwned;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        Just(Condition::Create),
        Just(Condition::Start),
        Just(Condition::Complete),
        Just(Condition::Success),
        Just(Condition::Healthy),
    ]
}

/// Up to four containers, each depending only on later ones.
fn spec() -> impl Strategy<Value = TaskSpec> {
    let container = (
        any::<[bool; 3]>(),
        proptest::option::of(1_u64..9),
        proptest::option::of(0_u64..5),
        proptest::collection::vec((any::<Index>(), condition()), 0..3),
    );
    (proptest::collection::vec(container, 1..=4), any::<bool>()).prop_map(|(drawn, secret)| {
        let count = drawn.len();
        let containers = drawn.into_iter().enumerate().map(|(position, drawn)| {
            let ([essential, health_check, agent], start_timeout, restart, dependencies) = drawn;
            let mut container = ContainerSpec::new(NAMES[position]);
            container.essential = essential || position == 0;
            container.has_health_check = health_check;
            container.managed_agent = agent;
            container.start_timeout = start_timeout.map(Duration::from_secs);
            container.restart = restart.map(|seconds| {
                RestartPolicy::new().with_attempt_period(Duration::from_secs(seconds))
            });
            let later = count - position - 1;
            for (which, condition) in dependencies.into_iter().filter(|_| later > 0) {
                let other = NAMES[position + 1 + which.index(later)];
                container = container.depends_on(other, condition);
            }
            container
        });
        let secrets = ResourceSpec::new("secrets")
            .with_credentials()
            .required_by("a", ContainerStatus::Pulled);
        let resources = secret.then_some(secrets);
        TaskSpec::new(containers)
            .unwrap()
            .with_resources(resources)
            .unwrap()
    })
}

fn runtime_event() -> impl Strategy<Value = RuntimeEvent> {
    prop_oneof![
        proptest::option::of(Just("sha256:0".to_owned()))
            .prop_map(|digest| RuntimeEvent::ManifestPulled { digest }),
        Just(RuntimeEvent::Pulled),
        Just(RuntimeEvent::Created { runtime_id: None }),
        Just(RuntimeEvent::Started {
            network_bindings: Vec::new()
        }),
        proptest::option::of(0..3).prop_map(|exit_code| RuntimeEvent::Stopped {
            exit_code,
            reason: None
        }),
        (1_usize..7).prop_map(|step| RuntimeEvent::Failed {
            step: ContainerStatus::ALL[step],
            error: RuntimeError::new("DockerTimeoutError", "took too long"),
        }),
        Just(RuntimeEvent::Health(HealthStatus::Healthy)),
        Just(RuntimeEvent::Health(HealthStatus::Unhealthy)),
        Just(RuntimeEvent::ManagedAgentStarted),
        Just(RuntimeEvent::ManagedAgentStopped { reason: None }),
    ]
}

fn agent_event() -> impl Strategy<Value = (AgentEvent, i64)> {
    let event = prop_oneof![
        20 => (0_usize..5, runtime_event()).prop_map(|(container, event)| AgentEvent::Container {
            container: NAMES.get(container).copied().unwrap_or("nobody").to_owned(),
            event,
        }),
        1 => Just(AgentEvent::Stop),
        1 => Just(AgentEvent::Credentials),
        1 => prop_oneof![
            Just(ResourceEvent::Created),
            Just(ResourceEvent::Failed { reason: "no".to_owned() }),
            Just(ResourceEvent::Removed),
        ].prop_map(|event| AgentEvent::Resource { resource: "secrets".to_owned(), event }),
        2 => status().prop_map(AgentEvent::ReportAcknowledged),
        1 => Just(AgentEvent::ReportFailed),
        1 => Just(AgentEvent::HealthLost),
        4 => Just(AgentEvent::Timeout),
    ];
    // The clock of a host may also go back.
    (event, -3_i64..20)
}

fn statuses(task: &AgentTask) -> Vec<ContainerStatus> {
    NAMES
        .iter()
        .filter_map(|name| task.container_status(name))
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_agent_never_goes_back_and_repeats_itself(
        spec in spec(),
        agent in any::<bool>(),
        events in proptest::collection::vec(agent_event(), 0..60),
    ) {
        let behaviour = if agent { Behaviour::Agent1_105 } else { Behaviour::Strict };
        let options = AgentOptions::default().with_behaviour(behaviour);
        let mut task = AgentTask::with_options(spec.clone(), options, at(0));
        let mut again = task.clone();
        let mut now = 0;
        let mut reported = ReportedStatus::Pending;
        for (event, seconds) in &events {
            now += seconds;
            let before = task.clone();
            let verdict = task.handle(event, at(now));
            prop_assert!(task.status() >= before.status());
            for (old, new) in statuses(&before).iter().zip(statuses(&task)) {
                prop_assert!(new >= *old);
            }
            if matches!(verdict, Verdict::Rejected(_)) {
                prop_assert_eq!(&task, &before);
            }
            for container in spec.containers().iter().filter(|container| container.essential) {
                if task.container_status(&container.name) == Some(ContainerStatus::Stopped) {
                    prop_assert!(task.shall_stop());
                }
            }
            while let Some(report) = task.poll_report() {
                prop_assert!(report.status() >= reported);
                reported = report.status();
            }
            while task.poll_health().is_some() {}
            // Deciding says the same, and what is decided brings a copy that is saved and restored
            // at every step the same way.
            let decision = before.decide(event.clone(), at(now));
            prop_assert_eq!(decision.outcome, verdict);
            again = restored(&again);
            if let Some(record) = &decision.record {
                let _ = again.apply(&restored(record));
            }
            while again.poll_report().is_some() {}
            while again.poll_health().is_some() {}
            prop_assert_eq!(&task, &again);
        }
    }

    /// A runtime that answers everything, in any order, brings every task to where it shall be;
    /// what still waits then, waits for a container that runs.
    #[test]
    fn no_task_is_stuck(
        spec in spec(),
        choices in proptest::collection::vec((any::<Index>(), 0..12), 200),
    ) {
        let mut task = AgentTask::new(spec, at(0));
        let _ = task.handle_credentials(at(0));
        let mut open: Vec<AgentAction> = Vec::new();
        let mut choices = choices.into_iter();
        let mut clock = 0;
        loop {
            open.extend(std::iter::from_fn(|| task.poll_action()));
            if open.is_empty() {
                break;
            }
            let Some((which, outcome)) = choices.next() else {
                return Ok(());
            };
            clock += 1;
            let action = open.swap_remove(which.index(open.len()));
            take(&mut task, &action, outcome, at(clock));
        }
        for wait in task.waiting() {
            let WaitCause::Dependency { on, .. } = wait.cause else {
                return Err(TestCaseError::fail(format!("{wait}")));
            };
            let known = task.container_status(on).unwrap();
            let waits_itself = task.waiting().iter().any(|other| other.container == on);
            prop_assert!(known == ContainerStatus::Running || waits_itself, "{}", wait);
        }

        let _ = task.handle_stop(at(clock));
        let mut steps = 0;
        while let Some(action) = task.poll_action() {
            take(&mut task, &action, 0, at(clock));
            steps += 1;
            prop_assert!(steps < 100);
        }
        prop_assert_eq!(task.status(), AgentTaskStatus::Stopped);
    }
}

/// The host takes an action, and the task hears of it.
fn take(task: &mut AgentTask, action: &AgentAction, outcome: i32, now: Timestamp) {
    if let AgentAction::CreateResource { resource } = action {
        let event = match outcome {
            1 => ResourceEvent::Failed {
                reason: "no".to_owned(),
            },
            _ => ResourceEvent::Created,
        };
        let _ = task.handle_resource(resource, event, now);
    } else if let AgentAction::RemoveResource { resource } = action {
        let _ = task.handle_resource(resource, ResourceEvent::Removed, now);
    } else {
        let (container, event) = respond(action, outcome);
        let _ = task.handle_event(&container, event, now);
    }
}

/// How a runtime may answer: mostly well, at times with an error or an early end.
fn respond(action: &AgentAction, outcome: i32) -> (String, RuntimeEvent) {
    let (container, step, event) = match action {
        AgentAction::PullManifest { container } => (
            container,
            ContainerStatus::ManifestPulled,
            RuntimeEvent::ManifestPulled { digest: None },
        ),
        AgentAction::Pull { container } => {
            (container, ContainerStatus::Pulled, RuntimeEvent::Pulled)
        }
        AgentAction::Create { container } => (
            container,
            ContainerStatus::Created,
            RuntimeEvent::Created { runtime_id: None },
        ),
        AgentAction::Start { container } if outcome > 8 => (
            container,
            ContainerStatus::Running,
            RuntimeEvent::Stopped {
                exit_code: Some(outcome - 9),
                reason: None,
            },
        ),
        AgentAction::Start { container } => (
            container,
            ContainerStatus::Running,
            RuntimeEvent::Started {
                network_bindings: Vec::new(),
            },
        ),
        AgentAction::Stop { container, .. } | AgentAction::Kill { container } => (
            container,
            ContainerStatus::Stopped,
            RuntimeEvent::Stopped {
                exit_code: Some(143),
                reason: None,
            },
        ),
        _ => return (String::new(), RuntimeEvent::Pulled),
    };
    let event = if outcome == 1 {
        RuntimeEvent::Failed {
            step,
            error: RuntimeError::new("CannotDoItError", "no"),
        }
    } else {
        event
    };
    (container.to_string(), event)
}

fn phases() -> impl Strategy<Value = Phases> {
    let host = prop_oneof![
        Just(HostProvider::ContainerInstance),
        Just(HostProvider::Managed)
    ];
    let network = prop_oneof![Just(TaskNetwork::Host), Just(TaskNetwork::Awsvpc)];
    let registration = prop_oneof![
        Just(Registration::None),
        Just(Registration::ServiceDiscovery),
        Just(Registration::LoadBalancer),
    ];
    prop_oneof![
        Just(Phases::guide_2015()),
        (host, network, registration).prop_map(|(host, network, registration)| Phases::of(
            host,
            network,
            registration
        )),
    ]
}

fn status() -> impl Strategy<Value = ReportedStatus> {
    prop_oneof![
        Just(ReportedStatus::Pending),
        Just(ReportedStatus::Running),
        Just(ReportedStatus::Stopped),
    ]
}

fn report() -> impl Strategy<Value = TaskEvent> {
    let container =
        (0_usize..4, status(), proptest::option::of(0..2)).prop_map(|(name, status, exit_code)| {
            let container = ContainerReport::new(NAMES[name], status);
            match exit_code.filter(|_| status == ReportedStatus::Stopped) {
                Some(code) => container.with_exit_code(code),
                None => container,
            }
        });
    let time = || proptest::option::of((0_i64..300).prop_map(at));
    (
        status(),
        proptest::collection::vec(container, 0..3),
        (time(), time(), time()),
    )
        .prop_map(|(status, containers, times)| {
            let report = containers
                .into_iter()
                .fold(TaskReport::new(status), TaskReport::with_container);
            let mut request = report.to_request();
            request.pull_started_at = times.0;
            request.pull_stopped_at = times.1;
            request.execution_stopped_at = times.2;
            TaskEvent::Report(request)
        })
}

fn event() -> impl Strategy<Value = (TaskEvent, i64)> {
    let phase = || (0_usize..9).prop_map(|position| TaskStatus::ALL[position]);
    let reason = || "no".to_owned();
    let health = prop_oneof![Just(HealthStatus::Healthy), Just(HealthStatus::Unhealthy)];
    let event = prop_oneof![
        8 => report(),
        2 => Just(TaskEvent::Stop(StopCause::User { reason: None })),
        1 => Just(TaskEvent::HostLost(HostLoss::Deregistered)),
        8 => phase().prop_map(TaskEvent::PhaseDone),
        1 => phase().prop_map(move |phase| TaskEvent::PhaseFailed { phase, reason: reason() }),
        1 => Just(TaskEvent::Launched),
        1 => (0_usize..4, health).prop_map(|(name, health)| TaskEvent::Health {
            container: NAMES[name].to_owned(),
            health,
        }),
        1 => any::<bool>().prop_map(|is_connected| TaskEvent::Connectivity { is_connected }),
        1 => any::<bool>().prop_map(|has_task| TaskEvent::HostReturned { has_task }),
        1 => (0_usize..8).prop_map(|position| TaskEvent::Attachment {
            id: "eni".to_owned(),
            status: AttachmentStatus::ALL[position],
        }),
        2 => Just(TaskEvent::Timeout),
    ];
    (event, -3_i64..90)
}

/// What comes back when a machine is saved.
fn restored<T: Serialize + DeserializeOwned>(machine: &T) -> T {
    let text = serde_json::to_string(machine).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Whether an event asks for something anew each time that it comes.
const fn asks_again(event: &TaskEvent) -> bool {
    matches!(
        event,
        TaskEvent::PhaseFailed { .. } | TaskEvent::HostReturned { .. }
    )
}

/// The times that are known, in the order that they must have.
fn times_in_order(task: &TaskMachine) -> bool {
    let times = task.timeline();
    let chain = [
        Some(times.created_at),
        times.pull_started_at,
        times.pull_stopped_at,
        times.started_at,
        times.stopped_at,
    ];
    let before_end = |time: Option<Timestamp>| match (time, times.stopped_at) {
        (Some(time), Some(end)) => time <= end,
        _ => true,
    };
    chain.into_iter().flatten().is_sorted()
        && before_end(times.stopping_at)
        && before_end(times.execution_stopped_at)
}

fn check_changes(task: &mut TaskMachine, phases: Phases) -> Result<(), TestCaseError> {
    let mut last: Option<StatusPair> = None;
    let mut version = 0;
    while let Some(change) = task.poll_change() {
        version += 1;
        prop_assert_eq!(change.version, version);
        prop_assert_eq!(change.from, last);
        prop_assert!(change.to.is_reachable(), "{}", change.to);
        if let Some(from) = last.filter(|from| from.last != change.to.last) {
            prop_assert!(
                phases.allow(from.last, change.to.last),
                "{from} to {}",
                change.to
            );
        }
        last = Some(change.to);
    }
    prop_assert_eq!(task.version(), version);
    prop_assert_eq!(last, Some(task.status()));
    Ok(())
}

fn four_containers() -> TaskSpec {
    TaskSpec::new([
        ContainerSpec::new("a").with_health_check(),
        ContainerSpec::new("b"),
        ContainerSpec::new("c").non_essential(),
        ContainerSpec::new("d").non_essential(),
    ])
    .unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_task_obeys_its_rules_whatever_comes(
        phases in phases(),
        events in proptest::collection::vec(event(), 0..40),
    ) {
        let interface = AttachmentKind::ElasticNetworkInterface;
        let mut task = TaskMachine::new(four_containers(), phases, at(0))
            .with_attachment("eni", interface);
        let mut again = task.clone();
        let mut now = 0;
        for (event, seconds) in &events {
            now += seconds;
            let before = task.clone();
            let verdict = task.handle(event, at(now));
            prop_assert!(times_in_order(&task), "{:?}", task.timeline());
            prop_assert!(task.status().last >= before.status().last);
            prop_assert!(task.status().shall_stop >= before.status().shall_stop);
            if before.stop_cause().is_some() {
                prop_assert_eq!(task.stop_cause(), before.stop_cause());
            }
            if matches!(verdict, Verdict::Rejected(_)) {
                prop_assert_eq!(&task, &before);
            }
            let stopped = ReportedStatus::Stopped;
            if task.containers().take(2).any(|essential| essential.status() == stopped) {
                prop_assert!(task.status().shall_stop);
            }
            // A second copy of an event never moves anything.
            let mut twice = task.clone();
            let second = twice.handle(event, at(now));
            prop_assert!(second != Verdict::Applied || asks_again(event), "{:?}", event);
            prop_assert_eq!(&twice, &task);

            // Deciding says the same, and what is decided brings a copy to the same state, even
            // one that was saved in between.
            let decision = before.decide(event.clone(), at(now));
            prop_assert_eq!(decision.outcome, verdict);
            if let Some(record) = &decision.record {
                again = restored(&again);
                let _ = again.apply(&restored(record));
            }
            prop_assert_eq!(&again, &task);
        }
        check_changes(&mut task, phases)?;
    }

    /// Whatever the order in which the reports of one life arrive, the end is the same.
    #[test]
    fn reports_may_overtake_each_other(order in Just([0, 1, 2, 3]).prop_shuffle()) {
        let reports = [
            TaskReport::new(ReportedStatus::Pending).with_pull_started_at(at(1)),
            TaskReport::new(ReportedStatus::Running)
                .with_container(ContainerReport::running("a"))
                .with_container(ContainerReport::running("b")),
            TaskReport::new(ReportedStatus::Running)
                .with_container(ContainerReport::stopped("a", 7)),
            TaskReport::new(ReportedStatus::Stopped)
                .with_container(ContainerReport::stopped("b", 0)),
        ];
        let mut task = TaskMachine::new(four_containers(), Phases::guide_2015(), at(0));
        for position in order {
            let _ = task.handle_report(&reports[position], at(9));
        }
        prop_assert_eq!(task.status().to_string(), "STOPPED:STOPPED");
        prop_assert_eq!(task.container("a").unwrap().exit_code(), Some(7));
        prop_assert_eq!(task.container("b").unwrap().exit_code(), Some(0));
        prop_assert_eq!(task.timeline().pull_started_at, Some(at(1)));
        prop_assert!(times_in_order(&task));
    }
}
