//! AWS account ids.

use core::fmt;
use core::str::FromStr;

use crate::error::{ArnError, ArnErrorKind};

/// An AWS account id: exactly twelve digits.
///
/// ```
/// use ecs_arn::AccountId;
///
/// let id: AccountId = "123456789012".parse()?;
/// assert_eq!(id, AccountId::from_hyphenated("1234-5678-9012")?);
/// assert!("1234-5678-9012".parse::<AccountId>().is_err());
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// Reads twelve digits.
    ///
    /// # Errors
    ///
    /// [`ArnErrorKind::Account`] for anything else; hyphens get a hint.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        Self::of_digits(text).ok_or_else(|| {
            ArnError::new(ArnErrorKind::Account, 0, text)
                .hint_if(is_hyphenated(text), "remove the hyphens")
        })
    }

    /// Reads an account id as the console shows it, `1234-5678-9012`, or without hyphens.
    ///
    /// # Errors
    ///
    /// [`ArnErrorKind::Account`] if anything but twelve digits is left without the hyphens.
    pub fn from_hyphenated(text: &str) -> Result<Self, ArnError> {
        let mut digits = [0; 12];
        let mut slots = digits.iter_mut();
        for byte in text.bytes().filter(|&byte| byte != b'-') {
            match slots.next() {
                Some(slot) if byte.is_ascii_digit() => *slot = byte,
                _ => return Err(ArnError::new(ArnErrorKind::Account, 0, text)),
            }
        }
        match slots.next() {
            None => Ok(Self(digits)),
            Some(_) => Err(ArnError::new(ArnErrorKind::Account, 0, text)),
        }
    }

    fn of_digits(text: &str) -> Option<Self> {
        let digits = <[u8; 12]>::try_from(text.as_bytes()).ok()?;
        // Without an early exit the loop is vectorised.
        let all = digits
            .iter()
            .fold(true, |all, byte| all & byte.is_ascii_digit());
        all.then_some(Self(digits))
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The owner that an ARN names in its fifth part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Account<'a> {
    /// An account of twelve digits.
    Id(AccountId),
    /// `aws`: AWS itself, as in the ARNs of managed policies.
    Aws,
    /// Anything else: a placeholder, a pattern, or `cloudfront` in IAM ARNs.
    Other(&'a str),
}

impl<'a> Account<'a> {
    /// Sorts the text of an account part.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        match AccountId::of_digits(text) {
            Some(id) => Self::Id(id),
            None if text == "aws" => Self::Aws,
            None => Self::Other(text),
        }
    }
}

/// Whether the text is digits and hyphens, as the console prints account ids.
pub(crate) fn is_hyphenated(text: &str) -> bool {
    text.contains('-')
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_digit())
}

impl FromStr for AccountId {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

impl AsRef<str> for AccountId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}
