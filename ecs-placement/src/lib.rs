//! Amazon ECS (Elastic Container Service) task placement: where a task runs, and why it does
//! not.
//!
//! Amazon ECS places tasks by shared state with optimistic concurrency: every scheduler looks
//! at the whole cluster, chooses, and commits; whoever comes second finds out at the commit.
//! This crate does that as functions, without I/O, clock or hidden chance: the same inputs
//! give the same placements.
//!
//! ```text
//!            snapshot()            Planner::plan, run_task, start_task
//! CellState ----------> Snapshot ------------------------------------> Transaction
//!     ^                                                                     |
//!     +------------------------- commit(policy) ----------------------------+
//! ```
//!
//! # What is where
//!
//! | for | take |
//! |---|---|
//! | the cluster that all schedulers share | [`CellState`], [`Registration`], [`Snapshot`] |
//! | a cluster that runs, from documents and events | [`Loader`], [`ObservedTask`], [`Unknown`] |
//! | tasks on Fargate | [`Fargate`] |
//! | a task to place | [`PlacementRequest`], [`Strategy`] |
//! | choosing instances | [`Planner`], [`Plan`], [`run_task`], [`start_task`] |
//! | tasks that are kept running, and deployments that replace them | [`service::Services`] |
//! | making it true, or learning why not | [`CellState::commit`], [`CommitPolicy`], [`Conflict`] |
//! | keeping it, and following it elsewhere | [`Record`], [`CellState::apply`] |
//! | which instances an expression selects | [`Query`] |
//! | why an instance does not take a task | [`Snapshot::explain`], [`Explanation`], [`Reason`], [`Summary`] |
//! | how many more copies fit, and what stops the next | [`Snapshot::room`], [`Room`], [`Remedy`] |
//! | which instance comes first, and which task stops | [`Snapshot::rank`], [`Ranking`], [`scale_in`] |
//! | a service deployment that shifts traffic | [`deployment::shift`] |
//! | what a change of a service will come to, before it is made | [`service::Services::forecast`] |
//! | capacity providers, and how many instances they need | [`capacity`] |
//! | task sets, and zones that are evened out | [`service::task_sets`], [`service::rebalance`] |
//!
//! # Scope of this crate
//!
//! CPU, memory, host ports of both protocols and their quota, GPUs whole, in partitions and shared,
//! Neuron devices, network interfaces by instance type with and without trunking, room for
//! daemons, required attributes, `distinctInstance` and `memberOf`, the strategies `random`,
//! `spread` and `binpack`, launch types `EC2` and `EXTERNAL`, Fargate without limits other than
//! given ones and its spare capacity, services of both scheduling strategies with every deployment
//! strategy and its lifecycle hooks, with capacity providers, with zones that are evened out, and with
//! the task sets of deployment controller `EXTERNAL`; RunTask by capacity providers. Deployment
//! controller `CODE_DEPLOY`, whose hooks stand in an AppSpec file of CodeDeploy, and a change of the
//! controller are not in it: what needs one of them is refused with an error that names it.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod amounts;
pub mod capacity;
mod cell_state;
mod commit;
mod daemon_room;
pub mod deployment;
mod explain;
mod fargate;
mod fits;
mod host_port;
mod interface_limits;
mod load;
mod needs;
mod observed_task;
mod plan;
mod planner;
mod pool;
mod query;
mod random;
mod reason;
mod record;
mod registration;
mod request;
mod scale_in;
mod scheduler;
pub mod service;
mod snapshot;
mod strategy;
mod transaction;
mod unknown;

pub use amounts::Amounts;
pub use cell_state::{CellState, CellTask};
pub use commit::{Commit, CommitError, Conflict, Placed, Totals};
pub use ecs_taskdef::Recorded;
pub use explain::{
    Bottleneck, Explanation, InstanceExplanation, InstanceRoom, Ranked, Ranking, Remedy, Room,
    Shortfall, Summary, Tally,
};
pub use fargate::{Fargate, FargateError, FargatePlace, FargatePlan};
pub use host_port::{HostPort, HostPortError};
pub use load::{DocumentChanges, Gap, LoadError, Loaded, Loader, Observed};
pub use needs::Needs;
pub use observed_task::{ObservedTask, Stage};
pub use plan::Plan;
pub use planner::Planner;
pub use query::{Query, QueryError, UnmetTerm};
pub use reason::Reason;
pub use record::{ApplyError, Change, Decision, Record, Versioned, VersionedRecord};
pub use registration::{InstanceError, Registration};
pub use request::{PlacementRequest, RULES, RequestError, Unsupported};
pub use scale_in::scale_in;
pub use scheduler::{RunTaskError, StartTaskError, StartTaskPlan, run_task, start_task};
pub use snapshot::{Instance, Snapshot};
pub use strategy::{BinpackField, SpreadField, Strategy};
pub use transaction::{Claim, CommitPolicy, Transaction, TransactionError};
pub use unknown::Unknown;
