use core::fmt;

use ecs_taskdef::{Edition, Finding, Findings, Rule, Severity};

use crate::Quotas;
use crate::quota::Quota;

/// Takes what a rule finds.
pub(super) struct Report<'f> {
    turn: usize,
    rule: &'static Rule,
    /// The operation by its name in the API.
    pub(super) operation: &'static str,
    quotas: &'f Quotas,
    found: &'f mut Found,
}

impl<'f> Report<'f> {
    pub(super) const fn new(
        turn: usize,
        rule: &'static Rule,
        operation: &'static str,
        quotas: &'f Quotas,
        found: &'f mut Found,
    ) -> Self {
        Self {
            turn,
            rule,
            operation,
            quotas,
            found,
        }
    }

    /// A breach. AWS's words, where they are known, are complete.
    pub(super) fn fault(&mut self, at: impl fmt::Display, message: impl Into<String>) {
        self.fault_about(at, &[], message);
    }

    /// A breach. The parts go into AWS's words, each in the place of a `{}`.
    pub(super) fn fault_about(
        &mut self,
        at: impl fmt::Display,
        parts: &[&str],
        message: impl Into<String>,
    ) {
        let finding = Finding::new(self.rule, at.to_string(), message.into());
        self.found.push(self.turn, finding.in_words_of_aws(parts));
    }

    /// A breach for which AWS has other words than the rule's, and unknown ones.
    pub(super) fn fault_in_our_words(&mut self, at: impl fmt::Display, message: impl Into<String>) {
        let finding = Finding::new(self.rule, at.to_string(), message.into());
        self.found.push(self.turn, finding);
    }

    /// A breach that this operation takes all the same, though others refuse it.
    pub(super) fn warning(&mut self, at: impl fmt::Display, message: impl Into<String>) {
        let mut finding = Finding::new(self.rule, at.to_string(), message.into());
        finding.severity = Severity::Warning;
        finding.exception = None;
        self.found.push(self.turn, finding);
    }

    /// A breach if there are more than the quota allows.
    pub(super) fn quota(&mut self, at: impl fmt::Display, quota: Quota, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Err(exceeded) = self.quotas.check(quota, count) {
            let limit = exceeded.limit.to_string();
            self.fault_about(at, &[&limit], exceeded.to_string());
        }
    }

    /// A breach if there are more elements.
    pub(super) fn at_most(&mut self, at: impl fmt::Display, count: usize, most: usize) {
        if count > most {
            self.fault(at, format!("{count} elements, at most {most}"));
        }
    }

    pub(super) const fn edition(&self) -> Edition {
        self.quotas.edition()
    }
}

/// What rules have found, each with the turn of its rule in the table.
pub(super) struct Found {
    mistyped: Vec<String>,
    findings: Vec<(usize, Finding)>,
}

impl Found {
    /// Nothing yet, beside what differs from the shape.
    pub(super) fn beside(shape: &Findings) -> Self {
        let mistyped = shape.of_rule("wrong-type");
        Self {
            mistyped: mistyped.map(|one| one.pointer.clone()).collect(),
            findings: Vec::new(),
        }
    }

    /// Adds a finding, unless the value there has the wrong type: what a rule misses then is only
    /// a consequence of that.
    pub(super) fn push(&mut self, turn: usize, finding: Finding) {
        let mut mistyped = self.mistyped.iter();
        if !mistyped.any(|pointer| finding.lies_within(pointer)) {
            self.findings.push((turn, finding));
        }
    }

    /// Adds what rules of task definitions find, before the rules of the table.
    pub(super) fn extend(&mut self, findings: Findings) {
        for finding in findings {
            self.push(0, finding);
        }
    }

    /// The findings in the order of the table.
    pub(super) fn into_turns(mut self) -> impl Iterator<Item = Finding> {
        self.findings.sort_by_key(|(turn, _)| *turn);
        self.findings.into_iter().map(|(_, finding)| finding)
    }
}
