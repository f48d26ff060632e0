//! Every rule in which strict behaviour differs from the agent's, with what each comes to.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ecs_model::Timestamp;
use ecs_state::{
    AgentOptions, AgentTask, Behaviour, Condition, ContainerSpec, ContainerStatus, ExitCode,
    REPORT_BATCH, ReportedStatus, RuntimeError, RuntimeEvent, TaskSpec,
};

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

fn task(containers: [ContainerSpec; 2], behaviour: Behaviour) -> AgentTask {
    let options = AgentOptions::default().with_behaviour(behaviour);
    AgentTask::with_options(TaskSpec::new(containers).unwrap(), options, EPOCH)
}

fn tell(task: &mut AgentTask, events: impl IntoIterator<Item = (&'static str, RuntimeEvent)>) {
    for (container, event) in events {
        let _ = task.handle_event(container, event, EPOCH);
    }
    while task.poll_action().is_some() {}
}

fn started() -> RuntimeEvent {
    RuntimeEvent::Started {
        network_bindings: Vec::new(),
    }
}

fn ended(exit_code: Option<i32>) -> RuntimeEvent {
    let reason = None;
    RuntimeEvent::Stopped { exit_code, reason }
}

/// What becomes of a container that waits for another one, which ran and ended.
fn waits_for(condition: Condition, exit_code: Option<i32>, behaviour: Behaviour) -> String {
    let db = ContainerSpec::new("db").non_essential().with_health_check();
    let web = ContainerSpec::new("web").depends_on("db", condition);
    let mut task = task([web, db], behaviour);
    let digest = None;
    tell(
        &mut task,
        [
            ("web", RuntimeEvent::ManifestPulled { digest }),
            ("db", started()),
            ("db", ended(exit_code)),
        ],
    );
    match task.exit_code("web").map(ExitCode) {
        Some(ExitCode::NEVER_STARTED) => "given up".to_owned(),
        Some(other) => other.to_string(),
        None => task.waiting().first().unwrap().to_string(),
    }
}

/// How far a container is that cannot be started, while one runs that only needed it to be there.
fn never_ran(behaviour: Behaviour) -> String {
    let data = ContainerSpec::new("data").non_essential();
    let web = ContainerSpec::new("web").depends_on("data", Condition::Create);
    let mut task = task([web, data], behaviour);
    let failed = RuntimeEvent::Failed {
        step: ContainerStatus::Running,
        error: RuntimeError::new("CannotStartContainerError", "no such file"),
    };
    let runtime_id = None;
    tell(
        &mut task,
        [
            ("data", RuntimeEvent::Created { runtime_id }),
            ("web", started()),
            ("data", failed),
        ],
    );
    task.container_status("data").unwrap().to_string()
}

/// When ECS hears that a container has ended whose task goes on.
fn end_is_told(behaviour: Behaviour) -> String {
    let mut task = task(
        [
            ContainerSpec::new("web"),
            ContainerSpec::new("log").non_essential(),
        ],
        behaviour,
    );
    tell(&mut task, [("web", started()), ("log", started())]);
    while task.poll_report().is_some() {}
    tell(&mut task, [("log", ended(Some(0)))]);
    if task.poll_report().is_some() {
        return "at once".to_owned();
    }
    let batch = task.poll_timeout().unwrap();
    assert_eq!(batch, EPOCH.saturating_add(REPORT_BATCH));
    let _ = task.handle_timeout(batch);
    assert!(task.poll_report().is_some());
    "later".to_owned()
}

/// What was sent about a managed agent that ended, when an older report is acknowledged.
fn managed_agent(behaviour: Behaviour) -> String {
    let web = ContainerSpec::new("web").with_managed_agent();
    let mut task = task([web, ContainerSpec::new("log")], behaviour);
    tell(&mut task, [("web", started()), ("log", started())]);
    tell(&mut task, [("web", RuntimeEvent::ManagedAgentStarted)]);
    while task.poll_report().is_some() {}
    tell(
        &mut task,
        [("log", ended(Some(1))), ("web", ended(Some(0)))],
    );
    while task.poll_report().is_some() {}
    for status in [ReportedStatus::Stopped, ReportedStatus::Running] {
        let _ = task.handle_report_acknowledged(status, EPOCH);
    }
    task.managed_agent_sent_status("web").unwrap().to_string()
}

#[test]
fn each_difference_is_one() {
    type Play = fn(Behaviour) -> String;
    let plays: [(Play, &str, &str); 5] = [
        (
            |behaviour| waits_for(Condition::Healthy, Some(1), behaviour),
            "container `web` is MANIFEST_PULLED and waits for HEALTHY of `db`, which is STOPPED \
             with health UNKNOWN",
            "given up",
        ),
        (
            |behaviour| {
                let ends = [Condition::Complete, Condition::Success];
                let [complete, success] = ends.map(|end| waits_for(end, None, behaviour));
                assert_eq!(complete, success.replace("SUCCESS", "COMPLETE"));
                complete
            },
            "container `web` is MANIFEST_PULLED and waits for COMPLETE of `db`, which is STOPPED",
            "given up",
        ),
        (never_ran, "CREATED", "STOPPED"),
        (end_is_told, "later", "at once"),
        (managed_agent, "RUNNING", "STOPPED"),
    ];
    assert_eq!(plays.len(), Behaviour::DIFFERENCES.len());
    for ((play, agent, strict), difference) in plays.iter().zip(Behaviour::DIFFERENCES) {
        let rule = difference.rule;
        assert_eq!(play(Behaviour::Agent1_105), *agent, "{rule}");
        assert_eq!(play(Behaviour::Strict), *strict, "{rule}");
    }
}
