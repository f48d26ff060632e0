//! Durations as Go writes them: `1h30m`, `100ms`.

use core::time::Duration;

/// A length of time and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) length: Duration,
    pub(super) negative: bool,
}

/// The nanoseconds of the units, the longer name of two with one start first.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
/// What a signed number of 64 bits holds.
const MAX_NANOS: u128 = i64::MAX as u128;

/// Reads an optional sign and one or more numbers with a unit, or `0`.
pub(super) fn parse(text: &str) -> Option<Span> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let nanos = match unsigned {
        "" => return None,
        "0" => 0,
        _ => total(unsigned)?,
    };
    let length = Duration::from_nanos(u64::try_from(nanos).ok()?);
    Some(Span { length, negative })
}

fn total(mut rest: &str) -> Option<u128> {
    let mut total = 0_u128;
    while !rest.is_empty() {
        let (nanos, after) = term(rest)?;
        total = total.checked_add(nanos).filter(|sum| *sum <= MAX_NANOS)?;
        rest = after;
    }
    Some(total)
}

/// One number with its unit, in nanoseconds.
fn term(text: &str) -> Option<(u128, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => digits(after),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (unit, rest) = UNITS
        .iter()
        .find_map(|(name, nanos)| Some((*nanos, rest.strip_prefix(name)?)))?;
    let whole: u128 = match whole {
        "" => 0,
        _ => whole.parse().ok()?,
    };
    let nanos = whole.checked_mul(unit)?.checked_add(part(fraction, unit))?;
    Some((nanos, rest))
}

/// The part of a unit that decimals stand for; what is below a nanosecond is cut.
fn part(decimals: &str, unit: u128) -> u128 {
    let (mut number, mut scale) = (0, 1);
    // The longest unit has fewer than 18 digits of nanoseconds: those behind do not count.
    for digit in decimals.bytes().take(18) {
        number = number * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    number * unit / scale
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units() {
        for (text, millis) in [
            ("0", 0),
            ("10m", 600_000),
            ("1h30m", 5_400_000),
            ("+1.5h", 5_400_000),
            ("100ms", 100),
            (".5s", 500),
            ("1.s", 1_000),
            ("2m1s500ms", 121_500),
            ("0.50000000000000000000000h", 1_800_000),
            ("1000us", 1),
            ("1000\u{b5}s", 1),
            ("1000000ns", 1),
        ] {
            let span = parse(text).unwrap();
            assert_eq!(span.length, Duration::from_millis(millis), "{text}");
            assert!(!span.negative);
        }
        assert!(parse("-1s").unwrap().negative);
        let almost = parse("0.9999999999999999999999h").unwrap().length;
        assert_eq!(almost, Duration::from_nanos(3_599_999_999_999));
    }

    #[test]
    fn what_go_refuses() {
        for text in [
            "",
            "-",
            "3",
            "1x",
            "s",
            ".s",
            "1m ",
            " 1m",
            "1h-2m",
            "99999999h",
            "1.2.3s",
            "1M",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
