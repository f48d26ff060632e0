//! Why a decision is as it is: every statement, and the first of its elements that failed.

mod reason;
mod render;
mod trace;

pub use reason::{ConditionFailure, PatternMismatch, Reason};
use serde::Serialize;

use crate::compile::Diagnostic;
use crate::decide::Decision;
use crate::document::Effect;
use crate::layers::{Layer, PolicySet, StatementId};
use crate::request::Request;

/// Why a request is decided as it is.
///
/// It is data (`Serialize`), and text (`Display`).
///
/// ```
/// use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
///
/// let policy: Policy = r#"{
///     "Version": "2012-10-17",
///     "Statement": {
///         "Sid": "RunOnDefault",
///         "Effect": "Allow",
///         "Action": "ecs:RunTask",
///         "Resource": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:*",
///         "Condition": {
///             "ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/default"}
///         }
///     }
/// }"#.parse()?;
/// let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
/// let request = Request::new(
///     "arn:aws:iam::123456789012:user/alice".parse()?,
///     "ecs:RunTask",
///     "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
/// );
/// assert_eq!(
///     policies.explain(&request).to_string(),
///     "\
/// ecs:RunTask by arn:aws:iam::123456789012:user/alice
/// on arn:aws:ecs:us-east-1:123456789012:task-definition/web:3
/// is denied, because nothing allows it: no statement of the identity policies
///   identity policies, policy 1
///     statement 1 `RunOnDefault`, Allow: the request has no `ecs:cluster`, which ArnEquals \
///     compares with `arn:aws:ecs:us-east-1:123456789012:cluster/default`
/// the request lacks `ecs:cluster`
/// ",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision that is explained.
    pub decision: Decision,
    /// Who makes the request.
    pub principal: String,
    /// What they want to do.
    pub action: String,
    /// Each resource of the request.
    pub resources: Vec<ResourceExplanation>,
    /// Condition keys and policy variables that statements about the action ask for and the
    /// request does not have, in the order of their names.
    pub missing_keys: Vec<String>,
    /// Parts of the policies that could not be evaluated and match nothing.
    pub unevaluated: Vec<Unevaluated>,
}

/// The explanation for one resource of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResourceExplanation {
    /// The ARN, or `*`.
    pub resource: String,
    /// What is decided for it alone.
    pub decision: Decision,
    /// Every statement of every layer.
    pub statements: Vec<StatementExplanation>,
}

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StatementExplanation {
    /// Where it stands.
    pub id: StatementId,
    /// The name of its policy.
    pub policy_name: Option<String>,
    /// Its own name.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Why it does not apply; none if it does.
    pub mismatch: Option<Reason>,
}

impl StatementExplanation {
    /// Whether the statement applies to the request.
    #[must_use]
    pub const fn applies(&self) -> bool {
        self.mismatch.is_none()
    }
}

/// A part of a policy that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unevaluated {
    /// The layer of the policy.
    pub layer: Layer,
    /// The position of the policy in its layer.
    pub policy: usize,
    /// The part, its place and the reason.
    pub diagnostic: Diagnostic,
}

impl PolicySet {
    /// Decides a request and says why. It costs what it has to look at and write down;
    /// [`PolicySet::decide`] costs nothing of it.
    #[must_use]
    pub fn explain(&self, request: &Request) -> Explanation {
        trace::explain(self, request)
    }
}
