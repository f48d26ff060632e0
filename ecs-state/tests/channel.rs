//! ECS and an agent joined by a channel that loses, repeats and reorders messages: every state
//! that the two can come to.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod search;

use ecs_model::Timestamp;
use ecs_state::{
    AgentAction, AgentTask, AgentTaskStatus, ContainerReport, ContainerSpec, HostProvider, Phases,
    Registration, ReportedStatus, RuntimeEvent, StopCause, TaskAction, TaskMachine, TaskNetwork,
    TaskReport, TaskSpec, TaskStatus, Verdict,
};

use search::{Searched, search};

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;
/// How many messages the channel may lose or repeat.
const FAULTS: u8 = 2;
/// How often ECS may ask again; more often changes nothing.
const ASKS: u8 = 2;

#[derive(Clone, Hash)]
struct World {
    task: TaskMachine,
    /// What ECS itself is to do.
    work: Vec<TaskAction>,
    host: Option<AgentTask>,
    /// What the host works at.
    open: Vec<AgentAction>,
    /// Reports under way, as they go over the wire.
    up: Vec<String>,
    /// What ECS has asked of the agent.
    down: Vec<TaskAction>,
    faults: u8,
    asks: u8,
    told_to_stop: bool,
    exited: bool,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Work(usize),
    Run(usize),
    Exit,
    DeliverUp(usize),
    /// The report arrives, and the answer to it is lost.
    LoseAnswer(usize),
    LoseUp(usize),
    RepeatUp(usize),
    DeliverDown(usize),
    LoseDown(usize),
    RepeatDown(usize),
    Stop,
    AskAgain,
    HostTimeout,
}

impl Searched for World {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = (0..self.work.len()).map(Step::Work).collect();
        steps.extend((0..self.open.len()).map(Step::Run));
        steps.extend((0..self.up.len()).map(Step::DeliverUp));
        steps.extend((0..self.down.len()).map(Step::DeliverDown));
        if self.faults < FAULTS {
            steps.extend((0..self.up.len()).flat_map(|one| {
                [
                    Step::LoseAnswer(one),
                    Step::LoseUp(one),
                    Step::RepeatUp(one),
                ]
            }));
            let down = 0..self.down.len();
            steps.extend(down.flat_map(|one| [Step::LoseDown(one), Step::RepeatDown(one)]));
        }
        let runs = |host: &AgentTask| host.status() == AgentTaskStatus::Running;
        if self.host.as_ref().is_some_and(runs) && !self.exited {
            steps.push(Step::Exit);
        }
        if !self.told_to_stop {
            steps.push(Step::Stop);
        }
        let waits = !self.is_over() && self.task.poll_timeout().is_some();
        // An answer that is still under way is waited for.
        let quiet = self.down.is_empty() && self.up.is_empty();
        if waits && quiet && self.asks < ASKS {
            steps.push(Step::AskAgain);
        }
        let untold = |host: &AgentTask| {
            host.poll_timeout().is_some() && host.sent_status() != AgentTaskStatus::Stopped
        };
        if self.open.is_empty() && self.host.as_ref().is_some_and(untold) {
            steps.push(Step::HostTimeout);
        }
        steps
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Work(position) => self.work_at(position),
            Step::Run(position) => self.run(position),
            Step::Exit => {
                self.exited = true;
                self.open.clear();
                self.tell_host("web", stopped(1));
            }
            Step::DeliverUp(position) => {
                let message = self.up.remove(position);
                let status = self.hear(&message);
                if let Some(host) = &mut self.host {
                    let _ = host.handle_report_acknowledged(status, EPOCH);
                }
            }
            Step::LoseAnswer(position) | Step::LoseUp(position) => {
                self.faults += 1;
                let message = self.up.remove(position);
                if matches!(step, Step::LoseAnswer(_)) {
                    self.hear(&message);
                }
                if let Some(host) = &mut self.host {
                    let _ = host.handle_report_failed(EPOCH);
                }
            }
            Step::RepeatUp(position) => {
                self.faults += 1;
                self.up.push(self.up[position].clone());
            }
            Step::DeliverDown(position) => {
                let message = self.down.remove(position);
                self.obey(message);
            }
            Step::LoseDown(position) => {
                self.faults += 1;
                self.down.remove(position);
            }
            Step::RepeatDown(position) => {
                self.faults += 1;
                self.down.push(self.down[position]);
            }
            Step::Stop => {
                self.told_to_stop = true;
                let _ = self
                    .task
                    .handle_stop(StopCause::User { reason: None }, EPOCH);
            }
            Step::AskAgain => {
                self.asks += 1;
                let at = self.task.poll_timeout().unwrap();
                let _ = self.task.handle_timeout(at);
            }
            Step::HostTimeout => {
                if let Some(host) = &mut self.host {
                    let at = host.poll_timeout().unwrap();
                    let _ = host.handle_timeout(at);
                }
            }
        }
        self.poll();
    }

    fn is_over(&self) -> bool {
        self.task.status().last >= TaskStatus::Stopped
    }

    fn check_step(&self, next: &Self) {
        let (before, after) = (self.task.status(), next.task.status());
        assert!(after.last >= before.last && after.shall_stop >= before.shall_stop);
        assert!(after.is_reachable(), "{after}");
        let times = next.task.timeline();
        let chain = [Some(times.created_at), times.started_at, times.stopped_at];
        assert!(chain.into_iter().flatten().is_sorted(), "{times:?}");
    }
}

impl World {
    fn new(phases: Phases) -> Self {
        let spec = TaskSpec::new([ContainerSpec::new("web")]).unwrap();
        let mut world = Self {
            task: TaskMachine::new(spec, phases, EPOCH),
            work: Vec::new(),
            host: None,
            open: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
            faults: 0,
            asks: 0,
            told_to_stop: false,
            exited: false,
        };
        world.poll();
        world
    }

    fn poll(&mut self) {
        while let Some(action) = self.task.poll_action() {
            match action {
                TaskAction::Launch | TaskAction::StopContainers => self.down.push(action),
                _ => self.work.push(action),
            }
        }
        while self.task.poll_change().is_some() {}
        if let Some(host) = &mut self.host {
            while let Some(action) = host.poll_action() {
                if action != AgentAction::CleanUp {
                    self.open.push(action);
                }
            }
            while let Some(report) = host.poll_report() {
                self.up
                    .push(serde_json::to_string(&report.to_request()).unwrap());
            }
        }
        self.up.sort();
        self.down.sort();
    }

    fn work_at(&mut self, position: usize) {
        let phase = match self.work.remove(position) {
            TaskAction::Provision => TaskStatus::Provisioning,
            TaskAction::Register => TaskStatus::Activating,
            TaskAction::Deregister => TaskStatus::Deactivating,
            _ => TaskStatus::Deprovisioning,
        };
        let _ = self.task.handle_phase_done(phase, EPOCH);
    }

    fn run(&mut self, position: usize) {
        let action = self.open.remove(position);
        let event = match &action {
            AgentAction::PullManifest { .. } => RuntimeEvent::ManifestPulled { digest: None },
            AgentAction::Pull { .. } => RuntimeEvent::Pulled,
            AgentAction::Create { .. } => RuntimeEvent::Created { runtime_id: None },
            AgentAction::Start { .. } => RuntimeEvent::Started {
                network_bindings: Vec::new(),
            },
            AgentAction::Kill { .. } => stopped(137),
            _ => stopped(143),
        };
        self.tell_host("web", event);
    }

    fn tell_host(&mut self, name: &str, event: RuntimeEvent) {
        if let Some(host) = &mut self.host {
            let _ = host.handle_event(name, event, EPOCH);
        }
    }

    fn hear(&mut self, message: &str) -> ReportedStatus {
        let request = serde_json::from_str(message).unwrap();
        let report = TaskReport::try_from(&request).unwrap();
        let verdict = self.task.handle_report(&report, EPOCH);
        assert!(!matches!(verdict, Verdict::Partial(_)), "{verdict}");
        report.status()
    }

    /// An agent that is to stop what it does not know says that it has stopped.
    fn obey(&mut self, message: TaskAction) {
        match (message, &mut self.host) {
            (TaskAction::Launch, None) => {
                self.host = Some(AgentTask::new(self.task.spec().clone(), EPOCH));
            }
            (TaskAction::StopContainers, Some(host)) => {
                let _ = host.handle_stop(EPOCH);
            }
            (TaskAction::StopContainers, None) => {
                let stopped = TaskReport::new(ReportedStatus::Stopped)
                    .with_container(ContainerReport::new("web", ReportedStatus::Stopped));
                self.up
                    .push(serde_json::to_string(&stopped.to_request()).unwrap());
            }
            _ => {}
        }
        let _ = self.task.handle_launched(EPOCH);
    }
}

fn stopped(code: i32) -> RuntimeEvent {
    RuntimeEvent::Stopped {
        exit_code: Some(code),
        reason: None,
    }
}

/// The number of states, from each of which a way leads to `STOPPED`.
fn explore(phases: Phases) -> usize {
    search(World::new(phases), |_| {})
}

#[test]
fn no_loss_keeps_a_task_from_its_end() {
    let instance = HostProvider::ContainerInstance;
    let of = |registration| Phases::of(instance, TaskNetwork::Host, registration);
    let found = [
        explore(Phases::guide_2015()),
        explore(of(Registration::ServiceDiscovery)),
        explore(of(Registration::LoadBalancer)),
    ];
    assert_eq!(found, [8_812, 19_754, 16_948]);
}
