//! The state of a cluster that all schedulers share.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::ContainerInstance;
use ecs_taskdef::Requirements;

use crate::{
    Claim, Commit, CommitPolicy, Conflict, Instance, InstanceError, PlacementRequest, Plan, Reason,
    Snapshot, TaskId, Transaction, fits,
};

/// The instances of a cluster and the tasks on them.
///
/// Schedulers take a [`Snapshot`], plan without a lock, and commit. The commit checks each claim
/// again with the same test that planning uses, so that no instance is ever overcommitted and
/// a claim that still fits is never refused, however old the snapshot is.
#[derive(Debug, Clone, Default)]
pub struct CellState {
    current: Snapshot,
    tasks: BTreeMap<TaskId, PlacedTask>,
    last_task: u64,
}

/// A task that holds resources of an instance.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlacedTask {
    /// The ARN of the instance.
    pub instance: Arc<str>,
    /// The task group.
    pub group: Arc<str>,
    /// What it holds.
    pub requirements: Arc<Requirements>,
}

impl CellState {
    /// A cell without instances.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a container instance, or takes over what has changed in one that is known. Tasks
    /// that this cell placed on it stay, and what they hold is read from the document.
    ///
    /// # Errors
    ///
    /// A document without ARN, CPU or memory; the cell has not changed then.
    pub fn register(&mut self, described: &ContainerInstance) -> Result<(), InstanceError> {
        let mut instance = Instance::try_from(described)?;
        let arn = instance.shared_arn();
        let here = self.tasks.values().filter(|task| task.instance == arn);
        for task in here {
            instance.recognize(&task.group);
        }
        self.current.insert(instance);
        self.current.advance();
        Ok(())
    }

    /// Sets the status of an instance, such as `DRAINING`. `false` if there is no such instance.
    pub fn set_status(&mut self, arn: &str, status: &str) -> bool {
        self.change(arn, |instance| instance.set_status(status))
    }

    /// Notes whether the agent of an instance is connected. `false` if there is no such
    /// instance.
    pub fn set_agent_connected(&mut self, arn: &str, connected: bool) -> bool {
        self.change(arn, |instance| instance.set_agent_connected(connected))
    }

    /// Takes an instance away, and the tasks on it, which are returned.
    pub fn deregister(&mut self, arn: &str) -> Vec<TaskId> {
        if !self.current.remove(arn) {
            return Vec::new();
        }
        self.current.advance();
        let lost: Vec<_> = self.tasks_on(arn).collect();
        self.tasks.retain(|id, _| !lost.contains(id));
        lost
    }

    /// Gives back what a stopped task held. `None` if the cell does not know the task.
    pub fn release(&mut self, task: TaskId) -> Option<PlacedTask> {
        let placed = self.tasks.remove(&task)?;
        let free =
            |instance: &mut Instance| instance.give_back(&placed.requirements, &placed.group);
        self.change(&placed.instance, free);
        Some(placed)
    }

    /// Places the tasks of a transaction that still fit, as the policy says.
    pub fn commit(&mut self, transaction: &Transaction, policy: CommitPolicy) -> Commit {
        let before = (policy == CommitPolicy::AllOrNothing).then(|| self.clone());
        let mut placed = Vec::new();
        let mut conflicts = Vec::new();
        for claim in &transaction.claims {
            match self.current.fits(claim.instance(), &transaction.request) {
                true => placed.push(self.place(claim, &transaction.request)),
                false => conflicts.push(self.conflict(claim, &transaction.request)),
            }
        }
        if policy == CommitPolicy::Rebase && !conflicts.is_empty() {
            let count = u32::try_from(conflicts.len()).unwrap_or(u32::MAX);
            let plan = Plan::new(&self.current, &transaction.request, count, transaction.seed);
            let again = plan.transaction().claims();
            placed.extend(
                again
                    .iter()
                    .map(|claim| self.place(claim, &transaction.request)),
            );
            conflicts.drain(..again.len());
        }
        match before {
            Some(before) if !conflicts.is_empty() => {
                *self = before;
                placed.clear();
            }
            _ if !placed.is_empty() => self.current.advance(),
            _ => {}
        }
        Commit {
            version: self.current.version(),
            placed,
            conflicts,
        }
    }

    /// The cell as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.current.clone()
    }

    /// A placed task.
    #[must_use]
    pub fn task(&self, task: TaskId) -> Option<&PlacedTask> {
        self.tasks.get(&task)
    }

    /// The placed tasks in the order in which they were placed.
    pub fn tasks(&self) -> impl Iterator<Item = (TaskId, &PlacedTask)> {
        self.tasks.iter().map(|(id, task)| (*id, task))
    }

    fn tasks_on(&self, arn: &str) -> impl Iterator<Item = TaskId> {
        self.tasks
            .iter()
            .filter(move |(_, task)| *task.instance == *arn)
            .map(|(id, _)| *id)
    }

    fn change(&mut self, arn: &str, change: impl FnOnce(&mut Instance)) -> bool {
        let found = self.current.change(arn, change);
        if found {
            self.current.advance();
        }
        found
    }

    fn place(&mut self, claim: &Claim, request: &PlacementRequest) -> (TaskId, Arc<str>) {
        let task = PlacedTask {
            instance: claim.shared_instance(),
            group: request.shared_group(),
            requirements: request.shared_requirements(),
        };
        self.current.change(&task.instance, |instance| {
            instance.take(&task.requirements, &task.group);
        });
        self.last_task = self.last_task.saturating_add(1);
        let placed = (TaskId(self.last_task), Arc::clone(&task.instance));
        self.tasks.insert(placed.0, task);
        placed
    }

    fn conflict(&self, claim: &Claim, request: &PlacementRequest) -> Conflict {
        let reasons = match self.current.instance(claim.instance()) {
            Some(instance) => fits::refusals(instance, request).collect(),
            None => vec![Reason::Missing],
        };
        Conflict {
            instance: claim.shared_instance(),
            reasons,
        }
    }
}
