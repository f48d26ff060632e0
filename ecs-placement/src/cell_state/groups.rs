//! The numbers of task groups.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::snapshot::State;

/// Task groups with tasks in the cell; a number is free again when the last task is gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    by_name: HashMap<Arc<str>, u32>,
    tasks: Vec<u32>,
    free: Vec<u32>,
}

impl Groups {
    /// The number of a group for one more task.
    pub(super) fn join(&mut self, name: &Arc<str>, state: &mut Arc<State>) -> u32 {
        let group = match self.by_name.get(name) {
            Some(group) => *group,
            None => self.add(name, state),
        };
        if let Some(tasks) = self.tasks.get_mut(group as usize) {
            *tasks = tasks.saturating_add(1);
        }
        group
    }

    /// One task of a group less.
    pub(super) fn leave(&mut self, group: u32, state: &mut Arc<State>) {
        let Some(tasks) = self.tasks.get_mut(group as usize) else {
            return;
        };
        *tasks = tasks.saturating_sub(1);
        if *tasks > 0 {
            return;
        }
        if let Some(name) = state.group_name(group) {
            self.by_name.remove(name);
        }
        self.free.push(group);
        Arc::make_mut(state).name_group(group, None);
    }

    fn add(&mut self, name: &Arc<str>, state: &mut Arc<State>) -> u32 {
        let group = self.free.pop().unwrap_or_else(|| {
            self.tasks.push(0);
            u32::try_from(self.tasks.len() - 1).unwrap_or(u32::MAX)
        });
        self.by_name.insert(Arc::clone(name), group);
        Arc::make_mut(state).name_group(group, Some(Arc::clone(name)));
        group
    }
}
