use super::subject::{Report, Subject};
use super::task::{quote, repeated};
use super::{Row, registering};
use crate::shape::At;
use crate::{Finding, Findings, Rule, Source, Tag, Unknowns};

const TAG: Source = Source::Api("Tag");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new("tags-empty", "a list of tags has a tag", TAG)
            .copied("Tags can not be empty")
            .warning()
            .hint("omit `tags`"),
        tags_empty,
    ),
    Row::task(KEY_REQUIRED, |subject, report| {
        key_required(tags(subject), &At::ROOT.member("tags"), report);
    }),
    Row::task(KEY_UNIQUE, |subject, report| {
        key_unique(tags(subject), &At::ROOT.member("tags"), report);
    }),
    Row::task(KEY_RESERVED, |subject, report| {
        // What AWS has taken before is not refused.
        if subject.task.status.is_none() {
            key_reserved(tags(subject), &At::ROOT.member("tags"), report);
        }
    }),
    Row::task(VALUE_RESERVED, |subject, report| {
        if subject.task.status.is_none() {
            value_reserved(tags(subject), &At::ROOT.member("tags"), report);
        }
    }),
    Row::task(CHARACTERS, |subject, report| {
        characters(tags(subject), &At::ROOT.member("tags"), report);
    }),
];

const KEY_REQUIRED: Rule = registering(Rule::new("tag-key-required", "a tag has a key", TAG));
const KEY_UNIQUE: Rule = registering(Rule::new("tag-key-unique", "each tag has its own key", TAG));
const KEY_RESERVED: Rule = registering(Rule::new(
    "tag-key-reserved",
    "the prefix `aws:` belongs to AWS, in whatever case",
    TAG,
));
/// The API model reserves the prefix for values too; AWS's own tags show that it takes them.
const VALUE_RESERVED: Rule = Rule::new(
    "tag-value-reserved",
    "values do not begin with `aws:`, in whatever case",
    TAG,
)
.warning();
const CHARACTERS: Rule = registering(Rule::new(
    "tag-characters",
    "tags hold letters, digits, spaces and `_.:/=+-@`",
    TAG,
));

impl Tag {
    /// What the rules of tags find in a list of them that stands at `at`, in whatever request:
    /// `tag-key-required`, `tag-key-unique`, `tag-key-reserved` and `tag-characters`.
    ///
    /// ```
    /// use ecs_taskdef::shape::At;
    /// use ecs_taskdef::{Findings, Tag};
    ///
    /// let tags: Vec<Tag> = serde_json::from_str(r#"[{"key": "AWS:team"}]"#)?;
    /// let mut findings = Findings::default();
    /// Tag::check_list(&tags, &At::ROOT.member("tags"), &mut findings);
    /// assert_eq!(
    ///     findings.to_string(),
    ///     "error[tag-key-reserved] /tags/0/key: the key `AWS:team` is reserved for AWS\n"
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn check_list(tags: &[Self], at: &At<'_>, findings: &mut Findings) {
        let checks: [(&Rule, Check); 5] = [
            (&KEY_REQUIRED, key_required),
            (&KEY_UNIQUE, key_unique),
            (&KEY_RESERVED, key_reserved),
            (&VALUE_RESERVED, value_reserved),
            (&CHARACTERS, characters),
        ];
        let mut found = Findings::default();
        for (rule, check) in checks {
            let findings = &mut found;
            let unknowns = Unknowns::NONE;
            check(
                tags,
                at,
                &mut Report {
                    rule,
                    findings,
                    unknowns,
                },
            );
        }
        findings.extend(found.into_iter().map(Finding::of_other_request));
    }

    /// What `tag-characters` finds in a list of keys alone, as a request has it that takes tags
    /// away.
    pub fn check_keys(keys: &[String], at: &At<'_>, findings: &mut Findings) {
        let mut found = Findings::default();
        let mut report = Report {
            rule: &CHARACTERS,
            findings: &mut found,
            unknowns: Unknowns::NONE,
        };
        for (index, key) in keys.iter().enumerate() {
            check_characters(key, &at.item(index), &mut report);
        }
        findings.extend(found.into_iter().map(Finding::of_other_request));
    }
}

type Check = fn(&[Tag], &At<'_>, &mut Report<'_>);

fn tags<'a>(subject: &'a Subject<'_>) -> &'a [Tag] {
    subject.task.tags()
}

fn tags_empty(subject: &Subject<'_>, report: &mut Report<'_>) {
    // Described definitions are shown with an empty list.
    let described = subject.task.status.is_some() || subject.task.task_definition_arn.is_some();
    let is_empty = subject.task.tags.as_ref().is_some_and(Vec::is_empty);
    if is_empty && !described && !subject.is_open("tags") {
        report.fault(&At::ROOT.member("tags"), "the list of tags is empty");
    }
}

fn key_required(tags: &[Tag], at: &At<'_>, report: &mut Report<'_>) {
    for (index, tag) in tags.iter().enumerate() {
        if tag.key.is_none() {
            report.fault(&at.item(index).member("key"), "the tag has no key");
        }
    }
}

fn key_unique(tags: &[Tag], at: &At<'_>, report: &mut Report<'_>) {
    let keys: Vec<Option<&str>> = tags.iter().map(|tag| tag.key()).collect();
    for (index, key) in repeated(&keys) {
        let message = format!("tag key {} is already used", quote(key));
        report.fault(&at.item(index).member("key"), message);
    }
}

fn key_reserved(tags: &[Tag], at: &At<'_>, report: &mut Report<'_>) {
    for (index, tag) in tags.iter().enumerate() {
        let key = tag.key().unwrap_or_default();
        if is_reserved(key) {
            let message = format!("the key {} is reserved for AWS", quote(key));
            report.fault(&at.item(index).member("key"), message);
        }
    }
}

fn value_reserved(tags: &[Tag], at: &At<'_>, report: &mut Report<'_>) {
    for (index, tag) in tags.iter().enumerate() {
        if let Some(value) = tag.value().filter(|value| is_reserved(value)) {
            let message = format!("the value {} begins as those of AWS do", quote(value));
            report.fault(&at.item(index).member("value"), message);
        }
    }
}

fn is_reserved(text: &str) -> bool {
    let prefix = text.get(..4);
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

fn characters(tags: &[Tag], at: &At<'_>, report: &mut Report<'_>) {
    for (index, tag) in tags.iter().enumerate() {
        for (member, text) in [("key", &tag.key), ("value", &tag.value)] {
            let text = text.as_deref().unwrap_or_default();
            check_characters(text, &at.item(index).member(member), report);
        }
    }
}

fn check_characters(text: &str, at: &At<'_>, report: &mut Report<'_>) {
    if !Tag::has_allowed_characters(text) {
        let message = format!("{} has characters that tags do not have", quote(text));
        report.fault(at, message);
    }
}
