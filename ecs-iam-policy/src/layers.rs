//! The layers of policies that a request passes, and the set of policies in them.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::compile::CompiledPolicy;
use crate::document::Statement;

/// A layer of policies, in the order in which AWS looks at them.
///
/// Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny
/// access".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layer {
    /// Resource control policies of the organization of the resource's account.
    ResourceControl {
        /// The root is 0, the account the last.
        level: usize,
    },
    /// Service control policies of the organization of the principal's account.
    ServiceControl {
        /// The root is 0, the account the last.
        level: usize,
    },
    /// The policy of the resource.
    Resource,
    /// The policies of the user, its groups, or the role.
    Identity,
    /// The permissions boundary of the user or role.
    Boundary,
    /// The policies given when the session was started.
    Session,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceControl { level } => {
                write!(formatter, "resource control policies of level {level}")
            }
            Self::ServiceControl { level } => {
                write!(formatter, "service control policies of level {level}")
            }
            Self::Resource => formatter.write_str("resource policy"),
            Self::Identity => formatter.write_str("identity policies"),
            Self::Boundary => formatter.write_str("permissions boundary"),
            Self::Session => formatter.write_str("session policies"),
        }
    }
}

/// Where a statement stands in a [`PolicySet`]; positions count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct StatementId {
    /// The layer.
    pub layer: Layer,
    /// The position of the policy in its layer.
    pub policy: usize,
    /// The position of the statement in its policy.
    pub statement: usize,
}

/// The policies that bear on a request, by layer.
///
/// A layer that is not given does not limit: without a boundary there is no boundary. Policies
/// are shared, so that one compiled policy can stand in many sets, on many threads.
///
/// ```
/// use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
///
/// let policy: Policy = r#"{
///     "Version": "2012-10-17",
///     "Statement": {
///         "Sid": "RunWeb",
///         "Effect": "Allow",
///         "Action": "ecs:RunTask",
///         "Resource": "arn:aws:ecs:*:123456789012:task-definition/web:*"
///     }
/// }"#.parse()?;
/// let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
///
/// let request = Request::new(
///     "arn:aws:iam::123456789012:user/alice".parse()?,
///     "ecs:RunTask",
///     "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
/// );
/// let decision = policies.decide(&request);
/// assert!(decision.is_allowed());
/// let statement = policies.statement(decision.statement.unwrap()).unwrap();
/// assert_eq!(statement.sid.as_deref(), Some("RunWeb"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    resource_control: Vec<Vec<Arc<CompiledPolicy>>>,
    service_control: Vec<Vec<Arc<CompiledPolicy>>>,
    resource: Vec<Arc<CompiledPolicy>>,
    resource_must_allow: bool,
    identity: Vec<Arc<CompiledPolicy>>,
    boundary: Option<Vec<Arc<CompiledPolicy>>>,
    session: Option<Vec<Arc<CompiledPolicy>>>,
}

impl PolicySet {
    /// A set without policies, which denies everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a policy of the user, its groups, or the role.
    #[must_use]
    pub fn with_identity(mut self, policy: impl Into<Arc<CompiledPolicy>>) -> Self {
        self.identity.push(policy.into());
        self
    }

    /// Adds a policy of the resource.
    #[must_use]
    pub fn with_resource(mut self, policy: impl Into<Arc<CompiledPolicy>>) -> Self {
        self.resource.push(policy.into());
        self
    }

    /// Adds a policy of the resource without which nobody has access, whatever their own
    /// policies say: the trust policy of a role, the policy of a KMS key.
    #[must_use]
    pub fn with_required_resource(mut self, policy: impl Into<Arc<CompiledPolicy>>) -> Self {
        self.resource_must_allow = true;
        self.with_resource(policy)
    }

    /// Adds a policy to the permissions boundary, one of whose policies has to allow.
    #[must_use]
    pub fn with_boundary(mut self, policy: impl Into<Arc<CompiledPolicy>>) -> Self {
        self.boundary.get_or_insert_default().push(policy.into());
        self
    }

    /// Adds a session policy, one of which has to allow.
    #[must_use]
    pub fn with_session(mut self, policy: impl Into<Arc<CompiledPolicy>>) -> Self {
        self.session.get_or_insert_default().push(policy.into());
        self
    }

    /// Adds a level of service control policies, from the root of the organization down to the
    /// account. One policy of every level has to allow.
    #[must_use]
    pub fn with_service_control_level<P: Into<Arc<CompiledPolicy>>>(
        mut self,
        policies: impl IntoIterator<Item = P>,
    ) -> Self {
        self.service_control
            .push(policies.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a level of resource control policies. They only deny: `RCPFullAWSAccess` is attached
    /// everywhere and cannot be detached.
    #[must_use]
    pub fn with_resource_control_level<P: Into<Arc<CompiledPolicy>>>(
        mut self,
        policies: impl IntoIterator<Item = P>,
    ) -> Self {
        self.resource_control
            .push(policies.into_iter().map(Into::into).collect());
        self
    }

    /// A set with the same resource control policies and nothing else.
    pub(crate) fn resource_control_only(&self) -> Self {
        Self {
            resource_control: self.resource_control.clone(),
            ..Self::default()
        }
    }

    /// The statement at a place.
    #[must_use]
    pub fn statement(&self, id: StatementId) -> Option<&Statement> {
        self.policy(id)?.source().statements().get(id.statement)
    }

    /// The policy that a statement belongs to.
    #[must_use]
    pub fn policy(&self, id: StatementId) -> Option<&CompiledPolicy> {
        self.of_layer(id.layer)
            .get(id.policy)
            .map(|policy| &**policy)
    }

    /// The layers that hold policies or could, with their policies, in AWS's order.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (Layer, &[Arc<CompiledPolicy>])> {
        let resource_control = self.resource_control.iter().enumerate();
        let service_control = self.service_control.iter().enumerate();
        let single = [
            Layer::Resource,
            Layer::Identity,
            Layer::Boundary,
            Layer::Session,
        ];
        resource_control
            .map(|(level, policies)| (Layer::ResourceControl { level }, policies.as_slice()))
            .chain(
                service_control.map(|(level, policies)| {
                    (Layer::ServiceControl { level }, policies.as_slice())
                }),
            )
            .chain(
                single
                    .into_iter()
                    .map(|layer| (layer, self.of_layer(layer))),
            )
    }

    pub(crate) fn of_layer(&self, layer: Layer) -> &[Arc<CompiledPolicy>] {
        match layer {
            Layer::ResourceControl { level } => {
                self.resource_control.get(level).map_or(&[], Vec::as_slice)
            }
            Layer::ServiceControl { level } => {
                self.service_control.get(level).map_or(&[], Vec::as_slice)
            }
            Layer::Resource => &self.resource,
            Layer::Identity => &self.identity,
            Layer::Boundary => self.boundary.as_deref().unwrap_or_default(),
            Layer::Session => self.session.as_deref().unwrap_or_default(),
        }
    }

    pub(crate) const fn has_boundary(&self) -> bool {
        self.boundary.is_some()
    }

    pub(crate) const fn has_session(&self) -> bool {
        self.session.is_some()
    }

    pub(crate) const fn resource_must_allow(&self) -> bool {
        self.resource_must_allow
    }

    pub(crate) fn service_control_levels(&self) -> impl Iterator<Item = Layer> {
        (0..self.service_control.len()).map(|level| Layer::ServiceControl { level })
    }
}
