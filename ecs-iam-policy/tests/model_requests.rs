//! Requests of the API and the checks that they lead to.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_arn::Scope;
use ecs_iam_policy::ecs::{EcsRequest, EcsRequestError, TaggedDefinition};
use ecs_iam_policy::{Principal, Request};
use ecs_taskdef::{Tag, TaskDefinition};
use serde_json::{Value, json};

fn scope() -> Scope<'static> {
    Scope::new("us-east-1", "123456789012").unwrap()
}

/// Each check as `action resources keys`, the account and the keys of caller and place left out.
fn asked(request: Result<EcsRequest, EcsRequestError>) -> Vec<String> {
    let alice: Principal = "arn:aws:iam::123456789012:user/alice".parse().unwrap();
    let line = |request: Request| {
        let mut words = vec![request.action().to_owned()];
        words.extend(request.resources().map(str::to_owned));
        let of_all = [
            "aws:Principal",
            "aws:username",
            "aws:RequestedRegion",
            "aws:ResourceAccount",
        ];
        for (key, value) in request.context().iter() {
            if !of_all.iter().any(|start| key.starts_with(start)) {
                words.push(format!("{key}={value}"));
            }
        }
        let line = words
            .join(" ")
            .replace("arn:aws:ecs:us-east-1:123456789012:", "");
        line.replace("arn:aws:iam::123456789012:", "")
    };
    request
        .unwrap()
        .requests(&alice)
        .into_iter()
        .map(line)
        .collect()
}

fn read<T: serde::de::DeserializeOwned>(document: Value) -> T {
    serde_json::from_value(document).unwrap()
}

fn definition() -> TaskDefinition {
    read(json!({
        "family": "web",
        "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7",
        "cpu": ".5 vCPU",
        "memory": "1 GB",
        "taskRoleArn": "arn:aws:iam::123456789012:role/app/task",
        "executionRoleArn": "execution",
        "containerDefinitions": [{"name": "web", "image": "nginx"}]
    }))
}

#[test]
fn run_task_asks_for_definition_tags_and_roles() {
    let request = read(json!({
        "cluster": "prod",
        "taskDefinition": "web",
        "propagateTags": "TASK_DEFINITION",
        "tags": [{"key": "team", "value": "a"}],
        "enableExecuteCommand": true,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}],
        "overrides": {"cpu": "1024", "taskRoleArn": "arn:aws:iam::123456789012:role/other"},
        "volumeConfigurations": [{
            "name": "data",
            "managedEBSVolume": {"roleArn": "arn:aws:iam::123456789012:role/volumes"}
        }]
    }));
    let definition = definition();
    let tags: Vec<Tag> = read(json!([{"key": "cost", "value": "1"}]));
    let tagged = TaggedDefinition::new(&definition).with_tags(&tags);
    assert_eq!(
        asked(EcsRequest::of_run_task(&scope(), &request, tagged)),
        [
            "ecs:RunTask task-definition/web:7 aws:RequestTag/team=a aws:TagKeys=[team] \
             ecs:capacity-provider=[capacity-provider/FARGATE_SPOT] ecs:cluster=cluster/prod \
             ecs:enable-ebs-volumes=true ecs:enable-execute-command=true ecs:task-cpu=1024 \
             ecs:task-memory=1024",
            "ecs:TagResource task/prod/* aws:RequestTag/cost=1 aws:RequestTag/team=a \
             aws:TagKeys=[team, cost] ecs:CreateAction=RunTask",
            "iam:PassRole role/volumes iam:PassedToService=ecs.amazonaws.com",
            "iam:PassRole role/other iam:PassedToService=ecs-tasks.amazonaws.com",
            "iam:PassRole role/execution iam:PassedToService=ecs-tasks.amazonaws.com",
        ]
    );
}

#[test]
fn start_task_asks_for_each_instance() {
    let request = read(json!({
        "taskDefinition": "web:7",
        "containerInstances": ["i1", "i2"],
        "enableExecuteCommand": false
    }));
    let plain: TaskDefinition = read(json!({"family": "web", "revision": 9}));
    assert_eq!(
        asked(EcsRequest::of_start_task(
            &scope(),
            &request,
            TaggedDefinition::new(&plain)
        )),
        ["i1", "i2"].map(|instance| format!(
            "ecs:StartTask task-definition/web:7 ecs:cluster=cluster/default \
             ecs:container-instances=container-instance/default/{instance} \
             ecs:enable-execute-command=false"
        ))
    );
}

#[test]
fn register_task_definition_asks_for_roles() {
    let request = read(json!({
        "family": "web",
        "cpu": "256",
        "taskRoleArn": "task",
        "requiresCompatibilities": ["FARGATE", "EC2"],
        "tags": [{"key": "team", "value": "a"}],
        "containerDefinitions": [{"name": "web", "image": "nginx", "privileged": true}]
    }));
    assert_eq!(
        asked(EcsRequest::of_register_task_definition(
            &scope(),
            &request,
            8
        )),
        [
            "ecs:RegisterTaskDefinition task-definition/web:8 aws:RequestTag/team=a \
             aws:TagKeys=[team] ecs:compute-compatibility=[FARGATE, EC2] ecs:privileged=true \
             ecs:task-cpu=256",
            "ecs:TagResource task-definition/web:8 aws:RequestTag/team=a aws:TagKeys=[team] \
             ecs:CreateAction=RegisterTaskDefinition",
            "iam:PassRole role/task iam:PassedToService=ecs-tasks.amazonaws.com",
        ]
    );
}

#[test]
fn services_ask_for_their_settings_and_roles() {
    let mut document = json!({
        "cluster": "prod",
        "serviceName": "api",
        "taskDefinition": "web",
        "role": "balancer",
        "tags": [{"key": "team", "value": "a"}],
        "propagateTags": "SERVICE",
        "enableECSManagedTags": true,
        "networkConfiguration": {
            "awsvpcConfiguration": {"subnets": ["s1", "s2"], "assignPublicIp": "DISABLED"}
        },
        "serviceConnectConfiguration": {"enabled": true, "namespace": "internal"},
        "vpcLatticeConfigurations": [{"roleArn": "arn:aws:iam::123456789012:role/lattice"}],
        "loadBalancers": [{"advancedConfiguration": {"roleArn": "arn:aws:iam::123456789012:role/shift"}}]
    });
    let definition = definition();
    let tagged = Some(TaggedDefinition::new(&definition));
    let keys = "ecs:auto-assign-public-ip=false ecs:cluster=cluster/prod \
                ecs:enable-ecs-managed-tags=true ecs:enable-service-connect=true \
                ecs:enable-vpc-lattice=true ecs:propagate-tags=SERVICE ecs:subnet=[s1, s2] \
                ecs:task-cpu=512 ecs:task-definition=task-definition/web:7 ecs:task-memory=1024";
    let roles = ["shift", "lattice"]
        .map(|role| format!("iam:PassRole role/{role} iam:PassedToService=ecs.amazonaws.com"));
    let create = asked(EcsRequest::of_create_service(
        &scope(),
        &read(document.clone()),
        tagged,
    ));
    assert_eq!(
        create,
        [
            &format!(
                "ecs:CreateService service/prod/api aws:RequestTag/team=a aws:TagKeys=[team] {keys}"
            ),
            "ecs:TagResource service/prod/api aws:RequestTag/team=a aws:TagKeys=[team] \
             ecs:CreateAction=CreateService",
            "iam:PassRole role/balancer iam:PassedToService=ecs.amazonaws.com",
            &roles[0],
            &roles[1],
        ]
    );
    let members = document.as_object_mut().unwrap();
    for name in ["serviceName", "role", "tags"] {
        members.remove(name);
    }
    members.insert("service".to_owned(), json!("api"));
    let update = asked(EcsRequest::of_update_service(
        &scope(),
        &read(document),
        tagged,
    ));
    assert_eq!(
        update,
        [
            format!("ecs:UpdateService service/prod/api {keys}"),
            roles[0].clone(),
            roles[1].clone()
        ]
    );
    let bare = read(json!({"cluster": "prod", "serviceName": "api"}));
    assert_eq!(
        asked(EcsRequest::of_create_service(&scope(), &bare, None)),
        ["ecs:CreateService service/prod/api ecs:cluster=cluster/prod"]
    );
    let scaled = read(json!({"cluster": "prod", "service": "api", "desiredCount": 2}));
    assert_eq!(
        asked(EcsRequest::of_update_service(&scope(), &scaled, tagged)),
        ["ecs:UpdateService service/prod/api ecs:cluster=cluster/prod"],
        "its task definition does not change"
    );
}

#[test]
fn a_family_needs_a_document_that_tells_its_revision() {
    let request = read(json!({"taskDefinition": "web"}));
    let plain = TaskDefinition::default();
    let made = EcsRequest::of_run_task(&scope(), &request, TaggedDefinition::new(&plain));
    assert_eq!(
        made.unwrap_err().to_string(),
        "`web` has no revision: AWS authorizes the revision that the family resolves to"
    );
}
