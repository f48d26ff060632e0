//! Reading real files: fast when they are what the API takes, and with a
//! finding for each thing that is not.

mod cloudformation;
mod layout;
mod placeholder;
mod source;

use std::str::Utf8Error;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::rules::{reading, report_shape_fault};
use crate::shape::{At, MemberType, Reader, ShapeFault};
use crate::{Finding, Findings, Rule, Severity, TaskDefinition, Validator};
use layout::Layout;
pub use source::Position;
use source::{Lines, Places};

/// How much of what is not quite a register input is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reading {
    /// What the API takes, and nothing else: every oddity is an error.
    Strict,
    /// What people keep in files: outputs of commands, `null` members, numbers
    /// as strings, templates of CloudFormation. Each oddity is a finding.
    #[default]
    Lenient,
}

/// A task definition and the text it was read from.
///
/// ```
/// use ecs_taskdef::{Document, Reading, Validator};
///
/// let text = br#"{"taskDefinition": {
///     "family": "web",
///     "containerDefinitions": [
///         {"name": "web", "image": "nginx", "memory": "64", "portMappings": {}}
///     ]
/// }}"#;
/// let document = Document::read(text, Reading::Lenient)?;
/// assert_eq!(document.task_definition().container_definitions()[0].memory, Some(64));
///
/// let findings = document.validate(&Validator::default());
/// let wrong = findings.errors().next().expect("portMappings is no list");
/// assert_eq!(wrong.to_string(), "error[wrong-type] /containerDefinitions/0/portMappings: \
///     an object where a list belongs");
/// let position = wrong.position.expect("the text is known");
/// assert_eq!((position.line, position.column), (4, 75));
/// # Ok::<(), ecs_taskdef::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document<'s> {
    source: &'s str,
    layout: Layout,
    reading: Reading,
    task_definition: TaskDefinition,
    oddities: Findings,
}

/// A text that holds no task definition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The bytes are no text.
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// The place of the first wrong byte, counted from 0.
        offset: usize,
        /// What is wrong there.
        #[source]
        reason: Utf8Error,
    },
    /// The text is no JSON.
    #[error("not JSON at line {line} column {column}")]
    NotJson {
        /// What is wrong there.
        #[source]
        reason: JsonError,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// The JSON is neither an object nor a list of containers.
    #[error("neither an object nor a list of containers, but {found}")]
    NotADefinition {
        /// What it is, with its article.
        found: &'static str,
    },
    /// A template with more than one task definition.
    #[error("{count} task definitions in one template, where one is read")]
    SeveralDefinitions {
        /// How many there are.
        count: usize,
    },
}

/// What is wrong with a text that should be JSON, such as "expected `,` or `]`".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct JsonError(String);

impl<'s> Document<'s> {
    /// Reads a task definition.
    ///
    /// # Errors
    ///
    /// Text that is no JSON, or JSON that cannot be a task definition.
    /// Everything else becomes a finding.
    pub fn read(bytes: &'s [u8], reading: Reading) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
            offset: error.valid_up_to(),
            reason: error,
        })?;
        let (source, marked) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let mut document = match Self::read_fast(source, reading) {
            Some(document) => document,
            None => Self::read_slow(source, reading)?,
        };
        if marked {
            let message = "the text begins with a byte order mark";
            document.odd(&reading::BYTE_ORDER_MARK, String::new(), message.to_owned());
        }
        Ok(document)
    }

    /// The task definition.
    #[must_use]
    pub fn task_definition(&self) -> &TaskDefinition {
        &self.task_definition
    }

    /// The task definition, without the text.
    #[must_use]
    pub fn into_task_definition(self) -> TaskDefinition {
        self.task_definition
    }

    /// What is odd about the text itself: how it is wrapped, what is written
    /// twice, what had to be converted.
    #[must_use]
    pub fn oddities(&self) -> &Findings {
        &self.oddities
    }

    /// Everything that is wrong with the document.
    ///
    /// In a lenient reading a value with a placeholder (`<NAME>`, `${NAME}`,
    /// `{{NAME}}`) breaks no rule yet: what is found there is a warning.
    #[must_use]
    pub fn validate(&self, validator: &Validator) -> Findings {
        let validator = validator.clone().with_reading(self.reading);
        let mut findings = self.oddities.clone();
        validator.judge(&mut findings);
        let known: Vec<(String, &str)> = findings
            .iter()
            .map(|one| (one.pointer.clone(), one.rule.id))
            .collect();
        let mut more = validator.validate(&self.task_definition);
        if !known.is_empty() {
            more.retain(|one| !known.contains(&(one.pointer.clone(), one.rule.id)));
        }
        findings.append(more);
        if self.reading == Reading::Lenient {
            placeholder::excuse(&self.task_definition, &mut findings);
        }
        self.place(&mut findings);
        findings
    }

    /// Where in the text the value is that a finding points to; where its
    /// parent is when there is no such value.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Position {
        let places = Places::of([self.layout.steps(pointer)]);
        let found = places.locate(self.source, self.layout.aliases());
        let (offset, _) = found.first().copied().unwrap_or_default();
        Position::of(self.source, offset)
    }

    /// Says where each finding is that is not about the whole.
    fn place(&self, findings: &mut Findings) {
        let about_parts = |finding: &&mut Finding| !finding.pointer.is_empty();
        let mut about_parts: Vec<&mut Finding> = findings.iter_mut().filter(about_parts).collect();
        if about_parts.is_empty() {
            return;
        }
        let steps = about_parts.iter();
        let places = Places::of(steps.map(|finding| self.layout.steps(&finding.pointer)));
        let found = places.locate(self.source, self.layout.aliases());
        let mut lines = Lines::of(self.source);
        for (offset, index) in found {
            if let Some(finding) = about_parts.get_mut(index) {
                finding.position = Some(lines.position(offset));
            }
        }
    }

    fn read_fast(source: &'s str, reading: Reading) -> Option<Self> {
        let is_wrapper = |name: &str| layout::WRAPPERS.contains(&name);
        if reading == Reading::Lenient
            && source::first_member(source)
                .as_deref()
                .is_some_and(is_wrapper)
        {
            return None;
        }
        let task_definition: TaskDefinition = serde_json::from_str(source).ok()?;
        let wrapped = layout::WRAPPERS
            .iter()
            .any(|name| task_definition.unknown.contains(name));
        (reading == Reading::Strict || !wrapped).then(|| Self {
            source,
            layout: Layout::default(),
            reading,
            task_definition,
            oddities: Findings::default(),
        })
    }

    fn read_slow(source: &'s str, reading: Reading) -> Result<Self, ReadError> {
        let value: Value = serde_json::from_str(source).map_err(|error| not_json(&error))?;
        let (layout, value) = match reading {
            Reading::Strict => (Layout::default(), value),
            Reading::Lenient => layout::unwrap(value)?,
        };
        if !value.is_object() {
            return Err(ReadError::NotADefinition {
                found: type_of(&value),
            });
        }
        let mut document = Self {
            source,
            reading,
            task_definition: TaskDefinition::default(),
            oddities: Findings::default(),
            layout,
        };
        for (rule, message) in document.layout.oddities() {
            document.odd(rule, String::new(), message);
        }
        for steps in source::duplicates(source) {
            let pointer = document.layout.pointer(&steps);
            let name = steps.last().map(String::as_str).unwrap_or_default();
            let message = format!("`{name}` is written twice, and the last one counts");
            document.odd(&reading::DUPLICATE_MEMBER, pointer, message);
        }
        document.take(&value);
        Ok(document)
    }

    /// Reads the value leniently. Wrong types are left to the check of the
    /// result, which finds them again.
    fn take(&mut self, value: &Value) {
        let mut converted = Findings::default();
        let mut report = |at: &At<'_>, fault: ShapeFault<'_>| {
            if matches!(fault, ShapeFault::Converted { .. }) {
                report_shape_fault(at, fault, &mut converted);
            }
        };
        let read = TaskDefinition::read(value, &At::ROOT, &mut Reader::new(&mut report));
        self.task_definition = read.unwrap_or_default();
        self.oddities.append(converted);
    }

    fn odd(&mut self, rule: &'static Rule, pointer: String, message: String) {
        self.oddities.push(Finding::new(rule, pointer, message));
    }
}

fn not_json(error: &serde_json::Error) -> ReadError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    ReadError::NotJson {
        reason: JsonError(reason.to_owned()),
        line: error.line(),
        column: error.column(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl Finding {
    /// Makes an error of a rule into a warning.
    fn excuse(&mut self, reason: &str) {
        self.lower_to(Severity::Warning);
        self.message.push_str(reason);
    }
}
