//! Services and their deployments: worked examples, properties, saving.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod bounds;
mod breaker;
