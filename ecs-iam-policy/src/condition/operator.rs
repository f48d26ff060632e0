//! Condition operators and their names.

use std::fmt;

/// A condition operator: a comparison, for which of several request values it must hold, and
/// what an absent key means.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators
/// for multivalued context keys".
///
/// ```
/// use ecs_iam_policy::{Operator, OperatorKind, Quantifier};
///
/// let operator = Operator::from_name("ForAnyValue:StringLikeIfExists").unwrap();
/// assert_eq!(operator.kind, OperatorKind::StringLike);
/// assert_eq!(operator.quantifier, Some(Quantifier::ForAnyValue));
/// assert!(operator.if_exists);
/// assert_eq!(Operator::from_name("StringIs"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operator {
    /// What is compared, and how.
    pub kind: OperatorKind,
    /// `ForAllValues:` or `ForAnyValue:` in front.
    pub quantifier: Option<Quantifier>,
    /// `IfExists` at the end: an absent key satisfies the condition.
    pub if_exists: bool,
}

/// For which of the values of a request a comparison must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quantifier {
    /// For every value; also if there is none.
    ForAllValues,
    /// For one value at least.
    ForAnyValue,
}

impl Quantifier {
    /// The prefix without its colon.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForAllValues => "ForAllValues",
            Self::ForAnyValue => "ForAnyValue",
        }
    }
}

/// The comparisons of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the names are the documentation: they are AWS's own"
)]
pub enum OperatorKind {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

/// What a family of operators compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    String,
    Numeric,
    Date,
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

impl OperatorKind {
    /// Every comparison, in the order of the documentation.
    pub const ALL: [Self; 27] = [
        Self::StringEquals,
        Self::StringNotEquals,
        Self::StringEqualsIgnoreCase,
        Self::StringNotEqualsIgnoreCase,
        Self::StringLike,
        Self::StringNotLike,
        Self::NumericEquals,
        Self::NumericNotEquals,
        Self::NumericLessThan,
        Self::NumericLessThanEquals,
        Self::NumericGreaterThan,
        Self::NumericGreaterThanEquals,
        Self::DateEquals,
        Self::DateNotEquals,
        Self::DateLessThan,
        Self::DateLessThanEquals,
        Self::DateGreaterThan,
        Self::DateGreaterThanEquals,
        Self::Bool,
        Self::BinaryEquals,
        Self::IpAddress,
        Self::NotIpAddress,
        Self::ArnEquals,
        Self::ArnNotEquals,
        Self::ArnLike,
        Self::ArnNotLike,
        Self::Null,
    ];

    /// The name without prefix and suffix.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            Self::StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::NumericEquals => "NumericEquals",
            Self::NumericNotEquals => "NumericNotEquals",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::NumericGreaterThan => "NumericGreaterThan",
            Self::NumericGreaterThanEquals => "NumericGreaterThanEquals",
            Self::DateEquals => "DateEquals",
            Self::DateNotEquals => "DateNotEquals",
            Self::DateLessThan => "DateLessThan",
            Self::DateLessThanEquals => "DateLessThanEquals",
            Self::DateGreaterThan => "DateGreaterThan",
            Self::DateGreaterThanEquals => "DateGreaterThanEquals",
            Self::Bool => "Bool",
            Self::BinaryEquals => "BinaryEquals",
            Self::IpAddress => "IpAddress",
            Self::NotIpAddress => "NotIpAddress",
            Self::ArnEquals => "ArnEquals",
            Self::ArnNotEquals => "ArnNotEquals",
            Self::ArnLike => "ArnLike",
            Self::ArnNotLike => "ArnNotLike",
            Self::Null => "Null",
        }
    }

    /// Whether it asks that no value matches, and so holds for an absent key.
    #[must_use]
    pub const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }

    pub(crate) fn family(self) -> Family {
        match self {
            Self::Bool => Family::Bool,
            Self::BinaryEquals => Family::Binary,
            Self::IpAddress | Self::NotIpAddress => Family::Ip,
            Self::Null => Family::Null,
            other if other.name().starts_with("String") => Family::String,
            other if other.name().starts_with("Numeric") => Family::Numeric,
            other if other.name().starts_with("Date") => Family::Date,
            _ => Family::Arn,
        }
    }
}

impl Operator {
    /// The operator of that name, upper and lower case told apart as AWS does when it accepts a
    /// document.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::find(name, |a, b| a == b)
    }

    /// The operator of that name whatever its case: how a document is evaluated that AWS would
    /// not accept.
    #[must_use]
    pub fn from_name_ignore_case(name: &str) -> Option<Self> {
        Self::find(name, str::eq_ignore_ascii_case)
    }

    /// Whether it holds for a request without the key.
    pub(crate) fn holds_without_key(self) -> bool {
        self.if_exists
            || match self.quantifier {
                Some(Quantifier::ForAllValues) => true,
                Some(Quantifier::ForAnyValue) => false,
                None => self.kind.is_negated(),
            }
    }

    fn find(name: &str, same: impl Fn(&str, &str) -> bool) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (None, name),
            Some((prefix, rest)) => {
                let known = [Quantifier::ForAllValues, Quantifier::ForAnyValue];
                let quantifier = known.into_iter().find(|known| same(known.name(), prefix))?;
                (Some(quantifier), rest)
            }
        };
        let kind_of = |text: &str| {
            OperatorKind::ALL
                .into_iter()
                .find(|kind| same(kind.name(), text))
        };
        let base = rest
            .len()
            .checked_sub("IfExists".len())
            .and_then(|at| rest.split_at_checked(at))
            .filter(|(_, suffix)| same("IfExists", suffix));
        let (kind, if_exists) = match base {
            Some((base, _)) => (kind_of(base)?, true),
            None => (kind_of(rest)?, false),
        };
        Some(Self {
            kind,
            quantifier,
            if_exists,
        })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(quantifier) = self.quantifier {
            write!(formatter, "{}:", quantifier.name())?;
        }
        formatter.write_str(self.kind.name())?;
        formatter.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_written() {
        for kind in OperatorKind::ALL {
            for quantifier in [
                None,
                Some(Quantifier::ForAllValues),
                Some(Quantifier::ForAnyValue),
            ] {
                for if_exists in [false, true] {
                    let operator = Operator {
                        kind,
                        quantifier,
                        if_exists,
                    };
                    let name = operator.to_string();
                    assert_eq!(Operator::from_name(&name), Some(operator), "{name}");
                    let lower = name.to_ascii_lowercase();
                    assert_eq!(Operator::from_name(&lower), None, "{lower}");
                    assert_eq!(
                        Operator::from_name_ignore_case(&lower),
                        Some(operator),
                        "{lower}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_no_operator() {
        for name in [
            "",
            "IfExists",
            "StringEqualsIfExist",
            "ForAnyValue::StringEquals",
            "ForAnyValue:",
            "ForSome:Bool",
            "BinaryLike",
            "NullIfExistsIfExists",
            "日本IfExists",
        ] {
            assert_eq!(Operator::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn families() {
        assert_eq!(OperatorKind::StringNotLike.family(), Family::String);
        assert_eq!(OperatorKind::DateLessThan.family(), Family::Date);
        assert_eq!(OperatorKind::NumericNotEquals.family(), Family::Numeric);
        assert_eq!(OperatorKind::NotIpAddress.family(), Family::Ip);
        assert_eq!(OperatorKind::ArnNotEquals.family(), Family::Arn);
    }
}
