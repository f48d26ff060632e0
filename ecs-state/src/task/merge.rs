//! Takes what a report says, or finds where it contradicts what is known.

use super::TaskMachine;
use crate::{ContainerReport, Rejection, ReportedStatus, TaskReport, TaskStatus};

impl TaskMachine {
    /// Finds contradictions before anything is changed.
    pub(super) fn examine(&self, report: &TaskReport) -> Result<(), Rejection> {
        if self.status.last == TaskStatus::Provisioning {
            return Err(Rejection::NotLaunched(self.status.last));
        }
        for reported in &report.containers {
            let known = self
                .container(&reported.name)
                .ok_or_else(|| Rejection::UnknownContainer(reported.name.clone()))?;
            match (known.exit_code, reported.exit_code) {
                (Some(known), Some(code)) if known != code => {
                    return Err(Rejection::OtherExitCode {
                        container: reported.name.clone(),
                        known,
                        reported: code,
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes times and containers; says whether the status of a container went up.
    pub(super) fn merge(&mut self, report: &TaskReport) -> bool {
        self.timeline.merge(report, self.now);
        let mut moved = false;
        for reported in &report.containers {
            let position = self.spec.position(&reported.name);
            if let Some(known) = position.and_then(|index| self.containers.get_mut(index)) {
                moved |= merge_container(known, reported);
            }
        }
        if report.status == ReportedStatus::Stopped {
            for container in &mut self.containers {
                moved |= container.status != ReportedStatus::Stopped;
                container.status = ReportedStatus::Stopped;
            }
        }
        moved
    }

    fn container(&self, name: &str) -> Option<&ContainerReport> {
        self.containers.get(self.spec.position(name)?)
    }
}

fn merge_container(known: &mut ContainerReport, reported: &ContainerReport) -> bool {
    let moved = reported.status > known.status;
    known.status = known.status.max(reported.status);
    keep_first(&mut known.exit_code, &reported.exit_code);
    keep_first(&mut known.reason, &reported.reason);
    keep_first(&mut known.runtime_id, &reported.runtime_id);
    keep_first(&mut known.image_digest, &reported.image_digest);
    if known.network_bindings.is_empty() {
        known
            .network_bindings
            .clone_from(&reported.network_bindings);
    }
    moved
}

fn keep_first<T: Clone>(known: &mut Option<T>, reported: &Option<T>) {
    if known.is_none() {
        known.clone_from(reported);
    }
}
