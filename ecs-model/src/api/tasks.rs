//! Operations on tasks: what they answer.

use ecs_taskdef::shape;

use crate::{Failure, Task};

shape! {
    /// The tasks asked for.
    ///
    /// Source: API shape `DescribeTasksResponse`.
    pub struct DescribeTasksResponse {
        /// The tasks that exist.
        tasks: Vec<Task> = "tasks",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// A page of the tasks of a cluster.
    ///
    /// Source: API shape `ListTasksResponse`.
    pub struct ListTasksResponse {
        /// Their ARNs.
        task_arns: Vec<String> = "taskArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}
