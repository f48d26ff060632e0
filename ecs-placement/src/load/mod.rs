//! A cluster that runs, from the documents that describe it.

mod gap;
mod task;

use std::collections::BTreeMap;
use std::fmt;

use ecs_arn::{ArnRef, ClusterRef, EcsArn};
use ecs_model::event::Change as Told;
use ecs_model::{ContainerInstance, Event, Service, Task, Timestamp};
use ecs_taskdef::TaskDefinition;
pub use gap::Gap;
use gap::{instance_gap, remaining_gap};
use thiserror::Error;

use crate::{CellState, Change, InstanceError, Registration};

/// Takes documents of the API and events of EventBridge over into a [`CellState`].
///
/// A document replaces an earlier one of the same instance or task: the greater `version` counts.
/// So documents and events can come in any order, more than once, and some of them never: the
/// cell is what the last version of each says.
///
/// ```
/// use ecs_model::operation::{DescribeContainerInstancesResponse, DescribeTasksResponse};
/// use ecs_model::Timestamp;
/// use ecs_placement::{CellState, Loader};
///
/// let instances: DescribeContainerInstancesResponse = serde_json::from_str(r#"{
///     "containerInstances": [{
///         "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
///         "status": "ACTIVE", "agentConnected": true, "version": 7, "runningTasksCount": 2,
///         "registeredResources": [
///             {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
///             {"name": "MEMORY", "type": "INTEGER", "integerValue": 3955}
///         ],
///         "remainingResources": [
///             {"name": "CPU", "type": "INTEGER", "integerValue": 1536},
///             {"name": "MEMORY", "type": "INTEGER", "integerValue": 2955}
///         ]
///     }]
/// }"#)?;
/// let tasks: DescribeTasksResponse = serde_json::from_str(r#"{"tasks": [{
///     "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/prod/1",
///     "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
///     "group": "service:web", "cpu": "256", "memory": "400", "version": 3,
///     "lastStatus": "RUNNING", "desiredStatus": "RUNNING"
/// }]}"#)?;
///
/// let mut cell = CellState::new();
/// let loader = Loader::new();
/// let described_at = Timestamp::from_seconds(1_790_000_000);
/// let loaded = loader.load(
///     &mut cell,
///     instances.container_instances.as_deref().unwrap_or_default(),
///     tasks.tasks.as_deref().unwrap_or_default(),
///     described_at,
/// )?;
/// assert_eq!((loaded.instances, loaded.tasks), (1, 1));
/// let snapshot = cell.snapshot();
/// let instance = snapshot.instances().next().ok_or("one was loaded")?;
/// assert_eq!(instance.remaining().cpu, 1_536);
/// assert_eq!(instance.tasks_of("service:web"), 1);
/// assert_eq!(
///     instance.unknown().to_string(),
///     "1 task on this instance is not in the documents; 256 CPU units and 600 MiB of memory \
///      are taken that no document of a task explains"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Loader<'a> {
    cluster: Option<ClusterRef<'a>>,
    definitions: BTreeMap<&'a str, &'a TaskDefinition>,
    /// By the id of the deployment or task set that starts tasks.
    services: BTreeMap<&'a str, StartedBy<'a>>,
}

/// Whose tasks a deployment or a task set starts.
#[derive(Clone, Copy)]
struct StartedBy<'a> {
    service: &'a str,
    definition: Option<&'a str>,
}

/// What came of documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded {
    /// Instances that are new or have changed.
    pub instances: usize,
    /// Tasks that are new or have changed.
    pub tasks: usize,
    /// Documents that were known already, or of which a later version is known.
    pub stale: usize,
    /// Documents of another cluster; they were left out.
    pub elsewhere: usize,
    /// What the documents that were taken over do not say.
    pub gaps: Vec<Gap>,
}

/// What documents or an event say of a cell.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "nothing is taken over before the changes are applied"]
#[non_exhaustive]
pub struct DocumentChanges {
    /// What would change, instances first. Of those that are [news](CellState::is_news), each
    /// becomes the [next record](CellState::record) of the cell.
    pub changes: Vec<Change>,
    /// Documents of another cluster; they were left out.
    pub elsewhere: usize,
    /// What the others do not say. Which tasks are on instances that are not known, the
    /// [waiting tasks](CellState::waiting_tasks) of the cell say.
    pub gaps: Vec<Gap>,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observed {
    /// The cell has changed. The event may have left something unsaid.
    Changed(Vec<Gap>),
    /// It was known already, or a later version is.
    Stale,
    /// It is about another cluster.
    Elsewhere,
    /// It is neither about a task nor about a container instance.
    Other,
}

/// A document that cannot be taken over. The cell has not changed by it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A container instance from which nothing can be placed.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// A task without ARN.
    #[error("the task has no ARN")]
    NoTaskArn,
    /// An event that does not say when it happened.
    #[error("the event has neither `updatedAt` nor `time`")]
    NoTime,
    /// An event about a task or an instance whose detail is not an object.
    #[error("the detail of the event is not an object")]
    NoDetail,
}

impl<'a> Loader<'a> {
    /// Takes documents of every cluster, and knows no task definition and no service.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out documents of other clusters. A short name is compared by name only.
    #[must_use]
    pub fn for_cluster(mut self, cluster: ClusterRef<'a>) -> Self {
        self.cluster = Some(cluster);
        self
    }

    /// Looks up in these task definitions, by their ARN, what tasks need. Without its definition,
    /// what a task holds is what its document says of it and its containers: CPU, memory, GPUs,
    /// Neuron devices, a network interface, and those host ports that Docker has not chosen.
    #[must_use]
    pub fn with_definitions(
        mut self,
        definitions: impl IntoIterator<Item = &'a TaskDefinition>,
    ) -> Self {
        let named = definitions.into_iter().filter_map(|definition| {
            let arn = definition.task_definition_arn.as_deref()?;
            Some((arn, definition))
        });
        self.definitions.extend(named);
        self
    }

    /// Knows the tasks of these services by the deployment or task set that has started them
    /// (`startedBy`), should their documents lack the group or the task definition.
    #[must_use]
    pub fn with_services(mut self, services: impl IntoIterator<Item = &'a Service>) -> Self {
        for service in services {
            let Some(name) = service.service_name.as_deref() else {
                continue;
            };
            let deployments = service.deployments.iter().flatten();
            let deployments = deployments.map(|one| (&one.id, &one.task_definition));
            let sets = service.task_sets.iter().flatten();
            let sets = sets.map(|one| (&one.id, &one.task_definition));
            for (id, definition) in deployments.chain(sets) {
                let started = StartedBy {
                    service: name,
                    definition: definition.as_deref(),
                };
                self.services.extend(id.as_deref().map(|id| (id, started)));
            }
        }
        self
    }

    /// Takes over what `describe-container-instances` and `describe-tasks` answered at a moment.
    /// The same documents a second time change nothing.
    ///
    /// # Errors
    ///
    /// A container instance without ARN or amounts, or a task without ARN. Nothing is taken over
    /// then.
    pub fn load(
        &self,
        cell: &mut CellState,
        instances: &[ContainerInstance],
        tasks: &[Task],
        at: Timestamp,
    ) -> Result<Loaded, LoadError> {
        let reading = self.read(instances, tasks, at)?;
        let mut loaded = Loaded {
            elsewhere: reading.elsewhere,
            ..Loaded::default()
        };
        for (change, gaps) in reading.changes {
            let (is_news, missing) = take_over(cell, &change);
            if !is_news {
                loaded.stale = loaded.stale.saturating_add(1);
                continue;
            }
            match change {
                Change::ObserveTask(_) => loaded.tasks = loaded.tasks.saturating_add(1),
                _ => loaded.instances = loaded.instances.saturating_add(1),
            }
            loaded.gaps.extend(gaps.into_iter().chain(missing));
        }
        Ok(loaded)
    }

    /// What [`load`](Self::load) would take over, for a store that orders the records of several
    /// processes.
    ///
    /// ```
    /// use ecs_model::Timestamp;
    /// use ecs_placement::{CellState, Loader};
    /// # let instances: Vec<ecs_model::ContainerInstance> = serde_json::from_str(r#"[{
    /// #     "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a",
    /// #     "registeredResources": [
    /// #         {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
    /// #         {"name": "MEMORY", "type": "INTEGER", "integerValue": 3955}
    /// #     ]
    /// # }]"#)?;
    ///
    /// let mut cell = CellState::new();
    /// let mut log = Vec::new();
    /// let now = Timestamp::from_seconds(1_790_000_000);
    /// for change in Loader::new().changes(&instances, &[], now)?.changes {
    ///     if cell.is_news(&change) {
    ///         let record = cell.record(change);
    ///         // Here the store accepts it, if none has its version yet.
    ///         log.push(serde_json::to_string(&record)?);
    ///         cell.apply(&record)?;
    ///     }
    /// }
    /// assert_eq!((log.len(), cell.snapshot().len()), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn changes(
        &self,
        instances: &[ContainerInstance],
        tasks: &[Task],
        at: Timestamp,
    ) -> Result<DocumentChanges, LoadError> {
        Ok(self.read(instances, tasks, at)?.into())
    }

    /// Takes over what an event says of a task or a container instance.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), and an event that does not say when it happened.
    pub fn handle_event(&self, cell: &mut CellState, event: &Event) -> Result<Observed, LoadError> {
        let Some(reading) = self.read_event(event)? else {
            return Ok(Observed::Other);
        };
        let Some((change, mut gaps)) = reading.changes.into_iter().next() else {
            return Ok(Observed::Elsewhere);
        };
        let (is_news, missing) = take_over(cell, &change);
        gaps.extend(missing);
        Ok(match is_news {
            true => Observed::Changed(gaps),
            false => Observed::Stale,
        })
    }

    /// What [`handle_event`](Self::handle_event) would take over. An event about anything else
    /// changes nothing.
    ///
    /// ```
    /// use ecs_model::Event;
    /// use ecs_placement::{CellState, Change, Loader};
    ///
    /// let event: Event = serde_json::from_str(r#"{
    ///     "detail-type": "ECS Task State Change", "time": "2026-11-01T12:00:00Z",
    ///     "detail": {
    ///         "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/prod/1", "group": "service:web",
    ///         "cpu": "256", "memory": "400", "version": 3,
    ///         "lastStatus": "RUNNING", "desiredStatus": "RUNNING"
    ///     }
    /// }"#)?;
    /// let mut cell = CellState::new();
    /// let told = Loader::new().changes_of_event(&event)?;
    /// assert!(matches!(&told.changes[..], [Change::ObserveTask(task)] if task.version == Some(3)));
    /// for change in told.changes {
    ///     let record = cell.record(change);
    ///     cell.apply(&record)?;
    /// }
    /// assert_eq!(cell.waiting_tasks().count(), 1);
    ///
    /// let other: Event = serde_json::from_str(r#"{"detail-type": "ECS Service Action"}"#)?;
    /// assert_eq!(Loader::new().changes_of_event(&other)?, Default::default());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`handle_event`](Self::handle_event).
    pub fn changes_of_event(&self, event: &Event) -> Result<DocumentChanges, LoadError> {
        Ok(self.read_event(event)?.unwrap_or_default().into())
    }

    fn read(
        &self,
        instances: &[ContainerInstance],
        tasks: &[Task],
        at: Timestamp,
    ) -> Result<Read, LoadError> {
        let mut read = Read::default();
        for described in instances {
            self.read_instance(described, None, at, &mut read)?;
        }
        for task in tasks {
            self.read_task(task, at, &mut read)?;
        }
        Ok(read)
    }

    fn read_event(&self, event: &Event) -> Result<Option<Read>, LoadError> {
        use ecs_model::event::EventType::{ContainerInstanceStateChange, TaskStateChange};
        if !matches!(
            event.detail_type,
            Some(TaskStateChange | ContainerInstanceStateChange)
        ) {
            return Ok(None);
        }
        let mut read = Read::default();
        let at = |updated: Option<Timestamp>| updated.or(event.time).ok_or(LoadError::NoTime);
        match event.change().ok_or(LoadError::NoDetail)? {
            Told::Task { task, updated_at } => {
                self.read_task(&task, at(updated_at)?, &mut read)?;
            }
            Told::ContainerInstance {
                container_instance,
                cluster_arn,
                updated_at,
            } => {
                let (cluster, at) = (cluster_arn.as_deref(), at(updated_at)?);
                self.read_instance(&container_instance, cluster, at, &mut read)?;
            }
            _ => return Ok(None),
        }
        Ok(Some(read))
    }

    fn read_instance(
        &self,
        described: &ContainerInstance,
        cluster: Option<&str>,
        at: Timestamp,
        read: &mut Read,
    ) -> Result<(), LoadError> {
        if self.is_elsewhere(cluster, described.container_instance_arn.as_deref()) {
            read.elsewhere = read.elsewhere.saturating_add(1);
            return Ok(());
        }
        let registration = Registration::try_from(described)?.as_of(at);
        let gap = remaining_gap(&registration).into_iter().collect();
        read.changes
            .push((Change::ObserveInstance(registration), gap));
        Ok(())
    }

    fn read_task(&self, task: &Task, at: Timestamp, read: &mut Read) -> Result<(), LoadError> {
        if self.is_elsewhere(task.cluster_arn.as_deref(), task.task_arn.as_deref()) {
            read.elsewhere = read.elsewhere.saturating_add(1);
            return Ok(());
        }
        let (task, gaps) = self.observed(task, at)?;
        read.changes.push((Change::ObserveTask(task), gaps));
        Ok(())
    }

    /// Whether a document is of another cluster, as far as it or its ARN says.
    fn is_elsewhere(&self, cluster: Option<&str>, arn: Option<&str>) -> bool {
        let Some(meant) = self.cluster else {
            return false;
        };
        match cluster.map(EcsArn::parse) {
            Some(Ok(cluster)) => !meant.is(cluster),
            Some(Err(_)) => true,
            None => {
                let arn = arn.and_then(|arn| EcsArn::parse(arn).ok());
                let named = arn.and_then(|arn| arn.resource().cluster());
                named.is_some_and(|name| name != meant.name())
            }
        }
    }
}

impl fmt::Debug for Loader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("cluster", &self.cluster)
            .field("definitions", &self.definitions.keys())
            .field("services", &self.services.keys())
            .finish()
    }
}

/// What documents say, each with what it leaves unsaid.
#[derive(Default)]
struct Read {
    changes: Vec<(Change, Vec<Gap>)>,
    elsewhere: usize,
}

impl From<Read> for DocumentChanges {
    fn from(read: Read) -> Self {
        let (changes, gaps): (Vec<_>, Vec<_>) = read.changes.into_iter().unzip();
        Self {
            changes,
            elsewhere: read.elsewhere,
            gaps: gaps.into_iter().flatten().collect(),
        }
    }
}

/// Makes a change so if it is news. Whether it was, and the instance that is missing.
fn take_over(cell: &mut CellState, change: &Change) -> (bool, Option<Gap>) {
    match change {
        Change::ObserveInstance(registration) => (cell.observe_instance(registration), None),
        Change::ObserveTask(task) => {
            let is_news = cell.observe_task(task);
            (is_news, instance_gap(cell, task))
        }
        _ => (false, None),
    }
}

/// The family in the ARN of a task definition, whether it has a revision or not.
fn family(arn: &str) -> Option<&str> {
    let resource = ArnRef::parse(arn).ok()?.resource();
    let named = resource.strip_prefix("task-definition/")?;
    Some(named.split_once(':').map_or(named, |(family, _)| family))
}
