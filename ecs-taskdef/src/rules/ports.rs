use std::collections::{HashMap, HashSet};

use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{quote, repeated};
use crate::shape::At;
use crate::{
    ApplicationProtocol, ContainerDefinition, LaunchTypes, NetworkMode, PortMapping, Rule, Source,
    TransportProtocol,
};

const ON_INSTANCES: LaunchTypes = LaunchTypes::EC2.union(LaunchTypes::EXTERNAL);

const PORT_MAPPING: Source = Source::Api("PortMapping");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "portMappings",
        Rule::new(
            "container-port",
            "a container port is 1 to 65,535",
            PORT_MAPPING,
        )
        .quoted("Invalid 'containerPort' setting for container '{}'.")
        .in_2015(),
        container_port,
    ),
    Row::member(
        "portMappings",
        Rule::new("host-port", "a host port is 0 to 65,535", PORT_MAPPING).in_2015(),
        host_port,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "host-port-matches-container-port",
            "with `awsvpc` and `host` the ports are the same",
            PORT_MAPPING,
        )
        .quoted(
            "When networkMode={}, the host ports and container ports in port mappings must match.",
        )
        .hint("omit `hostPort`"),
        ports_match,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "host-port-reserved",
            "some ports of an instance are taken",
            PORT_MAPPING,
        )
        .on(ON_INSTANCES)
        .advice()
        .in_2015(),
        host_port_reserved,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "host-port-ephemeral",
            "host ports stay out of the ephemeral range",
            PORT_MAPPING,
        )
        .on(ON_INSTANCES)
        .advice()
        .in_2015()
        .hint("choose a port below 32768, or omit `hostPort`"),
        host_port_ephemeral,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "container-port-duplicate",
            "a container port is mapped once",
            PORT_MAPPING,
        )
        .advice()
        .quoted("Container port {} is used in more than one port mapping for container {}"),
        container_port_duplicate,
    ),
    Row::task(
        Rule::new(
            "host-port-duplicate",
            "a host port is used once",
            PORT_MAPPING,
        )
        .quoted("{} host port '{}' is mapped multiple times in task.")
        .in_2015(),
        host_port_duplicate,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "port-name-characters",
            "a port name is up to 64 lower case letters, digits, `_` and `-`",
            PORT_MAPPING,
        ),
        name_characters,
    ),
    Row::task(
        Rule::new(
            "port-name-unique",
            "each port has its own name",
            PORT_MAPPING,
        )
        .copied("port mapping name is already used"),
        name_unique,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "app-protocol-udp",
            "an application protocol goes with TCP",
            PORT_MAPPING,
        ),
        app_protocol_udp,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "port-range-format",
            "a port range is `first-last`",
            PORT_MAPPING,
        )
        .copied("Invalid 'containerPortRange' setting"),
        range_format,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "port-range-network-mode",
            "port ranges need `bridge` or `awsvpc`",
            PORT_MAPPING,
        ),
        range_mode,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "port-range-maximum",
            "a container has at most 100 port ranges",
            PORT_MAPPING,
        ),
        range_maximum,
    ),
    Row::task(
        Rule::new(
            "port-range-overlap",
            "port ranges do not overlap",
            PORT_MAPPING,
        )
        .copied("container port is used multiple times in task"),
        range_overlap,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "port-range-exclusive",
            "a mapping has a port or a range",
            PORT_MAPPING,
        )
        .copied("cannot specify both single port and port range"),
        range_exclusive,
    ),
];

/// The port mappings of a container, each with its place.
fn each_mapping(container: Container<'_>, mut visit: impl FnMut(&PortMapping, &At<'_>)) {
    let at = container.at.member("portMappings");
    for (index, mapping) in container.port_mappings().iter().enumerate() {
        visit(mapping, &at.item(index));
    }
}

/// The port of the instance, or of the network interface of the task, that a mapping takes for
/// itself.
fn static_port(mapping: &PortMapping, mode: &NetworkMode) -> Option<i32> {
    let port = match mode {
        NetworkMode::None => None,
        NetworkMode::Awsvpc | NetworkMode::Host if mapping.is_dynamic() => mapping.container_port,
        _ => mapping.host_port,
    };
    port.filter(|port| *port > 0)
}

fn port_of_instance(mapping: &PortMapping, subject: &Subject<'_>) -> Option<i32> {
    static_port(mapping, &subject.mode).filter(|_| !subject.is_awsvpc())
}

fn container_port(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let name = container.name().unwrap_or_default();
    each_mapping(container, |mapping, at| {
        let message = match mapping.container_port {
            Some(1..=65_535) => return,
            None if mapping.container_port_range.is_some() => return,
            None if subject.is_unknown(&at.member("containerPortRange")) => return,
            Some(port) => format!("port {port}, not 1 to 65535"),
            None => "the mapping has no container port".to_owned(),
        };
        report.fault_about(&at.member("containerPort"), &[name], message);
    });
}

fn host_port(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each_mapping(container, |mapping, at| {
        if let Some(port) = mapping
            .host_port
            .filter(|port| !(0..=65_535).contains(port))
        {
            report.fault(
                &at.member("hostPort"),
                format!("port {port}, not 0 to 65535"),
            );
        }
    });
}

fn ports_match(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if !matches!(subject.mode, NetworkMode::Awsvpc | NetworkMode::Host) {
        return;
    }
    each_mapping(container, |mapping, at| {
        let (Some(host), Some(port)) = (mapping.host_port, mapping.container_port) else {
            return;
        };
        if host != port {
            let mode = subject.mode.as_str();
            let message = format!("host port {host} for container port {port} with `{mode}`");
            report.fault_about(&at.member("hostPort"), &[mode], message);
        }
    });
}

fn host_port_reserved(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each_mapping(container, |mapping, at| {
        let port = port_of_instance(mapping, subject).and_then(|port| u16::try_from(port).ok());
        if let Some(port) = port.filter(|port| subject.rules.reserved_ports.contains(port)) {
            let message = format!("port {port} is taken on every container instance");
            report.fault(&at.member("hostPort"), message);
        }
    });
}

fn host_port_ephemeral(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let first = i32::from(subject.rules.first_ephemeral_port);
    each_mapping(container, |mapping, at| {
        let port = port_of_instance(mapping, subject);
        let reserved = |port: &i32| {
            u16::try_from(*port).is_ok_and(|port| subject.rules.reserved_ports.contains(&port))
        };
        if let Some(port) = port.filter(|port| *port >= first && !reserved(port)) {
            let message = format!("port {port} lies where Docker chooses ports, from {first} on");
            report.fault(&at.member("hostPort"), message);
        }
    });
}

fn container_port_duplicate(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let mappings = container.port_mappings();
    let ports: Vec<Option<i32>> = mappings
        .iter()
        .map(|mapping| mapping.container_port.filter(|port| *port > 0))
        .collect();
    let at = container.at.member("portMappings");
    let name = container.name().unwrap_or_default();
    for (index, port) in repeated(&ports) {
        let message = format!("container port {port} is already mapped");
        let place = at.item(index);
        report.fault_about(
            &place.member("containerPort"),
            &[&port.to_string(), name],
            message,
        );
    }
}

fn host_port_duplicate(subject: &Subject<'_>, report: &mut Report<'_>) {
    let containers = At::ROOT.member("containerDefinitions");
    let mut taken: HashMap<(i32, TransportProtocol), &str> = HashMap::new();
    for (index, container) in subject.task.container_definitions().iter().enumerate() {
        let at = containers.item(index);
        let at = at.member("portMappings");
        for (index, mapping) in container.port_mappings().iter().enumerate() {
            let Some(port) = static_port(mapping, &subject.mode) else {
                continue;
            };
            let transport = mapping.transport();
            let owner = container.name().unwrap_or_default();
            if let Some(first) = taken.get(&(port, transport.clone())) {
                let message = format!("host port {port}/{transport} is already used by `{first}`");
                let parts = [transport.as_str().to_uppercase(), port.to_string()];
                let member = match mapping.host_port {
                    Some(_) => "hostPort",
                    None => "containerPort",
                };
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                report.fault_about(&at.item(index).member(member), &parts, message);
            } else {
                taken.insert((port, transport), owner);
            }
        }
    }
}

fn name_characters(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let is_legal = |name: &str| {
        let legal = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
        };
        (1..=64).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(legal)
    };
    each_mapping(container, |mapping, at| {
        if let Some(name) = mapping.name().filter(|name| !is_legal(name)) {
            let message = format!(
                "{} is not 1 to 64 lower case letters, digits, underscores and hyphens",
                quote(name)
            );
            report.fault(&at.member("name"), message);
        }
    });
}

fn name_unique(subject: &Subject<'_>, report: &mut Report<'_>) {
    let containers = At::ROOT.member("containerDefinitions");
    let mut seen: HashSet<&str> = HashSet::new();
    for (index, container) in subject.task.container_definitions().iter().enumerate() {
        let at = containers.item(index);
        let at = at.member("portMappings");
        for (index, mapping) in container.port_mappings().iter().enumerate() {
            let Some(name) = mapping.name() else {
                continue;
            };
            if !seen.insert(name) {
                let message = format!("port name {} is already used", quote(name));
                report.fault(&at.item(index).member("name"), message);
            }
        }
    }
}

fn app_protocol_udp(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each_mapping(container, |mapping, at| {
        let known = matches!(
            mapping.app_protocol,
            Some(
                ApplicationProtocol::Http | ApplicationProtocol::Http2 | ApplicationProtocol::Grpc
            )
        );
        if known && mapping.protocol == Some(TransportProtocol::Udp) {
            report.fault(
                &at.member("appProtocol"),
                "an application protocol goes with TCP",
            );
        }
    });
}

fn range_format(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each_mapping(container, |mapping, at| {
        let range = mapping.container_port_range();
        if let Some(range) = range.filter(|_| mapping.range().is_none()) {
            let message = format!("{} is not `first-last` within 1 to 65535", quote(range));
            report.fault(&at.member("containerPortRange"), message);
        }
    });
}

fn range_mode(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if !matches!(subject.mode, NetworkMode::Host | NetworkMode::None) {
        return;
    }
    each_mapping(container, |mapping, at| {
        if mapping.container_port_range.is_some() {
            let mode = subject.mode.as_str();
            let message = format!("port ranges need `bridge` or `awsvpc`, not `{mode}`");
            report.fault(&at.member("containerPortRange"), message);
        }
    });
}

fn range_maximum(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    const MAX: usize = 100;
    let mappings = container.port_mappings().iter();
    let count = mappings
        .filter(|mapping| mapping.container_port_range.is_some())
        .count();
    if count > MAX {
        let message = format!("{count} port ranges, at most {MAX}");
        report.fault(&container.at.member("portMappings"), message);
    }
}

fn range_overlap(subject: &Subject<'_>, report: &mut Report<'_>) {
    let containers = subject.task.container_definitions().iter().enumerate();
    let mut ports: Vec<Ports<'_>> = containers
        .flat_map(|(index, container)| ports_of(index, container))
        .collect();
    if ports.iter().all(|ports| !ports.is_range) {
        return;
    }
    ports.sort_by_key(|ports| (ports.container, ports.first));
    let mut taken = Vec::new();
    for of_container in ports.chunk_by(|one, other| one.container == other.container) {
        overlaps(of_container, &mut taken);
    }
    if subject.is_awsvpc() {
        // Containers share the ports of their network.
        ports.sort_by_key(|ports| (ports.protocol, ports.first));
        for of_protocol in ports.chunk_by(|one, other| one.protocol == other.protocol) {
            overlaps(of_protocol, &mut taken);
        }
    }
    taken.sort_unstable();
    taken.dedup_by_key(|(container, mapping, ..)| (*container, *mapping));
    let at = At::ROOT.member("containerDefinitions");
    for (container, mapping, first, member) in taken {
        let at = at.item(container);
        let at = at.member("portMappings");
        let message = format!("port {first} is in another mapping");
        report.fault(&at.item(mapping).member(member), message);
    }
}

/// The container ports of a mapping.
struct Ports<'t> {
    container: usize,
    mapping: usize,
    protocol: &'t str,
    is_range: bool,
    first: u16,
    last: u16,
}

fn ports_of(container: usize, of: &ContainerDefinition) -> impl Iterator<Item = Ports<'_>> {
    let mappings = of.port_mappings().iter().enumerate();
    mappings.filter_map(move |(mapping, ports)| {
        let single = ports
            .container_port
            .and_then(|port| u16::try_from(port).ok());
        let (first, last) = ports.range().or(single.map(|port| (port, port)))?;
        let protocol = ports.protocol.as_ref();
        Some(Ports {
            container,
            mapping,
            protocol: protocol.map_or("tcp", |protocol| protocol.as_str()),
            is_range: ports.container_port_range.is_some(),
            first,
            last,
        })
    })
}

/// Where two mappings share a port, at least one of them a range: the later one, the first port
/// that they share and the member that has it. The mappings are sorted by their first port.
fn overlaps(ports: &[Ports<'_>], found: &mut Vec<(usize, usize, u16, &'static str)>) {
    let mut widest: Option<&Ports<'_>> = None;
    for next in ports {
        let before = widest.filter(|before| next.first <= before.last);
        if let Some(before) = before.filter(|before| before.is_range || next.is_range) {
            let place = |ports: &Ports<'_>| (ports.container, ports.mapping);
            let later = if place(before) > place(next) {
                before
            } else {
                next
            };
            let member = match later.is_range {
                true => "containerPortRange",
                false => "containerPort",
            };
            found.push((later.container, later.mapping, next.first, member));
        }
        if widest.is_none_or(|before| next.last > before.last) {
            widest = Some(next);
        }
    }
}

fn range_exclusive(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each_mapping(container, |mapping, at| {
        let single = mapping.container_port.is_some() || mapping.host_port.is_some();
        if single && mapping.container_port_range.is_some() {
            report.fault(
                &at.member("containerPortRange"),
                "a mapping has a port or a range",
            );
        }
    });
}
