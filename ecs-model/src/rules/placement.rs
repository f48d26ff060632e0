use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::{LaunchType, PlacementConstraintType, PlacementStrategy, PlacementStrategyType};

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "placement-constraint-count",
            "there are at most 10 placement constraints",
            Source::Api("RunTask"),
        ),
        |subject, report| {
            let count = list(subject.placement_constraints).len();
            at_most(report, "/placementConstraints", count, 10);
        },
    ),
    Row::new(
        Rule::new(
            "placement-expression",
            "`memberOf` has an expression and `distinctInstance` none",
            Source::Api("PlacementConstraint"),
        )
        .quoted("distinctInstance expression should not be specified."),
        constraint_expression,
    ),
    Row::new(
        Rule::new(
            "placement-expression-length",
            "an expression has at most 2,000 characters",
            Source::Api("PlacementConstraint"),
        ),
        expression_length,
    ),
    Row::new(
        Rule::new(
            "placement-strategy-count",
            "there are at most 5 placement strategies",
            Source::Api("RunTask"),
        ),
        |subject, report| {
            let count = list(subject.placement_strategy).len();
            at_most(report, "/placementStrategy", count, 5);
        },
    ),
    Row::new(
        Rule::new(
            "placement-strategy-field",
            "a placement strategy has a field it can go by",
            Source::Api("PlacementStrategy"),
        ),
        strategy_fields,
    ),
    Row::new(
        Rule::new(
            "placement-strategy-fargate",
            "Fargate takes no placement strategy",
            Source::Guide("fargate-tasks-services"),
        ),
        |subject, report| {
            let placed = !list(subject.placement_strategy).is_empty();
            if placed && subject.launch_type == Some(&LaunchType::Fargate) {
                report.fault("/placementStrategy", "Fargate takes no placement strategy");
            }
        },
    ),
];

fn at_most(report: &mut Report<'_>, pointer: &str, count: usize, most: usize) {
    if count > most {
        report.fault(pointer, format!("{count} elements, at most {most}"));
    }
}

fn constraint_expression(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, constraint) in list(subject.placement_constraints).iter().enumerate() {
        let pointer = format!("/placementConstraints/{position}/expression");
        match (&constraint.r#type, &constraint.expression) {
            (Some(PlacementConstraintType::DistinctInstance), Some(_)) => {
                report.fault(&pointer, "`distinctInstance` takes no expression");
            }
            (Some(PlacementConstraintType::MemberOf), None) => {
                report.fault_in_our_words(&pointer, "`memberOf` needs an expression");
            }
            _ => {}
        }
    }
}

fn expression_length(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, constraint) in list(subject.placement_constraints).iter().enumerate() {
        let expression = constraint.expression.as_deref().unwrap_or_default();
        let count = expression.chars().count();
        if count > 2_000 {
            let pointer = format!("/placementConstraints/{position}/expression");
            report.fault(&pointer, format!("{count} characters, at most 2000"));
        }
    }
}

fn strategy_fields(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, strategy) in list(subject.placement_strategy).iter().enumerate() {
        if let Some(message) = field_fault(strategy) {
            report.fault(&format!("/placementStrategy/{position}/field"), message);
        }
    }
}

fn field_fault(strategy: &PlacementStrategy) -> Option<String> {
    let field = strategy.field.as_deref().unwrap_or_default();
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
