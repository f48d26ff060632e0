//! The way of a task through its phases.

use core::cmp::Ordering;

use super::{PhaseWork, StatusChange, TaskAction, TaskMachine};
use crate::{
    DesiredStatus, ReportedStatus, StatusPair, StopCause, TaskReport, TaskStatus, Verdict,
};

impl TaskMachine {
    /// Draws the consequences of a report that was merged.
    pub(super) fn follow(&mut self, report: &TaskReport) -> Verdict {
        let verdict = self.compare(report.status);
        match report.status {
            ReportedStatus::Pending => self.follow_pending(),
            ReportedStatus::Running => self.follow_running(),
            ReportedStatus::Stopped => self.stops.containers_stopped = true,
        }
        self.follow_ends(report);
        verdict
    }

    /// How a report compares if it turns out to change nothing.
    fn compare(&self, reported: ReportedStatus) -> Verdict {
        let known = if self.stops.containers_stopped || self.status.last >= TaskStatus::Stopped {
            ReportedStatus::Stopped
        } else if self.timeline.started_at.is_some() || self.stops.registered {
            ReportedStatus::Running
        } else {
            ReportedStatus::Pending
        };
        if reported < known {
            Verdict::Stale
        } else {
            Verdict::Duplicate
        }
    }

    fn follow_pending(&mut self) {
        let pulling = self.status.last == TaskStatus::Pending
            && self.status.desired == DesiredStatus::Running
            && self.phases.pulling_in_activating;
        if pulling {
            self.become_last(TaskStatus::Activating);
        }
    }

    fn follow_running(&mut self) {
        let past = self.status.last >= TaskStatus::Running || self.stops.containers_stopped;
        if past || self.stops.registered {
            return;
        }
        let register = self.phases.registering && self.status.desired == DesiredStatus::Running;
        if !register {
            self.become_last(TaskStatus::Running);
        } else {
            self.stops.registered = true;
            if self.status.last < TaskStatus::Activating {
                self.become_last(TaskStatus::Activating);
            }
            self.actions.push_back(TaskAction::Register);
        }
    }

    /// An essential container that stopped ends the task.
    ///
    /// It exited if it has an exit code and no error of the agent, or if the task has been
    /// running; otherwise the task failed to start.
    fn follow_ends(&mut self, report: &TaskReport) {
        if self.status.desired == DesiredStatus::Stopped {
            return;
        }
        let mut ended = self
            .containers
            .iter()
            .zip(self.spec.containers())
            .filter(|(container, spec)| {
                spec.essential && container.status == ReportedStatus::Stopped
            })
            .map(|(container, _)| container)
            .peekable();
        let Some(first) = ended.peek() else {
            return;
        };
        let said = report.reason.clone().or_else(|| first.reason.clone());
        let exited =
            ended.any(|container| container.exit_code.is_some() && container.reason.is_none());
        let cause = if self.timeline.started_at.is_some() || exited {
            StopCause::EssentialContainerExited
        } else {
            StopCause::FailedToStart { reason: said }
        };
        if self.stops.containers_stopped && self.next_down() == TaskStatus::Stopped {
            self.cause.get_or_insert(cause);
            self.become_last(TaskStatus::Stopped);
            self.become_pair(StatusPair {
                desired: DesiredStatus::Stopped,
                ..self.status
            });
        } else {
            self.stops.agent_told = true;
            self.stop_because(cause);
        }
    }

    pub(super) fn stop_because(&mut self, cause: StopCause) {
        self.cause.get_or_insert(cause);
        self.become_pair(StatusPair {
            desired: DesiredStatus::Stopped,
            ..self.status
        });
    }

    /// Takes a task that shall stop down, as far as it can go.
    pub(super) fn advance(&mut self) {
        while self.status.desired == DesiredStatus::Stopped
            && self.status.last < TaskStatus::Stopped
            && self.step_down()
        {}
    }

    /// One step down; says whether another one may follow.
    fn step_down(&mut self) -> bool {
        let next = self.next_down();
        match self.status.last {
            TaskStatus::Deactivating if self.stops.registered => false,
            TaskStatus::Deprovisioning => false,
            TaskStatus::Provisioning => self.go_down(next),
            _ if next == TaskStatus::Deactivating || self.stops.containers_stopped => {
                self.go_down(next)
            }
            _ => {
                self.tell_agent();
                let visible = self.phases.stopping && !self.ends_by_itself();
                let running = matches!(
                    self.status.last,
                    TaskStatus::Running | TaskStatus::Deactivating
                );
                if visible && running {
                    self.become_last(TaskStatus::Stopping);
                }
                false
            }
        }
    }

    /// The phase that follows when the containers have stopped.
    fn next_down(&self) -> TaskStatus {
        let deactivate = self.phases.deactivating
            && self.stops.registered
            && matches!(
                self.status.last,
                TaskStatus::Activating | TaskStatus::Running
            );
        if deactivate {
            TaskStatus::Deactivating
        } else if self.phases.deprovisioning && self.status.last < TaskStatus::Deprovisioning {
            TaskStatus::Deprovisioning
        } else {
            TaskStatus::Stopped
        }
    }

    fn go_down(&mut self, next: TaskStatus) -> bool {
        match next {
            TaskStatus::Deactivating => self.actions.push_back(TaskAction::Deregister),
            TaskStatus::Deprovisioning => {
                self.stops.containers_stopped = true;
                self.actions.push_back(TaskAction::Deprovision);
            }
            _ => {}
        }
        self.become_last(next);
        true
    }

    fn tell_agent(&mut self) {
        if !self.stops.agent_told {
            self.stops.agent_told = true;
            self.actions.push_back(TaskAction::StopContainers);
        }
    }

    /// Whether the agent stops the containers of its own accord.
    fn ends_by_itself(&self) -> bool {
        matches!(
            self.cause,
            Some(StopCause::EssentialContainerExited | StopCause::FailedToStart { .. })
        )
    }

    /// Whether ECS itself ends this phase of this task.
    pub(super) fn is_own_phase(&self, phase: TaskStatus) -> bool {
        match phase {
            TaskStatus::Provisioning | TaskStatus::Deactivating | TaskStatus::Deprovisioning => {
                self.phases.includes(phase)
            }
            TaskStatus::Activating => self.phases.registering,
            _ => false,
        }
    }

    pub(super) fn work_of(&self, phase: TaskStatus) -> PhaseWork {
        let registered = self.stops.registered;
        match self.status.last.cmp(&phase) {
            Ordering::Less => PhaseWork::NotBegun,
            Ordering::Greater => PhaseWork::Done,
            Ordering::Equal => match phase {
                TaskStatus::Activating if !registered => PhaseWork::NotBegun,
                TaskStatus::Activating if self.status.desired == DesiredStatus::Stopped => {
                    PhaseWork::InVain
                }
                TaskStatus::Deactivating if !registered => PhaseWork::Done,
                _ => PhaseWork::Open,
            },
        }
    }

    /// Asks to take back what ECS has done for a task that is gone.
    pub(super) fn take_back(&mut self) {
        if self.phases.deactivating && self.stops.registered {
            self.actions.push_back(TaskAction::Deregister);
        }
        if self.phases.deprovisioning {
            self.actions.push_back(TaskAction::Deprovision);
        }
    }

    pub(super) fn finish_phase(&mut self, phase: TaskStatus) {
        match phase {
            TaskStatus::Provisioning => {
                self.become_last(TaskStatus::Pending);
                self.actions.push_back(TaskAction::Launch);
            }
            TaskStatus::Activating => self.become_last(TaskStatus::Running),
            TaskStatus::Deactivating => self.stops.registered = false,
            TaskStatus::Deprovisioning => self.become_last(TaskStatus::Stopped),
            _ => {}
        }
    }

    pub(super) fn become_last(&mut self, last: TaskStatus) {
        self.become_pair(StatusPair {
            last,
            ..self.status
        });
    }

    pub(super) fn become_pair(&mut self, to: StatusPair) {
        let from = self.status;
        if to == from {
            return;
        }
        let now = self.now;
        if to.last != from.last {
            match to.last {
                TaskStatus::Running => self.timeline.started_at = Some(now),
                TaskStatus::Stopping => self.timeline.stopping_at = Some(now),
                TaskStatus::Stopped => self.end(),
                _ => {}
            }
        }
        self.status = to;
        self.version += 1;
        self.changes.push_back(StatusChange {
            from: Some(from),
            to,
            at: now,
            version: self.version,
        });
    }

    /// The containers of a stopped task have stopped, unless nobody knows.
    fn end(&mut self) {
        self.timeline.stopped_at = Some(self.now);
        if !self.orphaned {
            for container in &mut self.containers {
                container.status = ReportedStatus::Stopped;
            }
        }
    }
}
