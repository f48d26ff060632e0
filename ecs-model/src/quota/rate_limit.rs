//! [`RateLimiter`]: the throttles of an account, by the caller's clock.

use core::time::Duration;
use std::collections::VecDeque;

use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::quota::Quota;
use crate::{Quotas, Timestamp};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Counts calls within the last second and the last minute, and says when there are too many.
///
/// AWS publishes how many calls there may be in a second and in a minute, but not how it counts
/// them. Here a window slides: it holds what was admitted in the time before each call.
///
/// ```
/// use ecs_model::quota::RateLimiter;
/// use ecs_model::{Quotas, Timestamp};
///
/// let mut registrations = RateLimiter::instance_registrations(&Quotas::guide_2015());
/// let start = Timestamp::from_seconds(1_430_000_000);
/// assert!(registrations.admit(start, 1).is_ok());
///
/// let throttled = registrations.admit(start, 1).unwrap_err();
/// assert_eq!(
///     throttled.to_string(),
///     "the quota `Container instance registrations per second` of 1 is used up"
/// );
/// let retry_at = throttled.retry_at.expect("one fits into an empty window");
/// assert!(registrations.admit(retry_at, 1).is_ok());
/// ```
///
/// Source: Developer Guide (2015), service limits.
///
/// It can be saved and restored with `serde`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimiter {
    format: Format<Self>,
    windows: Vec<Window>,
    /// When each call was admitted, the earliest first.
    admitted: VecDeque<Timestamp>,
}

impl Saved for RateLimiter {
    const NAME: &'static str = "rate limiter";
    const VERSION: u32 = 1;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Window {
    quota: Quota,
    length: Duration,
    limit: usize,
}

/// A call too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the quota `{quota}` of {limit} is used up")]
#[non_exhaustive]
pub struct Throttled {
    /// The quota.
    pub quota: Quota,
    /// What it allows.
    pub limit: u64,
    /// The first instant at which this quota admits the call, if no other call is admitted before;
    /// none if the call alone is above the quota.
    pub retry_at: Option<Timestamp>,
}

impl RateLimiter {
    /// The throttle on registrations of container instances.
    #[must_use]
    pub fn instance_registrations(quotas: &Quotas) -> Self {
        Self::of(
            quotas,
            &[
                (Quota::InstanceRegistrationsPerSecond, SECOND),
                (Quota::InstanceRegistrationsPerMinute, MINUTE),
            ],
        )
    }

    /// The throttle on registrations of task definitions.
    #[must_use]
    pub fn task_definition_registrations(quotas: &Quotas) -> Self {
        Self::of(
            quotas,
            &[
                (Quota::TaskDefinitionRegistrationsPerSecond, SECOND),
                (Quota::TaskDefinitionRegistrationsPerMinute, MINUTE),
            ],
        )
    }

    /// The throttle on container instances that RunTask uses in one cluster.
    #[must_use]
    pub fn run_task_instances(quotas: &Quotas) -> Self {
        Self::of(quotas, &[(Quota::RunTaskInstancesPerSecond, SECOND)])
    }

    /// Windows of the quotas that the set limits; the others admit everything.
    fn of(quotas: &Quotas, windows: &[(Quota, Duration)]) -> Self {
        let window = |&(quota, length): &(Quota, Duration)| {
            let limit = quotas.limit(quota)?;
            Some(Window {
                quota,
                length,
                limit: usize::try_from(limit).unwrap_or(usize::MAX),
            })
        };
        Self {
            format: Format::current(),
            windows: windows.iter().filter_map(window).collect(),
            admitted: VecDeque::new(),
        }
    }

    /// Admits `count` calls at once, or none of them.
    ///
    /// A clock that goes back stands still: `now` counts as the latest instant it was given for an
    /// admitted call.
    ///
    /// # Errors
    ///
    /// [`Throttled`] if a quota is used up, the one that is longest so. Nothing was admitted then.
    pub fn admit(&mut self, now: Timestamp, count: usize) -> Result<(), Throttled> {
        let now = self.admitted.back().map_or(now, |last| now.max(*last));
        self.forget(now);
        let throttled = self
            .windows
            .iter()
            .filter_map(|window| window.throttled(&self.admitted, now, count));
        // What can never be admitted weighs more than any delay.
        match throttled.max_by_key(|one| one.retry_at.unwrap_or(Timestamp::MAX)) {
            Some(throttled) => Err(throttled),
            None => {
                if !self.windows.is_empty() {
                    self.admitted.extend(core::iter::repeat_n(now, count));
                }
                Ok(())
            }
        }
    }

    /// Forgets what lies before every window.
    fn forget(&mut self, now: Timestamp) {
        let longest = self.windows.iter().map(|window| window.length).max();
        let longest = longest.unwrap_or_default();
        let is_over = |at: &Timestamp| now.saturating_since(*at) >= longest;
        while self.admitted.front().is_some_and(is_over) {
            self.admitted.pop_front();
        }
    }
}

impl Window {
    fn throttled(
        &self,
        admitted: &VecDeque<Timestamp>,
        now: Timestamp,
        count: usize,
    ) -> Option<Throttled> {
        let before = admitted.partition_point(|at| now.saturating_since(*at) >= self.length);
        let within = admitted.len() - before;
        let total = within.saturating_add(count);
        if total <= self.limit {
            return None;
        }
        // So many calls, the earliest first, have to leave the window.
        let leaving = total - self.limit;
        let last = admitted.get(before + leaving - 1);
        Some(Throttled {
            quota: self.quota,
            limit: u64::try_from(self.limit).unwrap_or(u64::MAX),
            retry_at: last.map(|at| at.saturating_add(self.length)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn one_in_a_second_and_sixty_in_a_minute() {
        let mut limiter = RateLimiter::task_definition_registrations(&Quotas::guide_2015());
        for second in 0..60 {
            assert_eq!(limiter.admit(at(second * 1_000), 1), Ok(()));
        }
        assert_eq!(limiter.admit(at(60_000), 1), Ok(()));

        let quotas = Quotas::guide_2015().with(Quota::InstanceRegistrationsPerSecond, 100);
        let mut limiter = RateLimiter::instance_registrations(&quotas);
        assert_eq!(limiter.admit(at(0), 1), Ok(()));
        assert_eq!(limiter.admit(at(500), 59), Ok(()));
        let throttled = limiter.admit(at(30_000), 1).unwrap_err();
        assert_eq!(throttled.quota, Quota::InstanceRegistrationsPerMinute);
        assert_eq!(throttled.retry_at, Some(at(60_000)));
        let throttled = limiter.admit(at(30_000), 2).unwrap_err();
        assert_eq!(throttled.retry_at, Some(at(60_500)));
        assert_eq!(limiter.admit(at(60_000), 1), Ok(()));
    }

    #[test]
    fn too_many_at_once_are_never_admitted() {
        let mut limiter = RateLimiter::run_task_instances(&Quotas::guide_2015());
        let throttled = limiter.admit(at(0), 6).unwrap_err();
        assert_eq!(throttled.retry_at, None);
        assert_eq!(
            throttled.to_string(),
            "the quota `Container instances per second per run-task` of 5 is used up"
        );
        assert_eq!(limiter.admit(at(0), 5), Ok(()));
    }

    #[test]
    fn a_set_without_the_quota_admits_everything() {
        let mut limiter = RateLimiter::run_task_instances(&Quotas::current());
        assert_eq!(limiter.admit(at(0), usize::MAX), Ok(()));
    }

    fn save_and_restore<T: Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }

    #[test]
    fn what_version_1_saved_is_read() {
        let limiter = include_str!("../../tests/data/saved/rate-limiter-1.json");
        let mut expected = RateLimiter::run_task_instances(&Quotas::guide_2015());
        expected.admit(at(1_430_000_000_500), 2).unwrap();
        assert_eq!(
            serde_json::from_str::<RateLimiter>(limiter).unwrap(),
            expected
        );
        assert_eq!(
            serde_json::to_value(&expected).unwrap(),
            serde_json::from_str::<serde_json::Value>(limiter).unwrap()
        );

        let quotas = include_str!("../../tests/data/saved/quotas-1.json");
        let expected = Quotas::guide_2015().with(Quota::TasksPerService, 7_000);
        assert_eq!(serde_json::from_str::<Quotas>(quotas).unwrap(), expected);
        assert_eq!(
            serde_json::to_value(&expected).unwrap(),
            serde_json::from_str::<serde_json::Value>(quotas).unwrap()
        );
        for (saved, refusal) in [
            (
                quotas.replacen('1', "2", 1),
                "format 2 of the set of quotas is not known, only 1 is",
            ),
            (
                quotas.replace("\"clusters\"", "\"moons\""),
                "unknown variant `moons`",
            ),
        ] {
            let error = serde_json::from_str::<Quotas>(&saved).unwrap_err();
            assert!(error.to_string().starts_with(refusal), "{error}");
        }
        let later = limiter.replacen('1', "2", 1);
        let error = serde_json::from_str::<RateLimiter>(&later).unwrap_err();
        let refusal = "format 2 of the rate limiter is not known, only 1 is";
        assert!(error.to_string().starts_with(refusal), "{error}");
    }

    #[test]
    fn a_clock_that_goes_back_stands_still() {
        let mut limiter = RateLimiter::instance_registrations(&Quotas::guide_2015());
        assert_eq!(limiter.admit(at(10_000), 1), Ok(()));
        let throttled = limiter.admit(at(0), 1).unwrap_err();
        assert_eq!(throttled.retry_at, Some(at(11_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(
            if std::env::var_os("ECS_LONG").is_some() { 10_000 } else { 100 }
        ))]

        #[test]
        fn a_restored_limiter_behaves_the_same(
            steps in prop::collection::vec((-50_i64..900, 0_usize..4), 0..60),
        ) {
            let quotas = Quotas::guide_2015()
                .with(Quota::InstanceRegistrationsPerSecond, 5)
                .with(Quota::InstanceRegistrationsPerMinute, 60);
            let restored: Quotas = save_and_restore(&quotas);
            prop_assert_eq!(&restored, &quotas);
            let mut original = RateLimiter::instance_registrations(&quotas);
            let mut restored = RateLimiter::instance_registrations(&restored);
            let mut now = 0;
            for (step, count) in steps {
                now += step;
                restored = save_and_restore(&restored);
                prop_assert_eq!(restored.admit(at(now), count), original.admit(at(now), count));
                prop_assert_eq!(&restored, &original);
            }
        }

        #[test]
        fn no_window_holds_more_than_its_quota(steps in prop::collection::vec((0_i64..900, 1_usize..4), 0..200)) {
            let quotas = Quotas::guide_2015()
                .with(Quota::InstanceRegistrationsPerSecond, 5)
                .with(Quota::InstanceRegistrationsPerMinute, 60);
            let mut limiter = RateLimiter::instance_registrations(&quotas);
            let mut now = 0;
            let mut admitted: Vec<i64> = Vec::new();
            for (step, count) in steps {
                now += step;
                match limiter.admit(at(now), count) {
                    Ok(()) => admitted.extend(core::iter::repeat_n(now, count)),
                    Err(throttled) => {
                        let retry_at = throttled.retry_at.unwrap();
                        prop_assert!(retry_at > at(now));
                        prop_assert!(limiter.clone().admit(retry_at, count).is_ok());
                    }
                }
                for (length, limit) in [(1_000, 5), (60_000, 60)] {
                    let within = admitted.iter().filter(|one| now - **one < length);
                    prop_assert!(within.count() <= limit);
                }
            }
        }
    }
}
