use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row, Subject};
use crate::{
    LaunchType, PlacementConstraint, PlacementConstraintType, PlacementStrategy,
    PlacementStrategyType,
};

const PLACEMENT_CONSTRAINT: Source = Source::Api("PlacementConstraint");

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "placement-constraint-count",
            "there are at most 10 placement constraints",
            Source::Api("RunTask"),
        ),
        &Each(|items: &Vec<PlacementConstraint>, at, report| report.at_most(at, items.len(), 10)),
    ),
    Row::each(
        Rule::new(
            "placement-expression",
            "`memberOf` has an expression and `distinctInstance` none",
            PLACEMENT_CONSTRAINT,
        )
        .quoted("distinctInstance expression should not be specified."),
        &Each(constraint_expression),
    ),
    Row::each(
        Rule::new(
            "placement-expression-length",
            "an expression has at most 2,000 characters",
            PLACEMENT_CONSTRAINT,
        ),
        &Each(expression_length),
    ),
    Row::each(
        Rule::new(
            "placement-strategy-count",
            "there are at most 5 placement strategies",
            Source::Api("RunTask"),
        ),
        &Each(|items: &Vec<PlacementStrategy>, at, report| report.at_most(at, items.len(), 5)),
    ),
    Row::each(
        Rule::new(
            "placement-strategy-field",
            "a placement strategy has a field it can go by",
            Source::Api("PlacementStrategy"),
        ),
        &Each(|strategy: &PlacementStrategy, at, report| {
            if let Some(message) = field_fault(strategy) {
                report.fault(at.member("field"), message);
            }
        }),
    ),
    Row::request(
        Rule::new(
            "placement-strategy-fargate",
            "Fargate takes no placement strategy",
            Source::Guide("fargate-tasks-services"),
        ),
        |subject, report| {
            let member = "placementStrategy";
            let is_placed = !subject.items::<PlacementStrategy>(member).is_empty();
            if is_placed && subject.is_on_fargate() {
                let message = "Fargate takes no placement strategy";
                report.fault(At::ROOT.member(member), message);
            }
        },
    ),
    Row::request(
        Rule::new(
            "placement-constraint-fargate",
            "Fargate takes no placement constraint",
            PLACEMENT_CONSTRAINT,
        )
        .quoted("Placement constraints are not supported with FARGATE launch type."),
        constraints_on_fargate,
    )
    .except(&[(
        "UpdateService",
        "an update with the same constraint is taken",
    )]),
];

fn constraints_on_fargate(subject: &Subject<'_>, report: &mut Report<'_>) {
    let member = "placementConstraints";
    let at = At::ROOT.member(member);
    let message = "Fargate takes no placement constraint";
    if subject.items::<PlacementConstraint>(member).is_empty() {
        return;
    }
    if subject.has_launch_type(&LaunchType::Fargate) {
        report.fault(at, message);
    } else if subject.is_on_fargate() {
        report.fault_in_our_words(at, message);
    }
}

fn constraint_expression(constraint: &PlacementConstraint, at: &At<'_>, report: &mut Report<'_>) {
    let at = at.member("expression");
    match (&constraint.r#type, &constraint.expression) {
        (Some(PlacementConstraintType::DistinctInstance), Some(_)) => {
            report.fault(at, "`distinctInstance` takes no expression");
        }
        (Some(PlacementConstraintType::MemberOf), None) => {
            report.fault_in_our_words(at, "`memberOf` needs an expression");
        }
        _ => {}
    }
}

fn expression_length(constraint: &PlacementConstraint, at: &At<'_>, report: &mut Report<'_>) {
    let expression = constraint.expression().unwrap_or_default();
    let count = expression.chars().count();
    if count > 2_000 {
        let message = format!("{count} characters, at most 2000");
        report.fault(at.member("expression"), message);
    }
}

fn field_fault(strategy: &PlacementStrategy) -> Option<String> {
    let field = strategy.field().unwrap_or_default();
    match strategy.r#type.as_ref()? {
        PlacementStrategyType::Binpack => {
            // The API writes the fields of binpack in either case.
            let is_known = ["cpu", "memory"]
                .into_iter()
                .any(|known| field.eq_ignore_ascii_case(known));
            (!is_known).then(|| format!("`binpack` takes `cpu` or `memory`, not `{field}`"))
        }
        PlacementStrategyType::Spread => {
            let attribute = field.strip_prefix("attribute:");
            let is_known = matches!(field, "instanceId" | "host")
                || attribute.is_some_and(|name| !name.is_empty());
            (!is_known).then(|| {
                format!("`spread` takes `instanceId`, `host` or `attribute:NAME`, not `{field}`")
            })
        }
        _ => None,
    }
}
