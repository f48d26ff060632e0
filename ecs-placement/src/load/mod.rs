//! A cluster that runs, from the documents that describe it.

mod task;

use std::collections::BTreeMap;
use std::fmt;

use ecs_arn::{ArnRef, ClusterRef, EcsArn};
use ecs_model::event::Change;
use ecs_model::{ContainerInstance, Event, Task, Timestamp};
use ecs_taskdef::TaskDefinition;
use thiserror::Error;

use crate::{CellState, InstanceError, Registration};

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

/// Something that a document does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap {
    /// Neither the document of a task nor a task definition says how much CPU or memory it
    /// holds. It counts as holding none; what the document of its instance says beyond the
    /// known tasks is held all the same.
    Amounts {
        /// The task.
        task: String,
    },
    /// A task has no group; that of a standalone task of its family is taken.
    Group {
        /// The task.
        task: String,
    },
    /// The instance of a task is not in the cell.
    Instance {
        /// The task.
        task: String,
        /// The instance.
        instance: String,
    },
    /// An instance does not say how much of it is left: all of it is, as far as the tasks go
    /// that are known.
    Remaining {
        /// The instance.
        instance: String,
    },
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
    /// Takes documents of every cluster, and knows no task definition.
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
    /// a network interface, and those host ports that Docker has not chosen.
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
        let mut loaded = Loaded::default();
        let mut registrations = Vec::with_capacity(instances.len());
        for described in instances {
            if self.is_elsewhere(None, described.container_instance_arn.as_deref()) {
                loaded.elsewhere = loaded.elsewhere.saturating_add(1);
                continue;
            }
            registrations.push(Registration::try_from(described)?.as_of(at));
        }
        let mut observed = Vec::with_capacity(tasks.len());
        for task in tasks {
            if self.is_elsewhere(task.cluster_arn.as_deref(), task.task_arn.as_deref()) {
                loaded.elsewhere = loaded.elsewhere.saturating_add(1);
                continue;
            }
            observed.push(self.read_task(task, at)?);
        }
        for registration in registrations {
            if !cell.observe_instance(&registration) {
                loaded.stale = loaded.stale.saturating_add(1);
                continue;
            }
            loaded.instances = loaded.instances.saturating_add(1);
            loaded.gaps.extend(remaining_gap(&registration));
        }
        for (task, gaps) in observed {
            if !cell.observe_task(&task) {
                loaded.stale = loaded.stale.saturating_add(1);
                continue;
            }
            loaded.tasks = loaded.tasks.saturating_add(1);
            loaded.gaps.extend(gaps);
            loaded.gaps.extend(instance_gap(cell, &task));
        }
        Ok(loaded)
    }

    /// Takes over what an event says of a task or a container instance.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), and an event that does not say when it happened.
    pub fn handle_event(&self, cell: &mut CellState, event: &Event) -> Result<Observed, LoadError> {
        use ecs_model::event::EventType::{ContainerInstanceStateChange, TaskStateChange};
        if !matches!(
            event.detail_type,
            Some(TaskStateChange | ContainerInstanceStateChange)
        ) {
            return Ok(Observed::Other);
        }
        let at = |updated: Option<Timestamp>| updated.or(event.time).ok_or(LoadError::NoTime);
        match event.change().ok_or(LoadError::NoDetail)? {
            Change::Task { task, updated_at } => {
                if self.is_elsewhere(task.cluster_arn.as_deref(), task.task_arn.as_deref()) {
                    return Ok(Observed::Elsewhere);
                }
                let (task, mut gaps) = self.read_task(&task, at(updated_at)?)?;
                let is_news = cell.observe_task(&task);
                gaps.extend(instance_gap(cell, &task));
                Ok(answer(is_news, gaps))
            }
            Change::ContainerInstance {
                container_instance: described,
                cluster_arn,
                updated_at,
            } => {
                let arn = described.container_instance_arn.as_deref();
                if self.is_elsewhere(cluster_arn.as_deref(), arn) {
                    return Ok(Observed::Elsewhere);
                }
                let registration = Registration::try_from(&*described)?.as_of(at(updated_at)?);
                let is_news = cell.observe_instance(&registration);
                Ok(answer(
                    is_news,
                    remaining_gap(&registration).into_iter().collect(),
                ))
            }
            _ => Ok(Observed::Other),
        }
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
            .finish()
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amounts { task } => {
                write!(
                    f,
                    "nothing says how much CPU or memory the task `{task}` holds"
                )
            }
            Self::Group { task } => write!(f, "the task `{task}` has no group"),
            Self::Instance { task, instance } => {
                write!(
                    f,
                    "the task `{task}` is on `{instance}`, which is not known"
                )
            }
            Self::Remaining { instance } => {
                write!(f, "nothing says how much is left of `{instance}`")
            }
        }
    }
}

fn answer(is_news: bool, gaps: Vec<Gap>) -> Observed {
    match is_news {
        true => Observed::Changed(gaps),
        false => Observed::Stale,
    }
}

fn remaining_gap(registration: &Registration) -> Option<Gap> {
    (!registration.document.says_remaining).then(|| Gap::Remaining {
        instance: registration.arn().to_owned(),
    })
}

fn instance_gap(cell: &CellState, task: &crate::ObservedTask) -> Option<Gap> {
    let instance = task.instance.as_deref()?;
    let is_held = task.stage == crate::Stage::Stopped || cell.task(&task.task).is_some();
    (!is_held).then(|| Gap::Instance {
        task: task.task.to_string(),
        instance: instance.to_owned(),
    })
}

/// The family in the ARN of a task definition, whether it has a revision or not.
fn family(arn: &str) -> Option<&str> {
    let resource = ArnRef::parse(arn).ok()?.resource();
    let named = resource.strip_prefix("task-definition/")?;
    Some(named.split_once(':').map_or(named, |(family, _)| family))
}
