//! An event that changed the capacity of a cluster, as it is written down.

use core::time::Duration;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Record, Recorded};
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
pub type CapacityRecord = Record<ClusterCapacity>;

impl Recorded for ClusterCapacity {
    type Event = CapacityEvent;
    type Outcome = Result<(), CapacityError>;

    const RECORD: &'static str = "capacity record";

    fn handle(&mut self, event: &CapacityEvent, now: Timestamp) -> Result<(), CapacityError> {
        match event {
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
