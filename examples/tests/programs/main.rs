//! The examples as programs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod authorize;
mod closed_output;
mod endings;
mod placement;
mod program;
mod rolling_deployment;
mod task_definitions;
