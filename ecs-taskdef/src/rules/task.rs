use super::Row;
use super::subject::{Container, Report, Subject};
use crate::open;
use crate::shape::{At, MemberValue};
use crate::{CPUArchitecture, IsolationMode, LaunchTypes, MemoryRule, ResourceType, Rule, Source};

/// The list of the containers.
pub(super) const CONTAINERS: &str = "containerDefinitions";

const REGISTER_TASK_DEFINITION: Source = Source::Api("RegisterTaskDefinition");
const CONTAINER_DEFINITION: Source = Source::Api("ContainerDefinition");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "family-required",
            "a definition has a family",
            REGISTER_TASK_DEFINITION,
        )
        .in_2015(),
        family_required,
    ),
    Row::task(
        Rule::new(
            "family-characters",
            "a family is 1 to 255 letters, digits, `-` and `_`",
            REGISTER_TASK_DEFINITION,
        )
        .quoted("Family contains invalid characters.")
        .in_2015(),
        family_characters,
    ),
    Row::task(
        Rule::new(
            "containers-required",
            "a definition has a container",
            REGISTER_TASK_DEFINITION,
        )
        .quoted("Container list cannot be empty.")
        .in_2015(),
        containers_required,
    ),
    Row::task(
        Rule::new(
            "containers-maximum",
            "a definition has at most ten containers",
            Source::Guide("service-quotas"),
        )
        .quoted("Too many containers.")
        .in_2015(),
        containers_maximum,
    ),
    Row::task(
        Rule::new(
            "definition-size",
            "a definition is at most 64 KiB of JSON",
            Source::Guide("service-quotas"),
        )
        .quoted("Actual length: '{}'. Max allowed length is '{}' bytes.")
        .in_2015(),
        definition_size,
    ),
    Row::task(
        Rule::new(
            "essential-container-required",
            "one container is essential",
            CONTAINER_DEFINITION,
        )
        .copied("Task definition doesn't have any essential container.")
        .in_2015()
        .hint("omit `essential` or set it to true for one container"),
        essential_container,
    ),
    Row::task(
        Rule::new(
            "container-name-unique",
            "each container has its own name",
            CONTAINER_DEFINITION,
        )
        .quoted("Container names must be unique within a Task Definition.")
        .in_2015(),
        container_names,
    ),
    Row::container(
        Rule::new(
            "container-memory-required",
            "there is memory for each container",
            CONTAINER_DEFINITION,
        )
        .quoted(
            "Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' \
             must be specified.",
        )
        .in_2015()
        .hint("give `memory` to the task or to each container"),
        container_memory,
    ),
    Row::task(
        Rule::new(
            "arm64-linux-only",
            "ARM64 goes with Linux only",
            Source::Api("RuntimePlatform"),
        ),
        arm64_linux_only,
    ),
    Row::task(
        Rule::new(
            "placement-constraints-maximum",
            "there are at most ten placement constraints",
            REGISTER_TASK_DEFINITION,
        ),
        constraints_maximum,
    ),
    Row::task(
        Rule::new(
            "placement-constraint-expression",
            "`memberOf` has an expression of at most 2,000 characters",
            Source::Api("TaskDefinitionPlacementConstraint"),
        ),
        constraint_expression,
    ),
    Row::task(
        Rule::new(
            "inference-accelerators-retired",
            "AWS offers no inference accelerators any more",
            Source::Api("InferenceAccelerator"),
        )
        .copied("Unsupported field 'inferenceAccelerators'"),
        accelerators_retired,
    ),
    Row::task(
        Rule::new(
            "inference-accelerators-empty",
            "AWS offers no inference accelerators any more, and no list of them",
            Source::Api("InferenceAccelerator"),
        )
        .warning()
        .hint("omit `inferenceAccelerators`"),
        accelerators_empty,
    ),
    Row::task(
        Rule::new(
            "ephemeral-storage-range",
            "ephemeral storage is 21 to 200 GiB",
            Source::Api("EphemeralStorage"),
        )
        .quoted("EphemeralStorage size should be {}"),
        storage_range,
    ),
    Row::task(
        Rule::new(
            "ephemeral-storage-fargate-only",
            "only Fargate has ephemeral storage to choose",
            Source::Api("EphemeralStorage"),
        )
        .on(NOT_FARGATE)
        .copied("Tasks using the EC2 launch type do not support EphemeralStorage"),
        storage_fargate_only,
    ),
    Row::task(
        Rule::new(
            "trusted-execution-managed-instances-only",
            "isolation modes need Managed Instances",
            Source::Api("TrustedExecutionConfiguration"),
        )
        .on(NOT_MANAGED_INSTANCES),
        trusted_execution,
    ),
    Row::task(
        Rule::new(
            "attestation-policy",
            "a confidential sandbox has an attestation policy in Base64",
            Source::Api("TrustedExecutionConfiguration"),
        ),
        attestation_policy,
    ),
];

const NOT_FARGATE: LaunchTypes = LaunchTypes::EC2
    .union(LaunchTypes::EXTERNAL)
    .union(LaunchTypes::MANAGED_INSTANCES);
const NOT_MANAGED_INSTANCES: LaunchTypes = LaunchTypes::EC2
    .union(LaunchTypes::EXTERNAL)
    .union(LaunchTypes::FARGATE);

/// A name in a message: shortened, so that a long one does not fill the screen, and with line
/// breaks and other control characters as Rust writes them.
pub(super) fn quote(name: &str) -> String {
    const SHOWN: usize = 80;
    let (shown, dots) = match name.char_indices().nth(SHOWN) {
        Some((end, _)) => (name.get(..end).unwrap_or_default(), "..."),
        None => (name, ""),
    };
    if !shown.contains(char::is_control) {
        return format!("`{shown}{dots}`");
    }
    let escaped = shown.chars().flat_map(|letter| {
        let control = letter.is_control().then(|| letter.escape_default());
        let plain = control.is_none().then_some(letter);
        control.into_iter().flatten().chain(plain)
    });
    format!("`{}{dots}`", escaped.collect::<String>())
}

fn family_required(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.family.is_none() {
        report.fault(&At::ROOT.member("family"), "`family` is missing");
    }
}

fn family_characters(subject: &Subject<'_>, report: &mut Report<'_>) {
    if let Some(family) = subject.task.family() {
        check_name(subject, family, &At::ROOT.member("family"), report);
    }
}

/// Reports what is no name of the API. Of a name with unknown parts, what is known decides.
pub(super) fn check_name(subject: &Subject<'_>, name: &str, at: &At<'_>, report: &mut Report<'_>) {
    let message = || {
        let name = quote(name);
        format!("{name} is not 1 to 255 letters, digits, hyphens and underscores")
    };
    if ecs_arn::is_name(name) {
        return;
    }
    if !subject.is_unknown(at) {
        report.fault(at, message());
    } else if open::known_parts(name).any(|part| !part.is_empty() && !ecs_arn::is_name(part)) {
        report.decided_fault(at, message());
    }
}

fn containers_required(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.container_definitions().is_empty() && !subject.is_open(CONTAINERS) {
        report.fault(
            &At::ROOT.member("containerDefinitions"),
            "there is no container",
        );
    }
}

fn containers_maximum(subject: &Subject<'_>, report: &mut Report<'_>) {
    let (count, max) = (
        subject.task.container_definitions().len(),
        subject.rules.max_containers,
    );
    if count > max {
        let message = format!("{count} containers, at most {max}");
        report.fault(&At::ROOT.member("containerDefinitions"), message);
    }
}

fn definition_size(subject: &Subject<'_>, report: &mut Report<'_>) {
    let max = subject.rules.max_bytes;
    if subject.task.most_json_bytes() <= max {
        return;
    }
    let size = subject.task.json_size();
    if size <= max {
        return;
    }
    if subject.unknowns.is_empty() {
        let message = format!("{size} bytes as JSON, at most {max}");
        report.fault_about(&At::ROOT, &[&size.to_string(), &max.to_string()], message);
        return;
    }
    let known = size.saturating_sub(unknown_size(subject));
    if known > max {
        let message = format!("at least {known} bytes as JSON, at most {max}");
        report.fault_in_our_words(&At::ROOT, &message);
    }
}

/// How many bytes of the definition as JSON may turn out to be others.
fn unknown_size(subject: &Subject<'_>) -> usize {
    let definition = serde_json::to_value(subject.task).unwrap_or_default();
    let places = subject.unknowns.iter();
    let values = places.filter_map(|place| definition.pointer(place));
    values.map(|value| value.to_string().len()).sum()
}

fn essential_container(subject: &Subject<'_>, report: &mut Report<'_>) {
    let containers = subject.task.container_definitions();
    let undecided = || subject.any_unknown(CONTAINERS, &["essential"]);
    if !containers.is_empty()
        && subject.task.essential_containers().next().is_none()
        && !undecided()
    {
        let at = At::ROOT.member("containerDefinitions");
        report.fault(&at.item(0).member("essential"), "no container is essential");
    }
}

fn container_names(subject: &Subject<'_>, report: &mut Report<'_>) {
    let list = At::ROOT.member("containerDefinitions");
    let names: Vec<Option<&str>> = subject
        .task
        .container_definitions()
        .iter()
        .map(|container| container.name())
        .collect();
    for (index, name) in repeated(&names) {
        let message = format!("container name {} is already used", quote(name));
        report.fault(&list.item(index).member("name"), message);
    }
}

/// The elements that stood in the list before, and their places.
pub(super) fn repeated<'a, T: Copy + Eq + std::hash::Hash>(
    items: &'a [Option<T>],
) -> impl Iterator<Item = (usize, T)> + 'a {
    // Short lists are compared pair by pair, which is faster than hashing.
    const SHORT: usize = 16;
    let mut seen = std::collections::HashSet::new();
    let is_short = items.len() <= SHORT;
    items.iter().enumerate().filter_map(move |(index, item)| {
        let item = (*item)?;
        let before = if is_short {
            items.iter().take(index).any(|other| *other == Some(item))
        } else {
            !seen.insert(item)
        };
        before.then_some((index, item))
    })
}

fn container_memory(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if container.memory.is_some_and(|memory| memory != 0) {
        return;
    }
    let at = container.at.member("memory");
    let reservation = container.at.member("memoryReservation");
    if subject.is_open("memory") || subject.is_unknown(&reservation) {
        return;
    }
    match subject.rules.memory {
        MemoryRule::EachContainer if container.memory.is_none() => {
            report.fault_in_our_words(&at, "`memory` is missing");
        }
        MemoryRule::TaskOrContainer if subject.task.memory.is_none() && !has_memory(container) => {
            let name = container.name().unwrap_or_default();
            let message = "neither the task nor the container has memory";
            report.fault_about(&at, &[name], message);
        }
        _ => {}
    }
}

/// An amount of 0 is none.
fn has_memory(container: Container<'_>) -> bool {
    [container.memory, container.memory_reservation]
        .into_iter()
        .any(|memory| memory.is_some_and(|memory| memory != 0))
}

fn arm64_linux_only(subject: &Subject<'_>, report: &mut Report<'_>) {
    let architecture = subject.task.runtime_platform().cpu_architecture();
    if subject.windows && architecture == Some(&CPUArchitecture::Arm64) {
        let at = At::ROOT.member("runtimePlatform");
        report.fault(&at.member("cpuArchitecture"), "ARM64 goes with LINUX only");
    }
}

fn constraints_maximum(subject: &Subject<'_>, report: &mut Report<'_>) {
    const MAX: usize = 10;
    let count = subject.task.placement_constraints().len();
    if count > MAX {
        let message = format!("{count} placement constraints, at most {MAX}");
        report.fault(&At::ROOT.member("placementConstraints"), message);
    }
}

fn constraint_expression(subject: &Subject<'_>, report: &mut Report<'_>) {
    const MAX_CHARACTERS: usize = 2_000;
    let at = At::ROOT.member("placementConstraints");
    for (index, constraint) in subject.task.placement_constraints().iter().enumerate() {
        let expression = constraint.expression().unwrap_or_default();
        let length = expression.chars().count();
        if length == 0 || length > MAX_CHARACTERS {
            let message = format!("an expression of {length} characters, 1 to {MAX_CHARACTERS}");
            report.fault(&at.item(index).member("expression"), message);
        }
    }
}

fn accelerators_retired(subject: &Subject<'_>, report: &mut Report<'_>) {
    if !subject.task.inference_accelerators().is_empty() {
        let message = "AWS offers no inference accelerators any more";
        report.fault(&At::ROOT.member("inferenceAccelerators"), message);
    }
}

fn accelerators_empty(subject: &Subject<'_>, report: &mut Report<'_>) {
    let task = subject.task;
    // Described definitions are shown with an empty list.
    let described = task.status.is_some() || task.task_definition_arn.is_some();
    let list = task.inference_accelerators.as_ref();
    let is_empty = list.is_some_and(Vec::is_empty) && !subject.is_open("inferenceAccelerators");
    if is_empty && !described {
        report.fault(
            &At::ROOT.member("inferenceAccelerators"),
            "the list is empty, and retired",
        );
    }
}

fn storage_range(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(size) = subject.task.ephemeral_storage().size_in_gib else {
        return;
    };
    let bound = match size {
        ..21 => "at least 21",
        21..=200 => return,
        _ => "at most 200",
    };
    let at = At::ROOT.member("ephemeralStorage");
    report.fault_about(
        &at.member("sizeInGiB"),
        &[bound],
        format!("{size} GiB, {bound}"),
    );
}

fn storage_fargate_only(subject: &Subject<'_>, report: &mut Report<'_>) {
    let fargate = subject.launch_types.intersects(LaunchTypes::FARGATE);
    let required = !subject.task.required_launch_types().is_empty();
    if subject.task.ephemeral_storage.is_some() && !fargate && required {
        let message = "only tasks on Fargate choose their ephemeral storage";
        let at = At::ROOT.member("ephemeralStorage");
        if subject.launch_types.intersects(LaunchTypes::EC2) {
            report.fault(&at, message);
        } else {
            report.fault_in_our_words(&at, message);
        }
    }
}

fn trusted_execution(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.trusted_execution_configuration.is_some() {
        let at = At::ROOT.member("trustedExecutionConfiguration");
        report.fault(&at, "isolation modes need MANAGED_INSTANCES");
    }
}

fn attestation_policy(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(trusted) = &subject.task.trusted_execution_configuration else {
        return;
    };
    let at = At::ROOT.member("trustedExecutionConfiguration");
    let policy = trusted.attestation_policy();
    let confidential = trusted.isolation_mode == Some(IsolationMode::ConfidentialSandbox);
    if policy.is_none() && confidential {
        let message = "CONFIDENTIAL_SANDBOX needs an attestation policy";
        report.fault(&at.member("attestationPolicy"), message);
    }
    if policy.is_some_and(|policy| !is_base64(policy)) {
        report.fault(
            &at.member("attestationPolicy"),
            "the attestation policy is not Base64",
        );
    }
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    !body.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(legal)
}

/// Whether a container asks for that kind of device.
pub(super) fn asks_for(container: &crate::ContainerDefinition, kind: &ResourceType) -> bool {
    container
        .resource_requirements()
        .iter()
        .any(|requirement| requirement.r#type.as_ref() == Some(kind))
}
