//! Conditions: operators, and what they compare.

mod address;
mod arn;
mod binary;
mod boolean;
mod compiled;
mod date;
mod decimal;
mod numeric;
mod operator;
mod ordering;
mod string;
mod template;

pub(crate) use compiled::{CompiledCondition, Outcome};
pub(crate) use date::Instant;
pub(crate) use operator::Family;
pub use operator::{Operator, OperatorKind, Quantifier};
