//! The events and stopped tasks of the guide, out of machines that were driven there.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_model::event::Change;
use ecs_model::{ContainerInstance, Event, Task, TaskStopCode, Timestamp};
use ecs_state::{
    AttachmentKind, AttachmentStatus, ContainerReport, ContainerSpec, HostLoss, HostProvider,
    InstanceMachine, Phases, Registration, ReportedStatus, StopCause, StopWording, TaskCounts,
    TaskMachine, TaskNetwork, TaskReport, TaskSpec, TaskStatus,
};
use serde_json::Value;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn sample(name: &str) -> Event {
    let text = conformance_data::read(&format!("api/events/{name}.json"));
    serde_json::from_str(&text).unwrap()
}

/// The task of an event without what the lifecycle decides.
fn bare(event: &Event) -> Task {
    let Some(Change::Task { mut task, .. }) = event.change() else {
        return Task::default();
    };
    task.last_status = None;
    task.desired_status = None;
    task.version = None;
    task.stop_code = None;
    task.stopped_reason = None;
    task.connectivity = None;
    for time in [
        &mut task.created_at,
        &mut task.connectivity_at,
        &mut task.pull_started_at,
        &mut task.pull_stopped_at,
        &mut task.started_at,
        &mut task.stopped_at,
    ] {
        *time = None;
    }
    for container in task.containers.iter_mut().flatten() {
        container.last_status = None;
        container.exit_code = None;
        container.image_digest = None;
        container.runtime_id = None;
    }
    for attachment in task.attachments.iter_mut().flatten() {
        attachment.status = None;
        attachment.r#type = None;
    }
    *task
}

/// Every member of the sample stands in the event, word for word.
fn assert_says(event: &Event, sample: &Event) {
    let (found, expected) = (
        event.detail.as_ref().unwrap(),
        sample.detail.as_ref().unwrap(),
    );
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&found[member], value, "{member}");
    }
}

fn machine(name: &str, phases: Phases, created_at: &str) -> TaskMachine {
    let spec = TaskSpec::new([ContainerSpec::new(name)]).unwrap();
    TaskMachine::new(spec, phases, at(created_at))
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn a_task_of_fargate_comes_up() {
    let sample = sample("task_state_change");
    let phases = Phases::of(
        HostProvider::Managed,
        TaskNetwork::Awsvpc,
        Registration::None,
    );
    let id = "1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8";
    let interface = AttachmentKind::ElasticNetworkInterface;
    let mut task =
        machine("FargateApp", phases, "2020-01-23T17:57:34.402Z").with_attachment(id, interface);
    let provisioned = at("2020-01-23T17:57:36.000Z");
    let _ = task.handle_attachment(id, AttachmentStatus::Attached, provisioned);
    let _ = task.handle_phase_done(TaskStatus::Provisioning, provisioned);
    let _ = task.handle_connectivity(true, at("2020-01-23T17:57:38.453Z"));
    let digest = "sha256:74b2c688c700ec95a93e478cdb959737c148df3fbf5ea706abe0318726e885e6";
    let container = ContainerReport::running("FargateApp")
        .with_runtime_id("ad64cbc71c7fb31c55507ec24c9f77947132b03d48d9961115cf24f3b7307e1e")
        .with_image_digest(digest);
    let report = TaskReport::new(ReportedStatus::Running)
        .with_container(container)
        .with_pull_started_at(at("2020-01-23T17:57:52.103Z"))
        .with_pull_stopped_at(at("2020-01-23T17:57:55.103Z"));
    let _ = task.handle_report(&report, at("2020-01-23T17:57:58.103Z"));

    let event = task.event(&bare(&sample));
    assert_says(&event, &sample);
    // Nothing is said besides.
    assert_eq!(
        event.detail.unwrap().as_object().unwrap().len(),
        sample.detail.unwrap().as_object().unwrap().len()
    );
    assert_eq!(event.resources, sample.resources);
    assert_eq!(event.region, sample.region);
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn a_task_of_2017_stops() {
    let sample = sample("task_state_change_2017_stopped");
    let mut task = machine(
        "{service-id}",
        Phases::guide_2015(),
        "2017-04-13T21:37:26.689Z",
    );
    let running = TaskReport::new(ReportedStatus::Running);
    let _ = task.handle_report(&running, at("2017-04-13T21:37:28.746Z"));
    let stopped = TaskReport::new(ReportedStatus::Stopped)
        .with_container(ContainerReport::stopped("{service-id}", 1));
    let _ = task.handle_report(&stopped, at("2017-04-13T21:37:28.867Z"));
    assert_says(&task.event(&bare(&sample)), &sample);
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn a_spot_task_gets_its_notice() {
    let sample = sample("task_state_change_spot_interruption");
    let phases = Phases::of(
        HostProvider::Managed,
        TaskNetwork::Awsvpc,
        Registration::LoadBalancer,
    );
    for wording in [StopWording::Guide2023, StopWording::Today] {
        let mut task = machine("web", phases, "2016-12-06T16:41:05.702Z").with_wording(wording);
        let now = at("2016-12-06T16:41:06Z");
        let _ = task.handle_phase_done(TaskStatus::Provisioning, now);
        let _ = task.handle_report(&TaskReport::new(ReportedStatus::Running), now);
        let _ = task.handle_phase_done(TaskStatus::Activating, now);
        let _ = task.handle_stop(StopCause::SpotNotice, now);
        let notice = std::iter::from_fn(|| task.poll_change())
            .find(|change| change.to.to_string() == "RUNNING:STOPPED");
        assert!(notice.is_some());
        let event = task.event(&bare(&sample));
        let (mut found, expected) = (event.detail.unwrap(), sample.detail.as_ref().unwrap());
        // The notice itself tells of the moment before the task leaves its target group.
        found["lastStatus"] = expected["lastStatus"].clone();
        match wording {
            StopWording::Today => assert_eq!(found["stopCode"], "SpotInterruption"),
            _ => {
                for (member, value) in expected.as_object().unwrap() {
                    assert_eq!(&found[member], value, "{member}");
                }
            }
        }
    }
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn a_container_instance_of_2016() {
    let sample = sample("container_instance_state_change");
    let Some(Change::ContainerInstance {
        mut container_instance,
        cluster_arn,
        updated_at,
    }) = sample.change()
    else {
        return assert_eq!(sample.detail, None);
    };
    container_instance.status = None;
    container_instance.agent_connected = None;
    let version = container_instance.version.take().unwrap();
    let instance: ContainerInstance = *container_instance;

    let mut machine = InstanceMachine::register(at("2016-12-01T00:00:00Z"));
    let now = updated_at.unwrap();
    while i64::try_from(machine.version()).unwrap() < version {
        match machine.is_connected() {
            true => machine.handle_agent_disconnected(now),
            false => machine.handle_agent_connected(now),
        }
    }
    let event = machine.event(&instance, &cluster_arn.unwrap(), TaskCounts::default());
    assert_says(&event, &sample);
    assert_eq!(event.resources, sample.resources);
}

/// Drives a task into a stop that ECS itself decides upon.
fn stopped_by_ecs(id: &str, text: &str) -> Option<TaskMachine> {
    let inside = |left: &str, right: &str| {
        let start = text.split_once(left).map_or("", |(_, rest)| rest);
        start
            .split_once(right)
            .map_or("", |(inside, _)| inside)
            .to_owned()
    };
    let cause = match id {
        "scaling" => StopCause::Scaling {
            deployment: inside("(deployment ", ")"),
        },
        "elb-target-group" => StopCause::TargetGroupHealth {
            target_group: inside("(target-group ", ")"),
        },
        "elb-classic" => StopCause::LoadBalancerHealth {
            load_balancer: inside("(elb ", ")"),
        },
        "container-health" => StopCause::ContainerHealth,
        "maintenance" => StopCause::Maintenance,
        "draining" => StopCause::Draining,
        "user-default" => StopCause::User { reason: None },
        "user-reason" => StopCause::User {
            reason: Some(text.to_owned()),
        },
        "spot-today" => StopCause::SpotNotice,
        "eni-timeout" => StopCause::NetworkInterfaceTimeout,
        "host-terminated" | "host-stopped" | "deregistered" => {
            let mut task = machine("web", Phases::guide_2015(), "2024-01-01T00:00:00Z");
            let instance = inside("(instance ", ")");
            let loss = match id {
                "host-terminated" => HostLoss::Terminated { instance },
                "host-stopped" => HostLoss::Stopped { instance },
                _ => HostLoss::Deregistered,
            };
            let _ = task.handle_host_lost(loss, at("2024-01-01T00:01:00Z"));
            return Some(task);
        }
        _ => return None,
    };
    let mut task = machine("web", Phases::guide_2015(), "2024-01-01T00:00:00Z");
    let _ = task.handle_stop(cause, at("2024-01-01T00:01:00Z"));
    Some(task)
}

/// Drives a task into a stop of which the agent tells.
fn stopped_by_agent(id: &str, field: &str, text: &str) -> TaskMachine {
    let mut task = machine("web", Phases::guide_2015(), "2024-01-01T00:00:00Z");
    let report = TaskReport::new(ReportedStatus::Stopped);
    let report = match (id, field) {
        ("essential", _) => report.with_container(ContainerReport::stopped("web", 1)),
        ("failed-to-start", _) => {
            report.with_container(ContainerReport::new("web", ReportedStatus::Stopped))
        }
        ("oom", _) => {
            let running = TaskReport::new(ReportedStatus::Running);
            let _ = task.handle_report(&running, at("2024-01-01T00:00:30Z"));
            report.with_container(ContainerReport::stopped("web", 137).with_reason(text))
        }
        (_, "container.reason") => report.with_container(ContainerReport::failed("web", text)),
        _ => report.with_reason(text),
    };
    let _ = task.handle_report(&report, at("2024-01-01T00:01:00Z"));
    task
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_published_reason_comes_out_of_a_machine() {
    let text = conformance_data::read("api/stopped-reasons.json");
    let table: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for row in table["reasons"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        // A form that stands in tests of third parties only.
        if id == "scaling-noparen" {
            continue;
        }
        let words = row["sample"].as_str().or(row["text"].as_str()).unwrap();
        let field = row["field"].as_str().unwrap();
        let task = stopped_by_ecs(id, words).unwrap_or_else(|| stopped_by_agent(id, field, words));
        let reason = match field {
            "container.reason" => task.container("web").unwrap().reason(),
            _ => None,
        };
        let found = reason
            .map(str::to_owned)
            .or(task.stopped_reason().map(Into::into));
        assert_eq!(found.as_deref(), Some(words), "{id}");
        let graded = row["stopCodeGrade"].as_str().unwrap();
        if graded.starts_with('A') || graded.starts_with('B') {
            let code = task
                .stop_code()
                .unwrap_or(TaskStopCode::Other(String::new()));
            assert_eq!(code.as_str(), row["stopCode"].as_str().unwrap(), "{id}");
        }
        count += 1;
    }
    assert_eq!(count, table["reasons"].as_array().unwrap().len() - 1);
}
