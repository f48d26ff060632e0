//! How tasks of services start, wait, are registered and stop.

use std::sync::Arc;

use ecs_model::{LaunchType, TaskStopCode, Timestamp, service_message};

use super::rebalance::{RebalanceEvent, Zones};
use super::settings::group;
use super::state::{Timer, count};
use super::task::ServiceTask;
use super::{Notice, Obstacle, ServiceAction, Services, StopCause, TaskPlace, TaskStarts};
use crate::capacity::ProviderKind;

impl Services {
    /// Tasks start, wait for the capacity of their provider, or have found no place.
    pub(super) fn take_starts(&mut self, starts: TaskStarts) {
        let TaskStarts {
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
        } = starts;
        let provider = provider.as_ref();
        if let Some(registered) = moves_at {
            self.move_to(&service, &deployment, provider, tasks, at);
            return self.on(&service, at, |service, _| {
                let given_up = (registered, service.next_task);
                service.gave_up = (!service.is_moving()).then_some(given_up);
            });
        }
        let outcome = Shortfall {
            provider,
            unplaced,
            obstacle: obstacle.filter(|_| !is_retry),
            is_retry,
        };
        self.starve(&service, &deployment, outcome, at);
        let placed = tasks.into_iter().map(|(task, place)| (task, Some(place)));
        let waiting = waiting.into_iter().map(|task| (task, None));
        let tasks = placed.chain(waiting).collect();
        self.start(&service, &deployment, provider, tasks, at);
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
        known.owed = known.owed.saturating_sub(count(tasks.len()));
        if !tasks.is_empty() && !service.is_moving() {
            let ids = tasks.iter().map(|(task, _)| id_of(task));
            let message = service_message::started(service.subject(deployment), ids);
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
    pub(super) fn settle(
        &mut self,
        name: &Arc<str>,
        tasks: Vec<(Arc<str>, TaskPlace)>,
        at: Timestamp,
    ) {
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
            let (is_short, throttle) = (unplaced > 0, &policy.throttle);
            let until = match provider {
                Some(provider) => known.note_supply(provider, is_short, throttle, at),
                None => known.note_place(is_short, throttle, at),
            };
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
    pub(super) fn enter(&mut self, name: &Arc<str>, tasks: Vec<Arc<str>>, at: Timestamp) {
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

    pub(super) fn stop(
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
