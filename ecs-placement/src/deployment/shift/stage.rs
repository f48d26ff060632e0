//! The stages of a service deployment.

use std::fmt;

use ecs_model::deployment::{DeploymentLifecycleHookStage, ServiceDeploymentLifecycleStage};
use serde::{Deserialize, Serialize};

/// A stage of a service deployment that shifts traffic, in order.
///
/// Source: API shapes `ServiceDeploymentLifecycleStage` and `DeploymentLifecycleHookStage`;
/// Developer Guide,
/// [how blue/green deployments work](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Stage {
    /// The service comes to one source revision; only if it has several.
    ReconcileService,
    /// Before the first task of the target starts.
    PreScaleUp,
    /// The tasks of the target start, without traffic.
    ScaleUp,
    /// The tasks of the target are healthy.
    PostScaleUp,
    /// Test traffic goes to the target.
    TestTrafficShift,
    /// Test traffic is at the target.
    PostTestTrafficShift,
    /// Before each shift of production traffic.
    PreProductionTrafficShift,
    /// A part of the production traffic goes to the target.
    ProductionTrafficShift,
    /// All production traffic is at the target.
    PostProductionTrafficShift,
    /// Both revisions run.
    BakeTime,
    /// The tasks of the source stop.
    CleanUp,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 11] = [
        Self::ReconcileService,
        Self::PreScaleUp,
        Self::ScaleUp,
        Self::PostScaleUp,
        Self::TestTrafficShift,
        Self::PostTestTrafficShift,
        Self::PreProductionTrafficShift,
        Self::ProductionTrafficShift,
        Self::PostProductionTrafficShift,
        Self::BakeTime,
        Self::CleanUp,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReconcileService => "RECONCILE_SERVICE",
            Self::PreScaleUp => "PRE_SCALE_UP",
            Self::ScaleUp => "SCALE_UP",
            Self::PostScaleUp => "POST_SCALE_UP",
            Self::TestTrafficShift => "TEST_TRAFFIC_SHIFT",
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
            Self::ProductionTrafficShift => "PRODUCTION_TRAFFIC_SHIFT",
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
            Self::BakeTime => "BAKE_TIME",
            Self::CleanUp => "CLEAN_UP",
        }
    }

    /// Whether Lambda functions may be called at it.
    #[must_use]
    pub const fn takes_hooks(self) -> bool {
        !matches!(self, Self::ScaleUp | Self::BakeTime | Self::CleanUp)
    }

    /// Whether a deployment may pause at it: not while traffic moves, which a rollback does again.
    #[must_use]
    pub const fn takes_pause_hooks(self) -> bool {
        let moves_traffic = matches!(self, Self::TestTrafficShift | Self::ProductionTrafficShift);
        self.takes_hooks() && !moves_traffic
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The API's list of stages lacks `PRE_PRODUCTION_TRAFFIC_SHIFT`, which its prose and the stages of
/// hooks have: it is shown by that name.
impl From<Stage> for ServiceDeploymentLifecycleStage {
    fn from(stage: Stage) -> Self {
        Self::from(stage.as_str())
    }
}

impl TryFrom<&DeploymentLifecycleHookStage> for Stage {
    type Error = ();

    fn try_from(stage: &DeploymentLifecycleHookStage) -> Result<Self, ()> {
        let found = Self::ALL
            .into_iter()
            .find(|own| own.as_str() == stage.as_str());
        found.filter(|own| own.takes_hooks()).ok_or(())
    }
}
