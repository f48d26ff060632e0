//! Policy documents: typed, and written again as they were read.

mod condition_element;
mod json;
mod principal_element;
mod reader;
mod statement;
mod text_list;

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

pub use condition_element::{
    ConditionBlock, ConditionTest, ConditionValue, ConditionValues, Conditions,
};
pub(crate) use json::Node;
pub use principal_element::{PrincipalElement, PrincipalKind};
use statement::in_order;
pub use statement::{Effect, Listed, Statement};
pub use text_list::TextList;

use crate::error::{PolicyError, Problem};

/// A policy document of the AWS policy language.
///
/// Reading is strict: an unknown element, an element given twice, a value of the wrong type are
/// errors, all of them reported with their places. Writing gives the same JSON again: a text
/// stays a text where a list could stand, elements and blocks keep their order.
///
/// What AWS accepts for a kind of policy is narrower than the language;
/// [`Policy::accept`](crate::Policy::accept) answers with AWS's own messages.
///
/// Source: IAM User Guide, "Grammar of the IAM JSON policy language".
///
/// ```
/// use ecs_iam_policy::{Effect, Policy};
///
/// let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:List*","Resource":["*"]}}"#;
/// let policy: Policy = text.parse()?;
/// assert_eq!(policy.statements()[0].effect, Effect::Allow);
/// assert_eq!(policy.to_string(), text);
/// # Ok::<(), ecs_iam_policy::PolicyError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// The version of the language; none means [`Version::V2008_10_17`].
    pub version: Option<Version>,
    /// An identifier of the policy.
    pub id: Option<String>,
    /// Members that the language does not have, kept when a document with errors is
    /// [read](Policy::read), and the top-level `Conditions` that AWS accepts and ignores.
    pub unknown: Map<String, Value>,
    statements: Vec<Statement>,
    /// Where the statements stand in the document, if some of it could not be read.
    positions: Vec<usize>,
    single: bool,
    order: Vec<TopElement>,
}

/// The top-level elements, to write them in the order they were read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TopElement {
    Version,
    Id,
    Statement,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// `2008-10-17`, what a document without `Version` is read as: `${...}` is plain text.
    #[default]
    V2008_10_17,
    /// `2012-10-17`: policy variables are replaced by their values.
    V2012_10_17,
}

impl Version {
    /// The text of the `Version` element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2008_10_17 => "2008-10-17",
            Self::V2012_10_17 => "2012-10-17",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::V2008_10_17, Self::V2012_10_17]
            .into_iter()
            .find(|version| version.name() == name)
    }
}

/// What a document holds as far as it could be read, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The policy without the parts that could not be read. A statement is left out if its
    /// `Effect` could not be read, or if it allows and what is left could allow more than it
    /// was meant to.
    pub policy: Policy,
    /// What is wrong, in the order of the document.
    pub problems: Vec<Problem>,
}

impl Policy {
    /// A policy of the current version of the language.
    #[must_use]
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self {
            version: Some(Version::V2012_10_17),
            id: None,
            unknown: Map::new(),
            statements: statements.into_iter().collect(),
            positions: Vec::new(),
            single: false,
            order: Vec::new(),
        }
    }

    /// Reads a document as far as it goes. Parsing (`text.parse::<Policy>()`) is the same and
    /// fails if there is any problem.
    ///
    /// ```
    /// use ecs_iam_policy::Policy;
    ///
    /// let reading = Policy::read(
    ///     r#"{"Statement":[{"Effect":"Allow","Action":"ecs:RunTask","Comment":"mine"}]}"#,
    /// );
    /// assert_eq!(reading.policy.statements().len(), 1);
    /// assert_eq!(
    ///     reading.problems[0].to_string(),
    ///     "`Comment` is not an element of a statement at `/Statement/0/Comment`",
    /// );
    /// ```
    #[must_use]
    pub fn read(text: &str) -> Reading {
        reader::read_text(text)
    }

    /// The statements in the order of the document.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The version that the document is evaluated with.
    #[must_use]
    pub fn effective_version(&self) -> Version {
        self.version.unwrap_or_default()
    }

    /// The JSON Pointer of a statement.
    pub(crate) fn statement_pointer(&self, statement: usize) -> String {
        let position = self.positions.get(statement).copied().unwrap_or(statement);
        if self.single {
            "/Statement".to_owned()
        } else {
            format!("/Statement/{position}")
        }
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        strict(Self::read(text))
    }
}

fn strict(reading: Reading) -> Result<Policy, PolicyError> {
    if reading.problems.is_empty() {
        Ok(reading.policy)
    } else {
        Err(PolicyError::new(reading.problems))
    }
}

impl fmt::Display for Policy {
    /// Writes the document as JSON; the alternate form (`{:#}`) with line breaks.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = if formatter.alternate() {
            serde_json::to_string_pretty(self)
        } else {
            serde_json::to_string(self)
        };
        formatter.write_str(&json.map_err(|_| fmt::Error)?)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict(reader::read_node(Node::deserialize(deserializer)?)).map_err(D::Error::custom)
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let all = [TopElement::Version, TopElement::Id, TopElement::Statement];
        for element in in_order(&self.order, &all) {
            self.serialize_element(element, &mut map)?;
        }
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Policy {
    fn serialize_element<M: SerializeMap>(
        &self,
        element: TopElement,
        map: &mut M,
    ) -> Result<(), M::Error> {
        match (element, self.version, &self.id, self.statements.as_slice()) {
            (TopElement::Version, Some(version), ..) => {
                map.serialize_entry("Version", version.name())
            }
            (TopElement::Id, _, Some(id), _) => map.serialize_entry("Id", id),
            (TopElement::Statement, _, _, [only]) if self.single => {
                map.serialize_entry("Statement", only)
            }
            (TopElement::Statement, _, _, list) => map.serialize_entry("Statement", list),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_gives_what_was_read() {
        for text in [
            r#"{"Statement":[]}"#,
            r#"{"Id":"x","Statement":[{"Resource":"*","NotAction":["iam:*"],"Effect":"Deny"}],"Version":"2008-10-17"}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Sid":"","NotPrincipal":{"AWS":["1"],"Service":"a.b"},"Action":[],"Condition":{"Bool":{"a:b":[true,"x",1.5]},"Null":{"a:c":false}}}}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"a:b","Resource":["*",null]}}"#,
        ] {
            let reading = Policy::read(text);
            assert_eq!(reading.policy.to_string(), text, "{:?}", reading.problems);
        }
    }

    #[test]
    fn a_policy_built_by_hand_is_written() {
        let mut statement = Statement::new(Effect::Allow);
        statement.action = Some(Listed::These("ecs:RunTask".into()));
        statement.resource = Some(Listed::These(["*"].into_iter().collect()));
        let text = Policy::new([statement]).to_string();
        assert_eq!(
            text,
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:RunTask","Resource":["*"]}]}"#
        );
        assert_eq!(text.parse::<Policy>().unwrap().to_string(), text);
    }

    #[test]
    fn serde_reads_and_refuses() {
        let policy: Policy =
            serde_json::from_str(r#"{"Statement":{"Effect":"Deny","Action":"*"}}"#).unwrap();
        assert_eq!(policy.effective_version(), Version::V2008_10_17);
        let error = serde_json::from_str::<Policy>(r#"{"Statement":7}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "an object or a list of objects is expected, not a number at `/Statement`"
        );
    }
}
