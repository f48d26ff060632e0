//! The guide's placements, every reason, strategies, commits and services.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use ecs_arn::ClusterRef;
use ecs_model::operation::RunTaskRequest;
use ecs_model::{
    Attribute, ContainerInstance, LaunchType, PlacementConstraint, PlacementStrategy, Resource,
};
use ecs_placement::{
    CellState, Commit, CommitPolicy, HostPort, Instance, PlacementRequest, Plan, Planner, Reason,
    Registration, RequestError, RunTaskError, StartTaskError, run_task, start_task,
};
use ecs_taskdef::TaskDefinition;
use serde_json::{Value, json};

const PREFIX: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/";

fn described(name: &str, cpu: i32, memory: i32) -> ContainerInstance {
    ContainerInstance::default()
        .with_container_instance_arn(format!("{PREFIX}{name}"))
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_registered_resources([
            Resource::integer(Resource::CPU, cpu),
            Resource::integer(Resource::MEMORY, memory),
            Resource::string_set(Resource::PORTS, [22, 2375, 2376, 51678]),
        ])
}

fn cell(instances: &[ContainerInstance]) -> CellState {
    let mut cell = CellState::new();
    for instance in instances {
        cell.register(&registration(instance));
    }
    cell
}

fn registration(instance: &ContainerInstance) -> Registration {
    Registration::try_from(instance).unwrap()
}

/// Commits a plan; its tasks are named by the token and a number.
fn commit(cell: &mut CellState, plan: Plan, token: &str, policy: CommitPolicy) -> Commit {
    let tasks = (1..).map(|number| format!("{token}-{number}"));
    let transaction = plan.into_transaction(token, tasks).unwrap();
    cell.commit(&transaction, policy).unwrap()
}

fn in_zone(mut instance: ContainerInstance, zone: &str) -> ContainerInstance {
    let mut attribute = Attribute::named("ecs.availability-zone");
    attribute.value = Some(zone.to_owned());
    instance.attributes.get_or_insert_default().push(attribute);
    instance
}

fn definition(container: Value) -> TaskDefinition {
    let mut document = json!({"family": "web", "containerDefinitions": [
        {"name": "web", "image": "web", "memory": 1},
    ]});
    for (name, value) in container.as_object().unwrap() {
        document["containerDefinitions"][0][name] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

fn request(container: Value) -> PlacementRequest {
    PlacementRequest::new(&definition(container)).unwrap()
}

fn strategy(kind: &str, field: &str) -> PlacementStrategy {
    serde_json::from_value(json!({"type": kind, "field": field})).unwrap()
}

/// How many copies each instance gets, in the order of the ARNs.
fn spread_of(cell: &CellState, request: &PlacementRequest, count: u32) -> Vec<u32> {
    let snapshot = cell.snapshot();
    let plan = Plan::new(&snapshot, &request.clone().with_count(count), 1);
    let count = |instance: Instance<'_>| {
        let here = plan
            .claims()
            .iter()
            .filter(|claim| claim.instance() == instance.arn());
        u32::try_from(here.count()).unwrap()
    };
    snapshot.instances().map(count).collect()
}

#[test]
fn the_guides_examples_fit_once() {
    let one = cell(&[described("a", 1_024, 1_024)]);
    for container in [json!({"memory": 1_000}), json!({"cpu": 1_000})] {
        assert_eq!(spread_of(&one, &request(container), 2), [1]);
    }
    let two = cell(&[described("a", 1_024, 1_024), described("b", 1_024, 1_024)]);
    let static_port = request(json!({"portMappings": [{"containerPort": 80, "hostPort": 80}]}));
    let plan = Plan::new(&two.snapshot(), &static_port.with_count(3), 0);
    assert_eq!((plan.claims().len(), plan.unplaced()), (2, 1));
}

#[test]
fn a_task_takes_what_it_needs_and_gives_it_back() {
    let mut cell = cell(&[described("a", 2_048, 3_955)]);
    let sleep = request(json!({"cpu": 10, "memory": 10}));
    let before = cell.snapshot();
    let plan = Plan::new(&before, &sleep, 0);
    let committed = commit(&mut cell, plan, "run", CommitPolicy::Partial);
    let after = cell.snapshot();
    let instance = after.instances().next().unwrap();
    let left = instance.remaining();
    assert_eq!((left.cpu, left.memory), (2_038, 3_945));
    assert_eq!(instance.tasks_of("family:web"), 1);
    assert_eq!(committed.version(), before.version() + 1);

    assert!(cell.stopping("run-1"));
    assert!(!cell.stopping("run-1"), "it shall stop already");
    let stopping = cell.snapshot();
    let instance = stopping.instances().next().unwrap();
    assert_eq!((instance.remaining(), instance.running_tasks()), (left, 0));
    assert_eq!(instance.tasks_of("family:web"), 0);

    let stopped = cell.stopped("run-1").unwrap();
    assert_eq!((&*stopped.group, stopped.is_stopping), ("family:web", true));
    assert_eq!(cell.stopped("run-1"), None);
    let now = cell.snapshot();
    let (now, then) = (
        now.instances().next().unwrap(),
        before.instances().next().unwrap(),
    );
    assert_eq!(now.remaining(), then.remaining());
    assert!(now.remaining().taken_ports.contains(&HostPort::tcp(22)));
}

#[test]
fn every_reason_has_its_code_and_its_numbers() {
    let mut instance = described("a", 100, 100);
    instance.status = Some("DRAINING".into());
    instance.agent_connected = Some(false);
    instance.attributes = Some(Vec::new());
    let cell = cell(&[instance]);
    let mut needy = request(json!({
        "cpu": 101,
        "memory": 102,
        "portMappings": [
            {"containerPort": 22, "hostPort": 22},
            {"containerPort": 22, "hostPort": 2375, "protocol": "tcp"},
        ],
        "resourceRequirements": [{"type": "GPU", "value": "2"}],
        "logConfiguration": {"logDriver": "awslogs"},
    }));
    needy = needy.with_launch_type(LaunchType::External).unwrap();
    let explanation = cell.snapshot().explain(&needy);
    let reasons = &explanation.instances()[0].reasons;
    let codes: Vec<_> = reasons
        .iter()
        .map(|reason| reason.code().to_string())
        .collect();
    assert_eq!(
        codes[..7],
        [
            "INACTIVE",
            "AGENT",
            "RESOURCE:CPU",
            "RESOURCE:MEMORY",
            "RESOURCE:GPU",
            "RESOURCE:PORTS",
            "RESOURCE:PORTS",
        ]
    );
    let text = explanation.to_string();
    for part in [
        "is `DRAINING`; has no connected agent; needs 101 CPU units, 100 are left; ",
        "needs 102 MiB of memory, 100 are left; needs 2 GPUs, 0 are left; ",
        "host port 22/tcp is taken; host port 2375/tcp is taken; ",
        "lacks attribute `com.amazonaws.ecs.capability.logging-driver.awslogs`",
        "lacks attribute `ecs.capability.external`\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        explanation.failures().is_empty(),
        "a draining instance is no candidate"
    );
}

#[test]
fn the_texts_of_the_other_reasons() {
    for (reason, code, text) in [
        (Reason::Missing, "MISSING", "is not registered"),
        (
            Reason::External,
            "ATTRIBUTE",
            "is external and runs no EC2 tasks",
        ),
        (
            Reason::Attribute {
                name: "stack".into(),
                value: Some("prod".into()),
            },
            "ATTRIBUTE",
            "lacks attribute `stack` with value `prod`",
        ),
        (
            Reason::DistinctInstance {
                group: "family:web".into(),
            },
            "DistinctInstance placement constraint unsatisfied.",
            "runs a task of `family:web` already",
        ),
        (
            Reason::Port {
                protocol: ecs_model::network::TransportProtocol::Udp,
                port: 53,
            },
            "RESOURCE:PORTS_UDP",
            "host port 53/udp is taken",
        ),
        (
            Reason::GpuPartition {
                needed: 0,
                found: 1,
            },
            "RESOURCE:GPU",
            "needs whole GPUs, has GPU partitions of 1/8",
        ),
        (
            Reason::GpuPartition {
                needed: 4,
                found: 0,
            },
            "RESOURCE:GPU",
            "needs GPU partitions of 1/2, has whole GPUs",
        ),
    ] {
        assert_eq!(
            (reason.code().as_str(), reason.to_string().as_str()),
            (code, text)
        );
    }
}

#[test]
fn failures_name_each_active_instance_once() {
    let mut disconnected = described("b", 2_048, 4_000);
    disconnected.agent_connected = Some(false);
    let mut drained = described("c", 2_048, 4_000);
    drained.status = Some("DRAINING".into());
    let cell = cell(&[described("a", 2_048, 400), disconnected, drained]);
    let mut planner = Planner::new();
    let task = request(json!({"memory": 500}));
    let plan = run_task(&mut planner, &cell.snapshot(), &task, 0).unwrap();
    let failures: Vec<_> = plan
        .failures()
        .into_iter()
        .map(|failure| {
            (
                failure.arn.unwrap(),
                failure.reason.unwrap(),
                failure.detail.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        failures,
        [
            (
                format!("{PREFIX}a"),
                "RESOURCE:MEMORY".to_owned(),
                "needs 500 MiB of memory, 400 are left".to_owned()
            ),
            (
                format!("{PREFIX}b"),
                "AGENT".to_owned(),
                "has no connected agent".to_owned()
            ),
        ]
    );
    let task = request(json!({"memory": 400}));
    let placed = run_task(&mut planner, &cell.snapshot(), &task, 0).unwrap();
    assert!(placed.failures().is_empty());
}

#[test]
fn external_tasks_and_external_instances_find_each_other() {
    let mut external = described("external", 2_048, 4_000);
    external.attributes = Some(vec![Attribute::named(
        ecs_model::container_instance::EXTERNAL_CAPABILITY,
    )]);
    let cell = cell(&[described("a", 2_048, 4_000), external]);
    let task = request(json!({}));
    assert_eq!(spread_of(&cell, &task, 2), [2, 0]);
    let task = task.with_launch_type(LaunchType::External).unwrap();
    assert_eq!(spread_of(&cell, &task, 2), [0, 2]);
}

#[test]
fn attributes_are_met_by_name_and_value() {
    let cell = cell(&[
        described("unlisted", 10, 10),
        described("without", 10, 10).with_attributes(Vec::<Attribute>::new()),
    ]);
    let awslogs = request(json!({"logConfiguration": {"logDriver": "awslogs"}}));
    assert_eq!(spread_of(&cell, &awslogs, 3), [3, 0]);
}

#[test]
fn strategies_narrow_in_their_order() {
    let cell = cell(&[
        in_zone(described("a", 1_000, 900), "1a"),
        in_zone(described("b", 1_000, 800), "1a"),
        in_zone(described("c", 1_000, 700), "1b"),
        in_zone(described("d", 1_000, 600), "1b"),
    ]);
    let place = |strategies: &[PlacementStrategy], count| {
        let task = request(json!({"cpu": 1, "memory": 100}))
            .with_strategies(strategies)
            .unwrap();
        spread_of(&cell, &task, count)
    };
    assert_eq!(place(&[strategy("binpack", "memory")], 7), [0, 0, 1, 6]);
    assert_eq!(
        place(&[strategy("spread", "attribute:ecs.availability-zone")], 4),
        [2, 0, 2, 0]
    );
    assert_eq!(place(&[strategy("spread", "instanceId")], 6), [2, 2, 1, 1]);
    assert_eq!(place(&[strategy("spread", "host")], 4), [1, 1, 1, 1]);
    let zones_then_memory = [
        strategy("spread", "attribute:ecs.availability-zone"),
        strategy("binpack", "MEMORY"),
    ];
    assert_eq!(place(&zones_then_memory, 4), [0, 2, 0, 2]);
    assert_eq!(place(&[strategy("binpack", "cpu")], 3), [3, 0, 0, 0]);
    let random = place(&[strategy("random", "")], 10);
    assert_eq!(random.iter().sum::<u32>(), 10);
    assert_eq!(
        place(&[], 8),
        [2, 2, 2, 2],
        "no instance gets a disproportionate share"
    );
}

#[test]
fn instances_without_the_attribute_are_one_bucket() {
    let cell = cell(&[
        in_zone(described("a", 1_000, 900), "1a"),
        described("b", 1_000, 900),
        described("c", 1_000, 900),
    ]);
    let task = request(json!({}))
        .with_strategies(&[strategy("spread", "attribute:ecs.availability-zone")])
        .unwrap();
    assert_eq!(spread_of(&cell, &task, 4), [2, 2, 0]);
}

#[test]
fn distinct_instance_counts_the_group() {
    let cell = cell(&[described("a", 1_000, 900), described("b", 1_000, 900)]);
    let distinct: PlacementConstraint =
        serde_json::from_value(json!({"type": "distinctInstance"})).unwrap();
    let task = request(json!({})).with_constraints(&[distinct]).unwrap();
    let plan = Plan::new(&cell.snapshot(), &task.with_count(3), 0);
    assert_eq!(plan.unplaced(), 1);
    assert_eq!(
        plan.explain().unwrap().instances()[1].to_string(),
        format!("{PREFIX}b: runs a task of `family:web` already")
    );
}

#[test]
fn member_of_is_binding_wherever_it_stands() {
    let cell = cell(&[
        in_zone(described("a", 1_000, 900), "1a"),
        in_zone(described("b", 1_000, 900), "1b"),
        described("c", 1_000, 900),
    ]);
    let mut in_zone_b = definition(json!({}));
    in_zone_b.placement_constraints = serde_json::from_value(json!([
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone == 1b"}
    ]))
    .unwrap();
    let of_definition = PlacementRequest::new(&in_zone_b).unwrap();
    assert_eq!(spread_of(&cell, &of_definition, 2), [0, 2, 0]);

    let constraints: Vec<PlacementConstraint> = serde_json::from_value(json!([
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone exists"},
        {"type": "memberOf", "expression": "not(task:group == family:web)"},
    ]))
    .unwrap();
    let apart = request(json!({})).with_constraints(&constraints).unwrap();
    let plan = Plan::new(&cell.snapshot(), &apart.with_count(3), 0);
    assert_eq!(plan.unplaced(), 1);
    let explanation = plan.explain().unwrap();
    assert_eq!(
        explanation.instances()[2].to_string(),
        format!(
            "{PREFIX}c: is not a member of `attribute:ecs.availability-zone exists`: \
             `attribute:ecs.availability-zone exists` found nothing"
        )
    );
    assert_eq!(
        explanation.instances()[0].reasons[0].code().as_str(),
        "MemberOf placement constraint unsatisfied"
    );
}

#[test]
fn what_is_not_evaluated_is_refused_by_name() {
    let refusal =
        |result: Result<PlacementRequest, RequestError>| chain::chain(&result.unwrap_err());
    let of_run_task = |request: Value| {
        let request: RunTaskRequest = serde_json::from_value(request).unwrap();
        let cluster = ClusterRef::parse("default").unwrap();
        PlacementRequest::of_run_task(&request, &definition(json!({})), &cluster)
    };
    let member_of =
        |expression: Option<&str>| json!([{"type": "memberOf", "expression": expression}]);
    let of_definition = |expression: Option<&str>| {
        let mut definition = definition(json!({}));
        definition.placement_constraints = serde_json::from_value(member_of(expression)).unwrap();
        PlacementRequest::new(&definition)
    };
    let syntax = "error[placement-expression-syntax] /placementConstraints/0/expression";
    let look_ahead = "attribute:stack =~ (?=prod).*";
    let unsupported = format!(
        "the constraint `{look_ahead}` cannot be evaluated: \
         `(?=prod).*` has look-ahead, which is not supported at byte 19"
    );
    let no_subject = "expected a subject, `not` or `(`, found `stack` at byte 0";
    assert_eq!(
        refusal(of_definition(Some("stack == prod"))),
        format!("the request is refused: {syntax}: {no_subject}")
    );
    assert_eq!(
        refusal(of_definition(None)),
        format!(
            "the request is refused: {syntax}: \
             expected a subject, `not` or `(`, found the end at byte 0"
        )
    );
    assert_eq!(refusal(of_definition(Some(look_ahead))), unsupported);
    for (request, expected) in [
        (
            json!({"taskDefinition": "web", "placementConstraints": member_of(Some("stack == prod"))}),
            &*format!("the request is refused: {syntax}: {no_subject}"),
        ),
        (
            json!({"taskDefinition": "web", "placementConstraints": member_of(Some(look_ahead))}),
            &*unsupported,
        ),
        (
            json!({"launchType": "FARGATE", "taskDefinition": "web"}),
            "tasks of launch type `FARGATE` are not placed on container instances, but in subnets: \
             a plan of Fargate says in which",
        ),
        (
            json!({"taskDefinition": "web", "capacityProviderStrategy": [
                {"capacityProvider": "spot", "weight": 1}, {"capacityProvider": "base"}]}),
            "a strategy of capacity providers is not evaluated: `spot`, `base`",
        ),
    ] {
        assert_eq!(refusal(of_run_task(request)), expected);
    }
    let accepted = of_run_task(json!({
        "group": "batch",
        "taskDefinition": "web",
        "launchType": "EXTERNAL",
        "overrides": {"containerOverrides": [{"name": "web", "command": ["x"]}]},
    }))
    .unwrap();
    assert_eq!(
        (accepted.group(), accepted.launch_type()),
        ("batch", Some(&LaunchType::External))
    );
}

#[test]
fn bounds_of_the_calls() {
    let cell = cell(&[described("a", 1_000, 900)]);
    let task = request(json!({}));
    let mut planner = Planner::new();
    for count in [0, 11] {
        let task = task.clone().with_count(count);
        let error = run_task(&mut planner, &cell.snapshot(), &task, 0).unwrap_err();
        assert_eq!(error, RunTaskError::Count { count });
        assert_eq!(
            error.to_string(),
            format!("count is {count}, not from 1 to 10")
        );
    }
    let empty = CellState::new().snapshot();
    let error = run_task(&mut planner, &empty, &task, 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no container instances were found in the cluster"
    );
    let error = start_task(&cell.snapshot(), &task, &[]).unwrap_err();
    assert_eq!(error, StartTaskError::Count { count: 0 });
    let error = start_task(&cell.snapshot(), &task, &["a"; 11]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "11 container instances were named, not 1 to 10"
    );
}

#[test]
fn start_task_answers_for_each_instance_it_was_given() {
    let mut inactive = described("b", 1_000, 900);
    inactive.status = Some("INACTIVE".into());
    let mut disconnected = described("c", 1_000, 900);
    disconnected.agent_connected = Some(false);
    let cell = cell(&[described("a", 1_000, 900), inactive, disconnected]);
    let long = "arn:aws:ecs:us-east-1:123456789012:container-instance/default/a";
    let task = request(json!({"memory": 500}));
    let plan = start_task(&cell.snapshot(), &task, &["a", long, "b", "c", "nowhere"]).unwrap();
    assert_eq!(plan.plan().claims().len(), 1);
    let reasons: Vec<_> = plan
        .failures()
        .iter()
        .map(|failure| failure.reason().unwrap())
        .collect();
    assert_eq!(reasons, ["RESOURCE:MEMORY", "INACTIVE", "AGENT", "MISSING"]);
    assert_eq!(plan.failures()[3].arn(), Some("nowhere"));
}

#[test]
fn a_stale_plan_conflicts_only_where_it_no_longer_fits() {
    let start = cell(&[described("a", 1_000, 600), described("b", 1_000, 600)]);
    let task = request(json!({"memory": 500})).with_count(2);
    let stale = || {
        let plan = Plan::new(&start.snapshot(), &task, 0);
        plan.into_transaction("stale", ["one", "two"]).unwrap()
    };
    let rival = request(json!({"memory": 200}));
    let rival = start_task(&start.snapshot(), &rival, &["a"])
        .unwrap()
        .into_plan();

    let mut partial = start.clone();
    let first = commit(&mut partial, rival, "rival", CommitPolicy::Partial);
    assert!(first.conflicts().is_empty());
    let untouched = partial.clone();
    let second = partial.commit(&stale(), CommitPolicy::Partial).unwrap();
    assert_eq!((second.placed().len(), second.conflicts().len()), (1, 1));
    assert_eq!(
        second.conflicts()[0].reasons,
        [Reason::Memory {
            needed: 500,
            remaining: 400
        }]
    );

    let mut all_or_nothing = untouched.clone();
    let before = serde_json::to_string(&all_or_nothing).unwrap();
    let refused = all_or_nothing
        .commit(&stale(), CommitPolicy::AllOrNothing)
        .unwrap();
    assert!(refused.placed().is_empty());
    assert_eq!(serde_json::to_string(&all_or_nothing).unwrap(), before);

    let mut rebase = untouched;
    rebase.register(&registration(&described("c", 1_000, 600)));
    let moved = rebase.commit(&stale(), CommitPolicy::Rebase).unwrap();
    assert_eq!((moved.placed().len(), moved.conflicts().len()), (2, 0));
    assert_eq!(&*moved.placed()[1].instance, format!("{PREFIX}c"));
    assert_eq!(rebase.totals().conflicts, 1);

    let mut gone = start.clone();
    gone.deregister(&format!("{PREFIX}a"));
    let missing = gone.commit(&stale(), CommitPolicy::Partial).unwrap();
    assert_eq!(missing.conflicts()[0].reasons, [Reason::Missing]);
}

#[test]
fn a_planner_that_goes_back_forgets_what_came_later() {
    let zone = |number: i32| ["a", "b"][usize::from(number % 3 == 0)];
    let instance = |number: i32| {
        let memory = if number < 64 { 2_000 } else { 1_000 };
        in_zone(
            described(&format!("{number:03}"), 4_096, memory),
            zone(number),
        )
    };
    let mut cell = cell(&(0..64).map(instance).collect::<Vec<_>>());
    let before = cell.snapshot();
    // More than a cell remembers one by one, in chunks that were not there.
    for number in 64..300 {
        cell.register(&registration(&instance(number)));
    }
    let web = json!({"name": "web", "image": "web", "memory": 100});
    for strategies in [
        vec![strategy("binpack", "memory")],
        vec![strategy("spread", "attribute:ecs.availability-zone")],
        vec![strategy("spread", "instanceId")],
    ] {
        let request = request(web.clone()).with_strategies(&strategies).unwrap();
        let mut planner = Planner::new();
        let plan = planner.plan(&cell.snapshot(), &request.clone().with_count(40), 7);
        let token = format!("{strategies:?}");
        assert_eq!(
            commit(&mut cell, plan, &token, CommitPolicy::Partial).conflicts(),
            []
        );
        let after = cell.snapshot();
        for count in [1, 1, 40] {
            let request = request.clone().with_count(count);
            for snapshot in [&after, &before, &after] {
                let fresh = Plan::new(snapshot, &request, 7);
                assert_eq!(fresh.claims().len() as u32, count);
                assert_eq!(planner.plan(snapshot, &request, 7).claims(), fresh.claims());
            }
        }
    }
}

#[test]
fn documents_without_numbers_are_refused() {
    let error = Registration::try_from(&ContainerInstance::default()).unwrap_err();
    assert_eq!(error.to_string(), "the container instance has no ARN");
    let mut poor = described("a", 10, 10);
    poor.registered_resources = Some(vec![Resource::integer("CPU", 10)]);
    let error = Registration::try_from(&poor).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the registered resources of `{PREFIX}a` do not say how much CPU and memory there is"
        )
    );
}
