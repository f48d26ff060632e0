//! Why a text is refused: the kind, the place and, where one is known, the way out.

use alloc::boxed::Box;
use core::fmt;

/// A part of an ARN, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// `aws`, `aws-cn`, ...
    Partition,
    /// `ecs`, `iam`, ...
    Service,
    /// `us-east-1`; empty for global services.
    Region,
    /// Twelve digits, or `aws`; empty for some services.
    Account,
    /// Everything after the fifth colon.
    Resource,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Partition => "partition",
            Self::Service => "service",
            Self::Region => "Region",
            Self::Account => "account",
            Self::Resource => "resource",
        })
    }
}

/// What is wrong with a text that should be an ARN, a reference or a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArnErrorKind {
    /// The text is empty.
    Empty,
    /// More than [`MAX_LEN`](crate::MAX_LEN) bytes.
    TooLong,
    /// A control character other than tab and line ends.
    ControlCharacter,
    /// The text does not start with `arn:`.
    Prefix,
    /// Fewer than six parts separated by colons.
    TooFewParts {
        /// How many there are, the prefix `arn` included.
        found: usize,
    },
    /// A part that may not be empty is.
    EmptyPart(Part),
    /// Upper-case letters where only lower case is legal.
    Case(Part),
    /// `*` or `?` where one exact value is needed.
    Wildcard(Part),
    /// `<...>` or `${...}` that nobody filled in.
    Placeholder(Part),
    /// A character that the part cannot hold.
    Character(Part),
    /// Not the shape of a Region, as `us-east-1` has it.
    Region,
    /// The Region belongs to another partition.
    PartitionMismatch,
    /// Not twelve digits.
    Account,
    /// An ARN of a service other than `ecs`.
    WrongService,
    /// No resource type of Amazon ECS, or another one than asked for.
    ResourceType,
    /// Nothing before the first `/` of the resource.
    EmptyResourceType,
    /// A name or id is empty.
    EmptyName,
    /// The resource type has another number of parts after its `/`.
    ResourceParts {
        /// How many parts there are.
        found: usize,
    },
    /// A name or id with a character other than letters, digits, `-` and `_`.
    Name,
    /// A name or id of more than 255 characters.
    NameTooLong,
    /// A revision that is no integer from 1 to 2,147,483,647 without leading zeros.
    Revision,
    /// A task definition without a revision where one is needed.
    MissingRevision,
    /// An id that is neither a UUID nor 32 hexadecimal digits.
    Id,
    /// A wildcard in the service part of a pattern.
    ServiceWildcard,
    /// `${` without its `}`, or with nothing between.
    Variable,
}

/// An ARN, a reference or a pattern that cannot be accepted.
///
/// It prints what was found and where, and a hint when the mistake is a known one:
///
/// ```
/// use ecs_arn::{ArnErrorKind, ArnRef};
///
/// let arn = ArnRef::parse("arn:aws:ecs:us-east-1:1234-5678-9012:cluster/default")?;
/// let error = arn.validate().unwrap_err();
/// assert_eq!(error.kind(), ArnErrorKind::Account);
/// assert_eq!(error.offset(), 22);
/// assert_eq!(error.hint(), Some("remove the hyphens"));
/// assert_eq!(
///     error.to_string(),
///     "`1234-5678-9012` is not an account id of 12 digits at byte 22: remove the hyphens",
/// );
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnError {
    kind: ArnErrorKind,
    offset: usize,
    found: Box<str>,
    hint: Option<&'static str>,
}

/// How much of the user's input an error repeats.
const FOUND_CHARS: usize = 80;

impl ArnError {
    #[cold]
    pub(crate) fn new(kind: ArnErrorKind, offset: usize, found: &str) -> Self {
        let end = found
            .char_indices()
            .nth(FOUND_CHARS)
            .map_or(found.len(), |(at, _)| at);
        Self {
            kind,
            offset,
            found: found.get(..end).unwrap_or(found).into(),
            hint: None,
        }
    }

    pub(crate) fn hint_if(mut self, condition: bool, hint: &'static str) -> Self {
        if condition {
            self.hint.get_or_insert(hint);
        }
        self
    }

    /// Moves the place when what was parsed stands inside a longer text.
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        self.offset = self.offset.saturating_add(by);
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ArnErrorKind {
        self.kind
    }

    /// Where the offending part starts, in bytes from the start of the text.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What to do about it, for mistakes that are known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}

impl core::error::Error for ArnError {}

impl fmt::Display for ArnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Printable(&self.found);
        match self.kind {
            ArnErrorKind::Empty => f.write_str("the text is empty"),
            ArnErrorKind::TooLong => write!(f, "more than {} bytes", crate::MAX_LEN),
            ArnErrorKind::ControlCharacter => write!(f, "control character `{found}`"),
            ArnErrorKind::Prefix => write!(f, "expected `arn:`, found `{found}`"),
            ArnErrorKind::TooFewParts { found: parts } => {
                write!(f, "expected 6 parts separated by `:`, found {parts}")
            }
            ArnErrorKind::EmptyPart(part) => write!(f, "the {part} is empty"),
            ArnErrorKind::Case(part) => write!(f, "the {part} `{found}` is not in lower case"),
            ArnErrorKind::Wildcard(part) => write!(f, "the {part} `{found}` holds a wildcard"),
            ArnErrorKind::Placeholder(part) => {
                write!(f, "the {part} `{found}` is a placeholder")
            }
            ArnErrorKind::Character(part) => {
                write!(f, "the {part} `{found}` holds an illegal character")
            }
            ArnErrorKind::Region => write!(f, "`{found}` is not a Region"),
            ArnErrorKind::PartitionMismatch => {
                let home = crate::Partition::of_region(&self.found);
                write!(f, "the Region `{found}` belongs to partition `{home}`")
            }
            ArnErrorKind::Account => write!(f, "`{found}` is not an account id of 12 digits"),
            ArnErrorKind::WrongService => write!(f, "the service is `{found}`, not `ecs`"),
            ArnErrorKind::ResourceType => {
                write!(f, "`{found}` is not the resource type expected here")
            }
            ArnErrorKind::EmptyResourceType => f.write_str("the resource type is empty"),
            ArnErrorKind::EmptyName => f.write_str("the name is empty"),
            ArnErrorKind::ResourceParts { found: parts } => {
                write!(f, "`{found}` has {parts} parts after its resource type")
            }
            ArnErrorKind::Name => {
                write!(
                    f,
                    "`{found}` holds a character other than letters, digits, `-` and `_`"
                )
            }
            ArnErrorKind::NameTooLong => f.write_str("the name has more than 255 characters"),
            ArnErrorKind::Revision => {
                write!(f, "`{found}` is not a revision from 1 to 2147483647")
            }
            ArnErrorKind::MissingRevision => {
                write!(f, "the task definition `{found}` has no revision")
            }
            ArnErrorKind::Id => {
                write!(
                    f,
                    "the id `{found}` is neither a UUID nor 32 hexadecimal digits"
                )
            }
            ArnErrorKind::ServiceWildcard => {
                write!(
                    f,
                    "the service `{found}` of a pattern cannot hold a wildcard"
                )
            }
            ArnErrorKind::Variable => write!(f, "`{found}` is not a variable `${{name}}`"),
        }?;
        write!(f, " at byte {}", self.offset)?;
        match self.hint {
            Some(hint) => write!(f, ": {hint}"),
            None => Ok(()),
        }
    }
}

/// The user's input with control characters escaped, so that an error stays on its line.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c.is_control() {
            true => write!(f, "{}", c.escape_debug()),
            false => write!(f, "{c}"),
        })
    }
}
