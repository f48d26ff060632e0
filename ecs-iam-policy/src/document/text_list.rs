//! One text or a list of them, as the language writes actions, resources and principals.

use serde::ser::{Serialize, Serializer};

/// One text or a list of texts; which of the two it was is kept.
///
/// AWS accepts `null` among the texts of a list. It stands for nothing, and it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextList {
    items: Vec<Option<String>>,
    single: bool,
}

impl TextList {
    pub(crate) fn from_items(items: Vec<Option<String>>) -> Self {
        Self {
            items,
            single: false,
        }
    }

    /// The texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(Option::as_deref)
    }

    /// The texts with their positions in the list, which count `null`s.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (usize, &str)> {
        let texts = self.items.iter().enumerate();
        texts.filter_map(|(position, text)| Some((position, text.as_deref()?)))
    }

    /// Whether the document has a text where a list could stand.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.single
    }

    /// Whether it holds nothing, not even `null`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl From<&str> for TextList {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for TextList {
    fn from(text: String) -> Self {
        Self {
            items: vec![Some(text)],
            single: true,
        }
    }
}

impl<T: Into<String>> FromIterator<T> for TextList {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self::from_items(texts.into_iter().map(|text| Some(text.into())).collect())
    }
}

impl Serialize for TextList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        one_or_list(&self.items, self.single, serializer)
    }
}

/// Writes the only item as itself if it was read so, or else a list.
pub(super) fn one_or_list<S: Serializer>(
    items: &[impl Serialize],
    single: bool,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match items {
        [only] if single => only.serialize(serializer),
        items => serializer.collect_seq(items),
    }
}
