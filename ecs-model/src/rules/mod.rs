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

use core::fmt;

use ecs_taskdef::shape::{At, Limits, MemberType, ShapeFault};
use ecs_taskdef::{Finding, Findings, RuleId, Severity};

use crate::Quotas;
use crate::quota::Quota;
pub(crate) use subject::{Bound, Subject};

/// A documented rule that requests obey, whatever the cluster and its resources.
///
/// What the shape of a request says, such as which members are required, is no rule of its own:
/// those findings have the rules of ecs-taskdef, such as `member-required` and `out-of-bounds`.
///
/// ```
/// use ecs_model::rules::RequestRule;
///
/// let rule = RequestRule::named("launch-type-or-strategy").expect("it is in the table");
/// assert_eq!(rule.summary, "a launch type does not stand beside a capacity provider strategy");
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RequestRule {
    /// The name, in kebab-case. It does not change.
    pub id: RuleId,
    /// What the rule asks for, in a sentence.
    pub summary: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    check: fn(&Subject<'_>, &mut Report<'_>),
}

const FAMILIES: [&[RequestRule]; 13] = [
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

impl RequestRule {
    /// Every rule of this library.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        FAMILIES.into_iter().flatten()
    }

    /// The rule with that name.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().find(|rule| rule.id == id)
    }

    const fn new(
        id: &'static str,
        summary: &'static str,
        check: fn(&Subject<'_>, &mut Report<'_>),
    ) -> Self {
        Self {
            id: RuleId::new(id),
            summary,
            severity: Severity::Error,
            check,
        }
    }

    /// ECS takes the request all the same.
    const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl fmt::Debug for RequestRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestRule")
            .field("id", &self.id)
            .field("severity", &self.severity)
            .finish_non_exhaustive()
    }
}

/// Takes what a rule finds.
pub(crate) struct Report<'f> {
    rule: &'static RequestRule,
    quotas: &'f Quotas,
    findings: &'f mut Findings,
}

impl Report<'_> {
    /// A breach, unless the value there has the wrong type: what a rule misses then is only a
    /// consequence of that.
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        let is_consequence = self
            .findings
            .of_rule("wrong-type")
            .any(|one| lies_within(pointer, &one.pointer));
        if !is_consequence {
            let Self { rule, findings, .. } = self;
            let pointer = pointer.to_owned();
            findings.push(Finding::of(rule.id, rule.severity, pointer, message.into()));
        }
    }

    /// A breach if there are more than the quota allows.
    fn quota(&mut self, pointer: &str, quota: Quota, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Err(exceeded) = self.quotas.check(quota, count) {
            self.fault(pointer, exceeded.to_string());
        }
    }
}

fn lies_within(pointer: &str, outer: &str) -> bool {
    pointer
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Everything that differs from the shape.
pub(crate) fn check_shape(request: &impl MemberType) -> Findings {
    let mut findings = Findings::default();
    request.check(&Limits::NONE, &At::ROOT, &mut |at, fault| {
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
    for rule in RequestRule::all() {
        let mut report = Report {
            rule,
            quotas,
            findings: &mut findings,
        };
        (rule.check)(subject, &mut report);
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
        for rule in RequestRule::all() {
            let named = RequestRule::all().filter(|other| other.id == rule.id);
            assert_eq!(named.count(), 1, "{}", rule.id);
            assert!(ecs_taskdef::Rule::named(rule.id.as_str()).is_none());
        }
    }

    #[test]
    fn pointers_within_others() {
        assert!(lies_within("/a/b", "/a"));
        assert!(lies_within("/a", "/a"));
        assert!(lies_within("/a", ""));
        assert!(!lies_within("/ab", "/a"));
        assert!(!lies_within("/b", "/a"));
    }
}
