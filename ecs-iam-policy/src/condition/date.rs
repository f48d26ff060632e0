//! `Date*` operators: points in time, as ISO 8601 or as seconds since 1970.

use super::compiled::Comparison;
use super::ordering::Relation;

const NANOS: i128 = 1_000_000_000;

/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(i128);

impl Instant {
    /// Reads `2020-01-31`, `2020-01-31T10:20:30.5Z`, `2020-01`, offsets such as `+02:00`, or
    /// seconds since 1970. Digits alone are always seconds. Without an offset the time is UTC.
    ///
    /// As AWS does when it accepts a document, a day is 1 to 31 in every month, one-digit
    /// fields are taken, and a year may be negative.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !text.contains(['-', 't', 'T']) {
            let seconds = number(text, 0, i64::MAX)?;
            return Some(Self(i128::from(seconds) * NANOS));
        }
        let (date, time) = text.split_once(['t', 'T']).unwrap_or((text, ""));
        let days = days(date)?;
        let (nanos, offset) = if time.is_empty() {
            (0, 0)
        } else {
            time_of_day(time)?
        };
        Some(Self(
            i128::from(days * 86_400 - offset) * NANOS + i128::from(nanos),
        ))
    }
}

/// Digits within bounds.
fn number(text: &str, least: i64, most: i64) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse()
        .ok()
        .filter(|value| (least..=most).contains(value))
}

/// Days since 1970-01-01 of `YYYY[-MM[-DD]]`.
fn days(date: &str) -> Option<i64> {
    let (sign, rest) = match date.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, date),
    };
    let mut fields = rest.split('-');
    let year = sign * number(fields.next()?, 0, 292_278_993)?;
    let month = fields.next().map_or(Some(1), |text| number(text, 1, 12))?;
    let day = fields.next().map_or(Some(1), |text| number(text, 1, 31))?;
    (fields.next().is_none() && year >= -292_275_054).then(|| civil_days(year, month, day))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400 years
/// that begin in March. Libraries of dates know neither these years nor 31 February.
const fn civil_days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Nanoseconds since midnight and the seconds that the offset is ahead of UTC.
fn time_of_day(time: &str) -> Option<(i64, i64)> {
    let (clock, offset) = match time.find(['z', 'Z', '+', '-']) {
        None => (time, 0),
        Some(at) => {
            let (clock, zone) = time.split_at_checked(at)?;
            (clock, zone_offset(zone)?)
        }
    };
    let mut fields = clock.split(':');
    let hours = number(fields.next()?, 0, 23)?;
    let minutes = fields.next().map_or(Some(0), |text| number(text, 0, 59))?;
    let (seconds, nanos) = fields.next().map_or(Some((0, 0)), seconds_and_nanos)?;
    if fields.next().is_some() {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60 + seconds;
    Some((seconds * 1_000_000_000 + nanos, offset))
}

/// A fraction counts to the ninth digit; AWS bounds its value, not its length.
fn seconds_and_nanos(text: &str) -> Option<(i64, i64)> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    number(fraction, 0, 999_999_999)?;
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanos = digits.fold(0, |nanos, digit| nanos * 10 + i64::from(digit - b'0'));
    Some((number(seconds, 0, 59)?, nanos))
}

/// `Z`, `+02`, `+02:00` or `-0530`, in seconds.
fn zone_offset(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return (zone.len() == 1).then_some(0),
    };
    let digits = zone.get(1..)?;
    let (hours, rest) = digits.split_at_checked(2)?;
    let minutes = rest.strip_prefix(':').unwrap_or(rest);
    let minutes = match minutes.len() {
        0 if rest.is_empty() => 0,
        2 => number(minutes, 0, 59)?,
        _ => return None,
    };
    Some(sign * (number(hours, 0, 23)? * 3600 + minutes * 60))
}

/// The dates of a policy with the relation that a request's date must have to one of them.
#[derive(Debug, Clone)]
pub(super) struct DateTest {
    pub(super) relation: Relation,
    pub(super) values: Box<[Instant]>,
}

impl DateTest {
    pub(super) fn compare(&self, value: &str) -> Comparison {
        let Some(value) = Instant::parse(value) else {
            return Comparison::Unreadable;
        };
        Comparison::of(
            self.values
                .iter()
                .any(|date| self.relation.holds(value.cmp(date))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i128 {
        Instant::parse(text).unwrap_or_else(|| panic!("{text}")).0 / NANOS
    }

    #[test]
    fn forms_of_one_instant() {
        for text in [
            "1577836800",
            "2020-01-01",
            "2020-01",
            "2020-01-01T00:00:00Z",
            "2020-01-01t00:00z",
            "2020-01-01T00",
            "2020-01-01T",
            "2020-01-01T00:00:00.000",
            "2020-01-01T02:00:00+02:00",
            "2019-12-31T18:30:00-0530",
            "2020-01-01T01:00:00+01",
            "2020-01-01T00:00:00.0000000009Z",
        ] {
            assert_eq!(seconds(text), 1_577_836_800, "{text}");
        }
    }

    #[test]
    fn calendar() {
        assert_eq!(seconds("1970-01-01"), 0);
        assert_eq!(seconds("2000-02-29"), 951_782_400);
        assert_eq!(seconds("1969-12-31T23:59:59Z"), -1);
        assert_eq!(seconds("2024-12-31"), seconds("2025-01-01") - 86_400);
        assert!(Instant::parse("-292275054").unwrap() < Instant::parse("0").unwrap());
        assert!(
            Instant::parse("2020-01-01T00:00:00.1Z").unwrap()
                > Instant::parse("2020-01-01T00:00:00.099Z").unwrap()
        );
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "b",
            "sdfdsf",
            "234-13",
            "2016-12-13t2:00:00.593194+1",
            "2016-12-13t2:00:00.1999999999+10:59",
            "9223372036854775808",
            "2020-01-32",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:60Z",
            "2020-01-01T00:00:60Z",
            "2020-01-01T00:00:00Zx",
            "2020-01-01T00:00:00+02:0",
            "2020-01-01T00:00:00+é",
            "2020-01-01-01",
            "-292275055",
            "--5",
            "T10:00",
        ] {
            assert!(Instant::parse(text).is_none(), "{text}");
        }
    }
}
