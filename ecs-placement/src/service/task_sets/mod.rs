//! Task sets: the tasks of a service that CodeDeploy or the user deploys.
//!
//! A service with controller `EXTERNAL` or `CODE_DEPLOY` has no deployments but task sets, each of
//! which has a part of its desired count. [`TaskSets`] are those of one service: it says how many
//! tasks each shall have, and tells when it has them.
//!
//! | question that AWS leaves open | choice |
//! |---|---|
//! | a scale that is absent | 0 percent |
//! | the primary task set is deleted by force | the service has none until another is made primary |
//! | percentages finer than a millionth | they are rounded to it |
//!
//! Source: API shapes `TaskSet` and `Scale`; Developer Guide,
//! [external deployment](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html).

mod error;
mod record;
mod scale;

use std::collections::VecDeque;
use std::sync::Arc;

use ecs_model::operation::CreateTaskSetRequest;
use ecs_model::task_set::StabilityStatus;
use ecs_model::{TaskSet, Timestamp, service_message};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

pub use error::TaskSetError;
pub use record::{TaskSetEvent, TaskSetRecord};
pub use scale::TaskSetScale;

/// How many task sets a service has at the most.
///
/// Source: service quotas, deployments of a service.
pub const MOST_TASK_SETS: usize = 5;

/// The task sets of a service.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::operation::CreateTaskSetRequest;
/// use ecs_placement::service::task_sets::{TaskSetAction, TaskSets};
///
/// let at = Timestamp::from_seconds;
/// let mut sets = TaskSets::new(
///     "arn:aws:ecs:us-east-1:123456789012:service/main/web",
///     "arn:aws:ecs:us-east-1:123456789012:cluster/main",
///     3,
/// );
/// let request: CreateTaskSetRequest = serde_json::from_str(
///     r#"{"service": "web", "cluster": "main", "taskDefinition": "web:1",
///         "scale": {"value": 40.0, "unit": "PERCENT"}}"#,
/// )?;
/// let set = sets.create("ecs-svc/1", &request, at(0))?;
/// assert_eq!(set.computed_desired_count(), Some(2));
/// let asked = TaskSetAction::Scale { task_set: "ecs-svc/1".into(), tasks: 2 };
/// assert_eq!(sets.poll_action(), Some(asked));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskSets {
    format: Format<Self>,
    service: Arc<str>,
    cluster: Arc<str>,
    desired_count: u32,
    /// In the order in which they were created.
    sets: Vec<Set>,
    actions: VecDeque<TaskSetAction>,
    messages: VecDeque<String>,
}

impl Saved for TaskSets {
    const NAME: &'static str = "task sets";
    const VERSION: u32 = 1;
}

/// What is to be done for a task set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum TaskSetAction {
    /// Bring a task set to that many tasks, and keep it there.
    Scale {
        /// The id of the task set.
        task_set: Arc<str>,
        /// How many tasks.
        tasks: u32,
    },
}

/// The tasks of a task set, as they were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TaskSetTasks {
    /// Those in `RUNNING`.
    pub running: u32,
    /// Those in `PENDING`.
    pub pending: u32,
    /// Those that run and are healthy in load balancers, service discovery and container checks.
    pub healthy: u32,
    /// Those on instances in `DRAINING`.
    pub draining: u32,
}

impl TaskSetTasks {
    /// Tasks that run, of which some are healthy.
    #[must_use]
    pub const fn new(running: u32, pending: u32, healthy: u32) -> Self {
        Self {
            running,
            pending,
            healthy,
            draining: 0,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Set {
    /// What does not change, and the times.
    document: TaskSet,
    id: Arc<str>,
    status: SetStatus,
    scale: TaskSetScale,
    tasks: TaskSetTasks,
    is_steady: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum SetStatus {
    Primary,
    Active,
    Draining,
}

impl TaskSets {
    /// A service that has no task set yet, by its ARN and that of its cluster.
    #[must_use]
    pub fn new(
        service: impl Into<Arc<str>>,
        cluster: impl Into<Arc<str>>,
        desired_count: u32,
    ) -> Self {
        Self {
            format: Format::current(),
            service: service.into(),
            cluster: cluster.into(),
            desired_count,
            sets: Vec::new(),
            actions: VecDeque::new(),
            messages: VecDeque::new(),
        }
    }

    /// CreateTaskSet: a new task set is `ACTIVE`. The caller chooses its id, `ecs-svc/` and a
    /// number.
    ///
    /// # Errors
    ///
    /// The id is used already, there are [as many as may be](MOST_TASK_SETS), or the scale is none.
    pub fn create(
        &mut self,
        id: &str,
        request: &CreateTaskSetRequest,
        now: Timestamp,
    ) -> Result<TaskSet, TaskSetError> {
        if self.sets.iter().any(|set| *set.id == *id) {
            let task_set = id.to_owned();
            return Err(TaskSetError::Exists { task_set });
        }
        if self.sets.len() >= MOST_TASK_SETS {
            let task_sets = self.sets.len();
            return Err(TaskSetError::TooMany { task_sets });
        }
        let scale = TaskSetScale::of(request.scale.as_ref())?;
        let mut document = TaskSet::default()
            .with_id(id)
            .with_task_set_arn(self.arn_of(id))
            .with_service_arn(self.service.as_ref())
            .with_cluster_arn(self.cluster.as_ref())
            .with_created_at(now)
            .with_updated_at(now)
            .with_stability_status_at(now);
        document.external_id.clone_from(&request.external_id);
        document
            .task_definition
            .clone_from(&request.task_definition);
        document.launch_type.clone_from(&request.launch_type);
        document
            .platform_version
            .clone_from(&request.platform_version);
        document.load_balancers.clone_from(&request.load_balancers);
        document.tags.clone_from(&request.tags);
        let registries = &request.service_registries;
        document.service_registries.clone_from(registries);
        let network = &request.network_configuration;
        document.network_configuration.clone_from(network);
        let strategy = &request.capacity_provider_strategy;
        document.capacity_provider_strategy.clone_from(strategy);
        self.sets.push(Set {
            document,
            id: id.into(),
            status: SetStatus::Active,
            scale,
            tasks: TaskSetTasks::default(),
            is_steady: false,
        });
        let at = self.sets.len().saturating_sub(1);
        self.ask(at);
        self.judge(at, now);
        self.described(at, id)
    }

    /// UpdateTaskSet: another part of the desired count.
    ///
    /// # Errors
    ///
    /// There is no such task set, or it is being deleted.
    pub fn update(
        &mut self,
        id: &str,
        scale: TaskSetScale,
        now: Timestamp,
    ) -> Result<TaskSet, TaskSetError> {
        let at = self.kept(id)?;
        let desired = self.desired_count;
        if let Some(set) = self.sets.get_mut(at) {
            let before = set.scale.of_count(desired);
            set.scale = scale;
            set.document.updated_at = Some(now);
            if before != scale.of_count(desired) {
                self.ask(at);
                self.tell_scaled(at);
                self.judge(at, now);
            }
        }
        self.described(at, id)
    }

    /// UpdateServicePrimaryTaskSet: the service takes over what the task set has, and the primary
    /// one from before is `ACTIVE`.
    ///
    /// # Errors
    ///
    /// There is no such task set, or it is being deleted.
    pub fn make_primary(&mut self, id: &str, now: Timestamp) -> Result<TaskSet, TaskSetError> {
        let at = self.kept(id)?;
        for (other, set) in self.sets.iter_mut().enumerate() {
            let status = match set.status {
                _ if other == at => SetStatus::Primary,
                SetStatus::Primary => SetStatus::Active,
                status => status,
            };
            if status != set.status {
                set.status = status;
                set.document.updated_at = Some(now);
            }
        }
        self.described(at, id)
    }

    /// DeleteTaskSet: it is `DRAINING` until its tasks have stopped, and then gone.
    ///
    /// # Errors
    ///
    /// There is no such task set, or it is not scaled to 0 and not deleted by force.
    pub fn delete(
        &mut self,
        id: &str,
        by_force: bool,
        now: Timestamp,
    ) -> Result<TaskSet, TaskSetError> {
        let at = self.find(id)?;
        let desired = self.desired_count;
        if let Some(set) = self.sets.get_mut(at)
            && set.status != SetStatus::Draining
        {
            if set.scale.of_count(desired) > 0 && !by_force {
                let task_set = id.to_owned();
                return Err(TaskSetError::HasTasks { task_set });
            }
            let had = set.wanted(desired);
            set.status = SetStatus::Draining;
            set.document.updated_at = Some(now);
            if had > 0 {
                self.ask(at);
            }
            self.judge(at, now);
        }
        let document = self.described(at, id);
        self.forget();
        document
    }

    /// The tasks of a task set were counted.
    ///
    /// # Errors
    ///
    /// There is no such task set.
    pub fn handle_tasks(
        &mut self,
        id: &str,
        tasks: TaskSetTasks,
        now: Timestamp,
    ) -> Result<(), TaskSetError> {
        let at = self.find(id)?;
        if let Some(set) = self.sets.get_mut(at) {
            set.tasks = tasks;
        }
        self.judge(at, now);
        self.forget();
        Ok(())
    }

    /// The service shall have another number of tasks.
    pub fn handle_desired_count(&mut self, desired_count: u32, now: Timestamp) {
        let before = std::mem::replace(&mut self.desired_count, desired_count);
        for at in 0..self.sets.len() {
            let changes = self
                .sets
                .get(at)
                .is_some_and(|set| set.wanted(before) != set.wanted(desired_count));
            if changes {
                self.ask(at);
                self.tell_scaled(at);
                self.judge(at, now);
            }
        }
    }

    /// The next thing to do.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<TaskSetAction> {
        self.actions.pop_front()
    }

    /// The next message for the events of the service.
    #[must_use]
    pub fn poll_message(&mut self) -> Option<String> {
        self.messages.pop_front()
    }

    /// The documents of the API, in the order in which the task sets were created.
    #[must_use]
    pub fn describe(&self) -> Vec<TaskSet> {
        let sets = self.sets.iter();
        sets.map(|set| set.describe(self.desired_count)).collect()
    }

    /// The primary task set.
    #[must_use]
    pub fn primary(&self) -> Option<TaskSet> {
        let primary = self
            .sets
            .iter()
            .find(|set| set.status == SetStatus::Primary);
        primary.map(|set| set.describe(self.desired_count))
    }

    /// The ARN of a task set, by its id.
    pub(super) fn arn_of(&self, id: &str) -> String {
        let arn = self.service.replacen(":service/", ":task-set/", 1);
        format!("{arn}/{id}")
    }

    /// How many tasks a task set shall have, by its id.
    pub(super) fn wanted(&self, id: &str) -> u32 {
        let found = self.sets.iter().find(|set| *set.id == *id);
        found.map_or(0, |set| set.wanted(self.desired_count))
    }

    /// The id of a task set, by it or its ARN.
    pub(super) fn id_of(&self, reference: &str) -> Result<Arc<str>, TaskSetError> {
        let set = self.find(reference).map(|at| self.sets.get(at))?;
        Ok(set.map_or_else(|| reference.into(), |set| Arc::clone(&set.id)))
    }

    /// The tasks that a task set was last known to have.
    pub(super) fn tasks(&self, id: &str) -> Option<TaskSetTasks> {
        let found = self.sets.iter().find(|set| *set.id == *id);
        found.map(|set| set.tasks)
    }

    /// The id of the primary task set.
    pub(super) fn primary_id(&self) -> Option<&Arc<str>> {
        let mut sets = self.sets.iter();
        let primary = sets.find(|set| set.status == SetStatus::Primary);
        primary.map(|set| &set.id)
    }

    /// Whether all have the tasks that they shall have, and none is being deleted.
    pub(super) fn are_steady(&self) -> bool {
        self.sets.iter().all(|set| set.is_steady)
    }

    /// Those that have the tasks that they shall have.
    pub(super) fn steady(&self) -> impl Iterator<Item = &Arc<str>> {
        let steady = self.sets.iter().filter(|set| set.is_steady);
        steady.map(|set| &set.id)
    }

    fn find(&self, id: &str) -> Result<usize, TaskSetError> {
        let found = self
            .sets
            .iter()
            .position(|set| *set.id == *id || set.document.task_set_arn.as_deref() == Some(id));
        found.ok_or_else(|| TaskSetError::NotFound {
            task_set: id.to_owned(),
        })
    }

    /// One that is not being deleted.
    fn kept(&self, id: &str) -> Result<usize, TaskSetError> {
        let at = self.find(id)?;
        let is_going = self
            .sets
            .get(at)
            .is_some_and(|set| set.status == SetStatus::Draining);
        match is_going {
            true => Err(TaskSetError::NotActive {
                task_set: id.to_owned(),
            }),
            false => Ok(at),
        }
    }

    fn described(&self, at: usize, id: &str) -> Result<TaskSet, TaskSetError> {
        let set = self.sets.get(at).ok_or_else(|| TaskSetError::NotFound {
            task_set: id.to_owned(),
        })?;
        Ok(set.describe(self.desired_count))
    }

    fn ask(&mut self, at: usize) {
        if let Some(set) = self.sets.get(at) {
            self.actions.push_back(TaskSetAction::Scale {
                task_set: Arc::clone(&set.id),
                tasks: set.wanted(self.desired_count),
            });
        }
    }

    fn tell_scaled(&mut self, at: usize) {
        if let Some(set) = self.sets.get(at) {
            let wanted = set.wanted(self.desired_count);
            let service = self.name();
            let message = service_message::task_set_scaled(service, &set.id, wanted);
            self.messages.push_back(message);
        }
    }

    /// Says whether a task set has the tasks it shall have; one that is deleted is not steady.
    fn judge(&mut self, at: usize, now: Timestamp) {
        let desired = self.desired_count;
        let Some(set) = self.sets.get_mut(at) else {
            return;
        };
        let wanted = set.wanted(desired);
        let tasks = set.tasks;
        let is_steady = set.status != SetStatus::Draining
            && tasks.running == wanted
            && tasks.pending == 0
            && tasks.draining == 0
            && tasks.healthy == wanted;
        if is_steady == set.is_steady {
            return;
        }
        set.is_steady = is_steady;
        set.document.stability_status_at = Some(now);
        if is_steady {
            let id = Arc::clone(&set.id);
            let message = service_message::task_set_steady(self.name(), &id);
            self.messages.push_back(message);
        }
    }

    /// Those that are deleted and have no task any more.
    fn forget(&mut self) {
        self.sets.retain(|set| {
            let tasks = set.tasks.running.saturating_add(set.tasks.pending);
            set.status != SetStatus::Draining || tasks > 0
        });
    }

    fn name(&self) -> &str {
        self.service.rsplit('/').next().unwrap_or_default()
    }
}

impl Set {
    /// How many tasks it shall have.
    fn wanted(&self, desired_count: u32) -> u32 {
        match self.status {
            SetStatus::Draining => 0,
            SetStatus::Primary | SetStatus::Active => self.scale.of_count(desired_count),
        }
    }

    fn describe(&self, desired_count: u32) -> TaskSet {
        let count = |tasks: u32| i32::try_from(tasks).unwrap_or(i32::MAX);
        let status = match self.status {
            SetStatus::Primary => "PRIMARY",
            SetStatus::Active => "ACTIVE",
            SetStatus::Draining => "DRAINING",
        };
        let stability = match self.is_steady {
            true => StabilityStatus::SteadyState,
            false => StabilityStatus::Stabilizing,
        };
        self.document
            .clone()
            .with_status(status)
            .with_scale(self.scale)
            .with_computed_desired_count(count(self.wanted(desired_count)))
            .with_running_count(count(self.tasks.running))
            .with_pending_count(count(self.tasks.pending))
            .with_stability_status(stability)
    }
}
