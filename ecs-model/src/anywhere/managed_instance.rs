//! [`ManagedInstanceId`]: the id that Systems Manager gives to a machine.

use core::fmt;
use core::str::FromStr;

use ecs_taskdef::open_enum;
use serde::{Deserialize, Serialize};

const PREFIX: &str = "mi-";
const DIGITS: usize = 17;

/// The id of a managed instance: `mi-` and 17 hexadecimal digits in lower case. An external
/// instance has it where another one has its EC2 instance id.
///
/// ```
/// use ecs_model::anywhere::ManagedInstanceId;
///
/// let id: ManagedInstanceId = "mi-0123456789abcdef0".parse()?;
/// assert_eq!(id.as_str(), "mi-0123456789abcdef0");
/// assert_eq!(
///     ManagedInstanceId::parse("i-0123456789abcdef0").unwrap_err().to_string(),
///     "`i-0123456789abcdef0` is not `mi-` and 17 hexadecimal digits"
/// );
/// # Ok::<(), ecs_model::anywhere::ManagedInstanceIdError>(())
/// ```
///
/// Source: Systems Manager API shape `ManagedInstanceId`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ManagedInstanceId(String);

impl ManagedInstanceId {
    /// Reads an id.
    ///
    /// # Errors
    ///
    /// [`ManagedInstanceIdError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ManagedInstanceIdError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let digits = text.strip_prefix(PREFIX).unwrap_or_default();
        match digits.len() == DIGITS && digits.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => Err(ManagedInstanceIdError(text.to_owned())),
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ManagedInstanceId {
    type Err = ManagedInstanceIdError;

    fn from_str(text: &str) -> Result<Self, ManagedInstanceIdError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ManagedInstanceId {
    type Error = ManagedInstanceIdError;

    fn try_from(text: String) -> Result<Self, ManagedInstanceIdError> {
        Self::parse(&text)
    }
}

impl From<ManagedInstanceId> for String {
    fn from(id: ManagedInstanceId) -> Self {
        id.0
    }
}

impl fmt::Display for ManagedInstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that is no id of a managed instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `mi-` and 17 hexadecimal digits")]
pub struct ManagedInstanceIdError(String);

open_enum! {
    /// Whether Systems Manager hears of a managed instance.
    ///
    /// Source: Systems Manager API shape `PingStatus`.
    pub enum PingStatus {
        /// It does.
        Online = "Online",
        /// It did.
        ConnectionLost = "ConnectionLost",
        /// The instance was turned off.
        Inactive = "Inactive",
    }
}
