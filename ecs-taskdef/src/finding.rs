use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::rules;
use crate::shape::{At, ShapeFault};
use crate::{Compatibility, Position, Rule};

/// Something that is wrong, doubtful or worth knowing about a document.
///
/// ```
/// use ecs_taskdef::{Severity, TaskDefinition};
///
/// let text = r#"{"family":"web!","containerDefinitions":[{"name":"a","image":"b","memory":9}]}"#;
/// let web: TaskDefinition = serde_json::from_str(text)?;
/// let findings = web.validate();
/// let finding = findings.iter().next().expect("the family has a wrong character");
/// assert_eq!(finding.rule.id, "family-characters");
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
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is: as bad as the rule says, unless the way the document was read makes it
    /// better or worse.
    pub severity: Severity,
    /// Where it is: a JSON Pointer (RFC 6901) in the names of the API, from the
    /// document on.
    pub pointer: String,
    /// Where it is in the text, if the text is known and it is not about all of it.
    pub position: Option<Position>,
    /// Where in the text that ends, the byte behind it.
    pub end: Option<Position>,
    /// The JSON Pointer in the names of the text, from its root on, where that is not `pointer`.
    pub source_pointer: Option<String>,
    /// The logical name of the definition in its template.
    pub definition: Option<String>,
    /// What is wrong, in our words.
    pub message: String,
    /// The exception with which the API answers, by its name on the wire; `None` if it does not
    /// refuse the document.
    pub exception: Option<&'static str>,
    /// What AWS answers, in its words, where they are known.
    pub aws_message: Option<String>,
}

impl Finding {
    /// A breach of a rule, at a JSON Pointer.
    #[must_use]
    pub const fn new(rule: &'static Rule, pointer: String, message: String) -> Self {
        Self {
            rule,
            severity: rule.severity,
            pointer,
            position: None,
            end: None,
            source_pointer: None,
            definition: None,
            message,
            exception: rule.exception,
            aws_message: None,
        }
    }

    /// The same with the words of AWS that the rule knows. The parts go in, each in the place of
    /// a `{}`.
    #[must_use]
    pub fn in_words_of_aws(mut self, parts: &[&str]) -> Self {
        self.aws_message = self.rule.aws_message.map(|text| fill(text, parts));
        self
    }

    /// The same in another request than RegisterTaskDefinition: what the one refuses by
    /// ClientException, the others refuse by InvalidParameterException.
    pub(crate) fn of_other_request(mut self) -> Self {
        if self.exception == Some(Rule::CLIENT) {
            self.exception = Some(Rule::INVALID_PARAMETER);
        }
        self
    }

    /// The same at a place in the text.
    #[must_use]
    pub const fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// Makes it less bad than the rule says, so that the API takes the document.
    pub(crate) fn lower_to(&mut self, severity: Severity) {
        self.severity = severity;
        self.exception = None;
    }

    /// Whether it is about the value that a pointer leads to, or about a part of that.
    #[must_use]
    pub fn lies_within(&self, pointer: &str) -> bool {
        let rest = self.pointer.strip_prefix(pointer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// What helps against it, where the rule knows.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        self.rule.hint
    }
}

fn fill(text: &str, parts: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut parts = parts.iter();
    for (index, piece) in text.split("{}").enumerate() {
        if index > 0 {
            filled.push_str(parts.next().unwrap_or(&"x"));
        }
        filled.push_str(piece);
    }
    filled
}

/// `severity[rule] place: message`; the place is the pointer, or else the line.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.rule)?;
        match &self.position {
            _ if !self.pointer.is_empty() => write!(f, " {}", self.pointer)?,
            Some(position) => write!(f, " line {}", position.line)?,
            None => {}
        }
        write!(f, ": {}", self.message)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Finding", 14)?;
        fields.serialize_field("rule", self.rule.id)?;
        fields.serialize_field("severity", &self.severity.to_string())?;
        fields.serialize_field("pointer", &self.pointer)?;
        match &self.position {
            Some(position) => {
                fields.serialize_field("line", &position.line)?;
                fields.serialize_field("column", &position.column)?;
            }
            None => {
                fields.skip_field("line")?;
                fields.skip_field("column")?;
            }
        }
        match &self.end {
            Some(end) => {
                fields.serialize_field("endLine", &end.line)?;
                fields.serialize_field("endColumn", &end.column)?;
            }
            None => {
                fields.skip_field("endLine")?;
                fields.skip_field("endColumn")?;
            }
        }
        fields.serialize_field("message", &self.message)?;
        for (name, text) in [
            ("sourcePointer", self.source_pointer.as_deref()),
            ("definition", self.definition.as_deref()),
            ("exception", self.exception),
            ("awsMessage", self.aws_message.as_deref()),
            ("hint", self.hint()),
        ] {
            match text {
                Some(text) => fields.serialize_field(name, text)?,
                None => fields.skip_field(name)?,
            }
        }
        let launch_types: Vec<Compatibility> = self.rule.launch_types.iter().collect();
        fields.serialize_field("launchTypes", &launch_types)?;
        fields.end()
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
        self.0.iter().filter(move |finding| finding.rule.id == rule)
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
        match self.is_empty() {
            true => *self = other,
            false => self.0.append(&mut other.0),
        }
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

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.0.extend(findings);
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self(findings.into_iter().collect())
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
