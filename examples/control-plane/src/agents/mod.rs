//! [`SimulatedAgents`]: agents without containers, which follow a file.

mod behaviour;
mod hosted;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ecs_model::{HealthStatus, Timestamp};
use ecs_placement::service::TargetHealth;
use ecs_state::{ReportedStatus, RuntimeEvent};

pub use behaviour::{Behaviour, Behaviours, Exit};
use hosted::Hosted;

use crate::{AgentOrder, AgentReport, ControlPlane, Order};

/// The agents of all container instances, and of Fargate.
///
/// They are given [`AgentOrder`]s and give [`AgentReport`]s. What they know is not kept: after a
/// restart they are [made again](Self::restored) from the control plane.
///
/// Images are pulled and started as their [`Behaviours`] say, and then stay.
#[derive(Debug, Default)]
pub struct SimulatedAgents {
    behaviours: Behaviours,
    tasks: BTreeMap<Arc<str>, Hosted>,
    /// What will happen, by its time, and in the order in which it was decided.
    coming: BTreeMap<(i64, u64), (Arc<str>, Coming)>,
    number: u64,
    reports: VecDeque<(AgentOrder, AgentReport)>,
}

/// Something that will happen to a task.
#[derive(Clone, Debug)]
pub(crate) enum Coming {
    /// To a container.
    Container(Arc<str>, RuntimeEvent),
    /// To one of its resources, which is created or removed.
    Resource(Arc<str>, bool),
    /// Nothing but time.
    Time,
    /// To its targets.
    Target(TargetHealth),
}

impl SimulatedAgents {
    /// Agents that have no tasks yet.
    #[must_use]
    pub fn new(behaviours: Behaviours) -> Self {
        Self {
            behaviours,
            ..Self::default()
        }
    }

    /// Agents that have the tasks which the control plane has given them before. Containers that ran
    /// go on.
    #[must_use]
    pub fn restored(behaviours: Behaviours, plane: &ControlPlane, now: Timestamp) -> Self {
        let mut agents = Self::new(behaviours);
        for order in plane.hosted() {
            agents.obey(plane, &order, now);
            let mut also = |what| {
                let order = AgentOrder {
                    order: what,
                    ..order.clone()
                };
                agents.obey(plane, &order, now);
            };
            if plane.has_targets(&order) {
                also(Order::Register);
            }
            if plane.shall_stop(&order) {
                also(Order::Stop);
            }
        }
        agents
    }

    /// Takes an order.
    pub fn obey(&mut self, plane: &ControlPlane, order: &AgentOrder, now: Timestamp) {
        match order.order {
            Order::Launch if !self.tasks.contains_key(&order.task) => {
                self.number = self.number.saturating_add(1);
                let how = (&self.behaviours, self.number);
                if let Some(hosted) = Hosted::of(plane, order, how, now) {
                    self.tasks.insert(Arc::clone(&order.task), hosted);
                    let report = (order.clone(), AgentReport::Launched);
                    self.reports.push_back(report);
                }
            }
            Order::Stop => {
                if let Some(hosted) = self.tasks.get_mut(&order.task) {
                    let _ = hosted.agent.handle_stop(now);
                }
            }
            Order::Register => {
                let hosted = self.tasks.get(&order.task);
                let fails_after = hosted.and_then(Hosted::target_fails_after);
                let healthy = Coming::Target(TargetHealth::Healthy);
                self.come(&order.task, now, 0, healthy);
                if let Some(after) = fails_after {
                    let unhealthy = TargetHealth::Unhealthy {
                        target_group: "simulated".into(),
                        reason: "Health checks failed".into(),
                        address: None,
                    };
                    self.come(&order.task, now, after, Coming::Target(unhealthy));
                }
            }
            Order::Forget => drop(self.tasks.remove(&order.task)),
            _ => {}
        }
        self.drive(&order.task, now);
    }

    /// When something happens next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if !self.reports.is_empty() {
            return Some(Timestamp::UNIX_EPOCH);
        }
        let first = self.coming.keys().next();
        first.map(|(at, _)| Timestamp::from_micros(*at))
    }

    /// The same, without what happens to tasks that have stopped.
    #[must_use]
    pub fn poll_progress(&self) -> Option<Timestamp> {
        if !self.reports.is_empty() {
            return Some(Timestamp::UNIX_EPOCH);
        }
        let mut coming = self.coming.iter();
        let first = coming.find(|(_, (task, _))| {
            let hosted = self.tasks.get(task);
            hosted.is_some_and(|one| one.agent.status().reported() != ReportedStatus::Stopped)
        });
        first.map(|((at, _), _)| Timestamp::from_micros(*at))
    }

    /// The next report, of what has happened up to now.
    pub fn tick(&mut self, now: Timestamp) -> Option<(AgentOrder, AgentReport)> {
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Some(report);
            }
            let first = self.coming.first_entry();
            let first = first.filter(|first| first.key().0 <= now.micros())?;
            let (task, coming) = first.remove();
            self.happen(&task, coming, now);
            self.drive(&task, now);
        }
    }

    fn happen(&mut self, task: &Arc<str>, coming: Coming, now: Timestamp) {
        let Some(hosted) = self.tasks.get_mut(task) else {
            return;
        };
        match coming {
            Coming::Container(container, event) => {
                let _ = hosted.agent.handle_event(&container, event, now);
            }
            Coming::Resource(resource, is_created) => {
                let event = hosted::resource(is_created);
                let _ = hosted.agent.handle_resource(&resource, event, now);
            }
            Coming::Time => {
                let _ = hosted.agent.handle_timeout(now);
            }
            Coming::Target(health) => {
                let report = AgentReport::Target { health };
                self.reports.push_back((hosted.order.clone(), report));
            }
        }
    }

    /// Lets a task do what it is to do, and say what it has done.
    fn drive(&mut self, task: &Arc<str>, now: Timestamp) {
        let Some(hosted) = self.tasks.get_mut(task) else {
            return;
        };
        let mut coming = Vec::new();
        let is_over = hosted.act(&mut coming, now);
        while let Some(report) = hosted.agent.poll_report() {
            let request = Box::new(report.to_request());
            let report = (hosted.order.clone(), AgentReport::State(request));
            self.reports.push_back(report);
        }
        while let Some(report) = hosted.agent.poll_health() {
            let report = AgentReport::Health {
                container: report.container().into(),
                health: HealthStatus::clone(report.health()),
            };
            self.reports.push_back((hosted.order.clone(), report));
        }
        if let Some(at) = hosted.next_time() {
            self.number = self.number.saturating_add(1);
            let time = (Arc::clone(task), Coming::Time);
            self.coming.insert((at.micros(), self.number), time);
        }
        for (after, coming) in coming {
            self.come(task, now, after, coming);
        }
        if is_over {
            self.tasks.remove(task);
        }
    }

    fn come(&mut self, task: &Arc<str>, now: Timestamp, after: u64, coming: Coming) {
        self.number = self.number.saturating_add(1);
        let at = now.saturating_add(core::time::Duration::from_secs(after));
        let key = (at.micros(), self.number);
        self.coming.insert(key, (Arc::clone(task), coming));
    }
}
