//! Whether a task fits on an instance: the one check behind planning, commit and explanation.

use std::iter;

use ecs_model::LaunchType;
use ecs_model::container_instance::EXTERNAL_CAPABILITY;

use crate::request::{Selection, Wanted};
use crate::snapshot::{Place, State};
use crate::{HostPort, Instance, Needs, PlacementRequest, Query, Reason};

/// Whether the instance takes one more copy, where `already` copies of this plan are.
pub(crate) fn fits(state: &State, place: Place<'_>, task: &Wanted, already: u32) -> bool {
    place.chunk.is_ready(place.lane)
        && amounts_fit(place, &task.needs, already)
        && ports_fit(place, &task.needs, already)
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
    })
}

/// Whether the host ports are free. A second copy wants the same ones.
pub(crate) fn ports_fit(place: Place<'_>, needs: &Needs, already: u32) -> bool {
    let is_taken = |port| place.chunk.is_port_taken(place.lane, port);
    needs.ports.is_empty() || already == 0 && !needs.ports.iter().any(|port| is_taken(*port))
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
    launch_type(instance, &selection.launch_type).is_none()
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
    let external = move || launch_type(instance, request.launch_type());
    let distinct = move || distinct_instance(instance, request, already);
    state(instance)
        .chain(resources(instance, request.needs(), already))
        .chain(attributes(instance, request))
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
    let short = move |needed: u32, free: i32| {
        let taken = i64::from(needed).saturating_mul(already.into());
        let free = i64::from(free).saturating_sub(taken);
        let lacks = needed > 0 && i64::from(needed) > free;
        lacks.then_some((u64::from(needed), u64::try_from(free).unwrap_or(0)))
    };
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

/// `EXTERNAL` tasks need an external instance. That `EC2` tasks keep off them is not published
/// and chosen here: the launch type would mean nothing otherwise.
fn launch_type(instance: Instance<'_>, launch_type: &LaunchType) -> Option<Reason> {
    match (launch_type, instance.is_external()) {
        (LaunchType::External, false) => Some(Reason::Attribute {
            name: EXTERNAL_CAPABILITY.into(),
            value: None,
        }),
        (LaunchType::Ec2, true) => Some(Reason::External),
        _ => None,
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
    unmet.map(|query| Reason::MemberOf {
        expression: query.as_str().into(),
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
