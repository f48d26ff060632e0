//! How many instances have which reason.

use std::fmt;
use std::sync::Arc;

use crate::request::Wanted;
use crate::snapshot::{Chunk, LANES, Lane, NO_GROUP, State};
use crate::{HostPort, Instance, Needs, PlacementRequest, Planner, Reason, Snapshot, fits};

/// How many instances do not take a task, and for which reasons.
///
/// ```
/// # use ecs_model::{ContainerInstance, Resource};
/// # use ecs_placement::{CellState, PlacementRequest, Registration};
/// # let mut cell = CellState::new();
/// # for (name, status, memory) in [("a", "ACTIVE", 400), ("b", "ACTIVE", 300), ("c", "DRAINING", 800)] {
/// #     cell.register(&Registration::try_from(&ContainerInstance::default()
/// #         .with_container_instance_arn(name)
/// #         .with_status(status)
/// #         .with_agent_connected(true)
/// #         .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", memory)]))?);
/// # }
/// # let web = serde_json::from_str(r#"{
/// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 500}]
/// # }"#)?;
/// # let request = PlacementRequest::new(&web)?;
/// let summary = cell.snapshot().summarize(&request);
/// assert_eq!(summary.to_string(), "0 of 3 instances fit: 2 lack memory, 1 is `DRAINING`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    instances: usize,
    fitting: usize,
    tallies: Vec<Tally>,
}

/// A reason and how many instances have it.
///
/// It prints their number and what they have in common: `7 lack memory`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// The reason, of an amount that of the instance that has most left. A `memberOf` names no
    /// comparisons here.
    pub reason: Reason,
    /// How many instances have it.
    pub instances: usize,
    /// How many of them have no other.
    pub only: usize,
}

impl Summary {
    /// How many instances there are.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.instances
    }

    /// How many take the task.
    #[must_use]
    pub fn fitting(&self) -> usize {
        self.fitting
    }

    /// The reasons, those of most instances first, of equally many in the order in which Amazon
    /// ECS looks. An instance counts at each of its reasons.
    #[must_use]
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    fn count(mut tallies: Vec<Counted>, instances: usize, fitting: usize) -> Self {
        tallies.retain(|counted| counted.tally.instances > 0);
        tallies.sort_by(|a, b| {
            let (a, b) = (&a.tally, &b.tally);
            b.instances
                .cmp(&a.instances)
                .then_with(|| a.reason.cmp(&b.reason))
        });
        Self {
            instances,
            fitting,
            tallies: tallies.into_iter().map(|counted| counted.tally).collect(),
        }
    }
}

impl Snapshot {
    /// How many instances do not take the task, and for which reasons. Who asks often keeps a
    /// [`Planner`] and asks it.
    #[must_use]
    pub fn summarize(&self, request: &PlacementRequest) -> Summary {
        Planner::new().summarize(self, request)
    }
}

impl Planner {
    /// How many instances do not take the task, and for which reasons: each instance at each of
    /// the reasons that [`Snapshot::explain`] gives for it.
    ///
    /// It looks at 64 instances at a time and writes down nothing of the single ones.
    pub fn summarize(&mut self, snapshot: &Snapshot, request: &PlacementRequest) -> Summary {
        let state = snapshot.state();
        let task = request.task();
        let parts = self.parts(task, state);
        let mut counting = Counting::new(state, task, parts);
        for (page, chunk) in state.chunks().enumerate() {
            counting.add(page, chunk);
        }
        Summary::count(counting.tallies, counting.instances, counting.fitting)
    }
}

/// A tally while it is counted, with the instances of the chunk at hand that have the reason.
struct Counted {
    tally: Tally,
    lanes: u64,
}

struct Counting<'a> {
    state: &'a State,
    task: &'a Wanted,
    group: u32,
    /// For each tally behind those of the ports, the instances that pass, 64 to a word.
    parts: Vec<Vec<u64>>,
    tallies: Vec<Counted>,
    instances: usize,
    fitting: usize,
}

/// What an instance has left of something.
type Free = fn(&Lane) -> i32;

/// The tallies of the agent and of amounts come first.
const AGENT: usize = 0;
const CPU: usize = 1;
const MEMORY: usize = 2;
const GPUS: usize = 3;
const INTERFACES: usize = 4;
const PORTS: usize = 5;

impl<'a> Counting<'a> {
    fn new(state: &'a State, task: &'a Wanted, parts: Vec<(Reason, Vec<u64>)>) -> Self {
        let needs = &task.needs;
        let amounts = [
            Reason::Agent,
            Reason::Cpu {
                needed: needs.cpu.into(),
                remaining: 0,
            },
            Reason::Memory {
                needed: needs.memory.into(),
                remaining: 0,
            },
            Reason::Gpus {
                needed: needs.gpus.into(),
                remaining: 0,
            },
            Reason::Interfaces {
                needed: needs.interfaces.into(),
                remaining: 0,
            },
        ];
        let ports = needs.ports.iter().map(|port| taken(*port));
        let (reasons, parts): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let varying = task
            .selection
            .member_of
            .iter()
            .filter(|query| query.varies());
        let varying = varying.map(|query| Reason::MemberOf {
            expression: query.shared().clone(),
            terms: Vec::new(),
        });
        let distinct = task.distinct_instance.then(|| Reason::DistinctInstance {
            group: (*task.group).into(),
        });
        let all = amounts.into_iter().chain(ports).chain(reasons);
        let all = all.chain(varying).chain(distinct);
        let is_it = |name: Option<&Arc<str>>| name.is_some_and(|name| *name == task.group);
        let group = state.group_names().position(is_it);
        Self {
            state,
            task,
            group: group
                .and_then(|at| u32::try_from(at).ok())
                .unwrap_or(NO_GROUP),
            parts,
            tallies: all.map(Counted::new).collect(),
            instances: 0,
            fitting: 0,
        }
    }

    /// Counts the instances of a chunk.
    fn add(&mut self, page: usize, chunk: &Chunk) {
        let live = chunk.live();
        self.tallies
            .iter_mut()
            .for_each(|counted| counted.lanes = 0);
        self.look_at_status(chunk, live & !chunk.ready());
        self.look_at_amounts(chunk, live);
        self.look_at_rare(page, live);
        self.look_at_rest(page, chunk, live);
        let (mut some, mut several) = (0, 0);
        for counted in &self.tallies {
            several |= some & counted.lanes;
            some |= counted.lanes;
        }
        for counted in &mut self.tallies {
            let number = |lanes: u64| lanes.count_ones() as usize;
            counted.tally.instances += number(counted.lanes);
            counted.tally.only += number(counted.lanes & !several);
        }
        self.instances += live.count_ones() as usize;
        self.fitting += (live & !some).count_ones() as usize;
    }

    fn look_at_status(&mut self, chunk: &Chunk, lanes: u64) {
        for lane in lanes_in(lanes) {
            let Some(registration) = chunk.registration(lane) else {
                continue;
            };
            if !registration.kind.agent_connected {
                self.mark(AGENT, lane);
            }
            if !registration.kind.is_active() {
                let at = self.status(&registration.kind.status);
                self.mark(at, lane);
            }
        }
    }

    /// Where a status is counted.
    fn status(&mut self, found: &str) -> usize {
        let is_it = |counted: &Counted| matches!(&counted.tally.reason, Reason::Inactive { status } if **status == *found);
        self.tallies.iter().position(is_it).unwrap_or_else(|| {
            let status = found.into();
            self.tallies.push(Counted::new(Reason::Inactive { status }));
            self.tallies.len() - 1
        })
    }

    fn look_at_amounts(&mut self, chunk: &Chunk, live: u64) {
        let Needs {
            cpu,
            memory,
            gpus,
            interfaces,
            ..
        } = *self.task.needs;
        let asked: [(usize, u32, Free); 4] = [
            (CPU, cpu, |lane| lane.cpu),
            (MEMORY, memory, |lane| lane.memory),
            (GPUS, gpus.into(), |lane| lane.gpus.into()),
            (INTERFACES, interfaces.into(), |lane| lane.interfaces.into()),
        ];
        for (at, needed, free) in asked {
            let needed = i32::try_from(needed).unwrap_or(i32::MAX);
            if needed == 0 {
                continue;
            }
            let (mut lanes, mut most) = (0_u64, 0_i32);
            for (lane, numbers) in chunk.lanes().iter().enumerate() {
                let free = free(numbers);
                let lacks = free < needed && live >> lane & 1 == 1;
                lanes |= u64::from(lacks) << lane;
                most = most.max(if lacks { free } else { 0 });
            }
            if let Some(counted) = self.tallies.get_mut(at) {
                counted.lanes = lanes;
                counted.keep_most(most);
            }
        }
    }

    fn look_at_rare(&mut self, page: usize, live: u64) {
        if !fits::has_rare_needs(self.task) {
            return;
        }
        for lane in lanes_in(live) {
            let Some(instance) = Instance::at(self.state, slot(page, lane)) else {
                continue;
            };
            for reason in fits::rare_refusals(instance, self.task) {
                let at = self.rare(reason);
                self.mark(at, lane);
            }
        }
    }

    /// Where a reason of few requests is counted.
    fn rare(&mut self, reason: Reason) -> usize {
        let is_it = |counted: &Counted| match (&counted.tally.reason, &reason) {
            (Reason::DaemonRoom { group }, Reason::DaemonRoom { group: other }) => group == other,
            (known, reason) => std::mem::discriminant(known) == std::mem::discriminant(reason),
        };
        self.tallies.iter().position(is_it).unwrap_or_else(|| {
            self.tallies.push(Counted::new(reason));
            self.tallies.len() - 1
        })
    }

    fn look_at_rest(&mut self, page: usize, chunk: &Chunk, live: u64) {
        let mut at = PORTS;
        for port in &self.task.needs.ports {
            let is_taken = |lane: &u32| chunk.is_port_taken(*lane, *port);
            set(&mut self.tallies, at, bits(lanes_in(live).filter(is_taken)));
            at += 1;
        }
        for part in &self.parts {
            let passing = part.get(page).copied().unwrap_or(0);
            set(&mut self.tallies, at, live & !passing);
            at += 1;
        }
        let varying = &self.task.selection.member_of;
        for query in varying.iter().filter(|query| query.varies()) {
            let fails = |lane: &u32| {
                let instance = Instance::at(self.state, slot(page, *lane));
                instance.is_some_and(|instance| !query.matches(instance))
            };
            set(&mut self.tallies, at, bits(lanes_in(live).filter(fails)));
            at += 1;
        }
        if self.task.distinct_instance && self.group != NO_GROUP {
            let lanes = chunk.counts_of(self.group).map(|(lane, _)| lane);
            set(&mut self.tallies, at, bits(lanes));
        }
    }

    fn mark(&mut self, at: usize, lane: u32) {
        if let Some(counted) = self.tallies.get_mut(at) {
            counted.lanes |= 1 << lane;
        }
    }
}

impl Counted {
    fn new(reason: Reason) -> Self {
        Self {
            tally: Tally {
                reason,
                instances: 0,
                only: 0,
            },
            lanes: 0,
        }
    }

    /// Notes what an instance has left, if it is more than the others have.
    fn keep_most(&mut self, left: i32) {
        if let Reason::Cpu { remaining, .. }
        | Reason::Memory { remaining, .. }
        | Reason::Gpus { remaining, .. }
        | Reason::Interfaces { remaining, .. } = &mut self.tally.reason
        {
            *remaining = u64::try_from(left).unwrap_or(0).max(*remaining);
        }
    }
}

fn set(tallies: &mut [Counted], at: usize, lanes: u64) {
    if let Some(counted) = tallies.get_mut(at) {
        counted.lanes = lanes;
    }
}

fn taken(port: HostPort) -> Reason {
    Reason::Port {
        protocol: port.protocol(),
        port: port.port(),
    }
}

/// The slot of a lane.
fn slot(page: usize, lane: u32) -> u32 {
    let first = u32::try_from(page).unwrap_or(0).saturating_mul(LANES);
    first.saturating_add(lane)
}

fn lanes_in(mut lanes: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let lane = lanes.trailing_zeros();
        lanes &= lanes.wrapping_sub(1);
        (lane < LANES).then_some(lane)
    })
}

fn bits(lanes: impl Iterator<Item = u32>) -> u64 {
    lanes.fold(0, |bits, lane| bits | 1 << lane)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} instances fit", self.fitting, self.instances)?;
        let mut before = ": ";
        for tally in &self.tallies {
            write!(f, "{before}{tally}")?;
            before = ", ";
        }
        Ok(())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.instances;
        write!(f, "{count} ")?;
        let verb = |one, many| if count == 1 { one } else { many };
        let (are, have, lack) = (
            verb("is", "are"),
            verb("has", "have"),
            verb("lacks", "lack"),
        );
        match &self.reason {
            Reason::Inactive { status } => write!(f, "{are} `{status}`"),
            Reason::Agent => write!(f, "{have} no connected agent"),
            Reason::Cpu { .. } => write!(f, "{lack} CPU units"),
            Reason::Memory { .. } => write!(f, "{lack} memory"),
            Reason::Gpus { .. } => write!(f, "{lack} GPUs"),
            Reason::GpuPartition { .. } => write!(f, "{have} other GPUs"),
            Reason::NeuronDevices { .. } => write!(f, "{lack} Neuron devices"),
            Reason::PortQuota { .. } => write!(f, "{have} too many host ports taken"),
            Reason::DaemonRoom { group } => write!(f, "{lack} room for a task of `{group}`"),
            Reason::Interfaces { .. } => write!(f, "{lack} network interfaces"),
            Reason::Port { protocol, port } => {
                write!(f, "{} port {port}/{protocol}", verb("uses", "use"))
            }
            Reason::Attribute { name, value: None } => write!(f, "{lack} attribute `{name}`"),
            Reason::Attribute {
                name,
                value: Some(value),
            } => write!(f, "{lack} attribute `{name}` with value `{value}`"),
            Reason::External => write!(f, "{are} external"),
            Reason::MemberOf { expression, .. } => {
                let member = verb("a member", "members");
                write!(f, "{are} not {member} of `{expression}`")
            }
            Reason::DistinctInstance { group } => {
                write!(f, "{} a task of `{group}` already", verb("runs", "run"))
            }
            Reason::Missing => write!(f, "{are} not registered"),
        }
    }
}
