use super::Row;
use super::subject::{Container, Report, Subject};
use crate::shape::At;
use crate::{NetworkMode, Rule, Source};

const CONTAINER_DEFINITION: Source = Source::Api("ContainerDefinition");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "network-mode-default",
            "the network mode `default` is for Windows, by omitting it",
            Source::Api("RegisterTaskDefinition"),
        )
        .hint("omit `networkMode`"),
        mode_default,
    ),
    Row::member(
        "links",
        Rule::new(
            "links-network-mode",
            "links need the network mode `bridge`",
            CONTAINER_DEFINITION,
        )
        .quoted("Links are not supported when networkMode=awsvpc."),
        links_mode,
    ),
    Row::member(
        "hostname",
        Rule::new(
            "hostname-awsvpc",
            "there is no `hostname` with `awsvpc`",
            CONTAINER_DEFINITION,
        )
        .quoted("hostname is not supported on container when networkMode=awsvpc."),
        hostname,
    ),
    Row::member(
        "extraHosts",
        Rule::new(
            "extra-hosts-awsvpc",
            "there are no `extraHosts` with `awsvpc`",
            CONTAINER_DEFINITION,
        )
        .copied("Extra hosts are not supported on container when networkMode=awsvpc"),
        extra_hosts,
    ),
    Row::member(
        "dnsServers",
        Rule::new(
            "dns-servers-awsvpc",
            "there are no `dnsServers` with `awsvpc`",
            CONTAINER_DEFINITION,
        )
        .copied("DNS servers are not supported on container when networkMode=awsvpc"),
        dns_servers,
    ),
    Row::member(
        "dnsSearchDomains",
        Rule::new(
            "dns-search-domains-awsvpc",
            "there are no `dnsSearchDomains` with `awsvpc`",
            CONTAINER_DEFINITION,
        )
        .copied("DNS servers are not supported on container when networkMode=awsvpc"),
        dns_search_domains,
    ),
    Row::member(
        "disableNetworking",
        Rule::new(
            "disable-networking-awsvpc",
            "networking is not disabled with `awsvpc`",
            CONTAINER_DEFINITION,
        )
        .copied("Disable Networking is not supported on container when networkMode=awsvpc"),
        disable_networking,
    ),
    Row::member(
        "portMappings",
        Rule::new(
            "ports-network-none",
            "there are no ports without a network",
            CONTAINER_DEFINITION,
        ),
        ports_without_network,
    ),
    Row::member(
        "user",
        Rule::new(
            "host-network-root",
            "no container is root in the network of the instance",
            Source::Api("RegisterTaskDefinition"),
        )
        .advice()
        .hint("set `user`"),
        root_in_host_network,
    ),
];

fn mode_default(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.network_mode == Some(NetworkMode::Default) && subject.linux {
        let message = "`default` is the network of Windows, and the task is not for Windows";
        report.fault(&At::ROOT.member("networkMode"), message);
    }
}

fn links_mode(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let linkless = matches!(
        subject.mode,
        NetworkMode::Awsvpc | NetworkMode::Host | NetworkMode::None
    );
    if linkless && !container.links().is_empty() {
        let mode = subject.mode.as_str();
        let message = format!("links need the network mode `bridge`, not `{mode}`");
        let at = container.at.member("links");
        if subject.is_awsvpc() {
            report.fault(&at, message);
        } else {
            report.fault_in_our_words(&at, &message);
        }
    }
}

fn hostname(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let given = container.hostname().is_some_and(|name| !name.is_empty());
    without_awsvpc(subject, container, "hostname", given, report);
}

fn extra_hosts(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let given = !container.extra_hosts().is_empty();
    without_awsvpc(subject, container, "extraHosts", given, report);
}

fn dns_servers(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let given = !container.dns_servers().is_empty();
    without_awsvpc(subject, container, "dnsServers", given, report);
}

fn dns_search_domains(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let given = !container.dns_search_domains().is_empty();
    without_awsvpc(subject, container, "dnsSearchDomains", given, report);
}

fn disable_networking(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let given = container.disable_networking == Some(true);
    without_awsvpc(subject, container, "disableNetworking", given, report);
}

fn without_awsvpc(
    subject: &Subject<'_>,
    container: Container<'_>,
    member: &str,
    given: bool,
    report: &mut Report<'_>,
) {
    if given && subject.is_awsvpc() {
        let message = format!("`{member}` does not go with the network mode `awsvpc`");
        report.fault(&container.at.member(member), message);
    }
}

fn ports_without_network(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let ports = container.port_mappings();
    if subject.mode == NetworkMode::None && !ports.is_empty() {
        let message = "the network mode `none` has no ports";
        report.fault(&container.at.member("portMappings"), message);
    }
}

fn root_in_host_network(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    // Without a user it is that of the image, which nobody knows here.
    let user = container.user().and_then(|user| user.split(':').next());
    if subject.mode == NetworkMode::Host && matches!(user, Some("root" | "0")) {
        let message = "root in the network of the instance";
        report.fault(&container.at.member("user"), message);
    }
}
