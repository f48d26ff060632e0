//! Why a request is not placed.

use ecs_arn::ClusterRef;
use ecs_model::operation::RunTaskRequest;
use ecs_model::{Exception, ExceptionName, Finding, Findings, Rule, Source};
use ecs_taskdef::TaskDefinition;
use thiserror::Error;

use super::Unsupported;
use crate::Query;
use crate::capacity::{CapacityError, Provider, ProviderKind};

/// A request that is not placed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Amazon ECS refuses the request, or it says something that cannot be honoured. All of it
    /// is in the findings; those about the task definition are at `/taskDefinition`.
    #[error("the request is refused: {}", list(.0))]
    Refused(Findings),
    /// Amazon ECS might place it, this engine does not.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// Capacity providers that the request cannot have.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
}

impl RequestError {
    /// What is wrong with the request, if Amazon ECS refuses it.
    #[must_use]
    pub const fn findings(&self) -> Option<&Findings> {
        match self {
            Self::Refused(findings) => Some(findings),
            Self::Unsupported(_) | Self::Capacity(_) => None,
        }
    }

    /// The exception with which Amazon ECS answers: that of the first error. What this engine does
    /// not place is an `UnsupportedFeatureException` in its own words.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let found = self.findings().and_then(Exception::of_findings);
        match (found, self) {
            (Some(exception), _) => exception,
            (None, Self::Capacity(error)) => error.exception(),
            // What is refused without an error has members that nobody knows.
            (None, Self::Refused(_)) => {
                Exception::new(ExceptionName::InvalidParameter, self.to_string())
            }
            (None, Self::Unsupported(error)) => {
                Exception::new(ExceptionName::UnsupportedFeature, error.to_string())
            }
        }
    }
}

/// The rules of this crate, in addition to those of [`ecs_model::rules`].
pub static RULES: [&Rule; 6] = [
    &CLUSTER,
    &FAMILY,
    &AMOUNTS,
    &EXPRESSION,
    &PROVIDER_STRATEGY,
    &PROVIDER_CONSTRAINT,
];

static CLUSTER: Rule = Rule::new(
    "placement-cluster",
    "a request is about the cluster on which it is placed",
    Source::Api("RunTask"),
)
.answered_by("ClusterNotFoundException")
.quoted("Cluster not found.");
static FAMILY: Rule = Rule::new(
    "placement-family",
    "the task definition has a family",
    Source::Api("RegisterTaskDefinition"),
)
.answered_by(Rule::CLIENT);
static AMOUNTS: Rule = Rule::new(
    "placement-amounts",
    "CPU and memory of a task are not below zero",
    Source::Api("ContainerDefinition"),
)
.answered_by(Rule::CLIENT);
static EXPRESSION: Rule = Rule::new(
    "placement-expression-syntax",
    "an expression is of the cluster query language",
    Source::Guide("cluster-query-language"),
)
.answered_by(Rule::INVALID_PARAMETER);
static PROVIDER_STRATEGY: Rule = Rule::new(
    "placement-strategy-provider",
    "only capacity providers of Auto Scaling groups take placement strategies",
    Source::Guide("task-placement-strategies"),
)
.answered_by(Rule::INVALID_PARAMETER);
static PROVIDER_CONSTRAINT: Rule = Rule::new(
    "placement-constraint-provider",
    "capacity providers on Fargate take no placement constraints",
    Source::Api("PlacementConstraint"),
)
.answered_by(Rule::INVALID_PARAMETER);

/// The findings as one line.
fn list(findings: &Findings) -> String {
    let refused: Vec<_> = findings.iter().map(ToString::to_string).collect();
    refused.join("; ")
}

/// Refuses what is wrong, and members that nobody knows: they might ask for anything.
pub(super) fn refuse(findings: Findings) -> Result<(), RequestError> {
    let refused: Findings = findings
        .into_iter()
        .filter(|one| one.exception.is_some() || one.rule.id == "member-unknown")
        .collect();
    match refused.is_empty() {
        true => Ok(()),
        false => Err(RequestError::Refused(refused)),
    }
}

/// Whether a request means the cluster.
pub(super) fn check_cluster(
    asked: Option<&str>,
    cluster: &ClusterRef<'_>,
    findings: &mut Findings,
) {
    let name = asked.unwrap_or(ecs_model::DEFAULT_CLUSTER);
    let is_meant = match (ClusterRef::parse(name), cluster) {
        (Ok(ClusterRef::Arn(asked)), cluster) => cluster.is(asked),
        (Ok(asked), ClusterRef::Arn(arn)) => asked.is(*arn),
        (Ok(asked), cluster) => asked.name() == cluster.name(),
        (Err(_), _) => false,
    };
    if !is_meant {
        let message = format!("`{name}` is not the cluster `{cluster}`");
        let finding = Finding::new(&CLUSTER, "/cluster".to_owned(), message);
        findings.push(finding.in_words_of_aws(&[]));
    }
}

/// What a capacity provider does not take, unless a rule of requests has found it already.
pub(super) fn check_provider(
    request: &RunTaskRequest,
    definition: &TaskDefinition,
    provider: &Provider,
    findings: &mut Findings,
) {
    let mut refuse = |rule: &'static Rule, of_requests: &str, at: &str, what: &str| {
        if !findings.contains(of_requests) {
            let message = format!("`{}` takes no placement {what}", provider.name);
            findings.push(Finding::new(rule, at.to_owned(), message));
        }
    };
    let is_group = provider.kind == ProviderKind::Ec2Autoscaling;
    if !is_group && !request.placement_strategy().is_empty() {
        let of_requests = "placement-strategy-fargate";
        refuse(
            &PROVIDER_STRATEGY,
            of_requests,
            "/placementStrategy",
            "strategy",
        );
    }
    let is_fargate = provider.kind.is_fargate();
    if is_fargate && !request.placement_constraints().is_empty() {
        let of_requests = "placement-constraint-fargate";
        refuse(
            &PROVIDER_CONSTRAINT,
            of_requests,
            "/placementConstraints",
            "constraint",
        );
    }
    if is_fargate && !definition.placement_constraints().is_empty() {
        let of_requests = "fargate-placement-constraints";
        let at = "/taskDefinition/placementConstraints";
        refuse(&PROVIDER_CONSTRAINT, of_requests, at, "constraint");
    }
}

/// What keeps a task definition from being placed at all; `at` is where it stands.
pub(super) fn check_definition(definition: &TaskDefinition, at: &str, findings: &mut Findings) {
    if definition.family.as_deref().unwrap_or_default().is_empty() {
        let message = "the task definition has no family".to_owned();
        findings.push(Finding::new(&FAMILY, format!("{at}/family"), message));
    }
    for (position, container) in definition.container_definitions().iter().enumerate() {
        for (member, amount) in [
            ("cpu", container.cpu),
            ("memory", container.memory),
            ("memoryReservation", container.memory_reservation),
        ] {
            if let Some(amount) = amount.filter(|amount| *amount < 0) {
                let pointer = format!("{at}/containerDefinitions/{position}/{member}");
                let message = format!("{amount} is below zero");
                findings.push(Finding::new(&AMOUNTS, pointer, message));
            }
        }
    }
    let unread = |written: &Option<String>, is_read: bool| written.is_some() && !is_read;
    for (member, written, is_read) in [
        ("cpu", &definition.cpu, definition.cpu_units().is_some()),
        (
            "memory",
            &definition.memory,
            definition.memory_mib().is_some(),
        ),
    ] {
        if unread(written, is_read) {
            let message = format!(
                "`{}` is not an amount",
                written.as_deref().unwrap_or_default()
            );
            findings.push(Finding::new(&AMOUNTS, format!("{at}/{member}"), message));
        }
    }
    let constraints = definition.placement_constraints().iter();
    let expressions = constraints.map(|one| Some(one.expression().unwrap_or_default()));
    check_expressions(expressions, at, findings);
}

/// Whether the expressions of the constraints at `at` are of the cluster query language. Those
/// that are not supported here are left to whoever evaluates them.
pub(super) fn check_expressions<'a>(
    expressions: impl Iterator<Item = Option<&'a str>>,
    at: &str,
    findings: &mut Findings,
) {
    for (position, expression) in expressions.enumerate() {
        let refused = expression.and_then(|text| Query::parse(text).err());
        if let Some(error) = refused.filter(|error| !error.is_unsupported()) {
            let pointer = format!("{at}/placementConstraints/{position}/expression");
            findings.push(Finding::new(&EXPRESSION, pointer, error.to_string()));
        }
    }
}
