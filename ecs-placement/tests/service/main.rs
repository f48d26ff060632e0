//! Services and their deployments: worked examples, properties, saving.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod alarms;
mod bounds;
mod breaker;
mod daemon;
mod early;
mod events;
mod explain;
mod failing;
mod fargate;
mod forecast;
mod histories;
mod hooks;
mod meanwhile;
mod mixed;
mod providers;
mod requests;
mod rolling;
mod saving;
mod service_deployments;
mod shifting;
mod targets;
mod task_sets;
mod unhealthy;
mod world;
mod zones;

/// How many random histories: more of them with `ECS_LONG=1`.
fn cases(usual: u32) -> u32 {
    match std::env::var_os("ECS_LONG") {
        Some(_) => usual * 200,
        None => usual,
    }
}
