//! The rules: one file per family of rules, one small function per rule, and
//! one table that lists them all.
//!
//! # How to add a rule
//!
//! 1. Add a [`Row`] to the table `RULES` of its family: a [`Rule`] that says what is asked for,
//!    where that is documented, for which launch types, and what AWS answers; and a check, which
//!    is a small function below the table. What is about one member of containers is a
//!    `Row::member`, and its check is not called where no container has the member. A member that a
//!    platform lacks needs no function: `Row::unsupported` and a line in `unsupported`.
//! 2. The check calls `report.fault(at, message)` once for each breach. A message says what is
//!    wrong, in lower case, without a full stop, with the reader's own text in backticks; parts
//!    of AWS's words go in by `fault_about`.
//! 3. Add a case to `tests/data/rules.txt`: a definition that breaks the rule and one that keeps
//!    it; `UPDATE=1 cargo test -p ecs-taskdef --test rules -- --include-ignored` writes what is
//!    said. A rule without a
//!    case fails the tests, and so does one whose name is taken.
//! 4. A rule of requests is a row in `ecs-model/src/rules`: of each value of a type, wherever a
//!    request has it (`Row::each`), of the member with a name and a type (`Row::member`), or of
//!    several members (`Row::request`). Its cases are a row of `tests/request_rules.rs` and, unless
//!    it is about several members, one of `tests/guarded_members.rs`. Operations that have the
//!    member and are not meant are listed in the row, with the reason.
//! 5. A bound of a single member is no rule: declare it with the member, `bounds` if the API model
//!    has it and `documented` if only the documents do.

mod container;
mod dependencies;
mod environment;
mod external;
mod fargate;
mod file_systems;
mod firelens;
mod guide_2015;
mod health;
mod linux;
mod logging;
mod managed_instances;
mod network;
mod ports;
mod proxy;
pub(crate) mod reading;
mod resources;
mod role;
mod run;
pub(crate) mod shape_rules;
mod sizes;
mod spelling;
mod subject;
mod table;
mod tags;
mod task;
pub(crate) mod template;
mod unsupported;
mod volumes;
mod windows;

pub(crate) use run::{fits_launch_type, run};
pub(crate) use shape_rules::{
    CONVERTED, REFUSED_WHEN_STRICT, report as report_shape_fault,
    report_any as report_any_shape_fault,
};
pub(crate) use spelling::nearest;
use subject::{Container, Report, Subject, VolumePlace};
use unsupported::{Member, Platform};

use crate::{Rule, Severity};

/// A row of the table: what a rule says, and what looks for breaches of it.
pub(crate) struct Row {
    rule: Rule,
    check: Check,
}

#[derive(Clone, Copy)]
enum Check {
    Task(fn(&Subject<'_>, &mut Report<'_>)),
    Container(fn(&Subject<'_>, Container<'_>, &mut Report<'_>)),
    Member(
        &'static str,
        fn(&Subject<'_>, Container<'_>, &mut Report<'_>),
    ),
    Volume(fn(&Subject<'_>, VolumePlace<'_>, &mut Report<'_>)),
    Unsupported(Platform, Member),
}

const FAMILIES: [&[Row]; 23] = [
    shape_rules::RULES,
    task::RULES,
    guide_2015::RULES,
    sizes::RULES,
    network::RULES,
    role::RULES,
    tags::RULES,
    proxy::RULES,
    container::RULES,
    environment::RULES,
    ports::RULES,
    dependencies::RULES,
    health::RULES,
    logging::RULES,
    firelens::RULES,
    linux::RULES,
    resources::RULES,
    volumes::RULES,
    file_systems::RULES,
    fargate::RULES,
    external::RULES,
    managed_instances::RULES,
    windows::RULES,
];

/// Rules without a check of their own: what they say is found while a document is read and
/// compared with the shapes of the API.
const FOUND: [&[Rule]; 3] = [reading::FOUND, template::FOUND, shape_rules::FOUND];

impl Rule {
    /// Every rule of task definitions.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let checked = FAMILIES.into_iter().flatten().map(|row| &row.rule);
        FOUND.into_iter().flatten().chain(checked)
    }

    /// The rule of task definitions with that name.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().find(|rule| rule.id == id)
    }
}

impl Row {
    const fn new(rule: Rule, check: Check) -> Self {
        Self {
            rule: registering(rule),
            check,
        }
    }

    /// A rule about the whole definition.
    const fn task(rule: Rule, check: fn(&Subject<'_>, &mut Report<'_>)) -> Self {
        Self::new(rule, Check::Task(check))
    }

    /// A rule about each container.
    const fn container(
        rule: Rule,
        check: fn(&Subject<'_>, Container<'_>, &mut Report<'_>),
    ) -> Self {
        Self::new(rule, Check::Container(check))
    }

    /// A rule about a member of each container, which is not asked where no container has it.
    const fn member(
        member: &'static str,
        rule: Rule,
        check: fn(&Subject<'_>, Container<'_>, &mut Report<'_>),
    ) -> Self {
        Self::new(rule, Check::Member(member, check))
    }

    /// A rule about each volume.
    const fn volume(rule: Rule, check: fn(&Subject<'_>, VolumePlace<'_>, &mut Report<'_>)) -> Self {
        Self::new(rule, Check::Volume(check))
    }

    /// A rule about a member that a platform does not support.
    const fn unsupported(rule: Rule, platform: Platform, member: Member) -> Self {
        Self::new(rule, Check::Unsupported(platform, member))
    }

    /// The member of containers that the rule is about, if it is about one.
    const fn about(&self) -> Option<&'static str> {
        match self.check {
            Check::Member(name, _) | Check::Unsupported(_, Member::Container(name, _)) => {
                Some(name)
            }
            Check::Unsupported(_, Member::Linux(..)) => Some("linuxParameters"),
            _ => None,
        }
    }
}

/// RegisterTaskDefinition answers with ClientException, whatever is wrong with the definition,
/// unless the rule names another exception.
const fn registering(rule: Rule) -> Rule {
    match (rule.severity, rule.exception) {
        (Severity::Error, None) => rule.answered_by(Rule::CLIENT),
        _ => rule,
    }
}
