//! A condition ready to be asked, and the rules that all operators share.

use ecs_arn::ArnPattern;

use super::address::{Block, IpTest};
use super::arn::ArnTest;
use super::binary::BinaryTest;
use super::boolean::{self, BoolTest};
use super::date::{DateTest, Instant};
use super::numeric::NumericTest;
use super::ordering::Relation;
use super::string::{StringTest, Text};
use super::{Family, Operator, Quantifier};
use crate::context::{Context, ContextValue};
use crate::document::{ConditionTest, Version};

/// How one value of a request compares with the values of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// One of the policy's values matches.
    Same,
    /// None of them does.
    Different,
    /// The request's value is not of the operator's type.
    Unreadable,
}

impl Comparison {
    pub(super) const fn of(same: bool) -> Self {
        if same { Self::Same } else { Self::Different }
    }
}

/// What came of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Met,
    /// The request's value is not the one asked for.
    NotMet,
    /// The request has no such key, and the operator asks for it.
    Missing,
    /// A value of the request is not of the operator's type.
    Unreadable,
    /// There is no such operator, so that nothing can meet it.
    NoOperator,
}

/// One operator with one key and the values of the policy.
#[derive(Debug, Clone)]
pub(crate) struct CompiledCondition {
    /// In lower case.
    key: Box<str>,
    operator: Option<Operator>,
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    String(StringTest),
    Numeric(NumericTest),
    Date(DateTest),
    Bool(BoolTest),
    Binary(BinaryTest),
    Ip(IpTest),
    Arn(ArnTest),
    /// Whether the key has to be absent: any of these.
    Null(BoolTest),
    /// No operator of that name.
    Never,
}

impl CompiledCondition {
    /// Compiles a condition. Values that are not of the operator's type match nothing; their
    /// positions go to `rejected`.
    pub(crate) fn compile(
        operator: &str,
        test: &ConditionTest,
        version: Version,
        rejected: &mut Vec<usize>,
    ) -> Self {
        let operator = Operator::from_name_ignore_case(operator);
        Self {
            key: test.key().to_ascii_lowercase().into(),
            operator,
            negated: operator.is_some_and(|operator| operator.kind.is_negated()),
            test: operator.map_or(Test::Never, |operator| {
                Test::compile(operator, test, version, rejected)
            }),
        }
    }

    /// Whether the condition asks whose ARN the principal has: it holds only for some values of
    /// `aws:PrincipalArn`, and never for a request without it.
    pub(crate) fn names_principal(&self) -> bool {
        let named = |operator: Operator| {
            let by_text = matches!(operator.kind.family(), Family::String | Family::Arn);
            let for_all = operator.quantifier == Some(Quantifier::ForAllValues);
            by_text && !operator.if_exists && !for_all
        };
        *self.key == *"aws:principalarn" && !self.negated && self.operator.is_some_and(named)
    }

    /// Whether no request can meet the condition: its operator is none, or it asks for one of
    /// its values, all of which are unreadable.
    pub(crate) fn is_never_met(&self) -> bool {
        self.operator.is_none_or(|operator| {
            let needs_value = !self.negated && !operator.holds_without_key();
            let is_null = matches!(self.test, Test::Null(_));
            (needs_value || is_null) && self.test.is_empty()
        })
    }

    /// Whether a request meets the condition, and why not.
    pub(crate) fn evaluate(&self, context: &Context) -> Outcome {
        let Some(operator) = self.operator else {
            return Outcome::NoOperator;
        };
        let values = context
            .folded(&self.key)
            .map_or(&[] as &[_], ContextValue::values);
        if let Test::Null(test) = &self.test {
            return met_if(test.values.contains(&values.is_empty()));
        }
        match operator.quantifier {
            Some(Quantifier::ForAllValues) => self.all(values, context),
            Some(Quantifier::ForAnyValue) if is_null_set(values) => missing(operator.if_exists),
            None if values.is_empty() => missing(operator.if_exists || self.negated),
            _ => self.any(values, context),
        }
    }

    fn all(&self, values: &[Box<str>], context: &Context) -> Outcome {
        if is_null_set(values) {
            return Outcome::Met;
        }
        let mut outcomes = values.iter().map(|value| self.one(value, context));
        outcomes
            .find(|outcome| *outcome != Outcome::Met)
            .unwrap_or(Outcome::Met)
    }

    fn any(&self, values: &[Box<str>], context: &Context) -> Outcome {
        let mut result = Outcome::NotMet;
        for value in values {
            match self.one(value, context) {
                Outcome::Met => return Outcome::Met,
                Outcome::Unreadable => result = Outcome::Unreadable,
                _ => {}
            }
        }
        result
    }

    fn one(&self, value: &str, context: &Context) -> Outcome {
        match self.test.compare(value, context) {
            Comparison::Same => met_if(!self.negated),
            Comparison::Different => met_if(self.negated),
            Comparison::Unreadable => Outcome::Unreadable,
        }
    }
}

/// Whether the set operators take the values for none at all: there are none, or they are
/// empty texts.
fn is_null_set(values: &[Box<str>]) -> bool {
    values.iter().all(|value| value.is_empty())
}

const fn met_if(met: bool) -> Outcome {
    if met { Outcome::Met } else { Outcome::NotMet }
}

const fn missing(met: bool) -> Outcome {
    if met { Outcome::Met } else { Outcome::Missing }
}

impl Test {
    fn compile(
        operator: Operator,
        test: &ConditionTest,
        version: Version,
        rejected: &mut Vec<usize>,
    ) -> Self {
        let kind = operator.kind;
        let texts: Vec<String> = test
            .values()
            .iter()
            .map(|value| value.text().into_owned())
            .collect();
        match kind.family() {
            Family::String => Self::String(StringTest {
                values: collect(&texts, rejected, |text| Text::compile(text, kind, version)),
            }),
            Family::Numeric => Self::Numeric(NumericTest {
                relation: Relation::of(kind),
                values: collect(&texts, rejected, |text| {
                    NumericTest::accepts(text).then(|| text.into())
                }),
            }),
            Family::Date => Self::Date(DateTest {
                relation: Relation::of(kind),
                values: collect(&texts, rejected, Instant::parse),
            }),
            Family::Bool => Self::Bool(BoolTest {
                values: collect(&texts, rejected, boolean::parse),
            }),
            Family::Null => Self::Null(BoolTest {
                values: collect(&texts, rejected, boolean::parse),
            }),
            Family::Binary => Self::Binary(BinaryTest {
                values: collect(&texts, rejected, |text| Some(text.into())),
            }),
            Family::Ip => Self::Ip(IpTest {
                values: collect(&texts, rejected, Block::parse),
            }),
            Family::Arn => Self::Arn(ArnTest {
                values: collect(&texts, rejected, |text| match version {
                    Version::V2012_10_17 => ArnPattern::for_condition(text).ok(),
                    Version::V2008_10_17 => ArnPattern::for_condition_without_variables(text).ok(),
                }),
            }),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::String(test) => test.values.is_empty(),
            Self::Numeric(test) => test.values.is_empty(),
            Self::Date(test) => test.values.is_empty(),
            Self::Bool(test) | Self::Null(test) => test.values.is_empty(),
            Self::Binary(test) => test.values.is_empty(),
            Self::Ip(test) => test.values.is_empty(),
            Self::Arn(test) => test.values.is_empty(),
            Self::Never => true,
        }
    }

    fn compare(&self, value: &str, context: &Context) -> Comparison {
        match self {
            Self::String(test) => test.compare(value, context),
            Self::Numeric(test) => test.compare(value),
            Self::Date(test) => test.compare(value),
            Self::Bool(test) => test.compare(value),
            Self::Binary(test) => test.compare(value),
            Self::Ip(test) => test.compare(value),
            Self::Arn(test) => test.compare(value, context),
            Self::Null(_) | Self::Never => Comparison::Unreadable,
        }
    }
}

/// The texts as values, the positions of those that are none noted.
fn collect<T>(
    texts: &[String],
    rejected: &mut Vec<usize>,
    read: impl Fn(&str) -> Option<T>,
) -> Box<[T]> {
    let mut values = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        match read(text) {
            Some(value) => values.push(value),
            None => rejected.push(position),
        }
    }
    values.into()
}
