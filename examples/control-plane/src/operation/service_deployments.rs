//! Service deployments and service revisions.

use ecs_arn::{EcsArn, EcsResource};
use ecs_model::deployment::StopServiceDeploymentStopType;
use ecs_model::operation::{
    ContinueServiceDeploymentRequest, ContinueServiceDeploymentResponse,
    DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse,
    DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse,
    ListServiceDeploymentsRequest, StopServiceDeploymentRequest, StopServiceDeploymentResponse,
};
use ecs_model::{Exception, ExceptionName};
use ecs_placement::deployment::shift::ShiftEvent;

use super::{Context, missing, read};
use crate::cluster::ClusterState;
use crate::{ClusterChange, Handled};

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeServiceDeploymentsRequest = read(context, body)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in request.service_deployment_arns() {
        let Some(cluster) = context.cluster_of(arn) else {
            failures.push(missing(arn));
            continue;
        };
        let one = DescribeServiceDeploymentsRequest::default().with_service_deployment_arns([arn]);
        let answer = cluster.services.describe_service_deployments(&one);
        let answer = answer.map_err(|error| error.exception())?;
        found.extend(answer.service_deployments().iter().cloned());
        failures.extend(answer.failures().iter().cloned());
    }
    let response = DescribeServiceDeploymentsResponse::default().with_service_deployments(found);
    Handled::answer(&response.with_failures(failures))
}

pub(super) fn describe_revisions(
    context: &mut Context<'_>,
    body: &[u8],
) -> Result<Handled, Exception> {
    let request: DescribeServiceRevisionsRequest = read(context, body)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in request.service_revision_arns() {
        let Some(cluster) = context.cluster_of(arn) else {
            failures.push(missing(arn));
            continue;
        };
        let one = DescribeServiceRevisionsRequest::default().with_service_revision_arns([arn]);
        let answer = cluster.services.describe_service_revisions(&one);
        let answer = answer.map_err(|error| error.exception())?;
        found.extend(answer.service_revisions().iter().cloned());
        failures.extend(answer.failures().iter().cloned());
    }
    let response = DescribeServiceRevisionsResponse::default().with_service_revisions(found);
    Handled::answer(&response.with_failures(failures))
}

pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListServiceDeploymentsRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let answer = cluster.services.list_service_deployments(&request);
    Handled::answer(&answer.map_err(|error| error.exception())?)
}

impl Context<'_> {
    /// The cluster of something that is named by its ARN.
    fn cluster_of(&self, arn: &str) -> Option<&ClusterState> {
        let resource = EcsArn::parse(arn).ok()?;
        let cluster = self.realm.clusters.get(resource.resource().cluster()?)?;
        arn.starts_with(&*cluster.prefix).then_some(cluster)
    }

    /// The cluster and the service of a service deployment, if it is the service's newest.
    fn newest<'a>(&self, arn: &'a str) -> Result<(&ClusterState, &'a str), Exception> {
        let service = match EcsArn::parse(arn).map(EcsArn::resource) {
            Ok(EcsResource::ServiceDeployment { service, .. }) => Some(service),
            _ => None,
        };
        let found = service
            .zip(self.cluster_of(arn))
            .filter(|(service, cluster)| {
                let newest = cluster.services.service_deployment(service);
                newest.is_some_and(|one| one.service_deployment_arn() == Some(arn))
            });
        let (service, cluster) = found.ok_or_else(|| {
            let message = format!("there is no service deployment `{arn}` under way");
            Exception::new(ExceptionName::ServiceDeploymentNotFound, message)
        })?;
        Ok((cluster, service))
    }
}

/// A rolling deployment can only be rolled back.
pub(super) fn stop(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: StopServiceDeploymentRequest = read(context, body)?;
    let now = context.inputs.now;
    let arn = request.service_deployment_arn().unwrap_or_default();
    let (cluster, service) = context.newest(arn)?;
    let stop_type = request.stop_type();
    let shifts = cluster.services.shifting_deployment(service).is_some();
    let change = match stop_type {
        Some(stop_type @ StopServiceDeploymentStopType::Abort) if !shifts => {
            let message = format!("`{stop_type}` of a rolling deployment is not supported");
            return Err(Exception::new(ExceptionName::UnsupportedFeature, message));
        }
        Some(stop_type) if shifts => {
            let stop_type = Some(stop_type.clone());
            let event = ShiftEvent::Stop { stop_type };
            let decided = cluster.services.decide_shift(service, event, now);
            decided.map(|(_, change)| change)
        }
        _ => cluster.services.decide_stop_deployment(service, now),
    };
    let change = change.map_err(|error| error.exception())?;
    let change = change.map(Box::new).map(ClusterChange::Service);
    let changes = cluster.changes(&context.inputs.owner, change);
    let response = StopServiceDeploymentResponse::default().with_service_deployment_arn(arn);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

pub(super) fn r#continue(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ContinueServiceDeploymentRequest = read(context, body)?;
    let arn = request.service_deployment_arn().unwrap_or_default();
    let (cluster, service) = context.newest(arn)?;
    let event = ShiftEvent::Continue {
        hook_id: request.hook_id().unwrap_or_default().into(),
        action: request.action().cloned(),
    };
    let decided = cluster
        .services
        .decide_shift(service, event, context.inputs.now);
    let (_, change) = decided.map_err(|error| error.exception())?;
    let change = change.map(Box::new).map(ClusterChange::Service);
    let changes = cluster.changes(&context.inputs.owner, change);
    let response = ContinueServiceDeploymentResponse::default().with_service_deployment_arn(arn);
    Ok(Handled::answer(&response)?.with_changes(changes))
}
