//! What came of a transaction.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::transaction::Few;
use crate::{Reason, TransactionError};

/// The outcome of a commit. It is cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "the conflicts are the tasks that were not placed"]
#[serde(transparent)]
pub struct Commit {
    outcome: Arc<Outcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Outcome {
    version: u64,
    moved: u32,
    refused: u32,
    placed: Few<Placed>,
    conflicts: Vec<Conflict>,
}

/// A task that was placed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Placed {
    /// The task, as the caller named it.
    pub task: Arc<str>,
    /// The ARN of the instance.
    pub instance: Arc<str>,
}

/// A claim that no longer fits, because another scheduler was faster or an instance changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Conflict {
    /// The task, as the caller named it.
    pub task: Arc<str>,
    /// The instance that was claimed.
    pub instance: Arc<str>,
    /// Why it does not take the task any more.
    pub reasons: Vec<Reason>,
}

/// A transaction that cannot be committed. The cell has not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Another transaction was committed under the token.
    #[error("the token `{token}` is already used by another transaction")]
    TokenReused {
        /// The token.
        token: String,
    },
    /// Not every claim has a task.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// A task is in the cell already, or stands twice in the transaction.
    #[error("the task `{task}` is already in the cell")]
    TaskExists {
        /// The task.
        task: String,
    },
}

/// What commits have come to since a cell was made or restored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Transactions that were committed, those that were refused as a whole too.
    pub commits: u64,
    /// Tasks that were placed.
    pub placed: u64,
    /// Claims that no longer fitted, those too for which another instance was found.
    pub conflicts: u64,
    /// Claims whose instance had changed since the plan, whether they still fitted or not.
    pub moved: u64,
    /// Tasks that were not placed.
    pub unplaced: u64,
}

impl Commit {
    pub(crate) fn new(
        version: u64,
        (moved, refused): (u32, u32),
        placed: Few<Placed>,
        conflicts: Vec<Conflict>,
    ) -> Self {
        Self {
            outcome: Arc::new(Outcome {
                version,
                moved,
                refused,
                placed,
                conflicts,
            }),
        }
    }

    /// The version of the cell after the commit.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.outcome.version
    }

    /// The tasks that were placed.
    #[must_use]
    pub fn placed(&self) -> &[Placed] {
        &self.outcome.placed
    }

    /// The claims whose tasks were not.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.outcome.conflicts
    }

    /// How many claims were for an instance that had changed since the plan, whether they still
    /// fitted or not.
    #[must_use]
    pub fn moved(&self) -> u32 {
        self.outcome.moved
    }

    /// How many claims no longer fitted, those too for which [`Rebase`](crate::CommitPolicy)
    /// found another instance.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.outcome.refused
    }

    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Arc<str>> {
        let placed = self.placed().iter().map(|placed| &placed.task);
        placed.chain(self.conflicts().iter().map(|conflict| &conflict.task))
    }
}
