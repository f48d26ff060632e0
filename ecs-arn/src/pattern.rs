//! ARNs with wildcards, as policies have them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::arn::ArnRef;
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::parse::{PREFIX, check_prefix, check_text};
use crate::wildcard::Wildcard;

/// A pattern of ARNs: each part may hold `*`, `?` and variables.
///
/// Parts are matched one by one, so a star in the Region never swallows the account; only in
/// the resource, which may hold colons itself, does it cross them. As IAM allows, a pattern
/// may stop early if its last part ends in `*`: `arn:aws:ecs:*` matches every ARN of
/// Amazon ECS, and `*` every ARN. A wildcard in the service is refused, as IAM refuses it.
///
/// ```
/// use ecs_arn::{ArnPattern, ArnRef};
///
/// let arn = ArnRef::parse("arn:aws:ecs:us-east-1:123456789012:cluster/default")?;
/// assert!(ArnPattern::parse("arn:aws:ecs:*")?.matches(arn));
/// assert!(ArnPattern::parse("arn:aws:ecs:us-*:123456789012:cluster/*")?.matches(arn));
/// assert!(!ArnPattern::parse("arn:aws:ecs:*:cluster/*")?.matches(arn));
///
/// let error = ArnPattern::parse("arn:aws:e*:us-east-1:123456789012:*").unwrap_err();
/// assert_eq!(error.to_string(), "the service `e*` of a pattern cannot hold a wildcard at byte 8");
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ArnPattern {
    text: Box<str>,
    /// From the partition on; empty for `*`.
    parts: Box<[Wildcard]>,
}

/// How many parts follow the prefix.
const PARTS: usize = 5;

impl ArnPattern {
    /// Reads a pattern. Variables may stand in every part but the service.
    ///
    /// # Errors
    ///
    /// A text that is empty, too long, or neither `*` nor starts with `arn:`; fewer than six
    /// parts without a `*` at the end; an empty partition, service or resource; a wildcard or
    /// variable in the service; a variable that is not closed.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        Self::read(text, Place::Resource, Wildcard::with_variables)
    }

    /// Reads a pattern in which `${...}` is literal, as in policies of version 2008-10-17.
    ///
    /// # Errors
    ///
    /// As [`ArnPattern::parse`], variables aside.
    pub fn without_variables(text: &str) -> Result<Self, ArnError> {
        Self::read(text, Place::Resource, |part| Ok(Wildcard::new(part)))
    }

    /// Reads a pattern as the condition operators for ARNs compare it: six parts with six, each
    /// of which may hold wildcards and variables, the `arn` in front and the service included.
    ///
    /// ```
    /// use ecs_arn::{ArnPattern, ArnRef};
    ///
    /// let pattern = ArnPattern::for_condition("*:aws*:e?s:*:*:cluster/*")?;
    /// let arn = ArnRef::parse("arn:aws:ecs:us-east-1:123456789012:cluster/default")?;
    /// assert!(pattern.matches(arn));
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ArnPattern::parse`], wildcards in the service aside; any text of fewer than six
    /// parts; a first part that does not match `arn`.
    pub fn for_condition(text: &str) -> Result<Self, ArnError> {
        Self::read(text, Place::Condition, Wildcard::with_variables)
    }

    /// Reads a pattern of a condition in which `${...}` is literal, as in policies of version
    /// 2008-10-17.
    ///
    /// # Errors
    ///
    /// As [`ArnPattern::for_condition`], variables aside.
    pub fn for_condition_without_variables(text: &str) -> Result<Self, ArnError> {
        Self::read(text, Place::Condition, |part| Ok(Wildcard::new(part)))
    }

    fn read(
        text: &str,
        place: Place,
        wildcard: impl Fn(&str) -> Result<Wildcard, ArnError>,
    ) -> Result<Self, ArnError> {
        check_text(text)?;
        if text == "*" && place == Place::Resource {
            return Ok(Self {
                text: text.into(),
                parts: Box::default(),
            });
        }
        let parts = split(text, place.start(text)?);
        for (&(start, part), name) in parts.iter().zip(NAMES) {
            check_part(name, place, start, part)?;
        }
        let may_stop = place == Place::Resource && text.ends_with('*');
        if parts.len() < PARTS && !may_stop {
            let found = parts.len() + 1;
            return Err(ArnError::new(
                ArnErrorKind::TooFewParts { found },
                text.len(),
                "",
            ));
        }
        let compile =
            |&(start, part): &(usize, &str)| wildcard(part).map_err(|error| error.shifted(start));
        Ok(Self {
            text: text.into(),
            parts: parts.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }

    /// Whether the ARN matches. A variable without a default matches nothing.
    #[must_use]
    pub fn matches(&self, arn: ArnRef<'_>) -> bool {
        self.matches_with(arn, |_| None)
    }

    /// Whether the ARN matches when variables have the values that `resolve` gives.
    #[must_use]
    pub fn matches_with<'v>(
        &self,
        arn: ArnRef<'_>,
        resolve: impl Fn(&str) -> Option<&'v str>,
    ) -> bool {
        self.mismatch_with(arn, resolve).is_none()
    }

    /// The first part of the ARN that does not match; `None` if all do.
    ///
    /// ```
    /// use ecs_arn::{ArnPattern, ArnRef, Part};
    ///
    /// let pattern = ArnPattern::parse("arn:aws:ecs:us-*:123456789012:cluster/*")?;
    /// let arn = ArnRef::parse("arn:aws:ecs:eu-west-1:123456789012:cluster/default")?;
    /// assert_eq!(pattern.mismatch_with(arn, |_| None), Some(Part::Region));
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    #[must_use]
    pub fn mismatch_with<'v>(
        &self,
        arn: ArnRef<'_>,
        resolve: impl Fn(&str) -> Option<&'v str>,
    ) -> Option<Part> {
        let texts = [
            arn.partition(),
            arn.service(),
            arn.region().unwrap_or_default(),
            arn.account().unwrap_or_default(),
            arn.resource(),
        ];
        let mut parts = self.parts.iter().zip(texts).zip(NAMES);
        parts
            .find(|((pattern, text), _)| !pattern.matches_with(text, &resolve))
            .map(|(_, name)| name)
    }

    /// Whether it has all six parts.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.parts.len() == PARTS
    }

    /// Whether it can match one ARN only: no `*`, no `?`, no variable.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.is_complete() && self.parts.iter().all(Wildcard::is_literal)
    }

    /// The pattern of one part; `None` for the parts after an early stop.
    #[must_use]
    pub fn part(&self, part: Part) -> Option<&Wildcard> {
        let index = NAMES.iter().position(|name| *name == part)?;
        self.parts.get(index)
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Where a pattern stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the resources of a statement.
    Resource,
    /// Among the values of a condition.
    Condition,
}

impl Place {
    /// Where the partition starts.
    fn start(self, text: &str) -> Result<usize, ArnError> {
        let first = text.find(':').unwrap_or(text.len());
        let is_pattern =
            |first: &str| first.contains(['*', '?']) && Wildcard::new(first).matches("arn");
        if self == Self::Condition && text.get(..first).is_some_and(is_pattern) {
            return Ok((first + 1).min(text.len()));
        }
        check_prefix(text)?;
        Ok(PREFIX.len())
    }
}

const NAMES: [Part; PARTS] = [
    Part::Partition,
    Part::Service,
    Part::Region,
    Part::Account,
    Part::Resource,
];

/// The parts from `start` on with their offsets. A colon inside `${...}` separates nothing,
/// and the fifth part takes all that is left.
fn split(text: &str, mut start: usize) -> Vec<(usize, &str)> {
    let mut parts = Vec::with_capacity(PARTS);
    let mut in_variable = false;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'{' if text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'$') => in_variable = true,
            b'}' => in_variable = false,
            b':' if !in_variable && parts.len() + 1 < PARTS => {
                parts.push((start, text.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push((start, text.get(start..).unwrap_or_default()));
    parts
}

fn check_part(name: Part, place: Place, start: usize, part: &str) -> Result<(), ArnError> {
    let may_be_empty = matches!(name, Part::Region | Part::Account);
    if part.is_empty() && !may_be_empty {
        return Err(ArnError::new(ArnErrorKind::EmptyPart(name), start, ""));
    }
    let is_service = name == Part::Service && place == Place::Resource;
    if is_service && (part.contains(['*', '?']) || part.contains("${")) {
        return Err(ArnError::new(ArnErrorKind::ServiceWildcard, start, part));
    }
    Ok(())
}

impl FromStr for ArnPattern {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

impl fmt::Display for ArnPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
