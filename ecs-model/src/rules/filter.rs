use ecs_taskdef::{Rule, Source};

use super::{Each, Row};
use crate::operation::{ListAttributesRequest, ListTasksRequest};

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "started-by-only",
            "`startedBy` is the only filter of a list of tasks",
            Source::Api("ListTasks"),
        ),
        &Each(|request: &ListTasksRequest, at, report| {
            if request.combines_started_by() {
                let at = at.member("startedBy");
                report.fault(at, "it cannot be combined with other filters");
            }
        }),
    ),
    Row::each(
        Rule::new(
            "attribute-value-name",
            "attributes are filtered by value only together with a name",
            Source::Api("ListAttributes"),
        ),
        &Each(|request: &ListAttributesRequest, at, report| {
            if request.attribute_value.is_some() && request.attribute_name.is_none() {
                report.fault(at.member("attributeValue"), "it needs `attributeName`");
            }
        }),
    ),
];
