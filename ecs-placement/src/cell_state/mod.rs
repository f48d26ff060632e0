//! The state of a cluster that all schedulers share.

mod apply;
mod decide;
mod groups;
mod observe;
mod save;
mod seen;
mod tasks;

use std::fmt;
use std::sync::Arc;

use groups::Groups;
use hashbrown::DefaultHashBuilder;
use indexmap::IndexMap;
use observe::Observed;
use tasks::{Entry, Tasks};

use crate::pool::Pool;
use crate::registration::Kind;
use crate::snapshot::State;
use crate::{Change, Commit, Needs, Planner, Registration, Snapshot, Totals};

/// The instances of a cluster and the tasks on them.
///
/// Schedulers take a [`Snapshot`], plan without a lock, and commit. The commit checks each claim
/// again with the same test that planning uses, so that no instance is ever overcommitted and
/// a claim that still fits is never refused, however old the snapshot is.
///
/// The cell is a ledger: what a task takes is held from the commit until the task has stopped,
/// whatever documents say in between. A task whose desired status is STOPPED holds what it has
/// but counts no more: for `spread`, `distinctInstance`, `task:group` and `runningTasksCount`.
///
/// Each change is a [`Record`](crate::Record): a cell to which the same records are applied is
/// the same cell.
pub struct CellState {
    state: Arc<State>,
    tasks: Tasks,
    groups: Groups,
    observed: Observed,
    /// One after the other, so that keeping one more touches little memory.
    commits: IndexMap<Arc<str>, Commit, DefaultHashBuilder>,
    kinds: Pool<Kind>,
    /// What tasks hold that only documents know.
    needs: Pool<Needs>,
    free_slots: Vec<u32>,
    planner: Planner,
    totals: Totals,
}

/// A task in a cell.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CellTask {
    /// The task, as the caller named it: its ARN.
    pub task: Arc<str>,
    /// The ARN of the instance.
    pub instance: Arc<str>,
    /// The task group.
    pub group: Arc<str>,
    /// What it holds.
    pub needs: Arc<Needs>,
    /// Whether its desired status is STOPPED.
    pub is_stopping: bool,
}

impl CellState {
    /// A cell without instances.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::new(State::new()),
            tasks: Tasks::default(),
            groups: Groups::default(),
            observed: Observed::default(),
            commits: IndexMap::default(),
            kinds: Pool::default(),
            needs: Pool::default(),
            free_slots: Vec::new(),
            planner: Planner::new(),
            totals: Totals::default(),
        }
    }

    /// The cell as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.state)
    }

    /// How many records were applied.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.state.version()
    }

    /// What commits have come to since this cell was made or restored.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Adds a container instance, or takes over what has changed in one that is known. Tasks of
    /// this cell keep what they hold on it; what the document says is taken beyond that counts
    /// as taken by others.
    pub fn register(&mut self, registration: &Registration) {
        self.change(Change::Register(registration.clone()));
    }

    /// Sets the status of an instance, such as `DRAINING`. `false` if there is no such instance.
    pub fn set_status(&mut self, arn: &str, status: &str) -> bool {
        let is_known = self.state.find(arn).is_some();
        if is_known {
            let (instance, status) = (arn.into(), status.into());
            self.change(Change::SetStatus { instance, status });
        }
        is_known
    }

    /// Notes whether the agent of an instance is connected. `false` if there is no such
    /// instance.
    pub fn set_agent_connected(&mut self, arn: &str, connected: bool) -> bool {
        let is_known = self.state.find(arn).is_some();
        if is_known {
            let instance = arn.into();
            self.change(Change::SetAgentConnected {
                instance,
                connected,
            });
        }
        is_known
    }

    /// Takes an instance away, and the tasks on it, which are returned, the latest first.
    pub fn deregister(&mut self, arn: &str) -> Vec<CellTask> {
        let Some(slot) = self.state.find(arn) else {
            return Vec::new();
        };
        let lost = self.tasks.on(slot).filter_map(|entry| self.describe(entry));
        let lost = lost.collect();
        self.change(Change::Deregister {
            instance: arn.into(),
        });
        lost
    }

    /// Notes that a task shall stop: it counts no more, but holds what it has. `false` if the
    /// cell does not know the task or it shall stop already.
    pub fn stopping(&mut self, task: &str) -> bool {
        let runs = self.tasks.get(task).is_some_and(|entry| !entry.is_stopping);
        if runs {
            self.change(Change::Stopping { task: task.into() });
        }
        runs
    }

    /// Gives back what a stopped task held. `None` if the cell does not know the task.
    pub fn stopped(&mut self, task: &str) -> Option<CellTask> {
        let known = self.task(task)?;
        self.change(Change::Stopped { task: task.into() });
        Some(known)
    }

    /// A task.
    #[must_use]
    pub fn task(&self, task: &str) -> Option<CellTask> {
        self.describe(self.tasks.get(task)?)
    }

    /// The tasks in the order of their names.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = CellTask> {
        let mut tasks: Vec<_> = self.tasks.iter().collect();
        tasks.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let described: Vec<_> = tasks
            .into_iter()
            .filter_map(|entry| self.describe(entry))
            .collect();
        described.into_iter()
    }

    /// The tasks of an instance, the latest first.
    pub fn tasks_on(&self, instance: &str) -> impl Iterator<Item = CellTask> {
        let slot = self.state.find(instance);
        let entries = slot.into_iter().flat_map(|slot| self.tasks.on(slot));
        entries.filter_map(|entry| self.describe(entry))
    }

    /// How many tasks there are.
    #[must_use]
    pub fn task_count(&self) -> usize {
        self.tasks.len()
    }

    /// What was committed under a token, unless it was forgotten.
    #[must_use]
    pub fn committed(&self, token: &str) -> Option<&Commit> {
        self.commits.get(token)
    }

    /// Forgets what was committed under a token, which is free again. `false` if nothing was.
    pub fn forget(&mut self, token: &str) -> bool {
        let is_known = self.commits.contains_key(token);
        if is_known {
            self.change(Change::Forget {
                token: token.into(),
            });
        }
        is_known
    }

    fn describe(&self, entry: &Entry) -> Option<CellTask> {
        let place = self.state.place(entry.slot)?;
        Some(CellTask {
            task: Arc::clone(&entry.name),
            instance: Arc::clone(&place.registration()?.arn),
            group: Arc::clone(self.state.group_name(entry.group)?),
            needs: Arc::clone(&entry.needs),
            is_stopping: entry.is_stopping,
        })
    }
}

impl Default for CellState {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for CellState {
    /// The same cell, which changes for itself from now on.
    fn clone(&self) -> Self {
        Self {
            state: Arc::new(self.state.fork()),
            tasks: self.tasks.clone(),
            groups: self.groups.clone(),
            observed: self.observed.clone(),
            commits: self.commits.clone(),
            kinds: self.kinds.clone(),
            needs: self.needs.clone(),
            free_slots: self.free_slots.clone(),
            planner: Planner::new(),
            totals: self.totals,
        }
    }
}

impl fmt::Debug for CellState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CellState")
            .field("version", &self.version())
            .field("instances", &self.state.len())
            .field("tasks", &self.tasks.len())
            .finish_non_exhaustive()
    }
}
