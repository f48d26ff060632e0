//! The introspection API and the logs, as the guide prints them.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use ecs_model::agent::{
    AgentMetadata, DockerId, InitLogRecord, IntrospectedTask, IntrospectedTasks,
    IntrospectionRequest, LogLevel, LogRecord, ReportedAgent,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

mod budget;

const FULL_ID: &str = "9581a69a761a557fbfce1d0f6745e4af5b9dbfb86b6b2c5c4df156f1a5932ff1";

fn text(name: &str) -> String {
    let path = format!(
        "{}/tests/data/introspection/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn kept<T: DeserializeOwned + Serialize>(name: &str) -> T {
    let text = text(name);
    let read: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let before: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), before, "{name}");
    read
}

#[test]
fn documents_read_and_write_back_equal() {
    for version in ["1.0.0", "1.3.0", "1.4.0"] {
        let metadata: AgentMetadata = kept(&format!("metadata-v{version}-filled"));
        assert_eq!(metadata.cluster(), Some("default"));
        let ReportedAgent::Version(agent) = metadata.agent().unwrap() else {
            panic!("{version}");
        };
        assert_eq!(agent.version.to_string(), version);
        assert!(metadata.unknown.is_empty());
    }
    let tasks: IntrospectedTasks = kept("tasks-hello_world-corrected");
    let task = &tasks.tasks.unwrap()[0];
    assert_eq!(task.revision(), Some(8));
    assert_eq!(task.containers.as_ref().unwrap().len(), 2);
    kept::<IntrospectedTasks>("tasks-hello_world-filled");
    let task: IntrospectedTask = kept("tasks-by-dockerid-corrected");
    assert!(task.unknown.is_empty());
}

#[test]
fn a_stopped_task_has_no_desired_status() {
    let tasks: IntrospectedTasks = kept("tasks-stopped-and-running-filled");
    let tasks = tasks.tasks.unwrap();
    assert_eq!(tasks[0].desired_status, None);
    assert_eq!(tasks[0].known_status(), Some("STOPPED"));
    assert_eq!(tasks[1].desired_status(), Some("RUNNING"));
}

#[test]
fn a_letter_in_an_id_is_found() {
    let task: IntrospectedTask = kept("tasks-by-dockerid-filled");
    let containers = task.containers.unwrap();
    assert_eq!(
        containers[0].full_docker_id().unwrap_err().to_string(),
        "`9581a69a761a557fbfceld0f6745e4af5b9dbfb86b6b2c5c4df156f1a5932ff1` \
         is not a full Docker id of 64 hexadecimal digits"
    );
    assert!(containers[1].full_docker_id().unwrap().is_full());
}

#[test]
fn broken_documents_are_refused() {
    for name in [
        "metadata-v1.0.0",
        "metadata-v1.3.0",
        "metadata-v1.4.0",
        "tasks-by-dockerid",
        "tasks-hello_world",
        "tasks-stopped-and-running",
    ] {
        let text = text(name);
        let expected = serde_json::from_str::<Value>(&text).map_err(|error| error.to_string());
        let read = serde_json::from_str::<IntrospectedTasks>(&text);
        assert_eq!(read.is_err(), expected.is_err(), "{name}");
    }
    let error = serde_json::from_str::<AgentMetadata>("[]").unwrap_err();
    assert!(
        error.to_string().starts_with("invalid type: sequence"),
        "{error}"
    );
    assert!(serde_json::from_str::<AgentMetadata>(r#"{"Cluster": "a""#).is_err());
}

#[test]
fn an_agent_without_a_version_is_an_old_one() {
    let metadata: AgentMetadata = serde_json::from_str(r#"{"Cluster": "default"}"#).unwrap();
    assert_eq!(metadata.agent(), Ok(ReportedAgent::BeforeVersion1));
    let odd: AgentMetadata = serde_json::from_str(r#"{"Version": "unknown"}"#).unwrap();
    assert_eq!(
        odd.agent().unwrap_err().to_string(),
        "`unknown` is not a version from byte 0 on"
    );
}

#[test]
fn paths_of_requests() {
    use IntrospectionRequest as Request;
    for (path, request) in [
        ("/v1/metadata", Request::Metadata),
        ("/v1/metadata?x=y", Request::Metadata),
        ("/v1/tasks", Request::Tasks),
        ("/v1/tasks?", Request::Tasks),
        ("/v1/tasks?taskarn=", Request::Tasks),
        (
            "/v1/tasks?taskarn=arn:a",
            Request::TaskByArn("arn:a".to_owned()),
        ),
        (
            "/v1/tasks?x=1&taskarn=a%2Fb+c%",
            Request::TaskByArn("a/b c%".to_owned()),
        ),
        (
            "/v1/tasks?dockerid=abc",
            Request::TaskByDockerId("abc".to_owned()),
        ),
        ("/v1/tasks?dockerid=a&taskarn=b", Request::TwoKeys),
        ("/license", Request::License),
        ("/v1/tasks/", Request::Other),
        ("/", Request::Other),
        ("", Request::Other),
    ] {
        assert_eq!(Request::parse(path), request, "{path}");
    }
}

#[test]
fn answers_of_the_agent() {
    let tasks: IntrospectedTasks = kept("tasks-hello_world-corrected");
    let metadata: AgentMetadata = kept("metadata-v1.4.0-filled");
    let ask = |path: &str| {
        let answer = IntrospectionRequest::parse(path).answer(&metadata, &tasks);
        (answer.status, answer.body)
    };
    let one = serde_json::to_value(&tasks.tasks.as_ref().unwrap()[0]).unwrap();
    let nothing = serde_json::json!({});
    assert_eq!(
        ask("/v1/metadata"),
        (200, serde_json::to_value(&metadata).unwrap())
    );
    assert_eq!(
        ask("/v1/tasks"),
        (200, serde_json::to_value(&tasks).unwrap())
    );
    assert_eq!(
        ask(&format!("/v1/tasks?dockerid={FULL_ID}")),
        (200, one.clone())
    );
    assert_eq!(ask("/v1/tasks?dockerid=9581a69a761a"), (200, one));
    assert_eq!(
        ask("/v1/tasks?dockerid=9581a69a761a5"),
        (404, nothing.clone())
    );
    assert_eq!(ask("/v1/tasks?dockerid=ffff"), (404, nothing.clone()));
    assert_eq!(ask("/v1/tasks?taskarn=arn:none"), (404, nothing.clone()));
    assert_eq!(
        ask("/v1/tasks?taskarn=a&dockerid=b"),
        (400, nothing.clone())
    );
    assert_eq!(ask("/license"), (501, nothing));
    assert_eq!(
        ask("/help").1.to_string(),
        r#"{"AvailableCommands":["/v1/metadata","/v1/tasks","/license"]}"#
    );
    let twice = IntrospectedTasks::default().with_tasks(vec![tasks.tasks.unwrap().remove(0); 2]);
    let request = IntrospectionRequest::parse(&format!("/v1/tasks?dockerid={FULL_ID}"));
    assert_eq!(request.answer(&metadata, &twice).status, 400);
}

#[test]
fn ids_of_containers() {
    assert!(FULL_ID.parse::<DockerId>().unwrap().is_full());
    for text in [
        "",
        "9581a69a761a",
        &FULL_ID.to_ascii_uppercase(),
        &format!("{FULL_ID}0"),
    ] {
        assert!(DockerId::parse(text).is_err(), "{text}");
    }
    assert!(DockerId::parse_short("9581a69a761a5").is_err());
    assert!(DockerId::parse_short("").is_err());
    assert!(!DockerId::parse_short("ab").unwrap().is_of(FULL_ID));
}

#[test]
fn the_log_of_the_agent() {
    let text = include_str!("data/logs/ecs-agent.log");
    let records: Vec<LogRecord<'_>> = text
        .lines()
        .map(|line| LogRecord::parse(line).unwrap())
        .collect();
    assert_eq!(records.len(), 10);
    for record in &records {
        assert_eq!(record.time().unwrap().to_string(), "2015-04-22T20:51:46Z");
        assert!(!record.stack().is_empty());
    }
    let debug: Vec<_> = records
        .iter()
        .filter(|record| record.level() == Some(LogLevel::Debug))
        .filter_map(LogRecord::message)
        .collect();
    assert_eq!(debug, ["Added update handlers"]);
    assert_eq!(records[4].message(), Some("Registered!"));
    assert_eq!(records[4].module(), Some("api client"));
    assert_eq!(records[4].stack().len(), 3);
    assert_eq!(
        records[9].get("host"),
        Some("ecs-a-1.us-west-2.amazonaws.com")
    );
    let now = r#"level=info time=2023-04-06T10:11:12Z msg="say \"hi\"\n" module=agent.go"#;
    let now = LogRecord::parse(now).unwrap();
    assert_eq!(now.level(), Some(LogLevel::Info));
    assert_eq!(now.time().unwrap().to_string(), "2023-04-06T10:11:12Z");
    assert_eq!(now.message(), Some("say \"hi\"\n"));
    assert!(now.stack().is_empty());
}

#[test]
fn lines_that_are_none() {
    for (line, message) in [
        ("t=1 stack", "expected a name, `=` and a value at byte 4"),
        ("  =1", "expected a name, `=` and a value at byte 2"),
        ("a b=1", "expected a name, `=` and a value at byte 0"),
        ("t=1 msg=\"a", "expected the end of a quote begun at byte 4"),
        ("msg=\"a\\\"", "expected the end of a quote begun at byte 0"),
    ] {
        let error = LogRecord::parse(line).unwrap_err();
        assert_eq!(error.to_string(), message, "{line}");
    }
    let broken = include_str!("data/logs/ecs-agent-as-in-seed.log");
    assert!(broken.lines().any(|line| LogRecord::parse(line).is_err()));
    assert_eq!(LogRecord::parse("").unwrap().iter().count(), 0);
    for (line, message) in [
        (
            "2015-04-22T20:51:45Z pre-start",
            "expected a level in brackets at byte 0",
        ),
        (
            "yesterday [INFO] a",
            "expected a time at byte 0: \
             invalid timestamp `yesterday`: expected a number or a date at byte 0",
        ),
        (
            "2015-04-22T20:51:45Z [LOUD] a",
            "expected a level in brackets at byte 22",
        ),
        (
            "2015-04-22T20:51:45Z [INFO a",
            "expected a level in brackets at byte 22",
        ),
    ] {
        let error = InitLogRecord::parse(line).unwrap_err();
        assert_eq!(chain::chain(&error), message, "{line}");
    }
}

#[test]
fn the_log_of_ecs_init() {
    let text = include_str!("data/logs/ecs-init.log");
    let messages: Vec<&str> = text
        .lines()
        .map(|line| InitLogRecord::parse(line).unwrap())
        .inspect(|record| assert_eq!(record.level, LogLevel::Info))
        .map(|record| record.message)
        .collect();
    assert_eq!(
        messages,
        [
            "pre-start",
            "Loading Amazon EC2 Container Service Agent into Docker",
            "start",
            "No existing agent container to remove.",
            "Starting Amazon EC2 Container Service Agent",
        ]
    );
}

proptest! {
    #![proptest_config(budget::config())]

    #[test]
    fn anything_can_be_read(text in "(?s).{0,120}") {
        let _ = LogRecord::parse(&text).map(|record| (record.time(), record.level()));
        let _ = InitLogRecord::parse(&text);
        let _ = DockerId::parse_short(&text);
        let request = IntrospectionRequest::parse(&format!("/v1/tasks?{text}"));
        let _ = request.answer(&AgentMetadata::default(), &IntrospectedTasks::default());
        let _ = IntrospectionRequest::parse(&text);
        let _ = serde_json::from_str::<IntrospectedTasks>(&text);
    }

    #[test]
    fn quoted_values_come_back(value in "[ -~]{0,20}", plain in "[a-z]{1,9}") {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        let line = format!("t=1 {plain}=\"{escaped}\" z={plain}");
        let record = LogRecord::parse(&line).unwrap();
        prop_assume!(plain != "t");
        prop_assert_eq!(record.get(&plain), Some(value.as_str()));
    }

    #[test]
    fn times_with_any_offset(time in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9:+-]{0,20}") {
        let line = format!("t={time}");
        let _ = LogRecord::parse(&line).unwrap().time();
    }
}
