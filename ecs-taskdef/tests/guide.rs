//! The documents of the Amazon ECS Developer Guide of 2015 and of the texts on
//! ECS Anywhere.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use ecs_arn::Scope;
use ecs_taskdef::{
    Document, Findings, Persistence, Reading, Registry, RuleSet, TaskDefinition, Timestamp,
    Validator,
};
use serde_json::Value;

macro_rules! guide {
    ($name:literal) => {
        include_str!(concat!("data/guide/", $name, ".json"))
    };
}

const VALID: [&str; 9] = [
    guide!("console-sample-app"),
    guide!("database_scratch-whole"),
    guide!("hello_world"),
    guide!("sleep360"),
    guide!("test-volumes-from"),
    guide!("webdata-whole"),
    guide!("webroot-whole"),
    guide!("external-web-app"),
    guide!("external-web-app-corrected"),
];

fn task(text: &str) -> TaskDefinition {
    serde_json::from_str(text).unwrap()
}

fn rules(findings: &Findings) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_documents_are_valid_and_keep_their_json() {
    for text in VALID {
        let document: Value = serde_json::from_str(text).unwrap();
        let task = task(text);
        assert_eq!(serde_json::to_value(&task).unwrap(), document);
        assert!(!task.validate().has_errors(), "{}", task.validate());
        let guide = Validator::default().with_rules(RuleSet::GUIDE_2015);
        let external = task.requires_compatibilities.is_some();
        assert_eq!(
            guide.validate(&task).has_errors(),
            external,
            "{}",
            guide.validate(&task)
        );
    }
}

#[test]
fn an_external_task_that_logs_without_a_role_is_warned_of() {
    assert_eq!(
        rules(&task(guide!("external-web-app")).validate()),
        [
            "warning[external-ecr-execution-role] /containerDefinitions/0/image: no execution role \
             to pull `123456789.dkr.ecr.us-east-1.amazonaws.com/my-app:latest` from Amazon ECR",
            "warning[external-awslogs-execution-role] \
             /containerDefinitions/0/logConfiguration/logDriver: \
             no execution role to write to CloudWatch Logs",
        ]
    );
}

#[test]
fn the_skeleton_is_read_and_everything_in_it_is_wrong() {
    let task = task(guide!("template"));
    let guide = Validator::default().with_rules(RuleSet::GUIDE_2015);
    assert_eq!(
        rules(&guide.validate(&task)),
        [
            "warning[protocol-value] /containerDefinitions/0/portMappings/0/protocol: `` is not one of `tcp`, `udp`",
            "error[family-characters] /family: `` is not 1 to 255 letters, digits, hyphens and underscores",
            "warning[container-memory-minimum] /containerDefinitions/0/memory: 0 MiB, at least 4",
            "error[container-name-required] /containerDefinitions/0/name: the container has no name",
            "error[container-image-required] /containerDefinitions/0/image: the container has no image",
            "error[environment-name-required] /containerDefinitions/0/environment/0/name: the variable has no name",
            "error[container-port] /containerDefinitions/0/portMappings/0/containerPort: port 0, not 1 to 65535",
            "error[links-target] /containerDefinitions/0/links/0: `` is neither `name` nor `name:alias`",
            "error[links-cycle] /containerDefinitions/0/links: a circle:  -> ",
            "error[volumes-from-target] /containerDefinitions/0/volumesFrom/0/sourceContainer: the container takes its own volumes",
            "error[volume-name-required] /volumes/0/name: the volume has no name",
            "error[source-path-blank] /volumes/0/host/sourcePath: the source path is empty",
            "error[mount-point-path] /containerDefinitions/0/mountPoints/0/containerPath: the mount point has no path in the container",
        ]
    );
}

#[test]
fn the_guide_has_its_own_limits() {
    let guide = Validator::default().with_rules(RuleSet::GUIDE_2015);
    let mut sleep = task(guide!("sleep360"));
    let container = &mut sleep.container_definitions.as_mut().unwrap()[0];
    container.memory = None;
    container.memory_reservation = Some(10);
    assert!(!sleep.validate().has_errors());
    assert_eq!(
        rules(&guide.validate(&sleep))[0],
        "error[container-memory-required] /containerDefinitions/0/memory: `memory` is missing"
    );
    let container = &mut sleep.container_definitions.as_mut().unwrap()[0];
    container.memory = Some(10);
    container.memory_reservation = None;
    container.command = Some(vec!["x".repeat(32_768)]);
    assert!(!sleep.validate().has_errors());
    let findings = guide.validate(&sleep);
    let size = findings.errors().next().expect("more than 32 KiB");
    assert_eq!(
        size.to_string(),
        "error[definition-size]: 32902 bytes as JSON, at most 32768"
    );
}

#[test]
fn containers_alone_are_read() {
    let texts = [
        guide!("register-task-definition-inline-container-definitions"),
        guide!("wizard-sample-containers"),
    ];
    for text in texts {
        let document = Document::read(text.as_bytes(), Reading::Lenient).unwrap();
        let findings = document.validate(&Validator::default());
        assert_eq!(
            rules(&findings),
            ["note[containers-alone]: a list of containers without a definition around it"]
        );
        assert!(
            !document
                .task_definition()
                .container_definitions()
                .is_empty()
        );
        let second = document.position("/containerDefinitions/0/cpu");
        assert!(second.offset > 1);
    }
}

#[test]
fn a_registered_definition_is_described_as_the_guide_shows() {
    let mut registry = Registry::new(&Scope::new("us-east-1", "123456789012").unwrap());
    let now = Timestamp::from_seconds(0);
    let described = registry.register(&task(guide!("sleep360")), now).unwrap();
    let shown = Document::read(
        guide!("register-task-definition-corrected").as_bytes(),
        Reading::Lenient,
    );
    let shown = shown.unwrap().into_task_definition();
    assert_eq!(described.task_definition_arn, shown.task_definition_arn);
    assert_eq!(described.revision, shown.revision);
    assert_eq!(described.volumes, shown.volumes);
    assert!(described.is_equivalent(&shown));
    let (ours, theirs) = (
        &described.container_definitions()[0],
        &shown.container_definitions()[0],
    );
    assert_eq!(ours.environment, theirs.environment);
    assert_eq!(ours.port_mappings, theirs.port_mappings);
    assert_eq!(ours.volumes_from, theirs.volumes_from);
    assert_eq!(ours.mount_points, theirs.mount_points);
}

#[test]
fn needs_and_mounts_of_the_documents() {
    let needs = task(guide!("hello_world")).requirements();
    assert_eq!(
        (needs.cpu, needs.memory, needs.tcp_ports.as_slice()),
        (20, 1_000, &[80][..])
    );
    assert!(!needs.fits_twice_on_one_instance());
    let needs = task(guide!("sleep360")).requirements();
    assert_eq!((needs.cpu, needs.memory), (10, 10));
    assert_eq!(
        task(guide!("hello_world")).start_order().unwrap(),
        ["mysql", "wordpress"]
    );
    let volumes_from = task(guide!("test-volumes-from"));
    let mounts = volumes_from.effective_mounts("busybox").unwrap();
    let paths: Vec<&str> = mounts.iter().map(|mount| mount.container_path).collect();
    assert_eq!(
        paths,
        [
            "/usr/local/apache2/htdocs/empty_volume",
            "/usr/local/apache2/htdocs/host_etc"
        ]
    );
    let persistence: Vec<Persistence> = volumes_from
        .volumes()
        .iter()
        .map(|volume| volume.persistence())
        .collect();
    assert_eq!(
        persistence,
        [Persistence::TaskOnly, Persistence::BeyondTask]
    );
}

#[test]
fn the_documents_as_printed_are_no_json() {
    for (text, message) in [
        (
            include_str!("data/guide/console-sample-app-as-printed.json.txt"),
            "not JSON at line 51 column 0: \
             control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (
            include_str!("data/guide/template-as-printed.json.txt"),
            "not JSON at line 46 column 12: expected `,` or `]`",
        ),
    ] {
        let refused = Document::read(text.as_bytes(), Reading::Lenient).unwrap_err();
        assert_eq!(chain::chain(&refused), message);
    }
}
