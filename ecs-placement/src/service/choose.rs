//! Which of several healthy tasks stop.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::Timestamp;
use hashbrown::HashMap;

use super::TaskPlace;
use super::state::ServiceState;
use super::task::Numbers;
use crate::random::Random;
use crate::{CellState, CellTask, scale_in};

/// What a choice goes by.
pub(super) struct Choice<'a> {
    service: &'a ServiceState,
    cell: &'a CellState,
    now: Timestamp,
    seed: u64,
}

impl<'a> Choice<'a> {
    pub(super) fn new(
        service: &'a ServiceState,
        cell: &'a CellState,
        now: Timestamp,
        seed: u64,
    ) -> Self {
        Self {
            service,
            cell,
            now,
            seed,
        }
    }

    /// Whether a task is not protected.
    pub(super) fn may_stop(&self, number: u64) -> bool {
        let task = self.service.tasks.get(&number);
        task.is_some_and(|task| !task.is_protected(self.now))
    }

    /// So many of the candidates, by the service's strategies.
    pub(super) fn choose(&self, candidates: &Numbers, wanted: u32) -> Vec<u64> {
        if wanted == 0 {
            return Vec::new();
        }
        let open: Vec<u64> = candidates
            .iter()
            .copied()
            .filter(|number| self.may_stop(*number))
            .collect();
        if open.len() <= wanted as usize {
            return open;
        }
        if let Some(TaskPlace::Zone(_)) = self.place(open.first().copied()) {
            return self.choose_by_zone(open, wanted);
        }
        let mut numbers: HashMap<Arc<str>, u64> = HashMap::with_capacity(open.len());
        let tasks = self.service.tasks.iter();
        let tasks: Vec<CellTask> = tasks
            .filter(|(_, task)| task.stop.is_none())
            .filter_map(|(number, task)| {
                let deployment = self.service.deployment(task.deployment)?;
                let request = deployment.request.as_ref()?;
                let (TaskPlace::Instance(place) | TaskPlace::Zone(place)) = task.place.as_ref()?;
                if candidates.contains(number) {
                    numbers.insert(Arc::clone(&task.task), *number);
                }
                Some(CellTask {
                    task: Arc::clone(&task.task),
                    instance: Arc::clone(place),
                    group: Arc::clone(&request.task().group),
                    needs: Arc::clone(&request.task().needs),
                    is_stopping: false,
                })
            })
            .collect();
        let strategies = &self.service.primary().and_then(|one| one.request.as_ref());
        let strategies = strategies.map_or(&[][..], |request| request.strategies());
        let may_stop = |task: &CellTask| {
            numbers
                .get(&task.task)
                .is_some_and(|one| self.may_stop(*one))
        };
        let snapshot = self.cell.snapshot();
        let stopped = scale_in(&snapshot, strategies, &tasks, may_stop, wanted, self.seed);
        stopped
            .iter()
            .filter_map(|task| numbers.get(task).copied())
            .collect()
    }

    fn place(&self, number: Option<u64>) -> Option<&TaskPlace> {
        self.service.tasks.get(&number?)?.place.as_ref()
    }

    /// On Fargate there are zones only: each stop is in the one with most tasks of the service,
    /// the first of them by name, of any task there that is open.
    fn choose_by_zone(&self, open: Vec<u64>, wanted: u32) -> Vec<u64> {
        let mut tasks: BTreeMap<&TaskPlace, (usize, Vec<u64>)> = BTreeMap::new();
        let kept = self
            .service
            .tasks
            .values()
            .filter(|task| task.stop.is_none());
        for place in kept.filter_map(|task| task.place.as_ref()) {
            tasks.entry(place).or_default().0 += 1;
        }
        for number in open {
            let here = self
                .place(Some(number))
                .and_then(|place| tasks.get_mut(place));
            if let Some((_, here)) = here {
                here.push(number);
            }
        }
        let mut random = Random::new(self.seed);
        let mut chosen = Vec::new();
        while chosen.len() < wanted as usize {
            let fullest = tasks.values_mut().filter(|(_, open)| !open.is_empty());
            let Some((count, open)) = fullest.rev().max_by_key(|(count, _)| *count) else {
                break;
            };
            let at = random.below(open.len()).unwrap_or(0);
            *count = count.saturating_sub(1);
            chosen.push(open.swap_remove(at));
        }
        chosen
    }
}
