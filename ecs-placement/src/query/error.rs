//! Why an expression is refused.

use std::fmt;

/// An expression of the cluster query language that cannot be read.
///
/// ```
/// use ecs_placement::Query;
///
/// let error = Query::parse("attribute:stack == prod and").unwrap_err();
/// assert_eq!(error.offset(), 27);
/// assert_eq!(
///     error.to_string(),
///     "expected a subject, `not` or `(`, found the end at byte 27",
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QueryError {
    message: Box<str>,
    offset: usize,
    source: Option<Box<regex::Error>>,
}

impl Eq for QueryError {}

impl QueryError {
    pub(super) fn new(offset: usize, message: impl Into<Box<str>>) -> Self {
        Self {
            message: message.into(),
            offset,
            source: None,
        }
    }

    pub(super) fn because(self, source: regex::Error) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..self
        }
    }

    /// Where reading stopped, in bytes from the start of the expression.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl std::error::Error for QueryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}
