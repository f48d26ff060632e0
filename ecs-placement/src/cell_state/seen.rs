//! What documents say of most tasks, in few bytes.

use ecs_model::Timestamp;

use crate::observed_task::{Moments, Stamp};
use crate::{ObservedTask, Stage};

/// What the document of a task says that runs on its instance, besides what the cell itself
/// knows of it. There is one for each task of a cluster, so that it is packed: from the lowest bit
/// on the version, the milliseconds from 1970 to the creation of the task, and the microseconds
/// from there to the moment at which it was so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen([u8; 13]);

const VERSION_BITS: u32 = 16;
/// Until 2109.
const CREATED_BITS: u32 = 42;
/// Two years.
const AFTER_BITS: u32 = 46;

const MICROS: i64 = 1_000;

impl Seen {
    pub(super) const NOTHING: Self = Self([u8::MAX; 13]);

    /// What a document says, if it says nothing else than there is room for.
    pub(super) fn of(task: &ObservedTask) -> Option<Self> {
        let moments = task.moments();
        let created = moments.created_at.map(Timestamp::micros);
        let at = moments.stamp.at.map(Timestamp::micros);
        let after = at.map(|at| at.saturating_sub(created.unwrap_or(0)));
        let millis = created.map(|created| created.div_euclid(MICROS));
        let packed = field(after, AFTER_BITS)? << CREATED_BITS | field(millis, CREATED_BITS)?;
        let packed = packed << VERSION_BITS | field(moments.stamp.version, VERSION_BITS)?;
        let mut seen = Self::NOTHING;
        let bytes = seen.0.iter_mut().zip(packed.to_le_bytes());
        bytes.for_each(|(to, from)| *to = from);
        let names_gpus = task.gpu.is_some() || !task.own_gpus.is_empty();
        let is_all = !names_gpus && seen.moments() == moments;
        is_all.then_some(seen)
    }

    pub(super) fn moments(self) -> Moments {
        let bytes = self.0.iter().rev();
        let packed = bytes.fold(0, |packed: u128, byte| packed << 8 | u128::from(*byte));
        let created = value(packed >> VERSION_BITS, CREATED_BITS);
        let created = created.map(|millis| millis.saturating_mul(MICROS));
        let after = value(packed >> (VERSION_BITS + CREATED_BITS), AFTER_BITS);
        let at = after.map(|after| created.unwrap_or(0).saturating_add(after));
        Moments {
            stage: Stage::Running,
            stamp: Stamp {
                version: value(packed, VERSION_BITS),
                at: at.map(Timestamp::from_micros),
            },
            created_at: created.map(Timestamp::from_micros),
            stopping_at: None,
            stopped_at: None,
        }
    }
}

/// A number in so many bits, where the greatest stands for none; nothing if it has no room.
fn field(number: Option<i64>, bits: u32) -> Option<u128> {
    let none = none(bits);
    match number {
        None => Some(none),
        Some(number) => u128::try_from(number).ok().filter(|number| *number < none),
    }
}

/// The number in the lowest bits.
fn value(packed: u128, bits: u32) -> Option<i64> {
    let found = packed & none(bits);
    i64::try_from(found).ok().filter(|_| found != none(bits))
}

const fn none(bits: u32) -> u128 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Needs;

    #[test]
    fn what_has_no_room_is_not_shortened() {
        let task = ObservedTask {
            task: "task".into(),
            instance: Some("instance".into()),
            group: "group".into(),
            needs: Arc::new(Needs::default()),
            gpu: None,
            own_gpus: Vec::new(),
            stage: Stage::Running,
            version: Some(7),
            at: Some(Timestamp::from_seconds(1)),
            created_at: None,
            stopping_at: None,
            stopped_at: None,
        };
        let seen = |task: ObservedTask| Seen::of(&task).map(Seen::moments);
        assert_eq!(seen(task.clone()), Some(task.moments()));
        let created = |created: i64, at: Option<i64>| ObservedTask {
            at: at.map(Timestamp::from_micros),
            created_at: Some(Timestamp::from_micros(created)),
            ..task.clone()
        };
        let version = |version: Option<i64>| ObservedTask {
            version,
            ..task.clone()
        };
        let (today, two_years) = (1_790_000_000_123_000, (1 << 46) - 2);
        for short in [
            version(None),
            version(Some(0)),
            version(Some(65_534)),
            created(0, None),
            created(today, Some(today)),
            created(today, Some(today + 7)),
            created(today, Some(today + two_years)),
        ] {
            assert_eq!(seen(short.clone()), Some(short.moments()), "{short:?}");
        }
        for other in [
            version(Some(65_535)),
            version(Some(-1)),
            created(-1_000, None),
            created(today + 1, Some(today + 1)),
            created(today, Some(today - 1)),
            created(today, Some(today + two_years + 1)),
            created(i64::MAX, None),
            ObservedTask {
                stage: Stage::Stopping,
                ..task.clone()
            },
            ObservedTask {
                stopping_at: task.at,
                ..task.clone()
            },
            ObservedTask {
                gpu: Some("gpu".into()),
                ..task.clone()
            },
            ObservedTask {
                own_gpus: vec!["gpu".into()],
                ..task.clone()
            },
        ] {
            assert_eq!(seen(other.clone()), None, "{other:?}");
        }
    }
}
