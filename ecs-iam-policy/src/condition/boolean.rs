//! The `Bool` operator, and the values of `Null`.

use super::compiled::Comparison;

/// `true` or `false`, whatever the case.
pub(super) fn parse(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The truth values of a policy.
#[derive(Debug, Clone)]
pub(super) struct BoolTest {
    pub(super) values: Box<[bool]>,
}

impl BoolTest {
    pub(super) fn compare(&self, value: &str) -> Comparison {
        parse(value).map_or(Comparison::Unreadable, |value| {
            Comparison::of(self.values.contains(&value))
        })
    }
}
