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
    is_unsupported: bool,
    source: Option<Box<regex::Error>>,
}

impl Eq for QueryError {}

impl QueryError {
    pub(super) fn new(offset: usize, message: impl Into<Box<str>>) -> Self {
        Self {
            message: message.into(),
            offset,
            is_unsupported: false,
            source: None,
        }
    }

    /// Of what Amazon ECS may read and this crate does not.
    pub(super) fn unsupported(
        offset: usize,
        message: impl Into<Box<str>>,
        source: Option<regex::Error>,
    ) -> Self {
        Self {
            is_unsupported: true,
            source: source.map(Box::new),
            ..Self::new(offset, message)
        }
    }

    /// Where reading stopped, in bytes from the start of the expression.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Whether Amazon ECS may read the expression all the same: it has a regular expression that
    /// is not supported here, or is nested too deep.
    ///
    /// ```
    /// use ecs_placement::Query;
    ///
    /// let refused = |text| Query::parse(text).unwrap_err();
    /// assert!(refused("attribute:stack =~ (?=prod).*").is_unsupported());
    /// assert!(!refused("attribute:stack =~").is_unsupported());
    /// ```
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.is_unsupported
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
