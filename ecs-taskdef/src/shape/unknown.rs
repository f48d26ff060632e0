use serde_json::Value;

use super::pairs::Pairs;

/// What a document holds that the shape does not describe, kept in order.
///
/// Three things end up here, so that writing a document gives back what was
/// read: members the API does not know, known members written as `null`, and,
/// after a lenient reading, known members whose value has the wrong type. One
/// word in size when there is nothing to keep.
///
/// A number is kept as `serde_json` reads it: a whole number beyond 64 bits as
/// the nearest number with a fraction, and none with its exponent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnknownMembers(Option<Box<Kept>>);

#[derive(Clone, Debug, PartialEq)]
enum Kept {
    Members(Pairs<Value>),
    Instead(Value),
}

impl UnknownMembers {
    #[doc(hidden)]
    pub const NONE: Self = Self(None);

    /// Keeps `value` in the place of the whole object it should have been.
    #[doc(hidden)]
    #[must_use]
    pub fn instead_of_object(value: Value) -> Self {
        Self(Some(Box::new(Kept::Instead(value))))
    }

    /// The value that stands where an object should, after a lenient reading.
    #[must_use]
    pub fn instead(&self) -> Option<&Value> {
        match self.0.as_deref() {
            Some(Kept::Instead(value)) => Some(value),
            _ => None,
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self.0.as_deref() {
            None => true,
            Some(Kept::Members(members)) => members.len() == 0,
            Some(Kept::Instead(_)) => false,
        }
    }

    /// The number of members kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members().map_or(0, Pairs::len)
    }

    /// Whether a member called `name` is kept.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The member called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members()?.get(name)
    }

    /// The members in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members().into_iter().flat_map(Pairs::iter)
    }

    /// Keeps a member; gives back what was kept under that name before.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) -> Option<Value> {
        let kept = self
            .0
            .get_or_insert_with(|| Box::new(Kept::Members(Pairs::NONE)));
        match &mut **kept {
            Kept::Members(members) => members.insert(name.into(), value),
            Kept::Instead(_) => None,
        }
    }

    /// Drops a member; gives back what it was. The others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let removed = match self.0.as_deref_mut()? {
            Kept::Members(members) => members.remove(name),
            Kept::Instead(_) => None,
        };
        if self.is_empty() {
            self.0 = None;
        }
        removed
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    fn members(&self) -> Option<&Pairs<Value>> {
        match self.0.as_deref() {
            Some(Kept::Members(members)) => Some(members),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_kept_costs_one_word() {
        assert_eq!(size_of::<UnknownMembers>(), size_of::<usize>());
        assert!(UnknownMembers::default().is_empty());
    }

    #[test]
    fn members_keep_their_order() {
        let mut unknown = UnknownMembers::default();
        assert_eq!(unknown.insert("b", Value::Null), None);
        assert_eq!(unknown.insert("a", Value::from(1)), None);
        assert_eq!(unknown.insert("b", Value::from(2)), Some(Value::Null));
        let names: Vec<&str> = unknown.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(unknown.len(), 2);
    }

    #[test]
    fn emptied_is_equal_to_never_filled() {
        let mut unknown = UnknownMembers::default();
        unknown.insert("a", Value::Null);
        assert_eq!(unknown.remove("a"), Some(Value::Null));
        assert_eq!(unknown.remove("a"), None);
        assert_eq!(unknown, UnknownMembers::default());
    }

    #[test]
    fn a_value_instead_of_the_object_takes_no_members() {
        let mut unknown = UnknownMembers::instead_of_object(Value::from(7));
        assert_eq!(unknown.insert("a", Value::Null), None);
        assert_eq!(unknown.remove("a"), None);
        assert_eq!(unknown.instead(), Some(&Value::from(7)));
        assert!(!unknown.is_empty());
        assert_eq!(unknown.len(), 0);
        unknown.clear();
        assert!(unknown.is_empty());
    }
}
