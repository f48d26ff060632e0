//! Resource types, building, formats and references.

use ecs_arn::{
    AccountId, Arn, ArnFormat, ArnRef, ClusterRef, ContainerInstanceRef, EcsArn, EcsResource,
    Partition, REGIONS_2015, Region, Scope, ServiceRef, TaskDefinitionRef, TaskRef,
};

const UUID: &str = "1abf0f6d-a411-4033-b8eb-a4eed3ad252a";

/// Every form in which Amazon ECS writes a resource.
fn forms() -> Vec<(&'static str, EcsResource<'static>)> {
    use EcsResource as R;
    vec![
        ("cluster/default", R::Cluster { name: "default" }),
        (
            "container-instance/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
            R::ContainerInstance {
                cluster: None,
                id: UUID,
            },
        ),
        (
            "container-instance/default/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
            R::ContainerInstance {
                cluster: Some("default"),
                id: UUID,
            },
        ),
        (
            "service/web",
            R::Service {
                cluster: None,
                name: "web",
            },
        ),
        (
            "service/default/web",
            R::Service {
                cluster: Some("default"),
                name: "web",
            },
        ),
        (
            "task/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
            R::Task {
                cluster: None,
                id: UUID,
            },
        ),
        (
            "task/default/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
            R::Task {
                cluster: Some("default"),
                id: UUID,
            },
        ),
        (
            "task-definition/hello_world:8",
            R::TaskDefinition {
                family: "hello_world",
                revision: 8,
            },
        ),
        (
            "container/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
            R::Container {
                task: None,
                id: UUID,
            },
        ),
        (
            "container/default/3f4a/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
            R::Container {
                task: Some(("default", "3f4a")),
                id: UUID,
            },
        ),
        (
            "capacity-provider/FARGATE_SPOT",
            R::CapacityProvider {
                name: "FARGATE_SPOT",
            },
        ),
        (
            "task-set/default/web/ecs-svc/5203344432720176530",
            R::TaskSet {
                cluster: "default",
                service: "web",
                id: "ecs-svc/5203344432720176530",
            },
        ),
        (
            "service-deployment/prod/web/91a136c576d8e27e07c36",
            R::ServiceDeployment {
                cluster: "prod",
                service: "web",
                id: "91a136c576d8e27e07c36",
            },
        ),
        (
            "service-revision/prod/web/2633293526872328410",
            R::ServiceRevision {
                cluster: "prod",
                service: "web",
                id: "2633293526872328410",
            },
        ),
        (
            "daemon/default/logs",
            R::Other {
                resource_type: "daemon",
                path: "default/logs",
            },
        ),
    ]
}

#[test]
fn every_form_is_read_and_written() {
    let scope = Scope::new("us-east-1", "123456789012").unwrap();
    for (text, resource) in forms() {
        assert_eq!(EcsResource::parse(text).unwrap(), resource);
        assert_eq!(resource.to_string(), text);
        let arn = scope.arn(resource).unwrap();
        assert_eq!(
            arn.as_str(),
            format!("arn:aws:ecs:us-east-1:123456789012:{text}")
        );
        let ecs = arn.ecs().unwrap();
        assert_eq!(ecs.resource(), resource);
        assert_eq!(
            ecs.resource().resource_type(),
            text.split('/').next().unwrap()
        );
        ecs.validate().unwrap();
        assert_eq!(Scope::of(ecs.arn()).unwrap(), scope);
    }
}

#[test]
fn builders_refuse_what_a_parser_would() {
    let scope = Scope::new("us-east-1", "123456789012").unwrap();
    for resource in [
        EcsResource::Cluster { name: "" },
        EcsResource::Cluster { name: "a/b" },
        EcsResource::Task {
            cluster: Some("größe"),
            id: UUID,
        },
        EcsResource::TaskDefinition {
            family: "web",
            revision: 0,
        },
    ] {
        assert!(scope.arn(resource).is_err(), "{resource:?}");
    }
    assert!(Scope::new("us-east-1", "1234").is_err());
    assert!(Scope::new("east", "123456789012").is_err());
    let global = ArnRef::parse("arn:aws:iam::123456789012:role/x").unwrap();
    assert_eq!(
        Scope::of(global).unwrap_err().to_string(),
        "the Region is empty at byte 12"
    );
}

#[test]
fn short_and_long_format() {
    for kind in ["service", "task", "container-instance"] {
        let short: Arn = format!("arn:aws:ecs:us-east-1:123456789012:{kind}/abc")
            .parse()
            .unwrap();
        let long: Arn = format!("arn:aws:ecs:us-east-1:123456789012:{kind}/prod/abc")
            .parse()
            .unwrap();
        let (short, long) = (short.ecs().unwrap(), long.ecs().unwrap());
        assert_eq!(short.format(), Some(ArnFormat::Short));
        assert_eq!(long.format(), Some(ArnFormat::Long));
        assert_eq!(short.to_long("prod").unwrap(), Arn::from(long.arn()));
        assert_eq!(long.to_long("other").unwrap(), Arn::from(long.arn()));
        assert_eq!(long.to_short(), Arn::from(short.arn()));
        assert!(short.to_long("no good").is_err());
        assert!(short.is_same_resource(long) && long.is_same_resource(short));
        assert_eq!(long.cluster_arn().unwrap().resource(), "cluster/prod");
        assert_eq!(short.cluster_arn(), None);
    }
    let cluster = EcsArn::parse("arn:aws:ecs:us-east-1:123456789012:cluster/prod").unwrap();
    assert_eq!(cluster.format(), None);
    assert_eq!(cluster.to_long("x").unwrap(), Arn::from(cluster.arn()));
    let elsewhere = EcsArn::parse("arn:aws:ecs:us-west-2:123456789012:cluster/prod").unwrap();
    assert!(!cluster.is_same_resource(elsewhere));
}

#[test]
fn references_take_names_and_arns_of_their_own_type() {
    let scope = Scope::new("us-east-1", "123456789012").unwrap();
    let arn = "arn:aws:ecs:us-east-1:123456789012:";
    let (cluster, service) = (
        format!("{arn}cluster/prod"),
        format!("{arn}service/prod/web"),
    );
    let (task, instance) = (
        format!("{arn}task/prod/{UUID}"),
        format!("{arn}container-instance/prod/{UUID}"),
    );

    assert_eq!(
        ClusterRef::parse("prod").unwrap().to_arn(&scope).unwrap(),
        cluster.as_str()
    );
    assert_eq!(
        ClusterRef::parse(&cluster).unwrap().to_arn(&scope).unwrap(),
        cluster.as_str()
    );
    assert_eq!(
        ServiceRef::parse("web")
            .unwrap()
            .to_arn(&scope, "prod")
            .unwrap(),
        service.as_str()
    );
    assert_eq!(
        TaskRef::parse(UUID)
            .unwrap()
            .to_arn(&scope, "prod")
            .unwrap(),
        task.as_str()
    );
    assert_eq!(
        ContainerInstanceRef::parse(UUID)
            .unwrap()
            .to_arn(&scope, "prod")
            .unwrap(),
        instance.as_str()
    );
    assert!(
        ServiceRef::parse("web")
            .unwrap()
            .is(EcsArn::parse(&service).unwrap())
    );
    assert!(
        !ServiceRef::parse("web")
            .unwrap()
            .is(EcsArn::parse(&cluster).unwrap())
    );
    assert!(
        ServiceRef::parse(&service)
            .unwrap()
            .is(EcsArn::parse(&service).unwrap())
    );
    assert_eq!(ServiceRef::parse(&service).unwrap().cluster(), Some("prod"));
    assert_eq!(TaskRef::parse(&task).unwrap().to_string(), task);

    let error = TaskRef::parse(&instance).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`container-instance` is not the resource type expected here at byte 35"
    );
    assert_eq!(
        ClusterRef::parse("").unwrap_err().to_string(),
        "the name is empty at byte 0"
    );
    assert_eq!(
        ClusterRef::parse("my cluster").unwrap_err().to_string(),
        "`my cluster` holds a character other than letters, digits, `-` and `_` at byte 0"
    );
    assert_eq!(ClusterRef::or_default(None).unwrap().name(), "default");
}

#[test]
fn task_definitions_are_named_in_four_ways() {
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/";
    for (text, revision) in [
        ("web".to_owned(), None),
        ("web:3".to_owned(), Some(3)),
        (format!("{arn}web"), None),
        (format!("{arn}web:3"), Some(3)),
    ] {
        let reference = TaskDefinitionRef::parse(&text).unwrap();
        assert_eq!(
            (reference.family(), reference.revision()),
            ("web", revision)
        );
        assert_eq!(reference.arn().is_some(), text.starts_with("arn:"));
        assert_eq!(reference.to_string(), text);
    }
    for (text, expected) in [
        (
            "web:0",
            "`0` is not a revision from 1 to 2147483647 at byte 4",
        ),
        (":3", "the name is empty at byte 0"),
        (
            "arn:aws:ecs:us-east-1:123456789012:task-definition/web:x",
            "`x` is not a revision from 1 to 2147483647 at byte 55",
        ),
        (
            "arn:aws:ecs:us-east-1:123456789012:cluster/web",
            "`cluster` is not the resource type expected here at byte 35",
        ),
        (
            "arn:aws:ec2:us-east-1:123456789012:task-definition/web:3",
            "the service is `ec2`, not `ecs` at byte 8: the guide of 2015 printed `ec2` here",
        ),
    ] {
        assert_eq!(
            TaskDefinitionRef::parse(text).unwrap_err().to_string(),
            expected
        );
    }
}

#[test]
fn the_user_data_script_of_the_guide_cuts_the_same_parts() {
    for resource in ["container-instance/abc", "container-instance/default/abc"] {
        let text = format!("arn:aws:ecs:us-west-2:123456789012:{resource}");
        let arn = ArnRef::parse(&text).unwrap();
        assert_eq!(arn.resource_id(), text.rsplit('/').next().unwrap());
        assert_eq!(arn.region(), text.split(':').nth(3));
    }
}

#[test]
fn partitions_and_their_regions() {
    for (region, partition, suffix) in [
        ("us-east-1", "aws", "amazonaws.com"),
        ("xx-future-9", "aws", "amazonaws.com"),
        ("cn-northwest-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
        ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
        ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
        ("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"),
        ("us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"),
    ] {
        let found = Region::parse(region).unwrap().partition();
        assert_eq!(found.as_str(), partition);
        assert_eq!(found.dns_suffix(), Some(suffix));
        assert_eq!(Partition::from_name(partition), found);
    }
    assert_eq!(Partition::from_name("AWS"), Partition::Other("AWS".into()));
    assert_eq!(Partition::from_name("local").dns_suffix(), None);
    for (code, _) in REGIONS_2015 {
        assert_eq!(Region::parse(code).unwrap().partition(), Partition::Aws);
    }
    for (text, expected) in [
        ("", "`` is not a Region at byte 0"),
        ("aws-global", "`aws-global` is not a Region at byte 0"),
        ("us-east", "`us-east` is not a Region at byte 0"),
        ("us--1", "`us--1` is not a Region at byte 0"),
        (
            "US-EAST-1",
            "the Region `US-EAST-1` is not in lower case at byte 0",
        ),
    ] {
        assert_eq!(Region::parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn account_ids() {
    let id = AccountId::from_hyphenated("1234-5678-9012").unwrap();
    assert_eq!(id.to_string(), "123456789012");
    assert_eq!(AccountId::from_hyphenated("123456789012").unwrap(), id);
    for text in ["1234-5678-901", "1234-5678-90123", "1234 5678 9012", ""] {
        assert_eq!(
            AccountId::from_hyphenated(text).unwrap_err().to_string(),
            format!("`{text}` is not an account id of 12 digits at byte 0")
        );
    }
}

#[test]
fn types_are_small() {
    assert_eq!(size_of::<Option<ArnRef<'_>>>(), size_of::<ArnRef<'_>>());
    assert_eq!(size_of::<Option<Arn>>(), size_of::<Arn>());
    assert_eq!(size_of::<Arn>(), 24);
    assert_eq!(size_of::<AccountId>(), 12);
}

#[test]
fn arns_are_strings_in_json() {
    let text = "\"arn:aws:ecs:us-east-1:123456789012:cluster/default\"";
    let arn: Arn = serde_json::from_str(text).unwrap();
    let borrowed: ArnRef<'_> = serde_json::from_str(text).unwrap();
    assert_eq!(arn.borrowed(), borrowed);
    assert_eq!(serde_json::to_string(&arn).unwrap(), text);
    assert_eq!(serde_json::to_string(&borrowed).unwrap(), text);
    let account: AccountId = serde_json::from_str("\"123456789012\"").unwrap();
    assert_eq!(serde_json::to_string(&account).unwrap(), "\"123456789012\"");
    let error = serde_json::from_str::<Arn>("\"arn:nope\"").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("expected 6 parts separated by `:`, found 2 at byte 8"),
        "{error}"
    );
    assert!(serde_json::from_str::<Arn>("7").is_err());
}

#[test]
fn arns_are_found_by_text_in_maps() {
    let text = "arn:aws:ecs:us-east-1:123456789012:cluster/default";
    let known: std::collections::BTreeSet<Arn> = [text.parse().unwrap()].into();
    assert!(known.contains(text));
    assert!(known.first().unwrap() == text);
}
