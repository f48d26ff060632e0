//! Amazon ECS in one program: the developer guide's own story, told by the six crates.
//!
//! ```sh
//! cargo run --example hello_cluster
//! ```
//!
//! Every line that it prints is the answer of a library call. The JSON in `examples/data` is the
//! guide's; nothing is read from the network.

mod chain;
mod ending;
mod output;
mod surplus;

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use ecs_arn::{ClusterRef, EcsArn, EcsResource, Scope};
use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
use ecs_model::metrics::{Capacity, Utilization, cluster_utilization};
use ecs_model::operation::{
    CreateServiceRequest, DescribeContainerInstancesResponse, RunTaskRequest,
};
use ecs_model::{Attribute, ContainerInstance, LaunchType, Resource, Task, Timestamp};
use ecs_placement::service::{
    Observation, ObservedServiceTask, ServiceAction, ServicePolicy, Services, TaskPlace,
};
use ecs_placement::{
    CellState, CellTask, Commit, CommitPolicy, Placed, PlacementRequest, Plan, Planner,
    Registration, run_task, start_task,
};
use ecs_state::{
    ContainerReport, HostLoss, Phases, ReportedStatus, TaskMachine, TaskReport, TaskSpec,
};
use ecs_taskdef::{Registry, TaskDefinition};
use ending::ending;
use output::println;

type Outcome = Result<(), Box<dyn Error>>;

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "123456789012";
const CALLER: &str = "arn:aws:iam::123456789012:user/alice";

const ZONE: &str = "ecs.availability-zone";

/// The agent of this one is not connected, as the guide prints it.
const DISCONNECTED: &str = "4d3910c1-27c8-410c-b1df-f5d06fab4305";
const FIRST: &str = "14e8cce9-0b16-4af4-bfac-a85f7587aa98";
const SECOND: &str = "a3a05f39-6a3e-4f0c-b0e5-9d6e0e3f7a77";
const THIRD: &str = "c7f1d9f5-0c1f-4d0a-8e57-3a5d8b1e6f10";

fn main() -> ExitCode {
    ending(tell().map(|()| Some(true)))
}

fn tell() -> Outcome {
    surplus::refuse(std::env::args().skip(1))?;
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
    services: Services,
    /// What of the tasks of services their lifecycle does not decide.
    service_tasks: BTreeMap<Arc<str>, Task>,
    started: u32,
    seconds: i64,
}

impl Story {
    fn new() -> Result<Self, Box<dyn Error>> {
        let scope = Scope::new(REGION, ACCOUNT)?;
        let cluster = ClusterRef::or_default(None)?.to_arn(&scope)?;
        Ok(Self {
            services: Services::new(cluster.as_str(), ServicePolicy::current())?,
            service_tasks: BTreeMap::new(),
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
        let external = read_instance(include_str!("data/external-instance.json"))?;
        let more = [self.like_the_guides(FIRST)?, self.like_the_guides(SECOND)?];
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

    /// An instance as the guide has it, with its agent connected.
    fn like_the_guides(&self, id: &str) -> Result<ContainerInstance, Box<dyn Error>> {
        let arn = self
            .scope
            .arn(EcsResource::ContainerInstance { cluster: None, id })?;
        let guide = read_instance(include_str!("data/describe-container-instances.json"))?;
        Ok(guide
            .with_container_instance_arn(arn.to_string())
            .with_agent_connected(true))
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
        heading("6. A service of three tasks, a lost instance and a new one");
        let all: Vec<_> = self.cell.tasks().map(|task| task.task).collect();
        for task in all {
            self.cell.stopped(&task);
        }
        for (id, zone) in [
            (DISCONNECTED, "us-east-1a"),
            (FIRST, "us-east-1b"),
            (SECOND, "us-east-1a"),
        ] {
            self.register_in(id, zone)?;
        }

        let request: CreateServiceRequest = serde_json::from_str(
            r#"{"serviceName": "sample-webapp", "taskDefinition": "console-sample-app",
                "desiredCount": 3}"#,
        )?;
        let sample = self.registry.resolve("console-sample-app", self.now())?;
        self.services.create(&request, sample, self.now(), 7)?;
        self.reconcile("it is created", 1)?;
        self.report_service()?;
        self.reconcile("the agents report that the tasks run", 20)?;
        self.reconcile("the tasks have run for 40 seconds", 40)?;

        let lost = self.instance(SECOND)?;
        self.lose(&lost)?;
        self.reconcile("an instance was lost", 1)?;
        self.reconcile("nothing else has happened", 93)?;

        self.register_in(THIRD, "us-east-1b")?;
        self.reconcile("a new instance registers", 30)?;
        self.report_service()?;
        self.reconcile("the agent reports that the task runs", 20)?;
        self.reconcile("it has run for 40 seconds", 40)
    }

    /// An instance registers, or registers again, and says in which zone it is.
    fn register_in(&mut self, id: &str, zone: &str) -> Outcome {
        let mut attribute = Attribute::named(ZONE);
        attribute.value = Some(zone.to_owned());
        let instance = self.like_the_guides(id)?.with_attributes([attribute]);
        self.cell.register(&Registration::try_from(&instance)?);
        self.instances
            .retain(|known| known.container_instance_arn != instance.container_instance_arn);
        self.instances.push(instance);
        Ok(())
    }

    fn instance(&self, id: &str) -> Result<String, Box<dyn Error>> {
        let snapshot = self.cell.snapshot();
        let found = snapshot.find(id).ok_or("not registered")?;
        Ok(found.arn().to_owned())
    }

    /// Lets the services do what they need, and does what they ask for.
    fn reconcile(&mut self, why: &str, after: i64) -> Outcome {
        self.seconds += after;
        let (now, known) = (self.now(), self.events().len());
        let actions = self.services.reconcile(now, &mut self.cell, 7)?;
        let service = self.services.describe("sample-webapp").unwrap_or_default();
        println!(
            "  {why}: {} of {} tasks run, {} start",
            service.running_count().unwrap_or_default(),
            service.desired_count().unwrap_or_default(),
            service.pending_count().unwrap_or_default(),
        );
        for action in actions {
            self.follow(action)?;
        }
        let events = self.events();
        for event in events.iter().rev().skip(known) {
            println!("    {event}");
        }
        Ok(())
    }

    fn follow(&mut self, action: ServiceAction) -> Outcome {
        let now = self.now();
        let document = action.started_task();
        match action {
            ServiceAction::Start {
                task,
                deployment,
                place: TaskPlace::Instance(instance),
                ..
            } => {
                let snapshot = self.cell.snapshot();
                let zone = snapshot.find(&instance).and_then(|one| one.attribute(ZONE));
                println!(
                    "    task {} of deployment {deployment} starts in {}",
                    EcsArn::parse(&task)?.resource().name(),
                    zone.flatten().unwrap_or_default(),
                );
                let document = document.unwrap_or_default();
                self.service_tasks.insert(Arc::clone(&task), document);
                let definition = self.registry.resolve("console-sample-app", now)?;
                let machine =
                    TaskMachine::new(TaskSpec::try_from(definition)?, Phases::guide_2015(), now);
                self.machines.insert(task, machine);
                Ok(())
            }
            // Nobody listens on EventBridge.
            ServiceAction::Publish(_) => Ok(()),
            other => Err(format!("nobody asked for {other:?}").into()),
        }
    }

    /// The agents report that each task of the service runs, and the scheduler sees what becomes
    /// of it.
    fn report_service(&mut self) -> Outcome {
        let now = self.now();
        let report = ["simple-app", "busybox"]
            .iter()
            .fold(TaskReport::new(ReportedStatus::Running), |report, name| {
                report.with_container(ContainerReport::running(name))
            });
        for (task, described) in &self.service_tasks {
            let machine = self.machines.get_mut(task).ok_or("no such task")?;
            let _ = machine.handle_report(&report, now);
            let _ = observe(&mut self.services, machine, described, now)?;
        }
        Ok(())
    }

    /// An instance is terminated.
    fn lose(&mut self, instance: &str) -> Outcome {
        let id = EcsArn::parse(instance)?.resource().name();
        println!("  {id} is terminated");
        let now = self.now();
        for CellTask { task, .. } in self.cell.deregister(instance) {
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
            let described = self.service_tasks.remove(&task).ok_or("no such task")?;
            let _ = observe(&mut self.services, machine, &described, now)?;
        }
        self.services.observe_instance(instance, "INACTIVE", now);
        self.instances
            .retain(|known| known.container_instance_arn.as_deref() != Some(instance));
        Ok(())
    }

    /// The events of the service, the newest first.
    fn events(&self) -> Vec<String> {
        let service = self.services.describe("sample-webapp").unwrap_or_default();
        let messages = service.events().iter().filter_map(|event| event.message());
        messages.map(str::to_owned).collect()
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

/// What the lifecycle of a task makes of it, as the scheduler sees it.
fn observe(
    services: &mut Services,
    machine: &TaskMachine,
    described: &Task,
    now: Timestamp,
) -> Result<Observation, Box<dyn Error>> {
    let mut task = described.clone();
    machine.describe(&mut task);
    let seen = ObservedServiceTask::try_from(&task)?;
    Ok(services.observe(&seen, now))
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
