//! Decimal numbers of any length, compared without rounding.

use std::cmp::Ordering;

/// A decimal number over the text it was read from: `-12.50`, `1e3`.
///
/// Digits are compared one by one, so that 9007199254740993 and 9007199254740992 differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal<'a> {
    negative: bool,
    /// Digits before and after the point, without leading and trailing zeros.
    digits: &'a str,
    /// Where the point stands, counted from the first digit; 0 for zero.
    point: i64,
}

impl<'a> Decimal<'a> {
    /// Reads the whole text, or nothing.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let digits = mantissa.trim_start_matches(['0', '.']);
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits: "",
                point: 0,
            });
        }
        let leading_whole = whole.trim_start_matches('0').len();
        let leading_zeros = fraction.len() - fraction.trim_start_matches('0').len();
        let point = if leading_whole > 0 {
            i64::try_from(leading_whole).ok()?
        } else {
            -i64::try_from(leading_zeros).ok()?
        };
        let digits = if fraction.is_empty() {
            digits
        } else {
            digits.trim_end_matches(['0', '.'])
        };
        Some(Self {
            negative,
            digits,
            point: point + i64::from(exponent),
        })
    }

    const fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn significant(&self) -> impl Iterator<Item = u8> + 'a {
        self.digits.bytes().filter(|byte| *byte != b'.')
    }

    /// Compares two numbers that are not zero without their signs.
    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        self.point.cmp(&other.point).then_with(|| {
            let (mut left, mut right) = (self.significant(), other.significant());
            loop {
                match (left.next(), right.next()) {
                    (None, None) => return Ordering::Equal,
                    (a, b) => match a.unwrap_or(b'0').cmp(&b.unwrap_or(b'0')) {
                        Ordering::Equal => {}
                        order => return order,
                    },
                }
            }
        })
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => {
                return if other.negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
            }
            (false, true) => {
                return if self.negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
            }
            (false, false) => {}
        }
        match (self.negative, other.negative) {
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(left: &str, right: &str) -> Ordering {
        Decimal::parse(left)
            .unwrap()
            .cmp(&Decimal::parse(right).unwrap())
    }

    #[test]
    fn equal_numbers() {
        for (left, right) in [
            ("10", "10.0"),
            ("010", "10"),
            ("0", "-0.00"),
            (".5", "0.50"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1.5E-2", "0.015"),
            ("+7", "7"),
            ("100", "1e2"),
            ("0.001", "1e-3"),
            ("100.10", "100.1"),
        ] {
            assert_eq!(order(left, right), Ordering::Equal, "{left} {right}");
        }
    }

    #[test]
    fn order_is_that_of_the_numbers() {
        let ascending = [
            "-1e30",
            "-10.1",
            "-10",
            "-9.99",
            "-0.001",
            "0",
            "0.0001",
            "0.01",
            "0.1",
            "1",
            "1.01",
            "2",
            "9",
            "10",
            "10.1",
            "11",
            "100",
            "9007199254740992",
            "9007199254740993",
            "1e30",
        ];
        for (i, left) in ascending.iter().enumerate() {
            for (j, right) in ascending.iter().enumerate() {
                assert_eq!(order(left, right), i.cmp(&j), "{left} {right}");
            }
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            "-",
            ".",
            "10abc",
            " 1",
            "1 ",
            "1e",
            "0x10",
            "1.2.3",
            "NaN",
            "١",
            "1e99999999999",
        ] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
