//! Reading real files: fast when they are what the API takes, and with a
//! finding for each thing that is not.
//!
//! # How unknown values are judged
//!
//! There is one set of rules, and it looks at typed definitions. A text is brought there in three
//! steps.
//!
//! 1. `json` or `yaml` make a tree of it that knows the place of each value (`node`). What another
//!    tool decides about (`directive`), such as `%{ if }` of Terraform, is a function there, like `Fn::If`, but of
//!    a name that no text has: the API knows no functions.
//! 2. `condition` finds the choices that the conditions of a template allow for; for each of them
//!    `function` sees what a value is: known, absent, or text with unknown parts, and `convert`
//!    makes the JSON of the API of what is known. The places of the rest are [`Unknowns`].
//! 3. The definition of each choice is validated. The report of a rule leaves out what is wrong at
//!    an unknown place, and a rule whose verdict depends on another place asks for it. What is
//!    found in each choice is an error, in some of them a warning.
//!
//! In a strict reading nothing is unknown, and everything is taken as it stands.
//!
//! `locate` leads back from a pointer to the text, by the same choice.
//!
//! A definition that the API would take as it stands needs no tree: its types are read at once, its
//! open texts are sought in them, and `source` finds the places of findings.
//!
//! [`Unknowns`]: crate::Unknowns

mod choice;
mod cloudformation;
mod condition;
mod convert;
mod decided;
mod directive;
mod document;
mod documents;
mod form;
mod function;
mod json;
mod lines;
mod locate;
mod node;
mod service;
mod source;
mod template;
#[cfg(feature = "yaml")]
mod yaml;

use std::borrow::Cow;
use std::str::Utf8Error;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use document::{Alternative, Document};
use documents::steps_of;
pub use documents::{Documents, MAX_TEXT_BYTES};
pub use form::{Form, Syntax};
pub use lines::Position;
pub use service::Service;

/// How much of what is not quite a register input is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reading {
    /// What the API takes, in JSON and as it stands: every oddity is an error.
    Strict,
    /// What people keep in files: outputs of commands, `null` members, numbers
    /// as strings, templates of CloudFormation, texts to be filled in. Each oddity is a finding.
    #[default]
    Lenient,
}

/// A text that holds no task definition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The text is greater than [`MAX_TEXT_BYTES`].
    #[error("{bytes} bytes, at most {MAX_TEXT_BYTES} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
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
    /// The text is no YAML.
    #[error("not YAML at line {line} column {column}")]
    NotYaml {
        /// What is wrong there.
        #[source]
        reason: JsonError,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// The text is neither an object with containers nor a list of containers.
    #[error("neither an object nor a list of containers, but {found}")]
    NotADefinition {
        /// What it is, with its article.
        found: &'static str,
    },
    /// Parameters of the Amazon ECS CLI, which go with a file of Docker Compose.
    #[error("parameters of the Amazon ECS CLI (ecs-params), which are no task definition")]
    EcsParams,
    /// Not one task definition where one is read.
    #[error("{count} task definitions in one template, where one is read")]
    SeveralDefinitions {
        /// How many there are.
        count: usize,
    },
}

/// What is wrong with a text that should be JSON or YAML, such as "expected `,` or `]`".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct JsonError(String);

/// A step of a JSON Pointer as it is in the document.
fn unescaped(step: &str) -> Cow<'_, str> {
    match step.contains('~') {
        true => step.replace("~1", "/").replace("~0", "~").into(),
        false => step.into(),
    }
}

/// A step as a JSON Pointer has it.
fn escaped(step: &str) -> Cow<'_, str> {
    match step.contains(['~', '/']) {
        true => step.replace('~', "~0").replace('/', "~1").into(),
        false => step.into(),
    }
}
