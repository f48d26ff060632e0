//! The rules of the agent against cases converted from its own tests: every case is answered, or
//! listed with the reason why it cannot be.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use std::collections::BTreeMap;
use std::time::Duration;

use ecs_model::{HealthStatus, Timestamp, stop_reason};
use ecs_state::{
    AgentAction, AgentOptions, AgentTask, AgentTaskStatus, Behaviour, Condition, ContainerEnd,
    ContainerSpec, ContainerStatus, Credentials, DependentPull, FailedStep, HostAttachment,
    HostAttachmentStatus, ImagePull, ManagedAgentStatus, NextStep, NoRestart, ReportedStatus,
    Resolution, ResourceEvent, ResourceSpec, ResourceStatus, RestartPolicy, RuntimeError,
    RuntimeEvent, Standing, SteadyState, TaskSpec, WaitCause, WaitingContainer, step_resolved,
    task_health,
};
use serde_json::{Value, json};

/// The cases that cannot be answered, by what stands in them, and why.
const NOT_OURS: [(&str, &str); 2] = [
    (
        "ZOMBIE",
        "the agent's sentinel past every status; no container ever has it or shall have it",
    ),
    (
        stop_reason::AGENT_STUCK,
        "its task has no containers, which neither the API nor `TaskSpec` takes; one that has some \
         always comes to its end, as `explore.rs` shows",
    ),
];

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

fn cases() -> Vec<Value> {
    let text = conformance_data::read("cases/lifecycle.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn status(value: &Value) -> ContainerStatus {
    text(value).parse().unwrap()
}

fn status_or(value: &Value, otherwise: ContainerStatus) -> ContainerStatus {
    value
        .as_str()
        .map_or(otherwise, |name| name.parse().unwrap())
}

/// A step that the container runtime works at; the agent writes `NONE` where there is none.
fn applied(value: &Value) -> Option<ContainerStatus> {
    let name = value.as_str().filter(|name| *name != "NONE")?;
    Some(name.parse().unwrap())
}

fn task_status(value: &Value) -> AgentTaskStatus {
    text(value).parse().unwrap()
}

fn shall_stop(value: &Value) -> bool {
    match text(value) {
        "RUNNING" => false,
        "STOPPED" => true,
        other => panic!("a task shall not be {other}"),
    }
}

fn resource_status(value: &Value) -> ResourceStatus {
    match value.as_u64() {
        Some(0) => ResourceStatus::None,
        Some(1) => ResourceStatus::Created,
        Some(2) => ResourceStatus::Removed,
        _ => text(value).parse().unwrap(),
    }
}

fn steady(value: &Value) -> SteadyState {
    match value.as_str() {
        Some("RESOURCES_PROVISIONED") => SteadyState::ResourcesProvisioned,
        _ => SteadyState::Running,
    }
}

fn condition(value: &Value) -> Condition {
    text(value).parse().unwrap()
}

fn health(value: &Value) -> HealthStatus {
    HealthStatus::from(text(value))
}

fn exit_code(value: &Value) -> Option<i32> {
    value.as_i64().map(|code| i32::try_from(code).unwrap())
}

fn waiting(given: &Value) -> WaitingContainer {
    WaitingContainer {
        known: status_or(&given["target"]["known"], ContainerStatus::None),
        desired: status_or(&given["target"]["desired"], ContainerStatus::Running),
        pull: match given["pull_upfront"] == true {
            true => DependentPull::Upfront,
            false => DependentPull::WhenMet,
        },
    }
}

/// A container at which nothing was done.
const fn not_begun() -> Standing<'static> {
    Standing {
        known: ContainerStatus::None,
        desired: ContainerStatus::Running,
        steady: SteadyState::Running,
        in_flight: None,
        exit_code: None,
        health: None,
        started_at: None,
        start_timeout: None,
    }
}

fn dependency<'a>(given: &Value, health: Option<&'a HealthStatus>) -> Standing<'a> {
    let dependency = &given["dependency"];
    Standing {
        known: status(&dependency["known"]),
        desired: status_or(&dependency["desired"], ContainerStatus::Running),
        steady: steady(&dependency["steady"]),
        in_flight: applied(&dependency["applied"]),
        exit_code: exit_code(&dependency["exit_code"]),
        health,
        ..not_begun()
    }
}

fn checked_health(given: &Value) -> Option<HealthStatus> {
    let dependency = &given["dependency"];
    (dependency["has_health_check"] == true).then(|| health(&dependency["health"]))
}

fn resolution(given: &Value, condition: Condition) -> Resolution {
    let found = checked_health(given);
    let dependency = dependency(given, found.as_ref());
    let behaviour = Behaviour::Agent1_105;
    condition.resolve(waiting(given), dependency, behaviour, EPOCH)
}

fn resolvable(given: &Value) -> bool {
    let found = checked_health(given);
    let dependency = dependency(given, found.as_ref());
    condition(&given["condition"]).is_resolvable(waiting(given), dependency)
}

fn start_timeout(given: &Value) -> bool {
    let seconds = given["start_timeout_s"].as_u64().unwrap();
    let dependency = Standing {
        known: ContainerStatus::Running,
        started_at: given["started_at"].as_str().map(|at| at.parse().unwrap()),
        start_timeout: Some(Duration::from_secs(seconds)),
        ..not_begun()
    };
    let waiting = WaitingContainer {
        known: ContainerStatus::ManifestPulled,
        desired: ContainerStatus::Running,
        pull: DependentPull::WhenMet,
    };
    let now: Timestamp = text(&given["now"]).parse().unwrap();
    let deadline = condition(&given["condition"]).deadline(waiting, dependency);
    deadline.is_some_and(|end| end <= now)
}

/// The status that a container that goes on has next.
fn next_status(given: &Value) -> ContainerStatus {
    let target = &given["target"];
    let known = status(&target["known"]);
    let desired = status_or(&target["desired"], ContainerStatus::Running);
    match NextStep::of(known, desired, steady(&target["steady"]), None) {
        NextStep::Step(next) => next,
        NextStep::Declare => ContainerStatus::Stopped,
        _ => known.next(steady(&target["steady"])),
    }
}

fn steps_resolved(given: &Value, next: ContainerStatus) -> bool {
    list(&given["depends"]).iter().all(|depends| {
        let known = status(&given["others"][text(&depends["on"])]);
        step_resolved(
            next,
            status(&depends["before"]),
            known,
            status(&depends["needs"]),
        )
    })
}

fn next_state(given: &Value) -> Value {
    let (known, desired) = (status(&given["known"]), status(&given["desired"]));
    let step = NextStep::of(
        known,
        desired,
        steady(&given["steady"]),
        applied(&given["applied"]),
    );
    let held = |reason: &str| json!({"next": "NONE", "action_required": false, "reason": reason});
    let (next, needs_action) = match step {
        NextStep::AtGoal => return held("AT_OR_PAST_DESIRED"),
        NextStep::InFlight => (None, false),
        NextStep::Declare => (Some(ContainerStatus::Stopped), false),
        NextStep::Step(next) => (Some(next), true),
        _ => panic!("{step:?}"),
    };
    let credentials = Credentials {
        required: given["needs_execution_role"] == true,
        available: given["credentials_present"] == true,
    };
    if !credentials.let_container(known, desired) {
        return held("CREDENTIALS_NOT_RESOLVED");
    }
    if !next.is_none_or(|next| steps_resolved(given, next)) {
        return held("CONTAINER_DEPENDENCY_NOT_RESOLVED");
    }
    let in_order = list(&given["steady_state_dependencies"]).iter().all(|on| {
        let known = status(&given["others"][text(on)]);
        step_resolved((), (), known, SteadyState::Running.status())
    });
    if !in_order {
        return held("STEADY_STATE_DEPENDENCY_NOT_RESOLVED");
    }
    json!({
        "next": next.map_or("NONE", ContainerStatus::as_str),
        "action_required": needs_action,
        "reason": null,
    })
}

/// The agent's graphs have no essential containers; ours need one.
fn graph_is_valid(given: &Value) -> bool {
    let containers = list(&given["containers"]);
    if containers.is_empty() {
        return true;
    }
    TaskSpec::new(containers.iter().map(|container| {
        let dependencies = list(&container["depends_on"]).iter();
        dependencies.fold(
            ContainerSpec::new(text(&container["name"])),
            |spec, pair| spec.depends_on(text(&pair[0]), condition(&pair[1])),
        )
    }))
    .is_ok()
}

fn restart_decision(given: &Value) -> Result<(), NoRestart> {
    let policy = &given["policy"];
    if policy["enabled"] != true {
        return Err(NoRestart::NoPolicy);
    }
    let period = policy["restart_attempt_period_s"].as_u64().unwrap_or(300);
    let codes = list(&policy["ignored_exit_codes"]);
    let codes = codes.iter().filter_map(exit_code);
    let now = 10_000;
    let since = given["seconds_since_last_restart"]
        .as_i64()
        .or(given["seconds_since_started"].as_i64());
    RestartPolicy::new()
        .with_attempt_period(Duration::from_secs(period))
        .with_ignored_exit_codes(codes)
        .decide(
            ContainerEnd {
                exit_code: exit_code(&given["exit_code"]),
                desired: status(&given["container_desired"]),
                last_start: since.map(|seconds| Timestamp::from_seconds(now - seconds)),
            },
            Timestamp::from_seconds(now),
        )
}

/// What brings a container to a status at once.
fn reached(status: ContainerStatus, exit_code: Option<i32>) -> Option<RuntimeEvent> {
    Some(match status {
        ContainerStatus::None => return None,
        ContainerStatus::ManifestPulled => RuntimeEvent::ManifestPulled { digest: None },
        ContainerStatus::Pulled => RuntimeEvent::Pulled,
        ContainerStatus::Created => RuntimeEvent::Created { runtime_id: None },
        ContainerStatus::Running => RuntimeEvent::Started {
            network_bindings: Vec::new(),
        },
        ContainerStatus::ResourcesProvisioned => RuntimeEvent::NetworkProvisioned,
        ContainerStatus::Stopped => RuntimeEvent::Stopped {
            exit_code,
            reason: None,
        },
        _ => panic!("{status}"),
    })
}

fn bring(task: &mut AgentTask, name: &str, container: &Value) {
    let event = reached(
        status(&container["known"]),
        exit_code(&container["exit_code"]),
    );
    if let Some(event) = event {
        let _ = task.handle_event(name, event, EPOCH);
    }
}

/// A machine whose containers have these statuses, with one more that is essential.
fn machine(containers: &[(&str, &Value)]) -> AgentTask {
    let specs = containers.iter().map(|(name, container)| {
        let spec = ContainerSpec::new(*name)
            .non_essential()
            .with_steady_state(steady(&container["steady"]));
        let dependencies = list(&container["depends_on"]).iter();
        dependencies.fold(spec, |spec, on| match (on.as_str(), on.as_array()) {
            (Some(name), _) => spec.depends_on(name, Condition::Start),
            (_, Some(pair)) => spec.depends_on(text(&pair[0]), condition(&pair[1])),
            _ => panic!("{on}"),
        })
    });
    let spec = TaskSpec::new(specs.chain([ContainerSpec::new("essential")])).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    for (name, container) in containers {
        bring(&mut task, name, container);
    }
    while task.poll_action().is_some() {}
    task
}

/// The containers of a case, by name; one without a name has its position.
fn named(given: &Value) -> Vec<(String, &Value)> {
    let containers = list(&given["containers"]).iter().enumerate();
    containers
        .map(|(position, container)| {
            let name = container["name"].as_str().map(str::to_owned);
            (name.unwrap_or_else(|| position.to_string()), container)
        })
        .collect()
}

fn stops(task: &mut AgentTask, name: &str) -> usize {
    std::iter::from_fn(|| task.poll_action())
        .filter(
            |action| matches!(action, AgentAction::Stop { container, .. } if &**container == name),
        )
        .count()
}

/// Containers that a case names only as dependencies run.
fn may_stop(given: &Value) -> bool {
    let target = text(&given["target"]);
    let others = given["others"].as_object().unwrap();
    let running = json!({ "known": "RUNNING" });
    let mut containers: Vec<(&str, &Value)> = others
        .iter()
        .map(|(name, container)| (name.as_str(), container))
        .collect();
    for name in ["C", "D", "E", "F", "Z"] {
        if !others.contains_key(name) {
            containers.push((name, &running));
        }
    }
    let mut task = machine(&containers);
    let _ = task.handle_stop(EPOCH);
    stops(&mut task, target) == 1
}

fn stop_commands(given: &Value) -> usize {
    let mut task = machine(&[("container", given)]);
    for event in list(&given["events"]) {
        let event = reached(status(event), None).unwrap();
        let _ = task.handle_event("container", event, EPOCH);
    }
    stops(&mut task, "container")
}

/// Whether the container runtime has something to do for one of these containers.
fn can_transition(task: &AgentTask, containers: &[(String, &Value)]) -> bool {
    task.waiting().iter().any(|wait| {
        let ours = containers.iter().any(|(name, _)| name == wait.container);
        ours && matches!(wait.cause, WaitCause::Runtime { .. })
    })
}

fn terminal_dependency(given: &Value) -> Value {
    let containers = named(given);
    let borrowed: Vec<(&str, &Value)> = containers
        .iter()
        .map(|(name, container)| (name.as_str(), *container))
        .collect();
    let task = machine(&borrowed);
    let given_up = |name: &str| {
        let reason = task.container_reason(name).unwrap_or_default();
        reason.starts_with("CannotStartContainerError: dependency ")
    };
    let stopped = borrowed.iter().filter(|(name, _)| given_up(name));
    let stopped: serde_json::Map<String, Value> = stopped
        .map(|(name, _)| ((*name).to_owned(), json!(task.exit_code(name))))
        .collect();
    let terminal: Vec<bool> = borrowed.iter().map(|(name, _)| given_up(name)).collect();
    json!({
        "stopped": stopped,
        "terminal": terminal,
        "any_can_transition": can_transition(&task, &containers),
    })
}

fn no_transition(given: &Value) -> Value {
    let containers = named(given);
    let borrowed: Vec<(&str, &Value)> = containers
        .iter()
        .map(|(name, container)| (name.as_str(), *container))
        .collect();
    let task = machine(&borrowed);
    json!({ "any_can_transition": can_transition(&task, &containers) })
}

fn image_pull(value: &Value) -> ImagePull {
    match text(value) {
        "default" => ImagePull::Default,
        "always" => ImagePull::Always,
        "once" => ImagePull::Once,
        "prefer-cached" => ImagePull::PreferCached,
        other => panic!("{other}"),
    }
}

/// What the rule says, and what the machine keeps as the reason of the container.
fn transition_error(case: &Value) -> Value {
    let given = &case["given"];
    let (step, known) = (status(&given["event"]), status(&given["known_before"]));
    let hung_up = case["note"]
        .as_str()
        .is_some_and(|note| note.contains("EOF"));
    let message = if hung_up { "EOF" } else { "it did not work" };
    let error = RuntimeError::new(text(&given["error"]), message);
    let pull = image_pull(&given["image_pull_behavior"]);
    let outcome = FailedStep::of(step, known, &error, pull);

    let options = AgentOptions::default().with_image_pull(pull);
    let spec = TaskSpec::new([ContainerSpec::new("container")]).unwrap();
    let mut task = AgentTask::with_options(spec, options, EPOCH);
    bring(&mut task, "container", &json!({ "known": known.as_str() }));
    let _ = task.handle_event("container", RuntimeEvent::Failed { step, error }, EPOCH);
    let reason = task.container_reason("container").unwrap();
    let wanted = |stops, status: &str| {
        if stops {
            "STOPPED".to_owned()
        } else {
            status.to_owned()
        }
    };
    json!({
        "proceed": outcome.known == step,
        "error_name": reason.split_once(": ").unwrap().0,
        "container_known": outcome.known.as_str(),
        "container_desired": wanted(outcome.stops_container, "RUNNING"),
        "task_desired": wanted(outcome.stops_task, "RUNNING"),
    })
}

/// A task whose container can go no further than it is: it waits for the health of another one that
/// has ended.
fn deadlock(given: &Value) -> Value {
    let [container] = list(&given["containers"]) else {
        panic!("{given}");
    };
    assert!(!shall_stop(&given["task_desired"]));
    let sick = ContainerSpec::new("sick")
        .non_essential()
        .with_health_check();
    let mut web = ContainerSpec::new("web").depends_on("sick", Condition::Healthy);
    web.essential = container["essential"] == true;
    let mut task = AgentTask::new(TaskSpec::new([web, sick]).unwrap(), EPOCH);
    bring(&mut task, "web", container);
    bring(&mut task, "sick", &json!({ "known": "STOPPED" }));
    let desired = task.container_desired_status("web").unwrap();
    json!({
        "task_desired": if task.shall_stop() { "STOPPED" } else { "RUNNING" },
        "container_desired": desired.as_str(),
    })
}

/// A task that came to the status of the case, and whose containers then came to theirs.
fn task_of(given: &Value) -> AgentTask {
    let containers = named(given);
    let specs = containers.iter().map(|(name, container)| {
        let mut spec = ContainerSpec::new(name).with_steady_state(steady(&container["steady"]));
        spec.essential = container["essential"] == true;
        spec
    });
    let spec = TaskSpec::new(specs.chain([ContainerSpec::new("essential")])).unwrap();
    let options = AgentOptions::default().with_behaviour(Behaviour::Agent1_105);
    let mut task = AgentTask::with_options(spec, options, EPOCH);
    if !containers.is_empty() {
        bring(&mut task, "essential", &json!({ "known": "RUNNING" }));
    }
    let before = json!({ "known": given["task_known"].as_str().unwrap_or("NONE") });
    for (name, _) in &containers {
        bring(&mut task, name, &before);
    }
    assert_eq!(task.status().as_str(), before["known"]);
    for (name, container) in &containers {
        bring(&mut task, name, container);
    }
    task
}

fn restart_flow(given: &Value) -> Value {
    assert_eq!(given["restart_policy"]["enabled"], true);
    let web = ContainerSpec::new("web").with_restart(RestartPolicy::new());
    let mut task = AgentTask::new(TaskSpec::new([web]).unwrap(), EPOCH);
    bring(&mut task, "web", &json!({ "known": given["task_known"] }));
    let later = Timestamp::from_seconds(301);
    if given["container_desired"] == "STOPPED" {
        let _ = task.handle_stop(later);
    }
    let stopped = reached(ContainerStatus::Stopped, exit_code(&given["exit_code"])).unwrap();
    let _ = task.handle_event("web", stopped, later);
    let answer = match given["start_result"].as_str() {
        Some("ok") => reached(ContainerStatus::Running, None),
        Some(_) => Some(RuntimeEvent::Failed {
            step: ContainerStatus::Running,
            error: RuntimeError::new("CannotStartContainerError", "it did not work"),
        }),
        None => None,
    };
    if let Some(answer) = answer {
        let _ = task.handle_event("web", answer, later);
    }
    json!({
        "restart_count": task.restart_count("web"),
        "task_desired": if task.shall_stop() { "STOPPED" } else { "RUNNING" },
    })
}

fn records_end(given: &Value) -> bool {
    let mut first = ContainerSpec::new("first");
    first.essential = given["essential"] == true;
    let spec = TaskSpec::new([first, ContainerSpec::new("second")]).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    bring(&mut task, "first", given);
    let report = task.poll_report().unwrap();
    report.execution_stopped_at().is_some()
}

fn terminal_reason(given: &Value) -> Value {
    let reasons = list(&given["reasons"]);
    let resources = (0..reasons.len()).map(|position| ResourceSpec::new(position.to_string()));
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let mut task = AgentTask::new(spec.with_resources(resources).unwrap(), EPOCH);
    for (position, reason) in reasons.iter().enumerate() {
        let reason = text(reason).to_owned();
        let failed = ResourceEvent::Failed { reason };
        let _ = task.handle_resource(&position.to_string(), failed, EPOCH);
    }
    json!({ "reason": task.poll_report().unwrap().reason() })
}

fn submits(given: &Value) -> bool {
    let news = |container: &Value| {
        let (known, sent) = (status(&container["known"]), status(&container["sent"]));
        known.is_news(sent, SteadyState::Running, false)
    };
    let agent_news = |agent: &Value| {
        let status = |value: &Value| text(value).parse::<ManagedAgentStatus>().unwrap();
        status(&agent["known"]).is_news(status(&agent["sent"]))
    };
    let (event, sent) = (&given["event_status"], &given["task_sent"]);
    given["internal"] != true
        && (task_status(event).is_news(task_status(sent), false)
            || list(&given["containers"]).iter().any(news)
            || list(&given["managed_agents"]).iter().any(agent_news))
}

fn submits_attachment(given: &Value) -> Value {
    let event = task_status(&given["event_status"]);
    let submit = given["attachment"].as_object().is_some_and(|known| {
        let late = known["expired"] == true;
        let mut attachment = HostAttachment::new(Timestamp::from_seconds(10));
        let _ = attachment.handle_seen(EPOCH);
        if known["sent"] == true {
            assert!(attachment.poll_report().is_some());
        }
        let _ = attachment.handle_timeout(Timestamp::from_seconds(if late { 11 } else { 9 }));
        let _ = attachment.handle_task_status(event);
        attachment.poll_report().is_some()
    });
    let task = given["task_present"] == true && event.is_news(AgentTaskStatus::None, false);
    json!({ "submit_attachment": submit, "submit_task": task })
}

fn submitted(given: &Value) -> Vec<&'static str> {
    let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
    let mut task = AgentTask::new(spec, EPOCH);
    let mut seen = Vec::new();
    for event in list(&given["events"]) {
        let event = reached(status(event), Some(0)).unwrap();
        let _ = task.handle_event("web", event, EPOCH);
        while let Some(report) = task.poll_report() {
            seen.push(report.status().as_str());
        }
    }
    seen
}

/// Two reports are sent, and acknowledged in the order of the case.
fn sent_status(given: &Value) -> Value {
    let spec = TaskSpec::new([ContainerSpec::new("web").with_managed_agent()]).unwrap();
    let options = AgentOptions::default().with_behaviour(Behaviour::Agent1_105);
    let mut task = AgentTask::with_options(spec, options, EPOCH);
    for event in [
        reached(ContainerStatus::Running, None).unwrap(),
        RuntimeEvent::ManagedAgentStarted,
        reached(ContainerStatus::Stopped, Some(0)).unwrap(),
    ] {
        let _ = task.handle_event("web", event, EPOCH);
        while task.poll_report().is_some() {}
    }
    for mark in list(&given["marks"]) {
        let mark: ReportedStatus = text(mark).parse().unwrap();
        let _ = task.handle_report_acknowledged(mark, EPOCH);
    }
    json!({
        "task_sent": task.sent_status().as_str(),
        "container_sent": task.container_sent_status("web").unwrap().as_str(),
        "managed_agent_sent": task.managed_agent_sent_status("web").unwrap().as_str(),
    })
}

/// What our rules say, in the form in which the case expects it.
fn answer(case: &Value) -> Value {
    let given = &case["given"];
    let known = || status(&given["known"]);
    let container = || status(&given["container"]);
    match text(&case["kind"]) {
        "depends_on_resolved" => {
            let met = resolution(given, condition(&given["condition"])) == Resolution::Met;
            json!({ "resolved": met })
        }
        "depends_on_resolvable" => json!({ "resolvable": resolvable(given) }),
        "dependency_never_starts" => {
            let resolution = resolution(given, Condition::Start);
            json!({ "terminal": matches!(resolution, Resolution::Never(_)) })
        }
        "steady_state_dependency" => {
            let dependency = &given["dependency"];
            let needs = steady(&dependency["steady"]).status();
            json!({ "resolved": step_resolved((), (), status(&dependency["known"]), needs) })
        }
        "transition_dependency" => {
            let resolved = steps_resolved(given, next_status(given));
            json!({ "reason": (!resolved).then_some("CONTAINER_DEPENDENCY_NOT_RESOLVED") })
        }
        "resource_dependency" => {
            let (known, needs) = (&given["resource_known"], &given["resource_required"]);
            json!({ "resolved": step_resolved(
                next_status(given),
                status(&given["before"]),
                resource_status(known),
                resource_status(needs),
            ) })
        }
        "resource_on_container" => {
            let next = resource_status(&given["resource_next"]);
            let known = status(&given["container_known"]);
            let resolved = step_resolved(next, next, known, status(&given["needs"]));
            let reason = "RESOURCE_CONTAINER_DEPENDENCY_NOT_RESOLVED";
            json!({ "reason": (!resolved).then_some(reason) })
        }
        "resource_credentials" => {
            let credentials = Credentials {
                required: given["requires"] == true,
                available: given["available"] == true,
            };
            let known = resource_status(&given["resource"]);
            let resolved = credentials.let_resource(known, shall_stop(&given["task_desired"]));
            json!({ "resolved": resolved })
        }
        "start_timeout" => json!({ "timed_out": start_timeout(given) }),
        "graph_valid" => json!({ "valid": graph_is_valid(given) }),
        "container_next_state" => next_state(given),
        "deadlock" => deadlock(given),
        "transition_error" => transition_error(case),
        "terminal_dependency" => terminal_dependency(given),
        "no_transition" => no_transition(given),
        "shutdown_order" => json!({ "may_stop": may_stop(given) }),
        "unexpected_start" => json!({ "stop_commands": stop_commands(given) }),
        "restart_policy_flow" => restart_flow(given),
        "execution_stopped_at" => json!({ "recorded": records_end(given) }),
        "terminal_reason" => terminal_reason(given),
        "will_not_start" => {
            let (desired, applied) = (status(&given["desired"]), applied(&given["applied"]));
            let container = Standing {
                known: known(),
                desired,
                in_flight: applied,
                ..not_begun()
            };
            json!({ "will_not_start": container.will_not_start() })
        }
        "next_progression" => json!({ "next": known().next(steady(&given["steady"])).as_str() }),
        "is_steady_state" => json!({ "steady": known().is_steady(steady(&given["steady"])) }),
        "container_to_task_status" => {
            json!({ "task": container().task_status(steady(&given["steady"])).as_str() })
        }
        "backend_status" => {
            json!({ "backend": container().reported(SteadyState::Running).as_str() })
        }
        "report_to_backend" => {
            json!({ "report": container().is_reportable(steady(&given["steady"])) })
        }
        "earliest_task_status" => {
            json!({ "status": task_of(given).status().as_str() })
        }
        "task_known_status" => {
            let before = task_status(&given["task_known"]);
            let after = task_of(given).status();
            let changed = (after != before).then(|| after.as_str());
            json!({ "changed_to": changed, "task_known": after.as_str() })
        }
        "managed_agent_status" => {
            let status: ManagedAgentStatus = text(&given["status"]).parse().unwrap();
            json!({
                "backend": status.reported().as_str(),
                "report": status.is_reportable(),
                "terminal": status.is_terminal(),
            })
        }
        "attachment_status" => {
            let status: HostAttachmentStatus = text(&given["status"]).parse().unwrap();
            json!({ "send": status.is_reportable() })
        }
        "should_restart" => {
            let decision = restart_decision(given);
            json!({
                "restart": decision.is_ok(),
                "reason": decision.err().map_or_else(String::new, |reason| reason.to_string()),
            })
        }
        "task_report" => {
            let ours = |container: &&Value| container["internal"] != true;
            let mut containers = list(&given["containers"]).iter().filter(ours);
            let has_digest = containers.any(|container| container["digest"] == true);
            let (known, sent) = (task_status(&given["known"]), task_status(&given["sent"]));
            let news = given["internal"] != true && known.is_news(sent, has_digest);
            json!({ "report": news })
        }
        "container_report" => {
            let (sent, digest) = (status(&given["sent"]), given["digest"] == true);
            let news = known().is_news(sent, steady(&given["steady"]), digest);
            json!({ "report": given["internal"] != true && news })
        }
        "submit_needed" => json!({ "submit": submits(given) }),
        "attachment_submit_needed" => submits_attachment(given),
        "submit_sequence" => json!({ "submitted": submitted(given) }),
        "sent_status" => sent_status(given),
        "task_health" => {
            let found: Vec<HealthStatus> = list(&given["essential_containers"])
                .iter()
                .map(health)
                .collect();
            json!({ "task": task_health(&found).as_str() })
        }
        "scenario" => scenario(&case["expect"], given),
        kind => panic!("kind `{kind}` is not known"),
    }
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_case_is_answered_or_listed() {
    let mut passed: BTreeMap<String, usize> = BTreeMap::new();
    let mut listed = [0; NOT_OURS.len()];
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let line = case.to_string();
        if let Some(entry) = NOT_OURS.iter().position(|(word, _)| line.contains(word)) {
            listed[entry] += 1;
            continue;
        }
        let found = answer(case);
        let expected = case["expect"].as_object().unwrap();
        match expected.iter().all(|(name, value)| found[name] == *value) {
            true => *passed.entry(text(&case["kind"]).to_owned()).or_default() += 1,
            false => wrong.push(format!("{}: {found}, not {}", case["id"], case["expect"])),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(passed.len(), 39, "{passed:?}");
    let answered: usize = passed.values().sum();
    assert_eq!(listed, [1; NOT_OURS.len()], "{NOT_OURS:#?}");
    assert_eq!(answered + NOT_OURS.len(), cases.len());
}

/// A host on which containers run for a given time.
struct Host<'a> {
    containers: &'a [Value],
    task: AgentTask,
    clock: i64,
    ends: Vec<(i64, String)>,
    statuses: BTreeMap<String, ContainerStatus>,
    status: AgentTaskStatus,
    seen: Vec<String>,
}

impl Host<'_> {
    fn named(&self, name: &str) -> &Value {
        let mut containers = self.containers.iter();
        containers
            .find(|container| container["name"] == name)
            .unwrap()
    }

    fn tell(&mut self, name: &str, event: RuntimeEvent) {
        let now = Timestamp::from_seconds(self.clock);
        let _ = self.task.handle_event(name, event, now);
        self.look();
    }

    /// Notes what has changed, containers first.
    fn look(&mut self) {
        for container in self.containers {
            let name = text(&container["name"]).to_owned();
            let known = self.task.container_status(&name).unwrap();
            if self.statuses.insert(name.clone(), known) != Some(known) {
                self.seen.push(format!("{name}:{known}"));
            }
        }
        if self.task.status() != self.status {
            self.status = self.task.status();
            self.seen.push(format!("task:{}", self.status));
        }
    }

    fn act(&mut self, action: &AgentAction) {
        let (name, event) = match action {
            AgentAction::PullManifest { container } => {
                let digest = Some("sha256:0".to_owned());
                (container, RuntimeEvent::ManifestPulled { digest })
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
                self.ends.retain(|(_, other)| **other != **container);
                return self.end(container, Some(143));
            }
            AgentAction::CleanUp => return,
            other => panic!("{other:?}"),
        };
        self.tell(name, event);
        if matches!(action, AgentAction::Start { .. }) {
            let runs_for = self.named(name)["runs_for_s"].as_i64().unwrap();
            self.ends.push((self.clock + runs_for, name.to_string()));
            if let Some(health) = self.named(name)["health"].as_str() {
                let health = HealthStatus::from(health);
                self.tell(name, RuntimeEvent::Health(health));
            }
        }
    }

    fn end(&mut self, name: &str, exit_code: Option<i32>) {
        let reason = None;
        self.tell(name, RuntimeEvent::Stopped { exit_code, reason });
    }

    fn run(&mut self) {
        while self.status != AgentTaskStatus::Stopped {
            while let Some(action) = self.task.poll_action() {
                self.act(&action);
            }
            let timeout = self.task.poll_timeout().map(|at| at.seconds());
            self.ends.sort();
            let end = self.ends.first().map(|(at, _)| *at);
            let Some(next) = end.into_iter().chain(timeout).min() else {
                return;
            };
            self.clock = next;
            if end == Some(next) {
                let (_, name) = self.ends.remove(0);
                let code = exit_code(&self.named(&name)["exit_code"]);
                self.end(&name, code);
            } else {
                let _ = self.task.handle_timeout(Timestamp::from_seconds(next));
                self.look();
            }
        }
    }
}

fn play(given: &Value, behaviour: Behaviour) -> Vec<String> {
    let containers = list(&given["containers"]);
    let spec = TaskSpec::new(containers.iter().map(|container| {
        let mut spec = ContainerSpec::new(text(&container["name"]));
        spec.essential = container["essential"] == true;
        spec.has_health_check = container.get("health").is_some();
        spec.start_timeout = container["start_timeout_s"]
            .as_u64()
            .map(Duration::from_secs);
        for dependency in list(&container["depends_on"]) {
            spec = spec.depends_on(text(&dependency[0]), condition(&dependency[1]));
        }
        spec
    }));
    let options = AgentOptions::default().with_behaviour(behaviour);
    let none = ContainerStatus::None;
    let mut host = Host {
        containers,
        task: AgentTask::with_options(spec.unwrap(), options, EPOCH),
        clock: 0,
        ends: Vec::new(),
        statuses: containers
            .iter()
            .map(|container| (text(&container["name"]).to_owned(), none))
            .collect(),
        status: AgentTaskStatus::None,
        seen: Vec::new(),
    };
    host.run();
    host.seen
}

/// Whether the expected events happened in this order. `container:` stands for any container, and
/// a case need not name every event.
fn in_order(expected: &[Value], seen: &[String]) -> bool {
    let mut seen = seen.iter();
    expected
        .iter()
        .map(text)
        .all(|event| match event.strip_prefix("container:") {
            Some(status) => {
                seen.any(|found| found.ends_with(status) && !found.starts_with("task:"))
            }
            None => seen.any(|found| found == event),
        })
}

/// The events of the case if they happened, otherwise what happened.
fn scenario(expected: &Value, given: &Value) -> Value {
    for behaviour in [Behaviour::Strict, Behaviour::Agent1_105] {
        let seen = play(given, behaviour);
        if !in_order(list(&expected["events"]), &seen) {
            return json!({ "events": seen });
        }
    }
    json!({ "events": expected["events"] })
}
