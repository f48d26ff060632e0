//! [`Secret`]: a text that shows itself only when asked to.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

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
        refuse_redacted(&text)?;
        Ok(Self(text))
    }
}

/// A secret that was not written is not taken for one.
pub(super) fn refuse_redacted<E: de::Error>(text: &str) -> Result<(), E> {
    match text == REDACTED {
        true => Err(E::custom(format_args!(
            "`{REDACTED}` stands in place of a secret that was not written"
        ))),
        false => Ok(()),
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

/// Serialises `document` with `secret`, if it has one, at the place, a JSON Pointer, where its plain
/// form hides it. Serialising fails where there is no such place.
///
/// Types with secrets, those of ecs-state too, build their `with_secrets` on it.
#[doc(hidden)]
#[must_use]
pub fn exposing<'a>(
    document: &'a (impl Serialize + ?Sized),
    pointer: &'static str,
    secret: Option<impl Serialize + 'a>,
) -> impl Serialize + 'a {
    Exposing {
        document,
        pointer,
        secret,
    }
}

struct Exposing<'a, D: ?Sized, S> {
    document: &'a D,
    pointer: &'static str,
    secret: Option<S>,
}

impl<D: Serialize + ?Sized, S: Serialize> Serialize for Exposing<'_, D, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        let written = |value: serde_json::Result<_>| value.map_err(ser::Error::custom);
        let Some(secret) = &self.secret else {
            return self.document.serialize(serializer);
        };
        let mut document = written(serde_json::to_value(self.document))?;
        let place = document.pointer_mut(self.pointer).ok_or_else(|| {
            ser::Error::custom(format_args!("a secret has no place at `{}`", self.pointer))
        })?;
        *place = written(serde_json::to_value(secret))?;
        document.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_secret_is_written_in_its_place_or_not_at_all() {
        let document = BTreeMap::from([("code", Secret::new("swordfish"))]);
        let written = |pointer, secret: Option<&str>| {
            let whole = exposing(&document, pointer, secret);
            serde_json::to_string(&whole).map_err(|error| error.to_string())
        };
        let (whole, hidden) = (r#"{"code":"swordfish"}"#, r#"{"code":"[redacted]"}"#);
        assert_eq!(written("/code", Some("swordfish")), Ok(whole.to_owned()));
        assert_eq!(written("/code", None), Ok(hidden.to_owned()));
        assert_eq!(
            written("/key", Some("swordfish")),
            Err("a secret has no place at `/key`".to_owned())
        );
    }

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
