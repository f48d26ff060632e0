//! Reads a [`TaskSpec`] out of a task definition.

use core::time::Duration;

use ecs_taskdef::{
    ContainerCondition, ContainerDefinition, ContainerDependency, ContainerRestartPolicy,
    LogDriver, NetworkMode, TaskDefinition,
};

use super::{ContainerSpec, DEFAULT_STOP_TIMEOUT, Dependency, SpecError, TaskSpec};
use crate::{Condition, DEFAULT_RESTART_ATTEMPT_PERIOD, RestartPolicy};

/// Takes names, `essential`, `dependsOn`, `links`, `volumesFrom`, timeouts, health checks and restart
/// policies.
///
/// A link waits for `START` of the other container, `volumesFrom` for `CREATE`, and a container
/// that logs to `awsfirelens` for `START` of the log router, as the agent has it. In network mode
/// `awsvpc` the container that holds the network is added:
/// [`with_network_container`](TaskSpec::with_network_container). Resources are not, because a host
/// has to create them: [`with_resources_of`](TaskSpec::with_resources_of) adds them.
///
/// ```
/// use ecs_state::{Condition, TaskSpec};
/// use ecs_taskdef::TaskDefinition;
///
/// let definition: TaskDefinition = serde_json::from_str(
///     r#"{
///         "family": "hello",
///         "containerDefinitions": [
///             {"name": "wordpress", "image": "wordpress", "memory": 500, "links": ["mysql:db"]},
///             {"name": "mysql", "image": "mysql", "memory": 500, "stopTimeout": 60}
///         ]
///     }"#,
/// )?;
/// let spec = TaskSpec::try_from(&definition)?;
/// let wordpress = &spec.containers()[0];
/// assert_eq!(wordpress.depends_on[0].container, "mysql");
/// assert_eq!(wordpress.depends_on[0].condition, Condition::Start);
/// assert_eq!(spec.containers()[1].stop_timeout.as_secs(), 60);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<&TaskDefinition> for TaskSpec {
    type Error = SpecError;

    fn try_from(definition: &TaskDefinition) -> Result<Self, SpecError> {
        let containers = definition.container_definitions();
        let router = containers
            .iter()
            .find(|container| container.firelens_configuration.is_some())
            .and_then(|container| container.name.as_deref());
        let specs: Result<Vec<_>, SpecError> = containers
            .iter()
            .enumerate()
            .map(|(position, container)| container_spec(position, container, router))
            .collect();
        let spec = Self::new(specs?)?;
        match definition.network_mode {
            Some(NetworkMode::Awsvpc) => spec.with_network_container(),
            _ => Ok(spec),
        }
    }
}

fn container_spec(
    position: usize,
    container: &ContainerDefinition,
    router: Option<&str>,
) -> Result<ContainerSpec, SpecError> {
    let name = container
        .name
        .clone()
        .ok_or(SpecError::Unnamed { position })?;
    let stop_timeout = seconds(&name, "stopTimeout", container.stop_timeout)?;
    Ok(ContainerSpec {
        essential: container.is_essential(),
        depends_on: dependencies(&name, container, router)?,
        stop_timeout: stop_timeout.unwrap_or(DEFAULT_STOP_TIMEOUT),
        start_timeout: seconds(&name, "startTimeout", container.start_timeout)?,
        has_health_check: container.health_check.is_some(),
        restart: restart(&name, container.restart_policy.as_ref())?,
        ..ContainerSpec::new(name.as_str())
    })
}

fn restart(
    name: &str,
    policy: Option<&ContainerRestartPolicy>,
) -> Result<Option<RestartPolicy>, SpecError> {
    let Some(policy) = policy.filter(|policy| policy.enabled == Some(true)) else {
        return Ok(None);
    };
    let period = seconds(name, "restartAttemptPeriod", policy.restart_attempt_period)?;
    let codes = policy.ignored_exit_codes.iter().flatten().copied();
    Ok(Some(
        RestartPolicy::new()
            .with_attempt_period(period.unwrap_or(DEFAULT_RESTART_ATTEMPT_PERIOD))
            .with_ignored_exit_codes(codes),
    ))
}

fn dependencies(
    name: &str,
    container: &ContainerDefinition,
    router: Option<&str>,
) -> Result<Vec<Dependency>, SpecError> {
    let mut found = Vec::new();
    for dependency in container.depends_on.iter().flatten() {
        found.push(written_dependency(name, dependency)?);
    }
    for link in container.links.iter().flatten() {
        let linked = link.split_once(':').map_or(link.as_str(), |(name, _)| name);
        found.push(implied(linked, Condition::Start));
    }
    for volumes in container.volumes_from.iter().flatten() {
        if let Some(source) = &volumes.source_container {
            found.push(implied(source, Condition::Create));
        }
    }
    let logging = container.log_configuration.as_ref();
    let routed = logging.and_then(|logging| logging.log_driver.as_ref());
    if let (Some(LogDriver::Awsfirelens), Some(router)) = (routed, router) {
        found.push(implied(router, Condition::Start));
    }
    Ok(found)
}

fn implied(container: &str, condition: Condition) -> Dependency {
    Dependency {
        container: container.to_owned(),
        condition,
    }
}

fn written_dependency(
    name: &str,
    dependency: &ContainerDependency,
) -> Result<Dependency, SpecError> {
    let condition = match &dependency.condition {
        Some(ContainerCondition::Start) => Condition::Start,
        Some(ContainerCondition::Complete) => Condition::Complete,
        Some(ContainerCondition::Success) => Condition::Success,
        Some(ContainerCondition::Healthy) => Condition::Healthy,
        other => {
            let condition = other.as_ref().map_or("", ContainerCondition::as_str);
            return Err(SpecError::UnknownCondition {
                container: name.to_owned(),
                condition: condition.to_owned(),
            });
        }
    };
    Ok(Dependency {
        container: dependency.container_name.clone().unwrap_or_default(),
        condition,
    })
}

fn seconds(
    name: &str,
    member: &'static str,
    value: Option<i32>,
) -> Result<Option<Duration>, SpecError> {
    let Some(value) = value else {
        return Ok(None);
    };
    match u64::try_from(value) {
        Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
        Err(_) => Err(SpecError::NegativeTime {
            container: name.to_owned(),
            member,
            value,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(containers: &str) -> Result<TaskSpec, SpecError> {
        let text = format!(r#"{{"family":"f","containerDefinitions":[{containers}]}}"#);
        let definition: TaskDefinition = serde_json::from_str(&text).unwrap();
        TaskSpec::try_from(&definition)
    }

    #[test]
    fn every_kind_of_dependency() {
        let spec = read(
            r#"{"name":"web","dependsOn":[{"containerName":"init","condition":"SUCCESS"}],
                "links":["db"],"volumesFrom":[{"sourceContainer":"data"}],
                "logConfiguration":{"logDriver":"awsfirelens"}},
               {"name":"init","essential":false,"startTimeout":5},
               {"name":"db","healthCheck":{"command":["CMD","true"]}},
               {"name":"data","essential":false},
               {"name":"router","firelensConfiguration":{"type":"fluentbit"}}"#,
        )
        .unwrap();
        let [web, init, db, data, _] = spec.containers() else {
            panic!("five containers");
        };
        let found: Vec<(&str, Condition)> = web
            .depends_on
            .iter()
            .map(|dependency| (dependency.container.as_str(), dependency.condition))
            .collect();
        assert_eq!(
            found,
            [
                ("init", Condition::Success),
                ("db", Condition::Start),
                ("data", Condition::Create),
                ("router", Condition::Start)
            ]
        );
        assert!(web.essential && !init.essential && !data.essential);
        assert_eq!(init.start_timeout, Some(Duration::from_secs(5)));
        assert_eq!(init.stop_timeout, DEFAULT_STOP_TIMEOUT);
        assert!(db.has_health_check && !web.has_health_check);
    }

    #[test]
    fn every_error_text() {
        for (containers, text) in [
            (r#"{"image":"busybox"}"#, "container 0 has no name"),
            (
                r#"{"name":"a","restartPolicy":{"enabled":true,"restartAttemptPeriod":-5}}"#,
                "container `a` has the `restartAttemptPeriod` -5",
            ),
            (
                r#"{"name":"a","stopTimeout":-1}"#,
                "container `a` has the `stopTimeout` -1",
            ),
            (
                r#"{"name":"a","dependsOn":[{"containerName":"b","condition":"HAPPY"}]}"#,
                "container `a` depends on the condition `HAPPY`, which is unknown",
            ),
            ("", "a task needs a container"),
        ] {
            assert_eq!(read(containers).unwrap_err().to_string(), text);
        }
    }

    #[test]
    fn a_restart_policy_counts_if_it_is_enabled() {
        for (policy, expected) in [
            (r#"{"enabled":false}"#, None),
            (r#"{"enabled":true}"#, Some(RestartPolicy::new())),
            (
                r#"{"enabled":true,"ignoredExitCodes":[0],"restartAttemptPeriod":60}"#,
                Some(
                    RestartPolicy::new()
                        .with_ignored_exit_codes([0])
                        .with_attempt_period(Duration::from_secs(60)),
                ),
            ),
        ] {
            let spec = read(&format!(r#"{{"name":"a","restartPolicy":{policy}}}"#)).unwrap();
            assert_eq!(spec.containers()[0].restart, expected);
        }
    }
}
