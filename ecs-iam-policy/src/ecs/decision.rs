//! The decision on a request to Amazon ECS.

use super::ineffective::{IneffectiveDeny, ineffective_denies};
use super::{EcsRemark, EcsRequest};
use crate::decide::Decision;
use crate::layers::PolicySet;
use crate::principal::Principal;
use crate::request::Request;

/// What is decided about each request that a call to Amazon ECS takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EcsDecision {
    /// The action first, then `ecs:TagResource` for tags at creation, then `iam:PassRole` for
    /// each role that is passed on.
    pub checks: Vec<EcsCheck>,
    /// ARNs that do not belong where the request goes to.
    pub remarks: Vec<EcsRemark>,
}

/// One of the requests with its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EcsCheck {
    /// What was asked; [`PolicySet::explain`] says why it was decided so.
    pub request: Request,
    /// What was decided.
    pub decision: Decision,
    /// Statements that should deny it and can never match.
    pub ineffective_denies: Vec<IneffectiveDeny>,
}

impl EcsDecision {
    /// Whether everything is allowed that the call takes.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.denied().next().is_none()
    }

    /// The checks that are denied.
    pub fn denied(&self) -> impl Iterator<Item = &EcsCheck> {
        self.checks
            .iter()
            .filter(|check| !check.decision.is_allowed())
    }
}

impl PolicySet {
    /// Decides a request to Amazon ECS, with the tags that it gives and the roles that it passes
    /// on.
    #[must_use]
    pub fn decide_ecs(&self, principal: &Principal, request: &EcsRequest) -> EcsDecision {
        let requests = request.requests(principal).into_iter();
        let checks = requests.map(|request| EcsCheck {
            decision: self.decide(&request),
            ineffective_denies: ineffective_denies(self, &request),
            request,
        });
        EcsDecision {
            checks: checks.collect(),
            remarks: request.remarks(),
        }
    }
}
