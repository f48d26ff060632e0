//! Room that a task leaves to daemons which have none on an instance yet.

use std::sync::Arc;

use crate::fits::{self, MAX_PORTS};
use crate::registration::Kind;
use crate::request::{Room, Wanted};
use crate::snapshot::{GpuRoom, Place, State};
use crate::{Instance, Needs, Reason};

/// Whether daemons that have no task here yet find room beside one more copy.
pub(crate) fn is_left(state: &State, place: Place<'_>, task: &Wanted, already: u32) -> bool {
    task.rooms.is_empty() || {
        let missing = missing(state, place, task);
        missing.is_empty() || first_lacking(place, &task.needs, &missing, already).is_none()
    }
}

/// The reason of an instance where a daemon would find none.
pub(crate) fn lacking(instance: Instance<'_>, task: &Wanted, already: u32) -> Option<Reason> {
    if task.rooms.is_empty() {
        return None;
    }
    let place = instance.place();
    let missing = missing(instance.state(), place, task);
    let group = first_lacking(place, &task.needs, &missing, already)?;
    Some(Reason::DaemonRoom {
        group: Box::from(&*group),
    })
}

/// The daemons that select an instance, have no task there, and could have one.
fn missing<'t>(state: &State, place: Place<'_>, task: &'t Wanted) -> Vec<&'t Room> {
    let instance = Instance::at(state, place.slot);
    let Some((instance, known)) = instance.zip(place.registration()) else {
        return Vec::new();
    };
    let is_missing = |room: &&Room| {
        room.group != task.group
            && instance.tasks_of(&room.group) == 0
            && can_hold(&known.kind, &room.needs)
            && fits::is_member(instance, &room.selection, |query| query.matches(instance))
    };
    task.rooms.iter().filter(is_missing).collect()
}

/// Whether an instance takes a daemon while nothing else is there. Room that is kept for one which
/// it never takes would be lost.
fn can_hold(kind: &Kind, needs: &Needs) -> bool {
    let is_reserved = |port| kind.reserved.binary_search(port).is_ok();
    fits::is_of_kind(kind, needs)
        && Left::of_empty(kind).take(needs)
        && !needs.ports.iter().any(is_reserved)
        && kind.reserved.len().saturating_add(needs.ports.len()) <= MAX_PORTS
}

/// The group of the first daemon that would find no room beside one more copy.
fn first_lacking(
    place: Place<'_>,
    needs: &Needs,
    daemons: &[&Room],
    already: u32,
) -> Option<Arc<str>> {
    let mut left = Left::beside(place, needs, already);
    let mut lacks = daemons.iter().filter(|daemon| {
        let wants_port = |port| needs.ports.contains(port);
        !left.take(&daemon.needs) || daemon.needs.ports.iter().any(wants_port)
    });
    lacks.next().map(|daemon| Arc::clone(&daemon.group))
}

/// What is left of an instance, less than nothing where it does not suffice.
struct Left {
    cpu: i64,
    memory: i64,
    interfaces: i64,
    gpus: i64,
    neuron_devices: i64,
    /// All that it has, of what some tasks want as a whole.
    all_gpus: i64,
    all_neuron_devices: i64,
    /// What is left of GPUs that tasks share.
    shares: GpuRoom,
}

impl Left {
    /// All that an instance has.
    fn of_empty(kind: &Kind) -> Self {
        Self {
            cpu: kind.cpu.into(),
            memory: kind.memory.into(),
            interfaces: kind.interfaces.map_or(i64::MAX, i64::from),
            gpus: kind.gpus.into(),
            neuron_devices: kind.neuron_devices.into(),
            all_gpus: kind.gpus.into(),
            all_neuron_devices: kind.neuron_devices.into(),
            shares: GpuRoom::of_empty(kind),
        }
    }

    /// What copies of a task leave, one more than there are `already`.
    fn beside(place: Place<'_>, needs: &Needs, already: u32) -> Self {
        let free = place.numbers().copied().unwrap_or_default();
        let kind = place.registration().map(|known| &known.kind);
        let copies = i64::from(already).saturating_add(1);
        let less =
            |free: i64, needed: u32| free.saturating_sub(i64::from(needed).saturating_mul(copies));
        let all_gpus = kind.map_or(0, |kind| kind.gpus.into());
        let all_neuron_devices = kind.map_or(0, |kind| kind.neuron_devices.into());
        let mut left = Self {
            cpu: less(free.cpu.into(), needs.cpu),
            memory: less(free.memory.into(), needs.memory),
            interfaces: less(free.interfaces.into(), needs.interfaces.into()),
            gpus: match needs.all_gpus {
                true => i64::from(free.gpus).saturating_sub(all_gpus),
                false => less(free.gpus.into(), needs.gpus.into()),
            },
            neuron_devices: match needs.all_neuron_devices {
                true => i64::from(free.neuron_devices).saturating_sub(all_neuron_devices),
                false => less(free.neuron_devices.into(), needs.neuron_devices.into()),
            },
            all_gpus,
            all_neuron_devices,
            shares: place.chunk.gpu_room(place.lane).unwrap_or_default(),
        };
        left.shares
            .take_whole(i64::from(free.gpus).saturating_sub(left.gpus));
        for _ in 0..copies {
            if needs.gpu_memory == 0 || !left.share(needs.gpu_memory) {
                break;
            }
        }
        left
    }

    /// Takes memory of a GPU that is shared. Whether there was so much.
    fn share(&mut self, memory: u32) -> bool {
        let found = self.shares.take(memory);
        // The first that shares a GPU takes it from those that nobody has.
        self.gpus = self.gpus.saturating_sub(i64::from(found == Some(true)));
        found.is_some()
    }

    /// Takes what a daemon needs. Whether it sufficed; what is not needed always does.
    fn take(&mut self, needs: &Needs) -> bool {
        let all = |wants: bool, has: i64, free: i64| !wants || has > 0 && has == free;
        let mut suffices = all(needs.all_gpus, self.all_gpus, self.gpus)
            && all(
                needs.all_neuron_devices,
                self.all_neuron_devices,
                self.neuron_devices,
            );
        let count = |wants_all: bool, all: i64, count: u16| match wants_all {
            true => all,
            false => count.into(),
        };
        let gpus = count(needs.all_gpus, self.all_gpus, needs.gpus);
        let neuron = count(
            needs.all_neuron_devices,
            self.all_neuron_devices,
            needs.neuron_devices,
        );
        self.shares.take_whole(gpus);
        suffices &= needs.gpu_memory == 0 || self.share(needs.gpu_memory);
        for (left, needed) in [
            (&mut self.cpu, i64::from(needs.cpu)),
            (&mut self.memory, needs.memory.into()),
            (&mut self.interfaces, needs.interfaces.into()),
            (&mut self.gpus, gpus),
            (&mut self.neuron_devices, neuron),
        ] {
            *left = left.saturating_sub(needed);
            suffices &= *left >= 0 || needed == 0;
        }
        suffices
    }
}
