//! How containers go on, as far as they can with what is known.

use super::ladder::Ladder;
use super::queue::Verb;
use super::{AgentTask, NextStep};
use crate::agent_status::settle_status;
use crate::{AgentTaskStatus, ContainerStatus};

impl AgentTask {
    /// Moves every container that is marked as far as it can go.
    pub(super) fn advance(&mut self) {
        self.step_resources();
        while self.marks.again != 0 {
            let index = self.marks.again.trailing_zeros() as usize;
            self.marks.again &= self.marks.again - 1;
            self.step(index);
        }
        self.settle();
    }

    /// Draws the consequences for the task.
    pub(super) fn settle(&mut self) {
        let lowest = self.marks.lowest();
        let known = settle_status(self.status.known, lowest, self.marks.essential_stopped);
        if known != self.status.known {
            self.status.known = known;
            self.step_resources();
        }
        self.set_timers();
    }

    /// Moves one container by one step.
    fn step(&mut self, index: usize) {
        let (Some(container), Some(node)) = (self.containers.get(index), self.spec.node(index))
        else {
            return;
        };
        let known = container.known();
        match NextStep::of(known, container.desired, node.steady, container.in_flight) {
            NextStep::AtGoal | NextStep::InFlight => {}
            NextStep::Step(ContainerStatus::Stopped) => {
                if !self.is_kept_up(index) {
                    self.ask_to_stop(index);
                }
            }
            NextStep::Declare => {
                if !self.is_kept_up(index) {
                    self.set_stopped(index);
                }
            }
            NextStep::Step(next) => match self.hold(index, next) {
                None => self.step_up(index, next),
                Some(held) => {
                    if let Some(never) = held.never() {
                        self.give_up(index, held.position, never);
                    }
                }
            },
        }
    }

    fn step_up(&mut self, index: usize, next: ContainerStatus) {
        let Some(verb) = Verb::towards(next) else {
            return;
        };
        if next == ContainerStatus::Pulled {
            self.pull_started_at.set_once(self.now);
        }
        self.send_off(index, next);
        self.actions.push(verb, index);
    }

    /// The container runtime is to work at a step.
    pub(super) fn send_off(&mut self, index: usize, step: ContainerStatus) {
        let now = self.now;
        if let Some(container) = self.containers.get_mut(index) {
            container.in_flight = Some(step);
            container.since = now;
            self.marks.in_flight |= 1 << index;
        }
    }

    /// The container runtime has answered.
    pub(super) fn land(&mut self, index: usize) {
        if let Some(container) = self.containers.get_mut(index) {
            container.in_flight = None;
            self.marks.in_flight &= !(1 << index);
        }
    }

    /// A container has reached a status.
    pub(super) fn set_known(&mut self, index: usize, status: ContainerStatus) {
        let now = self.now;
        let (Some(container), Some(node)) = (self.containers.get_mut(index), self.spec.node(index))
        else {
            return;
        };
        let before = container.known().task_status(node.steady);
        let after = status.task_status(node.steady);
        container.status.known = status;
        container.since = now;
        if before != after {
            self.marks.leave(before);
            self.marks.enter(after);
        }
        if container.is_news(node) {
            self.untold.containers |= 1 << index;
        }
        self.marks.again |= node.watchers;
    }

    /// What is to be told of, from the beginning.
    pub(super) fn collect_news(&mut self) {
        let (mut news, mut agents) = (0, 0);
        for (index, (container, node)) in self.containers.iter().zip(self.spec.nodes()).enumerate()
        {
            news |= u64::from(container.is_news(node)) << index;
            agents |= u64::from(container.has_agent_news()) << index;
        }
        self.untold.containers = news;
        self.untold.agents = agents;
    }

    /// Whether ECS shall hear of the task itself.
    pub(super) fn is_news_itself(&self) -> bool {
        let Ladder { known, sent, .. } = self.status;
        let has_digest = || {
            let mut containers = self.containers.iter().zip(self.spec.nodes());
            containers.any(|(container, node)| !node.internal && container.image_digest.is_some())
        };
        let early = known == AgentTaskStatus::ManifestPulled && sent < known;
        known.is_news(sent, early && has_digest())
    }
}
