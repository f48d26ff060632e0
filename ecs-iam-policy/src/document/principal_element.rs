//! The `Principal` and `NotPrincipal` elements.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::TextList;

/// Whom a statement of a resource-based policy speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrincipalElement {
    /// `"Principal": "*"`: everyone.
    Everyone,
    /// `"Principal": {"AWS": ..., "Service": ...}`, in the order of the document.
    Listed(Vec<(PrincipalKind, TextList)>),
}

/// The kinds of principal that a policy can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalKind {
    /// Accounts, users, roles and sessions.
    Aws,
    /// AWS services, such as `ecs-tasks.amazonaws.com`.
    Service,
    /// SAML and OpenID Connect providers.
    Federated,
    /// The canonical user ids of Amazon S3.
    CanonicalUser,
}

impl PrincipalKind {
    pub(crate) const ALL: [Self; 4] = [
        Self::Aws,
        Self::Service,
        Self::Federated,
        Self::CanonicalUser,
    ];

    /// The member name of the `Principal` element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Serialize for PrincipalElement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everyone => serializer.serialize_str("*"),
            Self::Listed(kinds) => {
                let mut map = serializer.serialize_map(Some(kinds.len()))?;
                for (kind, names) in kinds {
                    map.serialize_entry(kind.name(), names)?;
                }
                map.end()
            }
        }
    }
}
