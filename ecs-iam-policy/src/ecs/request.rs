//! A request to Amazon ECS, in its own terms.

use ecs_arn::{Arn, ArnError, ClusterRef, Scope};

use crate::context::{Context, ContextValue};
use crate::principal::Principal;
use crate::request::Request;

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
    action: &'static str,
    resources: Vec<String>,
    context: Context,
    /// A key with one value per check, all of which must be allowed.
    each: Option<(&'static str, Vec<String>)>,
    roles: Vec<PassedRole>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PassedRole {
    arn: String,
    service: &'static str,
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
}

const TASKS: &str = "ecs-tasks.amazonaws.com";
const SERVICES: &str = "ecs.amazonaws.com";

impl EcsRequest {
    pub(super) const fn new(action: &'static str) -> Self {
        Self {
            action,
            resources: Vec::new(),
            context: Context::new(),
            each: None,
            roles: Vec::new(),
        }
    }

    pub(super) fn on(mut self, resource: impl Into<Arn>) -> Self {
        self.resources.push(resource.into().to_string());
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

    /// Adds a tag that the resource has: `aws:ResourceTag/KEY` and `ecs:ResourceTag/KEY`.
    #[must_use]
    pub fn with_resource_tag(self, key: &str, value: &str) -> Self {
        self.with_context(&format!("aws:ResourceTag/{key}"), value)
            .with_context(&format!("ecs:ResourceTag/{key}"), value)
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

    /// The requests to decide, all of which must be allowed: that of the action, and one
    /// `iam:PassRole` for each role passed on. Keys that follow from the principal are in them.
    #[must_use]
    pub fn requests(&self, principal: &Principal) -> Vec<Request> {
        let main = self.main_request(principal);
        let mut requests = match &self.each {
            None => vec![main],
            Some((key, values)) => values
                .iter()
                .map(|value| main.clone().with_context(key, value.as_str()))
                .collect(),
        };
        requests.extend(self.roles.iter().map(|role| {
            Request::new(principal.clone(), "iam:PassRole", &role.arn)
                .with_principal_keys()
                .with_context("iam:PassedToService", role.service)
        }));
        requests
    }

    fn main_request(&self, principal: &Principal) -> Request {
        let mut resources = self.resources.iter();
        let first = resources.next().map_or("*", String::as_str);
        let request = Request::new(principal.clone(), &self.action(), first);
        resources
            .fold(request, |request, resource| request.with_resource(resource))
            .with_principal_keys()
            .with_contexts(&self.context)
    }
}
