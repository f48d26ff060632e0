//! ARNs beside the crates `arn`, `aws-arn` and `scratchstack-arn`.
//!
//! The contract: borrowed and validated at least 1.5 times as fast as `arn`, which checks nothing;
//! owned at least eight times as fast as `aws-arn`. Allocations are counted in the tests of `ecs-arn`.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ecs_arn::{Arn, ArnPattern, ArnRef, EcsArn};

/// ARNs of Amazon ECS in both formats and of its neighbours, in four partitions.
fn corpus() -> Vec<String> {
    const RESOURCES: &[(&str, &str)] = &[
        ("ecs", "cluster/default"),
        ("ecs", "service/web"),
        ("ecs", "service/payments-prod-eu/checkout-api"),
        ("ecs", "task/1abf0f6d-a411-4033-b8eb-a4eed3ad252a"),
        (
            "ecs",
            "task/payments-prod-eu/3bdabc4e01fbcd9504bca7a5c59340af",
        ),
        (
            "ecs",
            "container-instance/default/3f4a1df652f4993ef4c0bc182b5f79e3",
        ),
        ("ecs", "task-definition/console-sample-app-static:6"),
        ("ecs", "task-set/default/web/ecs-svc/5203344432720176530"),
        (
            "ecs",
            "service-revision/payments-prod-eu/checkout-api/2633293526872328410",
        ),
        ("ecs", "capacity-provider/web-cp"),
        ("lambda", "function:PRE-VerificationBoundingBox"),
        (
            "elasticloadbalancing",
            "targetgroup/my-new-targets/3bb63f11dfb0faf9",
        ),
        (
            "logs",
            "log-group:/ecs/web:log-stream:ecs/web/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
        ),
        ("secretsmanager", "secret:prod/database-AbCdEf"),
        ("dynamodb", "table/Forum/stream/2015-05-19T23:03:50.641"),
    ];
    const SCOPES: &[(&str, &str)] = &[
        ("aws", "us-east-1"),
        ("aws", "ap-southeast-2"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-cn", "cn-north-1"),
    ];
    let arn = |n: usize| {
        let (service, resource) = RESOURCES.get(n % RESOURCES.len()).unwrap();
        let (partition, region) = SCOPES.get(n / RESOURCES.len() % SCOPES.len()).unwrap();
        format!(
            "arn:{partition}:{service}:{region}:{:012}:{resource}",
            n * 999_983
        )
    };
    (0..1_000).map(arn).collect()
}

/// Measures one pass over all texts.
fn pass(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    texts: &[String],
    mut read: impl FnMut(&str) -> bool,
) {
    group.bench_function(name, |b| {
        b.iter(|| texts.iter().filter(|text| read(black_box(text))).count());
    });
}

fn parse(c: &mut Criterion) {
    let texts = corpus();
    let mut borrowed = c.benchmark_group("arn/borrowed");
    borrowed.throughput(Throughput::Elements(texts.len() as u64));
    pass(&mut borrowed, "ecs-arn parse", &texts, |text| {
        black_box(ArnRef::parse(text)).is_ok()
    });
    pass(&mut borrowed, "ecs-arn parse_strict", &texts, |text| {
        black_box(ArnRef::parse_strict(text)).is_ok()
    });
    pass(
        &mut borrowed,
        "ecs-arn parse and validate",
        &texts,
        |text| black_box(ArnRef::parse(text)).is_ok_and(|arn| arn.validate().is_ok()),
    );
    pass(&mut borrowed, "arn 0.1", &texts, |text| {
        black_box(arn::naive::NaiveArn::parse(text)).is_ok()
    });
    borrowed.finish();

    let mut owned = c.benchmark_group("arn/owned");
    owned.throughput(Throughput::Elements(texts.len() as u64));
    pass(&mut owned, "ecs-arn", &texts, |text| {
        black_box(text.parse::<Arn>()).is_ok()
    });
    pass(&mut owned, "aws-arn 0.3", &texts, |text| {
        black_box(text.parse::<aws_arn::ResourceName>()).is_ok()
    });
    pass(&mut owned, "scratchstack-arn 0.4", &texts, |text| {
        black_box(text.parse::<scratchstack_arn::Arn>()).is_ok()
    });
    owned.finish();

    let mut typed = c.benchmark_group("arn/typed");
    typed.throughput(Throughput::Elements(texts.len() as u64));
    pass(&mut typed, "ecs-arn", &texts, |text| {
        black_box(EcsArn::parse(text)).is_ok()
    });
    typed.finish();
}

fn patterns(c: &mut Criterion) {
    let texts = corpus();
    let arns: Vec<_> = texts
        .iter()
        .map(|text| ArnRef::parse(text).unwrap())
        .collect();
    let mut group = c.benchmark_group("arn/pattern");
    group.throughput(Throughput::Elements(arns.len() as u64));
    for text in [
        "arn:aws:ecs:*",
        "arn:aws:ecs:us-east-1:*:task-definition/console-sample-app-static:*",
        "arn:*:ecs:*:0*:*/*-*/*a*",
    ] {
        let pattern = ArnPattern::parse(text).unwrap();
        group.bench_function(text, |b| {
            b.iter(|| {
                arns.iter()
                    .filter(|arn| pattern.matches(**black_box(arn)))
                    .count()
            });
        });
    }
    let stars = ArnPattern::parse(&format!("arn:aws:ecs:*:*:{}b", "a*".repeat(12))).unwrap();
    let letters = format!("arn:aws:ecs:us-east-1:123456789012:{}", "a".repeat(40));
    let letters = ArnRef::parse(&letters).unwrap();
    group.throughput(Throughput::Elements(1));
    group.bench_function("12 stars against 40 letters", |b| {
        b.iter(|| stars.matches(black_box(letters)));
    });
    group.finish();
}

criterion_group!(benches, parse, patterns);
criterion_main!(benches);
