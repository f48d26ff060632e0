//! Operations on task protection.

use ecs_taskdef::shape;

use crate::Failure;
use crate::task::ProtectedTask;

shape! {
    /// Asks whether tasks of a service are protected.
    ///
    /// Source: API shape `GetTaskProtectionRequest`.
    pub struct GetTaskProtectionRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The tasks, by id or ARN, at most 100; all of the cluster if absent.
        tasks: Vec<String> = "tasks" => documented_at_most(100),
    }
}

shape! {
    /// Whether tasks are protected.
    ///
    /// Source: API shape `GetTaskProtectionResponse`.
    pub struct GetTaskProtectionResponse {
        /// The tasks that exist.
        protected_tasks: Vec<ProtectedTask> = "protectedTasks",
        /// Those that could not be dealt with, and why.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Says whether tasks of a service are protected.
    ///
    /// Source: API shape `UpdateTaskProtectionRequest`.
    pub struct UpdateTaskProtectionRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The tasks, by id or ARN; 1 to 10.
        tasks: Vec<String> = "tasks" => required().documented(1, 10),
        /// Whether they are.
        protection_enabled: bool = "protectionEnabled" => required(),
        /// For how long, from 1 to 2,880 minutes; 120 if absent.
        expires_in_minutes: i32 = "expiresInMinutes" => documented(1, 2_880),
    }
}

shape! {
    /// Whether tasks are protected now.
    ///
    /// Source: API shape `UpdateTaskProtectionResponse`.
    pub struct UpdateTaskProtectionResponse {
        /// The tasks whose protection was set.
        protected_tasks: Vec<ProtectedTask> = "protectedTasks",
        /// Those that could not be dealt with, and why.
        failures: Vec<Failure> = "failures",
    }
}
