//! Why ECS did not do a part of what it was asked for.

use ecs_taskdef::shape;

shape! {
    /// A part of a request that ECS could not carry out.
    ///
    /// Source: API shape `Failure`.
    pub struct Failure {
        /// What it is about: the ARN of a container instance, task, service or cluster.
        arn: String = "arn",
        /// The reason, such as `RESOURCE:MEMORY`.
        reason: String = "reason",
        /// More about the reason.
        detail: String = "detail",
    }
}
