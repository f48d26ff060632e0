//! How the services are changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::Timestamp;

use super::settings::{NewService, ServiceUpdate, group};
use super::state::{ServiceState, ServiceStatus};
use super::task_sets::TaskSets;
use super::{DeploymentEvent, ServiceAction, ServiceChange, ServicePolicy, Services};

impl Services {
    /// Makes a change so that was checked.
    pub(super) fn change(&mut self, change: ServiceChange) {
        self.version = self.version.saturating_add(1);
        match change {
            ServiceChange::Create(new) => self.put(*new),
            ServiceChange::Update(update) => self.take_update(*update),
            ServiceChange::Delete { service, at } => {
                self.on(&service, at, |service, _| service.delete(at));
            }
            ServiceChange::Gone { service, at } => {
                self.daemons.remove(&*group(&service));
                self.on(&service, at, |one, _| one.status = ServiceStatus::Inactive);
            }
            ServiceChange::Resize {
                service,
                desired,
                at,
            } => self.on(&service, at, |service, _| service.desired = desired),
            ServiceChange::Alarm { alarm, is_on, at } => self.set_alarm(alarm, is_on, at),
            ServiceChange::Observe { task, at } => self.take_task(&task, at),
            ServiceChange::Adopt { task, at } => self.take_over(&task, at),
            ServiceChange::Instance {
                instance,
                status,
                at,
            } => self.take_instance(&instance, &status, at),
            ServiceChange::Elapse { service, at } => self.on(&service, at, |service, policy| {
                service.elapse(policy, at);
            }),
            ServiceChange::Start(starts) => self.take_starts(starts),
            ServiceChange::Settle { service, tasks, at } => self.settle(&service, tasks, at),
            ServiceChange::Capacity { events, at } => self.take_capacity(&events, at),
            ServiceChange::Register { service, tasks, at } => self.enter(&service, tasks, at),
            ServiceChange::Stop {
                service,
                tasks,
                zones,
                at,
            } => self.stop(&service, &tasks, zones, at),
            ServiceChange::Tell {
                service,
                notice,
                at,
            } => self.on(&service, at, |service, policy| {
                service.tell(notice, policy.repeat_after, at);
            }),
            ServiceChange::Deployment {
                service,
                deployment,
                event,
                at,
            } => self.take_deployment(&service, &deployment, event, at),
            ServiceChange::TaskSet {
                service,
                event,
                revision,
                at,
            } => self.on(&service, at, |service, _| {
                service.take_task_set(&event, revision, at);
            }),
            ServiceChange::Rebalance { service, event, at } => {
                self.on(&service, at, |service, _| service.rebalance(&event, at));
            }
            ServiceChange::Shift { service, event, at } => {
                self.on_with_alarms(&service, at, |service, policy, alarms| {
                    service.take_shift(&event, alarms, policy, at);
                });
            }
        }
    }

    fn take_deployment(&mut self, service: &str, id: &str, event: DeploymentEvent, at: Timestamp) {
        self.on_with_alarms(service, at, |service, policy, alarms| match event {
            DeploymentEvent::Begin => {
                if let Some(rolling) = &mut service.history.rolling {
                    rolling.begin(at);
                }
            }
            DeploymentEvent::Advance => service.advance_hooks(at),
            DeploymentEvent::Bake => service.bake(id, policy, at),
            DeploymentEvent::Complete => {
                service.complete(id, policy.repeat_after, at);
                if let Some(rolling) = &mut service.history.rolling {
                    rolling.complete(id, at);
                }
                service.keep_ended(policy);
            }
            DeploymentEvent::Fail { failure, rollback } => {
                service.give_up(id, (failure, None), rollback, (alarms, policy), at);
            }
            DeploymentEvent::Retire => service.deployments.retain(|one| *one.id != *id),
        });
    }

    /// Changes a service, which is then to be looked at.
    pub(super) fn on(
        &mut self,
        name: &str,
        at: Timestamp,
        change: impl FnOnce(&mut ServiceState, &ServicePolicy),
    ) {
        self.on_with_alarms(name, at, |service, policy, _| change(service, policy));
    }

    /// The same by the alarms that are on.
    fn on_with_alarms(
        &mut self,
        name: &str,
        at: Timestamp,
        change: impl FnOnce(&mut ServiceState, &ServicePolicy, &BTreeSet<Box<str>>),
    ) {
        self.touched_at = at;
        let Some(slot) = self.slots.get(name).copied() else {
            return;
        };
        if let Some(service) = self.services.get_mut(slot as usize) {
            change(service, &self.policy, &self.alarms);
            service.hush();
            self.hand_over(slot);
            self.agenda.touch(slot);
        }
    }

    /// What a service has to tell is to be published.
    pub(super) fn hand_over(&mut self, slot: u32) {
        if let Some(service) = self.services.get_mut(slot as usize) {
            let news = service.news.drain(..).map(Box::new);
            self.actions.extend(news.map(ServiceAction::Publish));
            let asked = service.asked_of_shift();
            let name = &service.name;
            self.actions
                .extend(asked.into_iter().map(|action| ServiceAction::Shift {
                    service: Arc::clone(name),
                    action: Box::new(action),
                }));
        }
    }

    fn put(&mut self, new: NewService) {
        let arn = self.arn("service", &new.name);
        let has_task_sets = new.deployment.is_none();
        let task_sets = has_task_sets.then(|| {
            let sets = TaskSets::new(arn.as_str(), Arc::clone(&self.cluster), new.desired);
            Box::new(sets)
        });
        let mut service = ServiceState {
            name: Arc::clone(&new.name),
            cluster: Arc::clone(&self.cluster),
            arn: arn.into(),
            status: ServiceStatus::Active,
            created_at: new.at,
            desired: new.desired,
            is_daemon: new.is_daemon,
            settings: new.settings,
            deployments: Vec::new(),
            next_deployment: 0,
            tasks: Default::default(),
            next_task: 0,
            left: Default::default(),
            timers: Default::default(),
            log: Default::default(),
            told: 0,
            unregistered: Default::default(),
            news: Vec::new(),
            asked: Vec::new(),
            shift: None,
            history: Default::default(),
            rebalancing: None,
            moved: None,
            gave_up: None,
            task_sets,
            can_rebalance: false,
            rules: Default::default(),
        };
        service.follow_settings();
        if let Some(deployment) = new.deployment {
            service.deploy(deployment, &self.alarms, new.at);
        }
        if service.is_daemon {
            self.daemons.insert(group(&new.name).into());
        }
        let slot = self.slots.get(&new.name).copied();
        let next = u32::try_from(self.services.len()).unwrap_or(u32::MAX);
        let slot = slot.unwrap_or(next);
        match self.services.get_mut(slot as usize) {
            Some(known) => {
                service.follow(known);
                *known = service;
            }
            None => self.services.push(service),
        }
        self.slots.insert(new.name, slot);
        self.touched_at = new.at;
        self.hand_over(slot);
        self.agenda.set_daemon(slot, new.is_daemon);
        self.agenda.touch(slot);
    }

    fn set_alarm(&mut self, alarm: Box<str>, is_on: bool, at: Timestamp) {
        self.touched_at = at;
        for (slot, service) in (0..).zip(&self.services) {
            let alarms = service.rules.alarms.as_ref();
            if alarms.is_some_and(|one| one.alarm_names().iter().any(|name| **name == *alarm)) {
                self.agenda.touch(slot);
            }
        }
        match is_on {
            true => self.alarms.insert(alarm),
            false => self.alarms.remove(&alarm),
        };
    }

    fn take_update(&mut self, update: ServiceUpdate) {
        let at = update.at;
        self.on_with_alarms(&update.name, at, |service, policy, alarms| {
            if update.deployment.is_some() || service.desired != update.desired {
                service.interrupt_rebalancing(at);
            }
            service.desired = update.desired;
            service.settings = update.settings;
            service.follow_settings();
            service.scale_task_sets(at);
            if !service.rebalances(policy.rebalances_by_default) {
                service.interrupt_rebalancing(at);
            }
            if let Some(deployment) = update.deployment {
                service.supersede(policy, at);
                service.deploy(deployment, alarms, at);
            }
            // The grace period may be another one.
            let numbers: Vec<u64> = service.tasks.keys().copied().collect();
            for number in numbers {
                service.revise(number, policy, at, |_| {});
            }
        });
    }
}
