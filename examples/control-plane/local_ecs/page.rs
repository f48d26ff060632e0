//! The page that shows the clusters as they are.
#![expect(
    clippy::indexing_slicing,
    reason = "a member that a JSON value does not have reads as null"
)]

use core::fmt::Write;

use control_plane::Owner;
use serde_json::{Value, json};

/// What the page is made of: the answers of the API, and what the scheduler says of a service.
pub(crate) trait Source {
    /// Whose clusters there are.
    fn owners(&self) -> Vec<Owner>;

    /// What a call answers; nothing if it is refused.
    fn answer(&mut self, owner: &Owner, operation: &str, request: &Value) -> Value;

    /// What the service of a cluster waits for.
    fn waits(&self, owner: &Owner, cluster: &str, service: &str) -> Vec<String>;
}

/// How many of the events of a service are shown.
const EVENTS: usize = 8;

/// How many instances, services and stopped tasks of a cluster are shown.
const SHOWN: usize = 100;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"refresh\" content=\"2\"><title>Local ECS</title><style>\
    body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
    color:#1b1f24;background:#fff}h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem;\
    border-bottom:1px solid #d0d7de}h3{font-size:1rem;margin:1.2rem 0 .3rem}table{border-collapse:\
    collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem .2rem 0;vertical-align:top}\
    th{font-weight:600;color:#57606a}meter{width:9rem}code{font-size:.92em}.quiet{color:#57606a}\
    @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}h2{border-color:\
    #30363d}th,.quiet{color:#8b949e}}</style></head><body><h1>Local ECS</h1>";

pub(crate) fn page(source: &mut dyn Source) -> String {
    let mut html = HEAD.to_owned();
    let mut is_empty = true;
    for owner in source.owners() {
        let clusters = source.answer(&owner, "ListClusters", &json!({}));
        for arn in texts(&clusters["clusterArns"]) {
            is_empty = false;
            cluster(source, &owner, &arn, &mut html);
        }
    }
    if is_empty {
        html += "<p>There is no cluster yet: <code>aws --endpoint-url http://\u{2026} ecs \
                 create-cluster</code></p>";
    }
    html + "</body></html>"
}

fn cluster(source: &mut dyn Source, owner: &Owner, arn: &str, html: &mut String) {
    let request = json!({"clusters": [arn]});
    let described = source.answer(owner, "DescribeClusters", &request);
    let described = &described["clusters"][0];
    let name = text(&described["clusterName"]);
    let (account, region) = (escaped(&owner.account), escaped(&owner.region));
    write(
        html,
        &format!(
            "<h2>{} <span class=quiet>{account} {region}</span></h2>",
            escaped(name)
        ),
    );
    write(
        html,
        &format!(
            "<p>Instances: {}; services: {}; tasks that run: {}, that are about to: {}</p>",
            described["registeredContainerInstancesCount"],
            described["activeServicesCount"],
            described["runningTasksCount"],
            described["pendingTasksCount"],
        ),
    );
    instances(source, owner, name, html);
    let request = json!({"cluster": name, "maxResults": SHOWN});
    let services = source.answer(owner, "ListServices", &request);
    for arn in texts(&services["serviceArns"]) {
        let request = json!({"cluster": name, "services": [arn]});
        let described = source.answer(owner, "DescribeServices", &request);
        let service = &described["services"][0];
        let waits = source.waits(owner, name, text(&service["serviceName"]));
        self::service(service, &waits, html);
    }
    stopped(source, owner, name, html);
}

fn instances(source: &mut dyn Source, owner: &Owner, cluster: &str, html: &mut String) {
    let request = json!({"cluster": cluster, "maxResults": SHOWN});
    let listed = source.answer(owner, "ListContainerInstances", &request);
    let arns = texts(&listed["containerInstanceArns"]);
    if arns.is_empty() {
        return;
    }
    let request = json!({"cluster": cluster, "containerInstances": arns});
    let described = source.answer(owner, "DescribeContainerInstances", &request);
    write(
        html,
        "<table><tr><th>Instance<th>Zone<th>Status<th>Tasks<th>CPU<th>Memory</tr>",
    );
    for instance in list(&described["containerInstances"]) {
        let zone = list(&instance["attributes"])
            .iter()
            .find(|one| one["name"] == "ecs.availability-zone");
        let zone = zone.map_or("", |one| text(&one["value"]));
        write(
            html,
            &format!(
                "<tr><td><code>{}</code><td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
                escaped(last(text(&instance["containerInstanceArn"]))),
                escaped(zone),
                escaped(text(&instance["status"])),
                instance["runningTasksCount"],
                filling(instance, "CPU"),
                filling(instance, "MEMORY"),
            ),
        );
    }
    write(html, "</table>");
}

/// How much of a resource is taken.
fn filling(instance: &Value, name: &str) -> String {
    let amount = |member: &str| {
        let named = list(&instance[member])
            .iter()
            .find(|one| one["name"] == name);
        named
            .and_then(|one| one["integerValue"].as_i64())
            .unwrap_or(0)
    };
    let (has, left) = (amount("registeredResources"), amount("remainingResources"));
    let taken = has.saturating_sub(left);
    format!("<meter min=0 max={has} value={taken}></meter> {taken} of {has}")
}

fn service(service: &Value, waits: &[String], html: &mut String) {
    write(
        html,
        &format!(
            "<h3>{} <span class=quiet>{} of {} tasks run, {} start</span></h3><table>\
         <tr><th>Deployment<th>Task definition<th>Status<th>Tasks<th></tr>",
            escaped(text(&service["serviceName"])),
            service["runningCount"],
            service["desiredCount"],
            service["pendingCount"],
        ),
    );
    for deployment in list(&service["deployments"]) {
        write(
            html,
            &format!(
                "<tr><td><code>{}</code><td>{}<td>{} {}<td>{} of {}<td>{}</tr>",
                escaped(text(&deployment["id"])),
                escaped(last(text(&deployment["taskDefinition"]))),
                escaped(text(&deployment["status"])),
                escaped(text(&deployment["rolloutState"])),
                deployment["runningCount"],
                deployment["desiredCount"],
                escaped(text(&deployment["rolloutStateReason"])),
            ),
        );
    }
    write(html, "</table>");
    for wait in waits {
        write(html, &format!("<p>It waits: {}</p>", escaped(wait)));
    }
    write(html, "<ul class=quiet>");
    for event in list(&service["events"]).iter().take(EVENTS) {
        write(
            html,
            &format!("<li>{}</li>", escaped(text(&event["message"]))),
        );
    }
    write(html, "</ul>");
}

/// Why tasks stopped, the latest first.
fn stopped(source: &mut dyn Source, owner: &Owner, cluster: &str, html: &mut String) {
    let request = json!({"cluster": cluster, "desiredStatus": "STOPPED", "maxResults": EVENTS});
    let listed = source.answer(owner, "ListTasks", &request);
    let arns = texts(&listed["taskArns"]);
    if arns.is_empty() {
        return;
    }
    let request = json!({"cluster": cluster, "tasks": arns});
    let described = source.answer(owner, "DescribeTasks", &request);
    write(
        html,
        "<h3>Tasks that stopped</h3><table><tr><th>Task<th>Group<th>Why</tr>",
    );
    for task in list(&described["tasks"]) {
        let containers = list(&task["containers"]).iter();
        let reasons: Vec<String> = containers
            .filter_map(|one| one["reason"].as_str())
            .map(escaped)
            .collect();
        write(
            html,
            &format!(
                "<tr><td><code>{}</code><td>{}<td>{} {}</tr>",
                escaped(last(text(&task["taskArn"]))),
                escaped(text(&task["group"])),
                escaped(text(&task["stoppedReason"])),
                reasons.join(", "),
            ),
        );
    }
    write(html, "</table>");
}

fn write(html: &mut String, part: &str) {
    // A text takes all that is written to it.
    let _ = html.write_str(part);
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(|one| text(one).to_owned()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The last part of an ARN.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
