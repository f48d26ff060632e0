//! Lives of tasks, from the first report to the last, with both layers.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ecs_model::{HealthStatus, TaskStopCode, Timestamp};
use ecs_state::{
    AgentAction, AgentOptions, AgentTask, AgentTaskStatus, Condition, ContainerReport,
    ContainerSpec, ContainerStatus, HostLoss, HostProvider, ImagePull, Phases, Registration,
    Rejection, ReportedStatus, RestartPolicy, RuntimeError, RuntimeEvent, StopCause, StopSignal,
    TASK_CLEANUP_WAIT, TaskAction, TaskMachine, TaskNetwork, TaskReport, TaskSpec, TaskStatus,
    Verdict,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn spec(containers: impl IntoIterator<Item = ContainerSpec>) -> TaskSpec {
    TaskSpec::new(containers).unwrap()
}

fn actions(task: &mut AgentTask) -> Vec<AgentAction> {
    std::iter::from_fn(|| task.poll_action()).collect()
}

fn path(task: &mut TaskMachine) -> Vec<String> {
    std::iter::from_fn(|| task.poll_change())
        .map(|change| change.to.to_string())
        .collect()
}

fn work(task: &mut TaskMachine) -> Vec<TaskAction> {
    std::iter::from_fn(|| task.poll_action()).collect()
}

/// What a runtime answers when everything goes well, except what a test says.
fn answer(action: &AgentAction) -> Option<(Arc<str>, RuntimeEvent)> {
    let (container, event) = match action {
        AgentAction::PullManifest { container } => {
            (container, RuntimeEvent::ManifestPulled { digest: None })
        }
        AgentAction::Pull { container } => (container, RuntimeEvent::Pulled),
        AgentAction::Create { container } => {
            (container, RuntimeEvent::Created { runtime_id: None })
        }
        AgentAction::Start { container } => (
            container,
            RuntimeEvent::Started {
                network_bindings: Vec::new(),
            },
        ),
        AgentAction::Stop { container, .. } => (
            container,
            RuntimeEvent::Stopped {
                exit_code: Some(0),
                reason: None,
            },
        ),
        AgentAction::Kill { container } => (
            container,
            RuntimeEvent::Stopped {
                exit_code: Some(137),
                reason: None,
            },
        ),
        _ => return None,
    };
    Some((container.clone(), event))
}

/// Answers every action until nothing is left to do; gives the names of started containers and of
/// those asked to stop, in order.
fn run(task: &mut AgentTask, now: Timestamp) -> Vec<String> {
    let mut done = Vec::new();
    while let Some(action) = task.poll_action() {
        match &action {
            AgentAction::Start { container } => done.push(format!("start {container}")),
            AgentAction::Stop { container, .. } => done.push(format!("stop {container}")),
            _ => {}
        }
        if let Some((container, event)) = answer(&action) {
            let _ = task.handle_event(&container, event, now);
        }
    }
    done
}

fn exited(exit_code: i32) -> RuntimeEvent {
    RuntimeEvent::Stopped {
        exit_code: Some(exit_code),
        reason: None,
    }
}

#[test]
fn both_layers_from_pending_to_stopped() {
    let spec = spec([
        ContainerSpec::new("web"),
        ContainerSpec::new("log").non_essential(),
    ]);
    let mut agent = AgentTask::new(spec.clone(), at(0));
    let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
    assert_eq!(work(&mut task), [TaskAction::Launch]);

    run(&mut agent, at(5));
    while let Some(report) = agent.poll_report() {
        assert_eq!(task.handle_report(&report, at(6)), Verdict::Applied);
    }
    assert_eq!(task.status().to_string(), "RUNNING:RUNNING");
    assert_eq!(task.timeline().started_at, Some(at(6)));
    assert_eq!(task.timeline().pull_started_at, Some(at(5)));

    assert_eq!(
        agent.handle_event("web", exited(1), at(60)),
        Verdict::Applied
    );
    assert_eq!(run(&mut agent, at(61)), ["stop log"]);
    assert_eq!(agent.status(), AgentTaskStatus::Stopped);
    while let Some(report) = agent.poll_report() {
        assert_eq!(task.handle_report(&report, at(62)), Verdict::Applied);
    }
    assert_eq!(
        task.stop_code(),
        Some(TaskStopCode::EssentialContainerExited)
    );
    assert_eq!(
        task.stopped_reason().as_deref(),
        Some("Essential container in task exited")
    );
    assert_eq!(task.container("web").unwrap().exit_code(), Some(1));
    assert_eq!(task.timeline().execution_stopped_at, Some(at(60)));
    assert_eq!(task.timeline().stopped_at, Some(at(62)));
    assert_eq!(work(&mut task), []);
    assert_eq!(
        path(&mut task),
        [
            "PENDING:RUNNING",
            "RUNNING:RUNNING",
            "STOPPED:RUNNING",
            "STOPPED:STOPPED"
        ]
    );
}

#[test]
fn a_non_essential_container_may_go() {
    let mut agent = AgentTask::new(
        spec([
            ContainerSpec::new("busybox"),
            ContainerSpec::new("data").non_essential(),
        ]),
        at(0),
    );
    run(&mut agent, at(1));
    let _ = agent.handle_event("data", exited(0), at(2));
    assert_eq!(agent.status(), AgentTaskStatus::Running);
    assert_eq!(actions(&mut agent), []);
}

#[test]
fn a_process_has_thirty_seconds_to_end() {
    for (ends_after, killed) in [(29, false), (31, true)] {
        let mut agent = AgentTask::new(spec([ContainerSpec::new("web")]), at(0));
        run(&mut agent, at(0));
        assert_eq!(agent.handle_stop(at(100)), Verdict::Applied);
        assert_eq!(agent.handle_stop(at(100)), Verdict::Duplicate);
        let stop = AgentAction::Stop {
            container: "web".into(),
            signal: StopSignal::TERM,
            timeout: Duration::from_secs(30),
        };
        assert_eq!(actions(&mut agent), [stop]);
        assert_eq!(agent.poll_timeout(), Some(at(130)));
        let now = at(100 + ends_after);
        let _ = agent.handle_timeout(now);
        let kill = AgentAction::Kill {
            container: "web".into(),
        };
        assert_eq!(actions(&mut agent), Vec::from_iter(killed.then_some(kill)));
        let _ = agent.handle_event("web", exited(if killed { 137 } else { 0 }), now);
        assert_eq!(agent.status(), AgentTaskStatus::Stopped);
        assert_eq!(
            agent.poll_timeout(),
            Some(now.saturating_add(TASK_CLEANUP_WAIT))
        );
        assert_eq!(agent.reason(), None);
    }
}

#[test]
fn containers_start_in_order_and_stop_in_reverse() {
    let chain = [
        ContainerSpec::new("web").depends_on("app", Condition::Start),
        ContainerSpec::new("app").depends_on("db", Condition::Healthy),
        ContainerSpec::new("db").with_health_check(),
    ];
    let mut agent = AgentTask::new(spec(chain), at(0));
    assert_eq!(run(&mut agent, at(1)), ["start db"]);
    let waits: Vec<String> = agent.waiting().iter().map(ToString::to_string).collect();
    assert_eq!(
        waits,
        [
            "container `web` is MANIFEST_PULLED and waits for START of `app`, which is MANIFEST_PULLED",
            "container `app` is MANIFEST_PULLED and waits for HEALTHY of `db`, which is RUNNING with health UNKNOWN",
        ]
    );
    let healthy = RuntimeEvent::Health(HealthStatus::Healthy);
    assert_eq!(
        agent.handle_event("db", healthy.clone(), at(2)),
        Verdict::Applied
    );
    assert_eq!(agent.handle_event("db", healthy, at(2)), Verdict::Duplicate);
    assert_eq!(run(&mut agent, at(3)), ["start app", "start web"]);
    assert_eq!(agent.waiting(), []);

    let _ = agent.handle_stop(at(4));
    assert_eq!(
        agent.waiting()[2].to_string(),
        "container `db` is RUNNING and stops after `app`"
    );
    assert_eq!(
        agent.waiting()[0].to_string(),
        "container `web` is RUNNING and waits for the container runtime to bring it to STOPPED"
    );
    assert_eq!(run(&mut agent, at(5)), ["stop web", "stop app", "stop db"]);
}

/// For each condition: how the dependency ends, and whether the dependent runs.
#[test]
fn what_a_condition_can_never_meet_stops_the_task() {
    let table = [
        (Condition::Start, 1, None),
        (Condition::Complete, 1, None),
        (Condition::Success, 0, None),
        (
            Condition::Success,
            1,
            Some("dependency init never meets SUCCESS: it exited with code 1"),
        ),
        (
            Condition::Healthy,
            0,
            Some("dependency init never meets HEALTHY: it stopped before it was healthy"),
        ),
    ];
    for (condition, exit_code, refusal) in table {
        let init = ContainerSpec::new("init")
            .non_essential()
            .with_health_check();
        let web = ContainerSpec::new("web").depends_on("init", condition);
        let mut agent = AgentTask::new(spec([web, init]), at(0));
        run(&mut agent, at(1));
        let _ = agent.handle_event("init", exited(exit_code), at(2));
        run(&mut agent, at(3));
        match refusal {
            None => assert_eq!(agent.status(), AgentTaskStatus::Running, "{condition}"),
            Some(text) => {
                assert_eq!(agent.status(), AgentTaskStatus::Stopped, "{condition}");
                assert_eq!(agent.exit_code("web"), Some(143));
                let reason = format!("CannotStartContainerError: {text}");
                assert_eq!(agent.reason(), Some(reason.as_str()));
            }
        }
    }
}

#[test]
fn healthy_without_a_health_check_is_never_met() {
    let web = ContainerSpec::new("web").depends_on("db", Condition::Healthy);
    let mut agent = AgentTask::new(spec([web, ContainerSpec::new("db")]), at(0));
    run(&mut agent, at(1));
    assert_eq!(
        agent.reason(),
        Some(
            "CannotStartContainerError: dependency db never meets HEALTHY: \
             its definition has no health check"
        )
    );
}

#[test]
fn a_start_timeout_ends_the_wait() {
    let db = ContainerSpec::new("db")
        .with_health_check()
        .with_start_timeout(Duration::from_secs(8));
    let web = ContainerSpec::new("web").depends_on("db", Condition::Healthy);
    let mut agent = AgentTask::new(spec([web, db]), at(0));
    run(&mut agent, at(2));
    assert_eq!(agent.poll_timeout(), Some(at(10)));
    let _ = agent.handle_timeout(at(9));
    assert_eq!(actions(&mut agent), []);
    let _ = agent.handle_timeout(at(10));
    assert_eq!(
        agent.container_status("web"),
        Some(ContainerStatus::Stopped)
    );
    assert_eq!(run(&mut agent, at(11)), ["stop db"]);
    assert_eq!(agent.status(), AgentTaskStatus::Stopped);
}

#[test]
fn an_image_that_cannot_be_pulled() {
    let error = RuntimeError::new(
        "CannotPullContainerError",
        "Error: image library/bogus-1:latest not found",
    );
    let failed = RuntimeEvent::Failed {
        step: ContainerStatus::Pulled,
        error,
    };
    let mut options = AgentOptions::default();
    options.image_pull = ImagePull::Always;
    let spec = spec([ContainerSpec::new("bogus")]);
    let mut agent = AgentTask::with_options(spec.clone(), options, at(0));
    let mut task = TaskMachine::new(spec.clone(), Phases::guide_2015(), at(0));
    let manifest = RuntimeEvent::ManifestPulled { digest: None };
    let _ = agent.handle_event("bogus", manifest.clone(), at(1));
    let _ = agent.handle_event("bogus", failed.clone(), at(2));
    assert_eq!(agent.status(), AgentTaskStatus::Stopped);
    let report = agent.poll_report().unwrap();
    let text = "CannotPullContainerError: Error: image library/bogus-1:latest not found";
    assert_eq!(report.containers().next().unwrap().reason(), Some(text));
    assert_eq!(task.handle_report(&report, at(3)), Verdict::Applied);
    assert_eq!(task.stop_code(), Some(TaskStopCode::TaskFailedToStart));
    assert_eq!(
        task.stopped_reason().as_deref(),
        Some("Task failed to start")
    );
    assert_eq!(task.container("bogus").unwrap().reason(), Some(text));
    assert_eq!(
        path(&mut task),
        ["PENDING:RUNNING", "STOPPED:RUNNING", "STOPPED:STOPPED"]
    );

    // With the default behaviour, the image on the host is tried.
    let mut agent = AgentTask::new(spec, at(0));
    let _ = agent.handle_event("bogus", manifest, at(1));
    let _ = agent.handle_event("bogus", failed, at(2));
    assert_eq!(
        agent.container_status("bogus"),
        Some(ContainerStatus::Pulled)
    );
    let created = RuntimeEvent::Failed {
        step: ContainerStatus::Created,
        error: RuntimeError::new("CannotCreateContainerError", "no such image"),
    };
    let _ = agent.handle_event("bogus", created, at(3));
    assert_eq!(agent.reason(), Some(text));
}

#[test]
fn a_dependency_that_cannot_start_does_not_hold_up_what_runs() {
    let data = ContainerSpec::new("data").non_essential();
    let web = ContainerSpec::new("web").depends_on("data", Condition::Create);
    let mut agent = AgentTask::new(spec([web, data]), at(0));
    let mut start_of_data = None;
    while let Some(action) = agent.poll_action() {
        if matches!(&action, AgentAction::Start { container } if **container == *"data") {
            start_of_data = Some(action);
        } else if let Some((container, event)) = answer(&action) {
            let _ = agent.handle_event(&container, event, at(1));
        }
    }
    assert!(start_of_data.is_some());
    assert_eq!(
        agent.container_status("web"),
        Some(ContainerStatus::Running)
    );
    let failed = RuntimeEvent::Failed {
        step: ContainerStatus::Running,
        error: RuntimeError::new("CannotStartContainerError", "no such file"),
    };
    let _ = agent.handle_event("data", failed, at(2));
    assert_eq!(
        agent.container_status("data"),
        Some(ContainerStatus::Stopped)
    );
    assert_eq!(agent.status(), AgentTaskStatus::Running);
}

#[test]
fn what_waits_for_the_start_of_a_failed_container_is_given_up() {
    let db = ContainerSpec::new("db").non_essential();
    let web = ContainerSpec::new("web").depends_on("db", Condition::Start);
    for order in [[web.clone(), db.clone()], [db, web]] {
        let mut agent = AgentTask::new(spec(order), at(0));
        while let Some(action) = agent.poll_action() {
            let (container, event) = match action {
                AgentAction::Create { container } => {
                    let error = RuntimeError::new("CannotCreateContainerError", "no");
                    let step = ContainerStatus::Created;
                    (container, RuntimeEvent::Failed { step, error })
                }
                action => answer(&action).unwrap(),
            };
            let _ = agent.handle_event(&container, event, at(1));
        }
        assert_eq!(agent.status(), AgentTaskStatus::Stopped);
        assert_eq!(
            agent.reason(),
            Some(
                "CannotStartContainerError: dependency db never meets START: it will not be started"
            )
        );
    }
}

#[test]
fn a_container_is_started_again_without_its_task() {
    let policy = RestartPolicy::new().with_attempt_period(Duration::from_secs(60));
    let web = ContainerSpec::new("web").with_restart(policy);
    let mut agent = AgentTask::new(spec([web]), at(0));
    run(&mut agent, at(0));
    while agent.poll_report().is_some() {}

    assert_eq!(
        agent.handle_event("web", exited(1), at(60)),
        Verdict::Applied
    );
    assert_eq!(
        agent.handle_event("web", exited(1), at(60)),
        Verdict::Duplicate
    );
    assert_eq!(
        agent.waiting()[0].to_string(),
        "container `web` is RUNNING and waits for the container runtime to start it again"
    );
    assert_eq!(run(&mut agent, at(61)), ["start web"]);
    assert_eq!(agent.restart_count("web"), Some(1));
    assert_eq!(agent.status(), AgentTaskStatus::Running);
    assert_eq!(agent.poll_report(), None);

    // It ended before it ran for the attempt period.
    let mut short = agent.clone();
    let _ = short.handle_event("web", exited(2), at(119));
    assert_eq!(short.status(), AgentTaskStatus::Stopped);
    assert_eq!(short.exit_code("web"), Some(2));

    // A restart that fails is the end.
    let _ = agent.handle_event("web", exited(3), at(120));
    let failed = RuntimeEvent::Failed {
        step: ContainerStatus::Running,
        error: RuntimeError::new("CannotStartContainerError", "no space"),
    };
    let _ = agent.handle_event("web", failed, at(121));
    assert_eq!(agent.restart_count("web"), Some(2));
    assert_eq!(agent.exit_code("web"), Some(3));
    assert_eq!(agent.reason(), Some("Essential container in task exited"));
}

#[test]
fn a_restart_under_way_is_waited_for_before_a_stop() {
    let policy = RestartPolicy::new().with_attempt_period(Duration::ZERO);
    let web = ContainerSpec::new("web").with_restart(policy);
    let mut agent = AgentTask::new(spec([web]), at(0));
    run(&mut agent, at(0));
    let _ = agent.handle_event("web", exited(1), at(1));
    let _ = agent.handle_stop(at(2));
    assert_eq!(run(&mut agent, at(3)), ["start web", "stop web"]);
    assert_eq!(agent.status(), AgentTaskStatus::Stopped);
    assert_eq!(agent.restart_count("web"), Some(1));
}

#[test]
fn a_start_that_is_under_way_is_waited_for() {
    let mut agent = AgentTask::new(spec([ContainerSpec::new("web")]), at(0));
    for _ in 0..3 {
        let action = agent.poll_action().unwrap();
        let (container, event) = answer(&action).unwrap();
        let _ = agent.handle_event(&container, event, at(1));
    }
    let start = AgentAction::Start {
        container: "web".into(),
    };
    assert_eq!(actions(&mut agent), [start]);
    let _ = agent.handle_stop(at(2));
    assert_eq!(
        agent.container_status("web"),
        Some(ContainerStatus::Created)
    );
    let started = RuntimeEvent::Started {
        network_bindings: Vec::new(),
    };
    let _ = agent.handle_event("web", started.clone(), at(3));
    assert_eq!(run(&mut agent, at(4)), ["stop web"]);

    // A container that comes back after its end is stopped once more, and only once.
    for expected in [1, 0, 0] {
        let verdict = agent.handle_event("web", started.clone(), at(5));
        assert_eq!(verdict, Verdict::Stale);
        assert_eq!(actions(&mut agent).len(), expected);
    }
}

#[test]
fn a_task_behind_a_load_balancer_passes_every_phase() {
    let phases = Phases::of(
        HostProvider::Managed,
        TaskNetwork::Awsvpc,
        Registration::LoadBalancer,
    );
    let mut task = TaskMachine::new(spec([ContainerSpec::new("web")]), phases, at(0));
    let pending = TaskReport::new(ReportedStatus::Pending);
    let running = TaskReport::new(ReportedStatus::Running);
    let stopped = TaskReport::new(ReportedStatus::Stopped);
    assert_eq!(
        task.handle_report(&running, at(1)).to_string(),
        "rejected: the task is PROVISIONING and was not given to an agent yet"
    );
    let done = |task: &mut TaskMachine, phase, now| task.handle_phase_done(phase, at(now));
    assert_eq!(
        done(&mut task, TaskStatus::Provisioning, 2),
        Verdict::Applied
    );
    assert_eq!(
        done(&mut task, TaskStatus::Provisioning, 2),
        Verdict::Duplicate
    );
    assert_eq!(task.handle_report(&pending, at(3)), Verdict::Applied);
    assert_eq!(
        done(&mut task, TaskStatus::Activating, 3).to_string(),
        "rejected: the task is ACTIVATING and the work of phase ACTIVATING was not begun"
    );
    assert_eq!(
        done(&mut task, TaskStatus::Deactivating, 3).to_string(),
        "rejected: the task is ACTIVATING and the work of phase DEACTIVATING was not begun"
    );
    assert_eq!(
        done(&mut task, TaskStatus::Running, 3),
        Verdict::Rejected(Rejection::NoSuchPhase(TaskStatus::Running))
    );
    let _ = task.handle_report(&running, at(4));
    assert_eq!(
        work(&mut task),
        [
            TaskAction::Provision,
            TaskAction::Launch,
            TaskAction::Register
        ]
    );
    assert_eq!(done(&mut task, TaskStatus::Activating, 5), Verdict::Applied);
    let cause = StopCause::Scaling {
        deployment: "ecs-svc/1".to_owned(),
    };
    assert_eq!(task.handle_stop(cause, at(6)), Verdict::Applied);
    assert_eq!(work(&mut task), [TaskAction::Deregister]);
    assert_eq!(
        done(&mut task, TaskStatus::Deactivating, 7),
        Verdict::Applied
    );
    assert_eq!(work(&mut task), [TaskAction::StopContainers]);
    assert_eq!(task.handle_report(&stopped, at(8)), Verdict::Applied);
    assert_eq!(work(&mut task), [TaskAction::Deprovision]);
    assert_eq!(
        done(&mut task, TaskStatus::Deprovisioning, 9),
        Verdict::Applied
    );
    assert_eq!(task.timeline().stopping_at, Some(at(7)));
    assert_eq!(
        path(&mut task),
        [
            "PROVISIONING:RUNNING",
            "PENDING:RUNNING",
            "ACTIVATING:RUNNING",
            "RUNNING:RUNNING",
            "RUNNING:STOPPED",
            "DEACTIVATING:STOPPED",
            "STOPPING:STOPPED",
            "DEPROVISIONING:STOPPED",
            "STOPPED:STOPPED"
        ]
    );
}

#[test]
fn stopped_before_it_started() {
    let mut task = TaskMachine::new(
        spec([ContainerSpec::new("web")]),
        Phases::of(
            HostProvider::ContainerInstance,
            TaskNetwork::Host,
            Registration::None,
        ),
        at(0),
    );
    let user = StopCause::User { reason: None };
    assert_eq!(task.handle_stop(user.clone(), at(1)), Verdict::Applied);
    assert_eq!(task.handle_stop(user, at(1)), Verdict::Duplicate);
    assert_eq!(task.status().to_string(), "PENDING:STOPPED");
    let stopped = TaskReport::new(ReportedStatus::Stopped).with_container(ContainerReport::failed(
        "web",
        "TaskStoppedBeforePullBeginError",
    ));
    let _ = task.handle_report(&stopped, at(2));
    assert_eq!(task.stop_code(), Some(TaskStopCode::UserInitiated));
    assert_eq!(task.timeline().started_at, None);
    assert_eq!(
        path(&mut task),
        ["PENDING:RUNNING", "PENDING:STOPPED", "STOPPED:STOPPED"]
    );
}

#[test]
fn a_lost_host_stops_its_tasks_at_once() {
    let spec = spec([ContainerSpec::new("web")]);
    let running =
        TaskReport::new(ReportedStatus::Running).with_container(ContainerReport::running("web"));
    let terminated = HostLoss::Terminated {
        instance: "i-0123456789abcdef0".to_owned(),
    };
    let cases = [
        (
            terminated,
            false,
            "Host EC2 (instance i-0123456789abcdef0) terminated.",
        ),
        (
            HostLoss::Deregistered,
            true,
            "Container instance deregistration forced by user",
        ),
    ];
    for (loss, orphaned, reason) in cases {
        let mut task = TaskMachine::new(spec.clone(), Phases::guide_2015(), at(0));
        let _ = task.handle_report(&running, at(1));
        assert_eq!(task.handle_host_lost(loss.clone(), at(2)), Verdict::Applied);
        assert_eq!(task.handle_host_lost(loss, at(2)), Verdict::Duplicate);
        assert_eq!(task.status().to_string(), "STOPPED:STOPPED");
        let code = (!orphaned).then_some(TaskStopCode::TerminationNotice);
        assert_eq!(task.stop_code(), code);
        assert_eq!(task.stopped_reason().as_deref(), Some(reason));
        assert_eq!(task.is_orphaned(), orphaned);
        assert_eq!(task.handle_report(&running, at(3)), Verdict::Stale);
        assert_eq!(
            path(&mut task),
            ["PENDING:RUNNING", "RUNNING:RUNNING", "STOPPED:STOPPED"]
        );
    }
}

#[test]
fn a_late_report_still_brings_its_facts() {
    let mut task = TaskMachine::new(
        spec([ContainerSpec::new("web"), ContainerSpec::new("log")]),
        Phases::guide_2015(),
        at(0),
    );
    let _ = task.handle_report(&TaskReport::new(ReportedStatus::Stopped), at(9));
    let late = TaskReport::new(ReportedStatus::Running)
        .with_container(ContainerReport::stopped("log", 3))
        .with_pull_started_at(at(2));
    assert_eq!(task.handle_report(&late, at(10)), Verdict::Stale);
    assert_eq!(task.timeline().pull_started_at, Some(at(2)));
    assert_eq!(task.container("log").unwrap().exit_code(), Some(3));

    let other =
        TaskReport::new(ReportedStatus::Stopped).with_container(ContainerReport::stopped("log", 4));
    let before = task.clone();
    assert_eq!(
        task.handle_report(&other, at(10)).to_string(),
        "taken, except that container `log` ended with code 3, not with 4"
    );
    let unknown =
        TaskReport::new(ReportedStatus::Stopped).with_container(ContainerReport::running("nobody"));
    assert_eq!(
        task.handle_report(&unknown, at(10)).to_string(),
        "taken, except that the task has no container `nobody`"
    );
    assert_eq!(task, before);
}

#[test]
fn a_stopped_task_is_forgotten_after_an_hour() {
    let mut task = TaskMachine::new(
        spec([ContainerSpec::new("web")]),
        Phases::guide_2015(),
        at(0),
    );
    let _ = task.handle_launched(at(1));
    assert_eq!(task.poll_timeout(), None);
    let _ = task.handle_report(&TaskReport::new(ReportedStatus::Stopped), at(10));
    assert_eq!(task.poll_timeout(), Some(at(3_610)));
    let _ = task.handle_timeout(at(3_609));
    assert_eq!(task.status().last, TaskStatus::Stopped);
    let _ = task.handle_timeout(at(3_610));
    assert_eq!(task.status().to_string(), "DELETED:STOPPED");
    assert_eq!(task.poll_timeout(), None);
}

#[test]
fn an_event_for_nobody_changes_nothing() {
    let mut agent = AgentTask::new(spec([ContainerSpec::new("web")]), at(0));
    let before = agent.clone();
    let verdict = agent.handle_event("nobody", RuntimeEvent::Pulled, at(0));
    assert_eq!(
        verdict,
        Verdict::Rejected(Rejection::UnknownContainer("nobody".to_owned()))
    );
    assert_eq!(agent, before);
}

#[test]
fn every_container_is_reported_once_per_status() {
    let mut agent = AgentTask::new(
        spec([ContainerSpec::new("a"), ContainerSpec::new("b")]),
        at(0),
    );
    let mut seen: BTreeMap<(String, ReportedStatus), usize> = BTreeMap::new();
    let mut statuses = Vec::new();
    for stop in [false, true] {
        if stop {
            let _ = agent.handle_stop(at(2));
        }
        run(&mut agent, at(3));
        while let Some(report) = agent.poll_report() {
            statuses.push(report.status());
            for container in report.containers() {
                let key = (container.name().to_owned(), container.status());
                *seen.entry(key).or_default() += 1;
            }
        }
    }
    assert_eq!(seen.len(), 4);
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
    assert!(statuses.is_sorted(), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&ReportedStatus::Stopped));
}
