//! Amazon ECS (Elastic Container Service) permissions: IAM policies parsed, evaluated and
//! explained.
//!
//! ```
//! use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
//!
//! let policy: Policy = r#"{
//!     "Version": "2012-10-17",
//!     "Statement": [{
//!         "Effect": "Allow",
//!         "Action": ["ecs:RunTask"],
//!         "Condition": {
//!             "ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/default"}
//!         },
//!         "Resource": ["arn:aws:ecs:us-east-1:123456789012:task-definition/hello_world:*"]
//!     }]
//! }"#.parse()?;
//! let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
//!
//! let request = Request::new(
//!     "arn:aws:iam::123456789012:user/alice".parse()?,
//!     "ecs:RunTask",
//!     "arn:aws:ecs:us-east-1:123456789012:task-definition/hello_world:8",
//! )
//! .with_context("ecs:cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/default");
//!
//! assert!(policies.decide(&request).is_allowed());
//! println!("{}", policies.explain(&request));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is where
//!
//! | for | take |
//! |---|---|
//! | reading and writing documents | [`Policy`], [`Statement`], [`PolicyError`] |
//! | what AWS accepts, in its words | [`Policy::accept`], [`PolicyType`], [`Rejection`] |
//! | deciding | [`CompiledPolicy`], [`PolicySet`], [`Request`], [`Decision`] |
//! | why a decision is as it is | [`PolicySet::explain`], [`Explanation`] |
//! | what is probably not meant | [`Policy::lint`], [`Finding`] |
//! | what a policy allows at all, and what changes | [`Permissions`] |
//! | actions, resources, keys and requests of Amazon ECS | [`ecs`] |
//! | whether a call to Amazon ECS is authorised as a whole, and what is missing | [`PolicySet::authorize`] |
//!
//! # How a request is decided
//!
//! ```text
//!  1  any statement of any layer denies it ........................... explicit deny
//!  2  a level of service control policies does not allow it .......... implicit deny
//!  3  the resource's policy names the user or session itself ......... allowed
//!  4  the resource's policy names its role or everyone,
//!     or the principal's own policies allow it ....................... go on, else implicit deny
//!  5  a permissions boundary does not allow it ....................... implicit deny
//!  6  session policies do not allow it ............................... implicit deny
//!  7  ................................................................ allowed
//! ```
//!
//! Service control policies do not bind services, anonymous callers and service-linked roles;
//! resource control policies do not bind service-linked roles. Where everyone is named and a
//! condition on `aws:PrincipalArn` says who it is, 3 holds as well.
//!
//! That is within one account. Across accounts 3 does not hold, and 4 asks for both: the
//! resource's policy and the principal's own. The root user has no need of own policies.
//! Services, providers and anonymous callers have none, and need the policy of the resource.
//!
//! # What AWS leaves open
//!
//! [`choices`] lists each point on which AWS's documents say nothing, or two things, with what
//! this crate does and why.
//!
//! # Scope of this crate
//!
//! Policies of every service are parsed, decided and explained; the reference of actions and
//! the lint know Amazon ECS. Not evaluated are VPC endpoint policies, access control lists and
//! the rules that single services add, such as S3 Block Public Access. No clock is read: the
//! time of a request is its key `aws:CurrentTime`. JSON integers above 2^64 are read as floating
//! point numbers, and so lose digits; written as strings they keep them.

mod acceptance;
pub mod choices;
mod compile;
mod condition;
mod context;
mod decide;
mod document;
pub mod ecs;
mod error;
mod explain;
mod layers;
mod lint;
mod permissions;
mod prefix;
mod principal;
mod request;

pub use acceptance::{PolicyType, Rejection};
pub use compile::{CompiledPolicy, Diagnostic};
pub use condition::{Operator, OperatorKind, Quantifier};
pub use context::{Context, ContextValue};
pub use decide::{Decision, Obstacle, Outcome};
pub use document::{
    ConditionBlock, ConditionTest, ConditionValue, ConditionValues, Conditions, Effect, Listed,
    Policy, PrincipalElement, PrincipalKind, Reading, Statement, TextList, Version,
};
pub use error::{PolicyError, Problem, ProblemKind};
pub use explain::{
    ConditionFailure, Explanation, PatternMismatch, Reason, ResourceExplanation,
    StatementExplanation, Unevaluated,
};
pub use layers::{Layer, PolicySet, StatementId};
pub use lint::{Finding, Rule, Severity};
pub use permissions::{Extent, Permission, PermissionChange, Permissions};
pub use principal::{Principal, PrincipalError, PrincipalType};
pub use request::Request;
