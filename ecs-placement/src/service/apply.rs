//! How the services are changed.

use std::sync::Arc;

use ecs_model::{LaunchType, TaskStopCode, Timestamp, service_message};

use super::rebalance::{RebalanceEvent, Zones};
use super::settings::{NewService, ServiceUpdate, group};
use super::state::{ServiceState, ServiceStatus, Timer};
use super::task::ServiceTask;
use super::task_sets::TaskSets;
use super::{Notice, Obstacle, ServiceAction, ServiceChange, Services, StopCause, TaskPlace};
use crate::capacity::ProviderKind;

impl Services {
    /// Makes a change so that was checked.
    pub(super) fn change(&mut self, change: ServiceChange) {
        self.version = self.version.saturating_add(1);
        match change {
            ServiceChange::Create(new) => self.put(*new),
            ServiceChange::Update(update) => self.take_update(*update),
            ServiceChange::Delete { service, at } => self.on(&service, at, |service, _| {
                service.interrupt_rebalancing(at);
                service.status = ServiceStatus::Draining;
                service.desired = 0;
                // Its service deployments are deleted with it.
                service.shift = None;
                service.history = Default::default();
                service.scale_task_sets(at);
            }),
            ServiceChange::Gone { service, at } => {
                self.daemons.remove(&*group(&service));
                self.on(&service, at, |service, _| {
                    service.status = ServiceStatus::Inactive;
                });
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
            ServiceChange::Start {
                service,
                deployment,
                tasks,
                provider,
                waiting,
                moves_at,
                unplaced,
                obstacle,
                is_retry,
                at,
            } => {
                if let Some(registered) = moves_at {
                    self.move_to(&service, &deployment, provider.as_ref(), tasks, at);
                    return self.on(&service, at, |service, _| {
                        let given_up = (registered, service.next_task);
                        service.gave_up = (!service.is_moving()).then_some(given_up);
                    });
                }
                let outcome = Shortfall {
                    provider: provider.as_ref(),
                    unplaced,
                    obstacle: obstacle.filter(|_| !is_retry),
                    is_retry,
                };
                self.starve(&service, &deployment, outcome, at);
                let placed = tasks.into_iter().map(|(task, place)| (task, Some(place)));
                let waiting = waiting.into_iter().map(|task| (task, None));
                let tasks = placed.chain(waiting).collect();
                self.start(&service, &deployment, provider.as_ref(), tasks, at);
            }
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
            of_deployment @ (ServiceChange::Begin { .. }
            | ServiceChange::Bake { .. }
            | ServiceChange::Complete { .. }
            | ServiceChange::Fail { .. }
            | ServiceChange::Retire { .. }
            | ServiceChange::Rebalance { .. }
            | ServiceChange::TaskSet { .. }
            | ServiceChange::Shift { .. }) => self.change_deployment(of_deployment),
        }
    }

    /// Makes a change of a deployment so that was checked.
    fn change_deployment(&mut self, change: ServiceChange) {
        match change {
            ServiceChange::Begin {
                service,
                deployment: _,
                at,
            } => self.on(&service, at, |service, _| {
                if let Some(rolling) = &mut service.history.rolling {
                    rolling.begin(at);
                }
            }),
            ServiceChange::Bake {
                service,
                deployment,
                at,
            } => self.on(&service, at, |service, policy| {
                service.bake(&deployment, policy, at);
            }),
            ServiceChange::Complete {
                service,
                deployment,
                at,
            } => self.on(&service, at, |service, policy| {
                service.complete(&deployment, policy.repeat_after, at);
                if let Some(rolling) = &mut service.history.rolling {
                    rolling.complete(&deployment, at);
                }
                service.keep_ended(policy);
            }),
            ServiceChange::Fail {
                service,
                deployment,
                failure,
                rollback,
                at,
            } => {
                let alarms = self.alarms.clone();
                self.on(&service, at, |service, policy| {
                    service.fail(&deployment, failure, at);
                    let failed = (&*deployment, failure);
                    service.fail_rolling(failed, rollback.clone(), &alarms, at);
                    if let Some(old) = rollback {
                        service.go_back(&old, failure, &alarms, at);
                    }
                    service.keep_ended(policy);
                });
            }
            ServiceChange::Retire {
                service,
                deployment,
            } => self.on(&service, self.touched_at, |service, _| {
                service.deployments.retain(|one| one.id != deployment);
            }),
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
                let alarms = self.alarms.clone();
                self.on(&service, at, |service, policy| {
                    service.take_shift(&event, &alarms, policy, at);
                });
            }
            // `change` keeps the others.
            _ => {}
        }
    }

    /// Changes a service, which is then to be looked at.
    fn on(
        &mut self,
        name: &str,
        at: Timestamp,
        change: impl FnOnce(&mut ServiceState, &super::ServicePolicy),
    ) {
        self.touched_at = at;
        let Some(slot) = self.slots.get(name).copied() else {
            return;
        };
        if let Some(service) = self.services.get_mut(slot as usize) {
            change(service, &self.policy);
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
        let task_sets = new.controller.as_ref().map(|_| {
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
            shift: None,
            history: Default::default(),
            rebalancing: None,
            moved: None,
            gave_up: None,
            task_sets,
            controller: new.controller,
            can_rebalance: false,
            rules: Default::default(),
        };
        service.follow_settings();
        if let Some(deployment) = new.deployment.zip(new.revision) {
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
        let alarms = self.alarms.clone();
        self.on(&update.name, at, |service, policy| {
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
                service.deploy(deployment, &alarms, at);
            }
            // The grace period may be another one.
            let numbers: Vec<u64> = service.tasks.keys().copied().collect();
            for number in numbers {
                service.revise(number, policy, at, |_| {});
            }
        });
    }

    fn start(
        &mut self,
        name: &Arc<str>,
        deployment: &Arc<str>,
        provider: Option<&Arc<str>>,
        tasks: Vec<(Arc<str>, Option<TaskPlace>)>,
        at: Timestamp,
    ) {
        let Some(slot) = self.slots.get(name).copied() else {
            return;
        };
        let Some(service) = self.services.get_mut(slot as usize) else {
            return;
        };
        let Some(known) = service.by_id_mut(deployment) else {
            return;
        };
        let of = known.number;
        known.owed = known.owed.saturating_sub(super::state::count(tasks.len()));
        if !tasks.is_empty() && !service.is_moving() {
            let ids = tasks.iter().map(|(task, _)| id_of(task));
            let message = match service.task_sets {
                Some(_) => service_message::started_in_task_set(name, deployment, ids),
                None => service_message::started(name, ids),
            };
            service.log.push(&service.arn, message, at);
        }
        for (task, place) in tasks {
            let is_closed = self.is_closed(place.as_ref());
            let Some(service) = self.services.get_mut(slot as usize) else {
                return;
            };
            let mut new = ServiceTask::new(Arc::clone(&task), of);
            new.provider = provider.cloned();
            new.is_draining = is_closed;
            let is_placed = place.is_some();
            new.place = place;
            let number = service.insert(new);
            self.tasks.insert(task, (slot, number));
            match is_placed {
                true => self.launch(slot, number),
                false => self.let_wait(slot, number, at),
            }
        }
        if let Some(service) = self.services.get_mut(slot as usize) {
            service.hush();
        }
        self.agenda.touch(slot);
    }

    /// A task starts in another zone, or finds no place there.
    fn move_to(
        &mut self,
        name: &Arc<str>,
        deployment: &Arc<str>,
        provider: Option<&Arc<str>>,
        tasks: Vec<(Arc<str>, TaskPlace)>,
        at: Timestamp,
    ) {
        let service = self.service(name);
        let revision = service.and_then(|one| Some(&one.by_id(deployment)?.revision));
        let launch_type = revision.map(|revision| &revision.launch_type);
        let event = match tasks.first() {
            Some((task, _)) => RebalanceEvent::Started {
                task: Arc::clone(task),
            },
            None => RebalanceEvent::NotPlaced {
                no_instance_has_room: launch_type != Some(&LaunchType::Fargate),
            },
        };
        let number = service.map(|service| service.next_task);
        let moved = number.filter(|_| !tasks.is_empty());
        let placed = tasks.into_iter().map(|(task, place)| (task, Some(place)));
        self.start(name, deployment, provider, placed.collect(), at);
        self.on(name, at, |service, _| {
            service.moved = moved;
            service.rebalance(&event, at);
        });
    }

    /// Tasks that waited for capacity go where there is some.
    fn settle(&mut self, name: &Arc<str>, tasks: Vec<(Arc<str>, TaskPlace)>, at: Timestamp) {
        for (task, place) in tasks {
            let Some((slot, number)) = self.tasks.get(&task).copied() else {
                continue;
            };
            self.no_longer_waits(&task, at);
            let is_closed = self.is_closed(Some(&place));
            if let Some(service) = self.services.get_mut(slot as usize) {
                service.revise(number, &self.policy, at, |task| {
                    task.place = Some(place);
                    task.is_draining = is_closed;
                });
            }
            self.launch(slot, number);
        }
        self.on(name, at, |_, _| {});
    }

    fn is_closed(&self, place: Option<&TaskPlace>) -> bool {
        match place {
            Some(TaskPlace::Instance(instance)) => self.closed.contains_key(instance),
            Some(TaskPlace::Zone(_)) | None => false,
        }
    }

    /// A task that has a place is to be started there.
    fn launch(&mut self, slot: u32, number: u64) {
        let Some(service) = self.services.get(slot as usize) else {
            return;
        };
        let Some(task) = service.tasks.get(&number) else {
            return;
        };
        let (Some(deployment), Some(place)) = (service.deployment(task.deployment), &task.place)
        else {
            return;
        };
        self.actions.push(ServiceAction::Start {
            task: Arc::clone(&task.task),
            service: Arc::clone(&service.name),
            deployment: Arc::clone(&deployment.id),
            task_definition: Arc::clone(&deployment.revision.task_definition),
            capacity_provider: task.provider.clone(),
            place: place.clone(),
        });
        match place {
            TaskPlace::Instance(instance) => {
                let here = self.on.entry(Arc::clone(instance)).or_default();
                here.insert((slot, number));
            }
            TaskPlace::Zone(zone) => {
                let kind = self.kind_of(task.provider.as_deref());
                let fargate = match kind {
                    Some(ProviderKind::FargateSpot) => &mut self.fargate_spot,
                    _ => &mut self.fargate,
                };
                if let Some(fargate) = fargate {
                    fargate.start(&task.task, &group(&service.name), zone);
                }
            }
        }
    }

    /// Notes how many tasks found no place.
    fn starve(&mut self, name: &str, deployment: &str, outcome: Shortfall<'_>, at: Timestamp) {
        let Shortfall {
            provider,
            unplaced,
            obstacle,
            is_retry,
        } = outcome;
        self.on(name, at, |service, policy| {
            match obstacle {
                Some(obstacle) => service.tell_obstacle(obstacle, policy.repeat_after, at),
                None if unplaced == 0 => service.log.clear(Notice::Unplaced),
                None => {}
            }
            let Some(known) = service.by_id_mut(deployment) else {
                return;
            };
            if unplaced > 0 && is_retry {
                return;
            }
            let until = match (provider, unplaced) {
                (Some(provider), _) => {
                    known.note_supply(provider, unplaced > 0, &policy.throttle, at)
                }
                (None, 0) => None,
                (None, _) => Some(known.throttled.starved(&policy.throttle, at)),
            };
            if provider.is_none() {
                known.starved = until;
            }
            if let Some(until) = until {
                known.failed_tasks = known.failed_tasks.saturating_add(unplaced);
                if known.is_in_progress() {
                    known.failures.failed(unplaced);
                }
                service.timers.insert((until, Timer::Service));
            }
        });
    }

    /// Registers tasks in the target groups of their service.
    fn enter(&mut self, name: &Arc<str>, tasks: Vec<Arc<str>>, at: Timestamp) {
        let numbers = self.numbers(tasks.iter());
        for task in tasks {
            let service = Arc::clone(name);
            let targets = self.targets_of(&task);
            self.actions.push(ServiceAction::Register {
                task,
                service,
                targets,
            });
        }
        self.on(name, at, |service, policy| {
            service.tell_targets(&numbers, true, at);
            for number in numbers {
                service.revise(number, policy, at, |task| task.is_registered = true);
            }
        });
    }

    fn stop(
        &mut self,
        name: &Arc<str>,
        tasks: &[(Arc<str>, StopCause)],
        zones: Option<Zones>,
        at: Timestamp,
    ) {
        let numbers = self.numbers(tasks.iter().map(|(task, _)| task));
        for (number, (task, cause)) in numbers.iter().zip(tasks) {
            let known = self.service(name).and_then(|one| one.tasks.get(number));
            if known.is_some_and(|known| known.is_registered) {
                self.actions.push(ServiceAction::Deregister {
                    task: Arc::clone(task),
                    service: Arc::clone(name),
                    targets: self.targets_of(task),
                });
            }
            self.no_longer_waits(task, at);
            self.actions.push(ServiceAction::Stop {
                task: Arc::clone(task),
                code: TaskStopCode::ServiceSchedulerInitiated,
                reason: cause.reason(),
            });
        }
        self.on(name, at, |service, policy| {
            service.tell_targets(&numbers, false, at);
            match (zones, tasks) {
                (Some(zones), [(task, _), ..]) => {
                    let task = Arc::clone(task);
                    service.rebalance(&RebalanceEvent::Stopped { task, zones }, at);
                }
                _ => service.tell_stopped(tasks, &numbers, at),
            }
            for (number, (_, cause)) in numbers.iter().zip(tasks) {
                if cause.is_unhealthy() {
                    service.count_replaced(*number);
                }
                service.revise(*number, policy, at, |task| {
                    task.stop = Some(cause.clone());
                    task.is_registered = false;
                });
            }
        });
    }

    /// Where a task is registered, or is to be.
    pub(super) fn targets_of(&self, task: &str) -> Vec<Arc<str>> {
        let known = self.tasks.get(task);
        let deployment = known.and_then(|(slot, number)| {
            let service = self.slot(*slot)?;
            service.deployment(service.tasks.get(number)?.deployment)
        });
        let targets = deployment.into_iter().flat_map(|one| one.targets());
        targets.map(|(_, target)| target.into()).collect()
    }

    fn numbers<'t>(&self, tasks: impl Iterator<Item = &'t Arc<str>>) -> Vec<u64> {
        tasks
            .filter_map(|task| self.tasks.get(task).map(|(_, number)| *number))
            .collect()
    }
}

/// What a start has come to.
struct Shortfall<'a> {
    /// The capacity provider, if there is one.
    provider: Option<&'a Arc<str>>,
    /// How many tasks have found no place.
    unplaced: u32,
    obstacle: Option<Obstacle>,
    is_retry: bool,
}

/// The id in the ARN of a task.
pub(super) fn id_of(task: &str) -> &str {
    task.rsplit_once('/').map_or(task, |(_, id)| id)
}
