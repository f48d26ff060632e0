//! What an account owns in a Region, clusters aside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_arn::{ArnError, Scope};
use ecs_model::account_setting::{AccountSettings, SettingName};
use ecs_model::{CapacityProvider, Tag, TaskDefinition};
use ecs_taskdef::{Format, Registry, RegistryChange, Saved, TaskDefinitionStatus};
use serde::{Deserialize, Serialize};

use crate::{Change, Changes, Owner, Partition};

/// The status of a revision that is being deleted.
const LEAVING: Option<&TaskDefinitionStatus> = Some(&TaskDefinitionStatus::DeleteInProgress);

/// A change of what an account owns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum AccountChange {
    /// Of its task definitions.
    Registry(RegistryChange),
    /// A resource has these tags from now on; none takes them away.
    Tags {
        /// The ARN of the resource.
        resource: Arc<str>,
        /// The tags.
        tags: Vec<Tag>,
    },
    /// A capacity provider is new, or has changed: as it is described from now on.
    CapacityProvider(Box<CapacityProvider>),
    /// A setting has this value for a principal; none takes it back.
    Setting {
        /// The ARN of the principal.
        principal: Box<str>,
        /// The name of the setting.
        name: Box<str>,
        /// The value.
        value: Option<Box<str>>,
    },
}

/// What an account owns in a Region, clusters aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Account {
    format: Format<Self>,
    pub(crate) version: u64,
    pub(crate) registry: Registry,
    pub(crate) tags: BTreeMap<Arc<str>, Vec<Tag>>,
    pub(crate) providers: BTreeMap<Arc<str>, CapacityProvider>,
    pub(crate) settings: AccountSettings,
    /// The ARNs of the revisions that are being deleted.
    #[serde(skip)]
    pub(crate) leaving: BTreeSet<String>,
}

impl Saved for Account {
    const NAME: &'static str = "account";
    const VERSION: u32 = 1;
}

impl Account {
    pub(crate) fn new(owner: &Owner) -> Result<Self, ArnError> {
        let scope = Scope::new(&owner.region, &owner.account)?;
        Ok(Self {
            format: Format::current(),
            version: 0,
            registry: Registry::new(&scope),
            tags: BTreeMap::new(),
            providers: BTreeMap::new(),
            settings: AccountSettings::default(),
            leaving: BTreeSet::new(),
        })
    }

    /// Changes of this partition.
    pub(crate) fn changes(
        &self,
        owner: &Owner,
        changes: impl IntoIterator<Item = AccountChange>,
    ) -> Option<Changes> {
        let partition = Partition {
            owner: owner.clone(),
            cluster: None,
        };
        let changes = changes.into_iter().map(Change::Account);
        Changes::after(partition, self.version, changes)
    }

    pub(crate) fn apply(&mut self, change: &AccountChange) {
        match change {
            AccountChange::Registry(change) => {
                self.registry.apply(change.clone());
                if matches!(change, RegistryChange::Revision(one) if one.status() != LEAVING) {
                    return;
                }
                self.index();
            }
            AccountChange::Tags { resource, tags } if tags.is_empty() => {
                self.tags.remove(resource);
            }
            AccountChange::Tags { resource, tags } => {
                self.tags.insert(Arc::clone(resource), tags.clone());
            }
            AccountChange::CapacityProvider(provider) => {
                let name = provider.name().unwrap_or_default().into();
                self.providers
                    .insert(name, CapacityProvider::clone(provider));
            }
            AccountChange::Setting {
                principal,
                name,
                value,
            } => {
                let name = SettingName::from(&**name);
                match value {
                    Some(value) => self.settings.put(principal, name, value),
                    None => drop(self.settings.delete(principal, &name)),
                }
            }
        }
    }

    /// A revision as it is from now on.
    pub(crate) fn revision(described: &TaskDefinition) -> AccountChange {
        AccountChange::Registry(RegistryChange::Revision(Box::new(described.clone())))
    }

    /// Makes again what follows from the rest.
    pub(crate) fn index(&mut self) {
        let leaving = TaskDefinitionStatus::DeleteInProgress;
        let leaving = self.registry.list(None, &leaving);
        self.leaving = leaving.map(str::to_owned).collect();
    }

    pub(crate) fn tags_of(&self, resource: &str) -> &[Tag] {
        self.tags.get(resource).map_or(&[], Vec::as_slice)
    }
}
