use ecs_taskdef::shape::At;
use ecs_taskdef::{Findings, Rule, Source, Tag};

use super::{Report, Row, Subject, list, push};

pub(super) const RULES: &[Row] = &[Row::new(
    Rule::new(
        "tag-key-length",
        "the key of a tag to take away has 1 to 128 characters",
        Source::Api("UntagResource"),
    ),
    key_length,
)];

/// What the rules of tags find.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut found = Findings::default();
    Tag::check_list(list(subject.tags), &At::ROOT.member("tags"), &mut found);
    Tag::check_keys(
        list(subject.tag_keys),
        &At::ROOT.member("tagKeys"),
        &mut found,
    );
    for finding in found {
        push(finding, findings);
    }
}

fn key_length(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, key) in list(subject.tag_keys).iter().enumerate() {
        let count = key.chars().count();
        if !(1..=128).contains(&count) {
            let pointer = format!("/tagKeys/{position}");
            report.fault(&pointer, format!("{count} characters, not 1 to 128"));
        }
    }
}
