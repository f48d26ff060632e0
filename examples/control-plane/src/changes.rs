//! What is kept and applied.

use std::fmt;
use std::sync::Arc;

use ecs_placement::service::ServiceApplyError;
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{AccountChange, ClusterChange};

/// An account in a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Owner {
    /// The account: twelve digits.
    pub account: Arc<str>,
    /// The Region, such as `us-east-1`.
    pub region: Arc<str>,
}

impl Owner {
    /// The account with this number in this Region.
    #[must_use]
    pub fn new(account: impl Into<Arc<str>>, region: impl Into<Arc<str>>) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
        }
    }
}

/// What is changed as one, and has a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Partition {
    /// Whose it is.
    pub owner: Owner,
    /// The name of the cluster; none for what the account owns itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Arc<str>>,
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Owner { account, region } = &self.owner;
        match &self.cluster {
            None => write!(f, "{account}/{region}"),
            Some(cluster) => write!(f, "{account}/{region}/{cluster}"),
        }
    }
}

/// Changes of one partition, which lead from one of its versions to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "nothing has changed before the changes are applied"]
pub struct Changes {
    format: Format<Self>,
    pub(crate) partition: Partition,
    pub(crate) version: u64,
    pub(crate) changes: Vec<Change>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Change {
    /// Of what an account owns.
    Account(AccountChange),
    /// Of a cluster.
    Cluster(ClusterChange),
}

impl Saved for Changes {
    const NAME: &'static str = "changes";
    const VERSION: u32 = 1;
}

impl Changes {
    /// Changes after a version of a partition; none if there are none.
    pub(crate) fn after(
        partition: Partition,
        version: u64,
        changes: impl IntoIterator<Item = Change>,
    ) -> Option<Self> {
        let changes: Vec<Change> = changes.into_iter().collect();
        (!changes.is_empty()).then(|| Self {
            format: Format::current(),
            partition,
            version: version.saturating_add(1),
            changes,
        })
    }

    /// What is changed.
    #[must_use]
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// The version that the partition has afterwards; its first is 1.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The changes, in their order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// Changes that cannot be applied: they are not those that follow, or of another history.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// Changes are missing before these ones, or they were applied already. Nothing has changed.
    #[error("the changes lead to version {version} of `{partition}`, the next version is {next}")]
    NotNext {
        /// The partition.
        partition: Partition,
        /// The version they lead to.
        version: u64,
        /// The version they have to lead to.
        next: u64,
    },
    /// A change is of the other kind of partition.
    #[error("a change of `{partition}` is not of its kind")]
    Kind {
        /// The partition.
        partition: Partition,
    },
    /// Something is changed that is not there.
    #[error("`{name}` is not in the cluster")]
    Missing {
        /// Its name or ARN.
        name: Arc<str>,
    },
    /// The account or the Region of the partition has no ARNs.
    #[error(transparent)]
    Arn(#[from] ecs_arn::ArnError),
    /// The cell does not take its change.
    #[error(transparent)]
    Cell(#[from] ecs_placement::ApplyError),
    /// The services do not take their change.
    #[error(transparent)]
    Service(#[from] ServiceApplyError),
}
