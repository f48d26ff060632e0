//! From and to the time of the standard library.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Timestamp, TimestampError};

/// Cuts what is below the microsecond, towards the past.
impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    /// # Errors
    ///
    /// A time before the year 1 or after the year 9999.
    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let nanos = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()),
            Err(error) => i128::try_from(error.duration().as_nanos()).map(|before| -before),
        };
        let nanos = nanos.unwrap_or(i128::MAX);
        let micros = i64::try_from(nanos.div_euclid(1_000)).unwrap_or(i64::MAX);
        let at = Self::from_micros(micros);
        match at.micros() == micros {
            true => Ok(at),
            false => Err(TimestampError::out_of_range(
                nanos.div_euclid(1_000_000_000),
            )),
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    /// # Errors
    ///
    /// A time that the operating system cannot express, such as one before 1601 on Windows.
    fn try_from(at: Timestamp) -> Result<Self, TimestampError> {
        let distance = Duration::from_micros(at.micros().unsigned_abs());
        let time = match at.micros() < 0 {
            true => UNIX_EPOCH.checked_sub(distance),
            false => UNIX_EPOCH.checked_add(distance),
        };
        time.ok_or_else(|| TimestampError::out_of_range(at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_of_a_microsecond_are_cut_towards_the_past() {
        let of = |time| Timestamp::try_from(time).unwrap().micros();
        let nanos = Duration::from_nanos;
        assert_eq!(of(UNIX_EPOCH), 0);
        assert_eq!(of(UNIX_EPOCH + nanos(1_999)), 1);
        assert_eq!(of(UNIX_EPOCH - nanos(1)), -1);
        assert_eq!(of(UNIX_EPOCH - nanos(1_000)), -1);
        assert_eq!(of(UNIX_EPOCH - nanos(1_001)), -2);
    }

    #[test]
    fn years_that_no_timestamp_has_are_refused() {
        let day = Duration::from_secs(86_400);
        for at in [Timestamp::MIN, Timestamp::MAX] {
            let time = SystemTime::try_from(at).unwrap();
            assert_eq!(Timestamp::try_from(time), Ok(at));
        }
        let last = SystemTime::try_from(Timestamp::MAX).unwrap();
        assert_eq!(
            Timestamp::try_from(last + day).unwrap_err().to_string(),
            "invalid timestamp `253402387199`: year out of range at byte 0"
        );
        let first = SystemTime::try_from(Timestamp::MIN).unwrap();
        assert_eq!(
            Timestamp::try_from(first - day).unwrap_err().to_string(),
            "invalid timestamp `-62135683200`: year out of range at byte 0"
        );
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_instant(
            micros in Timestamp::MIN.micros()..=Timestamp::MAX.micros(),
        ) {
            let at = Timestamp::from_micros(micros);
            let time = SystemTime::try_from(at).unwrap();
            prop_assert_eq!(Timestamp::try_from(time), Ok(at));
        }
    }
}
