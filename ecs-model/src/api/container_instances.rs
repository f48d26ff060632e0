//! Operations on container instances: what they answer.

use ecs_taskdef::shape;

use crate::{ContainerInstance, Failure};

shape! {
    /// The container instances asked for.
    ///
    /// Source: API shape `DescribeContainerInstancesResponse`.
    pub struct DescribeContainerInstancesResponse {
        /// The container instances that exist.
        container_instances: Vec<ContainerInstance> = "containerInstances",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// A page of the container instances of a cluster.
    ///
    /// Source: API shape `ListContainerInstancesResponse`.
    pub struct ListContainerInstancesResponse {
        /// Their ARNs.
        container_instance_arns: Vec<String> = "containerInstanceArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}
