//! Records of changes, and whether they can be applied.

use ecs_taskdef::Recorded;

use super::state::ServiceStatus;
use super::{ServiceApplyError, ServiceChange, ServiceRecord, Services};

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
        let known = |name: &str| {
            let service = name.to_owned();
            self.service(name)
                .ok_or(ServiceApplyError::NoService { service })
        };
        let deployment = |name: &str, id: &str| {
            let deployment = id.to_owned();
            let found = known(name)?.by_id(id);
            found.map_or(Err(ServiceApplyError::NoDeployment { deployment }), |_| {
                Ok(())
            })
        };
        let task = |task: &str| match self.tasks.contains_key(task) {
            true => Ok(()),
            false => Err(ServiceApplyError::NoTask {
                task: task.to_owned(),
            }),
        };
        match change {
            ServiceChange::Instance { .. } | ServiceChange::Alarm { .. } => Ok(()),
            ServiceChange::Create(new) => match known(&new.name) {
                Ok(old) if old.status != ServiceStatus::Inactive => {
                    Err(ServiceApplyError::ServiceExists {
                        service: new.name.to_string(),
                    })
                }
                _ => Ok(()),
            },
            ServiceChange::Update(update) => known(&update.name).map(drop),
            ServiceChange::Delete { service, .. }
            | ServiceChange::Resize { service, .. }
            | ServiceChange::Gone { service, .. }
            | ServiceChange::Elapse { service, .. }
            | ServiceChange::Tell { service, .. } => known(service).map(drop),
            ServiceChange::Shift { service, event, at } => {
                let shift = known(service)?.shift.as_ref();
                let shift = shift.ok_or_else(|| ServiceApplyError::NoShift {
                    service: service.to_string(),
                })?;
                shift.decide(event.clone(), *at).outcome?;
                Ok(())
            }
            ServiceChange::Observe { task: seen, .. } => task(&seen.task),
            ServiceChange::Adopt { task: seen, .. } => {
                known(&seen.service)?;
                match self.tasks.contains_key(&seen.task) {
                    true => Err(ServiceApplyError::TaskExists {
                        task: seen.task.to_string(),
                    }),
                    false => Ok(()),
                }
            }
            ServiceChange::Start {
                service,
                deployment: id,
                tasks,
                ..
            } => {
                deployment(service, id)?;
                let mut names = tasks.iter().map(|(task, _)| task);
                let known = names.find(|task| self.tasks.contains_key(*task));
                known.map_or(Ok(()), |task| {
                    Err(ServiceApplyError::TaskExists {
                        task: task.to_string(),
                    })
                })
            }
            ServiceChange::Register { service, tasks, .. } => {
                known(service)?;
                tasks.iter().try_for_each(|name| task(name))
            }
            ServiceChange::Stop { service, tasks, .. } => {
                known(service)?;
                tasks.iter().try_for_each(|(name, _)| task(name))
            }
            ServiceChange::Bake {
                service,
                deployment: id,
                ..
            }
            | ServiceChange::Complete {
                service,
                deployment: id,
                ..
            }
            | ServiceChange::Retire {
                service,
                deployment: id,
            } => deployment(service, id),
            ServiceChange::Fail {
                service,
                deployment: id,
                rollback,
                ..
            } => {
                deployment(service, id)?;
                let rollback = rollback.as_deref();
                rollback.map_or(Ok(()), |id| deployment(service, id))
            }
        }
    }
}
