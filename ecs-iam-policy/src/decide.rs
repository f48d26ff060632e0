//! The decision: every layer in AWS's order, without allocation.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::compile::{Attachment, CompiledPolicy, Grant};
use crate::document::Effect;
use crate::layers::{Layer, PolicySet, StatementId};
use crate::principal::PrincipalType;
use crate::request::{Request, Target};

/// Whether a request is allowed, and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// Allowed, or denied in one of two ways.
    pub outcome: Outcome,
    /// The layer that decided: it denies, it lacks a statement that allows, or it allows.
    pub layer: Layer,
    /// The statement that decided. None if it is the lack of one, or if the root user needs none.
    pub statement: Option<StatementId>,
    /// The position of the resource that decided.
    pub resource: usize,
}

/// What keeps a request from being allowed, whatever the principal's own policies allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Obstacle {
    /// The layer that denies it, or lacks a statement that allows it.
    pub layer: Layer,
    /// The statement that denies it; none if one that allows it is lacking.
    pub statement: Option<StatementId>,
    /// The name of the policy of that statement.
    pub policy_name: Option<String>,
    /// The statement's own name.
    pub sid: Option<String>,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = self.layer;
        let Some(id) = self.statement else {
            return write!(formatter, "no statement of the {layer} allows it");
        };
        let name = |name: &Option<String>| match name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => format!(" `{name}`"),
            None => String::new(),
        };
        let (sid, policy) = (name(&self.sid), name(&self.policy_name));
        let (statement, number) = (id.statement + 1, id.policy + 1);
        write!(
            formatter,
            "statement {statement}{sid} of {layer}, policy {number}{policy}, denies it"
        )
    }
}

/// The three ways in which a request is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Every layer that has to allow it does, and none denies it.
    Allowed,
    /// A layer that has to allow it does not.
    ImplicitDeny,
    /// A statement denies it.
    ExplicitDeny,
}

impl Decision {
    /// Whether the request is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }
}

impl Outcome {
    /// The name that AWS's policy simulator gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ImplicitDeny => "implicitDeny",
            Self::ExplicitDeny => "explicitDeny",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Allowed => "allowed",
            Self::ImplicitDeny => "denied, because nothing allows it",
            Self::ExplicitDeny => "denied by a statement",
        })
    }
}

impl PolicySet {
    /// Decides a request.
    ///
    /// In one account the policies of the principal or of the resource have to allow it; across
    /// accounts both. Boundary, session policies and every level of service control policies
    /// have to allow it too, and nothing may deny it. Of several resources each one must be
    /// allowed; the decision reported is that of the first explicit deny, else of the first
    /// implicit one.
    ///
    /// Nothing is allocated.
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        let mut worst: Option<Decision> = None;
        for (position, target) in request.targets().iter().enumerate() {
            let decision = Decision {
                resource: position,
                ..self.decide_target(request, target)
            };
            if decision.outcome == Outcome::ExplicitDeny {
                return decision;
            }
            if worst.is_none_or(|worst| decision.outcome > worst.outcome) {
                worst = Some(decision);
            }
        }
        worst.unwrap_or_else(|| lacking(Layer::Identity))
    }

    pub(crate) fn decide_target(&self, request: &Request, target: &Target) -> Decision {
        let question = Question {
            policies: self,
            request,
            target,
        };
        question
            .denied()
            .or_else(|| question.blocked_by_service_control())
            .unwrap_or_else(|| match request.principal().account() {
                None => question.decide_stranger(),
                account if account == request.account_of(target) => question.decide_same_account(),
                _ => question.decide_cross_account(),
            })
    }

    /// Everything but the principal's own policies that keeps a request from being allowed, in
    /// AWS's order, each once.
    pub(crate) fn obstacles(&self, request: &Request) -> Vec<Obstacle> {
        let mut found: Vec<(Layer, Option<StatementId>)> = Vec::new();
        for target in request.targets() {
            let question = Question {
                policies: self,
                request,
                target,
            };
            for obstacle in question.obstacles() {
                if !found.contains(&obstacle) {
                    found.push(obstacle);
                }
            }
        }
        let obstacles = found.into_iter().map(|(layer, statement)| Obstacle {
            layer,
            statement,
            policy_name: statement
                .and_then(|id| self.policy(id)?.name())
                .map(str::to_owned),
            sid: statement.and_then(|id| self.statement(id)?.sid.clone()),
        });
        obstacles.collect()
    }

    /// What a layer's policies are attached to.
    pub(crate) const fn attachment(&self, layer: Layer) -> Attachment {
        match layer {
            Layer::Resource | Layer::ResourceControl { .. } => Attachment::Resource {
                bounded: self.has_boundary(),
            },
            _ => Attachment::Principal,
        }
    }
}

/// One resource of a request.
#[derive(Clone, Copy)]
struct Question<'a> {
    policies: &'a PolicySet,
    request: &'a Request,
    target: &'a Target,
}

/// An answer found: who gives it.
type Found = (Grant, StatementId);

const fn lacking(layer: Layer) -> Decision {
    Decision {
        outcome: Outcome::ImplicitDeny,
        layer,
        statement: None,
        resource: 0,
    }
}

const fn decided(outcome: Outcome, statement: StatementId) -> Decision {
    Decision {
        outcome,
        layer: statement.layer,
        statement: Some(statement),
        resource: 0,
    }
}

impl<'a> Question<'a> {
    /// The statements of a layer that have an effect and match.
    fn matching(
        self,
        layer: Layer,
        policies: &'a [Arc<CompiledPolicy>],
        effect: Effect,
    ) -> impl Iterator<Item = Found> {
        let attachment = self.policies.attachment(layer);
        policies
            .iter()
            .enumerate()
            .flat_map(move |(policy, compiled)| {
                compiled
                    .of_effect(effect)
                    .filter_map(move |(statement, compiled)| {
                        let grant = compiled
                            .evaluate(self.request, self.target, attachment)
                            .ok()?;
                        Some((
                            grant,
                            StatementId {
                                layer,
                                policy,
                                statement,
                            },
                        ))
                    })
            })
    }

    fn first(self, layer: Layer, effect: Effect) -> Option<Found> {
        self.first_of(layer, self.policies.of_layer(layer), effect)
    }

    /// The first that [`Question::matching`] gives, in a loop, which is what most decisions
    /// spend their time in.
    fn first_of(
        self,
        layer: Layer,
        policies: &[Arc<CompiledPolicy>],
        effect: Effect,
    ) -> Option<Found> {
        let attachment = self.policies.attachment(layer);
        for (policy, compiled) in policies.iter().enumerate() {
            for (statement, ready) in compiled.of_effect(effect) {
                if let Ok(grant) = ready.evaluate(self.request, self.target, attachment) {
                    let id = StatementId {
                        layer,
                        policy,
                        statement,
                    };
                    return Some((grant, id));
                }
            }
        }
        None
    }

    fn denied(self) -> Option<Decision> {
        let layers = self.policies.layers();
        let (_, statement) = layers
            .filter(|(layer, _)| self.request.is_bound_by(*layer))
            .find_map(|(layer, policies)| self.first_of(layer, policies, Effect::Deny))?;
        Some(decided(Outcome::ExplicitDeny, statement))
    }

    fn obstacles(self) -> Vec<(Layer, Option<StatementId>)> {
        let mut found = Vec::new();
        let layers = self.policies.layers();
        for (layer, policies) in layers.filter(|(layer, _)| self.request.is_bound_by(*layer)) {
            let denies = self.matching(layer, policies, Effect::Deny);
            found.extend(denies.map(|(_, statement)| (layer, Some(statement))));
        }
        let lacks = |layer: &Layer| self.first(*layer, Effect::Allow).is_none();
        let levels = self.policies.service_control_levels();
        let levels = levels.filter(|level| self.request.is_bound_by(*level));
        found.extend(levels.filter(lacks).map(|level| (level, None)));
        let granted = self.resource_grant();
        let account = self.request.principal().account();
        let at_home = account.is_some() && account == self.request.account_of(self.target);
        if granted.is_none() && (!at_home || self.policies.resource_must_allow()) {
            found.push((Layer::Resource, None));
        }
        let direct = matches!(granted, Some((Grant::Direct, _))) && at_home;
        if account.is_some() && !direct {
            let limits = [
                (self.policies.has_boundary(), Layer::Boundary),
                (self.policies.has_session(), Layer::Session),
            ];
            let limits = limits
                .into_iter()
                .filter(|(given, layer)| *given && lacks(layer));
            found.extend(limits.map(|(_, layer)| (layer, None)));
        }
        found
    }

    fn blocked_by_service_control(self) -> Option<Decision> {
        let levels = self.policies.service_control_levels();
        levels
            .filter(|level| self.request.is_bound_by(*level))
            .find(|level| self.first(*level, Effect::Allow).is_none())
            .map(lacking)
    }

    /// The most that the policy of the resource grants.
    fn resource_grant(self) -> Option<Found> {
        let layer = Layer::Resource;
        let mut best: Option<Found> = None;
        for found in self.matching(layer, self.policies.of_layer(layer), Effect::Allow) {
            if best.is_none_or(|(grant, _)| found.0 > grant) {
                best = Some(found);
            }
            if found.0 == Grant::Direct {
                break;
            }
        }
        best
    }

    fn identity_allow(self) -> Option<Decision> {
        if let Some((_, statement)) = self.first(Layer::Identity, Effect::Allow) {
            return Some(decided(Outcome::Allowed, statement));
        }
        let is_root = self.request.principal().principal_type() == PrincipalType::Root;
        is_root.then(|| Decision {
            outcome: Outcome::Allowed,
            ..lacking(Layer::Identity)
        })
    }

    /// Services, providers and anonymous callers have no policies of their own.
    fn decide_stranger(self) -> Decision {
        match self.resource_grant() {
            Some((_, statement)) => decided(Outcome::Allowed, statement),
            None => lacking(Layer::Resource),
        }
    }

    fn decide_same_account(self) -> Decision {
        let granted = self.resource_grant();
        let allowed = match granted {
            Some((Grant::Direct, statement)) => return decided(Outcome::Allowed, statement),
            Some((Grant::Limited, statement)) => Some(decided(Outcome::Allowed, statement)),
            None if self.policies.resource_must_allow() => return lacking(Layer::Resource),
            Some((Grant::Account, _)) | None => self.identity_allow(),
        };
        self.within_limits(allowed)
    }

    fn decide_cross_account(self) -> Decision {
        if self.resource_grant().is_none() {
            return lacking(Layer::Resource);
        }
        self.within_limits(self.identity_allow())
    }

    /// An allow holds only as far as boundary and session policies allow as well.
    fn within_limits(self, allowed: Option<Decision>) -> Decision {
        let Some(allowed) = allowed else {
            return lacking(Layer::Identity);
        };
        let lacks = |layer| self.first(layer, Effect::Allow).is_none();
        if self.policies.has_boundary() && lacks(Layer::Boundary) {
            return lacking(Layer::Boundary);
        }
        if self.policies.has_session() && lacks(Layer::Session) {
            return lacking(Layer::Session);
        }
        allowed
    }
}
