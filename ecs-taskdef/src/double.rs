use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::shape::{At, Kind, LEAF_BYTES, MemberType, MemberValue, Reader};

/// A number that may have a fraction, and how it was written.
///
/// `100` and `100.0` are the same number and each is written back as it was
/// read. Other spellings are not remembered: `1e2` is written back as `100.0`
/// and `0.50` as `0.5`. Nothing is lost by that: both are the number that was
/// read, to the last bit, and serde hands on numbers, not their digits.
///
/// ```
/// use ecs_taskdef::Double;
///
/// let whole: Double = serde_json::from_str("100")?;
/// let fraction: Double = serde_json::from_str("100.0")?;
/// assert_eq!(whole, fraction);
/// assert_eq!(whole.get(), 100.0);
/// assert_eq!(serde_json::to_string(&[whole, fraction])?, "[100,100.0]");
///
/// assert_eq!(serde_json::to_string(&Double::from(100))?, "100");
/// assert_eq!(serde_json::to_string(&Double::from(0.5))?, "0.5");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Double(Written);

#[derive(Clone, Copy, Debug)]
enum Written {
    Whole(i64),
    /// A whole number above those of 64 bits with a sign.
    Large(u64),
    Fraction(f64),
}

impl Double {
    /// The number. Whole numbers beyond 2^53 are rounded to the nearest that
    /// there is.
    #[must_use]
    pub const fn get(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the documentation says which numbers are rounded"
        )]
        match self.0 {
            Written::Whole(whole) => whole as f64,
            Written::Large(whole) => whole as f64,
            Written::Fraction(number) => number,
        }
    }
}

impl PartialEq for Double {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl PartialOrd for Double {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.get().partial_cmp(&other.get())
    }
}

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Written::Whole(whole) => whole.fmt(f),
            Written::Large(whole) => whole.fmt(f),
            Written::Fraction(number) => number.fmt(f),
        }
    }
}

impl From<f64> for Double {
    fn from(number: f64) -> Self {
        Self(Written::Fraction(number))
    }
}

impl From<i32> for Double {
    fn from(whole: i32) -> Self {
        Self(Written::Whole(whole.into()))
    }
}

impl From<Double> for f64 {
    fn from(number: Double) -> Self {
        number.get()
    }
}

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Written::Whole(whole) => serializer.serialize_i64(whole),
            Written::Large(whole) => serializer.serialize_u64(whole),
            Written::Fraction(number) => serializer.serialize_f64(number),
        }
    }
}

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(DoubleVisitor)
    }
}

struct DoubleVisitor;

impl Visitor<'_> for DoubleVisitor {
    type Value = Double;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, whole: i64) -> Result<Double, E> {
        Ok(Double(Written::Whole(whole)))
    }

    fn visit_u64<E: Error>(self, whole: u64) -> Result<Double, E> {
        let signed = i64::try_from(whole);
        Ok(Double(signed.map_or(Written::Large(whole), Written::Whole)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Double, E> {
        Ok(Double(Written::Fraction(number)))
    }
}

impl MemberType for Double {
    const KIND: Kind = Kind::Double;

    type Read<'a> = Option<f64>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<f64> {
        slot.map(Self::get)
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::Number(_) => Self::deserialize(value).ok(),
            _ => reader.parsed::<f64>(value, Self::KIND, at).map(Self::from),
        }
    }
}

impl MemberValue for Double {
    fn most_json_bytes(&self) -> usize {
        LEAF_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let number: Double = serde_json::from_str(text).unwrap();
        assert_eq!(number.get(), text.parse::<f64>().unwrap(), "{text}");
        serde_json::to_string(&number).unwrap()
    }

    #[test]
    fn numbers_are_written_as_they_were_read() {
        for text in [
            "0",
            "-0.0",
            "0.0",
            "100",
            "100.0",
            "-7",
            "3.25",
            "9007199254740993",
            "9223372036854775808",
            "18446744073709551615",
            "-9223372036854775808",
        ] {
            assert_eq!(rewritten(text), text);
        }
    }

    #[test]
    fn exponents_and_idle_zeros_are_not_remembered() {
        assert_eq!(rewritten("1e2"), "100.0");
        assert_eq!(rewritten("25e-1"), "2.5");
        assert_eq!(rewritten("0.50"), "0.5");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let refused = serde_json::from_str::<Double>(r#""100""#).unwrap_err();
        assert_eq!(
            refused.to_string(),
            r#"invalid type: string "100", expected a number at line 1 column 5"#
        );
    }

    #[test]
    fn numbers_are_compared_whichever_way_they_are_written() {
        assert_eq!(Double::from(2), Double::from(2.0));
        assert!(Double::from(2) < Double::from(2.5));
        assert_eq!(Double::from(2).to_string(), "2");
        assert_eq!(f64::from(Double::from(2.5)), 2.5);
    }
}
