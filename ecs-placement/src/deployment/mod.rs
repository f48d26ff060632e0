//! Deployments: how a service comes from one revision to the next.

mod bounds;
mod breaker;
mod early_success;
mod rollout;
pub mod shift;
mod throttle;

pub use bounds::{Allowance, Bounds, Fleet};
pub use breaker::{BreakerError, BreakerLimits, CircuitBreaker, FailureCount, Threshold};
pub use early_success::EarlySuccess;
pub(crate) use rollout::{DeploymentState, Revision, RolloutReason, RolloutState, Shortage};
pub use throttle::Throttle;
pub(crate) use throttle::{Throttled, after};
