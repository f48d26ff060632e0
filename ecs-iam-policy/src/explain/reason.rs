//! Why a statement does not apply.

use std::fmt;

use serde::Serialize;

/// The first element of a statement that does not match the request, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// No pattern of `Action` matches.
    Action {
        /// The action of the request.
        action: String,
        /// The patterns of the statement.
        patterns: Vec<String>,
    },
    /// A pattern of `NotAction` matches.
    NotAction {
        /// The action of the request.
        action: String,
        /// The pattern that matches.
        pattern: String,
    },
    /// No pattern of `Resource` matches.
    Resource {
        /// The resource of the request.
        resource: String,
        /// The patterns of the statement, each with what does not match.
        patterns: Vec<PatternMismatch>,
    },
    /// A pattern of `NotResource` matches.
    NotResource {
        /// The resource of the request.
        resource: String,
        /// The pattern that matches.
        pattern: String,
    },
    /// The statement names no resource, and its policy is not attached to one.
    NoResource,
    /// `Principal` does not name the caller, or `NotPrincipal` does.
    Principal {
        /// The caller.
        principal: String,
        /// Whether the element is `NotPrincipal`.
        negated: bool,
        /// Those whom the statement names.
        named: Vec<String>,
    },
    /// The policies of the layer do not bind the caller: service control policies bind the
    /// principals of accounts only, and neither they nor resource control policies bind
    /// service-linked roles.
    NotBound {
        /// The caller.
        principal: String,
    },
    /// The policy of a resource has to say whom it speaks of, and this statement does not.
    NoPrincipal,
    /// A condition is not met.
    Condition {
        /// The operator as it is written.
        operator: String,
        /// The condition key as it is written.
        key: String,
        /// The values of the statement.
        expected: Vec<String>,
        /// The values of the request, if it has the key.
        found: Option<Vec<String>>,
        /// What went wrong.
        failure: ConditionFailure,
    },
}

/// Why a resource pattern does not match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PatternMismatch {
    /// The pattern as it is written.
    pub pattern: String,
    /// In words, such as "the Region is `eu-west-1`, not `us-*`".
    pub why: String,
}

/// Why a condition is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConditionFailure {
    /// The request's value is not what is asked for.
    Different,
    /// The request does not have the key.
    Missing,
    /// A value of the request is not of the operator's type, such as a text for a number.
    Unreadable,
    /// There is no such operator.
    UnknownOperator,
}

/// Texts in backticks, separated by commas.
struct Quoted<'a>(&'a [String]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, text) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(formatter, "{separator}`{text}`")?;
        }
        if self.0.is_empty() {
            formatter.write_str("nothing")
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action { action, patterns } => {
                write!(
                    formatter,
                    "the action `{action}` is not among {}",
                    Quoted(patterns)
                )
            }
            Self::NotAction { action, pattern } => {
                write!(
                    formatter,
                    "the action `{action}` is excluded by `{pattern}`"
                )
            }
            Self::Resource { resource, patterns } => {
                write!(
                    formatter,
                    "the resource `{resource}` is not among those listed"
                )?;
                let mut patterns = patterns.iter();
                patterns.try_for_each(|one| write!(formatter, "; `{}`: {}", one.pattern, one.why))
            }
            Self::NotResource { resource, pattern } => {
                write!(
                    formatter,
                    "the resource `{resource}` is excluded by `{pattern}`"
                )
            }
            Self::NoResource => formatter.write_str("the statement names no resource"),
            Self::Principal {
                principal,
                negated,
                named,
            } => {
                let relation = if *negated { "excluded by" } else { "not among" };
                write!(
                    formatter,
                    "the principal `{principal}` is {relation} {}",
                    Quoted(named)
                )
            }
            Self::NotBound { principal } => {
                write!(formatter, "the layer does not bind `{principal}`")
            }
            Self::NoPrincipal => formatter.write_str("the statement names no principal"),
            Self::Condition {
                operator,
                key,
                expected,
                found,
                failure,
            } => {
                let condition = Condition {
                    operator,
                    key,
                    expected,
                    found: found.as_deref(),
                };
                condition.fmt(formatter, *failure)
            }
        }
    }
}

struct Condition<'a> {
    operator: &'a str,
    key: &'a str,
    expected: &'a [String],
    found: Option<&'a [String]>,
}

impl Condition<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>, failure: ConditionFailure) -> fmt::Result {
        let Self {
            operator,
            key,
            expected,
            found,
        } = self;
        let (expected, found) = (Quoted(expected), Quoted(found.unwrap_or_default()));
        match failure {
            ConditionFailure::Different if self.found.is_none() => {
                write!(
                    formatter,
                    "the request has no `{key}`, and {operator} asks for {expected}"
                )
            }
            ConditionFailure::Different => {
                write!(
                    formatter,
                    "`{key}` is {found}, and {operator} asks for {expected}"
                )
            }
            ConditionFailure::Missing => write!(
                formatter,
                "the request has no `{key}`, which {operator} compares with {expected}"
            ),
            ConditionFailure::Unreadable => {
                write!(
                    formatter,
                    "`{key}` is {found}, which {operator} cannot compare"
                )
            }
            ConditionFailure::UnknownOperator => {
                write!(formatter, "there is no operator `{operator}`")
            }
        }
    }
}
