//! DescribeTasks, ListTasks and StopTask.

use core::ops::Bound;
use std::sync::Arc;

use ecs_arn::EcsArn;
use ecs_model::operation::{
    DescribeTasksRequest, DesiredStatus, ListTasksRequest, ListTasksResponse, StopTaskRequest,
    TaskField,
};
use ecs_model::page::Pages;
use ecs_model::{Exception, ExceptionName, Failure, Task};
use ecs_state::{StopCause, TaskEvent};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Context, instance_arn, missing, read, task_arn};
use crate::call::Response;
use crate::cluster::{ClusterState, TaskState};
use crate::{Handled, words};

/// The answer of RunTask, StartTask and DescribeTasks.
#[derive(Serialize)]
pub(super) struct Described<'a> {
    pub(super) tasks: Vec<Shown<'a>>,
    pub(super) failures: &'a [Failure],
}

/// A task, which is copied only to show its tags.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown<'a> {
    Plain(&'a RawValue),
    Tagged(Box<Task>),
}

impl<'a> Shown<'a> {
    pub(super) fn of(task: &'a TaskState, with_tags: bool) -> Self {
        match with_tags && !task.tags.is_empty() {
            true => {
                let tags = task.tags.iter().cloned();
                Self::Tagged(Box::new(task.document.clone().with_tags(tags)))
            }
            false => Self::Plain(task.shown()),
        }
    }
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeTasksRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let with_tags = request.include().contains(&TaskField::Tags);
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for named in request.tasks() {
        let arn = of_this_cluster(cluster, named)?;
        match cluster.tasks.get(&arn) {
            Some(task) => tasks.push(Shown::of(task, with_tags)),
            None => failures.push(missing(&*arn)),
        }
    }
    Handled::answer(&Described {
        tasks,
        failures: &failures,
    })
}

/// The ARN of a task that is named by id or ARN.
fn of_this_cluster(cluster: &ClusterState, named: &str) -> Result<Arc<str>, Exception> {
    let arn = task_arn(cluster, named);
    let arn = arn.ok_or_else(|| words::invalid(format!("Invalid identifier: {named}")))?;
    let other = EcsArn::parse(&arn)
        .ok()
        .and_then(|arn| arn.resource().cluster());
    match other.filter(|other| *other != &*cluster.name) {
        Some(other) => Err(words::invalid(format!(
            "Invalid identifier: Identifier is for cluster {other}. Your cluster is {}",
            cluster.name
        ))),
        None => Ok(arn),
    }
}

pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListTasksRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let pages = Pages::of(&request, 100)?;
    let filter = Filter::of(cluster, &request)?;
    let page = match request.desired_status() {
        // No task is ever desired to be PENDING.
        Some(DesiredStatus::Pending) => pages.fill(Vec::<(&str, String)>::new()),
        Some(DesiredStatus::Stopped) => pages.fill(stopped(cluster, &pages, &filter)),
        _ => pages.fill(running(cluster, &pages, &filter)),
    };
    let mut response = ListTasksResponse::default().with_task_arns(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}

/// Tasks that shall run, in the order of their ARNs.
fn running<'a>(
    cluster: &'a ClusterState,
    pages: &'a Pages,
    filter: &'a Filter<'a>,
) -> impl Iterator<Item = (&'a str, String)> {
    let after = pages.after().map_or(Bound::Unbounded, Bound::Excluded);
    let tasks = cluster.tasks.range::<str, _>((after, Bound::Unbounded));
    tasks
        .filter(|(_, task)| !shall_stop(task) && filter.takes(task))
        .map(|(arn, _)| (&**arn, arn.to_string()))
}

/// Tasks that shall stop: those that still do, then those that have, the latest first.
fn stopped<'a>(
    cluster: &'a ClusterState,
    pages: &'a Pages,
    filter: &'a Filter<'a>,
) -> impl Iterator<Item = (String, String)> {
    let last = pages.after().and_then(|key| key.split_once('/'));
    let last = last.map(|(at, arn)| (at.parse().unwrap_or(i64::MAX), arn));
    let stopping = cluster.tasks.values().filter(move |task| {
        let arn = task.document.task_arn().unwrap_or_default();
        shall_stop(task)
            && !task.has_stopped()
            && last.is_none_or(|(at, known)| at == i64::MAX && arn > known)
    });
    let stopping = stopping.map(|task| (i64::MAX, task));
    let stopped = cluster.stopped_after(last);
    let stopped = stopped.map(|task| (task.stopped_at().unwrap_or(0), task));
    stopping
        .chain(stopped)
        .filter(|(_, task)| filter.takes(task))
        .map(|(at, task)| {
            let arn = task.document.task_arn().unwrap_or_default();
            (format!("{at}/{arn}"), arn.to_owned())
        })
}

fn shall_stop(task: &TaskState) -> bool {
    task.machine.status().shall_stop || task.has_stopped()
}

/// Which tasks a list shows.
struct Filter<'a> {
    instance: Option<Arc<str>>,
    /// What the ARN of its task definition holds.
    family: Option<String>,
    service: Option<String>,
    request: &'a ListTasksRequest,
}

impl<'a> Filter<'a> {
    fn of(cluster: &ClusterState, request: &'a ListTasksRequest) -> Result<Self, Exception> {
        if request.daemon_name().is_some() {
            let message = "`daemonName` is not supported";
            return Err(Exception::new(ExceptionName::UnsupportedFeature, message));
        }
        let service = request.service_name();
        let service = service.map(|name| {
            let name = ecs_arn::ServiceRef::parse(name).map_or(name, |service| service.name());
            let known = cluster.services.service_names().any(|known| known == name);
            let not_found = || Exception::new(ExceptionName::ServiceNotFound, "Service not found.");
            known
                .then(|| format!("service:{name}"))
                .ok_or_else(not_found)
        });
        let instance = request.container_instance();
        let instance = instance.map(|named| {
            let arn = instance_arn(cluster, named);
            let known = arn.filter(|arn| cluster.instances.contains_key(arn));
            known.ok_or_else(|| words::no_instance(named))
        });
        let family = request.family();
        Ok(Self {
            instance: instance.transpose()?,
            family: family.map(|family| format!(":task-definition/{family}:")),
            service: service.transpose()?,
            request,
        })
    }

    fn takes(&self, task: &TaskState) -> bool {
        let document = &task.document;
        let instance = document.container_instance_arn();
        let definition = document.task_definition_arn().unwrap_or_default();
        let started_by = self.request.started_by();
        let launch_type = self.request.launch_type();
        self.instance
            .as_ref()
            .is_none_or(|one| instance == Some(one))
            && self
                .family
                .as_ref()
                .is_none_or(|one| definition.contains(one.as_str()))
            && self
                .service
                .as_ref()
                .is_none_or(|one| document.group() == Some(one))
            && (started_by.is_none() || document.started_by() == started_by)
            && (launch_type.is_none() || document.launch_type() == launch_type)
    }
}

pub(super) fn stop(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: StopTaskRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let arn = of_this_cluster(cluster, request.task().unwrap_or_default())?;
    if !cluster.tasks.contains_key(&arn) {
        return Err(words::invalid("The referenced task was not found."));
    }
    let reason = request.reason().map(str::to_owned);
    let stop = [TaskEvent::Stop(StopCause::User { reason })];
    let changes = cluster.decide_task(&arn, stop, context.inputs.now);
    let response = Response::Task {
        cluster: Arc::clone(&cluster.name),
        task: arn,
    };
    Ok(context.changed(cluster, changes, response))
}
