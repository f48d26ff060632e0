//! A task of four containers from its start to its stop, as a time line with the reasons for each
//! wait; the same task under the agent's own rules, where it hangs; and the picture of what can
//! follow on what.
//!
//! ```text
//! cargo run --example task_lifecycle -- [--format text|json] [--svg FILE]
//! ```
//!
//! Exit codes: 0 if the task came to its end, 1 if it did not, 2 for unusable arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

mod arguments;
mod chain;
#[path = "picture/chart.rs"]
mod chart;
mod ending;
mod output;
mod surplus;

use arguments::Arguments;
use chart::{Chart, Step};
use ecs_model::{HealthStatus, Timestamp};
use ecs_state::{
    AgentAction, AgentOptions, AgentTask, AgentTaskStatus, Behaviour, Condition, ContainerSpec,
    HostProvider, Phases, Registration, RestartPolicy, RuntimeEvent, SpecError, StopCause,
    TaskAction, TaskMachine, TaskNetwork, TaskSpec, TaskStatus, transition,
};
use ending::ending;
use output::println;
use serde_json::json;

/// Every kind of dependency, a health check and a restart policy.
fn spec() -> Result<TaskSpec, SpecError> {
    let restart = RestartPolicy::new().with_attempt_period(Duration::from_secs(60));
    TaskSpec::new([
        ContainerSpec::new("web")
            .depends_on("db", Condition::Healthy)
            .depends_on("migrate", Condition::Success)
            .depends_on("data", Condition::Create)
            .with_health_check(),
        ContainerSpec::new("db")
            .non_essential()
            .depends_on("data", Condition::Complete)
            .with_health_check()
            .with_restart(restart),
        ContainerSpec::new("migrate")
            .non_essential()
            .depends_on("db", Condition::Start),
        ContainerSpec::new("data").non_essential(),
    ])
}

/// What happens to the processes of the containers, in seconds after their start.
struct Story {
    /// Containers that end by themselves: after how long, and with which exit code.
    ends: &'static [(&'static str, i64, i32)],
    /// Health checks that decide: after how long, and how.
    health: &'static [(&'static str, i64, bool)],
}

const A_FULL_LIFE: Story = Story {
    ends: &[("data", 2, 0), ("migrate", 5, 0), ("db", 80, 1)],
    health: &[("db", 4, true), ("web", 3, true), ("web", 120, false)],
};

const AN_EARLY_END: Story = Story {
    ends: &[("data", 2, 0), ("migrate", 5, 0), ("db", 1, 1)],
    health: &[],
};

/// A host and ECS, and what is still to happen.
struct World {
    host: AgentTask,
    task: TaskMachine,
    story: Story,
    clock: i64,
    /// By time and number: what the container runtime will say.
    coming: BTreeMap<(i64, u32), (String, RuntimeEvent)>,
    count: u32,
    starts: BTreeMap<String, u32>,
    lines: Vec<(i64, String)>,
    waits: BTreeSet<String>,
}

impl World {
    fn new(story: Story, behaviour: Behaviour) -> Result<Self, SpecError> {
        let spec = spec()?;
        let now = Timestamp::from_seconds(0);
        let options = AgentOptions::default().with_behaviour(behaviour);
        let phases = Phases::of(
            HostProvider::ContainerInstance,
            TaskNetwork::Host,
            Registration::LoadBalancer,
        );
        Ok(Self {
            host: AgentTask::with_options(spec.clone(), options, now),
            task: TaskMachine::new(spec, phases, now),
            story,
            clock: 0,
            coming: BTreeMap::new(),
            count: 0,
            starts: BTreeMap::new(),
            lines: Vec::new(),
            waits: BTreeSet::new(),
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.clock)
    }

    fn say(&mut self, text: impl Into<String>) {
        self.lines.push((self.clock, text.into()));
    }

    fn plan(&mut self, after: i64, container: &str, event: RuntimeEvent) {
        self.count += 1;
        let at = (self.clock + after, self.count);
        self.coming.insert(at, (container.to_owned(), event));
    }

    /// Runs until the task has ended, or nothing is left that could happen.
    fn run(&mut self) {
        loop {
            self.settle();
            if self.host.status() == AgentTaskStatus::Stopped {
                return;
            }
            let coming = self.coming.keys().next().map(|(at, _)| *at);
            let timer = self.host.poll_timeout().map(|at| at.seconds());
            let Some(next) = coming.into_iter().chain(timer).min() else {
                return;
            };
            self.clock = next;
            let now = self.now();
            match self
                .coming
                .first_entry()
                .filter(|entry| entry.key().0 == next)
            {
                Some(entry) => {
                    let (container, event) = entry.remove();
                    self.happens(&container, event);
                }
                None => {
                    let _ = self.host.handle_timeout(now);
                }
            }
        }
    }

    fn happens(&mut self, container: &str, event: RuntimeEvent) {
        match &event {
            RuntimeEvent::Stopped { exit_code, .. } => {
                let code = exit_code.unwrap_or_default();
                self.say(format!("`{container}` ends: {}", ecs_state::ExitCode(code)));
            }
            RuntimeEvent::Started { .. } => self.say(format!("`{container}` runs")),
            RuntimeEvent::Health(health) => self.say(format!("`{container}` is {health}")),
            _ => {}
        }
        let before = self.host.restart_count(container);
        let now = self.now();
        let _ = self.host.handle_event(container, event, now);
        if self.host.restart_count(container) > before {
            self.say(format!(
                "`{container}` is started again, and the task does not notice"
            ));
        }
    }

    /// Polls both machines until they have nothing more to say.
    fn settle(&mut self) {
        loop {
            let before = self.lines.len();
            let mut acted = false;
            while let Some(action) = self.host.poll_action() {
                self.act(&action);
                acted = true;
            }
            self.deliver();
            self.work();
            if !acted && self.lines.len() == before {
                break;
            }
        }
        let waits: BTreeSet<String> = self
            .host
            .waiting()
            .iter()
            .filter(|wait| !matches!(wait.cause, ecs_state::WaitCause::Runtime { .. }))
            .map(ToString::to_string)
            .collect();
        let new: Vec<String> = waits.difference(&self.waits).cloned().collect();
        for wait in new {
            self.say(format!("  {wait}"));
        }
        self.waits = waits;
    }

    fn act(&mut self, action: &AgentAction) {
        let Some(container) = action.container().map(|name| name.to_string()) else {
            return;
        };
        let name = container.as_str();
        match action {
            AgentAction::PullManifest { .. } => {
                self.plan(0, name, RuntimeEvent::ManifestPulled { digest: None });
            }
            AgentAction::Pull { .. } => self.plan(1, name, RuntimeEvent::Pulled),
            AgentAction::Create { .. } => {
                self.plan(0, name, RuntimeEvent::Created { runtime_id: None });
            }
            AgentAction::Start { .. } => self.start(name),
            AgentAction::Stop {
                signal, timeout, ..
            } => {
                let seconds = timeout.as_secs();
                self.say(format!("`{name}` gets {signal}, and {seconds} seconds"));
                self.coming.retain(|_, (other, _)| other != name);
                self.plan(1, name, ended(143));
            }
            AgentAction::Kill { .. } => self.plan(0, name, ended(137)),
            _ => {}
        }
    }

    fn start(&mut self, name: &str) {
        self.plan(
            1,
            name,
            RuntimeEvent::Started {
                network_bindings: Vec::new(),
            },
        );
        let starts = self.starts.entry(name.to_owned()).or_default();
        *starts += 1;
        // A process that was started again goes well.
        let first = *starts == 1;
        for (container, after, code) in self.story.ends {
            if *container == name && first {
                self.plan(1 + after, name, ended(*code));
            }
        }
        for (container, after, healthy) in self.story.health {
            if *container == name && (first || *healthy) {
                let health = match healthy {
                    true => HealthStatus::Healthy,
                    false => HealthStatus::Unhealthy,
                };
                self.plan(1 + after, name, RuntimeEvent::Health(health));
            }
        }
    }

    /// Reports and health travel to ECS.
    fn deliver(&mut self) {
        let now = self.now();
        while let Some(report) = self.host.poll_report() {
            let _ = self.task.handle_report(&report, now);
            let status = report.status();
            let _ = self.host.handle_report_acknowledged(status, now);
        }
        let mut unhealthy = false;
        while let Some(report) = self.host.poll_health() {
            let _ = self
                .task
                .handle_health(report.container(), report.health(), now);
            unhealthy |= self.task.health() == HealthStatus::Unhealthy;
        }
        if unhealthy {
            self.say("ECS: the task is UNHEALTHY, and its service stops it");
            let _ = self.task.handle_stop(StopCause::ContainerHealth, now);
        }
    }

    /// ECS does what its machine asks for.
    fn work(&mut self) {
        let now = self.now();
        while let Some(action) = self.task.poll_action() {
            let _ = match action {
                TaskAction::Register => self.task.handle_phase_done(TaskStatus::Activating, now),
                TaskAction::Deregister => {
                    self.task.handle_phase_done(TaskStatus::Deactivating, now)
                }
                TaskAction::StopContainers => self.host.handle_stop(now),
                _ => continue,
            };
        }
        while let Some(change) = self.task.poll_change() {
            if change.from != Some(change.to) {
                let pair = change.to;
                self.say(format!(
                    "ECS: the task is {pair} (version {})",
                    change.version
                ));
            }
        }
    }
}

fn ended(code: i32) -> RuntimeEvent {
    RuntimeEvent::Stopped {
        exit_code: Some(code),
        reason: None,
    }
}

fn print_text(title: &str, world: &World) {
    println!("{title}");
    for (at, line) in &world.lines {
        println!("{at:>5} s  {line}");
    }
    let reason = world.task.stopped_reason().unwrap_or_default();
    match world.task.status().last {
        TaskStatus::Stopped => println!("   It stopped: {reason}"),
        _ => println!(
            "   It hangs: nothing is left that could happen, and {}",
            world.task.explain()
        ),
    }
    println!();
}

fn json_of(title: &str, world: &World) -> serde_json::Value {
    let lines: Vec<_> = world
        .lines
        .iter()
        .map(|(at, text)| json!({"at": at, "text": text.trim()}))
        .collect();
    json!({
        "title": title,
        "lines": lines,
        "status": world.task.status().to_string(),
        "stoppedReason": world.task.stopped_reason(),
    })
}

/// The table of every transition, a chart for each machine.
fn picture() -> String {
    let charts = [
        ("task", "A task as Amazon ECS sees it, LAST:DESIRED"),
        (
            "container",
            "A container as its host sees it, KNOWN:DESIRED",
        ),
        ("instance", "A container instance"),
        ("update", "An update of its agent"),
    ];
    let charts = charts.map(|(machine, title)| {
        let rows = transition::rows().filter(|row| row.machine == machine);
        let steps: Vec<Step<'_>> = rows
            .map(|row| Step {
                from: row.from,
                event: row.event,
                to: row.to,
            })
            .collect();
        Chart::new(title, &steps)
    });
    Chart::to_svg(&charts)
}

fn main() -> ExitCode {
    ending(tell().map(Some))
}

/// Says whether the tasks came to their end.
fn tell() -> Result<bool, Box<dyn Error>> {
    let (arguments, files) = Arguments::read()?;
    surplus::refuse(files)?;
    let stories = [
        (
            "A full life, under strict rules",
            A_FULL_LIFE,
            Behaviour::Strict,
        ),
        (
            "The database ends before it was healthy, under strict rules",
            AN_EARLY_END,
            Behaviour::Strict,
        ),
        (
            "The database ends before it was healthy, under the agent's rules",
            AN_EARLY_END,
            Behaviour::Agent1_105,
        ),
    ];
    let mut all = Vec::new();
    let mut ended = true;
    for (title, story, behaviour) in stories {
        let mut world = World::new(story, behaviour)?;
        world.run();
        let strict = behaviour == Behaviour::Strict;
        ended &= !strict || world.task.status().last == TaskStatus::Stopped;
        match arguments.is_json {
            true => all.push(json_of(title, &world)),
            false => print_text(title, &world),
        }
    }
    if arguments.is_json {
        println!("{}", json!(all));
    }
    arguments.write_svg(picture)?;
    Ok(ended)
}
