//! A request for any action of Amazon ECS.

use ecs_arn::{ArnRef, EcsArn, EcsResource, Scope};

use super::{ActionReference, EcsRequest, EcsRequestError, ResourceUse};

impl EcsRequest {
    /// An action by its name, with or without `ecs:` in front, and the ARNs of its resources.
    /// The cluster and the service that the first of them names become `ecs:cluster` and
    /// `ecs:service`, where the action has these keys. Actions of other services are
    /// [`Request`](crate::Request)s.
    ///
    /// ```
    /// use ecs_arn::Scope;
    /// use ecs_iam_policy::ecs::EcsRequest;
    ///
    /// let scope = Scope::new("us-east-1", "123456789012")?;
    /// let task_set = "arn:aws:ecs:us-east-1:123456789012:task-set/prod/web/ecs-svc/52";
    /// let request = EcsRequest::of_action(&scope, "ecs:DeleteTaskSet", &[task_set])?;
    /// assert_eq!(request.action(), "ecs:DeleteTaskSet");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A name that is no action of Amazon ECS; a text that is no ARN; a resource of a type that
    /// the action does not take; a type that it always takes and that is not given. `ListTasks`
    /// takes a container instance or none.
    pub fn of_action(
        scope: &Scope<'_>,
        action: &str,
        resources: &[&str],
    ) -> Result<Self, EcsRequestError> {
        let known = super::action(action)
            .ok_or_else(|| EcsRequestError::UnknownAction(action.to_owned()))?;
        let mut request = Self::new(known.name(), scope);
        let mut given = Vec::new();
        for text in resources {
            let arn = ArnRef::parse(text)?;
            if arn.service() == "ecs" {
                let resource = EcsArn::parse(text)?.resource();
                given.push(taken_type(known, text, resource)?);
                request = request.with_owners(scope, known, resource)?;
            }
            request = request.on(arn);
        }
        let required = known.resources().filter(|used| used.is_required());
        let mut types = required.map(ResourceUse::resource_type);
        match types.find(|kind| resources.len() == given.len() && !given.contains(kind)) {
            Some(kind) if known.name() != "ListTasks" => Err(EcsRequestError::Empty(kind)),
            _ => Ok(request),
        }
    }

    /// Adds the cluster and the service that a resource belongs to, once.
    fn with_owners(
        self,
        scope: &Scope<'_>,
        action: ActionReference,
        resource: EcsResource<'_>,
    ) -> Result<Self, EcsRequestError> {
        let is_open =
            |request: &Self, key: &str| action.takes_key(key) && request.context.get(key).is_none();
        let mut request = self;
        if let Some(name) = resource
            .cluster()
            .filter(|_| is_open(&request, "ecs:cluster"))
        {
            let arn = scope.arn(EcsResource::Cluster { name })?;
            request = request.with_context("ecs:cluster", arn.to_string());
        }
        let service = match resource {
            EcsResource::TaskSet {
                cluster, service, ..
            }
            | EcsResource::ServiceDeployment {
                cluster, service, ..
            }
            | EcsResource::ServiceRevision {
                cluster, service, ..
            } => Some(EcsResource::Service {
                cluster: Some(cluster),
                name: service,
            }),
            _ => None,
        };
        if let Some(service) = service.filter(|_| is_open(&request, "ecs:service")) {
            request = request.with_context("ecs:service", scope.arn(service)?.to_string());
        }
        Ok(request)
    }
}

/// The type of a resource, if the action takes it.
fn taken_type<'a>(
    action: ActionReference,
    arn: &str,
    resource: EcsResource<'a>,
) -> Result<&'a str, EcsRequestError> {
    let kind = resource.resource_type();
    let types: Vec<_> = action.resources().map(ResourceUse::resource_type).collect();
    if types.contains(&kind) {
        return Ok(kind);
    }
    let takes = if types.is_empty() {
        "none".to_owned()
    } else {
        types.join(" or ")
    };
    Err(EcsRequestError::ResourceNotTaken {
        arn: arn.to_owned(),
        action: action.name(),
        takes,
    })
}
