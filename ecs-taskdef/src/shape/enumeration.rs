use crate::Rule;

/// A list of values that AWS extends from time to time.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Enumeration {
    /// The name in the API model.
    pub name: &'static str,
    /// The values the API has today.
    pub values: &'static [&'static str],
    /// The rule that a value outside of the list breaks, where it has one of its own.
    pub rule: Option<&'static Rule>,
}

impl Enumeration {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, values: &'static [&'static str]) -> Self {
        Self {
            name,
            values,
            rule: None,
        }
    }

    /// The rule that a value outside of the list breaks.
    #[doc(hidden)]
    #[must_use]
    pub const fn guarded_by(mut self, rule: &'static Rule) -> Self {
        self.rule = Some(rule);
        self
    }
}

/// Two lists are the same if the API calls them so.
impl PartialEq for Enumeration {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Enumeration {}
