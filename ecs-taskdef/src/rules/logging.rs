use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::quote;
use crate::shape::At;
use crate::{LogConfiguration, LogDriver, Rule, Source};

const LOG_CONFIGURATION: Source = Source::Api("LogConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::container(
        Rule::new(
            "awslogs-options",
            "`awslogs` needs a region and a group",
            LOG_CONFIGURATION,
        )
        .quoted("Log driver awslogs requires options: {}"),
        awslogs_options,
    ),
    Row::container(
        Rule::new(
            "awslogs-option-unknown",
            "`awslogs` has the options of its documentation",
            LOG_CONFIGURATION,
        )
        .advice(),
        awslogs_unknown,
    ),
    Row::container(
        Rule::new(
            "awslogs-mode",
            "the mode is `blocking` or `non-blocking`",
            LOG_CONFIGURATION,
        ),
        awslogs_mode,
    ),
    Row::container(
        Rule::new(
            "awslogs-buffer-size",
            "a buffer size is a number with `k`, `m` or `g`",
            LOG_CONFIGURATION,
        ),
        awslogs_buffer,
    ),
    Row::container(
        Rule::new(
            "awslogs-pattern-exclusive",
            "there is a date format or a pattern",
            LOG_CONFIGURATION,
        ),
        awslogs_pattern,
    ),
    Row::container(
        Rule::new(
            "splunk-options",
            "`splunk` needs a token and a URL",
            LOG_CONFIGURATION,
        ),
        splunk_options,
    ),
];

/// Options of `awslogs`, those of every driver included.
const AWSLOGS_OPTIONS: [&str; 15] = [
    "awslogs-create-group",
    "awslogs-region",
    "awslogs-endpoint",
    "awslogs-group",
    "awslogs-stream",
    "awslogs-stream-prefix",
    "awslogs-datetime-format",
    "awslogs-multiline-pattern",
    "awslogs-credentials-endpoint",
    "awslogs-force-flush-interval-seconds",
    "awslogs-max-buffered-events",
    "awslogs-format",
    "mode",
    "max-buffer-size",
    "tag",
];

/// The logs of a container that go to that driver.
fn log_of<'a>(container: &Container<'a>, driver: &LogDriver) -> Option<&'a LogConfiguration> {
    let log = container.value.log_configuration.as_ref()?;
    (log.log_driver.as_ref() == Some(driver)).then_some(log)
}

fn awslogs_options(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    missing(
        container,
        &LogDriver::Awslogs,
        &["awslogs-region", "awslogs-group"],
        report,
    );
}

fn splunk_options(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    missing(
        container,
        &LogDriver::Splunk,
        &["splunk-token", "splunk-url"],
        report,
    );
}

fn missing(container: Container<'_>, driver: &LogDriver, needed: &[&str], report: &mut Report<'_>) {
    let Some(log) = log_of(&container, driver) else {
        return;
    };
    let missing: Vec<&str> = needed
        .iter()
        .copied()
        .filter(|option| !log.has_option(option))
        .collect();
    if !missing.is_empty() {
        let named = missing.join(", ");
        let at = container.at.member("logConfiguration");
        let message = format!("`{driver}` needs {named}");
        report.fault_about(&at.member("options"), &[&needed.join(", ")], message);
    }
}

fn awslogs_unknown(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let log = log_of(&container, &LogDriver::Awslogs);
    let Some(options) = log.and_then(|log| log.options.as_ref()) else {
        return;
    };
    let at = container.at.member("logConfiguration");
    let at = at.member("options");
    for (name, _) in options
        .iter()
        .filter(|(name, _)| !AWSLOGS_OPTIONS.contains(name))
    {
        report.fault(
            &at.member(name),
            format!("{} is no option of `awslogs`", quote(name)),
        );
    }
}

fn awslogs_mode(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let legal = |mode: &str| matches!(mode, "blocking" | "non-blocking");
    option(
        container,
        "mode",
        legal,
        "neither `blocking` nor `non-blocking`",
        report,
    );
}

fn awslogs_buffer(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let legal = |size: &str| {
        let lower = size.to_ascii_lowercase();
        let number = lower
            .trim_end_matches('b')
            .trim_end_matches(['k', 'm', 'g']);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    option(
        container,
        "max-buffer-size",
        legal,
        "no size such as `25m`",
        report,
    );
}

/// An option of `awslogs` that has to be legal where it is given.
fn option(
    container: Container<'_>,
    name: &str,
    legal: impl Fn(&str) -> bool,
    complaint: &str,
    report: &mut Report<'_>,
) {
    let log = log_of(&container, &LogDriver::Awslogs);
    let value = log
        .and_then(|log| log.options().get(name))
        .filter(|value| !legal(value));
    if let Some(value) = value {
        let options = container.at.member("logConfiguration");
        let options: At<'_> = options.member("options");
        report.fault(
            &options.member(name),
            format!("{} is {complaint}", quote(value)),
        );
    }
}

fn awslogs_pattern(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(log) = log_of(&container, &LogDriver::Awslogs) else {
        return;
    };
    let both = ["awslogs-datetime-format", "awslogs-multiline-pattern"];
    if both.iter().all(|option| log.has_option(option)) {
        let at = container.at.member("logConfiguration");
        let message = "there is a date format or a pattern for lines, not both";
        report.fault(&at.member("options"), message);
    }
}
