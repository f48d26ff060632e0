//! What the kinds of policies have of their own.

use super::{PolicyType, Rejection};
use crate::document::{Effect, Listed, Policy, PrincipalElement, Statement};
use crate::error::{Problem, ProblemKind, pointer_to};

const INVALID_PRINCIPAL: &str = "Invalid principal in policy";

/// The one answer of AWS Organizations to every fault in a policy.
const ORGANIZATION: &str = "The provided policy document does not meet the requirements of the \
                            specified policy type.";

/// Actions that a trust policy may speak of.
const TRUST_ACTIONS: [&str; 11] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:DecodeAuthorizationMessage",
    "sts:GetAccessKeyInfo",
    "sts:GetCallerIdentity",
    "sts:GetFederationToken",
    "sts:GetServiceBearerToken",
    "sts:GetSessionToken",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

/// Whether the statements of a kind of policy say whom they speak of.
pub(super) const fn names_principals(policy_type: PolicyType) -> bool {
    matches!(
        policy_type,
        PolicyType::Resource | PolicyType::Trust | PolicyType::ResourceControl
    )
}

const fn is_of_organization(policy_type: PolicyType) -> bool {
    matches!(
        policy_type,
        PolicyType::ServiceControl | PolicyType::ResourceControl
    )
}

impl Rejection {
    /// The same rejection as the service words it that keeps the kind of policy.
    pub(super) fn for_kind(self, policy_type: PolicyType) -> Self {
        if is_of_organization(policy_type) {
            Self {
                message: ORGANIZATION.to_owned(),
                ..self
            }
        } else {
            self
        }
    }
}

/// That statements name principals where they have to, and only there.
pub(super) fn check_principals(
    policy: &Policy,
    problems: &[Problem],
    policy_type: PolicyType,
) -> Result<(), Rejection> {
    let names = names_principals(policy_type);
    for (index, statement) in policy.statements().iter().enumerate() {
        let pointer = policy.statement_pointer(index);
        match &statement.principal {
            Some(element) if !names => {
                let message = "Policy document should not specify a principal.";
                let name = element.name_of(["Principal", "NotPrincipal"]);
                return Err(Rejection::at(message, pointer_to(&pointer, name)));
            }
            None if names => {
                return Err(Rejection::at("Missing required field Principal", pointer));
            }
            _ => {}
        }
    }
    let is_principal = |problem: &&Problem| {
        matches!(
            problem.kind,
            ProblemKind::PrincipalKind(_) | ProblemKind::PrincipalText(_)
        )
    };
    match problems.iter().find(is_principal) {
        Some(problem) => Err(Rejection::at(INVALID_PRINCIPAL, problem.pointer.clone())),
        None => Ok(()),
    }
}

/// A trust policy speaks of the role it belongs to, and of how to assume it.
pub(super) fn check_trust(policy: &Policy) -> Result<(), Rejection> {
    for (index, statement) in policy.statements().iter().enumerate() {
        let pointer = policy.statement_pointer(index);
        let listed = statement
            .action
            .as_ref()
            .filter(|element| !element.is_negated());
        let mut actions = listed.iter().flat_map(|element| element.list().iter());
        if listed.is_none() || actions.any(|action| !TRUST_ACTIONS.contains(&action)) {
            let message = "Trust Policy statement actions can only be sts:AssumeRole, \
                           sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity";
            return Err(Rejection::at(message, pointer_to(&pointer, "Action")));
        }
        if let Some(element) = &statement.resource {
            let pointer = pointer_to(&pointer, element.name_of(["Resource", "NotResource"]));
            return Err(Rejection::at("Has prohibited field Resource.", pointer));
        }
    }
    Ok(())
}

/// A resource control policy denies, everyone.
///
/// Source: AWS Organizations User Guide, "RCP syntax".
pub(super) fn check_organization(
    policy: &Policy,
    policy_type: PolicyType,
) -> Result<(), Rejection> {
    if policy_type != PolicyType::ResourceControl {
        return Ok(());
    }
    for (index, statement) in policy.statements().iter().enumerate() {
        let pointer = policy.statement_pointer(index);
        let all_but_action = statement.action.as_ref().is_some_and(Listed::is_negated);
        if statement.effect != Effect::Deny || !is_for_everyone(statement) || all_but_action {
            return Err(Rejection::at(ORGANIZATION, pointer));
        }
    }
    Ok(())
}

fn is_for_everyone(statement: &Statement) -> bool {
    matches!(
        statement.principal,
        Some(Listed::These(PrincipalElement::Everyone))
    )
}

/// That the document is within its quota.
pub(super) fn check_size(
    text: &str,
    policy_type: PolicyType,
    max_characters: Option<usize>,
) -> Result<(), Rejection> {
    let counts = |c: &char| is_of_organization(policy_type) || !c.is_ascii_whitespace();
    let characters = text.chars().filter(counts).count();
    let Some(most) = max_characters.filter(|most| characters > *most) else {
        return Ok(());
    };
    let message = match policy_type {
        PolicyType::Identity | PolicyType::Boundary => {
            format!("Cannot exceed quota for PolicySize: {most}")
        }
        PolicyType::Trust => format!("Cannot exceed quota for ACLSizePerRole: {most}"),
        _ => format!("the policy has {characters} characters, and the most is {most}"),
    };
    Err(Rejection::at(message, ""))
}
