//! Task protection: tasks that neither scaling in nor deployments stop.

use ecs_taskdef::shape;

use crate::Timestamp;

shape! {
    /// Whether a task is protected from scaling in and deployments.
    ///
    /// Source: API shape `ProtectedTask`.
    pub struct ProtectedTask {
        /// The ARN of the task.
        task_arn: String = "taskArn",
        /// Whether it is.
        protection_enabled: bool = "protectionEnabled",
        /// Until when.
        expiration_date: Timestamp = "expirationDate",
    }
}
