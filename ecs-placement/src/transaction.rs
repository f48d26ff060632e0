//! What a scheduler asks the cell to do.

use std::sync::Arc;

use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use thiserror::Error;

use crate::PlacementRequest;
use crate::snapshot::State;

/// A list that most often has one element, which is no allocation then.
pub(crate) type Few<T> = SmallVec<[T; 1]>;

/// Copies of one task and the instances that a scheduler has chosen for them.
///
/// It is planned against a snapshot and means nothing until it is committed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transaction {
    format: Format<Self>,
    token: Arc<str>,
    request: PlacementRequest,
    seed: u64,
    /// The version of the cell that it was planned on.
    version: u64,
    claims: Few<Claim>,
    tasks: Few<Arc<str>>,
    /// The cell that it was planned on, if it is in this process.
    #[serde(skip)]
    lineage: Option<Arc<()>>,
}

/// One task on one instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    instance: Arc<str>,
    /// The instance's version.
    version: u64,
    #[serde(skip, default = "unknown_slot")]
    slot: u32,
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

/// A plan that is no transaction.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// Not every claim has a task.
    #[error("{tasks} tasks were named for {claims} claims")]
    TooFewTasks {
        /// How many were named.
        tasks: usize,
        /// How many are needed.
        claims: usize,
    },
}

impl Transaction {
    pub(crate) fn new(
        token: Arc<str>,
        (request, seed): (PlacementRequest, u64),
        (version, lineage): (u64, Arc<()>),
        claims: Few<Claim>,
        tasks: impl Iterator<Item = Arc<str>>,
    ) -> Result<Self, TransactionError> {
        let named: Few<Arc<str>> = tasks.take(claims.len()).collect();
        if named.len() < claims.len() {
            return Err(TransactionError::TooFewTasks {
                tasks: named.len(),
                claims: claims.len(),
            });
        }
        Ok(Self {
            format: Format::current(),
            token,
            request,
            seed,
            version,
            claims,
            tasks: named,
            lineage: Some(lineage),
        })
    }

    /// The name under which it is committed once.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What was asked for.
    #[must_use]
    pub fn request(&self) -> &PlacementRequest {
        &self.request
    }

    /// The version of the cell that it was planned on.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The claims and the tasks that they are for.
    pub fn claims(&self) -> impl ExactSizeIterator<Item = (&Claim, &str)> {
        let tasks = self.tasks.iter().map(|task| &**task);
        self.claims.iter().zip(tasks)
    }

    pub(crate) fn named_claims(
        &self,
    ) -> impl ExactSizeIterator<Item = (&Claim, &Arc<str>)> + Clone {
        self.claims.iter().zip(&self.tasks)
    }

    pub(crate) fn shared_token(&self) -> &Arc<str> {
        &self.token
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Whether it was planned on an earlier state of the same cell.
    pub(crate) fn is_of(&self, state: &State) -> bool {
        self.lineage
            .as_ref()
            .is_some_and(|lineage| Arc::ptr_eq(lineage, state.lineage()))
    }
}

impl Saved for Transaction {
    const NAME: &'static str = "transaction";
    const VERSION: u32 = 1;
}

impl Claim {
    pub(crate) fn on(state: &State, slot: u32) -> Option<Self> {
        let place = state.place(slot)?;
        Some(Self {
            instance: Arc::clone(&place.registration()?.arn),
            version: place.numbers()?.changed,
            slot,
        })
    }

    /// The ARN of the instance.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The version that the instance had when it was chosen.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn shared_instance(&self) -> &Arc<str> {
        &self.instance
    }

    /// The slot of the instance, if it is still there.
    pub(crate) fn find(&self, state: &State) -> Option<u32> {
        let is_it = |slot: &u32| {
            let place = state.place(*slot).and_then(|place| place.registration());
            place.is_some_and(|registration| Arc::ptr_eq(&registration.arn, &self.instance))
        };
        Some(self.slot)
            .filter(is_it)
            .or_else(|| state.find(&self.instance))
    }
}

/// No slot: of a claim that was read.
const fn unknown_slot() -> u32 {
    u32::MAX
}
