use super::Row;
use super::subject::{Report, Subject};
use super::task::{CONTAINERS, quote};
use crate::shape::At;
use crate::{LaunchTypes, ProxyConfiguration, Rule, Source};

const WITH_PROXY: LaunchTypes = LaunchTypes::EC2.union(LaunchTypes::FARGATE);

const PROXY_CONFIGURATION: Source = Source::Api("ProxyConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "proxy-network-mode",
            "a proxy needs the network mode `awsvpc`",
            PROXY_CONFIGURATION,
        )
        .on(WITH_PROXY)
        .copied("APPMESH proxy configuration is only supported in networkMode=awsvpc"),
        network_mode,
    ),
    Row::task(
        Rule::new(
            "proxy-container",
            "the proxy is a container of the task",
            PROXY_CONFIGURATION,
        )
        .on(WITH_PROXY)
        .copied("Proxy container [{}] does not exist"),
        container,
    ),
    Row::task(
        Rule::new(
            "proxy-properties",
            "a proxy knows its ports and its user",
            PROXY_CONFIGURATION,
        )
        .on(WITH_PROXY)
        .copied("Ingress port not found"),
        properties,
    ),
    Row::task(
        // The API model asks for it; examples of AWS go without `EgressIgnoredPorts`.
        Rule::new(
            "proxy-egress-ignored-ips",
            "a proxy knows which addresses it leaves alone",
            PROXY_CONFIGURATION,
        )
        .on(WITH_PROXY)
        .warning(),
        egress_ignored_ips,
    ),
];

fn proxy<'a>(subject: &'a Subject<'_>) -> Option<&'a ProxyConfiguration> {
    subject.task.proxy_configuration.as_ref()
}

/// Whether there may be a property with any name.
fn has_open_properties(subject: &Subject<'_>) -> bool {
    let list = "/proxyConfiguration/properties";
    let is_value = |place: &str| place.ends_with("/value");
    subject.unknowns.covers(list)
        || !subject.unknowns.is_empty() && !subject.unknowns.within(list).all(is_value)
}

fn network_mode(subject: &Subject<'_>, report: &mut Report<'_>) {
    if proxy(subject).is_some() && !subject.is_awsvpc() && !subject.is_open("networkMode") {
        let message = "a proxy needs the network mode `awsvpc`";
        report.fault(&At::ROOT.member("proxyConfiguration"), message);
    }
}

fn container(subject: &Subject<'_>, report: &mut Report<'_>) {
    let name = proxy(subject).and_then(|proxy| proxy.container_name());
    let is_missing =
        |name: &&str| subject.task.container(name).is_none() && !subject.has_open_names(CONTAINERS);
    if let Some(name) = name.filter(is_missing) {
        let at = At::ROOT.member("proxyConfiguration");
        let message = format!("there is no container {}", quote(name));
        report.fault_about(&at.member("containerName"), &[name], message);
    }
}

fn properties(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(proxy) = proxy(subject).filter(|_| !has_open_properties(subject)) else {
        return;
    };
    let at = At::ROOT.member("proxyConfiguration");
    let given = |name: &str| proxy.property(name).is_some_and(|value| !value.is_empty());
    let needed = [
        (given("IgnoredUID") || given("IgnoredGID"), "IgnoredUID"),
        (given("AppPorts"), "AppPorts"),
        (given("ProxyIngressPort"), "ProxyIngressPort"),
        (given("ProxyEgressPort"), "ProxyEgressPort"),
    ];
    for (_, name) in needed.into_iter().filter(|(given, _)| !given) {
        let message = format!("the property `{name}` is missing");
        let at = at.member("properties");
        match name {
            "ProxyIngressPort" => report.fault(&at, message),
            _ => report.fault_in_our_words(&at, &message),
        }
    }
}

fn egress_ignored_ips(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_missing = |proxy: &ProxyConfiguration| proxy.property("EgressIgnoredIPs").is_none();
    if proxy(subject).is_some_and(is_missing) && !has_open_properties(subject) {
        let at = At::ROOT.member("proxyConfiguration");
        let message = "the property `EgressIgnoredIPs` is missing";
        report.fault(&at.member("properties"), message);
    }
}
