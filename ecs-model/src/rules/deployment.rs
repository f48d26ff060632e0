use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row};
use crate::DeploymentConfiguration;
use crate::deployment::DeploymentStrategy;

const DEPLOYMENT_CONFIGURATION: Source = Source::Api("DeploymentConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "deployment-percent",
            "the percentages of a deployment are not negative",
            DEPLOYMENT_CONFIGURATION,
        ),
        &Each(percent),
    ),
    Row::each(
        Rule::new(
            "deployment-percent-order",
            "the maximum percentage is not below the minimum",
            DEPLOYMENT_CONFIGURATION,
        ),
        &Each(percent_order),
    ),
    Row::each(
        Rule::new(
            "deployment-deadlock",
            "a deployment may start a task or stop one",
            DEPLOYMENT_CONFIGURATION,
        )
        .warning(),
        &Each(deadlock),
    ),
    Row::each(
        Rule::new(
            "deployment-bake-time",
            "a blue/green deployment says how long both revisions run",
            DEPLOYMENT_CONFIGURATION,
        ),
        &Each(bake_time),
    ),
    Row::each(
        Rule::new(
            "deployment-strategy-configuration",
            "a canary or linear configuration belongs to its strategy",
            DEPLOYMENT_CONFIGURATION,
        ),
        &Each(strategy_configuration),
    ),
    Row::each(
        Rule::new(
            "deployment-traffic-percent",
            "a canary shifts 0.1 to 100 percent of the traffic, a linear step 3 to 100",
            Source::Api("CanaryConfiguration"),
        ),
        &Each(traffic_percent),
    ),
    Row::each(
        Rule::new(
            "deployment-traffic-bake-time",
            "between shifts of traffic lie 0 to 1,440 minutes",
            Source::Api("CanaryConfiguration"),
        ),
        &Each(traffic_bake_time),
    ),
];

const MINIMUM: &str = "minimumHealthyPercent";
const MAXIMUM: &str = "maximumPercent";
const CANARY: &str = "canaryConfiguration";
const LINEAR: &str = "linearConfiguration";

fn percent(deployment: &DeploymentConfiguration, at: &At<'_>, report: &mut Report<'_>) {
    for (percent, member) in [
        (deployment.minimum_healthy_percent, MINIMUM),
        (deployment.maximum_percent, MAXIMUM),
    ] {
        if let Some(percent) = percent.filter(|percent| *percent < 0) {
            report.fault(at.member(member), format!("{percent}, at least 0"));
        }
    }
}

fn percent_order(deployment: &DeploymentConfiguration, at: &At<'_>, report: &mut Report<'_>) {
    if let Some(least) = deployment.minimum_healthy_percent
        && let Some(most) = deployment.maximum_percent
        && (0..least).contains(&most)
    {
        let message = format!("{most} is below `minimumHealthyPercent`, which is {least}");
        report.fault(at.member(MAXIMUM), message);
    }
}

fn deadlock(deployment: &DeploymentConfiguration, at: &At<'_>, report: &mut Report<'_>) {
    let only_100 = Some(100);
    if deployment.minimum_healthy_percent == only_100 && deployment.maximum_percent == only_100 {
        let message = "with a minimum of 100 no task can be stopped or started";
        report.fault(at.member(MAXIMUM), message);
    }
}

fn strategy(deployment: &DeploymentConfiguration) -> &DeploymentStrategy {
    let given = deployment.strategy();
    given.unwrap_or(&DeploymentStrategy::Rolling)
}

fn bake_time(deployment: &DeploymentConfiguration, at: &At<'_>, report: &mut Report<'_>) {
    let is_blue_green = *strategy(deployment) == DeploymentStrategy::BlueGreen;
    if is_blue_green && deployment.bake_time_in_minutes.is_none() {
        let at = at.member("bakeTimeInMinutes");
        report.fault(at, "strategy `BLUE_GREEN` needs a bake time");
    }
}

fn strategy_configuration(
    deployment: &DeploymentConfiguration,
    at: &At<'_>,
    report: &mut Report<'_>,
) {
    let canary = deployment.canary_configuration.is_some();
    let linear = deployment.linear_configuration.is_some();
    for (given, member, wanted) in [
        (canary, CANARY, DeploymentStrategy::Canary),
        (linear, LINEAR, DeploymentStrategy::Linear),
    ] {
        let chosen = strategy(deployment);
        if given && *chosen != wanted {
            let message = format!("it belongs to strategy `{wanted}`, not `{chosen}`");
            report.fault(at.member(member), message);
        }
    }
}

fn traffic_percent(deployment: &DeploymentConfiguration, at: &At<'_>, report: &mut Report<'_>) {
    let canary = deployment.canary_configuration().canary_percent();
    let linear = deployment.linear_configuration().step_percent();
    for (percent, least, outer, inner) in [
        (canary, 0.1, CANARY, "canaryPercent"),
        (linear, 3.0, LINEAR, "stepPercent"),
    ] {
        if let Some(percent) = percent.filter(|percent| !(least..=100.0).contains(percent)) {
            let message = format!("`{percent}` is not {least} to 100");
            report.fault(at.member(outer).member(inner), message);
        }
    }
}

fn traffic_bake_time(deployment: &DeploymentConfiguration, at: &At<'_>, report: &mut Report<'_>) {
    let canary = deployment.canary_configuration();
    let linear = deployment.linear_configuration();
    let canary = canary.canary_bake_time_in_minutes;
    let linear = linear.step_bake_time_in_minutes;
    for (minutes, outer, inner) in [
        (canary, CANARY, "canaryBakeTimeInMinutes"),
        (linear, LINEAR, "stepBakeTimeInMinutes"),
    ] {
        if let Some(minutes) = minutes.filter(|minutes| !(0..=1_440).contains(minutes)) {
            let at = at.member(outer);
            report.fault(at.member(inner), format!("{minutes}, not 0 to 1440"));
        }
    }
}
