//! What `aws ecs describe-*` printed, as tables, with how full the container instances are.
//!
//! ```sh
//! aws ecs describe-container-instances --container-instances ... > instances.json
//! cargo run --example read_cli_output -- instances.json
//! ```
//!
//! Without files it reads what the developer guide prints, and the cluster of its chapter on
//! utilisation.

mod chain;
mod ending;
mod output;

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use ecs_model::metrics::{Capacity, Percent, cluster_utilization};
use ecs_model::operation::{
    DescribeClustersResponse, DescribeContainerInstancesResponse, DescribeServicesResponse,
    DescribeTasksResponse,
};
use ecs_model::{Cluster, ContainerInstance, Failure, Resources, Service, Task};
use ending::ending;
use output::println;
use serde_json::Value;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const SAMPLES: [(&str, &str); 3] = [
    ("busy-cluster.json", include_str!("data/busy-cluster.json")),
    (
        "describe-container-instances.json",
        include_str!("data/describe-container-instances.json"),
    ),
    (
        "describe-tasks.json",
        include_str!("data/describe-tasks.json"),
    ),
];

fn main() -> ExitCode {
    ending(show_all().map(|()| Some(true)))
}

fn show_all() -> Outcome {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        for (name, text) in SAMPLES {
            show(name, text)?;
        }
    }
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        show(&file, &text).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

fn show(name: &str, text: &str) -> Outcome {
    println!("{name}");
    let document: Value = serde_json::from_str(text)?;
    let has = |member: &str| document.get(member).is_some();
    let failures = if has("containerInstances") {
        let answer: DescribeContainerInstancesResponse = serde_json::from_str(text)?;
        show_instances(answer.container_instances());
        answer.failures
    } else if has("tasks") {
        let answer: DescribeTasksResponse = serde_json::from_str(text)?;
        show_tasks(answer.tasks());
        answer.failures
    } else if has("services") {
        let answer: DescribeServicesResponse = serde_json::from_str(text)?;
        show_services(answer.services());
        answer.failures
    } else if has("clusters") {
        let answer: DescribeClustersResponse = serde_json::from_str(text)?;
        show_clusters(answer.clusters());
        answer.failures
    } else {
        return Err("no container instances, tasks, services or clusters in it".into());
    };
    show_failures(&failures.unwrap_or_default());
    println!();
    Ok(())
}

fn show_instances(instances: &[ContainerInstance]) {
    let mut table = Table::new([
        "instance",
        "status",
        "agent",
        "CPU",
        "memory",
        "ports taken",
    ]);
    for instance in instances {
        let agent = match instance.agent_connected {
            Some(true) => "connected",
            Some(false) => "gone",
            None => "-",
        };
        let registered = instance.registered();
        let remaining = instance.remaining();
        let ports: Vec<String> = remaining.ports().iter().map(u16::to_string).collect();
        table.row([
            id(instance.container_instance_arn()),
            or_dash(instance.status.as_deref()),
            agent.to_owned(),
            used(registered.cpu(), remaining.cpu()),
            used(registered.memory(), remaining.memory()),
            ports.join(" "),
        ]);
    }
    table.print();
    let reserved: Capacity = instances.iter().map(reserved).sum();
    let reservation = cluster_utilization(instances, reserved);
    println!(
        "  reserved of all: CPU {}, memory {}",
        or_dash(reservation.cpu),
        or_dash(reservation.memory)
    );
}

fn reserved(instance: &ContainerInstance) -> Capacity {
    let (registered, remaining) = (instance.registered(), instance.remaining());
    let taken = |amount: fn(Resources<'_>) -> Option<i64>| {
        let taken = amount(registered)? - amount(remaining)?;
        u64::try_from(taken).ok()
    };
    Capacity::new(
        taken(|resources| resources.cpu()).unwrap_or(0),
        taken(|resources| resources.memory()).unwrap_or(0),
    )
}

fn used(registered: Option<i64>, remaining: Option<i64>) -> String {
    let (Some(registered), Some(remaining)) = (registered, remaining) else {
        return "-".to_owned();
    };
    let used = registered - remaining;
    let percent = u64::try_from(used)
        .ok()
        .zip(u64::try_from(registered).ok())
        .and_then(|(used, registered)| Percent::of(used, registered));
    format!("{used} of {registered} ({})", or_dash(percent))
}

fn show_tasks(tasks: &[Task]) {
    let mut table = Table::new(["task", "definition", "status", "wanted", "containers"]);
    for task in tasks {
        let containers = task.containers().iter();
        let containers: Vec<String> = containers
            .map(|container| {
                let name = or_dash(container.name());
                format!("{name} {}", or_dash(container.last_status()))
            })
            .collect();
        table.row([
            id(task.task_arn()),
            id(task.task_definition_arn()),
            or_dash(task.last_status()),
            or_dash(task.desired_status()),
            containers.join(", "),
        ]);
    }
    table.print();
}

fn show_services(services: &[Service]) {
    let mut table = Table::new(["service", "status", "wanted", "running", "last event"]);
    for service in services {
        let event = service.events().first();
        table.row([
            or_dash(service.service_name()),
            or_dash(service.status.as_deref()),
            or_dash(service.desired_count),
            or_dash(service.running_count),
            or_dash(event.and_then(|event| event.message())),
        ]);
    }
    table.print();
}

fn show_clusters(clusters: &[Cluster]) {
    let mut table = Table::new(["cluster", "status", "instances", "running", "services"]);
    for cluster in clusters {
        table.row([
            or_dash(cluster.cluster_name()),
            or_dash(cluster.status.as_deref()),
            or_dash(cluster.registered_container_instances_count),
            or_dash(cluster.running_tasks_count),
            or_dash(cluster.active_services_count),
        ]);
    }
    table.print();
}

fn show_failures(failures: &[Failure]) {
    for failure in failures {
        let reason = or_dash(failure.reason());
        println!("  {reason}: {}", or_dash(failure.arn()));
    }
}

fn id(arn: Option<&str>) -> String {
    or_dash(arn.map(|arn| arn.rsplit('/').next().unwrap_or(arn)))
}

fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Rows of text, printed with columns as wide as they need be.
struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    fn new(heads: [&str; COLUMNS]) -> Self {
        Self {
            rows: vec![heads.map(str::to_owned)],
        }
    }

    fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }

    fn print(&self) {
        let mut widths = [0; COLUMNS];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &self.rows {
            let cells = row.iter().zip(widths);
            let line: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            println!("  {}", line.join("  ").trim_end());
        }
    }
}
