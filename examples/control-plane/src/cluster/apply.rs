//! Making changes of a cluster so.

use core::cmp::Reverse;
use std::sync::Arc;

use ecs_model::Cluster;
use ecs_placement::service::ServiceAction;
use ecs_state::Recorded;

use super::{ClusterChange, ClusterState, Index, Instance, NewTasks, TaskState, ToDo, due};
use crate::{ApplyError, Order};
use ecs_state::TaskAction;

impl ClusterState {
    pub(crate) fn apply(&mut self, change: &ClusterChange) -> Result<(), ApplyError> {
        match change {
            ClusterChange::Create { document } => self.create(document)?,
            ClusterChange::Describe(document) => self.document = Cluster::clone(document),
            ClusterChange::Tags { resource, tags } => self.set_tags(resource, tags),
            ClusterChange::Cell(change) => {
                let record = self.cell.record(ecs_placement::Change::clone(change));
                self.cell.apply(&record)?;
            }
            ClusterChange::Service(change) => {
                let change = ecs_placement::service::ServiceChange::clone(change);
                let record = self.services.record(change);
                self.services.apply(&record)?;
                let actions = self.services.take_actions();
                let actions = actions.into_iter().map(Box::new).map(ToDo::Service);
                self.to_do.extend(actions);
            }
            ClusterChange::Start(tasks) => self.start(tasks),
            ClusterChange::Task { task, record } => self.change_task(task, |task| {
                let _ = task.machine.apply(record);
            })?,
            ClusterChange::Place { task, instance } => self.change_task(task, |task| {
                task.document.container_instance_arn = Some(instance.to_string());
                task.waits_by = None;
            })?,
            ClusterChange::Protect { task, until } => self.change_task(task, |task| {
                task.protected_until = *until;
            })?,
            ClusterChange::Register { document, at } => {
                let arn: Arc<str> = document.container_instance_arn().unwrap_or_default().into();
                let instance = Instance::new(document, *at);
                self.instances.insert(Arc::clone(&arn), instance);
                self.change_instance(&arn, |_| ())?;
            }
            ClusterChange::DescribeInstance(document) => {
                let arn = document.container_instance_arn().unwrap_or_default();
                let document = ecs_model::ContainerInstance::clone(document);
                self.change_instance(&arn.into(), |instance| instance.document = document)?;
            }
            ClusterChange::Instance { instance, record } => {
                self.change_instance(instance, |instance| {
                    let _ = instance.machine.apply(record);
                })?;
            }
            ClusterChange::ForgetInstance { instance } => self.forget_instance(instance)?,
            ClusterChange::Token { token, used } => self.tokens.insert(token, used.clone()),
            ClusterChange::Done => self.done(),
        }
        Ok(())
    }

    /// Created again, it has nothing of before.
    fn create(&mut self, document: &Cluster) -> Result<(), ApplyError> {
        let policy = self.services.policy().clone();
        let arn = self.arn().to_owned();
        self.services = Self::no_services(&arn, policy)?;
        self.fargate = Self::fargate(&arn);
        self.document = document.clone();
        self.cell = ecs_placement::CellState::new();
        self.tasks.clear();
        self.instances.clear();
        self.tags.clear();
        self.tokens = ecs_model::client_token::ClientTokens::default();
        self.to_do.clear();
        self.index = Index::default();
        Ok(())
    }

    fn set_tags(&mut self, resource: &Arc<str>, tags: &[ecs_model::Tag]) {
        if let Some(task) = self.tasks.get_mut(resource) {
            task.tags = tags.to_vec();
        } else if let Some(instance) = self.instances.get_mut(resource) {
            instance.tags = tags.to_vec();
        } else if tags.is_empty() {
            self.tags.remove(resource);
        } else {
            self.tags.insert(Arc::clone(resource), tags.to_vec());
        }
    }

    fn start(&mut self, new: &NewTasks) {
        for document in &new.tasks {
            let task = TaskState::new(document, new);
            let arn: Arc<str> = document.task_arn().unwrap_or_default().into();
            if document.container_instance_arn.is_none()
                && let Some(zone) = document.availability_zone()
            {
                let group = document.group().unwrap_or_default();
                self.fargate.start(&arn, group, zone);
            }
            self.tasks.insert(Arc::clone(&arn), task);
            // It was inserted.
            let _ = self.change_task(&arn, |_| ());
        }
    }

    /// Changes a task, and notes what follows.
    fn change_task(
        &mut self,
        arn: &Arc<str>,
        change: impl FnOnce(&mut TaskState),
    ) -> Result<(), ApplyError> {
        let missing = || ApplyError::Missing {
            name: Arc::clone(arn),
        };
        let task = self.tasks.get_mut(arn).ok_or_else(missing)?;
        let known_due = due(task.due, arn);
        let was_stopped = task.stopped_at();
        change(task);
        let todo = &mut self.to_do;
        todo.extend(task.settle().map(|action| ToDo::Task {
            task: Arc::clone(arn),
            action,
        }));
        let new_due = due(task.due, arn);
        let (stopped, is_gone) = (task.stopped_at(), task.is_gone());
        if known_due != new_due {
            known_due.map(|known| self.index.due.remove(&known));
            self.index.due.extend(new_due.filter(|_| !is_gone));
        }
        if was_stopped != stopped {
            let at = stopped.map(|at| (Reverse(at), Arc::clone(arn)));
            self.index.stopped.extend(at);
            self.fargate.stopped(arn);
        }
        if is_gone {
            let at = stopped.map(|at| (Reverse(at), Arc::clone(arn)));
            at.map(|at| self.index.stopped.remove(&at));
            self.tasks.remove(arn);
            self.orders.push((Arc::clone(arn), Order::Forget));
        }
        Ok(())
    }

    /// Changes a container instance, and notes what follows.
    fn change_instance(
        &mut self,
        arn: &Arc<str>,
        change: impl FnOnce(&mut Instance),
    ) -> Result<(), ApplyError> {
        let missing = || ApplyError::Missing {
            name: Arc::clone(arn),
        };
        let instance = self.instances.get_mut(arn).ok_or_else(missing)?;
        let known = due(instance.poll_timeout(), arn);
        change(instance);
        let actions = instance.settle();
        self.to_do.extend(actions.map(|action| ToDo::Instance {
            instance: Arc::clone(arn),
            action,
        }));
        known.map(|known| self.index.due.remove(&known));
        self.index.due.extend(due(instance.poll_timeout(), arn));
        Ok(())
    }

    fn forget_instance(&mut self, arn: &Arc<str>) -> Result<(), ApplyError> {
        let forgotten = self.instances.remove(arn);
        let forgotten = forgotten.ok_or_else(|| ApplyError::Missing {
            name: Arc::clone(arn),
        })?;
        let known = due(forgotten.poll_timeout(), arn);
        known.map(|known| self.index.due.remove(&known));
        Ok(())
    }

    /// What is an agent's to do goes to it.
    fn done(&mut self) {
        let order = match self.to_do.pop_front() {
            Some(ToDo::Task { task, action }) => match action {
                TaskAction::Launch => (task, Order::Launch),
                TaskAction::StopContainers => (task, Order::Stop),
                _ => return,
            },
            Some(ToDo::Service(action)) => match *action {
                ServiceAction::Register { task, .. } => (task, Order::Register),
                ServiceAction::Deregister { task, .. } => (task, Order::Deregister),
                _ => return,
            },
            _ => return,
        };
        self.orders.push(order);
    }
}
