use serde_json::Value;

use super::Member;

/// How AWS understands the elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Elements {
    /// In their order.
    Sequence,
    /// As a set: neither order nor repetition means anything.
    Set,
    /// As a map: these members tell the elements apart, whatever their order. Of
    /// several members, an element has some.
    Keyed(&'static [&'static str]),
}

/// A value that is known when a member is declared.
///
/// ```
/// use ecs_taskdef::shape::Constant;
///
/// assert_eq!(Constant::Number(300), serde_json::json!(300));
/// assert_ne!(Constant::Text("/"), serde_json::json!("/data"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constant {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Number(i64),
    /// A string, or a value out of a list.
    Text(&'static str),
}

impl PartialEq<Value> for Constant {
    fn eq(&self, value: &Value) -> bool {
        match self {
            Self::Boolean(constant) => value.as_bool() == Some(*constant),
            Self::Number(constant) => value.as_i64() == Some(*constant),
            Self::Text(constant) => value.as_str() == Some(*constant),
        }
    }
}

impl Member {
    /// The elements of the list are a set.
    #[must_use]
    pub const fn set(mut self) -> Self {
        self.elements = Elements::Set;
        self
    }

    /// The elements of the list are told apart by these members.
    #[must_use]
    pub const fn keyed(mut self, key: &'static [&'static str]) -> Self {
        self.elements = Elements::Keyed(key);
        self
    }

    /// An absent member means this value.
    #[must_use]
    pub const fn default_bool(mut self, default: bool) -> Self {
        self.default = Some(Constant::Boolean(default));
        self
    }

    /// An absent member means this value.
    #[must_use]
    pub const fn default_number(mut self, default: i64) -> Self {
        self.default = Some(Constant::Number(default));
        self
    }

    /// An absent member means this value.
    #[must_use]
    pub const fn default_text(mut self, default: &'static str) -> Self {
        self.default = Some(Constant::Text(default));
        self
    }

    /// AWS writes the default out in what it describes.
    #[must_use]
    pub const fn written_out(mut self) -> Self {
        self.is_default_written = true;
        self
    }

    /// AWS fills the member in and does not take it from others.
    #[must_use]
    pub const fn describe_only(mut self) -> Self {
        self.describe_only = true;
        self
    }
}
