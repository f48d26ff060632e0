//! RegisterTaskDefinition: the request.

use ecs_taskdef::shape::{At, MemberType, Reader, ShapeFault};
use ecs_taskdef::{
    ContainerDefinition, Edition, EphemeralStorage, Findings, InferenceAccelerator, IpcMode,
    NetworkMode, PidMode, ProxyConfiguration, Rule, RuleSet, RuntimePlatform, Tag, TaskDefinition,
    TaskDefinitionPlacementConstraint, TrustedExecutionConfiguration, Validator, Volume, shape,
};

use crate::quota::Quota;
use crate::{LaunchType, Quotas};

shape! {
    /// Asks ECS to register a revision of a task definition.
    ///
    /// It is checked by the rules of [`TaskDefinition`](ecs_taskdef::TaskDefinition).
    ///
    /// ```
    /// use ecs_model::operation::RegisterTaskDefinitionRequest;
    /// use ecs_model::{Quotas, Request};
    ///
    /// let request: RegisterTaskDefinitionRequest = serde_json::from_str(
    ///     r#"{"family":"web!","containerDefinitions":[{"name":"web","image":"nginx","memory":64}]}"#,
    /// )?;
    /// let findings = request.validate(&Quotas::current());
    /// assert!(findings.contains("family-characters"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `RegisterTaskDefinitionRequest`.
    pub struct RegisterTaskDefinitionRequest {
        /// The name under which revisions are counted.
        family: String = "family" => required(),
        /// The role that the containers assume: a name or an ARN.
        task_role_arn: String = "taskRoleArn",
        /// The role that the agent assumes to pull images, write logs and fetch secrets.
        execution_role_arn: String = "executionRoleArn",
        /// The network of the containers; `bridge` on Linux if absent.
        network_mode: NetworkMode = "networkMode",
        /// The containers, 1 to 10.
        container_definitions: Vec<ContainerDefinition> = "containerDefinitions" => required(),
        /// The volumes that containers mount.
        volumes: Vec<Volume> = "volumes",
        /// Conditions on the instance.
        placement_constraints: Vec<TaskDefinitionPlacementConstraint> = "placementConstraints",
        /// What the task must be able to run on.
        requires_compatibilities: Vec<LaunchType> = "requiresCompatibilities",
        /// CPU of the task: units (1,024 to a vCPU) or `1 vCPU`.
        cpu: String = "cpu",
        /// Memory of the task: MiB or `1 GB`.
        memory: String = "memory",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// The process namespace.
        pid_mode: PidMode = "pidMode",
        /// The namespace for inter-process communication.
        ipc_mode: IpcMode = "ipcMode",
        /// The proxy that traffic goes through.
        proxy_configuration: ProxyConfiguration = "proxyConfiguration",
        /// Elastic Inference accelerators; AWS has retired them.
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAccelerators",
        /// The disk space on Fargate.
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
        /// The processor and the operating system.
        runtime_platform: RuntimePlatform = "runtimePlatform",
        /// Whether AWS Fault Injection Service may act inside of the task.
        enable_fault_injection: bool = "enableFaultInjection",
        /// How far the task is kept apart from others.
        trusted_execution_configuration: TrustedExecutionConfiguration = "trustedExecutionConfiguration",
    }
}

shape! {
    /// The task definition that was registered.
    ///
    /// Source: API shape `RegisterTaskDefinitionResponse`.
    pub struct RegisterTaskDefinitionResponse {
        /// The task definition.
        task_definition: TaskDefinition = "taskDefinition",
        /// Its tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}

impl RegisterTaskDefinitionRequest {
    /// The task definition that the request describes.
    #[must_use]
    pub fn task_definition(&self) -> TaskDefinition {
        // Both have the same JSON; what the request does not know, the definition may.
        let document = serde_json::to_value(self).unwrap_or_default();
        let mut ignore = |_: &At<'_>, _: ShapeFault<'_>| {};
        TaskDefinition::read(&document, &At::ROOT, &mut Reader::new(&mut ignore))
            .unwrap_or_default()
    }

    /// What differs from the shape, which this operation refuses as it refuses every definition.
    pub(super) fn check_shape_as_task_definition(&self) -> Findings {
        let found = crate::rules::check_shape(self).into_iter();
        let as_definition = found.map(|mut finding| {
            if finding.exception == Some(Rule::INVALID_PARAMETER) {
                finding.exception = Some(Rule::CLIENT);
            }
            finding
        });
        as_definition.collect()
    }

    /// What the rules of task definitions find, by the edition and the quotas of the account.
    pub(super) fn check_as_task_definition(&self, quotas: &Quotas) -> Findings {
        let mut rules = match quotas.edition() {
            Edition::Guide2015 => RuleSet::GUIDE_2015,
            _ => RuleSet::CURRENT,
        };
        let limit = |quota| usize::try_from(quotas.limit(quota)?).ok();
        if let Some(kib) = limit(Quota::TaskDefinitionKib) {
            rules.max_bytes = kib.saturating_mul(1_024);
        }
        if let Some(containers) = limit(Quota::ContainersPerTaskDefinition) {
            rules.max_containers = containers;
        }
        Validator::default()
            .with_rules(rules)
            .validate(&self.task_definition())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;

    fn rules(text: &str, quotas: &Quotas) -> Vec<&'static str> {
        let request: RegisterTaskDefinitionRequest = serde_json::from_str(text).unwrap();
        let findings = request.validate(quotas);
        findings.iter().map(|one| one.rule.id).collect()
    }

    #[test]
    fn each_fault_is_found_once() {
        let quotas = Quotas::current();
        assert_eq!(rules("{}", &quotas).len(), 2);
        let web = r#"{"family":"web","revision":3,
            "containerDefinitions":[{"name":"web","image":"nginx","memory":64}]}"#;
        assert_eq!(rules(web, &quotas), ["describe-only-member"]);
        let none = Quotas::current().with(Quota::ContainersPerTaskDefinition, 0);
        assert_eq!(rules(web, &none).len(), 2);
    }

    #[test]
    fn the_shape_alone_is_refused_by_the_same_exception() {
        let text = r#"{"networkMode":"web","containerDefinitions":[]}"#;
        let request: RegisterTaskDefinitionRequest = serde_json::from_str(text).unwrap();
        let shape = request.check_shape();
        let exceptions: Vec<_> = shape.errors().map(|one| one.exception).collect();
        assert_eq!(exceptions, [Some("ClientException"); 2]);
    }

    #[test]
    fn the_guide_of_2015_wants_memory_in_each_container() {
        let text = r#"{"family":"web","memory":"64",
            "containerDefinitions":[{"name":"web","image":"nginx"}]}"#;
        assert_eq!(rules(text, &Quotas::current()), Vec::<&str>::new());
        assert_eq!(
            rules(text, &Quotas::guide_2015()),
            ["container-memory-required", "member-not-in-2015"]
        );
    }
}
