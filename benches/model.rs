//! Tasks and container instances beside `serde_json::Value`, which checks nothing and names
//! nothing.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ecs_model::operation::{DescribeContainerInstancesResponse, DescribeTasksResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const COUNT: u64 = 1_000;

/// Tasks as `describe-tasks` prints them today: two containers on a network interface.
fn tasks() -> String {
    let container = |name: &str, n: u64| {
        json!({
            "containerArn": format!("arn:aws:ecs:us-west-2:111122223333:container/web/{n:032x}/{name}"),
            "taskArn": format!("arn:aws:ecs:us-west-2:111122223333:task/web/{n:032x}"),
            "name": name,
            "image": "111122223333.dkr.ecr.us-west-2.amazonaws.com/web:latest",
            "runtimeId": format!("{n:064x}"),
            "lastStatus": "RUNNING",
            "networkBindings": [],
            "networkInterfaces": [{
                "attachmentId": format!("{n:08x}-ddfb-4d10-8ebe-8ac87ddba5b8"),
                "privateIpv4Address": format!("10.0.{}.{}", n / 256, n % 256),
            }],
            "healthStatus": "HEALTHY",
            "cpu": "128",
            "memory": "256",
        })
    };
    let task = |n: u64| {
        json!({
            "taskArn": format!("arn:aws:ecs:us-west-2:111122223333:task/web/{n:032x}"),
            "clusterArn": "arn:aws:ecs:us-west-2:111122223333:cluster/web",
            "taskDefinitionArn": "arn:aws:ecs:us-west-2:111122223333:task-definition/web:7",
            "containers": [container("web", n), container("proxy", n)],
            "overrides": {"containerOverrides": [{"name": "web"}, {"name": "proxy"}]},
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "launchType": "FARGATE",
            "cpu": "256",
            "memory": "512",
            "group": "service:web",
            "startedBy": "ecs-svc/9223370545345641169",
            "createdAt": 1_579_802_254.402,
            "startedAt": 1_579_802_278.103,
            "connectivity": "CONNECTED",
            "version": 4,
        })
    };
    let tasks: Vec<Value> = (0..COUNT).map(task).collect();
    json!({"tasks": tasks, "failures": []}).to_string()
}

/// Container instances as `describe-container-instances` prints them.
fn container_instances() -> String {
    let resource = |name: &str, value: u64| {
        json!({"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0,
            "integerValue": value})
    };
    let ports = |name: &str, ports: &[&str]| {
        json!({"name": name, "type": "STRINGSET", "doubleValue": 0.0, "longValue": 0,
            "integerValue": 0, "stringSetValue": ports})
    };
    let resources = |cpu: u64, memory: u64| {
        json!([
            resource("CPU", cpu),
            resource("MEMORY", memory),
            ports("PORTS", &["22", "2376", "2375", "51678", "51679"]),
            ports("PORTS_UDP", &[]),
        ])
    };
    let attributes = [
        "ecs.availability-zone",
        "ecs.instance-type",
        "com.amazonaws.ecs.capability.docker-remote-api.1.19",
        "com.amazonaws.ecs.capability.logging-driver.awslogs",
        "ecs.capability.task-eni",
    ];
    let attributes = attributes.map(|name| json!({"name": name, "value": "us-west-2a"}));
    let instance = |n: u64| {
        json!({
            "containerInstanceArn":
                format!("arn:aws:ecs:us-west-2:111122223333:container-instance/web/{n:032x}"),
            "ec2InstanceId": format!("i-{n:017x}"),
            "version": n,
            "versionInfo": {"agentVersion": "1.61.0", "agentHash": "4ab1051",
                "dockerVersion": "DockerVersion: 20.10.13"},
            "registeredResources": resources(2_048, 3_955),
            "remainingResources": resources(2_048 - n % 2_048, 3_955 - n % 3_955),
            "status": "ACTIVE",
            "agentConnected": true,
            "runningTasksCount": n % 10,
            "pendingTasksCount": 0,
            "attributes": attributes,
            "registeredAt": 1_579_802_254.402,
        })
    };
    let instances: Vec<Value> = (0..COUNT).map(instance).collect();
    json!({"containerInstances": instances, "failures": []}).to_string()
}

fn compare<T: DeserializeOwned + Serialize>(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    group.throughput(Throughput::Bytes(text.len().try_into().unwrap()));
    let typed: T = serde_json::from_str(text).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), value);
    group.bench_function("read/ecs-model", |bencher| {
        bencher.iter(|| serde_json::from_str::<T>(black_box(text)).unwrap());
    });
    group.bench_function("read/serde_json::Value", |bencher| {
        bencher.iter(|| serde_json::from_str::<Value>(black_box(text)).unwrap());
    });
    group.bench_function("write/ecs-model", |bencher| {
        bencher.iter(|| serde_json::to_string(black_box(&typed)).unwrap());
    });
    group.bench_function("write/serde_json::Value", |bencher| {
        bencher.iter(|| serde_json::to_string(black_box(&value)).unwrap());
    });
}

fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("model/1,000 tasks");
    compare::<DescribeTasksResponse>(&mut group, &tasks());
    group.finish();
    let mut group = criterion.benchmark_group("model/1,000 container instances");
    compare::<DescribeContainerInstancesResponse>(&mut group, &container_instances());
    group.finish();
}

criterion_group!(benches, documents);
criterion_main!(benches);
