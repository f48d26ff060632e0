use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject};

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "started-by-only",
            "`startedBy` is the only filter of a list of tasks",
            Source::Api("ListTasks"),
        ),
        started_by_only,
    ),
    Row::new(
        Rule::new(
            "attribute-value-name",
            "attributes are filtered by value only beside a name",
            Source::Api("ListAttributes"),
        ),
        attribute_value_name,
    ),
];

fn started_by_only(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.filters_beside_started_by {
        report.fault("/startedBy", "it does not stand beside other filters");
    }
}

fn attribute_value_name(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.attribute_value.is_some() && subject.attribute_name.is_none() {
        report.fault("/attributeValue", "it needs `attributeName`");
    }
}
