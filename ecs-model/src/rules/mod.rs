//! The documented rules that requests obey: one small function for each rule, one file for each
//! family, and one table that lists them all.
//!
//! A rule says of what it is: of every value of a type, wherever a request has it; of the member
//! of a request with a name and a type; or of several members of a request. So a request with a
//! member that a rule is about cannot go unchecked: operations to which a rule does not apply are
//! listed in its row, with the reason. How to add one is said in the rules of ecs-taskdef.

mod account;
mod capacity;
mod daemon;
mod deployment;
mod external;
mod filter;
mod guard;
mod load_balancing;
mod name;
mod network;
mod placement;
mod report;
mod service;
mod subject;
mod tag;
mod task;

pub use ecs_taskdef::{LaunchTypes, Position, Trust};

use ecs_taskdef::shape::{self, At, MemberValue, Structure, View};
use ecs_taskdef::{Findings, Rule, Severity};

use crate::Quotas;
use guard::{Each, Guard};
use report::{Found, Report};
use subject::Subject;

/// A row of the table: what a rule says, and what looks for breaches of it.
struct Row {
    rule: Rule,
    check: Check,
    /// The operations that it does not apply to, and why.
    except: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy)]
enum Check {
    /// Of several members of a request.
    Request(fn(&Subject<'_>, &mut Report<'_>)),
    /// Of every value of a type: of an object or a list.
    Each(&'static dyn Guard),
    /// Of the member of a request with this name, if it has the type.
    Member(&'static str, &'static dyn Guard),
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
/// assert_eq!(rule.summary, "a launch type cannot be combined with a capacity provider strategy");
/// assert_eq!(rule.exception, Some("InvalidParameterException"));
/// ```
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let all = of_requests().chain(crate::service::FIT_RULES.iter().copied());
    let all = all.chain(crate::task::FIT_RULES.iter().copied());
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
    /// Requests are refused by InvalidParameterException unless the rule names another exception.
    const fn new(rule: Rule, check: Check) -> Self {
        let rule = match (rule.severity, rule.exception) {
            (Severity::Error, None) => rule.answered_by(Rule::INVALID_PARAMETER),
            _ => rule,
        };
        let except = &[];
        Self {
            rule,
            check,
            except,
        }
    }

    /// A rule of several members of a request.
    const fn request(rule: Rule, check: fn(&Subject<'_>, &mut Report<'_>)) -> Self {
        Self::new(rule, Check::Request(check))
    }

    /// A rule of every value of a type, wherever a request has it.
    const fn each(rule: Rule, guard: &'static dyn Guard) -> Self {
        Self::new(rule, Check::Each(guard))
    }

    /// A rule of the member of a request that has this name and the type of the guard.
    const fn member(name: &'static str, rule: Rule, guard: &'static dyn Guard) -> Self {
        Self::new(rule, Check::Member(name, guard))
    }

    /// Does not apply to these operations; each with the reason.
    const fn except(mut self, operations: &'static [(&'static str, &'static str)]) -> Self {
        self.except = operations;
        self
    }

    fn applies_to(&self, operation: &str) -> bool {
        !self.except.iter().any(|(name, _)| *name == operation)
    }

    fn offer(&self, value: &dyn MemberValue, at: &At<'_>, report: &mut Report<'_>) {
        match self.check {
            Check::Each(guard) => guard.offer(value, at, report),
            Check::Request(_) | Check::Member(..) => {}
        }
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

/// Everything that the shape and the documents refuse in a request of this operation.
pub(crate) fn check(operation: &'static str, request: &dyn Structure, quotas: &Quotas) -> Findings {
    let mut findings = check_shape(request);
    shape::check_documented(request, &mut |at, fault| {
        findings.push_shape_fault(at, fault);
    });
    let mut found = Found::beside(&findings);
    let subject = Subject::of(request);
    let keys = subject.items::<String>(tag::KEYS);
    found.extend(tag::check_keys(keys));
    let rows: Vec<(usize, &'static Row)> = FAMILIES
        .into_iter()
        .flatten()
        .enumerate()
        .filter(|(_, row)| row.applies_to(operation))
        .collect();
    for &(turn, row) in &rows {
        let mut report = Report::new(turn, &row.rule, operation, quotas, &mut found);
        match row.check {
            Check::Request(check) => check(&subject, &mut report),
            Check::Member(name, guard) => {
                if let Some(value) = subject.member(name) {
                    guard.offer(value, &At::ROOT.member(name), &mut report);
                }
            }
            Check::Each(guard) => guard.offer(request, &At::ROOT, &mut report),
        }
    }
    shape::walk(request, &mut |at, value| {
        if !matches!(value.view(), View::Structure(_) | View::List(_)) {
            return;
        }
        found.extend(tag::check_list(value, at));
        for &(turn, row) in &rows {
            let mut report = Report::new(turn, &row.rule, operation, quotas, &mut found);
            row.offer(value, at, &mut report);
        }
    });
    findings.extend(found.into_turns());
    findings
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
    fn what_is_excepted_would_be_checked() {
        for row in FAMILIES.into_iter().flatten() {
            for (operation, _) in row.except {
                let operation = crate::Operation::named(operation).unwrap();
                if let Check::Member(name, _) = row.check {
                    let member = operation.request().member(name);
                    assert!(member.is_some(), "{} {operation:?}", row.rule);
                }
            }
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
