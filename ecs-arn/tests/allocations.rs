//! How often the parsers and matchers allocate.

use std::hint::black_box;

use allocation_counter::measure;
use ecs_arn::{Arn, ArnPattern, ArnRef, ClusterRef, EcsArn, TaskDefinitionRef};

const TEXT: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";

#[test]
fn borrowed_arns_allocate_nothing() {
    let pattern = ArnPattern::parse("arn:aws:ecs:*:123456789012:task-*/${family}:*").unwrap();
    let counted = measure(|| {
        let arn = ArnRef::parse(black_box(TEXT)).unwrap();
        arn.validate().unwrap();
        assert_eq!(ArnRef::parse_strict(black_box(TEXT)), Ok(arn));
        let ecs = EcsArn::try_from(arn).unwrap();
        ecs.validate().unwrap();
        black_box((
            ecs.resource(),
            TaskDefinitionRef::parse(TEXT),
            ClusterRef::parse("default"),
        ))
        .2
        .unwrap();
        assert!(pattern.matches_with(arn, |_| Some("web")));
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn an_owned_arn_allocates_once() {
    let counted = measure(|| {
        black_box(black_box(TEXT).parse::<Arn>().unwrap());
    });
    assert_eq!(counted.count_total, 1);
    assert_eq!(counted.bytes_total, TEXT.len() as u64);
}
