//! `Numeric*` operators.

use super::compiled::Comparison;
use super::decimal::Decimal;
use super::ordering::Relation;

/// The numbers of a policy with the relation that a request's number must have to one of them.
#[derive(Debug, Clone)]
pub(super) struct NumericTest {
    pub(super) relation: Relation,
    /// As text, because a number of any length is compared digit by digit.
    pub(super) values: Box<[Box<str>]>,
}

impl NumericTest {
    /// Whether a policy's text can take part at all.
    pub(super) fn accepts(text: &str) -> bool {
        Decimal::parse(text).is_some()
    }

    pub(super) fn compare(&self, value: &str) -> Comparison {
        let Some(value) = Decimal::parse(value) else {
            return Comparison::Unreadable;
        };
        let mut numbers = self.values.iter().filter_map(|text| Decimal::parse(text));
        Comparison::of(numbers.any(|number| self.relation.holds(value.cmp(&number))))
    }
}
