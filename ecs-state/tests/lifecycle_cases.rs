//! The rules of the agent against cases converted from its own tests.

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

use ecs_model::{HealthStatus, Timestamp};
use ecs_state::{
    AgentAction, AgentTask, AgentTaskStatus, Condition, ContainerEnd, ContainerSpec,
    ContainerStanding, ContainerStatus, DependentPull, NoRestart, ReportedStatus, Resolution,
    RestartPolicy, RuntimeEvent, Standing, SteadyState, TaskSpec, WaitingContainer, deadline,
    known_task_status, resolve, task_health,
};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let text = conformance_data::read("cases/lifecycle.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn status(value: &Value) -> ContainerStatus {
    value.as_str().unwrap().parse().unwrap()
}

fn steady(value: &Value) -> SteadyState {
    match value.as_str() {
        Some("RESOURCES_PROVISIONED") => SteadyState::ResourcesProvisioned,
        _ => SteadyState::Running,
    }
}

fn condition(value: &Value) -> Condition {
    value.as_str().unwrap().parse().unwrap()
}

fn health(value: &Value) -> HealthStatus {
    HealthStatus::from(value.as_str().unwrap())
}

fn exit_code(value: &Value) -> Option<i32> {
    value.as_i64().map(|code| i32::try_from(code).unwrap())
}

fn standing(container: &Value) -> ContainerStanding {
    ContainerStanding {
        known: status(&container["known"]),
        steady: steady(&container["steady"]),
        essential: container["essential"] == true,
    }
}

fn standings(given: &Value) -> impl Iterator<Item = ContainerStanding> {
    given["containers"].as_array().unwrap().iter().map(standing)
}

fn target(given: &Value) -> WaitingContainer {
    WaitingContainer {
        known: status(&given["target"]["known"]),
        desired: status(&given["target"]["desired"]),
        pull: match given["pull_upfront"] == true {
            true => DependentPull::Upfront,
            false => DependentPull::WhenMet,
        },
    }
}

fn dependency<'a>(given: &Value, health: Option<&'a HealthStatus>) -> Standing<'a> {
    let dependency = &given["dependency"];
    let desired = dependency["desired"].as_str();
    Standing {
        known: status(&dependency["known"]),
        desired: desired.map_or(ContainerStatus::Running, |name| name.parse().unwrap()),
        steady: steady(&dependency["steady"]),
        in_flight: dependency["applied"]
            .as_str()
            .filter(|applied| *applied != "NONE")
            .map(|applied| applied.parse().unwrap()),
        exit_code: exit_code(&dependency["exit_code"]),
        health,
        started_at: None,
        start_timeout: None,
    }
}

fn resolution(given: &Value, condition: Condition) -> Resolution {
    let found = match given["dependency"]["has_health_check"] == true {
        true => Some(health(&given["dependency"]["health"])),
        false => None,
    };
    let dependency = dependency(given, found.as_ref());
    resolve(condition, target(given), dependency, Timestamp::UNIX_EPOCH)
}

fn start_timeout(given: &Value) -> bool {
    let seconds = given["start_timeout_s"].as_u64().unwrap();
    let dependency = Standing {
        known: ContainerStatus::Running,
        desired: ContainerStatus::Running,
        steady: SteadyState::Running,
        in_flight: None,
        exit_code: None,
        health: None,
        started_at: given["started_at"].as_str().map(|at| at.parse().unwrap()),
        start_timeout: Some(Duration::from_secs(seconds)),
    };
    let target = WaitingContainer {
        known: ContainerStatus::ManifestPulled,
        desired: ContainerStatus::Running,
        pull: DependentPull::WhenMet,
    };
    let now: Timestamp = given["now"].as_str().unwrap().parse().unwrap();
    deadline(condition(&given["condition"]), target, dependency).is_some_and(|end| end <= now)
}

/// The agent's graphs have no essential containers; ours need one.
fn graph_is_valid(given: &Value) -> bool {
    let containers = given["containers"].as_array().unwrap();
    if containers.is_empty() {
        return true;
    }
    TaskSpec::new(containers.iter().map(|container| {
        let name = container["name"].as_str().unwrap();
        let dependencies = container["depends_on"].as_array().unwrap().iter();
        dependencies.fold(ContainerSpec::new(name), |spec, dependency| {
            spec.depends_on(dependency[0].as_str().unwrap(), condition(&dependency[1]))
        })
    }))
    .is_ok()
}

fn restart_decision(given: &Value) -> Result<(), NoRestart> {
    let policy = &given["policy"];
    let period = policy["restart_attempt_period_s"].as_u64().unwrap_or(300);
    let codes = policy["ignored_exit_codes"].as_array();
    let codes = codes.into_iter().flatten().filter_map(exit_code);
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

/// A machine whose containers have these statuses, with one more that is essential.
fn machine(containers: &[(&str, &Value)]) -> AgentTask {
    let specs = containers.iter().map(|(name, container)| {
        let dependencies = container["depends_on"].as_array();
        let names = dependencies.into_iter().flatten();
        names.fold(
            ContainerSpec::new(*name).non_essential(),
            |spec, on| match (on.as_str(), on.as_array()) {
                (Some(name), _) => spec.depends_on(name, Condition::Start),
                (_, Some(pair)) => spec.depends_on(pair[0].as_str().unwrap(), condition(&pair[1])),
                _ => panic!("{on}"),
            },
        )
    });
    let spec = TaskSpec::new(specs.chain([ContainerSpec::new("essential")])).unwrap();
    let mut task = AgentTask::new(spec, Timestamp::UNIX_EPOCH);
    for (name, container) in containers {
        let event = match status(&container["known"]) {
            ContainerStatus::Created => RuntimeEvent::Created { runtime_id: None },
            ContainerStatus::Running => RuntimeEvent::Started {
                network_bindings: Vec::new(),
            },
            ContainerStatus::Stopped => RuntimeEvent::Stopped {
                exit_code: exit_code(&container["exit_code"]),
                reason: None,
            },
            other => panic!("{other}"),
        };
        let _ = task.handle_event(name, event, Timestamp::UNIX_EPOCH);
    }
    while task.poll_action().is_some() {}
    task
}

fn stops(task: &mut AgentTask, name: &str) -> usize {
    std::iter::from_fn(|| task.poll_action())
        .filter(|action| matches!(action, AgentAction::Stop { container } if container == name))
        .count()
}

/// Containers that a case names only as dependencies run.
fn may_stop(given: &Value) -> bool {
    let target = given["target"].as_str().unwrap();
    let others = given["others"].as_object().unwrap();
    let running = serde_json::json!({ "known": "RUNNING" });
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
    let _ = task.handle_stop(Timestamp::UNIX_EPOCH);
    stops(&mut task, target) == 1
}

fn stop_commands(given: &Value) -> usize {
    let mut task = machine(&[("container", given)]);
    for _ in given["events"].as_array().unwrap() {
        let network_bindings = Vec::new();
        let started = RuntimeEvent::Started { network_bindings };
        let _ = task.handle_event("container", started, Timestamp::UNIX_EPOCH);
    }
    stops(&mut task, "container")
}

fn given_up(given: &Value) -> serde_json::Map<String, Value> {
    let containers: Vec<(&str, &Value)> = given["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|container| (container["name"].as_str().unwrap(), container))
        .collect();
    let task = machine(&containers);
    let stopped = containers
        .iter()
        .filter(|(_, container)| container["known"] != "STOPPED");
    stopped
        .filter_map(|(name, _)| Some(((*name).to_owned(), task.exit_code(name)?.into())))
        .collect()
}

/// What our function says, in the form in which the case expects it; `None` for a kind of case
/// that nothing here answers.
fn answer(kind: &str, given: &Value) -> Option<Value> {
    let known = || status(&given["known"]);
    let container = || status(&given["container"]);
    Some(match kind {
        "depends_on_resolved" => {
            let met = resolution(given, condition(&given["condition"])) == Resolution::Met;
            serde_json::json!({ "resolved": met })
        }
        "dependency_never_starts" => {
            let resolution = resolution(given, Condition::Start);
            serde_json::json!({ "terminal": matches!(resolution, Resolution::Never(_)) })
        }
        "start_timeout" => serde_json::json!({ "timed_out": start_timeout(given) }),
        "graph_valid" => serde_json::json!({ "valid": graph_is_valid(given) }),
        "next_progression" => {
            serde_json::json!({ "next": known().next(steady(&given["steady"])).as_str() })
        }
        "is_steady_state" => {
            serde_json::json!({ "steady": known().is_steady(steady(&given["steady"])) })
        }
        "container_to_task_status" => {
            let status = container().task_status(steady(&given["steady"]));
            serde_json::json!({ "task": status.as_str() })
        }
        "backend_status" => {
            let status = container().reported(SteadyState::Running);
            serde_json::json!({ "backend": status.as_str() })
        }
        "report_to_backend" => {
            let report = container().is_reportable(steady(&given["steady"]));
            serde_json::json!({ "report": report })
        }
        "earliest_task_status" => {
            let status = known_task_status(AgentTaskStatus::None, standings(given));
            serde_json::json!({ "status": status.as_str() })
        }
        "task_known_status" => {
            let before: AgentTaskStatus = given["task_known"].as_str().unwrap().parse().unwrap();
            let after = known_task_status(before, standings(given));
            let changed = (after != before).then(|| after.as_str());
            serde_json::json!({ "changed_to": changed, "task_known": after.as_str() })
        }
        // A policy that is not enabled is no policy here.
        "should_restart" if given["policy"]["enabled"] == true => {
            let decision = restart_decision(given);
            serde_json::json!({
                "restart": decision.is_ok(),
                "reason": decision.err().map_or_else(String::new, |reason| reason.to_string()),
            })
        }
        "shutdown_order" => serde_json::json!({ "may_stop": may_stop(given) }),
        "unexpected_start" => serde_json::json!({ "stop_commands": stop_commands(given) }),
        "terminal_dependency" => serde_json::json!({ "stopped": given_up(given) }),
        "task_health" => {
            let found: Vec<HealthStatus> = given["essential_containers"]
                .as_array()
                .unwrap()
                .iter()
                .map(health)
                .collect();
            serde_json::json!({ "task": task_health(&found).as_str() })
        }
        _ => return None,
    })
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn the_rules_are_those_of_the_agent() {
    let mut passed: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let kind = case["kind"].as_str().unwrap();
        let Some(found) = answer(kind, &case["given"]) else {
            continue;
        };
        // A case may ask for more than a kind is answered with.
        let answered = found.as_object().unwrap();
        if answered
            .iter()
            .all(|(name, value)| case["expect"][name] == *value)
        {
            *passed.entry(kind.to_owned()).or_default() += 1;
        } else {
            wrong.push(format!("{}: {found}, not {}", case["id"], case["expect"]));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(passed.len(), 16, "{passed:?}");
}

/// A host on which containers run for a given time.
struct Host<'a> {
    containers: &'a [Value],
    task: AgentTask,
    clock: i64,
    ends: Vec<(i64, String)>,
    seen: Vec<String>,
    task_seen: ReportedStatus,
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
        self.listen();
    }

    fn listen(&mut self) {
        while let Some(report) = self.task.poll_report() {
            for container in report.containers {
                if container.status != ReportedStatus::Pending {
                    self.seen
                        .push(format!("{}:{}", container.name, container.status));
                }
            }
            if report.status > self.task_seen {
                self.task_seen = report.status;
                self.seen.push(format!("task:{}", report.status));
            }
        }
    }

    fn act(&mut self, action: &AgentAction) {
        let (name, event) = match action {
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
            AgentAction::Stop { container } => {
                self.ends.retain(|(_, other)| other != container);
                return self.end(&container.clone(), Some(143));
            }
            other => panic!("{other:?}"),
        };
        self.tell(name, event);
        if matches!(action, AgentAction::Start { .. }) {
            let runs_for = self.named(name)["runs_for_s"].as_i64().unwrap();
            self.ends.push((self.clock + runs_for, name.clone()));
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
        loop {
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
                self.task.handle_timeout(Timestamp::from_seconds(next));
                self.listen();
            }
        }
    }
}

fn play(given: &Value) -> Vec<String> {
    let containers = given["containers"].as_array().unwrap();
    let spec = TaskSpec::new(containers.iter().map(|container| {
        let mut spec = ContainerSpec::new(container["name"].as_str().unwrap());
        spec.essential = container["essential"] == true;
        spec.has_health_check = container.get("health").is_some();
        spec.start_timeout = container["start_timeout_s"]
            .as_u64()
            .map(Duration::from_secs);
        for dependency in container["depends_on"].as_array().unwrap() {
            spec = spec.depends_on(dependency[0].as_str().unwrap(), condition(&dependency[1]));
        }
        spec
    }));
    let mut host = Host {
        containers,
        task: AgentTask::new(spec.unwrap(), Timestamp::UNIX_EPOCH),
        clock: 0,
        ends: Vec::new(),
        seen: Vec::new(),
        task_seen: ReportedStatus::Pending,
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
        .filter_map(Value::as_str)
        .filter(|event| !event.ends_with("MANIFEST_PULLED"))
        .all(|event| match event.strip_prefix("container:") {
            Some(status) => {
                seen.any(|found| found.ends_with(status) && !found.starts_with("task:"))
            }
            None => seen.any(|found| found == event),
        })
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn whole_lives_go_as_with_the_agent() {
    let mut played = 0;
    for case in cases().iter().filter(|case| case["kind"] == "scenario") {
        let seen = play(&case["given"]);
        let expected = case["expect"]["events"].as_array().unwrap();
        assert!(in_order(expected, &seen), "{}: {seen:?}", case["id"]);
        played += 1;
    }
    assert!(played > 0);
}
