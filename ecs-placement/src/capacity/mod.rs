//! Capacity providers: which of them a task goes to, and how the instances behind them come and go.
//!
//! A [`ProviderStrategy`] spreads tasks over providers; a [`ClusterCapacity`] is the providers of
//! one cluster with the tasks that wait for capacity in `PROVISIONING`, the instances of each
//! provider, managed scaling, managed termination protection and managed draining. Each provider
//! is on its own: what fails at one holds back no other.
//!
//! # What AWS does not publish
//!
//! | question | choice |
//! |---|---|
//! | which provider gets the next task by weight | the one with the least (tasks above its base + 1) / weight, the first of equal ones |
//! | one provider of weight 0 and no other | it gets every task: only several are refused |
//! | how many instances tasks of several kinds need | as many as the kind that needs the most, on the largest instance type |
//! | no instance, and nothing waits | the group stays empty, whatever the target |
//! | how long instances warm up | the warm-up period is counted from the request for them |
//! | where the last reading stands after 15 low ones | each minute takes at least one instance, and less than half of them |
//!
//! Source: Developer Guide,
//! [managed scaling](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html)
//! and [managed draining](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html);
//! API shape `CapacityProviderStrategyItem`.

mod action;
mod choice;
mod cluster;
mod demand;
mod error;
mod handle;
mod provider;
mod record;
mod scaling;
mod strategy;

pub use action::CapacityAction;
pub use choice::CapacityChoice;
pub use cluster::{ClusterCapacity, PROVISIONING_LIMIT};
pub use demand::{Demand, InstanceType, WaitingTasks};
pub use error::{CapacityError, StrategyError};
pub use handle::InstanceUse;
pub use provider::{Provider, ProviderKind, ScalingSettings};
pub use record::{CapacityEvent, CapacityRecord};
pub use scaling::{Reservation, SCALE_IN_DATA_POINTS};
pub use strategy::{ProviderShare, ProviderStrategy};
