//! Operations on services: what they answer.

use ecs_taskdef::shape;

use crate::{Failure, Service};

shape! {
    /// The services asked for.
    ///
    /// Source: API shape `DescribeServicesResponse`.
    pub struct DescribeServicesResponse {
        /// The services that exist.
        services: Vec<Service> = "services",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}
