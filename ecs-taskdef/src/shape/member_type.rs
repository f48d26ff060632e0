use std::str::FromStr;

use serde_json::Value;

use super::{At, Kind, Limits, Measure, ShapeFault};

/// A Rust type that can be a member of a [`Shape`](super::Shape).
pub trait MemberType: Sized {
    /// What it is in JSON.
    const KIND: Kind;

    /// Takes the value out of JSON, where it can be understood.
    ///
    /// What cannot be understood is reported and gives `None`; the caller
    /// keeps the JSON as it stands.
    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self>;

    /// Reports each difference from the shape.
    fn check(&self, limits: &Limits, at: &At<'_>, report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>));

    /// Takes every `null` member away and says where it was.
    fn take_nulls(&mut self, _at: &At<'_>, _taken: &mut dyn FnMut(&At<'_>)) {}

    /// A stand-in for an element of a list that is not an object, where there is one.
    fn instead_of_object(_value: &Value) -> Option<Self> {
        None
    }
}

/// How a lenient reading goes on: whether it converts, and whom it tells.
pub struct Reader<'r> {
    report: &'r mut dyn FnMut(&At<'_>, ShapeFault<'_>),
}

impl<'r> Reader<'r> {
    /// A reader that tells `report` of each conversion and each wrong type.
    pub fn new(report: &'r mut dyn FnMut(&At<'_>, ShapeFault<'_>)) -> Self {
        Self { report }
    }

    /// A value that cannot be understood.
    pub fn wrong_type(&mut self, at: &At<'_>, expected: Kind, found: &Value) {
        (self.report)(at, ShapeFault::WrongType { expected, found });
    }

    /// A value written as a string.
    fn parsed<T: FromStr>(&mut self, value: &Value, expected: Kind, at: &At<'_>) -> Option<T> {
        let read = value.as_str().and_then(|text| text.trim().parse().ok());
        match read {
            Some(_) => self.converted(at, expected, value),
            None => self.wrong_type(at, expected, value),
        }
        read
    }

    fn converted(&mut self, at: &At<'_>, expected: Kind, found: &Value) {
        (self.report)(at, ShapeFault::Converted { expected, found });
    }

    fn too_large(&mut self, at: &At<'_>, found: &Value) {
        (self.report)(at, ShapeFault::TooLarge { found });
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl MemberType for String {
    const KIND: Kind = Kind::String;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => {
                reader.converted(at, Self::KIND, value);
                Some(value.to_string())
            }
            _ => {
                reader.wrong_type(at, Self::KIND, value);
                None
            }
        }
    }

    fn check(&self, limits: &Limits, at: &At<'_>, report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>)) {
        if limits.min.is_some() || limits.max.is_some() {
            let characters = i64::try_from(self.chars().count()).unwrap_or(i64::MAX);
            limits.check(Measure::Characters, characters, at, report);
        }
    }
}

impl MemberType for bool {
    const KIND: Kind = Kind::Boolean;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Bool(known) = value {
            return Some(*known);
        }
        reader.parsed(value, Self::KIND, at)
    }

    fn check(
        &self,
        _limits: &Limits,
        _at: &At<'_>,
        _report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>),
    ) {
    }
}

impl MemberType for i64 {
    const KIND: Kind = Kind::Long;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        whole_number(value, Self::KIND, at, reader)
    }

    fn check(&self, limits: &Limits, at: &At<'_>, report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>)) {
        limits.check(Measure::Value, *self, at, report);
    }
}

impl MemberType for i32 {
    const KIND: Kind = Kind::Integer;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let whole = whole_number(value, Self::KIND, at, reader)?;
        let fitting = Self::try_from(whole).ok();
        if fitting.is_none() {
            reader.too_large(at, value);
        }
        fitting
    }

    fn check(&self, limits: &Limits, at: &At<'_>, report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>)) {
        limits.check(Measure::Value, Self::into(*self), at, report);
    }
}

impl MemberType for f64 {
    const KIND: Kind = Kind::Double;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Number(number) = value {
            return number.as_f64();
        }
        reader.parsed(value, Self::KIND, at)
    }

    fn check(
        &self,
        _limits: &Limits,
        _at: &At<'_>,
        _report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>),
    ) {
    }
}

impl MemberType for Value {
    const KIND: Kind = Kind::Document;

    fn read(value: &Value, _at: &At<'_>, _reader: &mut Reader<'_>) -> Option<Self> {
        Some(value.clone())
    }

    fn check(
        &self,
        _limits: &Limits,
        _at: &At<'_>,
        _report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>),
    ) {
    }
}

impl<T: MemberType> MemberType for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Array(items) = value else {
            reader.wrong_type(at, Self::KIND, value);
            return None;
        };
        // Every element is read, so that each wrong one is reported.
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                T::read(item, &at.item(index), reader).or_else(|| T::instead_of_object(item))
            })
            .collect();
        read.into_iter().collect()
    }

    fn check(&self, limits: &Limits, at: &At<'_>, report: &mut dyn FnMut(&At<'_>, ShapeFault<'_>)) {
        let items = i64::try_from(self.len()).unwrap_or(i64::MAX);
        limits.check(Measure::Items, items, at, report);
        for (index, item) in self.iter().enumerate() {
            item.check(&Limits::NONE, &at.item(index), report);
        }
    }

    fn take_nulls(&mut self, at: &At<'_>, taken: &mut dyn FnMut(&At<'_>)) {
        for (index, item) in self.iter_mut().enumerate() {
            item.take_nulls(&at.item(index), taken);
        }
    }
}

impl Limits {
    /// No bounds at all.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        pattern: None,
    };
}

fn whole_number(
    value: &Value,
    expected: Kind,
    at: &At<'_>,
    reader: &mut Reader<'_>,
) -> Option<i64> {
    if let Some(whole) = value.as_i64() {
        return Some(whole);
    }
    if value.is_u64() {
        reader.too_large(at, value);
        return None;
    }
    let converted = match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_f64().and_then(without_fraction),
        _ => None,
    };
    match converted {
        Some(_) => reader.converted(at, expected, value),
        None => reader.wrong_type(at, expected, value),
    }
    converted
}

fn without_fraction(number: f64) -> Option<i64> {
    // Whole numbers up to 2^53 have an exact decimal form, so text is a safe bridge.
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}
