use std::ops::Deref;

use crate::shape::At;
use crate::{
    ContainerDefinition, Finding, Findings, LaunchTypes, NetworkMode, Rule, RuleSet,
    TaskDefinition, Volume,
};

/// What the rules look at, with the answers that many of them need.
pub(crate) struct Subject<'a> {
    pub(super) task: &'a TaskDefinition,
    pub(super) rules: &'a RuleSet,
    pub(super) launch_types: LaunchTypes,
    pub(super) mode: NetworkMode,
    pub(super) windows: bool,
    pub(super) memory: Option<u32>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        task: &'a TaskDefinition,
        rules: &'a RuleSet,
        launch_types: LaunchTypes,
    ) -> Self {
        Self {
            task,
            rules,
            launch_types,
            mode: task.effective_network_mode(),
            windows: task.is_windows(),
            memory: task.memory_mib(),
        }
    }

    pub(super) fn is_awsvpc(&self) -> bool {
        self.mode == NetworkMode::Awsvpc
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
}

impl Report<'_> {
    /// A breach. AWS's words, where they are known, are complete.
    pub(super) fn fault(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.fault_about(at, &[], message);
    }

    /// A breach for which AWS has other words than the rule's, and unknown ones.
    pub(super) fn fault_in_our_words(&mut self, at: &At<'_>, message: &str) {
        self.findings
            .push(Finding::new(self.rule, at.pointer(), message.to_owned()));
    }

    /// A breach. The parts go into AWS's words, each in the place of a `{}`.
    pub(super) fn fault_about(&mut self, at: &At<'_>, parts: &[&str], message: impl Into<String>) {
        let finding = Finding::new(self.rule, at.pointer(), message.into());
        self.findings.push(finding.in_words_of_aws(parts));
    }
}
