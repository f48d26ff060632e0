use super::subject::{Place, Report, Subject};
use super::{Check, FAMILIES, Rule, shape_rules};
use crate::shape::At;
use crate::{Findings, LaunchTypes, RuleSet, Severity, TaskDefinition};

/// Everything the rules find, the differences from the shapes first.
pub(crate) fn run(task: &TaskDefinition, rules: &RuleSet, launch_types: LaunchTypes) -> Findings {
    let mut findings = Findings::default();
    shape_rules::check(task, &mut findings);
    let subject = Subject::new(task, rules, launch_types);
    let in_force = |rule: &&'static Rule| {
        rule.edition <= rules.edition && rule.launch_types.intersects(launch_types)
    };
    for rule in FAMILIES.iter().copied().flatten().filter(in_force) {
        apply(rule, &subject, &mut findings);
    }
    forget_consequences(&mut findings);
    findings
}

/// Whether the task breaks no rule that is special to the launch type.
pub(crate) fn fits_launch_type(task: &TaskDefinition, launch_type: LaunchTypes) -> bool {
    let subject = Subject::new(task, &RuleSet::CURRENT, launch_type);
    let decides = |rule: &&'static Rule| {
        rule.severity == Severity::Error
            && rule.decides_compatibility()
            && rule.launch_types.intersects(launch_type)
    };
    let mut findings = Findings::default();
    FAMILIES
        .iter()
        .copied()
        .flatten()
        .filter(decides)
        .all(|rule| {
            apply(rule, &subject, &mut findings);
            findings.is_empty()
        })
}

impl Rule {
    /// Whether a breach takes a launch type out of `compatibilities`. A rule
    /// for all of them makes the definition invalid instead.
    fn decides_compatibility(&self) -> bool {
        self.launch_types != LaunchTypes::ALL && !ONLY_WHEN_ASKED.contains(&self.id.as_str())
    }
}

/// Rules that AWS applies to the launch types a definition requires, but not
/// when it finds out the others.
const ONLY_WHEN_ASKED: [&str; 1] = ["ephemeral-storage-fargate-only"];

fn apply(rule: &'static Rule, subject: &Subject<'_>, findings: &mut Findings) {
    let mut report = Report { rule, findings };
    match rule.check {
        Check::Shape => {}
        Check::Task(check) => check(subject, &mut report),
        Check::Container(check) => {
            each("containerDefinitions", subject.task.containers(), |place| {
                check(subject, place, &mut report);
            })
        }
        Check::Volume(check) => each("volumes", subject.task.volumes(), |place| {
            check(subject, place, &mut report);
        }),
    }
}

fn each<T>(member: &str, values: &[T], mut visit: impl FnMut(Place<'_, T>)) {
    let list = At::ROOT;
    let list = list.member(member);
    for (index, value) in values.iter().enumerate() {
        visit(Place {
            value,
            at: &list.item(index),
        });
    }
}

/// A value of the wrong type says all there is to say about its place: what
/// other rules miss there is only its consequence.
fn forget_consequences(findings: &mut Findings) {
    // What AWS fills in is not registered, so it cannot be refused either.
    let filled_in = |pointer: &str| {
        let member = pointer.split('/').nth(1).unwrap_or_default();
        TaskDefinition::DESCRIBE_ONLY.contains(&member)
    };
    for finding in findings
        .iter_mut()
        .filter(|finding| filled_in(&finding.pointer))
    {
        finding.severity = Severity::Note;
    }
    let is_type_fault = |id: &str| matches!(id, "wrong-type" | "number-too-large");
    let wrong: Vec<String> = findings
        .iter()
        .filter(|finding| is_type_fault(finding.rule.as_str()))
        .map(|finding| finding.pointer.clone())
        .collect();
    if wrong.is_empty() {
        return;
    }
    let below = |pointer: &str, parent: &str| {
        pointer
            .strip_prefix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    findings.retain(|finding| {
        is_type_fault(finding.rule.as_str())
            || !wrong.iter().any(|parent| below(&finding.pointer, parent))
    });
}
