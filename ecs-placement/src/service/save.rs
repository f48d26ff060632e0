//! Services as they are saved.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::settings::group;
use super::state::{ServiceState, ServiceStatus};
use super::{ServiceAction, ServicePolicy, Services, TaskPlace};
use crate::Fargate;
use crate::capacity::ClusterCapacity;

/// Equal services are saved as equal bytes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedServices<'a> {
    format: Format<SavedServices<'static>>,
    cluster: Cow<'a, str>,
    policy: Cow<'a, ServicePolicy>,
    version: u64,
    /// In the order in which they were created, which is that in which they are looked at.
    services: Cow<'a, [ServiceState]>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    closed: Cow<'a, BTreeMap<Arc<str>, Box<str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fargate: Option<Cow<'a, Fargate>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fargate_spot: Option<Cow<'a, Fargate>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity: Option<Cow<'a, ClusterCapacity>>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    alarms: Cow<'a, BTreeSet<Box<str>>>,
    #[serde(default, skip_serializing_if = "<[ServiceAction]>::is_empty")]
    actions: Cow<'a, [ServiceAction]>,
    touched_at: Timestamp,
}

impl Saved for SavedServices<'static> {
    const NAME: &'static str = "set of services";
    const VERSION: u32 = 1;
}

impl Serialize for Services {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let saved = SavedServices {
            format: Format::current(),
            cluster: Cow::Borrowed(&*self.cluster),
            policy: Cow::Borrowed(&self.policy),
            version: self.version,
            services: Cow::Borrowed(&self.services),
            closed: Cow::Borrowed(&self.closed),
            fargate: self.fargate.as_ref().map(Cow::Borrowed),
            fargate_spot: self.fargate_spot.as_ref().map(Cow::Borrowed),
            capacity: self.capacity.as_ref().map(Cow::Borrowed),
            alarms: Cow::Borrowed(&self.alarms),
            actions: Cow::Borrowed(&self.actions),
            touched_at: self.touched_at,
        };
        saved.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Services {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = SavedServices::deserialize(deserializer)?;
        Self::restored(saved).map_err(D::Error::custom)
    }
}

impl Services {
    fn restored(saved: SavedServices<'_>) -> Result<Self, String> {
        let policy = saved.policy.into_owned();
        let mut restored = Self::new(&saved.cluster, policy).map_err(|error| error.to_string())?;
        restored.version = saved.version;
        restored.closed = saved.closed.into_owned();
        restored.fargate = saved.fargate.map(Cow::into_owned);
        restored.fargate_spot = saved.fargate_spot.map(Cow::into_owned);
        if let Some(capacity) = saved.capacity {
            restored = restored.with_capacity(capacity.into_owned());
        }
        restored.alarms = saved.alarms.into_owned();
        restored.actions = saved.actions.into_owned();
        restored.touched_at = saved.touched_at;
        for (slot, mut service) in (0..).zip(saved.services.into_owned()) {
            service.rebuild().map_err(|error| error.to_string())?;
            restored.index(slot, &service)?;
            if service.is_daemon && service.status != ServiceStatus::Inactive {
                restored.daemons.insert(group(&service.name).into());
            }
            restored.agenda.set_daemon(slot, service.is_daemon);
            restored.agenda.set_starved(slot, service.waits_for_cell());
            restored.agenda.touch(slot);
            restored.services.push(service);
        }
        Ok(restored)
    }

    /// Enters a service and its tasks where they are looked up.
    fn index(&mut self, slot: u32, service: &ServiceState) -> Result<(), String> {
        let name = &service.name;
        if self.slots.insert(Arc::clone(name), slot).is_some() {
            return Err(format!("the service `{name}` is in it twice"));
        }
        for task in service.tasks.values() {
            if service.deployment(task.deployment).is_none() {
                return Err(format!("the task `{}` is of no deployment", task.task));
            }
        }
        for (number, task) in service.tasks.iter().chain(&service.left) {
            let name = Arc::clone(&task.task);
            if let Some(TaskPlace::Instance(instance)) = &task.place {
                let here = self.on.entry(Arc::clone(instance)).or_default();
                here.insert((slot, *number));
            }
            if self.tasks.insert(name, (slot, *number)).is_some() {
                return Err(format!("the task `{}` is in it twice", task.task));
            }
        }
        Ok(())
    }
}
