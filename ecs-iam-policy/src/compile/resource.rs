//! Patterns of resources.

use ecs_arn::{ArnPattern, Part};

use crate::context::Context;
use crate::document::Version;
use crate::request::Target;

/// A pattern of resources.
#[derive(Debug, Clone)]
pub(crate) enum ResourcePattern {
    /// `*`: every resource, and the actions that take none.
    Any,
    /// One ARN.
    Exact(Box<str>),
    Pattern(ArnPattern),
}

impl ResourcePattern {
    /// Reads a pattern; the error says why it can match no resource.
    pub(crate) fn compile(text: &str, version: Version) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let pattern = match version {
            Version::V2012_10_17 => ArnPattern::parse(text),
            Version::V2008_10_17 => ArnPattern::without_variables(text),
        };
        let pattern = pattern.map_err(|error| error.to_string())?;
        let before = [Part::Partition, Part::Region, Part::Account];
        let mut parts = before.iter().filter_map(|part| pattern.part(*part));
        if let Some(variable) = parts.find_map(|part| part.variables().next()) {
            let name = variable.name;
            return Err(format!("`${{{name}}}` stands before the fifth colon"));
        }
        Ok(if pattern.is_literal() {
            Self::Exact(text.into())
        } else {
            Self::Pattern(pattern)
        })
    }

    pub(crate) fn matches(&self, target: &Target, context: &Context) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(text) => **text == *target.as_str(),
            Self::Pattern(pattern) => target
                .arn()
                .is_some_and(|arn| pattern.matches_with(arn, |name| context.variable(name))),
        }
    }
}
