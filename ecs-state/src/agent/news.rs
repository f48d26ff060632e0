//! What ECS has not heard of, lent to a report.

use core::fmt;

use ecs_model::HealthStatus;

use super::AgentTask;
use super::container::Container;
use super::marks::positions;
use crate::{
    Behaviour, ContainerReport, ManagedAgentReport, ManagedAgentStatus, ReportedStatus, TaskReport,
    Verdict,
};

/// The containers and managed agents of which a report tells.
#[derive(Clone, Copy)]
pub(crate) struct News<'a> {
    task: &'a AgentTask,
    containers: u64,
    agents: u64,
}

impl<'a> News<'a> {
    pub(crate) fn containers(self) -> impl Iterator<Item = ContainerReport<'a>> {
        positions(self.containers).filter_map(move |index| {
            let container = self.task.containers.get(index)?;
            Some(container.report(self.task.spec.node(index)?))
        })
    }

    pub(crate) fn managed_agents(self) -> impl Iterator<Item = ManagedAgentReport<'a>> {
        positions(self.agents).filter_map(move |index| {
            let agent = self.task.containers.get(index)?.managed_agent.as_ref()?;
            Some(ManagedAgentReport {
                container: &self.task.spec.node(index)?.name,
                status: agent.status.known,
                reason: agent.reason.as_deref(),
            })
        })
    }
}

impl fmt::Debug for News<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.containers())
            .entries(self.managed_agents())
            .finish()
    }
}

/// What the health check of a container says.
///
/// Source: amazon-ecs-agent, telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerHealthReport<'a> {
    container: &'a str,
    health: &'a HealthStatus,
}

impl<'a> ContainerHealthReport<'a> {
    /// The name of the container.
    #[must_use]
    pub const fn container(&self) -> &'a str {
        self.container
    }

    /// What its health check says.
    #[must_use]
    pub const fn health(&self) -> &'a HealthStatus {
        self.health
    }
}

impl Container {
    pub(super) fn has_agent_news(&self) -> bool {
        self.managed_agent
            .as_ref()
            .is_some_and(|agent| agent.status.known.is_news(agent.status.sent))
    }
}

impl AgentTask {
    /// Lends what is news, and marks it as sent.
    pub(super) fn send_report(&mut self) -> TaskReport<'_> {
        let containers = core::mem::take(&mut self.untold.containers);
        let agents = core::mem::take(&mut self.untold.agents);
        for index in positions(containers | agents) {
            let Some(container) = self.containers.get_mut(index) else {
                continue;
            };
            if containers & (1 << index) != 0 {
                container.status.mark_sent();
            }
            if let Some(agent) = &mut container.managed_agent {
                agent.status.mark_sent();
            }
        }
        self.status.mark_sent();
        self.end_batch();
        let status = self.status.known.reported();
        let news = News {
            task: self,
            containers,
            agents,
        };
        self.frame(status, news)
    }

    fn frame<'a>(&'a self, status: ReportedStatus, news: News<'a>) -> TaskReport<'a> {
        let told = self.is_reason_told && status == ReportedStatus::Stopped;
        TaskReport::of_news(
            status,
            self.reason.as_deref().filter(|_| told),
            [
                self.pull_started_at.get(),
                self.pull_stopped_at.get(),
                self.execution_stopped_at.get(),
            ],
            news,
        )
    }

    /// ECS knows what was sent.
    ///
    /// An older report than the last may be acknowledged late. That changes nothing, except that
    /// with the agent's own behaviour managed agents fall back to it.
    pub(super) fn acknowledge(&mut self, status: ReportedStatus) -> Verdict {
        if status < self.status.sent.reported() {
            if self.options.behaviour == Behaviour::Agent1_105 {
                self.fall_back(status);
            }
            return Verdict::Stale;
        }
        let mut is_news = self.status.acknowledge();
        for container in &mut self.containers {
            is_news |= container.status.acknowledge();
            if let Some(agent) = &mut container.managed_agent {
                is_news |= agent.status.acknowledge();
            }
        }
        self.end_retries();
        Verdict::of_change(is_news)
    }

    fn fall_back(&mut self, status: ReportedStatus) {
        for container in &mut self.containers {
            if let Some(agent) = &mut container.managed_agent {
                agent.status.sent = ManagedAgentStatus::of_report(status);
            }
        }
        self.collect_news();
    }

    pub(super) fn lose_reports(&mut self) {
        self.status.lose();
        for container in &mut self.containers {
            container.status.lose();
            if let Some(agent) = &mut container.managed_agent {
                agent.status.lose();
            }
        }
        self.collect_news();
        self.put_off_reports();
    }

    pub(super) fn send_health(&mut self) -> Option<ContainerHealthReport<'_>> {
        let index = positions(self.untold.health).next()?;
        self.untold.health &= !(1 << index);
        Some(ContainerHealthReport {
            container: &self.spec.node(index)?.name,
            health: self.containers.get(index)?.health.as_status(),
        })
    }
}
