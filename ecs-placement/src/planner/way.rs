//! What strategies look at, in their order.

use super::columns::{Column, Columns};
use super::order::CRITERIA;
use crate::snapshot::State;
use crate::{BinpackField, SpreadField, Strategy};

/// A list of strategies, taken apart. Narrowing by one after the other finds the instances whose
/// list of criteria is the least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    strategies: Vec<Strategy>,
    /// The columns of the attributes that instances are spread by, each once.
    pub(super) columns: Vec<usize>,
    /// What the keys of the instances are made of, each once.
    pub(super) measures: Vec<Measure>,
    pub(super) stages: Vec<Stage>,
    /// Whether chance chooses among those that are left, or the order of the ARNs.
    pub(super) is_random: bool,
}

/// A criterion that an instance has of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Tasks of the group that run on it.
    Count,
    Cpu,
    Memory,
}

// A way has each measure at most once, so a key has to have room for all of them. One more is
// counted here too.
const _: () = match Measure::Count {
    Measure::Count | Measure::Cpu | Measure::Memory => assert!(3 <= CRITERIA),
};

/// One criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The tasks of the group on instances with the same value of an attribute.
    Column(usize),
    /// A part of the key.
    Measure(usize),
}

impl Way {
    pub(super) fn of(strategies: &[Strategy], columns: &mut Columns, state: &State) -> Self {
        let mut way = Self {
            strategies: strategies.to_vec(),
            columns: Vec::new(),
            measures: Vec::new(),
            stages: Vec::new(),
            is_random: strategies.is_empty(),
        };
        if strategies.is_empty() {
            way.measure(Measure::Count);
        }
        for strategy in strategies {
            match strategy {
                Strategy::Random => {
                    way.is_random = true;
                    break;
                }
                Strategy::Spread(SpreadField::InstanceId) => way.measure(Measure::Count),
                Strategy::Spread(SpreadField::Attribute(name)) => {
                    way.column(columns.column(name, state));
                }
                Strategy::Binpack(BinpackField::Cpu) => way.measure(Measure::Cpu),
                Strategy::Binpack(BinpackField::Memory) => way.measure(Measure::Memory),
            }
        }
        way
    }

    pub(super) fn is_of(&self, strategies: &[Strategy]) -> bool {
        self.strategies == strategies
    }

    /// Whether two columns come before all measures, and nothing is left to chance.
    pub(super) fn leads_by_two(&self) -> bool {
        let leading = [Stage::Column(0), Stage::Column(1)];
        !self.is_random && self.columns.len() == 2 && self.stages.starts_with(&leading)
    }

    /// Which of two columns has fewer values.
    pub(super) fn narrow(&self, columns: &Columns) -> usize {
        let values = |at: &usize| columns.get(*at).map_or(0, Column::buckets);
        let widths = self.columns.iter().map(values).zip(0..);
        widths.min().map_or(0, |(_, narrow)| narrow)
    }

    /// How many measures come before the columns.
    pub(super) fn measures_before(&self) -> u32 {
        let is_measure = |stage: &&Stage| matches!(stage, Stage::Measure(_));
        let count = self.stages.iter().take_while(is_measure).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether instances differ in their tasks at most.
    pub(super) fn is_tallied(&self) -> bool {
        matches!(self.measures.as_slice(), [] | [Measure::Count])
    }

    pub(super) fn counts_tasks(&self) -> bool {
        self.measures.contains(&Measure::Count)
    }

    // What was looked at once decides nothing a second time.
    fn measure(&mut self, measure: Measure) {
        if !self.measures.contains(&measure) {
            self.stages.push(Stage::Measure(self.measures.len()));
            self.measures.push(measure);
        }
    }

    fn column(&mut self, column: usize) {
        if !self.columns.contains(&column) {
            self.stages.push(Stage::Column(self.columns.len()));
            self.columns.push(column);
        }
    }
}
