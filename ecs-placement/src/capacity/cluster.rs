//! The capacity providers of a cluster, with what is behind them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::scaling::Readings;
use super::{
    CapacityAction, CapacityError, Demand, InstanceUse, Provider, ProviderStrategy, Reservation,
    WaitingTasks,
};
use crate::Needs;

/// How many tasks of a cluster wait in `PROVISIONING`, unless the account has another quota.
///
/// Source: service quota `Tasks in PROVISIONING state per cluster`.
pub const PROVISIONING_LIMIT: u64 = 500;

/// The capacity providers of a cluster, the tasks that wait for them and their instances.
///
/// Events come in with `handle_*`; after each of them, carry out every
/// [`poll_action`](Self::poll_action) and set a timer for [`poll_timeout`](Self::poll_timeout).
///
/// ```
/// use std::sync::Arc;
///
/// use ecs_model::{CapacityProvider, Timestamp};
/// use ecs_placement::Needs;
/// use ecs_placement::capacity::{CapacityAction, ClusterCapacity, InstanceType, Provider};
///
/// let document: CapacityProvider = serde_json::from_str(
///     r#"{"name": "web", "autoScalingGroupProvider": {"autoScalingGroupArn": "arn",
///         "managedScaling": {"status": "ENABLED"}}}"#,
/// )?;
/// let at = Timestamp::from_seconds;
/// let mut capacity = ClusterCapacity::new(at(0));
/// capacity.add_provider(Provider::of(&document, [InstanceType::new(2_048, 3_800)])?)?;
///
/// let mut needs = Needs::default();
/// (needs.cpu, needs.memory) = (1_024, 1_024);
/// capacity.handle_waiting("task", "web", Arc::new(needs), false, at(5))?;
/// capacity.handle_timeout(at(60));
/// assert_eq!(
///     capacity.poll_action(),
///     Some(CapacityAction::SetDesiredCapacity { provider: "web".into(), instances: 2 })
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Its state is `serde`; a change is a [`CapacityRecord`](super::CapacityRecord).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterCapacity {
    pub(super) format: Format<Self>,
    pub(super) limit: u64,
    pub(super) providers: BTreeMap<Arc<str>, Supply>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<ProviderStrategy>,
    pub(super) waiting: BTreeMap<Arc<str>, Waiting>,
    pub(super) instances: BTreeMap<Arc<str>, Host>,
    /// When the metrics are published next.
    pub(super) reading_at: Timestamp,
    pub(super) now: Timestamp,
    pub(super) actions: VecDeque<CapacityAction>,
}

/// A provider and what is remembered of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Supply {
    pub(super) provider: Provider,
    pub(super) readings: Readings,
}

/// A task that waits for capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Waiting {
    pub(super) provider: Arc<str>,
    pub(super) needs: Arc<Needs>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_distinct_instance: bool,
    pub(super) since: Timestamp,
}

/// An instance of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Host {
    pub(super) provider: Arc<str>,
    pub(super) used: InstanceUse,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_protected: bool,
    /// Until when it is drained at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) drained_by: Option<Timestamp>,
    /// Whether it was let go, and is not gone yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_released: bool,
}

impl Saved for ClusterCapacity {
    const NAME: &'static str = "cluster capacity";
    const VERSION: u32 = 1;
}

impl ClusterCapacity {
    /// A cluster without capacity providers, whose metrics are published each minute after `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            format: Format::current(),
            limit: PROVISIONING_LIMIT,
            providers: BTreeMap::new(),
            default: None,
            waiting: BTreeMap::new(),
            instances: BTreeMap::new(),
            reading_at: now.saturating_add(super::record::MINUTE),
            now,
            actions: VecDeque::new(),
        }
    }

    /// Lets so many tasks wait in `PROVISIONING`.
    #[must_use]
    pub fn with_provisioning_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// Associates a capacity provider with the cluster.
    ///
    /// # Errors
    ///
    /// There is one of this name.
    pub fn add_provider(&mut self, provider: Provider) -> Result<(), CapacityError> {
        if self.providers.contains_key(&provider.name) {
            return Err(CapacityError::ProviderExists {
                provider: provider.name.to_string(),
            });
        }
        let name = Arc::clone(&provider.name);
        let readings = Readings::default();
        self.providers.insert(name, Supply { provider, readings });
        Ok(())
    }

    /// Takes a capacity provider away that nothing uses.
    ///
    /// # Errors
    ///
    /// The cluster does not have it, or tasks, instances or the default strategy use it.
    pub fn remove_provider(&mut self, name: &str) -> Result<Provider, CapacityError> {
        self.provider(name)?;
        let is_in_default = self.default.as_ref().is_some_and(|default| {
            let mut shares = default.shares().iter();
            shares.any(|share| *share.provider == *name)
        });
        let has_task = self.waiting.values().any(|task| *task.provider == *name);
        let mut hosts = self.instances.values();
        let has_tasks =
            hosts.any(|host| *host.provider == *name && host.used.tasks > 0 && !host.is_released);
        let provider = name.to_owned();
        if is_in_default || has_task || has_tasks {
            return Err(CapacityError::ProviderInUse { provider });
        }
        self.instances.retain(|_, host| *host.provider != *name);
        let removed = self.providers.remove(name);
        let removed = removed.map(|supply| supply.provider);
        removed.ok_or(CapacityError::UnknownProvider { provider })
    }

    /// Sets the strategy for requests that have neither a launch type nor a strategy of their own.
    ///
    /// # Errors
    ///
    /// The cluster does not have its providers, or they cannot be combined.
    pub fn set_default_strategy(
        &mut self,
        strategy: Option<ProviderStrategy>,
    ) -> Result<(), CapacityError> {
        if let Some(strategy) = &strategy {
            self.check(strategy)?;
        }
        self.default = strategy;
        Ok(())
    }

    /// The strategy for requests that have neither a launch type nor a strategy of their own.
    #[must_use]
    pub const fn default_strategy(&self) -> Option<&ProviderStrategy> {
        self.default.as_ref()
    }

    /// A provider of the cluster.
    ///
    /// # Errors
    ///
    /// No provider of the cluster has this name.
    pub fn provider(&self, name: &str) -> Result<&Provider, CapacityError> {
        let found = self.providers.get(name).map(|supply| &supply.provider);
        found.ok_or_else(|| CapacityError::UnknownProvider {
            provider: name.to_owned(),
        })
    }

    /// The tasks that wait for a provider, longest first, with the moment since which they do.
    #[must_use]
    pub fn waiting(&self, provider: &str) -> Vec<(&Arc<str>, Timestamp)> {
        let of_it = self
            .waiting
            .iter()
            .filter(|(_, task)| *task.provider == *provider);
        let mut tasks: Vec<_> = of_it.map(|(name, task)| (name, task.since)).collect();
        tasks.sort_by_key(|(_, since)| since.micros());
        tasks
    }

    /// How many more tasks may wait.
    pub(crate) fn may_wait(&self) -> u64 {
        self.limit.saturating_sub(self.waiting.len() as u64)
    }

    /// The instances that are known.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.instances.keys()
    }

    /// The provider of an instance and what runs on it.
    pub(crate) fn host(&self, instance: &str) -> Option<(&str, InstanceUse)> {
        let host = self.instances.get(instance)?;
        Some((&host.provider, host.used))
    }

    /// The instances that are drained and not let go yet.
    pub(crate) fn draining(&self) -> impl Iterator<Item = &Arc<str>> {
        let hosts = self.instances.iter();
        let draining = hosts.filter(|(_, host)| host.drained_by.is_some() && !host.is_released);
        draining.map(|(arn, _)| arn)
    }

    /// The metric of a provider with managed scaling, as it would be published now.
    #[must_use]
    pub fn reservation(&self, provider: &str) -> Option<Reservation> {
        let supply = self.providers.get(provider)?;
        let settings = supply.provider.scaling?;
        let hosts = self
            .instances
            .values()
            .filter(|host| *host.provider == *provider);
        let (mut instances, mut empty) = (0_u32, 0_u32);
        // Instances that are going are not there any more.
        for host in hosts.filter(|host| host.drained_by.is_none()) {
            instances = instances.saturating_add(1);
            empty = empty.saturating_add(host.used.is_empty().into());
        }
        let demand = Demand::of(&self.groups(provider), &supply.provider.instance_types);
        Some(Reservation::new(instances, empty, demand, settings))
    }

    /// The tasks that wait for a provider, by what they need.
    fn groups(&self, provider: &str) -> Vec<WaitingTasks> {
        let mut groups: Vec<WaitingTasks> = Vec::new();
        for task in self
            .waiting
            .values()
            .filter(|task| *task.provider == *provider)
        {
            let is_like = |group: &&mut WaitingTasks| {
                group.is_distinct_instance == task.is_distinct_instance && group.needs == task.needs
            };
            match groups.iter_mut().find(is_like) {
                Some(group) => group.tasks = group.tasks.saturating_add(1),
                None => groups.push(WaitingTasks {
                    needs: Arc::clone(&task.needs),
                    is_distinct_instance: task.is_distinct_instance,
                    tasks: 1,
                }),
            }
        }
        groups
    }
}
