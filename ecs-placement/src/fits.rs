//! Whether a task fits on an instance: the one check behind planning, commit and explanation.

use std::iter;
use std::sync::Arc;

use ecs_model::LaunchType;
use ecs_model::container_instance::EXTERNAL_CAPABILITY;

use crate::daemon_room;
use crate::registration::{Kind, ZONE, natural};
use crate::request::{Selection, Wanted};
use crate::snapshot::{Place, State};
use crate::{HostPort, Instance, Needs, PlacementRequest, Query, Reason, Shortfall};

/// Whether the instance takes one more copy, where `already` copies of this plan are.
pub(crate) fn fits(state: &State, place: Place<'_>, task: &Wanted, already: u32) -> bool {
    place.chunk.is_ready(place.lane)
        && amounts_fit(place, &task.needs, already)
        && ports_fit(place, &task.needs, already)
        && devices_fit(place, &task.needs, already)
        && daemon_room::is_left(state, place, task, already)
        && (!task.distinct_instance || already == 0 && tasks_of(state, place, &task.group) == 0)
        && Instance::at(state, place.slot)
            .is_some_and(|instance| is_selected(instance, task, already))
}

/// Whether what can be counted suffices.
pub(crate) fn amounts_fit(place: Place<'_>, needs: &Needs, already: u32) -> bool {
    let copies = i64::from(already).saturating_add(1);
    let suffices = |needed: u32, free: i32| {
        needed == 0 || i64::from(needed).saturating_mul(copies) <= i64::from(free)
    };
    place.numbers().is_some_and(|free| {
        suffices(needs.cpu, free.cpu)
            && suffices(needs.memory, free.memory)
            && suffices(needs.interfaces.into(), free.interfaces.into())
            && suffices(needs.gpus.into(), free.gpus.into())
            && suffices(needs.neuron_devices.into(), free.neuron_devices.into())
    })
}

/// The most host ports that are reserved on an instance, those of the agent included (Developer
/// Guide, service quotas). Ports that Docker chooses do not count.
pub(crate) const MAX_PORTS: usize = 100;

/// Whether the host ports are free, and so many may be taken. A second copy wants the same ones.
pub(crate) fn ports_fit(place: Place<'_>, needs: &Needs, already: u32) -> bool {
    let is_taken = |port| place.chunk.is_port_taken(place.lane, port);
    needs.ports.is_empty()
        || already == 0
            && !needs.ports.iter().any(|port| is_taken(*port))
            && free_ports(place) >= needs.ports.len()
}

fn free_ports(place: Place<'_>) -> usize {
    MAX_PORTS.saturating_sub(place.chunk.taken_ports(place.lane))
}

/// Whether the devices are of the kind that is needed, and all of them are free where all are.
pub(crate) fn devices_fit(place: Place<'_>, needs: &Needs, already: u32) -> bool {
    !needs_devices(needs)
        || place.registration().is_some_and(|registration| {
            let free = place.numbers().copied().unwrap_or_default();
            let all = |has: i16, free: i16| has > 0 && has == free && already == 0;
            is_of_kind(&registration.kind, needs)
                && gpu_memory_lacks(place, needs, already).is_none()
                && (!needs.all_gpus || all(registration.kind.gpus, free.gpus))
                && (!needs.all_neuron_devices
                    || all(registration.kind.neuron_devices, free.neuron_devices))
        })
}

/// Whether GPUs that a task has to itself are of the size that it needs, if it needs any.
pub(crate) fn is_of_kind(kind: &Kind, needs: &Needs) -> bool {
    needs.gpus == 0 && !needs.all_gpus || kind.gpu_eighths == needs.gpu_eighths
}

fn is_selected(instance: Instance<'_>, task: &Wanted, already: u32) -> bool {
    let planned = (already > 0).then_some((&*task.group, already));
    is_member(instance, &task.selection, |query| {
        query.matches_with(instance, planned)
    })
}

/// Whether an instance is of the launch type, has the attributes, and passes the test of each
/// expression.
pub(crate) fn is_member(
    instance: Instance<'_>,
    selection: &Selection,
    passes: impl Fn(&Query) -> bool,
) -> bool {
    let mut needed = selection.attributes.iter();
    launch_type(instance, selection.launch_type.as_ref()).is_none()
        && provider(instance, selection.capacity_provider.as_ref()).is_none()
        && location(instance, selection.zones.as_deref()).is_none()
        && (!instance.lists_attributes()
            || needed.all(|(name, value)| has_attribute(instance, name, value.as_deref())))
        && selection.member_of.iter().all(passes)
}

/// Whether expressions hold that what runs on an instance changes.
pub(crate) fn varying_hold(
    state: &State,
    place: Place<'_>,
    queries: &[Query],
    group: &str,
    already: u32,
) -> bool {
    let planned = (already > 0).then_some((group, already));
    let holds = |instance: Instance<'_>| {
        let mut queries = queries.iter();
        queries.all(|query| query.matches_with(instance, planned))
    };
    queries.is_empty() || Instance::at(state, place.slot).is_some_and(holds)
}

/// Every reason why the instance does not take the task, in the order in which Amazon ECS looks:
/// state, resources, attributes, constraints. Nothing is computed before it is asked for.
pub(crate) fn refusals<'a>(
    instance: Instance<'a>,
    request: &'a PlacementRequest,
) -> impl Iterator<Item = Reason> + 'a {
    refusals_after(instance, request, 0)
}

/// The same, where `already` copies are thought on the instance.
pub(crate) fn refusals_after<'a>(
    instance: Instance<'a>,
    request: &'a PlacementRequest,
    already: u32,
) -> impl Iterator<Item = Reason> + 'a {
    let elsewhere = move || location(instance, request.zones());
    let provider = move || {
        let wanted = request.task().selection.capacity_provider.as_ref();
        provider(instance, wanted)
    };
    let external = move || launch_type(instance, request.launch_type());
    let distinct = move || distinct_instance(instance, request, already);
    let kept = move || daemon_room::lacking(instance, request.task(), already);
    state(instance)
        .chain(resources(instance, request.needs(), already))
        .chain(devices(instance, request.needs(), already))
        .chain(iter::once_with(kept).flatten())
        .chain(iter::once_with(elsewhere).flatten())
        .chain(attributes(instance, request))
        .chain(iter::once_with(provider).flatten())
        .chain(iter::once_with(external).flatten())
        .chain(member_of(instance, request, already))
        .chain(iter::once_with(distinct).flatten())
}

fn state(instance: Instance<'_>) -> impl Iterator<Item = Reason> {
    let inactive = || Reason::Inactive {
        status: instance.status().into(),
    };
    let inactive = (!instance.is_active()).then(inactive);
    inactive
        .into_iter()
        .chain((!instance.agent_connected()).then_some(Reason::Agent))
}

fn resources<'a>(
    instance: Instance<'a>,
    needs: &'a Needs,
    already: u32,
) -> impl Iterator<Item = Reason> + 'a {
    let place = instance.place();
    let numbers = place.numbers().copied().unwrap_or_default();
    let short = move |needed: u32, free: i32| lacking(needed, free, already);
    let cpu =
        short(needs.cpu, numbers.cpu).map(|(needed, remaining)| Reason::Cpu { needed, remaining });
    let memory = short(needs.memory, numbers.memory)
        .map(|(needed, remaining)| Reason::Memory { needed, remaining });
    let gpus = short(needs.gpus.into(), numbers.gpus.into())
        .map(|(needed, remaining)| Reason::Gpus { needed, remaining });
    let interfaces = short(needs.interfaces.into(), numbers.interfaces.into())
        .map(|(needed, remaining)| Reason::Interfaces { needed, remaining });
    let is_taken =
        move |port: &&HostPort| already > 0 || place.chunk.is_port_taken(place.lane, **port);
    let ports = needs
        .ports
        .iter()
        .filter(is_taken)
        .map(|port| Reason::Port {
            protocol: port.protocol(),
            port: port.port(),
        });
    cpu.into_iter()
        .chain(memory)
        .chain(gpus)
        .chain(interfaces)
        .chain(ports)
        .chain(iter::once_with(move || port_quota(place, needs, already)).flatten())
}

/// What is needed and what `already` copies leave, if that is too little.
fn lacking(needed: u32, free: i32, already: u32) -> Option<(u64, u64)> {
    let taken = i64::from(needed).saturating_mul(already.into());
    let free = i64::from(free).saturating_sub(taken);
    let lacks = needed > 0 && i64::from(needed) > free;
    lacks.then_some((u64::from(needed), u64::try_from(free).unwrap_or(0)))
}

fn port_quota(place: Place<'_>, needs: &Needs, already: u32) -> Option<Reason> {
    let wants_ports = already == 0 && !needs.ports.is_empty();
    let taken = wants_ports.then(|| place.chunk.taken_ports(place.lane))?;
    let is_too_many = taken.saturating_add(needs.ports.len()) > MAX_PORTS;
    is_too_many.then_some(Reason::PortQuota {
        needed: needs.ports.len() as u64,
        taken: taken as u64,
    })
}

/// Whether [`rare_refusals`] can have any but that of too many ports.
pub(crate) fn has_rare_needs(task: &Wanted) -> bool {
    needs_devices(&task.needs) || !task.rooms.is_empty()
}

/// Those of the refusals that few requests can have.
pub(crate) fn rare_refusals(
    instance: Instance<'_>,
    task: &Wanted,
) -> impl Iterator<Item = Reason> + use<> {
    port_quota(instance.place(), &task.needs, 0)
        .into_iter()
        .chain(devices(instance, &task.needs, 0))
        .chain(daemon_room::lacking(instance, task, 0))
}

fn devices(
    instance: Instance<'_>,
    needs: &Needs,
    already: u32,
) -> impl Iterator<Item = Reason> + use<> {
    let place = instance.place();
    let has = place.registration().filter(|_| needs_devices(needs));
    let has = has.map(|has| &has.kind);
    let free = place.numbers().copied().unwrap_or_default();
    let partition = has.filter(|has| !is_of_kind(has, needs));
    let partition = partition.map(|has| has.gpu_eighths);
    let gpus = has.filter(|_| needs.all_gpus);
    let gpus = gpus.and_then(|has| lacking_of_all(has.gpus, free.gpus, already));
    let neuron = has.and_then(|has| match needs.all_neuron_devices {
        true => lacking_of_all(has.neuron_devices, free.neuron_devices, already),
        false => lacking(
            needs.neuron_devices.into(),
            free.neuron_devices.into(),
            already,
        ),
    });
    let partition = partition.map(|found| Reason::GpuPartition {
        needed: needs.gpu_eighths,
        found,
    });
    let gpus = gpus.map(|(needed, remaining)| Reason::Gpus { needed, remaining });
    let neuron = neuron.map(|(needed, remaining)| Reason::NeuronDevices { needed, remaining });
    let memory = gpu_memory_lacks(place, needs, already);
    let memory = memory.map(|remaining| Reason::GpuMemory {
        needed: needs.gpu_memory.into(),
        remaining,
    });
    let gpus = partition.into_iter().chain(gpus);
    gpus.chain(memory).chain(neuron)
}

/// What there is of devices of which all are needed, and what `already` copies leave, where not all
/// is free.
fn lacking_of_all(has: i16, free: i16, already: u32) -> Option<(u64, u64)> {
    let free = if already > 0 { 0 } else { free.max(0) };
    let lacks = has <= 0 || has != free;
    lacks.then(|| (natural(has.into()).max(1), natural(free.into())))
}

/// Whether a GPU can be shared, whatever is left of it.
pub(crate) fn has_gpu_to_share(place: Place<'_>, needs: &Needs) -> bool {
    let room = place.chunk.gpu_room(place.lane);
    room.is_some_and(|room| room.most(needs.gpu_memory).is_some())
}

/// The most that is left of one GPU for the copy after `already` ones, if it is too little.
fn gpu_memory_lacks(place: Place<'_>, needs: &Needs, already: u32) -> Option<u64> {
    if needs.gpu_memory == 0 {
        return None;
    }
    let room = place.chunk.gpu_room(place.lane).unwrap_or_default();
    let is_full = room.copies(needs.gpu_memory) <= u64::from(already);
    is_full.then(|| room.most(needs.gpu_memory).unwrap_or(0))
}

/// Whether devices are needed.
fn needs_devices(needs: &Needs) -> bool {
    needs.gpus > 0
        || needs.all_gpus
        || needs.gpu_memory > 0
        || needs.neuron_devices > 0
        || needs.all_neuron_devices
}

/// What is lacking for the copy after `already` ones.
pub(crate) fn shortfall(place: Place<'_>, needs: &Needs, already: u32) -> Shortfall {
    let copies = i64::from(already).saturating_add(1);
    let numbers = place.numbers().copied().unwrap_or_default();
    let short = |needed: u32, free: i32| match needed {
        0 => 0,
        _ => {
            let wanted = i64::from(needed).saturating_mul(copies);
            u64::try_from(wanted.saturating_sub(free.into())).unwrap_or(0)
        }
    };
    let devices = |is_all: bool, needed: u16, has: fn(&Kind) -> i16, free: i16| {
        let has = place.registration().map_or(0, |known| has(&known.kind));
        match is_all {
            true => {
                lacking_of_all(has, free, already).map_or(0, |(has, free)| has.saturating_sub(free))
            }
            false => short(needed.into(), free.into()),
        }
    };
    let gpu_memory = gpu_memory_lacks(place, needs, already);
    let (gpus, neuron_devices) = (numbers.gpus, numbers.neuron_devices);
    Shortfall {
        cpu: short(needs.cpu, numbers.cpu),
        memory: short(needs.memory, numbers.memory),
        gpus: devices(needs.all_gpus, needs.gpus, |has| has.gpus, gpus),
        interfaces: short(needs.interfaces.into(), numbers.interfaces.into()),
        gpu_memory: gpu_memory.map_or(0, |most| u64::from(needs.gpu_memory).saturating_sub(most)),
        neuron_devices: devices(
            needs.all_neuron_devices,
            needs.neuron_devices,
            |has| has.neuron_devices,
            neuron_devices,
        ),
    }
}

fn attributes<'a>(
    instance: Instance<'a>,
    request: &'a PlacementRequest,
) -> impl Iterator<Item = Reason> + 'a {
    let needed: &[_] = match instance.lists_attributes() {
        true => &request.task().selection.attributes,
        false => &[],
    };
    needed.iter().filter_map(move |(name, value)| {
        let reason = || Reason::Attribute {
            name: name.clone(),
            value: value.clone(),
        };
        (!has_attribute(instance, name, value.as_deref())).then(reason)
    })
}

fn has_attribute(instance: Instance<'_>, name: &str, value: Option<&str>) -> bool {
    match instance.attribute(name) {
        None => false,
        Some(found) => value.is_none() || value == found,
    }
}

/// An instance that lists no attributes may be in any zone.
fn location(instance: Instance<'_>, zones: Option<&[Box<str>]>) -> Option<Reason> {
    let zones = zones.filter(|_| instance.lists_attributes())?;
    let found = instance.attribute(ZONE).flatten();
    let is_there = found.is_some_and(|found| zones.iter().any(|zone| **zone == *found));
    (!is_there).then(|| Reason::Location {
        zones: zones.into(),
    })
}

/// Whether the instance is of another capacity provider than the one that is wanted.
fn provider(instance: Instance<'_>, wanted: Option<&Arc<str>>) -> Option<Reason> {
    let wanted = wanted.filter(|wanted| instance.capacity_provider() != Some(wanted))?;
    let provider = Arc::clone(wanted);
    Some(Reason::CapacityProvider { provider })
}

/// `EXTERNAL` tasks need an external instance. That `EC2` tasks keep off them is not published
/// and chosen here: the launch type would mean nothing otherwise.
fn launch_type(instance: Instance<'_>, launch_type: Option<&LaunchType>) -> Option<Reason> {
    let launch_type = launch_type?;
    let is_other = (*launch_type == LaunchType::External) != instance.is_external();
    is_other.then(|| launch_type_reason(launch_type))
}

/// The reason of an instance that is not of the launch type.
pub(crate) fn launch_type_reason(launch_type: &LaunchType) -> Reason {
    match launch_type {
        LaunchType::External => Reason::Attribute {
            name: EXTERNAL_CAPABILITY.into(),
            value: None,
        },
        _ => Reason::External,
    }
}

fn member_of<'a>(
    instance: Instance<'a>,
    request: &'a PlacementRequest,
    already: u32,
) -> impl Iterator<Item = Reason> + 'a {
    let planned = (already > 0).then_some((request.group(), already));
    let is_unmet = move |query: &&Query| !query.matches_with(instance, planned);
    let unmet = request.member_of().iter().filter(is_unmet);
    unmet.map(move |query| Reason::MemberOf {
        expression: Arc::clone(query.shared()),
        terms: query.unmet_with(instance, planned).into(),
    })
}

fn distinct_instance(
    instance: Instance<'_>,
    request: &PlacementRequest,
    already: u32,
) -> Option<Reason> {
    let is_taken =
        request.is_distinct_instance() && (already > 0 || instance.tasks_of(request.group()) > 0);
    is_taken.then(|| Reason::DistinctInstance {
        group: request.group().into(),
    })
}

fn tasks_of(state: &State, place: Place<'_>, group: &str) -> u32 {
    Instance::at(state, place.slot).map_or(0, |instance| instance.tasks_of(group))
}
