//! Policies compiled once and decided many times.

mod action;
mod principal;
mod resource;
mod statement;

use std::fmt;

use serde::Serialize;

pub(crate) use action::ActionPattern;
pub(crate) use principal::{Grant, PrincipalPattern};
pub(crate) use resource::ResourcePattern;
pub(crate) use statement::{Attachment, CompiledStatement, Mismatch};

use crate::document::{Effect, Policy};
use crate::error::pointer_to;

/// A policy that is ready to decide: patterns taken apart, values read, names in lower case.
///
/// Compiling never fails. A part that cannot be evaluated, such as a resource that is no ARN,
/// matches nothing and is listed by [`CompiledPolicy::diagnostics`].
///
/// ```
/// use ecs_iam_policy::{CompiledPolicy, Policy};
///
/// let policy: Policy = r#"{
///     "Version": "2012-10-17",
///     "Statement": {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "web"}
/// }"#.parse()?;
/// let compiled = CompiledPolicy::new(&policy);
/// assert_eq!(
///     compiled.diagnostics()[0].to_string(),
///     "`web` at `/Statement/Resource` matches nothing: expected `arn:`, found `web` at byte 0",
/// );
/// # Ok::<(), ecs_iam_policy::PolicyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CompiledPolicy {
    name: Option<Box<str>>,
    source: Policy,
    statements: Box<[CompiledStatement]>,
    /// Positions of the statements that deny, and of those that allow.
    denies: Box<[usize]>,
    allows: Box<[usize]>,
    diagnostics: Vec<Diagnostic>,
}

/// A part of a policy that cannot be evaluated and therefore matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The part as it is written.
    pub text: String,
    /// Why it matches nothing.
    pub reason: String,
    /// Where it stands: a JSON Pointer.
    pub pointer: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            text,
            reason,
            pointer,
        } = self;
        write!(
            formatter,
            "`{text}` at `{pointer}` matches nothing: {reason}"
        )
    }
}

impl CompiledPolicy {
    /// Compiles a policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let mut diagnostics = Vec::new();
        let statements: Box<[_]> = policy
            .statements()
            .iter()
            .enumerate()
            .map(|(index, statement)| {
                let mut notes = Notes {
                    pointer: policy.statement_pointer(index),
                    diagnostics: &mut diagnostics,
                };
                CompiledStatement::compile(statement, policy.effective_version(), &mut notes)
            })
            .collect();
        let positions = |effect: Effect| {
            let positions = statements.iter().enumerate();
            positions
                .filter(|(_, s)| s.effect() == effect)
                .map(|(index, _)| index)
                .collect()
        };
        Self {
            name: None,
            source: policy.clone(),
            denies: positions(Effect::Deny),
            allows: positions(Effect::Allow),
            statements,
            diagnostics,
        }
    }

    /// A name for explanations, such as `AmazonECS_FullAccess`.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The name for explanations.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The policy that was compiled.
    #[must_use]
    pub const fn source(&self) -> &Policy {
        &self.source
    }

    /// The parts that cannot be evaluated, in the order of the document.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    pub(crate) fn statements(&self) -> &[CompiledStatement] {
        &self.statements
    }

    pub(crate) fn of_effect(
        &self,
        effect: Effect,
    ) -> impl Iterator<Item = (usize, &CompiledStatement)> {
        let positions = match effect {
            Effect::Allow => &self.allows,
            Effect::Deny => &self.denies,
        };
        positions
            .iter()
            .filter_map(|index| Some((*index, self.statements.get(*index)?)))
    }
}

/// Where compiling notes what cannot be evaluated.
pub(crate) struct Notes<'a> {
    /// Of the statement.
    pointer: String,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Notes<'_> {
    /// Notes a part under an element, at a position of a list or as the only one.
    fn add(
        &mut self,
        element: &str,
        position: Option<usize>,
        text: &str,
        reason: impl fmt::Display,
    ) {
        let mut pointer = pointer_to(&self.pointer, element);
        if let Some(position) = position {
            pointer = pointer_to(&pointer, position);
        }
        let (text, reason) = (text.to_owned(), reason.to_string());
        self.diagnostics.push(Diagnostic {
            text,
            reason,
            pointer,
        });
    }

    /// The notes of what lies below an element.
    fn below(&mut self, element: &str) -> Notes<'_> {
        Notes {
            pointer: pointer_to(&self.pointer, element),
            diagnostics: self.diagnostics,
        }
    }
}
