//! One statement, ready to be asked.

use super::principal::{names_fully, names_partly};
use super::{ActionPattern, Grant, Notes, PrincipalPattern, ResourcePattern};
use crate::condition::{CompiledCondition, Operator, Outcome};
use crate::context::Context;
use crate::document::{Conditions, Effect, Listed, PrincipalElement, Statement, TextList, Version};
use crate::request::{Request, Target};

/// A statement with its patterns.
#[derive(Debug, Clone)]
pub(crate) struct CompiledStatement {
    effect: Effect,
    actions: Listed<Box<[ActionPattern]>>,
    resources: Option<Listed<Box<[ResourcePattern]>>>,
    principals: Option<Listed<Box<[PrincipalPattern]>>>,
    conditions: Box<[CompiledCondition]>,
    /// Whether a condition says by its ARN who the principal is.
    names_principal: bool,
}

/// What the policy of a statement is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attachment {
    /// A principal, an account or an organization.
    Principal,
    /// The resource; whether the caller has a permissions boundary matters for `NotPrincipal`.
    Resource {
        /// Whether the caller has a permissions boundary.
        bounded: bool,
    },
}

/// The first element of a statement that does not match a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mismatch {
    Action,
    Resource,
    Principal,
    /// The layer has no say about the caller.
    NotBound,
    /// The condition of that position, counted over all blocks.
    Condition(usize, Outcome),
}

impl CompiledStatement {
    pub(super) fn compile(statement: &Statement, version: Version, notes: &mut Notes<'_>) -> Self {
        let nothing = || Listed::These(Box::default());
        let actions = statement.action.as_ref().map_or_else(nothing, |element| {
            let name = element.name_of(["Action", "NotAction"]);
            element.with_list(patterns(
                element.list(),
                name,
                notes,
                ActionPattern::compile,
            ))
        });
        let resources = statement.resource.as_ref().map(|element| {
            let name = element.name_of(["Resource", "NotResource"]);
            let compile = |text: &str| ResourcePattern::compile(text, version);
            element.with_list(patterns(element.list(), name, notes, compile))
        });
        let principals = statement
            .principal
            .as_ref()
            .map(|element| principals(element, notes));
        let conditions = statement.condition.as_ref();
        let conditions: Box<[_]> = conditions
            .map(|conditions| compile_conditions(conditions, version, notes))
            .unwrap_or_default();
        Self {
            effect: statement.effect,
            actions,
            resources,
            principals,
            names_principal: conditions.iter().any(CompiledCondition::names_principal),
            conditions,
        }
    }

    pub(crate) const fn effect(&self) -> Effect {
        self.effect
    }

    /// The first element that does not match, or what the statement grants. Without a
    /// `Principal` element that is everything.
    pub(crate) fn evaluate(
        &self,
        request: &Request,
        target: &Target,
        attachment: Attachment,
    ) -> Result<Grant, Mismatch> {
        if !self.matches_action(request) {
            return Err(Mismatch::Action);
        }
        let context = request.context_of(target);
        if !self.matches_resource(context, target, attachment) {
            return Err(Mismatch::Resource);
        }
        let grant = self.grant(request, attachment).ok_or(Mismatch::Principal)?;
        for (position, condition) in self.conditions.iter().enumerate() {
            match condition.evaluate(context) {
                Outcome::Met => {}
                outcome => return Err(Mismatch::Condition(position, outcome)),
            }
        }
        Ok(grant)
    }

    /// Why the statement matches no request about this action, whatever its resource, context
    /// and principal.
    pub(crate) fn never_matches(
        &self,
        request: &Request,
        attachment: Attachment,
    ) -> Option<&'static str> {
        let nothing = |is_negated: bool, is_empty: bool| !is_negated && is_empty;
        if nothing(self.actions.is_negated(), self.actions.list().is_empty()) {
            return Some("none of its actions can be evaluated");
        }
        if !self.matches_action(request) {
            return None;
        }
        match &self.resources {
            None if attachment == Attachment::Principal => return Some("it names no resource"),
            Some(listed) if nothing(listed.is_negated(), listed.list().is_empty()) => {
                return Some("none of its resources can be evaluated");
            }
            _ => {}
        }
        match &self.principals {
            None if attachment != Attachment::Principal => return Some("it names no principal"),
            Some(listed) if nothing(listed.is_negated(), listed.list().is_empty()) => {
                return Some("none of its principals can be evaluated");
            }
            _ => {}
        }
        let mut conditions = self.conditions.iter();
        let never = conditions.any(CompiledCondition::is_never_met);
        never.then_some("one of its conditions can never be met")
    }

    pub(crate) fn matches_action(&self, request: &Request) -> bool {
        let action = request.action_name();
        let listed = self
            .actions
            .list()
            .iter()
            .any(|pattern| pattern.matches(action));
        listed != self.actions.is_negated()
    }

    /// A resource-based policy without `Resource` speaks of what it is attached to.
    fn matches_resource(&self, context: &Context, target: &Target, attachment: Attachment) -> bool {
        let Some(resources) = &self.resources else {
            return attachment != Attachment::Principal;
        };
        let listed = resources
            .list()
            .iter()
            .any(|pattern| pattern.matches(target, context));
        listed != resources.is_negated()
    }

    fn grant(&self, request: &Request, attachment: Attachment) -> Option<Grant> {
        let caller = request.principal();
        match (&self.principals, attachment) {
            (None, Attachment::Principal) => Some(Grant::Direct),
            (None, Attachment::Resource { .. }) => None,
            (Some(Listed::These(patterns)), _) => patterns
                .iter()
                .filter_map(|pattern| match pattern {
                    PrincipalPattern::Everyone if self.names_principal => Some(Grant::Direct),
                    _ => pattern.grant(caller),
                })
                .max(),
            (Some(Listed::AllBut(patterns)), attachment) => {
                let applies = match (self.effect, attachment) {
                    (Effect::Allow, _) => !names_partly(patterns, caller),
                    (Effect::Deny, Attachment::Resource { bounded: true }) => true,
                    (Effect::Deny, _) => !names_fully(patterns, caller),
                };
                applies.then_some(Grant::Limited)
            }
        }
    }
}

/// Compiles the texts of an element. What can match nothing is noted and left out.
fn patterns<T, E: std::fmt::Display>(
    list: &TextList,
    name: &str,
    notes: &mut Notes<'_>,
    compile: impl Fn(&str) -> Result<T, E>,
) -> Box<[T]> {
    let mut compiled = Vec::new();
    for (position, text) in list.positions() {
        match compile(text) {
            Ok(pattern) => compiled.push(pattern),
            Err(reason) => {
                let position = (!list.is_single()).then_some(position);
                notes.add(name, position, text, reason);
            }
        }
    }
    compiled.into()
}

fn principals(
    element: &Listed<PrincipalElement>,
    notes: &mut Notes<'_>,
) -> Listed<Box<[PrincipalPattern]>> {
    let compiled = match element.list() {
        PrincipalElement::Everyone => Box::from([PrincipalPattern::Everyone]),
        PrincipalElement::Listed(kinds) => {
            let mut notes = notes.below(element.name_of(["Principal", "NotPrincipal"]));
            let mut compiled = Vec::new();
            for (kind, names) in kinds {
                let compile = |text: &str| PrincipalPattern::compile(*kind, text);
                compiled.extend(patterns(names, kind.name(), &mut notes, compile));
            }
            compiled.into()
        }
    };
    element.with_list(compiled)
}

fn compile_conditions(
    conditions: &Conditions,
    version: Version,
    notes: &mut Notes<'_>,
) -> Box<[CompiledCondition]> {
    let mut compiled = Vec::new();
    let mut notes = notes.below("Condition");
    for block in conditions.blocks() {
        let operator = block.operator_text();
        for test in block.tests() {
            let mut rejected = Vec::new();
            let condition = CompiledCondition::compile(operator, test, version, &mut rejected);
            let values: Vec<_> = test.values().iter().collect();
            for position in rejected {
                let text = values
                    .get(position)
                    .map(|value| value.text())
                    .unwrap_or_default();
                let at = (!test.values().is_single()).then_some(position);
                let reason = format!("`{operator}` cannot compare with it");
                notes.below(operator).add(test.key(), at, &text, reason);
            }
            compiled.push(condition);
        }
        let unknown = Operator::from_name_ignore_case(operator).is_none();
        if unknown && !block.tests().is_empty() {
            notes.add(operator, None, operator, "there is no such operator");
        }
    }
    compiled.into()
}
