use std::str::FromStr;

use serde_json::Value;

use super::bound::{LEAF_BYTES, of_json, of_list, of_text};
use super::{At, Kind, List, MemberValue, ShapeFault, Structure, UnknownMembers, View, ViewMut};

/// A Rust type that can be a member of a [`Shape`](super::Shape).
pub trait MemberType: MemberValue + Sized {
    /// What it is in JSON.
    const KIND: Kind;

    /// What the method that reads a member of this type gives: see [`Read`].
    type Read<'a>;

    /// The value of a member, as it is read.
    fn get(slot: &Option<Self>) -> Self::Read<'_>;

    /// Takes the value out of JSON, where it can be understood.
    ///
    /// What cannot be understood is reported and gives `None`; the caller
    /// keeps the JSON as it stands.
    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self>;

    /// A stand-in for an element of a list that is not an object, where there is one.
    fn instead_of_object(_value: &Value) -> Option<Self> {
        None
    }
}

/// What the method that reads a member of type `T` gives.
///
/// | `T` | `Read<'a, T>` | when the member is absent |
/// |---|---|---|
/// | a structure | `&'a T` | a structure without members |
/// | `Vec<E>` | `&'a [E]` | an empty list |
/// | [`StringMap`](crate::StringMap) | `&'a StringMap` | an empty map |
/// | `String` | `Option<&'a str>` | `None` |
/// | `bool`, a whole number, [`Timestamp`](crate::Timestamp) | `Option<T>` | `None` |
/// | [`Double`](crate::Double) | `Option<f64>` | `None` |
/// | an enumeration, any other | `Option<&'a T>` | `None` |
pub type Read<'a, T> = <T as MemberType>::Read<'a>;

#[doc(hidden)]
#[inline]
pub fn set<T>(slot: &mut Option<T>, unknown: &mut UnknownMembers, name: &str, value: impl Into<T>) {
    *slot = Some(value.into());
    // What stood there as `null` or with another type is replaced.
    unknown.remove(name);
}

#[doc(hidden)]
#[inline]
pub fn set_list<T>(
    slot: &mut Option<Vec<T>>,
    unknown: &mut UnknownMembers,
    name: &str,
    items: impl IntoIterator<Item = impl Into<T>>,
) {
    let items: Vec<T> = items.into_iter().map(Into::into).collect();
    set(slot, unknown, name, items);
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

    /// Reads the members of `object`, which is empty; `false` if the value is no object.
    #[doc(hidden)]
    pub fn object(&mut self, object: &mut dyn Structure, value: &Value, at: &At<'_>) -> bool {
        let shape = object.shape();
        let Value::Object(members) = value else {
            self.wrong_type(at, Kind::Structure(shape), value);
            return false;
        };
        object.slots(&mut |slots, unknown| {
            for (name, value) in members {
                let known = shape.position(name);
                let slot = known.and_then(|(index, _)| slots.get_mut(index));
                let understood = match slot {
                    Some(slot) if !value.is_null() => slot.read(value, &at.member(name), self),
                    _ => false,
                };
                if !understood {
                    unknown.insert(name.as_str(), value.clone());
                }
            }
        });
        true
    }

    /// A value written as a string.
    pub(crate) fn parsed<T: FromStr>(
        &mut self,
        value: &Value,
        expected: Kind,
        at: &At<'_>,
    ) -> Option<T> {
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

    type Read<'a> = Option<&'a str>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<&str> {
        slot.as_deref()
    }

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
}

impl MemberValue for String {
    fn view(&self) -> View<'_> {
        View::Text(self)
    }

    fn most_json_bytes(&self) -> usize {
        of_text(self)
    }
}

impl MemberType for bool {
    const KIND: Kind = Kind::Boolean;

    type Read<'a> = Option<Self>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<Self> {
        *slot
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Bool(known) = value {
            return Some(*known);
        }
        reader.parsed(value, Self::KIND, at)
    }
}

impl MemberValue for bool {
    fn most_json_bytes(&self) -> usize {
        LEAF_BYTES
    }
}

impl MemberType for i64 {
    const KIND: Kind = Kind::Long;

    type Read<'a> = Option<Self>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<Self> {
        *slot
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        whole_number(value, Self::KIND, at, reader)
    }
}

impl MemberValue for i64 {
    fn view(&self) -> View<'_> {
        View::Number(*self)
    }

    fn most_json_bytes(&self) -> usize {
        LEAF_BYTES
    }
}

impl MemberType for i32 {
    const KIND: Kind = Kind::Integer;

    type Read<'a> = Option<Self>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<Self> {
        *slot
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let whole = whole_number(value, Self::KIND, at, reader)?;
        let fitting = Self::try_from(whole).ok();
        if fitting.is_none() {
            reader.too_large(at, value);
        }
        fitting
    }
}

impl MemberValue for i32 {
    fn view(&self) -> View<'_> {
        View::Number(Self::into(*self))
    }

    fn most_json_bytes(&self) -> usize {
        LEAF_BYTES
    }
}

impl MemberType for Value {
    const KIND: Kind = Kind::Document;

    type Read<'a> = Option<&'a Self>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<&Self> {
        slot.as_ref()
    }

    fn read(value: &Value, _at: &At<'_>, _reader: &mut Reader<'_>) -> Option<Self> {
        Some(value.clone())
    }
}

impl MemberValue for Value {
    fn most_json_bytes(&self) -> usize {
        of_json(self)
    }
}

impl<T: MemberType> MemberType for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    type Read<'a> = &'a [T];

    #[inline]
    fn get(slot: &Option<Self>) -> &[T] {
        slot.as_deref().unwrap_or_default()
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Array(items) = value else {
            reader.wrong_type(at, Self::KIND, value);
            return None;
        };
        let mut read = Self::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item = match T::read(item, &at.item(index), reader) {
                None => T::instead_of_object(item),
                known => known,
            };
            // Every element is read, so that each wrong one is reported.
            read.extend(item);
        }
        (read.len() == items.len()).then_some(read)
    }
}

impl<T: MemberType> MemberValue for Vec<T> {
    fn view(&self) -> View<'_> {
        View::List(self)
    }

    fn view_mut(&mut self) -> ViewMut<'_> {
        ViewMut::List(self)
    }

    fn most_json_bytes(&self) -> usize {
        of_list(self.iter().map(MemberValue::most_json_bytes))
    }
}

impl<T: MemberType> List for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Option<&dyn MemberValue> {
        Some(self.get(index)?)
    }

    fn item_mut(&mut self, index: usize) -> Option<&mut dyn MemberValue> {
        Some(self.get_mut(index)?)
    }
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
