//! What is to be done for the capacity of a cluster.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What is to be done for the capacity of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum CapacityAction {
    /// Set `DesiredCapacity` of the Auto Scaling group of a provider.
    SetDesiredCapacity {
        /// The name of the provider.
        provider: Arc<str>,
        /// How many instances.
        instances: u32,
    },
    /// Turn scale-in protection of an instance on or off.
    Protect {
        /// The ARN of the container instance.
        instance: Arc<str>,
        /// Whether it is on.
        is_protected: bool,
    },
    /// Set a container instance to `DRAINING`.
    Drain {
        /// The ARN of the container instance.
        instance: Arc<str>,
    },
    /// Let the Auto Scaling group terminate an instance.
    CompleteTermination {
        /// The ARN of the container instance.
        instance: Arc<str>,
    },
}
