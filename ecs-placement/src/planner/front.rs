//! Which order of an index comes first, kept up as instances and counts change.

use super::order::{ABSENT, Key};
use super::orders::Orders;
use super::tournament::Tournament;
use super::way::Way;

/// What is known of the heads of orders, as suits what they are chosen by.
#[derive(Debug, Clone)]
pub(super) enum Front {
    /// Nothing.
    Unknown,
    /// By one column, wherever it stands among the measures.
    One(One),
    /// By two columns before all measures.
    Two(Two),
}

/// Orders by their heads and the tasks in their buckets.
#[derive(Debug, Clone, Default)]
pub(super) struct One {
    ranks: Tournament<Rank>,
    /// How many instances of each order have the criteria of its head.
    peers: Vec<usize>,
    /// The orders that were the best of late.
    bests: Vec<(u32, usize)>,
    /// Orders in which something may have changed.
    touched: Vec<u32>,
}

/// What a list of strategies sees in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The measures and the tasks, as the strategies have them.
    criteria: u128,
    /// The place of the head in the order of the ARNs.
    number: u32,
}

const LAST: Rank = Rank {
    criteria: u128::MAX,
    number: u32::MAX,
};

/// Orders by the buckets of the column with fewer values. Each such row has a bound below which
/// none of its orders is; only where the bound comes first it is looked again.
#[derive(Debug, Clone, Default)]
pub(super) struct Two {
    rows: Vec<Row>,
    bounds: Tournament<(u64, Key)>,
    /// Orders in which something may have changed, and whether their head has.
    touched: Vec<(u32, bool)>,
    /// The counts for which the bests of the rows hold.
    stamp: (u64, u64),
}

/// The orders of one bucket, with their buckets of the other column.
#[derive(Debug, Clone, Default)]
struct Row {
    orders: Vec<(u32, u32)>,
    /// The least of its orders by the tasks in the other column and the key, as it was when it
    /// was last looked for. As long as no count has become less, the least is not below it.
    best: Option<Best>,
}

/// The least of some orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Best {
    tasks: u32,
    key: Key,
    order: u32,
    bucket: u32,
}

/// The bound of a row in which nobody is.
const NOBODY: (u64, Key) = (u64::MAX, ABSENT);

/// What there is to be seen of orders.
struct Sight<'a> {
    heads: &'a [Key],
    /// The tasks in the buckets of the column with fewer values, and of the other one.
    narrow: &'a [u64],
    other: &'a [u64],
    /// Whether the column with fewer values comes first.
    leads_by_narrow: bool,
}

impl Front {
    /// An index that is searched has no order that comes first for all.
    pub(super) fn of(way: &Way, is_filtered: bool) -> Self {
        match way.columns.len() {
            _ if !is_filtered => Self::Unknown,
            1 => Self::One(One::default()),
            2 if way.leads_by_two() => Self::Two(Two::default()),
            _ => Self::Unknown,
        }
    }

    /// One more order, whose buckets are those of the narrow and of the other column.
    pub(super) fn add(&mut self, order: u32, (narrow, other): (u32, u32)) {
        match self {
            Self::Unknown => {}
            Self::One(one) => {
                one.ranks.add(LAST);
                one.peers.push(0);
            }
            Self::Two(two) => two.add(order, (narrow, other)),
        }
    }

    /// Something may have changed of an order: its head, how many are like it, or the tasks in
    /// its buckets.
    pub(super) fn touch(&mut self, order: u32, is_head_other: bool) {
        match self {
            Self::Unknown => {}
            Self::One(one) => one.touched.push(order),
            Self::Two(two) => two.touched.push((order, is_head_other)),
        }
    }
}

impl One {
    /// Looks at what has changed. `before` measures come before the column.
    pub(super) fn refresh(
        &mut self,
        (orders, heads, buckets): (&Orders, &[Key], &[u32]),
        tasks: &[u64],
        way: &Way,
    ) {
        let before = way.measures_before().saturating_mul(32);
        let above = !Key::MAX.checked_shr(before).unwrap_or(0);
        let mut touched = std::mem::take(&mut self.touched);
        for order in touched.drain(..) {
            let at = order as usize;
            let head = heads.get(at).copied().unwrap_or(ABSENT);
            let rank = match head {
                ABSENT => LAST,
                _ => {
                    let bucket = buckets.get(at).copied().unwrap_or(0);
                    let tasks = Key::from(tasks_in(tasks, bucket)) << (Key::BITS - 32);
                    Rank {
                        criteria: head & above | tasks >> before | (head & !above) >> 32,
                        number: head as u32,
                    }
                }
            };
            self.ranks.set(at, rank);
            if let Some(peers) = self.peers.get_mut(at).filter(|_| way.is_random) {
                *peers = orders.peers(at, !way.measures.is_empty());
            }
        }
        self.touched = touched;
    }

    /// The first order.
    pub(super) fn best(&self) -> Option<u32> {
        let (best, rank) = self.ranks.best()?;
        u32::try_from(best).ok().filter(|_| rank != LAST)
    }

    /// The orders that are as good as the first, in a sequence, and how many instances of each
    /// are.
    pub(super) fn bests(&mut self, sequence: &[u32]) -> &[(u32, usize)] {
        self.bests.clear();
        let Some((_, least)) = self.ranks.best().filter(|(_, rank)| *rank != LAST) else {
            return &[];
        };
        let ranks = self.ranks.ranks();
        for (order, peers) in sequence.iter().filter_map(|order| {
            let rank = ranks.get(*order as usize)?;
            let is_best = rank.criteria == least.criteria;
            is_best.then_some((*order, self.peers.get(*order as usize)?))
        }) {
            self.bests.push((order, *peers));
        }
        &self.bests
    }
}

impl Two {
    fn add(&mut self, order: u32, (narrow, other): (u32, u32)) {
        let row = narrow as usize;
        while self.rows.len() <= row {
            self.rows.push(Row::default());
            self.bounds.add(NOBODY);
        }
        if let Some(row) = self.rows.get_mut(row) {
            row.orders.push((order, other));
        }
    }

    /// The first order: by the tasks in the first column, those in the second, and the key of its
    /// head.
    pub(super) fn best(
        &mut self,
        (heads, rows): (&[Key], &[u32]),
        (narrow, other): (&[u64], &[u64]),
        leads_by_narrow: bool,
        stamp: (u64, u64),
    ) -> Option<u32> {
        let sight = Sight {
            heads,
            narrow,
            other,
            leads_by_narrow,
        };
        let mut touched = std::mem::take(&mut self.touched);
        if self.stamp != stamp {
            self.stamp = stamp;
            touched.clear();
            (0..self.rows.len()).for_each(|row| self.bind(row, true, &sight));
        }
        for (order, is_head_other) in touched.drain(..) {
            let row = rows.get(order as usize).copied().unwrap_or(0);
            self.bind(row as usize, is_head_other, &sight);
        }
        self.touched = touched;
        loop {
            let (at, bound) = self.bounds.best()?;
            let row = self.rows.get_mut(at)?;
            let is_so = |best: &Best| tasks_in(other, best.bucket) == best.tasks;
            if let Some(best) = row.best.filter(is_so) {
                return Some(best.order);
            }
            if bound == NOBODY {
                return None;
            }
            row.best = sight.look(&row.orders);
            let found = row.best.map(|best| sight.bound(at, best.tasks, best.key));
            self.bounds.set(at, found.unwrap_or(NOBODY));
        }
    }

    /// Finds a bound for a row, whose best it may be necessary to forget.
    fn bind(&mut self, at: usize, is_forgotten: bool, sight: &Sight<'_>) {
        let Some(row) = self.rows.get_mut(at) else {
            return;
        };
        row.best = row.best.filter(|_| !is_forgotten);
        let (tasks, key) = row.best.map_or((0, 0), |best| (best.tasks, best.key));
        self.bounds.set(at, sight.bound(at, tasks, key));
    }
}

impl Sight<'_> {
    /// A rank below which no order of a row is.
    fn bound(&self, row: usize, tasks: u32, key: Key) -> (u64, Key) {
        let own = u32::try_from(row).map_or(0, |row| tasks_in(self.narrow, row));
        let (first, second) = match self.leads_by_narrow {
            true => (own, tasks),
            false => (tasks, own),
        };
        (u64::from(first) << 32 | u64::from(second), key)
    }

    /// The best of some orders.
    fn look(&self, orders: &[(u32, u32)]) -> Option<Best> {
        let mut least: Option<Best> = None;
        for (order, bucket) in orders {
            let tasks = tasks_in(self.other, *bucket);
            if least.is_some_and(|least| least.tasks < tasks) {
                continue;
            }
            let key = self.heads.get(*order as usize).copied().unwrap_or(ABSENT);
            let is_less = |least: Best| (tasks, key) < (least.tasks, least.key);
            if key != ABSENT && least.is_none_or(is_less) {
                least = Some(Best {
                    tasks,
                    key,
                    order: *order,
                    bucket: *bucket,
                });
            }
        }
        least
    }
}

/// How many tasks there are in a bucket, or as many as make no difference.
fn tasks_in(tasks: &[u64], bucket: u32) -> u32 {
    let known = tasks.get(bucket as usize).copied().unwrap_or(0);
    u32::try_from(known).unwrap_or(u32::MAX)
}
