//! ECS Anywhere: requests of activations, installation, supported systems by date.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use core::time::Duration;

use ecs_arn::Partition;
use ecs_model::agent::{HostOs, Secret, Secrets};
use ecs_model::anywhere::{
    ActivationTag, AnywhereFeature, AnywhereRules, Architecture, CREDENTIAL_ROTATION,
    CreateActivationRequest, CreateActivationResponse, DockerSource, InstallParameters,
    IpCompatibility, Machine, ManagedInstanceId, OperatingSystem, OsFamily, PingStatus,
    RegistrationStep, SUGGESTED_MEMORY, SUGGESTED_VCPUS, Support, TASK_ROLE_COMMANDS, duplicates,
    endpoints, endpoints_as_of, registry_policy_arn, required_policies, trust_policy,
};
use ecs_model::{ContainerInstance, NetworkMode, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

mod budget;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

const ID: &str = "5743558d-563b-4457-8682-d16c30000000";
const CODE: &str = "dRmgnYaFv567vEXAMPLE";
const MACHINE: &str = "mi-0123456789abcdef0";

fn now() -> Timestamp {
    Timestamp::from_seconds(1_700_000_000)
}

fn later(seconds: u64) -> Timestamp {
    now().saturating_add(Duration::from_secs(seconds))
}

fn day(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn managed() -> ManagedInstanceId {
    MACHINE.parse().unwrap()
}

#[test]
fn the_activation_of_the_guide() {
    let text = include_str!("data/anywhere/activation.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let given = &document["create_activation"];
    let request = CreateActivationRequest::default()
        .with_iam_role(given["iam-role"].as_str().unwrap())
        .with_registration_limit(10)
        .with_default_instance_name(given["default-instance-name"].as_str().unwrap())
        .with_tags([ActivationTag::default()
            .with_key("Purpose")
            .with_value("ECSAnywhere")]);
    assert!(request.validate(now()).is_empty());
    assert_eq!(request.iam_role(), Some("ecsAnywhereRole"));
    let text = r#"{"ActivationId":"a","ActivationCode":null,"Other":1}"#;
    let response: CreateActivationResponse = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&response).unwrap().to_string(), text);
}

#[test]
fn everything_wrong_with_a_request() {
    let texts = |request: &CreateActivationRequest| -> Vec<String> {
        request
            .validate(now())
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let tag = |key: &str, value: &str| ActivationTag::default().with_key(key).with_value(value);
    let request = CreateActivationRequest::default()
        .with_registration_limit(0)
        .with_default_instance_name("a*b")
        .with_description("d".repeat(257))
        .with_expiration_date(now())
        .with_tags([tag("", "v"), tag("k", &"v".repeat(257))]);
    assert_eq!(
        texts(&request),
        [
            "error[out-of-bounds] /Description: 257 characters, not 0 to 256",
            "error[member-required] /IamRole: `IamRole` is missing",
            "error[out-of-bounds] /RegistrationLimit: 0, not 1 to 1000",
            "error[out-of-bounds] /Tags/0/Key: 0 characters, not 1 to 128",
            "error[out-of-bounds] /Tags/1/Value: 257 characters, not 1 to 256",
            "error[activation-name-characters] /DefaultInstanceName: `a*b` is not letters, digits, blanks and `_.:/=+-@`",
            "error[activation-expiration] /ExpirationDate: 2023-11-14T22:13:20Z is not in the future",
        ]
    );
    let request = CreateActivationRequest::default()
        .with_iam_role("r".repeat(65))
        .with_expiration_date(later(30 * 86_400 + 1));
    assert_eq!(
        texts(&request),
        [
            "error[out-of-bounds] /IamRole: 65 characters, not 1 to 64",
            "error[activation-expiration] /ExpirationDate: 2023-12-14T22:13:21Z is more than 30 days away",
        ]
    );
}

#[test]
fn members_that_are_not_known_are_found() {
    let text = r#"{"IamRole":"r","Colour":"blue"}"#;
    let request: CreateActivationRequest = serde_json::from_str(text).unwrap();
    let found: Vec<String> = request
        .validate(now())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        ["warning[member-unknown] /Colour: `Colour` is not a member of the API"]
    );
}

#[test]
fn arguments_of_the_scripts() {
    let mut parameters = InstallParameters::new("us-east-1", ID, Secret::new(CODE));
    parameters.cluster = Some("web".to_owned());
    let windows = parameters.arguments(HostOs::Windows).unwrap();
    assert_eq!(
        windows.to_string(),
        format!("-Region us-east-1 -Cluster web -ActivationID {ID} -ActivationCode [redacted]")
    );
    assert!(!format!("{windows:?} {parameters:?}").contains(CODE));
    parameters.enable_gpu = true;
    let linux = parameters.arguments(HostOs::Linux).unwrap();
    assert_eq!(
        linux.expose(),
        [
            "--region",
            "us-east-1",
            "--cluster",
            "web",
            "--activation-id",
            ID,
            "--activation-code",
            CODE,
            "--enable-gpu"
        ]
    );
    assert_eq!(
        parameters
            .arguments(HostOs::Windows)
            .unwrap_err()
            .to_string(),
        "the installation script for Windows does not know `--enable-gpu`"
    );
    parameters.docker_install_source = DockerSource::None;
    parameters.ip_compatibility = Some(IpCompatibility::Ipv6);
    parameters.ecs_endpoint = Some("https://ecs.example.com".to_owned());
    parameters.skip_registration = true;
    parameters.no_start = true;
    parameters.skip_gpg_check = true;
    parameters.activation_code = None;
    assert_eq!(
        parameters.arguments(HostOs::Linux).unwrap().to_string(),
        format!(
            "--region us-east-1 --cluster web --activation-id {ID} --docker-install-source none \
             --ecs-endpoint https://ecs.example.com --ip-compatibility ipv6 --enable-gpu \
             --skip-registration --no-start --skip-gpg-check"
        )
    );
    assert_eq!(
        parameters
            .instance_config()
            .to_file(Secrets::LeaveOut)
            .unwrap()
            .text,
        "AWS_DEFAULT_REGION=us-east-1\nECS_EXTERNAL=true\n\
         ECS_BACKEND_HOST=https://ecs.example.com\nECS_ENABLE_GPU_SUPPORT=true\n"
    );
    assert_eq!(parameters.user_config().get("ECS_CLUSTER"), Some("web"));
}

#[test]
fn what_the_scripts_refuse() {
    let refused = |change: &dyn Fn(&mut InstallParameters)| {
        let mut parameters = InstallParameters::new("us-east-1", ID, Secret::new(CODE));
        change(&mut parameters);
        parameters.arguments(HostOs::Linux).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&|given| given.region = "here".to_owned()),
        "`here` is not a Region"
    );
    assert_eq!(
        refused(&|given| given.activation_code = None),
        "`--activation-code` is required unless the machine is a managed instance already"
    );
    assert_eq!(
        refused(&|given| given.cluster = Some("--enable-gpu".to_owned())),
        "the value of `--cluster` begins with `--`"
    );
    assert_eq!(
        refused(&|given| given.ecs_version = Some(String::new())),
        "the value of `--ecs-version` is empty"
    );
}

#[test]
fn supported_systems_of_each_document() {
    for (text, date) in [
        (
            include_str!("data/anywhere/supported-os-001-2021.json"),
            "2021-05-27",
        ),
        (
            include_str!("data/anywhere/supported-os-003-2024.json"),
            "2024-01-01",
        ),
    ] {
        let document: Value = serde_json::from_str(text).unwrap();
        let names = |key: &str| -> Vec<String> {
            let list = document[key].as_array().unwrap();
            list.iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect()
        };
        let mut listed = names("linux");
        listed.extend(names("windows"));
        listed.sort();
        let supported = OperatingSystem::supported(day(date));
        let mut ours: Vec<String> = supported.iter().map(ToString::to_string).collect();
        ours.sort();
        assert_eq!(ours, listed, "{date}");
        for name in names("architectures") {
            let architecture: Architecture = name.parse().unwrap();
            assert_eq!(architecture.to_string(), name);
            let ubuntu: OperatingSystem = "Ubuntu 20.04".parse().unwrap();
            assert!(ubuntu.is_supported(architecture, day(date)));
        }
    }
    let blog = include_str!("data/anywhere/supported-os-002-blog.json");
    let blog: Value = serde_json::from_str(blog).unwrap();
    assert_eq!(blog["minimum_vcpu"], SUGGESTED_VCPUS);
    assert_eq!(blog["minimum_memory"], format!("{SUGGESTED_MEMORY}MB"));
}

#[test]
fn systems_by_date() {
    let supported = |name: &str, date: &str| {
        let os: OperatingSystem = name.parse().unwrap();
        os.is_supported(Architecture::X86_64, day(date))
    };
    for (name, date, expected) in [
        ("CentOS 8", "2022-03-24", true),
        ("CentOS 8", "2022-03-25", false),
        ("CentOS Stream 8", "2022-04-13", false),
        ("CentOS Stream 8", "2022-04-14T00:00:00Z", true),
        ("Debian 9", "2022-06-30", true),
        ("Debian 9", "2022-07-01", false),
        ("Windows Server 20h2", "2022-03-04", true),
        ("Amazon Linux 2", "2022-01-05", false),
        ("Amazon Linux 2023", "2025-06-01", true),
        ("RHEL 8.6", "2022-02-14", true),
        ("openSUSE Tumbleweed", "2020-01-01", true),
        ("Ubuntu 23.10", "2025-06-01", false),
    ] {
        assert_eq!(supported(name, date), expected, "{name} {date}");
    }
    let windows = OperatingSystem::new(OsFamily::WindowsServer, "2022");
    assert!(!windows.is_supported(Architecture::Arm64, day("2024-01-01")));
    let debian = OperatingSystem::new(OsFamily::Debian, "12");
    assert!(!debian.supports_gpu());
    assert!(OperatingSystem::new(OsFamily::Debian, "11").supports_gpu());
    let fedora = OperatingSystem::new(OsFamily::Fedora, "32");
    assert!(fedora.needs_cgroup_v1(day("2021-06-01")));
    assert!(!fedora.needs_cgroup_v1(day("2024-01-01")));
    assert!(OperatingSystem::new(OsFamily::Rhel, "7").needs_docker_first());
    for name in [
        "",
        "Solaris 11",
        "Ubuntu",
        "Ubuntu20",
        "Debian x",
        "openSUSE Tumbleweed 1",
    ] {
        assert_eq!(
            name.parse::<OperatingSystem>().unwrap_err().to_string(),
            format!("`{name}` is not an operating system or architecture of external instances")
        );
    }
    assert!("riscv64".parse::<Architecture>().is_err());
}

#[test]
fn features_of_each_document() {
    let text = include_str!("data/anywhere/considerations.json");
    let document: Value = serde_json::from_str(text).unwrap();
    for (version, date) in [("001", "2021-05-27"), ("003", "2024-01-01")] {
        let rules = AnywhereRules::as_of(day(date));
        for (key, feature) in [
            ("china_regions", AnywhereFeature::ChinaRegions),
            ("load_balancing", AnywhereFeature::LoadBalancing),
            ("service_discovery", AnywhereFeature::ServiceDiscovery),
            ("awsvpc", AnywhereFeature::AwsvpcNetworkMode),
            (
                "UpdateContainerAgent",
                AnywhereFeature::UpdateContainerAgent,
            ),
            ("capacity_providers", AnywhereFeature::CapacityProviders),
            ("ecs_exec", AnywhereFeature::EcsExec),
            ("selinux", AnywhereFeature::SeLinux),
            ("gpu_in_task_definition", AnywhereFeature::Gpu),
            ("app_mesh", AnywhereFeature::AppMesh),
            ("efs", AnywhereFeature::EfsVolumes),
            ("custom_attributes", AnywhereFeature::CustomAttributes),
            ("resource_tags", AnywhereFeature::ResourceTags),
            ("gmsa", AnywhereFeature::Gmsa),
        ] {
            if let Some(expected) = document[version][key].as_bool() {
                let support = rules.support(feature);
                let says = if expected {
                    Support::Supported
                } else {
                    Support::Unsupported
                };
                assert_eq!(support, says, "{version} {feature}");
            }
        }
    }
    let minutes = document["003"]["credential_rotation_minutes"]
        .as_u64()
        .unwrap();
    assert!(TASK_ROLE_COMMANDS[1].contains("169.254.170.2"));
    assert_eq!(CREDENTIAL_ROTATION, Duration::from_secs(minutes * 60));
}

#[test]
fn features_by_date() {
    for (feature, before, from) in [
        (AnywhereFeature::EfsVolumes, "2021-06-24", "2021-06-25"),
        (AnywhereFeature::Gpu, "2021-10-11", "2021-10-12"),
        (AnywhereFeature::EcsExec, "2022-02-03", "2022-02-04"),
        (AnywhereFeature::ChinaRegions, "2022-02-13", "2022-02-14"),
        (AnywhereFeature::Windows, "2022-03-03", "2022-03-04"),
    ] {
        let support = |date| AnywhereRules::as_of(day(date)).support(feature);
        assert_ne!(support(before), support(from), "{feature}");
    }
    let first = AnywhereRules::as_of(day("1999-01-01"));
    assert_eq!(first, AnywhereRules::as_of(day("2021-05-27")));
    assert!(!first.supports_region("cn-north-1"));
    assert!(first.supports_region("us-gov-west-1"));
    assert!(AnywhereRules::default().supports_region("cn-northwest-1"));
    assert_eq!(first.support(AnywhereFeature::EfsVolumes), Support::Unsaid);
    assert_eq!(
        first.network_modes(HostOs::Linux),
        [NetworkMode::Bridge, NetworkMode::Host, NetworkMode::None]
    );
    assert!(first.network_modes(HostOs::Windows).is_empty());
    let now = AnywhereRules::current();
    assert_eq!(now.network_modes(HostOs::Windows), [NetworkMode::Default]);
    let mut names: Vec<String> = AnywhereFeature::ALL
        .iter()
        .map(ToString::to_string)
        .collect();
    names.dedup();
    assert_eq!(names.len(), 16);
    for feature in AnywhereFeature::ALL {
        assert_ne!(now.support(feature), Support::Unsaid, "{feature}");
    }
}

#[test]
fn endpoints_of_a_region() {
    let hosts = |found: Vec<ecs_model::anywhere::Endpoint>| -> Vec<String> {
        found.iter().map(ToString::to_string).collect()
    };
    let text = include_str!("data/anywhere/endpoints-003-filled.json");
    let filled: Vec<String> = serde_json::from_str(text).unwrap();
    assert_eq!(hosts(endpoints("us-east-2").unwrap()), filled);
    let text = include_str!("data/anywhere/endpoints-001.json");
    let first: Vec<String> = serde_json::from_str(text).unwrap();
    let ours = hosts(endpoints_as_of("us-east-2", day("2021-06-01")).unwrap());
    let ours: Vec<String> = ours
        .iter()
        .map(|host| host.replace("us-east-2", "region"))
        .collect();
    assert_eq!(ours, first);
    assert_eq!(
        endpoints("cn-north-1").unwrap()[3].host,
        "ssm.cn-north-1.amazonaws.com.cn"
    );
    assert_eq!(
        endpoints("eusc-de-east-1").unwrap()[2].host,
        "ecs.eusc-de-east-1.amazonaws.eu"
    );
    assert!(endpoints("region").is_err());
    let tasks = &endpoints("us-west-2").unwrap()[0];
    for (host, expected) in [
        ("ecs-a-1.us-west-2.amazonaws.com", true),
        ("ECS-A-12.us-west-2.amazonaws.com", true),
        ("ecs-a-.us-west-2.amazonaws.com", false),
        ("ecs-a-1.evil.us-west-2.amazonaws.com", false),
        ("ecs-t-1.us-west-2.amazonaws.com", false),
        ("ecs-a-1.us-east-1.amazonaws.com", false),
    ] {
        assert_eq!(tasks.matches(host), expected, "{host}");
    }
    assert!(endpoints("us-west-2").unwrap()[2].matches("ecs.us-west-2.amazonaws.com"));
}

#[test]
fn what_must_be_right_before_the_script_runs() {
    let mut machine = Machine::new("Debian 12".parse().unwrap(), Architecture::X86_64);
    let mut parameters = InstallParameters::new("us-east-1", ID, Secret::new(CODE));
    let date = day("2024-01-01");
    assert_eq!(machine.problems(&parameters, date), []);
    parameters.enable_gpu = true;
    parameters.skip_registration = true;
    machine.is_root = false;
    machine.has_systemd = false;
    machine.has_credentials = true;
    let texts = |machine: &Machine, parameters: &InstallParameters, date: &str| -> Vec<String> {
        let problems = machine.problems(parameters, day(date));
        problems.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        texts(&machine, &parameters, "2021-06-01"),
        [
            "`Debian 12` on x86_64 is not supported",
            "the script must run as root",
            "systemd is required",
            "credentials on the machine interfere with its registration",
            "`Debian 12` does not support GPUs",
            "`--skip-registration` is for managed instances only",
        ]
    );
    let mut fedora = Machine::new("Fedora 33".parse().unwrap(), Architecture::Arm64);
    fedora.managed_instance = Some(managed());
    assert_eq!(
        texts(&fedora, &parameters, "2021-06-01"),
        [
            "`Fedora 33` must be switched to cgroup v1",
            "the NVIDIA driver must run for `--enable-gpu`",
        ]
    );
    let rhel = Machine::new("RHEL 7".parse().unwrap(), Architecture::X86_64);
    parameters.enable_gpu = false;
    parameters.skip_registration = false;
    assert_eq!(
        texts(&rhel, &parameters, "2024-01-01"),
        [
            "docker must be installed before the script runs",
            "the script cannot install docker: `--docker-install-source none` is required",
        ]
    );
}

#[test]
fn steps_that_are_left() {
    let mut machine = Machine::new("Ubuntu 22".parse().unwrap(), Architecture::X86_64);
    let names: Vec<String> = machine.steps().iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "install Docker",
            "install the SSM agent",
            "register with Systems Manager",
            "install the ECS agent",
            "register with the cluster",
        ]
    );
    machine.has_docker = true;
    machine.managed_instance = Some(managed());
    assert_eq!(
        machine.steps(),
        [
            RegistrationStep::InstallEcsAgent,
            RegistrationStep::RegisterWithCluster
        ]
    );
    machine.has_ecs_agent = true;
    assert_eq!(machine.steps(), []);
}

#[test]
fn instances_that_are_left_over() {
    let instance = |arn: &str, id: &str, connected, status: &str, at| {
        ContainerInstance::default()
            .with_container_instance_arn(arn)
            .with_ec2_instance_id(id)
            .with_agent_connected(connected)
            .with_status(status)
            .with_registered_at(Timestamp::from_seconds(at))
    };
    let instances = [
        instance("a-old", "mi-a", false, "ACTIVE", 1),
        instance("b-new", "mi-b", false, "ACTIVE", 9),
        instance("b-old", "mi-b", false, "ACTIVE", 5),
        instance("a-new", "mi-a", true, "ACTIVE", 2),
        instance("a-gone", "mi-a", false, "INACTIVE", 0),
        instance("c", "mi-c", false, "ACTIVE", 1),
        instance("d-old", "mi-d", true, "ACTIVE", 1),
        instance("d-new", "mi-d", true, "ACTIVE", 2),
        instance("none", "", false, "ACTIVE", 1),
        instance("none", "", false, "ACTIVE", 1),
    ];
    let found: Vec<_> = duplicates(&instances)
        .iter()
        .filter_map(|instance| instance.container_instance_arn())
        .collect();
    assert_eq!(found, ["a-old", "b-old"]);
}

#[test]
fn the_role_of_external_instances() {
    let [core, service] = required_policies(&Partition::AwsCn);
    assert_eq!(
        core.arn,
        "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore"
    );
    assert_eq!(core.document["Statement"].as_array().unwrap().len(), 3);
    assert!(
        service
            .document
            .to_string()
            .contains("arn:aws-cn:ecs:*:*:task/*/*")
    );
    assert_eq!(trust_policy()["Statement"][0]["Action"], "sts:AssumeRole");
    assert_eq!(
        registry_policy_arn(&Partition::Aws),
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
    );
    assert_eq!(
        PingStatus::from("ConnectionLost"),
        PingStatus::ConnectionLost
    );
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn the_policy_is_that_of_aws() {
    let name = "api/managed-policies/AmazonEC2ContainerServiceforEC2Role.json";
    let published: Value = serde_json::from_str(&conformance_data::read(name)).unwrap();
    let [_, ours] = required_policies(&Partition::Aws);
    assert_eq!(published["name"], ours.name);
    assert_eq!(published["document"], ours.document);
}

proptest! {
    #![proptest_config(budget::config())]

    #[test]
    fn anything_can_be_read(text in "(?s).{0,60}", seconds in any::<i64>()) {
        let _ = text.parse::<OperatingSystem>();
        let _ = format!("Ubuntu {text}").parse::<OperatingSystem>();
        let _ = ManagedInstanceId::parse(&text);
        let _ = endpoints(&text);
        let _ = serde_json::from_str::<CreateActivationRequest>(&text);
        let date = Timestamp::from_seconds(seconds);
        let _ = OperatingSystem::supported(date);
        let _ = AnywhereRules::as_of(date);
    }

    #[test]
    fn names_of_systems_read_back(seconds in 1_600_000_000_i64..1_800_000_000) {
        for os in OperatingSystem::supported(Timestamp::from_seconds(seconds)) {
            prop_assert_eq!(os.to_string().parse::<OperatingSystem>().unwrap(), os);
        }
    }

    #[test]
    fn ids_read_back(id in "mi-[0-9a-f]{17}") {
        let parsed = ManagedInstanceId::parse(&id).unwrap();
        prop_assert_eq!(parsed.to_string(), &*id);
        let saved = serde_json::to_string(&parsed).unwrap();
        prop_assert_eq!(&saved, &format!("\"{id}\""));
        prop_assert_eq!(serde_json::from_str::<ManagedInstanceId>(&saved).unwrap(), parsed);
        prop_assert!(serde_json::from_str::<ManagedInstanceId>(&saved.replace('-', "_")).is_err());
    }
}
