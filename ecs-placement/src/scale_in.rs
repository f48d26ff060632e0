//! Which tasks of a service stop when fewer are wanted.

mod order;

use std::sync::Arc;

use hashbrown::HashMap;
use order::{Order, Spot};

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
    let service = Service::new(snapshot, tasks);
    let mut measures = vec![service.lost()];
    measures.extend(strategies.iter().map_while(|one| service.measure(one)));
    let mut random = Random::new(seed);
    let mut order = Order::default();
    for (at, running) in service.running.iter().enumerate() {
        let draw = random.next();
        if may_stop(running.task) {
            let spots = measures.iter().map(|measure| measure.spot(at));
            order.add(spots, draw, at);
        }
    }
    order.rank(&measures);
    let mut stopped = Vec::new();
    while stopped.len() < count as usize
        && let Some(at) = order.pop()
    {
        for level in 0..measures.len() {
            let place = measures.get_mut(level).and_then(|measure| measure.take(at));
            if let Some(place) = place {
                order.refresh(&measures, level, place);
            }
        }
        let task = service.running.get(at).map(|running| &running.task.task);
        stopped.extend(task.map(Arc::clone));
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
}

/// What a strategy goes by, kept up while tasks are chosen.
#[derive(Debug)]
struct Measure {
    /// For each task the place of its instance, or of the value that its instance has.
    place_of: Vec<usize>,
    /// For each place the tasks there, or what is left there.
    amounts: Vec<u64>,
    /// For each task what it holds, if what is left counts.
    held: Option<Vec<u64>>,
    /// Whether the amounts stay as they are.
    is_fixed: bool,
}

impl<'a> Service<'a> {
    fn new(snapshot: &'a Snapshot, tasks: &'a [CellTask]) -> Self {
        let running = tasks.iter().filter(|task| !task.is_stopping);
        let mut running: Vec<Running<'a>> = running
            .map(|task| Running {
                task,
                instance: snapshot.instance(&task.instance),
            })
            .collect();
        running.sort_by(|a, b| {
            let key = |running: &Running<'a>| (&running.task.instance, &running.task.task);
            key(a).cmp(&key(b))
        });
        Self { running }
    }

    /// Tasks whose instance is gone come first.
    fn lost(&self) -> Measure {
        let is_lost = |running: &Running<'_>| usize::from(running.instance.is_none());
        Measure {
            place_of: self.running.iter().map(is_lost).collect(),
            amounts: vec![0, 1],
            held: None,
            is_fixed: true,
        }
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
            is_fixed: false,
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
}

impl Measure {
    fn spot(&self, at: usize) -> Spot {
        let place = self.place_of.get(at).copied().unwrap_or(0);
        let held = self.held.as_ref().and_then(|held| held.get(at));
        (place, held.copied().unwrap_or(0))
    }

    /// The greater, the sooner a task stops: there are more tasks beside it, or more is left
    /// after the stop.
    fn weight(&self, (place, held): Spot) -> u64 {
        let amount = self.amounts.get(place).copied().unwrap_or(0);
        amount.saturating_add(held)
    }

    /// Notes that a task stops: one less is there, or what it held is left. The place whose
    /// amount has changed.
    fn take(&mut self, at: usize) -> Option<usize> {
        let (place, held) = self.spot(at);
        let is_left = self.held.is_some();
        let amount = self.amounts.get_mut(place).filter(|_| !self.is_fixed)?;
        *amount = match is_left {
            true => amount.saturating_add(held),
            false => amount.saturating_sub(1),
        };
        Some(place)
    }

    fn add(&mut self, place: usize, more: u64) {
        if let Some(amount) = self.amounts.get_mut(place) {
            *amount = amount.saturating_add(more);
        }
    }
}
