//! [`Timestamp`]: one instant, read from every form that ECS documents write.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;
use core::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::shape::{At, Kind, LEAF_BYTES, MemberType, MemberValue, Reader};

mod calendar;
mod parse;
mod system_time;

use calendar::{Civil, MAX_SECONDS, MIN_SECONDS};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// An instant in Universal Time with a resolution of one microsecond.
///
/// ECS writes instants in several forms, and this type reads them all:
///
/// | form | example | written by |
/// |---|---|---|
/// | seconds since 1970 | `1556310237`, `1556310237.664`, `1.556310237664E9` | the API |
/// | ISO 8601 | `2019-04-26T20:23:57.664Z`, `2019-04-26T13:23:57-07:00` | events, the AWS CLI |
/// | date only | `2019-04-26` (midnight) | the cluster query language |
///
/// A time without an offset is Universal Time. Digits below the microsecond are cut.
/// The years 1 to 9999 are covered.
///
/// It serialises the way it was read, ISO 8601 with its offset and its digits included. One that
/// was computed serialises as the API does, in seconds since 1970: an integer when the second is
/// whole, otherwise a fraction; [`in_iso`](Self::in_iso) makes it ISO 8601.
/// [`Display`](fmt::Display) writes ISO 8601 in Universal Time, as events do. Two timestamps are
/// equal when they are the same instant, however they are written.
///
/// ```
/// use ecs_taskdef::Timestamp;
///
/// let at: Timestamp = serde_json::from_str("1.556310237664E9")?;
/// assert_eq!(serde_json::to_string(&at)?, "1556310237.664");
/// assert_eq!(at.to_string(), "2019-04-26T20:23:57.664Z");
///
/// let printed = "\"2019-04-26T13:23:57.664-07:00\"";
/// let same: Timestamp = serde_json::from_str(printed)?;
/// assert_eq!(same, at);
/// assert_eq!(serde_json::to_string(&same)?, printed);
/// assert_eq!(serde_json::to_string(&at.in_iso())?, "\"2019-04-26T20:23:57.664Z\"");
///
/// let now = Timestamp::try_from(std::time::SystemTime::now())?;
/// assert!(now > at);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Timestamp {
    micros: i64,
    written: Written,
}

/// How a timestamp stood in its document.
#[derive(Clone, Copy, Default)]
enum Written {
    /// Seconds, with a fraction only where there is one.
    #[default]
    Seconds,
    /// Seconds with a fraction, even if it is zero.
    Fraction,
    /// ISO 8601 with that many digits of a fraction.
    Iso { offset: Offset, digits: u8 },
}

/// How far the written time is from Universal Time.
#[derive(Clone, Copy)]
enum Offset {
    /// It does not say, which means not at all.
    Unsaid,
    /// `Z`.
    Zulu,
    /// Minutes east of Greenwich.
    Minutes(i16),
}

impl Timestamp {
    /// The first instant of the year 1.
    pub const MIN: Self = Self::of_micros(MIN_SECONDS * MICROS_PER_SECOND);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self::of_micros((MAX_SECONDS + 1) * MICROS_PER_SECOND - 1);
    /// 1 January 1970, 00:00 Universal Time.
    pub const UNIX_EPOCH: Self = Self::of_micros(0);

    /// The instant that many seconds after 1970, held within [`MIN`](Self::MIN) and
    /// [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// The instant that many milliseconds after 1970, held within [`MIN`](Self::MIN) and
    /// [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(1_000))
    }

    /// The instant that many microseconds after 1970, held within [`MIN`](Self::MIN) and
    /// [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.micros {
            Self::MIN
        } else if micros > Self::MAX.micros {
            Self::MAX
        } else {
            Self::of_micros(micros)
        }
    }

    const fn of_micros(micros: i64) -> Self {
        Self {
            micros,
            written: Written::Seconds,
        }
    }

    /// The same instant, serialised as ISO 8601 in Universal Time with no, three or six digits of
    /// a fraction.
    #[must_use]
    pub const fn in_iso(self) -> Self {
        let digits = match self.micros.rem_euclid(MICROS_PER_SECOND) {
            0 => 0,
            micros if micros % 1_000 == 0 => 3,
            _ => 6,
        };
        let offset = Offset::Zulu;
        Self {
            micros: self.micros,
            written: Written::Iso { offset, digits },
        }
    }

    /// The same instant, serialised as the API does: in seconds since 1970.
    #[must_use]
    pub const fn in_seconds(self) -> Self {
        Self::of_micros(self.micros)
    }

    /// Whole seconds since 1970, rounded towards the past.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.micros.div_euclid(MICROS_PER_SECOND)
    }

    /// The year from 1 to 9999, the month from 1 and the day of the month from 1, in Universal
    /// Time.
    ///
    /// ```
    /// use ecs_taskdef::Timestamp;
    ///
    /// let launch: Timestamp = "2021-05-27T13:00:00Z".parse()?;
    /// assert_eq!(launch.date(), (2021, 5, 27));
    /// # Ok::<(), ecs_taskdef::TimestampError>(())
    /// ```
    #[must_use]
    pub fn date(self) -> (u16, u8, u8) {
        let Civil {
            year, month, day, ..
        } = Civil::from_seconds(self.seconds());
        let small = |part: i64| u8::try_from(part).unwrap_or(u8::MAX);
        // Every part fits, as the year is at most 9999.
        let year = u16::try_from(year).unwrap_or(u16::MAX);
        (year, small(month), small(day))
    }

    /// Milliseconds since 1970, rounded towards the past.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.micros.div_euclid(1_000)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// The instant `duration` later, at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.micros.saturating_add(micros))
    }

    /// The time that passed since `earlier`, zero if `earlier` is not before `self`.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        let micros = self.micros.saturating_sub(earlier.micros);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    fn from_epoch_float(seconds: f64) -> Option<Self> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the bounds are compared, not computed with"
        )]
        let in_range = seconds >= MIN_SECONDS as f64 && seconds < (MAX_SECONDS + 1) as f64;
        if !in_range {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the value was rounded and lies within the range of the type"
        )]
        let micros = (seconds * 1e6).round() as i64;
        Some(Self::from_micros(micros))
    }

    fn from_epoch_integer(seconds: i64) -> Option<Self> {
        (MIN_SECONDS..=MAX_SECONDS)
            .contains(&seconds)
            .then(|| Self::from_seconds(seconds))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.micros == other.micros
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.micros.cmp(&other.micros)
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.micros.hash(state);
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// ISO 8601 in Universal Time, as events write it: `2019-04-26T20:23:57.664Z`. The fraction has
/// no, three or six digits.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.in_iso().written {
            Written::Iso { offset, digits } => self.write_iso(f, offset, digits),
            Written::Seconds | Written::Fraction => Ok(()),
        }
    }
}

impl Timestamp {
    fn write_iso(self, f: &mut fmt::Formatter<'_>, offset: Offset, digits: u8) -> fmt::Result {
        let minutes = match offset {
            Offset::Minutes(minutes) => i64::from(minutes),
            Offset::Unsaid | Offset::Zulu => 0,
        };
        let civil = Civil::from_seconds(self.seconds() + minutes * 60);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )?;
        if digits > 0 {
            let fraction = format!("{:06}", self.micros.rem_euclid(MICROS_PER_SECOND));
            write!(f, ".{fraction:.*}", usize::from(digits))?;
        }
        match offset {
            Offset::Unsaid => Ok(()),
            Offset::Zulu => f.write_str("Z"),
            Offset::Minutes(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// A timestamp as it stood in its document.
struct Iso(Timestamp, Offset, u8);

impl fmt::Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_iso(f, self.1, self.2)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse::timestamp(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_whole = self.micros.rem_euclid(MICROS_PER_SECOND) == 0;
        match self.written {
            Written::Iso { offset, digits } => serializer.collect_str(&Iso(*self, offset, digits)),
            Written::Seconds if is_whole => serializer.serialize_i64(self.seconds()),
            Written::Seconds | Written::Fraction => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "until the year 2255 the count is exact; later it is near to a microsecond"
                )]
                let seconds = self.micros as f64 / 1e6;
                serializer.serialize_f64(seconds)
            }
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
        f.write_str("a timestamp: seconds since 1970 or an ISO 8601 text")
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Timestamp, E> {
        Timestamp::from_epoch_integer(seconds)
            .ok_or_else(|| E::custom(TimestampError::out_of_range(seconds)))
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Timestamp, E> {
        i64::try_from(seconds)
            .ok()
            .and_then(Timestamp::from_epoch_integer)
            .ok_or_else(|| E::custom(TimestampError::out_of_range(seconds)))
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Timestamp, E> {
        let written = Written::Fraction;
        Timestamp::from_epoch_float(seconds)
            .map(|at| Timestamp { written, ..at })
            .ok_or_else(|| E::custom(TimestampError::out_of_range(seconds)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }
}

impl MemberType for Timestamp {
    const KIND: Kind = Kind::Timestamp;

    type Read<'a> = Option<Self>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<Self> {
        *slot
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let read = Self::deserialize(value).ok();
        if read.is_none() {
            reader.wrong_type(at, Self::KIND, value);
        }
        read
    }
}

impl MemberValue for Timestamp {
    fn most_json_bytes(&self) -> usize {
        LEAF_BYTES
    }
}

/// Why a text is not a [`Timestamp`].
///
/// ```
/// use ecs_taskdef::Timestamp;
///
/// let error = "2019-13-26".parse::<Timestamp>().unwrap_err();
/// assert_eq!(error.to_string(), "invalid timestamp `2019-13-26`: month out of range at byte 5");
/// assert_eq!(error.offset(), 5);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampError {
    input: String,
    fault: Fault,
    offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Expected(&'static str),
    OutOfRange(&'static str),
}

impl TimestampError {
    /// The byte at which reading stopped.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn out_of_range(seconds: impl fmt::Display) -> Self {
        Self {
            input: seconds.to_string(),
            fault: Fault::OutOfRange("year"),
            offset: 0,
        }
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, offset, .. } = self;
        match self.fault {
            Fault::Expected(what) => {
                write!(
                    f,
                    "invalid timestamp `{input}`: expected {what} at byte {offset}"
                )
            }
            Fault::OutOfRange(what) => {
                write!(
                    f,
                    "invalid timestamp `{input}`: {what} out of range at byte {offset}"
                )
            }
        }
    }
}

impl core::error::Error for TimestampError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Timestamp {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_are_seconds_since_1970() {
        assert_eq!(read("0"), Timestamp::UNIX_EPOCH);
        assert_eq!(read("1556310237").seconds(), 1_556_310_237);
        assert_eq!(read("1556310237.664").millis(), 1_556_310_237_664);
        assert_eq!(read("1.556310237664E9").millis(), 1_556_310_237_664);
        assert_eq!(read("-0.5").micros(), -500_000);
        assert_eq!(read("1479806122.123456").micros(), 1_479_806_122_123_456);
        assert_eq!(read("\"1.556310237664E9\""), read("1556310237.664"));
        assert_eq!(read("\"1556310237\""), read("1556310237"));
    }

    #[test]
    fn the_api_form_reads_back_equal() {
        for text in ["0", "1556310237", "1556310237.664", "1479806122.123456"] {
            assert_eq!(serde_json::to_string(&read(text)).unwrap(), text);
        }
    }

    #[test]
    fn every_form_is_written_as_it_was_read() {
        for text in [
            "1438893060.0",
            "-0.5",
            "\"2025-08-22T01:00:40.515000-06:00\"",
            "\"2023-04-29T12:57:12.018Z\"",
            "\"2018-06-18T22:28:28\"",
            "\"2018-06-18T22:28:28+05:30\"",
            "\"2024-06-26T11:20:00.1+09:00\"",
        ] {
            assert_eq!(serde_json::to_string(&read(text)).unwrap(), text);
        }
        let at = read("\"2018-06-19T00:28:28+02:00\"");
        assert_eq!(at, Timestamp::from_seconds(1_529_360_908));
        assert_eq!(format!("{at:?}"), "Timestamp(2018-06-18T22:28:28Z)");
        assert_eq!(
            serde_json::to_string(&at.in_seconds()).unwrap(),
            "1529360908"
        );
        let micros = Timestamp::from_micros(1);
        let json = serde_json::to_string(&micros.in_iso()).unwrap();
        assert_eq!(json, "\"1970-01-01T00:00:00.000001Z\"");
    }

    #[test]
    fn iso_forms() {
        let at = Timestamp::from_seconds(1_529_360_908);
        for text in [
            "2018-06-18T22:28:28+00:00",
            "2018-06-18T22:28:28Z",
            "2018-06-18T22:28:28",
            "2018-06-18t22:28:28z",
            "2018-06-18 15:28:28 -0700",
            "2018-06-19T00:28:28+02",
            "2018-06-18T22:28:28.000000999Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Ok(at), "{text}");
        }
        let midnight: Timestamp = "2018-06-18".parse().unwrap();
        assert_eq!(midnight.to_string(), "2018-06-18T00:00:00Z");
        let minute: Timestamp = "2018-06-18T22:28Z".parse().unwrap();
        assert_eq!(minute.to_string(), "2018-06-18T22:28:00Z");
    }

    #[test]
    fn display_keeps_the_digits_it_needs() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2020-02-29T23:59:59.034Z",
            "2020-02-29T23:59:59.034001Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_error_text() {
        for (text, fault) in [
            ("", "expected a number or a date at byte 0"),
            ("soon", "expected a number or a date at byte 0"),
            ("2018-6-18", "expected two digits of the month at byte 5"),
            ("2018-02-29", "day out of range at byte 8"),
            ("2018-06-18X", "expected `T` and a time at byte 10"),
            ("2018-06-18T25:00", "hour out of range at byte 11"),
            ("2018-06-18T22.28", "expected `:` at byte 13"),
            ("2018-06-18T22:60", "minute out of range at byte 14"),
            ("2018-06-18T22:28:60", "second out of range at byte 17"),
            (
                "2018-06-18T22:28:28.",
                "expected a digit of the fraction at byte 20",
            ),
            (
                "2018-06-18T22:28:28 PST",
                "expected `Z` or an offset at byte 20",
            ),
            (
                "2018-06-18T22:28:28+24:00",
                "offset out of range at byte 20",
            ),
            ("2018-06-18T22:28:28Z!", "expected the end at byte 20"),
            ("0000-01-01", "year out of range at byte 0"),
            ("1e300", "year out of range at byte 0"),
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("invalid timestamp `{text}`: {fault}")
            );
        }
        let error = serde_json::from_str::<Timestamp>("1e300").unwrap_err();
        assert!(error.to_string().contains("year out of range"), "{error}");
        let error = serde_json::from_str::<Timestamp>("18446744073709551615").unwrap_err();
        assert!(error.to_string().contains("year out of range"), "{error}");
        let error = serde_json::from_str::<Timestamp>("true").unwrap_err();
        assert!(
            error.to_string().contains("expected a timestamp"),
            "{error}"
        );
    }

    #[test]
    fn arithmetic_stays_in_range() {
        assert_eq!(Timestamp::from_seconds(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_seconds(i64::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::MAX.saturating_add(Duration::MAX), Timestamp::MAX);
        let at = Timestamp::from_seconds(100);
        let later = at.saturating_add(Duration::from_secs(30));
        assert_eq!(later.saturating_since(at), Duration::from_secs(30));
        assert_eq!(at.saturating_since(later), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn iso_reads_back(micros in Timestamp::MIN.micros..=Timestamp::MAX.micros) {
            let at = Timestamp::from_micros(micros);
            prop_assert_eq!(at.to_string().parse::<Timestamp>(), Ok(at));
        }

        #[test]
        fn epoch_reads_back(micros in 0..4_102_444_800_000_000_i64) {
            let at = Timestamp::from_micros(micros);
            let json = serde_json::to_string(&at).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Timestamp>();
        }

        #[test]
        fn no_date_like_text_panics(text in "[0-9]{0,5}[-T:+.Z 0-9eE]{0,30}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
