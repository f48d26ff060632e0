//! How a service waits whose tasks do not start.

use core::time::Duration;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a service waits whose tasks fail to start again and again.
///
/// Documented are what counts (a task that goes from PENDING to STOPPED), the longest wait, that
/// there is no limit on attempts, and that a new deployment starts at once (Developer Guide,
/// "Amazon ECS service throttle logic"). The curve is not published; here the wait doubles with
/// each round of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Throttle {
    /// Failures in a row before the first wait.
    pub failures: u32,
    /// The first wait in seconds.
    pub first: u32,
    /// The longest wait in seconds.
    pub longest: u32,
}

/// How far a deployment is throttled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Throttled {
    failures: u32,
    rounds: u32,
    /// No task starts before.
    pub(crate) until: Option<Timestamp>,
}

impl Throttle {
    /// Three failures in a row, then a minute that doubles, up to the 27 minutes of today's guide.
    #[must_use]
    pub const fn current() -> Self {
        Self {
            failures: 3,
            first: 60,
            longest: 1_620,
        }
    }

    /// The same, up to the 15 minutes of the guide of 2023.
    #[must_use]
    pub const fn guide_2023() -> Self {
        Self {
            longest: 900,
            ..Self::current()
        }
    }

    /// The wait in seconds after so many rounds of failures before.
    ///
    /// ```
    /// use ecs_placement::deployment::Throttle;
    ///
    /// let waits: Vec<u32> = (0..7).map(|round| Throttle::current().wait(round)).collect();
    /// assert_eq!(waits, [60, 120, 240, 480, 960, 1_620, 1_620]);
    /// ```
    #[must_use]
    pub fn wait(&self, rounds: u32) -> u32 {
        let factor = 1_u32.checked_shl(rounds).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::current()
    }
}

impl Throttled {
    /// A task never ran. What fails together is one round.
    pub(crate) fn failed(&mut self, throttle: &Throttle, at: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= throttle.failures && self.is_over(at) {
            self.until = Some(after(at, throttle.wait(self.rounds)));
            self.rounds = self.rounds.saturating_add(1);
        }
    }

    /// A task found no place. Until when the next try waits.
    pub(crate) fn starved(&mut self, throttle: &Throttle, at: Timestamp) -> Timestamp {
        self.failed(throttle, at);
        let wait = self.until.filter(|until| *until > at);
        wait.unwrap_or_else(|| after(at, throttle.first))
    }

    /// A task runs.
    pub(crate) fn ran(&mut self) {
        *self = Self::default();
    }

    /// Whether nothing has failed.
    pub(crate) fn is_unused(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until <= now)
    }
}

/// So many seconds later.
pub(crate) fn after(at: Timestamp, seconds: u32) -> Timestamp {
    at.saturating_add(Duration::from_secs(seconds.into()))
}
