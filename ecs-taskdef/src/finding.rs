use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::rules::{self, Rule};
use crate::shape::{At, ShapeFault};
use crate::{Compatibility, LaunchTypes};

/// Something that is wrong, doubtful or worth knowing about a document.
///
/// ```
/// use ecs_taskdef::{Severity, TaskDefinition};
///
/// let text = r#"{"family":"web!","containerDefinitions":[{"name":"a","image":"b","memory":9}]}"#;
/// let web: TaskDefinition = serde_json::from_str(text)?;
/// let findings = web.validate();
/// let finding = findings.iter().next().expect("the family has a wrong character");
/// assert_eq!(finding.rule.as_str(), "family-characters");
/// assert_eq!(finding.severity, Severity::Error);
/// assert_eq!(finding.pointer, "/family");
/// assert_eq!(
///     finding.message,
///     "`web!` is not 1 to 255 letters, digits, hyphens and underscores"
/// );
/// assert_eq!(finding.aws_message.as_deref(), Some("Family contains invalid characters."));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule, by a name that does not change.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is: a JSON Pointer (RFC 6901) in the names of the API, from the
    /// task definition on.
    pub pointer: String,
    /// What is wrong, in our words.
    pub message: String,
    /// What AWS answers, in its words, where they are known.
    pub aws_message: Option<String>,
    /// The launch types it concerns.
    pub launch_types: LaunchTypes,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, pointer: String, message: String) -> Self {
        Self {
            rule: rule.id,
            severity: rule.severity,
            pointer,
            message,
            aws_message: None,
            launch_types: rule.launch_types,
        }
    }

    /// A finding by a rule of another library, for every launch type.
    #[must_use]
    pub const fn of(rule: RuleId, severity: Severity, pointer: String, message: String) -> Self {
        Self {
            rule,
            severity,
            pointer,
            message,
            aws_message: None,
            launch_types: LaunchTypes::ALL,
        }
    }

    /// What helps against it, where the rule knows.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Rule::named(self.rule.as_str())?.hint
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            severity,
            pointer,
            message,
            ..
        } = self;
        let space = if pointer.is_empty() { "" } else { " " };
        write!(f, "{severity}[{rule}]{space}{pointer}: {message}")
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Finding", 6)?;
        fields.serialize_field("rule", self.rule.as_str())?;
        fields.serialize_field("severity", &self.severity.to_string())?;
        fields.serialize_field("pointer", &self.pointer)?;
        fields.serialize_field("message", &self.message)?;
        match &self.aws_message {
            Some(message) => fields.serialize_field("awsMessage", message)?,
            None => fields.skip_field("awsMessage")?,
        }
        let launch_types: Vec<Compatibility> = self.launch_types.iter().collect();
        fields.serialize_field("launchTypes", &launch_types)?;
        fields.end()
    }
}

/// The name of a rule, in kebab-case: `fargate-cpu-memory`.
///
/// Names are part of the interface: people quote and suppress them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) &'static str);

impl RuleId {
    /// The name of a rule of another library.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl PartialEq<str> for RuleId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RuleId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// How bad a [`Finding`] is; the greater, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing need be done.
    Note,
    /// AWS takes it, but it will hardly do what was meant.
    Warning,
    /// AWS refuses it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// All findings about a document, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// The findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Those for which AWS refuses the document.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.0
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether there is one for which AWS refuses the document.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Those of the rule called `rule`.
    pub fn of_rule<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.0.iter().filter(move |finding| finding.rule == rule)
    }

    /// Whether the rule called `rule` has found something.
    #[must_use]
    pub fn contains(&self, rule: &str) -> bool {
        self.of_rule(rule).next().is_some()
    }

    /// The number of findings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds a difference from a shape, of whatever document.
    pub fn push_shape_fault(&mut self, at: &At<'_>, fault: ShapeFault<'_>) {
        rules::report_any_shape_fault(at, fault, self);
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Finding) -> bool) {
        self.0.retain(keep);
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Finding> {
        self.0.iter_mut()
    }
}

impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|finding| writeln!(f, "{finding}"))
    }
}
