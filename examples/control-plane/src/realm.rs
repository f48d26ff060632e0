//! An account in a Region with its clusters.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use ecs_arn::ArnError;
use ecs_model::capacity_provider::CapacityProviderUpdateStatus;
use ecs_taskdef::RegistryChange;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::cluster::ClusterState;
use crate::operation::capacity_providers;
use crate::{AccountChange, Changes, Owner};

/// An account in a Region with its clusters.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Realm {
    pub(crate) account: Account,
    pub(crate) clusters: BTreeMap<Arc<str>, ClusterState>,
}

impl Realm {
    /// A task definition or a capacity provider that is being deleted goes once nothing uses it.
    pub(crate) fn finish_deletion(&self, owner: &Owner) -> Option<Changes> {
        self.finish_provider(owner)
            .or_else(|| self.finish_definition(owner))
    }

    fn finish_provider(&self, owner: &Owner) -> Option<Changes> {
        let mut providers = self.account.providers.values();
        let leaving = providers.find(|provider| {
            let name = provider.name().unwrap_or_default();
            let status = provider.update_status();
            status == Some(&CapacityProviderUpdateStatus::DeleteInProgress)
                && !self
                    .clusters
                    .values()
                    .any(|cluster| cluster.is_active() && capacity_providers::has(cluster, name))
        })?;
        let gone = leaving
            .clone()
            .with_update_status(CapacityProviderUpdateStatus::DeleteComplete);
        let change = AccountChange::CapacityProvider(Box::new(gone));
        self.account.changes(owner, [change])
    }

    fn finish_definition(&self, owner: &Owner) -> Option<Changes> {
        let registry = &self.account.registry;
        let mut leaving = self.account.leaving.iter();
        let gone = leaving.find(|arn| !self.clusters.values().any(|one| one.uses(arn)))?;
        let revision = registry.describe(gone).ok()?;
        let change = RegistryChange::Gone {
            family: revision.family.clone()?,
            revision: revision.revision?,
        };
        self.account
            .changes(owner, [AccountChange::Registry(change)])
    }
}

/// The realm of an owner, which is empty at first.
pub(crate) fn of<'a>(
    realms: &'a mut BTreeMap<Owner, Realm>,
    owner: &Owner,
) -> Result<&'a mut Realm, ArnError> {
    match realms.entry(owner.clone()) {
        Entry::Occupied(known) => Ok(known.into_mut()),
        Entry::Vacant(new) => Ok(new.insert(Realm {
            account: Account::new(owner)?,
            clusters: BTreeMap::new(),
        })),
    }
}
