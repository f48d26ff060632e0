use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::quote;
use crate::shape::At;
use crate::{ContainerDefinition, LaunchTypes, Rule, Source, size};

const INVALID_CPU: &str = "Invalid 'cpu' setting for task.";
const INVALID_MEMORY: &str = "Invalid 'memory' setting for task.";

const REGISTER_TASK_DEFINITION: Source = Source::Api("RegisterTaskDefinition");
const CONTAINER_DEFINITION: Source = Source::Api("ContainerDefinition");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "task-cpu-format",
            "CPU of a task is CPU units or a number of vCPUs",
            REGISTER_TASK_DEFINITION,
        )
        .quoted(INVALID_CPU)
        .hint("write CPU units, `1024`, or vCPUs, `1 vCPU`"),
        cpu_format,
    ),
    Row::task(
        Rule::new(
            "task-cpu-range",
            "CPU of a task on EC2 keeps its bounds",
            REGISTER_TASK_DEFINITION,
        )
        .on(LaunchTypes::EC2)
        .quoted(INVALID_CPU),
        cpu_range,
    ),
    Row::task(
        Rule::new(
            "task-memory-format",
            "memory of a task is MiB or a number of GB",
            REGISTER_TASK_DEFINITION,
        )
        .copied(INVALID_MEMORY)
        .hint("write MiB, `2048`, or GB, `2 GB`"),
        memory_format,
    ),
    Row::member(
        "memory",
        Rule::new(
            "container-memory-exceeds-task",
            "a container has no more memory than its task",
            CONTAINER_DEFINITION,
        )
        .quoted("The 'memory' setting for container '{}' is greater than for the task."),
        exceeds_task,
    ),
    Row::task(
        Rule::new(
            "memory-reservation-sum",
            "containers reserve no more than the memory of the task",
            CONTAINER_DEFINITION,
        )
        .quoted(
            "The sum of all container 'memoryReservation' values cannot be greater than the value \
             of the task 'memory'.",
        ),
        reservation_sum,
    ),
    Row::task(
        Rule::new(
            "container-cpu-sum",
            "containers have no more CPU than the task",
            CONTAINER_DEFINITION,
        )
        .quoted(
            "The sum of all container 'cpu' values cannot be greater than the value of the task \
             'cpu'.",
        ),
        cpu_sum,
    ),
    Row::member(
        "cpu",
        Rule::new(
            "container-cpu-negative",
            "CPU of a container is not negative",
            CONTAINER_DEFINITION,
        )
        .in_2015(),
        cpu_negative,
    ),
    Row::container(
        Rule::new(
            "container-memory-negative",
            "memory of a container is not negative",
            CONTAINER_DEFINITION,
        )
        .in_2015(),
        memory_negative,
    ),
    Row::member(
        "memoryReservation",
        Rule::new(
            "memory-reservation-limit",
            "a reservation is no greater than the memory",
            CONTAINER_DEFINITION,
        )
        .copied(
            "Invalid setting for container '{}'. 'memory' must be greater than or equal to \
             'memoryReservation'.",
        ),
        reservation_limit,
    ),
    Row::container(
        Rule::new(
            "container-memory-minimum",
            "a container has the memory that Docker needs",
            CONTAINER_DEFINITION,
        )
        .on(LaunchTypes::EC2.union(LaunchTypes::EXTERNAL))
        .advice()
        .in_2015(),
        memory_minimum,
    ),
];

fn cpu_format(subject: &Subject<'_>, report: &mut Report<'_>) {
    if let Some(cpu) = subject
        .task
        .cpu()
        .filter(|cpu| size::cpu_units(cpu).is_none())
    {
        let message = format!("{} is neither CPU units nor a number of vCPUs", quote(cpu));
        report.fault(&At::ROOT.member("cpu"), message);
    }
}

fn cpu_range(subject: &Subject<'_>, report: &mut Report<'_>) {
    let (min, max) = subject.rules.ec2_cpu;
    // Windows ignores CPU and memory of the task.
    let units = subject.task.cpu_units().filter(|_| subject.linux);
    if let Some(units) = units.filter(|units| !(min..=max).contains(units)) {
        let message = format!("{units} CPU units, not {min} to {max}");
        report.fault(&At::ROOT.member("cpu"), message);
    }
}

fn memory_format(subject: &Subject<'_>, report: &mut Report<'_>) {
    let wrong = |memory: &&str| size::memory_mib(memory).is_none_or(|mib| mib == 0);
    if let Some(memory) = subject.task.memory().filter(wrong) {
        let message = format!("{} is neither MiB nor a number of GB", quote(memory));
        report.fault(&At::ROOT.member("memory"), message);
    }
}

fn exceeds_task(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let (Some(of_task), Some(memory)) = (subject.memory, container.memory) else {
        return;
    };
    if u32::try_from(memory).is_ok_and(|memory| memory > of_task) {
        let message = format!("{memory} MiB for the container, {of_task} MiB for the task");
        let name = container.name().unwrap_or_default();
        report.fault_about(&container.at.member("memory"), &[name], message);
    }
}

/// The sum over the containers, and the first of them with which it is greater than `max`.
fn sum_above(
    subject: &Subject<'_>,
    max: Option<u32>,
    of: fn(&ContainerDefinition) -> Option<i32>,
) -> Option<(u64, usize)> {
    let max = u64::from(max?);
    let natural = |number: Option<i32>| u64::try_from(number.unwrap_or(0)).unwrap_or(0);
    let (mut sum, mut first) = (0, None);
    for (index, container) in subject.task.container_definitions().iter().enumerate() {
        sum += natural(of(container));
        if sum > max && first.is_none() {
            first = Some(index);
        }
    }
    first.map(|first| (sum, first))
}

fn reservation_sum(subject: &Subject<'_>, report: &mut Report<'_>) {
    let reserved = sum_above(subject, subject.memory, |container| {
        container.memory_reservation
    });
    if let (Some((sum, index)), Some(memory)) = (reserved, subject.memory) {
        let message = format!("containers reserve {sum} MiB of the {memory} MiB of the task");
        let at = At::ROOT.member("containerDefinitions");
        report.fault(&at.item(index).member("memoryReservation"), message);
    }
}

fn cpu_sum(subject: &Subject<'_>, report: &mut Report<'_>) {
    let units = subject.task.cpu_units().filter(|_| subject.linux);
    let had = sum_above(subject, units, |container| container.cpu);
    if let (Some((sum, index)), Some(units)) = (had, units) {
        let message = format!("containers have {sum} of the {units} CPU units of the task");
        let at = At::ROOT.member("containerDefinitions");
        report.fault(&at.item(index).member("cpu"), message);
    }
}

fn cpu_negative(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if let Some(cpu) = container.cpu.filter(|cpu| *cpu < 0) {
        report.fault(
            &container.at.member("cpu"),
            format!("{cpu} CPU units, at least 0"),
        );
    }
}

fn memory_negative(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    for (member, memory) in memory_of(container) {
        if let Some(memory) = memory.filter(|memory| *memory < 0) {
            let message = format!("{memory} MiB, at least 0");
            report.fault(&container.at.member(member), message);
        }
    }
}

fn memory_of(container: Container<'_>) -> [(&'static str, Option<i32>); 2] {
    [
        ("memory", container.memory),
        ("memoryReservation", container.memory_reservation),
    ]
}

fn reservation_limit(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let (Some(memory), Some(reserved)) = (container.memory, container.memory_reservation) else {
        return;
    };
    if reserved > memory {
        let message = format!("{reserved} MiB reserved, {memory} MiB at most");
        let name = container.name().unwrap_or_default();
        report.fault_about(&container.at.member("memoryReservation"), &[name], message);
    }
}

fn memory_minimum(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let min = subject.rules.min_container_memory;
    for (member, memory) in memory_of(container) {
        if let Some(memory) = memory.filter(|memory| (0..min).contains(memory)) {
            let message = format!("{memory} MiB, at least {min}");
            report.fault(&container.at.member(member), message);
        }
    }
}
