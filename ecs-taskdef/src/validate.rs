use serde::{Deserialize, Serialize};

use crate::rules;
use crate::{Finding, Findings, LaunchTypes, Reading, RuleSet, Severity, TaskDefinition, Unknowns};

/// Checks task definitions: for which launch types, by which rules, and what
/// not to mention.
///
/// ```
/// use ecs_taskdef::{LaunchTypes, TaskDefinition, Validator};
///
/// let web: TaskDefinition = serde_json::from_str(
///     r#"{"family":"web","containerDefinitions":[{"name":"a","image":"b","memory":64}]}"#,
/// )?;
/// assert!(Validator::default().validate(&web).is_empty());
///
/// let fargate = Validator::default().for_launch_types(LaunchTypes::FARGATE);
/// let rules: Vec<&str> = fargate.validate(&web).iter().map(|f| f.rule.id).collect();
/// assert_eq!(rules, ["fargate-cpu-required", "fargate-memory-required", "fargate-network-mode"]);
///
/// let relaxed = fargate.without_rules(["fargate-network-mode"]);
/// assert_eq!(relaxed.validate(&web).len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Validator {
    rules: RuleSet,
    reading: Reading,
    launch_types: Option<LaunchTypes>,
    suppressed: Vec<String>,
}

impl Validator {
    /// Checks by other rules than the current ones.
    #[must_use]
    pub fn with_rules(mut self, rules: RuleSet) -> Self {
        self.rules = rules;
        self
    }

    /// Checks for these launch types, whatever the definition requires.
    ///
    /// Otherwise they are those of `requiresCompatibilities`, and EC2 for a
    /// definition that requires none.
    #[must_use]
    pub fn for_launch_types(mut self, launch_types: LaunchTypes) -> Self {
        self.launch_types = Some(launch_types);
        self
    }

    /// Whether members that the API does not take, and what AWS's tools fill
    /// in, are errors; they are not unless this is called.
    #[must_use]
    pub fn with_reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// Omits what these rules find.
    #[must_use]
    pub fn without_rules<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.suppressed.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Everything that is wrong with the definition.
    #[must_use]
    pub fn validate(&self, definition: &TaskDefinition) -> Findings {
        self.validate_known(definition, Unknowns::NONE)
    }

    /// Everything that is wrong with what is known of the definition.
    ///
    /// A rule that depends on an unknown value says nothing.
    #[must_use]
    pub fn validate_known(&self, definition: &TaskDefinition, unknowns: &Unknowns) -> Findings {
        let launch_types = self.launch_types_of(definition, unknowns);
        let mut findings = rules::run(definition, &self.rules, launch_types, unknowns);
        self.judge(&mut findings);
        findings
    }

    /// Sets what the reading makes of it and omits what is suppressed.
    pub(crate) fn judge(&self, findings: &mut Findings) {
        if self.reading == Reading::Strict {
            let refused =
                |finding: &&mut Finding| rules::REFUSED_WHEN_STRICT.contains(&finding.rule.id);
            for finding in findings.iter_mut().filter(refused) {
                finding.severity = Severity::Error;
            }
        }
        if !self.suppressed.is_empty() {
            let suppressed = |id: &str| self.suppressed.iter().any(|name| name == id);
            findings.retain(|finding| !suppressed(finding.rule.id));
        }
    }

    fn launch_types_of(&self, definition: &TaskDefinition, unknowns: &Unknowns) -> LaunchTypes {
        let required = || {
            let required = definition.required_launch_types();
            let is_known = unknowns.is_empty() || !unknowns.touches("/requiresCompatibilities");
            if required.is_empty() && is_known {
                LaunchTypes::EC2
            } else {
                required
            }
        };
        self.launch_types.unwrap_or_else(required)
    }
}

impl TaskDefinition {
    /// Everything that is wrong with the definition, by the current rules, for
    /// the launch types it requires.
    #[must_use]
    pub fn validate(&self) -> Findings {
        Validator::default().validate(self)
    }
}
