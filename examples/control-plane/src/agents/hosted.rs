//! A task as its simulated agent has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::{HealthStatus, NetworkBinding, NetworkMode, TaskDefinition, Timestamp};
use ecs_state::{
    AgentAction, AgentTask, ContainerStatus, ResourceEvent, RuntimeError, RuntimeEvent,
};

use super::{Behaviour, Behaviours, Coming};
use crate::{AgentOrder, ControlPlane};

/// The first port that Docker gives to a container whose definition names none.
const FIRST_PORT: i32 = 32_768;

/// How many of them there are.
const PORTS: u64 = 28_232;

/// A task as its agent has it.
#[derive(Debug)]
pub(super) struct Hosted {
    pub(super) order: AgentOrder,
    pub(super) agent: AgentTask,
    behaviours: BTreeMap<Arc<str>, Behaviour>,
    bindings: BTreeMap<Arc<str>, Vec<NetworkBinding>>,
    /// Since when it runs, if it ran before its agent was made.
    since: Option<Timestamp>,
    /// When time is to pass for it, as far as that was arranged.
    timer: Option<Timestamp>,
}

impl Hosted {
    pub(super) fn of(
        plane: &ControlPlane,
        order: &AgentOrder,
        (behaviours, number): (&Behaviours, u64),
        now: Timestamp,
    ) -> Option<Self> {
        // Tasks on one instance have different ports, as long as they are not too many.
        let room = number.wrapping_mul(16) % PORTS;
        let first_port = FIRST_PORT.saturating_add(i32::try_from(room).unwrap_or(0));
        let task = plane.task_of(order)?;
        let spec = task.machine.spec().clone();
        let mut agent = AgentTask::new(spec, now);
        let _ = agent.handle_credentials(now);
        let containers = task.document.containers().iter();
        let behaviours = containers.filter_map(|container| {
            let image = container.image().unwrap_or_default();
            Some((container.name()?.into(), behaviours.of(image)))
        });
        let definition = plane.definition_of(order);
        Some(Self {
            order: order.clone(),
            behaviours: behaviours.collect(),
            bindings: definition.map_or_else(BTreeMap::new, |one| bindings(one, first_port)),
            since: task.machine.timeline().started_at,
            agent,
            timer: None,
        })
    }

    /// How long after its registration its targets find it unhealthy, if they ever do.
    pub(super) fn target_fails_after(&self) -> Option<u64> {
        let mut all = self.behaviours.values();
        all.find_map(|one| one.target_unhealthy_after_seconds)
    }

    /// Does what is to be done; what comes of it happens so many seconds later. Whether nothing is
    /// left to do for ever.
    pub(super) fn act(&mut self, coming: &mut Vec<(u64, Coming)>, now: Timestamp) -> bool {
        let mut is_over = false;
        while let Some(action) = self.agent.poll_action() {
            match action {
                AgentAction::CleanUp => is_over = true,
                AgentAction::CreateResource { resource } => {
                    coming.push((0, Coming::Resource(resource, true)));
                }
                AgentAction::RemoveResource { resource } => {
                    coming.push((0, Coming::Resource(resource, false)));
                }
                AgentAction::Start { container } => self.start(&container, coming, now),
                other => {
                    let Some(container) = other.container() else {
                        continue;
                    };
                    if let Some((after, event)) = self.step(container, &other) {
                        let container = Arc::clone(container);
                        coming.push((after, Coming::Container(container, event)));
                    }
                }
            }
        }
        is_over
    }

    /// What comes of a step other than the start.
    fn step(&self, container: &str, action: &AgentAction) -> Option<(u64, RuntimeEvent)> {
        let nothing = Behaviour::default();
        let behaviour = self.behaviours.get(container).unwrap_or(&nothing);
        let has_run = self.since.is_some();
        Some(match action {
            AgentAction::PullManifest { .. } => (0, RuntimeEvent::ManifestPulled { digest: None }),
            AgentAction::Pull { .. } => {
                let after = if has_run { 0 } else { behaviour.pull_seconds };
                match &behaviour.pull_error {
                    None => (after, RuntimeEvent::Pulled),
                    Some(words) => {
                        let error = RuntimeError::new("CannotPullContainerError", words);
                        (after, failed(ContainerStatus::Pulled, error))
                    }
                }
            }
            // The agent tries what it could not pull, as it may have it from before.
            AgentAction::Create { .. } if behaviour.pull_error.is_some() => {
                let error = RuntimeError::new("CannotCreateContainerError", "No such image");
                (0, failed(ContainerStatus::Created, error))
            }
            AgentAction::Create { .. } => (0, RuntimeEvent::Created { runtime_id: None }),
            AgentAction::ProvisionNetwork { .. } => (0, RuntimeEvent::NetworkProvisioned),
            AgentAction::StartManagedAgent { .. } => (0, RuntimeEvent::ManagedAgentStarted),
            AgentAction::Stop { .. } if behaviour.ignores_sigterm => return None,
            AgentAction::Stop { .. } => (0, stopped(0)),
            AgentAction::Kill { .. } => (0, stopped(137)),
            _ => return None,
        })
    }

    /// A container starts, and what it does by itself takes its course.
    fn start(&self, container: &Arc<str>, coming: &mut Vec<(u64, Coming)>, now: Timestamp) {
        let behaviour = self.behaviours.get(container).cloned().unwrap_or_default();
        let mut happens = |after: u64, event| {
            coming.push((after, Coming::Container(Arc::clone(container), event)));
        };
        // What ran before goes on where it was.
        let ran = self
            .since
            .map_or(0, |since| now.saturating_since(since).as_secs());
        let start = match self.since {
            Some(_) => 0,
            None => behaviour.start_seconds,
        };
        let after = |seconds: u64| start.saturating_add(seconds).saturating_sub(ran);
        if let Some(words) = behaviour.start_error {
            let error = RuntimeError::new("CannotStartContainerError", words);
            return happens(start, failed(ContainerStatus::Running, error));
        }
        let network_bindings = self.bindings.get(container).cloned().unwrap_or_default();
        happens(start, RuntimeEvent::Started { network_bindings });
        happens(start, RuntimeEvent::Health(HealthStatus::Healthy));
        if let Some(seconds) = behaviour.unhealthy_after_seconds {
            let unhealthy = RuntimeEvent::Health(HealthStatus::Unhealthy);
            happens(after(seconds), unhealthy);
        }
        if let Some(exit) = behaviour.exit {
            happens(after(exit.after_seconds), stopped(exit.code));
        }
    }

    /// When time is to pass for it, if that is not arranged yet.
    pub(super) fn next_time(&mut self) -> Option<Timestamp> {
        let due = self.agent.poll_timeout();
        let is_new = due != self.timer;
        self.timer = due;
        due.filter(|_| is_new)
    }
}

/// What becomes of a resource.
pub(super) const fn resource(is_created: bool) -> ResourceEvent {
    match is_created {
        true => ResourceEvent::Created,
        false => ResourceEvent::Removed,
    }
}

const fn stopped(code: i32) -> RuntimeEvent {
    RuntimeEvent::Stopped {
        exit_code: Some(code),
        reason: None,
    }
}

const fn failed(step: ContainerStatus, error: RuntimeError) -> RuntimeEvent {
    RuntimeEvent::Failed { step, error }
}

/// The ports that lead to the containers.
fn bindings(
    definition: &TaskDefinition,
    first_port: i32,
) -> BTreeMap<Arc<str>, Vec<NetworkBinding>> {
    let is_host = definition.network_mode() == Some(&NetworkMode::Host);
    let mut next = first_port;
    let containers = definition.container_definitions().iter();
    let named = containers.filter_map(|container| {
        let mappings = container.port_mappings().iter();
        let bound = mappings.filter_map(|mapping| {
            let port = mapping.container_port()?;
            let given = mapping.host_port().filter(|port| *port != 0);
            let given = given.or(is_host.then_some(port));
            let host = given.unwrap_or_else(|| {
                next = next.saturating_add(1);
                next.saturating_sub(1)
            });
            let mut binding = NetworkBinding::default()
                .with_bind_ip("0.0.0.0")
                .with_container_port(port)
                .with_host_port(host);
            binding.protocol.clone_from(&mapping.protocol);
            Some(binding)
        });
        Some((container.name()?.into(), bound.collect()))
    });
    named.collect()
}
