//! Amazon ECS (Elastic Container Service) clusters, container instances, services and tasks as the API writes them, with quotas and metrics.

mod timestamp;

pub use timestamp::{Timestamp, TimestampError};
