//! [`HealthStatus`] of containers and tasks.

use ecs_taskdef::open_enum;

open_enum! {
    /// What health checks say about a container or a task.
    ///
    /// Source: API shape `HealthStatus`.
    pub enum HealthStatus {
        /// The check passes.
        Healthy = "HEALTHY",
        /// The check fails.
        Unhealthy = "UNHEALTHY",
        /// There is no check, or it has not decided yet.
        Unknown = "UNKNOWN",
    }
}
