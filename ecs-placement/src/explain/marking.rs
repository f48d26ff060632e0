//! Which instances have which reason.

use std::cmp::Reverse;
use std::ptr;
use std::sync::Arc;

use crate::request::Wanted;
use crate::snapshot::{Chunk, LANES, Lane, NO_GROUP, State, lanes_in};
use crate::{HostPort, Instance, Needs, Reason, fits};

/// Marks which instances have which reason, 64 at a time.
pub(super) struct Marking<'a> {
    state: &'a State,
    task: &'a Wanted,
    group: u32,
    /// For each mark behind those of the ports, the instances that pass, 64 to a word.
    parts: Vec<Vec<u64>>,
    marks: Vec<Mark>,
    /// Ports that agents have taken, which are the same on most instances, and the wanted ones
    /// of them.
    agents: Vec<(&'a [HostPort], Vec<HostPort>)>,
    /// The instances of the chunk at hand whose marks do not say all of their reasons.
    unclear: u64,
}

/// A reason, and the instances of the chunk at hand that have it.
struct Mark {
    reason: Reason,
    lanes: u64,
}

/// What an instance has left of something.
type Free = fn(&Lane) -> i32;

/// The marks of the agent and of amounts come first.
const AGENT: usize = 0;
const CPU: usize = 1;
const MEMORY: usize = 2;
const GPUS: usize = 3;
const INTERFACES: usize = 4;
const PORTS: usize = 5;

/// So many different lists of the ports of agents are remembered.
const AGENTS: usize = 16;

impl<'a> Marking<'a> {
    pub(super) fn new(state: &'a State, task: &'a Wanted, parts: Vec<(Reason, Vec<u64>)>) -> Self {
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
            terms: Arc::default(),
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
            marks: all.map(Mark::new).collect(),
            agents: Vec::new(),
            unclear: 0,
        }
    }

    /// Marks the instances of a chunk.
    pub(super) fn mark(&mut self, page: usize, chunk: &'a Chunk) {
        let live = chunk.live();
        self.marks.iter_mut().for_each(|mark| mark.lanes = 0);
        self.unclear = 0;
        self.look_at_status(chunk, live & !chunk.ready());
        self.look_at_amounts(chunk, live);
        let crowded = self.look_at_ports(chunk, live);
        let rare = match fits::has_rare_needs(self.task) {
            true => live,
            false => crowded,
        };
        self.look_at_rare(page, rare);
        self.look_at_rest(page, chunk, live);
    }

    /// The reasons, and the instances of the chunk at hand that have them; an amount is that of
    /// the instance that had most left so far.
    pub(super) fn marked(&self) -> impl Iterator<Item = (&Reason, u64)> {
        self.marks.iter().map(|mark| (&mark.reason, mark.lanes))
    }

    /// The instances of the chunk at hand that have a reason.
    pub(super) fn refusing(&self) -> impl Iterator<Item = u32> + use<> {
        lanes_in(self.marked().fold(0, |some, (_, lanes)| some | lanes))
    }

    /// The reasons of an instance in the order in which Amazon ECS looks, as they are marked;
    /// `None` if the marks do not say all of them.
    pub(super) fn reasons_of(&self, lane: u32) -> Option<impl Iterator<Item = &Reason> + Clone> {
        let has_it = move |(_, lanes): &(&Reason, u64)| lanes >> lane & 1 == 1;
        let is_clear = self.unclear >> lane & 1 == 0;
        let marks = self.marks.iter().map(|mark| (&mark.reason, mark.lanes));
        is_clear.then(|| marks.filter(has_it).map(|(reason, _)| reason))
    }

    fn look_at_status(&mut self, chunk: &Chunk, lanes: u64) {
        for lane in lanes_in(lanes) {
            let Some(registration) = chunk.registration(lane) else {
                continue;
            };
            if !registration.kind.agent_connected {
                self.mark_unclear(AGENT, lane);
            }
            if !registration.kind.is_active() {
                let at = self.status(&registration.kind.status);
                self.mark_unclear(at, lane);
            }
        }
    }

    /// Where a status is marked.
    fn status(&mut self, found: &str) -> usize {
        let is_it =
            |mark: &Mark| matches!(&mark.reason, Reason::Inactive { status } if **status == *found);
        self.marks.iter().position(is_it).unwrap_or_else(|| {
            let status = found.into();
            self.marks.push(Mark::new(Reason::Inactive { status }));
            self.marks.len() - 1
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
            if needed == 0 {
                continue;
            }
            // No instance has more than the greatest number.
            let is_too_much = i32::try_from(needed).is_err();
            let needed = i32::try_from(needed).unwrap_or(i32::MAX);
            let (mut lanes, mut most) = (0_u64, 0_i32);
            for (lane, numbers) in chunk.lanes().iter().enumerate() {
                let free = free(numbers);
                let lacks = (free < needed || is_too_much) && live >> lane & 1 == 1;
                lanes |= u64::from(lacks) << lane;
                most = most.max(if lacks { free } else { 0 });
            }
            if let Some(mark) = self.marks.get_mut(at) {
                mark.lanes = lanes;
                mark.keep_most(most);
            }
        }
    }

    /// Marks the ports that are taken; gives back the instances on which too many are.
    fn look_at_ports(&mut self, chunk: &'a Chunk, live: u64) -> u64 {
        let wanted = &self.task.needs.ports;
        if wanted.is_empty() {
            return 0;
        }
        let mut taken = [0_usize; LANES as usize];
        let mut found: Vec<u64> = vec![0; wanted.len()];
        let mut note = |lane: u32, port: &HostPort| {
            for (lanes, wanted) in found.iter_mut().zip(wanted) {
                *lanes |= u64::from(port == wanted) << lane;
            }
        };
        for (lane, port) in chunk.held_ports() {
            note(lane, &port);
            if let Some(taken) = taken.get_mut(lane as usize) {
                *taken += 1;
            }
        }
        for lane in lanes_in(live) {
            let [agents, others] = chunk.foreign_ports(lane);
            if let Some(taken) = taken.get_mut(lane as usize) {
                *taken += agents.len() + others.len();
            }
            others.iter().for_each(|port| note(lane, port));
            let known = self
                .agents
                .iter()
                .find(|(known, _)| ptr::eq(*known, agents));
            if let Some((_, here)) = known {
                here.iter().for_each(|port| note(lane, port));
                continue;
            }
            let here = agents.iter().filter(|port| wanted.contains(port));
            let here: Vec<HostPort> = here.copied().collect();
            here.iter().for_each(|port| note(lane, port));
            if self.agents.len() < AGENTS {
                self.agents.push((agents, here));
            }
        }
        for (mark, lanes) in self.marks.iter_mut().skip(PORTS).zip(found) {
            mark.lanes = lanes & live;
        }
        let is_crowded =
            |(_, taken): &(u32, usize)| taken.saturating_add(wanted.len()) > fits::MAX_PORTS;
        let crowded = (0..).zip(taken).filter(is_crowded);
        bits(crowded.map(|(lane, _)| lane)) & live
    }

    fn look_at_rare(&mut self, page: usize, live: u64) {
        for lane in lanes_in(live) {
            let Some(instance) = Instance::at(self.state, slot(page, lane)) else {
                continue;
            };
            for reason in fits::rare_refusals(instance, self.task) {
                let at = self.rare(&reason);
                self.mark_unclear(at, lane);
                if let Some(mark) = self.marks.get_mut(at) {
                    mark.keep_better(reason);
                }
            }
        }
    }

    /// Where a reason of few requests is marked.
    fn rare(&mut self, reason: &Reason) -> usize {
        let is_it = |mark: &Mark| match (&mark.reason, reason) {
            (Reason::DaemonRoom { group }, Reason::DaemonRoom { group: other }) => group == other,
            (known, reason) => std::mem::discriminant(known) == std::mem::discriminant(reason),
        };
        self.marks.iter().position(is_it).unwrap_or_else(|| {
            self.marks.push(Mark::new(reason.clone()));
            self.marks.len() - 1
        })
    }

    fn look_at_rest(&mut self, page: usize, chunk: &Chunk, live: u64) {
        let mut at = PORTS.saturating_add(self.task.needs.ports.len());
        for part in &self.parts {
            let passing = part.get(page).copied().unwrap_or(0);
            set(&mut self.marks, at, live & !passing);
            at += 1;
        }
        let varying = &self.task.selection.member_of;
        for query in varying.iter().filter(|query| query.varies()) {
            let fails = |lane: &u32| {
                let instance = Instance::at(self.state, slot(page, *lane));
                instance.is_some_and(|instance| !query.matches(instance))
            };
            let lanes = bits(lanes_in(live).filter(fails));
            set(&mut self.marks, at, lanes);
            self.unclear |= lanes;
            at += 1;
        }
        if self.task.distinct_instance && self.group != NO_GROUP {
            let lanes = chunk.counts_of(self.group).map(|(lane, _)| lane);
            set(&mut self.marks, at, bits(lanes));
        }
    }

    fn mark_unclear(&mut self, at: usize, lane: u32) {
        self.unclear |= 1 << lane;
        if let Some(mark) = self.marks.get_mut(at) {
            mark.lanes |= 1 << lane;
        }
    }
}

impl Mark {
    fn new(reason: Reason) -> Self {
        Self { reason, lanes: 0 }
    }

    /// Notes what an instance has left, if it is more than the others have.
    fn keep_most(&mut self, left: i32) {
        if let Reason::Cpu { remaining, .. }
        | Reason::Memory { remaining, .. }
        | Reason::Gpus { remaining, .. }
        | Reason::Interfaces { remaining, .. } = &mut self.reason
        {
            *remaining = u64::try_from(left).unwrap_or(0).max(*remaining);
        }
    }

    /// Notes a reason of an instance, if that has more left than the others have.
    fn keep_better(&mut self, reason: Reason) {
        if left(&reason) > left(&self.reason) {
            self.reason = reason;
        }
    }
}

/// What is left of an amount that few requests need: the more, the better, and of the same the
/// smaller need; nothing where no instance is marked yet.
fn left(reason: &Reason) -> Option<(u64, Reverse<u64>)> {
    match *reason {
        Reason::Gpus { needed: 0, .. } => None,
        Reason::Gpus { needed, remaining }
        | Reason::GpuMemory { needed, remaining }
        | Reason::NeuronDevices { needed, remaining } => Some((remaining, Reverse(needed))),
        Reason::PortQuota { needed, taken } => Some((
            (fits::MAX_PORTS as u64).saturating_sub(taken),
            Reverse(needed),
        )),
        _ => None,
    }
}

fn set(marks: &mut [Mark], at: usize, lanes: u64) {
    if let Some(mark) = marks.get_mut(at) {
        mark.lanes = lanes;
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

fn bits(lanes: impl Iterator<Item = u32>) -> u64 {
    lanes.fold(0, |bits, lane| bits | 1 << lane)
}
