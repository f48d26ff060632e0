//! StartTask: the caller chooses the instances.

use std::sync::Arc;

use ecs_arn::ClusterRef;
use ecs_model::Exception;
use ecs_model::operation::StartTaskRequest;
use ecs_placement::PlacementRequest;
use ecs_state::Registration;

use super::run_task::{Tagging, tags};
use super::{Context, read};
use crate::call::Response;
use crate::cluster::Launch;
use crate::ids::Ids;
use crate::{ClusterChange, Handled, words};

pub(super) fn start_task(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: StartTaskRequest = read(context, body)?;
    let inputs = context.inputs;
    let (cluster, account) = context.cluster_to_plan(request.cluster())?;
    let named = request.task_definition().unwrap_or_default();
    let definition = account.registry.resolve(named, inputs.now);
    let definition = definition.map_err(|error| words::unusable(&error))?;
    let own = ClusterRef::parse(cluster.arn()).map_err(words::server)?;
    let placement = PlacementRequest::of_start_task(&request, definition, &own);
    let placement = placement.map_err(|error| error.exception())?;
    let instances = request.container_instances().iter();
    let instances: Vec<&str> = instances.map(String::as_str).collect();
    let plan = ecs_placement::start_task(&cluster.cell.snapshot(), &placement, &instances);
    let plan = plan.map_err(|error| words::invalid(error.to_string()))?;
    let failures = plan.failures().to_vec();

    let mut ids = Ids::new(inputs.seed, cluster.version);
    let (placed, mut changes) = cluster.commit(plan.into_plan(), &mut ids)?;
    let tasks = placed.iter().map(|(arn, _)| Arc::clone(arn)).collect();
    let tagging = Tagging {
        given: request.tags(),
        from: request.propagate_tags(),
        managed: request.enable_ecs_managed_tags() == Some(true),
    };
    let launch = Launch {
        definition,
        overrides: request.overrides.as_ref(),
        network: request.network_configuration(),
        launch_type: Some(ecs_model::LaunchType::Ec2),
        capacity_provider: None,
        platform_version: None,
        group: request.group(),
        started_by: request.started_by(),
        executes_commands: request.enable_execute_command() == Some(true),
        tags: tags(account, cluster, definition, &tagging),
        registration: Registration::None,
    };
    if !placed.is_empty() {
        let new = cluster.new_tasks(&launch, placed, &mut ids, inputs.now)?;
        changes.push(ClusterChange::Start(Box::new(new)));
    }
    let response = Response::Tasks {
        cluster: Arc::clone(&cluster.name),
        tasks,
        failures,
    };
    Ok(Handled::new(
        cluster.changes(&inputs.owner, changes),
        response,
    ))
}
