//! "service web was unable to place a task": the cases of the developer guide, answered properly.
//!
//! ```sh
//! cargo run --example explain_placement
//! ```
//!
//! For each case the event as Amazon ECS words it, which names one instance and one reason, and
//! then what it leaves out: every reason on all instances, and what single change would help.
//! (Developer Guide, "Amazon ECS service event messages".)

mod chain;
mod ending;
mod output;
mod surplus;

use std::error::Error;
use std::process::ExitCode;

use ecs_model::service_message::unable_to_place;
use ecs_model::{Attribute, ContainerInstance, PlacementConstraint, PlacementStrategy, Resource};
use ecs_placement::{CellState, PlacementRequest, Registration};
use ecs_taskdef::TaskDefinition;
use ending::ending;
use output::println;
use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    ending(explain_all().map(|()| Some(true)))
}

fn explain_all() -> Outcome {
    surplus::refuse(std::env::args().skip(1))?;
    let web = request(500, 900, None, json!([]))?;
    explain("No container instances were found", &mut cell(&[])?, &web)?;
    explain(
        "Not enough CPU units",
        &mut cell(&[("a", 400, 2_000), ("b", 300, 2_000), ("c", 400, 800)])?,
        &web,
    )?;
    explain(
        "Not enough memory",
        &mut cell(&[("a", 2_048, 890), ("b", 2_048, 600)])?,
        &web,
    )?;
    let on_port_80 = request(100, 100, Some(80), json!([]))?;
    let mut ports = cell(&[("a", 2_048, 2_000), ("b", 2_048, 2_000)])?;
    let other = on_port_80.clone().with_group("service:proxy").with_count(2);
    let commit = ports.run(&other, 7, "proxy", ["proxy-1", "proxy-2"])?;
    assert_eq!(commit.placed().len(), 2, "two instances, two ports");
    explain("A port that is already in use", &mut ports, &on_port_80)?;
    let external = web.clone().with_launch_type("EXTERNAL".into())?;
    explain(
        "A missing attribute",
        &mut cell(&[("a", 2_048, 2_000)])?,
        &external,
    )?;
    let mut away = cell(&[("a", 2_048, 2_000), ("b", 2_048, 2_000)])?;
    for id in ["a", "b"] {
        away.set_agent_connected(&arn(id), false);
    }
    away.set_status(&arn("b"), "DRAINING");
    explain("The agent is not connected", &mut away, &web)?;
    let constraint = "attribute:stack == prod and not(task:group == service:proxy)";
    let member_of = json!([{"type": "memberOf", "expression": constraint}]);
    let apart = request(100, 100, None, member_of)?;
    explain("A placement constraint", &mut ports, &apart)?;
    rank()
}

fn explain(case: &str, cell: &mut CellState, request: &PlacementRequest) -> Outcome {
    println!("## {case}\n");
    let snapshot = cell.snapshot();
    let explanation = snapshot.explain(request);
    let obstacle = explanation.obstacle().ok_or("a copy fits")?;
    println!("{}\n", unable_to_place("web", &obstacle));
    println!("{}", snapshot.summarize(request));
    for line in explanation.to_string().lines() {
        println!("  {line}");
    }
    let room = snapshot.room(request);
    let remedies = room.next().map_or(&[][..], |next| &next.remedies);
    for (before, remedy) in std::iter::once("it would fit with")
        .chain(std::iter::repeat("or"))
        .zip(remedies)
    {
        println!("{before} {remedy}");
    }
    println!();
    Ok(())
}

/// Where something fits, how the strategies see it.
fn rank() -> Outcome {
    println!("## Why there and not elsewhere\n");
    let mut cell = cell(&[
        ("a", 2_048, 2_000),
        ("b", 2_048, 1_500),
        ("c", 2_048, 1_800),
    ])?;
    let strategies: Vec<PlacementStrategy> = serde_json::from_value(json!([
        {"type": "spread", "field": "attribute:stack"},
        {"type": "binpack", "field": "memory"},
    ]))?;
    let web = request(100, 400, None, json!([]))?.with_strategies(&strategies)?;
    let commit = cell.run(&web, 7, "first", ["first"])?;
    assert_eq!(commit.placed().len(), 1, "all have room");
    let ranking = cell.snapshot().rank(&web);
    for instance in ranking.instances() {
        if let [in_stack, left] = instance.criteria.as_slice() {
            println!(
                "  {}: {in_stack} tasks in its stack, {left} MiB left",
                instance.arn
            );
        }
    }
    Ok(())
}

fn arn(id: &str) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:container-instance/prod/{id}")
}

/// Instances with CPU units and MiB of memory, by turns of the stacks test and beta.
fn cell(instances: &[(&str, i32, i32)]) -> Outcome<CellState> {
    let mut cell = CellState::new();
    for ((id, cpu, memory), stack) in instances.iter().zip(["test", "beta"].iter().cycle()) {
        let mut attribute = Attribute::named("stack");
        attribute.value = Some((*stack).to_owned());
        cell.register(&Registration::try_from(
            &ContainerInstance::default()
                .with_container_instance_arn(arn(id))
                .with_status("ACTIVE")
                .with_agent_connected(true)
                .with_attributes([attribute])
                .with_registered_resources([
                    Resource::integer(Resource::CPU, *cpu),
                    Resource::integer(Resource::MEMORY, *memory),
                ]),
        )?);
    }
    Ok(cell)
}

fn request(
    cpu: u32,
    memory: u32,
    host_port: Option<u16>,
    constraints: Value,
) -> Outcome<PlacementRequest> {
    let mapping = host_port.map(|port| json!({"containerPort": port, "hostPort": port}));
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "web",
        "containerDefinitions": [{
            "name": "web", "image": "web", "cpu": cpu, "memory": memory,
            "portMappings": mapping.into_iter().collect::<Vec<_>>(),
        }],
    }))?;
    let constraints: Vec<PlacementConstraint> = serde_json::from_value(constraints)?;
    let request = PlacementRequest::new(&definition)?.with_group("service:web");
    Ok(request.with_constraints(&constraints)?)
}
