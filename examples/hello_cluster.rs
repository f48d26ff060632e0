//! Amazon ECS in one program: the developer guide's own story, told by the six crates.
//!
//! ```sh
//! cargo run --example hello_cluster
//! ```
//!
//! Every line that it prints is the answer of a library call. The JSON in `examples/data` is the
//! guide's; nothing is read from the network.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use ecs_arn::{ClusterRef, EcsArn, EcsResource, Scope};
use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
use ecs_model::metrics::{Capacity, Utilization, cluster_utilization};
use ecs_model::operation::{DescribeContainerInstancesResponse, RunTaskRequest};
use ecs_model::{ContainerInstance, LaunchType, Resource, Timestamp};
use ecs_placement::{
    CellState, CellTask, Commit, CommitPolicy, Placed, PlacementRequest, Plan, Planner,
    Registration, ServiceScheduler, run_task, start_task,
};
use ecs_state::{
    ContainerReport, HostLoss, Phases, ReportedStatus, TaskMachine, TaskReport, TaskSpec,
};
use ecs_taskdef::{Registry, TaskDefinition};

type Outcome = Result<(), Box<dyn Error>>;

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "123456789012";
const CALLER: &str = "arn:aws:iam::123456789012:user/alice";

/// The agent of this one is not connected, as the guide prints it.
const DISCONNECTED: &str = "4d3910c1-27c8-410c-b1df-f5d06fab4305";
const FIRST: &str = "14e8cce9-0b16-4af4-bfac-a85f7587aa98";
const SECOND: &str = "a3a05f39-6a3e-4f0c-b0e5-9d6e0e3f7a77";

fn main() -> Outcome {
    let mut story = Story::new()?;
    story.register_task_definitions()?;
    story.register_container_instances()?;
    story.ask_for_permission()?;
    story.run_tasks()?;
    story.follow_a_task()?;
    story.keep_a_service_running()?;
    story.print_utilization()
}

/// What an emulator of Amazon ECS would hold: nothing but the values of the crates.
struct Story {
    scope: Scope<'static>,
    registry: Registry,
    instances: Vec<ContainerInstance>,
    cell: CellState,
    planner: Planner,
    machines: BTreeMap<Arc<str>, TaskMachine>,
    started: u32,
    seconds: i64,
}

impl Story {
    fn new() -> Result<Self, Box<dyn Error>> {
        let scope = Scope::new(REGION, ACCOUNT)?;
        Ok(Self {
            registry: Registry::new(&scope),
            scope,
            instances: Vec::new(),
            cell: CellState::new(),
            planner: Planner::new(),
            machines: BTreeMap::new(),
            started: 0,
            seconds: 1_438_893_060,
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.seconds)
    }

    fn register_task_definitions(&mut self) -> Outcome {
        heading("1. Task definitions of the guide, validated and registered");
        for text in [
            include_str!("data/hello_world.json"),
            include_str!("data/console-sample-app.json"),
            include_str!("data/webdata-whole.json"),
            include_str!("data/test-volumes-from.json"),
            include_str!("data/sleep360.json"),
            include_str!("data/external-web-app.json"),
        ] {
            self.register(&serde_json::from_str(text)?)?;
        }
        println!("\nThe same WordPress, its host port left to Docker:");
        let mut dynamic: TaskDefinition =
            serde_json::from_str(include_str!("data/hello_world.json"))?;
        for container in dynamic.container_definitions.iter_mut().flatten() {
            for mapping in container.port_mappings.iter_mut().flatten() {
                mapping.host_port = None;
            }
        }
        self.register(&dynamic)
    }

    fn register(&mut self, definition: &TaskDefinition) -> Outcome {
        let findings = definition.validate();
        let now = self.now();
        let registered = self.registry.register(definition, now)?;
        let needs = registered.requirements();
        let name = registered.task_definition_arn().unwrap_or_default();
        println!(
            "  {:<24} {:>4} CPU units {:>5} MiB, host ports {:?}",
            EcsArn::parse(name)?.arn().resource_id(),
            needs.cpu,
            needs.memory,
            needs.tcp_ports,
        );
        for finding in findings.iter() {
            println!("      {finding}");
        }
        Ok(())
    }

    fn register_container_instances(&mut self) -> Outcome {
        heading("2. Container instances");
        let guide = read_instance(include_str!("data/describe-container-instances.json"))?;
        let like_the_guides = |id: &str| -> Result<ContainerInstance, Box<dyn Error>> {
            let arn = self
                .scope
                .arn(EcsResource::ContainerInstance { cluster: None, id })?;
            Ok(guide
                .clone()
                .with_container_instance_arn(arn.to_string())
                .with_agent_connected(true))
        };
        let external = read_instance(include_str!("data/external-instance.json"))?;
        let more = [like_the_guides(FIRST)?, like_the_guides(SECOND)?];
        self.instances = [guide].into_iter().chain(more).chain([external]).collect();
        for instance in &self.instances {
            self.cell.register(&Registration::try_from(instance)?);
        }
        for instance in self.cell.snapshot().instances() {
            println!(
                "  {}  {} CPU units {} MiB, ports taken {:?}, agent {}{}",
                EcsArn::parse(instance.arn())?.resource().name(),
                instance.registered().cpu,
                instance.registered().memory,
                instance.registered().taken_ports,
                if instance.agent_connected() {
                    "connected"
                } else {
                    "disconnected"
                },
                if instance.is_external() {
                    ", external"
                } else {
                    ""
                },
            );
        }
        Ok(())
    }

    fn ask_for_permission(&self) -> Outcome {
        heading("3. May alice run hello_world?");
        let policy: Policy = include_str!("data/run-task-corrected.json").parse()?;
        let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
        let definition = self.registry.describe("hello_world:1")?;
        let definition = definition.task_definition_arn().unwrap_or_default();
        for cluster in [None, Some("production")] {
            let cluster = ClusterRef::or_default(cluster)?.to_arn(&self.scope)?;
            let request = Request::new(CALLER.parse()?, "ecs:RunTask", definition)
                .with_context("ecs:cluster", cluster.as_str());
            println!("On {cluster}:");
            println!("{}", indented(&policies.explain(&request).to_string()));
        }
        Ok(())
    }

    fn run_tasks(&mut self) -> Outcome {
        heading("4. RunTask until the cluster refuses");
        self.run(&serde_json::from_str(
            r#"{"taskDefinition": "hello_world:1", "count": 3}"#,
        )?)?;
        self.run(&serde_json::from_str(
            r#"{"taskDefinition": "hello_world", "count": 10}"#,
        )?)?;
        self.run(&serde_json::from_str(
            r#"{"taskDefinition": "external-web-app", "count": 2, "launchType": "EXTERNAL"}"#,
        )?)?;

        println!("StartTask sleep360 on instances of one's own choice:");
        let sleep = PlacementRequest::new(self.registry.resolve("sleep360", self.now())?)?;
        let plan = start_task(
            &self.cell.snapshot(),
            &sleep,
            &[FIRST, DISCONNECTED, "nowhere"],
        )?;
        print_failures(plan.failures())?;
        let commit = self.commit(plan.into_plan(), CommitPolicy::Partial)?;
        println!("  started: {}\n", commit.placed().len());
        self.start_machines(commit.placed(), "sleep360")
    }

    /// One RunTask: resolve, plan on a snapshot, commit, and start the lifecycle of each task.
    fn run(&mut self, request: &RunTaskRequest) -> Outcome {
        let name = request.task_definition().unwrap_or_default();
        let cluster = ClusterRef::or_default(None)?;
        let definition = self.registry.resolve(name, self.now())?;
        let placement = PlacementRequest::of_run_task(request, definition, &cluster)?;
        let plan = run_task(&mut self.planner, &self.cell.snapshot(), &placement, 7)?;
        let (count, unplaced, failures) = (placement.count(), plan.unplaced(), plan.failures());
        let commit = self.commit(plan, CommitPolicy::Rebase)?;
        let launch_type = request.launch_type.clone().unwrap_or(LaunchType::Ec2);
        println!("RunTask {name}, {count} times, {launch_type}:");
        println!(
            "  placed: {}, not placed: {unplaced}",
            commit.placed().len(),
        );
        print_failures(&failures)?;
        println!();
        self.start_machines(commit.placed(), name)
    }

    /// Commits a plan under a token of its own, with a new ARN for each task.
    fn commit(&mut self, plan: Plan, policy: CommitPolicy) -> Result<Commit, Box<dyn Error>> {
        let (scope, first) = (&self.scope, self.started + 1);
        let ids = (first..).map(|number| format!("{number:08}"));
        let arn = |id: String| {
            let task = EcsResource::Task {
                cluster: None,
                id: &id,
            };
            scope.arn(task).map(|arn| arn.to_string())
        };
        let arns: Result<Vec<_>, _> = ids.take(plan.claims().len()).map(arn).collect();
        let transaction = plan.into_transaction(format!("commit-{first}"), arns?)?;
        self.started += u32::try_from(transaction.claims().len())?;
        Ok(self.cell.commit(&transaction, policy)?)
    }

    fn start_machines(&mut self, placed: &[Placed], definition: &str) -> Outcome {
        let definition = self.registry.resolve(definition, self.now())?;
        let spec = TaskSpec::try_from(definition)?;
        for Placed { task, .. } in placed {
            let machine = TaskMachine::new(spec.clone(), Phases::guide_2015(), self.now());
            self.machines.insert(Arc::clone(task), machine);
        }
        Ok(())
    }

    fn follow_a_task(&mut self) -> Outcome {
        heading("5. One WordPress task from PENDING to STOPPED");
        let task = self.machines.keys().next().cloned();
        let task = &*task.ok_or("no task was placed")?;
        let containers = ["wordpress", "mysql"];
        let running = TaskReport::new(ReportedStatus::Running);
        let running = containers.iter().fold(running, |report, name| {
            report.with_container(ContainerReport::running(name))
        });
        self.report(task, 20, "both containers run", &running)?;
        self.report(task, 1, "the same report again", &running)?;
        let mysql = TaskReport::new(ReportedStatus::Running)
            .with_container(ContainerReport::stopped("mysql", 1));
        self.report(task, 600, "essential mysql exits with 1", &mysql)?;
        let stopped = TaskReport::new(ReportedStatus::Stopped)
            .with_container(ContainerReport::stopped("wordpress", 137));
        self.report(task, 30, "wordpress was killed after 30 seconds", &stopped)?;
        self.report(task, 1, "a late report that both run", &running)?;

        let machine = self.machines.get_mut(task).ok_or("the task is gone")?;
        println!(
            "  {}: {}",
            machine
                .stop_code()
                .map(|code| code.to_string())
                .unwrap_or_default(),
            machine.stopped_reason().unwrap_or_default(),
        );
        let path: Vec<_> = std::iter::from_fn(|| machine.poll_change())
            .map(|change| change.to.to_string())
            .collect();
        println!("  {}", path.join(" -> "));
        self.cell.stopped(task).ok_or("the task held nothing")?;
        Ok(())
    }

    fn report(&mut self, task: &str, after: i64, what: &str, report: &TaskReport) -> Outcome {
        self.seconds += after;
        let now = self.now();
        let machine = self.machines.get_mut(task).ok_or("no such task")?;
        let verdict = machine.handle_report(report, now);
        println!(
            "  {:<42} {:<10} {}",
            what,
            format!("{verdict:?}"),
            machine.status()
        );
        Ok(())
    }

    fn keep_a_service_running(&mut self) -> Outcome {
        heading("6. A service of three tasks, and a lost instance");
        let all: Vec<_> = self.cell.tasks().map(|task| task.task).collect();
        for task in all {
            self.cell.stopped(&task);
        }
        let disconnected = self
            .cell
            .snapshot()
            .find(DISCONNECTED)
            .map(|i| i.arn().to_owned());
        self.cell
            .set_agent_connected(&disconnected.ok_or("not registered")?, true);

        let sample = self.registry.resolve("console-sample-app", self.now())?;
        let request = PlacementRequest::new(sample)?;
        let mut service = ServiceScheduler::new("sample-webapp", request, 3);
        self.reconcile(&mut service, 0)?;
        self.reconcile(&mut service, 30)?;

        let lost = self
            .cell
            .snapshot()
            .find(SECOND)
            .map(|i| i.arn().to_owned());
        let lost = lost.ok_or("not registered")?;
        println!("  {SECOND} is terminated");
        for CellTask { task, .. } in self.cell.deregister(&lost) {
            let now = self.now();
            let machine = self.machines.get_mut(&task).ok_or("no such task")?;
            let _ = machine.handle_host_lost(
                HostLoss::Terminated {
                    instance: "i-0123456789abcdef0".to_owned(),
                },
                now,
            );
            let reason = machine.stopped_reason().unwrap_or_default();
            let id = EcsArn::parse(&task)?.resource().name();
            println!("  task {id} is {}: {reason}", machine.status());
        }
        self.instances
            .retain(|instance| instance.container_instance_arn.as_ref() != Some(&lost));
        self.reconcile(&mut service, 60)?;
        self.reconcile(&mut service, 93)
    }

    fn reconcile(&mut self, service: &mut ServiceScheduler, after: i64) -> Outcome {
        self.seconds += after;
        let plan = service.reconcile(&self.cell, u64::try_from(self.seconds)?, 7);
        let commit = self.commit(plan.start, CommitPolicy::Rebase)?;
        self.start_machines(commit.placed(), "console-sample-app")?;
        println!(
            "  {}: {} of {} tasks, {} just started",
            service.name(),
            service.tasks(&self.cell).count(),
            service.desired_count(),
            commit.placed().len(),
        );
        for event in plan.events {
            println!("    {event}");
        }
        Ok(())
    }

    fn print_utilization(&self) -> Outcome {
        heading("7. Utilisation");
        let reserved = self
            .cell
            .tasks()
            .map(|task| Capacity::new(task.needs.cpu.into(), task.needs.memory.into()))
            .sum();
        print_percent(
            "this cluster, reserved",
            cluster_utilization(&self.instances, reserved),
        );

        // The guide's example: a c4.4xlarge and a c4.large, ten tasks that use all they reserve.
        let instance = |cpu, memory| {
            ContainerInstance::default()
                .with_status("ACTIVE")
                .with_registered_resources([
                    Resource::integer(Resource::CPU, cpu),
                    Resource::integer(Resource::MEMORY, memory),
                ])
        };
        let instances = [instance(16_384, 30_158), instance(2_048, 3_768)];
        let used = Capacity::new(1_024, 2_048).times(10);
        let guide = cluster_utilization(&instances, used);
        print_percent("the guide's example", guide);
        let truncated =
            |percent: Option<ecs_model::metrics::Percent>| percent.map(|p| p.truncated());
        match (truncated(guide.cpu), truncated(guide.memory)) {
            (Some(55), Some(60)) => println!("  as the guide prints it: 55 % and 60 %"),
            other => return Err(format!("the guide prints 55 and 60, not {other:?}").into()),
        }
        Ok(())
    }
}

fn read_instance(text: &str) -> Result<ContainerInstance, Box<dyn Error>> {
    let response: DescribeContainerInstancesResponse = serde_json::from_str(text)?;
    let first = response.container_instances().first().cloned();
    first.ok_or_else(|| "no container instance in the document".into())
}

fn print_failures(failures: &[ecs_model::Failure]) -> Outcome {
    for failure in failures {
        let arn = failure.arn().unwrap_or_default();
        let id = EcsArn::parse(arn).map_or(arn, |arn| arn.resource().name());
        let reason = failure.reason().unwrap_or_default();
        println!(
            "  {id:<36}  {reason:<16} {}",
            failure.detail().unwrap_or_default()
        );
    }
    Ok(())
}

fn print_percent(what: &str, utilization: Utilization) {
    let text = |percent: Option<ecs_model::metrics::Percent>| {
        percent.map_or_else(|| "-".to_owned(), |percent| percent.to_string())
    };
    println!(
        "  {what}: CPU {}, memory {}",
        text(utilization.cpu),
        text(utilization.memory)
    );
}

fn heading(text: &str) {
    println!("\n{text}\n");
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
