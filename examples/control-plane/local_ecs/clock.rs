//! The time of the local ECS, which can run ahead.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use ecs_model::Timestamp;

/// The time of the machine, and how far the local ECS is ahead of it.
#[derive(Debug)]
pub(crate) struct Clock {
    ahead: Duration,
}

impl Clock {
    /// A clock that runs so far ahead.
    pub(crate) const fn new(ahead: Duration) -> Self {
        Self { ahead }
    }

    pub(crate) const fn ahead(&self) -> Duration {
        self.ahead
    }

    pub(crate) fn now(&self) -> Timestamp {
        let passed = SystemTime::now().duration_since(UNIX_EPOCH);
        // A clock before 1970 is wrong; the start of time will do.
        let passed = passed.unwrap_or_default().as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        Timestamp::from_millis(passed).saturating_add(self.ahead)
    }

    /// Lets time pass up to a moment, if it is still to come.
    pub(crate) fn jump(&mut self, to: Timestamp) {
        let more = to.saturating_since(self.now());
        self.ahead = self.ahead.saturating_add(more);
    }

    /// How long it is until a moment.
    pub(crate) fn until(&self, at: Timestamp) -> Duration {
        at.saturating_since(self.now())
    }
}
