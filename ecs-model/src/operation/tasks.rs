//! Operations on tasks besides starting them.

use ecs_taskdef::{open_enum, shape};

use crate::{Failure, LaunchType, Task};

shape! {
    /// Asks ECS to stop a task.
    ///
    /// Source: API shape `StopTaskRequest`.
    pub struct StopTaskRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The task, by id or ARN.
        task: String = "task" => required(),
        /// Why, in words.
        reason: String = "reason",
    }
}

shape! {
    /// The task that is being stopped.
    ///
    /// Source: API shape `StopTaskResponse`.
    pub struct StopTaskResponse {
        /// The task.
        task: Task = "task",
    }
}

shape! {
    /// Asks for tasks of a cluster.
    ///
    /// Source: API shape `DescribeTasksRequest`.
    pub struct DescribeTasksRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The tasks, by id or ARN; at most 100.
        tasks: Vec<String> = "tasks" => required().documented(1, 100),
        /// What else is given.
        include: Vec<TaskField> = "include",
    }
}

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
    /// Asks for a page of the tasks of a cluster.
    ///
    /// Source: API shape `ListTasksRequest`.
    pub struct ListTasksRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// Only those on this container instance, by id or ARN.
        container_instance: String = "containerInstance",
        /// Only those of this family of task definitions.
        family: String = "family",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 100 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
        /// Only those with this starter.
        started_by: String = "startedBy",
        /// Only those of this service.
        service_name: String = "serviceName",
        /// Only those that shall be so; `RUNNING` if absent.
        desired_status: DesiredStatus = "desiredStatus",
        /// Only those of this launch type.
        launch_type: LaunchType = "launchType",
        /// Only those of this daemon.
        daemon_name: String = "daemonName",
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

impl ListTasksRequest {
    /// Whether `startedBy` is combined with another filter, which AWS refuses.
    pub(crate) fn combines_started_by(&self) -> bool {
        let others = [
            self.container_instance.is_some(),
            self.family.is_some(),
            self.service_name.is_some(),
            self.desired_status.is_some(),
            self.launch_type.is_some(),
            self.daemon_name.is_some(),
        ];
        self.started_by.is_some() && others.contains(&true)
    }
}

open_enum! {
    /// What else is given of a task.
    ///
    /// Source: API shape `TaskField`.
    pub enum TaskField {
        /// The tags.
        Tags = "TAGS",
    }
}

open_enum! {
    /// Where a task shall be.
    ///
    /// Source: API shape `DesiredStatus`.
    pub enum DesiredStatus {
        /// It shall run.
        Running = "RUNNING",
        /// No task shall be there: the filter finds none.
        Pending = "PENDING",
        /// It shall stop.
        Stopped = "STOPPED",
    }
}
