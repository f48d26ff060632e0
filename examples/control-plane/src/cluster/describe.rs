//! What is told of a cluster and what is in it.

use ecs_model::cluster::ClusterSetting;
use ecs_model::operation::ClusterField;
use ecs_model::{Cluster, KeyValuePair, LaunchType, Service, TaskStatus};

use super::ClusterState;

impl ClusterState {
    /// The cluster as DescribeClusters shows it.
    pub(crate) fn describe(&self, include: &[ClusterField]) -> Cluster {
        let mut cluster = self.document.clone();
        let is_asked = |field| include.contains(&field);
        if !is_asked(ClusterField::Settings) {
            cluster = cluster.with_settings(Vec::<ClusterSetting>::new());
        }
        if !is_asked(ClusterField::Configurations) {
            cluster.configuration = None;
        }
        let tags = self.tags_of(self.arn()).iter();
        let tags = tags.filter(|_| is_asked(ClusterField::Tags)).cloned();
        let statistics = match is_asked(ClusterField::Statistics) {
            true => self.statistics(),
            false => Vec::new(),
        };
        let listed = self
            .instances
            .values()
            .filter(|one| one.machine.is_listed());
        let (running, pending) = self.count_tasks(|_| true);
        cluster
            .with_registered_container_instances_count(number(listed.count()))
            .with_running_tasks_count(number(running))
            .with_pending_tasks_count(number(pending))
            .with_active_services_count(number(self.count_services(|_| true)))
            .with_statistics(statistics)
            .with_tags(tags)
    }

    /// Tasks that run and that are about to.
    fn count_tasks(&self, is_it: impl Fn(Option<&LaunchType>) -> bool) -> (usize, usize) {
        let tasks = self.tasks.values();
        let tasks = tasks.filter(|task| is_it(task.document.launch_type()));
        tasks.fold((0, 0), |(running, pending), task| {
            match task.machine.status().last {
                TaskStatus::Running => (running + 1, pending),
                TaskStatus::Provisioning | TaskStatus::Pending | TaskStatus::Activating => {
                    (running, pending + 1)
                }
                _ => (running, pending),
            }
        })
    }

    fn count_services(&self, is_it: impl Fn(&Service) -> bool) -> usize {
        let names = self.services.service_names();
        let services = names.filter_map(|name| self.services.describe(name));
        services
            .filter(|service| service.status() == Some("ACTIVE") && is_it(service))
            .count()
    }

    fn statistics(&self) -> Vec<KeyValuePair> {
        let mut statistics = Vec::new();
        let mut add = |name: String, count: usize| {
            let pair = KeyValuePair::default().with_name(name);
            statistics.push(pair.with_value(count.to_string()));
        };
        for (shown, launch_type) in [
            ("EC2", LaunchType::Ec2),
            ("Fargate", LaunchType::Fargate),
            ("External", LaunchType::External),
        ] {
            let (running, pending) = self.count_tasks(|one| one == Some(&launch_type));
            add(format!("running{shown}TasksCount"), running);
            add(format!("pending{shown}TasksCount"), pending);
            let active = self.count_services(|one| one.launch_type() == Some(&launch_type));
            add(format!("active{shown}ServiceCount"), active);
        }
        statistics
    }

    /// Whether a task or a service uses a task definition.
    pub(crate) fn uses(&self, definition: &str) -> bool {
        let mut tasks = self.tasks.values().filter(|task| !task.has_stopped());
        let is_it = |one: Option<&str>| one == Some(definition);
        let names = self.services.service_names();
        let mut services = names.filter_map(|name| self.services.describe(name));
        tasks.any(|task| is_it(task.document.task_definition_arn()))
            || services.any(|service| {
                let mut deployments = service.deployments().iter();
                service.status() != Some("INACTIVE")
                    && deployments.any(|one| is_it(one.task_definition()))
            })
    }

    /// A service as DescribeServices shows it, without tags.
    pub(crate) fn describe_service(&self, name: &str) -> Option<Service> {
        self.services.describe(name)
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
