//! Objects and serde: what every shape shares.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::Value;

use super::{Structure, UnknownMembers};

/// An object that reads its members from a map.
#[doc(hidden)]
pub trait FromMap: Structure + Default {
    /// Where the member written as `name` stands; [`UNKNOWN`] if there is none.
    fn position(name: &str) -> usize;

    fn read_members<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error>;
}

/// The position of a name that no member has.
#[doc(hidden)]
pub const UNKNOWN: usize = usize::MAX;

/// Reads an object and refuses what it would lose.
#[doc(hidden)]
pub fn deserialize<'de, S: FromMap, D: Deserializer<'de>>(deserializer: D) -> Result<S, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<S>(PhantomData<S>);

impl<'de, S: FromMap> Visitor<'de> for ObjectVisitor<S> {
    type Value = S;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S, A::Error> {
        let mut object = S::default();
        object.read_members(map)?;
        Ok(object)
    }
}

/// The position of the next member of the map. A name that no member has goes
/// to `unknown`.
#[doc(hidden)]
#[inline]
pub fn next_position<'de, S: FromMap, A: MapAccess<'de>>(
    unknown: &mut String,
    map: &mut A,
) -> Result<Option<usize>, A::Error> {
    map.next_key_seed(Key::<S>(unknown, PhantomData))
}

/// Takes the next value of the map for a member.
#[doc(hidden)]
#[inline]
pub fn next_member<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    unknown: &mut UnknownMembers,
    map: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() || unknown.contains(name) {
        return Err(Error::duplicate_field(name));
    }
    *slot = map.next_value()?;
    if slot.is_none() {
        unknown.insert(name, Value::Null);
    }
    Ok(())
}

/// Takes the next value of the map for a name that no member has.
#[doc(hidden)]
pub fn next_unknown<'de, A: MapAccess<'de>>(
    name: String,
    unknown: &mut UnknownMembers,
    map: &mut A,
) -> Result<(), A::Error> {
    if unknown.contains(&name) {
        return Err(Error::custom(format_args!("duplicate field `{name}`")));
    }
    unknown.insert(name, map.next_value()?);
    Ok(())
}

struct Key<'k, S>(&'k mut String, PhantomData<S>);

impl<'de, S: FromMap> DeserializeSeed<'de> for Key<'_, S> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<S: FromMap> Visitor<'_> for Key<'_, S> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        let position = S::position(name);
        if position == UNKNOWN {
            name.clone_into(self.0);
        }
        Ok(position)
    }
}

/// Writes what an object holds other than its members.
#[doc(hidden)]
pub fn serialize_unknown<M: SerializeMap>(
    object: &dyn Structure,
    map: &mut M,
) -> Result<(), M::Error> {
    if object.unknown().is_empty() {
        return Ok(());
    }
    let mut result = Ok(());
    object.values(&mut |values| {
        result = object.unknown().iter().try_for_each(|(name, value)| {
            let known = object.shape().position(name);
            let replaced = known.and_then(|(index, _)| values.get(index).copied().flatten());
            match replaced {
                Some(_) => Ok(()),
                None => map.serialize_entry(name, value),
            }
        });
    });
    result
}
