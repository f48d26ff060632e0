//! Task protection.

use core::time::Duration;

use ecs_model::operation::{
    GetTaskProtectionRequest, GetTaskProtectionResponse, UpdateTaskProtectionRequest,
    UpdateTaskProtectionResponse,
};
use ecs_model::task::ProtectedTask;
use ecs_model::{Exception, Failure, FailureReason, Timestamp};

use super::{Context, missing, read, task_arn};
use crate::Handled;
use crate::cluster::ClusterState;

/// How long a task is protected unless the request says otherwise, in minutes.
const USUAL: i32 = 120;

/// Which of the tasks that are named can be protected: those of services that shall run.
fn find(cluster: &ClusterState, named: &[String]) -> (Vec<std::sync::Arc<str>>, Vec<Failure>) {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in named {
        let arn = task_arn(cluster, name);
        let known = arn.and_then(|arn| cluster.tasks.get_key_value(&arn));
        match known {
            Some((arn, task)) if task.service().is_some() && !task.machine.status().shall_stop => {
                found.push(std::sync::Arc::clone(arn));
            }
            Some((arn, _)) => failures.push(Failure::new(FailureReason::TaskNotValid, &**arn)),
            None => failures.push(missing(name)),
        }
    }
    (found, failures)
}

fn protected(arn: &str, until: Option<Timestamp>) -> ProtectedTask {
    let mut shown = ProtectedTask::default()
        .with_task_arn(arn)
        .with_protection_enabled(until.is_some());
    shown.expiration_date = until;
    shown
}

pub(super) fn get(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: GetTaskProtectionRequest = read(context, body)?;
    let now = context.inputs.now;
    let cluster = context.cluster(request.cluster())?;
    let (found, failures) = match request.tasks() {
        [] => {
            let tasks = cluster.tasks.iter();
            let of_services = tasks
                .filter(|(_, task)| task.service().is_some() && !task.machine.status().shall_stop);
            (
                of_services.map(|(arn, _)| arn.clone()).collect(),
                Vec::new(),
            )
        }
        named => find(cluster, named),
    };
    let shown = found.iter().map(|arn| {
        let task = cluster.tasks.get(arn);
        let until = task.and_then(|task| task.protected_until);
        protected(arn, until.filter(|until| *until > now))
    });
    let response = GetTaskProtectionResponse::default().with_protected_tasks(shown);
    Handled::answer(&response.with_failures(failures))
}

pub(super) fn update(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateTaskProtectionRequest = read(context, body)?;
    let now = context.inputs.now;
    let cluster = context.cluster(request.cluster())?;
    let (found, failures) = find(cluster, request.tasks());
    let minutes = request.expires_in_minutes().unwrap_or(USUAL);
    let minutes = u64::try_from(minutes).unwrap_or(0);
    let until = now.saturating_add(Duration::from_secs(minutes.saturating_mul(60)));
    let until = (request.protection_enabled() == Some(true)).then_some(until);
    let changes = found
        .iter()
        .flat_map(|arn| cluster.decide_protect(arn, until, now));
    let changes = cluster.changes(&context.inputs.owner, changes);
    let shown = found.iter().map(|arn| protected(arn, until));
    let response = UpdateTaskProtectionResponse::default().with_protected_tasks(shown);
    Ok(Handled::answer(&response.with_failures(failures))?.with_changes(changes))
}
