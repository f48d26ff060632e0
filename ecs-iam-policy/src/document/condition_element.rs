//! The `Condition` element as it is written.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

use super::text_list::one_or_list;
use crate::condition::Operator;

/// The `Condition` element: blocks, one per operator, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    pub(crate) blocks: Vec<ConditionBlock>,
}

impl Conditions {
    /// The blocks in the order of the document.
    #[must_use]
    pub fn blocks(&self) -> &[ConditionBlock] {
        &self.blocks
    }
}

/// One operator with its tests, all of which must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionBlock {
    pub(crate) operator: String,
    pub(crate) tests: Vec<ConditionTest>,
}

impl ConditionBlock {
    /// The operator as it is written, such as `ForAnyValue:StringLikeIfExists`.
    #[must_use]
    pub fn operator_text(&self) -> &str {
        &self.operator
    }

    /// The operator, if there is one of that name. AWS accepts an unknown operator only without
    /// any key.
    #[must_use]
    pub fn operator(&self) -> Option<Operator> {
        Operator::from_name(&self.operator)
    }

    /// The keys with their values.
    #[must_use]
    pub fn tests(&self) -> &[ConditionTest] {
        &self.tests
    }
}

/// One condition key with the values it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionTest {
    pub(crate) key: String,
    pub(crate) values: ConditionValues,
}

impl ConditionTest {
    /// The condition key as it is written, such as `aws:RequestTag/env`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The values, one of which has to match, or none of them if the operator is negated.
    #[must_use]
    pub const fn values(&self) -> &ConditionValues {
        &self.values
    }
}

/// One value or a list of values; which of the two it was is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionValues {
    pub(crate) items: Vec<ConditionValue>,
    pub(crate) single: bool,
}

impl ConditionValues {
    /// The values in their order.
    pub fn iter(&self) -> impl Iterator<Item = &ConditionValue> {
        self.items.iter()
    }

    /// Whether the document has a value where a list could stand.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.single
    }
}

/// A value of a condition.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConditionValue {
    /// A text.
    String(String),
    /// `true` or `false`, the same as the text of that name.
    Bool(bool),
    /// A number, the same as its text.
    Number(Number),
}

impl ConditionValue {
    /// The value as text, which is how conditions compare.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => Cow::Borrowed(text),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Number(number) => Cow::Owned(number.to_string()),
        }
    }
}

impl Serialize for Conditions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.blocks.len()))?;
        for block in &self.blocks {
            map.serialize_entry(&block.operator, &Tests(&block.tests))?;
        }
        map.end()
    }
}

struct Tests<'a>(&'a [ConditionTest]);

impl Serialize for Tests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for test in self.0 {
            map.serialize_entry(&test.key, &test.values)?;
        }
        map.end()
    }
}

impl Serialize for ConditionValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        one_or_list(&self.items, self.single, serializer)
    }
}

impl Serialize for ConditionValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::String(text) => serializer.serialize_str(text),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
        }
    }
}
