//! Whether a request and the task definition that it names fit each other.

use ecs_taskdef::{ContainerDefinition, Finding, Findings, NetworkMode, Rule, TaskDefinition};

use crate::NetworkConfiguration;

/// What AWS answers to a network configuration for another network mode.
const NETWORK_NOT_VALID: &str =
    "Network Configuration is not valid for the given networkMode of this task definition.";

/// A task definition, and in what a request does not fit it.
pub(crate) struct Fit<'a> {
    pub(crate) definition: &'a TaskDefinition,
    pub(crate) findings: Findings,
}

impl<'a> Fit<'a> {
    pub(crate) fn new(definition: &'a TaskDefinition) -> Self {
        Self {
            definition,
            findings: Findings::default(),
        }
    }

    /// A breach. The parts go into AWS's words, each in the place of a `{}`.
    pub(crate) fn fault_about(
        &mut self,
        rule: &'static Rule,
        pointer: impl Into<String>,
        parts: &[&str],
        message: impl Into<String>,
    ) {
        let finding = Finding::new(rule, pointer.into(), message.into());
        self.findings.push(finding.in_words_of_aws(parts));
    }

    /// A breach for which AWS has other words than the rule's, or unknown ones.
    pub(crate) fn fault_in_our_words(
        &mut self,
        rule: &'static Rule,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) {
        let finding = Finding::new(rule, pointer.into(), message.into());
        self.findings.push(finding);
    }

    pub(crate) fn is_awsvpc(&self) -> bool {
        self.definition.effective_network_mode() == NetworkMode::Awsvpc
    }

    /// The container of the task definition with that name.
    pub(crate) fn container(&self, name: &str) -> Option<&'a ContainerDefinition> {
        let mut containers = self.definition.container_definitions().iter();
        containers.find(|container| container.name() == Some(name))
    }

    /// Network mode `awsvpc` has a network configuration, and no other has one. Services and tasks
    /// have a rule each, and the same words.
    pub(crate) fn network(&mut self, rule: &'static Rule, network: &NetworkConfiguration) {
        let is_configured = network.awsvpc_configuration.is_some();
        let mode = self.definition.effective_network_mode();
        let (message, words) = match (self.is_awsvpc(), is_configured) {
            (true, false) => (
                "network mode `awsvpc` needs a network configuration".to_owned(),
                rule.aws_message,
            ),
            (false, true) => (
                format!("network mode `{mode}` takes no network configuration"),
                Some(NETWORK_NOT_VALID),
            ),
            _ => return,
        };
        let mut finding = Finding::new(rule, "/networkConfiguration".to_owned(), message);
        finding.aws_message = words.map(str::to_owned);
        self.findings.push(finding);
    }
}
