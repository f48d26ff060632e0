//! Deployments: how a service comes from one revision to the next.

mod bounds;
mod breaker;
pub mod shift;

pub use bounds::{Allowance, Bounds, Fleet};
pub use breaker::{BreakerError, BreakerLimits, CircuitBreaker, FailureCount, Threshold};
