//! Records of changes, and whether they can be applied.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::Recorded;

use super::sets::check_event;
use super::settings::NewService;
use super::state::{ServiceState, ServiceStatus};
use super::{
    DeploymentEvent, ObservedServiceTask, ServiceApplyError, ServiceChange, ServiceRecord, Services,
};
use crate::deployment::Revision;
use crate::deployment::shift::ShiftEvent;

impl Services {
    /// A change as the next record.
    #[must_use]
    pub fn record(&self, change: ServiceChange) -> ServiceRecord {
        ServiceRecord::after(self.version, change)
    }

    /// Makes a change so that was recorded, here or in another process with the same records
    /// before. What it asks of the world comes with [`take_actions`](Self::take_actions).
    ///
    /// # Errors
    ///
    /// A record that is not the next one, or that names what there is not; nothing has changed
    /// then.
    pub fn apply(&mut self, record: &ServiceRecord) -> Result<(), ServiceApplyError> {
        let next = self.version.saturating_add(1);
        if record.version() != next {
            return Err(ServiceApplyError::NotNext {
                version: record.version(),
                next,
            });
        }
        self.check(record.change())?;
        self.change(record.change().clone());
        Ok(())
    }

    /// Whether what a change names is there.
    fn check(&self, change: &ServiceChange) -> Result<(), ServiceApplyError> {
        match change {
            ServiceChange::Instance { .. } | ServiceChange::Alarm { .. } => Ok(()),
            ServiceChange::Create(new) => self.check_new(new),
            ServiceChange::Update(update) => {
                self.known(&update.name)?;
                self.check_revision(update.deployment.as_ref())
            }
            ServiceChange::Delete { service, .. }
            | ServiceChange::Resize { service, .. }
            | ServiceChange::Gone { service, .. }
            | ServiceChange::Elapse { service, .. }
            | ServiceChange::Rebalance { service, .. }
            | ServiceChange::Tell { service, .. } => self.known(service).map(drop),
            ServiceChange::Shift { service, event, at } => self.check_shift(service, event, *at),
            ServiceChange::TaskSet {
                service,
                event,
                revision,
                at,
            } => {
                let sets = self.known(service)?.task_sets.as_ref();
                let sets = sets.ok_or_else(|| ServiceApplyError::NoTaskSets {
                    service: service.to_string(),
                })?;
                check_event(event, revision.as_deref())?;
                if let Some(revision) = revision {
                    self.check_providers(&revision.0)?;
                }
                Ok(sets.decide(event.clone(), *at).outcome?)
            }
            ServiceChange::Observe { task, .. } => self.check_tasks([&task.task]),
            ServiceChange::Adopt { task, .. } => {
                self.check_adoption(task)?;
                self.check_unknown([&task.task])
            }
            ServiceChange::Start(starts) => {
                self.check_deployments(&starts.service, [&starts.deployment])?;
                let placed = starts.tasks.iter().map(|(task, _)| task);
                self.check_unknown(placed.chain(&starts.waiting))?;
                Ok(self.check_waiting(starts.provider.as_deref(), &starts.waiting)?)
            }
            ServiceChange::Settle { service, tasks, .. } => {
                self.known(service)?;
                self.check_tasks(tasks.iter().map(|(task, _)| task))
            }
            ServiceChange::Capacity { events, at } => Ok(self.try_capacity(events, *at)?),
            ServiceChange::Register { service, tasks, .. } => {
                self.known(service)?;
                self.check_tasks(tasks)
            }
            ServiceChange::Stop { service, tasks, .. } => {
                self.known(service)?;
                self.check_tasks(tasks.iter().map(|(task, _)| task))
            }
            ServiceChange::Deployment {
                service,
                deployment,
                event,
                ..
            } => {
                let rollback = match event {
                    DeploymentEvent::Fail { rollback, .. } => rollback.as_ref(),
                    _ => None,
                };
                self.check_deployments(service, [deployment].into_iter().chain(rollback))
            }
        }
    }

    fn known(&self, service: &str) -> Result<&ServiceState, ServiceApplyError> {
        let known = self.service(service);
        known.ok_or_else(|| ServiceApplyError::NoService {
            service: service.to_owned(),
        })
    }

    fn check_new(&self, new: &NewService) -> Result<(), ServiceApplyError> {
        let known = self.service(&new.name);
        match known.is_some_and(|known| known.status != ServiceStatus::Inactive) {
            true => Err(ServiceApplyError::ServiceExists {
                service: new.name.to_string(),
            }),
            false => self.check_revision(new.deployment.as_ref()),
        }
    }

    /// Whether there is what the tasks of a new deployment need.
    fn check_revision(
        &self,
        deployment: Option<&(Arc<str>, Revision)>,
    ) -> Result<(), ServiceApplyError> {
        let revision = deployment.map(|(_, revision)| revision);
        Ok(revision.map_or(Ok(()), |revision| self.check_providers(revision))?)
    }

    /// Whether somebody looks after a task that is taken over.
    pub(super) fn check_adoption(
        &self,
        task: &ObservedServiceTask,
    ) -> Result<(), ServiceApplyError> {
        let known = self.known(&task.service)?;
        if known.status == ServiceStatus::Inactive || known.primary().is_none() {
            let deployment = task.deployment.to_string();
            return Err(ServiceApplyError::NoDeployment { deployment });
        }
        Ok(())
    }

    fn check_shift(
        &self,
        service: &str,
        event: &ShiftEvent,
        at: Timestamp,
    ) -> Result<(), ServiceApplyError> {
        let known = self.known(service)?;
        let verdict = match &known.shift {
            _ if known.is_for_hooks(event) => known.hooks_verdict(event, at),
            Some(shift) => Some(shift.decide(event.clone(), at).outcome),
            None => None,
        };
        verdict.ok_or_else(|| ServiceApplyError::NoShift {
            service: service.to_owned(),
        })??;
        Ok(())
    }

    fn check_deployments<'d>(
        &self,
        service: &str,
        deployments: impl IntoIterator<Item = &'d Arc<str>>,
    ) -> Result<(), ServiceApplyError> {
        let known = self.known(service)?;
        for id in deployments {
            if known.by_id(id).is_none() {
                let deployment = id.to_string();
                return Err(ServiceApplyError::NoDeployment { deployment });
            }
        }
        Ok(())
    }

    fn check_tasks<'t>(
        &self,
        tasks: impl IntoIterator<Item = &'t Arc<str>>,
    ) -> Result<(), ServiceApplyError> {
        let mut tasks = tasks.into_iter();
        let unknown = tasks.find(|task| !self.tasks.contains_key(*task));
        unknown.map_or(Ok(()), |task| {
            let task = task.to_string();
            Err(ServiceApplyError::NoTask { task })
        })
    }

    fn check_unknown<'t>(
        &self,
        tasks: impl IntoIterator<Item = &'t Arc<str>>,
    ) -> Result<(), ServiceApplyError> {
        let mut tasks = tasks.into_iter();
        let mut seen = BTreeSet::new();
        let known = tasks.find(|task| self.tasks.contains_key(*task) || !seen.insert(*task));
        known.map_or(Ok(()), |task| {
            let task = task.to_string();
            Err(ServiceApplyError::TaskExists { task })
        })
    }
}
