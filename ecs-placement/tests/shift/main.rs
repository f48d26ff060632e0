//! Service deployments that shift traffic.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed step fails the test"
)]

mod back;
mod configuration;
mod documents;
mod hooks;
mod laws;
mod table;
mod weights;
mod world;
