//! The health of a task, from that of its containers.

use ecs_model::HealthStatus;
use serde::{Deserialize, Serialize};

/// The health of a task whose essential containers with a health check have these healths.
///
/// One that is `UNHEALTHY` makes the task so; otherwise one that is `UNKNOWN` makes it `UNKNOWN`.
/// A value that this version of the library does not know counts as `UNKNOWN`, and so does a task
/// without such containers.
///
/// The API's own text also counts essential containers without a health check, as `UNKNOWN`. Who
/// wants that passes them too; the machines follow the guide.
///
/// ```
/// use ecs_model::HealthStatus;
/// use ecs_state::task_health;
///
/// let containers = [HealthStatus::Healthy, HealthStatus::Unknown];
/// assert_eq!(task_health(&containers), HealthStatus::Unknown);
/// ```
///
/// Source: Developer Guide, container health checks (2026); API shape `HealthCheck`.
#[must_use]
pub fn task_health<'a>(essential: impl IntoIterator<Item = &'a HealthStatus>) -> HealthStatus {
    let mut healthy = 0;
    let mut unknown = 0;
    for health in essential {
        match health {
            HealthStatus::Unhealthy => return HealthStatus::Unhealthy,
            HealthStatus::Healthy => healthy += 1,
            _ => unknown += 1,
        }
    }
    if healthy > 0 && unknown == 0 {
        HealthStatus::Healthy
    } else {
        HealthStatus::Unknown
    }
}

/// What a health check says, as the rules see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Health {
    #[default]
    Unknown,
    Healthy,
    Unhealthy,
}

impl Health {
    pub(crate) const fn as_status(self) -> &'static HealthStatus {
        match self {
            Self::Unknown => &HealthStatus::Unknown,
            Self::Healthy => &HealthStatus::Healthy,
            Self::Unhealthy => &HealthStatus::Unhealthy,
        }
    }
}

impl From<&HealthStatus> for Health {
    /// A value that this version of the library does not know counts as `UNKNOWN`.
    fn from(status: &HealthStatus) -> Self {
        match status {
            HealthStatus::Healthy => Self::Healthy,
            HealthStatus::Unhealthy => Self::Unhealthy,
            _ => Self::Unknown,
        }
    }
}
