//! Writes what a machine knows into a task of the API.

use ecs_model::event::Change;
use ecs_model::task::{Connectivity, ManagedAgent, ManagedAgentName};
use ecs_model::{Attachment, Container, Event, Task};

use super::TaskMachine;
use super::container::TaskContainer;
use crate::task_spec::Node;

impl TaskMachine {
    /// Writes what the lifecycle decides into `task`, as DescribeTasks shows it: statuses, times,
    /// connectivity, health, stop code and reason, version, and the containers and attachments by
    /// name and id. Everything else stays.
    ///
    /// A container or an attachment that `task` does not have is added at the end.
    ///
    /// ```
    /// use ecs_model::{Task, Timestamp};
    /// use ecs_state::{
    ///     ContainerReport, ContainerSpec, Phases, ReportedStatus, TaskMachine, TaskReport, TaskSpec,
    /// };
    ///
    /// let spec = TaskSpec::new([ContainerSpec::new("sleep")])?;
    /// let at = Timestamp::from_seconds;
    /// let mut machine = TaskMachine::new(spec, Phases::guide_2015(), at(0));
    /// let report = TaskReport::new(ReportedStatus::Stopped)
    ///     .with_container(ContainerReport::stopped("sleep", 0));
    /// let _ = machine.handle_report(&report, at(360));
    ///
    /// let mut task = Task::default();
    /// machine.describe(&mut task);
    /// assert_eq!(task.last_status.as_deref(), Some("STOPPED"));
    /// assert_eq!(task.stopped_at, Some(at(360)));
    /// assert_eq!(task.stopped_reason.as_deref(), Some("Essential container in task exited"));
    /// assert_eq!(task.containers.unwrap()[0].exit_code, Some(0));
    /// # Ok::<(), ecs_state::SpecError>(())
    /// ```
    pub fn describe(&self, task: &mut Task) {
        let times = self.timeline();
        task.last_status = Some(self.status.last.to_string());
        task.desired_status = Some(self.status.desired().to_string());
        task.created_at = Some(times.created_at);
        task.connectivity_at = times.connectivity_at;
        task.pull_started_at = times.pull_started_at;
        task.pull_stopped_at = times.pull_stopped_at;
        task.started_at = times.started_at;
        task.stopping_at = times.stopping_at;
        task.execution_stopped_at = times.execution_stopped_at;
        task.stopped_at = times.stopped_at;
        task.stop_code = self.stop_code();
        task.stopped_reason = self.stopped_reason().map(Into::into);
        task.version = i64::try_from(self.version).ok();
        task.health_status = Some(self.health());
        task.connectivity = self.is_connected.map(|connected| match connected {
            true => Connectivity::Connected,
            false => Connectivity::Disconnected,
        });
        let containers = task.containers.get_or_insert_with(Vec::new);
        for (container, node) in self.containers.iter().zip(self.spec.nodes()) {
            let named = |other: &Container| other.name.as_deref() == Some(&*node.name);
            let position = containers.iter().position(named).unwrap_or_else(|| {
                containers.push(Container::default());
                containers.len() - 1
            });
            if let Some(described) = containers.get_mut(position) {
                describe_container(described, container, node);
            }
        }
        self.describe_attachments(task);
    }

    /// The event that tells of the task as it is, as EventBridge delivers it. `task` has what the
    /// lifecycle does not decide; the id of the event is the caller's.
    ///
    /// Events do not tell of health, and they have other words for attachments.
    ///
    /// ```
    /// use ecs_model::{Task, Timestamp};
    /// use ecs_state::{ContainerSpec, Phases, TaskMachine, TaskSpec};
    ///
    /// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
    /// let machine = TaskMachine::new(spec, Phases::guide_2015(), Timestamp::from_seconds(0));
    /// let event = machine.event(&Task::default());
    /// let detail = event.detail.unwrap_or_default();
    /// assert_eq!(detail["lastStatus"], "PENDING");
    /// assert_eq!(detail["updatedAt"], "1970-01-01T00:00:00Z");
    /// # Ok::<(), ecs_state::SpecError>(())
    /// ```
    #[must_use]
    pub fn event(&self, task: &Task) -> Event {
        let mut task = Box::new(task.clone());
        self.describe(&mut task);
        task.health_status = None;
        for container in task.containers.iter_mut().flatten() {
            container.health_status = None;
        }
        let attachments = task.attachments.iter_mut().flatten();
        for (described, known) in attachments.zip(&self.attachments) {
            described.r#type = Some(known.kind.event_name().to_owned());
        }
        let updated_at = self.timeline().updated_at;
        let mut event = Event::of(&Change::Task {
            task,
            updated_at: Some(updated_at),
        });
        event.time = Some(updated_at.in_iso());
        event
    }

    fn describe_attachments(&self, task: &mut Task) {
        if self.attachments.is_empty() {
            return;
        }
        let attachments = task.attachments.get_or_insert_with(Vec::new);
        for known in &self.attachments {
            let same = |other: &Attachment| other.id.as_ref() == Some(&known.id);
            let position = attachments.iter().position(same).unwrap_or_else(|| {
                attachments.push(Attachment::default());
                attachments.len() - 1
            });
            if let Some(described) = attachments.get_mut(position) {
                described.id = Some(known.id.clone());
                described.status = Some(known.status.to_string());
                let kind = || known.kind.as_str().to_owned();
                described.r#type.get_or_insert_with(kind);
            }
        }
    }
}

fn describe_container(described: &mut Container, container: &TaskContainer, node: &Node) {
    let report = container.report(node);
    described.name = Some(node.name.as_ref().to_owned());
    described.last_status = Some(container.status.to_string());
    described.exit_code = report.exit_code();
    described.reason = report.reason().map(str::to_owned);
    described.runtime_id = report.runtime_id().map(str::to_owned);
    described.image_digest = report.image_digest().map(str::to_owned);
    if !report.network_bindings().is_empty() {
        described.network_bindings = Some(report.network_bindings().to_vec());
    }
    if node.has_health_check {
        described.health_status = Some(container.health.as_status().clone());
    }
    if let Some(agent) = &container.managed_agent {
        let mut shown = ManagedAgent::default()
            .with_name(ManagedAgentName::ExecuteCommandAgent)
            .with_last_status(agent.status.reported().as_str());
        shown.reason = agent.reason.as_deref().map(str::to_owned);
        shown.last_started_at = agent.last_started_at.get();
        described.managed_agents = Some(vec![shown]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ContainerReport, ContainerSpec, Phases, ReportedStatus, StopCause, TaskReport, TaskSpec,
    };
    use ecs_model::{HealthStatus, NetworkBinding, Timestamp};

    #[test]
    fn what_the_lifecycle_does_not_decide_stays() {
        let at = Timestamp::from_seconds;
        let spec = TaskSpec::new([ContainerSpec::new("a"), ContainerSpec::new("b")]).unwrap();
        let mut machine = TaskMachine::new(spec, Phases::guide_2015(), at(1));
        let report =
            TaskReport::new(ReportedStatus::Running).with_container(ContainerReport::running("b"));
        let _ = machine.handle_report(&report, at(2));
        let _ = machine.handle_stop(StopCause::User { reason: None }, at(3));

        let mut task = Task::default()
            .with_group("family:sleep360")
            .with_containers([Container::default()
                .with_name("b")
                .with_health_status(HealthStatus::Healthy)
                .with_network_bindings(Vec::<NetworkBinding>::new())]);
        machine.describe(&mut task);
        assert_eq!(task.group.as_deref(), Some("family:sleep360"));
        assert_eq!(task.last_status.as_deref(), Some("RUNNING"));
        assert_eq!(task.desired_status.as_deref(), Some("STOPPED"));
        assert_eq!(task.started_at, Some(at(2)));
        assert_eq!(task.version, Some(3));
        let containers = task.containers.as_deref().unwrap();
        let [b, a] = containers else {
            panic!("two containers");
        };
        assert_eq!(b.health_status, Some(HealthStatus::Healthy));
        assert_eq!(b.network_bindings, Some(Vec::new()));
        assert_eq!(b.last_status.as_deref(), Some("RUNNING"));
        assert_eq!(a.name.as_deref(), Some("a"));
        assert_eq!(a.last_status.as_deref(), Some("PENDING"));

        let before = task.clone();
        machine.describe(&mut task);
        assert_eq!(task, before);
    }
}
