//! Starts containers again without their task.

use ecs_model::{NetworkBinding, stop_reason};

use super::queue::Verb;
use super::{AgentTask, RuntimeError, RuntimeEvent};
use crate::bindings::Bindings;
use crate::health::Health;
use crate::{ContainerEnd, ContainerStatus, Verdict};

impl AgentTask {
    /// Takes an event that belongs to a container that is, or is to be, started again. Gives the
    /// event back if it does not.
    pub(super) fn take_restart(
        &mut self,
        index: usize,
        event: RuntimeEvent,
    ) -> Result<Verdict, RuntimeEvent> {
        let restarting = self
            .containers
            .get(index)
            .is_some_and(|container| container.ended_with.is_some());
        match event {
            RuntimeEvent::Stopped { exit_code, .. } if !restarting => {
                if self.start_again(index, exit_code) {
                    Ok(Verdict::Applied)
                } else {
                    Err(event)
                }
            }
            // The runtime answers a start first, so this is the end that is known already.
            RuntimeEvent::Stopped { .. } if restarting => Ok(Verdict::Duplicate),
            RuntimeEvent::Started { network_bindings } if restarting => {
                self.finish_restart(index, network_bindings);
                Ok(Verdict::Applied)
            }
            RuntimeEvent::Failed {
                step: ContainerStatus::Running,
                error,
            } if restarting => {
                self.fail_restart(index, &error);
                Ok(Verdict::Applied)
            }
            event => Err(event),
        }
    }

    fn start_again(&mut self, index: usize, exit_code: Option<i32>) -> bool {
        let (Some(container), Some(spec)) =
            (self.containers.get_mut(index), self.spec.container(index))
        else {
            return false;
        };
        let policy = spec.restart.as_ref();
        let Some(policy) = policy.filter(|_| container.known().is_running()) else {
            return false;
        };
        let end = ContainerEnd {
            exit_code,
            desired: container.desired,
            last_start: container.last_start(),
        };
        let now = self.now.get();
        if now.is_none_or(|now| policy.decide(end, now).is_err()) {
            return false;
        }
        container.restart_count = container.restart_count.saturating_add(1);
        container.restarted_at = self.now;
        container.ended_with = exit_code;
        if container.health != Health::Unknown {
            container.health = Health::Unknown;
            self.untold.health |= 1 << index;
        }
        self.send_off(index, ContainerStatus::Running);
        self.actions.push(Verb::Start, index);
        true
    }

    fn finish_restart(&mut self, index: usize, network_bindings: Vec<NetworkBinding>) {
        self.land(index);
        if let Some(container) = self.containers.get_mut(index) {
            container.ended_with = None;
            container.network_bindings = Bindings(network_bindings);
        }
    }

    /// A container that cannot be started again ended when its process did.
    fn fail_restart(&mut self, index: usize, error: &RuntimeError) {
        if let Some(container) = self.containers.get_mut(index) {
            container.exit_code = container.ended_with.take();
            container
                .reason
                .get_or_insert_with(|| stop_reason::agent_error(&error.name, &error.message));
        }
        self.set_stopped(index);
    }
}
