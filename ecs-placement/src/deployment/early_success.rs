//! Deployments that succeed before all of their tasks are healthy.

use ecs_model::deployment::{DeploymentEarlySuccessCriteria, ServiceRevisionCleanup};
use serde::{Deserialize, Serialize};

/// When a rolling deployment is complete before all of its tasks are healthy.
///
/// Source: API shape `DeploymentEarlySuccessCriteria`; Developer Guide, early success criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct EarlySuccess {
    /// The healthy tasks that are enough, in percent of the desired count, 0 to 100.
    pub healthy_percent: u32,
    /// Whether tasks of older revisions may still be there then. Amazon ECS cleans them up within
    /// 14 days; what it does with those that are left is not published, and here they stay for as
    /// long as they are protected.
    pub is_deferred: bool,
}

impl EarlySuccess {
    /// What a configuration means: all tasks healthy and the older ones gone, unless it says
    /// otherwise. `None` if it is not enabled.
    #[must_use]
    pub fn of(written: &DeploymentEarlySuccessCriteria) -> Option<Self> {
        let percent = written.healthy_percent().unwrap_or(100);
        let cleanup = written.source_service_revision_cleanup();
        let early = Self {
            healthy_percent: u32::try_from(percent).unwrap_or(0),
            is_deferred: cleanup == Some(&ServiceRevisionCleanup::Deferred),
        };
        (written.enable() == Some(true)).then_some(early)
    }

    /// How many healthy tasks of the new revision are enough: at least one.
    ///
    /// ```
    /// use ecs_model::deployment::DeploymentEarlySuccessCriteria;
    /// use ecs_placement::deployment::EarlySuccess;
    ///
    /// let written: DeploymentEarlySuccessCriteria =
    ///     serde_json::from_str(r#"{"enable": true, "healthyPercent": 50}"#)?;
    /// let early = EarlySuccess::of(&written).ok_or("it is enabled")?;
    /// assert_eq!(early.required(3), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn required(&self, desired: u32) -> u32 {
        let part = u64::from(desired).saturating_mul(self.healthy_percent.into());
        let count = u32::try_from(part.div_ceil(100)).unwrap_or(u32::MAX);
        count.max(1)
    }
}
