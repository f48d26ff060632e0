//! Takes what reports say, and finds where they contradict what is known.

use ecs_model::{HealthStatus, Timestamp};

use super::TaskMachine;
use crate::health::Health;
use crate::moment::Moment;
use crate::{
    AttachmentKind, AttachmentStatus, ContainerReport, Rejection, ReportedStatus, StopCause,
    TaskReport, TaskStatus, Verdict,
};

/// What became of the parts of a report.
pub(super) struct Merged {
    /// Whether the status of a container or a managed agent went up.
    pub(super) moved: bool,
    pub(super) rejections: Vec<Rejection>,
}

impl TaskMachine {
    /// Takes times, containers and managed agents.
    pub(super) fn merge(&mut self, report: &TaskReport<'_>) -> Merged {
        self.times.merge(report, self.now);
        let mut merged = Merged {
            moved: false,
            rejections: Vec::new(),
        };
        for reported in report.containers() {
            self.merge_container(&reported, &mut merged);
        }
        for reported in report.managed_agents() {
            let now = self.now;
            let index = self.spec.position(reported.container());
            match index.and_then(|index| self.containers.get_mut(index)) {
                Some(container) => merged.moved |= container.merge_agent(&reported, now),
                None => merged.reject_container(reported.container()),
            }
        }
        if report.status() == ReportedStatus::Stopped {
            for container in &mut self.containers {
                merged.moved |= container.status != ReportedStatus::Stopped;
                container.status = ReportedStatus::Stopped;
            }
            self.stops.containers_stopped = true;
            self.stops.essential_ended = true;
        }
        merged
    }

    fn merge_container(&mut self, reported: &ContainerReport<'_>, merged: &mut Merged) {
        let index = self.spec.position(reported.name());
        let Some(known) = index.and_then(|index| self.containers.get_mut(index)) else {
            return merged.reject_container(reported.name());
        };
        if let (Some(code), Some(other)) = (known.exit_code, reported.exit_code())
            && code != other
        {
            merged.rejections.push(Rejection::OtherExitCode {
                container: reported.name().to_owned(),
                known: code,
                reported: other,
            });
        }
        merged.moved |= known.merge(reported);
        let ended = known.status == ReportedStatus::Stopped;
        self.stops.essential_ended |=
            ended && index.is_some_and(|index| self.spec.is_essential(index));
    }

    pub(super) fn take_health(
        &mut self,
        container: &str,
        health: &HealthStatus,
        now: Timestamp,
    ) -> Verdict {
        let index = self.spec.position(container);
        let Some(known) = index.and_then(|index| self.containers.get_mut(index)) else {
            return Verdict::Rejected(Rejection::UnknownContainer(container.to_owned()));
        };
        if !index
            .and_then(|index| self.spec.node(index))
            .is_some_and(|node| node.has_health_check)
        {
            return Verdict::Rejected(Rejection::NoHealthCheck {
                container: container.to_owned(),
                health: health.clone(),
            });
        }
        if known.status == ReportedStatus::Stopped {
            return Verdict::Stale;
        }
        let health = Health::from(health);
        if known.health == health {
            return Verdict::Duplicate;
        }
        known.health = health;
        self.observe(now);
        Verdict::Applied
    }

    /// Takes how far an attachment is. One that fails before the task runs stops it. The next
    /// event tells of it.
    pub fn handle_attachment(
        &mut self,
        id: &str,
        status: AttachmentStatus,
        now: Timestamp,
    ) -> Verdict {
        let Some(known) = self.attachments.iter_mut().find(|known| known.id == id) else {
            return Verdict::Rejected(Rejection::UnknownAttachment(id.to_owned()));
        };
        if !known.status.can_become(status) {
            return match known.status == status {
                true => Verdict::Duplicate,
                false => Verdict::Stale,
            };
        }
        known.status = status;
        self.observe(now);
        let missing = |status| status < AttachmentStatus::Attached;
        let awaited = self.attachments.iter().any(|attachment| {
            attachment.kind == AttachmentKind::ElasticNetworkInterface && missing(attachment.status)
        });
        if !awaited {
            self.attach_by = Moment::NONE;
        }
        if status == AttachmentStatus::Failed && self.status.last < TaskStatus::Running {
            self.stop_because(StopCause::FailedToStart { reason: None });
            self.advance();
        }
        Verdict::Applied
    }
}

impl Merged {
    fn reject_container(&mut self, name: &str) {
        let name = name.to_owned();
        self.rejections.push(Rejection::UnknownContainer(name));
    }
}
