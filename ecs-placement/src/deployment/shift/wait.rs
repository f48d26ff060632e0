//! Why a deployment does not go on.

use std::fmt;
use std::sync::Arc;

use ecs_model::Timestamp;

use super::phase::Phase;
use super::{HookCall, ShiftStatus, ShiftingDeployment, Stage};

/// What a deployment waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShiftWait {
    /// [`ShiftingDeployment::handle_timeout`], at once.
    Evaluation,
    /// Healthy tasks of a service revision.
    Healthy {
        /// The ARN of the revision.
        revision: Arc<str>,
        /// How many tasks are healthy.
        healthy: u32,
        /// How many shall be.
        desired: u32,
    },
    /// Tasks of service revisions that have not stopped.
    Stopping {
        /// The ARNs of the revisions.
        revisions: Vec<Arc<str>>,
        /// How many tasks they have together.
        tasks: u32,
    },
    /// Word that traffic goes the way that was asked for.
    Traffic {
        /// Whether it is production traffic, and not test traffic.
        is_production: bool,
    },
    /// Answers of hooks.
    Hooks {
        /// The stage for which they were called.
        stage: Stage,
        /// Their ids.
        hook_ids: Vec<Arc<str>>,
        /// When the first of them times out.
        until: Timestamp,
    },
    /// Time.
    Until(Timestamp),
}

impl ShiftingDeployment {
    /// What it waits for; nothing if it has ended.
    ///
    /// ```
    /// # use ecs_model::{DeploymentConfiguration, Timestamp};
    /// # use ecs_placement::deployment::shift::{ShiftRequest, ShiftingDeployment};
    /// # let configuration: DeploymentConfiguration =
    /// #     serde_json::from_str(r#"{"strategy":"BLUE_GREEN","bakeTimeInMinutes":5}"#)?;
    /// let at = Timestamp::from_seconds;
    /// let request = ShiftRequest::new("deployment/1", "service", "cluster", "green", configuration)
    ///     .with_desired_count(4);
    /// let mut deployment = ShiftingDeployment::new(request, at(0))?;
    /// deployment.handle_timeout(at(0));
    /// let wait = deployment.waits_for().ok_or("it is under way")?;
    /// assert_eq!(wait.to_string(), "0 of 4 tasks of `green` are healthy");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn waits_for(&self) -> Option<ShiftWait> {
        match self.status {
            ShiftStatus::InProgress | ShiftStatus::RollbackInProgress => {}
            _ if self.status.is_terminal() => return None,
            _ => return Some(ShiftWait::Evaluation),
        }
        let healthy = |revision: &super::Revision| ShiftWait::Healthy {
            revision: Arc::clone(&revision.arn),
            healthy: revision.tasks.healthy,
            desired: self.desired_count,
        };
        Some(match self.current_phase()? {
            Phase::CallHooks(_) => ShiftWait::Evaluation,
            Phase::ScaleServing => healthy(self.serving()?),
            Phase::ScaleTarget => healthy(&self.target),
            Phase::ScaleOthersDown | Phase::ScaleSourcesDown => self.waits_for_stopping(),
            Phase::ShiftTest | Phase::TestBack => ShiftWait::Traffic {
                is_production: false,
            },
            Phase::ShiftProduction | Phase::ProductionBack => ShiftWait::Traffic {
                is_production: true,
            },
            Phase::AwaitHooks => ShiftWait::of_hooks(&self.calls)?,
            Phase::NetworkDelay | Phase::StepBake | Phase::Bake => ShiftWait::Until(self.due?),
        })
    }

    fn waits_for_stopping(&self) -> ShiftWait {
        let mut revisions = Vec::new();
        let mut tasks = 0_u32;
        for revision in self.revisions() {
            if revision.requested == 0 && revision.tasks.total() > 0 {
                revisions.push(Arc::clone(&revision.arn));
                tasks = tasks.saturating_add(revision.tasks.total());
            }
        }
        ShiftWait::Stopping { revisions, tasks }
    }
}

impl ShiftWait {
    /// Of hooks those that have not answered; nothing if all have.
    pub(crate) fn of_hooks(calls: &[HookCall]) -> Option<Self> {
        let open = calls.iter().filter(|call| call.is_open());
        let until = open.clone().map(|call| call.expires_at);
        Some(Self::Hooks {
            stage: open.clone().map(|call| call.stage).next()?,
            hook_ids: open.map(|call| Arc::clone(&call.id)).collect(),
            until: until.min_by_key(|at| at.micros())?,
        })
    }
}

impl fmt::Display for ShiftWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evaluation => f.write_str("the next evaluation is due"),
            Self::Healthy {
                revision,
                healthy,
                desired,
            } => write!(
                f,
                "{healthy} of {desired} tasks of `{revision}` are healthy"
            ),
            Self::Stopping { revisions, tasks } => {
                write!(
                    f,
                    "{tasks} tasks of `{}` have not stopped",
                    revisions.join("`, `")
                )
            }
            Self::Traffic { is_production } => {
                let kind = if *is_production { "production" } else { "test" };
                write!(f, "{kind} traffic has not moved yet")
            }
            Self::Hooks {
                stage,
                hook_ids,
                until,
            } => {
                let hooks = hook_ids.join("`, `");
                write!(
                    f,
                    "the hooks `{hooks}` of {stage} have not answered, until {until}"
                )
            }
            Self::Until(at) => write!(f, "it waits until {at}"),
        }
    }
}
