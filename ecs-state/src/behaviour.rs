//! [`Behaviour`]: whose rules a host follows, and where they differ.

use serde::{Deserialize, Serialize};

/// Whose rules the containers of a task follow on their host.
///
/// [`DIFFERENCES`](Self::DIFFERENCES) lists every rule in which they differ.
///
/// ```
/// use ecs_state::Behaviour;
///
/// assert_eq!(Behaviour::default(), Behaviour::Strict);
/// for difference in Behaviour::DIFFERENCES {
///     println!("{}: {} / {}", difference.rule, difference.agent, difference.strict);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Behaviour {
    /// The agent's rules without their holes: no task waits for ever.
    #[default]
    Strict,
    /// amazon-ecs-agent 1.105.1, its faults included.
    Agent1_105,
}

/// A rule in which [`Behaviour::Strict`] differs from the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What the rule is about.
    pub rule: &'static str,
    /// What the agent does.
    pub agent: &'static str,
    /// What strict rules do.
    pub strict: &'static str,
    /// Why they do.
    pub reason: &'static str,
}

impl Behaviour {
    /// Every rule in which the two differ.
    pub const DIFFERENCES: &'static [Difference] = &[
        Difference {
            rule: "HEALTHY of a container that stopped before it was healthy",
            agent: "the dependent waits for ever, and the task stays PENDING",
            strict: "the dependent is given up with exit code 143",
            reason: "a stopped container has no health check any more",
        },
        Difference {
            rule: "COMPLETE and SUCCESS of a container that stopped without an exit code",
            agent: "the dependent waits for ever, and the task stays PENDING",
            strict: "the dependent is given up with exit code 143",
            reason: "a stopped container gets no exit code any more",
        },
        Difference {
            rule: "a container that never ran and shall stop",
            agent: "stops after every container that depends on it",
            strict: "stops after those that still wait for it",
            reason: "it holds nothing up for those that run, and the task stays PENDING meanwhile",
        },
        Difference {
            rule: "the report of a container that changed",
            agent: "waits for the next change of its task, or up to 30 seconds",
            strict: "is due at once",
            reason: "ECS shall not believe in a container that has ended",
        },
        Difference {
            rule: "what was sent about a managed agent",
            agent: "falls back when an older report is acknowledged later",
            strict: "only rises",
            reason: "a status that fell back is reported twice",
        },
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_told_once() {
        let mut rules: Vec<_> = Behaviour::DIFFERENCES.iter().map(|row| row.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        assert_eq!(rules.len(), Behaviour::DIFFERENCES.len());
        assert!(
            Behaviour::DIFFERENCES
                .iter()
                .all(|row| row.agent != row.strict && !row.reason.is_empty())
        );
    }
}
