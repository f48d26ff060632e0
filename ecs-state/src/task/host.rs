//! What becomes of a task when its host or its agent goes and comes.

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{TaskAction, TaskMachine};
use crate::{Rejection, ReportedStatus, StatusPair, StopCause, TaskStatus, Verdict};

/// How a task lost its host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum HostLoss {
    /// The host was terminated.
    Terminated {
        /// Its EC2 id, or managed instance id.
        instance: String,
    },
    /// The host was stopped.
    Stopped {
        /// Its EC2 id, or managed instance id.
        instance: String,
    },
    /// The container instance was deregistered by force.
    Deregistered,
    /// The host is not healthy, and AWS has given it up.
    Unhealthy {
        /// What is to be said; AWS publishes no words of its own.
        reason: String,
    },
}

impl TaskMachine {
    /// The task's host is gone: the task is stopped at once, without any report.
    ///
    /// What ECS has done for it elsewhere is still to be taken back, as
    /// [`poll_action`](Self::poll_action) says.
    ///
    /// After a forced deregistration the containers may still run on a host that ECS does not
    /// know any more; [`is_orphaned`](Self::is_orphaned) says so.
    pub fn handle_host_lost(&mut self, loss: HostLoss, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.status.last >= TaskStatus::Stopped {
            return Verdict::Duplicate;
        }
        let cause = match loss {
            HostLoss::Terminated { instance } => StopCause::HostTerminated { instance },
            HostLoss::Stopped { instance } => StopCause::HostStopped { instance },
            HostLoss::Unhealthy { reason } => StopCause::InfrastructureHealth { reason },
            HostLoss::Deregistered => {
                let launched = self.status.last > TaskStatus::Provisioning;
                self.is_orphaned = launched && !self.stops.containers_stopped;
                StopCause::DeregistrationForced
            }
        };
        self.cause.get_or_insert(cause);
        self.become_pair(StatusPair {
            last: TaskStatus::Stopped,
            shall_stop: true,
        });
        self.pending.clear();
        self.take_back();
        Verdict::Applied
    }

    /// Asks to take back what ECS has done for a task that is gone.
    fn take_back(&mut self) {
        if core::mem::take(&mut self.stops.registered) {
            self.pending.add(TaskAction::Deregister);
        }
        if self.phases.deprovisioning {
            self.pending.add(TaskAction::Deprovision);
        }
    }

    /// The agent of the task has connected, or lost its connection. The task goes on either way.
    pub fn handle_connectivity(&mut self, is_connected: bool, now: Timestamp) -> Verdict {
        if self.status.last >= TaskStatus::Stopped {
            return Verdict::Stale;
        }
        if self.is_connected == Some(is_connected) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        self.is_connected = Some(is_connected);
        if is_connected {
            self.times.connectivity_at = self.now;
        }
        self.tell(self.status);
        Verdict::Applied
    }

    /// The host of the task is back, and its agent says whether it still has the task.
    ///
    /// If it has, it is asked at once for what it may have missed. If it does not, a task that
    /// it never had is given to it again; the containers of any other one are gone, which is their
    /// end. AWS does not publish what it does; the agent itself reports containers that have
    /// vanished as stopped.
    pub fn handle_host_returned(&mut self, has_task: bool, now: Timestamp) -> Verdict {
        if self.status.last == TaskStatus::Provisioning {
            return Verdict::Rejected(Rejection::NotLaunched(self.status.last));
        }
        self.observe(now);
        if self.status.last >= TaskStatus::Deprovisioning || self.stops.containers_stopped {
            return Verdict::Stale;
        }
        match (has_task, self.status.shall_stop) {
            (true, true) => self.pending.add(TaskAction::StopContainers),
            (true, false) => self.hear_of_agent(),
            (false, false) if !self.stops.agent_has_it => self.launch(),
            (false, _) => self.lose_containers(),
        }
        Verdict::Applied
    }

    fn lose_containers(&mut self) {
        for container in &mut self.containers {
            container.status = ReportedStatus::Stopped;
        }
        self.stops.containers_stopped = true;
        self.stops.essential_ended = true;
        self.stops.agent_told = true;
        self.stop_because(StopCause::EssentialContainerExited);
        self.advance();
    }
}
