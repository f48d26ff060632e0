//! Writes what a machine knows into a task of the API.

use ecs_model::{Container, Task};

use super::TaskMachine;
use crate::ContainerReport;

impl TaskMachine {
    /// Writes what the lifecycle decides into `task`, as DescribeTasks shows it: statuses, times,
    /// stop code and reason, version, and the containers by name. Everything else stays.
    ///
    /// A container that `task` does not have is added at the end.
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
        task.last_status = Some(self.status().last.to_string());
        task.desired_status = Some(self.status().desired.to_string());
        task.created_at = Some(times.created_at);
        task.pull_started_at = times.pull_started_at;
        task.pull_stopped_at = times.pull_stopped_at;
        task.started_at = times.started_at;
        task.stopping_at = times.stopping_at;
        task.execution_stopped_at = times.execution_stopped_at;
        task.stopped_at = times.stopped_at;
        task.stop_code = self.stop_code();
        task.stopped_reason = self.stopped_reason().map(Into::into);
        task.version = i64::try_from(self.version()).ok();
        let containers = task.containers.get_or_insert_with(Vec::new);
        for report in self.containers() {
            let named = |container: &&mut Container| container.name.as_ref() == Some(&report.name);
            match containers.iter_mut().find(named) {
                Some(container) => describe_container(container, report),
                None => {
                    let mut container = Container::default().with_name(report.name.clone());
                    describe_container(&mut container, report);
                    containers.push(container);
                }
            }
        }
    }
}

fn describe_container(container: &mut Container, report: &ContainerReport) {
    container.last_status = Some(report.status.to_string());
    container.exit_code = report.exit_code;
    container.reason.clone_from(&report.reason);
    container.runtime_id.clone_from(&report.runtime_id);
    container.image_digest.clone_from(&report.image_digest);
    if !report.network_bindings.is_empty() {
        container.network_bindings = Some(report.network_bindings.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContainerSpec, Phases, ReportedStatus, StopCause, TaskReport, TaskSpec};
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
