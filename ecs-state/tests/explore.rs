//! Every state that a task can come to, by breadth-first search.
//!
//! The whole state of a machine is its key: what `Hash` feeds into a hasher that records it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod search;

use std::time::Duration;

use ecs_model::{HealthStatus, Timestamp};
use ecs_state::{
    AgentAction, AgentOptions, AgentTask, AgentTaskStatus, Behaviour, Condition, ContainerSpec,
    ContainerStatus, ResourceEvent, ResourceSpec, RestartPolicy, RuntimeError, RuntimeEvent,
    TaskSpec,
};

use search::{Searched, search};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// A task and what its host works at.
#[derive(Clone, Hash)]
struct World {
    task: AgentTask,
    open: Vec<AgentAction>,
    told_to_stop: bool,
}

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    Succeed(usize),
    Fail(usize),
    Exit(usize, i32),
    Health(usize, HealthStatus),
    Stop,
    Timeout,
}

impl Searched for World {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for position in 0..self.open.len() {
            steps.push(Step::Succeed(position));
            if !matches!(self.open[position], AgentAction::Kill { .. }) {
                steps.push(Step::Fail(position));
            }
        }
        for (position, spec) in self.task.spec().containers().iter().enumerate() {
            if !self.runs(&spec.name) {
                continue;
            }
            if self.task.restart_count(&spec.name) < Some(2) {
                steps.push(Step::Exit(position, 0));
                steps.push(Step::Exit(position, 1));
            }
            if spec.has_health_check {
                steps.push(Step::Health(position, HealthStatus::Healthy));
                steps.push(Step::Health(position, HealthStatus::Unhealthy));
            }
        }
        if !self.told_to_stop {
            steps.push(Step::Stop);
        }
        if self.task.poll_timeout().is_some() && self.task.status() != AgentTaskStatus::Stopped {
            steps.push(Step::Timeout);
        }
        steps
    }

    fn take(&mut self, step: &Step) {
        let now = self.now();
        match step {
            Step::Succeed(position) => {
                let action = self.open.remove(*position);
                self.answer(&action);
            }
            Step::Fail(position) => {
                let action = self.open.remove(*position);
                self.fail(&action);
            }
            Step::Exit(position, code) => {
                let event = stopped(*code);
                // What was to stop it finds it gone.
                let name = self.name(*position);
                let gone = |action: &AgentAction| match action {
                    AgentAction::Stop { container, .. } | AgentAction::Kill { container } => {
                        **container == *name
                    }
                    _ => false,
                };
                self.open.retain(|action| !gone(action));
                let _ = self.task.handle_event(&name, event, now);
            }
            Step::Health(position, health) => {
                let event = RuntimeEvent::Health(health.clone());
                let name = self.name(*position);
                let _ = self.task.handle_event(&name, event, now);
            }
            Step::Stop => {
                self.told_to_stop = true;
                let _ = self.task.handle_stop(now);
            }
            Step::Timeout => {
                let at = self.task.poll_timeout().unwrap();
                let _ = self.task.handle_timeout(at);
            }
        }
        self.poll();
    }

    fn is_over(&self) -> bool {
        self.task.status() == AgentTaskStatus::Stopped && self.open.is_empty()
    }

    /// What holds between a state and the next.
    fn check_step(&self, next: &Self) {
        assert!(next.task.status() >= self.task.status());
        for spec in self.task.spec().containers() {
            let (before, after) = (
                self.task.container_status(&spec.name).unwrap(),
                next.task.container_status(&spec.name).unwrap(),
            );
            assert!(after >= before);
            if spec.essential && after == ContainerStatus::Stopped {
                assert!(next.task.shall_stop());
            }
        }
    }
}

impl World {
    fn new(spec: &TaskSpec, behaviour: Behaviour) -> Self {
        let options = AgentOptions::default().with_behaviour(behaviour);
        let task = AgentTask::with_options(spec.clone(), options, Timestamp::UNIX_EPOCH);
        let mut world = Self {
            task,
            open: Vec::new(),
            told_to_stop: false,
        };
        world.poll();
        world
    }

    fn now(&self) -> Timestamp {
        // The machine keeps its own time; the host's clock stands still between timeouts.
        Timestamp::UNIX_EPOCH
    }

    /// Takes up what is to be done; asks in which order containers are stopped.
    fn poll(&mut self) {
        while let Some(action) = self.task.poll_action() {
            if let AgentAction::Stop { container, .. } = &action {
                self.check_order(container);
            }
            if action != AgentAction::CleanUp {
                self.open.push(action);
            }
        }
        self.open.sort_by(|one, other| rank(one).cmp(&rank(other)));
        while self.task.poll_report().is_some() {}
        while self.task.poll_health().is_some() {}
    }

    /// A container that runs stops after those that depend on it.
    fn check_order(&self, container: &str) {
        if self.task.container_status(container) == Some(ContainerStatus::Stopped) {
            return;
        }
        for other in self.task.spec().containers() {
            let depends = other
                .depends_on
                .iter()
                .any(|link| link.container == container);
            let known = self.task.container_status(&other.name).unwrap();
            assert!(
                !depends || known == ContainerStatus::Stopped,
                "`{container}` stops before `{}`, which is {known}",
                other.name
            );
        }
    }

    fn runs(&self, name: &str) -> bool {
        let known = self.task.container_status(name);
        known == Some(ContainerStatus::Running)
            && !self.open.iter().any(
                |action| matches!(action, AgentAction::Start { container } if &**container == name),
            )
    }

    fn name(&self, position: usize) -> String {
        self.task.spec().containers()[position].name.clone()
    }

    fn answer(&mut self, action: &AgentAction) {
        let event = match action {
            AgentAction::PullManifest { .. } => RuntimeEvent::ManifestPulled { digest: None },
            AgentAction::Pull { .. } => RuntimeEvent::Pulled,
            AgentAction::Create { .. } => RuntimeEvent::Created { runtime_id: None },
            AgentAction::Start { .. } => RuntimeEvent::Started {
                network_bindings: Vec::new(),
            },
            AgentAction::ProvisionNetwork { .. } => RuntimeEvent::NetworkProvisioned,
            AgentAction::Stop { .. } => stopped(143),
            AgentAction::Kill { container } => {
                // The process cannot answer the stop any more.
                let killed = container.clone();
                self.open.retain(
                    |other| !matches!(other, AgentAction::Stop { container, .. } if *container == killed),
                );
                stopped(137)
            }
            AgentAction::CreateResource { resource } => {
                let created = ResourceEvent::Created;
                let _ = self.task.handle_resource(resource, created, self.now());
                return;
            }
            AgentAction::RemoveResource { resource } => {
                let removed = ResourceEvent::Removed;
                let _ = self.task.handle_resource(resource, removed, self.now());
                return;
            }
            _ => return,
        };
        let container = action.container().unwrap();
        let _ = self.task.handle_event(container, event, self.now());
    }

    fn fail(&mut self, action: &AgentAction) {
        let step = match action {
            AgentAction::PullManifest { .. } => ContainerStatus::ManifestPulled,
            AgentAction::Pull { .. } => ContainerStatus::Pulled,
            AgentAction::Create { .. } => ContainerStatus::Created,
            AgentAction::Start { .. } => ContainerStatus::Running,
            AgentAction::ProvisionNetwork { .. } => ContainerStatus::ResourcesProvisioned,
            AgentAction::Stop { .. } => ContainerStatus::Stopped,
            AgentAction::CreateResource { resource } => {
                let reason = "no".to_owned();
                let failed = ResourceEvent::Failed { reason };
                let _ = self.task.handle_resource(resource, failed, self.now());
                return;
            }
            _ => return self.answer(action),
        };
        let error = RuntimeError::new("CannotDoItError", "no");
        let failed = RuntimeEvent::Failed { step, error };
        let container = action.container().unwrap();
        let _ = self.task.handle_event(container, failed, self.now());
    }

    /// Nothing will ever happen by itself, and the task is neither where it shall be nor waits
    /// for a process that runs.
    fn is_dead(&self) -> bool {
        let names = || self.task.spec().containers().iter();
        let goal = match self.task.shall_stop() {
            true => AgentTaskStatus::Stopped,
            false => AgentTaskStatus::Running,
        };
        self.task.status() != goal
            && self.open.is_empty()
            && self.task.poll_timeout().is_none()
            && !names().any(|spec| self.runs(&spec.name))
    }
}

/// An order of actions, in which the order of their coming is forgotten.
fn rank(action: &AgentAction) -> (u8, &str) {
    let (kind, name) = match action {
        AgentAction::PullManifest { container } => (0, container),
        AgentAction::Pull { container } => (1, container),
        AgentAction::Create { container } => (2, container),
        AgentAction::Start { container } => (3, container),
        AgentAction::ProvisionNetwork { container } => (4, container),
        AgentAction::StartManagedAgent { container } => (5, container),
        AgentAction::Stop { container, .. } => (6, container),
        AgentAction::Kill { container } => (7, container),
        AgentAction::CreateResource { resource } => (8, resource),
        AgentAction::RemoveResource { resource } => (9, resource),
        _ => return (10, ""),
    };
    (kind, name)
}

fn stopped(code: i32) -> RuntimeEvent {
    RuntimeEvent::Stopped {
        exit_code: Some(code),
        reason: None,
    }
}

/// What was found in one world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    states: usize,
    dead: usize,
}

fn explore(spec: &TaskSpec, behaviour: Behaviour) -> Found {
    let mut dead = 0;
    let states = search(World::new(spec, behaviour), |world| {
        dead += usize::from(world.is_dead());
    });
    Found { states, dead }
}

/// How two containers may be made, of which `a` depends on `b`.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    /// The one, if any, without which the task goes on.
    non_essential: Option<&'static str>,
    restarts: [bool; 2],
    /// Whether `b` has one; nothing waits for `a`.
    start_timeout: bool,
    /// The one that needs a resource.
    resource: Option<&'static str>,
}

impl Pair {
    /// Every one of them.
    fn all() -> Vec<Self> {
        let mut found = Vec::new();
        for non_essential in [None, Some("a"), Some("b")] {
            for restarts in [[false, false], [false, true], [true, false], [true, true]] {
                for start_timeout in [false, true] {
                    for resource in [None, Some("a"), Some("b")] {
                        found.push(Self {
                            non_essential,
                            restarts,
                            start_timeout,
                            resource,
                        });
                    }
                }
            }
        }
        found
    }

    /// Those in which everything is varied on `b`, or one thing on `a`.
    fn is_common(&self) -> bool {
        let of_a = [
            self.non_essential == Some("a"),
            self.restarts[0],
            self.resource == Some("a"),
        ];
        let of_b = [
            self.non_essential == Some("b"),
            self.restarts[1],
            self.start_timeout,
            self.resource == Some("b"),
        ];
        match of_a.iter().filter(|is| **is).count() {
            0 => true,
            1 => !of_b.contains(&true),
            _ => false,
        }
    }

    fn spec(&self, condition: Condition) -> TaskSpec {
        let restart = || RestartPolicy::new().with_attempt_period(Duration::ZERO);
        let container = |name: &str, restarts: bool| {
            let mut container = ContainerSpec::new(name);
            container.essential = self.non_essential != Some(name);
            container.restart = restarts.then(restart);
            container
        };
        let a = container("a", self.restarts[0]).depends_on("b", condition);
        let mut b = container("b", self.restarts[1]);
        b.has_health_check = condition == Condition::Healthy;
        b.start_timeout = self.start_timeout.then_some(Duration::from_secs(5));
        let resource = self
            .resource
            .map(|name| ResourceSpec::new("secrets").required_by(name, ContainerStatus::Created));
        let spec = TaskSpec::new([a, b]).unwrap();
        spec.with_resources(resource).unwrap()
    }
}

fn is_long() -> bool {
    std::env::var_os("ECS_LONG").is_some()
}

/// Every condition, either container non-essential, either or both restarted, a start timeout of the
/// one that is waited for, a resource of one of them; in the long run in all combinations.
#[test]
fn two_containers_always_come_to_an_end() {
    let pairs: Vec<Pair> = Pair::all()
        .into_iter()
        .filter(|pair| is_long() || pair.is_common())
        .collect();
    let found = Condition::ALL.iter().map(|condition| {
        let found = pairs
            .iter()
            .map(|pair| explore(&pair.spec(*condition), Behaviour::Strict));
        let mut states = 0;
        for found in found {
            assert_eq!(found.dead, 0);
            states += found.states;
        }
        states
    });
    let expected = match is_long() {
        true => [211_312, 168_336, 46_272, 43_440, 456_640],
        false => [31_247, 24_673, 7_749, 7_221, 55_163],
    };
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

/// What the agent leaves waiting for ever: a container that waits for the health of one that ended
/// before it was healthy.
#[test]
fn the_agent_hangs_where_strict_rules_do_not() {
    let dead = |condition, behaviour| {
        let b = ContainerSpec::new("b").non_essential().with_health_check();
        let a = ContainerSpec::new("a").depends_on("b", condition);
        explore(&TaskSpec::new([a, b]).unwrap(), behaviour).dead
    };
    for condition in Condition::ALL {
        assert_eq!(dead(*condition, Behaviour::Strict), 0, "{condition}");
    }
    let agent = |condition| dead(condition, Behaviour::Agent1_105);
    assert_eq!(
        Condition::ALL
            .iter()
            .map(|condition| agent(*condition))
            .collect::<Vec<_>>(),
        [0, 0, 0, 0, 88],
    );
}

/// Chains, forks and joins of three, with every two conditions in the long run.
#[test]
fn three_containers_always_come_to_an_end() {
    let pairs = Condition::ALL.iter().flat_map(|first| {
        let seconds = Condition::ALL.iter();
        seconds.map(move |second| (*first, *second))
    });
    let pairs = pairs.filter(|(first, second)| {
        let ends = [Condition::Complete, Condition::Success];
        is_long() || first == second && ends.contains(first)
    });
    let mut sum = Found::default();
    for (first, second) in pairs {
        for spec in threes(first, second) {
            let found = explore(&spec, Behaviour::Strict);
            sum.states += found.states;
            sum.dead += found.dead;
        }
    }
    assert_eq!(sum.dead, 0);
    assert_eq!(sum.states, if is_long() { 2_883_023 } else { 70_692 });
}

fn threes(first: Condition, second: Condition) -> [TaskSpec; 3] {
    let container = |position: usize| {
        let container = ContainerSpec::new(NAMES[position]);
        match position {
            0 => container,
            _ => container.non_essential().with_health_check(),
        }
    };
    let chain = [
        container(0).depends_on("b", first),
        container(1).depends_on("c", second),
        container(2),
    ];
    let fork = [
        container(0).depends_on("c", first),
        container(1).depends_on("c", second),
        container(2),
    ];
    let join = [
        container(0).depends_on("b", first).depends_on("c", second),
        container(1),
        container(2),
    ];
    [chain, fork, join].map(|containers| TaskSpec::new(containers).unwrap())
}
