//! The rules: one file per family of rules, one small function per rule, and
//! one table that lists them all.

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
mod shape_rules;
mod sizes;
mod spelling;
mod subject;
mod tags;
mod task;
mod unsupported;
mod volumes;
mod windows;

use std::fmt;

pub(crate) use run::{fits_launch_type, run};
pub(crate) use shape_rules::{
    REFUSED_WHEN_STRICT, report as report_shape_fault, report_any as report_any_shape_fault,
};
use subject::{Container, Report, Subject, VolumePlace};

use crate::rule_set::Edition;
use crate::{LaunchTypes, RuleId, Severity};

/// A rule that a task definition must obey, or had better obey.
///
/// ```
/// use ecs_taskdef::{LaunchTypes, Rule};
///
/// let rule = Rule::named("fargate-cpu-memory").expect("it is in the table");
/// assert_eq!(rule.launch_types, LaunchTypes::FARGATE);
/// assert!(Rule::all().count() > 133);
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// The name, in kebab-case. It does not change.
    pub id: RuleId,
    /// What the rule asks for, in a sentence.
    pub summary: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// The launch types for which it counts.
    pub launch_types: LaunchTypes,
    /// What AWS answers; `{}` stands for a part that depends on the document.
    pub aws_message: Option<&'static str>,
    /// How sure AWS's words are.
    pub trust: Trust,
    /// Since when the rule is known.
    pub edition: Edition,
    /// What helps against a breach.
    pub hint: Option<&'static str>,
    check: Check,
}

/// How sure the words of AWS in a [`Rule`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Quoted from an answer of AWS.
    Quoted,
    /// Quoted by others who say that they copied AWS.
    Copied,
    /// The rule is documented, the words are not known.
    Documented,
    /// AWS has no such rule; it is advice.
    Advice,
}

#[derive(Clone, Copy)]
enum Check {
    /// Found while the document is compared with the shapes of the API.
    Shape,
    Task(fn(&Subject<'_>, &mut Report<'_>)),
    Container(fn(&Subject<'_>, Container<'_>, &mut Report<'_>)),
    Volume(fn(&Subject<'_>, VolumePlace<'_>, &mut Report<'_>)),
}

const FAMILIES: [&[Rule]; 24] = [
    reading::RULES,
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

impl Rule {
    /// Every rule of this library.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        FAMILIES.into_iter().flatten()
    }

    /// The rule with that name.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().find(|rule| rule.id == id)
    }

    const fn new(id: &'static str, summary: &'static str, check: Check) -> Self {
        Self {
            id: RuleId(id),
            summary,
            severity: Severity::Error,
            launch_types: LaunchTypes::ALL,
            aws_message: None,
            trust: Trust::Documented,
            edition: Edition::Current,
            hint: None,
            check,
        }
    }

    const fn shape(id: &'static str, summary: &'static str) -> Self {
        Self::new(id, summary, Check::Shape)
    }

    const fn task(
        id: &'static str,
        summary: &'static str,
        check: fn(&Subject<'_>, &mut Report<'_>),
    ) -> Self {
        Self::new(id, summary, Check::Task(check))
    }

    const fn container(
        id: &'static str,
        summary: &'static str,
        check: fn(&Subject<'_>, Container<'_>, &mut Report<'_>),
    ) -> Self {
        Self::new(id, summary, Check::Container(check))
    }

    const fn volume(
        id: &'static str,
        summary: &'static str,
        check: fn(&Subject<'_>, VolumePlace<'_>, &mut Report<'_>),
    ) -> Self {
        Self::new(id, summary, Check::Volume(check))
    }

    /// Counts for these launch types only.
    const fn on(mut self, launch_types: LaunchTypes) -> Self {
        self.launch_types = launch_types;
        self
    }

    /// AWS's words, quoted from an answer.
    const fn quoted(mut self, message: &'static str) -> Self {
        self.aws_message = Some(message);
        self.trust = Trust::Quoted;
        self
    }

    /// AWS's words, as others copied them.
    const fn copied(mut self, message: &'static str) -> Self {
        self.aws_message = Some(message);
        self.trust = Trust::Copied;
        self
    }

    /// AWS takes the definition all the same.
    const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// AWS has no such rule.
    const fn advice(mut self) -> Self {
        self.severity = Severity::Warning;
        self.trust = Trust::Advice;
        self
    }

    /// Nothing need be done.
    const fn note(mut self) -> Self {
        self.severity = Severity::Note;
        self.trust = Trust::Advice;
        self
    }

    /// The guide of 2015 has it already.
    const fn in_2015(mut self) -> Self {
        self.edition = Edition::Guide2015;
        self
    }

    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .field("severity", &self.severity)
            .field("launch_types", &self.launch_types)
            .field("aws_message", &self.aws_message)
            .finish_non_exhaustive()
    }
}
