//! What a deployment begins with.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::DeploymentConfiguration;
use serde::{Deserialize, Serialize};

use super::{ShiftConfigurationError, Traffic, Weight};

/// The tasks of a service revision, as they were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TaskCounts {
    /// Those that run, stopping ones included.
    pub running: u32,
    /// Those on their way to run.
    pub pending: u32,
    /// Those that run and are healthy, by container checks and target groups.
    pub healthy: u32,
}

impl TaskCounts {
    /// Counts of tasks.
    #[must_use]
    pub const fn new(running: u32, pending: u32, healthy: u32) -> Self {
        Self {
            running,
            pending,
            healthy,
        }
    }

    /// Those that have not stopped.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.running.saturating_add(self.pending)
    }
}

/// A service revision that has tasks when a deployment begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SourceRevision {
    /// The ARN of the revision.
    pub revision: Arc<str>,
    /// Whether a service deployment to it was successful: only then is it gone back to.
    pub is_successful: bool,
    /// Its tasks.
    pub tasks: TaskCounts,
    /// How many tasks it shall have.
    pub requested: u32,
    /// Its part of the production traffic.
    pub production: Weight,
    /// Its part of the test traffic.
    pub test: Weight,
}

impl SourceRevision {
    /// The one revision of a service that was deployed successfully, with all of the traffic. It
    /// shall have the tasks that it has.
    #[must_use]
    pub fn serving(revision: impl Into<Arc<str>>, tasks: TaskCounts) -> Self {
        Self {
            revision: revision.into(),
            is_successful: true,
            tasks,
            requested: tasks.total(),
            production: Weight::ALL,
            test: Weight::ALL,
        }
    }
}

/// A deployment that shall begin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ShiftRequest {
    /// The ARN of the service deployment.
    pub service_deployment_arn: Arc<str>,
    /// The ARN of the service.
    pub service_arn: Arc<str>,
    /// The ARN of the cluster.
    pub cluster_arn: Arc<str>,
    /// The ARN of the revision to go to.
    pub target: Arc<str>,
    /// How many tasks the service shall have.
    pub desired_count: u32,
    /// How traffic goes over.
    pub configuration: DeploymentConfiguration,
    /// The revisions that have tasks or traffic now, the newest last; none at the creation of a
    /// service.
    pub sources: Vec<SourceRevision>,
    /// Whether there is a rule or a header for test traffic. Without one its stages pass.
    pub has_test_traffic: bool,
    /// Whether a Network Load Balancer leads traffic, which takes
    /// [10 minutes](super::NETWORK_LOAD_BALANCER_DELAY) to follow.
    pub has_network_load_balancer: bool,
    /// Whether the service has nothing whose traffic Amazon ECS could shift.
    pub is_headless: bool,
    /// Whether the target has a deployment of its own, which rolls once there is one source.
    pub(crate) only_reconciles: bool,
}

impl ShiftRequest {
    /// A deployment of a service to a revision, by their ARNs, with Application Load Balancer and
    /// test traffic.
    #[must_use]
    pub fn new(
        service_deployment_arn: impl Into<Arc<str>>,
        service_arn: impl Into<Arc<str>>,
        cluster_arn: impl Into<Arc<str>>,
        target: impl Into<Arc<str>>,
        configuration: DeploymentConfiguration,
    ) -> Self {
        Self {
            service_deployment_arn: service_deployment_arn.into(),
            service_arn: service_arn.into(),
            cluster_arn: cluster_arn.into(),
            target: target.into(),
            desired_count: 1,
            configuration,
            sources: Vec::new(),
            has_test_traffic: true,
            has_network_load_balancer: false,
            is_headless: false,
            only_reconciles: false,
        }
    }

    /// How many tasks the service shall have; 1 unless this is called.
    #[must_use]
    pub fn with_desired_count(mut self, desired_count: u32) -> Self {
        self.desired_count = desired_count;
        self
    }

    /// One more revision that has tasks or traffic now, newer than those before.
    #[must_use]
    pub fn with_source(mut self, source: SourceRevision) -> Self {
        self.sources.push(source);
        self
    }

    /// Whether there is a rule or a header for test traffic.
    #[must_use]
    pub fn with_test_traffic(mut self, has_test_traffic: bool) -> Self {
        self.has_test_traffic = has_test_traffic;
        self
    }

    /// A Network Load Balancer leads traffic.
    #[must_use]
    pub fn with_network_load_balancer(mut self) -> Self {
        self.has_network_load_balancer = true;
        self
    }

    /// There is nothing whose traffic Amazon ECS could shift.
    #[must_use]
    pub fn headless(mut self) -> Self {
        self.is_headless = true;
        self.has_test_traffic = false;
        self
    }

    /// Which revision has which part of the production and of the test traffic.
    pub(super) fn traffic(&self) -> Result<(Traffic, Option<Traffic>), ShiftConfigurationError> {
        let mut known = BTreeSet::from([&self.target]);
        for source in &self.sources {
            if !known.insert(&source.revision) {
                let revision = source.revision.to_string();
                return Err(ShiftConfigurationError::SameRevision { revision });
            }
        }
        if self.sources.is_empty() {
            let all = Traffic::all_to(&self.target, std::iter::empty());
            return Ok((all.clone(), self.has_test_traffic.then_some(all)));
        }
        let parts = |part: fn(&SourceRevision) -> Weight| {
            let sources = self.sources.iter();
            let parts = sources.map(move |source| (Arc::clone(&source.revision), part(source)));
            let target = (Arc::clone(&self.target), Weight::NONE);
            Traffic::new(parts.chain([target]))
        };
        let production = parts(|source| source.production)?;
        let test = self.has_test_traffic.then(|| parts(|source| source.test));
        Ok((production, test.transpose()?))
    }
}
