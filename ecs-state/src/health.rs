//! The health of a task, from that of its containers.

use ecs_model::HealthStatus;

/// The health of a task whose essential containers have these healths.
///
/// One that is `UNHEALTHY` makes the task so; otherwise one that is `UNKNOWN`, such as one without
/// a health check, makes it `UNKNOWN`. A value that this version of the library does not know
/// counts as `UNKNOWN`, and so does a task without essential containers.
///
/// ```
/// use ecs_model::HealthStatus;
/// use ecs_state::task_health;
///
/// let containers = [HealthStatus::Healthy, HealthStatus::Unknown];
/// assert_eq!(task_health(&containers), HealthStatus::Unknown);
/// ```
///
/// Source: API shape `HealthCheck`.
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
