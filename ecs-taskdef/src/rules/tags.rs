use super::Rule;
use super::subject::{Report, Subject, list};
use super::task::{quote, repeated};
use crate::Tag;
use crate::shape::At;

pub(super) const RULES: &[Rule] = &[
    Rule::task("tags-empty", "a list of tags has a tag", tags_empty)
        .copied("Tags can not be empty")
        .warning()
        .hint("leave `tags` away"),
    Rule::task("tag-key-required", "a tag has a key", key_required),
    Rule::task("tag-key-unique", "each tag has its own key", key_unique),
    Rule::task(
        "tag-key-reserved",
        "the prefix `aws:` belongs to AWS",
        key_reserved,
    ),
    Rule::task(
        "tag-characters",
        "tags hold letters, digits, spaces and `_.:/=+-@`",
        characters,
    ),
];

fn tags<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (usize, &'a Tag)> {
    list(subject.task.tags.as_ref()).iter().enumerate()
}

fn tags_empty(subject: &Subject<'_>, report: &mut Report<'_>) {
    // Described definitions are shown with an empty list.
    let described = subject.task.status.is_some() || subject.task.task_definition_arn.is_some();
    if subject.task.tags.as_ref().is_some_and(Vec::is_empty) && !described {
        report.fault(&At::ROOT.member("tags"), "the list of tags is empty");
    }
}

fn key_required(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT;
    let at = at.member("tags");
    for (index, _) in tags(subject).filter(|(_, tag)| tag.key.is_none()) {
        report.fault(&at.item(index).member("key"), "the tag has no key");
    }
}

fn key_unique(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT;
    let at = at.member("tags");
    let keys: Vec<Option<&str>> = tags(subject).map(|(_, tag)| tag.key.as_deref()).collect();
    for (index, key) in repeated(&keys) {
        report.fault(
            &at.item(index).member("key"),
            format!("tag {} is given before", quote(key)),
        );
    }
}

fn key_reserved(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT;
    let at = at.member("tags");
    let described = subject.task.status.is_some();
    for (index, tag) in tags(subject).filter(|_| !described) {
        let prefix = tag.key.as_deref().and_then(|key| key.get(..4));
        if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
            let message = "keys that begin with `aws:` belong to AWS";
            report.fault(&at.item(index).member("key"), message);
        }
    }
}

fn characters(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT;
    let at = at.member("tags");
    for (index, tag) in tags(subject) {
        for (member, text) in [("key", tag.key.as_deref()), ("value", tag.value.as_deref())] {
            let wrong = |text: &&str| !Tag::has_allowed_characters(text);
            if let Some(text) = text.filter(wrong) {
                let message = format!("{} has characters that tags do not have", quote(text));
                report.fault(&at.item(index).member(member), message);
            }
        }
    }
}
