//! What is left of instances, worked out anew from all that was said: by documents, by callers,
//! and by the cell of its tasks.

use std::collections::{BTreeMap, BTreeSet};

use ecs_model::Timestamp;
use ecs_placement::{CellState, CellTask, Needs, ObservedTask, Stage};

/// What is taken of an instance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    pub(crate) cpu: u64,
    pub(crate) memory: u64,
    /// Tasks whose desired status is RUNNING.
    pub(crate) running: u64,
    /// GPUs that are one task's own, and which.
    pub(crate) gpus: u64,
    pub(crate) own: BTreeSet<u8>,
    /// MiB that are held of each GPU that is shared.
    pub(crate) shares: BTreeMap<u8, u64>,
}

/// What the last document of an instance said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(crate) at: Option<Timestamp>,
    pub(crate) cpu: u64,
    pub(crate) memory: u64,
    /// The MiB of each GPU; none if its GPUs are not known.
    pub(crate) gpus: Vec<u64>,
    pub(crate) taken: Taken,
}

/// What is left of an instance.
#[derive(Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) cpu: u64,
    pub(crate) memory: u64,
    pub(crate) gpus: u64,
    pub(crate) gpu_memory: Vec<u64>,
    pub(crate) running: u64,
}

/// All that was said of instances and tasks.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    documents: BTreeMap<String, Document>,
    /// What documents said last of each task, and callers since.
    seen: BTreeMap<String, ObservedTask>,
    /// The tasks of no document that the documents of their instances count.
    counted: BTreeSet<String>,
}

impl Taken {
    fn add(&mut self, needs: &Needs, runs: bool) {
        self.cpu += u64::from(needs.cpu);
        self.memory += u64::from(needs.memory);
        self.running += u64::from(runs);
        self.gpus += u64::from(needs.gpus);
        self.own.extend(&needs.own_gpus);
        if needs.gpu_memory > 0 {
            let gpu = needs.shared_gpu.unwrap_or(0);
            *self.shares.entry(gpu).or_default() += u64::from(needs.gpu_memory);
        }
    }

    fn without(&self, less: &Self) -> Self {
        let held = |(gpu, held): (&u8, &u64)| {
            let told = less.shares.get(gpu).copied().unwrap_or(0);
            (*gpu, held.saturating_sub(told))
        };
        let shares = self.shares.iter().map(held);
        Self {
            cpu: self.cpu.saturating_sub(less.cpu),
            memory: self.memory.saturating_sub(less.memory),
            running: self.running.saturating_sub(less.running),
            gpus: self.gpus.saturating_sub(less.gpus),
            own: self.own.difference(&less.own).copied().collect(),
            shares: shares.filter(|(_, held)| *held > 0).collect(),
        }
    }
}

impl Document {
    /// What a task holds here of which a document has said that it was here.
    fn needs_of(&self, task: &ObservedTask) -> Needs {
        let number = |id: &std::sync::Arc<str>| {
            let number = id.parse::<u8>().ok()?;
            (usize::from(number) < self.gpus.len()).then_some(number)
        };
        let mut needs = Needs::clone(&task.needs);
        needs.shared_gpu = task.gpu.as_ref().and_then(number);
        needs.own_gpus = task.own_gpus.iter().filter_map(number).collect();
        needs
    }
}

fn is_by(moment: Option<Timestamp>, at: Timestamp) -> bool {
    moment.is_some_and(|moment| moment.micros() <= at.micros())
}

/// Whether a document of an instance counts what a task holds, by what documents said of the task.
fn was_held(task: &ObservedTask, at: Option<Timestamp>) -> bool {
    let is_created = at.is_none_or(|at| task.created_at.is_none() || is_by(task.created_at, at));
    let is_there = match (task.stage, at) {
        (Stage::Stopped, None) => false,
        (Stage::Stopped, Some(at)) => task.stopped_at.is_some() && !is_by(task.stopped_at, at),
        _ => true,
    };
    is_created && is_there
}

fn ran(task: &ObservedTask, at: Option<Timestamp>) -> bool {
    was_held(task, at)
        && match at {
            None => task.stage == Stage::Running,
            Some(at) => !is_by(task.stopping_at, at),
        }
}

impl Ledger {
    pub(crate) fn instances(&self) -> usize {
        self.documents.len()
    }

    pub(crate) fn has(&self, instance: &str) -> bool {
        self.documents.contains_key(instance)
    }

    /// A document of an instance, which counts the tasks that the cell has there.
    pub(crate) fn describe(&mut self, instance: &str, document: Document, cell: &CellState) {
        self.documents.insert(instance.to_owned(), document);
        let here = cell.tasks_on(instance).map(|task| task.task.to_string());
        let placed = here.filter(|task| !self.seen.contains_key(task));
        self.counted.extend(placed);
    }

    /// An instance is gone; so is all that was said of its tasks, unless a document may bring it
    /// back.
    pub(crate) fn lose(&mut self, instance: &str, may_come_back: bool) {
        self.documents.remove(instance);
        if !may_come_back {
            let is_there = |task: &ObservedTask| task.instance.as_deref() == Some(instance);
            self.seen.retain(|_, task| !is_there(task));
        }
    }

    pub(crate) fn observe(&mut self, task: &ObservedTask) {
        self.seen.insert(task.task.to_string(), task.clone());
    }

    pub(crate) fn forget_stopped(&mut self, before: Timestamp) {
        let documents = &self.documents;
        self.seen.retain(|_, task| {
            let instance = task.instance.as_deref().unwrap_or_default();
            let document = documents.get(instance);
            let is_counted = document.is_some_and(|document| was_held(task, document.at));
            let end = task.stopped_at.or(task.at);
            let is_past = end.is_none_or(|end| end.micros() < before.micros());
            task.stage != Stage::Stopped || is_counted || !is_past
        });
    }

    /// A caller says that a task shall stop, as it was in the cell before.
    pub(crate) fn stopping(&mut self, task: &CellTask) {
        let (_, ran) = self.was_told(task);
        let document = self.documents.get_mut(&*task.instance).unwrap();
        document.taken.running = document.taken.running.saturating_sub(ran.into());
        if let Some(seen) = self.seen.get_mut(&*task.task) {
            seen.stage = Stage::Stopping;
            seen.stopping_at = document.at.or(seen.stopping_at);
        }
    }

    /// A caller says that a task has stopped, as it was in the cell before.
    pub(crate) fn stopped(&mut self, task: &CellTask) {
        let (held, ran) = self.was_told(task);
        let document = self.documents.get_mut(&*task.instance).unwrap();
        if held {
            let mut less = Taken::default();
            less.add(&task.needs, ran);
            document.taken = document.taken.without(&less);
        }
        if let Some(seen) = self.seen.get_mut(&*task.task) {
            (seen.stage, seen.stopped_at) = (Stage::Stopped, None);
        }
    }

    /// Whether the document of its instance counts what a task of the cell holds, and the task.
    fn was_told(&self, task: &CellTask) -> (bool, bool) {
        let at = self.documents[&*task.instance].at;
        match self.seen.get(&*task.task) {
            Some(seen) => (was_held(seen, at), ran(seen, at)),
            None => {
                let held = self.counted.contains(&*task.task);
                (held, held && !task.is_stopping)
            }
        }
    }

    /// What is left of an instance, by its document and what the cell has there.
    pub(crate) fn left(&self, instance: &str, cell: &CellState) -> Left {
        let document = &self.documents[instance];
        let (mut told, mut held) = (Taken::default(), Taken::default());
        for task in cell.tasks_on(instance) {
            held.add(&task.needs, !task.is_stopping);
            if let (true, ran) = self.was_told(&task) {
                told.add(&task.needs, ran);
            }
        }
        for seen in self.seen.values() {
            let is_gone = seen.stage == Stage::Stopped && was_held(seen, document.at);
            if is_gone && seen.instance.as_deref() == Some(instance) {
                told.add(&document.needs_of(seen), ran(seen, document.at));
            }
        }
        let others = document.taken.without(&told);
        let mut shared = others.shares.clone();
        for (gpu, memory) in &held.shares {
            *shared.entry(*gpu).or_default() += memory;
        }
        let gpus = document.gpus.len() as u64;
        let idle = gpus.saturating_sub(held.gpus + others.gpus + shared.len() as u64);
        // What is some other task's own is not shared, wherever the cell thinks its tasks are.
        shared.retain(|gpu, _| !others.own.contains(gpu));
        let of_one = document.gpus.first().copied();
        let mut gpu_memory: Vec<u64> = of_one.map_or_else(Vec::new, |of_one| {
            let left = shared.values().map(|held| of_one.saturating_sub(*held));
            left.chain((0..idle).map(|_| of_one)).collect()
        });
        gpu_memory.sort_unstable_by(|a, b| b.cmp(a));
        let left = |all: u64, held: u64, others: u64| all.saturating_sub(held + others);
        Left {
            cpu: left(document.cpu, held.cpu, others.cpu),
            memory: left(document.memory, held.memory, others.memory),
            gpus: idle,
            gpu_memory,
            running: held.running + others.running,
        }
    }
}
