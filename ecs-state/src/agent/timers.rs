//! When something happens because nothing else did.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::AgentTask;
use super::queue::Verb;
use crate::moment::Moment;
use crate::{AgentTaskStatus, Behaviour};

/// How long an agent waits before it sends a report again that was lost; each time the wait grows
/// by 3 in 10, up to 30 seconds.
///
/// Source: amazon-ecs-agent, task handler.
pub const REPORT_RETRY: Duration = Duration::from_secs(1);
/// How long the agent keeps changes of containers while their task does not change. The agent
/// draws a time between 10 and 30 seconds; this is the middle, as nothing is drawn here.
///
/// Source: amazon-ecs-agent, task handler.
pub const REPORT_BATCH: Duration = Duration::from_secs(20);
/// How long a stopped task stays on its host: `ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION`.
pub const TASK_CLEANUP_WAIT: Duration = Duration::from_secs(3 * 3_600);
/// How long a stopped task stays on its host while ECS has not heard of its end.
///
/// Source: amazon-ecs-agent, task manager.
pub const UNSENT_CLEANUP_WAIT: Duration = Duration::from_secs(72 * 3_600);

const LONGEST_RETRY_MILLIS: u32 = 30_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Timers {
    /// The earliest of all.
    pub(super) next: Moment,
    /// Reports wait for this after one was lost.
    pub(super) retry_at: Moment,
    /// Changes of containers are sent at this.
    pub(super) batch_at: Moment,
    /// The task is forgotten.
    pub(super) cleanup_at: Moment,
    /// How long the next pause after a lost report is; zero before the first.
    retry_millis: u32,
    /// Changes of containers have waited long enough.
    is_batch_due: bool,
    /// The end of the task was seen.
    has_ended: bool,
    /// One of the times that `next` depends on has changed.
    #[serde(skip)]
    pub(super) are_stale: bool,
}

impl AgentTask {
    pub(super) fn fire_timers(&mut self) {
        let now = self.now;
        if !self.timers.next.is_due(now) {
            return;
        }
        self.timers.are_stale = true;
        self.kill_overdue();
        if self.timers.retry_at.is_due(now) {
            self.timers.retry_at = Moment::NONE;
        }
        if self.timers.batch_at.is_due(now) {
            self.timers.batch_at = Moment::NONE;
            self.timers.is_batch_due = true;
        }
        if self.timers.cleanup_at.is_due(now) {
            self.timers.cleanup_at = Moment::NONE;
            self.clean_up();
        }
    }

    /// Forgets the task if ECS knows of its end, or has had enough time to.
    fn clean_up(&mut self) {
        let unsent = self.status.sent != AgentTaskStatus::Stopped && !self.spec.is_internal();
        let latest = self.stopped_at().after(UNSENT_CLEANUP_WAIT);
        if unsent && !latest.is_due(self.now) {
            self.timers.cleanup_at = latest;
        } else {
            self.actions.push(Verb::CleanUp, 0);
        }
    }

    /// When the last container stopped.
    fn stopped_at(&self) -> Moment {
        let ends = self.containers.iter().map(|container| container.since);
        ends.max().unwrap_or(self.now)
    }

    /// Sets the timers after everything else has moved.
    pub(super) fn set_timers(&mut self) {
        let stopped = self.status.known == AgentTaskStatus::Stopped;
        if stopped && !self.timers.has_ended {
            self.timers.has_ended = true;
            self.timers.cleanup_at = self.now.after(TASK_CLEANUP_WAIT);
            self.timers.are_stale = true;
        }
        if self.options.behaviour == Behaviour::Agent1_105 {
            self.set_batch(stopped);
        }
        if self.timers.are_stale || self.spec.timed() != 0 {
            self.timers.are_stale = false;
            self.timers.next = self.earliest();
        }
    }

    fn set_batch(&mut self, stopped: bool) {
        let waiting = self.untold.containers != 0 || self.untold.agents != 0;
        if waiting && !stopped && !self.timers.batch_at.is_set() && !self.timers.is_batch_due {
            self.timers.batch_at = self.now.after(REPORT_BATCH);
            self.timers.are_stale = true;
        }
    }

    fn earliest(&self) -> Moment {
        let timers = &self.timers;
        let own = timers
            .retry_at
            .earlier(timers.batch_at)
            .earlier(timers.cleanup_at);
        let kills = self.containers.iter().map(|container| container.kill_at);
        let deadline = self.dependency_deadline().map_or(Moment::NONE, Moment::at);
        kills.fold(own.earlier(deadline), Moment::earlier)
    }

    /// Whether there is news, and it may be sent.
    pub(super) fn is_report_due(&self) -> bool {
        let parts = self.untold.containers != 0 || self.untold.agents != 0;
        let due = match self.options.behaviour {
            Behaviour::Strict => parts,
            Behaviour::Agent1_105 => parts && self.timers.is_batch_due,
        };
        (due || self.is_news_itself()) && !self.timers.retry_at.is_set() && !self.spec.is_internal()
    }

    pub(super) fn end_batch(&mut self) {
        if self.options.behaviour == Behaviour::Agent1_105 {
            self.timers.is_batch_due = false;
            self.timers.batch_at = Moment::NONE;
            self.timers.next = self.earliest();
        }
    }

    /// Reports wait a while, longer each time.
    pub(super) fn put_off_reports(&mut self) {
        let millis = match self.timers.retry_millis {
            0 => u32::try_from(REPORT_RETRY.as_millis()).unwrap_or(LONGEST_RETRY_MILLIS),
            last => (last.saturating_mul(13) / 10).min(LONGEST_RETRY_MILLIS),
        };
        self.timers.retry_millis = millis;
        self.timers.retry_at = self.now.after(Duration::from_millis(millis.into()));
        self.timers.are_stale = true;
    }

    pub(super) const fn end_retries(&mut self) {
        self.timers.retry_millis = 0;
    }
}
