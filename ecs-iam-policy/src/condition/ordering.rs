//! The five ways in which numbers and dates are compared.

use std::cmp::Ordering;

use super::OperatorKind;

/// What the order of a request's value and a policy's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    /// The relation of a numeric or date operator; negation stands apart.
    pub(super) const fn of(kind: OperatorKind) -> Self {
        match kind {
            OperatorKind::NumericLessThan | OperatorKind::DateLessThan => Self::Less,
            OperatorKind::NumericLessThanEquals | OperatorKind::DateLessThanEquals => {
                Self::LessOrEqual
            }
            OperatorKind::NumericGreaterThan | OperatorKind::DateGreaterThan => Self::Greater,
            OperatorKind::NumericGreaterThanEquals | OperatorKind::DateGreaterThanEquals => {
                Self::GreaterOrEqual
            }
            _ => Self::Equal,
        }
    }

    pub(super) const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
