//! What is probably not meant: findings about policies that AWS accepts.

mod action;
mod condition;
mod covers;
mod resource;
mod similar;
mod statement;

use std::fmt;

pub(crate) use covers::covers_resource;
pub(crate) use resource::may_be;

use serde::Serialize;

use crate::acceptance::PolicyType;
use crate::document::Policy;

/// Something in a policy that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which rule found it.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// Where: a JSON Pointer.
    pub pointer: String,
    /// What is wrong, and what follows from it.
    pub message: String,
    /// What to write instead, if that is known.
    pub suggestion: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// It has no effect, or is written otherwise than usual.
    Notice,
    /// It means something else than it seems to.
    Warning,
    /// It can never have the effect that is meant.
    Error,
}

/// The rules, each with one kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// An action that is not a service, a colon and a name.
    ActionForm,
    /// An action that Amazon ECS does not have.
    UnknownAction,
    /// A resource that can match no ARN.
    ImpossibleResource,
    /// A resource type that Amazon ECS does not have.
    UnknownResourceType,
    /// A task definition without a revision, while AWS authorizes revisions.
    MissingRevision,
    /// A resource for an action that takes none, or takes another type.
    ResourceNotTaken,
    /// A condition key that Amazon ECS does not have.
    UnknownKey,
    /// A condition key that an action of the statement does not have.
    KeyNotTaken,
    /// An operator of another type than its key.
    OperatorType,
    /// A value that the operator cannot compare, or that nothing can have.
    ImpossibleValue,
    /// `*` or `?` where they are plain characters.
    LiteralWildcard,
    /// `${...}` in a policy of a version without variables.
    LiteralVariable,
    /// `ForAllValues` in a statement that allows, without a check that the key is there.
    UnguardedForAllValues,
    /// A set operator on a key with one value.
    NeedlessSetOperator,
    /// A plain operator on a key with several values.
    MissingSetOperator,
    /// `IfExists` or a set operator on `Null`.
    ModifiedNull,
    /// An operator that is not spelt as AWS spells it.
    OperatorCase,
    /// A `Sid` that stands there twice.
    DuplicateSid,
    /// A `Sid` with other characters than letters and digits.
    SidCharacters,
    /// A statement without `Resource` where one is needed.
    NoResource,
    /// A statement that allows everyone but some.
    AllowNotPrincipal,
    /// A statement that another one makes useless.
    UselessStatement,
    /// Top-level `Conditions`, which AWS ignores.
    IgnoredConditions,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(
            formatter,
            "{severity}: {} at `{}`",
            self.message, self.pointer
        )?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, "; try `{suggestion}`"),
            None => Ok(()),
        }
    }
}

impl Policy {
    /// Looks for what is probably not meant, all rules in one pass, in the order of the
    /// document. Actions, resource types and keys are checked for Amazon ECS only. It takes time
    /// linear in the statements: whether one of them is useless is asked of at most 64 others
    /// that speak of its first action and its first resource.
    ///
    /// ```
    /// use ecs_iam_policy::{Policy, PolicyType};
    ///
    /// let policy: Policy = r#"{
    ///     "Version": "2012-10-17",
    ///     "Statement": {
    ///         "Effect": "Allow",
    ///         "Action": "ecs:DescribeTask",
    ///         "Resource": "arn:aws:ecs::us-east-1:123456789012:task/*"
    ///     }
    /// }"#.parse()?;
    /// let findings: Vec<String> =
    ///     policy.lint(PolicyType::Identity).iter().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     findings,
    ///     [
    ///         "error: `ecs:DescribeTask` is no action of Amazon ECS at `/Statement/Action`; \
    ///          try `ecs:DescribeTasks`",
    ///         "error: `arn:aws:ecs::us-east-1:123456789012:task/*` matches no ARN, because its \
    ///          account is `us-east-1` at `/Statement/Resource`; \
    ///          try `arn:aws:ecs:us-east-1:123456789012:task/*`",
    ///     ],
    /// );
    /// # Ok::<(), ecs_iam_policy::PolicyError>(())
    /// ```
    #[must_use]
    pub fn lint(&self, policy_type: PolicyType) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.unknown.contains_key("Conditions") {
            let message = "AWS ignores `Conditions` outside of statements".to_owned();
            findings.push(Finding::new(
                Rule::IgnoredConditions,
                Severity::Warning,
                "/Conditions",
                message,
            ));
        }
        let overview = statement::Overview::of(self.statements());
        for (index, statement) in self.statements().iter().enumerate() {
            let pointer = self.statement_pointer(index);
            let version = self.effective_version();
            statement::check(&overview, index, policy_type, &pointer, &mut findings);
            action::check(statement, &pointer, &mut findings);
            resource::check(statement, version, &pointer, &mut findings);
            condition::check(statement, version, &pointer, &mut findings);
        }
        findings
    }
}

impl Finding {
    fn new(rule: Rule, severity: Severity, pointer: impl Into<String>, message: String) -> Self {
        Self {
            rule,
            severity,
            pointer: pointer.into(),
            message,
            suggestion: None,
        }
    }

    fn suggesting(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }
}

/// The pointer of an entry of a list, or of the element if it is a single text.
fn entry(pointer: &str, name: &str, list: &crate::document::TextList, at: usize) -> String {
    let element = crate::error::pointer_to(pointer, name);
    if list.is_single() {
        element
    } else {
        crate::error::pointer_to(&element, at)
    }
}
