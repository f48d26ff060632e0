use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::shape::{At, Kind, Limits, MemberType, Reader, ShapeFault};

/// A point in time, as the API writes it (epoch seconds) or as the command
/// line tool prints it (ISO 8601).
///
/// It is written back the way it was read.
///
/// ```
/// use ecs_taskdef::Timestamp;
///
/// let api: Timestamp = serde_json::from_str("1438893060.5")?;
/// let cli: Timestamp = serde_json::from_str("\"2015-08-06T22:31:00.500+02:00\"")?;
/// assert_eq!(api.epoch_milliseconds(), 1_438_893_060_500);
/// assert_eq!(cli.epoch_milliseconds(), api.epoch_milliseconds());
/// assert_eq!(serde_json::to_string(&api)?, "1438893060.5");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Timestamp(Written);

#[derive(Clone, Debug, PartialEq)]
enum Written {
    Whole(i64),
    Fraction(f64),
    Text { text: String, milliseconds: i64 },
}

impl Timestamp {
    /// A point in time, in milliseconds since the start of 1970 in UTC.
    #[must_use]
    pub fn from_epoch_milliseconds(milliseconds: i64) -> Self {
        if milliseconds % 1_000 == 0 {
            return Self(Written::Whole(milliseconds / 1_000));
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "exact for 285,000 years around 1970"
        )]
        let seconds = milliseconds as f64 / 1_000.0;
        Self(Written::Fraction(seconds))
    }

    /// Milliseconds since the start of 1970 in UTC; finer parts are rounded.
    #[must_use]
    pub fn epoch_milliseconds(&self) -> i64 {
        match &self.0 {
            Written::Whole(seconds) => seconds.saturating_mul(1_000),
            #[expect(clippy::cast_possible_truncation, reason = "saturates, as it should")]
            Written::Fraction(seconds) => (seconds * 1_000.0).round() as i64,
            Written::Text { milliseconds, .. } => *milliseconds,
        }
    }

    /// Reads ISO 8601 with a time and an offset: `2015-08-06T20:31:00.5Z`.
    #[must_use]
    pub fn parse_iso8601(text: &str) -> Option<Self> {
        let milliseconds = iso8601_milliseconds(text)?;
        let text = text.to_owned();
        Some(Self(Written::Text { text, milliseconds }))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Written::Whole(seconds) => serializer.serialize_i64(*seconds),
            Written::Fraction(seconds) => serializer.serialize_f64(*seconds),
            Written::Text { text, .. } => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

struct TimestampVisitor;

impl Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since 1970 or an ISO 8601 date and time")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(Written::Whole(seconds)))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Timestamp, E> {
        let fitting = i64::try_from(seconds);
        let out_of_range = |_| E::custom(format_args!("timestamp `{seconds}` is out of range"));
        fitting
            .map(|seconds| Timestamp(Written::Whole(seconds)))
            .map_err(out_of_range)
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Timestamp, E> {
        Ok(Timestamp(Written::Fraction(seconds)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        let unreadable = || {
            E::custom(format_args!(
                "`{text}` is not an ISO 8601 date and time with an offset"
            ))
        };
        Timestamp::parse_iso8601(text).ok_or_else(unreadable)
    }
}

impl MemberType for Timestamp {
    const KIND: Kind = Kind::Timestamp;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let read = Self::deserialize(value).ok();
        if read.is_none() {
            reader.wrong_type(at, Self::KIND, value);
        }
        read
    }

    fn check(
        &self,
        _limits: &Limits,
        _at: &At<'_>,
        _report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>),
    ) {
    }
}

fn iso8601_milliseconds(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let sign_at = rest.find(['Z', 'z', '+', '-'])?;
    let (time, offset) = rest.split_at_checked(sign_at)?;
    let seconds = days_since_1970(date)? * 86_400 - offset_seconds(offset)?;
    Some(seconds * 1_000 + milliseconds_of_day(time)?)
}

fn days_since_1970(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2).filter(|month| (1..=12).contains(month))?;
    let day = number(parts.next()?, 2).filter(|day| (1..=31).contains(day))?;
    if parts.next().is_some() || day > days_in_month(year, month) {
        return None;
    }
    // Years are counted from March, so that the leap day is the last of its year.
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let leap_days = shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    Some(shifted_year * 365 + leap_days + day_of_year - 719_468)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn milliseconds_of_day(time: &str) -> Option<i64> {
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = number(parts.next()?, 2).filter(|second| *second < 60)?;
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !digits {
        return None;
    }
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1,000")]
    let milliseconds = (fraction * 1_000.0).round() as i64;
    Some((hour * 3_600 + minute * 60 + second) * 1_000 + milliseconds)
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let clock = offset.strip_prefix(['+', '-'])?;
    let (hours, minutes) = clock
        .split_once(':')
        .or_else(|| clock.split_at_checked(2))?;
    let hours = number(hours, 2).filter(|hours| *hours < 24)?;
    let minutes = number(minutes, 2).filter(|minutes| *minutes < 60)?;
    Some(sign * (hours * 3_600 + minutes * 60))
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_texts_are_read() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.001Z", 1),
            ("2000-02-29T12:00:00+00:00", 951_825_600_000),
            ("2021-08-23T19:01:21.478000-07:00", 1_629_770_481_478),
            ("2021-08-24 02:01:21.478Z", 1_629_770_481_478),
            ("1969-12-31T23:59:59Z", -1_000),
            ("2015-08-06T22:31:00+0200", 1_438_893_060_000),
        ] {
            let read = Timestamp::parse_iso8601(text).unwrap();
            assert_eq!(read.epoch_milliseconds(), milliseconds, "{text}");
            assert_eq!(serde_json::to_value(&read).unwrap(), Value::from(text));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "T",
            "2021-08-23",
            "2021-08-23T19:01:21",
            "2021-02-29T00:00:00Z",
            "2021-13-01T00:00:00Z",
            "2021-01-01T24:00:00Z",
            "2021-01-01T00:60:00Z",
            "2021-01-01T00:00:00.Z",
            "2021-01-01T00:00:00+1",
            "2021-01-01-01T00:00:00Z",
            "2021-01-01T00:00:00:00Z",
            "+021-01-01T00:00:00Z",
            "é021-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse_iso8601(text), None, "{text}");
        }
        let refused = serde_json::from_str::<Timestamp>("\"soon\"").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`soon` is not an ISO 8601 date and time with an offset at line 1 column 6"
        );
    }

    #[test]
    fn milliseconds_go_there_and_back() {
        for milliseconds in [0, 1, -1, 1_438_893_060_000, 1_438_893_060_123] {
            let made = Timestamp::from_epoch_milliseconds(milliseconds);
            assert_eq!(made.epoch_milliseconds(), milliseconds);
        }
    }
}
