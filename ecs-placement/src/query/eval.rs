//! Asks an instance.

use std::cmp::Ordering;

use ecs_model::version::Version;

use super::ast::{Expression, Presence, Test, TextKind, TextTest};
use crate::Instance;

/// `planned` are tasks of a group that shall be thought on the instance.
pub(super) fn matches(
    expression: &Expression,
    instance: Instance<'_>,
    planned: Option<(&str, u32)>,
) -> bool {
    let ask = |part: &Expression| matches(part, instance, planned);
    match expression {
        Expression::Any(parts) => parts.iter().any(ask),
        Expression::All(parts) => parts.iter().all(ask),
        Expression::Not(inner) => !ask(inner),
        Expression::Test(term) => test_matches(&term.test, instance, planned),
    }
}

fn test_matches(test: &Test, instance: Instance<'_>, planned: Option<(&str, u32)>) -> bool {
    match test {
        Test::Attribute(name, presence) => {
            instance.attribute(name).is_some() == (*presence == Presence::Exists)
        }
        // An attribute without a value is there, with an empty text.
        Test::AttributeText(name, test) => instance
            .attribute(name)
            .is_some_and(|value| test.accepts(value.unwrap_or_default())),
        Test::Ec2InstanceId(test) => instance
            .ec2_instance_id()
            .is_some_and(|id| test.accepts(id)),
        Test::AgentConnected(test) => test.accepts(if instance.agent_connected() {
            "true"
        } else {
            "false"
        }),
        // Negation speaks of all groups: none of them is meant.
        Test::TaskGroup(test) => {
            let planned = planned.map(|(group, _)| group);
            let mut groups = instance.task_groups().chain(planned);
            groups.any(|group| test.kind.accepts(group)) != test.negated
        }
        Test::AgentVersion(relation, version) => instance
            .agent_version()
            .and_then(|written| written.parse::<Version>().ok())
            .is_some_and(|found| relation.holds(found.cmp(version))),
        Test::RegisteredAt(relation, at) => instance
            .registered_at()
            .is_some_and(|found| relation.holds(found.cmp(at))),
        Test::RunningTasksCount(relation, count) => {
            let planned = planned.map_or(0, |(_, tasks)| i64::from(tasks));
            let running = instance.running_tasks().saturating_add(planned);
            relation.holds(running.cmp(count))
        }
    }
}

impl TextTest {
    pub(super) fn accepts(&self, text: &str) -> bool {
        self.kind.accepts(text) != self.negated
    }
}

impl TextKind {
    fn accepts(&self, text: &str) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|value| **value == *text),
            Self::Matches(regex) => regex.is_match(text),
            Self::Compares(relation, value) => relation.holds(compare(text, value)),
        }
    }
}

/// As numbers if both are, by their characters otherwise.
fn compare(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.partial_cmp(&y).unwrap_or_else(|| a.cmp(b)),
        _ => a.cmp(b),
    }
}
