//! Why a task is not placed: every reason of every instance.

mod closest;
mod each;
mod marking;
mod ranking;
mod remedy;
mod room;
mod summary;

use std::fmt;
use std::sync::Arc;

use ecs_model::Failure;

pub(crate) use closest::in_events;
pub use ranking::{Ranked, Ranking};
pub use remedy::Remedy;
pub use room::{Bottleneck, InstanceRoom, Room, Shortfall};
pub use summary::{Summary, Tally};

use crate::Reason;

/// Every instance of a cell with every reason why it does not take a task.
///
/// It prints one line for each instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    instances: Vec<InstanceExplanation>,
    /// Whether the request is for the instances of a capacity provider.
    names_provider: bool,
}

/// One instance of an [`Explanation`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstanceExplanation {
    /// The ARN of the instance.
    pub arn: Arc<str>,
    /// Why it does not take the task; empty if it does.
    pub reasons: Vec<Reason>,
}

impl Explanation {
    /// The instances in the order of their ARNs.
    #[must_use]
    pub fn instances(&self) -> &[InstanceExplanation] {
        &self.instances
    }

    /// The instances that take the task.
    pub fn fitting(&self) -> impl Iterator<Item = &InstanceExplanation> {
        self.instances
            .iter()
            .filter(|instance| instance.reasons.is_empty())
    }

    /// The failures of a RunTask call: one for each ACTIVE instance that does not take the
    /// task, with its first reason in the API's words and all of them in numbers. Instances
    /// that are not ACTIVE are no candidates and not mentioned.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        self.candidates()
            .filter_map(|instance| failure(&instance.arn, &instance.reasons))
            .collect()
    }

    /// The instances that are ACTIVE.
    fn candidates(&self) -> impl Iterator<Item = &InstanceExplanation> {
        let is_active = |instance: &&InstanceExplanation| {
            !matches!(instance.reasons.first(), Some(Reason::Inactive { .. }))
        };
        self.instances.iter().filter(is_active)
    }
}

/// The failure for an instance; `None` without a reason.
pub(crate) fn failure(arn: &str, reasons: &[Reason]) -> Option<Failure> {
    let detail: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    Some(Failure::new(reasons.first()?.code(), arn).with_detail(detail.join("; ")))
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.instances
            .iter()
            .try_for_each(|instance| writeln!(f, "{instance}"))
    }
}

impl fmt::Display for InstanceExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.arn)?;
        if self.reasons.is_empty() {
            return f.write_str(" fits");
        }
        for (index, reason) in self.reasons.iter().enumerate() {
            write!(f, "{} {reason}", if index > 0 { ";" } else { "" })?;
        }
        Ok(())
    }
}
