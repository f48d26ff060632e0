//! Whether a task fits on an instance: the one check behind planning, commit and explanation.

use std::iter;

use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use ecs_model::{Attribute, LaunchType};

use crate::{Instance, PlacementRequest, Reason, amounts};

/// Whether the instance takes the task.
pub(crate) fn fits(instance: &Instance, request: &PlacementRequest) -> bool {
    refusals(instance, request).next().is_none()
}

/// Every reason why the instance does not take the task, in the order in which Amazon ECS looks:
/// state, resources, attributes, constraints. Nothing is computed before it is asked for.
pub(crate) fn refusals<'a>(
    instance: &'a Instance,
    request: &'a PlacementRequest,
) -> impl Iterator<Item = Reason> + 'a {
    state(instance)
        .chain(resources(instance, request))
        .chain(attributes(instance, request))
        .chain(iter::once_with(|| launch_type(instance, request)).flatten())
        .chain(member_of(instance, request))
        .chain(iter::once_with(|| distinct_instance(instance, request)).flatten())
}

fn state(instance: &Instance) -> impl Iterator<Item = Reason> {
    let inactive = || Reason::Inactive {
        status: instance.status().into(),
    };
    let inactive = (!instance.is_active()).then(inactive);
    inactive
        .into_iter()
        .chain((!instance.agent_connected()).then_some(Reason::Agent))
}

fn resources<'a>(
    instance: &'a Instance,
    request: &'a PlacementRequest,
) -> impl Iterator<Item = Reason> + 'a {
    let (needs, left) = (request.requirements(), instance.remaining());
    let gpus = amounts::gpus(needs);
    let cpu = (needs.cpu > left.cpu).then_some(Reason::Cpu {
        needed: needs.cpu,
        remaining: left.cpu,
    });
    let memory = (needs.memory > left.memory).then_some(Reason::Memory {
        needed: needs.memory,
        remaining: left.memory,
    });
    let gpus = (gpus > left.gpus).then_some(Reason::Gpus {
        needed: gpus,
        remaining: left.gpus,
    });
    let ports = left
        .taken_ports(needs)
        .map(|(protocol, port)| Reason::Port { protocol, port });
    cpu.into_iter().chain(memory).chain(gpus).chain(ports)
}

fn attributes<'a>(
    instance: &'a Instance,
    request: &'a PlacementRequest,
) -> impl Iterator<Item = Reason> + 'a {
    let needed: &[Attribute] = match instance.lists_attributes() {
        true => &request.requirements().attributes,
        false => &[],
    };
    needed.iter().filter_map(|attribute| {
        let name = attribute.name.as_deref()?;
        let value = attribute.value.as_deref();
        let is_met = match instance.attribute(name) {
            None => false,
            Some(found) => value.is_none() || value == found,
        };
        let reason = || Reason::Attribute {
            name: name.into(),
            value: value.map(Box::from),
        };
        (!is_met).then(reason)
    })
}

/// `EXTERNAL` tasks need an external instance. That `EC2` tasks keep off them is not published
/// and chosen here: the launch type would mean nothing otherwise.
fn launch_type(instance: &Instance, request: &PlacementRequest) -> Option<Reason> {
    match (request.launch_type(), instance.is_external()) {
        (LaunchType::External, false) => Some(Reason::Attribute {
            name: EXTERNAL_CAPABILITY.into(),
            value: None,
        }),
        (LaunchType::Ec2, true) => Some(Reason::External),
        _ => None,
    }
}

fn member_of<'a>(
    instance: &'a Instance,
    request: &'a PlacementRequest,
) -> impl Iterator<Item = Reason> + 'a {
    let unmet = request
        .member_of()
        .iter()
        .filter(|query| !query.matches(instance));
    unmet.map(|query| Reason::MemberOf {
        expression: query.as_str().into(),
    })
}

fn distinct_instance(instance: &Instance, request: &PlacementRequest) -> Option<Reason> {
    let is_taken = request.is_distinct_instance() && instance.tasks_of(request.group()) > 0;
    is_taken.then(|| Reason::DistinctInstance {
        group: request.group().into(),
    })
}
