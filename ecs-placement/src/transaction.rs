//! What a scheduler asks the cell to do, and what came of it.

use std::sync::Arc;

use crate::{PlacementRequest, Reason};

/// Copies of one task and the instances that a scheduler has chosen for them.
///
/// It is planned against a snapshot and means nothing until it is committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    pub(crate) version: u64,
    pub(crate) request: PlacementRequest,
    pub(crate) claims: Vec<Claim>,
    pub(crate) seed: u64,
}

/// One task on one instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    instance: Arc<str>,
}

/// What a commit does with claims that no longer fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommitPolicy {
    /// Places all tasks or none.
    AllOrNothing,
    /// Places the tasks that fit and reports the others.
    #[default]
    Partial,
    /// Places the tasks that fit, chooses other instances for the rest as the cell is now, and
    /// reports only those for which there is none.
    Rebase,
}

/// The outcome of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the conflicts are the tasks that were not placed"]
#[non_exhaustive]
pub struct Commit {
    /// The version of the cell after the commit.
    pub version: u64,
    /// The tasks that were placed.
    pub placed: Vec<(TaskId, Arc<str>)>,
    /// The claims that were not.
    pub conflicts: Vec<Conflict>,
}

/// A claim that no longer fits, because another scheduler was faster or an instance changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The instance that was claimed.
    pub instance: Arc<str>,
    /// Why it does not take the task any more.
    pub reasons: Vec<Reason>,
}

/// A placed task, numbered by its cell. Numbers are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(crate) u64);

impl Claim {
    pub(crate) fn new(instance: Arc<str>) -> Self {
        Self { instance }
    }

    /// The ARN of the instance.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    pub(crate) fn shared_instance(&self) -> Arc<str> {
        Arc::clone(&self.instance)
    }
}

impl Transaction {
    /// The version of the snapshot against which it was planned.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The task.
    #[must_use]
    pub fn request(&self) -> &PlacementRequest {
        &self.request
    }

    /// One claim for each copy.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }
}

impl TaskId {
    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}
