//! The last events of a service.

use std::collections::{BTreeMap, VecDeque};

use ecs_model::{ServiceEvent, Timestamp};
use serde::{Deserialize, Serialize};

use super::Notice;
use crate::deployment::after;
use crate::random::Random;

/// How many events a service keeps (API shape `Service`, member `events`).
const KEPT: usize = 100;

/// The last events, and what of them still holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct EventLog {
    /// The newest first.
    events: VecDeque<ServiceEvent>,
    /// How many there were.
    count: u64,
    /// What is told while it lasts, and when it was told last.
    standing: BTreeMap<Notice, Standing>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Standing {
    told_at: Timestamp,
    message: Box<str>,
}

impl EventLog {
    pub(super) fn events(&self) -> impl Iterator<Item = &ServiceEvent> {
        self.events.iter()
    }

    /// Adds an event.
    pub(super) fn push(&mut self, service_arn: &str, message: String, at: Timestamp) {
        self.count = self.count.saturating_add(1);
        let event = ServiceEvent::default()
            .with_id(event_id(service_arn, self.count))
            .with_created_at(at)
            .with_message(message);
        self.events.push_front(event);
        self.events.truncate(KEPT);
    }

    /// Whether something is not told yet, or so long ago that it is told again.
    pub(super) fn is_due(&self, notice: Notice, repeat_after: u32, now: Timestamp) -> bool {
        let standing = self.standing.get(&notice);
        standing.is_none_or(|standing| after(standing.told_at, repeat_after) <= now)
    }

    /// Tells something, unless the same was told and still holds. Whether it was told.
    pub(super) fn tell(
        &mut self,
        service_arn: &str,
        (notice, message): (Notice, String),
        repeat_after: u32,
        at: Timestamp,
    ) -> bool {
        let known = self.standing.get(&notice);
        let is_same = known.is_some_and(|known| *known.message == *message);
        if is_same && !self.is_due(notice, repeat_after, at) {
            return false;
        }
        let standing = Standing {
            told_at: at,
            message: message.as_str().into(),
        };
        self.standing.insert(notice, standing);
        self.push(service_arn, message, at);
        true
    }

    /// Something holds no more: should it come again, it is told again.
    pub(super) fn clear(&mut self, notice: Notice) {
        if !self.standing.is_empty() {
            self.standing.remove(&notice);
        }
    }
}

/// A UUID that follows from the service and the number of the event.
pub(super) fn event_id(service_arn: &str, number: u64) -> String {
    let mut random = Random::new(mixed(service_arn, number));
    let (high, low) = (random.next(), random.next());
    // Version 4, variant 1, as those of Amazon ECS are.
    let high = high & !0xf000 | 0x4000;
    let low = low & (u64::MAX >> 2) | 1 << 63;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff,
    )
}

/// A number that follows from a name and a number: FNV-1a.
pub(super) fn mixed(name: &str, number: u64) -> u64 {
    let bytes = name.bytes().chain(number.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
