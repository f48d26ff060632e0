//! Changes of a cell, to be kept and applied.

use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Commit, Needs, ObservedTask, Registration};

/// One change of a cell and the version that the cell has after it.
pub type Record = VersionedRecord<Change>;

/// One change, and the version of what it changes after it.
///
/// A store that accepts a record only if none has its version yet puts the decisions of several
/// processes in one order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionedRecord<C: Versioned> {
    format: Format<Self>,
    version: u64,
    change: C,
}

/// A change that has a place in the order of all changes.
pub trait Versioned: Serialize + DeserializeOwned {
    /// What its record is called in errors.
    const RECORD: &'static str;
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Change {
    /// A container instance is new, or registers again.
    Register(Registration),
    /// An instance has another status.
    SetStatus {
        /// The ARN of the instance.
        instance: Arc<str>,
        /// The status.
        status: Box<str>,
    },
    /// The agent of an instance is connected, or is not.
    SetAgentConnected {
        /// The ARN of the instance.
        instance: Arc<str>,
        /// Whether it is.
        connected: bool,
    },
    /// An instance is gone, with its tasks.
    Deregister {
        /// The ARN of the instance.
        instance: Arc<str>,
    },
    /// A document of an instance that is later than the one known.
    ObserveInstance(Registration),
    /// A document of a task that is later than the one known.
    ObserveTask(ObservedTask),
    /// Tasks that had stopped before a moment are forgotten.
    ForgetStopped {
        /// The moment.
        before: Timestamp,
    },
    /// A task shall stop.
    Stopping {
        /// The task.
        task: Arc<str>,
    },
    /// A task has stopped.
    Stopped {
        /// The task.
        task: Arc<str>,
    },
    /// A transaction was committed.
    Commit {
        /// Its token.
        token: Arc<str>,
        /// The task group.
        group: Arc<str>,
        /// What each task holds.
        needs: Needs,
        /// What came of it.
        commit: Commit,
    },
    /// A token is forgotten.
    Forget {
        /// The token.
        token: Arc<str>,
    },
}

/// What a commit would answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// The answer.
    pub commit: Commit,
    /// What has to be recorded and applied to make it so; nothing if no task would be placed, or
    /// if it was committed before.
    pub change: Option<Change>,
}

/// A record that cannot be applied. The cell has not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// A record is missing before this one, or it was applied already.
    #[error("the record leads to version {version}, the next version is {next}")]
    NotNext {
        /// The version of the record.
        version: u64,
        /// The version that the cell would have.
        next: u64,
    },
    /// An instance is not in the cell.
    #[error("the container instance `{instance}` is not in the cell")]
    NoInstance {
        /// The instance.
        instance: String,
    },
    /// A task is not in the cell.
    #[error("the task `{task}` is not in the cell")]
    NoTask {
        /// The task.
        task: String,
    },
    /// A task is in the cell already.
    #[error("the task `{task}` is already in the cell")]
    TaskExists {
        /// The task.
        task: String,
    },
    /// Of an instance or a task a document is known that is at least as recent.
    #[error("a document of `{name}` at least as recent is already known")]
    Stale {
        /// The instance or the task.
        name: String,
    },
    /// Nothing was committed under a token.
    #[error("nothing was committed under the token `{token}`")]
    NoToken {
        /// The token.
        token: String,
    },
}

impl<C: Versioned> VersionedRecord<C> {
    /// The change that follows the given version.
    pub(crate) fn after(version: u64, change: C) -> Self {
        Self {
            format: Format::current(),
            version: version.saturating_add(1),
            change,
        }
    }

    /// The version after it.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The change.
    #[must_use]
    pub fn change(&self) -> &C {
        &self.change
    }
}

impl<C: Versioned> Saved for VersionedRecord<C> {
    const NAME: &'static str = C::RECORD;
    const VERSION: u32 = 1;
}

impl Versioned for Change {
    const RECORD: &'static str = "record";
}
