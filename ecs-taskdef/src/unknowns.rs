use std::collections::BTreeSet;
use std::fmt;

/// The places of a task definition whose values nobody knows yet: text with parts that are to be
/// filled in, what a function of a template will give, everything that stands around a fragment.
///
/// At such a place the definition has what is known: a text as it is written, and nothing for any
/// other value. A rule that depends on it says nothing.
///
/// ```
/// use ecs_taskdef::{Document, Reading, Validator};
///
/// let text = br#"{"family": "<NAME>", "containerDefinitions": [
///     {"name": "web", "image": "${REGISTRY}/web", "memory": 64}]}"#;
/// let document = Document::read(text, Reading::Lenient)?;
/// let unknown: Vec<&str> = document.unknowns().iter().collect();
/// assert_eq!(unknown, ["/containerDefinitions/0/image", "/family"]);
/// assert!(!document.validate(&Validator::default()).has_errors());
/// # Ok::<(), ecs_taskdef::ReadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknowns(BTreeSet<String>);

impl Unknowns {
    /// Everything is known.
    pub const NONE: &'static Self = &Self(BTreeSet::new());

    /// The JSON Pointers (RFC 6901) to the places, in the names of the API, in the order of their
    /// text. `/-` at the end stands for elements that a list may have besides.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether everything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the value that a pointer leads to, or one that it is a part of, is unknown.
    #[must_use]
    pub fn covers(&self, pointer: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let ends = pointer.match_indices('/').map(|(end, _)| end).skip(1);
        ends.chain([pointer.len()]).any(|end| {
            pointer
                .get(..end)
                .is_some_and(|place| self.0.contains(place))
        })
    }

    /// Whether the value that a pointer leads to, one that it is a part of, or a part of it is
    /// unknown.
    #[must_use]
    pub fn touches(&self, pointer: &str) -> bool {
        self.covers(pointer) || self.within(pointer).next().is_some()
    }

    /// The places of the parts of the value that a pointer leads to.
    pub(crate) fn within(&self, pointer: &str) -> impl Iterator<Item = &str> {
        let first = format!("{pointer}/");
        let after = self.0.range(first.clone()..).map(String::as_str);
        after.take_while(move |place| place.starts_with(&first))
    }

    /// Notes a place.
    pub(crate) fn insert(&mut self, pointer: String) {
        self.0.insert(pointer);
    }
}

impl fmt::Display for Unknowns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|place| writeln!(f, "{place}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_cover_their_parts() {
        let mut unknowns = Unknowns::default();
        for place in ["/a", "/b/0/c", "/b/1/-", "/bc"] {
            unknowns.insert(place.to_owned());
        }
        for (pointer, covered, touched) in [
            ("", false, true),
            ("/a", true, true),
            ("/a/0", true, true),
            ("/ab", false, false),
            ("/b", false, true),
            ("/b/0", false, true),
            ("/b/0/c/d", true, true),
            ("/b/0/d", false, false),
            ("/b/1", false, true),
            ("/b/2", false, false),
        ] {
            assert_eq!(unknowns.covers(pointer), covered, "{pointer}");
            assert_eq!(unknowns.touches(pointer), touched, "{pointer}");
        }
        assert!(!Unknowns::NONE.touches(""));
        assert_eq!(unknowns.to_string(), "/a\n/b/0/c\n/b/1/-\n/bc\n");
    }
}
