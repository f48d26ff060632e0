//! What a stage does, one thing after the other.

use super::Stage;

/// A thing that a stage does and waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Calls the hooks of a stage, and waits for nothing.
    CallHooks(Stage),
    /// Waits for the hooks that were called.
    AwaitHooks,
    /// Brings the serving source to the desired count.
    ScaleServing,
    /// Brings the target to the desired count.
    ScaleTarget,
    /// Stops the tasks of all revisions but the serving one.
    ScaleOthersDown,
    /// Stops the tasks of the sources.
    ScaleSourcesDown,
    /// Sends test traffic to the target.
    ShiftTest,
    /// Sends the part of the step of the production traffic to the target.
    ShiftProduction,
    /// Sends test traffic to the serving source.
    TestBack,
    /// Sends production traffic to the serving source.
    ProductionBack,
    /// Waits for a Network Load Balancer, if the shift before changed anything.
    NetworkDelay,
    /// Waits between two steps.
    StepBake,
    /// Waits after the last one.
    Bake,
}

impl Phase {
    /// Whether it only waits for time to pass.
    pub(super) const fn is_timer(self) -> bool {
        matches!(self, Self::NetworkDelay | Self::StepBake | Self::Bake)
    }

    /// What a stage does.
    pub(super) const fn of(stage: Stage) -> &'static [Self] {
        match stage {
            Stage::ReconcileService => &[
                Self::CallHooks(Stage::ReconcileService),
                Self::ScaleServing,
                Self::ProductionBack,
                Self::NetworkDelay,
                Self::TestBack,
                Self::NetworkDelay,
                Self::ScaleOthersDown,
                Self::AwaitHooks,
            ],
            Stage::PreScaleUp => &[Self::CallHooks(Stage::PreScaleUp), Self::AwaitHooks],
            Stage::ScaleUp => &[Self::ScaleTarget],
            Stage::PostScaleUp => &[Self::CallHooks(Stage::PostScaleUp), Self::AwaitHooks],
            Stage::TestTrafficShift => &[
                Self::ShiftTest,
                Self::CallHooks(Stage::TestTrafficShift),
                Self::AwaitHooks,
                Self::NetworkDelay,
            ],
            Stage::PostTestTrafficShift => &[
                Self::CallHooks(Stage::PostTestTrafficShift),
                Self::AwaitHooks,
            ],
            Stage::PreProductionTrafficShift => &[
                Self::CallHooks(Stage::PreProductionTrafficShift),
                Self::AwaitHooks,
            ],
            Stage::ProductionTrafficShift => &[
                Self::ShiftProduction,
                Self::CallHooks(Stage::ProductionTrafficShift),
                Self::AwaitHooks,
                Self::NetworkDelay,
                Self::StepBake,
            ],
            Stage::PostProductionTrafficShift => &[
                Self::CallHooks(Stage::PostProductionTrafficShift),
                Self::AwaitHooks,
            ],
            Stage::BakeTime => &[Self::Bake],
            Stage::CleanUp => &[Self::ScaleSourcesDown],
        }
    }

    /// The way back, of which what does not apply passes at once. Production traffic comes first:
    /// users are on it.
    pub(super) const BACK: &'static [Self] = &[
        Self::ScaleServing,
        Self::ProductionBack,
        Self::CallHooks(Stage::ProductionTrafficShift),
        Self::AwaitHooks,
        Self::NetworkDelay,
        Self::TestBack,
        Self::CallHooks(Stage::TestTrafficShift),
        Self::AwaitHooks,
        Self::NetworkDelay,
        Self::ScaleOthersDown,
    ];
}
