//! Starts containers again without their task.

use ecs_model::{HealthStatus, NetworkBinding, stop_reason};

use super::{AgentAction, AgentTask, RuntimeError, RuntimeEvent};
use crate::{ContainerEnd, ContainerStatus, Verdict};

impl AgentTask {
    /// Takes an event that belongs to a container that is, or is to be, started again. Gives the
    /// event back if it does not.
    pub(super) fn apply_restart(
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
        let Some(policy) = spec
            .restart
            .as_ref()
            .filter(|_| container.known.is_running())
        else {
            return false;
        };
        let end = ContainerEnd {
            exit_code,
            desired: container.desired,
            last_start: container.restarted_at.or(container.started_at),
        };
        if policy.decide(end, self.now).is_err() {
            return false;
        }
        container.restart_count += 1;
        container.restarted_at = Some(self.now);
        container.ended_with = exit_code;
        container.in_flight = Some(ContainerStatus::Running);
        container.health = HealthStatus::Unknown;
        self.actions.push_back(AgentAction::Start {
            container: spec.name.clone(),
        });
        true
    }

    fn finish_restart(&mut self, index: usize, network_bindings: Vec<NetworkBinding>) {
        if let Some(container) = self.containers.get_mut(index) {
            container.ended_with = None;
            container.in_flight = None;
            container.network_bindings = network_bindings;
        }
    }

    /// A container that cannot be started again ended when its process did.
    fn fail_restart(&mut self, index: usize, error: &RuntimeError) {
        if let Some(container) = self.containers.get_mut(index) {
            container.exit_code = container.ended_with.take();
            container
                .reason
                .get_or_insert_with(|| stop_reason::agent_error(&error.name, &error.message));
            container.stop();
            self.end_with_essential(index);
        }
    }
}
