use std::ops::Deref;

use crate::shape::At;
use crate::{
    ContainerDefinition, Finding, Findings, LaunchTypes, NetworkMode, Rule, RuleSet,
    TaskDefinition, Unknowns, Volume,
};

/// What the rules look at, with the answers that many of them need.
///
/// A rule that finds a fault at an unknown place says nothing: [`Report`] sees to that. A rule whose
/// verdict depends on another place asks for it here.
pub(crate) struct Subject<'a> {
    pub(super) task: &'a TaskDefinition,
    pub(super) rules: &'a RuleSet,
    pub(super) launch_types: LaunchTypes,
    pub(super) unknowns: &'a Unknowns,
    /// A mode without a name if it is unknown.
    pub(super) mode: NetworkMode,
    /// For Windows, as far as is known.
    pub(super) windows: bool,
    /// For Linux: neither for Windows nor for a platform that is unknown.
    pub(super) linux: bool,
    pub(super) memory: Option<u32>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        task: &'a TaskDefinition,
        rules: &'a RuleSet,
        launch_types: LaunchTypes,
        unknowns: &'a Unknowns,
    ) -> Self {
        let windows = task.is_windows();
        let mode = match unknowns.covers("/networkMode") {
            true => NetworkMode::Other(String::new()),
            false => task.effective_network_mode(),
        };
        Self {
            task,
            rules,
            launch_types,
            unknowns,
            mode,
            windows,
            linux: !windows && !unknowns.covers("/runtimePlatform/operatingSystemFamily"),
            memory: task.memory_mib(),
        }
    }

    pub(super) fn is_awsvpc(&self) -> bool {
        self.mode == NetworkMode::Awsvpc
    }

    /// Whether the value there, or one that it is a part of, is unknown.
    pub(super) fn is_unknown(&self, at: &At<'_>) -> bool {
        !self.unknowns.is_empty() && self.unknowns.covers(&at.pointer())
    }

    /// Whether the member of the task, or a part of it, is unknown.
    pub(super) fn is_open(&self, member: &str) -> bool {
        !self.unknowns.is_empty() && self.unknowns.touches(&At::ROOT.member(member).pointer())
    }

    /// Whether there may be a container or a volume (`list`) with any name.
    pub(super) fn has_open_names(&self, list: &str) -> bool {
        self.any_unknown(list, &["name"])
    }

    /// Whether one of the members of an element of the list, or a part of it, is unknown, or
    /// whether the list may have further elements.
    pub(super) fn any_unknown(&self, list: &str, members: &[&str]) -> bool {
        if self.unknowns.is_empty() {
            return false;
        }
        let list = At::ROOT.member(list).pointer();
        let mut places = self.unknowns.within(&list);
        self.unknowns.covers(&list)
            || places.any(|place| {
                let mut steps = place.get(list.len()..).unwrap_or_default().split('/');
                match (steps.nth(1), steps.next()) {
                    (Some("-"), _) | (_, None) => true,
                    (_, Some(member)) => members.contains(&member),
                }
            })
    }

    pub(super) fn each_container(&self, visit: impl FnMut(Container<'_>)) {
        each(
            "containerDefinitions",
            self.task.container_definitions(),
            visit,
        );
    }

    pub(super) fn each_volume(&self, visit: impl FnMut(VolumePlace<'_>)) {
        each("volumes", self.task.volumes(), visit);
    }
}

fn each<T>(member: &str, values: &[T], mut visit: impl FnMut(Place<'_, T>)) {
    let list = At::ROOT.member(member);
    for (index, value) in values.iter().enumerate() {
        visit(Place {
            value,
            at: &list.item(index),
        });
    }
}

/// A value and its place in the document.
pub(super) struct Place<'a, T> {
    pub(super) value: &'a T,
    pub(super) at: &'a At<'a>,
}

pub(super) type Container<'a> = Place<'a, ContainerDefinition>;
pub(super) type VolumePlace<'a> = Place<'a, Volume>;

impl<T> Clone for Place<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<'_, T> {}

impl<T> Deref for Place<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

/// Takes what a rule finds.
pub(crate) struct Report<'f> {
    pub(super) rule: &'static Rule,
    pub(super) findings: &'f mut Findings,
    pub(super) unknowns: &'f Unknowns,
}

impl Report<'_> {
    /// A breach. AWS's words, where they are known, are complete.
    pub(super) fn fault(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.fault_about(at, &[], message);
    }

    /// A breach for which AWS has other words than the rule's, and unknown ones.
    pub(super) fn fault_in_our_words(&mut self, at: &At<'_>, message: &str) {
        self.push(Finding::new(self.rule, at.pointer(), message.to_owned()));
    }

    /// A breach. The parts go into AWS's words, each in the place of a `{}`.
    pub(super) fn fault_about(&mut self, at: &At<'_>, parts: &[&str], message: impl Into<String>) {
        let finding = Finding::new(self.rule, at.pointer(), message.into());
        self.push(finding.in_words_of_aws(parts));
    }

    /// A breach whatever the unknown value there turns out to be.
    pub(super) fn decided_fault(&mut self, at: &At<'_>, message: impl Into<String>) {
        let finding = Finding::new(self.rule, at.pointer(), message.into());
        self.findings.push(finding.in_words_of_aws(&[]));
    }

    /// Nobody knows whether an unknown value is wrong, or whether one that is missing comes with
    /// it.
    fn push(&mut self, finding: Finding) {
        if !self.unknowns.covers(&finding.pointer) {
            self.findings.push(finding);
        }
    }
}
