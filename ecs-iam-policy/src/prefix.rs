//! Patterns found by the literal text that they start with.

use std::collections::{BTreeSet, HashMap};

/// An index of patterns: a text can only match those whose start, up to the first wildcard or
/// variable, it starts with.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrefixIndex {
    entries: HashMap<Box<str>, Vec<usize>>,
    /// The lengths of the starts that there are.
    lengths: BTreeSet<usize>,
}

impl PrefixIndex {
    /// Adds a pattern; entries of one start stay in the order in which they are added.
    pub(crate) fn insert(&mut self, pattern: &str, entry: usize) {
        let end = pattern.find(['*', '?', '$']).unwrap_or(pattern.len());
        let start = pattern.get(..end).unwrap_or(pattern);
        let entries = self.entries.entry(start.into()).or_default();
        if entries.last() != Some(&entry) {
            entries.push(entry);
            self.lengths.insert(start.len());
        }
    }

    /// The entries of the patterns that the text, which may be a pattern itself, can match.
    pub(crate) fn candidates<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let starts = self.lengths.iter().map_while(move |len| match text.len() {
            longest if *len <= longest => Some(text.get(..*len)),
            _ => None,
        });
        starts
            .flatten()
            .filter_map(|start| self.entries.get(start))
            .flatten()
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_match_is_found() {
        let mut index = PrefixIndex::default();
        for (entry, pattern) in ["*", "ecs:Run*", "ecs:RunTask", "s3:*", "ecs:?", "ecs:Rünt*"]
            .iter()
            .enumerate()
        {
            index.insert(pattern, entry);
        }
        let found = |text: &str| {
            let mut found: Vec<_> = index.candidates(text).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(found("ecs:RunTask"), [0, 1, 2, 4]);
        assert_eq!(found("s3:Get*"), [0, 3]);
        assert_eq!(found("ecs"), [0]);
        assert_eq!(found("ecs:Rünt"), [0, 4, 5]);
        assert_eq!(found(""), [0]);
    }
}
