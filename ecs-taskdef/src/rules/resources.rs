use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{asks_for, quote};
use crate::requirements::eighths;
use crate::shape::At;
use crate::{LaunchTypes, ResourceRequirement, ResourceType, Rule, Source};

const NOT_MANAGED_INSTANCES: LaunchTypes = LaunchTypes::EC2
    .union(LaunchTypes::FARGATE)
    .union(LaunchTypes::EXTERNAL);

const RESOURCE_REQUIREMENT: Source = Source::Api("ResourceRequirement");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "resourceRequirements",
        Rule::new(
            "gpu-value",
            "GPUs are a number from 1 on, a part of 0.125, 0.25 or 0.5, or ALL",
            RESOURCE_REQUIREMENT,
        ),
        gpu_value,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "gpu-sharing-exclusive",
            "GPUs are counted or shared",
            RESOURCE_REQUIREMENT,
        ),
        gpu_exclusive,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "sharing-strategy-member",
            "a sharing strategy says how GPUs are shared",
            Source::Api("SharingStrategy"),
        ),
        sharing_strategy,
    ),
    Row::task(
        Rule::new(
            "gpu-same-kind",
            "all containers ask for GPUs in the same way",
            RESOURCE_REQUIREMENT,
        ),
        gpu_same_kind,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "resource-value-required",
            "a resource has a value",
            RESOURCE_REQUIREMENT,
        ),
        value_required,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "neuron-value",
            "Neuron devices are ALL",
            RESOURCE_REQUIREMENT,
        ),
        neuron_value,
    ),
    Row::task(
        Rule::new(
            "neuron-single-container",
            "one container has the Neuron devices",
            RESOURCE_REQUIREMENT,
        ),
        neuron_single,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "neuron-managed-instances-only",
            "Neuron devices need Managed Instances",
            RESOURCE_REQUIREMENT,
        )
        .on(NOT_MANAGED_INSTANCES),
        neuron_launch_type,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "inference-accelerator-name",
            "an accelerator is declared by the task",
            Source::Api("InferenceAccelerator"),
        ),
        accelerator,
    ),
];

fn each(
    container: Container<'_>,
    kind: &ResourceType,
    mut visit: impl FnMut(&ResourceRequirement, &At<'_>),
) {
    let at = container.at.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements().iter().enumerate() {
        if requirement.r#type.as_ref() == Some(kind) {
            visit(requirement, &at.item(index));
        }
    }
}

fn gpu_value(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let is_count = |value: &str| value.parse::<u32>().is_ok_and(|count| count > 0);
    let legal = |value: &str| value == "ALL" || is_count(value) || eighths(value).is_some();
    each(container, &ResourceType::Gpu, |requirement, at| {
        if let Some(value) = requirement.value().filter(|value| !legal(value)) {
            let message = format!("{} is neither a number from 1 on nor ALL", quote(value));
            report.fault(&at.member("value"), message);
        }
    });
}

fn gpu_exclusive(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements().iter().enumerate() {
        let message = match (&requirement.sharing_strategy, &requirement.r#type) {
            (None, _) | (_, None) => continue,
            _ if subject.is_unknown(&at.item(index).member("type")) => continue,
            (Some(_), Some(ResourceType::Gpu)) if requirement.value.is_none() => continue,
            (Some(_), Some(ResourceType::Gpu)) => "there is a value or a sharing strategy",
            (Some(_), Some(_)) => "only GPUs have a sharing strategy",
        };
        report.fault(&at.item(index).member("sharingStrategy"), message);
    }
}

fn sharing_strategy(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements().iter().enumerate() {
        let strategy = requirement.sharing_strategy.as_ref();
        let at = at.item(index);
        let at = at.member("sharingStrategy");
        let is_missing = strategy.is_some_and(|strategy| strategy.nvidia_mps.is_none());
        if is_missing && !subject.is_unknown(&at.member("nvidiaMps")) {
            report.fault(&at, "the sharing strategy has no `nvidiaMps`");
        }
    }
}

fn gpu_same_kind(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT.member("containerDefinitions");
    let mut first = None;
    for (index, container) in subject.task.container_definitions().iter().enumerate() {
        let at = at.item(index);
        let at = at.member("resourceRequirements");
        for (index, requirement) in container.resource_requirements().iter().enumerate() {
            if requirement.r#type != Some(ResourceType::Gpu) {
                continue;
            }
            // How it asks is unknown.
            if subject.is_unknown(&at.item(index).member("value"))
                || subject.is_unknown(&at.item(index).member("sharingStrategy"))
            {
                continue;
            }
            let kind = match requirement.value() {
                _ if requirement.sharing_strategy.is_some() => "shared",
                Some("ALL") => "all",
                // A part of a GPU goes to one container, and no other has any.
                Some(value) if eighths(value).is_some() && first.is_some() => "another part",
                Some(value) if eighths(value).is_some() => "part",
                _ => "counted",
            };
            if *first.get_or_insert(kind) != kind {
                let message = "another container asks for GPUs in another way";
                report.fault(&at.item(index), message);
            }
        }
    }
}

fn value_required(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements().iter().enumerate() {
        let at = at.item(index);
        let is_shared = requirement.sharing_strategy.is_some()
            || subject.is_unknown(&at.member("sharingStrategy"));
        if requirement.value.is_none() && !is_shared {
            report.fault(&at.member("value"), "the resource has no value");
        }
    }
}

fn neuron_value(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each(container, &ResourceType::NeuronDevice, |requirement, at| {
        if let Some(value) = requirement.value().filter(|value| *value != "ALL") {
            report.fault(&at.member("value"), format!("{} is not ALL", quote(value)));
        }
    });
}

fn neuron_single(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT.member("containerDefinitions");
    let kind = ResourceType::NeuronDevice;
    let users = subject
        .task
        .container_definitions()
        .iter()
        .enumerate()
        .filter(|(_, one)| asks_for(one, &kind));
    for (index, _) in users.skip(1) {
        let message = "another container has the Neuron devices";
        report.fault(&at.item(index).member("resourceRequirements"), message);
    }
}

fn neuron_launch_type(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each(container, &ResourceType::NeuronDevice, |_, at| {
        report.fault(at, "Neuron devices need MANAGED_INSTANCES");
    });
}

fn accelerator(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let declared = subject.task.inference_accelerators();
    each(
        container,
        &ResourceType::InferenceAccelerator,
        |requirement, at| {
            let name = requirement.value().unwrap_or_default();
            let known = |one: &crate::InferenceAccelerator| one.device_name() == Some(name);
            if !declared.iter().any(known) && !subject.is_open("inferenceAccelerators") {
                let message = format!("the task declares no accelerator {}", quote(name));
                report.fault(&at.member("value"), message);
            }
        },
    );
}
