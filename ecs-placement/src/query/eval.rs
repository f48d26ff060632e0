//! Asks an instance.

use std::cmp::Ordering;

use ecs_model::version::Version;

use super::ast::{Expression, Presence, Test, TextKind, TextTest};
use crate::Instance;

pub(super) fn matches(expression: &Expression, instance: &Instance) -> bool {
    match expression {
        Expression::Any(parts) => parts.iter().any(|part| matches(part, instance)),
        Expression::All(parts) => parts.iter().all(|part| matches(part, instance)),
        Expression::Not(inner) => !matches(inner, instance),
        Expression::Test(test) => test_matches(test, instance),
    }
}

fn test_matches(test: &Test, instance: &Instance) -> bool {
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
            instance.task_groups().any(|group| test.kind.accepts(group)) != test.negated
        }
        Test::AgentVersion(relation, version) => instance
            .agent_version()
            .and_then(|written| written.parse::<Version>().ok())
            .is_some_and(|found| relation.holds(found.cmp(version))),
        Test::RegisteredAt(relation, at) => instance
            .registered_at()
            .is_some_and(|found| relation.holds(found.cmp(at))),
        Test::RunningTasksCount(relation, count) => {
            relation.holds(instance.running_tasks().cmp(count))
        }
    }
}

impl TextTest {
    fn accepts(&self, text: &str) -> bool {
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
