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
        // Escapes such as `${*}` are literal too, but their text is not what they stand for.
        let exact = pattern.is_literal() && !text.contains("${");
        Ok(if exact {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;

    #[test]
    fn escapes_stand_for_the_characters_themselves() {
        let pattern = "arn:aws:s3:::bucket/${*}";
        let pattern = ResourcePattern::compile(pattern, Version::V2012_10_17).unwrap();
        let matches = |resource: &str| {
            let alice = "arn:aws:iam::123456789012:user/alice".parse().unwrap();
            let request = Request::new(alice, "s3:GetObject", resource);
            request
                .targets()
                .iter()
                .all(|target| pattern.matches(target, request.context()))
        };
        assert!(matches("arn:aws:s3:::bucket/*"));
        assert!(!matches("arn:aws:s3:::bucket/x"));
        assert!(!matches("arn:aws:s3:::bucket/${*}"));
    }
}
