//! The `BinaryEquals` operator.

use super::compiled::Comparison;

/// The values of a policy, base64 as it is written. Equal bytes have equal base64, so that the
/// texts are compared, upper and lower case told apart.
#[derive(Debug, Clone)]
pub(super) struct BinaryTest {
    pub(super) values: Box<[Box<str>]>,
}

impl BinaryTest {
    pub(super) fn compare(&self, value: &str) -> Comparison {
        Comparison::of(self.values.iter().any(|known| **known == *value))
    }
}
