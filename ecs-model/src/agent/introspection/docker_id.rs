//! [`DockerId`]: the id of a container.

use core::fmt;
use core::str::FromStr;

const DIGITS: usize = 64;
const SHORT_DIGITS: usize = 12;

/// The id that Docker has given to a container: 64 hexadecimal digits in lower case, or the 12 or
/// fewer that it shows.
///
/// ```
/// use ecs_model::agent::DockerId;
///
/// let full = "9581a69a761a557fbfce1d0f6745e4af5b9dbfb86b6b2c5c4df156f1a5932ff1";
/// assert_eq!(DockerId::parse(full)?.as_str(), full);
/// assert_eq!(
///     DockerId::parse("9581a69a761a").unwrap_err().to_string(),
///     "`9581a69a761a` is not a full Docker id of 64 hexadecimal digits"
/// );
/// assert!(DockerId::parse_short("9581a69a761a")?.is_of(full));
/// # Ok::<(), ecs_model::agent::DockerIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DockerId(String);

impl DockerId {
    /// Reads a full id, as the guide of 2015 asks for.
    ///
    /// # Errors
    ///
    /// [`DockerIdError`] for anything but 64 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Result<Self, DockerIdError> {
        Self::of_length(text, text.len() == DIGITS)
    }

    /// Reads a full id or a short one of at most 12 digits, which agents of today take too.
    ///
    /// # Errors
    ///
    /// [`DockerIdError`] for anything else.
    pub fn parse_short(text: &str) -> Result<Self, DockerIdError> {
        Self::of_length(
            text,
            text.len() == DIGITS || (1..=SHORT_DIGITS).contains(&text.len()),
        )
    }

    fn of_length(text: &str, is_right: bool) -> Result<Self, DockerIdError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match is_right && text.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => Err(DockerIdError(text.to_owned())),
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether all digits are there.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.len() == DIGITS
    }

    /// Whether it is the id of the container with this full id.
    #[must_use]
    pub fn is_of(&self, full: &str) -> bool {
        match self.is_full() {
            true => self.0 == full,
            false => full.starts_with(&self.0),
        }
    }
}

impl FromStr for DockerId {
    type Err = DockerIdError;

    fn from_str(text: &str) -> Result<Self, DockerIdError> {
        Self::parse(text)
    }
}

impl fmt::Display for DockerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that is no id of a container.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a full Docker id of 64 hexadecimal digits")]
pub struct DockerIdError(String);
