//! The way of a task through its phases.

use core::cmp::Ordering;

use super::{ASK_AGAIN, TaskAction, TaskMachine};
use crate::moment::Moment;
use crate::{
    AttachmentKind, AttachmentStatus, Rejection, ReportedStatus, StatusPair, StopCause, TaskReport,
    TaskStatus, Verdict,
};

/// How far ECS is with its own work in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PhaseWork {
    NotBegun,
    Open,
    Done,
    /// The task is to stop instead.
    InVain,
}

impl TaskMachine {
    /// Gives the task to its agent.
    pub(super) fn launch(&mut self) {
        self.pending.add(TaskAction::Launch);
        self.ask_at = self.now.after(ASK_AGAIN);
    }

    /// The agent has spoken of the task, so it has it.
    pub(super) fn hear_of_agent(&mut self) {
        if !self.stops.agent_has_it {
            self.stops.agent_has_it = true;
            if !self.status.shall_stop {
                self.ask_at = Moment::NONE;
            }
        }
    }

    /// Draws the consequences of a report that was merged.
    pub(super) fn follow(&mut self, report: &TaskReport<'_>) -> Verdict {
        let verdict = self.compare(report.status());
        match report.status() {
            ReportedStatus::Pending => self.follow_pending(),
            ReportedStatus::Running => self.follow_running(),
            ReportedStatus::Stopped => {}
        }
        self.follow_ends(report);
        verdict
    }

    /// How a report compares if it turns out to change nothing.
    fn compare(&self, reported: ReportedStatus) -> Verdict {
        let stopped = reported != ReportedStatus::Stopped && self.stops.containers_stopped;
        let known = if stopped || self.status.last >= TaskStatus::Stopped {
            ReportedStatus::Stopped
        } else if self.times.started_at.is_set() || self.stops.registered {
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
            && !self.status.shall_stop
            && self.phases.pulling_in_activating;
        if pulling {
            self.become_last(TaskStatus::Activating);
        }
    }

    fn follow_running(&mut self) {
        let past = self.status.last >= TaskStatus::Running || self.stops.containers_stopped;
        let shall_run = !self.status.shall_stop;
        // One that was being registered when it was told to stop does not run any more.
        let in_vain = self.status.last == TaskStatus::Activating && !shall_run;
        if past || in_vain || self.stops.registered {
            return;
        }
        let register = self.phases.registering && shall_run;
        if !register {
            self.become_last(TaskStatus::Running);
        } else {
            self.stops.registered = true;
            if self.status.last < TaskStatus::Activating {
                self.become_last(TaskStatus::Activating);
            }
            self.pending.add(TaskAction::Register);
        }
    }

    /// An essential container that stopped ends the task.
    ///
    /// It exited if it has an exit code and no error of the agent, or if the task has been
    /// running; otherwise the task failed to start.
    fn follow_ends(&mut self, report: &TaskReport<'_>) {
        if !self.stops.essential_ended || self.status.shall_stop {
            return;
        }
        let cause = self.cause_of_end(report);
        if self.stops.containers_stopped && self.next_down() == TaskStatus::Stopped {
            self.cause.get_or_insert(cause);
            self.become_last(TaskStatus::Stopped);
            self.become_pair(StatusPair {
                shall_stop: true,
                ..self.status
            });
        } else {
            self.stops.agent_told = true;
            self.stop_because(cause);
        }
    }

    fn cause_of_end(&self, report: &TaskReport<'_>) -> StopCause {
        let containers = self.containers.iter().zip(self.spec.nodes());
        let ended = containers
            .filter(|(container, node)| {
                node.essential && container.status == ReportedStatus::Stopped
            })
            .map(|(container, node)| container.report(node));
        let mut exited = self.times.started_at.is_set();
        let mut words = None;
        for container in ended {
            exited |= container.exit_code().is_some() && container.reason().is_none();
            words = words.or(container.reason());
        }
        if exited {
            return StopCause::EssentialContainerExited;
        }
        // Where AWS has the host, the words of the container are those of the task.
        let words = words.filter(|_| self.phases.pulling_in_activating);
        StopCause::FailedToStart {
            reason: report.reason().or(words).map(str::to_owned),
        }
    }

    pub(super) fn stop_because(&mut self, cause: StopCause) {
        self.cause.get_or_insert(cause);
        self.become_pair(StatusPair {
            shall_stop: true,
            ..self.status
        });
    }

    /// Takes a task that shall stop down, as far as it can go.
    pub(super) fn advance(&mut self) {
        if !self.status.shall_stop {
            return;
        }
        self.leave_discovery();
        while self.status.last < TaskStatus::Stopped && self.step_down() {}
        if self.stops.containers_stopped || self.status.last >= TaskStatus::Deprovisioning {
            self.ask_at = Moment::NONE;
        }
    }

    /// A task is taken out of service discovery without a phase of its own.
    fn leave_discovery(&mut self) {
        if self.stops.registered && !self.phases.deactivating {
            self.stops.registered = false;
            self.pending.add(TaskAction::Deregister);
        }
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
                let by_itself = self
                    .cause
                    .as_ref()
                    .is_some_and(StopCause::is_known_to_agent);
                let visible = self.phases.stopping && !by_itself;
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
            TaskStatus::Deactivating => self.pending.add(TaskAction::Deregister),
            TaskStatus::Deprovisioning => {
                self.stops.containers_stopped = true;
                self.detach(AttachmentStatus::Detaching);
                self.pending.add(TaskAction::Deprovision);
            }
            _ => {}
        }
        self.become_last(next);
        true
    }

    /// Attachments go with the network of the task.
    fn detach(&mut self, status: AttachmentStatus) {
        for attachment in &mut self.attachments {
            if attachment.status.can_become(status) {
                attachment.status = status;
            }
        }
        self.attach_by = Moment::NONE;
    }

    fn tell_agent(&mut self) {
        if !self.stops.agent_told {
            self.stops.agent_told = true;
            self.pending.add(TaskAction::StopContainers);
        }
        if !self.ask_at.is_set() {
            self.ask_at = self.now.after(ASK_AGAIN);
        }
    }

    /// Whether ECS itself ends this phase of this task.
    fn is_own_phase(&self, phase: TaskStatus) -> bool {
        match phase {
            TaskStatus::Provisioning | TaskStatus::Deactivating | TaskStatus::Deprovisioning => {
                self.phases.includes(phase)
            }
            TaskStatus::Activating => self.phases.registering,
            _ => false,
        }
    }

    /// Why the end of a phase is not taken, if it is not.
    pub(super) fn refuse_phase(&self, phase: TaskStatus) -> Option<Verdict> {
        if !self.is_own_phase(phase) {
            return Some(Verdict::Rejected(Rejection::NoSuchPhase(phase)));
        }
        match self.work_of(phase) {
            PhaseWork::NotBegun => {
                let at = self.status.last;
                Some(Verdict::Rejected(Rejection::PhaseNotBegun { at, phase }))
            }
            PhaseWork::Done => Some(Verdict::Duplicate),
            PhaseWork::InVain => Some(Verdict::Stale),
            PhaseWork::Open => None,
        }
    }

    fn work_of(&self, phase: TaskStatus) -> PhaseWork {
        let registered = self.stops.registered;
        match self.status.last.cmp(&phase) {
            Ordering::Less => PhaseWork::NotBegun,
            Ordering::Greater => PhaseWork::Done,
            Ordering::Equal => match phase {
                TaskStatus::Activating if self.status.shall_stop => PhaseWork::InVain,
                TaskStatus::Activating if !registered => PhaseWork::NotBegun,
                TaskStatus::Deactivating if !registered => PhaseWork::Done,
                _ => PhaseWork::Open,
            },
        }
    }

    pub(super) fn finish_phase(&mut self, phase: TaskStatus) {
        match phase {
            TaskStatus::Provisioning => {
                self.become_last(TaskStatus::Pending);
                self.launch();
            }
            TaskStatus::Activating => self.become_last(TaskStatus::Running),
            TaskStatus::Deactivating => self.stops.registered = false,
            TaskStatus::Deprovisioning => {
                self.detach(AttachmentStatus::Deleted);
                self.become_last(TaskStatus::Stopped);
            }
            _ => {}
        }
    }

    pub(super) fn fail_phase(&mut self, phase: TaskStatus, reason: String) {
        match phase {
            TaskStatus::Deactivating => self.pending.add(TaskAction::Deregister),
            TaskStatus::Deprovisioning => self.pending.add(TaskAction::Deprovision),
            _ => self.stop_because(StopCause::FailedToStart {
                reason: Some(reason),
            }),
        }
    }

    /// What follows when a status is entered.
    pub(super) fn enter(&mut self, last: TaskStatus) {
        let now = self.now;
        match last {
            TaskStatus::Running => {
                self.times.started_at = now;
                // Whatever is attached is there.
                self.attach_by = Moment::NONE;
            }
            TaskStatus::Stopping => self.times.stopping_at = now,
            TaskStatus::Stopped => self.end(),
            _ => {}
        }
    }

    /// The containers of a stopped task have stopped, unless nobody knows.
    fn end(&mut self) {
        self.times.stopped_at = self.now;
        self.ask_at = Moment::NONE;
        self.attach_by = Moment::NONE;
        if !self.is_orphaned {
            for container in &mut self.containers {
                container.status = ReportedStatus::Stopped;
            }
        }
    }

    pub(super) fn next_timeout(&self) -> Moment {
        let own = self.ask_at.earlier(self.attach_by);
        own.earlier(self.forgotten_at())
    }

    pub(super) fn forgotten_at(&self) -> Moment {
        match self.status.last {
            TaskStatus::Stopped => self.times.stopped_at.after(self.retention),
            _ => Moment::NONE,
        }
    }

    pub(super) fn fire_timers(&mut self) {
        if self.forgotten_at().is_due(self.now) {
            self.become_last(TaskStatus::Deleted);
        }
        if self.attach_by.is_due(self.now) {
            self.attach_by = Moment::NONE;
            self.give_up_interface();
        }
        if self.ask_at.is_due(self.now) {
            self.ask_at = self.now.after(ASK_AGAIN);
            self.pending.add(match self.status.shall_stop {
                true => TaskAction::StopContainers,
                false => TaskAction::Launch,
            });
        }
    }

    fn give_up_interface(&mut self) {
        for attachment in &mut self.attachments {
            let missing = attachment.status < AttachmentStatus::Attached;
            if missing && attachment.kind == AttachmentKind::ElasticNetworkInterface {
                attachment.status = AttachmentStatus::Failed;
            }
        }
        if !self.status.shall_stop {
            self.stop_because(StopCause::NetworkInterfaceTimeout);
        }
    }
}
