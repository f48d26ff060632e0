//! What is wrong with a policy document, and where.

use std::fmt;

/// Everything that is wrong with a policy document.
///
/// ```
/// use ecs_iam_policy::Policy;
///
/// let error = r#"{"Statement":{"Effect":"allow","Action":"ecs:RunTask","Resorce":"*"}}"#
///     .parse::<Policy>()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`allow` is not `Allow` or `Deny` at `/Statement/Effect`; \
///      `Resorce` is not an element of a statement at `/Statement/Resorce`",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    problems: Vec<Problem>,
}

impl PolicyError {
    pub(crate) const fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The single problems, in the order of the document.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.problems.iter().enumerate() {
            if position > 0 {
                formatter.write_str("; ")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where: a JSON Pointer (RFC 6901), empty for the whole document.
    pub pointer: String,
}

impl Problem {
    pub(crate) const fn new(kind: ProblemKind, pointer: String) -> Self {
        Self { kind, pointer }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(formatter)?;
        if self.pointer.is_empty() {
            Ok(())
        } else {
            write!(formatter, " at `{}`", self.pointer)
        }
    }
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// A value of another type than the element takes.
    #[error("{expected} is expected, not {found}")]
    Type {
        /// What the element takes, with its article.
        expected: &'static str,
        /// What stands there, with its article.
        found: &'static str,
    },
    /// An element that the language does not have.
    #[error("`{name}` is not an element of {parent}")]
    UnknownElement {
        /// The element as it was written.
        name: String,
        /// What holds it, with its article.
        parent: &'static str,
    },
    /// An element that stands there twice.
    #[error("`{0}` is given twice")]
    DuplicateElement(String),
    /// An element that has to be there.
    #[error("`{0}` is missing")]
    MissingElement(&'static str),
    /// Two elements of which a statement may have one.
    #[error("`{0}` and `{1}` exclude each other")]
    Conflict(&'static str, &'static str),
    /// A list that may not be empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A `Version` that does not exist.
    #[error("`{0}` is not `2012-10-17` or `2008-10-17`")]
    Version(String),
    /// An `Effect` that does not exist.
    #[error("`{0}` is not `Allow` or `Deny`")]
    Effect(String),
    /// A condition operator that does not exist.
    #[error("`{0}` is not a condition operator")]
    Operator(String),
    /// A kind of principal that does not exist.
    #[error("`{0}` is not `AWS`, `Service`, `Federated` or `CanonicalUser`")]
    PrincipalKind(String),
    /// A `Principal` text other than `*`.
    #[error("`{0}` is not `*`, the only principal that may be given without its kind")]
    PrincipalText(String),
    /// A character outside of what policies may hold.
    #[error("`{}` at byte {offset} is not a character of policies", .character.escape_unicode())]
    Character {
        /// The character.
        character: char,
        /// Where it starts in the document, in bytes.
        offset: usize,
    },
}

/// Appends a member name or an index to a JSON Pointer.
pub(crate) fn pointer_to(parent: &str, token: impl fmt::Display) -> String {
    let token = token.to_string().replace('~', "~0").replace('/', "~1");
    format!("{parent}/{token}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped() {
        assert_eq!(
            pointer_to("/a", "aws:ResourceTag/x~y"),
            "/a/aws:ResourceTag~1x~0y"
        );
        assert_eq!(pointer_to("", 0), "/0");
    }
}
