//! Choosing instances.

mod columns;
mod counts;
mod front;
mod index;
mod order;
mod orders;
mod search;
mod select;
mod sync;
mod tally;
mod tournament;
mod way;

use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;
use smallvec::SmallVec;

use crate::random::Random;
use columns::Columns;
use counts::Counts;
use index::{Filter, Index};
use way::Way;

use crate::request::Wanted;
use crate::snapshot::{NO_GROUP, State};
use crate::{PlacementRequest, Plan, Query, Reason, Snapshot};

/// Chooses instances for requests, and remembers what it has sorted for the next one.
///
/// It catches up with each snapshot that it is given, so that a scheduler which keeps one plans
/// in about a microsecond what costs a look at every instance without. What it plans does not
/// depend on what it remembers: the same snapshot, request and seed give the same plan.
///
/// ```
/// use ecs_placement::{CellState, PlacementRequest, Planner};
/// # use ecs_model::{ContainerInstance, Resource};
/// # use ecs_placement::Registration;
/// # let mut cell = CellState::new();
/// # let instance = ContainerInstance::default()
/// #     .with_container_instance_arn("arn:aws:ecs:us-east-1:123456789012:container-instance/a")
/// #     .with_status("ACTIVE")
/// #     .with_agent_connected(true)
/// #     .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 1_024)]);
/// # cell.register(&Registration::try_from(&instance)?);
/// # let web = serde_json::from_str(r#"{
/// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 500}]
/// # }"#)?;
/// let request = PlacementRequest::new(&web)?.with_count(3);
/// let mut planner = Planner::new();
/// let plan = planner.plan(&cell.snapshot(), &request, 7);
/// assert_eq!((plan.claims().len(), plan.unplaced()), (2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Planner {
    /// Which cell this knows, and how far.
    lineage: Option<Arc<()>>,
    tick: u64,
    /// For each chunk the tick of its last change.
    chunk_ticks: Vec<u64>,
    /// For each chunk what had changed when snapshots were last compared, to be used again.
    changes: Vec<Changes>,
    /// The last slots that have changed, and how many came before them.
    log: Vec<Logged>,
    log_start: u64,
    /// For each slot the copies that the plan at hand has put there.
    claimed: Vec<u32>,
    columns: Columns,
    groups: HashMap<Arc<str>, u32>,
    group_names: Vec<Option<Arc<str>>>,
    /// For each group up to where the log had come when it was new: it has tasks nowhere else
    /// than on the slots that were logged since. `None` if it was there before.
    births: Vec<Option<u64>>,
    counts: HashMap<u32, Counts>,
    /// How many counts were made.
    counted: u64,
    ways: Vec<Arc<Way>>,
    /// Indexes for all requests of a way.
    shared: Vec<Index>,
    /// Indexes for one request, by its fingerprint.
    own: HashMap<u64, Index>,
    /// What requests without an index of their own have cost.
    spent: Vec<Spent>,
}

/// A slot that has changed.
#[derive(Debug, Clone, Copy)]
struct Logged {
    slot: u32,
    /// Whether its attributes may have changed too.
    is_registration: bool,
}

/// What has changed in a chunk.
#[derive(Debug, Clone, Copy)]
struct Changes {
    /// The lanes, as bits.
    lanes: u64,
    /// Whether attributes may have changed too.
    is_registration: bool,
}

/// What a request has cost, in instances that were looked at.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    fingerprint: u64,
    /// Since its own index was last in use; since ever, as long as there is none.
    total: u64,
}

/// Requests whose cost is remembered.
const SPENT: usize = 1_024;

/// Indexes of single requests.
const OWN: usize = 512;

/// Looking at so many instances costs as much as sorting one of them in.
const SORTING: u64 = 8;

/// So many copies are searched for one by one, if instances are not sorted for them.
const FEW_COPIES: usize = 16;

/// So many changes are always worth catching up with.
const FEW: u64 = 64;

impl Planner {
    /// A planner that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses instances for the copies of a request, one after the other, each in view of
    /// those before.
    pub fn plan(&mut self, snapshot: &Snapshot, request: &PlacementRequest, seed: u64) -> Plan {
        let slots = self.choose(snapshot.state(), request, request.count(), seed, &[]);
        Plan::of(snapshot, request, seed, &slots)
    }

    /// For each thing that an instance must be, whatever runs on it, the instances that are it
    /// and the reason of the others.
    pub(crate) fn parts(&mut self, task: &Wanted, state: &State) -> Vec<(Reason, Vec<u64>)> {
        self.sync(state);
        self.columns.parts(&task.selection, state)
    }

    /// The columns of the attributes that an expression asks for, if it asks for nothing else.
    pub(crate) fn columns_of(&mut self, query: &Query, state: &State) -> Option<Vec<usize>> {
        let names = query.attributes()?;
        let columns = names.into_iter();
        Some(
            columns
                .map(|name| self.columns.column(name, state))
                .collect(),
        )
    }

    /// The number of the value that an instance has in a column: the same for instances that no
    /// test of the attribute tells apart.
    pub(crate) fn number(&self, column: usize, slot: u32) -> u32 {
        let column = self.columns.get(column);
        column.map_or(0, |column| column.number_of(slot))
    }

    /// Chooses instances for `count` copies, where `taken` are the slots of copies that are
    /// already planned.
    pub(crate) fn choose(
        &mut self,
        state: &State,
        request: &PlacementRequest,
        count: u32,
        seed: u64,
        taken: &[u32],
    ) -> SmallVec<[u32; 4]> {
        self.sync(state);
        let task = request.task();
        let way = self.way(task, state);
        let group = self.groups.get(&task.group).copied().unwrap_or(NO_GROUP);
        self.watch(group, way, state);
        let is_single = count <= 1 && taken.is_empty();
        let copies = taken.len().saturating_add(count as usize);
        let is_served = copies <= FEW_COPIES && self.is_served(way, group);
        taken.iter().for_each(|slot| self.claim(*slot, group));
        let mut random = Random::new(seed);
        let mut slots = SmallVec::with_capacity(count.min(4_096) as usize);
        for left in (0..count).rev() {
            let slot = match is_served {
                true => self.choose_one(task, (way, group), [taken, &slots], state, &mut random),
                false => self.choose_own(task, way, group, state, &mut random),
            };
            let Some(slot) = slot else {
                break;
            };
            slots.push(slot);
            if left > 0 {
                self.claim(slot, group);
            }
        }
        if !is_single {
            let claimed = taken.iter().chain(&slots);
            claimed.for_each(|slot| self.release(*slot, group, state));
        }
        slots
    }

    /// Takes whichever index is cheaper: the one of the request if it has missed little, less than
    /// the one for all requests of the way, or less than searches there have cost since.
    fn choose_one(
        &mut self,
        task: &Arc<Wanted>,
        (way, group): (usize, u32),
        claims: [&[u32]; 2],
        state: &State,
        random: &mut Random,
    ) -> Option<u32> {
        let fingerprint = task.fingerprint();
        let at = usize::try_from(fingerprint % SPENT as u64).unwrap_or(0);
        if self.spent.is_empty() {
            self.spent = vec![Spent::default(); SPENT];
        }
        let mut spent = self.spent.get(at).copied().unwrap_or_default();
        if spent.fingerprint != fingerprint {
            spent = Spent {
                fingerprint,
                ..Spent::default()
            };
        }
        let end = self.log_end();
        let own = self.own.get(&fingerprint);
        let is_worth_it = match own.map(|index| end - index.synced) {
            Some(behind) => {
                behind <= FEW.max(spent.total / SORTING) || behind <= self.shared_behind(way)
            }
            None => spent.total > u64::from(state.slots()).saturating_mul(SORTING),
        };
        if is_worth_it {
            spent.total = 0;
            self.note_spent(at, spent);
            return self.choose_own(task, way, group, state, random);
        }
        let filter = self.filter(task, group, state);
        let at_shared = self.shared(way, state)?;
        let index = self.shared.get_mut(at_shared)?;
        let group = search::Group {
            counts: self.counts.get(&group),
            claimed: &self.claimed,
            claims,
        };
        let (slot, looked_at) = search::search(index, &filter, group, &self.columns, state);
        spent.total = spent.total.saturating_add(looked_at).saturating_add(FEW);
        self.note_spent(at, spent);
        slot
    }

    fn note_spent(&mut self, at: usize, spent: Spent) {
        if let Some(known) = self.spent.get_mut(at) {
            *known = spent;
        }
    }

    /// Takes the request's own index.
    fn choose_own(
        &mut self,
        task: &Arc<Wanted>,
        way: usize,
        group: u32,
        state: &State,
        random: &mut Random,
    ) -> Option<u32> {
        let fingerprint = task.fingerprint();
        let end = self.log_end();
        let known = self.own.get(&fingerprint);
        if !known.is_some_and(|index| index.is_of(task)) {
            if self.own.len() >= OWN {
                self.own.clear();
            }
            let filter = self.filter(task, group, state);
            let index = self.build(way, Some(filter), state)?;
            self.own.insert(fingerprint, index);
        }
        let index = self.own.get_mut(&fingerprint)?;
        if let Some(filter) = &mut index.filter {
            filter.group = group;
            if filter.epoch != self.columns.epoch() {
                filter.selected = self.columns.selected(task, state);
                filter.epoch = self.columns.epoch();
            }
        }
        if index.synced < end {
            let (columns, claimed) = (&self.columns, &self.claimed);
            sync::catch_up(index, &self.log, self.log_start, state, columns, claimed);
        }
        if index.orders.is_overfull() {
            let (way, filter) = (Arc::clone(&index.way), index.filter.take());
            *index = Index::build(way, filter, state, &self.columns, &self.claimed, end);
        }
        select::select(index, self.counts.get(&group), &self.columns, random)
    }

    fn filter(&mut self, task: &Arc<Wanted>, group: u32, state: &State) -> Filter {
        Filter {
            task: Arc::clone(task),
            group,
            selected: self.columns.selected(task, state),
            epoch: self.columns.epoch(),
            is_simple: task.is_simple(),
        }
    }

    /// Where the way of a task is.
    fn way(&mut self, task: &Wanted, state: &State) -> usize {
        let mut known = self.ways.iter();
        if let Some(at) = known.position(|way| way.is_of(&task.strategies)) {
            return at;
        }
        let way = Way::of(&task.strategies, &mut self.columns, state);
        self.ways.push(Arc::new(way));
        self.ways.len() - 1
    }

    fn is_served(&self, way: usize, group: u32) -> bool {
        let (way, counts) = (self.ways.get(way), self.counts.get(&group));
        way.is_some_and(|way| search::serves(way, counts, group != NO_GROUP))
    }

    /// Counts the tasks of a group as a way asks for.
    fn watch(&mut self, group: u32, way: usize, state: &State) {
        let way = self.ways.get(way).filter(|way| !way.columns.is_empty());
        let Some(way) = way else {
            return;
        };
        let number = &mut self.counted;
        let birth = self.births.get(group as usize).copied().flatten();
        let since = birth.and_then(|birth| birth.checked_sub(self.log_start));
        let since = since.and_then(|since| self.log.get(usize::try_from(since).ok()?..));
        let counts = self.counts.entry(group).or_insert_with(|| {
            *number = number.wrapping_add(1);
            match (group, since) {
                (NO_GROUP, _) => Counts::none(*number),
                (group, Some(log)) => {
                    let slots = log.iter().map(|logged| logged.slot);
                    Counts::among(slots, group, state, *number)
                }
                (group, None) => Counts::of(group, state, *number),
            }
        });
        for column in &way.columns {
            counts.watch(*column, &self.columns);
        }
    }

    /// How many changes the index for all requests of a way has not seen; all there ever were if
    /// it is not there.
    fn shared_behind(&self, way: usize) -> u64 {
        let way = self.ways.get(way);
        let is_its = |index: &&Index| way.is_some_and(|way| index.sorts_by(way));
        let known = self.shared.iter().find(is_its);
        self.log_end() - known.map_or(0, |index| index.synced)
    }

    /// Where the index for all requests of a way is, with all that has changed.
    fn shared(&mut self, way: usize, state: &State) -> Option<usize> {
        let its_way = self.ways.get(way)?;
        let mut known = self.shared.iter();
        let at = match known.position(|index| index.sorts_by(its_way)) {
            Some(at) => at,
            None => {
                let index = self.build(way, None, state)?;
                self.shared.push(index);
                self.shared.len() - 1
            }
        };
        let index = self.shared.get_mut(at)?;
        sync::catch_up(index, &self.log, self.log_start, state, &self.columns, &[]);
        Some(at)
    }

    fn build(&self, way: usize, filter: Option<Filter>, state: &State) -> Option<Index> {
        let way = Arc::clone(self.ways.get(way)?);
        let (columns, claimed) = (&self.columns, &self.claimed);
        let end = self.log_end();
        Some(Index::build(way, filter, state, columns, claimed, end))
    }

    /// Puts a copy of the plan at hand on an instance.
    fn claim(&mut self, slot: u32, group: u32) {
        let slots = self.claimed.len().max(slot as usize + 1);
        self.claimed.resize(slots, 0);
        if let Some(claimed) = self.claimed.get_mut(slot as usize) {
            *claimed = claimed.saturating_add(1);
        }
        if let Some(counts) = self.counts.get_mut(&group) {
            let count = counts.on(slot).saturating_add(1);
            counts.set(slot, count, &self.columns);
        }
        self.push(slot, false);
    }

    /// Takes the copies of the plan at hand off an instance.
    fn release(&mut self, slot: u32, group: u32, state: &State) {
        let claimed = self.claimed.get_mut(slot as usize);
        if claimed.is_none_or(|claimed| std::mem::take(claimed) == 0) {
            return;
        }
        self.recount(slot, group, state);
        self.push(slot, false);
    }
}

impl fmt::Debug for Planner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planner")
            .field("shared", &self.shared.len())
            .field("own", &self.own.len())
            .finish_non_exhaustive()
    }
}
