//! What came of a transaction.

use std::ops::Deref;
use std::slice;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::{Reason, TransactionError};

/// The outcome of a commit. It is cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "the conflicts are the tasks that were not placed"]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Commit {
    version: u64,
    moved: u32,
    refused: u32,
    placed: Shared<Placed>,
    /// [`Some`] if there are any.
    #[serde(with = "several")]
    conflicts: Option<Arc<[Conflict]>>,
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

/// A list that its copies share. Most often it has one element, which is no allocation.
#[derive(Debug, Clone)]
enum Shared<T> {
    One(T),
    Several(Arc<[T]>),
}

impl Commit {
    pub(crate) fn new(
        version: u64,
        (moved, refused): (u32, u32),
        placed: impl Iterator<Item = Placed>,
        conflicts: Vec<Conflict>,
    ) -> Self {
        Self {
            version,
            moved,
            refused,
            placed: placed.collect(),
            conflicts: (!conflicts.is_empty()).then(|| conflicts.into()),
        }
    }

    /// The version of the cell after the commit.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The tasks that were placed.
    #[must_use]
    pub fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// The claims whose tasks were not.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        self.conflicts.as_deref().unwrap_or_default()
    }

    /// How many claims were for an instance that had changed since the plan, whether they still
    /// fitted or not.
    #[must_use]
    pub fn moved(&self) -> u32 {
        self.moved
    }

    /// How many claims no longer fitted, those too for which [`Rebase`](crate::CommitPolicy)
    /// found another instance.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.refused
    }

    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Arc<str>> {
        let placed = self.placed().iter().map(|placed| &placed.task);
        placed.chain(self.conflicts().iter().map(|conflict| &conflict.task))
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::One(one) => slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut elements = elements.into_iter();
        match (elements.next(), elements.next()) {
            (Some(one), None) => Self::One(one),
            (one, other) => Self::Several(one.into_iter().chain(other).chain(elements).collect()),
        }
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

/// A list that its copies share, and most often has no elements: read and written as any list.
mod several {
    use super::{Arc, Conflict, Deserialize, Deserializer, Serialize, Serializer};

    type Several = Option<Arc<[Conflict]>>;

    pub(super) fn serialize<S: Serializer>(
        several: &Several,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let several = several.as_deref().unwrap_or_default();
        several.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Several, D::Error> {
        let several = Vec::deserialize(deserializer)?;
        Ok((!several.is_empty()).then(|| several.into()))
    }
}
