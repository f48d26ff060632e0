//! What a cell takes of memory, of instances and of tasks.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test stops at the first surprise, and prints averages"
)]

use allocation_counter::measure;
use ecs_model::{ContainerInstance, Task, Timestamp};
use ecs_placement::{CellState, CommitPolicy, Loader, PlacementRequest, Planner, Registration};
use ecs_taskdef::TaskDefinition;
use serde_json::json;

const INSTANCES: usize = 10_000;
const TASKS: usize = 100_000;

/// An instance as `describe-container-instances` prints it, on which nothing runs, but for its
/// attributes.
fn described(number: usize) -> ContainerInstance {
    let resources = json!([
        {"name": "CPU", "type": "INTEGER", "integerValue": 8_192},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 31_000},
        {"name": "PORTS", "type": "STRINGSET",
            "stringSetValue": ["22", "2376", "2375", "51678", "51679"]},
        {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []},
    ]);
    serde_json::from_value(json!({
        "containerInstanceArn": format!(
            "arn:aws:ecs:us-east-1:123456789012:container-instance/production/{number:032x}"
        ),
        "ec2InstanceId": format!("i-{number:017x}"),
        "version": number, "status": "ACTIVE", "agentConnected": true,
        "registeredAt": 1_790_000_000,
        "versionInfo": {"agentVersion": "1.98.0", "agentHash": "1a2b3c4d"},
        "runningTasksCount": 0, "pendingTasksCount": 0,
        "registeredResources": resources, "remainingResources": resources,
    }))
    .unwrap()
}

fn register(cell: &mut CellState) {
    for number in 0..INSTANCES {
        let registration = Registration::try_from(&described(number)).unwrap();
        cell.register(&registration.as_of(Timestamp::from_seconds(1_790_000_000)));
    }
}

/// A task of which ten fit on an instance, with a host port if it wants one.
fn request(host_port: Option<u16>) -> PlacementRequest {
    let mapping = host_port.map(|port| json!({"containerPort": port, "hostPort": port}));
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web",
        "containerDefinitions": [{
            "name": "web", "image": "web", "cpu": 800, "memory": 3_000,
            "portMappings": mapping.into_iter().collect::<Vec<_>>(),
        }],
    }))
    .unwrap();
    PlacementRequest::new(&definition).unwrap()
}

/// The text by which an instance is known: its ARN and its EC2 id.
fn identity(instance: &ContainerInstance) -> usize {
    let texts = [&instance.container_instance_arn, &instance.ec2_instance_id];
    texts.into_iter().flatten().map(String::len).sum()
}

/// An instance on which ten tasks run that its document counts, one with a host port. It says
/// that as much is taken as the documents of the tasks say.
fn described_with_tasks(number: usize) -> ContainerInstance {
    let mut described = described(number);
    described.running_tasks_count = Some(10);
    let memory: usize = (number * 10..number * 10 + 10).map(memory_of).sum();
    let left: Vec<ecs_model::Resource> = serde_json::from_value(json!([
        {"name": "CPU", "type": "INTEGER", "integerValue": 3_192},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 31_000 - memory},
        {"name": "PORTS", "type": "STRINGSET",
            "stringSetValue": ["22", "2376", "2375", "51678", "51679", "8080"]},
        {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []},
    ]))
    .unwrap();
    described.remaining_resources = Some(left);
    described
}

/// The MiB of a task.
const fn memory_of(number: usize) -> usize {
    2_000 + number % 150
}

/// A task of one of 150 services, as `describe-tasks` prints it.
fn described_task(number: usize) -> Task {
    let shape = number % 150;
    let port = match number % 10 {
        0 => json!([{"containerPort": 80, "hostPort": 8_080, "protocol": "tcp"}]),
        _ => json!([]),
    };
    serde_json::from_value(json!({
        "taskArn": format!("arn:aws:ecs:us-east-1:123456789012:task/production/{number:032x}"),
        "containerInstanceArn": described(number / 10).container_instance_arn,
        "group": format!("service:{shape}"),
        "cpu": "500", "memory": memory_of(number).to_string(),
        "version": 3 + number % 5, "createdAt": 1_780_000_000.123 + number as f64,
        "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
        "containers": [{"name": "web", "networkBindings": port}],
    }))
    .unwrap()
}

/// The bytes that stay in use after a step, for each of so many things.
fn bytes_each(count: usize, step: impl FnOnce()) -> f64 {
    measure(step).bytes_current as f64 / count as f64
}

#[test]
fn an_instance_takes_at_most_300_bytes_besides_its_attributes() {
    let mut cell = CellState::new();
    let each = bytes_each(INSTANCES, || register(&mut cell));
    println!("{each:.1} bytes for an instance");
    assert!(each <= 300.0, "{each:.1} bytes for an instance");
}

#[test]
fn a_task_takes_at_most_80_bytes_besides_its_name() {
    for host_port in [None, Some(80)] {
        let mut cell = CellState::new();
        register(&mut cell);
        let count = if host_port.is_some() {
            INSTANCES
        } else {
            TASKS
        };
        let names: Vec<std::sync::Arc<str>> = (0..count)
            .map(|number| {
                format!("arn:aws:ecs:us-east-1:123456789012:task/prod/{number:032x}").into()
            })
            .collect();
        let request = request(host_port).with_count(10);
        let each = bytes_each(count, || {
            let mut planner = Planner::new();
            for (number, names) in names.chunks(10).enumerate() {
                let token = format!("token-{number}");
                let plan = planner.plan(&cell.snapshot(), &request, 7);
                let transaction = plan
                    .into_transaction(&*token, names.iter().cloned())
                    .unwrap();
                let commit = cell.commit(&transaction, CommitPolicy::Partial).unwrap();
                assert_eq!(commit.placed().len(), names.len());
                assert!(cell.forget(&token));
            }
        });
        println!("{each:.1} bytes for a task with port {host_port:?}");
        assert!(each <= 80.0, "{each:.1} bytes for a task");
    }
}

/// Loads a cluster that runs: the instances, and then the tasks that are on them. Gives back what
/// each takes besides its name.
fn load(instances: &[ContainerInstance], tasks: &[Task]) -> (f64, f64) {
    let mut cell = CellState::new();
    let loader = Loader::new();
    let moment = Timestamp::from_seconds(1_790_000_000);
    let mut load = |instances: &[ContainerInstance], tasks: &[Task]| {
        let loaded = loader.load(&mut cell, instances, tasks, moment).unwrap();
        assert_eq!(
            (loaded.instances, loaded.tasks),
            (instances.len(), tasks.len())
        );
    };
    let of_instance = bytes_each(instances.len(), || load(instances, &[]));
    let names: usize = instances.iter().map(identity).sum();
    let of_instance = of_instance - names as f64 / instances.len() as f64;
    let of_task = bytes_each(tasks.len(), || load(&[], tasks));
    // A name is a shared text: what it is counted by belongs to it, and what rounds it up.
    let word = size_of::<usize>();
    let named = |name: &String| (2 * word + name.len()).next_multiple_of(word);
    let names = tasks.iter().flat_map(|task| &task.task_arn).map(named);
    let of_task = of_task - names.sum::<usize>() as f64 / tasks.len() as f64;
    (of_instance, of_task)
}

#[test]
fn a_live_cluster_takes_no_more() {
    let instances: Vec<_> = (0..INSTANCES).map(described_with_tasks).collect();
    let tasks: Vec<_> = (0..TASKS).map(described_task).collect();
    let (of_instance, of_task) = load(&instances, &tasks);
    println!("{of_instance:.1} bytes for an instance, {of_task:.1} bytes for a task of documents");
    assert!(
        of_instance <= 300.0,
        "{of_instance:.1} bytes for an instance"
    );
    assert!(of_task <= 80.0, "{of_task:.1} bytes for a task");
}
