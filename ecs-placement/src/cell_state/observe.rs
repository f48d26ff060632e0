//! What documents say of instances and tasks, in whatever order they come.
//!
//! The cell is a function of the last document of each instance and of each task, and of what
//! it placed itself. What a document of an instance says is taken is compared with what the
//! tasks held at the moment of that document; the rest is held by others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::Timestamp;

use super::seen::Seen;
use super::{CellState, Entry};
use crate::observed_task::{Moments, Stamp};
use crate::registration::Others;
use crate::{Change, Needs, ObservedTask, Registration, Stage};

/// What documents said.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed {
    /// The last document of each task, but for those of which what it says is kept with the
    /// task.
    pub(super) tasks: BTreeMap<Arc<str>, ObservedTask>,
    /// Instances that are gone, with the document that said so.
    pub(super) gone: BTreeMap<Arc<str>, Stamp>,
    /// The tasks that hold nothing here, by the instance that their document names: they have
    /// stopped, or the instance is not in the cell.
    absent: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

impl Observed {
    /// Keeps in mind that a task holds nothing on its instance.
    pub(super) fn set_absent(&mut self, task: &ObservedTask) {
        if let Some(instance) = &task.instance {
            let here = self.absent.entry(Arc::clone(instance)).or_default();
            here.insert(Arc::clone(&task.task));
        }
    }

    fn set_present(&mut self, task: &ObservedTask) {
        let Some(instance) = &task.instance else {
            return;
        };
        if let Some(here) = self.absent.get_mut(instance) {
            here.remove(&task.task);
            if here.is_empty() {
                self.absent.remove(instance);
            }
        }
    }

    fn absent_from(&self, instance: &str) -> impl Iterator<Item = &ObservedTask> {
        let here = self.absent.get(instance).into_iter().flatten();
        here.filter_map(|task| self.tasks.get(task))
    }
}

impl CellState {
    /// Takes over what a document says of an instance, unless a later one is known: the greater
    /// `version` decides. Whether anything has changed.
    ///
    /// An instance whose status is `INACTIVE` is gone, with what its tasks held. They are not
    /// forgotten: should a later document show the instance again, they are on it again.
    pub fn observe_instance(&mut self, registration: &Registration) -> bool {
        let is_news = self.is_news_of_instance(registration);
        if is_news {
            self.change(Change::ObserveInstance(registration.clone()));
        }
        is_news
    }

    /// Takes over what a document says of a task, unless a later one is known: the greater
    /// `version` decides. Whether anything has changed.
    ///
    /// A task on an instance that is not in the cell waits for it, and one that has stopped is
    /// kept in mind until it is [forgotten](Self::forget_stopped), so that earlier documents
    /// that arrive later do not bring it back.
    pub fn observe_task(&mut self, task: &ObservedTask) -> bool {
        let is_news = self.is_news_of_task(task);
        if is_news {
            self.change(Change::ObserveTask(task.clone()));
        }
        is_news
    }

    /// Whether a change has to be recorded. What a document says has to, unless a document of the
    /// same instance or task is known that is as recent; every other change has to, even one to
    /// the status that an instance has already.
    #[must_use]
    pub fn is_news(&self, change: &Change) -> bool {
        match change {
            Change::ObserveInstance(registration) => self.is_news_of_instance(registration),
            Change::ObserveTask(task) => self.is_news_of_task(task),
            _ => true,
        }
    }

    fn is_news_of_instance(&self, registration: &Registration) -> bool {
        let arn = registration.arn();
        let slot = self.state.find(arn);
        let known = slot.and_then(|slot| self.state.place(slot)?.registration());
        let known = known.map(|known| known.stamp());
        let known = known.or_else(|| self.observed.gone.get(arn).copied());
        known.is_none_or(|known| registration.stamp().replaces(known))
    }

    fn is_news_of_task(&self, task: &ObservedTask) -> bool {
        let known = self.moments(&task.task);
        known.is_none_or(|known| task.stamp().replaces(known.stamp))
    }

    /// Forgets tasks that had stopped before a moment, and that no document of an instance
    /// counts any more. Whether there were any.
    pub fn forget_stopped(&mut self, before: Timestamp) -> bool {
        let is_any = self
            .observed
            .tasks
            .values()
            .any(|task| task.stage == Stage::Stopped && self.is_forgettable(task, before));
        if is_any {
            self.change(Change::ForgetStopped { before });
        }
        is_any
    }

    /// The tasks that documents know and that hold nothing in this cell though they have not
    /// stopped: they have no instance, or one that is not in the cell. In the order of their
    /// ARNs.
    pub fn waiting_tasks(&self) -> impl Iterator<Item = &ObservedTask> {
        let is_waiting = |task: &&ObservedTask| {
            task.stage != Stage::Stopped && self.tasks.get(&task.task).is_none()
        };
        self.observed.tasks.values().filter(is_waiting)
    }

    pub(super) fn take_instance(&mut self, registration: Registration) {
        if *registration.kind.status == *"INACTIVE" {
            let arn = Arc::clone(&registration.arn);
            self.lose(&arn, true);
            self.observed.gone.insert(arn, registration.stamp());
        } else {
            self.put(registration);
        }
    }

    pub(super) fn take_task(&mut self, mut task: ObservedTask) {
        self.needs.share(&mut task.needs);
        self.expand(&task.task);
        let mut touched = BTreeSet::new();
        if let Some(entry) = self.tasks.get(&task.task) {
            touched.insert(entry.slot);
            self.release(&task.task);
        }
        let known = self.observed.tasks.get(&task.task).cloned();
        if let Some(known) = known {
            self.observed.set_present(&known);
            touched.extend(known.instance.and_then(|arn| self.state.find(&arn)));
        }
        touched.extend(self.attach(&task));
        self.keep(task);
        for slot in touched {
            self.settle(slot);
        }
    }

    /// Keeps what a document says of a task: in few bytes, if the cell itself knows the rest.
    pub(super) fn keep(&mut self, task: ObservedTask) {
        let known = self.tasks.get(&task.task);
        let is_same = known.is_some_and(|entry| {
            let group = self.state.group_name(entry.group);
            let instance = self.arn_of(entry.slot);
            !entry.is_stopping
                && entry.needs == task.needs
                && group == Some(&task.group)
                && instance.is_some_and(|arn| task.instance.as_ref() == Some(arn))
        });
        match Seen::of(&task).filter(|_| is_same) {
            Some(seen) => {
                self.observed.tasks.remove(&task.task);
                self.tasks.see(&task.task, Some(seen));
            }
            None => {
                self.observed.tasks.insert(Arc::clone(&task.task), task);
            }
        }
    }

    /// The document of a task of which little is kept with it, before it says more.
    pub(super) fn expand(&mut self, task: &str) {
        let entry = self.tasks.get(task);
        if let Some(document) = entry.and_then(|entry| self.document(entry)) {
            self.tasks.see(task, None);
            let name = Arc::clone(&document.task);
            self.observed.tasks.insert(name, document);
        }
    }

    /// The document of a task, if what it says is kept with the task.
    pub(super) fn document(&self, entry: &Entry) -> Option<ObservedTask> {
        let seen = self.tasks.seen(&entry.name).filter(|_| entry.is_seen())?;
        let moments = seen.moments();
        Some(ObservedTask {
            task: Arc::clone(&entry.name),
            instance: self.arn_of(entry.slot).cloned(),
            group: Arc::clone(self.state.group_name(entry.group)?),
            needs: Arc::clone(&entry.needs),
            gpu: None,
            own_gpus: Vec::new(),
            stage: moments.stage,
            version: moments.stamp.version,
            at: moments.stamp.at,
            created_at: moments.created_at,
            stopping_at: moments.stopping_at,
            stopped_at: moments.stopped_at,
        })
    }

    /// Where a task was when, as far as documents say.
    fn moments(&self, task: &str) -> Option<Moments> {
        let known = self.observed.tasks.get(task).map(ObservedTask::moments);
        known.or_else(|| self.tasks.seen(task).map(Seen::moments))
    }

    fn arn_of(&self, slot: u32) -> Option<&Arc<str>> {
        let registration = self.state.place(slot)?.registration()?;
        Some(&registration.arn)
    }

    pub(super) fn drop_stopped(&mut self, before: Timestamp) {
        let stopped = self.observed.tasks.values();
        let gone: Vec<ObservedTask> = stopped
            .filter(|task| task.stage == Stage::Stopped && self.is_forgettable(task, before))
            .cloned()
            .collect();
        for task in gone {
            self.observed.set_present(&task);
            self.observed.tasks.remove(&task.task);
        }
    }

    /// Puts an instance in, or exchanges what is known of it.
    pub(super) fn put(&mut self, mut registration: Registration) {
        self.kinds.share(&mut registration.kind);
        let arn = Arc::clone(&registration.arn);
        self.observed.gone.remove(&arn);
        let slot = match self.state.find(&arn) {
            Some(slot) => {
                Arc::make_mut(&mut self.state).replace(slot, registration);
                slot
            }
            None => self.add(registration),
        };
        // Whoever wrote the document saw what this cell had placed before.
        let seen = &self.observed.tasks;
        let is_unseen = |task: &Entry| !task.is_seen() && !seen.contains_key(&task.name);
        self.tasks.tell_of(slot, is_unseen);
        let absent: Vec<_> = self.observed.absent_from(&arn).cloned().collect();
        for task in absent.iter().filter(|task| task.stage != Stage::Stopped) {
            self.observed.set_present(task);
            self.attach(task);
            self.keep(task.clone());
        }
        self.settle(slot);
    }

    /// Puts a task on its instance. Without one, or if it has stopped, it is kept in mind.
    fn attach(&mut self, task: &ObservedTask) -> Option<u32> {
        let slot = self.state.find(task.instance.as_ref()?);
        match slot.filter(|_| task.stage != Stage::Stopped) {
            Some(slot) => {
                let known = self
                    .state
                    .place(slot)
                    .and_then(|place| place.registration());
                let needs =
                    known.map_or_else(|| Arc::clone(&task.needs), |known| task.needs_on(known));
                self.place(self.tasks.name(&task.task), &needs, &task.group, slot);
                if task.stage == Stage::Stopping {
                    self.stop_counting(&task.task);
                }
            }
            None => self.observed.set_absent(task),
        }
        slot
    }

    /// Works out again what others than the tasks of the cell take of an instance.
    pub(super) fn settle(&mut self, slot: u32) {
        let place = self.state.place(slot);
        let Some(registration) = place.and_then(|place| place.registration()) else {
            return;
        };
        let document = &registration.document;
        let told = self.told(slot, registration, document.at());
        let others = document.taken().without(&told);
        if others != *registration.others() {
            let mut registration = Registration::clone(registration);
            registration.set_others(others);
            Arc::make_mut(&mut self.state).replace(slot, registration);
        }
    }

    /// What tasks of the cell held at the moment of their instance's document.
    fn told(&self, slot: u32, registration: &Registration, at: Option<Timestamp>) -> Others {
        let mut told = Others::default();
        for entry in self.tasks.on(slot) {
            if self.was_held(entry, at) {
                told.add(&entry.needs, self.was_running(entry, at));
            }
        }
        for seen in self.observed.absent_from(&registration.arn) {
            let moments = seen.moments();
            if moments.held_at(at) {
                told.add(&seen.needs_on(registration), moments.ran_at(at));
            }
        }
        told
    }

    /// The caller says that a task shall stop: the document of its instance counts it no more.
    pub(super) fn tell_stopping(&mut self, entry: &Entry) {
        self.expand(&entry.name);
        let at = self.document_at(entry.slot);
        let ran = self.was_running(entry, at);
        if let Some(seen) = self.observed.tasks.get_mut(&entry.name) {
            seen.stage = Stage::Stopping;
            seen.stopping_at = at.or(seen.stopping_at);
        }
        if ran {
            self.untell(entry.slot, &Needs::default(), true);
        }
    }

    /// The caller says that a task has stopped: the document of its instance counts neither it
    /// nor what it held any more.
    pub(super) fn tell_stopped(&mut self, entry: &Entry) {
        let at = self.document_at(entry.slot);
        let (held, ran) = (self.was_held(entry, at), self.was_running(entry, at));
        if let Some(seen) = self.observed.tasks.get_mut(&entry.name) {
            seen.stage = Stage::Stopped;
            seen.stopped_at = None;
            let seen = seen.clone();
            self.observed.set_absent(&seen);
        }
        if held {
            self.untell(entry.slot, &entry.needs, ran);
        }
    }

    fn was_held(&self, entry: &Entry, at: Option<Timestamp>) -> bool {
        match self.moments(&entry.name) {
            Some(seen) => seen.held_at(at),
            None => entry.is_told,
        }
    }

    fn was_running(&self, entry: &Entry, at: Option<Timestamp>) -> bool {
        match self.moments(&entry.name) {
            Some(seen) => seen.ran_at(at),
            None => entry.is_told && !entry.is_stopping,
        }
    }

    fn document_at(&self, slot: u32) -> Option<Timestamp> {
        let registration = self.state.place(slot)?.registration()?;
        registration.document.at()
    }

    /// Takes something out of what the document of an instance counts.
    fn untell(&mut self, slot: u32, needs: &Needs, runs: bool) {
        let place = self.state.place(slot);
        let Some(registration) = place.and_then(|place| place.registration()) else {
            return;
        };
        let mut registration = Registration::clone(registration);
        let mut less = Others::default();
        less.add(needs, runs);
        registration.document.give_back(&less);
        Arc::make_mut(&mut self.state).replace(slot, registration);
    }

    /// What documents said of the tasks of an instance that is gone: the tasks wait for it, or
    /// are forgotten.
    pub(super) fn part_with(&mut self, instance: &str, tasks: &[Arc<str>], wait: bool) {
        for task in tasks {
            match self.observed.tasks.get(task).cloned() {
                Some(seen) if wait => self.observed.set_absent(&seen),
                Some(_) => drop(self.observed.tasks.remove(task)),
                None => {}
            }
        }
        if !wait {
            for task in self.observed.absent.remove(instance).into_iter().flatten() {
                self.observed.tasks.remove(&task);
            }
        }
    }

    fn is_forgettable(&self, task: &ObservedTask, before: Timestamp) -> bool {
        let end = task.stopped_at.or(task.at);
        let slot = task.instance.as_ref().and_then(|arn| self.state.find(arn));
        let known = slot.and_then(|slot| self.state.place(slot)?.registration());
        let is_counted = known.is_some_and(|known| task.moments().held_at(known.stamp().at));
        !is_counted && end.is_none_or(|end| end.micros() < before.micros())
    }
}
