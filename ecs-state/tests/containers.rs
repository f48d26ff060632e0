//! Containers on their host: resources, the network container, stop signals, failed pulls.

use std::time::Duration;

use ecs_model::{HealthStatus, Timestamp};
use ecs_state::{
    AgentAction, AgentTask, AgentTaskStatus, Condition, ContainerSpec, ContainerStatus,
    NETWORK_CONTAINER, Phases, ReportedStatus, ResourceEvent, ResourceSpec, ResourceStatus,
    RuntimeError, RuntimeEvent, SpecError, StopSignal, TaskMachine, TaskSpec, Verdict,
};

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

fn actions(task: &mut AgentTask) -> Vec<AgentAction> {
    std::iter::from_fn(|| task.poll_action()).collect()
}

fn exited(code: i32) -> RuntimeEvent {
    RuntimeEvent::Stopped {
        exit_code: Some(code),
        reason: None,
    }
}

fn started() -> RuntimeEvent {
    RuntimeEvent::Started {
        network_bindings: Vec::new(),
    }
}

/// Answers what is asked for until nothing is; notes what was done.
fn run(task: &mut AgentTask) -> Vec<String> {
    let mut done = Vec::new();
    while let Some(action) = task.poll_action() {
        let (container, event) = match action {
            AgentAction::PullManifest { container } => {
                (container, RuntimeEvent::ManifestPulled { digest: None })
            }
            AgentAction::Pull { container } => (container, RuntimeEvent::Pulled),
            AgentAction::Create { container } => {
                (container, RuntimeEvent::Created { runtime_id: None })
            }
            AgentAction::Start { container } => {
                done.push(format!("start {container}"));
                (container, started())
            }
            AgentAction::ProvisionNetwork { container } => {
                done.push(format!("network of {container}"));
                (container, RuntimeEvent::NetworkProvisioned)
            }
            AgentAction::Stop { container, .. } => {
                done.push(format!("stop {container}"));
                (container, exited(0))
            }
            AgentAction::CreateResource { resource } => {
                done.push(format!("create {resource}"));
                let _ = task.handle_resource(&resource, ResourceEvent::Created, EPOCH);
                continue;
            }
            AgentAction::RemoveResource { resource } => {
                done.push(format!("remove {resource}"));
                let _ = task.handle_resource(&resource, ResourceEvent::Removed, EPOCH);
                continue;
            }
            _ => continue,
        };
        let _ = task.handle_event(&container, event, EPOCH);
    }
    done
}

#[test]
fn resources_come_before_and_go_after() {
    let volume = ResourceSpec::new("volume").required_by("web", ContainerStatus::Created);
    let secrets = ResourceSpec::new("secrets")
        .with_credentials()
        .required_by("web", ContainerStatus::Created);
    let spec = TaskSpec::new([ContainerSpec::new("web").with_credentials()]).unwrap();
    let spec = spec.with_resources([volume, secrets]).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    assert_eq!(run(&mut task), ["create volume"]);
    assert_eq!(
        task.waiting().first().unwrap().to_string(),
        "container `web` is NONE and waits for the credentials of the task execution role"
    );
    assert_eq!(task.handle_credentials(EPOCH), Verdict::Applied);
    assert_eq!(task.handle_credentials(EPOCH), Verdict::Duplicate);
    assert_eq!(run(&mut task), ["create secrets", "start web"]);
    let _ = task.handle_stop(EPOCH);
    assert_eq!(
        run(&mut task),
        ["stop web", "remove volume", "remove secrets"]
    );
    assert_eq!(
        task.resource_status("volume"),
        Some(ResourceStatus::Removed)
    );
    assert_eq!(
        task.handle_resource("disk", ResourceEvent::Created, EPOCH)
            .to_string(),
        "rejected: the task has no resource `disk`"
    );
}

#[test]
fn a_resource_that_fails_stops_the_task_with_its_reason() {
    let volume = ResourceSpec::new("volume").required_by("web", ContainerStatus::Pulled);
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let spec = spec.with_resources([volume]).unwrap();
    let mut task = AgentTask::new(spec.clone(), EPOCH);
    let mut ecs = TaskMachine::new(spec, Phases::guide_2015(), EPOCH);
    let reason = "cannot mount  the volume".to_owned();
    let _ = task.handle_resource("volume", ResourceEvent::Failed { reason }, EPOCH);
    assert_eq!(task.status(), AgentTaskStatus::Stopped);
    let report = task.poll_report().unwrap();
    assert_eq!(report.reason(), Some("Cannot mount the volume"));
    let _ = ecs.handle_report(&report, EPOCH);
    assert_eq!(
        ecs.stopped_reason().as_deref(),
        Some("Cannot mount the volume")
    );
}

#[test]
fn the_network_container_comes_first_and_goes_last_and_is_not_reported() {
    let spec = TaskSpec::new([ContainerSpec::new("web")])
        .unwrap()
        .with_network_container()
        .unwrap();
    let mut task = AgentTask::new(spec.clone(), EPOCH);
    assert_eq!(
        task.waiting().first().unwrap().to_string(),
        "container `web` is NONE and waits until `~internal~ecs~pause`, which is NONE, is \
         RESOURCES_PROVISIONED"
    );
    assert_eq!(
        run(&mut task),
        [
            "start ~internal~ecs~pause",
            "network of ~internal~ecs~pause",
            "start web"
        ]
    );
    let report = task.poll_report().unwrap();
    assert_eq!(report.status(), ReportedStatus::Running);
    let names: Vec<_> = report
        .containers()
        .map(|container| container.name())
        .collect();
    assert_eq!(names, ["web"]);
    let _ = task.handle_stop(EPOCH);
    assert_eq!(
        task.waiting().last().unwrap().to_string(),
        "container `~internal~ecs~pause` is RESOURCES_PROVISIONED and stops after `web`"
    );
    assert_eq!(run(&mut task), ["stop web", "stop ~internal~ecs~pause"]);
    assert_eq!(task.status(), AgentTaskStatus::Stopped);

    let ecs = TaskMachine::new(spec.clone(), Phases::guide_2015(), EPOCH);
    assert_eq!(ecs.containers().len(), 1);
    let again = spec.clone().with_network_container().unwrap();
    assert_eq!(again, spec);
    assert_eq!(again.containers().last().unwrap().name, NETWORK_CONTAINER);
}

#[test]
fn a_full_task_has_no_room_for_the_network_container() {
    let names = (0..TaskSpec::MAX_CONTAINERS).map(|number| number.to_string());
    let full = TaskSpec::new(names.map(ContainerSpec::new)).unwrap();
    assert_eq!(
        full.with_network_container().unwrap_err().to_string(),
        "a task has at most 64 containers, not 65"
    );
}

#[test]
fn the_proxy_of_service_connect_comes_first_and_goes_last() {
    let proxy = "ecs-service-connect-1a2b3";
    let bare = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let spec = bare.clone().with_network_container().unwrap();
    let spec = spec.with_service_connect(proxy).unwrap();
    let other_way = bare.with_service_connect(proxy).unwrap();
    assert_eq!(spec, other_way.with_network_container().unwrap());
    let mut task = AgentTask::new(spec.clone(), EPOCH);
    assert_eq!(
        run(&mut task),
        [
            "start ~internal~ecs~pause",
            "network of ~internal~ecs~pause",
            "start ecs-service-connect-1a2b3"
        ]
    );
    assert_eq!(
        task.waiting().first().unwrap().to_string(),
        "container `web` is MANIFEST_PULLED and waits for HEALTHY of `ecs-service-connect-1a2b3`, \
         which is RUNNING with health UNKNOWN"
    );
    let healthy = RuntimeEvent::Health(HealthStatus::Healthy);
    let _ = task.handle_event(proxy, healthy, EPOCH);
    assert_eq!(run(&mut task), ["start web"]);
    let _ = task.handle_stop(EPOCH);
    assert_eq!(
        run(&mut task),
        [
            "stop web",
            "stop ecs-service-connect-1a2b3",
            "stop ~internal~ecs~pause"
        ]
    );
    // ECS knows the proxy as a container of the task.
    assert_eq!(
        TaskMachine::new(spec, Phases::guide_2015(), EPOCH)
            .containers()
            .len(),
        2
    );

    let proxy_that_waits = TaskSpec::new([
        ContainerSpec::new("web"),
        ContainerSpec::new("proxy").depends_on("web", Condition::Start),
    ]);
    let error = proxy_that_waits.unwrap().with_service_connect("proxy");
    assert_eq!(
        error.unwrap_err().to_string(),
        "container `web` depends on itself"
    );
}

#[test]
fn the_image_says_how_its_process_is_stopped() {
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    let signal: StopSignal = "SIGQUIT".parse().unwrap();
    assert_eq!(
        task.handle_event("web", RuntimeEvent::StopSignal(signal), EPOCH),
        Verdict::Applied
    );
    let _ = run(&mut task);
    let _ = task.handle_stop(EPOCH);
    let stop = actions(&mut task);
    assert!(
        matches!(stop.as_slice(), [AgentAction::Stop { signal: found, .. }] if *found == signal)
    );
}

/// What went wrong with a pull is no reason for the end of a container that ran from the image on
/// the host.
#[test]
fn a_failed_pull_is_forgotten_when_the_image_on_the_host_runs() {
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    let failed = RuntimeEvent::Failed {
        step: ContainerStatus::Pulled,
        error: RuntimeError::new("CannotPullContainerError", "no such host"),
    };
    let _ = task.handle_event("web", failed, EPOCH);
    assert_eq!(
        task.container_reason("web"),
        Some("CannotPullContainerError: no such host")
    );
    let _ = run(&mut task);
    let _ = task.handle_event("web", started(), EPOCH);
    assert_eq!(task.container_reason("web"), None);
    let _ = task.handle_event("web", exited(1), EPOCH);
    while let Some(report) = task.poll_report() {
        assert_eq!(
            report.containers().find_map(|container| container.reason()),
            None
        );
    }
}

#[test]
fn resources_are_checked() {
    let spec = || TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let refused = |resources: Vec<ResourceSpec>| spec().with_resources(resources).unwrap_err();
    assert_eq!(
        refused(vec![ResourceSpec::new("a"), ResourceSpec::new("a")]).to_string(),
        "two resources are called `a`"
    );
    let error = refused(vec![
        ResourceSpec::new("a").required_by("db", ContainerStatus::Created),
    ]);
    assert_eq!(
        error.to_string(),
        "resource `a` depends on `db`, which is not in the task"
    );
    let many = (0..65).map(|index| ContainerSpec::new(index.to_string()));
    assert_eq!(
        TaskSpec::new(many).unwrap_err(),
        SpecError::TooManyContainers(65)
    );
}

#[test]
fn what_was_saved_in_another_shape_is_refused() {
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let task = AgentTask::new(spec, EPOCH);
    let saved = serde_json::to_value(&task).unwrap();
    let refused = |change: fn(&mut serde_json::Value)| {
        let mut saved = saved.clone();
        change(&mut saved);
        serde_json::from_value::<AgentTask>(saved)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(|saved| saved["format"] = 2.into()),
        "format 2 of the task on its host is not known, only 1 is"
    );
    assert_eq!(
        refused(|saved| saved["containers"] = serde_json::json!([])),
        "0 containers were saved for a task of 1"
    );
    assert_eq!(
        refused(|saved| saved["spec"]["containers"] = serde_json::json!([])),
        "a task needs a container"
    );
}

/// Time moves only with what is taken: a start timeout does not pass because of a mistake.
#[test]
fn a_rejected_event_does_not_move_the_clock() {
    let db = ContainerSpec::new("db").with_health_check();
    let web = ContainerSpec::new("web").depends_on("db", Condition::Healthy);
    let spec = TaskSpec::new([web, db.with_start_timeout(Duration::from_secs(5))]).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    let digest = None;
    let _ = task.handle_event("web", RuntimeEvent::ManifestPulled { digest }, EPOCH);
    let _ = task.handle_event("db", started(), EPOCH);
    let before = task.clone();
    let late = Timestamp::from_seconds(1_000);
    for (container, event, text) in [
        (
            "web",
            RuntimeEvent::Health(HealthStatus::Healthy),
            "rejected: container `web` has no health check and cannot be HEALTHY",
        ),
        (
            "web",
            RuntimeEvent::ManagedAgentStarted,
            "rejected: container `web` has no managed agent",
        ),
        (
            "cache",
            RuntimeEvent::Pulled,
            "rejected: the task has no container `cache`",
        ),
    ] {
        let verdict = task.handle_event(container, event, late);
        assert_eq!(verdict.to_string(), text);
        assert_eq!(task, before);
    }
    let _ = task.handle_timeout(late);
    assert!(task.shall_stop());
}
