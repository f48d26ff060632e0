//! What is refused.

use ecs_model::{Exception, ExceptionName};
use thiserror::Error;

/// A capacity provider strategy by which no task can be placed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StrategyError {
    /// It has no provider, or more than 20.
    #[error("a capacity provider strategy has 1 to 20 items, not {0}")]
    Length(usize),
    /// An item names no provider.
    #[error("an item of the capacity provider strategy names no capacity provider")]
    NoName,
    /// A provider is in it twice.
    #[error("the capacity provider `{provider}` is in the strategy twice")]
    Twice {
        /// The name of the provider.
        provider: String,
    },
    /// A weight or a base is out of its bounds.
    #[error("`{number}` is out of bounds as `{member}` of the capacity provider `{provider}`")]
    Number {
        /// The name of the provider.
        provider: String,
        /// `weight` or `base`.
        member: &'static str,
        /// What it is.
        number: i64,
    },
    /// Two providers have a base.
    #[error("more than one capacity provider has a base")]
    Bases,
    /// Several providers, none of which has a weight.
    #[error("no capacity provider has a weight above 0")]
    NoWeight,
}

/// Something that the capacity of a cluster does not have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CapacityError {
    /// A strategy by which no task can be placed.
    #[error(transparent)]
    Strategy(#[from] StrategyError),
    /// The cluster has no capacity providers at all.
    #[error("the cluster has no capacity providers")]
    NoProviders,
    /// A launch type and a strategy are given together.
    #[error("launch type `{launch_type}` cannot be combined with a capacity provider strategy")]
    LaunchTypeAndStrategy {
        /// The launch type.
        launch_type: String,
    },
    /// A provider is not one of the cluster's.
    #[error("the capacity provider `{provider}` is not associated with the cluster")]
    UnknownProvider {
        /// The name of the provider.
        provider: String,
    },
    /// A strategy has providers of Fargate and others.
    #[error("the capacity providers `{one}` and `{other}` are of types that cannot be combined")]
    MixedKinds {
        /// The first provider.
        one: String,
        /// One of another type.
        other: String,
    },
    /// A provider is associated twice.
    #[error("the capacity provider `{provider}` is already associated with the cluster")]
    ProviderExists {
        /// The name of the provider.
        provider: String,
    },
    /// A provider has tasks, instances or the default strategy, and stays.
    #[error("the capacity provider `{provider}` is in use")]
    ProviderInUse {
        /// The name of the provider.
        provider: String,
    },
    /// A provider document has neither an Auto Scaling group nor managed instances.
    #[error("the capacity provider `{provider}` has no source of capacity")]
    NoSource {
        /// The name of the provider.
        provider: String,
    },
    /// A number of the managed scaling is out of its bounds.
    #[error("`{number}` is not from {least} to {most} as `{member}`")]
    Scaling {
        /// The member.
        member: &'static str,
        /// What it is.
        number: i32,
        /// The least that it may be.
        least: i32,
        /// The most that it may be.
        most: i32,
    },
    /// Tasks never wait for the capacity of this provider.
    #[error("tasks do not wait for the capacity provider `{provider}` in PROVISIONING")]
    DoesNotWait {
        /// The name of the provider.
        provider: String,
    },
    /// More tasks wait than may.
    #[error("{limit} tasks are in PROVISIONING, which is the limit")]
    ProvisioningLimit {
        /// How many may wait.
        limit: u64,
    },
    /// A task waits already.
    #[error("the task `{task}` is already in PROVISIONING")]
    TaskExists {
        /// The task.
        task: String,
    },
    /// An instance is not known.
    #[error("the container instance `{instance}` is not one of a capacity provider")]
    UnknownInstance {
        /// The instance.
        instance: String,
    },
}

impl CapacityError {
    /// The exception with which Amazon ECS answers, in its words where they are known.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let (name, message) = match self {
            Self::LaunchTypeAndStrategy { .. } => (
                ExceptionName::InvalidParameter,
                "Specifying both a launch type and capacity provider strategy is not supported. \
                 Remove one and try again.",
            ),
            Self::UnknownProvider { .. } => (
                ExceptionName::InvalidParameter,
                "The specified capacity provider strategy cannot contain a capacity provider that \
                 is not associated with the cluster. Associate the capacity provider with the \
                 cluster or specify a valid capacity provider and try again.",
            ),
            Self::ProviderInUse { .. } => (
                ExceptionName::ResourceInUse,
                "The specified capacity provider is in use and cannot be removed.",
            ),
            Self::ProvisioningLimit { .. } => (
                ExceptionName::Client,
                "Tasks provisioning capacity limit exceeded.",
            ),
            _ => return Exception::new(ExceptionName::InvalidParameter, self.to_string()),
        };
        Exception::new(name, message)
    }
}
