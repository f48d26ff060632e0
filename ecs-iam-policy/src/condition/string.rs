//! `String*` operators.

use ecs_arn::Wildcard;

use super::OperatorKind;
use super::compiled::Comparison;
use super::template::{Case, Template};
use crate::context::Context;
use crate::document::Version;

/// The texts of a policy.
#[derive(Debug, Clone)]
pub(super) struct StringTest {
    pub(super) values: Box<[Text]>,
}

/// One text of a policy.
#[derive(Debug, Clone)]
pub(super) enum Text {
    Exact(Box<str>),
    IgnoreCase(Box<str>),
    /// With the wildcards of the `Like` operators, and with variables if the version has them.
    Pattern(Wildcard),
    /// With variables, but without wildcards.
    Template(Template),
}

impl Text {
    /// Compiles a text; `None` if a variable in it is not closed, so that it matches nothing.
    pub(super) fn compile(text: &str, kind: OperatorKind, version: Version) -> Option<Self> {
        let has_variables = version == Version::V2012_10_17 && text.contains("${");
        let case = match kind {
            OperatorKind::StringLike | OperatorKind::StringNotLike if has_variables => {
                return Wildcard::with_variables(text).ok().map(Self::Pattern);
            }
            OperatorKind::StringLike | OperatorKind::StringNotLike => {
                return Some(Self::Pattern(Wildcard::new(text)));
            }
            OperatorKind::StringEqualsIgnoreCase | OperatorKind::StringNotEqualsIgnoreCase => {
                Case::Ignored
            }
            _ => Case::Sensitive,
        };
        match case {
            _ if has_variables => Template::compile(text, case).map(Self::Template),
            Case::Sensitive => Some(Self::Exact(text.into())),
            Case::Ignored => Some(Self::IgnoreCase(text.into())),
        }
    }

    fn matches(&self, value: &str, context: &Context) -> bool {
        match self {
            Self::Exact(text) => **text == *value,
            Self::IgnoreCase(text) => text.eq_ignore_ascii_case(value),
            Self::Pattern(pattern) => pattern.matches_with(value, |name| context.variable(name)),
            Self::Template(template) => template.matches(value, context),
        }
    }
}

impl StringTest {
    pub(super) fn compare(&self, value: &str, context: &Context) -> Comparison {
        Comparison::of(self.values.iter().any(|text| text.matches(value, context)))
    }
}
