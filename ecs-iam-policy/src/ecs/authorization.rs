//! Whether a call to Amazon ECS is authorised as a whole, and what is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::ineffective::ineffective_denies;
use super::request::{EcsRequest, PassedRole};
use super::{EcsCheck, EcsRemark, IneffectiveDeny, proposal};
use crate::compile::CompiledPolicy;
use crate::decide::{Decision, Obstacle};
use crate::document::Policy;
use crate::layers::{Layer, PolicySet};
use crate::principal::Principal;
use crate::request::Request;

/// The trust policies of roles, by the ARNs of the roles.
#[derive(Debug, Clone, Default)]
pub struct RoleTrusts {
    policies: BTreeMap<String, Arc<CompiledPolicy>>,
}

impl RoleTrusts {
    /// No trust policies.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the trust policy of a role, or replaces it.
    #[must_use]
    pub fn with(mut self, role: &str, policy: impl Into<Arc<CompiledPolicy>>) -> Self {
        self.policies.insert(role.to_owned(), policy.into());
        self
    }
}

/// What AWS checks of a call to Amazon ECS, what came of it, and what is missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Authorization {
    /// Whether every check is allowed.
    pub allowed: bool,
    /// The action, the tags given at creation, the roles passed, then the trust of the roles.
    pub checks: Vec<AuthorizationCheck>,
    /// What the principal lacks, as a policy of its own: with it each check whose verdict is
    /// [`Verdict::Missing`] is allowed, and of the actions of Amazon ECS on the same resources no
    /// other. Both were tried before it is given.
    pub missing: Option<Policy>,
    /// The trust policies of roles that do not let Amazon ECS assume them, completed, by the
    /// ARNs of the roles. They were tried too.
    pub missing_trusts: BTreeMap<String, Policy>,
    /// Roles whose trust policy is not given, so that it is not known whether Amazon ECS can
    /// assume them.
    pub unknown_trusts: Vec<String>,
    /// ARNs that do not belong where the request goes to.
    pub remarks: Vec<EcsRemark>,
}

/// One check with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthorizationCheck {
    /// Who asks: the principal, or the service that has to assume a role.
    pub principal: String,
    /// The action.
    pub action: String,
    /// Its resources.
    pub resources: Vec<String>,
    /// What was decided.
    pub decision: Decision,
    /// What follows from it.
    pub verdict: Verdict,
    /// Statements that should deny it and can never match.
    pub ineffective_denies: Vec<IneffectiveDeny>,
    /// The request, for [`PolicySet::explain`].
    #[serde(skip)]
    pub request: Request,
}

/// What follows from the decision on a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is allowed.
    Allowed,
    /// Nothing stands in the way but that no policy grants it.
    Missing,
    /// Whatever the principal's own policies grant, these stand in the way, all of them.
    Blocked(Vec<Obstacle>),
}

impl PolicySet {
    /// Makes all checks that AWS makes of a call to Amazon ECS: the action on its resources, the
    /// tags given at creation, the roles passed on, and whether the services can assume these
    /// roles. What is missing is proposed as a policy, what stands in the way is named.
    ///
    /// ```
    /// use ecs_arn::Scope;
    /// use ecs_iam_policy::ecs::{EcsRequest, RoleTrusts, Verdict};
    /// use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet};
    ///
    /// let policy: Policy = r#"{
    ///     "Version": "2012-10-17",
    ///     "Statement": {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"}
    /// }"#.parse()?;
    /// let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
    /// let scope = Scope::new("us-east-1", "123456789012")?;
    /// let run = EcsRequest::run_task(&scope, "prod", "web:3")?
    ///     .with_passed_role("arn:aws:iam::123456789012:role/web");
    ///
    /// let alice = "arn:aws:iam::123456789012:user/alice".parse()?;
    /// let authorization = policies.authorize(&alice, &run, &RoleTrusts::new());
    /// assert_eq!(authorization.checks[1].verdict, Verdict::Missing);
    /// assert_eq!(
    ///     authorization.missing.unwrap().to_string(),
    ///     r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PassRole","#
    ///         .to_owned()
    ///         + r#""Resource":"arn:aws:iam::123456789012:role/web","Condition":{"StringEquals":"#
    ///         + r#"{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}]}"#,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn authorize(
        &self,
        principal: &Principal,
        request: &EcsRequest,
        trusts: &RoleTrusts,
    ) -> Authorization {
        let decided = self.decide_ecs(principal, request);
        let mut checks: Vec<_> = decided
            .checks
            .into_iter()
            .map(|check| AuthorizationCheck::of(self, check, Layer::Identity))
            .collect();
        let missing = proposal::missing(self, &checks);
        let mut missing_trusts = BTreeMap::new();
        let mut unknown_trusts = Vec::new();
        for role in distinct(&request.roles) {
            let Some(trust) = trusts.policies.get(&role.arn) else {
                unknown_trusts.push(role.arn.clone());
                continue;
            };
            let policies = self.trusting(trust);
            let asked = request.assume_request(role);
            let check = EcsCheck {
                decision: policies.decide(&asked),
                ineffective_denies: ineffective_denies(&policies, &asked),
                request: asked,
            };
            let check = AuthorizationCheck::of(&policies, check, Layer::Resource);
            if check.verdict == Verdict::Missing {
                let known = missing_trusts.get(&role.arn).unwrap_or(trust.source());
                let completed = proposal::completed_trust(self, known, &check.request);
                missing_trusts.extend(completed.map(|policy| (role.arn.clone(), policy)));
            }
            checks.push(check);
        }
        Authorization {
            allowed: checks.iter().all(|check| check.verdict == Verdict::Allowed),
            checks,
            missing,
            missing_trusts,
            unknown_trusts,
            remarks: decided.remarks,
        }
    }

    /// The policies that bear on a service that assumes a role: those of the organization, and
    /// the trust policy.
    pub(super) fn trusting(&self, trust: &Arc<CompiledPolicy>) -> Self {
        self.resource_control_only()
            .with_required_resource(Arc::clone(trust))
    }
}

/// The roles, each with each service once.
fn distinct(roles: &[PassedRole]) -> Vec<&PassedRole> {
    let mut known: Vec<&PassedRole> = Vec::new();
    for role in roles {
        if !known.contains(&role) {
            known.push(role);
        }
    }
    known
}

impl AuthorizationCheck {
    /// `grants` is the layer that can grant it.
    fn of(policies: &PolicySet, check: EcsCheck, grants: Layer) -> Self {
        let EcsCheck {
            request,
            decision,
            ineffective_denies,
        } = check;
        let verdict = if decision.is_allowed() {
            Verdict::Allowed
        } else {
            let mut obstacles = policies.obstacles(&request);
            obstacles.retain(|one| one.layer != grants || one.statement.is_some());
            if obstacles.is_empty() {
                Verdict::Missing
            } else {
                Verdict::Blocked(obstacles)
            }
        };
        Self {
            principal: request.principal().to_string(),
            action: request.action().to_owned(),
            resources: request.resources().map(str::to_owned).collect(),
            decision,
            verdict,
            ineffective_denies,
            request,
        }
    }
}
