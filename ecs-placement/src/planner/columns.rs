//! Attributes of all instances, each value once, and which instances a request selects.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::LaunchType;
use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use hashbrown::HashMap;

use crate::query::{self, Query};
use crate::registration::ZONE;
use crate::request::{Selection, Wanted};
use crate::snapshot::{Chunk, State};
use crate::{Instance, Reason, Registration, fits};

/// The number of the value of an instance without the attribute.
const MISSING: u32 = 0;
/// Of one that has it without a value.
const EMPTY: u32 = 1;
/// Of one that lists no attributes at all.
const UNLISTED: u32 = 2;

/// The name of the column of capacity providers: no attribute has it.
const PROVIDER: &str = "";

/// How many selections are remembered.
const REMEMBERED: usize = 1_024;

/// Columns with more values have no bits for each.
const FEW_VALUES: usize = 256;

/// One attribute of all instances.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    name: Box<str>,
    /// For each slot the number of its value.
    numbers: Vec<u32>,
    values: Vec<Box<str>>,
    known: HashMap<Box<str>, u32>,
    /// For each value the instances that have it, if there are few values.
    bits: Vec<Vec<u64>>,
}

/// The columns that were asked for, and the selections that follow from them.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    by_name: BTreeMap<Box<str>, usize>,
    list: Vec<Column>,
    selected: HashMap<u64, Arc<Selected>>,
    /// For each slot the kind of its instance.
    kinds: Vec<u64>,
    all_kinds: u64,
    /// How often attributes may have changed.
    epoch: u64,
}

/// The instances that a request selects, whatever runs on them.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    selection: Arc<Selection>,
    bits: Vec<u64>,
    /// The kinds of the instances, or more.
    kinds: u64,
    /// What has to be asked of each instance anew.
    pub(super) varying: Vec<Query>,
}

impl Column {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            values: vec![Box::default(); 3],
            bits: vec![Vec::new(); 3],
            ..Self::default()
        }
    }

    /// How many buckets `spread` has.
    pub(super) fn buckets(&self) -> usize {
        self.values.len()
    }

    /// The number of the value of an instance.
    pub(super) fn number_of(&self, slot: u32) -> u32 {
        self.numbers.get(slot as usize).copied().unwrap_or(MISSING)
    }

    /// The bucket of an instance under `spread`: those without a value are one.
    pub(super) fn bucket(&self, slot: u32) -> u32 {
        match self.numbers.get(slot as usize) {
            Some(number) if *number > UNLISTED => *number,
            _ => MISSING,
        }
    }

    /// The value of a bucket.
    pub(super) fn value(&self, bucket: u32) -> Option<&str> {
        let value = self.values.get(bucket as usize)?;
        (bucket > UNLISTED).then_some(value)
    }

    /// Whether an instance of a bucket is selected; `true` if that is not known.
    pub(super) fn meets(&self, bucket: u32, selected: &Selected) -> bool {
        let meets = |bits: &Vec<u64>| {
            let mut words = bits.iter().zip(&selected.bits);
            words.any(|(bucket, selected)| bucket & selected != 0)
        };
        match bucket {
            _ if self.bits.is_empty() => true,
            MISSING => self.bits.iter().take(3).any(meets),
            bucket => self.bits.get(bucket as usize).is_none_or(meets),
        }
    }

    fn set(&mut self, slot: u32, registration: Option<&Registration>) {
        let number = self.number(registration);
        let slots = self.numbers.len().max(slot as usize + 1);
        self.numbers.resize(slots, MISSING);
        let Some(known) = self.numbers.get_mut(slot as usize) else {
            return;
        };
        let old = std::mem::replace(known, number);
        if let Some(bits) = self.bits.get_mut(old as usize) {
            set_bit(bits, slot, false);
        }
        if let Some(bits) = self.bits.get_mut(number as usize) {
            set_bit(bits, slot, true);
        }
    }

    fn number(&mut self, registration: Option<&Registration>) -> u32 {
        let Some(registration) = registration else {
            return MISSING;
        };
        let value = match &*self.name {
            PROVIDER => registration.kind.capacity_provider.as_deref().map(Some),
            name => registration.attribute(name),
        };
        match value {
            None if registration.attributes.is_none() => UNLISTED,
            None => MISSING,
            Some(None) => EMPTY,
            Some(Some(value)) => match self.known.get(value) {
                Some(number) => *number,
                None => {
                    let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
                    self.values.push(value.into());
                    self.known.insert(value.into(), number);
                    if !self.bits.is_empty() {
                        self.bits.push(Vec::new());
                    }
                    if self.bits.len() > FEW_VALUES {
                        self.bits.clear();
                    }
                    number
                }
            },
        }
    }

    /// The instances whose value, by its number, is accepted.
    fn bits(&self, accepts: impl Fn(u32, &str) -> bool) -> Vec<u64> {
        let values = self.values.iter().zip(0..);
        let table: Vec<bool> = values
            .map(|(value, number)| accepts(number, value))
            .collect();
        if !self.bits.is_empty() {
            return self.joined(&table);
        }
        let is_in = |number: &u32| table.get(*number as usize).is_some_and(|found| *found);
        self.numbers
            .chunks(64)
            .map(|numbers| pack(numbers.iter().map(is_in)))
            .collect()
    }

    /// The instances with one of the values; without the others, if those are fewer.
    fn joined(&self, table: &[bool]) -> Vec<u64> {
        let accepted = table.iter().filter(|found| **found).count();
        let is_negated = accepted * 2 > table.len();
        let mut joined = vec![0; self.numbers.len().div_ceil(64)];
        for (bits, is_in) in self.bits.iter().zip(table) {
            if *is_in != is_negated {
                joined
                    .iter_mut()
                    .zip(bits)
                    .for_each(|(word, bits)| *word |= bits);
            }
        }
        if is_negated {
            joined.iter_mut().for_each(|word| *word = !*word);
        }
        joined
    }
}

impl Columns {
    pub(super) fn get(&self, at: usize) -> Option<&Column> {
        self.list.get(at)
    }

    /// Where the column of an attribute is.
    pub(super) fn column(&mut self, name: &str, state: &State) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        let mut column = Column::new(name);
        for (chunk, page) in state.chunks().zip(0_u32..) {
            for lane in 0..64 {
                column.set(
                    page * 64 + lane,
                    chunk.registration(lane).map(|known| &**known),
                );
            }
        }
        self.list.push(column);
        self.by_name.insert(name.into(), self.list.len() - 1);
        self.list.len() - 1
    }

    /// Reads anew what an instance registered.
    pub(super) fn update(&mut self, slot: u32, state: &State) {
        self.epoch = self.epoch.wrapping_add(1);
        let registration = state.place(slot).and_then(|place| place.registration());
        for column in &mut self.list {
            column.set(slot, registration.map(|known| &**known));
        }
        let instance = Instance::at(state, slot);
        let kind = registration.map_or(0, |registration| 1 << kind(registration));
        self.set_kind(slot, kind);
        for selected in self.selected.values_mut() {
            let is_in = instance.is_some_and(|instance| selected.asks(instance));
            if is_in || selected.has(slot) {
                let selected = Arc::make_mut(selected);
                set_bit(&mut selected.bits, slot, is_in);
                selected.kinds |= kind;
            }
        }
    }

    fn set_kind(&mut self, slot: u32, kind: u64) {
        if self.kinds.is_empty() {
            return;
        }
        let slots = self.kinds.len().max(slot as usize + 1);
        self.kinds.resize(slots, 0);
        if let Some(known) = self.kinds.get_mut(slot as usize) {
            *known = kind;
        }
        self.all_kinds |= kind;
    }

    pub(super) fn selected(&mut self, task: &Wanted, state: &State) -> Arc<Selected> {
        let print = task.selection_print();
        if let Some(known) = self.selected.get(&print)
            && (Arc::ptr_eq(&known.selection, &task.selection) || known.selection == task.selection)
        {
            return Arc::clone(known);
        }
        if self.selected.len() >= REMEMBERED {
            self.selected.clear();
        }
        let selected = Arc::new(self.select(&task.selection, state));
        self.selected.insert(print, Arc::clone(&selected));
        selected
    }

    /// As long as this is the same, the same instances are selected.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    fn select(&mut self, selection: &Arc<Selection>, state: &State) -> Selected {
        let mut bits = vec![u64::MAX; state.chunks().count()];
        for (_, part) in self.parts(selection, state) {
            keep(&mut bits, part);
        }
        let varying = selection.member_of.iter().filter(|query| query.varies());
        let varying = varying.cloned().collect();
        Selected {
            selection: Arc::clone(selection),
            kinds: self.kinds_of(&bits, state),
            bits,
            varying,
        }
    }

    /// The kinds of instances: all of them as soon as each was seen.
    fn kinds_of(&mut self, bits: &[u64], state: &State) -> u64 {
        if self.kinds.is_empty() {
            for chunk in state.chunks() {
                let kind = |lane| chunk.registration(lane).map_or(0, |known| 1 << kind(known));
                self.kinds.extend((0..64).map(kind));
            }
            self.all_kinds = self.kinds.iter().fold(0, |all, kind| all | kind);
        }
        let mut found = 0;
        for (word, kinds) in bits.iter().zip(self.kinds.chunks(64)) {
            let mut word = *word;
            while word != 0 && found != self.all_kinds {
                let lane = word.trailing_zeros() as usize;
                found |= kinds.get(lane).copied().unwrap_or(0);
                word &= word - 1;
            }
        }
        found
    }

    /// For each thing that an instance must be, whatever runs on it, the instances that are it
    /// and the reason of the others, in the order in which Amazon ECS looks.
    pub(super) fn parts(
        &mut self,
        selection: &Selection,
        state: &State,
    ) -> Vec<(Reason, Vec<u64>)> {
        let mut parts = Vec::new();
        if let Some(zones) = &selection.zones {
            let at = self.column(ZONE, state);
            let bits = self.list.get(at).map_or_else(Vec::new, |column| {
                column.bits(|number, found| match number {
                    UNLISTED => true,
                    MISSING | EMPTY => false,
                    _ => zones.iter().any(|zone| **zone == *found),
                })
            });
            let zones = zones.clone();
            parts.push((Reason::Location { zones }, bits));
        }
        for (name, value) in &selection.attributes {
            let at = self.column(name, state);
            let Some(column) = self.list.get(at) else {
                continue;
            };
            let bits = column.bits(|number, found| match (number, value) {
                (UNLISTED, _) => true,
                (MISSING, _) => false,
                (EMPTY, value) => value.is_none(),
                (_, None) => true,
                (_, Some(value)) => **value == *found,
            });
            let (name, value) = (name.clone(), value.clone());
            parts.push((Reason::Attribute { name, value }, bits));
        }
        if let Some(provider) = &selection.capacity_provider {
            let at = self.column(PROVIDER, state);
            let bits = self.list.get(at).map_or_else(Vec::new, |column| {
                column.bits(|number, found| number > UNLISTED && **provider == *found)
            });
            let provider = Arc::clone(provider);
            parts.push((Reason::CapacityProvider { provider }, bits));
        }
        if let Some(launch_type) = &selection.launch_type {
            let bits = self.of_launch_type(launch_type, state);
            parts.push((fits::launch_type_reason(launch_type), bits));
        }
        for query in selection.member_of.iter().filter(|query| !query.varies()) {
            let bits = query.bits(&mut Asked {
                columns: self,
                state,
            });
            let reason = Reason::MemberOf {
                expression: Arc::clone(query.shared()),
                terms: Arc::default(),
            };
            parts.push((reason, bits));
        }
        parts
    }

    fn of_launch_type(&mut self, launch_type: &LaunchType, state: &State) -> Vec<u64> {
        let at = self.column(EXTERNAL_CAPABILITY, state);
        let is_external = *launch_type == LaunchType::External;
        self.list.get(at).map_or_else(Vec::new, |column| {
            column.bits(|number, _| (number != MISSING && number != UNLISTED) == is_external)
        })
    }
}

impl Selected {
    pub(super) fn has(&self, slot: u32) -> bool {
        has_bit(&self.bits, slot)
    }

    /// The kinds of the instances, or more.
    pub(super) fn kinds(&self) -> u64 {
        self.kinds
    }

    /// The bits of a chunk.
    pub(super) fn word(&self, page: usize) -> u64 {
        self.bits.get(page).copied().unwrap_or(0)
    }

    fn asks(&self, instance: Instance<'_>) -> bool {
        fits::is_member(instance, &self.selection, |query| {
            query.varies() || query.matches(instance)
        })
    }
}

/// The columns, for an expression that is asked of all instances.
struct Asked<'a> {
    columns: &'a mut Columns,
    state: &'a State,
}

impl query::Columns for Asked<'_> {
    fn words(&self) -> usize {
        self.state.chunks().count()
    }

    fn select(&mut self, name: &str, accepts: impl Fn(Option<&str>) -> bool) -> Vec<u64> {
        let at = self.columns.column(name, self.state);
        let column = self.columns.list.get(at);
        column.map_or_else(Vec::new, |column| {
            column.bits(|number, value| match number {
                MISSING | UNLISTED => accepts(None),
                _ => accepts(Some(value)),
            })
        })
    }

    fn ask(&mut self, accepts: impl Fn(Instance<'_>) -> bool) -> Vec<u64> {
        let asks = |(page, _): (u32, &Chunk)| {
            let lanes = page * 64..page * 64 + 64;
            pack(lanes.map(|slot| Instance::at(self.state, slot).is_some_and(&accepts)))
        };
        (0..).zip(self.state.chunks()).map(asks).collect()
    }
}

/// A number below 64, the same for instances that have registered the same amounts.
pub(super) fn kind(registration: &Registration) -> u8 {
    let cpu = u64::from(registration.kind.cpu.cast_unsigned());
    let memory = u64::from(registration.kind.memory.cast_unsigned());
    let mixed = (cpu << 32 | memory).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 58) as u8
}

pub(super) fn set_bit(bits: &mut Vec<u64>, slot: u32, is_set: bool) {
    let at = (slot / 64) as usize;
    let words = bits.len().max(at + 1);
    bits.resize(words, 0);
    if let Some(word) = bits.get_mut(at) {
        *word = *word & !(1 << (slot % 64)) | u64::from(is_set) << (slot % 64);
    }
}

pub(super) fn has_bit(bits: &[u64], slot: u32) -> bool {
    let word = bits.get((slot / 64) as usize).copied().unwrap_or(0);
    word >> (slot % 64) & 1 == 1
}

fn keep(bits: &mut [u64], part: Vec<u64>) {
    bits.iter_mut()
        .zip(part)
        .for_each(|(word, part)| *word &= part);
}

fn pack(bits: impl Iterator<Item = bool>) -> u64 {
    (0..64)
        .zip(bits)
        .fold(0, |word, (bit, is_set)| word | u64::from(is_set) << bit)
}
