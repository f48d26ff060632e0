//! Versions that are not SemVer, the tables of the guide, and updates.

use std::cmp::Ordering;

use ecs_model::agent::{
    AGENT_RELEASES_2015, AMI_RELEASES_2015, AgentFeature, AgentHost, AgentUpdateRefusal,
    AgentUpdateSubject, HostOs, MINIMUM_CLI_2015, MINIMUM_DOCKER_2015, RECOMMENDED_DOCKER_2015,
    is_supported, minimum_docker, runs_with_docker,
};
use ecs_model::container_instance::AgentUpdateStatus;
use ecs_model::version::{AgentVersion, Version};
use proptest::prelude::*;

mod budget;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

#[expect(clippy::panic, reason = "a test stops at the first surprise")]
fn version(text: &str) -> Version {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn versions_as_they_are_written() {
    for (text, numbers, release, shown) in [
        ("1.4.0", (1, 4, 0), None, "1.4.0"),
        ("v1.4.0", (1, 4, 0), None, "1.4.0"),
        (" 1.4.0\n", (1, 4, 0), None, "1.4.0"),
        ("1.3.1-1", (1, 3, 1), Some("1"), "1.3.1-1"),
        ("1.0-3", (1, 0, 0), Some("3"), "1.0-3"),
        ("0.3-0", (0, 3, 0), Some("0"), "0.3-0"),
        ("2", (2, 0, 0), None, "2"),
        ("18.06.1-ce", (18, 6, 1), Some("ce"), "18.06.1-ce"),
        ("19.03.13-ce", (19, 3, 13), Some("ce"), "19.03.13-ce"),
        ("17.06.2-ee-16", (17, 6, 2), Some("ee-16"), "17.06.2-ee-16"),
        ("DockerVersion: 1.5.0", (1, 5, 0), None, "1.5.0"),
        (
            "DockerVersion:17.12.1-ce",
            (17, 12, 1),
            Some("ce"),
            "17.12.1-ce",
        ),
        ("1.2.3+azure", (1, 2, 3), Some("azure"), "1.2.3+azure"),
        (
            "1.70.1-1.amzn2",
            (1, 70, 1),
            Some("1.amzn2"),
            "1.70.1-1.amzn2",
        ),
    ] {
        let version = version(text);
        assert_eq!(
            (version.major, version.minor, version.patch),
            numbers,
            "{text}"
        );
        assert_eq!(version.release(), release, "{text}");
        assert_eq!(version.to_string(), shown);
    }
}

#[test]
fn what_is_no_version() {
    for (text, message) in [
        ("", "`` is not a version from byte 0 on"),
        ("latest", "`latest` is not a version from byte 0 on"),
        ("1.", "`1.` is not a version from byte 2 on"),
        ("1..2", "`1..2` is not a version from byte 2 on"),
        ("1.2.3.4", "`1.2.3.4` is not a version from byte 5 on"),
        ("1.2.3-", "`1.2.3-` is not a version from byte 6 on"),
        ("v1.2.3-a b", "`v1.2.3-a b` is not a version from byte 8 on"),
        (
            "99999999999999999999.1",
            "`99999999999999999999.1` is not a version from byte 0 on",
        ),
    ] {
        let error = text.parse::<Version>().unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn the_order_of_versions() {
    let ascending = [
        "0.0.3",
        "0.3-0",
        "1.0-1",
        "1.0-3",
        "1.0-10",
        "1.2.0-2",
        "1.3.1",
        "1.3.1-1",
        "1.3.1-2",
        "1.13.0-rc1",
        "1.13.0-rc2",
        "1.13.0",
        "17.03.1-ce",
        "17.03.2-ce",
        "17.12.0-ce",
        "18.06.1-ce",
        "19.03.6-ce",
        "19.03.13-ce",
        "20.10.7",
    ];
    for (index, lower) in ascending.iter().enumerate() {
        for (other, higher) in ascending.iter().enumerate() {
            let expected = index.cmp(&other);
            assert_eq!(
                version(lower).cmp(&version(higher)),
                expected,
                "{lower} {higher}"
            );
        }
    }
    assert_eq!(version("1.0"), version("v1.0.0"));
    assert_eq!(version("18.06.1"), version("18.6.1"));
    assert!(version("18.06.1-ce").is_at_least(&version("18.06.1")));
    assert!(version("1.3.1-1").is_at_least(&version("1.3.1")));
    assert!(version("1.3.1").is_at_least(&version("1.3.1-1")));
    assert!(!version("1.13.0-rc1").is_at_least(&version("1.13.0")));
}

#[test]
fn what_the_agent_calls_itself() {
    let agent: AgentVersion = "Amazon ECS Agent - v1.0.0 (*4023248)".parse().unwrap();
    assert!(agent.is_modified);
    assert_eq!(agent.to_string(), "Amazon ECS Agent - v1.0.0 (*4023248)");
    let bare: AgentVersion = "1.70.1".parse().unwrap();
    assert_eq!(bare.commit, None);
    assert_eq!(bare.to_string(), "Amazon ECS Agent - v1.70.1");
    for (text, message) in [
        (
            "Amazon ECS Agent - v1.4.0 (4ab1051",
            "`Amazon ECS Agent - v1.4.0 (4ab1051` is not a version from byte 34 on",
        ),
        (
            "Amazon ECS Agent - v1.4.0 (none)",
            "`Amazon ECS Agent - v1.4.0 (none)` is not a version from byte 27 on",
        ),
        (
            "Amazon ECS Agent - ",
            "`Amazon ECS Agent - ` is not a version from byte 19 on",
        ),
        (
            "amazon/amazon-ecs-agent:latest",
            "`amazon/amazon-ecs-agent:latest` is not a version from byte 0 on",
        ),
    ] {
        assert_eq!(
            text.parse::<AgentVersion>().unwrap_err().to_string(),
            message
        );
    }
}

#[test]
fn the_tables_of_the_guide() {
    let table = include_str!("data/agent/agent-versions.csv");
    for (line, row) in table.lines().skip(1).zip(AGENT_RELEASES_2015) {
        let supported = if row.is_supported { "Yes" } else { "No" };
        assert_eq!(
            line,
            format!("{},{},{supported}", row.agent, row.minimum_docker)
        );
        let agent = version(row.agent);
        assert_eq!(
            minimum_docker(&agent),
            version(row.minimum_docker),
            "{line}"
        );
        assert_eq!(is_supported(&agent), row.is_supported, "{line}");
    }
    let table = include_str!("data/agent/ami-agent-versions.csv");
    for (line, row) in table.lines().skip(1).zip(AMI_RELEASES_2015) {
        let supported = if row.is_supported { "Yes" } else { "No" };
        let [ami, agent, docker, init] = [row.ami, row.agent, row.docker, row.ecs_init];
        assert_eq!(line, format!("{ami},{agent},{docker},{init},{supported}"));
        assert!(
            runs_with_docker(&version(agent), &version(docker)),
            "{line}"
        );
        version(init);
    }
    let printed = include_str!("data/logs/docker-version-1.4.1.txt");
    let docker = printed
        .lines()
        .find_map(|line| line.strip_prefix("Server version: "));
    let docker = version(docker.unwrap());
    assert!(!docker.is_at_least(&version(MINIMUM_DOCKER_2015)));
    assert!(runs_with_docker(&version("1.0.0"), &docker));
    assert!(!runs_with_docker(&version("1.4.0"), &docker));
    assert!(!runs_with_docker(&version("1.20.0"), &version("1.7.1")));
    assert!(version(RECOMMENDED_DOCKER_2015) > version(MINIMUM_DOCKER_2015));
    assert!(version("1.7.21").is_at_least(&version(MINIMUM_CLI_2015)));
}

#[test]
fn features_by_version() {
    let mut previous = version("0.0.3");
    for feature in AgentFeature::ALL {
        assert!(feature.since() >= previous, "{feature}");
        previous = feature.since();
    }
    let names = |agent: &str| -> Vec<String> {
        AgentFeature::of(&version(agent))
            .map(|feature| feature.to_string())
            .collect()
    };
    assert_eq!(names("0.0.3"), [""; 0]);
    assert_eq!(
        names("1.2.1"),
        [
            "version in the introspection API",
            "UDP ports on a new instance",
            "2 CPU shares for a container without CPU units"
        ]
    );
    assert_eq!(names("1.47.0-1").len(), 14);
}

#[test]
fn preconditions_of_an_update() {
    let latest = version("1.70.1");
    let agent = AgentUpdateSubject::new(Some(version("1.44.0")));
    assert_eq!(agent.check(&latest), Ok(()));
    let refused = |change: &dyn Fn(&mut AgentUpdateSubject)| {
        let mut subject = agent.clone();
        change(&mut subject);
        let refusal = subject.check(&latest).unwrap_err();
        (refusal.code(), refusal.to_string())
    };
    let expect = |code, text: &str| (code, text.to_owned());
    assert_eq!(
        refused(&|agent| agent.version = Some(version("1.70.1-1"))),
        expect(
            "NoUpdateAvailableException",
            "agent 1.70.1-1 is the latest version"
        )
    );
    assert_eq!(
        refused(&|agent| agent.version = Some(version("0.0.3"))),
        expect(
            "NoUpdateAvailableException",
            "agent 0.0.3 is too old: no update leads from it"
        )
    );
    assert_eq!(
        refused(&|agent| agent.version = None),
        expect(
            "MissingVersionException",
            "the version of the agent is not known"
        )
    );
    assert_eq!(
        refused(&|agent| agent.status = Some(AgentUpdateStatus::Staging)),
        expect(
            "UpdateInProgressException",
            "an update is in progress: `STAGING`"
        )
    );
    for (host, text) in [
        (
            AgentHost::External,
            "agents of external instances are not updated by the API",
        ),
        (
            AgentHost::AmazonLinux2Arm64,
            "agents of Amazon Linux 2 for ARM64 are not updated by the API",
        ),
        (
            AgentHost::Other(HostOs::Windows),
            "agents on Windows are not updated by the API",
        ),
        (
            AgentHost::Other(HostOs::Linux),
            "agents without ecs-init are not updated by the API",
        ),
    ] {
        assert_eq!(
            refused(&|agent| agent.host = host),
            expect("InvalidParameterException", text)
        );
    }
    for status in [AgentUpdateStatus::Failed, AgentUpdateStatus::Updated] {
        let mut again = agent.clone();
        again.status = Some(status);
        assert_eq!(again.check(&latest), Ok(()));
    }
    assert_eq!(
        AgentUpdateRefusal::InProgress(AgentUpdateStatus::Pending).code(),
        "UpdateInProgressException"
    );
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_published_version_is_read() {
    let text = conformance_data::read("api/agent-versions.json");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = document["ami"].as_array().unwrap();
    assert_eq!(rows.len(), 240);
    for row in rows {
        for name in ["agent", "docker", "ecs_init"] {
            let text = row[name].as_str().unwrap();
            assert_eq!(version(text).to_string(), text);
        }
        let agent = version(row["agent"].as_str().unwrap());
        let docker = version(row["docker"].as_str().unwrap());
        assert!(runs_with_docker(&agent, &docker), "{row}");
    }
}

proptest! {
    #![proptest_config(budget::config())]

    #[test]
    fn anything_can_be_read(text in "(?s).{0,60}") {
        let _ = text.parse::<Version>();
        let _ = text.parse::<AgentVersion>();
        let _ = format!("Amazon ECS Agent - v{text}").parse::<AgentVersion>();
    }

    #[test]
    fn versions_print_as_they_were_read(text in "[0-9]{1,3}(\\.[0-9]{1,3}){0,2}(-[a-z0-9.-]{1,6})?") {
        prop_assert_eq!(version(&text).to_string(), text);
    }

    #[test]
    fn the_order_is_total(
        texts in prop::array::uniform3("[0-2]\\.[0-2](-(rc|ce|[01])[0-2.]{0,2})?"),
    ) {
        let [a, b, c] = texts.map(|text| version(&text));
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }
}
