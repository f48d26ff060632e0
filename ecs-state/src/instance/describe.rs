//! Writes what a machine knows into a container instance of the API.

use ecs_model::event::Change;
use ecs_model::{ContainerInstance, Event};

use super::{InstanceMachine, TaskCounts};

impl InstanceMachine {
    /// Writes what the lifecycle decides into `instance`, as DescribeContainerInstances shows it:
    /// status with its reason, connection, version, time of registration, and the counts of its
    /// tasks. Everything else stays.
    ///
    /// ```
    /// use ecs_model::{ContainerInstance, Timestamp};
    /// use ecs_state::{InstanceMachine, TaskCounts};
    ///
    /// let machine = InstanceMachine::register(Timestamp::from_seconds(0));
    /// let mut instance = ContainerInstance::default();
    /// machine.describe(&mut instance, TaskCounts::default());
    /// assert_eq!(instance.status.as_deref(), Some("ACTIVE"));
    /// assert_eq!(instance.agent_connected, Some(true));
    /// assert_eq!(instance.running_tasks_count, Some(0));
    /// ```
    pub fn describe(&self, instance: &mut ContainerInstance, tasks: TaskCounts) {
        instance.status = Some(self.status.to_string());
        instance.status_reason.clone_from(&self.status_reason);
        instance.agent_connected = Some(self.is_connected);
        instance.registered_at = Some(self.registered_at());
        instance.version = i64::try_from(self.version).ok();
        instance.running_tasks_count = i32::try_from(tasks.running).ok();
        instance.pending_tasks_count = i32::try_from(tasks.pending).ok();
    }

    /// The event that tells of the container instance as it is, as EventBridge delivers it.
    /// `instance` has what the lifecycle does not decide.
    #[must_use]
    pub fn event(
        &self,
        instance: &ContainerInstance,
        cluster_arn: &str,
        tasks: TaskCounts,
    ) -> Event {
        let mut container_instance = Box::new(instance.clone());
        self.describe(&mut container_instance, tasks);
        let mut event = Event::of(&Change::ContainerInstance {
            container_instance,
            cluster_arn: Some(cluster_arn.to_owned()),
            updated_at: Some(self.updated_at()),
        });
        event.time = Some(self.updated_at().in_iso());
        event
    }
}
