//! Containers that stand in no task definition: the one that holds the network, and the proxy of
//! Service Connect.

use super::{ContainerSpec, Parts, SpecError, StepDependency, TaskSpec};
use crate::{Condition, ContainerStatus, SteadyState};

/// The name of the container that holds the network of an `awsvpc` task.
///
/// Source: amazon-ecs-agent, task.
pub const NETWORK_CONTAINER: &str = "~internal~ecs~pause";

impl TaskSpec {
    /// Adds the container that holds the network of an `awsvpc` task, unless it is there.
    ///
    /// The others wait until the network is set up in it, and it stops after all of them. ECS
    /// never hears of it.
    ///
    /// # Errors
    ///
    /// [`SpecError::TooManyContainers`] if there is no room for it beside the others.
    ///
    /// Source: amazon-ecs-agent, task.
    pub fn with_network_container(self) -> Result<Self, SpecError> {
        if self.position(NETWORK_CONTAINER).is_some() {
            return Ok(self);
        }
        let mut parts = self.parts;
        let pause = ContainerSpec::new(NETWORK_CONTAINER)
            .internal()
            .with_steady_state(SteadyState::ResourcesProvisioned);
        parts.containers.push(pause);
        parts.lead_by_network();
        Self::try_from(parts)
    }

    /// Adds the proxy of Service Connect under the name that ECS gives it, or makes the container of
    /// this name the proxy.
    ///
    /// The containers of the task wait until it is `HEALTHY`, and it stops after all of them.
    ///
    /// ```
    /// use ecs_state::{Condition, ContainerSpec, TaskSpec};
    ///
    /// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
    /// let spec = spec.with_service_connect("ecs-service-connect-1a2b3")?;
    /// let [web, proxy] = spec.containers() else {
    ///     panic!("two containers");
    /// };
    /// assert_eq!(web.depends_on[0].container, proxy.name);
    /// assert_eq!(web.depends_on[0].condition, Condition::Healthy);
    /// # Ok::<(), ecs_state::SpecError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SpecError`] if the proxy itself depends on a container of the task.
    ///
    /// Source: amazon-ecs-agent, task.
    pub fn with_service_connect(self, proxy: impl Into<String>) -> Result<Self, SpecError> {
        let (name, mut parts) = (proxy.into(), self.parts);
        let is_proxy = |container: &ContainerSpec| container.name == name;
        if !parts.containers.iter().any(is_proxy) {
            parts.containers.push(ContainerSpec::new(name.as_str()));
        }
        let mut users = Vec::new();
        for container in &mut parts.containers {
            if container.name == name {
                container.has_health_check = true;
            } else if !container.internal {
                *container = core::mem::replace(container, ContainerSpec::new(""))
                    .depends_on(name.as_str(), Condition::Healthy);
                users.push(container.name.clone());
            }
        }
        let proxy = parts
            .containers
            .iter_mut()
            .find(|container| container.name == name);
        if let Some(proxy) = proxy {
            proxy.after.extend(users.into_iter().map(stops_after));
        }
        parts.lead_by_network();
        Self::try_from(parts)
    }
}

impl Parts {
    /// Has every container wait for the one that holds the network, which comes last and stops after
    /// them.
    fn lead_by_network(&mut self) {
        let is_pause = |container: &ContainerSpec| container.name == NETWORK_CONTAINER;
        let Some(position) = self.containers.iter().position(is_pause) else {
            return;
        };
        let mut pause = self.containers.remove(position);
        for container in &mut self.containers {
            let up = StepDependency {
                container: NETWORK_CONTAINER.to_owned(),
                before: ContainerStatus::ManifestPulled,
                needs: ContainerStatus::ResourcesProvisioned,
            };
            let down = stops_after(container.name.clone());
            for (steps, step) in [(&mut container.after, up), (&mut pause.after, down)] {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        }
        self.containers.push(pause);
    }
}

fn stops_after(container: String) -> StepDependency {
    StepDependency {
        container,
        before: ContainerStatus::Stopped,
        needs: ContainerStatus::Stopped,
    }
}
