//! The service deployments and service revisions of a service, as they are described and listed.

use core::time::Duration;
use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use ecs_arn::{EcsArn, EcsResource};
use ecs_model::failure::FailureReason;
use ecs_model::operation::{
    DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse,
    DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse,
    ListServiceDeploymentsRequest, ListServiceDeploymentsResponse,
};
use ecs_model::{Failure, ServiceDeployment, ServiceRevision, Timestamp};
use serde::{Deserialize, Serialize};

use super::service_deployment::Rolling;
use super::state::ServiceState;
use super::{ServiceError, ServicePolicy, Services};

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
        let mut all = service.service_deployments(&self.policy);
        all.next().map(Cow::into_owned)
    }

    /// DescribeServiceDeployments: those that are kept. The ones that are older than 90 days are
    /// forgotten when a new deployment of their service starts.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses.
    pub fn describe_service_deployments(
        &self,
        request: &DescribeServiceDeploymentsRequest,
    ) -> Result<DescribeServiceDeploymentsResponse, ServiceError> {
        self.check_request(request, Some(&self.cluster))?;
        let find = |arn: &str| {
            let EcsResource::ServiceDeployment { service, .. } = self.resource(arn)? else {
                return None;
            };
            let mut all = self.service(service)?.service_deployments(&self.policy);
            let found = all.find(|one| one.service_deployment_arn() == Some(arn));
            found.map(Cow::into_owned)
        };
        let (found, failures) = found(request.service_deployment_arns(), find);
        Ok(DescribeServiceDeploymentsResponse::default()
            .with_service_deployments(found)
            .with_failures(failures))
    }

    /// DescribeServiceRevisions: those to which, or from which, the
    /// [service deployments](Self::describe_service_deployments) that are kept went, and those
    /// that have tasks.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses.
    pub fn describe_service_revisions(
        &self,
        request: &DescribeServiceRevisionsRequest,
    ) -> Result<DescribeServiceRevisionsResponse, ServiceError> {
        self.check_request(request, Some(&self.cluster))?;
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

    /// ListServiceDeployments: a page of [those that are kept](Self::describe_service_deployments),
    /// the newest first.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, a service that is not there, or a token that no page has
    /// given, or whose service deployment is no longer kept.
    pub fn list_service_deployments(
        &self,
        request: &ListServiceDeploymentsRequest,
    ) -> Result<ListServiceDeploymentsResponse, ServiceError> {
        self.check_request(request, request.cluster())?;
        let known = self.named(request.service())?;
        let mut all = known.service_deployments(&self.policy);
        if let Some(token) = request.next_token()
            // The last one of the page before may have another status by now.
            && !all.any(|one| one.service_deployment_arn() == Some(token))
        {
            let token = token.to_owned();
            return Err(ServiceError::NextToken { token });
        }
        let most = request.max_results().map(usize::try_from);
        let most = most.and_then(Result::ok).unwrap_or(PAGE);
        let asked = all.filter(|one| is_asked_for(request, one));
        let mut all: Vec<_> = asked.take(most.saturating_add(1)).collect();
        let has_more = all.len() > most;
        all.truncate(most);
        let mut response = ListServiceDeploymentsResponse::default();
        if let Some(last) = all.last().filter(|_| has_more) {
            response.next_token.clone_from(&last.service_deployment_arn);
        }
        Ok(response.with_service_deployments(all.iter().map(|one| one.brief())))
    }

    /// What an ARN names, if it is of this cluster.
    fn resource<'a>(&self, arn: &'a str) -> Option<EcsResource<'a>> {
        let resource = EcsArn::parse(arn).ok()?.resource();
        (resource.cluster() == Some(&*self.name)).then_some(resource)
    }
}

impl ServiceState {
    /// The service deployments, the newest first.
    fn service_deployments(
        &self,
        policy: &ServicePolicy,
    ) -> impl Iterator<Item = Cow<'_, ServiceDeployment>> {
        let rolling = self.history.rolling.as_ref();
        let rolling = rolling.map(|rolling| self.describe_rolling(rolling, policy));
        let shift = self.shift.as_ref().filter(|shift| !shift.only_reconciles());
        let shift = shift.map(|shift| shift.describe());
        let now = rolling.into_iter().chain(shift).map(Cow::Owned);
        now.chain(self.history.past.iter().map(Cow::Borrowed))
    }

    /// The ARN of the newest service deployment.
    pub(super) fn current_service_deployment(&self) -> Option<String> {
        let rolling = self.history.rolling.as_ref();
        let rolling = rolling.map(|rolling| self.service_deployment_arn(rolling.target()));
        let shift = || {
            let shift = self
                .shift
                .as_ref()
                .filter(|shift| !shift.only_reconciles())?;
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
        let mut named: BTreeSet<String> = BTreeSet::new();
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
            named.contains(arn)
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
