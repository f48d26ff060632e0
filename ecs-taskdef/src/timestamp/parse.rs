//! Reads a timestamp from text, one function for each part.

use super::calendar::{Civil, MAX_SECONDS, MIN_SECONDS, days_in_month};
use super::{Fault, Offset, Timestamp, TimestampError, Written};

pub(super) fn timestamp(text: &str) -> Result<Timestamp, TimestampError> {
    let mut cursor = Cursor {
        bytes: text.as_bytes(),
        offset: 0,
    };
    let read = if cursor.bytes.get(4) == Some(&b'-') {
        cursor.date_time()
    } else {
        epoch(text)
    };
    read.map_err(|(fault, offset)| TimestampError {
        input: text.to_owned(),
        fault,
        offset,
    })
}

type Parsed<T> = Result<T, (Fault, usize)>;

fn epoch(text: &str) -> Parsed<Timestamp> {
    const OUT_OF_RANGE: (Fault, usize) = (Fault::OutOfRange("year"), 0);
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_epoch_integer(seconds).ok_or(OUT_OF_RANGE);
    }
    match text.parse::<f64>() {
        // The standard library also reads `inf` and `nan`.
        Ok(seconds) if text.bytes().any(|byte| byte.is_ascii_digit()) => {
            Timestamp::from_epoch_float(seconds).ok_or(OUT_OF_RANGE)
        }
        _ => Err((Fault::Expected("a number or a date"), 0)),
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Cursor<'_> {
    fn date_time(&mut self) -> Parsed<Timestamp> {
        let mut civil = self.date()?;
        let (mut micros, mut digits) = (0, 0);
        let mut offset = Offset::Unsaid;
        if self.peek().is_some() {
            if !self.skip(b"Tt ") {
                return Err(self.expected("`T` and a time"));
            }
            (micros, digits) = self.time(&mut civil)?;
            offset = self.offset()?;
        }
        if self.peek().is_some() {
            return Err(self.expected("the end"));
        }
        let east = match offset {
            Offset::Minutes(minutes) => i64::from(minutes) * 60,
            Offset::Unsaid | Offset::Zulu => 0,
        };
        let seconds = civil.seconds() - east;
        if !(MIN_SECONDS..=MAX_SECONDS).contains(&seconds) {
            return Err((Fault::OutOfRange("year"), 0));
        }
        Ok(Timestamp {
            written: Written::Iso { offset, digits },
            ..Timestamp::from_micros(seconds * 1_000_000 + micros)
        })
    }

    fn date(&mut self) -> Parsed<Civil> {
        let year = self.number(4, "four digits of the year", "year", (1, 9_999))?;
        self.separator(b'-', "`-`")?;
        let month = self.number(2, "two digits of the month", "month", (1, 12))?;
        self.separator(b'-', "`-`")?;
        let last = days_in_month(year, month);
        let day = self.number(2, "two digits of the day", "day", (1, last))?;
        Ok(Civil {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
        })
    }

    /// Reads the time of day into `civil` and gives the microseconds and their digits.
    fn time(&mut self, civil: &mut Civil) -> Parsed<(i64, u8)> {
        civil.hour = self.number(2, "two digits of the hour", "hour", (0, 23))?;
        self.separator(b':', "`:`")?;
        civil.minute = self.number(2, "two digits of the minute", "minute", (0, 59))?;
        if !self.skip(b":") {
            return Ok((0, 0));
        }
        civil.second = self.number(2, "two digits of the second", "second", (0, 59))?;
        if !self.skip(b".,") {
            return Ok((0, 0));
        }
        self.fraction()
    }

    /// The microseconds and how many of their digits were given.
    fn fraction(&mut self) -> Parsed<(i64, u8)> {
        let mut micros = 0;
        let mut digits = 0;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            if digits < 6 {
                micros = micros * 10 + i64::from(byte - b'0');
                digits += 1;
            }
            self.offset += 1;
        }
        if digits == 0 {
            return Err(self.expected("a digit of the fraction"));
        }
        for _ in digits..6 {
            micros *= 10;
        }
        Ok((micros, digits))
    }

    fn offset(&mut self) -> Parsed<Offset> {
        self.skip(b" ");
        let sign = match self.peek() {
            None => return Ok(Offset::Unsaid),
            Some(b'Z' | b'z') => {
                self.offset += 1;
                return Ok(Offset::Zulu);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return Err(self.expected("`Z` or an offset")),
        };
        self.offset += 1;
        let hours = self.number(2, "two digits of the offset", "offset", (0, 23))?;
        let minutes = if self.peek().is_some() {
            self.skip(b":");
            self.number(2, "two digits of the offset", "offset", (0, 59))?
        } else {
            0
        };
        // At most 23 hours and 59 minutes.
        let minutes = i16::try_from(hours * 60 + minutes).unwrap_or_default();
        Ok(Offset::Minutes(sign * minutes))
    }

    fn number(
        &mut self,
        width: usize,
        expected: &'static str,
        part: &'static str,
        (low, high): (i64, i64),
    ) -> Parsed<i64> {
        let start = self.offset;
        let mut value = 0;
        for _ in 0..width {
            let Some(byte @ b'0'..=b'9') = self.peek() else {
                return Err((Fault::Expected(expected), start));
            };
            value = value * 10 + i64::from(byte - b'0');
            self.offset += 1;
        }
        if (low..=high).contains(&value) {
            Ok(value)
        } else {
            Err((Fault::OutOfRange(part), start))
        }
    }

    fn separator(&mut self, byte: u8, expected: &'static str) -> Parsed<()> {
        if self.skip(&[byte]) {
            Ok(())
        } else {
            Err(self.expected(expected))
        }
    }

    fn skip(&mut self, accepted: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| accepted.contains(&byte));
        self.offset += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    fn expected(&self, what: &'static str) -> (Fault, usize) {
        (Fault::Expected(what), self.offset)
    }
}
