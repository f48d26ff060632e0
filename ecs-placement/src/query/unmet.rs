//! Which comparisons of an expression keep an instance out, and what they found.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ast::{Expression, Term, Test};
use crate::Instance;

/// A comparison of an expression that did not come out as the expression needs it.
///
/// It prints the comparison and what it found: `attribute:stack == prod` found `test`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct UnmetTerm {
    /// The comparison as it stands in the expression.
    pub term: Arc<str>,
    /// Whether it holds, and must not because of a `not` around it.
    pub is_negated: bool,
    /// What the instance has: the value of the attribute, the groups of its tasks joined by
    /// commas, the version of its agent. `None` if it has nothing of the kind.
    pub found: Option<Box<str>>,
}

/// The comparisons because of which an expression does not hold: in an `and` those that fail,
/// in an `or` all of them, under a `not` those that hold.
pub(super) fn of(
    expression: &Expression,
    instance: Instance<'_>,
    planned: Option<(&str, u32)>,
) -> Vec<UnmetTerm> {
    let mut unmet = Vec::new();
    collect(expression, false, (instance, planned), &mut unmet);
    unmet
}

type Asked<'a> = (Instance<'a>, Option<(&'a str, u32)>);

/// Adds the comparisons because of which an expression does not hold, or if it `is_negated`, does.
fn collect(
    expression: &Expression,
    is_negated: bool,
    (instance, planned): Asked<'_>,
    unmet: &mut Vec<UnmetTerm>,
) {
    if super::eval::matches(expression, instance, planned) != is_negated {
        return;
    }
    match expression {
        Expression::Any(parts) | Expression::All(parts) => {
            for part in parts {
                collect(part, is_negated, (instance, planned), unmet);
            }
        }
        Expression::Not(inner) => collect(inner, !is_negated, (instance, planned), unmet),
        Expression::Test(term) => unmet.push(UnmetTerm {
            term: Arc::clone(&term.text),
            is_negated,
            found: found(term, instance, planned),
        }),
    }
}

fn found(term: &Term, instance: Instance<'_>, planned: Option<(&str, u32)>) -> Option<Box<str>> {
    match &term.test {
        Test::Attribute(name, _) | Test::AttributeText(name, _) => instance
            .attribute(name)
            .map(|value| value.unwrap_or_default().into()),
        Test::Ec2InstanceId(_) => instance.ec2_instance_id().map(Box::from),
        Test::AgentConnected(_) => Some(instance.agent_connected().to_string().into()),
        Test::AgentVersion(..) => instance.agent_version().map(Box::from),
        Test::RegisteredAt(..) => instance.registered_at().map(|at| at.to_string().into()),
        Test::RunningTasksCount(..) => {
            let planned = planned.map_or(0, |(_, tasks)| i64::from(tasks));
            Some(
                instance
                    .running_tasks()
                    .saturating_add(planned)
                    .to_string()
                    .into(),
            )
        }
        Test::TaskGroup(_) => {
            let planned = planned.map(|(group, _)| group);
            let mut groups: Vec<&str> = instance.task_groups().chain(planned).collect();
            groups.sort_unstable();
            groups.dedup();
            (!groups.is_empty()).then(|| groups.join(", ").into())
        }
    }
}

impl fmt::Display for UnmetTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.is_negated { "not " } else { "" };
        write!(f, "{not}`{}` ", self.term)?;
        match self.found.as_deref() {
            None => f.write_str("found nothing"),
            Some("") => f.write_str("found no value"),
            Some(found) => write!(f, "found `{found}`"),
        }
    }
}
