//! What agents submit.

use std::sync::Arc;

use ecs_model::operation::{
    ContainerStateChange, DiscoverPollEndpointRequest, DiscoverPollEndpointResponse,
    SubmitAttachmentStateChangesRequest, SubmitAttachmentStateChangesResponse,
    SubmitContainerStateChangeRequest, SubmitContainerStateChangeResponse,
    SubmitTaskStateChangeRequest, SubmitTaskStateChangeResponse,
};
use ecs_model::{Exception, TaskStatus};
use ecs_state::{ReportedStatus, TaskEvent};

use super::{Context, read, task_arn};
use crate::cluster::ClusterState;
use crate::{ClusterChange, Handled, words};

/// What ECS says to an agent whose report it took.
const ACKNOWLEDGED: &str = "ACK";

fn answered(
    context: &Context<'_>,
    cluster: &ClusterState,
    changes: Vec<ClusterChange>,
    response: &impl serde::Serialize,
) -> Result<Handled, Exception> {
    let changes = cluster.changes(&context.inputs.owner, changes);
    Ok(Handled::answer(response)?.with_changes(changes))
}

fn task(cluster: &ClusterState, named: Option<&str>) -> Result<Arc<str>, Exception> {
    let arn = task_arn(cluster, named.unwrap_or_default());
    let known = arn.filter(|arn| cluster.tasks.contains_key(arn));
    known.ok_or_else(|| words::invalid("The referenced task was not found."))
}

pub(super) fn submit_task(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: SubmitTaskStateChangeRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let task = task(cluster, request.task())?;
    let changes = cluster.decide_task(&task, [TaskEvent::Report(request)], context.inputs.now);
    let response = SubmitTaskStateChangeResponse::default().with_acknowledgment(ACKNOWLEDGED);
    answered(context, cluster, changes, &response)
}

/// A report of one container, by which the task itself is where it was.
pub(super) fn submit_container(
    context: &mut Context<'_>,
    body: &[u8],
) -> Result<Handled, Exception> {
    let request: SubmitContainerStateChangeRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let arn = task(cluster, request.task())?;
    let mut container = ContainerStateChange::default();
    container.container_name.clone_from(&request.container_name);
    container.status.clone_from(&request.status);
    container.runtime_id.clone_from(&request.runtime_id);
    container.reason.clone_from(&request.reason);
    container
        .network_bindings
        .clone_from(&request.network_bindings);
    container.exit_code = request.exit_code;
    let known = cluster.tasks.get(&arn);
    let runs = known.is_some_and(|task| task.machine.status().last >= TaskStatus::Running);
    let status = match runs {
        true => ReportedStatus::Running,
        false => ReportedStatus::Pending,
    };
    let report = SubmitTaskStateChangeRequest::default()
        .with_status(status.as_str())
        .with_containers([container]);
    let changes = cluster.decide_task(&arn, [TaskEvent::Report(report)], context.inputs.now);
    let response = SubmitContainerStateChangeResponse::default().with_acknowledgment(ACKNOWLEDGED);
    answered(context, cluster, changes, &response)
}

/// Network interfaces are there as soon as they are asked for, so that this is no news.
pub(super) fn submit_attachments(
    context: &mut Context<'_>,
    body: &[u8],
) -> Result<Handled, Exception> {
    let request: SubmitAttachmentStateChangesRequest = read(context, body)?;
    context.cluster(request.cluster())?;
    let response =
        SubmitAttachmentStateChangesResponse::default().with_acknowledgment(ACKNOWLEDGED);
    Handled::answer(&response)
}

pub(super) fn discover_poll_endpoint(
    context: &mut Context<'_>,
    body: &[u8],
) -> Result<Handled, Exception> {
    let _request: DiscoverPollEndpointRequest = read(context, body)?;
    let endpoint = &context.options.agent_endpoint;
    let response = DiscoverPollEndpointResponse::default()
        .with_endpoint(&**endpoint)
        .with_telemetry_endpoint(&**endpoint);
    Handled::answer(&response)
}
