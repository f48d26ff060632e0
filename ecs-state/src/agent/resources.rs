//! The resources of a task, and the managed agents of its containers.

use serde::{Deserialize, Serialize};

use super::container::{Container, ManagedAgent};
use super::queue::Verb;
use super::{AgentTask, Credentials, ResourceEvent, step_resolved};
use crate::{AgentTaskStatus, ContainerStatus, ManagedAgentStatus, ResourceStatus, Verdict};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Resource {
    pub(super) known: ResourceStatus,
    /// The step that the host works at.
    pub(super) in_flight: Option<ResourceStatus>,
}

impl AgentTask {
    pub(super) fn take_resource(&mut self, index: usize, event: ResourceEvent) -> Verdict {
        let Some(resource) = self.resources.get_mut(index) else {
            return Verdict::Stale;
        };
        let status = match event {
            ResourceEvent::Created => ResourceStatus::Created,
            ResourceEvent::Removed => ResourceStatus::Removed,
            ResourceEvent::Failed { reason } => return self.fail_resource(index, &reason),
        };
        if status <= resource.known {
            return match status == resource.known {
                true => Verdict::Duplicate,
                false => Verdict::Stale,
            };
        }
        resource.known = status;
        resource.in_flight = None;
        Verdict::Applied
    }

    /// A resource that cannot be created is the end of its task.
    fn fail_resource(&mut self, index: usize, reason: &str) -> Verdict {
        let Some(resource) = self.resources.get_mut(index) else {
            return Verdict::Stale;
        };
        if resource.known >= ResourceStatus::Created {
            return Verdict::Stale;
        }
        resource.known = ResourceStatus::Removed;
        resource.in_flight = None;
        self.fail_task(terminal_reason(reason));
        Verdict::Applied
    }

    /// Creates what may be created, and removes what nobody needs any more.
    pub(super) fn step_resources(&mut self) {
        for index in 0..self.resources.len() {
            let Some(resource) = self.resources.get(index) else {
                return;
            };
            if resource.in_flight.is_some() || resource.known == ResourceStatus::Removed {
                continue;
            }
            match (self.shall_stop, resource.known) {
                (false, ResourceStatus::None) if self.may_create(index) => {
                    self.work_at(index, ResourceStatus::Created, Verb::CreateResource);
                }
                (false, _) => {}
                (_, ResourceStatus::None) => self.forget_resource(index),
                _ if self.status.known == AgentTaskStatus::Stopped => {
                    self.work_at(index, ResourceStatus::Removed, Verb::RemoveResource);
                }
                _ => {}
            }
        }
    }

    /// What keeps a resource from being created: credentials, or a container.
    pub(super) fn may_create(&self, index: usize) -> bool {
        let Some(spec) = self.spec.resources().get(index) else {
            return false;
        };
        let known = ResourceStatus::None;
        let credentials = Credentials {
            required: spec.needs_credentials,
            available: self.has_credentials,
        };
        credentials.let_resource(known, self.shall_stop)
            && spec.created_after.iter().all(|(container, needs)| {
                let index = self.spec.position(container);
                let other = index.and_then(|index| self.containers.get(index));
                let status = other.map(Container::known);
                step_resolved(known, known, status, Some(*needs))
            })
    }

    fn work_at(&mut self, index: usize, step: ResourceStatus, verb: Verb) {
        if let Some(resource) = self.resources.get_mut(index) {
            resource.in_flight = Some(step);
            self.actions.push(verb, index);
        }
    }

    fn forget_resource(&mut self, index: usize) {
        if let Some(resource) = self.resources.get_mut(index) {
            resource.known = ResourceStatus::Removed;
        }
    }

    /// The managed agent comes with its container, and is started in it once it runs.
    pub(super) fn begin_agent(&mut self, index: usize, container: ContainerStatus) {
        let known = self.containers.get(index);
        if known.is_none_or(|container| container.managed_agent.is_none()) {
            return;
        }
        match container {
            ContainerStatus::Created => {
                let _ = self.move_agent(index, ManagedAgentStatus::Created, None);
            }
            ContainerStatus::Running => self.actions.push(Verb::StartManagedAgent, index),
            _ => {}
        }
    }

    pub(super) fn move_agent(
        &mut self,
        index: usize,
        status: ManagedAgentStatus,
        reason: Option<&str>,
    ) -> Verdict {
        let container = self.containers.get_mut(index);
        let Some(agent) = container.and_then(|container| container.managed_agent.as_mut()) else {
            return Verdict::Stale;
        };
        if status <= agent.status.known {
            return match status == agent.status.known {
                true => Verdict::Duplicate,
                false => Verdict::Stale,
            };
        }
        agent.reach(status, reason);
        self.untold.agents |= 1 << index;
        Verdict::Applied
    }
}

impl ManagedAgent {
    pub(super) fn reach(&mut self, status: ManagedAgentStatus, reason: Option<&str>) {
        if status > self.status.known {
            self.status.known = status;
            self.reason = reason.map(str::to_owned);
        }
    }
}

/// A reason as the agent keeps it: with a capital letter and single spaces.
fn terminal_reason(reason: &str) -> String {
    let words: Vec<&str> = reason.split_whitespace().collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::terminal_reason;

    #[test]
    fn reasons_are_tidied() {
        assert_eq!(
            terminal_reason("fetching  secret\n data"),
            "Fetching secret data"
        );
        assert_eq!(terminal_reason(""), "");
    }
}
