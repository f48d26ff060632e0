//! [`Secret`]: a text that shows itself only when asked to.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What stands in place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// A password, a token or a code.
///
/// `Debug`, `Display` and serialisation write `[redacted]`; [`expose`](Self::expose) is the one
/// way to the text. What was redacted does not read back: `[redacted]` is refused, as it would be
/// taken for the secret.
///
/// ```
/// use ecs_model::agent::Secret;
///
/// let password = Secret::new("swordfish");
/// assert_eq!(format!("{password} {password:?}"), "[redacted] [redacted]");
/// assert_eq!(serde_json::to_string(&password)?, r#""[redacted]""#);
/// assert_eq!(password.expose(), "swordfish");
///
/// let read = serde_json::from_str::<Secret>(r#""[redacted]""#);
/// assert_eq!(
///     read.unwrap_err().to_string(),
///     "`[redacted]` stands in place of a secret that was not written",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is this text, in a time that says nothing of where they differ.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let pairs = self.0.bytes().zip(text.bytes());
        let differences = pairs.fold(0, |found, (a, b)| found | (a ^ b));
        differences == 0 && self.0.len() == text.len()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == REDACTED {
            let message = "`[redacted]` stands in place of a secret that was not written";
            return Err(de::Error::custom(message));
        }
        Ok(Self(text))
    }
}

/// Whether a writer puts secrets into what it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Secrets {
    /// They are left out.
    LeaveOut,
    /// They are written as they are: keep the result as secret as they are.
    Include,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_text_matches() {
        let secret = Secret::new("swordfish");
        assert!(secret.matches("swordfish"));
        for wrong in ["", "swordfis", "swordfish ", "Swordfish"] {
            assert!(!secret.matches(wrong), "{wrong}");
        }
        assert!(Secret::default().matches(""));
    }
}
