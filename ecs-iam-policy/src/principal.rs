//! Who makes a request.

use std::fmt;
use std::str::FromStr;

use ecs_arn::{Arn, ArnRef};

/// Who makes a request: a user, a role or one of its sessions, an account's root user, an AWS
/// service, someone signed in elsewhere, or nobody known.
///
/// ```
/// use ecs_iam_policy::{Principal, PrincipalType};
///
/// let session: Principal = "arn:aws:sts::123456789012:assumed-role/deployer/ci".parse()?;
/// assert_eq!(session.principal_type(), PrincipalType::Session);
/// assert_eq!(session.account(), Some("123456789012"));
///
/// let agent: Principal = "ecs-tasks.amazonaws.com".parse()?;
/// assert_eq!(agent.principal_type(), PrincipalType::Service);
/// # Ok::<(), ecs_iam_policy::PrincipalError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    principal_type: PrincipalType,
    name: Box<str>,
    /// For those who belong to an account.
    arn: Option<Arn>,
}

/// What kind of principal makes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalType {
    /// The root user of an account: `arn:aws:iam::ACCOUNT:root`.
    Root,
    /// A user: `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    User,
    /// A role as such, standing for any of its sessions: `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    Role,
    /// A session of a role: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    Session,
    /// A session of `GetFederationToken`: `arn:aws:sts::ACCOUNT:federated-user/NAME`.
    FederatedUser,
    /// An AWS service: `ecs-tasks.amazonaws.com`.
    Service,
    /// Someone signed in with a SAML or OpenID Connect provider.
    Federated,
    /// A canonical user of Amazon S3.
    CanonicalUser,
    /// Nobody known: a request without signature.
    Anonymous,
}

/// A text that names no principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a principal: an ARN of a root user, user, role, session or provider, \
     a service such as `ecs-tasks.amazonaws.com`, or `*` for an anonymous caller is expected"
)]
pub struct PrincipalError {
    text: String,
}

/// Providers that policies name without an ARN.
const WEB_PROVIDERS: [&str; 4] = [
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "www.amazon.com",
];

impl Principal {
    /// A request without signature.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::named(PrincipalType::Anonymous, "*")
    }

    /// An AWS service by its name, such as `ecs.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self::named(PrincipalType::Service, name)
    }

    /// Someone signed in with a provider, given by its ARN or its name.
    #[must_use]
    pub fn federated(provider: &str) -> Self {
        Self::named(PrincipalType::Federated, provider)
    }

    /// A canonical user of Amazon S3 by its id.
    #[must_use]
    pub fn canonical_user(id: &str) -> Self {
        Self::named(PrincipalType::CanonicalUser, id)
    }

    fn named(principal_type: PrincipalType, name: &str) -> Self {
        Self {
            principal_type,
            name: name.into(),
            arn: None,
        }
    }

    /// What kind of principal it is.
    #[must_use]
    pub const fn principal_type(&self) -> PrincipalType {
        self.principal_type
    }

    /// The ARN, the service name, the provider or `*`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The account it belongs to; none for services, providers and anonymous callers.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.arn.as_ref().and_then(Arn::account)
    }

    /// The name of the user, or of the role of a role or session, without its path.
    #[must_use]
    pub fn short_name(&self) -> Option<&str> {
        let resource = self.arn.as_ref()?.resource();
        match self.principal_type {
            PrincipalType::Session => resource.split('/').nth(1),
            PrincipalType::User | PrincipalType::Role | PrincipalType::FederatedUser => {
                resource.rsplit('/').next()
            }
            _ => None,
        }
    }

    /// Whether it is a role that an AWS service made for itself, or a session of one. A session
    /// does not tell the path of its role, `aws-service-role/`, but such roles have a name of
    /// their own.
    pub(crate) fn is_service_linked(&self) -> bool {
        match self.principal_type {
            PrincipalType::Role => self.name.contains(":role/aws-service-role/"),
            PrincipalType::Session => self
                .short_name()
                .is_some_and(|role| role.starts_with("AWSServiceRoleFor")),
            _ => false,
        }
    }

    pub(crate) fn partition(&self) -> Option<&str> {
        self.arn.as_ref().map(Arn::partition)
    }
}

fn type_of(arn: ArnRef<'_>) -> Option<PrincipalType> {
    let resource = arn.resource();
    let (head, tail) = resource.split_once('/').unwrap_or((resource, ""));
    let account = arn.account()?;
    let named = !tail.is_empty() && !tail.ends_with('/');
    match (arn.service(), head) {
        ("iam", "saml-provider" | "oidc-provider") if named => Some(PrincipalType::Federated),
        _ if account.len() != 12 => None,
        ("iam", "root") if resource == "root" => Some(PrincipalType::Root),
        ("iam", "user") if named => Some(PrincipalType::User),
        ("iam", "role") if named => Some(PrincipalType::Role),
        ("sts", "assumed-role") if tail.split('/').filter(|part| !part.is_empty()).count() == 2 => {
            Some(PrincipalType::Session)
        }
        ("sts", "federated-user") if named => Some(PrincipalType::FederatedUser),
        _ => None,
    }
}

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        let refused = || PrincipalError {
            text: text.to_owned(),
        };
        if text == "*" {
            return Ok(Self::anonymous());
        }
        if let Ok(arn) = ArnRef::parse(text) {
            let principal_type = type_of(arn).ok_or_else(refused)?;
            let belongs = principal_type != PrincipalType::Federated;
            let arn = belongs.then(|| Arn::from(arn));
            return Ok(Self {
                principal_type,
                name: text.into(),
                arn,
            });
        }
        if WEB_PROVIDERS.contains(&text) {
            return Ok(Self::federated(text));
        }
        let is_service = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"]
            .iter()
            .any(|suffix| {
                text.strip_suffix(suffix)
                    .is_some_and(|name| !name.is_empty())
            });
        if is_service {
            Ok(Self::service(text))
        } else {
            Err(refused())
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (text, expected) in [
            ("arn:aws:iam::123456789012:root", PrincipalType::Root),
            (
                "arn:aws:iam::123456789012:user/a/alice",
                PrincipalType::User,
            ),
            (
                "arn:aws:iam::123456789012:role/deployer",
                PrincipalType::Role,
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/deployer/ci",
                PrincipalType::Session,
            ),
            (
                "arn:aws:sts::123456789012:federated-user/bob",
                PrincipalType::FederatedUser,
            ),
            (
                "arn:aws:iam::123456789012:saml-provider/corp",
                PrincipalType::Federated,
            ),
            ("ecs-tasks.amazonaws.com", PrincipalType::Service),
            ("ec2.amazonaws.com.cn", PrincipalType::Service),
            ("cognito-identity.amazonaws.com", PrincipalType::Federated),
            ("*", PrincipalType::Anonymous),
        ] {
            let principal: Principal = text.parse().unwrap();
            assert_eq!(principal.principal_type(), expected, "{text}");
            assert_eq!(principal.to_string(), text);
        }
    }

    #[test]
    fn names() {
        let name = |text: &str| {
            text.parse::<Principal>()
                .unwrap()
                .short_name()
                .map(str::to_owned)
        };
        assert_eq!(
            name("arn:aws:iam::123456789012:user/a/alice").as_deref(),
            Some("alice")
        );
        assert_eq!(
            name("arn:aws:sts::123456789012:assumed-role/r/s").as_deref(),
            Some("r")
        );
        assert_eq!(name("arn:aws:iam::123456789012:root"), None);
    }

    #[test]
    fn what_is_no_principal() {
        for text in [
            "",
            "alice",
            "123456789012",
            "arn:aws:iam::123456789012:group/admins",
            "arn:aws:iam::123456789012:user/",
            "arn:aws:iam::123:user/alice",
            "arn:aws:sts::123456789012:assumed-role/r",
            "arn:aws:ecs:us-east-1:123456789012:cluster/default",
            ".amazonaws.com",
        ] {
            assert!(text.parse::<Principal>().is_err(), "{text}");
        }
        assert_eq!(
            "alice".parse::<Principal>().unwrap_err().to_string(),
            "`alice` is not a principal: an ARN of a root user, user, role, session or provider, \
             a service such as `ecs-tasks.amazonaws.com`, or `*` for an anonymous caller is \
             expected"
        );
    }
}
