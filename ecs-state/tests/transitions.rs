//! The published table against every state that the machines can come to.
//!
//! `ECS_BLESS=1` writes the table anew.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod key;

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt::Write;
use std::hash::Hash;
use std::time::Duration;

use ecs_model::Timestamp;
use ecs_state::{
    AgentAction, AgentTask, AgentTaskStatus, ContainerReport, ContainerSpec, ContainerStatus,
    ForceDeregistration, HostLoss, HostProvider, InstanceMachine, Phases, Registration,
    ReportedStatus, RestartPolicy, RuntimeError, RuntimeEvent, StopCause, TaskMachine, TaskNetwork,
    TaskReport, TaskSpec, TaskStatus, transition,
};

use key::key;

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

/// Machine, from, event, to, actions.
type Row = [String; 5];

fn names<T: std::fmt::Debug>(actions: impl Iterator<Item = T>) -> String {
    let names: Vec<String> = actions.map(|action| format!("{action:?}")).collect();
    names.join(", ")
}

/// Visits every state, and notes each step in which something changes or is to be done.
fn walk<S: Clone + Hash, E>(
    machine: &str,
    first: S,
    events: &[(&str, E)],
    label: impl Fn(&S) -> String,
    mut take: impl FnMut(&mut S, &E) -> Option<String>,
    rows: &mut BTreeSet<Row>,
) {
    let mut seen = HashSet::from([key(&first)]);
    let mut open = VecDeque::from([first]);
    while let Some(state) = open.pop_front() {
        for (name, event) in events {
            let mut next = state.clone();
            let Some(actions) = take(&mut next, event) else {
                continue;
            };
            let (from, to) = (label(&state), label(&next));
            if from != to || !actions.is_empty() {
                rows.insert([machine, &from, name, &to, &actions].map(str::to_owned));
            }
            if seen.insert(key(&next)) {
                open.push_back(next);
            }
        }
    }
}

fn all_phases() -> Vec<Phases> {
    let mut found = vec![Phases::guide_2015()];
    for host in [HostProvider::ContainerInstance, HostProvider::Managed] {
        for network in [TaskNetwork::Host, TaskNetwork::Awsvpc] {
            for registration in [
                Registration::None,
                Registration::ServiceDiscovery,
                Registration::LoadBalancer,
            ] {
                found.push(Phases::of(host, network, registration));
            }
        }
    }
    found
}

#[derive(Clone, Copy)]
enum TaskStep {
    Report(ReportedStatus),
    Exit,
    Launched,
    Stop,
    Lost,
    Returned(bool),
    Done(TaskStatus),
    Failed(TaskStatus),
    Timeout,
}

/// A task, and how often time has passed.
type TimedTask = (TaskMachine, u8);

fn take_task((task, timeouts): &mut TimedTask, step: &TaskStep) -> Option<String> {
    match step {
        TaskStep::Report(status) => {
            let _ = task.handle_report(&TaskReport::new(*status), EPOCH);
        }
        TaskStep::Exit => {
            let report = TaskReport::new(ReportedStatus::Running)
                .with_container(ContainerReport::stopped("web", 1));
            let _ = task.handle_report(&report, EPOCH);
        }
        TaskStep::Launched => {
            let _ = task.handle_launched(EPOCH);
        }
        TaskStep::Stop => {
            let _ = task.handle_stop(StopCause::User { reason: None }, EPOCH);
        }
        TaskStep::Lost => {
            let _ = task.handle_host_lost(HostLoss::Deregistered, EPOCH);
        }
        TaskStep::Returned(has_task) => {
            let _ = task.handle_host_returned(*has_task, EPOCH);
        }
        TaskStep::Done(phase) => {
            let _ = task.handle_phase_done(*phase, EPOCH);
        }
        TaskStep::Failed(phase) => {
            let _ = task.handle_phase_failed(*phase, "no", EPOCH);
        }
        TaskStep::Timeout => {
            if *timeouts == 2 {
                return None;
            }
            *timeouts += 1;
            let _ = task.handle_timeout(task.poll_timeout()?);
        }
    }
    while task.poll_change().is_some() {}
    Some(names(std::iter::from_fn(|| task.poll_action())))
}

fn task_rows(rows: &mut BTreeSet<Row>) {
    let events = [
        ("report PENDING", TaskStep::Report(ReportedStatus::Pending)),
        ("report RUNNING", TaskStep::Report(ReportedStatus::Running)),
        ("report STOPPED", TaskStep::Report(ReportedStatus::Stopped)),
        ("essential container ends", TaskStep::Exit),
        ("agent has it", TaskStep::Launched),
        ("stop", TaskStep::Stop),
        ("host lost", TaskStep::Lost),
        ("host back with it", TaskStep::Returned(true)),
        ("host back without it", TaskStep::Returned(false)),
        (
            "PROVISIONING done",
            TaskStep::Done(TaskStatus::Provisioning),
        ),
        ("ACTIVATING done", TaskStep::Done(TaskStatus::Activating)),
        (
            "DEACTIVATING done",
            TaskStep::Done(TaskStatus::Deactivating),
        ),
        (
            "DEPROVISIONING done",
            TaskStep::Done(TaskStatus::Deprovisioning),
        ),
        (
            "PROVISIONING failed",
            TaskStep::Failed(TaskStatus::Provisioning),
        ),
        (
            "ACTIVATING failed",
            TaskStep::Failed(TaskStatus::Activating),
        ),
        (
            "DEACTIVATING failed",
            TaskStep::Failed(TaskStatus::Deactivating),
        ),
        (
            "DEPROVISIONING failed",
            TaskStep::Failed(TaskStatus::Deprovisioning),
        ),
        ("timeout", TaskStep::Timeout),
    ];
    for phases in all_phases() {
        let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
        let mut task = TaskMachine::new(spec, phases, EPOCH);
        while task.poll_change().is_some() {}
        let actions = names(std::iter::from_fn(|| task.poll_action()));
        let to = task.status().to_string();
        rows.insert(["task", "", "create", &to, &actions].map(str::to_owned));
        let label = |state: &TimedTask| state.0.status().to_string();
        walk("task", (task, 0), &events, label, take_task, rows);
    }
}

enum ContainerStep {
    Event(RuntimeEvent),
    Stop,
    Timeout,
}

fn take_container(task: &mut AgentTask, step: &ContainerStep) -> Option<String> {
    if task.status() == AgentTaskStatus::Stopped || task.restart_count("web") > Some(1) {
        return None;
    }
    match step {
        ContainerStep::Event(event) => {
            let _ = task.handle_event("web", event.clone(), EPOCH);
        }
        ContainerStep::Stop => {
            let _ = task.handle_stop(EPOCH);
        }
        ContainerStep::Timeout => {
            let at = task.poll_timeout()?;
            let _ = task.handle_timeout(at);
        }
    }
    while task.poll_report().is_some() {}
    let actions = std::iter::from_fn(|| task.poll_action());
    let names: Vec<&str> = actions
        .map(|action| match action {
            AgentAction::PullManifest { .. } => "PullManifest",
            AgentAction::Pull { .. } => "Pull",
            AgentAction::Create { .. } => "Create",
            AgentAction::Start { .. } => "Start",
            AgentAction::ProvisionNetwork { .. } => "ProvisionNetwork",
            AgentAction::Stop { .. } => "Stop",
            AgentAction::Kill { .. } => "Kill",
            _ => "CleanUp",
        })
        .collect();
    Some(names.join(", "))
}

fn container_rows(rows: &mut BTreeSet<Row>) {
    let failed = |step| {
        let error = RuntimeError::new("CannotDoItError", "no");
        ContainerStep::Event(RuntimeEvent::Failed { step, error })
    };
    let stopped = RuntimeEvent::Stopped {
        exit_code: Some(0),
        reason: None,
    };
    let started = RuntimeEvent::Started {
        network_bindings: Vec::new(),
    };
    let events = [
        (
            "manifest pulled",
            ContainerStep::Event(RuntimeEvent::ManifestPulled { digest: None }),
        ),
        ("image pulled", ContainerStep::Event(RuntimeEvent::Pulled)),
        (
            "created",
            ContainerStep::Event(RuntimeEvent::Created { runtime_id: None }),
        ),
        ("started", ContainerStep::Event(started)),
        ("ended", ContainerStep::Event(stopped)),
        ("pull failed", failed(ContainerStatus::Pulled)),
        ("create failed", failed(ContainerStatus::Created)),
        ("start failed", failed(ContainerStatus::Running)),
        ("stop failed", failed(ContainerStatus::Stopped)),
        ("task stops", ContainerStep::Stop),
        ("timeout", ContainerStep::Timeout),
    ];
    let restart = RestartPolicy::new().with_attempt_period(Duration::ZERO);
    for container in [
        ContainerSpec::new("web"),
        ContainerSpec::new("web").with_restart(restart),
    ] {
        let mut task = AgentTask::new(TaskSpec::new([container]).unwrap(), EPOCH);
        while task.poll_action().is_some() {}
        let label = |task: &AgentTask| {
            let known = task.container_status("web").unwrap();
            format!("{known}:{}", task.container_desired_status("web").unwrap())
        };
        walk("container", task, &events, label, take_container, rows);
    }
}

#[derive(Clone, Copy)]
enum InstanceStep {
    Connected,
    Disconnected,
    TrunkAttached,
    TrunkFailed,
    TrunkDetached,
    Drain,
    Activate,
    Deregister,
    Force,
    Terminated,
    Timeout,
}

/// A container instance, and how often its connection has changed.
type CountedInstance = (InstanceMachine, u8);

fn take_instance((instance, count): &mut CountedInstance, step: &InstanceStep) -> Option<String> {
    let before = instance.is_connected();
    let limit = Duration::from_secs(60);
    let _ = match step {
        InstanceStep::Connected => {
            instance.handle_agent_connected(EPOCH);
            Ok(())
        }
        InstanceStep::Disconnected => {
            instance.handle_agent_disconnected(EPOCH);
            Ok(())
        }
        InstanceStep::TrunkAttached => instance.handle_trunk_attached(EPOCH),
        InstanceStep::TrunkFailed => instance.handle_trunk_failed("no", EPOCH),
        InstanceStep::TrunkDetached => instance.handle_trunk_detached(EPOCH),
        InstanceStep::Drain => instance.handle_drain_within(limit, EPOCH),
        InstanceStep::Activate => instance.handle_activate(EPOCH),
        InstanceStep::Deregister => instance.handle_deregister(ForceDeregistration::No, 0, EPOCH),
        InstanceStep::Force => instance.handle_deregister(ForceDeregistration::Yes, 1, EPOCH),
        InstanceStep::Terminated => instance.handle_terminated(EPOCH),
        InstanceStep::Timeout => {
            let _ = instance.handle_timeout(instance.poll_timeout()?);
            Ok(())
        }
    };
    *count += u8::from(instance.is_connected() != before);
    while instance.poll_change().is_some() {}
    let actions = names(std::iter::from_fn(|| instance.poll_action()));
    // Back and forth changes nothing else.
    (*count < 3 && instance.version() < 9).then_some(actions)
}

fn instance_rows(rows: &mut BTreeSet<Row>) {
    let events = [
        ("agent connected", InstanceStep::Connected),
        ("agent disconnected", InstanceStep::Disconnected),
        ("trunk attached", InstanceStep::TrunkAttached),
        ("trunk failed", InstanceStep::TrunkFailed),
        ("trunk detached", InstanceStep::TrunkDetached),
        ("drain", InstanceStep::Drain),
        ("activate", InstanceStep::Activate),
        ("deregister", InstanceStep::Deregister),
        ("deregister by force", InstanceStep::Force),
        ("host terminated", InstanceStep::Terminated),
        ("timeout", InstanceStep::Timeout),
    ];
    let label = |(instance, _): &CountedInstance| {
        let agent = if instance.is_connected() {
            ""
        } else {
            " without agent"
        };
        format!("{}{agent}", instance.status())
    };
    for mut instance in [
        InstanceMachine::register(EPOCH),
        InstanceMachine::register_with_trunk(EPOCH),
    ] {
        while instance.poll_change().is_some() {}
        let actions = names(std::iter::from_fn(|| instance.poll_action()));
        let to = instance.status().to_string();
        rows.insert(["instance", "", "register", &to, &actions].map(str::to_owned));
        walk(
            "instance",
            (instance, 0),
            &events,
            label,
            take_instance,
            rows,
        );
    }
}

#[cfg(feature = "agent")]
fn update_rows(rows: &mut BTreeSet<Row>) {
    use ecs_model::agent::AgentUpdateSubject;
    use ecs_model::version::Version;
    use ecs_state::{AgentUpdate, UpdateAction};

    let (old, new) = (Version::new(1, 3, 1), Version::new(1, 4, 0));
    let agent = AgentUpdateSubject::new(Some(old));
    let update = AgentUpdate::request(&agent, new, true, EPOCH).unwrap();
    let mut first = update;
    let actions = names(std::iter::from_fn(|| first.poll_action()));
    let to = first.status().to_string();
    rows.insert(["update", "", "request", &to, &actions].map(str::to_owned));
    type Take = fn(&mut AgentUpdate) -> Option<()>;
    let events: [(&str, Take); 10] = [
        ("StageUpdate sent", |update| {
            let _ = update.handle_sent(UpdateAction::StageUpdate, EPOCH);
            Some(())
        }),
        ("StageUpdate acknowledged", |update| {
            let _ = update.handle_acknowledged(UpdateAction::StageUpdate, EPOCH);
            Some(())
        }),
        ("PerformUpdate sent", |update| {
            let _ = update.handle_sent(UpdateAction::PerformUpdate, EPOCH);
            Some(())
        }),
        ("PerformUpdate acknowledged", |update| {
            let _ = update.handle_acknowledged(UpdateAction::PerformUpdate, EPOCH);
            Some(())
        }),
        ("refused", |update| {
            let _ = update.handle_refused("no", EPOCH);
            Some(())
        }),
        ("new agent registers", |update| {
            let _ = update.handle_registered(Some(&Version::new(1, 4, 0)), EPOCH);
            Some(())
        }),
        ("old agent registers", |update| {
            let _ = update.handle_registered(Some(&Version::new(1, 3, 1)), EPOCH);
            Some(())
        }),
        ("agent connects", |update| {
            let _ = update.handle_connected(EPOCH);
            Some(())
        }),
        ("agent disconnects", |update| {
            let _ = update.handle_disconnected(EPOCH);
            Some(())
        }),
        ("timeout", |update| {
            let at = update.poll_timeout()?;
            let _ = update.handle_timeout(at);
            Some(())
        }),
    ];
    let label = |update: &AgentUpdate| update.status().to_string();
    let take = |update: &mut AgentUpdate, take: &Take| {
        take(update)?;
        Some(names(std::iter::from_fn(|| update.poll_action())))
    };
    walk("update", first, &events, label, take, rows);
}

fn found() -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    task_rows(&mut rows);
    container_rows(&mut rows);
    instance_rows(&mut rows);
    #[cfg(feature = "agent")]
    update_rows(&mut rows);
    rows
}

fn written(rows: &BTreeSet<Row>) -> String {
    let mut text =
        "\n| machine | from | event | to | actions |\n|---|---|---|---|---|\n".to_owned();
    for [machine, from, event, to, actions] in rows {
        writeln!(text, "| {machine} | {from} | {event} | {to} | {actions} |").unwrap();
    }
    text
}

#[test]
fn the_table_is_what_the_machines_do() {
    let rows = found();
    if std::env::var("ECS_BLESS").is_ok_and(|value| value == "1") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/transition/table.md");
        std::fs::write(path, written(&rows)).unwrap();
        return;
    }
    let published: BTreeSet<Row> = transition::rows()
        .map(|row| [row.machine, row.from, row.event, row.to, row.actions].map(str::to_owned))
        .collect();
    let missing: Vec<_> = rows.difference(&published).collect();
    let wrong: Vec<_> = published.difference(&rows).collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "missing {missing:#?}, wrong {wrong:#?}"
    );
}
