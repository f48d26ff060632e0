//! Whether a request for tasks and the task definition that it names fit each other.

use ecs_taskdef::{Findings, Rule, Source, TaskDefinition, TaskOverride};

use crate::fit::Fit;
use crate::operation::{RunTaskRequest, StartTaskRequest};
use crate::volume::TaskVolumeConfiguration;
use crate::{LaunchType, NetworkConfiguration};

impl RunTaskRequest {
    /// What keeps the task definition from being run as the request asks for it. The request
    /// itself is expected to be [valid](crate::Request::validate).
    ///
    /// | rule | what is asked for |
    /// |---|---|
    /// | `task-override-container` | overrides name containers of the definition |
    /// | `task-volume` | volumes that are configured are configured at launch by the definition |
    /// | `task-network-configuration` | network mode `awsvpc` has a network configuration; no other has one |
    /// | `task-constraint-count` | with those of the definition there are at most 10 placement constraints |
    /// | `task-launch-type` | the definition is compatible with the launch type, if it says with which it is |
    ///
    /// ```
    /// use ecs_model::operation::RunTaskRequest;
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let web: TaskDefinition = serde_json::from_str(
    ///     r#"{"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx"}]}"#,
    /// )?;
    /// let request: RunTaskRequest = serde_json::from_str(
    ///     r#"{"taskDefinition": "web", "overrides": {"containerOverrides": [{"name": "db"}]}}"#,
    /// )?;
    /// let findings = request.check_against(&web);
    /// let finding = findings.iter().next().expect("there is no such container");
    /// assert_eq!(
    ///     finding.aws_message.as_deref(),
    ///     Some("Override for container named db is not a container in the TaskDefinition.")
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shapes `RunTaskRequest`, `TaskVolumeConfiguration`.
    #[must_use]
    pub fn check_against(&self, definition: &TaskDefinition) -> Findings {
        let mut fit = Fit::new(definition);
        fit.task(
            self.overrides(),
            self.volume_configurations(),
            self.network_configuration(),
        );
        fit.constraints(self.placement_constraints().len());
        fit.launch_type(self.launch_type());
        fit.findings
    }
}

impl StartTaskRequest {
    /// What keeps the task definition from being run as the request asks for it; as
    /// [`RunTaskRequest::check_against`].
    #[must_use]
    pub fn check_against(&self, definition: &TaskDefinition) -> Findings {
        let mut fit = Fit::new(definition);
        fit.task(
            self.overrides(),
            self.volume_configurations(),
            self.network_configuration(),
        );
        fit.findings
    }
}

/// Every rule of a request for tasks and its task definition.
pub(crate) static RULES: [&Rule; 5] = [&OVERRIDE, &VOLUME, &NETWORK, &CONSTRAINTS, &LAUNCH_TYPE];

static OVERRIDE: Rule = rule(
    "task-override-container",
    "overrides name containers of the task definition",
)
.quoted("Override for container named {} is not a container in the TaskDefinition.");
static VOLUME: Rule = rule(
    "task-volume",
    "volumes that are configured are configured at launch by the task definition",
);
static NETWORK: Rule = rule(
    "task-network-configuration",
    "tasks of network mode `awsvpc` have a network configuration; no others have one",
)
.quoted("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
static CONSTRAINTS: Rule = rule(
    "task-constraint-count",
    "with those of the task definition there are at most 10 placement constraints",
);
static LAUNCH_TYPE: Rule = rule(
    "task-launch-type",
    "the task definition is compatible with the launch type",
)
.quoted("Task definition does not support launch_type {}.");

/// The most placement constraints of a task.
const MAX_CONSTRAINTS: usize = 10;

const fn rule(id: &'static str, summary: &'static str) -> Rule {
    Rule::new(id, summary, Source::Api("RunTask")).answered_by(Rule::INVALID_PARAMETER)
}

impl Fit<'_> {
    /// What a task takes of its request, whoever chooses the instances.
    fn task(
        &mut self,
        overrides: &TaskOverride,
        volumes: &[TaskVolumeConfiguration],
        network: &NetworkConfiguration,
    ) {
        self.overrides(overrides);
        self.volumes(volumes);
        self.network(&NETWORK, network);
    }

    fn overrides(&mut self, overrides: &TaskOverride) {
        for (position, container) in overrides.container_overrides().iter().enumerate() {
            let pointer = format!("/overrides/containerOverrides/{position}/name");
            match container.name() {
                None => {
                    let message = "the override does not name its container";
                    self.fault_in_our_words(&OVERRIDE, pointer, message);
                }
                Some(name) if self.container(name).is_none() => {
                    let message = format!("the task definition has no container `{name}`");
                    self.fault_about(&OVERRIDE, pointer, &[name], message);
                }
                Some(_) => {}
            }
        }
    }

    fn volumes(&mut self, volumes: &[TaskVolumeConfiguration]) {
        for (position, volume) in volumes.iter().enumerate() {
            let Some(name) = volume.name() else {
                continue;
            };
            let mut own = self.definition.volumes().iter();
            let message = match own.find(|own| own.name() == Some(name)) {
                None => format!("the task definition has no volume `{name}`"),
                Some(own) if own.configured_at_launch != Some(true) => {
                    format!("the volume `{name}` is not configured at launch")
                }
                Some(_) => continue,
            };
            let pointer = format!("/volumeConfigurations/{position}/name");
            self.fault_in_our_words(&VOLUME, pointer, message);
        }
    }

    fn constraints(&mut self, asked: usize) {
        let own = self.definition.placement_constraints().len();
        let count = own.saturating_add(asked);
        // More than that in the request alone is the request's own fault.
        if count > MAX_CONSTRAINTS && asked <= MAX_CONSTRAINTS {
            let message = format!(
                "{count} placement constraints with the {own} of the task definition, at most {MAX_CONSTRAINTS}"
            );
            self.fault_in_our_words(&CONSTRAINTS, "/placementConstraints", message);
        }
    }

    fn launch_type(&mut self, launch_type: Option<&LaunchType>) {
        let named = self.definition.requires_compatibilities();
        if let Some(launch_type) = launch_type
            && !named.is_empty()
            && !named.contains(launch_type)
        {
            let message = format!("the task definition is not made for `{launch_type}`");
            self.fault_about(
                &LAUNCH_TYPE,
                "/launchType",
                &[launch_type.as_str()],
                message,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(definition: Value, request: Value) -> Vec<String> {
        let mut whole = json!({"family": "web", "containerDefinitions": [{"name": "web"}]});
        for (name, value) in definition.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let definition: TaskDefinition = serde_json::from_value(whole).unwrap();
        let request: RunTaskRequest = serde_json::from_value(request).unwrap();
        request
            .check_against(&definition)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn each_rule_has_its_words() {
        let constraint = json!({"type": "memberOf", "expression": "agentConnected == true"});
        let vpc = json!({"awsvpcConfiguration": {"subnets": ["s"]}});
        for (definition, request, expected) in [
            (
                json!({}),
                json!({"overrides": {"containerOverrides": [{"name": "web"}, {}]}}),
                "error[task-override-container] /overrides/containerOverrides/1/name: \
                 the override does not name its container",
            ),
            (
                json!({"volumes": [{"name": "data"}]}),
                json!({"volumeConfigurations": [{"name": "data"}]}),
                "error[task-volume] /volumeConfigurations/0/name: \
                 the volume `data` is not configured at launch",
            ),
            (
                json!({"volumes": [{"name": "data", "configuredAtLaunch": true}]}),
                json!({"volumeConfigurations": [{"name": "data"}, {"name": "log"}]}),
                "error[task-volume] /volumeConfigurations/1/name: \
                 the task definition has no volume `log`",
            ),
            (
                json!({"networkMode": "awsvpc"}),
                json!({}),
                "error[task-network-configuration] /networkConfiguration: \
                 network mode `awsvpc` needs a network configuration",
            ),
            (
                json!({"networkMode": "host"}),
                json!({"networkConfiguration": vpc}),
                "error[task-network-configuration] /networkConfiguration: \
                 network mode `host` takes no network configuration",
            ),
            (
                json!({"placementConstraints": [constraint.clone(), constraint]}),
                json!({"placementConstraints": vec![constraint; 9]}),
                "error[task-constraint-count] /placementConstraints: 11 placement constraints \
                 with the 2 of the task definition, at most 10",
            ),
            (
                json!({"requiresCompatibilities": ["FARGATE"]}),
                json!({"launchType": "EC2"}),
                "error[task-launch-type] /launchType: \
                 the task definition is not made for `EC2`",
            ),
        ] {
            assert_eq!(found(definition, request), [expected]);
        }
        let fine = json!({"launchType": "EC2", "volumeConfigurations": []});
        assert_eq!(
            found(json!({"requiresCompatibilities": ["EC2"]}), fine),
            [""; 0]
        );
    }
}
