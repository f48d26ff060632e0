//! A control plane of Amazon ECS without I/O, clock or chance: the six crates joined.
//!
//! [`ControlPlane`] is everything that ECS knows of its accounts, as a value. A call is
//! [decided](ControlPlane::handle), what it changes is kept by whoever runs the control plane, and
//! then [applied](ControlPlane::apply); time passes by [`tick`](ControlPlane::tick), which gives
//! what is due one batch of [`Changes`] after another.
//!
//! ```text
//! call, inputs --> handle --> Handled { changes } --> (append) --> apply --> respond
//!          now --> tick   --> Changes             --> (append) --> apply
//! ```
//!
//! # Partitions
//!
//! What an account owns in a Region (task definitions, capacity providers, settings) is one
//! [`Partition`], each cluster another one. All changes of a call or a tick are of one partition,
//! and lead from one of its versions to the next, so that appending them is one step. What spans
//! two partitions has a state in between, as `DELETE_IN_PROGRESS`.
//!
//! # Agents
//!
//! What an agent shall do comes out as [`AgentOrder`]s; what it has done is
//! [reported](ControlPlane::report), or sent by the operations of the API.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
pub mod agents;
mod call;
mod changes;
mod cluster;
mod control_plane;
mod ids;
mod operation;
mod orders;
mod realm;
mod simulation;
mod words;

pub use account::AccountChange;
pub use call::{Call, Handled, Inputs};
pub use changes::{ApplyError, Change, Changes, Owner, Partition};
pub use cluster::{ClusterChange, NewTasks, ToDo};
pub use control_plane::{ControlPlane, Options};
pub use operation::operations;
pub use orders::{AgentOrder, AgentReport, Order};
pub use simulation::Simulation;
