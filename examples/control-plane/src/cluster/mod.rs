//! A cluster: its instances, tasks and services, with what is to be done for them.

mod apply;
mod change;
mod describe;
mod due;
mod follow;
mod instance;
mod start;
mod task;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ecs_arn::{ArnError, EcsResource, Scope};
use ecs_model::client_token::ClientTokens;
use ecs_model::{Cluster, Tag, Timestamp};
use ecs_placement::capacity::ClusterCapacity;
use ecs_placement::service::{ServicePolicy, Services};
use ecs_placement::{CellState, Fargate, Planner};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

pub use change::{ClusterChange, NewTasks, ToDo};

use crate::{Change, Changes, Order, Owner, Partition};
pub(crate) use instance::Instance;
pub(crate) use start::{Launch, Place, Placed};
pub(crate) use task::TaskState;

/// A cluster and everything in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClusterState {
    format: Format<Self>,
    pub(crate) version: u64,
    pub(crate) name: Arc<str>,
    /// What ARNs begin with: `arn:aws:ecs:us-east-1:123456789012:`.
    pub(crate) prefix: Arc<str>,
    /// Its document, without tags and counts.
    pub(crate) document: Cluster,
    pub(crate) cell: CellState,
    pub(crate) services: Services,
    /// Where tasks of RunTask run on Fargate.
    pub(crate) fargate: Fargate,
    pub(crate) tasks: BTreeMap<Arc<str>, TaskState>,
    pub(crate) instances: BTreeMap<Arc<str>, Instance>,
    /// The tags of the cluster and of its services, by ARN.
    pub(crate) tags: BTreeMap<Arc<str>, Vec<Tag>>,
    pub(crate) tokens: ClientTokens,
    /// What is to be done, in the order in which it came up.
    pub(crate) to_do: VecDeque<ToDo>,
    #[serde(skip)]
    pub(crate) planner: Planner,
    #[serde(skip)]
    index: Index,
    /// What agents are to do and were not yet told.
    #[serde(skip)]
    orders: Vec<(Arc<str>, Order)>,
}

/// What follows from the rest, and makes it fast.
#[derive(Debug, Default)]
struct Index {
    /// When something is due for a task or an instance.
    due: BTreeSet<(i64, Arc<str>)>,
    /// Tasks that have stopped, the latest first.
    stopped: BTreeSet<(core::cmp::Reverse<i64>, Arc<str>)>,
    /// The version of the cell when its services had nothing to do.
    looked: Option<u64>,
}

impl Saved for ClusterState {
    const NAME: &'static str = "cluster";
    const VERSION: u32 = 1;
}

impl ClusterState {
    /// A cluster that is about to be created.
    pub(crate) fn new(
        owner: &Owner,
        name: &Arc<str>,
        policy: &ServicePolicy,
    ) -> Result<Self, ArnError> {
        let scope = Scope::new(&owner.region, &owner.account)?;
        let arn = scope.arn(EcsResource::Cluster { name })?;
        let prefix = arn.as_str().strip_suffix(arn.resource());
        Ok(Self {
            format: Format::current(),
            version: 0,
            name: Arc::clone(name),
            prefix: prefix.unwrap_or_default().into(),
            document: Cluster::default(),
            cell: CellState::new(),
            services: Self::no_services(arn.as_str(), policy.clone())?,
            fargate: Self::fargate(arn.as_str()),
            tasks: BTreeMap::new(),
            instances: BTreeMap::new(),
            tags: BTreeMap::new(),
            tokens: ClientTokens::default(),
            to_do: VecDeque::new(),
            planner: Planner::new(),
            index: Index::default(),
            orders: Vec::new(),
        })
    }

    fn no_services(arn: &str, policy: ServicePolicy) -> Result<Services, ArnError> {
        let capacity = ClusterCapacity::new(Timestamp::UNIX_EPOCH);
        let services = Services::new(arn, policy)?.with_capacity(capacity);
        let fargate = Self::fargate(arn);
        Ok(services
            .with_fargate(fargate.clone())
            .with_fargate_spot(fargate))
    }

    /// Fargate in the Region of a cluster, in which every subnet is believed to be.
    fn fargate(arn: &str) -> Fargate {
        let region = ecs_arn::ArnRef::parse(arn)
            .ok()
            .and_then(|arn| arn.region());
        let region = region.unwrap_or_default();
        let zones = ["a", "b", "c"].map(|zone| format!("{region}{zone}"));
        Fargate::default().with_other_subnets_in(zones.iter().map(String::as_str))
    }

    pub(crate) fn arn(&self) -> &str {
        self.services.cluster()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.document.status() == Some("ACTIVE")
    }

    /// The ARN of a resource of this cluster.
    pub(crate) fn arn_of(&self, resource_type: &str, id: &str) -> Arc<str> {
        let (prefix, name) = (&self.prefix, &self.name);
        format!("{prefix}{resource_type}/{name}/{id}").into()
    }

    /// Changes of this partition.
    pub(crate) fn changes(
        &self,
        owner: &Owner,
        changes: impl IntoIterator<Item = ClusterChange>,
    ) -> Option<Changes> {
        let partition = Partition {
            owner: owner.clone(),
            cluster: Some(Arc::clone(&self.name)),
        };
        let changes = changes.into_iter().map(Change::Cluster);
        Changes::after(partition, self.version, changes)
    }

    pub(crate) fn tags_of(&self, resource: &str) -> &[Tag] {
        self.tags.get(resource).map_or(&[], Vec::as_slice)
    }

    /// What agents are to do since the last call.
    pub(crate) fn take_orders(&mut self) -> impl Iterator<Item = (Arc<str>, Order)> + use<> {
        std::mem::take(&mut self.orders).into_iter()
    }

    /// Tasks that have stopped, the latest first, behind one of them.
    pub(crate) fn stopped_after(
        &self,
        last: Option<(i64, &str)>,
    ) -> impl Iterator<Item = &TaskState> {
        let stopped = self.index.stopped.iter();
        let is_behind = move |(at, task): &&(core::cmp::Reverse<i64>, Arc<str>)| {
            last.is_none_or(|(last, known)| (*at, &**task) > (core::cmp::Reverse(last), known))
        };
        let behind = stopped.skip_while(move |one| !is_behind(one));
        behind.filter_map(|(_, task)| self.tasks.get(task))
    }

    /// Makes again what follows from the rest.
    pub(crate) fn index(&mut self) {
        self.index = Index::default();
        let Self {
            tasks,
            instances,
            index,
            ..
        } = self;
        for (arn, task) in tasks {
            index.due.extend(due(task.machine.poll_timeout(), arn));
            if let Some(at) = task.stopped_at() {
                index
                    .stopped
                    .insert((core::cmp::Reverse(at), Arc::clone(arn)));
            }
        }
        for (arn, instance) in instances {
            index.due.extend(due(instance.poll_timeout(), arn));
        }
    }
}

fn due(at: Option<Timestamp>, arn: &Arc<str>) -> Option<(i64, Arc<str>)> {
    at.map(|at| (at.micros(), Arc::clone(arn)))
}
