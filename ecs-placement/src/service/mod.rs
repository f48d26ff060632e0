//! Services: tasks that are kept running, and the deployments that replace them.
//!
//! [`Services`] is the scheduler of all services of a cluster. What is seen of tasks and
//! instances is pushed, [`reconcile`](Services::reconcile) looks at the services that have changed
//! or are due, commits the tasks that it starts to the cell, and answers what is to be done.
//!
//! # What AWS does not publish, and what is left out
//!
//! | question | choice |
//! |---|---|
//! | when an `INACTIVE` service is forgotten | when a service of its name is created |
//! | digests of images, `versionConsistency` | no registry is asked: a service revision names its images as the task definition does, and no deployment fails for a digest |
//! | an unhealthy task of an older revision that was stopped to make room for its replacement | is replaced before tasks of the newest start; the replacement stops again if these find no place and the lower bound lets it |
//! | hooks, and traffic that moves | [with deployments that shift traffic](crate::deployment::shift) |

mod action;
mod agenda;
mod apply;
mod capacity;
mod change;
mod choose;
mod daemon;
mod decide;
mod describe;
mod error;
mod events;
mod explain;
mod forecast;
mod history;
mod hooks;
mod launch;
mod lifecycle;
mod names;
mod news;
mod observe;
mod observed;
mod place;
mod policy;
mod providers;
pub mod rebalance;
mod record;
mod requests;
mod save;
mod service_deployment;
mod service_revision;
mod sets;
mod settings;
mod shifting;
mod state;
mod stops;
mod task;
pub mod task_sets;
mod zones;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ecs_arn::{ArnError, ClusterRef, EcsArn};
use ecs_model::Timestamp;
use hashbrown::HashMap;

pub use action::{ServiceAction, StopCause};
pub use change::{
    DeploymentEvent, DeploymentFailure, Notice, Obstacle, ServiceApplyError, ServiceChange,
    ServiceRecord, TaskSetRevision, TaskStarts,
};
pub use decide::ServiceDecision;
pub use error::ServiceError;
pub use explain::Wait;
pub use forecast::{Assumptions, Forecast, ForecastError, Outcome, Wave};
pub use observe::Observation;
pub use observed::{
    ObservedServiceTask, ObservedTaskError, TargetAddress, TargetHealth, TaskPlace,
};
pub use place::ServiceStart;
pub use policy::{BoundsRule, FirstStep, ServicePolicy};
pub use settings::{NewService, ServiceUpdate};
pub use state::ServiceStatus;
pub(crate) use task::{Class, Ranks};

use agenda::Agenda;
use capacity::Watch;
use daemon::Matching;
use state::ServiceState;
use zones::{ZoneIndex, ZoneView};

use crate::capacity::ClusterCapacity;
use crate::{CellState, CommitError, CommitPolicy, Fargate, Planner};

/// The services of a cluster.
///
/// ```
/// use ecs_model::operation::CreateServiceRequest;
/// use ecs_model::{ContainerInstance, Resource, TaskStatus, Timestamp};
/// use ecs_placement::service::{ObservedServiceTask, ServiceAction, ServicePolicy, Services};
/// use ecs_placement::{CellState, Registration};
/// use ecs_taskdef::TaskDefinition;
///
/// let mut cell = CellState::new();
/// let instance = ContainerInstance::default()
///     .with_container_instance_arn("arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a")
///     .with_status("ACTIVE")
///     .with_agent_connected(true)
///     .with_registered_resources([
///         Resource::integer("CPU", 1_024),
///         Resource::integer("MEMORY", 1_024),
///     ]);
/// cell.register(&Registration::try_from(&instance)?);
///
/// let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
/// let mut services = Services::new(cluster, ServicePolicy::current())?;
/// let definition: TaskDefinition = serde_json::from_str(r#"{
///     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 300}]
/// }"#)?;
/// let request: CreateServiceRequest = serde_json::from_str(
///     r#"{"cluster": "prod", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 2}"#,
/// )?;
/// let at = Timestamp::from_seconds;
/// services.create(&request, &definition, at(0), 7)?;
///
/// // Two tasks to start, and an event that tells of the deployment.
/// let actions = services.reconcile(at(1), &mut cell, 7)?;
/// assert_eq!(actions.len(), 3);
/// for action in actions {
///     let ServiceAction::Start { task, service, deployment, .. } = action else {
///         continue;
///     };
///     let running = ObservedServiceTask::new(service, deployment, task, TaskStatus::Running);
///     services.observe(&running, at(10));
/// }
/// // Nothing checks the tasks, so that they count as healthy after 40 seconds.
/// assert_eq!(services.poll_timeout(), Some(at(10)));
/// services.reconcile(at(10), &mut cell, 7)?;
/// assert_eq!(services.poll_timeout(), Some(at(50)));
/// services.reconcile(at(50), &mut cell, 7)?;
/// let web = services.describe("web").ok_or("it was created")?;
/// assert_eq!(web.events()[0].message(), Some("(service web) has reached a steady state."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Services {
    cluster: Arc<str>,
    /// What its ARN begins with, `arn:aws:ecs:us-east-1:123456789012:`, and its name.
    prefix: Arc<str>,
    name: Arc<str>,
    policy: ServicePolicy,
    version: u64,
    /// A service keeps its slot.
    services: Vec<ServiceState>,
    slots: HashMap<Arc<str>, u32>,
    /// The slot of its service and the number of each task.
    tasks: HashMap<Arc<str>, (u32, u64)>,
    /// The tasks of each instance.
    on: HashMap<Arc<str>, BTreeSet<(u32, u64)>>,
    /// Instances that take no tasks, with their status.
    closed: BTreeMap<Arc<str>, Box<str>>,
    /// Where tasks of launch type `FARGATE` run.
    fargate: Option<Fargate>,
    /// Where those of the capacity provider `FARGATE_SPOT` do.
    fargate_spot: Option<Fargate>,
    capacity: Option<ClusterCapacity>,
    /// What follows from them.
    watch: Watch,
    /// The alarms that are in ALARM.
    alarms: BTreeSet<Box<str>>,
    /// The groups of the tasks of daemon services.
    daemons: BTreeSet<Arc<str>>,
    matching: HashMap<u32, Matching>,
    /// The zones of services whose tasks are moved between them.
    zones: HashMap<u32, ZoneView>,
    zone_index: ZoneIndex,
    /// What is to be done and was not yet handed out.
    actions: Vec<ServiceAction>,
    agenda: Agenda,
    planner: Planner,
    /// When the last change was.
    touched_at: Timestamp,
    /// The version that the cell had when everything was done.
    seen: u64,
    /// When the last of its instances had changed then.
    registered: u64,
}

impl Services {
    /// The services of a cluster, of which there is none yet.
    ///
    /// # Errors
    ///
    /// An ARN that is not that of a cluster.
    pub fn new(cluster: &str, policy: ServicePolicy) -> Result<Self, ArnError> {
        let name = ClusterRef::parse(cluster)?.name();
        EcsArn::parse(cluster)?;
        let resource = format!("cluster/{name}");
        let prefix = cluster.strip_suffix(&*resource).unwrap_or_default();
        Ok(Self {
            cluster: cluster.into(),
            prefix: prefix.into(),
            name: name.into(),
            policy,
            version: 0,
            services: Vec::new(),
            slots: HashMap::new(),
            tasks: HashMap::new(),
            on: HashMap::new(),
            closed: BTreeMap::new(),
            fargate: None,
            fargate_spot: None,
            capacity: None,
            watch: Watch::default(),
            alarms: BTreeSet::new(),
            daemons: BTreeSet::new(),
            matching: HashMap::new(),
            zones: HashMap::new(),
            zone_index: ZoneIndex::default(),
            actions: Vec::new(),
            agenda: Agenda::default(),
            planner: Planner::new(),
            touched_at: Timestamp::UNIX_EPOCH,
            seen: 0,
            registered: 0,
        })
    }

    /// The same with Fargate beside the container instances of the cell, for services of that
    /// launch type.
    #[must_use]
    pub fn with_fargate(mut self, fargate: Fargate) -> Self {
        self.fargate = Some(fargate);
        self
    }

    /// Fargate, with the tasks that run there.
    #[must_use]
    pub fn fargate(&self) -> Option<&Fargate> {
        self.fargate.as_ref()
    }

    /// The ARN of the cluster.
    #[must_use]
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// What the services go by.
    #[must_use]
    pub fn policy(&self) -> &ServicePolicy {
        &self.policy
    }

    /// How many changes there were.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When [`reconcile`](Self::reconcile) has something to do next, if nothing is observed
    /// before: in the past if something has changed. `None` if nothing is.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if !self.agenda.is_idle() {
            return Some(self.touched_at);
        }
        [self.agenda.due(), self.watch.due]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what the services need: tasks that start are committed to the cell, those that stop
    /// count there no more. What is to be done outside is answered, what came of observations
    /// since the last call included.
    ///
    /// Only services that have changed or are due are looked at, and those without room for all
    /// of their tasks if the cell has changed. Calling it again without a change does nothing.
    ///
    /// # Errors
    ///
    /// The cell has another task of a name that was drawn, which a seed of another cluster or
    /// tasks from elsewhere can cause; call it again with another seed.
    pub fn reconcile(
        &mut self,
        now: Timestamp,
        cell: &mut CellState,
        seed: u64,
    ) -> Result<Vec<ServiceAction>, CommitError> {
        while let Some(decision) = self.decide(now, cell, seed) {
            let change = match decision {
                ServiceDecision::Change(change) => change,
                ServiceDecision::Start(start) => {
                    let commit = match start.transaction() {
                        Some(transaction) => {
                            let commit = cell.commit(transaction, CommitPolicy::Rebase)?;
                            cell.forget(transaction.token());
                            Some(commit)
                        }
                        None => None,
                    };
                    start.into_change(commit.as_ref())
                }
            };
            if let ServiceChange::Stop { tasks, .. } = &change {
                for (task, _) in tasks {
                    cell.stopping(task);
                }
            }
            self.change(change);
        }
        self.seen = cell.version();
        Ok(std::mem::take(&mut self.actions))
    }

    /// What is to be done outside, as [`reconcile`](Self::reconcile) answers it: for those who
    /// record each [decision](Self::decide) themselves.
    pub fn take_actions(&mut self) -> Vec<ServiceAction> {
        std::mem::take(&mut self.actions)
    }

    /// The ARNs of the tasks of a service that have not stopped, in the order in which they were
    /// started.
    pub fn tasks(&self, service: &str) -> impl Iterator<Item = &str> {
        let tasks = self.service(service).map(|service| service.tasks.values());
        tasks.into_iter().flatten().map(|task| &*task.task)
    }

    /// The same services once more, with a planner that has sorted nothing yet.
    fn twin(&self) -> Self {
        Self {
            cluster: Arc::clone(&self.cluster),
            prefix: Arc::clone(&self.prefix),
            name: Arc::clone(&self.name),
            policy: self.policy.clone(),
            version: self.version,
            services: self.services.clone(),
            slots: self.slots.clone(),
            tasks: self.tasks.clone(),
            on: self.on.clone(),
            closed: self.closed.clone(),
            fargate: self.fargate.clone(),
            fargate_spot: self.fargate_spot.clone(),
            capacity: self.capacity.clone(),
            watch: self.watch.clone(),
            alarms: self.alarms.clone(),
            daemons: self.daemons.clone(),
            matching: self.matching.clone(),
            zones: self.zones.clone(),
            zone_index: self.zone_index.clone(),
            actions: self.actions.clone(),
            agenda: self.agenda.clone(),
            planner: Planner::new(),
            touched_at: self.touched_at,
            seen: self.seen,
            registered: self.registered,
        }
    }

    fn service(&self, name: &str) -> Option<&ServiceState> {
        let slot = self.slots.get(name)?;
        self.services.get(*slot as usize)
    }

    fn slot(&self, slot: u32) -> Option<&ServiceState> {
        self.services.get(slot as usize)
    }

    /// The ARN of a resource of the cluster.
    fn arn(&self, resource: &str, id: &str) -> String {
        let (prefix, name) = (&self.prefix, &self.name);
        format!("{prefix}{resource}/{name}/{id}")
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services")
            .field("cluster", &self.cluster)
            .field("version", &self.version)
            .field("services", &self.slots.keys())
            .field("tasks", &self.tasks.len())
            .finish_non_exhaustive()
    }
}
