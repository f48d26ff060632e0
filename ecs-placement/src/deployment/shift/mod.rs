//! Service deployments that shift traffic: `BLUE_GREEN`, `LINEAR` and `CANARY`.
//!
//! They are one machine with different [lists of weights](ShiftSchedule). A
//! [`ShiftingDeployment`] goes through the [stages](Stage) in order, asks for tasks, traffic and
//! hooks by [`ShiftAction`]s, and is told what came of them. It goes back from every stage.
//!
//! # What AWS does not publish
//!
//! | question | choice |
//! |---|---|
//! | order within a stage that moves traffic | weights, then hooks, then the delay of a Network Load Balancer, then the wait of the step; all of them are waited for |
//! | a hook fails while others of its stage have not answered | the deployment goes back at once |
//! | a hook fails or times out on the way back | the way back goes on |
//! | ids of hooks | `ecs-pause-` or `ecs-lambda-`, the id of the service deployment, a hyphen and a number |
//! | which source stays in `RECONCILE_SERVICE` | the last successful one, otherwise the one with the most production traffic, the newest of equal ones |
//! | circuit breaker and alarms in `CLEAN_UP` | they are not heeded |
//! | a way back that begins in `CLEAN_UP` | the source is brought to the desired count first |
//! | no revision to go back to | traffic stays as it is, the tasks of the target stop |
//! | the 24 hours of a stage | waiting for time to pass does not count; a pause hook may hold a stage longer |
//! | a step of the way back takes more than 24 hours | `ROLLBACK_FAILED` |
//! | a newer deployment on the way back | `ROLLBACK_FAILED`, and no revision that the newer one could go back to |
//! | tasks after `ROLLBACK_FAILED` | those of the source follow the desired count, those of the target stay |
//! | another circuit breaker or other alarms while it is under way | it goes by those that it began with |
//! | a source in `RECONCILE_SERVICE` that lacks healthy tasks | they are waited for if it was ever deployed successfully |
//! | `maximumPercent` below 200 | it does not hold back the tasks of the target |
//! | alarms that are in `ALARM` before the deployment starts | none is heeded, their status is `DISABLED` |
//!
//! # Hooks of deployments that roll
//!
//! The API takes lifecycle hooks with every strategy, but AWS does not publish which stages a
//! deployment of strategy `ROLLING` has. Such a deployment calls its hooks as the others do:
//!
//! | question | choice |
//! |---|---|
//! | `PRE_SCALE_UP` | before its first task starts, at the creation of a service too; the service is kept as it is meanwhile, what is missing comes from the revision that was deployed successfully last |
//! | `POST_SCALE_UP` | once all of its tasks are healthy, or as many as an early success needs; older tasks go on to stop, and it bakes and is complete only after the answers |
//! | hooks at other stages | they are accepted, for another strategy may have these stages, and never called |
//! | traffic that another strategy has left split | it goes to one revision first, as in `RECONCILE_SERVICE` of the others, without hooks |
//! | going back | calls no hooks |
//! | hooks that are changed while it is under way | it goes by those that it began with |
//! | the limit of 24 hours of a stage | only the hook's own timeout holds |
//! | services of controller `CODE_DEPLOY` | they are refused: their hooks stand in the AppSpec file, which is CodeDeploy's |
//!
//! Source: Developer Guide,
//! [blue/green](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html),
//! linear and canary deployments; API shape `ServiceDeployment`.

mod action;
mod advance;
mod back;
mod call;
mod describe;
mod error;
mod handle;
mod hook;
mod phase;
mod record;
mod request;
mod schedule;
mod stage;
mod status;
mod wait;
mod weight;

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use ecs_model::{DeploymentConfiguration, Timestamp};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

pub use action::{ExecutionDetails, HookPayload, ShiftAction, ShiftChange};
use back::Way;
pub(crate) use call::{
    HookCalls, called, check_id as check_hook_id, details as hook_details, next_due, resumed,
};
pub(crate) use describe::monitor_status;
pub use error::{ShiftConfigurationError, ShiftError};
pub(crate) use handle::check_stop_type;
pub use hook::{DEFAULT_CALL_BACK_DELAY, DEFAULT_HOOK_TIMEOUT_MINUTES, HookAnswer};
pub(crate) use hook::{Hook, HookCall};
pub use record::{ShiftEvent, ShiftRecord, ShiftVerdict};
pub use request::{ShiftRequest, SourceRevision, TaskCounts};
pub use schedule::{CLOUDFORMATION_LIMIT, DEFAULT_BAKE_MINUTES, ShiftSchedule};
pub use stage::Stage;
pub use status::ShiftStatus;
pub(crate) use status::{Cause, Times};
pub use wait::ShiftWait;
pub use weight::{Traffic, TrafficError, Weight, WeightError};

use super::CircuitBreaker;

/// How long a stage, or one shift of production traffic, may take.
///
/// Source: Developer Guide, how blue/green deployments work.
pub const STAGE_LIMIT: Duration = Duration::from_secs(24 * 3_600);

/// How long a deployment may take.
///
/// Source: Developer Guide, how blue/green deployments work.
pub const DEPLOYMENT_LIMIT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// How long a Network Load Balancer is given to follow a shift.
///
/// Source: Developer Guide, how blue/green deployments work.
pub const NETWORK_LOAD_BALANCER_DELAY: Duration = Duration::from_secs(600);

/// A service deployment that shifts traffic from one revision to another.
///
/// Events come in with `handle_*`; after each of them, carry out every
/// [`poll_action`](Self::poll_action), publish every [`poll_change`](Self::poll_change) and set a
/// timer for [`poll_timeout`](Self::poll_timeout). The same calls give the same results.
///
/// ```
/// use ecs_model::{DeploymentConfiguration, Timestamp};
/// use ecs_placement::deployment::shift::{
///     ShiftAction, ShiftRequest, ShiftStatus, ShiftingDeployment, SourceRevision, Stage,
///     TaskCounts,
/// };
///
/// let canary: DeploymentConfiguration = serde_json::from_str(
///     r#"{"strategy":"CANARY","canaryConfiguration":{"canaryPercent":5.0}}"#,
/// )?;
/// let at = |minutes: i64| Timestamp::from_seconds(minutes * 60);
/// let request = ShiftRequest::new("deployment/1", "service", "cluster", "green", canary)
///     .with_source(SourceRevision::serving("blue", TaskCounts::new(1, 0, 1)))
///     .with_test_traffic(false);
/// let mut deployment = ShiftingDeployment::new(request, at(0))?;
/// deployment.handle_timeout(at(0));
/// assert_eq!(deployment.stage(), Some(Stage::ScaleUp));
///
/// deployment.handle_tasks("green", TaskCounts::new(1, 0, 1), at(2))?;
/// while let Some(action) = deployment.poll_action() {
///     if let ShiftAction::ShiftProduction { traffic } = action {
///         assert_eq!(traffic.of("green").to_string(), "5.0");
///         deployment.handle_production_shifted(&traffic, at(3));
///     }
/// }
/// assert_eq!(deployment.poll_timeout(), Some(at(13)));
/// assert_eq!(deployment.status(), ShiftStatus::InProgress);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Its state is `serde`; a change is a [`ShiftRecord`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftingDeployment {
    format: Format<Self>,
    names: Names,
    configuration: DeploymentConfiguration,
    schedule: ShiftSchedule,
    hooks: Vec<Hook>,
    has_network_load_balancer: bool,
    is_headless: bool,
    /// Whether it ends once the service has come to one source, of which another deployment, that
    /// rolls, begins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    only_reconciles: bool,
    desired_count: u32,
    sources: Vec<Revision>,
    target: Revision,
    /// Which of the sources has or gets all traffic that the target does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serving: Option<usize>,
    /// What was asked for last.
    production: Traffic,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    test: Option<Traffic>,
    status: ShiftStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status_reason: Option<String>,
    way: Way,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage: Option<Stage>,
    /// Which shift of production traffic, from 1; 0 before the first.
    step: u16,
    /// Which phase of the stage, or of the way back.
    phase: usize,
    /// When the stage, the shift or the phase of the way back began.
    entered_at: Timestamp,
    /// When the phase is over, if it is one that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Timestamp>,
    /// Whether the phase, or the shift before it, changed anything.
    is_changed: bool,
    /// Whether the shift of the phase was not confirmed yet.
    is_unconfirmed: bool,
    calls: Vec<HookCall>,
    /// How many hooks were called, for their ids.
    calls_made: u32,
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threshold: Option<u32>,
    ignores_alarms: bool,
    alarms: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    times: Times,
    now: Timestamp,
    actions: VecDeque<ShiftAction>,
    changes: VecDeque<ShiftChange>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Names {
    pub(crate) service_deployment: Arc<str>,
    pub(crate) service: Arc<str>,
    pub(crate) cluster: Arc<str>,
}

/// A service revision with what was asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Revision {
    arn: Arc<str>,
    is_successful: bool,
    requested: u32,
    tasks: TaskCounts,
}

impl Saved for ShiftingDeployment {
    const NAME: &'static str = "shifting deployment";
    const VERSION: u32 = 1;
}

impl ShiftingDeployment {
    /// Whether traffic can be shifted by a configuration.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check(configuration: &DeploymentConfiguration) -> Result<(), ShiftConfigurationError> {
        ShiftSchedule::of(configuration)?;
        Hook::all_of(configuration)?;
        Ok(())
    }

    /// A deployment that is created at `now`. It starts with the first
    /// [`handle_timeout`](Self::handle_timeout).
    ///
    /// # Errors
    ///
    /// The configuration does not shift traffic or is out of its bounds, a revision is given twice,
    /// or the traffic of the sources does not come to 100.0 percent.
    pub fn new(request: ShiftRequest, now: Timestamp) -> Result<Self, ShiftConfigurationError> {
        let schedule = ShiftSchedule::of(&request.configuration)?;
        let hooks = Hook::all_of(&request.configuration)?;
        let (production, test) = request.traffic()?;
        let desired_count = request.desired_count;
        let sources = request.sources.into_iter().map(|source| Revision {
            arn: source.revision,
            is_successful: source.is_successful,
            requested: source.requested,
            tasks: source.tasks,
        });
        let sources: Vec<Revision> = sources.collect();
        Ok(Self {
            format: Format::current(),
            names: Names {
                service_deployment: request.service_deployment_arn,
                service: request.service_arn,
                cluster: request.cluster_arn,
            },
            configuration: request.configuration,
            schedule,
            hooks,
            has_network_load_balancer: request.has_network_load_balancer,
            is_headless: request.is_headless,
            only_reconciles: request.only_reconciles,
            desired_count,
            serving: serving(&sources, &production),
            sources,
            target: Revision {
                arn: request.target,
                is_successful: false,
                requested: 0,
                tasks: TaskCounts::default(),
            },
            production,
            test,
            status: ShiftStatus::Pending,
            status_reason: None,
            way: Way::Forward,
            stage: None,
            step: 0,
            phase: 0,
            entered_at: now,
            due: None,
            is_changed: false,
            is_unconfirmed: false,
            calls: Vec::new(),
            calls_made: 0,
            failures: 0,
            threshold: None,
            ignores_alarms: false,
            alarms: Vec::new(),
            cause: None,
            times: Times::created(now),
            now,
            actions: VecDeque::new(),
            changes: VecDeque::from([ShiftChange::Status {
                status: ShiftStatus::Pending,
                reason: None,
                at: now,
            }]),
        })
    }

    /// The next thing to do.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<ShiftAction> {
        self.actions.pop_front()
    }

    /// The next thing to tell.
    #[must_use]
    pub fn poll_change(&mut self) -> Option<ShiftChange> {
        self.changes.pop_front()
    }

    /// How far it is.
    #[must_use]
    pub const fn status(&self) -> ShiftStatus {
        self.status
    }

    /// Why it is not, or was not, successful.
    #[must_use]
    pub fn status_reason(&self) -> Option<&str> {
        self.status_reason.as_deref()
    }

    /// The stage, which stays as it was on the way back; none before the deployment starts.
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Which shift of production traffic it is at or before, from 1; 0 before the first.
    #[must_use]
    pub const fn step(&self) -> u16 {
        self.step
    }

    /// The production traffic, as it was asked for last.
    #[must_use]
    pub const fn production_traffic(&self) -> &Traffic {
        &self.production
    }

    /// The test traffic, as it was asked for last; none where there is none.
    #[must_use]
    pub const fn test_traffic(&self) -> Option<&Traffic> {
        self.test.as_ref()
    }

    /// How many tasks the service shall have.
    #[must_use]
    pub const fn desired_count(&self) -> u32 {
        self.desired_count
    }

    /// The failed tasks of the target, and with how many the deployment fails, as they were told
    /// last.
    #[must_use]
    pub const fn failures(&self) -> (u32, Option<u32>) {
        (self.failures, self.threshold)
    }

    /// The ARN of the service deployment.
    #[must_use]
    pub fn service_deployment_arn(&self) -> &str {
        &self.names.service_deployment
    }

    /// The ARN of the service revision that it goes to.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target.arn
    }

    /// The ARN of the service revision that it would go back to: the last that was deployed
    /// successfully.
    #[must_use]
    pub fn rollback_target(&self) -> Option<&str> {
        self.candidate().map(|candidate| &*candidate.arn)
    }

    /// The tasks of a service revision, as they were counted last; nothing for one that is not
    /// part of it.
    #[must_use]
    pub fn tasks(&self, revision: &str) -> Option<TaskCounts> {
        let mut all = self.revisions();
        let found = all.find(|known| *known.arn == *revision);
        found.map(|revision| revision.tasks)
    }

    /// What made it fail, if the circuit breaker, an alarm or a user did.
    pub(crate) const fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// Whether it ended before it began.
    pub(crate) fn never_began(&self) -> bool {
        self.status.is_terminal() && self.times.started.is_none()
    }

    /// Whether it only brings the service to one source.
    pub(crate) const fn only_reconciles(&self) -> bool {
        self.only_reconciles
    }

    /// Whether the target is in place, or the source again.
    pub(crate) const fn has_come_to_one(&self) -> bool {
        matches!(
            self.status,
            ShiftStatus::Successful | ShiftStatus::RollbackSuccessful
        )
    }

    /// Its circuit breaker, if it has one.
    pub(crate) fn breaker(&self) -> Option<CircuitBreaker> {
        let written = self.configuration.deployment_circuit_breaker();
        CircuitBreaker::of(written).ok().flatten()
    }

    /// The alarms that have a say now.
    pub(crate) fn heeded_alarms(&self) -> &[String] {
        let alarms = self.configuration.alarms();
        let is_forward = self.is_forward_in(Stage::ReconcileService..Stage::CleanUp);
        match alarms.enable() == Some(true) && !self.ignores_alarms && is_forward {
            true => alarms.alarm_names(),
            false => &[],
        }
    }

    /// How many tasks a service revision shall have; nothing for one that is not part of it.
    #[must_use]
    pub fn requested_tasks(&self, revision: &str) -> Option<u32> {
        let mut all = self.revisions();
        let found = all.find(|known| *known.arn == *revision);
        found.map(|revision| revision.requested)
    }

    /// The revisions that a newer deployment begins with, when this one has ended, or is asked to
    /// stop: those with tasks or traffic.
    #[must_use]
    pub fn sources_of_the_next(&self) -> Vec<SourceRevision> {
        let is_there = |revision: &&Revision| {
            let production = self.production.of(&revision.arn);
            let test = self.test.as_ref().map(|test| test.of(&revision.arn));
            revision.tasks.total() > 0
                || production > Weight::NONE
                || test.is_some_and(|test| test > Weight::NONE)
        };
        let all = self.revisions().filter(is_there);
        // What is gone back to is under way itself until it is in place again.
        let is_back = self.status == ShiftStatus::RollbackSuccessful;
        let goes_back = matches!(self.way, Way::Back { .. }) && !is_back;
        let restored = self.candidate().filter(|_| goes_back);
        let is_restored =
            |revision: &Revision| restored.is_some_and(|one| std::ptr::eq(one, revision));
        let source = |revision: &Revision| SourceRevision {
            revision: Arc::clone(&revision.arn),
            is_successful: revision.is_successful && !is_restored(revision),
            tasks: revision.tasks,
            requested: revision.requested,
            production: self.production.of(&revision.arn),
            test: match &self.test {
                Some(test) => test.of(&revision.arn),
                None => self.production.of(&revision.arn),
            },
        };
        all.map(source).collect()
    }

    /// The sources, and then the target.
    fn revisions(&self) -> impl Iterator<Item = &Revision> {
        self.sources.iter().chain([&self.target])
    }

    fn serving(&self) -> Option<&Revision> {
        self.sources.get(self.serving?)
    }

    /// What it would go back to.
    fn candidate(&self) -> Option<&Revision> {
        self.serving().filter(|serving| serving.is_successful)
    }
}

/// The last successful source, otherwise the one with the most traffic, the newest of equal ones.
fn serving(sources: &[Revision], production: &Traffic) -> Option<usize> {
    let successful = sources.iter().rposition(|source| source.is_successful);
    let traffic = |(_, source): &(usize, &Revision)| production.of(&source.arn);
    let most = || sources.iter().enumerate().max_by_key(traffic);
    successful.or_else(|| most().map(|(position, _)| position))
}
