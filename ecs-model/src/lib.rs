//! Amazon ECS (Elastic Container Service) clusters, container instances, services and tasks as the API writes them, with quotas and metrics.

mod health;
mod network;
pub mod stop_reason;
mod timestamp;

pub use health::HealthStatus;
pub use network::{NetworkBinding, NetworkInterface, TransportProtocol};
pub use stop_reason::TaskStopCode;
pub use timestamp::{Timestamp, TimestampError};
