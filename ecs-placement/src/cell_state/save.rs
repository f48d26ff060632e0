//! A cell as it is saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_taskdef::{Format, Saved};
use hashbrown::HashMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::CellState;
use crate::observed_task::Stamp;
use crate::{Commit, Needs, ObservedTask, Registration};

/// Equal cells are saved as equal bytes: everything is in the order of its name.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedCell {
    format: Format<Self>,
    version: u64,
    instances: Vec<Registration>,
    /// What tasks hold, each once.
    needs: Vec<Needs>,
    tasks: Vec<SavedTask>,
    /// What documents said of tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    observed: Vec<ObservedTask>,
    /// Instances that documents said are gone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    gone: BTreeMap<Arc<str>, Stamp>,
    commits: BTreeMap<Arc<str>, Commit>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedTask {
    task: Arc<str>,
    /// Which of the instances.
    instance: usize,
    group: Arc<str>,
    /// Which of the needs.
    needs: usize,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_stopping: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_told: bool,
}

impl Saved for SavedCell {
    const NAME: &'static str = "cell";
    const VERSION: u32 = 1;
}

impl Serialize for CellState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.saved().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CellState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = SavedCell::deserialize(deserializer)?;
        Self::restored(saved).map_err(D::Error::custom)
    }
}

impl CellState {
    fn saved(&self) -> SavedCell {
        let slots: Vec<u32> = self.state.in_order().collect();
        let known = |slot: &u32| self.state.place(*slot)?.registration();
        let registrations = slots.iter().filter_map(known);
        let place: HashMap<u32, usize> = slots.iter().copied().zip(0..).collect();
        let mut needs = Vec::new();
        let mut known = HashMap::new();
        let mut entries: Vec<_> = self.tasks.iter().collect();
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let save = |entry: &super::Entry| {
            let at = *known.entry(Arc::clone(&entry.needs)).or_insert_with(|| {
                needs.push(Needs::clone(&entry.needs));
                needs.len() - 1
            });
            Some(SavedTask {
                task: Arc::clone(&entry.name),
                instance: place.get(&entry.slot).copied()?,
                group: Arc::clone(self.state.group_name(entry.group)?),
                needs: at,
                is_stopping: entry.is_stopping,
                is_told: entry.is_told,
            })
        };
        let mut observed = self.observed.tasks.clone();
        for document in entries.iter().filter_map(|entry| self.document(entry)) {
            observed.insert(Arc::clone(&document.task), document);
        }
        let tasks = entries.into_iter().filter_map(save).collect();
        SavedCell {
            format: Format::current(),
            version: self.version(),
            instances: registrations
                .map(|known| Registration::clone(known))
                .collect(),
            needs,
            tasks,
            observed: observed.into_values().collect(),
            gone: self.observed.gone.clone(),
            commits: self.commits.clone().into_iter().collect(),
        }
    }

    fn restored(saved: SavedCell) -> Result<Self, String> {
        let mut cell = Self::new();
        let mut slots = Vec::with_capacity(saved.instances.len());
        for mut registration in saved.instances {
            if cell.state.find(&registration.arn).is_some() {
                return Err(format!(
                    "the instance `{}` is in it twice",
                    registration.arn
                ));
            }
            cell.kinds.share(&mut registration.kind);
            slots.push(cell.add(registration));
        }
        let needs: Vec<_> = saved.needs.into_iter().map(Arc::new).collect();
        for task in saved.tasks {
            let name = &task.task;
            let named = cell.tasks.name(name);
            let (Some(slot), Some(needs)) = (slots.get(task.instance), needs.get(task.needs))
            else {
                return Err(format!(
                    "the task `{name}` is on no instance or needs nothing"
                ));
            };
            if cell.tasks.contains(&named) {
                return Err(format!("the task `{name}` is in it twice"));
            }
            cell.hold(named, Arc::clone(needs), &task.group, *slot);
            if task.is_stopping {
                cell.stop_counting(name);
            }
            if let Some(entry) = cell.tasks.get_mut(name) {
                entry.is_told = task.is_told;
            }
        }
        for mut task in saved.observed {
            if cell.tasks.get(&task.task).is_none() {
                cell.observed.set_absent(&task);
            }
            cell.needs.share(&mut task.needs);
            cell.keep(task);
        }
        cell.observed.gone = saved.gone;
        cell.commits = saved.commits.into_iter().collect();
        Arc::make_mut(&mut cell.state).set_version(saved.version);
        Ok(cell)
    }
}
