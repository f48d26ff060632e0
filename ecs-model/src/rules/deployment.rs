use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject};
use crate::DeploymentConfiguration;
use crate::deployment::DeploymentStrategy;

const DEPLOYMENT_CONFIGURATION: Source = Source::Api("DeploymentConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "deployment-percent",
            "the percentages of a deployment are not negative",
            DEPLOYMENT_CONFIGURATION,
        ),
        percent,
    ),
    Row::new(
        Rule::new(
            "deployment-percent-order",
            "the maximum percentage is not below the minimum",
            DEPLOYMENT_CONFIGURATION,
        ),
        percent_order,
    ),
    Row::new(
        Rule::new(
            "deployment-deadlock",
            "a deployment may start a task or stop one",
            DEPLOYMENT_CONFIGURATION,
        )
        .warning(),
        deadlock,
    ),
    Row::new(
        Rule::new(
            "deployment-bake-time",
            "a blue/green deployment says how long both revisions run",
            DEPLOYMENT_CONFIGURATION,
        ),
        bake_time,
    ),
    Row::new(
        Rule::new(
            "deployment-strategy-configuration",
            "a canary or linear configuration belongs to its strategy",
            DEPLOYMENT_CONFIGURATION,
        ),
        strategy_configuration,
    ),
    Row::new(
        Rule::new(
            "deployment-traffic-percent",
            "a canary shifts 0.1 to 100 percent of the traffic, a linear step 3 to 100",
            Source::Api("CanaryConfiguration"),
        ),
        traffic_percent,
    ),
    Row::new(
        Rule::new(
            "deployment-traffic-bake-time",
            "between shifts of traffic lie 0 to 1,440 minutes",
            Source::Api("CanaryConfiguration"),
        ),
        traffic_bake_time,
    ),
];

const MINIMUM: &str = "/deploymentConfiguration/minimumHealthyPercent";
const MAXIMUM: &str = "/deploymentConfiguration/maximumPercent";
const CANARY: &str = "/deploymentConfiguration/canaryConfiguration";
const LINEAR: &str = "/deploymentConfiguration/linearConfiguration";

fn percents(subject: &Subject<'_>) -> (Option<i32>, Option<i32>) {
    let Some(deployment) = subject.deployment_configuration else {
        return (None, None);
    };
    (
        deployment.minimum_healthy_percent,
        deployment.maximum_percent,
    )
}

fn percent(subject: &Subject<'_>, report: &mut Report<'_>) {
    let (least, most) = percents(subject);
    for (percent, pointer) in [(least, MINIMUM), (most, MAXIMUM)] {
        if let Some(percent) = percent.filter(|percent| *percent < 0) {
            report.fault(pointer, format!("{percent}, at least 0"));
        }
    }
}

fn percent_order(subject: &Subject<'_>, report: &mut Report<'_>) {
    if let (Some(least), Some(most)) = percents(subject)
        && (0..least).contains(&most)
    {
        let message = format!("{most} is below `minimumHealthyPercent`, which is {least}");
        report.fault(MAXIMUM, message);
    }
}

fn deadlock(subject: &Subject<'_>, report: &mut Report<'_>) {
    if percents(subject) == (Some(100), Some(100)) {
        let message = "with a minimum of 100 no task can be stopped or started";
        report.fault(MAXIMUM, message);
    }
}

fn strategy(deployment: &DeploymentConfiguration) -> &DeploymentStrategy {
    let given = deployment.strategy.as_ref();
    given.unwrap_or(&DeploymentStrategy::Rolling)
}

fn bake_time(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(deployment) = subject.deployment_configuration else {
        return;
    };
    let is_blue_green = *strategy(deployment) == DeploymentStrategy::BlueGreen;
    if is_blue_green && deployment.bake_time_in_minutes.is_none() {
        report.fault(
            "/deploymentConfiguration/bakeTimeInMinutes",
            "strategy `BLUE_GREEN` needs a bake time",
        );
    }
}

fn strategy_configuration(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(deployment) = subject.deployment_configuration else {
        return;
    };
    let canary = deployment.canary_configuration.is_some();
    let linear = deployment.linear_configuration.is_some();
    for (given, pointer, wanted) in [
        (canary, CANARY, DeploymentStrategy::Canary),
        (linear, LINEAR, DeploymentStrategy::Linear),
    ] {
        let chosen = strategy(deployment);
        if given && *chosen != wanted {
            let message = format!("it belongs to strategy `{wanted}`, not `{chosen}`");
            report.fault(pointer, message);
        }
    }
}

fn traffic_percent(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(deployment) = subject.deployment_configuration else {
        return;
    };
    let canary = deployment.canary_configuration.as_ref();
    let linear = deployment.linear_configuration.as_ref();
    let canary = canary.and_then(|canary| canary.canary_percent);
    let linear = linear.and_then(|linear| linear.step_percent);
    for (percent, least, pointer) in [
        (canary, 0.1, format!("{CANARY}/canaryPercent")),
        (linear, 3.0, format!("{LINEAR}/stepPercent")),
    ] {
        if let Some(percent) = percent.filter(|percent| !(least..=100.0).contains(percent)) {
            report.fault(&pointer, format!("`{percent}` is not {least} to 100"));
        }
    }
}

fn traffic_bake_time(subject: &Subject<'_>, report: &mut Report<'_>) {
    let Some(deployment) = subject.deployment_configuration else {
        return;
    };
    let canary = deployment.canary_configuration.as_ref();
    let linear = deployment.linear_configuration.as_ref();
    let canary = canary.and_then(|canary| canary.canary_bake_time_in_minutes);
    let linear = linear.and_then(|linear| linear.step_bake_time_in_minutes);
    for (minutes, pointer) in [
        (canary, format!("{CANARY}/canaryBakeTimeInMinutes")),
        (linear, format!("{LINEAR}/stepBakeTimeInMinutes")),
    ] {
        if let Some(minutes) = minutes.filter(|minutes| !(0..=1_440).contains(minutes)) {
            report.fault(&pointer, format!("{minutes}, not 0 to 1440"));
        }
    }
}
