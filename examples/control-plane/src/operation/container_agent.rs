//! UpdateContainerAgent.

use ecs_model::agent::AgentUpdateSubject;
use ecs_model::container_instance::AgentUpdateStatus;
use ecs_model::operation::UpdateContainerAgentRequest;
use ecs_model::{Exception, ExceptionName};

use super::container_instances::instance;
use super::identity::AGENT;
use super::{Context, read};
use crate::call::Response;
use crate::{ClusterChange, Handled, words};

/// The newest agent is the one that simulated instances have, and an update is over as soon as it
/// is asked for.
pub(super) fn update(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateContainerAgentRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let (arn, known) = instance(cluster, request.container_instance())?;
    let version = known.document.version_info().agent_version();
    let mut subject = AgentUpdateSubject::new(version.and_then(|version| version.parse().ok()));
    subject.status = known.document.agent_update_status().cloned();
    let latest = AGENT.parse().map_err(words::server)?;
    subject.check(&latest).map_err(|refusal| {
        Exception::new(ExceptionName::from(refusal.code()), refusal.to_string())
    })?;
    let mut document = known
        .document
        .clone()
        .with_agent_update_status(AgentUpdateStatus::Updated);
    let versions = document.version_info.get_or_insert_default();
    versions.agent_version = Some(AGENT.to_owned());
    let changes = cluster.decide_register(document, context.inputs.now);
    let changes: Vec<ClusterChange> = changes.map_err(words::server)?;
    let response = Response::Instance {
        cluster: cluster.name.clone(),
        instance: arn,
    };
    Ok(context.changed(cluster, changes, response))
}
