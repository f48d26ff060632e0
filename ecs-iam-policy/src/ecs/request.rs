//! A request to Amazon ECS, in its own terms.

use ecs_arn::{Arn, ArnError, ClusterRef, Scope};

use crate::context::{Context, ContextValue};

/// What a request to Amazon ECS asks of policies: an action, the ARNs of its resources,
/// condition keys, and roles that it passes on.
///
/// Names are completed to ARNs in the long format. A task definition needs its revision: AWS
/// authorizes the revision that a family resolves to.
///
/// ```
/// use ecs_arn::Scope;
/// use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, ecs::EcsRequest};
///
/// let policy: Policy = r#"{
///     "Version": "2012-10-17",
///     "Statement": [
///         {
///             "Effect": "Allow",
///             "Action": "ecs:RunTask",
///             "Resource": "arn:aws:ecs:*:123456789012:task-definition/web:*",
///             "Condition": {
///                 "ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/prod"}
///             }
///         }
///     ]
/// }"#.parse()?;
/// let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
/// let alice = "arn:aws:iam::123456789012:user/alice".parse()?;
/// let scope = Scope::new("us-east-1", "123456789012")?;
///
/// let run = EcsRequest::run_task(&scope, "prod", "web:3")?;
/// assert!(policies.decide_ecs(&alice, &run).is_allowed());
///
/// let run = run.with_passed_role("arn:aws:iam::123456789012:role/web-task");
/// let decision = policies.decide_ecs(&alice, &run);
/// assert!(!decision.is_allowed());
/// assert_eq!(decision.denied().next().unwrap().request.action(), "iam:PassRole");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcsRequest {
    pub(super) action: &'static str,
    pub(super) place: Place,
    pub(super) resources: Vec<AskedResource>,
    pub(super) context: Context,
    /// A key with one value per check, all of which must be allowed.
    pub(super) each: Option<(&'static str, Vec<String>)>,
    pub(super) roles: Vec<PassedRole>,
    /// Tags that are copied to what the request creates.
    pub(super) propagated: Vec<(String, String)>,
}

/// Where a request goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) partition: String,
    pub(super) region: String,
    pub(super) account: String,
}

/// A resource, with the keys that only it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AskedResource {
    pub(super) arn: String,
    pub(super) context: Context,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PassedRole {
    pub(super) arn: String,
    pub(super) service: &'static str,
}

/// Why a request cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EcsRequestError {
    /// A name or ARN that is none.
    #[error(transparent)]
    Arn(#[from] ArnError),
    /// A task definition without its revision.
    #[error("`{0}` has no revision: AWS authorizes the revision that the family resolves to")]
    NoRevision(String),
    /// A list that may not be empty.
    #[error("no {0} is given")]
    Empty(&'static str),
    /// An action that Amazon ECS does not have.
    #[error("`{0}` is no action of Amazon ECS")]
    UnknownAction(String),
    /// A resource of a type that the action does not take.
    #[error("`{arn}` is no resource of `ecs:{action}`, which takes {takes}")]
    ResourceNotTaken {
        /// The resource.
        arn: String,
        /// The action.
        action: &'static str,
        /// The resource types that it takes, in words.
        takes: String,
    },
    /// A resource that a request does not have, or has more than once.
    #[error("`{0}` names no single resource of the request")]
    NoSuchResource(String),
}

const TASKS: &str = "ecs-tasks.amazonaws.com";
const SERVICES: &str = "ecs.amazonaws.com";

impl EcsRequest {
    /// A request with the keys that follow from where it goes to.
    pub(super) fn new(action: &'static str, scope: &Scope<'_>) -> Self {
        let place = Place {
            partition: scope.partition().as_str().to_owned(),
            region: scope.region().as_str().to_owned(),
            account: scope.account().as_str().to_owned(),
        };
        let context = Context::new()
            .with("aws:RequestedRegion", place.region.as_str())
            .with("aws:ResourceAccount", place.account.as_str());
        Self {
            action,
            place,
            resources: Vec::new(),
            context,
            each: None,
            roles: Vec::new(),
            propagated: Vec::new(),
        }
    }

    /// On a resource, whose account may be another one.
    pub(super) fn on(mut self, resource: impl Into<Arn>) -> Self {
        let arn = resource.into();
        let mut context = Context::new();
        if let Some(account) = arn
            .account()
            .filter(|account| *account != self.place.account)
        {
            context.insert("aws:ResourceAccount", account);
        }
        self.resources.push(AskedResource {
            arn: arn.to_string(),
            context,
        });
        self
    }

    /// In a cluster, which becomes `ecs:cluster`.
    pub(super) fn in_cluster(
        self,
        scope: &Scope<'_>,
        cluster: &str,
    ) -> Result<Self, EcsRequestError> {
        let cluster = ClusterRef::parse(cluster)?.to_arn(scope)?;
        Ok(self.with_context("ecs:cluster", cluster.to_string()))
    }

    /// One check for each value of a key.
    pub(super) fn for_each(mut self, key: &'static str, values: Vec<String>) -> Self {
        self.each = Some((key, values));
        self
    }

    /// Adds a condition key, or replaces its value.
    #[must_use]
    pub fn with_context(mut self, key: &str, value: impl Into<ContextValue>) -> Self {
        self.context.insert(key, value);
        self
    }

    /// Adds a tag that the request gives: `aws:RequestTag/KEY`, and its key to `aws:TagKeys`.
    #[must_use]
    pub fn with_tag(mut self, key: &str, value: &str) -> Self {
        let known = self
            .context
            .get("aws:TagKeys")
            .map(ContextValue::values)
            .unwrap_or_default();
        let mut keys: Vec<String> = known.iter().map(ToString::to_string).collect();
        keys.push(key.to_owned());
        self.context.insert("aws:TagKeys", keys);
        self.with_context(&format!("aws:RequestTag/{key}"), value)
    }

    /// Adds a tag that Amazon ECS copies to what the request creates, such as one of the task
    /// definition for `propagateTags`. The request does not give it, so that only
    /// `ecs:TagResource` is asked with it.
    #[must_use]
    pub fn with_propagated_tag(mut self, key: &str, value: &str) -> Self {
        self.propagated.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds a tag that each resource has: `aws:ResourceTag/KEY` and `ecs:ResourceTag/KEY`.
    #[must_use]
    pub fn with_resource_tag(self, key: &str, value: &str) -> Self {
        self.with_context(&format!("aws:ResourceTag/{key}"), value)
            .with_context(&format!("ecs:ResourceTag/{key}"), value)
    }

    /// Adds a tag that one of the resources has, named by its ARN or the end of it: of
    /// `ExecuteCommand` on `task/prod/1abf` these are `cluster/prod` and `1abf`.
    ///
    /// # Errors
    ///
    /// No resource or several of that name.
    pub fn with_tag_of(
        mut self,
        resource: &str,
        key: &str,
        value: &str,
    ) -> Result<Self, EcsRequestError> {
        let is_meant = |asked: &&mut AskedResource| {
            let start = asked.arn.strip_suffix(resource);
            start.is_some_and(|start| start.is_empty() || start.ends_with(['/', ':']))
        };
        let mut meant = self.resources.iter_mut().filter(is_meant);
        let (Some(asked), None) = (meant.next(), meant.next()) else {
            return Err(EcsRequestError::NoSuchResource(resource.to_owned()));
        };
        for service in ["aws", "ecs"] {
            asked
                .context
                .insert(&format!("{service}:ResourceTag/{key}"), value);
        }
        Ok(self)
    }

    /// Adds the organization that the resources and roles belong to: `aws:ResourceOrgID`.
    #[must_use]
    pub fn with_resource_organization(self, id: &str) -> Self {
        self.with_context("aws:ResourceOrgID", id)
    }

    /// Adds the size of the task: `ecs:task-cpu` in CPU units of 1,024 per vCPU,
    /// `ecs:task-memory` in MiB.
    #[must_use]
    pub fn with_task_size(self, cpu: u32, memory: u32) -> Self {
        self.with_context("ecs:task-cpu", cpu)
            .with_context("ecs:task-memory", memory)
    }

    /// Adds the capacity providers of the strategy, by their ARNs: `ecs:capacity-provider`.
    #[must_use]
    pub fn with_capacity_providers(self, arns: &[&str]) -> Self {
        self.with_context(
            "ecs:capacity-provider",
            ContextValue::list(arns.iter().copied()),
        )
    }

    /// A role that the task is given, as task role or task execution role. The caller needs
    /// `iam:PassRole` for it.
    #[must_use]
    pub fn with_passed_role(mut self, arn: &str) -> Self {
        self.roles.push(PassedRole {
            arn: arn.to_owned(),
            service: TASKS,
        });
        self
    }

    /// A role that the service is given for its load balancers. The caller needs `iam:PassRole`
    /// for it.
    #[must_use]
    pub fn with_service_role(mut self, arn: &str) -> Self {
        self.roles.push(PassedRole {
            arn: arn.to_owned(),
            service: SERVICES,
        });
        self
    }

    /// The action with its service, such as `ecs:RunTask`.
    #[must_use]
    pub fn action(&self) -> String {
        format!("ecs:{}", self.action)
    }
}
