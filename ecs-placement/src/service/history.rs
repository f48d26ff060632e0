//! The service deployments and service revisions of a service, as they are described and listed.

use std::collections::VecDeque;

use core::time::Duration;

use ecs_arn::{EcsArn, EcsResource};
use ecs_model::failure::FailureReason;
use ecs_model::operation::{
    DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse,
    DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse,
    ListServiceDeploymentsRequest, ListServiceDeploymentsResponse, Request,
};
use ecs_model::{Failure, ServiceDeployment, ServiceRevision, Timestamp};
use serde::{Deserialize, Serialize};

use super::service_deployment::Rolling;
use super::state::ServiceState;
use super::{ServiceError, ServicePolicy, Services};
use crate::RequestError;

/// How long a service deployment is kept.
///
/// Source: Developer Guide, service deployments.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How many are on a page, if the request does not say.
const PAGE: usize = 20;

/// What a service has gone through, apart from the deployment that shifts its traffic, or was the
/// last to do so.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct History {
    /// The service deployment that is under way, if it rolls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rolling: Option<Rolling>,
    /// Service deployments that have ended, the newest first.
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    past: VecDeque<ServiceDeployment>,
    /// The newest first.
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    revisions: VecDeque<ServiceRevision>,
}

impl History {
    pub(super) fn is_empty(&self) -> bool {
        self.rolling.is_none() && self.past.is_empty() && self.revisions.is_empty()
    }
}

impl Services {
    /// The newest service deployment of a service: the one that is under way, or the last.
    #[must_use]
    pub fn service_deployment(&self, service: &str) -> Option<ServiceDeployment> {
        let service = self.service(service)?;
        service.service_deployments(&self.policy).next()
    }

    /// DescribeServiceDeployments: those of the last 90 days.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses.
    pub fn describe_service_deployments(
        &self,
        request: &DescribeServiceDeploymentsRequest,
    ) -> Result<DescribeServiceDeploymentsResponse, ServiceError> {
        self.refuse(request)?;
        let find = |arn: &str| {
            let EcsResource::ServiceDeployment { service, .. } = self.resource(arn)? else {
                return None;
            };
            let mut all = self.service(service)?.service_deployments(&self.policy);
            all.find(|one| one.service_deployment_arn() == Some(arn))
        };
        let (found, failures) = found(request.service_deployment_arns(), find);
        Ok(DescribeServiceDeploymentsResponse::default()
            .with_service_deployments(found)
            .with_failures(failures))
    }

    /// DescribeServiceRevisions: those to which the service deployments of the last 90 days went,
    /// and those that have tasks.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses.
    pub fn describe_service_revisions(
        &self,
        request: &DescribeServiceRevisionsRequest,
    ) -> Result<DescribeServiceRevisionsResponse, ServiceError> {
        self.refuse(request)?;
        let find = |arn: &str| {
            let EcsResource::ServiceRevision { service, .. } = self.resource(arn)? else {
                return None;
            };
            let mut all = self.service(service)?.history.revisions.iter();
            all.find(|one| one.service_revision_arn() == Some(arn))
                .cloned()
        };
        let (found, failures) = found(request.service_revision_arns(), find);
        Ok(DescribeServiceRevisionsResponse::default()
            .with_service_revisions(found)
            .with_failures(failures))
    }

    /// ListServiceDeployments: a page of those of the last 90 days, the newest first.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, a service that is not there, or a token that no page has
    /// given, or whose service deployment is no longer kept.
    pub fn list_service_deployments(
        &self,
        request: &ListServiceDeploymentsRequest,
    ) -> Result<ListServiceDeploymentsResponse, ServiceError> {
        self.refuse(request)?;
        let reference = request.service().unwrap_or_default();
        let name = ecs_arn::ServiceRef::parse(reference).map_or(reference, |one| one.name());
        let Some(known) = self.service(name) else {
            let service = name.to_owned();
            return Err(ServiceError::NotFound { service });
        };
        let all = known.service_deployments(&self.policy);
        let mut all: Vec<ServiceDeployment> =
            all.filter(|one| is_asked_for(request, one)).collect();
        if let Some(token) = request.next_token() {
            let last = all
                .iter()
                .position(|one| one.service_deployment_arn() == Some(token));
            let Some(last) = last else {
                let token = token.to_owned();
                return Err(ServiceError::NextToken { token });
            };
            all.drain(..=last);
        }
        let most = request.max_results().map(usize::try_from);
        let most = most.and_then(Result::ok).unwrap_or(PAGE);
        let has_more = all.len() > most;
        all.truncate(most);
        let mut response = ListServiceDeploymentsResponse::default();
        if let Some(last) = all.last().filter(|_| has_more) {
            response.next_token.clone_from(&last.service_deployment_arn);
        }
        Ok(response.with_service_deployments(all.iter().map(ServiceDeployment::brief)))
    }

    fn refuse(&self, request: &impl Request) -> Result<(), ServiceError> {
        let findings = request.validate(&self.policy.quotas);
        match findings.has_errors() {
            true => Err(RequestError::Refused(findings).into()),
            false => Ok(()),
        }
    }

    /// What an ARN names, if it is of this cluster.
    fn resource<'a>(&self, arn: &'a str) -> Option<EcsResource<'a>> {
        let resource = EcsArn::parse(arn).ok()?.resource();
        let own = EcsArn::parse(&self.cluster).ok()?.resource();
        (resource.cluster() == Some(own.name())).then_some(resource)
    }
}

impl ServiceState {
    /// The service deployments, the newest first.
    fn service_deployments(
        &self,
        policy: &ServicePolicy,
    ) -> impl Iterator<Item = ServiceDeployment> {
        let rolling = self.history.rolling.as_ref();
        let rolling = rolling.map(|rolling| self.describe_rolling(rolling, policy));
        let shift = self.shift.as_ref().map(|shift| shift.describe());
        let past = self.history.past.iter().cloned();
        rolling.into_iter().chain(shift).chain(past)
    }

    /// The ARN of the newest service deployment.
    pub(super) fn current_service_deployment(&self) -> Option<String> {
        let rolling = self.history.rolling.as_ref();
        let rolling = rolling.map(|rolling| self.service_deployment_arn(rolling.target()));
        let shift = || {
            let shift = self.shift.as_ref()?;
            Some(shift.service_deployment_arn().to_owned())
        };
        let past = || self.history.past.front()?.service_deployment_arn.clone();
        rolling.or_else(shift).or_else(past)
    }

    /// Notes the revision of a new deployment.
    pub(super) fn note_revision(&mut self, id: &str, at: Timestamp) {
        let Some(deployment) = self.by_id(id) else {
            return;
        };
        let revision = self.describe_revision(deployment);
        self.history.revisions.push_front(revision);
        self.forget_the_old(at);
    }

    /// The service deployment that rolls is over.
    pub(super) fn supersede(&mut self, policy: &ServicePolicy, at: Timestamp) {
        if let Some(rolling) = &mut self.history.rolling {
            rolling.supersede(at);
        }
        self.keep_ended(policy);
    }

    /// Keeps the document of a service deployment that rolls as it is, once it has ended.
    pub(super) fn keep_ended(&mut self, policy: &ServicePolicy) {
        let Some(rolling) = self.history.rolling.take_if(|rolling| rolling.has_ended()) else {
            return;
        };
        let document = self.describe_rolling(&rolling, policy);
        self.history.past.push_front(document);
    }

    /// Keeps the document of one that has shifted traffic, once another follows it.
    pub(super) fn keep_shift(&mut self, document: ServiceDeployment) {
        self.history.past.push_front(document);
    }

    /// Service deployments that are too old, and revisions that are of none that is kept and have
    /// no tasks.
    fn forget_the_old(&mut self, now: Timestamp) {
        let is_kept = |one: &ServiceDeployment| {
            let created = one.created_at().unwrap_or(now);
            now.saturating_since(created) < KEPT
        };
        self.history.past.retain(is_kept);
        let mut named: Vec<String> = Vec::new();
        for one in &self.history.past {
            let sources = one.source_service_revisions().iter();
            let arns = sources
                .map(|source| source.arn())
                .chain([one.target_service_revision().arn()]);
            named.extend(arns.flatten().map(str::to_owned));
        }
        let live = self.deployments.iter();
        named.extend(live.map(|one| self.revision_arn(&one.id)));
        let is_named = |one: &ServiceRevision| {
            let arn = one.service_revision_arn().unwrap_or_default();
            named.iter().any(|named| named == arn)
        };
        self.history.revisions.retain(is_named);
    }
}

/// Those that there are, and a failure for each that there is not.
fn found<T>(arns: &[String], find: impl Fn(&str) -> Option<T>) -> (Vec<T>, Vec<Failure>) {
    let mut all = Vec::new();
    let mut failures = Vec::new();
    for arn in arns {
        match find(arn) {
            Some(one) => all.push(one),
            None => failures.push(Failure::new(FailureReason::Missing, arn)),
        }
    }
    (all, failures)
}

fn is_asked_for(request: &ListServiceDeploymentsRequest, one: &ServiceDeployment) -> bool {
    let statuses = request.status();
    let has_status = one.status().is_some_and(|status| statuses.contains(status));
    let created = one.created_at();
    let (after, before) = (request.created_at().after(), request.created_at().before());
    (statuses.is_empty() || has_status)
        && after.is_none_or(|after| created > Some(after))
        && before.is_none_or(|before| created < Some(before))
}
