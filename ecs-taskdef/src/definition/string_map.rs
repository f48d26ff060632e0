use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::shape::{At, Kind, MemberType, MemberValue, Pairs, Reader, of_object, of_text};

/// Names and values in the order of the document: labels, options of drivers.
///
/// Two maps are equal when they hold the same pairs, in whatever order.
///
/// ```
/// use ecs_taskdef::StringMap;
///
/// let options: StringMap = [("awslogs-group", "web"), ("awslogs-region", "eu-west-1")]
///     .into_iter()
///     .collect();
/// assert_eq!(options.get("awslogs-group"), Some("web"));
/// assert_eq!(options.len(), 2);
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct StringMap(Pairs<String>);

impl StringMap {
    /// A map without pairs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value under `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether there is a value under `name`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a value; gives back the one before.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) -> Option<String> {
        self.0.insert(name.into(), value.into())
    }

    /// Takes a value away; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// The pairs in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name, value.as_str()))
    }

    /// The number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for StringMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Eq for StringMap {}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for StringMap {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        for (name, value) in pairs {
            map.insert(name, value);
        }
        map
    }
}

impl<N: Into<String>, V: Into<String>, const COUNT: usize> From<[(N, V); COUNT]> for StringMap {
    fn from(pairs: [(N, V); COUNT]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<String>> From<Vec<(N, V)>> for StringMap {
    fn from(pairs: Vec<(N, V)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl Serialize for StringMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for StringMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = StringMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose values are strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StringMap, A::Error> {
        let mut pairs = StringMap::new();
        while let Some((name, value)) = map.next_entry::<String, String>()? {
            if pairs.contains(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            pairs.insert(name, value);
        }
        Ok(pairs)
    }
}

impl MemberType for StringMap {
    const KIND: Kind = Kind::Map(&Kind::String);

    type Read<'a> = &'a Self;

    #[inline]
    fn get(slot: &Option<Self>) -> &Self {
        const EMPTY: &StringMap = &StringMap(Pairs::NONE);
        slot.as_ref().unwrap_or(EMPTY)
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Object(members) = value else {
            reader.wrong_type(at, Self::KIND, value);
            return None;
        };
        // Every value is read, so that each wrong one is reported.
        let read: Vec<Option<(String, String)>> = members
            .iter()
            .map(|(name, value)| {
                let value = String::read(value, &at.member(name), reader)?;
                Some((name.clone(), value))
            })
            .collect();
        read.into_iter().collect()
    }
}

impl MemberValue for StringMap {
    fn most_json_bytes(&self) -> usize {
        of_object(self.iter().map(|(name, value)| (name, of_text(value))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_is_refused() {
        let refused = serde_json::from_str::<StringMap>(r#"{"a":"1","a":"2"}"#).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "duplicate field `a` at line 1 column 17"
        );
    }

    #[test]
    fn order_is_kept_and_does_not_count() {
        let mut one: StringMap = [("b", "1"), ("a", "2")].into_iter().collect();
        let other: StringMap = [("a", "2"), ("b", "1")].into_iter().collect();
        assert_eq!(one, other);
        assert_eq!(serde_json::to_string(&one).unwrap(), r#"{"b":"1","a":"2"}"#);
        assert_eq!(one.insert("b", "3"), Some("1".to_owned()));
        assert_eq!(one.remove("b"), Some("3".to_owned()));
        assert!(!one.contains("b") && !one.is_empty());
    }
}
