//! The documented rules that requests obey: one small function for each rule, one file for each
//! family, and one table that lists them all.

mod account;
mod capacity;
mod daemon;
mod deployment;
mod external;
mod filter;
mod load_balancing;
mod name;
mod network;
mod placement;
mod service;
mod subject;
mod tag;
mod task;

use ecs_taskdef::shape::{self, At, ShapeFault, Structure};
use ecs_taskdef::{Finding, Findings, Rule, Severity};

use crate::Quotas;
use crate::quota::Quota;
pub(crate) use subject::{Bound, Subject};

/// A row of the table: what a rule says, and what looks for breaches of it.
struct Row {
    rule: Rule,
    check: fn(&Subject<'_>, &mut Report<'_>),
}

const FAMILIES: [&[Row]; 13] = [
    name::RULES,
    tag::RULES,
    capacity::RULES,
    network::RULES,
    placement::RULES,
    task::RULES,
    service::RULES,
    daemon::RULES,
    external::RULES,
    load_balancing::RULES,
    deployment::RULES,
    account::RULES,
    filter::RULES,
];

/// Every rule of this library: of requests, whatever the cluster and its resources, of services and
/// their task definitions, of activations, and of configurations of the agent. Rules of shapes and
/// of tags, which are [rules of task definitions](Rule::all) too, are not among them.
///
/// ```
/// use ecs_model::rules;
///
/// let rule = rules::all()
///     .find(|rule| rule.id == "launch-type-or-strategy")
///     .expect("it is in the table");
/// assert_eq!(rule.summary, "a launch type does not stand beside a capacity provider strategy");
/// assert_eq!(rule.exception, Some("InvalidParameterException"));
/// ```
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let all = of_requests().chain(crate::service::FIT_RULES.iter().copied());
    #[cfg(feature = "anywhere")]
    let all = all.chain(crate::anywhere::RULES.iter().copied());
    #[cfg(feature = "agent")]
    let all = all.chain(crate::agent::RULES.iter().copied());
    all
}

/// The rules that [`Request::validate`](crate::Request::validate) goes by.
pub fn of_requests() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten().map(|row| &row.rule)
}

impl Row {
    /// A row of a rule; requests are refused by InvalidParameterException unless the rule names
    /// another exception.
    const fn new(rule: Rule, check: fn(&Subject<'_>, &mut Report<'_>)) -> Self {
        let rule = match (rule.severity, rule.exception) {
            (Severity::Error, None) => rule.answered_by(Rule::INVALID_PARAMETER),
            _ => rule,
        };
        Self { rule, check }
    }
}

/// Takes what a rule finds.
pub(crate) struct Report<'f> {
    rule: &'static Rule,
    quotas: &'f Quotas,
    findings: &'f mut Findings,
}

impl Report<'_> {
    /// A breach. AWS's words, where they are known, are complete.
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.fault_about(pointer, &[], message);
    }

    /// A breach. The parts go into AWS's words, each in the place of a `{}`.
    fn fault_about(&mut self, pointer: &str, parts: &[&str], message: impl Into<String>) {
        let finding = Finding::new(self.rule, pointer.to_owned(), message.into());
        push(finding.in_words_of_aws(parts), self.findings);
    }

    /// A breach for which AWS has other words than the rule's, and unknown ones.
    fn fault_in_our_words(&mut self, pointer: &str, message: impl Into<String>) {
        let finding = Finding::new(self.rule, pointer.to_owned(), message.into());
        push(finding, self.findings);
    }

    /// A breach if there are more than the quota allows.
    fn quota(&mut self, pointer: &str, quota: Quota, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Err(exceeded) = self.quotas.check(quota, count) {
            let limit = exceeded.limit.to_string();
            self.fault_about(pointer, &[&limit], exceeded.to_string());
        }
    }
}

/// Adds a finding, unless the value there has the wrong type: what a rule misses then is only a
/// consequence of that.
fn push(finding: Finding, findings: &mut Findings) {
    let is_consequence = findings
        .of_rule("wrong-type")
        .any(|one| finding.lies_within(&one.pointer));
    if !is_consequence {
        findings.push(finding);
    }
}

/// Everything that differs from the shape.
pub(crate) fn check_shape(request: &dyn Structure) -> Findings {
    let mut findings = Findings::default();
    shape::check(request, &mut |at, fault| {
        findings.push_shape_fault(at, fault);
    });
    findings
}

/// Everything that the documents refuse, after what differs from the shape.
pub(crate) fn check(subject: &Subject<'_>, quotas: &Quotas, mut findings: Findings) -> Findings {
    for bound in subject.bounds.iter().flatten() {
        if let Some(fault) = bound.fault() {
            findings.push_shape_fault(&At::ROOT.member(bound.member), fault);
        }
    }
    tag::check(subject, &mut findings);
    for row in FAMILIES.into_iter().flatten() {
        let mut report = Report {
            rule: &row.rule,
            quotas,
            findings: &mut findings,
        };
        (row.check)(subject, &mut report);
    }
    findings
}

impl Bound {
    fn fault(&self) -> Option<ShapeFault<'static>> {
        let &Self {
            measure,
            actual,
            limits,
            ..
        } = self;
        let low = limits.min.is_some_and(|min| actual < min);
        let high = limits.max.is_some_and(|max| actual > max);
        (low || high).then_some(ShapeFault::OutOfBounds {
            measure,
            actual,
            limits,
        })
    }
}

/// The elements of a list that may be absent.
fn list<T>(items: Option<&Vec<T>>) -> &[T] {
    items.map(Vec::as_slice).unwrap_or_default()
}

/// Whether a text has 1 to 255 letters, digits, hyphens and underscores.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=255).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_of_one_rule() {
        for rule in all() {
            assert_eq!(all().filter(|other| *other == rule).count(), 1, "{rule}");
            assert!(Rule::named(rule.id).is_none(), "{rule}");
        }
    }

    #[test]
    fn errors_have_an_exception_and_warnings_have_none() {
        for rule in of_requests() {
            let is_error = rule.severity == Severity::Error;
            assert_eq!(rule.exception.is_some(), is_error, "{rule}");
        }
    }
}
