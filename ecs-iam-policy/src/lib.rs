//! Amazon ECS (Elastic Container Service) permissions: IAM policies parsed, evaluated and explained.

mod acceptance;
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
mod principal;
mod request;

pub use acceptance::{PolicyType, Rejection};
pub use compile::{CompiledPolicy, Diagnostic};
pub use condition::{Operator, OperatorKind, Quantifier};
pub use context::{Context, ContextValue};
pub use decide::{Decision, Outcome};
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
pub use principal::{Principal, PrincipalError, PrincipalType};
pub use request::Request;
