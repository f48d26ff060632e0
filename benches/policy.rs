//! Policy decisions beside the crates `iam-rs` and `cedar-policy`.
//!
//! The contract: at least five times as fast as `iam-rs`, ten times as `cedar-policy`. All
//! three are given the same requests, built beforehand; Cedar has the policies in its own
//! language. Before anything is timed, all of them must decide every request as expected.
//! Allocations are counted in the tests of `ecs-iam-policy`.

#![expect(clippy::unwrap_used, reason = "a failed step fails the bench")]

use std::collections::HashMap;
use std::hint::black_box;

use cedar_policy as cedar;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ecs_iam_policy::{CompiledPolicy, Context, Outcome, Policy, PolicySet, Request};
use serde_json::Value;

const POLICIES: &str = include_str!("data/iam/policies.json");
const CEDAR_POLICIES: &str = include_str!("data/iam/policies.cedar");
const REQUESTS: &str = include_str!("data/iam/requests.jsonl");
const EXPECTED: &str = include_str!("data/iam/expected.json");

/// One request as it stands in the file.
struct Line {
    principal: String,
    action: String,
    resource: String,
    context: Vec<(String, String)>,
}

fn lines() -> Vec<Line> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap().to_owned();
    let line = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let context = value.get("context").and_then(Value::as_object).unwrap();
        Line {
            principal: text(value.get("principal")),
            action: text(value.get("action")),
            resource: text(value.get("resource")),
            context: context
                .iter()
                .map(|(key, value)| (key.clone(), text(Some(value))))
                .collect(),
        }
    };
    REQUESTS.lines().map(line).collect()
}

fn expected() -> Vec<Outcome> {
    let names: Vec<String> = serde_json::from_str(EXPECTED).unwrap();
    let outcome = |name: &String| match name.as_str() {
        "allow" => Outcome::Allowed,
        "explicit_deny" => Outcome::ExplicitDeny,
        _ => Outcome::ImplicitDeny,
    };
    names.iter().map(outcome).collect()
}

fn policy_set() -> PolicySet {
    let policies: Vec<Policy> = serde_json::from_str(POLICIES).unwrap();
    policies.iter().fold(PolicySet::new(), |set, policy| {
        set.with_identity(CompiledPolicy::new(policy))
    })
}

fn request(line: &Line) -> Request {
    let context: Context = line
        .context
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    Request::new(
        line.principal.parse().unwrap(),
        &line.action,
        &line.resource,
    )
    .with_contexts(&context)
}

mod rs {
    use super::*;

    pub(super) fn evaluator() -> iam_rs::PolicyEvaluator {
        let policies: Vec<iam_rs::IAMPolicy> = serde_json::from_str(POLICIES).unwrap();
        iam_rs::PolicyEvaluator::with_policies(policies)
    }

    pub(super) fn request(line: &Line) -> iam_rs::IAMRequest {
        let value = |value: &String| iam_rs::ContextValue::String(value.clone());
        let context: HashMap<_, _> = line
            .context
            .iter()
            .map(|(key, text)| (key.clone(), value(text)))
            .collect();
        iam_rs::IAMRequest::new_with_context(
            iam_rs::Principal::Aws(iam_rs::PrincipalId::String(line.principal.clone())),
            line.action.clone(),
            iam_rs::Arn::parse(&line.resource).unwrap(),
            iam_rs::Context::with_data(context),
        )
    }

    pub(super) fn outcome(
        evaluator: &iam_rs::PolicyEvaluator,
        request: &iam_rs::IAMRequest,
    ) -> Outcome {
        match evaluator.evaluate(request).unwrap().decision {
            iam_rs::Decision::Allow => Outcome::Allowed,
            iam_rs::Decision::Deny => Outcome::ExplicitDeny,
            iam_rs::Decision::NotApplicable => Outcome::ImplicitDeny,
        }
    }
}

mod cedar_side {
    use super::*;

    fn uid(kind: &str, id: &str) -> cedar::EntityUid {
        cedar::EntityUid::from_type_name_and_id(kind.parse().unwrap(), cedar::EntityId::new(id))
    }

    /// The actions of the requests in the groups that stand for IAM's wildcards.
    pub(super) fn entities(lines: &[Line]) -> cedar::Entities {
        let groups = ["ecs:Describe", "ecs:List", "ecs:Delete", "ecs:Deregister"];
        let mut entities = HashMap::new();
        for group in groups {
            let group = uid("Action", &format!("{group}*"));
            entities.insert(group.clone(), cedar::Entity::with_uid(group));
        }
        for line in lines {
            let action = uid("Action", &line.action);
            let parents = groups
                .iter()
                .filter(|group| line.action.starts_with(**group));
            let parents = parents
                .map(|group| uid("Action", &format!("{group}*")))
                .collect();
            let entity = cedar::Entity::new_no_attrs(action.clone(), parents);
            entities.insert(action, entity);
        }
        cedar::Entities::from_entities(entities.into_values(), None).unwrap()
    }

    pub(super) fn request(line: &Line) -> cedar::Request {
        let names = [
            ("aws:RequestedRegion", "region"),
            ("aws:ResourceTag/team", "team"),
            ("aws:ResourceTag/env", "env"),
            ("ecs:cluster", "cluster"),
            ("ecs:container-instances", "instance"),
        ];
        let text = |text: &String| cedar::RestrictedExpression::new_string(text.clone());
        let pairs = names.iter().filter_map(|(key, name)| {
            let (_, value) = line.context.iter().find(|(known, _)| known == key)?;
            Some(((*name).to_owned(), text(value)))
        });
        let pairs = pairs.chain([("arn".to_owned(), text(&line.resource))]);
        cedar::Request::new(
            uid("User", &line.principal),
            uid("Action", &line.action),
            uid("Resource", &line.resource),
            cedar::Context::from_pairs(pairs).unwrap(),
            None,
        )
        .unwrap()
    }
}

fn decide(criterion: &mut Criterion) {
    let (lines, expected) = (lines(), expected());
    let set = policy_set();
    let requests: Vec<Request> = lines.iter().map(request).collect();
    let evaluator = rs::evaluator();
    let rs_requests: Vec<_> = lines.iter().map(rs::request).collect();
    let authorizer = cedar::Authorizer::new();
    let cedar_policies: cedar::PolicySet = CEDAR_POLICIES.parse().unwrap();
    let entities = cedar_side::entities(&lines);
    let cedar_requests: Vec<_> = lines.iter().map(cedar_side::request).collect();

    for (position, outcome) in expected.iter().enumerate() {
        let request = requests.get(position).unwrap();
        assert_eq!(set.decide(request).outcome, *outcome, "request {position}");
        let by_rs = rs::outcome(&evaluator, rs_requests.get(position).unwrap());
        assert_eq!(by_rs, *outcome, "request {position} by iam-rs");
        let request = cedar_requests.get(position).unwrap();
        let answer = authorizer.is_authorized(request, &cedar_policies, &entities);
        let allowed = answer.decision() == cedar::Decision::Allow;
        assert_eq!(
            allowed,
            *outcome == Outcome::Allowed,
            "request {position} by cedar"
        );
    }

    let mut group = criterion.benchmark_group("policy/decide");
    group.throughput(Throughput::Elements(lines.len().try_into().unwrap()));
    group.bench_function("ecs-iam-policy", |bencher| {
        bencher.iter(|| {
            for request in &requests {
                black_box(set.decide(request));
            }
        });
    });
    group.bench_function("iam-rs", |bencher| {
        bencher.iter(|| {
            for request in &rs_requests {
                black_box(evaluator.evaluate(request)).unwrap();
            }
        });
    });
    group.bench_function("cedar-policy", |bencher| {
        bencher.iter(|| {
            for request in &cedar_requests {
                black_box(authorizer.is_authorized(request, &cedar_policies, &entities));
            }
        });
    });
    group.finish();
}

fn around_it(criterion: &mut Criterion) {
    let lines = lines();
    let set = policy_set();
    let requests: Vec<Request> = lines.iter().map(request).collect();
    let elements = Throughput::Elements(lines.len().try_into().unwrap());

    let mut group = criterion.benchmark_group("policy");
    group.bench_function("compile/10 policies", |bencher| {
        bencher.iter(|| black_box(policy_set()));
    });
    group.throughput(elements);
    group.bench_function("request/build", |bencher| {
        bencher.iter(|| {
            for line in &lines {
                black_box(request(line));
            }
        });
    });
    group.bench_function("decide/with explanation", |bencher| {
        bencher.iter(|| {
            for request in &requests {
                black_box(set.explain(request));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, decide, around_it);
criterion_main!(benches);
