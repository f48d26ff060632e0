//! How many more copies fit, where they go, and what stops the next one.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::FailureReason;

use super::Remedy;
use crate::registration::ZONE;
use crate::request::Wanted;
use crate::snapshot::State;
use crate::{Instance, PlacementRequest, Reason, Snapshot, fits};

/// So many copies on one instance are without end.
const ENDLESS: u32 = 1 << 20;

/// How many more copies of a task fit, where, and what stops the next one.
///
/// ```
/// # use ecs_model::{ContainerInstance, Resource};
/// # use ecs_placement::{CellState, PlacementRequest, Registration};
/// # let instance = ContainerInstance::default()
/// #     .with_container_instance_arn("a")
/// #     .with_status("ACTIVE")
/// #     .with_agent_connected(true)
/// #     .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 1_400)]);
/// # let mut cell = CellState::new();
/// # cell.register(&Registration::try_from(&instance)?);
/// # let web = serde_json::from_str(r#"{
/// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 500}]
/// # }"#)?;
/// # let request = PlacementRequest::new(&web)?;
/// let room = cell.snapshot().room(&request);
/// assert_eq!(room.copies(), Some(2));
/// let next = room.next().ok_or("there is an end")?;
/// assert_eq!(next.reason.as_str(), "RESOURCE:MEMORY");
/// let remedy = next.remedies.first().ok_or("memory can be added")?;
/// assert_eq!(remedy.to_string(), "100 MiB more memory on a");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    instances: Vec<InstanceRoom>,
    next: Option<Bottleneck>,
}

/// How many more copies one instance takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstanceRoom {
    /// The ARN of the instance.
    pub arn: Arc<str>,
    /// Its Availability Zone; empty if it names none.
    pub zone: Box<str>,
    /// How many copies; `None` if nothing that the task needs comes to an end there.
    pub copies: Option<u32>,
}

/// What stops the copy after the last one that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bottleneck {
    /// The reason in the API's words.
    pub reason: FailureReason,
    /// How many instances it stops: those that have no other reason, or if there are none of
    /// these, those that have it first.
    pub instances: usize,
    /// What the one of them lacks that lacks the least.
    pub shortfall: Shortfall,
    /// Each change of one thing that would let one more copy in, the changes of the reason
    /// first, and of them the least; one more instance comes last.
    pub remedies: Vec<Remedy>,
}

/// What an instance lacks for one more copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Shortfall {
    /// CPU units.
    pub cpu: u64,
    /// MiB of memory.
    pub memory: u64,
    /// GPUs, or partitions of one. Where all that there are are needed, those that tasks have.
    pub gpus: u64,
    /// Network interfaces.
    pub interfaces: u64,
    /// MiB of one GPU that is shared.
    pub gpu_memory: u64,
    /// Neuron devices. Where all that there are are needed, those that tasks have.
    pub neuron_devices: u64,
}

impl Room {
    /// How many more copies fit; `None` if there is no end.
    #[must_use]
    pub fn copies(&self) -> Option<u64> {
        self.instances.iter().try_fold(0_u64, |sum, room| {
            Some(sum.saturating_add(room.copies?.into()))
        })
    }

    /// The instances that take copies, in the order of their ARNs.
    #[must_use]
    pub fn instances(&self) -> &[InstanceRoom] {
        &self.instances
    }

    /// How many copies each Availability Zone takes, where there is an end; that of instances
    /// which name none is empty.
    #[must_use]
    pub fn by_zone(&self) -> BTreeMap<&str, u64> {
        let mut zones = BTreeMap::new();
        for room in &self.instances {
            let zone: &mut u64 = zones.entry(&*room.zone).or_default();
            *zone = zone.saturating_add(room.copies.unwrap_or(0).into());
        }
        zones
    }

    /// What stops the next copy; `None` if nothing does.
    #[must_use]
    pub fn next(&self) -> Option<&Bottleneck> {
        self.next.as_ref()
    }
}

impl Snapshot {
    /// How many more copies of a task fit, whatever the count of the request, where they go,
    /// and what stops the next one.
    ///
    /// Strategies have no say: in whatever order copies are placed, each instance takes as many.
    #[must_use]
    pub fn room(&self, request: &PlacementRequest) -> Room {
        let (state, task) = (self.state(), request.task());
        let copies = |instance: Instance<'_>| copies_on(state, instance, task);
        let full: Vec<(Instance<'_>, Option<u32>)> = self
            .instances()
            .map(|instance| (instance, copies(instance)))
            .collect();
        let taking = full.iter().filter(|(_, copies)| *copies != Some(0));
        let instances = taking.map(|(instance, copies)| InstanceRoom {
            arn: instance.shared_arn(),
            zone: zone(*instance).into(),
            copies: *copies,
        });
        Room {
            instances: instances.collect(),
            next: bottleneck(self, &full, request),
        }
    }
}

fn zone(instance: Instance<'_>) -> &str {
    let zone = instance.attribute(ZONE);
    zone.flatten().unwrap_or_default()
}

/// How many copies one instance takes, one after the other.
fn copies_on(state: &State, instance: Instance<'_>, task: &Wanted) -> Option<u32> {
    let takes = |already| fits::fits(state, instance.place(), task, already);
    let copies = match task.selection.member_of.iter().any(|query| query.varies()) {
        // An expression can stop a copy in the middle, so that each is asked for.
        true => (0..ENDLESS).take_while(|already| takes(*already)).count(),
        false => {
            let mut beyond = 1;
            while beyond < ENDLESS && takes(beyond - 1) {
                beyond *= 2;
            }
            let (mut known, mut open) = (0, beyond);
            while known < open {
                let middle = known.midpoint(open);
                match takes(middle) {
                    true => known = middle + 1,
                    false => open = middle,
                }
            }
            known as usize
        }
    };
    u32::try_from(copies)
        .ok()
        .filter(|copies| *copies < ENDLESS)
}

/// Why an instance takes no more, after all copies that it takes.
struct Full<'s> {
    instance: Instance<'s>,
    already: u32,
    reasons: Vec<Reason>,
    shortfall: Shortfall,
}

fn bottleneck(
    snapshot: &Snapshot,
    copies: &[(Instance<'_>, Option<u32>)],
    request: &PlacementRequest,
) -> Option<Bottleneck> {
    let full = copies.iter().map(|(instance, copies)| {
        let already = (*copies)?;
        Some(Full {
            instance: *instance,
            already,
            reasons: fits::refusals_after(*instance, request, already).collect(),
            shortfall: fits::shortfall(instance.place(), request.needs(), already),
        })
    });
    let full: Vec<Full<'_>> = full.collect::<Option<_>>()?;
    let Some((reason, stopped)) = most_stopped(&full) else {
        return Some(Bottleneck {
            reason: FailureReason::NoActiveInstances,
            instances: 0,
            shortfall: Shortfall::default(),
            remedies: Vec::new(),
        });
    };
    let shortfall = stopped.iter().map(|full| full.shortfall).min();
    let single = full
        .iter()
        .filter_map(|full| match full.reasons.as_slice() {
            [only] => {
                let remedy = Remedy::of(only, full.instance, request, full.already)?;
                Some((only.code() != reason, remedy))
            }
            _ => None,
        });
    let mut remedies: Vec<(bool, Remedy)> = single.collect();
    remedies.sort();
    let new = Remedy::new_instance(snapshot, request);
    Some(Bottleneck {
        reason,
        instances: stopped.len(),
        shortfall: shortfall.unwrap_or_default(),
        remedies: remedies
            .into_iter()
            .map(|(_, remedy)| remedy)
            .chain(new)
            .collect(),
    })
}

/// The reason that stops most instances, and these: of the instances that could run tasks at
/// all, if there are any, those with one reason, if there are any.
fn most_stopped<'a, 's>(full: &'a [Full<'s>]) -> Option<(FailureReason, Vec<&'a Full<'s>>)> {
    let can_run = |full: &&&Full<'_>| full.instance.is_active() && full.instance.agent_connected();
    let all: Vec<&Full<'_>> = full.iter().collect();
    let running: Vec<&Full<'_>> = all.iter().filter(can_run).copied().collect();
    let among = if running.is_empty() { all } else { running };
    let single: Vec<&Full<'_>> = among
        .iter()
        .filter(|full| full.reasons.len() == 1)
        .copied()
        .collect();
    let among = if single.is_empty() { among } else { single };
    let mut groups: Vec<(FailureReason, Vec<&Full<'_>>)> = Vec::new();
    for full in among {
        let Some(reason) = full.reasons.first().map(Reason::code) else {
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, group)) => group.push(full),
            None => groups.push((reason, vec![full])),
        }
    }
    // The first of several, in the order of the ARNs.
    groups.into_iter().reduce(|most, group| {
        if group.1.len() > most.1.len() {
            group
        } else {
            most
        }
    })
}
