//! The agent's variables: the table, the files of the guide, and values that are wrong.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use core::time::Duration;

use ecs_model::agent::{
    AgentConfig, AgentContainer, CgroupMount, Component, ConfigValue, DefaultValue, EcsConfig,
    HostOs, LogLevel, Origin, Secrets, UnwritableVariable, Variable, VariableKind,
};
use ecs_model::{Edition, Resources};
use proptest::prelude::*;

mod budget;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

const ALL_PARAMETERS: &str = include_str!("data/agent/ecs.config.all-parameters");

fn linux(text: &str) -> AgentConfig {
    AgentConfig::new(&EcsConfig::parse(text), HostOs::Linux)
}

fn of_2015(text: &str) -> AgentConfig {
    AgentConfig::of_edition(&EcsConfig::parse(text), HostOs::Linux, Edition::Guide2015)
}

fn findings(config: &AgentConfig) -> Vec<String> {
    config.findings().iter().map(ToString::to_string).collect()
}

fn line_findings(text: &str) -> Vec<String> {
    let config = EcsConfig::parse(text);
    config.findings().iter().map(ToString::to_string).collect()
}

fn duration(config: &AgentConfig, name: &str) -> Duration {
    match config.setting(name).unwrap().value {
        Some(ConfigValue::Duration(length)) => length,
        ref other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_default_can_be_read() {
    for os in [HostOs::Linux, HostOs::Windows] {
        for edition in [Edition::Guide2015, Edition::Current] {
            let config = AgentConfig::of_edition(&EcsConfig::default(), os, edition);
            for variable in Variable::ALL {
                let setting = config.setting(variable.name).unwrap();
                let DefaultValue::Value(text) = variable.default(edition, os) else {
                    continue;
                };
                assert!(setting.value.is_some(), "{variable}: {text}");
                assert_eq!(setting.origin, Origin::Default, "{variable}");
            }
            assert!(config.findings().is_empty());
        }
    }
}

#[test]
fn names_are_unique_and_explained() {
    for (index, variable) in Variable::ALL.iter().enumerate() {
        let first = Variable::ALL
            .iter()
            .position(|other| other.name == variable.name);
        assert_eq!(first, Some(index), "{variable}");
        assert!(variable.about.len() > 10, "{variable}");
        assert!(!variable.about.ends_with('.'), "{variable}");
        assert!(!variable.kind.describe().is_empty());
    }
    let init = Variable::ALL
        .iter()
        .filter(|variable| variable.component == Component::EcsInit);
    assert_eq!(init.count(), 4);
}

#[test]
fn the_table_of_2015() {
    let table = include_str!("data/agent/environment-variables.csv");
    let mut of_the_guide = 0;
    for variable in Variable::ALL
        .iter()
        .filter(|variable| variable.is_in_guide_2015())
    {
        assert!(
            table.contains(&format!("\n{},", variable.name)),
            "{variable}"
        );
        of_the_guide += 1;
    }
    assert_eq!(of_the_guide, 19);
    let config = of_2015("");
    assert_eq!(config.cluster(), "default");
    assert_eq!(
        Vec::from_iter(config.reserved_ports()),
        [22, 2_375, 2_376, 51_678]
    );
    assert!(config.reserved_ports_udp().is_empty());
    assert_eq!(config.log_level(), LogLevel::Warn);
    assert_eq!(config.log_file_level(), None);
    assert_eq!(config.data_dir(), None);
    assert!(!config.checkpoint());
    assert!(!config.updates_enabled());
    assert!(config.sends_metrics());
    assert_eq!(config.reserved_memory(), 0);
    assert_eq!(
        config.setting("AWS_DEFAULT_REGION").unwrap().origin,
        Origin::InstanceMetadata
    );
    assert_eq!(
        config.setting("ECS_DOCKER_GRAPH_PATH").unwrap().value,
        Some(ConfigValue::Text("/var/lib/docker".to_owned()))
    );
}

#[test]
fn the_file_with_all_parameters() {
    let file = EcsConfig::parse(ALL_PARAMETERS);
    assert_eq!(
        line_findings(ALL_PARAMETERS),
        [
            "note[config-variable-retired] line 15: `ECS_UPDATE_DOWNLOAD_DIR` is of 2015: today's agent does not read it",
            "note[config-variable-retired] line 17: `ECS_DOCKER_GRAPH_PATH` is of 2015: today's agent does not read it",
        ]
    );
    let config = of_2015(ALL_PARAMETERS);
    assert!(config.findings().contains("config-value"));
    assert_eq!(config.cluster(), "MyCluster");
    assert_eq!(
        Vec::from_iter(config.reserved_ports()),
        [22, 80, 5_000, 8_080]
    );
    assert_eq!(Vec::from_iter(config.reserved_ports_udp()), [53, 123]);
    assert_eq!(config.region(), Some("us-east-1"));
    assert_eq!(config.log_level(), LogLevel::Info);
    assert_eq!(config.log_file_level(), Some(LogLevel::Debug));
    assert_eq!(linux(ALL_PARAMETERS).log_file_level(), Some(LogLevel::Info));
    assert!(config.checkpoint());
    assert!(config.updates_enabled());
    assert_eq!(config.reserved_memory(), 32);
    let again = EcsConfig::parse(&file.to_file(Secrets::Include).unwrap().text);
    assert_eq!(Vec::from_iter(again.iter()), Vec::from_iter(file.iter()));
}

#[test]
fn secrets_show_only_when_asked_for() {
    let text = format!(
        "{ALL_PARAMETERS}\nAWS_SESSION_TOKEN=tokentoken\nHTTP_PROXY=me:hunter2@proxy:80\n\
         ECS_LOG_OPTS={{\"splunk-token\":\"abcdef\"}}\nMY_OWN=private\n# AWS_SECRET=hidden\n\
         ZG9ja2VyOnB3\n\"auth\":\"ZG9ja2VyOnB3ZA=\nZG9ja2VyOnB3MQ=="
    );
    let secrets = [
        "zq212MzEXAMPLE7o6T25Dk0i",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxrFiCYEXAMPLEKEY",
        "tokentoken",
        "hunter2",
        "abcdef",
        "private",
        "hidden",
        "ZG9ja2VyOnB3",
    ];
    let file = EcsConfig::parse(&text);
    let config = AgentConfig::new(&file, HostOs::Linux);
    let shown = [
        format!("{file:?}"),
        format!("{file:#?}"),
        serde_json::to_string(&file).unwrap(),
        format!("{config:?}"),
        format!("{:?} {:?}", file.findings(), config.findings()),
        format!("{:?}", config.registry_auth()),
        format!("{:?}", file.to_user_data().unwrap()),
        format!("{:?}", file.to_env_args(Secrets::LeaveOut).unwrap()),
    ];
    for text in shown {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert_eq!(file.get("AWS_SESSION_TOKEN"), Some("tokentoken"));
    assert_eq!(
        file.to_user_data().unwrap().left_out,
        [
            "ECS_ENGINE_AUTH_DATA",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "HTTP_PROXY",
            "ECS_LOG_OPTS",
            "MY_OWN",
            "[redacted]",
            "[redacted]",
            "[redacted]",
        ]
    );
}

#[test]
fn every_suspicious_line() {
    for (line, finding) in [
        (
            "ECS_CLUSTER",
            "warning[config-no-assignment] line 1: a line without `=` is skipped",
        ),
        (
            "# a remark",
            "note[config-remark] line 1: a line without `=` is skipped",
        ),
        (
            "#ECS_CLUSTER=a",
            "warning[config-comment] line 1: `#` starts no comment: the line sets a variable with `#` in its name",
        ),
        (
            "ECS_CLUSTER =a",
            "warning[config-blank] line 1: the blank before `=` makes it another variable than `ECS_CLUSTER`",
        ),
        (
            "ECS_CLUSTER= a",
            "warning[config-blank] line 1: the blank after `=` belongs to the value",
        ),
        (
            "ECS_CLUSTER=\"a\"",
            "warning[config-quotes] line 1: the quotes belong to the value",
        ),
        (
            "ECS_CLUSTER=\u{201c}a\u{201d}",
            "warning[config-quotes] line 1: the quotes belong to the value",
        ),
        (
            "ECS_CLUSTER=$NAME",
            "warning[config-expansion] line 1: `$` stands for itself: no variable is replaced",
        ),
        (
            "ECS_CLUSTER=a # mine",
            "warning[config-trailing-comment] line 1: `#` starts no comment: it belongs to the value",
        ),
        (
            "export ECS_CLUSTER=a",
            "warning[config-name] line 1: `export` belongs to the name: the file is no shell script",
        ),
        (
            "ECS_RE-SERVED_PORTS=[22]",
            "warning[config-variable-unknown] line 1: not a variable of the agent: did you mean `ECS_RESERVED_PORTS`?",
        ),
        (
            "ecs_cluster=a",
            "warning[config-variable-unknown] line 1: not a variable of the agent: did you mean `ECS_CLUSTER`?",
        ),
        (
            "ECS_COLOUR=a",
            "warning[config-variable-unknown] line 1: `ECS_COLOUR` is not a variable of the agent",
        ),
        (
            "colour=a",
            "warning[config-variable-unknown] line 1: not a variable of the agent",
        ),
        (
            "a b=c",
            "warning[config-name] line 1: what stands before `=` is no name of a variable",
        ),
        (
            "=c",
            "warning[config-name] line 1: what stands before `=` is no name of a variable",
        ),
    ] {
        assert_eq!(line_findings(line), [finding], "{line}");
    }
    assert_eq!(
        line_findings("ECS_CLUSTER=a\r\n\r\nECS_CLUSTER=b"),
        ["warning[config-duplicate] line 3: `ECS_CLUSTER` is already set; this value holds"]
    );
    assert_eq!(
        EcsConfig::parse("ECS_CLUSTER=a=b").get("ECS_CLUSTER"),
        Some("a=b")
    );
    assert_eq!(EcsConfig::parse("# A=b").get("# A"), Some("b"));
    assert_eq!(
        line_findings(include_str!("data/agent/ecs.config.docker")),
        [""; 0]
    );
}

#[test]
fn sources_override_each_other() {
    let instance = EcsConfig::parse("ECS_EXTERNAL=true\nAWS_DEFAULT_REGION=eu-west-1");
    let user = EcsConfig::parse("ECS_CLUSTER=web\nECS_LOGLEVEL=debug");
    let environment = EcsConfig::from_environment([
        ("PATH", "/bin"),
        ("ECS_LOGLEVEL", "warn"),
        ("ECS_CLUSTER", ""),
    ]);
    let given = instance.overridden_by(user).overridden_by(environment);
    assert_eq!(given.get("PATH"), None);
    let config = AgentConfig::new(&given, HostOs::Linux);
    assert_eq!(config.cluster(), "web");
    assert_eq!(config.log_level(), LogLevel::Warn);
    assert!(config.is_external());
    assert!(config.findings().is_empty());
}

#[test]
fn lines_say_where_they_are() {
    let config = EcsConfig::parse("A_B=1\r\n  ECS_CLUSTER=\u{e4} #b\n# remark");
    let places: Vec<(&str, usize, usize, usize)> = config
        .findings()
        .iter()
        .map(|one| {
            let place = one.position.unwrap();
            (one.rule.id, place.line, place.column, place.offset)
        })
        .collect();
    assert_eq!(
        places,
        [
            ("config-variable-unknown", 1, 1, 0),
            ("config-trailing-comment", 2, 15, 21),
            ("config-remark", 3, 1, 27),
        ]
    );
    assert_eq!(
        serde_json::to_value(config.findings()).unwrap()[2],
        serde_json::json!({
            "rule": "config-remark",
            "severity": "note",
            "pointer": "",
            "line": 3,
            "column": 1,
            "message": "a line without `=` is skipped",
            "launchTypes": ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"],
        })
    );
}

#[test]
fn bad_values_warn_and_leave_the_default() {
    for (line, finding) in [
        (
            "ECS_RESERVED_PORTS=22,80",
            "warning[config-value] /ECS_RESERVED_PORTS: \
             `ECS_RESERVED_PORTS` is not a JSON list of ports such as `[22, 80]`: \
             the default holds",
        ),
        (
            "ECS_RESERVED_PORTS=[70000]",
            "warning[config-value] /ECS_RESERVED_PORTS: \
             `ECS_RESERVED_PORTS` is not a JSON list of ports such as `[22, 80]`: \
             the default holds",
        ),
        (
            "ECS_RESERVED_PORTS=[]",
            "warning[config-unset] /ECS_RESERVED_PORTS: \
             an empty or zero `ECS_RESERVED_PORTS` counts as none: the default holds",
        ),
        (
            "ECS_RESERVED_MEMORY=64MB",
            "warning[config-value] /ECS_RESERVED_MEMORY: \
             `ECS_RESERVED_MEMORY` is not a whole number: the default holds",
        ),
        (
            "ECS_RESERVED_MEMORY=65536",
            "warning[config-limits] /ECS_RESERVED_MEMORY: \
             `ECS_RESERVED_MEMORY` is outside of its limits: the default holds",
        ),
        (
            "ECS_DISABLE_METRICS=yes",
            "warning[config-value] /ECS_DISABLE_METRICS: \
             `ECS_DISABLE_METRICS` is not `true` or `false`: the default holds",
        ),
        (
            "ECS_IMAGE_PULL_BEHAVIOR=never",
            "warning[config-value] /ECS_IMAGE_PULL_BEHAVIOR: \
             `ECS_IMAGE_PULL_BEHAVIOR` is not one of `default`, `always`, `once`, \
             `prefer-cached`: the default holds",
        ),
        (
            "ECS_TASK_METADATA_RPS_LIMIT=40",
            "warning[config-value] /ECS_TASK_METADATA_RPS_LIMIT: \
             `ECS_TASK_METADATA_RPS_LIMIT` is not two whole numbers such as `40,60`: \
             the default holds",
        ),
        (
            "ECS_DYNAMIC_HOST_PORT_RANGE=60000-50000",
            "warning[config-value] /ECS_DYNAMIC_HOST_PORT_RANGE: \
             `ECS_DYNAMIC_HOST_PORT_RANGE` is not a range of ports such as \
             `49152-65535`: the default holds",
        ),
        (
            "ECS_LOG_MAX_FILE_SIZE_MB=-1",
            "warning[config-value] /ECS_LOG_MAX_FILE_SIZE_MB: \
             `ECS_LOG_MAX_FILE_SIZE_MB` is not a number above zero: the default holds",
        ),
        (
            "ECS_VOLUME_PLUGIN_CAPABILITIES=efsAuth",
            "warning[config-value] /ECS_VOLUME_PLUGIN_CAPABILITIES: \
             `ECS_VOLUME_PLUGIN_CAPABILITIES` is not a JSON list of strings: \
             the default holds",
        ),
        (
            "ECS_PAUSE_LABELS=[]",
            "warning[config-value] /ECS_PAUSE_LABELS: \
             `ECS_PAUSE_LABELS` is not a JSON object of strings: the default holds",
        ),
        (
            "ECS_IMAGE_PULL_TIMEOUT=2",
            "warning[config-value] /ECS_IMAGE_PULL_TIMEOUT: \
             `ECS_IMAGE_PULL_TIMEOUT` is not a duration such as `1h30m`: \
             the default holds",
        ),
        (
            "ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND=true",
            "warning[config-not-applicable] /ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND: \
             `ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND` has no meaning on this \
             operating system",
        ),
        (
            "ECS_INSTANCE_ATTRIBUTES={a:b}",
            "error[config-fatal] /ECS_INSTANCE_ATTRIBUTES: \
             `ECS_INSTANCE_ATTRIBUTES` is not a JSON object of strings: \
             the agent does not start",
        ),
        (
            "ECS_EXTERNAL=true",
            "error[config-fatal] /AWS_DEFAULT_REGION: \
             an external instance needs `AWS_DEFAULT_REGION`",
        ),
        (
            "ECS_AVAILABLE_LOGGING_DRIVERS=[\"json-file\",\"papyrus\"]",
            "error[config-fatal] /ECS_AVAILABLE_LOGGING_DRIVERS: \
             `papyrus` is not a logging driver that the agent knows",
        ),
    ] {
        let config = linux(line);
        assert_eq!(findings(&config), [finding], "{line}");
    }
    assert_eq!(linux("ECS_RESERVED_PORTS=[]").reserved_ports().len(), 5);
    assert!(linux("ECS_RESERVED_MEMORY=0").findings().is_empty());
    assert!(linux("ECS_EXTERNAL=true").findings().has_errors());
}

#[test]
fn durations_keep_their_limits() {
    const SECOND: Duration = Duration::from_secs(1);
    for (name, given, holds, is_quiet) in [
        ("ECS_CONTAINER_STOP_TIMEOUT", "1h30m", SECOND * 5_400, true),
        ("ECS_CONTAINER_STOP_TIMEOUT", "1s", SECOND, true),
        ("ECS_CONTAINER_STOP_TIMEOUT", "10ms", SECOND, false),
        ("ECS_CONTAINER_STOP_TIMEOUT", "-5s", SECOND, false),
        ("ECS_CONTAINER_STOP_TIMEOUT", "0", SECOND * 30, false),
        ("ECS_CONTAINER_START_TIMEOUT", "44s", SECOND * 45, false),
        ("ECS_CONTAINER_CREATE_TIMEOUT", "30s", SECOND * 60, false),
        ("ECS_MANIFEST_PULL_TIMEOUT", "29s", SECOND * 30, false),
        (
            "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT",
            "1s",
            SECOND * 60,
            false,
        ),
        ("ECS_IMAGE_CLEANUP_INTERVAL", "9m59s", SECOND * 1_800, false),
        ("ECS_IMAGE_CLEANUP_INTERVAL", "10m", SECOND * 600, true),
        (
            "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION",
            "10ms",
            SECOND * 10_800,
            false,
        ),
        ("ECS_POLLING_METRICS_WAIT_DURATION", "1s", SECOND * 5, false),
        (
            "ECS_POLLING_METRICS_WAIT_DURATION",
            "1m",
            SECOND * 20,
            false,
        ),
        ("ECS_CGROUP_CPU_PERIOD", "7ms", SECOND / 10, false),
        ("ECS_CGROUP_CPU_PERIOD", "101ms", SECOND / 10, false),
        ("ECS_CGROUP_CPU_PERIOD", "8ms", SECOND / 125, true),
        (
            "ECS_IMAGE_MINIMUM_CLEANUP_AGE",
            "-1h",
            SECOND * 3_600,
            false,
        ),
        ("ECS_IMAGE_MINIMUM_CLEANUP_AGE", "1ms", SECOND / 1_000, true),
    ] {
        let config = linux(&format!("{name}={given}"));
        assert_eq!(duration(&config, name), holds, "{name}={given}");
        assert_eq!(config.findings().is_empty(), is_quiet, "{name}={given}");
    }
    let raised = linux("ECS_CONTAINER_START_TIMEOUT=44s");
    assert_eq!(
        findings(&raised),
        ["warning[config-limits] /ECS_CONTAINER_START_TIMEOUT: \
             `ECS_CONTAINER_START_TIMEOUT` is outside of its limits: 45s holds"]
    );
    let given = EcsConfig::default().with("ECS_CONTAINER_START_TIMEOUT", "1m");
    let windows = AgentConfig::new(&given, HostOs::Windows);
    assert_eq!(
        duration(&windows, "ECS_CONTAINER_START_TIMEOUT"),
        SECOND * 120
    );
    assert_eq!(
        linux("ECS_TASK_PIDS_LIMIT=0")
            .setting("ECS_TASK_PIDS_LIMIT")
            .unwrap()
            .value,
        None
    );
}

#[test]
fn checkpoint_follows_the_data_directory() {
    for (text, expected) in [
        ("", false),
        ("ECS_DATADIR=", false),
        ("ECS_DATADIR=/data", true),
        ("ECS_DATADIR=/data\nECS_CHECKPOINT=false", false),
        ("ECS_CHECKPOINT=true", true),
        ("ECS_DATADIR=/data\nECS_CHECKPOINT=perhaps", true),
    ] {
        assert_eq!(linux(text).checkpoint(), expected, "{text}");
    }
    assert_eq!(linux("").data_dir(), Some("/data/"));
}

#[test]
fn the_level_of_the_log_file() {
    for (text, now, then) in [
        ("", None, None),
        ("ECS_LOGLEVEL=debug", None, None),
        (
            "ECS_LOGFILE=/a.log",
            Some(LogLevel::Info),
            Some(LogLevel::Debug),
        ),
        (
            "ECS_LOGFILE=/a.log\nECS_LOGLEVEL=CRIT",
            Some(LogLevel::Crit),
            Some(LogLevel::Debug),
        ),
        (
            "ECS_LOGFILE=/a.log\nECS_LOG_DRIVER=syslog",
            None,
            Some(LogLevel::Debug),
        ),
        (
            "ECS_LOGFILE=/a.log\nECS_LOG_DRIVER=syslog\nECS_LOGLEVEL_ON_INSTANCE=warn",
            Some(LogLevel::Warn),
            Some(LogLevel::Debug),
        ),
    ] {
        assert_eq!(linux(text).log_file_level(), now, "{text}");
        assert_eq!(of_2015(text).log_file_level(), then, "{text}");
    }
}

#[test]
fn registered_resources() {
    let config = linux("ECS_RESERVED_MEMORY=4096");
    assert_eq!(
        config
            .registered_resources(1_024, 4_095)
            .unwrap_err()
            .to_string(),
        "reserved memory is higher than available memory on the host, total memory: 4095, \
         reserved: 4096"
    );
    let all = config.registered_resources(1_024, 4_096).unwrap();
    assert_eq!(Resources::new(&all).memory(), Some(0));
    assert_eq!(Resources::new(&all).cpu(), Some(1_024));
    assert!(config.registered_resources(0, i32::MIN).is_err());
    let given = EcsConfig::default().with("ECS_ENABLE_TASK_IAM_ROLE", "true");
    let windows = AgentConfig::new(&given, HostOs::Windows);
    assert_eq!(
        Vec::from_iter(windows.reserved_ports()),
        [
            53, 80, 135, 139, 445, 2_375, 2_376, 3_389, 5_985, 5_986, 51_678, 51_679
        ]
    );
}

#[test]
fn attributes_and_tags() {
    let config = linux(
        "ECS_INSTANCE_ATTRIBUTES={\"stack\":\"prod\",\"rack\":\"\"}\n\
         ECS_CONTAINER_INSTANCE_TAGS={\"team\":\"web\"}",
    );
    let attributes = config.instance_attributes();
    assert_eq!(attributes[0].name(), Some("stack"));
    assert_eq!(attributes[1].value(), Some(""));
    assert_eq!(config.container_instance_tags()[0].key(), Some("team"));
}

#[test]
fn writers() {
    let config = EcsConfig::parse(include_str!("data/agent/ecs.config.docker"));
    assert_eq!(
        config.to_env_args(Secrets::LeaveOut).unwrap().text,
        ["--env=ECS_ENGINE_AUTH_TYPE=docker"]
    );
    assert_eq!(config.to_env_args(Secrets::Include).unwrap().text.len(), 2);
    assert_eq!(
        EcsConfig::default().to_user_data().unwrap().text,
        "#!/bin/bash\n"
    );
    for value in ["a\nEOF\nrm -rf /", "a ", "a\0"] {
        let broken = EcsConfig::default().with("ECS_CLUSTER", value);
        assert_eq!(
            broken.to_user_data().unwrap_err().to_string(),
            "the value of `ECS_CLUSTER` has a line break or ends in a blank"
        );
    }
    let unnamed = EcsConfig::parse("a b=c");
    assert_eq!(
        unnamed.to_file(Secrets::Include),
        Err(UnwritableVariable::Name)
    );
    assert_eq!(
        UnwritableVariable::Name.to_string(),
        "a name that is not letters, digits and underscores cannot be written"
    );
}

#[test]
fn the_container_of_the_agent() {
    let script = include_str!("data/agent/docker-run-agent.sh");
    let expected: Vec<&str> = script
        .split_whitespace()
        .filter(|word| *word != "\\")
        .skip(3)
        .collect();
    let config = EcsConfig::parse(
        "ECS_LOGFILE=/log/ecs-agent.log\nECS_LOGLEVEL=info\nECS_DATADIR=/data\n\
         ECS_CLUSTER=cluster_name\nAWS_SESSION_TOKEN=hidden",
    );
    let mut container = AgentContainer::default();
    let run = container.docker_run(&config, Secrets::LeaveOut).unwrap();
    assert_eq!(run.text, expected);
    assert_eq!(run.left_out, ["AWS_SESSION_TOKEN"]);
    container.cgroups = CgroupMount::Root;
    let run = container.docker_run(&config, Secrets::Include).unwrap();
    assert!(
        run.text
            .contains(&"--volume=/cgroup:/sys/fs/cgroup:ro".to_owned())
    );
    assert!(
        run.text
            .contains(&"--env=AWS_SESSION_TOKEN=hidden".to_owned())
    );
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn the_table_is_that_of_the_agent() {
    let text = conformance_data::read("api/agent-config.json");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = document["variables"].as_array().unwrap();
    assert_eq!(rows.len(), Variable::ALL.len());
    for row in rows {
        let name = row["name"].as_str().unwrap();
        let variable = Variable::named(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(variable.is_in_guide_2015(), row["in_2015_guide"], "{name}");
        let is_init = variable.component == Component::EcsInit;
        assert_eq!(is_init, row["component"] == "ecs-init", "{name}");
        for (os, key) in [
            (HostOs::Linux, "default_linux"),
            (HostOs::Windows, "default_windows"),
        ] {
            let DefaultValue::Value(ours) = variable.default(Edition::Current, os) else {
                continue;
            };
            if let Some(theirs) = row[key].as_str() {
                assert_eq!(ours, theirs, "{name}");
            }
        }
        let kind = row["type"].as_str().unwrap();
        match variable.kind {
            VariableKind::Ports => assert_eq!(kind, "JSON array of uint16"),
            VariableKind::Duration(_) => assert!(kind.starts_with("duration"), "{name}"),
            VariableKind::Switch => {
                assert!(
                    kind.starts_with("bool") || kind == "string",
                    "{name}: {kind}"
                );
            }
            _ => assert!(
                !kind.starts_with("bool") && !kind.starts_with("duration"),
                "{name}"
            ),
        }
    }
}

proptest! {
    #![proptest_config(budget::config())]

    #[test]
    fn anything_can_be_read(text in "(?s).{0,200}", value in "(?s).{0,60}") {
        let mut given = EcsConfig::parse(&text);
        for variable in Variable::ALL {
            given = given.with(variable.name, value.clone());
        }
        for os in [HostOs::Linux, HostOs::Windows] {
            let _ = format!("{:?}", AgentConfig::new(&given, os));
        }
    }

    #[test]
    fn plausible_values_can_be_read(
        value in r#"[-+]?[0-9.]{0,30}(ns|us|ms|s|m|h)?|[\[{][0-9", :a]{0,20}[\]}]|[0-9]{0,6}[-,][0-9]{0,6}"#,
    ) {
        let mut given = EcsConfig::default();
        for variable in Variable::ALL {
            given = given.with(variable.name, value.clone());
        }
        let _ = AgentConfig::new(&given, HostOs::Linux);
    }

    #[test]
    fn what_is_written_reads_back(
        values in prop::collection::vec(("[A-Z_]{1,9}", "[!-~]{0,12}"), 0..6),
    ) {
        let config = values
            .into_iter()
            .fold(EcsConfig::default(), |config, (name, value)| config.with(name, value));
        let text = config.to_file(Secrets::Include).unwrap().text;
        let again = EcsConfig::parse(&text);
        prop_assert_eq!(Vec::from_iter(again.iter()), Vec::from_iter(config.iter()));
    }
}

/// What is secret is written only on request, and what was left out is not read back.
#[test]
fn variables_are_saved_with_their_secrets_on_request() {
    let config =
        EcsConfig::parse("ECS_CLUSTER=web\nECS_ENGINE_AUTH_DATA={\"r.tld\":{}}\nMINE=x\n# a=b");
    let whole = serde_json::to_string(&config.with_secrets()).unwrap();
    assert_eq!(
        whole,
        r##"{"ECS_CLUSTER":"web","ECS_ENGINE_AUTH_DATA":"{\"r.tld\":{}}","MINE":"x","# a":"b"}"##
    );
    let read: EcsConfig = serde_json::from_str(&whole).unwrap();
    assert!(read.iter().eq(config.iter()));
    assert!(read.findings().is_empty() && !config.findings().is_empty());
    for plain in [
        serde_json::to_string(&config).unwrap(),
        r#"{"[redacted]":"b"}"#.to_owned(),
    ] {
        let error = serde_json::from_str::<EcsConfig>(&plain).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`[redacted]` stands in place of a secret that was not written"),
            "{error}"
        );
    }
}
