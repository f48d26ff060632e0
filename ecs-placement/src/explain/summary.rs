//! How many instances have which reason.

use std::fmt;

use super::marking::Marking;
use crate::reason::list;
use crate::{PlacementRequest, Planner, Reason, Snapshot};

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
    /// comparisons here, and of GPUs of other sizes one is named.
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

    fn of(mut tallies: Vec<Tally>, instances: usize, fitting: usize) -> Self {
        tallies.retain(|tally| tally.instances > 0);
        tallies.sort_by(|a, b| {
            b.instances
                .cmp(&a.instances)
                .then_with(|| a.reason.cmp(&b.reason))
        });
        Self {
            instances,
            fitting,
            tallies,
        }
    }
}

impl Tally {
    fn of(reason: &Reason) -> Self {
        Self {
            reason: reason.clone(),
            instances: 0,
            only: 0,
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
        let mut marking = Marking::new(state, task, parts);
        let mut tallies: Vec<Tally> = Vec::new();
        let mut fitting = 0;
        for (page, chunk) in state.chunks().enumerate() {
            marking.mark(page, chunk);
            let marked = marking.marked();
            tallies.extend(
                marked
                    .skip(tallies.len())
                    .map(|(reason, _)| Tally::of(reason)),
            );
            let (mut some, mut several) = (0, 0);
            for (_, lanes) in marking.marked() {
                several |= some & lanes;
                some |= lanes;
            }
            let number = |lanes: u64| lanes.count_ones() as usize;
            for (tally, (_, lanes)) in tallies.iter_mut().zip(marking.marked()) {
                tally.instances += number(lanes);
                tally.only += number(lanes & !several);
            }
            fitting += number(chunk.live() & !some);
        }
        // An amount is by now that of the instance that has most left.
        for (tally, (reason, _)) in tallies.iter_mut().zip(marking.marked()) {
            tally.reason = reason.clone();
        }
        Summary::of(tallies, snapshot.len(), fitting)
    }
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
            Reason::GpuMemory { .. } => write!(f, "{lack} memory on a single GPU"),
            Reason::NeuronDevices { .. } => write!(f, "{lack} Neuron devices"),
            Reason::PortQuota { .. } => write!(f, "{have} too many host ports taken"),
            Reason::DaemonRoom { group } => write!(f, "{lack} room for a task of `{group}`"),
            Reason::Interfaces { .. } => write!(f, "{lack} network interfaces"),
            Reason::Port { protocol, port } => {
                write!(f, "{} port {port}/{protocol}", verb("uses", "use"))
            }
            Reason::Location { zones } => write!(f, "{are} not in zone {}", list(zones)),
            Reason::Attribute { name, value: None } => write!(f, "{lack} attribute `{name}`"),
            Reason::Attribute {
                name,
                value: Some(value),
            } => write!(f, "{lack} attribute `{name}` with value `{value}`"),
            Reason::CapacityProvider { provider } => {
                write!(f, "{are} not of the capacity provider `{provider}`")
            }
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
