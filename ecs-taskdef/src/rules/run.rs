use super::subject::{Report, Subject};
use super::table::{self, Members};
use super::{Check, Row, shape_rules, unsupported};
use crate::{Edition, Findings, LaunchTypes, Rule, RuleSet, Severity, TaskDefinition, Unknowns};

/// Everything the rules find, the differences from the shapes first.
///
/// Where the launch types are unknown, there are none, and only the rules of all of them count.
pub(crate) fn run(
    task: &TaskDefinition,
    rules: &RuleSet,
    launch_types: LaunchTypes,
    unknowns: &Unknowns,
) -> Findings {
    let mut findings = Findings::default();
    shape_rules::check(task, &mut findings);
    if !unknowns.is_empty() {
        findings.retain(|finding| !unknowns.covers(&finding.pointer));
    }
    let subject = Subject::new(task, rules, launch_types, unknowns);
    for row in table::rows(rules.edition, launch_types, Members::given(task)) {
        apply(row, &subject, &mut findings);
    }
    forget_consequences(&mut findings);
    findings
}

/// Whether the task breaks no rule that is special to the launch type.
pub(crate) fn fits_launch_type(
    task: &TaskDefinition,
    launch_type: LaunchTypes,
    unknowns: &Unknowns,
) -> bool {
    let subject = Subject::new(task, &RuleSet::CURRENT, launch_type, unknowns);
    let decides =
        |row: &&Row| row.rule.severity == Severity::Error && decides_compatibility(&row.rule);
    let mut findings = Findings::default();
    let rows = table::rows(Edition::Current, launch_type, Members::given(task));
    rows.filter(decides).all(|row| {
        apply(row, &subject, &mut findings);
        findings.is_empty()
    })
}

/// Whether a breach takes a launch type out of `compatibilities`. A rule
/// for all of them makes the definition invalid instead.
fn decides_compatibility(rule: &Rule) -> bool {
    rule.launch_types != LaunchTypes::ALL && !ONLY_WHEN_ASKED.contains(&rule.id)
}

/// Rules that AWS applies to the launch types a definition requires, but not
/// when it finds out the others.
const ONLY_WHEN_ASKED: [&str; 1] = ["ephemeral-storage-fargate-only"];

fn apply(row: &'static Row, subject: &Subject<'_>, findings: &mut Findings) {
    let mut report = Report {
        rule: &row.rule,
        findings,
        unknowns: subject.unknowns,
    };
    match row.check {
        Check::Task(check) => check(subject, &mut report),
        Check::Container(check) | Check::Member(_, check) => {
            subject.each_container(|place| check(subject, place, &mut report));
        }
        Check::Volume(check) => subject.each_volume(|place| check(subject, place, &mut report)),
        Check::Unsupported(platform, member) => {
            unsupported::check(platform, member, subject, &mut report);
        }
    }
}

/// A value of the wrong type says all there is to say about its place: what
/// other rules miss there is only its consequence.
fn forget_consequences(findings: &mut Findings) {
    // What AWS fills in is not registered, so it cannot be refused either.
    let filled_in = |pointer: &str| {
        let member = pointer.split('/').nth(1).unwrap_or_default();
        let member = TaskDefinition::SHAPE.member(member);
        member.is_some_and(|member| member.describe_only)
    };
    for finding in findings
        .iter_mut()
        .filter(|finding| filled_in(&finding.pointer))
    {
        finding.lower_to(Severity::Note);
    }
    let is_type_fault = |id: &str| matches!(id, "wrong-type" | "number-too-large");
    let wrong: Vec<String> = findings
        .iter()
        .filter(|finding| is_type_fault(finding.rule.id))
        .map(|finding| finding.pointer.clone())
        .collect();
    if wrong.is_empty() {
        return;
    }
    findings.retain(|finding| {
        is_type_fault(finding.rule.id) || !wrong.iter().any(|parent| finding.lies_within(parent))
    });
}
