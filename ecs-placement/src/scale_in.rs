//! Which tasks of a service stop when fewer are wanted.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::random::Random;
use crate::registration::ZONE;
use crate::{BinpackField, CellTask, Instance, Snapshot, SpreadField, Strategy};

/// Chooses which of the tasks of a service stop, one after the other, each in view of those
/// before. Fewer come back if fewer may stop.
///
/// `tasks` are all tasks of the service; those that shall stop already count no more. Of the
/// others those are chosen that `may_stop` lets go, so that protected tasks stay and count.
///
/// The strategies of the service narrow the choice one after the other, as in placing, the other
/// way round (Developer Guide, "Amazon ECS task placement strategies" and "Service scheduler"):
///
/// | strategy | keeps the tasks |
/// |---|---|
/// | `spread` by an attribute | on the instances with the value that has most tasks of the service |
/// | `spread` by `instanceId` | on the instances with most tasks of the service |
/// | `binpack` | on the instances that have most left of the field after the stop |
/// | `random` | all |
/// | none | as `spread` by `attribute:ecs.availability-zone`, then by `instanceId` |
///
/// What is left open is drawn by the seed, each task as likely as any other. Instances without a
/// value count as one more value; a task whose instance is not in the snapshot stops first.
/// Both are not published.
///
/// ```
/// use ecs_placement::{CellState, PlacementRequest, scale_in};
/// # use ecs_model::{ContainerInstance, Resource};
/// # use ecs_placement::Registration;
/// # let mut cell = CellState::new();
/// # for name in ["a", "b"] {
/// #     cell.register(&Registration::try_from(&ContainerInstance::default()
/// #         .with_container_instance_arn(name)
/// #         .with_status("ACTIVE")
/// #         .with_agent_connected(true)
/// #         .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 800)]))?);
/// # }
/// # let web = serde_json::from_str(r#"{
/// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 300}]
/// # }"#)?;
/// let service = PlacementRequest::new(&web)?.with_group("service:web").with_count(3);
/// cell.run(&service, 7, "first", ["1", "2", "3"])?;
/// let tasks: Vec<_> = cell.tasks().collect();
/// let stop = scale_in(&cell.snapshot(), service.strategies(), &tasks, |_| true, 1, 7);
/// // One instance runs two tasks: one of them stops.
/// let stopped = cell.task(&stop[0]).ok_or("it is there")?;
/// assert_eq!(cell.tasks_on(&stopped.instance).count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn scale_in(
    snapshot: &Snapshot,
    strategies: &[Strategy],
    tasks: &[CellTask],
    may_stop: impl Fn(&CellTask) -> bool,
    count: u32,
    seed: u64,
) -> Vec<Arc<str>> {
    let spread = |field| Strategy::Spread(field);
    let default = [
        spread(SpreadField::Attribute(ZONE.into())),
        spread(SpreadField::InstanceId),
    ];
    let strategies = match strategies {
        [] => default.as_slice(),
        given => given,
    };
    let mut service = Service::new(snapshot, tasks, &may_stop);
    let measures = strategies.iter().map_while(|one| service.measure(one));
    let mut measures: Vec<Measure> = measures.collect();
    let mut random = Random::new(seed);
    let mut stopped = Vec::new();
    while stopped.len() < count as usize {
        let Some(task) = service.choose(&mut measures, &mut random) else {
            break;
        };
        stopped.push(Arc::clone(&task.task));
    }
    stopped
}

/// The tasks that count, in the order of their instances and names.
struct Service<'a> {
    running: Vec<Running<'a>>,
}

struct Running<'a> {
    task: &'a CellTask,
    instance: Option<Instance<'a>>,
    /// Whether it may be chosen, and was not yet.
    is_open: bool,
}

/// What a strategy goes by, kept up while tasks are chosen.
struct Measure {
    /// For each task the place of its instance, or of the value that its instance has.
    place_of: Vec<usize>,
    /// For each place the tasks there, or what is left there.
    amounts: Vec<u64>,
    /// For each task what it holds, if what is left counts.
    held: Option<Vec<u64>>,
}

impl<'a> Service<'a> {
    fn new(
        snapshot: &'a Snapshot,
        tasks: &'a [CellTask],
        may_stop: &impl Fn(&CellTask) -> bool,
    ) -> Self {
        let running = tasks.iter().filter(|task| !task.is_stopping);
        let mut running: Vec<Running<'a>> = running
            .map(|task| Running {
                task,
                instance: snapshot.instance(&task.instance),
                is_open: may_stop(task),
            })
            .collect();
        running.sort_by(|a, b| {
            let key = |running: &Running<'a>| (&running.task.instance, &running.task.task);
            key(a).cmp(&key(b))
        });
        Self { running }
    }

    /// `None` for `random`: nothing after it decides.
    fn measure(&self, strategy: &Strategy) -> Option<Measure> {
        let by_instance = |running: &Running<'a>| Some(&*running.task.instance);
        Some(match strategy {
            Strategy::Random => return None,
            Strategy::Binpack(field) => {
                let held = |running: &Running<'_>| match field {
                    BinpackField::Cpu => running.task.needs.cpu.into(),
                    BinpackField::Memory => running.task.needs.memory.into(),
                };
                let left = |running: &Running<'_>| {
                    let left = running
                        .instance
                        .map(Instance::remaining)
                        .unwrap_or_default();
                    match field {
                        BinpackField::Cpu => left.cpu,
                        BinpackField::Memory => left.memory,
                    }
                };
                let mut measure = self.places(by_instance);
                for (running, place) in self.running.iter().zip(&measure.place_of) {
                    if let Some(amount) = measure.amounts.get_mut(*place) {
                        *amount = left(running);
                    }
                }
                measure.held = Some(self.running.iter().map(held).collect());
                measure
            }
            Strategy::Spread(SpreadField::Attribute(name)) => self.places(|running| {
                let instance = running.instance?;
                instance.attribute(name).flatten()
            }),
            Strategy::Spread(SpreadField::InstanceId) => self.places(by_instance),
        })
    }

    /// The tasks counted by a key.
    fn places<'k>(&'k self, key: impl Fn(&'k Running<'a>) -> Option<&'k str>) -> Measure {
        let mut known: HashMap<Option<&str>, usize> = HashMap::new();
        let mut measure = Measure {
            place_of: Vec::with_capacity(self.running.len()),
            amounts: Vec::new(),
            held: None,
        };
        for running in &self.running {
            let next = known.len();
            let place = *known.entry(key(running)).or_insert(next);
            measure.amounts.resize(known.len(), 0);
            measure.place_of.push(place);
            measure.add(place, 1);
        }
        measure
    }

    /// Takes the next task out.
    fn choose(&mut self, measures: &mut [Measure], random: &mut Random) -> Option<&'a CellTask> {
        let running = self.running.iter().enumerate();
        let open = running.filter(|(_, running)| running.is_open);
        let (mut left, mut lost) = (Vec::new(), Vec::new());
        for (at, running) in open {
            match running.instance {
                Some(_) => left.push(at),
                None => lost.push(at),
            }
        }
        if !lost.is_empty() {
            left = lost;
        }
        for measure in measures.iter() {
            measure.narrow(&mut left);
        }
        let at = *left.get(random.below(left.len())?)?;
        measures.iter_mut().for_each(|measure| measure.take(at));
        let chosen = self.running.get_mut(at)?;
        chosen.is_open = false;
        Some(chosen.task)
    }
}

impl Measure {
    /// Keeps the tasks that have most: of tasks beside them, or of what is left after the stop.
    fn narrow(&self, left: &mut Vec<usize>) {
        let most = left.iter().map(|at| self.of(*at)).max();
        left.retain(|at| Some(self.of(*at)) == most);
    }

    fn of(&self, at: usize) -> u64 {
        let place = self.place_of.get(at);
        let amount = place.and_then(|place| self.amounts.get(*place));
        let held = self.held.as_ref().and_then(|held| held.get(at));
        amount.map_or(0, |amount| {
            amount.saturating_add(held.copied().unwrap_or(0))
        })
    }

    /// Notes that a task stops: one less is there, or what it held is left.
    fn take(&mut self, at: usize) {
        let Some(place) = self.place_of.get(at).copied() else {
            return;
        };
        match self.held.as_ref().map(|held| held.get(at).copied()) {
            Some(held) => self.add(place, held.unwrap_or(0)),
            None => {
                if let Some(amount) = self.amounts.get_mut(place) {
                    *amount = amount.saturating_sub(1);
                }
            }
        }
    }

    fn add(&mut self, place: usize, more: u64) {
        if let Some(amount) = self.amounts.get_mut(place) {
            *amount = amount.saturating_add(more);
        }
    }
}
