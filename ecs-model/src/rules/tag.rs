use ecs_taskdef::shape::{At, MemberValue};
use ecs_taskdef::{Findings, Rule, Source, Tag};

use super::{Each, Row};

pub(super) const RULES: &[Row] = &[Row::member(
    KEYS,
    Rule::new(
        "tag-key-length",
        "the key of a tag to remove has 1 to 128 characters",
        Source::Api("UntagResource"),
    ),
    &Each(|keys: &Vec<String>, at, report| {
        for (position, key) in keys.iter().enumerate() {
            let count = key.chars().count();
            if !(1..=128).contains(&count) {
                report.fault(
                    at.item(position),
                    format!("{count} characters, not 1 to 128"),
                );
            }
        }
    }),
)];

/// The member that names tags by their keys alone.
pub(super) const KEYS: &str = "tagKeys";

/// What the rules of tags, which task definitions have too, find in a list of tags.
pub(super) fn check_list(value: &dyn MemberValue, at: &At<'_>) -> Findings {
    let mut findings = Findings::default();
    if let Some(tags) = value.downcast_ref::<Vec<Tag>>() {
        Tag::check_list(tags, at, &mut findings);
    }
    findings
}

/// What they find in a list of keys.
pub(super) fn check_keys(keys: &[String]) -> Findings {
    let mut findings = Findings::default();
    Tag::check_keys(keys, &At::ROOT.member(KEYS), &mut findings);
    findings
}
