//! What goes wrong between ECS and a host, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use ecs_model::{HealthStatus, Task, TaskStopCode, Timestamp};
use ecs_state::{
    ASK_AGAIN, ATTACHMENT_TIMEOUT, AgentOptions, AgentTask, AgentTaskStatus, AttachmentEvent,
    AttachmentKind, AttachmentStatus, Behaviour, ContainerReport, ContainerSpec, HostAttachment,
    HostAttachmentStatus, HostLoss, HostProvider, ManagedAgentReport, ManagedAgentStatus, Phases,
    REPORT_BATCH, Recorded, Registration, ReportedStatus, RuntimeEvent, StopCause,
    TASK_CLEANUP_WAIT, TaskAction, TaskMachine, TaskNetwork, TaskReport, TaskSpec, TaskStatus,
    UNSENT_CLEANUP_WAIT, Verdict,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn web() -> TaskSpec {
    TaskSpec::new([
        ContainerSpec::new("web"),
        ContainerSpec::new("log").non_essential(),
    ])
    .unwrap()
}

fn work(task: &mut TaskMachine) -> Vec<TaskAction> {
    std::iter::from_fn(|| task.poll_action()).collect()
}

fn on_instance(registration: Registration) -> Phases {
    Phases::of(
        HostProvider::ContainerInstance,
        TaskNetwork::Host,
        registration,
    )
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

#[test]
fn an_odd_container_does_not_keep_a_task_running() {
    for odd in [
        ContainerReport::stopped("log", 4),
        ContainerReport::stopped("~internal~ecs~pause", 0),
    ] {
        let mut task = TaskMachine::new(web(), Phases::guide_2015(), at(0));
        let running = TaskReport::new(ReportedStatus::Running)
            .with_container(ContainerReport::stopped("log", 3));
        let _ = task.handle_report(&running, at(1));
        let stopped = TaskReport::new(ReportedStatus::Stopped)
            .with_container(ContainerReport::stopped("web", 0))
            .with_container(odd);
        let verdict = task.handle_report(&stopped, at(2));
        assert!(
            matches!(&verdict, Verdict::Partial(parts) if parts.len() == 1),
            "{verdict}"
        );
        assert_eq!(task.status().to_string(), "STOPPED:STOPPED");
        assert_eq!(task.container("web").unwrap().exit_code(), Some(0));
        assert_eq!(task.container("log").unwrap().exit_code(), Some(3));
    }
}

#[test]
fn a_lost_message_to_the_agent_is_sent_again() {
    let mut task = TaskMachine::new(web(), on_instance(Registration::None), at(0));
    assert_eq!(work(&mut task), [TaskAction::Launch]);
    let first = at(0).saturating_add(ASK_AGAIN);
    assert_eq!(task.poll_timeout(), Some(first));
    let _ = task.handle_timeout(first);
    assert_eq!(work(&mut task), [TaskAction::Launch]);
    assert_eq!(task.handle_launched(at(61)), Verdict::Applied);
    assert_eq!(task.handle_launched(at(61)), Verdict::Duplicate);
    assert_eq!(task.poll_timeout(), None);

    let _ = task.handle_report(&TaskReport::new(ReportedStatus::Running), at(70));
    let _ = task.handle_stop(StopCause::User { reason: None }, at(100));
    assert_eq!(work(&mut task), [TaskAction::StopContainers]);
    for ask in [160, 220] {
        assert_eq!(task.poll_timeout(), Some(at(ask)));
        let _ = task.handle_timeout(at(ask));
        assert_eq!(work(&mut task), [TaskAction::StopContainers]);
    }
    let _ = task.handle_report(&TaskReport::new(ReportedStatus::Stopped), at(230));
    assert_eq!(task.status().to_string(), "STOPPED:STOPPED");
    assert_eq!(task.poll_timeout(), Some(at(230 + 3_600)));
}

#[test]
fn a_task_leaves_service_discovery_when_it_stops() {
    let phases = on_instance(Registration::ServiceDiscovery);
    let up = |task: &mut TaskMachine| {
        let _ = task.handle_report(&TaskReport::new(ReportedStatus::Running), at(1));
        let _ = task.handle_phase_done(TaskStatus::Activating, at(2));
        let _ = work(task);
    };
    let mut asked = TaskMachine::new(web(), phases, at(0));
    up(&mut asked);
    let _ = asked.handle_stop(StopCause::User { reason: None }, at(3));
    assert_eq!(
        work(&mut asked),
        [TaskAction::Deregister, TaskAction::StopContainers]
    );

    let mut ended = TaskMachine::new(web(), phases, at(0));
    up(&mut ended);
    let _ = ended.handle_report(&TaskReport::new(ReportedStatus::Stopped), at(3));
    assert_eq!(work(&mut ended), [TaskAction::Deregister]);

    let mut lost = TaskMachine::new(web(), phases, at(0));
    up(&mut lost);
    let _ = lost.handle_host_lost(HostLoss::Deregistered, at(3));
    assert_eq!(work(&mut lost), [TaskAction::Deregister]);
}

#[test]
fn a_host_comes_back_with_its_tasks_or_without() {
    let fresh = || TaskMachine::new(web(), on_instance(Registration::None), at(0));
    let mut never_given = fresh();
    let _ = work(&mut never_given);
    assert_eq!(
        never_given.handle_host_returned(false, at(5)),
        Verdict::Applied
    );
    assert_eq!(work(&mut never_given), [TaskAction::Launch]);

    let mut kept = fresh();
    let _ = kept.handle_report(&TaskReport::new(ReportedStatus::Running), at(1));
    let _ = kept.handle_stop(StopCause::User { reason: None }, at(2));
    let _ = work(&mut kept);
    let _ = kept.handle_host_returned(true, at(5));
    assert_eq!(work(&mut kept), [TaskAction::StopContainers]);

    let mut gone = fresh();
    let _ = gone.handle_report(&TaskReport::new(ReportedStatus::Running), at(1));
    let _ = gone.handle_host_returned(false, at(5));
    assert_eq!(gone.status().to_string(), "STOPPED:STOPPED");
    assert_eq!(
        gone.stop_code(),
        Some(TaskStopCode::EssentialContainerExited)
    );
    assert_eq!(gone.handle_host_returned(false, at(6)), Verdict::Stale);
}

#[test]
fn the_connection_is_told_of_and_changes_nothing_else() {
    let mut task = TaskMachine::new(web(), Phases::guide_2015(), at(0));
    assert_eq!(task.is_connected(), None);
    assert_eq!(task.handle_connectivity(true, at(1)), Verdict::Applied);
    assert_eq!(task.handle_connectivity(true, at(2)), Verdict::Duplicate);
    let _ = task.handle_connectivity(false, at(3));
    let _ = task.handle_connectivity(true, at(4));
    assert_eq!(task.timeline().connectivity_at, Some(at(4)));
    assert_eq!(task.timeline().updated_at, at(4));
    assert_eq!(task.version(), 4);
    assert_eq!(task.status().to_string(), "PENDING:RUNNING");
}

#[test]
fn health_reaches_ecs() {
    let spec = TaskSpec::new([
        ContainerSpec::new("web").with_health_check(),
        ContainerSpec::new("plain"),
        ContainerSpec::new("side")
            .non_essential()
            .with_health_check(),
    ])
    .unwrap();
    let mut host = AgentTask::new(spec.clone(), at(0));
    let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
    let deliver = |host: &mut AgentTask, task: &mut TaskMachine| {
        let mut count = 0;
        while let Some(report) = host.poll_health() {
            let _ = task.handle_health(report.container(), report.health(), at(1));
            count += 1;
        }
        count
    };
    let says = |health| RuntimeEvent::Health(health);
    let _ = host.handle_event("web", says(HealthStatus::Healthy), at(1));
    let _ = host.handle_event("side", says(HealthStatus::Unhealthy), at(1));
    assert_eq!(deliver(&mut host, &mut task), 2);
    // Only essential containers with a check count.
    assert_eq!(host.health(), HealthStatus::Healthy);
    assert_eq!(task.health(), HealthStatus::Healthy);
    let _ = host.handle_event("web", says(HealthStatus::Unhealthy), at(2));
    assert_eq!(deliver(&mut host, &mut task), 1);
    assert_eq!(task.health(), HealthStatus::Unhealthy);
    assert_eq!(task.status().to_string(), "PENDING:RUNNING");
    assert_eq!(
        host.handle_event("plain", says(HealthStatus::Healthy), at(2))
            .to_string(),
        "rejected: container `plain` has no health check and cannot be HEALTHY"
    );
    let _ = host.handle_health_lost();
    assert_eq!(deliver(&mut host, &mut task), 2);

    let mut described = Task::default();
    task.describe(&mut described);
    assert_eq!(described.health_status, Some(HealthStatus::Unhealthy));
}

#[test]
fn a_network_interface_has_three_minutes() {
    let phases = Phases::of(
        HostProvider::ContainerInstance,
        TaskNetwork::Awsvpc,
        Registration::None,
    );
    let task = || {
        TaskMachine::new(web(), phases, at(0))
            .with_attachment("eni", AttachmentKind::ElasticNetworkInterface)
    };
    let mut late = task();
    assert_eq!(
        late.poll_timeout(),
        Some(at(0).saturating_add(ATTACHMENT_TIMEOUT))
    );
    let _ = late.handle_timeout(at(180));
    assert_eq!(
        late.stopped_reason().as_deref(),
        Some("Timeout waiting for network interface provisioning to complete.")
    );
    assert_eq!(late.status().to_string(), "DEPROVISIONING:STOPPED");
    assert_eq!(
        late.attachments().next().unwrap().2,
        AttachmentStatus::Failed
    );

    let mut there = task();
    let _ = there.handle_attachment("eni", AttachmentStatus::Attached, at(5));
    assert_eq!(
        there.handle_attachment("eni", AttachmentStatus::Created, at(5)),
        Verdict::Stale
    );
    assert_eq!(there.poll_timeout(), None);
    assert_eq!(
        there
            .handle_attachment("ebs", AttachmentStatus::Created, at(5))
            .to_string(),
        "rejected: the task has no attachment `ebs`"
    );
    let _ = there.handle_phase_done(TaskStatus::Provisioning, at(6));
    let _ = there.handle_report(&TaskReport::new(ReportedStatus::Stopped), at(7));
    assert_eq!(
        there.attachments().next().unwrap().2,
        AttachmentStatus::Detaching
    );
    let _ = there.handle_phase_done(TaskStatus::Deprovisioning, at(8));
    assert_eq!(
        there.attachments().next().unwrap().2,
        AttachmentStatus::Deleted
    );
}

#[test]
fn an_attachment_is_told_of_before_its_task() {
    let mut early = HostAttachment::new(at(180));
    assert_eq!(early.handle_seen(at(5)), Verdict::Applied);
    let mut late = early.clone();
    assert_eq!(early.poll_report(), Some(HostAttachmentStatus::Attached));

    // What the task has come to is in the record, so that a copy knows it too.
    let mut copy = late.clone();
    let pulled = AttachmentEvent::TaskStatus(AgentTaskStatus::ManifestPulled);
    let decision = late.decide(pulled, at(6));
    let record = decision.record.unwrap();
    for attachment in [&mut late, &mut copy] {
        assert_eq!(attachment.apply(&record), Verdict::Applied);
        assert_eq!(attachment.poll_report(), None);
    }
    let (again, back) = (AgentTaskStatus::ManifestPulled, AgentTaskStatus::None);
    assert_eq!(late.handle_task_status(again), Verdict::Duplicate);
    assert_eq!(late.handle_task_status(back), Verdict::Stale);
    assert_eq!(late, copy);
}

#[test]
fn what_cannot_be_prepared_stops_the_task() {
    let phases = Phases::of(
        HostProvider::Managed,
        TaskNetwork::Awsvpc,
        Registration::LoadBalancer,
    );
    let mut task = TaskMachine::new(web(), phases, at(0));
    let reason = "InternalError: no host";
    let verdict = task.handle_phase_failed(TaskStatus::Provisioning, reason, at(1));
    assert_eq!(verdict, Verdict::Applied);
    assert_eq!(task.stop_code(), Some(TaskStopCode::TaskFailedToStart));
    assert_eq!(task.stopped_reason().as_deref(), Some(reason));
    assert_eq!(
        work(&mut task),
        [TaskAction::Provision, TaskAction::Deprovision]
    );
    // What is to be taken back is asked for until it is done.
    let _ = task.handle_phase_failed(TaskStatus::Deprovisioning, "throttled", at(2));
    assert_eq!(work(&mut task), [TaskAction::Deprovision]);
    let _ = task.handle_phase_done(TaskStatus::Deprovisioning, at(3));
    assert_eq!(task.status().to_string(), "STOPPED:STOPPED");
}

#[test]
fn a_lost_report_is_sent_again_after_a_pause() {
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let mut host = AgentTask::new(spec, at(0));
    let _ = host.handle_event("web", started(), at(0));
    assert_eq!(
        host.poll_report().unwrap().status(),
        ReportedStatus::Running
    );
    assert!(host.poll_report().is_none());
    let mut pauses = Vec::new();
    let mut now = at(0);
    for _ in 0..15 {
        let _ = host.handle_report_failed(now);
        assert!(host.poll_report().is_none());
        let next = host.poll_timeout().unwrap();
        pauses.push(next.saturating_since(now).as_millis());
        now = next;
        let _ = host.handle_timeout(now);
        let report = host.poll_report().unwrap();
        assert_eq!(report.containers().count(), 1);
    }
    assert_eq!(pauses[..4], [1_000, 1_300, 1_690, 2_197]);
    assert_eq!(pauses.last(), Some(&30_000));
    let _ = host.handle_report_acknowledged(ReportedStatus::Running, now);
    let _ = host.handle_report_failed(now);
    assert!(host.poll_report().is_none());
    let _ = host.handle_timeout(now.saturating_add(Duration::from_secs(1)));
    assert!(host.poll_report().is_none(), "it was acknowledged");
}

#[test]
fn the_agent_keeps_changes_of_containers_for_a_while() {
    let spec = TaskSpec::new([
        ContainerSpec::new("web"),
        ContainerSpec::new("log").non_essential(),
    ]);
    let spec = spec.unwrap();
    let options = AgentOptions::default().with_behaviour(Behaviour::Agent1_105);
    let mut strict = AgentTask::new(spec.clone(), at(0));
    let mut agent = AgentTask::with_options(spec, options, at(0));
    for host in [&mut strict, &mut agent] {
        let _ = host.handle_event("web", started(), at(0));
        let _ = host.handle_event("log", started(), at(0));
        while host.poll_report().is_some() {}
        let _ = host.handle_event("log", exited(0), at(10));
    }
    assert_eq!(strict.poll_report().unwrap().containers().count(), 1);
    assert!(agent.poll_report().is_none());
    let due = at(10).saturating_add(REPORT_BATCH);
    assert_eq!(agent.poll_timeout(), Some(due));
    let _ = agent.handle_timeout(due);
    let report = agent.poll_report().unwrap();
    assert_eq!(report.status(), ReportedStatus::Running);
    assert_eq!(report.containers().next().unwrap().exit_code(), Some(0));
}

#[test]
fn a_stopped_task_stays_until_ecs_knows() {
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let mut host = AgentTask::new(spec, at(0));
    let _ = host.handle_event("web", exited(0), at(0));
    while host.poll_action().is_some() {}
    let mut known = host.clone();
    assert!(known.poll_report().is_some());
    let cleanup = at(0).saturating_add(TASK_CLEANUP_WAIT);
    assert_eq!(known.poll_timeout(), Some(cleanup));
    let _ = known.handle_timeout(cleanup);
    assert!(known.poll_action().is_some());
    let _ = host.handle_timeout(cleanup);
    assert_eq!(host.poll_action(), None);
    let latest = at(0).saturating_add(UNSENT_CLEANUP_WAIT);
    assert_eq!(host.poll_timeout(), Some(latest));
    let _ = host.handle_timeout(latest);
    assert!(host.poll_action().is_some());
}

#[test]
fn managed_agents_are_told_of() {
    let spec = TaskSpec::new([ContainerSpec::new("web").with_managed_agent()]).unwrap();
    let mut host = AgentTask::new(spec.clone(), at(0));
    let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
    let _ = host.handle_event("web", RuntimeEvent::Created { runtime_id: None }, at(0));
    let _ = host.handle_event("web", started(), at(1));
    let _ = host.handle_event("web", RuntimeEvent::ManagedAgentStarted, at(2));
    let report = host.poll_report().unwrap();
    assert_eq!(
        report.managed_agents().collect::<Vec<_>>(),
        [ManagedAgentReport::new("web", ManagedAgentStatus::Running)]
    );
    let _ = task.handle_report(&report, at(3));
    let _ = host.handle_event("web", exited(0), at(4));
    let report = host.poll_report().unwrap();
    let stopped = report.managed_agents().next().unwrap();
    assert_eq!(stopped.reason(), Some("Received Container Stopped event"));
    let request = report.to_request();
    assert_eq!(TaskReport::try_from(&request).unwrap(), report);
    let _ = task.handle_report(&report, at(5));
    let mut described = Task::default();
    task.describe(&mut described);
    let containers = described.containers.unwrap();
    let agents = containers.first().unwrap().managed_agents.as_ref().unwrap();
    let agent = agents.first().unwrap();
    assert_eq!(agent.last_status.as_deref(), Some("STOPPED"));
    assert_eq!(agent.last_started_at, Some(at(3)));
}

#[test]
fn what_is_too_long_is_cut() {
    let long = "é".repeat(600);
    let report = TaskReport::new(ReportedStatus::Stopped)
        .with_reason(&long)
        .with_container(
            ContainerReport::failed("web", &long)
                .with_runtime_id(&long)
                .with_image_digest(&long),
        );
    assert_eq!(report.reason().unwrap().len(), 1_024);
    let container = report.containers().next().unwrap();
    assert_eq!(container.reason().unwrap().len(), 1_024);
    assert_eq!(container.runtime_id().unwrap().len(), 254);
    assert_eq!(container.image_digest().unwrap().len(), 254);
}
