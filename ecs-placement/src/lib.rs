//! Amazon ECS (Elastic Container Service) task placement: where a task runs, and why it does
//! not.
//!
//! Amazon ECS places tasks by shared state with optimistic concurrency: every scheduler looks
//! at the whole cluster, chooses, and commits; whoever comes second finds out at the commit.
//! This crate does that as functions, without I/O, clock or hidden chance: the same inputs
//! give the same placements.
//!
//! ```text
//!            snapshot()            Plan::new, run_task, start_task
//! CellState ----------> Snapshot ---------------------------------> Transaction
//!     ^                                                                  |
//!     +------------------------ commit(policy) --------------------------+
//! ```
//!
//! # What is where
//!
//! | for | take |
//! |---|---|
//! | the cluster that all schedulers share | [`CellState`], [`Instance`] |
//! | a task to place | [`PlacementRequest`], [`Strategy`] |
//! | choosing instances | [`run_task`], [`start_task`], [`Plan`], [`ServiceScheduler`] |
//! | making it true, or learning why not | [`CellState::commit`], [`CommitPolicy`], [`Conflict`] |
//! | which instances an expression selects | [`Query`] |
//! | why an instance does not take a task | [`Snapshot::explain`], [`Explanation`], [`Reason`] |
//!
//! # Scope of this crate
//!
//! CPU, memory, host ports, whole GPUs, required attributes, `distinctInstance` and `memberOf`,
//! the strategies `random`, `spread` and `binpack`, launch types `EC2` and `EXTERNAL`, and
//! services of a fixed task definition. Capacity providers, shared GPUs, Neuron devices, the
//! number of network interfaces and deployments are not in it yet: requests that need one of
//! them are refused with an [`Unsupported`] that names it, except that network interfaces are
//! not counted.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod amounts;
mod cell_state;
mod explain;
mod fits;
mod instance;
mod plan;
mod query;
mod reason;
mod request;
mod scheduler;
mod snapshot;
mod strategy;
mod transaction;

pub use amounts::Amounts;
pub use cell_state::{CellState, PlacedTask};
pub use explain::{Explanation, InstanceExplanation};
pub use instance::{Instance, InstanceError};
pub use plan::Plan;
pub use query::{Query, QueryError};
pub use reason::Reason;
pub use request::{PlacementRequest, Unsupported};
pub use scheduler::{
    RunTaskError, ServicePlan, ServiceScheduler, StartTaskError, StartTaskPlan, run_task,
    start_task,
};
pub use snapshot::Snapshot;
pub use strategy::{BinpackField, SpreadField, Strategy};
pub use transaction::{Claim, Commit, CommitPolicy, Conflict, TaskId, Transaction};
