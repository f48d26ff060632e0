use ecs_taskdef::Tag;

use super::{Report, RequestRule, Subject, list};

pub(super) const RULES: &[RequestRule] = &[
    RequestRule::new("tag-key-missing", "a tag has a key", key_missing),
    RequestRule::new("tag-key-twice", "each key stands once", key_twice),
    RequestRule::new(
        "tag-key-prefix",
        "no key begins with `aws:`, in whatever case",
        key_prefix,
    ),
    RequestRule::new(
        "tag-key-length",
        "the key of a tag to take away has 1 to 128 characters",
        key_length,
    ),
    RequestRule::new(
        "tag-text-characters",
        "tags hold letters, digits, spaces and `_.:/=+-@`",
        characters,
    ),
];

fn keys<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let tags = list(subject.tags).iter().enumerate();
    tags.filter_map(|(position, tag)| Some((position, tag.key.as_deref()?)))
}

fn key_missing(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, tag) in list(subject.tags).iter().enumerate() {
        if tag.key.is_none() {
            report.fault(&format!("/tags/{position}/key"), "the tag has no key");
        }
    }
}

fn key_twice(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, key) in keys(subject) {
        let mut earlier = keys(subject).take_while(|(other, _)| *other < position);
        if earlier.any(|(_, other)| other == key) {
            let pointer = format!("/tags/{position}/key");
            report.fault(&pointer, format!("the key `{key}` stands twice"));
        }
    }
}

fn key_prefix(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, key) in keys(subject) {
        let start = key.get(..4);
        if start.is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            let pointer = format!("/tags/{position}/key");
            report.fault(&pointer, format!("the key `{key}` is reserved for AWS"));
        }
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

fn characters(subject: &Subject<'_>, report: &mut Report<'_>) {
    let mut check = |pointer: String, text: &str| {
        if !Tag::has_allowed_characters(text) {
            let message = format!("`{text}` has characters that tags do not have");
            report.fault(&pointer, message);
        }
    };
    for (position, tag) in list(subject.tags).iter().enumerate() {
        for (member, text) in [("key", &tag.key), ("value", &tag.value)] {
            let text = text.as_deref().unwrap_or_default();
            check(format!("/tags/{position}/{member}"), text);
        }
    }
    for (position, key) in list(subject.tag_keys).iter().enumerate() {
        check(format!("/tagKeys/{position}"), key);
    }
}
