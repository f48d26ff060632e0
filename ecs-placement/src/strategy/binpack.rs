//! Binpack: fill the fullest instance first.

use crate::{BinpackField, Instance};

/// Keeps the instances with the least left.
pub(crate) fn narrow(candidates: &mut Vec<&Instance>, field: BinpackField) {
    let left = |instance: &Instance| match field {
        BinpackField::Cpu => instance.remaining().cpu,
        BinpackField::Memory => instance.remaining().memory,
    };
    if let Some(least) = candidates.iter().map(|instance| left(instance)).min() {
        candidates.retain(|instance| left(instance) == least);
    }
}
