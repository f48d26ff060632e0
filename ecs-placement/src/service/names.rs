//! The names that a service scheduler gives.

use std::sync::Arc;

use super::events::mixed;
use crate::random::Random;

/// A deployment's numbers have 19 digits, perhaps with zeros in front.
const NUMBERS: u64 = 10_u64.pow(19);

/// Names that follow from a seed and the version of the services.
#[derive(Debug)]
pub(super) struct Names(Random);

impl Names {
    pub(super) fn new(cluster: &str, seed: u64, version: u64) -> Self {
        Self(Random::new(mixed(cluster, seed) ^ mixed("", version)))
    }

    /// `ecs-svc/` and a number.
    pub(super) fn deployment(&mut self) -> Arc<str> {
        let number = self.0.next() % NUMBERS;
        format!("ecs-svc/{number:019}").into()
    }

    /// The id of a task: 32 hexadecimal digits.
    pub(super) fn task(&mut self) -> String {
        let (high, low) = (self.0.next(), self.0.next());
        format!("{high:016x}{low:016x}")
    }
}
