//! Principals that a policy names, and what naming them grants.

use ecs_arn::{Arn, ArnRef};

use crate::document::PrincipalKind;
use crate::principal::{Principal, PrincipalType};

/// Whom an entry of a `Principal` element names.
#[derive(Debug, Clone)]
pub(crate) enum PrincipalPattern {
    Everyone,
    /// Everyone of an account, by its id or its root user.
    Account(Box<str>),
    /// A role with all its sessions.
    Role(Arn),
    /// A user or a session, exactly.
    Identity(Box<str>),
    /// A service, a provider or a canonical user, exactly.
    Named(PrincipalType, Box<str>),
}

/// What an entry that names the caller grants, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    /// The account may grant it to its own: an identity policy has to.
    Account,
    /// Granted within what a boundary and a session policy leave.
    Limited,
    /// Granted, whatever a boundary or a session policy leaves out.
    Direct,
}

impl PrincipalPattern {
    /// Reads an entry; the error says why it names nobody.
    pub(crate) fn compile(kind: PrincipalKind, text: &str) -> Result<Self, &'static str> {
        let named = match kind {
            PrincipalKind::Aws => return Self::compile_aws(text),
            PrincipalKind::Service => PrincipalType::Service,
            PrincipalKind::Federated => PrincipalType::Federated,
            PrincipalKind::CanonicalUser => PrincipalType::CanonicalUser,
        };
        Ok(Self::Named(named, text.into()))
    }

    fn compile_aws(text: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self::Everyone);
        }
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Account(text.into()));
        }
        if text.contains(['*', '?']) {
            return Err("a principal has no wildcards but `*` alone");
        }
        let arn = ArnRef::parse(text).map_err(|_| "neither an account id nor an ARN")?;
        let principal: Principal = text
            .parse()
            .map_err(|_| "the ARN of a root user, user, role or session is expected")?;
        match (principal.principal_type(), arn.account()) {
            (PrincipalType::Root, Some(account)) => Ok(Self::Account(account.into())),
            (PrincipalType::Role, _) => Ok(Self::Role(Arn::from(arn))),
            _ => Ok(Self::Identity(text.into())),
        }
    }

    /// What the entry grants to a caller, if it names them.
    pub(crate) fn grant(&self, caller: &Principal) -> Option<Grant> {
        match self {
            Self::Everyone => Some(Grant::Limited),
            Self::Account(account) => {
                let is_root = caller.principal_type() == PrincipalType::Root;
                let grant = if is_root {
                    Grant::Direct
                } else {
                    Grant::Account
                };
                (caller.account() == Some(account)).then_some(grant)
            }
            Self::Role(role) => is_of_role(caller, role).then_some(Grant::Limited),
            Self::Identity(arn) => (**arn == *caller.as_str()).then_some(Grant::Direct),
            Self::Named(kind, name) => {
                let same = *kind == caller.principal_type() && **name == *caller.as_str();
                same.then_some(Grant::Direct)
            }
        }
    }

    fn names_account(&self, caller: &Principal) -> bool {
        match self {
            Self::Everyone => true,
            Self::Account(account) => caller.account() == Some(account),
            _ => false,
        }
    }

    fn names_role(&self, caller: &Principal) -> bool {
        match self {
            Self::Everyone => true,
            Self::Role(role) => is_of_role(caller, role),
            _ => false,
        }
    }

    fn names_itself(&self, caller: &Principal) -> bool {
        match self {
            Self::Everyone => true,
            Self::Identity(arn) => **arn == *caller.as_str(),
            Self::Role(role) => role.as_str() == caller.as_str(),
            Self::Account(_) => false,
            Self::Named(..) => self.grant(caller).is_some(),
        }
    }
}

/// Whether the caller is a role or one of its sessions. A session does not tell its role's path.
fn is_of_role(caller: &Principal, role: &Arn) -> bool {
    match caller.principal_type() {
        PrincipalType::Role => caller.as_str() == role.as_str(),
        PrincipalType::Session => {
            caller.partition() == Some(role.partition())
                && caller.account() == role.account()
                && caller.short_name() == Some(role.resource_id())
        }
        _ => false,
    }
}

/// Whether a `NotPrincipal` list names every identity of the caller: the user or session, the
/// role of a session, and the account.
pub(super) fn names_fully(patterns: &[PrincipalPattern], caller: &Principal) -> bool {
    let any = |test: fn(&PrincipalPattern, &Principal) -> bool| {
        patterns.iter().any(|pattern| test(pattern, caller))
    };
    let account = PrincipalPattern::names_account;
    let itself = PrincipalPattern::names_itself;
    match caller.principal_type() {
        PrincipalType::Root => any(account),
        PrincipalType::Session => any(itself) && any(PrincipalPattern::names_role) && any(account),
        PrincipalType::User | PrincipalType::Role | PrincipalType::FederatedUser => {
            any(itself) && any(account)
        }
        _ => any(itself),
    }
}

/// Whether a list names any identity of the caller.
pub(super) fn names_partly(patterns: &[PrincipalPattern], caller: &Principal) -> bool {
    patterns
        .iter()
        .any(|pattern| pattern.grant(caller).is_some())
}
