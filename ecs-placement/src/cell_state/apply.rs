//! Making changes so.

use std::sync::Arc;

use super::tasks::Name;
use super::{CellState, Entry};
use crate::registration::Kind;
use crate::{ApplyError, Change, Commit, Needs, Record, Registration};

impl CellState {
    /// A change as the next record of this cell.
    #[must_use]
    pub fn record(&self, change: Change) -> Record {
        Record::after(self.version(), change)
    }

    /// Makes a change so that was recorded, here or in another process with the same records
    /// before.
    ///
    /// # Errors
    ///
    /// A record that is not the next one, or that names what the cell does not have; the cell
    /// has not changed then.
    pub fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        let next = self.version().saturating_add(1);
        if record.version() != next {
            return Err(ApplyError::NotNext {
                version: record.version(),
                next,
            });
        }
        self.check(record.change())?;
        self.change(record.change().clone());
        Ok(())
    }

    /// Whether what a change names is there.
    fn check(&self, change: &Change) -> Result<(), ApplyError> {
        let instance = |arn: &str| match self.state.find(arn) {
            Some(_) => Ok(()),
            None => Err(ApplyError::NoInstance {
                instance: arn.to_owned(),
            }),
        };
        match change {
            Change::Register(_) | Change::ForgetStopped { .. } => Ok(()),
            Change::ObserveInstance(registration) => match self.is_news(change) {
                true => Ok(()),
                false => Err(ApplyError::Stale {
                    name: registration.arn().to_owned(),
                }),
            },
            Change::ObserveTask(task) => match self.is_news(change) {
                true => Ok(()),
                false => Err(ApplyError::Stale {
                    name: task.task.to_string(),
                }),
            },
            Change::SetStatus { instance: arn, .. }
            | Change::SetAgentConnected { instance: arn, .. }
            | Change::Deregister { instance: arn } => instance(arn),
            Change::Stopping { task } | Change::Stopped { task } => match self.tasks.get(task) {
                Some(_) => Ok(()),
                None => Err(ApplyError::NoTask {
                    task: task.to_string(),
                }),
            },
            Change::Commit { commit, .. } => commit.placed().iter().try_for_each(|placed| {
                if self.tasks.get(&placed.task).is_some() {
                    return Err(ApplyError::TaskExists {
                        task: placed.task.to_string(),
                    });
                }
                instance(&placed.instance)
            }),
            Change::Forget { token } => match self.commits.contains_key(token) {
                true => Ok(()),
                false => Err(ApplyError::NoToken {
                    token: token.to_string(),
                }),
            },
        }
    }

    /// Makes a change so that was checked.
    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Register(registration) => self.put(registration),
            Change::SetStatus { instance, status } => {
                self.amend(&instance, |kind| kind.status = status);
            }
            Change::SetAgentConnected {
                instance,
                connected,
            } => self.amend(&instance, |kind| kind.agent_connected = connected),
            Change::Deregister { instance } => self.lose(&instance, false),
            Change::ObserveInstance(registration) => self.take_instance(registration),
            Change::ObserveTask(task) => self.take_task(task),
            Change::ForgetStopped { before } => self.drop_stopped(before),
            Change::Stopping { task } => {
                if let Some(entry) = self.tasks.get(&task).cloned() {
                    self.tell_stopping(&entry);
                    self.stop_counting(&task);
                }
            }
            Change::Stopped { task } => {
                self.expand(&task);
                if let Some(entry) = self.release(&task) {
                    self.tell_stopped(&entry);
                }
            }
            Change::Commit {
                token,
                group,
                needs,
                commit,
            } => {
                self.place_all(&Arc::new(needs), &group, &commit);
                self.commits.insert(token, commit);
            }
            Change::Forget { token } => {
                self.commits.swap_remove(&token);
            }
        }
        self.advance();
    }

    /// Keeps what was committed, as one more record.
    pub(super) fn remember(&mut self, token: &Arc<str>, commit: &Commit) {
        self.commits.insert(Arc::clone(token), commit.clone());
        self.advance();
    }

    /// Puts a task on an instance, where it takes what it needs.
    pub(super) fn place(&mut self, task: Name, needs: &Arc<Needs>, group: &Arc<str>, slot: u32) {
        let here = self.state.place(slot).and_then(|place| needs.on(place));
        let needs = here.map_or_else(|| Arc::clone(needs), Arc::new);
        self.hold(task, needs, group, slot);
    }

    /// Puts a task with what it has taken on its instance.
    pub(super) fn hold(&mut self, task: Name, needs: Arc<Needs>, group: &Arc<str>, slot: u32) {
        let group = self.groups.join(group, &mut self.state);
        Arc::make_mut(&mut self.state).take(slot, &needs, group, true);
        self.tasks.add(task, needs, (slot, group), false);
    }

    /// Puts an instance on a free slot, as it is.
    pub(super) fn add(&mut self, registration: Registration) -> u32 {
        let slot = self.free_slots.pop().unwrap_or_else(|| {
            let used = self.state.len();
            u32::try_from(used).unwrap_or(u32::MAX)
        });
        Arc::make_mut(&mut self.state).add(slot, registration);
        slot
    }

    pub(super) fn stop_counting(&mut self, task: &str) {
        if let Some(entry) = self.tasks.get_mut(task)
            && !entry.is_stopping
        {
            entry.is_stopping = true;
            Arc::make_mut(&mut self.state).count_down(entry.slot, entry.group);
        }
    }

    fn place_all(&mut self, needs: &Arc<Needs>, group: &Arc<str>, commit: &Commit) {
        for placed in commit.placed() {
            if let Some(slot) = self.state.find(&placed.instance) {
                self.place(self.tasks.name(&placed.task), needs, group, slot);
            }
        }
    }

    fn amend(&mut self, instance: &str, change: impl FnOnce(&mut Kind)) {
        let Some(slot) = self.state.find(instance) else {
            return;
        };
        let known = self
            .state
            .place(slot)
            .and_then(|place| place.registration());
        let Some(mut registration) = known.map(|known| Registration::clone(known)) else {
            return;
        };
        change(Arc::make_mut(&mut registration.kind));
        self.kinds.share(&mut registration.kind);
        Arc::make_mut(&mut self.state).replace(slot, registration);
    }

    /// Takes an instance away, and what its tasks held. What documents said of them is kept for
    /// its return, or forgotten.
    pub(super) fn lose(&mut self, instance: &str, wait: bool) {
        let Some(slot) = self.state.find(instance) else {
            return;
        };
        let here = self.tasks.on(slot);
        let lost: Vec<Arc<str>> = here.map(|task| Arc::clone(&task.name)).collect();
        for task in &lost {
            if wait {
                self.expand(task);
            }
            if let Some(entry) = self.tasks.remove(task) {
                self.groups.leave(entry.group, &mut self.state);
            }
        }
        self.part_with(instance, &lost, wait);
        Arc::make_mut(&mut self.state).remove(slot);
        self.free_slots.push(slot);
    }

    /// Takes a task off its instance.
    pub(super) fn release(&mut self, task: &str) -> Option<Entry> {
        let entry = self.tasks.remove(task)?;
        let state = Arc::make_mut(&mut self.state);
        state.give_back(entry.slot, &entry.needs, entry.group, !entry.is_stopping);
        self.groups.leave(entry.group, &mut self.state);
        Some(entry)
    }

    fn advance(&mut self) {
        let version = self.version().saturating_add(1);
        Arc::make_mut(&mut self.state).set_version(version);
    }
}
