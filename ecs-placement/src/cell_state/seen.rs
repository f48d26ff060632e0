//! What documents say of most tasks, in few bytes.

use ecs_model::Timestamp;

use crate::observed_task::{Moments, Stamp};
use crate::{ObservedTask, Stage};

/// What the document of a task says that runs on its instance, besides what the cell itself
/// knows of it. There is one for each task of a cluster: numbers are bytes, so that they are not
/// aligned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    version: [u8; 4],
    at: [u8; 8],
    created_at: [u8; 8],
}

/// Stands for what is not said.
const NO_VERSION: i32 = i32::MIN;
const NO_MOMENT: i64 = i64::MIN;

impl Seen {
    pub(super) const NOTHING: Self = Self {
        version: NO_VERSION.to_le_bytes(),
        at: NO_MOMENT.to_le_bytes(),
        created_at: NO_MOMENT.to_le_bytes(),
    };

    /// What a document says, if it says nothing else than there is room for.
    pub(super) fn of(task: &ObservedTask) -> Option<Self> {
        let moments = task.moments();
        let version = match moments.stamp.version {
            None => NO_VERSION,
            Some(version) => i32::try_from(version).ok()?,
        };
        let micros = |moment: Option<Timestamp>| moment.map_or(NO_MOMENT, Timestamp::micros);
        let seen = Self {
            version: version.to_le_bytes(),
            at: micros(moments.stamp.at).to_le_bytes(),
            created_at: micros(moments.created_at).to_le_bytes(),
        };
        let names_gpus = task.gpu.is_some() || !task.own_gpus.is_empty();
        let is_all = !names_gpus && seen.moments() == moments;
        is_all.then_some(seen)
    }

    pub(super) fn moments(self) -> Moments {
        let version = i32::from_le_bytes(self.version);
        let moment = |micros: [u8; 8]| match i64::from_le_bytes(micros) {
            NO_MOMENT => None,
            micros => Some(Timestamp::from_micros(micros)),
        };
        Moments {
            stage: Stage::Running,
            stamp: Stamp {
                version: (version != NO_VERSION).then_some(version.into()),
                at: moment(self.at),
            },
            created_at: moment(self.created_at),
            stopping_at: None,
            stopped_at: None,
        }
    }
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
        let no_version = ObservedTask {
            version: None,
            at: None,
            created_at: Some(Timestamp::from_micros(-1)),
            ..task.clone()
        };
        assert_eq!(seen(no_version.clone()), Some(no_version.moments()));
        let version = |version: i64| ObservedTask {
            version: Some(version),
            ..task.clone()
        };
        for other in [
            version(i64::from(i32::MAX) + 1),
            version(NO_VERSION.into()),
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
