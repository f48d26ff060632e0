//! What can happen to the capacity of a cluster.

use core::time::Duration;
use std::sync::Arc;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::cluster::{Host, Waiting};
use super::record::MINUTE;
use super::{CapacityAction, CapacityError, ClusterCapacity, ProviderKind};
use crate::Needs;

/// How long an instance is drained at most before it is terminated.
///
/// Source: Developer Guide, managed instance draining.
const DRAINING_LIMIT: Duration = Duration::from_secs(48 * 3_600);

/// What runs on an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct InstanceUse {
    /// All tasks that have not stopped.
    pub tasks: u32,
    /// Those of daemons among them.
    pub daemon_tasks: u32,
}

impl InstanceUse {
    /// So many tasks, some of which are of daemons.
    #[must_use]
    pub const fn new(tasks: u32, daemon_tasks: u32) -> Self {
        Self {
            tasks,
            daemon_tasks,
        }
    }

    /// Whether nothing but daemons runs on it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.tasks <= self.daemon_tasks
    }
}

impl ClusterCapacity {
    /// No instance of its provider has room for a task, which waits for one in `PROVISIONING`.
    ///
    /// # Errors
    ///
    /// A provider that is not the cluster's, or on Fargate, where no task waits; a task that waits
    /// already; or more tasks than may wait.
    pub fn handle_waiting(
        &mut self,
        task: &str,
        provider: &str,
        needs: Arc<Needs>,
        is_distinct_instance: bool,
        now: Timestamp,
    ) -> Result<(), CapacityError> {
        self.check_waiting(provider, [task])?;
        let provider = Arc::clone(&self.provider(provider)?.name);
        self.observe(now);
        let since = self.now;
        self.waiting.insert(
            task.into(),
            Waiting {
                provider,
                needs,
                is_distinct_instance,
                since,
            },
        );
        Ok(())
    }

    /// Whether [`handle_waiting`](Self::handle_waiting) takes these tasks.
    pub(crate) fn check_waiting<'t>(
        &self,
        provider: &str,
        tasks: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), CapacityError> {
        if self.provider(provider)?.kind.is_fargate() {
            let provider = provider.to_owned();
            return Err(CapacityError::DoesNotWait { provider });
        }
        let mut more = 0_u64;
        for task in tasks {
            if self.waiting.contains_key(task) {
                let task = task.to_owned();
                return Err(CapacityError::TaskExists { task });
            }
            more = more.saturating_add(1);
        }
        match more > self.may_wait() {
            true => Err(CapacityError::ProvisioningLimit { limit: self.limit }),
            false => Ok(()),
        }
    }

    /// A task waits no longer: it found an instance, or it was stopped. `false` if it did not wait.
    pub fn handle_waited(&mut self, task: &str, now: Timestamp) -> bool {
        self.observe(now);
        self.waiting.remove(task).is_some()
    }

    /// An instance of a provider has registered, or its tasks were counted.
    ///
    /// # Errors
    ///
    /// A provider that is not the cluster's.
    pub fn handle_instance(
        &mut self,
        instance: &str,
        provider: &str,
        used: InstanceUse,
        now: Timestamp,
    ) -> Result<(), CapacityError> {
        let known = self.provider(provider)?;
        let protects = known.protects_instances;
        let provider = Arc::clone(&known.name);
        self.observe(now);
        let name: Arc<str> = instance.into();
        let host = self.instances.entry(Arc::clone(&name)).or_insert(Host {
            provider: Arc::clone(&provider),
            used,
            is_protected: false,
            drained_by: None,
            is_released: false,
        });
        host.used = used;
        host.provider = provider;
        let is_protected = protects && !used.is_empty() && host.drained_by.is_none();
        if is_protected != host.is_protected {
            host.is_protected = is_protected;
            self.actions.push_back(CapacityAction::Protect {
                instance: Arc::clone(&name),
                is_protected,
            });
        }
        self.complete(&name);
        Ok(())
    }

    /// An instance is gone. `false` if it was not known.
    pub fn handle_instance_gone(&mut self, instance: &str, now: Timestamp) -> bool {
        self.observe(now);
        self.instances.remove(instance).is_some()
    }

    /// The Auto Scaling group, or a Spot interruption, wants to terminate an instance: it is
    /// drained first, if that is how its provider does it.
    ///
    /// # Errors
    ///
    /// An instance that is not known.
    pub fn handle_terminating(
        &mut self,
        instance: &str,
        now: Timestamp,
    ) -> Result<(), CapacityError> {
        let known = self.instances.get_key_value(instance);
        let (name, provider) = match known {
            Some((name, host)) => (Arc::clone(name), Arc::clone(&host.provider)),
            None => {
                let instance = instance.to_owned();
                return Err(CapacityError::UnknownInstance { instance });
            }
        };
        let drains = self.provider(&provider)?.drains_instances;
        self.observe(now);
        let until = match drains {
            true => self.now.saturating_add(DRAINING_LIMIT),
            false => self.now,
        };
        if let Some(host) = self.instances.get_mut(&name)
            && host.drained_by.is_none()
        {
            host.drained_by = Some(until);
            if drains {
                let instance = Arc::clone(&name);
                self.actions.push_back(CapacityAction::Drain { instance });
            }
            self.complete(&name);
        }
        Ok(())
    }

    /// Time has passed: metrics are published, groups scale, and instances go that were drained
    /// for too long.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.observe(now);
        if self.reading_at <= self.now {
            self.reading_at = self.now.saturating_add(MINUTE);
            let names: Vec<_> = self.providers.keys().cloned().collect();
            for name in names {
                self.read(name);
            }
        }
        let names: Vec<_> = self.instances.keys().cloned().collect();
        for name in names {
            self.complete(&name);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called; nothing if no provider has
    /// managed scaling and no instance is drained.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let scales = |supply: &super::cluster::Supply| {
            let is_group = supply.provider.kind == ProviderKind::Ec2Autoscaling;
            is_group && supply.provider.scaling.is_some()
        };
        let reading = self
            .providers
            .values()
            .any(scales)
            .then_some(self.reading_at);
        let hosts = self.instances.values().filter(|host| !host.is_released);
        let drained = hosts.filter_map(|host| host.drained_by);
        drained.chain(reading).min_by_key(|at| at.micros())
    }

    /// The next thing to do.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<CapacityAction> {
        self.actions.pop_front()
    }

    /// Publishes the metric of a provider.
    fn read(&mut self, provider: Arc<str>) {
        let Some(reservation) = self.reservation(&provider) else {
            return;
        };
        let now = self.now;
        let supply = self.providers.get_mut(&provider);
        let scaled = supply.and_then(|supply| {
            let settings = supply.provider.scaling?;
            supply.readings.take(reservation, settings, now)
        });
        if let Some(instances) = scaled {
            let action = CapacityAction::SetDesiredCapacity {
                provider,
                instances,
            };
            self.actions.push_back(action);
        }
    }

    /// Lets an instance go that is drained, or was drained for too long. It is known until it is
    /// gone: its tasks may be counted once more, which makes it no capacity again.
    fn complete(&mut self, instance: &Arc<str>) {
        let Some(host) = self.instances.get_mut(instance) else {
            return;
        };
        let is_late = host.drained_by.is_some_and(|until| until <= self.now);
        let is_drained = host.drained_by.is_some() && host.used.tasks == 0;
        if (is_late || is_drained) && !host.is_released {
            host.is_released = true;
            self.actions.push_back(CapacityAction::CompleteTermination {
                instance: Arc::clone(instance),
            });
        }
    }

    /// Time does not run backwards.
    fn observe(&mut self, now: Timestamp) {
        if now > self.now {
            self.now = now;
        }
    }
}
