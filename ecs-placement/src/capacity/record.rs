//! An event that changed the capacity of a cluster, as it is written down.

use core::time::Duration;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::{CapacityError, ClusterCapacity, InstanceUse, Provider, ProviderStrategy};
use crate::Needs;

/// How often metrics are published.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// Everything that can happen to the capacity of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum CapacityEvent {
    /// [`ClusterCapacity::add_provider`].
    AddProvider(Provider),
    /// [`ClusterCapacity::remove_provider`].
    RemoveProvider {
        /// The name of the provider.
        provider: Arc<str>,
    },
    /// [`ClusterCapacity::set_default_strategy`].
    DefaultStrategy(Option<ProviderStrategy>),
    /// [`ClusterCapacity::handle_waiting`].
    Waiting {
        /// The task.
        task: Arc<str>,
        /// The name of the provider.
        provider: Arc<str>,
        /// What the task takes.
        needs: Arc<Needs>,
        /// Whether it needs an instance of its own.
        is_distinct_instance: bool,
    },
    /// [`ClusterCapacity::handle_waited`].
    Waited {
        /// The task.
        task: Arc<str>,
    },
    /// [`ClusterCapacity::handle_instance`].
    Instance {
        /// The ARN of the container instance.
        instance: Arc<str>,
        /// The name of the provider.
        provider: Arc<str>,
        /// What runs on it.
        used: InstanceUse,
    },
    /// [`ClusterCapacity::handle_instance_gone`].
    InstanceGone {
        /// The ARN of the container instance.
        instance: Arc<str>,
    },
    /// [`ClusterCapacity::handle_terminating`].
    Terminating {
        /// The ARN of the container instance.
        instance: Arc<str>,
    },
    /// [`ClusterCapacity::handle_timeout`].
    Timeout,
}

/// An event that changes the capacity of a cluster, with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityRecord {
    format: Format<Self>,
    at: Timestamp,
    event: CapacityEvent,
}

impl Saved for CapacityRecord {
    const NAME: &'static str = "capacity record";
    const VERSION: u32 = 1;
}

impl CapacityRecord {
    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &CapacityEvent {
        &self.event
    }
}

impl ClusterCapacity {
    /// What is to be kept and [applied](Self::apply) of an event; nothing if it changes nothing.
    ///
    /// # Errors
    ///
    /// Those of the method that handles the event.
    pub fn decide(
        &self,
        event: CapacityEvent,
        now: Timestamp,
    ) -> Result<Option<CapacityRecord>, CapacityError> {
        let record = CapacityRecord {
            format: Format::current(),
            at: now,
            event,
        };
        let mut after = self.clone();
        after.apply(&record)?;
        Ok((after != *self).then_some(record))
    }

    /// Makes a record so.
    ///
    /// # Errors
    ///
    /// Those of the method that handles the event.
    pub fn apply(&mut self, record: &CapacityRecord) -> Result<(), CapacityError> {
        let now = record.at;
        match &record.event {
            CapacityEvent::AddProvider(provider) => self.add_provider(provider.clone())?,
            CapacityEvent::RemoveProvider { provider } => {
                self.remove_provider(provider)?;
            }
            CapacityEvent::DefaultStrategy(strategy) => {
                self.set_default_strategy(strategy.clone())?;
            }
            CapacityEvent::Waiting {
                task,
                provider,
                needs,
                is_distinct_instance,
            } => {
                let needs = Arc::clone(needs);
                self.handle_waiting(task, provider, needs, *is_distinct_instance, now)?;
            }
            CapacityEvent::Waited { task } => {
                self.handle_waited(task, now);
            }
            CapacityEvent::Instance {
                instance,
                provider,
                used,
            } => self.handle_instance(instance, provider, *used, now)?,
            CapacityEvent::InstanceGone { instance } => {
                self.handle_instance_gone(instance, now);
            }
            CapacityEvent::Terminating { instance } => self.handle_terminating(instance, now)?,
            CapacityEvent::Timeout => self.handle_timeout(now),
        }
        Ok(())
    }
}
