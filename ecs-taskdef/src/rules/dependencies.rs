use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{CONTAINERS, quote};
use crate::shape::At;
use crate::{ContainerCondition, ContainerDefinition, Relation, Rule, Source};

const CONTAINER_DEPENDENCY: Source = Source::Api("ContainerDependency");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "links",
        Rule::new(
            "links-target",
            "a link names another container of the task",
            Source::Api("ContainerDefinition"),
        )
        .in_2015(),
        links_target,
    ),
    Row::member(
        "links",
        Rule::new(
            "links-alias-characters",
            "an alias is up to 255 letters, digits, `-` and `_`",
            Source::Api("ContainerDefinition"),
        )
        .warning()
        .in_2015(),
        links_alias,
    ),
    Row::task(
        Rule::new(
            "links-cycle",
            "links do not run in a circle",
            Source::Api("ContainerDefinition"),
        )
        .in_2015(),
        links_cycle,
    ),
    Row::member(
        "volumesFrom",
        Rule::new(
            "volumes-from-target",
            "`volumesFrom` names another container of the task",
            Source::Api("VolumeFrom"),
        )
        .copied("Invalid 'volumesFrom' setting. Unknown container: '{}'")
        .in_2015(),
        volumes_from_target,
    ),
    Row::task(
        Rule::new(
            "volumes-from-cycle",
            "`volumesFrom` does not run in a circle",
            Source::Api("VolumeFrom"),
        )
        .in_2015(),
        volumes_from_cycle,
    ),
    Row::member(
        "dependsOn",
        Rule::new(
            "depends-on-target",
            "`dependsOn` names another container of the task",
            CONTAINER_DEPENDENCY,
        )
        .copied("Cannot depend on container + '{}' because it does not exist"),
        depends_on_target,
    ),
    Row::task(
        Rule::new(
            "depends-on-cycle",
            "`dependsOn` does not run in a circle",
            CONTAINER_DEPENDENCY,
        )
        .copied("Container dependsOn contains a cycle"),
        depends_on_cycle,
    ),
    Row::member(
        "dependsOn",
        Rule::new(
            "depends-on-essential",
            "nothing waits for the end of an essential container",
            CONTAINER_DEPENDENCY,
        )
        .quoted(
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential \
         container",
        )
        .hint("set `essential` to false for the container that is waited for"),
        depends_on_essential,
    ),
    Row::member(
        "dependsOn",
        Rule::new(
            "depends-on-health-check",
            "a container that must be healthy has a health check",
            CONTAINER_DEPENDENCY,
        )
        .copied("A dependency container with HEALTHY condition must have health check configured")
        .hint("the health check of an image does not count"),
        depends_on_health_check,
    ),
];

/// Whether no container has that name, as far as is known.
fn is_missing(subject: &Subject<'_>, name: &str) -> bool {
    subject.task.container(name).is_none() && !subject.has_open_names(CONTAINERS)
}

fn links_target(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("links");
    for (index, link) in container.links().iter().enumerate() {
        let (name, alias) = link.split_once(':').unwrap_or((link, "alias"));
        let message = if name.is_empty() || alias.is_empty() || alias.contains(':') {
            format!("{} is neither `name` nor `name:alias`", quote(link))
        } else if is_missing(subject, name) {
            format!("there is no container {}", quote(name))
        } else {
            continue;
        };
        report.fault(&at.item(index), message);
    }
}

fn links_alias(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("links");
    for (index, link) in container.links().iter().enumerate() {
        let alias = link.split_once(':').map(|(_, alias)| alias);
        let wrong =
            |alias: &&str| !alias.is_empty() && !alias.contains(':') && !ecs_arn::is_name(alias);
        if let Some(alias) = alias.filter(wrong) {
            let message = format!(
                "alias {} is not 1 to 255 letters, digits, hyphens and underscores",
                quote(alias)
            );
            report.fault(&at.item(index), message);
        }
    }
}

fn volumes_from_target(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("volumesFrom");
    for (index, from) in container.volumes_from().iter().enumerate() {
        let name = from.source_container().unwrap_or_default();
        let message = if container.name() == Some(name) {
            "the container takes its own volumes".to_owned()
        } else if is_missing(subject, name) {
            format!("there is no container {}", quote(name))
        } else {
            continue;
        };
        report.fault_about(&at.item(index).member("sourceContainer"), &[name], message);
    }
}

fn depends_on_target(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("dependsOn");
    for (index, dependency) in container.depends_on().iter().enumerate() {
        let Some(name) = dependency.container_name() else {
            continue;
        };
        let message = if container.name() == Some(name) {
            "the container waits for itself".to_owned()
        } else if is_missing(subject, name) {
            format!("there is no container {}", quote(name))
        } else {
            continue;
        };
        report.fault_about(&at.item(index).member("containerName"), &[name], message);
    }
}

fn links_cycle(subject: &Subject<'_>, report: &mut Report<'_>) {
    cycle(subject, Relation::Links, report);
}

fn volumes_from_cycle(subject: &Subject<'_>, report: &mut Report<'_>) {
    cycle(subject, Relation::VolumesFrom, report);
}

fn depends_on_cycle(subject: &Subject<'_>, report: &mut Report<'_>) {
    cycle(subject, Relation::DependsOn, report);
}

fn cycle(subject: &Subject<'_>, relation: Relation, report: &mut Report<'_>) {
    let related = subject
        .task
        .container_definitions()
        .iter()
        .any(|one| relation.is_used_by(one));
    if !related {
        return;
    }
    // A container that waits for itself is no cycle but a wrong target.
    let cycles = subject.task.cycles(&[relation]);
    for cycle in cycles
        .iter()
        .filter(|cycle| cycle.len() > 1 || relation == Relation::Links)
    {
        let first = cycle.indices().next().unwrap_or_default();
        let at = At::ROOT.member("containerDefinitions");
        report.fault(
            &at.item(first).member(relation.member()),
            format!("a circle: {cycle}"),
        );
    }
}

/// The container with that name, if it is known whether it has the member.
fn target<'a>(subject: &Subject<'a>, name: &str, member: &str) -> Option<&'a ContainerDefinition> {
    let containers = subject.task.container_definitions().iter().enumerate();
    let mut named = containers.filter(|(_, one)| one.name() == Some(name));
    let (index, target) = named.next()?;
    let at = At::ROOT.member(CONTAINERS);
    let at = at.item(index);
    (!subject.is_unknown(&at.member(member))).then_some(target)
}

fn depends_on_essential(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("dependsOn");
    for (index, dependency) in container.depends_on().iter().enumerate() {
        let ends = matches!(
            dependency.condition,
            Some(ContainerCondition::Success | ContainerCondition::Complete)
        );
        let name = dependency.container_name().unwrap_or_default();
        let target = target(subject, name, "essential");
        if ends && target.is_some_and(ContainerDefinition::is_essential) {
            let message = format!("{} is essential, so its end stops the task", quote(name));
            report.fault(&at.item(index).member("condition"), message);
        }
    }
}

fn depends_on_health_check(
    subject: &Subject<'_>,
    container: Container<'_>,
    report: &mut Report<'_>,
) {
    let at = container.at.member("dependsOn");
    for (index, dependency) in container.depends_on().iter().enumerate() {
        let healthy = dependency.condition == Some(ContainerCondition::Healthy);
        let name = dependency.container_name().unwrap_or_default();
        let target = target(subject, name, "healthCheck").filter(|_| healthy);
        if target.is_some_and(|target| target.health_check.is_none()) {
            let message = format!("{} has no health check in the definition", quote(name));
            report.fault(&at.item(index).member("condition"), message);
        }
    }
}
