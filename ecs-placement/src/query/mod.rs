//! The cluster query language: which instances an expression selects.

mod ast;
mod bits;
mod error;
mod eval;
mod parse;
mod regex;
mod token;
mod unmet;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use ast::Expression;
pub(crate) use bits::Columns;
pub use error::QueryError;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use unmet::UnmetTerm;

use crate::Instance;

/// An expression of the cluster query language, as `memberOf` constraints and the filter of
/// ListContainerInstances have it (Developer Guide, "Cluster query language").
///
/// ```text
/// attribute:ecs.instance-type =~ t2.* and not(task:group == database)
/// ```
///
/// | subject | operators |
/// |---|---|
/// | `attribute:NAME` | all |
/// | `ec2InstanceId`, `agentConnected`, `task:group` | `==` `!=` `in` `!in` `=~` `!~` |
/// | `agentVersion`, `registeredAt`, `runningTasksCount` | `==` `!=` `>` `>=` `<` `<=` |
///
/// Each operator has its name too (`equals`, `not_equals`, `greater_than`, ...). Expressions are
/// joined by `and`, `or`, `not` or `&&`, `||`, `!`, and grouped by parentheses.
///
/// What the guide leaves open is chosen here: `and` binds tighter than `or`; words are read in
/// any case; a text without quotes ends at white space, a comma, `&&`, `||` or an unopened bracket; an
/// attribute that is absent satisfies `!exists` and nothing else, so that `!=` asks for the
/// attribute as the guide's example does; `=~` must match the whole text; two texts compare as
/// numbers if both are numbers, and by their characters otherwise; versions compare as
/// [`Version`](ecs_model::version::Version)s do; `task:group != x` means that
/// no task of the group is there. Regular expressions are those that Java and the `regex` crate
/// read alike: look-around, back-references, possessive quantifiers, atomic groups, `\Q...\E`
/// and whatever else only one of them has, or has with another meaning, is refused by name.
///
/// ```
/// use ecs_placement::Query;
///
/// let query: Query = "attribute:stack in [test, 'beta 2'] && runningTasksCount < 5".parse()?;
/// assert_eq!(query.to_string(), "attribute:stack in [test, 'beta 2'] && runningTasksCount < 5");
///
/// let error = "attribute:stack = prod".parse::<Query>().unwrap_err();
/// assert_eq!(error.to_string(), "expected an operator, found `=` at byte 16");
/// # Ok::<(), ecs_placement::QueryError>(())
/// ```
#[derive(Clone)]
pub struct Query {
    text: Arc<str>,
    expression: Arc<Expression>,
}

impl Query {
    /// The longest expression that the API takes, in characters.
    pub const MAX_CHARS: usize = 2_000;

    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// An expression of more than 2,000 characters or nested more than 100 deep, one that does
    /// not follow the grammar, an operator that its subject does not have, or a value that is no
    /// number, date, version or regular expression where one is needed.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let expression = parse::expression(text)?;
        Ok(Self {
            text: text.into(),
            expression: expression.into(),
        })
    }

    /// Whether the expression selects the instance.
    #[must_use]
    pub fn matches(&self, instance: Instance<'_>) -> bool {
        self.matches_with(instance, None)
    }

    /// Whether the expression selects the instance with so many more tasks of a group on it.
    pub(crate) fn matches_with(
        &self,
        instance: Instance<'_>,
        planned: Option<(&str, u32)>,
    ) -> bool {
        eval::matches(&self.expression, instance, planned)
    }

    /// The comparisons that keep the instance out, with what they found; none if the expression
    /// selects it.
    #[must_use]
    pub fn unmet(&self, instance: Instance<'_>) -> Vec<UnmetTerm> {
        self.unmet_with(instance, None)
    }

    /// The same with so many more tasks of a group on the instance.
    pub(crate) fn unmet_with(
        &self,
        instance: Instance<'_>,
        planned: Option<(&str, u32)>,
    ) -> Vec<UnmetTerm> {
        unmet::of(&self.expression, instance, planned)
    }

    /// The expression, to be kept.
    pub(crate) fn shared(&self) -> &Arc<str> {
        &self.text
    }

    /// Whether what runs on an instance, or its agent's connection, changes the answer.
    pub(crate) fn varies(&self) -> bool {
        self.expression.varies()
    }

    /// The attributes that it asks for; `None` if it asks for anything else.
    pub(crate) fn attributes(&self) -> Option<Vec<&str>> {
        let mut names = Vec::new();
        self.expression.attributes(&mut names).then_some(names)
    }

    /// The instances that an expression that does not [vary](Self::varies) selects, as bits.
    pub(crate) fn bits(&self, columns: &mut impl Columns) -> Vec<u64> {
        bits::of(&self.expression, columns)
    }

    /// The expression as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl Hash for Query {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Query {}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Query").field(&self.text).finish()
    }
}
