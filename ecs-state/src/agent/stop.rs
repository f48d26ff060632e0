//! How containers and their task stop.

use std::borrow::Cow;

use ecs_model::stop_reason;

use super::AgentTask;
use super::queue::Verb;
use crate::managed_agent::CONTAINER_STOPPED;
use crate::moment::Moment;
use crate::{ContainerStatus, ExitCode, ManagedAgentStatus, NeverMet};

impl AgentTask {
    /// The task stops, and its containers with it. The first reason stays.
    pub(super) fn stop_task(&mut self, reason: Option<Cow<'static, str>>) {
        if self.reason.is_none() {
            self.reason = reason;
        }
        if self.shall_stop {
            return;
        }
        self.shall_stop = true;
        for container in &mut self.containers {
            container.desired = ContainerStatus::Stopped;
        }
        self.marks.again = self.spec.all();
    }

    /// The task stops for a reason that ECS shall hear of.
    pub(super) fn fail_task(&mut self, reason: impl Into<Cow<'static, str>>) {
        self.is_reason_told |= self.reason.is_none();
        self.stop_task(Some(reason.into()));
    }

    /// A container is to stop; with an essential one the task does.
    pub(super) fn stop_container(&mut self, index: usize) {
        if let Some(container) = self.containers.get_mut(index) {
            container.desired = ContainerStatus::Stopped;
        }
        self.marks.again |= self.spec.watchers(index);
        self.stop_with_essential(index);
    }

    fn stop_with_essential(&mut self, index: usize) {
        if self.shall_stop || !self.spec.is_essential(index) {
            return;
        }
        let error = self
            .containers
            .get(index)
            .filter(|container| !container.started_at.is_set())
            .and_then(|container| container.reason.clone());
        let exited = Cow::Borrowed(stop_reason::ESSENTIAL_CONTAINER_EXITED);
        self.stop_task(Some(error.map_or(exited, Cow::Owned)));
    }

    /// A container has stopped, or counts as stopped.
    pub(super) fn set_stopped(&mut self, index: usize) {
        let now = self.now;
        if let Some(container) = self.containers.get_mut(index) {
            container.desired = ContainerStatus::Stopped;
            container.in_flight = None;
            container.ended_with = None;
            if container.kill_at.is_set() {
                container.kill_at = Moment::NONE;
                self.timers.are_stale = true;
            }
            if let Some(agent) = &mut container.managed_agent {
                agent.reach(ManagedAgentStatus::Stopped, Some(CONTAINER_STOPPED));
                self.untold.agents |= 1 << index;
            }
        }
        self.marks.in_flight &= !(1 << index);
        if self.spec.is_essential(index) {
            self.marks.essential_stopped = true;
            self.execution_stopped_at.set_once(now);
        }
        self.set_known(index, ContainerStatus::Stopped);
        self.stop_with_essential(index);
    }

    /// Asks the process of a container to end.
    pub(super) fn ask_to_stop(&mut self, index: usize) {
        let timeout = self.spec.node(index).map(|node| node.stop_timeout);
        let kill_at = self.now.after(timeout.unwrap_or_default());
        self.send_off(index, ContainerStatus::Stopped);
        if let Some(container) = self.containers.get_mut(index) {
            container.kill_at = kill_at;
        }
        self.timers.are_stale = true;
        self.actions.push(Verb::Stop, index);
    }

    /// A container whose dependency can never be met will not run.
    pub(super) fn give_up(&mut self, index: usize, position: usize, never: NeverMet) {
        let spec = &self.spec;
        let links = spec.node(index).map_or(&[][..], |node| &node.dependencies);
        let message = links.get(position).and_then(|link| {
            let (name, condition) = (&spec.node(link.on)?.name, link.condition);
            Some(format!(
                "dependency {name} never meets {condition}: {never}"
            ))
        });
        if let Some(container) = self.containers.get_mut(index) {
            container.exit_code = Some(ExitCode::NEVER_STARTED.0);
            container.reason.get_or_insert_with(|| {
                let message = message.unwrap_or_default();
                stop_reason::agent_error("CannotStartContainerError", &message)
            });
        }
        self.stop_container(index);
    }

    pub(super) fn kill_overdue(&mut self) {
        for index in 0..self.containers.len() {
            let Some(container) = self.containers.get_mut(index) else {
                return;
            };
            if container.kill_at.is_due(self.now) {
                container.kill_at = Moment::NONE;
                self.timers.are_stale = true;
                self.actions.push(Verb::Kill, index);
            }
        }
    }
}
