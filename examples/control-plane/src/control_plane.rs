//! [`ControlPlane`]: all accounts and their clusters.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use ecs_model::{Exception, Quotas, TaskDefinition, TaskStatus, Timestamp};
use ecs_placement::service::{ServicePolicy, Wait};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::Order;
use crate::cluster::{ClusterState, TaskState};
use crate::operation::{self, Context};
use crate::realm::{self, Realm};
use crate::{
    AgentOrder, AgentReport, ApplyError, Call, Change, Changes, Handled, Inputs, Owner, words,
};

/// What a control plane goes by.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How much there may be of what.
    pub quotas: Quotas,
    /// What services go by.
    pub services: ServicePolicy,
    /// Where agents find their orders, as `DiscoverPollEndpoint` answers.
    pub agent_endpoint: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            quotas: Quotas::current(),
            services: ServicePolicy::current(),
            agent_endpoint: "http://127.0.0.1:8080/".to_owned(),
        }
    }
}

/// Everything that Amazon ECS knows of its accounts.
///
/// It is a function of the [`Changes`] that were applied: where they are kept, they make it again.
/// Two of them with the same changes are equal when they are written down, with `serde`.
///
/// ```
/// use control_plane::{Call, ControlPlane, Inputs, Options, Owner};
/// use ecs_model::Timestamp;
///
/// let mut plane = ControlPlane::new(Options::default());
/// let inputs = Inputs {
///     now: Timestamp::from_seconds(1_700_000_000),
///     seed: 7,
///     owner: Owner::new("123456789012", "us-east-1"),
///     caller: "arn:aws:iam::123456789012:user/alice".into(),
/// };
/// let call = Call { operation: "CreateCluster", body: br#"{"clusterName": "prod"}"# };
/// let handled = plane.handle(&call, &inputs)?;
/// if let Some(changes) = &handled.changes {
///     plane.apply(changes)?;
/// }
/// let answer: serde_json::Value = serde_json::from_slice(&plane.respond(&handled, &inputs))?;
/// assert_eq!(answer["cluster"]["status"], "ACTIVE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ControlPlane {
    pub(crate) options: Options,
    pub(crate) realms: BTreeMap<Owner, Realm>,
    orders: Vec<AgentOrder>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SavedPlane<'a> {
    format: Format<SavedPlane<'static>>,
    realms: Vec<(&'a Owner, &'a Realm)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Restored {
    #[serde(rename = "format")]
    _format: Format<SavedPlane<'static>>,
    realms: Vec<(Owner, Realm)>,
}

impl Saved for SavedPlane<'static> {
    const NAME: &'static str = "control plane";
    const VERSION: u32 = 1;
}

impl Serialize for ControlPlane {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let realms = self.realms.iter();
        // A call alone leaves nothing behind.
        let changed =
            realms.filter(|(_, realm)| realm.account.version > 0 || !realm.clusters.is_empty());
        SavedPlane {
            format: Format::current(),
            realms: changed.collect(),
        }
        .serialize(serializer)
    }
}

impl ControlPlane {
    /// Nothing yet.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self {
            options,
            realms: BTreeMap::new(),
            orders: Vec::new(),
        }
    }

    /// A control plane as it was written down.
    ///
    /// # Errors
    ///
    /// A text that is none, or of a format that is not known.
    pub fn restore(options: Options, saved: &str) -> Result<Self, serde_json::Error> {
        let restored: Restored = serde_json::from_str(saved)?;
        let mut realms: BTreeMap<Owner, Realm> = restored.realms.into_iter().collect();
        for realm in realms.values_mut() {
            realm.account.index();
            realm.clusters.values_mut().for_each(ClusterState::index);
        }
        Ok(Self {
            options,
            realms,
            orders: Vec::new(),
        })
    }

    /// Decides a call. Nothing has changed before what it gives is [applied](Self::apply), apart
    /// from what is only remembered to be faster.
    ///
    /// # Errors
    ///
    /// The exception with which ECS answers.
    pub fn handle(&mut self, call: &Call<'_>, inputs: &Inputs) -> Result<Handled, Exception> {
        let operation = operation::named(call.operation)?;
        let realm = realm::of(&mut self.realms, &inputs.owner).map_err(words::server)?;
        let mut context = Context {
            realm,
            options: &self.options,
            inputs,
        };
        operation(&mut context, call.body)
    }

    /// What a call answers, once its changes are applied: JSON.
    #[must_use]
    pub fn respond(&self, handled: &Handled, inputs: &Inputs) -> Vec<u8> {
        let realm = self.realms.get(&inputs.owner);
        operation::respond(realm, &handled.response)
    }

    /// Handles a call, applies what it changes and answers it: for those who keep no changes.
    ///
    /// # Errors
    ///
    /// The exception with which ECS answers.
    pub fn call(&mut self, call: &Call<'_>, inputs: &Inputs) -> Result<Vec<u8>, Exception> {
        let handled = self.handle(call, inputs)?;
        if let Some(changes) = &handled.changes {
            self.apply(changes).map_err(words::server)?;
        }
        Ok(self.respond(&handled, inputs))
    }

    /// Takes what an agent says of a task of a cluster. `None` if it says nothing new.
    #[must_use]
    pub fn report(
        &self,
        order: &AgentOrder,
        report: &AgentReport,
        now: Timestamp,
    ) -> Option<Changes> {
        let realm = self.realms.get(&order.owner)?;
        let cluster = realm.clusters.get(&order.cluster)?;
        let changes = cluster.take_report(&order.task, report, now);
        cluster.changes(&order.owner, changes)
    }

    /// What is due next, of whatever partition; `None` if nothing is. Call it again once the
    /// changes are applied.
    pub fn tick(&mut self, now: Timestamp, seed: u64) -> Option<Changes> {
        self.realms.iter_mut().find_map(|(owner, realm)| {
            let Realm { account, clusters } = realm;
            let due = clusters.values_mut().find_map(|cluster| {
                let changes = cluster.due(&account.registry, now, seed)?;
                cluster.changes(owner, changes)
            });
            due.or_else(|| realm.finish_deletion(owner))
        })
    }

    /// When [`tick`](Self::tick) has something to do; in the past if it has now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let clusters = self
            .realms
            .values()
            .flat_map(|realm| realm.clusters.values());
        clusters
            .filter_map(ClusterState::poll_timeout)
            .min_by_key(|at| at.micros())
    }

    /// As [`poll_timeout`](Self::poll_timeout), without what only forgets or tells again: tasks and
    /// container instances that can no longer be described, and services that stay steady.
    #[must_use]
    pub fn poll_progress(&self) -> Option<Timestamp> {
        let clusters = self
            .realms
            .values()
            .flat_map(|realm| realm.clusters.values());
        clusters
            .filter_map(ClusterState::poll_progress)
            .min_by_key(|at| at.micros())
    }

    /// Makes changes so.
    ///
    /// # Errors
    ///
    /// Changes that do not follow, after which nothing has changed; or that are not of this
    /// history, after which the control plane is not to be used.
    pub fn apply(&mut self, changes: &Changes) -> Result<(), ApplyError> {
        let owner = &changes.partition.owner;
        let realm = realm::of(&mut self.realms, owner)?;
        let partition = &changes.partition;
        let version = match &partition.cluster {
            None => realm.account.version,
            Some(name) => realm.clusters.get(name).map_or(0, |one| one.version),
        };
        let next = version.saturating_add(1);
        if changes.version != next {
            return Err(ApplyError::NotNext {
                partition: partition.clone(),
                version: changes.version,
                next,
            });
        }
        let kind = || ApplyError::Kind {
            partition: partition.clone(),
        };
        match &partition.cluster {
            None => {
                for change in &changes.changes {
                    let Change::Account(change) = change else {
                        return Err(kind());
                    };
                    realm.account.apply(change);
                }
                realm.account.version = changes.version;
            }
            Some(name) => {
                let cluster = match realm.clusters.entry(Arc::clone(name)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        new.insert(ClusterState::new(owner, name, &self.options.services)?)
                    }
                };
                for change in &changes.changes {
                    let Change::Cluster(change) = change else {
                        return Err(kind());
                    };
                    cluster.apply(change)?;
                }
                cluster.version = changes.version;
                let orders = cluster.take_orders();
                self.orders.extend(orders.map(|(task, order)| AgentOrder {
                    owner: owner.clone(),
                    cluster: Arc::clone(name),
                    task,
                    order,
                }));
            }
        }
        Ok(())
    }

    /// The accounts that own something, with their Regions.
    pub fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.realms.keys()
    }

    /// What a service of a cluster waits for, what decides first; nothing if there is no such
    /// service.
    #[must_use]
    pub fn service_waits(
        &self,
        owner: &Owner,
        cluster: &str,
        service: &str,
        now: Timestamp,
    ) -> Vec<Wait> {
        let realm = self.realms.get(owner);
        let cluster = realm.and_then(|realm| realm.clusters.get(cluster));
        let waits = cluster.and_then(|one| one.services.explain(service, &one.cell, now));
        waits.unwrap_or_default()
    }

    /// The tasks that agents were given and that have not stopped, as orders to launch them.
    pub fn hosted(&self) -> impl Iterator<Item = AgentOrder> {
        self.realms.iter().flat_map(|(owner, realm)| {
            let clusters = realm.clusters.iter();
            clusters.flat_map(move |(name, cluster)| {
                let tasks = cluster.tasks.iter();
                let hosted = tasks.filter(|(_, task)| task.is_hosted());
                hosted.map(move |(arn, _)| AgentOrder {
                    owner: owner.clone(),
                    cluster: Arc::clone(name),
                    task: Arc::clone(arn),
                    order: Order::Launch,
                })
            })
        })
    }

    /// Whether the task of an order shall stop.
    #[must_use]
    pub fn shall_stop(&self, order: &AgentOrder) -> bool {
        self.task_of(order)
            .is_some_and(|task| task.machine.status().shall_stop)
    }

    /// Whether the task of an order runs behind target groups, which say how it is.
    #[must_use]
    pub fn has_targets(&self, order: &AgentOrder) -> bool {
        self.task_of(order).is_some_and(|task| {
            let runs = task.machine.status().last == TaskStatus::Running;
            runs && task.machine.phases().deactivating
        })
    }

    pub(crate) fn task_of(&self, order: &AgentOrder) -> Option<&TaskState> {
        let realm = self.realms.get(&order.owner)?;
        realm.clusters.get(&order.cluster)?.tasks.get(&order.task)
    }

    /// The task definition of the task of an order.
    pub(crate) fn definition_of(&self, order: &AgentOrder) -> Option<&TaskDefinition> {
        let registry = &self.realms.get(&order.owner)?.account.registry;
        let task = self.task_of(order)?;
        registry.describe(task.document.task_definition_arn()?).ok()
    }

    /// What agents shall do, since the last call. It is not kept: after a restart an agent is told
    /// of the tasks it has.
    pub fn take_orders(&mut self) -> Vec<AgentOrder> {
        std::mem::take(&mut self.orders)
    }
}
